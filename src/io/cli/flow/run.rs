//! `ringback flow run`: be the caller of a flow, in a terminal.

use super::files::configuration;
use super::test::stage;
use crate::base::calendar::Standing;
use crate::base::calendar::zone::Zone;
use crate::base::digit::Digit;
use crate::base::document::duration::parse_duration;
use crate::base::time::Moment;
use crate::flow::load::FILE_END;
use crate::flow::web::WebRequest;
use crate::io::cli::EXIT_USAGE;
use crate::io::cli::check::refuse;
use crate::io::cli::output::{answer, tell};
use crate::io::site::Site;
use crate::rehearsal::house::log::{Ear, Entry, What};
use crate::rehearsal::house::repertoire::Piece;
use crate::rehearsal::house::{House, Whose};
use crate::rehearsal::report;
use crate::rehearsal::script::{Caller, Given, QueueGiven, STANDINGS};
use crate::rehearsal::stage::Stage;
use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Write};
use std::iter::Peekable;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How long time goes on by itself until the caller has something to do.
const GOES_ON_MAX: Duration = Duration::from_secs(10 * 60);
/// How long a flow may work on after its caller has gone.
const LAST_WORDS: Duration = Duration::from_secs(60);
/// What a busy telephone answers.
const BUSY: u16 = 486;
/// How the names of prompts begin that make up numbers.
const NUMBERS: [&str; 2] = ["digits/", "number/"];
const NOBODY_CALLED: &str = "no telephone outside rings";
/// From one key to the next.
const KEY_EVERY: Duration = Duration::from_millis(250);

const HELP: &str = "\
  1, 601234567#   press keys
  w 30s           wait; a line with nothing on it waits until something happens
  s 5s            speak
  a               an agent's telephone rings: answer it
  a h             the agent hangs up
  f               a telephone outside rings, for a transfer or a callback: answer it
  f b             it is busy
  f h             whoever answered there hangs up
  h               hang up
  ?               this help";

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct RunArguments {
    /// The flow that answers; the flows beside it are there too
    file: PathBuf,
    /// The configuration whose queues, hours and languages it names; default: the
    /// `ringback.yaml` above its directory, else the built-in one
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The number that is called
    #[arg(long, value_name = "NUMBER")]
    called: Option<String>,
    /// The number that is shown, or `anonymous`
    #[arg(long, value_name = "NUMBER")]
    caller: Option<String>,
    /// What the clock shows: "2026-11-23 10:15 Europe/Warsaw"
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// So many agents are signed in for a queue
    #[arg(long, value_name = "QUEUE=NUMBER", value_parser = counted)]
    agents: Vec<(String, usize)>,
    /// So many callers wait in a queue already
    #[arg(long, value_name = "QUEUE=NUMBER", value_parser = counted)]
    waiting: Vec<(String, usize)>,
    /// What flows are told that the wait in a queue is, such as sales=6m
    #[arg(long, value_name = "QUEUE=TIME", value_parser = estimated)]
    wait_estimate: Vec<(String, Duration)>,
    /// How opening hours stand, whatever the clock shows: closed, open or holiday
    #[arg(long, value_name = "NAME=STANDING", value_parser = standing)]
    hours: Vec<(String, Standing)>,
}

/// Runs the flow with whoever types.
pub(super) fn run(arguments: &RunArguments) -> ExitCode {
    let mut site = Site::default();
    let dir = arguments.file.parent().map(std::path::Path::to_owned).unwrap_or_default();
    let beside = super::test::flows_in(&dir);
    let file = std::slice::from_ref(&arguments.file);
    let config = configuration(arguments.config.as_deref(), file);
    let loaded = match site.load_with(config.as_deref(), &beside) {
        Ok((loaded, _)) => loaded,
        Err(error) => return refuse(&site, &error),
    };
    let stage = stage(loaded.settings);
    let given = match given(arguments, &stage) {
        Ok(given) => given,
        Err(sentence) => {
            tell(&format!("error: {sentence}"));
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let mut house = stage.house(&given);
    house.dial(Stage::caller(&given), &stage.called(&given));
    let shown = io::stdin().is_terminal();
    Conversation { began: house.now(), house, told: 0, shown }.hold();
    ExitCode::SUCCESS
}

/// The world of this call, from the arguments.
fn given(arguments: &RunArguments, stage: &Stage) -> Result<Given, String> {
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy().to_string();
    let Some(flow) = name.strip_suffix(FILE_END) else {
        return Err(format!("{name} is no flow: its file ends with {FILE_END}"));
    };
    let inputs = stage.settings().flows.flows.get(flow).map(|flow| &flow.inputs);
    let needed = inputs.and_then(|inputs| inputs.iter().find(|(_, input)| input.required));
    if let Some((input, _)) = needed {
        return Err(format!("the flow {flow} needs the input {input}: run a flow that calls it"));
    }
    let caller = arguments.caller.as_ref().map(|caller| match caller.as_str() {
        "anonymous" => Caller::Anonymous,
        number => Caller::Number(number.to_owned()),
    });
    let mut queues: BTreeMap<String, QueueGiven> = BTreeMap::new();
    for (queue, agents) in &arguments.agents {
        queues.entry(queue.clone()).or_default().agents = Some(*agents);
    }
    for (queue, waiting) in &arguments.waiting {
        queues.entry(queue.clone()).or_default().waiting = Some(*waiting);
    }
    for (queue, wait) in &arguments.wait_estimate {
        queues.entry(queue.clone()).or_default().wait_estimate = Some(*wait);
    }
    let hours: BTreeMap<String, Standing> = arguments.hours.iter().cloned().collect();
    if let Some(name) = hours.keys().find(|name| !stage.settings().hours.contains_key(*name)) {
        return Err(format!("there are no opening hours {name}"));
    }
    if let Some(queue) = queues.keys().find(|queue| stage.settings().queue(queue).is_none()) {
        return Err(format!("there is no queue {queue}"));
    }
    let now = match &arguments.now {
        Some(text) => {
            let (shown, zone) = text.rsplit_once(' ').unwrap_or((text, ""));
            let moment = match Zone::named(zone) {
                Some(zone) => zone.moment(shown),
                None => stage.settings().site.time_zone.moment(text),
            };
            let wrong = || format!("{text:?} is no time; write \"2026-11-23 10:15 Europe/Warsaw\"");
            Some(moment.ok_or_else(wrong)?)
        }
        None => None,
    };
    let called = arguments.called.clone();
    let flow = Some(flow.to_owned());
    Ok(Given { flow, now, caller, called, queues, hours, ..Given::default() })
}

/// One call, line by line.
struct Conversation {
    house: House,
    began: Moment,
    /// Entries of the log that were shown.
    told: usize,
    /// Whether somebody sits at a terminal.
    shown: bool,
}

impl Conversation {
    fn hold(mut self) {
        self.goes_on(0);
        let mut lines = io::stdin().lock().lines();
        loop {
            self.shows();
            if self.house.over().is_some() {
                break;
            }
            if self.shown {
                let _ = write!(io::stdout(), "> ");
                let _ = io::stdout().flush();
            }
            let Some(Ok(line)) = lines.next() else {
                self.house.hang_up();
                break;
            };
            if !self.shown {
                // What was piped in stands where it would have been typed.
                answer(&format!("> {}", line.trim()));
            }
            self.obeys(line.trim());
        }
        self.ends();
    }

    /// Does what a line says.
    fn obeys(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (word, rest.trim()) {
            ("", _) => self.goes_on(self.house.log().len()),
            ("?" | "help", _) => answer(HELP),
            ("h", "") => self.house.hang_up(),
            ("a", "") => {
                self.somebody(|house| house.answers(Whose::Agent), "no agent's telephone rings")
            }
            ("a", "h") => {
                self.somebody(|house| house.ends(Whose::Agent), "no agent is on the telephone")
            }
            ("f", "") => self.somebody(|house| house.answers(Whose::FarEnd), NOBODY_CALLED),
            ("f", "b") => self.somebody(|house| house.refuses(Whose::FarEnd, BUSY), NOBODY_CALLED),
            ("f", "h") => self.somebody(|house| house.ends(Whose::FarEnd), "nobody answered there"),
            ("w", span) => match parse_duration(span) {
                Some(span) => self.passes(span),
                None => answer("how long? write `w 30s`"),
            },
            ("s", span) => match parse_duration(span) {
                Some(span) => {
                    self.house.speak(span);
                    self.passes(span);
                }
                None => answer("how long? write `s 5s`"),
            },
            _ => self.presses(line),
        }
    }

    /// Somebody else acts, and the call goes on.
    fn somebody(&mut self, act: impl FnOnce(&mut House) -> bool, else_why: &str) {
        let since = self.house.log().len();
        if act(&mut self.house) {
            self.goes_on(since);
        } else {
            answer(else_why);
        }
    }

    fn presses(&mut self, line: &str) {
        let letters = line.chars().filter(|letter| *letter != ' ');
        let keys: Option<Vec<Digit>> = letters.map(Digit::from_char).collect();
        let Some(keys) = keys else {
            answer(&format!("{line:?} is neither keys nor a command; ? helps"));
            return;
        };
        let since = self.house.log().len();
        for (index, key) in keys.iter().enumerate() {
            if index > 0 {
                self.passes(KEY_EVERY);
            }
            self.house.press(*key);
        }
        self.goes_on(since);
    }

    fn passes(&mut self, span: Duration) {
        let end = self.house.now() + span;
        while self.house.step(end) {}
    }

    /// Time goes on until something new has happened and the caller has something to do.
    fn goes_on(&mut self, since: usize) {
        let end = self.house.now() + GOES_ON_MAX;
        let rests = |house: &House| house.log().len() > since && house.waits_for_caller();
        while self.house.over().is_none() && !rests(&self.house) && self.house.step(end) {}
    }

    /// Shows what is new.
    fn shows(&mut self) {
        let asked = std::mem::take(&mut self.house.web().asked);
        let entries = self.house.log().entries();
        for line in lines(entries.get(self.told..).unwrap_or_default(), &asked, self.began) {
            answer(&line);
        }
        let more = entries.len() > self.told;
        self.told = entries.len();
        let keys = self.keys();
        if more && !keys.is_empty() && self.house.over().is_none() {
            answer(&format!("         keys: {keys}"));
        }
    }

    /// The keys that are offered.
    fn keys(&self) -> String {
        let view = self.house.heart().view();
        let offers = self.house.call().map(|call| view.offers(call)).unwrap_or_default();
        let written = offers.iter().map(|(key, section)| match section {
            Some(section) => format!("{key} {section}"),
            None => key.to_string(),
        });
        written.collect::<Vec<_>>().join(", ")
    }

    fn ends(mut self) {
        let end = self.house.now() + LAST_WORDS;
        let works =
            |house: &House| house.call().is_some_and(|call| house.heart().view().has_call(call));
        while works(&self.house) && self.house.step(end) {}
        self.shows();
        answer(&format!("the call is over: {}", self.house.over().unwrap_or("hung up")));
        for row in self.house.store().rows() {
            let promise = &row.promise;
            answer(&format!("promised: a callback to {} from {}", promise.number, promise.queue));
        }
    }
}

/// What happened, in lines; a number that is spoken is one, whatever its prompts are.
fn lines(entries: &[Entry], asked: &[(Moment, WebRequest)], began: Moment) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut speaks: Option<&Arc<Vec<Piece>>> = None;
    let mut asked = asked.iter().peekable();
    for entry in entries {
        let What::Hears { who: Ear::Caller, pieces, index } = &entry.what else {
            lines.extend(question(entry, &mut asked, began));
            lines.extend(report::told(entry, began));
            speaks = None;
            continue;
        };
        let Some(piece) = pieces.get(*index).filter(|piece| !piece.is_pause()) else { continue };
        let of_number = NUMBERS.iter().find_map(|numbers| piece.name().strip_prefix(numbers));
        let text = piece.text().or(of_number);
        match (speaks, lines.last_mut(), text) {
            (Some(play), Some(line), Some(text))
                if of_number.is_some() && Arc::ptr_eq(play, pieces) =>
            {
                line.truncate(line.trim_end_matches('"').len());
                line.push_str(&format!(" {text}\""));
            }
            (_, _, Some(text)) if of_number.is_some() => {
                lines.push(format!(
                    "{}  the caller hears \"{text}\"",
                    report::clock(entry.at, began)
                ));
            }
            (_, _, text) => {
                let line = report::told(entry, began).unwrap_or_default();
                lines.push(text.map_or_else(|| line.clone(), |text| format!("{line}: \"{text}\"")));
            }
        }
        speaks = of_number.map(|_| pieces);
    }
    lines
}

/// What a flow asks a web service; nobody answers here.
fn question<'a>(
    Entry { at, what }: &Entry,
    asked: &mut Peekable<impl Iterator<Item = &'a (Moment, WebRequest)>>,
    began: Moment,
) -> Option<String> {
    let What::Step { does, .. } = what else { return None };
    if does != "http" {
        return None;
    }
    let clock = report::clock(*at, began);
    let Some((_, request)) = asked.next_if(|(when, _)| when == at) else {
        return Some(format!("{clock}  the flow cannot ask: its address holds something unknown"));
    };
    let whom = request.service.as_deref().map_or(String::new(), |service| format!(" {service}:"));
    let what = format!("{} {}", request.method.word(), request.address);
    Some(format!("{clock}  the flow asks{whom} {what}; no web service answers in `flow run`"))
}

/// `sales=6m`
fn estimated(text: &str) -> Result<(String, Duration), String> {
    let found = text.split_once('=').and_then(|(queue, wait)| Some((queue, parse_duration(wait)?)));
    let (queue, wait) = found.ok_or("write QUEUE=TIME, such as sales=6m")?;
    Ok((queue.to_owned(), wait))
}

/// `office-hours=closed`
fn standing(text: &str) -> Result<(String, Standing), String> {
    let found = text.split_once('=').and_then(|(name, word)| {
        let (_, standing) = STANDINGS.iter().find(|(known, _)| *known == word)?;
        Some((name.to_owned(), *standing))
    });
    found.ok_or_else(|| "write NAME=closed, NAME=open or NAME=holiday".to_owned())
}

/// `sales=4`
fn counted(text: &str) -> Result<(String, usize), String> {
    let wrong = || "write QUEUE=NUMBER, such as sales=4".to_owned();
    let (queue, count) = text.split_once('=').ok_or_else(wrong)?;
    Ok((queue.to_owned(), count.parse().ok().filter(|count| *count <= 50).ok_or_else(wrong)?))
}
