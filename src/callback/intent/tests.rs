//! Stories of a caller: each row of the table of start, register and dismiss.

use super::*;
use proptest::prelude::*;

const START: Event = Event::Start { on_hang_up: false };
const PLACE: u64 = 8;

fn place() -> EntryId {
    EntryId::from(PLACE)
}

fn left(reason: Leaving) -> Effect {
    Effect::Leave { entry: place(), reason }
}

fn told(told: Told) -> Effect {
    Effect::Tell(told)
}

fn escalated(name: &'static str) -> Effect {
    Effect::Tell(Told::Escalated(name))
}

fn resume() -> Effect {
    Effect::Resume { entry: place() }
}

struct Story {
    intent: Intent,
    now: Now,
    heard: Vec<Effect>,
}

impl Story {
    fn in_flow() -> Self {
        Self { intent: Intent::new(), now: Now::default(), heard: Vec::new() }
    }

    fn queued() -> Self {
        Self::in_flow().when(Event::Joined { entry: place() })
    }

    fn started() -> Self {
        Self::queued().when(START).when(Event::Suspended)
    }

    fn started_before_any_queue() -> Self {
        Self::in_flow().when(START)
    }

    fn registering() -> Self {
        Self::started().when(Event::Register)
    }

    fn registered() -> Self {
        Self::registering().when(Event::Stored)
    }

    fn when(mut self, event: Event) -> Self {
        let mut out = Outbox::new();
        self.intent.handle(self.now, event, &mut out);
        self.heard = out.drain().collect();
        self
    }

    fn after(mut self, span: Duration) -> Self {
        self.now.monotonic = self.now.monotonic + span;
        self
    }

    #[track_caller]
    fn is(self, stage: Stage) -> Self {
        assert_eq!(self.intent.stage(), stage);
        self
    }

    #[track_caller]
    fn hears(self, effects: &[Effect]) -> Self {
        assert_eq!(self.heard, effects);
        self
    }
}

#[test]
fn start_before_any_queue_moves_no_queue() {
    let story = Story::started_before_any_queue().is(Stage::Started);
    story.hears(&[told(Told::Started)]);
}

#[test]
fn start_in_a_queue_suspends_the_entry() {
    let story = Story::queued().when(START).is(Stage::Queued);
    let story = story.hears(&[Effect::Suspend { entry: place() }]);
    story.when(Event::Suspended).is(Stage::Started).hears(&[told(Told::Started)]);
}

#[test]
fn the_connection_wins_over_a_start_that_comes_too_late() {
    let story = Story::queued().when(START).when(Event::TooLate).is(Stage::Connected);
    let story = story.hears(&[]).when(Event::Connected).is(Stage::Connected);
    story.when(START).is(Stage::Connected).hears(&[]);
    let crossed = Story::queued().when(START).when(Event::Connected).is(Stage::Connected);
    crossed.when(Event::TooLate).is(Stage::Connected);
}

#[test]
fn an_agent_answers_a_caller_who_waits() {
    let story = Story::queued().when(Event::Connected).is(Stage::Connected).hears(&[]);
    story.when(Event::LeftQueue).is(Stage::Flow);
}

#[test]
fn a_customer_whose_agent_is_lost_waits_again() {
    let story = Story::queued().when(Event::Connected);
    story.when(Event::Joined { entry: place() }).is(Stage::Queued);
}

#[test]
fn dismiss_puts_the_caller_back_into_the_queue() {
    let story = Story::started().when(Event::Dismiss).is(Stage::Queued);
    let effects = [Effect::Count(Count::Dismissed), resume(), told(Told::Dismissed)];
    let story = story.hears(&effects).when(Event::HangUp).is(Stage::Ended);
    story.hears(&[left(Leaving::Abandoned)]);
}

#[test]
fn dismiss_before_any_queue_only_goes_on() {
    let story = Story::started_before_any_queue().when(Event::Dismiss).is(Stage::Flow);
    story.hears(&[Effect::Count(Count::Dismissed), told(Told::Dismissed)]);
}

#[test]
fn dismiss_before_the_queue_has_answered_start_undoes_it() {
    let story = Story::queued().when(START).when(Event::Dismiss).is(Stage::Queued);
    let story = story.hears(&[resume(), told(Told::Dismissed)]);
    story.when(Event::Suspended).is(Stage::Queued).hears(&[]);
}

#[test]
fn success_is_told_only_when_the_promise_is_stored() {
    let story = Story::registering().is(Stage::Registering).hears(&[]);
    let story = story.when(Event::Stored).is(Stage::Registered);
    story.hears(&[Effect::Count(Count::Requested), told(Told::Registered)]);
}

#[test]
fn the_clock_of_start_is_off_while_the_store_is_asked() {
    let story = Story::registering();
    assert_eq!(story.intent.deadline(), None);
    story.after(2 * STARTED_MAX).when(Event::Timer).is(Stage::Registering).hears(&[]);
}

#[test]
fn a_request_that_is_not_stored_may_be_asked_again_or_dismissed() {
    let refused = || Story::registering().when(Event::NotStored).is(Stage::Started).hears(&[]);
    refused().when(Event::Register).when(Event::Stored).is(Stage::Registered);
    refused().when(Event::Dismiss).is(Stage::Queued);
}

#[test]
fn a_hang_up_while_the_store_is_asked_comes_out_as_the_store_says() {
    let gone = || Story::registering().when(Event::HangUp).is(Stage::Registering).hears(&[]);
    let stored = gone().when(Event::Stored).is(Stage::Ended);
    stored.hears(&[Effect::Count(Count::Requested), told(Told::Registered)]);
    let refused = gone().when(Event::NotStored).is(Stage::Ended);
    refused.hears(&[Effect::Count(Count::Incomplete), left(Leaving::Incomplete)]);
}

#[test]
fn start_twice_is_an_escalation() {
    let hears = [escalated("callback-already-started")];
    Story::started().when(START).is(Stage::Started).hears(&hears);
    Story::queued().when(START).when(START).is(Stage::Queued).hears(&hears);
    Story::registering().when(START).is(Stage::Registering).hears(&hears);
}

#[test]
fn a_hang_up_while_started_is_incomplete_and_no_abandon() {
    let story = Story::started().when(Event::HangUp).hears(&[]).when(Event::FlowEnded);
    let incomplete = [Effect::Count(Count::Incomplete), left(Leaving::Incomplete)];
    story.is(Stage::Ended).hears(&incomplete);
    let story = Story::started_before_any_queue().when(Event::HangUp).when(Event::FlowEnded);
    story.is(Stage::Ended).hears(&[Effect::Count(Count::Incomplete)]);
}

#[test]
fn last_words_may_register() {
    let story = Story::started().when(Event::HangUp).when(Event::Register);
    let story = story.is(Stage::Registering).when(Event::Stored).is(Stage::Registered);
    story.when(Event::FlowEnded).is(Stage::Ended).hears(&[]);
}

#[test]
fn last_words_that_fail_to_register_leave_it_incomplete() {
    let story = Story::started().when(Event::HangUp).when(Event::Register);
    let story = story.when(Event::NotStored).is(Stage::Started).when(Event::FlowEnded);
    story.hears(&[Effect::Count(Count::Incomplete), left(Leaving::Incomplete)]);
}

#[test]
fn last_words_that_dismiss_make_it_an_abandon() {
    let story = Story::started().when(Event::HangUp).when(Event::Dismiss).is(Stage::Ended);
    let effects =
        [Effect::Count(Count::Dismissed), left(Leaving::Abandoned), told(Told::Dismissed)];
    story.hears(&effects).when(Event::FlowEnded).hears(&[]);
}

#[test]
fn last_words_cannot_start() {
    let story = Story::started().when(Event::HangUp).when(START);
    story.is(Stage::Started).hears(&[escalated("callback-caller-gone")]);
    let story = Story::queued().when(Event::HangUp).when(START);
    story.is(Stage::Ended).hears(&[escalated("callback-caller-gone")]);
}

#[test]
fn a_number_named_at_start_is_registered_on_hang_up() {
    let start = Event::Start { on_hang_up: true };
    let gone = || {
        let story = Story::queued().when(start).when(Event::Suspended).when(Event::HangUp);
        story.when(Event::FlowEnded).is(Stage::Registering).hears(&[Effect::RegisterOnHangUp])
    };
    gone().when(Event::Stored).is(Stage::Ended);
    let refused = gone().when(Event::NotStored).is(Stage::Ended);
    refused.hears(&[Effect::Count(Count::Incomplete), left(Leaving::Incomplete)]);
}

#[test]
fn a_caller_started_too_long_is_an_escalation() {
    let story = Story::started();
    let deadline = story.intent.deadline().expect("a clock runs");
    assert_eq!(deadline.at, Moment::ZERO + STARTED_MAX);
    let story = story.when(Event::Timer).hears(&[]).after(STARTED_MAX).when(Event::Timer);
    let story = story.is(Stage::Started).hears(&[escalated("callback-started-too-long")]);
    story.when(Event::Dismiss).is(Stage::Queued);
}

#[test]
fn nobody_is_hurried_after_hanging_up() {
    let story = Story::started().when(Event::HangUp);
    assert_eq!(story.intent.deadline(), None);
}

#[test]
fn exit_queue_dismisses_first() {
    let story = Story::started().when(Event::ExitQueue).is(Stage::Flow);
    story.hears(&[Effect::Count(Count::Dismissed), left(Leaving::Exited)]);
    Story::queued().when(Event::ExitQueue).is(Stage::Flow).hears(&[left(Leaving::Exited)]);
}

#[test]
fn a_flow_that_hangs_up_on_a_started_caller_dismisses() {
    let story = Story::started().when(Event::FlowEnded).is(Stage::Ended);
    story.hears(&[Effect::Count(Count::Dismissed), left(Leaving::Exited)]);
    let story = Story::started_before_any_queue().when(Event::FlowEnded).is(Stage::Ended);
    story.hears(&[Effect::Count(Count::Dismissed)]);
}

#[test]
fn a_registered_caller_who_hangs_up_is_no_abandon() {
    Story::registered().when(Event::HangUp).is(Stage::Ended).hears(&[]);
    Story::registered().when(Event::FlowEnded).is(Stage::Ended).hears(&[]);
}

#[test]
fn what_is_registered_is_not_started_registered_or_dismissed_again() {
    for event in [START, Event::Register, Event::Dismiss] {
        let story = Story::registered().when(event).is(Stage::Registered);
        story.hears(&[escalated("callback-already-registered")]);
    }
}

#[test]
fn dismiss_without_start_changes_nothing() {
    Story::in_flow().when(Event::Dismiss).is(Stage::Flow).hears(&[told(Told::Dismissed)]);
    Story::queued().when(Event::Dismiss).is(Stage::Queued).hears(&[told(Told::Dismissed)]);
}

#[test]
fn register_without_start_is_an_escalation() {
    let hears = [escalated("callback-not-started")];
    Story::in_flow().when(Event::Register).is(Stage::Flow).hears(&hears);
    Story::queued().when(Event::Register).is(Stage::Queued).hears(&hears);
}

#[test]
fn a_hang_up_while_queued_is_an_abandon() {
    Story::queued().when(Event::HangUp).is(Stage::Ended).hears(&[left(Leaving::Abandoned)]);
    let starting = Story::queued().when(START).when(Event::HangUp);
    starting.is(Stage::Ended).hears(&[left(Leaving::Abandoned)]);
}

#[test]
fn a_place_given_to_a_caller_who_is_gone_is_given_back() {
    let story = Story::in_flow().when(Event::HangUp).when(Event::Joined { entry: place() });
    story.is(Stage::Ended).hears(&[left(Leaving::Abandoned)]);
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Joined { entry: place() }),
        Just(Event::LeftQueue),
        any::<bool>().prop_map(|on_hang_up| Event::Start { on_hang_up }),
        Just(Event::Suspended),
        Just(Event::TooLate),
        Just(Event::Register),
        Just(Event::Stored),
        Just(Event::NotStored),
        Just(Event::Dismiss),
        Just(Event::ExitQueue),
        Just(Event::Connected),
        Just(Event::Timer),
    ]
}

proptest! {
    /// Whatever happens, a caller who hangs up comes to an end, once the flow and the store
    /// have said their last; and success is told only after the store has said so.
    #[test]
    fn every_caller_comes_to_one_end(
        events in prop::collection::vec(any_event(), 0..40),
        durable in any::<bool>(),
    ) {
        let mut story = Story::in_flow();
        for event in events {
            let before = story.intent.stage();
            story = story.when(event);
            let success = story.heard.contains(&told(Told::Registered));
            prop_assert_eq!(success, before == Stage::Registering && event == Event::Stored);
            let answered = story.heard.iter().filter(|e| matches!(e, Effect::Tell(_))).count();
            prop_assert!(answered <= 1);
        }
        let store = if durable { Event::Stored } else { Event::NotStored };
        let story = story.when(Event::HangUp).when(Event::FlowEnded).when(store);
        prop_assert_eq!(story.intent.stage(), Stage::Ended);
        prop_assert_eq!(story.intent.deadline(), None);
    }
}
