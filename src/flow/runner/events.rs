//! What each event means to what is pending.

use super::asking::Menu;
use super::moves::Move;
use super::pending::{Caller, Pending};
use super::{Runner, Turn};
use crate::flow::effect::{Escalation, Event};

/// Told when the program that speaks texts has failed.
const SPEECH_FAILED: &str = "speech-failed";

impl Runner {
    /// Takes one event; tells the move it means, if it means one.
    pub(super) fn take(&mut self, event: Event, turn: &mut Turn<'_>) -> Option<Move> {
        match event {
            Event::Answered => self.answered(turn),
            Event::PlayEnded { play } => self.play_ended(play, turn),
            Event::Digit(digit) => self.digit(digit, turn),
            Event::Recorded { recording } => self.recorded(recording, turn),
            Event::RecordingFailed => self.recording_failed(turn),
            Event::MailboxOpened { greeting, limits } => {
                self.mailbox_opened(greeting, limits, turn)
            }
            Event::MailboxFull => self.mailbox_full(),
            Event::MessageKept => self.message_kept(turn),
            Event::ListenedOut => {
                matches!(self.pending, Pending::Listening).then_some(Move::Advance)
            }
            Event::Joined => self.joined(turn),
            Event::Connected => self.connected(turn),
            Event::LeftQueue(outcome) => self.left(outcome, turn),
            Event::CallbackStarted => self.callback_started(),
            Event::CallbackRegistered { callback, position, wait_estimate } => {
                self.callback_registered(callback, position, wait_estimate, turn)
            }
            Event::CallbackDismissed => self.callback_dismissed(turn),
            Event::Replied { ask, reply } => self.replied(ask, reply, turn),
            Event::TransferAnswered => self.transfer_answered(),
            Event::TransferOver(how) => self.transfer_over(how),
            Event::Moved => self.moved(None),
            Event::NotMoved(why) => self.moved(Some(why)),
            Event::Revoked(revocation) => self.revoked(revocation),
            Event::Escalated(escalation) => self.escalated(escalation, turn),
            Event::HungUp => self.hung_up(turn),
            Event::Timer => self.timer(turn),
        }
    }

    fn answered(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        self.line.answered = true;
        let Pending::Answering { first } = self.pending else { return None };
        Some(if first { self.execute_again(turn) } else { Move::Advance })
    }

    fn play_ended(&mut self, ended: u32, turn: &mut Turn<'_>) -> Option<Move> {
        if matches!(self.pending, Pending::Playing { play, .. } if play == ended) {
            return Some(Move::Advance);
        }
        if let Some(next) = self.greeting_over(ended, turn) {
            return Some(next);
        }
        self.prompt_over(ended, turn);
        None
    }

    /// The step in progress failed, or a signal came from outside.
    fn escalated(&mut self, escalation: Escalation, turn: &mut Turn<'_>) -> Option<Move> {
        if escalation.name == SPEECH_FAILED {
            return self.speech_failed(escalation, turn);
        }
        match self.pending {
            Pending::Over => None,
            Pending::Registering if self.line.caller == Caller::Gone => {
                Some(self.finish(None, turn))
            }
            Pending::Joining => {
                self.visit = None;
                Some(Move::Escalate(escalation))
            }
            Pending::Starting
            | Pending::Registering
            | Pending::Revoking
            | Pending::Transferring => Some(Move::Escalate(escalation)),
            Pending::Dismissing(_) => None,
            Pending::Voicemail(_) if escalation.name.starts_with("voicemail-") => {
                Some(self.voicemail_failed(escalation, turn))
            }
            Pending::Running
            | Pending::Answering { .. }
            | Pending::Playing { .. }
            | Pending::Music { .. }
            | Pending::Menu(_)
            | Pending::Collecting(_)
            | Pending::Recording
            | Pending::Reviewing(_)
            | Pending::Voicemail(_)
            | Pending::Listening
            | Pending::Waiting { .. }
            | Pending::Asking(_)
            | Pending::QueueMusic
            | Pending::Connected
            | Pending::Transferred
            | Pending::Moving
            | Pending::Leaving => self.signal(escalation, turn),
        }
    }

    fn timer(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        let due = self.pending.deadline().is_some_and(|due| due.at <= turn.now.monotonic);
        if !due {
            return None;
        }
        match self.pending {
            Pending::Waiting { .. } => Some(Move::Advance),
            Pending::Music { .. } => {
                self.stop_play(turn);
                Some(Move::Advance)
            }
            Pending::Menu(_) | Pending::Collecting(_) => self.question_time(turn),
            Pending::Reviewing(Menu { asking, .. }) => self.review_silence(asking, turn),
            Pending::Asking(_) => self.no_reply(turn),
            Pending::Running
            | Pending::Answering { .. }
            | Pending::Playing { .. }
            | Pending::Recording
            | Pending::Voicemail(_)
            | Pending::Listening
            | Pending::Joining
            | Pending::QueueMusic
            | Pending::Connected
            | Pending::Leaving
            | Pending::Starting
            | Pending::Registering
            | Pending::Dismissing(_)
            | Pending::Moving
            | Pending::Transferring
            | Pending::Transferred
            | Pending::Revoking
            | Pending::Over => None,
        }
    }
}
