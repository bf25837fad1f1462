//! Where a frame stands in its flow: a section, and the lists entered inside it.

use crate::base::digit::Digit;
use crate::flow::effect::{QueueOutcome, TransferOutcome};
use crate::flow::graph::{Action, Flow, Step, Target};

/// One way in which a step can end; names the target to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exit {
    /// `then` of an `if`.
    Then,
    /// `else` of an `if`.
    Otherwise,
    /// A key of a `menu` or of `music`.
    Key(Digit),
    /// `no_input`
    NoInput,
    /// `no_match`
    NoMatch,
    /// `gave_up`
    GaveUp,
    /// `missing`
    Missing,
    /// `empty`
    Empty,
    /// `left` of `voicemail`
    Left,
    /// `full` of `voicemail`
    Full,
    /// `invalid`
    Invalid,
    /// `wrong_kind`
    WrongKind,
    /// `foreign`
    Foreign,
    /// `blocked`
    Blocked,
    /// `none` of the notations about a callback that waits.
    NoCallback,
    /// `too_late`
    TooLate,
    /// An outcome of `transfer`.
    Transfer(TransferOutcome),
    /// An outcome of `queue`.
    Queue(QueueOutcome),
    /// An escalation that the step catches; its key there.
    Caught(String),
    /// An escalation that the flow catches; its key there.
    FlowCaught(String),
}

impl Exit {
    /// What the outcome is called in flows.
    pub(super) fn word(&self) -> String {
        let word = match self {
            Self::Then => "then",
            Self::Otherwise => "else",
            Self::Key(digit) => return format!("key {digit}"),
            Self::NoInput => "no_input",
            Self::NoMatch => "no_match",
            Self::GaveUp => "gave_up",
            Self::Empty => "empty",
            Self::Invalid => "invalid",
            Self::WrongKind => "wrong_kind",
            Self::Blocked => "blocked",
            Self::Foreign => "foreign",
            Self::Missing => "missing",
            Self::Left => "left",
            Self::Full => "full",
            Self::NoCallback => "none",
            Self::TooLate => "too_late",
            Self::Transfer(TransferOutcome::Answered) => "answered",
            Self::Transfer(TransferOutcome::Busy) => "busy",
            Self::Transfer(TransferOutcome::NoAnswer) => "no_answer",
            Self::Queue(outcome) => outcome.word(),
            Self::Caught(name) => name,
            Self::FlowCaught(name) => return format!("catch {name}"),
        };
        word.to_owned()
    }
}

/// The target that `step` names for `exit`, if it names one.
pub(super) fn target<'f>(flow: &'f Flow, step: &'f Step, exit: &Exit) -> Option<&'f Target> {
    match exit {
        Exit::Caught(name) => step.catch.get(name),
        Exit::FlowCaught(name) => flow.catch.get(name),
        Exit::Then
        | Exit::Otherwise
        | Exit::Key(_)
        | Exit::NoInput
        | Exit::NoMatch
        | Exit::GaveUp
        | Exit::Missing
        | Exit::Empty
        | Exit::Left
        | Exit::Full
        | Exit::Invalid
        | Exit::WrongKind
        | Exit::Foreign
        | Exit::Blocked
        | Exit::NoCallback
        | Exit::TooLate
        | Exit::Transfer(_)
        | Exit::Queue(_) => outcome(&step.action, exit),
    }
}

/// The target of an exit that only this kind of step can take.
fn outcome<'f>(action: &'f Action, exit: &Exit) -> Option<&'f Target> {
    match (action, exit) {
        (Action::If { then, .. }, Exit::Then) => Some(then),
        (Action::If { otherwise, .. }, Exit::Otherwise) => otherwise.as_ref(),
        (Action::Menu(menu), Exit::Key(digit)) => menu.keys.get(digit),
        (Action::Menu(menu), Exit::NoInput) => Some(&menu.no_input),
        (Action::Menu(menu), Exit::NoMatch) => Some(&menu.no_match),
        (Action::Menu(menu), Exit::GaveUp) => menu.gave_up.as_ref(),
        (Action::Music { keys, .. }, Exit::Key(digit)) => keys.get(digit),
        (Action::Collect(collect), Exit::GaveUp) => collect.gave_up.as_ref(),
        (Action::Record(record), Exit::Empty) => record.empty.as_ref(),
        (Action::Voicemail(voicemail), Exit::Left) => voicemail.left.as_ref(),
        (Action::Voicemail(voicemail), Exit::Empty) => voicemail.empty.as_ref(),
        (Action::Voicemail(voicemail), Exit::Full) => voicemail.full.as_ref(),
        (Action::VerifyNumber(verify), Exit::Invalid) => verify.invalid.as_ref(),
        (Action::VerifyNumber(verify), Exit::WrongKind) => verify.wrong_kind.as_ref(),
        (Action::VerifyNumber(verify), Exit::Foreign) => verify.foreign.as_ref(),
        (Action::VerifyNumber(verify), Exit::Blocked) => verify.blocked.as_ref(),
        (Action::Http(http), Exit::Missing) => http.missing.as_ref(),
        (Action::Lookup(lookup), Exit::Missing) => lookup.missing.as_ref(),
        (Action::Queue(queue), Exit::Queue(outcome)) => queue.outcomes.get(outcome),
        (Action::Transfer(transfer), Exit::Queue(QueueOutcome::Answered)) => {
            transfer.answered.as_ref()
        }
        (Action::Transfer(transfer), Exit::Queue(outcome)) => transfer.refused.get(outcome),
        (Action::Transfer(transfer), Exit::Transfer(how)) => match how {
            TransferOutcome::Answered => transfer.answered.as_ref(),
            TransferOutcome::Busy => transfer.busy.as_ref(),
            TransferOutcome::NoAnswer => transfer.no_answer.as_ref(),
        },
        (Action::Requeue(requeue), Exit::Queue(outcome)) => requeue.outcomes.get(outcome),
        (Action::QueryCallback(query), Exit::NoCallback) => query.none.as_ref(),
        (Action::CancelCallback(revoke) | Action::TakeOverCallback(revoke), Exit::NoCallback) => {
            revoke.none.as_ref()
        }
        (Action::CancelCallback(revoke) | Action::TakeOverCallback(revoke), Exit::TooLate) => {
            revoke.too_late.as_ref()
        }
        _ => None,
    }
}

/// A place in a flow: the section, the lists entered inside it by the exits of steps, and the
/// index in the innermost of them.
///
/// ```text
/// section ─ step 2 ─(Key 1)─► list ─ step 0 ─(Invalid)─► list ─ step 1
///           path[0] = (2, Key 1)     path[1] = (0, Invalid)    index = 1
/// ```
#[derive(Debug, Clone)]
pub(super) struct Position {
    section: String,
    path: Vec<(usize, Exit)>,
    index: usize,
}

impl Position {
    /// The first step of a section.
    pub(super) fn start_of(section: &str) -> Self {
        Self { section: section.to_owned(), path: Vec::new(), index: 0 }
    }

    /// The section it stands in.
    pub(super) fn section(&self) -> &str {
        &self.section
    }

    /// The step it stands at; `None` past the end of the section.
    pub(super) fn step<'f>(&self, flow: &'f Flow) -> Option<&'f Step> {
        self.list(flow, self.path.len())?.get(self.index)
    }

    /// Goes on after the step it stands at, leaving lists that are over.
    pub(super) fn advance(&mut self, flow: &Flow) {
        self.index += 1;
        self.leave_finished(flow);
    }

    /// Goes into the list that `exit` of the step it stands at names.
    pub(super) fn enter(&mut self, exit: Exit, flow: &Flow) {
        self.path.push((self.index, exit));
        self.index = 0;
        self.leave_finished(flow);
    }

    /// Whether it stands inside the list by which the flow catches `name`.
    pub(super) fn is_catching(&self, name: &str) -> bool {
        self.path.iter().any(|(_, exit)| matches!(exit, Exit::FlowCaught(n) if n == name))
    }

    fn leave_finished(&mut self, flow: &Flow) {
        while self.list(flow, self.path.len()).is_none_or(|list| self.index >= list.len()) {
            let Some((index, _)) = self.path.pop() else { return };
            self.index = index + 1;
        }
    }

    /// The list that the first `depth` exits of the path lead to.
    fn list<'f>(&self, flow: &'f Flow, depth: usize) -> Option<&'f [Step]> {
        let mut list = flow.sections.get(&self.section)?.as_slice();
        for (index, exit) in self.path.iter().take(depth) {
            let step = list.get(*index)?;
            let Some(Target::Steps(steps)) = target(flow, step, exit) else { return None };
            list = steps;
        }
        Some(list)
    }
}
