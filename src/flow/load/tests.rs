//! Stories of loading: what is right, and how speed and nonsense are borne.

mod wrong;

use super::*;
use crate::base::complaint::Severity;
use crate::base::language::Language;
use crate::base::number::Country;
use crate::flow::graph::{Action, Operand, Target};
use crate::flow::types::Type;
use crate::flow::value::Value;
use proptest::prelude::*;
use proptest::sample::Index;
use std::time::Duration;

const MAIN_LINE: &str = include_str!("../../../config/flows/main-line.flow.yaml");
const WAITING: &str = include_str!("../../../config/flows/waiting.flow.yaml");
const CUSTOM_CALLBACK: &str = include_str!("../../../config/flows/custom-callback.flow.yaml");
const CALLBACK_DEMO: &str = include_str!("../../../config/flows/callback-demo.flow.yaml");

#[test]
fn the_shipped_flows_load_without_a_complaint() {
    let (set, warnings) = load(&shipped(), &site()).expect("no errors");
    assert_eq!(warnings, []);
    let names: Vec<&str> = set.flows.keys().map(String::as_str).collect();
    assert_eq!(names, ["callback-demo", "custom-callback", "main-line", "waiting"]);
}

#[test]
fn the_example_becomes_the_graph_that_it_describes() {
    let (set, _) = load(&shipped(), &site()).expect("no errors");
    let main = set.flows.get("main-line").expect("the flow");
    assert_eq!(main.language, Language::new("pl"));
    let start = main.sections.get("start").expect("start");
    let Some(Action::Menu(menu)) = start.get(3).map(|step| &step.action) else {
        panic!("the fourth step is a menu");
    };
    assert_eq!((menu.tries, menu.wait), (3, Duration::from_secs(6)));
    assert!(matches!(menu.no_input, Target::Again));
    let keys: Vec<String> = menu.keys.keys().map(ToString::to_string).collect();
    assert_eq!(keys, ["1", "2"]);
    let callback = set.flows.get("custom-callback").expect("the flow");
    assert_eq!(callback.when_caller_hangs_up.as_deref(), Some("hung_up"));
    let country = callback.inputs.get("country").and_then(|input| input.default.clone());
    assert_eq!(country, Some(Value::Text("PL".to_owned())));
    let register = callback.sections.get("register").and_then(|steps| steps.first());
    let Some(Action::RegisterCallback(register)) = register.map(|step| &step.action) else {
        panic!("the first step registers");
    };
    assert_eq!(register.expires, Some(Duration::from_secs(72 * 3_600)));
    assert_eq!(register.number, Some(Operand::Variable(vec!["number".to_owned()])));
    assert_eq!(register.agent_media.len(), 2);
}

#[test]
fn five_mistakes_of_one_file_are_told_at_once() {
    let text = "\
flow: main
format: 1
sections:
  start:
    - anwser
    - play: welcom
    - menu:
        prompt: main-menu
        keys: { 1: sales, 2: servce }
        wait: 6
    - goto: sales
  sales:
    - set: { lin: sales }
    - queue: { name: $line }
    - end
";
    let complaints = load_one(text).expect_err("mistakes");
    let rendered: String = complaints.iter().map(|complaint| complaint.render(text)).collect();
    insta::assert_snapshot!(rendered, @r"
    main.flow.yaml:5:7: error[unknown-notation]: there is no notation `anwser`
        - anwser
          ^^^^^^
    help: did you mean `answer`?
    main.flow.yaml:6:13: error[unknown-prompt]: there is no prompt `welcom`
        - play: welcom
                ^^^^^^
    help: did you mean `welcome`?
    main.flow.yaml:9:30: error[unknown-section]: there is no section `servce`
            keys: { 1: sales, 2: servce }
                                 ^^^^^^
    main.flow.yaml:10:15: error[wrong-value]: `6` is no span of time
            wait: 6
                  ^
    help: give a unit: `6s` is seconds, `6m` minutes, `6ms` thousandths
    main.flow.yaml:14:22: error[unknown-name]: there is no variable `line`
        - queue: { name: $line }
                         ^^^^^
    help: did you mean `lin`?
    ");
}

#[test]
fn what_is_only_odd_is_a_warning() {
    let text = "\
flow: main
format: 1
sections:
  start:
    - play: welcome
    - end
  forgotten:
    - end
";
    let (_, warnings) = load_one(text).expect("no errors");
    let found: Vec<_> =
        warnings.iter().map(|w| (w.severity, w.code.name(), w.place.line)).collect();
    assert_eq!(found, [(Severity::Warning, "unreached-section", 7)]);
}

#[test]
fn a_value_is_not_spoken_in_a_language_without_words() {
    const END: &str = "    - end\n";
    let text = |head: &str, first: &str| {
        format!(
            "flow: main\nformat: 1\n{head}sections:\n  start:\n    {first}- say: {{ digits: 12 }}\n\
             {END}"
        )
    };
    let mut site = site();
    let german = Language::new("de").expect("a language");
    site.languages.as_mut().expect("languages").insert(german.clone());
    let prompts = site.prompts.as_mut().expect("prompts");
    let english = prompts.get(&Language::english()).cloned().expect("English");
    prompts.insert(german, english);
    let codes = |head: &str, first: &str| {
        let files = [("main.flow.yaml".to_owned(), text(head, first))];
        let (_, warnings) = load(&files, &site).expect("no errors");
        warnings.iter().map(|warning| warning.code.name()).collect::<Vec<_>>()
    };
    assert_eq!(codes("", ""), ["no-grammar"]);
    assert_eq!(codes("language: pl\n", ""), [""; 0]);
    assert_eq!(codes("language: de\n", ""), ["no-grammar"]);
    assert_eq!(codes("language: pl\n", "- language: de\n    "), ["no-grammar"]);
}

#[test]
fn a_message_that_is_left_is_something_that_the_caller_does() {
    let text = |after: &str| {
        format!(
            "flow: main\nformat: 1\nsections:\n  start:\n    - answer\n    - start_callback\n    \
             - menu: {{ prompt: main-menu, keys: {{ 1: note }}, gave_up: out }}\n  note:\n    \
             - wait: 4s\n    - voicemail: {{ mailbox: support, failed: out }}\n    \
             - wait: {after}\n    \
             - register_callback: {{ number: \"+48221112233\", failed: out }}\n    - end\n  \
             out: [ dismiss_callback, end ]\n"
        )
    };
    let codes = |after: &str| {
        let (_, warnings) = load_one(&text(after)).expect("no errors");
        warnings.iter().map(|warning| warning.code.name()).collect::<Vec<_>>()
    };
    assert_eq!(codes("4s"), [""; 0]);
    assert_eq!(codes("6s"), ["promise-delayed"]);
}

#[test]
fn what_a_whole_flow_catches_is_reached() {
    let text = "\
flow: main
format: 1
catch: { queue-full: full, sorry: [ { play: goodbye }, end ] }
sections:
  start:
    - start_callback
    - register_callback: { number: \"+48221112233\", callback-duplicate: undo, failed: undo }
    - queue: sales
    - escalate: sorry
  undo: [ dismiss_callback, end ]
  full: [ end ]
";
    let (_, warnings) = load_one(text).expect("no errors");
    assert_eq!(warnings, []);
}

#[test]
fn a_flow_that_cannot_be_read_is_not_blamed_on_those_who_call_it() {
    let mut files = shipped();
    files.retain(|(path, _)| !path.contains("custom-callback"));
    files.push(("custom-callback.flow.yaml".to_owned(), "flow: [custom".to_owned()));
    let complaints = load(&files, &site()).expect_err("not YAML");
    let codes: Vec<_> = complaints.iter().map(|c| (c.code.name(), &*c.place.file)).collect();
    assert_eq!(codes, [("yaml", "custom-callback.flow.yaml")]);
}

#[test]
fn names_of_a_site_that_is_not_known_are_not_checked() {
    let text = MAIN_LINE.replace("welcome", "anything").replace("office-hours", "whenever");
    let files = [
        ("main-line.flow.yaml".to_owned(), text),
        ("waiting.flow.yaml".to_owned(), WAITING.to_owned()),
        ("custom-callback.flow.yaml".to_owned(), CUSTOM_CALLBACK.to_owned()),
    ];
    assert!(load(&files, &Site::default()).is_ok());
}

#[test]
fn a_flow_of_three_thousand_steps_loads() {
    let mut text = "flow: main\nformat: 1\nsections:\n".to_owned();
    for number in 0..1_500 {
        let name = if number == 0 { "start".to_owned() } else { format!("s{number}") };
        let next = (number + 1) % 1_500;
        let next = if next == 0 { "start".to_owned() } else { format!("s{next}") };
        text.push_str(&format!("  {name}:\n    - play: welcome\n    - goto: {next}\n"));
    }
    let (set, warnings) = load_one(&text).expect("no errors");
    assert_eq!((set.flows.len(), warnings.len()), (1, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_breaks_the_loader(text in "[ a-c:{}\\[\\]\"'#$*.>\\-,\n0-2é]{0,120}") {
        let head = "flow: main\nformat: 1\nsections:\n  start:\n    - ";
        let _ = load_one(&text);
        let _ = load_one(&format!("{head}{text}"));
    }

    #[test]
    fn no_changed_flow_breaks_the_loader(
        which in 0_usize..4,
        cuts in prop::collection::vec((any::<Index>(), 0_usize..24, 0_usize..12), 1..6)
    ) {
        let mut files = shipped();
        for (at, length, piece) in cuts {
            let (_, text) = &mut files[which];
            let letters: Vec<char> = text.chars().collect();
            let start = at.index(letters.len().max(1)).min(letters.len());
            let end = (start + length).min(letters.len());
            let mut changed: String = letters[..start].iter().collect();
            changed.push_str(PIECES[piece]);
            changed.extend(&letters[end..]);
            *text = changed;
        }
        if let Err(complaints) = load(&files, &site()) {
            for complaint in complaints {
                let _ = complaint.render(&files[which].1);
            }
        }
    }

    #[test]
    fn no_mix_of_lines_breaks_the_loader(
        picks in prop::collection::vec(any::<Index>(), 1..40)
    ) {
        let lines: Vec<&str> = CUSTOM_CALLBACK.lines().chain(WAITING.lines()).collect();
        let body: String = picks.iter().map(|pick| format!("{}\n", pick.get(&lines))).collect();
        let _ = load_one(&format!("flow: main\nformat: 1\nsections:\n  start:\n{body}"));
    }
}

const PIECES: [&str; 12] = [
    "",
    "$",
    "again",
    "end",
    "- goto: start\n",
    "{",
    "}",
    "[",
    ": ",
    "\n    ",
    "start_callback",
    "\"",
];

/// The shipped flows.
fn shipped() -> Vec<(String, String)> {
    [
        ("callback-demo", CALLBACK_DEMO),
        ("custom-callback", CUSTOM_CALLBACK),
        ("main-line", MAIN_LINE),
        ("waiting", WAITING),
    ]
    .map(|(name, text)| (format!("config/flows/{name}.flow.yaml"), text.to_owned()))
    .to_vec()
}

/// One flow named `main`.
fn load_one(text: &str) -> Result<(FlowSet, Vec<Complaint>), Vec<Complaint>> {
    load(&[("main.flow.yaml".to_owned(), text.to_owned())], &site())
}

fn site() -> Site {
    let names = |names: &[&str]| -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    };
    let prompts = names(&[
        "back-to-waiting",
        "callback-for-you",
        "callback-on-this-number",
        "callback-registered",
        "callback-unavailable",
        "confirm-number",
        "demo-menu",
        "enter-number",
        "goodbye",
        "leave-a-note",
        "main-menu",
        "number-not-valid",
        "please-wait",
        "press-1-for-callback",
        "we-are-closed",
        "welcome",
        "you-entered",
    ]);
    let languages: BTreeSet<Language> =
        ["en", "pl"].iter().filter_map(|l| Language::new(l)).collect();
    let mut spoken: BTreeMap<Language, BTreeSet<String>> =
        languages.iter().map(|language| (language.clone(), prompts.clone())).collect();
    if let Some(polish) = Language::new("pl").and_then(|polish| spoken.get_mut(&polish)) {
        polish.insert("only-polish".to_owned());
    }
    let tier = BTreeMap::from([("tier".to_owned(), Type::Text)]);
    Site {
        queues: Some(names(&["sales", "service"])),
        mailboxes: Some(names(&["support"])),
        prompts: Some(spoken),
        hours: Some(names(&["office-hours"])),
        languages: Some(languages),
        countries: Some(["PL", "DE"].iter().filter_map(|code| Country::new(code)).collect()),
        music: Some(names(&["default"])),
        services: Some(names(&["crm"])),
        tables: Some(BTreeMap::from([("vip".to_owned(), tier)])),
        lengths: BTreeMap::new(),
        speaks: Some(false),
        agents: Some(["anna", "ben"].map(str::to_owned).into()),
        skills: Some(["billing", "polish"].map(str::to_owned).into()),
        trunks: Some(["carrier"].map(str::to_owned).into()),
        anis: None,
        homes: None,
    }
}
