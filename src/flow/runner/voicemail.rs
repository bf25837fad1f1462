//! `voicemail`: a greeting, a recording, and its way into the mailbox.
//!
//! ```text
//!          opened            over, key           recorded              kept
//! Opening ────────► Greeting ─────────► Recording ────────► Keeping ─────────► left
//!    │ full                                 │ nothing said      │ not stored
//!    └──────► full                          └──────► empty      └──────► voicemail-store-failed
//! ```
//!
//! A caller who hangs up while Recording has left a message all the same: people say what they
//! want and hang up. Only then the rest of the flow's end follows.

use super::leaving::{Leaving, LeavingStage};
use super::moves::Move;
use super::pending::{Caller, Pending};
use super::position::Exit;
use super::{Runner, Turn};
use crate::base::id::RecordingId;
use crate::flow::effect::{Clip, Effect, Escalation, MessageLimits};
use crate::flow::graph::{Action, Voicemail};

impl Runner {
    /// `voicemail`
    pub(super) fn voicemail(&self, step: &Voicemail, turn: &mut Turn<'_>) -> Move {
        let Some(mailbox) = self.scope(turn).text(&step.mailbox) else {
            return Move::escalate("voicemail-unknown-mailbox");
        };
        turn.out.push(Effect::OpenMailbox { mailbox: mailbox.clone() });
        Move::Wait(Pending::Voicemail(Leaving { mailbox, stage: LeavingStage::Opening }))
    }

    /// The mailbox takes a message: its greeting plays, unless keys were typed ahead.
    pub(super) fn mailbox_opened(
        &mut self,
        greeting: String,
        limits: MessageLimits,
        turn: &mut Turn<'_>,
    ) -> Option<Move> {
        let leaving = self.leaving(|stage| *stage == LeavingStage::Opening)?;
        let step = self.voicemail_step()?;
        let limits = MessageLimits {
            longest: step.longest.unwrap_or(limits.longest),
            shortest: step.shortest.unwrap_or(limits.shortest),
            silence: step.silence.unwrap_or(limits.silence),
        };
        let clips: Vec<Clip> = if step.greeting.is_empty() {
            vec![self.prompt(greeting)]
        } else {
            self.clips(&step.greeting, turn)
        };
        if clips.is_empty() || !self.keys.is_empty() {
            return self.record_message(leaving, limits, turn);
        }
        let play = self.start_play(clips, false, turn);
        Some(Self::goes_on(leaving, LeavingStage::Greeting { play, limits }))
    }

    /// The mailbox takes no more.
    pub(super) fn mailbox_full(&self) -> Option<Move> {
        self.leaving(|stage| *stage == LeavingStage::Opening)?;
        Some(Move::Take(Exit::Full))
    }

    /// A play is over; if it was the greeting, the caller speaks now.
    pub(super) fn greeting_over(&mut self, ended: u32, turn: &mut Turn<'_>) -> Option<Move> {
        let leaving = self.leaving(
            |stage| matches!(stage, LeavingStage::Greeting { play, .. } if *play == ended),
        )?;
        let LeavingStage::Greeting { limits, .. } = leaving.stage else { return None };
        self.record_message(leaving, limits, turn)
    }

    /// Any key ends the greeting; what ends the message is the recorder's affair.
    pub(super) fn greeting_key(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        let leaving = self.leaving(|stage| matches!(stage, LeavingStage::Greeting { .. }))?;
        let LeavingStage::Greeting { limits, .. } = leaving.stage else { return None };
        self.stop_play(turn);
        self.record_message(leaving, limits, turn)
    }

    fn record_message(
        &mut self,
        leaving: Leaving,
        limits: MessageLimits,
        turn: &mut Turn<'_>,
    ) -> Option<Move> {
        let step = self.voicemail_step()?;
        let MessageLimits { longest, shortest, silence } = limits;
        let (finish, beep) = (step.finish, step.beep);
        self.keys.clear();
        turn.out.push(Effect::Record { longest, shortest, silence, finish, beep });
        Some(Self::goes_on(leaving, LeavingStage::Recording))
    }

    /// A recording is over; `None` when no `voicemail` waits for it.
    pub(super) fn message_recorded(
        &mut self,
        recording: Option<RecordingId>,
        turn: &mut Turn<'_>,
    ) -> Option<Move> {
        let leaving = self.leaving(|stage| *stage == LeavingStage::Recording)?;
        let Some(recording) = recording else {
            return Some(self.message_over(Move::Take(Exit::Empty), turn));
        };
        let mailbox = leaving.mailbox.clone();
        turn.out.push(Effect::LeaveMessage { mailbox, recording });
        Some(Self::goes_on(leaving, LeavingStage::Keeping))
    }

    /// What was said could not be written down.
    pub(super) fn recording_failed(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        if self.leaving(|stage| *stage == LeavingStage::Recording).is_none() {
            return self.recorded(None, turn);
        }
        Some(self.message_over(Move::escalate("voicemail-store-failed"), turn))
    }

    /// The message is durable; only now may the flow say so.
    pub(super) fn message_kept(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        self.leaving(|stage| *stage == LeavingStage::Keeping)?;
        Some(self.message_over(Move::Take(Exit::Left), turn))
    }

    /// The mailbox is unknown, or the message could not be kept.
    pub(super) fn voicemail_failed(&mut self, escalation: Escalation, turn: &mut Turn<'_>) -> Move {
        self.message_over(Move::Escalate(escalation), turn)
    }

    /// What follows a message, for a caller who is still there; else what follows a hang-up.
    fn message_over(&mut self, next: Move, turn: &mut Turn<'_>) -> Move {
        match self.line.caller {
            Caller::Present => next,
            Caller::LastWords | Caller::Gone => self.after_hang_up(turn),
        }
    }

    /// Whether a message is being said or kept: a hang-up waits for it.
    pub(super) fn is_leaving_message(&self) -> bool {
        let late = [LeavingStage::Recording, LeavingStage::Keeping];
        self.leaving(|stage| late.contains(stage)).is_some()
    }

    /// The message on its way, if it is at such a stage.
    fn leaving(&self, at: impl FnOnce(&LeavingStage) -> bool) -> Option<Leaving> {
        let Pending::Voicemail(leaving) = &self.pending else { return None };
        at(&leaving.stage).then(|| leaving.clone())
    }

    fn goes_on(leaving: Leaving, stage: LeavingStage) -> Move {
        Move::Wait(Pending::Voicemail(Leaving { stage, ..leaving }))
    }

    fn voicemail_step(&self) -> Option<Voicemail> {
        let Action::Voicemail(step) = &self.frames.last()?.step()?.action else { return None };
        Some(step.clone())
    }
}
