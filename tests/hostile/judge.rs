//! What must hold of any text, whatever stands in it. The test beside this file and the fuzz
//! targets in `tests/fuzz` share it.

use ringback::base::complaint::{Complaint, Complaints, Place};
use ringback::base::digit::Digit;
use ringback::base::entropy::Entropy;
use ringback::base::interfaces::Interfaces;
use ringback::base::time::{Now, Utc};
use ringback::config::defaults::SETTINGS;
use ringback::config::load::{Loaded, Sources, load, names};
use ringback::flow::expression::Expression;
use ringback::flow::graph::{Flow, FlowSet};
use ringback::flow::picture::{Picture, dot, mermaid, svg};
use ringback::flow::scope::{Declared, Scope};
use ringback::flow::site::Site;
use ringback::flow::standard::{NoStandard, standard};
use ringback::flow::types::Type;
use ringback::flow::value::{Facts, Value};
use ringback::io::prompts::{Library, texts};
use ringback::rehearsal::house::repertoire::Repertoire;
use ringback::rehearsal::house::{House, Whose};
use ringback::rehearsal::script::{Case, Given, Names, read};
use ringback::rehearsal::stage::Stage;
use ringback::rehearsal::trial;
use ringback::sip::wire;
use ringback::switchboard::settings::Prompts;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Steps of the virtual clock that a rehearsal takes.
const STEPS: usize = 60;
/// Most of the clock that passes between two deeds of the caller.
const PAUSE: Duration = Duration::from_secs(7);
/// The keys of a telephone that a caller presses here.
const KEYS: [&str; 8] = ["1", "2", "3", "5", "0", "9", "*", "#"];

/// How far a text came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Came {
    /// It has errors.
    Refused,
    /// It is good, and was drawn, or played, or asked.
    Used,
}

/// The shipped site, around which everything is judged.
pub(crate) struct Judge {
    loaded: Loaded,
    names: Site,
    prompts: Arc<Prompts>,
    repertoire: Arc<Repertoire>,
    stage: Stage,
    /// File and text of each shipped flow.
    flows: Vec<(String, String)>,
}

impl Judge {
    pub(crate) fn new() -> Self {
        let prompts = Arc::new(Library::default().load(None).expect("the shipped prompts"));
        let flows = shipped(".flow.yaml");
        let (loaded, _) = load(sources(SETTINGS, &flows, &prompts)).expect("the shipped site");
        let names = names(sources(SETTINGS, &flows, &prompts)).expect("its names").site;
        let written: BTreeMap<_, _> =
            prompts.keys().map(|language| (language.clone(), texts(language))).collect();
        let text = |language: &_, name: &str| {
            written.get(language)?.get(name).map(|text| (*text).to_owned())
        };
        let repertoire = Arc::new(Repertoire::new(&prompts, text));
        let stage = Stage::new(loaded.settings.clone(), Arc::clone(&repertoire));
        Self { loaded, names, prompts, repertoire, stage, flows }
    }

    /// A flow: it is read, written in standard form, drawn, and called.
    pub(crate) fn flow(&self, name: &str, text: &str) -> Came {
        let file = format!("{name}.flow.yaml");
        let mut files = self.needed(&file, text);
        files.push((file.clone(), text.to_owned()));
        let first = ringback::flow::load(&files, &self.names);
        let again = ringback::flow::load(&files, &self.names);
        let (set, said) = match first {
            Ok((set, warnings)) => (Some(set), warnings),
            Err(complaints) => (None, complaints),
        };
        let repeated = again.map_or_else(|complaints| complaints, |(_, warnings)| warnings);
        assert_eq!(said, repeated, "the same text, and not the same complaints");
        self.are_inside(&said, &files);
        self.standard(&file, text, &files, &said);
        let Some(set) = set else { return Came::Refused };
        if let Some(flow) = set.flows.get(name) {
            drawn(flow);
        }
        self.rehearse(set, name);
        Came::Used
    }

    /// The shipped flows that a text names, and those that these name.
    fn needed(&self, file: &str, text: &str) -> Vec<(String, String)> {
        let mut needed: Vec<(String, String)> = Vec::new();
        let mut texts = vec![text];
        while let Some(text) = texts.pop() {
            for (other, inside) in &self.flows {
                let named = text.contains(other.trim_end_matches(".flow.yaml"));
                if named && other != file && needed.iter().all(|(known, _)| known != other) {
                    needed.push((other.clone(), inside.clone()));
                    texts.push(inside);
                }
            }
        }
        needed
    }

    /// Every complaint stands in a file that there is, at a place inside it, and can be shown.
    fn are_inside(&self, said: &[Complaint], files: &[(String, String)]) {
        for complaint in said {
            let Place { file, line, column } = &complaint.place;
            let found = files.iter().find(|(name, _)| **name == **file);
            let (_, text) = found.unwrap_or_else(|| panic!("no file of {complaint}"));
            let is_inside = is_inside(text, *line, *column);
            assert!(is_inside, "{complaint} is outside its text");
            assert!(complaint.message.chars().count() < 2_000, "too long: {complaint}");
            let shown = complaint.render(text);
            assert!(shown.lines().count() <= 4, "{shown}");
        }
    }

    /// The standard form says the same, and has no other standard form.
    fn standard(&self, file: &str, text: &str, files: &[(String, String)], said: &[Complaint]) {
        let new = match standard(file, text) {
            Ok(new) => new,
            Err(NoStandard::Unreadable(complaints)) => {
                assert!(!complaints.is_empty(), "nothing is said of an unreadable text");
                return self.are_inside(&complaints, files);
            }
            Err(NoStandard::WouldChange) => panic!("no standard form of\n{text:?}"),
        };
        let again = standard(file, &new);
        assert_eq!(again.as_ref(), Ok(&new), "a second time changes the form of\n{text:?}");
        if new != text {
            let mut files = files.to_vec();
            files.retain(|(name, _)| name != file);
            files.push((file.to_owned(), new));
            let loaded = ringback::flow::load(&files, &self.names);
            let after = loaded.map_or_else(|complaints| complaints, |(_, warnings)| warnings);
            assert_eq!(
                kinds(said),
                kinds(&after),
                "the form of this means something else\n{text:?}"
            );
        }
    }

    /// Somebody calls the flow, and presses keys without reason.
    fn rehearse(&self, set: FlowSet, name: &str) {
        let mut settings = self.loaded.settings.clone();
        let mut flows = (*settings.flows).clone();
        flows.flows.extend(set.flows);
        settings.flows = Arc::new(flows);
        let stage = Stage::new(settings, Arc::clone(&self.repertoire));
        let given = Given { flow: Some(name.to_owned()), ..Given::default() };
        let mut house = stage.house(&given);
        house.dial(Stage::caller(&given), &stage.called(&given));
        let mut dice = Entropy::from_number(7);
        for _ in 0..STEPS {
            if house.over().is_some() {
                break;
            }
            deed(&mut house, &mut dice);
        }
        house.hang_up();
        let end = house.now() + PAUSE;
        while house.step(end) {}
    }

    /// A file of tests: it is read and played.
    pub(crate) fn test_file(&self, name: &str, text: &str) -> Came {
        let file = format!("{name}.test.yaml");
        let names = Names::of(&self.loaded.settings);
        let judged = || {
            let mut complaints = Complaints::new();
            let test = read(&file, text, &names, &mut complaints);
            let test = test.filter(|_| !complaints.has_errors());
            (test, complaints.into_sorted())
        };
        let (test, said) = judged();
        assert_eq!(said, judged().1, "the same text, and not the same complaints");
        let files = [(file.clone(), text.to_owned())];
        self.are_inside(&said, &files);
        match standard(&file, text) {
            Ok(new) => assert_eq!(standard(&file, &new).as_ref(), Ok(&new), "{text}"),
            Err(NoStandard::Unreadable(said)) => self.are_inside(&said, &files),
            Err(NoStandard::WouldChange) => panic!("no standard form of\n{text:?}"),
        }
        let Some(test) = test else { return Came::Refused };
        for case in test.cases.iter().filter(|case| is_small(case)).take(4) {
            let _ = trial::play(case, &self.stage);
        }
        Came::Used
    }

    /// A condition: it is read, and asked with a variable of each type.
    pub(crate) fn condition(&self, text: &str) -> Came {
        let place = Place { file: "main.flow.yaml".into(), line: 1, column: 1 };
        let said = |found: &Vec<Complaint>| {
            let line = text.replace(['\n', '\r'], " ");
            self.are_inside(found, &[("main.flow.yaml".to_owned(), line)]);
        };
        let scope = scope(&self.names);
        let first = Expression::parse(text, &place, &scope);
        match (first, Expression::parse(text, &place, &scope)) {
            (Ok(condition), Ok(_)) => {
                let facts = NoFacts;
                let known = condition.evaluate(&variables(), &facts, now());
                assert_eq!(known, condition.evaluate(&variables(), &facts, now()));
                let _ = condition.evaluate(&BTreeMap::new(), &facts, now());
                Came::Used
            }
            (Err(first), Err(again)) => {
                assert!(!first.is_empty() && first == again);
                said(&first);
                Came::Refused
            }
            (first, again) => panic!("{first:?} and then {again:?}"),
        }
    }

    /// The settings of a site.
    pub(crate) fn settings(&self, text: &str) -> Came {
        let first = load(sources(text, &self.flows, &self.prompts));
        let came = if first.is_ok() { Came::Used } else { Came::Refused };
        let mut files = self.flows.clone();
        files.push(("ringback.yaml".to_owned(), text.to_owned()));
        files.push(("vip.csv".to_owned(), TABLE.to_owned()));
        let said = match first {
            Ok((loaded, warnings)) => {
                let _ = Stage::new(loaded.settings, Arc::clone(&self.repertoire));
                warnings
            }
            Err(complaints) => complaints,
        };
        self.are_inside(&said, &files);
        came
    }
}

/// What came from the network.
pub(crate) fn sip(bytes: &[u8]) -> Came {
    let mut reader = wire::StreamReader::new();
    for part in bytes.chunks(97) {
        reader.push(part);
        while reader.next_piece().is_some() {}
    }
    match wire::read_datagram(bytes) {
        Ok(message) => {
            let written = message.to_bytes();
            let again = wire::read_datagram(&written).expect("what was read can be read again");
            assert_eq!(again.to_bytes(), written);
            Came::Used
        }
        Err(refusal) => {
            if let Some(answer) = wire::answer_to(&refusal) {
                let written = answer.to_bytes();
                assert!(written.starts_with(b"SIP/2.0 4") || written.starts_with(b"SIP/2.0 5"));
            }
            Came::Refused
        }
    }
}

/// The rows of the one table.
const TABLE: &str = "number,tier\n+48221112233,gold\n";

fn sources<'a>(
    settings: &'a str,
    flows: &'a [(String, String)],
    prompts: &Arc<Prompts>,
) -> Sources<'a> {
    Sources {
        settings: ("ringback.yaml", settings),
        flows,
        environment: &[],
        prompts: Arc::clone(prompts),
        interfaces: Interfaces::only(Ipv4Addr::LOCALHOST.into()),
        cores: 1,
        read_secret: &|_| Ok("secret".to_owned()),
        read_table: &|_| Ok(TABLE.to_owned()),
    }
}

/// File and text of each shipped file with this ending.
pub(crate) fn shipped(ending: &str) -> Vec<(String, String)> {
    files("config/flows", ending)
}

/// File and text of each file below the project's root with this ending, in order.
pub(crate) fn files(room: &str, ending: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The fuzz targets stand two floors below the project.
    let root = root.ancestors().find(|dir| dir.join(room).is_dir()).expect("the files");
    let entries = fs::read_dir(root.join(room)).expect("files").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().to_string());
    let names: BTreeSet<String> = names.filter(|name| name.ends_with(ending)).collect();
    let bytes = |name: &String| fs::read(root.join(room).join(name)).expect("a file");
    // One of the wrong flows is no UTF-8; what is left of it is as good a beginning as others.
    let text = |name: &String| String::from_utf8_lossy(&bytes(name)).into_owned();
    names.iter().map(|name| (name.clone(), text(name))).collect()
}

/// Whether a text has this place; the end of a line, and of the text, counts.
fn is_inside(text: &str, line: u32, column: u32) -> bool {
    let lines: Vec<&str> = text.split('\n').collect();
    let index = (line as usize).checked_sub(1);
    let length = index.and_then(|index| lines.get(index)).map(|line| line.chars().count());
    length.is_some_and(|length| (1..=length + 1).contains(&(column as usize)))
}

/// What kinds of mistakes there are, and what is said of them.
fn kinds(said: &[Complaint]) -> Vec<(&'static str, &str)> {
    let mut kinds: Vec<_> = said.iter().map(|one| (one.code.name(), &*one.message)).collect();
    kinds.sort_unstable();
    kinds
}

fn drawn(flow: &Flow) {
    let picture = Picture::of_flow(flow);
    let all = [
        svg::write(&picture, svg::Theme::Auto),
        mermaid::write(&picture.sketch),
        dot::write(&picture.sketch),
    ];
    assert!(all.iter().all(|text| !text.is_empty()));
    assert!(picture.width > 0 && picture.height > 0);
}

/// The caller does something, and time passes.
fn deed(house: &mut House, dice: &mut Entropy) {
    match dice.below(8) {
        0 => house.speak(Duration::from_secs(3)),
        1 | 2 => {
            let whose = if dice.below(2) == 0 { Whose::Agent } else { Whose::FarEnd };
            house.answers(whose);
        }
        _ => {
            let key = usize::try_from(dice.below(KEYS.len() as u64)).unwrap_or_default();
            let key: Option<Digit> = KEYS[key].chars().next().and_then(Digit::from_char);
            key.into_iter().for_each(|key| house.press(key));
        }
    }
    let end = house.now() + PAUSE;
    let mut steps = 0;
    while house.step(end) {
        steps += 1;
        assert!(steps < 10_000, "time does not pass");
    }
}

/// Whether a case can be played in a moment: nobody gives it a hundred callers.
fn is_small(case: &Case) -> bool {
    let people = |queue: &ringback::rehearsal::script::QueueGiven| {
        queue.waiting.unwrap_or(0) + queue.agents.unwrap_or(0)
    };
    case.given.queues.values().map(people).sum::<usize>() <= 8 && case.script.len() <= 40
}

const TYPES: [(&str, Type); 10] = [
    ("line", Type::Queue),
    ("box", Type::Mailbox),
    ("typed", Type::Text),
    ("count", Type::Number),
    ("span", Type::Duration),
    ("confirmed", Type::YesNo),
    ("number", Type::Phone),
    ("hour", Type::Time),
    ("day", Type::Date),
    ("price", Type::Money),
];

fn scope(names: &Site) -> Scope {
    let known = |(name, kind): &(&str, Type)| ((*name).to_owned(), Declared::of(*kind));
    Scope { variables: TYPES.iter().map(known).collect(), hours: names.hours.clone() }
}

fn variables() -> BTreeMap<String, Value> {
    // The furthest value that a type has.
    let value = |kind| {
        let text = match kind {
            Type::Number => return Value::Number(i64::MIN),
            Type::Duration => return Value::Duration(Duration::MAX),
            Type::Time => "23:59",
            Type::Date => "9999-12-31",
            Type::Money => "92233720368547758.07 PLN",
            Type::YesNo => "yes",
            Type::Text | Type::Queue | Type::Mailbox | Type::Country => "sales",
            Type::Phone => "+48601234567",
            Type::Recording | Type::Record => return Value::Unknown,
        };
        Value::read(kind, text).unwrap_or(Value::Unknown)
    };
    TYPES.iter().map(|(name, kind)| ((*name).to_owned(), value(*kind))).collect()
}

fn now() -> Now {
    Now { monotonic: ringback::base::time::Moment::ZERO, utc: Utc::default() }
}

/// A world of which nothing is known.
struct NoFacts;

impl Facts for NoFacts {
    fn fact(&self, _: &str, _: &str) -> Value {
        Value::Unknown
    }

    fn open(&self, _: &str, _: Now) -> Option<bool> {
        None
    }

    fn holiday(&self, _: &str, _: Now) -> Option<bool> {
        None
    }
}
