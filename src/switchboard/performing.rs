//! Carries out what a call's flow asks.

use super::call::{Inherited, Place, Take};
use super::heart::{Alarm, Switchboard};
use super::kept::Waiter;
use super::leg::Stage;
use super::store::CallResult;
use super::turn::{Turn, Work};
use crate::base::id::{CallId, EntryId, RecordingId};
use crate::base::outbox::Outbox;
use crate::base::skill::Skills;
use crate::callback::intent;
use crate::flow::effect::{Effect, Event, Join, QueueOutcome};
use crate::media::command::{Command as MediaCommand, RecordLimits, RecordOutcome};
use crate::queue::event::{EntryKind, Event as QueueEvent, Join as QueueJoin, Refusal};
use crate::sip::event::Command;
use std::time::Duration;

impl Switchboard {
    /// Lets a call's flow take its first steps.
    pub(super) fn begin_flow(&mut self, call: CallId, turn: &mut Turn<'_>) {
        self.with_runner(call, turn, |runner, facts, now, out| runner.begin(now, facts, out));
    }

    /// Tells a call's flow what happened; what it asks is done later in this turn.
    pub(super) fn tell_flow(&mut self, call: CallId, event: Event, turn: &mut Turn<'_>) {
        self.with_runner(call, turn, |runner, facts, now, out| {
            runner.handle(now, event, facts, out);
        });
    }

    fn with_runner(
        &mut self,
        call: CallId,
        turn: &mut Turn<'_>,
        act: impl FnOnce(
            &mut crate::flow::runner::Runner,
            &super::facts::CallFacts<'_>,
            crate::base::time::Now,
            &mut Outbox<Effect>,
        ),
    ) {
        let Some(mut runner) = self.calls.get_mut(&call).and_then(|call| call.runner.take()) else {
            return;
        };
        let mut out = Outbox::new();
        if let Some(facts) = self.facts_of(call, turn.now) {
            act(&mut runner, &facts, turn.now, &mut out);
        }
        turn.work.extend(out.drain().map(|effect| Work::Flow(call, effect)));
        self.timers.follow(Alarm::Flow(call), runner.deadline());
        if let Some(record) = self.calls.get_mut(&call) {
            record.runner = Some(runner);
        }
    }

    /// Carries one effect of a call's flow.
    pub(super) fn on_flow(&mut self, call: CallId, effect: Effect, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get(&call) else { return };
        let leg = record.leg;
        match effect {
            Effect::Step { flow, section, notation } => turn.tell(
                Some(call),
                "flow.step",
                vec![("flow", flow), ("section", section), ("does", notation.to_owned())],
            ),
            Effect::Exit { flow, place, outcome } => turn.tell(
                Some(call),
                "flow.exit",
                vec![
                    ("flow", flow),
                    ("at", format!("{}:{}", place.line, place.column)),
                    ("outcome", outcome),
                ],
            ),
            Effect::Note { text } => {
                tracing::info!(%call, text, "note of the flow");
                turn.tell(Some(call), "flow.remark", vec![("text", text)]);
            }
            Effect::Ring => self.ring(call, turn),
            Effect::Answer => self.answer(call, turn),
            Effect::Reject { status } => self.reject(call, status, turn),
            Effect::HangUp { cause } => self.finish_call(call, cause, turn),
            Effect::Finished { escalation } => {
                if let Some(escalation) = escalation {
                    tracing::warn!(%call, name = escalation.name, "nobody caught an escalation");
                    let facts = vec![("escalation", escalation.name)];
                    turn.tell(Some(call), "flow.uncaught", facts);
                }
                self.finish_call(call, None, turn);
            }
            Effect::Play { play, clips, repeat } => {
                self.play_clips(leg, play, repeat, &clips, turn);
            }
            Effect::StopPlay => self.stop_playing(leg, turn),
            Effect::Record { longest, shortest, silence, finish, beep } => {
                let limits = RecordLimits { longest, silence, finish, beep };
                self.record(call, limits, shortest, turn);
            }
            Effect::OpenMailbox { mailbox } => self.open_mailbox(call, &mailbox, turn),
            Effect::LeaveMessage { mailbox, recording } => {
                self.leave_message(call, mailbox, recording, turn);
            }
            Effect::Listen => self.listen(call, turn),
            Effect::DeleteRecording(recording) => self.delete_recording(call, recording, turn),
            Effect::Join(join) => self.join(call, join, turn),
            Effect::QueueMusic => self.queue_music(call, turn),
            Effect::ExitQueue => self.tell_intent(call, intent::Event::ExitQueue, turn),
            Effect::StartCallback { queue, on_hang_up } => {
                self.start_callback(call, queue, on_hang_up, turn);
            }
            Effect::RegisterCallback(registration) => {
                self.register_callback(call, *registration, turn);
            }
            Effect::Ask { ask, request } => self.ask_web(call, ask, request, turn),
            Effect::Tag(text) => self.tag(call, &text, turn),
            Effect::Remark(text) => self.remark(call, &text, turn),
            Effect::Announce { name, data } => self.announce(call, name, data, turn),
            Effect::DismissCallback => self.tell_intent(call, intent::Event::Dismiss, turn),
            Effect::Move(wish) => self.move_caller(call, wish, turn),
            Effect::Transfer(wish) => self.begin_transfer(call, *wish, turn),
            Effect::RevokeCallback { queue, take_over } => {
                self.revoke_callback(call, queue.as_deref(), take_over, turn);
            }
        }
    }

    fn ring(&mut self, call: CallId, turn: &mut Turn<'_>) {
        if let Some(session) = self.early_session(call) {
            self.command_sip(Command::Ring { session, status: 180, body: None }, turn);
        }
    }

    pub(super) fn answer(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(session) = self.early_session(call) else { return };
        let Some(record) = self.calls.get_mut(&call) else { return };
        let (leg, offer) = (record.leg, record.offer.take());
        let shard = self.legs.roomiest_shard();
        if self.open_line(leg, shard, turn).is_none() {
            return self.give_up(call, 503, "No Media Port Free", turn);
        }
        let body = match &offer {
            Some(offer) => self.describe_answer(leg, offer, turn),
            None => self.describe_offer(leg).ok_or_else(|| "there is no sound".to_owned()),
        };
        match body {
            Ok(body) => {
                if let Some(leg) = self.legs.find_mut(leg) {
                    leg.stage = Stage::Up;
                }
                self.command_sip(Command::Accept { session, body }, turn);
                turn.tell(Some(call), "call.answered", Vec::new());
            }
            Err(reason) => self.give_up(call, 488, &reason, turn),
        }
    }

    /// The session of a caller whom we have not answered yet.
    pub(super) fn early_session(&self, call: CallId) -> Option<crate::base::id::SessionId> {
        let leg = self.legs.find(self.calls.get(&call)?.leg)?;
        (leg.stage == Stage::Early).then_some(leg.session)
    }

    fn reject(&mut self, call: CallId, status: u16, turn: &mut Turn<'_>) {
        if let Some(record) = self.calls.get_mut(&call) {
            record.note_result(CallResult::Rejected);
        }
        if let Some(session) = self.early_session(call) {
            self.refuse(session, status, None, turn);
        }
        self.finish_call(call, None, turn);
    }

    /// The call cannot be served; its flow ends as if the caller had gone.
    fn give_up(&mut self, call: CallId, status: u16, reason: &str, turn: &mut Turn<'_>) {
        tracing::info!(%call, status, reason, "the call is refused");
        if let Some(session) = self.early_session(call) {
            self.refuse(session, status, Some(reason), turn);
        }
        if let Some(record) = self.calls.get_mut(&call) {
            record.note_result(CallResult::Rejected);
            record.present = false;
        }
        self.tell_flow(call, Event::HungUp, turn);
    }

    fn record(
        &mut self,
        call: CallId,
        limits: RecordLimits,
        shortest: Duration,
        turn: &mut Turn<'_>,
    ) {
        let recording: RecordingId = self.ids.mint();
        let Some(record) = self.calls.get_mut(&call) else { return };
        match self.legs.find(record.leg).and_then(|leg| leg.line) {
            Some(line) => {
                record.recordings.insert(recording, Take::Running { shortest });
                let port = line.port;
                turn.media(line.shard, MediaCommand::Record { port, recording, limits });
            }
            None => self.tell_flow(call, Event::Recorded { recording: None }, turn),
        }
    }

    /// A recording of a caller is over.
    pub(super) fn recorded(
        &mut self,
        call: CallId,
        recording: RecordingId,
        outcome: RecordOutcome,
        turn: &mut Turn<'_>,
    ) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        let shortest = match record.recordings.get(&recording) {
            Some(Take::Running { shortest }) => *shortest,
            Some(Take::Kept { .. }) | None => Duration::ZERO,
        };
        let kept = match outcome {
            RecordOutcome::Kept { length } if length >= shortest => {
                record.recordings.insert(recording, Take::Kept { length });
                let seconds = format!("{:.1}", length.as_secs_f64());
                turn.tell(Some(call), "recording.saved", vec![("seconds", seconds)]);
                Some(recording)
            }
            RecordOutcome::Kept { .. } => {
                self.delete_recording(call, recording, turn);
                None
            }
            RecordOutcome::Empty => {
                record.recordings.remove(&recording);
                None
            }
            RecordOutcome::Failed => {
                record.recordings.remove(&recording);
                return self.tell_flow(call, Event::RecordingFailed, turn);
            }
        };
        self.tell_flow(call, Event::Recorded { recording: kept }, turn);
    }

    fn join(&mut self, call: CallId, join: Join, turn: &mut Turn<'_>) {
        // Who waits in a queue hears something, and an agent's answer needs sound to join.
        if self.early_session(call).is_some() {
            self.answer(call, turn);
        }
        let entry: EntryId = self.ids.mint();
        let Some(record) = self.calls.get_mut(&call).filter(|call| call.present) else { return };
        record.record.queue = Some(join.queue.clone());
        let inherited = record.inherited.take_if(|place| place.queue == join.queue);
        let own = inherited.as_ref().map_or(join.priority, |place| place.priority);
        let enqueued_at = inherited.as_ref().map_or(turn.now.utc, |place| place.enqueued_at);
        let place = Place {
            entry,
            queue: join.queue,
            priority: join.priority.max(own),
            skills: skills_of(join.skills, inherited.as_ref()),
            timeout: join.timeout,
            since: turn.now.monotonic,
            enqueued_at,
            held: true,
        };
        record.place = Some(place.clone());
        self.waiters.insert(entry, Waiter::Caller(call));
        if !self.is_open(&place.queue, turn) {
            return self.join_refused(call, Refusal::Closed, turn);
        }
        self.take_place(&place, inherited.is_some(), turn);
    }

    /// Asks the queues for a caller's place.
    pub(super) fn take_place(&mut self, place: &Place, inherited: bool, turn: &mut Turn<'_>) {
        let wish = QueueJoin {
            entry: place.entry,
            queue: place.queue.clone(),
            priority: place.priority,
            skills: place.skills.clone(),
            enqueued_at: place.enqueued_at,
            kind: EntryKind::Live,
            timeout: place.timeout,
            recovered: false,
            inherited,
        };
        self.tell_queues(QueueEvent::Join(wish), turn);
    }

    /// Whether a queue's hours are open.
    pub(super) fn is_open(&self, queue: &str, turn: &Turn<'_>) -> bool {
        let hours = self.settings.queue(queue).and_then(|queue| queue.hours.as_ref());
        let calendar = hours.and_then(|hours| self.settings.hours.get(hours));
        calendar.is_none_or(|calendar| calendar.is_open(turn.now.utc))
    }

    /// There is no place in the queue for this call.
    pub(super) fn join_refused(&mut self, call: CallId, why: Refusal, turn: &mut Turn<'_>) {
        self.forget_place(call);
        let outcome = match why {
            Refusal::Full => QueueOutcome::Full,
            Refusal::Closed | Refusal::Unknown => QueueOutcome::Closed,
            Refusal::NoAgents => QueueOutcome::NoAgents,
        };
        turn.tell(Some(call), "queue.refused", vec![("why", format!("{why:?}"))]);
        self.tell_flow(call, Event::LeftQueue(outcome), turn);
    }

    /// The call holds no place any more.
    pub(super) fn forget_place(&mut self, call: CallId) {
        let Some(place) = self.calls.get_mut(&call).and_then(|call| call.place.take()) else {
            return;
        };
        if matches!(self.waiters.get(&place.entry), Some(Waiter::Caller(_))) {
            self.waiters.remove(&place.entry);
        }
    }

    fn queue_music(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get(&call) else { return };
        let queue = record.place.as_ref().map_or("", |place| place.queue.as_str());
        let music = self.settings.music_of(queue).to_owned();
        self.play_music(record.leg, &music, turn);
    }
}

/// What the flow asks for; else what the place asked for that was taken over.
fn skills_of(wished: Skills, inherited: Option<&Inherited>) -> Skills {
    match inherited {
        Some(place) if wished.is_empty() => place.skills.clone(),
        Some(_) | None => wished,
    }
}
