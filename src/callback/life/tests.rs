//! Stories of a request: each row of the table of its life.

#![allow(clippy::wildcard_enum_match_arm, reason = "a test looks at what it is about")]

mod chance;

use super::*;
use crate::base::id::{CallId, EntryId, JobId};
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::base::time::Utc;
use crate::callback::event::Revocation;
use crate::callback::request::{Promise, Rules};
use std::collections::BTreeMap;

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

/// A request, its clock, and a store that obeys.
struct Story {
    request: Request,
    now: Now,
    out: Outbox<Effect>,
    /// What the store says to the next questions; then always yes.
    refusals: u32,
    stored: Vec<Row>,
    heard: Vec<Effect>,
}

pub(super) fn at(seconds: u64) -> Now {
    let base = Utc::from_millis(1_790_000_000_000);
    let passed = Duration::from_secs(seconds);
    Now { monotonic: Moment::ZERO + passed, utc: base + passed }
}

pub(super) fn row() -> Row {
    let now = at(0).utc;
    Row {
        promise: Promise {
            callback: CallbackId::from(7),
            entry: EntryId::from(8),
            call: CallId::from(9),
            number: PhoneNumber::from_e164("+48601234567").expect("a number"),
            queue: "sales".to_owned(),
            ani: None,
            agent_media: Vec::new(),
            language: Language::new("en").expect("a language"),
            priority: 0,
            skills: crate::base::skill::Skills::none(),
            enqueued_at: now,
            registered_at: now,
            rules: Rules {
                attempts: 3,
                retry_after: 15 * MINUTE,
                busy_retry_after: 5 * MINUTE,
                trouble_retry_after: MINUTE,
                ring: Duration::from_secs(30),
                expires_at: now + 72 * HOUR,
            },
            data: BTreeMap::new(),
        },
        state: State::Waiting,
        attempts: Vec::new(),
        troubles: 0,
        not_before: now,
        changed_at: now,
    }
}

impl Story {
    fn new() -> Self {
        Self::of(Request::promised(row(), at(0)), Outbox::new(), at(0))
    }

    fn of(request: Request, out: Outbox<Effect>, now: Now) -> Self {
        let mut story =
            Self { request, now, out, refusals: 0, stored: Vec::new(), heard: Vec::new() };
        story.settle();
        story
    }

    fn restored(row: Row, now: Now) -> Self {
        let mut out = Outbox::new();
        let request = Request::restore(row, now, &mut out);
        Self::of(request, out, now)
    }

    /// Answers the store's questions and keeps what else is heard.
    fn settle(&mut self) {
        while let Some(effect) = self.out.pop() {
            match effect {
                Effect::Store(row) => {
                    let durable = self.refusals == 0;
                    self.refusals = self.refusals.saturating_sub(1);
                    if durable {
                        self.stored.push(*row);
                    }
                    self.request.handle(self.now, Event::Stored { durable }, &mut self.out);
                }
                other => self.heard.push(other),
            }
        }
    }

    fn when(mut self, event: Event) -> Self {
        self.heard.clear();
        self.request.handle(self.now, event, &mut self.out);
        self.settle();
        self
    }

    fn after(mut self, span: Duration) -> Self {
        self.now.monotonic = self.now.monotonic + span;
        self.now.utc = self.now.utc + span;
        self
    }

    fn timer(self) -> Self {
        self.when(Event::Timer)
    }

    fn store_fails(mut self, times: u32) -> Self {
        self.refusals = times;
        self
    }

    fn offered(self) -> Self {
        self.when(offered())
    }

    fn in_media(self) -> Self {
        self.offered().when(Event::AgentAccepted)
    }

    fn dialing(self) -> Self {
        self.in_media().when(dial())
    }

    fn connected(self) -> Self {
        self.dialing().when(Event::Ringing).when(Event::Answered)
    }

    fn missed(self, miss: Miss) -> Self {
        self.dialing().when(Event::Missed(miss))
    }

    #[track_caller]
    fn is(self, state: State) -> Self {
        assert_eq!(self.request.state(), state);
        let stored = self.stored.last().map_or(State::Waiting, |row| row.state);
        assert_eq!(stored, state, "what is stored");
        self
    }

    #[track_caller]
    fn counts(self, attempts: u32) -> Self {
        assert_eq!(self.request.row().attempts_counted(), attempts);
        self
    }

    #[track_caller]
    fn hears(self, effects: &[Effect]) -> Self {
        assert_eq!(self.heard, effects);
        self
    }

    #[track_caller]
    fn over(self, state: State) -> Self {
        assert!(self.request.is_over());
        assert!(self.heard.contains(&Effect::Over { callback: CallbackId::from(7) }));
        self.is(state)
    }
}

fn offered() -> Event {
    Event::Offered { job: JobId::from(1), agent: "ann".to_owned() }
}

fn dial() -> Event {
    Event::Dial { trunk: "one".to_owned() }
}

fn cancel() -> Event {
    Event::Cancel { reason: "asked".to_owned() }
}

fn prompt(prompt: &'static str) -> Effect {
    Effect::TellAgent { prompt }
}

fn signal(name: &'static str) -> Effect {
    Effect::Signal { name }
}

fn requeue(now: Now) -> Effect {
    Effect::Requeue { not_before: now.utc }
}

fn dialled(attempt: u32) -> Effect {
    Effect::Dial { attempt, trunk: "one".to_owned() }
}

#[test]
fn a_callback_runs_from_the_promise_to_the_conversation() {
    let story = Story::new().offered().is(State::Offered).when(Event::AgentAccepted);
    let story = story.is(State::AgentMedia).when(dial()).is(State::Dialing).hears(&[dialled(1)]);
    let story = story.when(Event::Answered).is(State::Connected).hears(&[]);
    story.when(Event::Finished { talked: MINUTE }).over(State::Completed).counts(1);
}

#[test]
fn an_agent_who_does_not_accept_costs_no_attempt() {
    let story = Story::new().offered().when(Event::OfferFailed).is(State::Waiting).counts(0);
    let story = story.hears(&[requeue(at(0))]);
    assert_eq!(story.request.agent(), None);
}

#[test]
fn an_agent_postpones_and_the_place_is_kept() {
    let later = at(3600).utc;
    let story = Story::new().in_media().when(Event::Postpone { not_before: later });
    let effects = [prompt("callback-postponed"), Effect::Requeue { not_before: later }];
    let story = story.is(State::Waiting).counts(0).hears(&effects);
    assert_eq!(story.request.row().promise.enqueued_at, at(0).utc);
}

#[test]
fn an_agent_discards() {
    Story::new().in_media().when(cancel()).over(State::Cancelled).counts(0);
}

#[test]
fn an_agent_who_hangs_up_in_the_media_costs_no_attempt() {
    let story = Story::new().in_media().when(Event::AgentLost { rang: false });
    story.is(State::Waiting).counts(0).hears(&[requeue(at(0))]);
}

#[test]
fn an_attempt_that_cannot_be_stored_is_not_dialled() {
    let story = Story::new().in_media().store_fails(1).when(dial());
    let story = story.hears(&[prompt("callback-not-stored")]);
    assert_eq!(story.request.state(), State::Waiting);
    assert!(story.request.row().attempts.is_empty());
    let early = story.when(offered()).hears(&[prompt("callback-not-due")]);
    early.after(STORE_PAUSE_FIRST).timer().is(State::Waiting).hears(&[requeue(at(0))]);
}

#[test]
fn an_offer_that_cannot_be_stored_lets_the_agent_go() {
    let story = Story::new().store_fails(1).offered();
    let story = story.hears(&[prompt("callback-not-stored")]);
    let story = story.after(STORE_PAUSE_FIRST).timer().hears(&[requeue(at(0))]);
    story.in_media().is(State::AgentMedia);
}

#[test]
fn no_answer_is_an_attempt_and_is_tried_again_after_a_while() {
    let story = Story::new().missed(Miss::NoAnswer).is(State::Retry).counts(1);
    let told = [prompt("customer-did-not-answer"), signal("queue-callback-unanswered")];
    let story = story.hears(&told).after(15 * MINUTE - Duration::from_secs(1)).timer();
    let story = story.is(State::Retry).after(Duration::from_secs(1)).timer();
    story.is(State::Waiting).hears(&[requeue(at(900))]);
}

#[test]
fn busy_is_an_attempt_with_a_shorter_pause() {
    let story = Story::new().missed(Miss::Busy).is(State::Retry).counts(1);
    let story = story.hears(&[prompt("customer-busy")]);
    story.after(5 * MINUTE).timer().is(State::Waiting);
}

#[test]
fn declined_is_an_attempt() {
    let story = Story::new().missed(Miss::Declined).is(State::Retry).counts(1);
    assert_eq!(story.request.row().not_before, at(900).utc);
}

#[test]
fn unwanted_is_never_tried_again() {
    let story = Story::new().missed(Miss::Unwanted).over(State::Cancelled);
    let over = Effect::Over { callback: CallbackId::from(7) };
    story.hears(&[prompt("customer-wants-no-calls"), signal("callback-unwanted"), over]);
}

#[test]
fn a_number_that_does_not_exist_fails() {
    Story::new().missed(Miss::NoSuchNumber).over(State::Failed);
}

#[test]
fn a_number_that_became_forbidden_fails_undialled() {
    Story::new().missed(Miss::Forbidden).over(State::Failed).counts(0);
    Story::new().in_media().when(Event::Missed(Miss::Forbidden)).over(State::Failed).counts(0);
}

#[test]
fn trunk_trouble_is_no_attempt_and_is_tried_again_soon() {
    let story = Story::new().missed(Miss::TrunkTrouble).is(State::Retry).counts(0);
    let story = story.hears(&[prompt("trunk-trouble"), signal("callback-trunk-trouble")]);
    let story = story.after(MINUTE).timer().is(State::Waiting).missed(Miss::TrunkTrouble);
    assert_eq!(story.request.row().not_before, at(60 + 120).utc, "twice as long");
    let story = story.after(2 * MINUTE).timer().missed(Miss::Busy);
    assert_eq!(story.request.row().troubles, 0, "a real attempt clears them");
}

#[test]
fn no_room_on_any_trunk_is_trouble_before_anything_is_dialled() {
    let story = Story::new().in_media().when(Event::Missed(Miss::TrunkTrouble));
    let story = story.is(State::Retry).counts(0);
    assert!(story.request.row().attempts.is_empty());
}

#[test]
fn the_next_trunk_is_an_attempt_of_its_own_stored_before_it_is_dialled() {
    let story = Story::new().dialing().when(Event::NextTrunk { trunk: "two".to_owned() });
    let story = story.hears(&[Effect::Dial { attempt: 2, trunk: "two".to_owned() }]);
    let story = story.is(State::Dialing).counts(0);
    let outcomes: Vec<_> =
        story.request.row().attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [Some(AttemptOutcome::TrunkTrouble), None]);
}

#[test]
fn a_next_trunk_that_cannot_be_stored_is_not_dialled() {
    let story = Story::new().dialing().store_fails(1);
    let story = story.when(Event::NextTrunk { trunk: "two".to_owned() });
    let story = story.hears(&[prompt("callback-not-stored")]).after(MINUTE).timer();
    story.is(State::Waiting).counts(0);
}

#[test]
fn an_agent_lost_before_the_phone_rings_charges_nothing() {
    let story = Story::new().dialing().when(Event::AgentLost { rang: false });
    story.is(State::Waiting).counts(0).hears(&[requeue(at(0))]);
}

#[test]
fn an_agent_lost_while_the_phone_rings_charges_nothing_and_waits_a_little() {
    let story = Story::new().dialing().when(Event::AgentLost { rang: true });
    let story = story.is(State::Retry).counts(0).hears(&[]);
    story.after(MINUTE).timer().is(State::Waiting);
}

#[test]
fn a_customer_whose_agent_is_lost_is_never_dropped() {
    let lost = || Story::new().connected().when(Event::AgentLost { rang: true });
    lost().is(State::Requeued).when(offered()).is(State::Requeued).hears(&[]);
    lost().when(Event::Finished { talked: MINUTE }).over(State::Completed);
    lost().when(Event::Abandoned).over(State::Abandoned);
}

#[test]
fn attempts_are_used_up() {
    let story = Story::new().missed(Miss::NoAnswer).after(15 * MINUTE).timer();
    let story = story.missed(Miss::Busy).after(5 * MINUTE).timer();
    let story = story.missed(Miss::TrunkTrouble).after(MINUTE).timer().is(State::Waiting);
    story.missed(Miss::NoAnswer).over(State::Exhausted).counts(3);
}

#[test]
fn a_request_expires_while_it_waits() {
    let story = Story::new();
    let deadline = story.request.deadline().expect("expires");
    assert_eq!(deadline.at, at(72 * 3600).monotonic);
    let story = story.after(72 * HOUR).timer().over(State::Expired);
    assert_eq!(story.heard.first(), Some(&signal("callback-expired")));
    assert_eq!(story.request.deadline(), None);
}

#[test]
fn a_request_expires_between_two_attempts() {
    let mut soon = row();
    soon.promise.rules.expires_at = at(600).utc;
    let story = Story::of(Request::promised(soon, at(0)), Outbox::new(), at(0));
    let story = story.missed(Miss::NoAnswer).is(State::Retry);
    assert_eq!(story.request.deadline().map(|deadline| deadline.at), Some(at(600).monotonic));
    story.after(10 * MINUTE).timer().over(State::Expired);
}

#[test]
fn expiry_only_prevents_another_try_once_an_agent_is_reserved() {
    let late = |story: Story| story.after(73 * HOUR).timer();
    late(Story::new().offered()).is(State::Offered).when(Event::OfferFailed).over(State::Expired);
    late(Story::new().in_media()).when(dial()).is(State::Dialing);
    late(Story::new().dialing()).when(Event::Missed(Miss::Busy)).over(State::Expired);
    late(Story::new().dialing()).when(Event::Answered).is(State::Connected);
}

#[test]
fn a_request_is_cancelled_wherever_nothing_was_dialled() {
    Story::new().when(cancel()).over(State::Cancelled);
    Story::new().missed(Miss::Busy).when(cancel()).over(State::Cancelled);
    let story = Story::new().offered().when(cancel()).over(State::Cancelled);
    assert_eq!(story.heard.first(), Some(&prompt("callback-cancelled")));
    let story = Story::new().in_media().when(Event::Supersede).over(State::Superseded);
    assert_eq!(story.heard.first(), Some(&prompt("callback-cancelled")));
    Story::new().when(Event::Supersede).over(State::Superseded);
}

#[test]
fn a_request_cancelled_while_it_is_dialled_is_not_tried_again() {
    let story = Story::new().dialing().when(cancel()).is(State::Dialing);
    story.when(Event::Missed(Miss::NoAnswer)).over(State::Cancelled);
    let story = Story::new().dialing().when(Event::Supersede);
    story.when(Event::AgentLost { rang: false }).over(State::Superseded);
    let story = Story::new().dialing().when(cancel()).when(Event::Answered);
    story.is(State::Connected).when(Event::Finished { talked: MINUTE }).over(State::Completed);
}

#[test]
fn a_miss_that_cannot_be_stored_is_remembered_and_nobody_is_called_meanwhile() {
    let story = Story::new().dialing().store_fails(2).when(Event::Missed(Miss::NoAnswer));
    let told = [prompt("customer-did-not-answer"), signal("queue-callback-unanswered")];
    let story = story.hears(&told).counts(1);
    assert_eq!(story.request.state(), State::Retry);
    let story = story.after(20 * MINUTE).timer();
    assert_eq!(story.stored.last().map(|row| row.state), Some(State::Dialing));
    let story = story.after(STORE_PAUSE_MAX).timer().is(State::Retry).hears(&[]);
    let story = story.timer().is(State::Waiting);
    let now = story.now;
    assert!(matches!(story.heard.as_slice(), [Effect::Requeue { not_before }]
        if *not_before <= now.utc));
}

#[test]
fn an_end_is_over_only_when_it_is_stored() {
    let story = Story::new().connected().store_fails(1).when(Event::Finished { talked: HOUR });
    assert!(!story.request.is_over());
    let story = story.hears(&[]);
    story.after(STORE_PAUSE_FIRST).timer().over(State::Completed);
}

#[test]
fn pauses_of_a_failing_store_grow_to_a_minute() {
    let mut story = Story::new().when(cancel()).connected_never();
    let mut pauses = Vec::new();
    for _ in 0..9 {
        story = story.store_fails(1).timer();
        let again = story.request.deadline().expect("asked again").at;
        pauses.push(again.since(story.now.monotonic).as_secs());
        story = story.after(STORE_PAUSE_MAX);
    }
    assert_eq!(pauses, [2, 4, 8, 16, 32, 60, 60, 60, 60]);
}

impl Story {
    /// A cancelled request whose end is not stored yet.
    fn connected_never(self) -> Self {
        drop(self);
        Self::new().store_fails(1).when(cancel()).after(STORE_PAUSE_MAX)
    }
}

#[test]
fn an_agent_lost_while_the_attempt_is_being_stored_stops_the_dialling() {
    let Story { mut request, now, mut out, .. } = Story::new().in_media();
    request.handle(now, dial(), &mut out);
    request.handle(now, Event::AgentLost { rang: false }, &mut out);
    request.handle(now, Event::Stored { durable: true }, &mut out);
    request.handle(now, Event::Stored { durable: true }, &mut out);
    let effects: Vec<_> = out.drain().collect();
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Dial { .. })), "{effects:?}");
    assert!(request.row().attempts.is_empty());
    assert_eq!((request.state(), effects.last()), (State::Waiting, Some(&requeue(now))));
}

#[test]
fn events_wait_in_order_while_the_store_is_asked() {
    let Story { mut request, now, mut out, .. } = Story::new();
    for event in [offered(), Event::AgentAccepted, dial()] {
        request.handle(now, event, &mut out);
    }
    assert_eq!(request.state(), State::Offered);
    for _ in 0..3 {
        request.handle(now, Event::Stored { durable: true }, &mut out);
    }
    assert_eq!(request.state(), State::Dialing);
    assert_eq!(out.drain().last(), Some(dialled(1)));
}

fn in_state(state: State) -> Row {
    let mut story = Story::new();
    story = match state {
        State::Offered => story.offered(),
        State::AgentMedia => story.in_media(),
        State::Dialing => story.dialing(),
        State::Connected => story.connected(),
        State::Requeued => story.connected().when(Event::AgentLost { rang: true }),
        State::Retry => story.missed(Miss::NoAnswer),
        _ => story,
    };
    assert_eq!(story.request.state(), state);
    story.request.row().clone()
}

#[test]
fn after_a_restart_waiting_and_retry_are_as_they_were() {
    let story = Story::restored(in_state(State::Waiting), at(60));
    let story = story.hears(&[requeue(at(0))]);
    assert!(story.stored.is_empty(), "nothing to write");
    let story = Story::restored(in_state(State::Retry), at(60)).hears(&[]);
    assert!(story.stored.is_empty(), "nothing to write");
    story.after(14 * MINUTE).timer().is(State::Waiting).counts(1);
}

#[test]
fn after_a_restart_an_offer_waits_again() {
    for state in [State::Offered, State::AgentMedia] {
        Story::restored(in_state(state), at(60)).is(State::Waiting).hears(&[requeue(at(0))]);
    }
}

#[test]
fn after_a_restart_an_attempt_is_an_orphan_that_counts() {
    let story = Story::restored(in_state(State::Dialing), at(60)).is(State::Retry).counts(1);
    let story = story.hears(&[signal("callback-orphaned")]);
    let last = story.request.row().attempts.last().and_then(|attempt| attempt.outcome);
    assert_eq!(last, Some(AttemptOutcome::Orphaned));
    let mut only_one = in_state(State::Dialing);
    only_one.promise.rules.attempts = 1;
    Story::restored(only_one, at(60)).over(State::Exhausted);
}

#[test]
fn after_a_restart_nobody_who_was_connected_is_called_again() {
    for state in [State::Connected, State::Requeued] {
        let story = Story::restored(in_state(state), at(60)).over(State::Completed);
        assert_eq!(story.heard.first(), Some(&signal("callback-interrupted")));
    }
}

#[test]
fn after_a_long_restart_what_has_expired_expires() {
    let story = Story::restored(in_state(State::Waiting), at(80 * 3600));
    story.timer().over(State::Expired);
}

#[test]
fn a_wall_clock_that_jumps_neither_hastens_nor_delays_a_retry() {
    let story = Story::new().missed(Miss::NoAnswer);
    let mut back = story.after(15 * MINUTE);
    back.now.utc = Utc::from_millis(back.now.utc.as_millis() - 86_400_000);
    back.timer().is(State::Waiting);
    let mut ahead = Story::new().missed(Miss::NoAnswer).after(MINUTE);
    ahead.now.utc = ahead.now.utc + 24 * HOUR;
    ahead.timer().is(State::Retry);
}

fn revoke(supersede: bool) -> Event {
    Event::Revoke { supersede }
}

fn answer(revocation: Revocation) -> Effect {
    Effect::Revoked { revocation }
}

#[test]
fn a_customer_who_calls_again_may_cancel_while_it_waits() {
    let story = Story::new().when(revoke(false));
    assert_eq!(story.request.state(), State::Cancelled);
    assert_eq!(story.heard.last(), Some(&answer(Revocation::Done)));
    let story = Story::new().when(revoke(true));
    assert_eq!(story.request.state(), State::Superseded);
}

#[test]
fn an_agent_who_was_reserved_is_told_before_the_customer_hears_it() {
    let story = Story::new().when(offered()).when(Event::AgentAccepted).when(revoke(false));
    let told = Effect::TellAgent { prompt: "callback-cancelled" };
    let over = Effect::Over { callback: CallbackId::from(7) };
    assert_eq!(story.heard, [told, over, answer(Revocation::Done)]);
}

#[test]
fn what_cannot_be_stored_is_not_cancelled() {
    let mut story = Story::new();
    story.refusals = 1;
    let story = story.when(revoke(false));
    assert_eq!(story.request.state(), State::Waiting);
    assert_eq!(story.heard.last(), Some(&answer(Revocation::NotStored)));
    let story = story.after(MINUTE).when(Event::Timer);
    assert_eq!(story.stored.last().map(|row| row.state), Some(State::Waiting));
}

#[test]
fn a_word_that_comes_while_the_phone_rings_is_too_late_and_the_last_try_all_the_same() {
    let dialling = || Story::new().when(offered()).when(Event::AgentAccepted).when(dial());
    let story = dialling().when(revoke(false));
    assert_eq!(story.heard, [answer(Revocation::TooLate)]);
    let story = story.when(Event::Missed(Miss::Busy));
    assert_eq!(story.request.state(), State::Cancelled);
    let story = dialling().when(revoke(true)).when(Event::Missed(Miss::Busy));
    assert_eq!(story.request.state(), State::Retry);
}

#[test]
fn a_request_that_is_over_cannot_be_cancelled_again() {
    let story = Story::new().when(cancel()).when(revoke(true));
    assert_eq!(story.heard, [answer(Revocation::Gone)]);
}
