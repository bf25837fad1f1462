//! The ways on that a step names: each outcome with its word and where it leads.
//!
//! The checks walk them and the picture draws them, so that both know of the same arrows.

use super::effect::QueueOutcome;
use super::graph::{Action, Target, Transfer};
use crate::base::digit::Digit;
use std::collections::BTreeMap;
use std::fmt;

/// One outcome that a step names.
#[derive(Debug, Clone, Copy)]
pub struct Way<'f> {
    /// The key of the telephone, or the word.
    pub name: Name,
    /// Where it leads.
    pub target: &'f Target,
    /// Whether time passes or the caller does something before it.
    pub timed: bool,
}

/// What an outcome is called in the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// A key of the telephone.
    Key(Digit),
    /// A key of the notation, such as `gave_up`.
    Word(&'static str),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(digit) => write!(f, "{digit}"),
            Self::Word(word) => f.write_str(word),
        }
    }
}

/// The outcomes that a step names, in the order in which it is read.
#[must_use]
pub fn named_ways(action: &Action) -> Vec<Way<'_>> {
    match action {
        Action::If { then, otherwise, .. } => {
            at_once([("then", Some(then)), ("else", otherwise.as_ref())])
        }
        Action::Music { keys, .. } => keyed(keys),
        Action::Menu(menu) => {
            let mut ways = keyed(&menu.keys);
            ways.extend(in_time([
                ("no_input", Some(&menu.no_input)),
                ("no_match", Some(&menu.no_match)),
                ("gave_up", menu.gave_up.as_ref()),
            ]));
            ways
        }
        Action::Collect(collect) => in_time([("gave_up", collect.gave_up.as_ref())]),
        Action::Record(record) => in_time([("empty", record.empty.as_ref())]),
        Action::VerifyNumber(verify) => at_once([
            ("invalid", verify.invalid.as_ref()),
            ("wrong_kind", verify.wrong_kind.as_ref()),
            ("foreign", verify.foreign.as_ref()),
            ("blocked", verify.blocked.as_ref()),
        ]),
        Action::Http(http) => at_once([("missing", http.missing.as_ref())]),
        Action::Lookup(lookup) => at_once([("missing", lookup.missing.as_ref())]),
        Action::Voicemail(voicemail) => {
            let asked = [("left", voicemail.left.as_ref()), ("empty", voicemail.empty.as_ref())];
            let mut ways = in_time(asked);
            ways.extend(at_once([("full", voicemail.full.as_ref())]));
            ways
        }
        Action::Queue(queue) => left_by(&queue.outcomes),
        Action::Requeue(requeue) => left_by(&requeue.outcomes),
        Action::Transfer(transfer) => passed_on(transfer),
        Action::QueryCallback(query) => at_once([("none", query.none.as_ref())]),
        Action::CancelCallback(revoke) | Action::TakeOverCallback(revoke) => {
            at_once([("none", revoke.none.as_ref()), ("too_late", revoke.too_late.as_ref())])
        }
        Action::Goto(_)
        | Action::Set(_)
        | Action::CallFlow { .. }
        | Action::Return(_)
        | Action::Escalate(_)
        | Action::Wait(_)
        | Action::End
        | Action::Answer
        | Action::Listen
        | Action::HangUp(_)
        | Action::Reject(_)
        | Action::Ringing
        | Action::Language(_)
        | Action::Play { .. }
        | Action::Say { .. }
        | Action::SayText { .. }
        | Action::ExitQueue
        | Action::StartCallback { .. }
        | Action::RegisterCallback(_)
        | Action::DismissCallback
        | Action::Tag(_)
        | Action::Note(_)
        | Action::Event(_) => Vec::new(),
    }
}

fn passed_on(transfer: &Transfer) -> Vec<Way<'_>> {
    let mut ways = in_time([
        ("answered", transfer.answered.as_ref()),
        ("busy", transfer.busy.as_ref()),
        ("no_answer", transfer.no_answer.as_ref()),
    ]);
    ways.extend(left_by(&transfer.refused));
    ways
}

fn left_by(outcomes: &BTreeMap<QueueOutcome, Target>) -> Vec<Way<'_>> {
    let ways = outcomes.iter().map(|(how, target)| {
        let (word, timed) = left(*how);
        Way { name: Name::Word(word), target, timed }
    });
    ways.collect()
}

/// The word of a queue's outcome, and whether the caller has waited before it.
const fn left(outcome: QueueOutcome) -> (&'static str, bool) {
    match outcome {
        QueueOutcome::Answered => ("answered", true),
        QueueOutcome::Full => ("full", false),
        QueueOutcome::Closed => ("closed", false),
        QueueOutcome::TimedOut => ("timed_out", true),
        QueueOutcome::Left => ("left", true),
        QueueOutcome::NoAgents => ("no_agents", false),
    }
}

fn keyed<'f>(keys: impl IntoIterator<Item = (&'f Digit, &'f Target)>) -> Vec<Way<'f>> {
    let ways = keys.into_iter();
    ways.map(|(key, target)| Way { name: Name::Key(*key), target, timed: true }).collect()
}

fn at_once<'f, const N: usize>(ways: [(&'static str, Option<&'f Target>); N]) -> Vec<Way<'f>> {
    worded(ways, false)
}

fn in_time<'f, const N: usize>(ways: [(&'static str, Option<&'f Target>); N]) -> Vec<Way<'f>> {
    worded(ways, true)
}

fn worded<'f, const N: usize>(
    ways: [(&'static str, Option<&'f Target>); N],
    timed: bool,
) -> Vec<Way<'f>> {
    let way = |(word, target): (_, Option<&'f Target>)| {
        Some(Way { name: Name::Word(word), target: target?, timed })
    };
    ways.into_iter().filter_map(way).collect()
}
