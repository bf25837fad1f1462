//! Tells people what a case did: the line that failed, what happened instead, and the path.

use super::folding::{Round, rounds};
use super::house::log::{Ear, Entry, What};
use super::script::Case;
use super::trial::{Failure, Outcome};
use crate::base::json::Json;
use crate::base::time::Moment;
use std::fmt::Write;

/// Most things that are shown of the beginning of what happened instead, and of its end.
const INSTEAD_MAX: [usize; 2] = [5, 9];
/// Most things that are shown of a script that came to its end.
const LAST_MAX: usize = 6;
/// Most parts of a path that are shown of its beginning, and of its end, which matters more.
const PATH_MAX: [usize; 2] = [4, 12];

/// Everything about a case that failed, in lines; `source` is the text of its file.
#[must_use]
pub fn failed(case: &Case, outcome: &Outcome, source: &str) -> String {
    let mut text = format!("FAIL {}: {}\n", case.place, case.name);
    script(case, &outcome.failures, source, &mut text);
    if let Some(failure) = outcome.failures.first() {
        instead(outcome, failure.since, &mut text);
    }
    path(outcome, &mut text);
    text
}

/// What of a case was not looked at: over SIP not everything can be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unchecked {
    /// What is given and was not arranged, a sentence each.
    pub given: Vec<String>,
    /// The lines of the script and the expectations, in order.
    pub lines: Vec<Gap>,
}

/// A line that was not looked at, or not played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The line, in the file.
    pub line: u32,
    /// Why, one sentence.
    pub why: String,
}

impl Unchecked {
    /// Nothing of the case, for one reason.
    #[must_use]
    pub fn all(case: &Case, why: &str) -> Self {
        let mut unchecked = Self::default();
        unchecked.from_line(case, 0, why);
        unchecked
    }

    /// Adds this line of the script and all that follows.
    pub fn from_line(&mut self, case: &Case, index: usize, why: &str) {
        let script = case.script.iter().skip(index).map(|line| line.place.line);
        let expected = case.expect.iter().map(|expectation| expectation.place.line);
        let gap = |line| Gap { line, why: why.to_owned() };
        self.lines.extend(script.chain(expected).map(gap));
    }

    /// Whether everything was looked at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && self.lines.is_empty()
    }

    /// Whether nothing of the case was.
    #[must_use]
    pub fn is_all_of(&self, case: &Case) -> bool {
        self.lines.len() == lines_of(case)
    }
}

/// How many lines and expectations a case has.
#[must_use]
pub fn lines_of(case: &Case) -> usize {
    case.script.len() + case.expect.len()
}

/// What of a case was not looked at, in lines; `source` is the text of its file.
#[must_use]
pub fn gaps(case: &Case, unchecked: &Unchecked, source: &str) -> String {
    if unchecked.is_empty() {
        return String::new();
    }
    // Writing to a String cannot fail.
    let mut text = format!("NOT CHECKED {}: {}\n", case.place, case.name);
    for given in &unchecked.given {
        let _ = writeln!(text, "       | given: {given}");
    }
    let mut told = None;
    for gap in &unchecked.lines {
        if told == Some(gap) {
            continue;
        }
        let same_reason = told.is_some_and(|last: &Gap| last.why == gap.why);
        let same_line = told.is_some_and(|last: &Gap| last.line == gap.line);
        let index = usize::try_from(gap.line).unwrap_or(0).saturating_sub(1);
        let line = source.lines().nth(index).unwrap_or_default();
        if !same_line {
            let _ = writeln!(text, "  {:>4} | {line}", gap.line);
        }
        if !same_reason {
            let indent = line.chars().take_while(|letter| *letter == ' ').count();
            let _ = writeln!(text, "       | {:indent$}^ {}", "", gap.why);
        }
        told = Some(gap);
    }
    text
}

/// The lines of the case, with a mark at each that failed; the first one, if it could not begin.
fn script(case: &Case, failures: &[Failure], source: &str, text: &mut String) {
    let places = case.script.iter().map(|line| line.place.line);
    let expected = case.expect.iter().map(|expectation| expectation.place.line);
    let failed = failures.iter().map(|failure| failure.line);
    let all: Vec<u32> = places.chain(expected).chain(failed).collect();
    let first = all.iter().min().copied().unwrap_or(case.place.line);
    let last = all.iter().max().copied().unwrap_or(case.place.line);
    let lines = source.lines().zip(1_u32..);
    // Writing to a String cannot fail.
    let known = source.lines().count();
    let known = |line: u32| usize::try_from(line).is_ok_and(|line| (1..=known).contains(&line));
    for failure in failures.iter().filter(|failure| !known(failure.line)) {
        let _ = writeln!(text, "       | ^ {}", failure.why);
    }
    for (line, number) in lines.filter(|(_, number)| (first..=last).contains(number)) {
        let failed: Vec<&Failure> = failures.iter().filter(|one| one.line == number).collect();
        let mark = if failed.is_empty() { ' ' } else { '>' };
        let _ = writeln!(text, "{mark} {number:>4} | {line}");
        for failure in failed {
            let indent = line.chars().take_while(|letter| *letter == ' ').count();
            let _ = writeln!(text, "       | {:indent$}^ {}", "", failure.why);
        }
    }
}

/// What came where the failed line wanted something else; at the end of a script, what came last.
fn instead(outcome: &Outcome, since: usize, text: &mut String) {
    let entries = outcome.log.entries();
    let begun = entries.first().map_or(Moment::ZERO, |entry| entry.at);
    if entries.is_empty() {
        return;
    }
    let lines = |since: usize| -> Vec<(Moment, String)> {
        entries.iter().skip(since).filter_map(|entry| Some((entry.at, happened(entry)?))).collect()
    };
    let (mut shown, mut head) = (lines(since), "what happened then:\n");
    if shown.is_empty() {
        let all = lines(0);
        shown = all.into_iter().rev().take(LAST_MAX).rev().collect();
        head = "what happened last:\n";
    }
    if shown.is_empty() {
        return;
    }
    text.push_str(head);
    let rounds = rounds(&shown, |(_, one), (_, other)| one == other);
    write(&rounds, INSTEAD_MAX, |(at, what)| format!("{}  {what}", clock(*at, begun)), text);
}

/// The first rounds and the last, a line for each thing.
fn write<T>(
    rounds: &[Round<'_, T>],
    [first, last]: [usize; 2],
    line: impl Fn(&T) -> String,
    text: &mut String,
) {
    let between = first..rounds.len().saturating_sub(last).max(first);
    let left_out = rounds.get(between.clone()).unwrap_or_default();
    let left_out: usize = left_out.iter().map(|round| round.once.len() * round.times).sum();
    // Writing to a String cannot fail.
    for (index, Round { once, times }) in rounds.iter().enumerate() {
        if left_out > 0 && index == between.start {
            let _ = writeln!(text, "    … and {left_out} more");
        }
        if between.contains(&index) {
            continue;
        }
        let again = if *times > 1 && once.len() == 1 {
            format!("  ({times} times)")
        } else {
            String::new()
        };
        for one in *once {
            let _ = writeln!(text, "    {}{again}", line(one));
        }
        if *times > 1 && once.len() > 1 {
            let _ = writeln!(text, "    ↑ these {} lines, {times} times", once.len());
        }
    }
}

/// Minutes and seconds since the call began.
#[must_use]
pub fn clock(at: Moment, begun: Moment) -> String {
    let since = at.since(begun);
    let (minutes, seconds) = (since.as_secs() / 60, since.as_secs() % 60);
    format!("{minutes:>2}:{seconds:02}.{}", since.subsec_millis() / 100)
}

/// One thing that happened and when, for people; steps stand in the path.
#[must_use]
pub fn told(entry: &Entry, begun: Moment) -> Option<String> {
    happened(entry).map(|what| format!("{}  {what}", clock(entry.at, begun)))
}

fn happened(entry: &Entry) -> Option<String> {
    Some(match &entry.what {
        What::Hears { who, pieces, index } => {
            let piece = pieces.get(*index).filter(|piece| !piece.is_pause())?;
            let who = match who {
                Ear::Caller => "the caller",
                Ear::Agent => "the agent",
                Ear::FarEnd => "the far end",
            };
            format!("{who} hears {}", piece.name())
        }
        What::Did(text) => text.clone(),
        What::Dials { number, ani: None } => format!("{number} is called"),
        What::Dials { number, ani: Some(ani) } => format!("{number} is called, showing {ani}"),
        What::Announces(event) => {
            let data = Json::object(event.data.clone());
            format!("the flow tells of {} {data}", event.event)
        }
        What::Told { event, facts } if !event.starts_with("call.started") => {
            let facts: Vec<String> =
                facts.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{event} {}", facts.join(" ")).trim_end().to_owned()
        }
        What::Told { .. } | What::Step { .. } | What::Exit { .. } => return None,
    })
}

/// The sections that were run, with the steps and how each ended.
fn path(outcome: &Outcome, text: &mut String) {
    let mut parts: Vec<Part> = Vec::new();
    for entry in outcome.log.entries() {
        match &entry.what {
            What::Step { flow, section, does } => {
                let place = format!("{flow}/{section}");
                let goes_on = |part: &Part| {
                    part.place == place && part.steps.last().is_none_or(|step| step != "goto")
                };
                match parts.last_mut().filter(|part| goes_on(part)) {
                    Some(part) => part.steps.push(does.clone()),
                    None => parts.push(Part { place, steps: vec![does.clone()] }),
                }
            }
            What::Exit { outcome, .. } => {
                let step = parts.last_mut().and_then(|part| part.steps.last_mut());
                if let Some(step) = step {
                    let _ = write!(step, " → {outcome}");
                }
            }
            What::Hears { .. }
            | What::Dials { .. }
            | What::Announces(_)
            | What::Told { .. }
            | What::Did(_) => {}
        }
    }
    if !parts.is_empty() {
        text.push_str("the path:\n");
    }
    let rounds = rounds(&parts, Part::eq);
    write(&rounds, PATH_MAX, |part| format!("{}: {}", part.place, part.steps()), text);
}

/// A stay in one section.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    place: String,
    steps: Vec<String>,
}

impl Part {
    /// `say, music ×12, goto`
    fn steps(&self) -> String {
        let rounds = rounds(&self.steps, String::eq);
        let written = rounds.iter().map(|Round { once, times }| match (once.join(", "), times) {
            (steps, 1) => steps,
            (steps, _) if once.len() == 1 => format!("{steps} ×{times}"),
            (steps, _) => format!("({steps}) ×{times}"),
        });
        written.collect::<Vec<_>>().join(", ")
    }
}
