//! The caller hangs up: the last words of a flow, then its end.

use super::frame::Role;
use super::moves::Move;
use super::pending::{Callback, Caller, Pending};
use super::position::{Exit, Position};
use super::{Runner, Turn};
use crate::flow::graph::{Action, Step};

impl Runner {
    /// The caller has hung up. Started: the innermost `when_caller_hangs_up` runs once, and its
    /// flow never goes on after it; a recording that was being made is awaited first, for people
    /// say what they want and hang up, and so is a message for a mailbox. Registering: the store's
    /// answer is the outcome. Otherwise the flow is over at once.
    pub(super) fn hung_up(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        if self.line.caller != Caller::Present || self.is_over() {
            return None;
        }
        if matches!(self.pending, Pending::Registering) {
            self.line.caller = Caller::Gone;
            return None;
        }
        self.line.caller = Caller::LastWords;
        self.keys.clear();
        let has_last_words = self.frames.iter().any(|f| f.flow.when_caller_hangs_up.is_some());
        let is_recording = matches!(self.pending, Pending::Recording);
        let is_awaited = is_recording && self.is_undecided() && has_last_words;
        if is_awaited || self.is_leaving_message() {
            return None;
        }
        Some(self.after_hang_up(turn))
    }

    /// What is left to do when nobody listens any more.
    pub(super) fn after_hang_up(&mut self, turn: &mut Turn<'_>) -> Move {
        if self.is_undecided()
            && let Some(section) = self.innermost_last_words()
        {
            return Move::Goto(section);
        }
        self.finish(None, turn)
    }

    /// Whether a callback was started, and neither registered nor dismissed.
    fn is_undecided(&self) -> bool {
        let is_dismissed = matches!(self.pending, Pending::Dismissing(_));
        self.callback == Callback::Started && !is_dismissed
    }

    /// What follows a recording whose caller hung up in it; `None` if the caller is there.
    pub(super) fn after_last_recording(&mut self) -> Option<Move> {
        let hung_up = self.line.caller == Caller::LastWords;
        hung_up.then(|| self.innermost_last_words()).flatten().map(Move::Goto)
    }

    /// Drops all frames above the innermost one that names `when_caller_hangs_up`.
    fn innermost_last_words(&mut self) -> Option<String> {
        let index = self.frames.iter().rposition(|f| f.flow.when_caller_hangs_up.is_some())?;
        self.frames.truncate(index + 1);
        let top = self.frames.last_mut()?;
        let section = top.flow.when_caller_hangs_up.clone()?;
        top.role = Role::LastWords;
        top.position = Position::start_of(&section);
        Some(section)
    }

    /// What a step comes to when nobody listens; `None` where it does its work all the same.
    pub(super) fn without_caller(&mut self, step: &Step, turn: &mut Turn<'_>) -> Option<Move> {
        match &step.action {
            Action::Wait(_)
            | Action::Answer
            | Action::Ringing
            | Action::Play { .. }
            | Action::Say { .. }
            | Action::SayText { .. }
            | Action::Music { .. } => Some(Move::Advance),
            Action::Menu(_) | Action::Collect(_) => Some(Move::Take(Exit::GaveUp)),
            Action::Record(_) | Action::Voicemail(_) => Some(Move::Take(Exit::Empty)),
            Action::HangUp(_)
            | Action::Reject(_)
            | Action::Queue(_)
            | Action::ExitQueue
            | Action::Requeue(_)
            | Action::Transfer(_) => Some(self.finish(None, turn)),
            Action::Goto(_)
            | Action::If { .. }
            | Action::Set(_)
            | Action::CallFlow { .. }
            | Action::Return(_)
            | Action::Escalate(_)
            | Action::End
            | Action::Language(_)
            | Action::VerifyNumber(_)
            | Action::StartCallback { .. }
            | Action::RegisterCallback(_)
            | Action::DismissCallback
            | Action::Listen
            | Action::Http(_)
            | Action::Lookup(_)
            | Action::Tag(_)
            | Action::Note(_)
            | Action::Event(_)
            | Action::QueryCallback(_)
            | Action::CancelCallback(_)
            | Action::TakeOverCallback(_) => None,
        }
    }
}
