//! What the customer's phone answers, what the agent hears of it, and what is charged.

use super::support::phone::Manner;
use super::support::site::Plan;
use super::support::town::Town;
use super::{CUSTOMER, charged, registers, states, talk};
use ringback::callback::request::{AttemptOutcome, State};
use ringback::queue::agent::AgentState;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const LATER: Option<Duration> = Some(Duration::from_secs(15 * 60));
const AFTER_BUSY: Option<Duration> = Some(Duration::from_secs(5 * 60));

#[test]
fn a_busy_customer() {
    let town = misses(Manner::Refuses(486), "customer-busy");
    settles(&town, State::Retry, AttemptOutcome::Busy, AFTER_BUSY);
}

#[test]
fn a_customer_who_is_busy_everywhere() {
    let town = misses(Manner::Refuses(600), "customer-busy");
    settles(&town, State::Retry, AttemptOutcome::Busy, AFTER_BUSY);
}

#[test]
fn a_customer_who_cannot_be_reached_now() {
    let town = misses(Manner::Refuses(480), "customer-did-not-answer");
    settles(&town, State::Retry, AttemptOutcome::NoAnswer, LATER);
    assert!(town.tales().contains(&"queue-callback-unanswered"));
}

#[test]
fn a_customer_who_lets_it_ring() {
    let town = misses(Manner::Rings, "customer-did-not-answer");
    settles(&town, State::Retry, AttemptOutcome::NoAnswer, LATER);
    assert!(town.tales().contains(&"queue-callback-unanswered"));
    assert_eq!(last_line(&town), "cancelled");
}

#[test]
fn a_phone_that_rang_and_then_timed_out() {
    let rings = Manner::RingsThenRefuses(Duration::from_secs(5), 408);
    let town = misses(rings, "customer-did-not-answer");
    settles(&town, State::Retry, AttemptOutcome::NoAnswer, LATER);
}

#[test]
fn a_customer_who_declines() {
    let rings = Manner::RingsThenRefuses(Duration::from_secs(5), 603);
    let town = misses(rings, "customer-declined");
    settles(&town, State::Retry, AttemptOutcome::Declined, LATER);
}

#[test]
fn a_number_that_does_not_exist() {
    for status in [404, 410, 484, 604] {
        let town = misses(Manner::Refuses(status), "number-does-not-exist");
        settles(&town, State::Failed, AttemptOutcome::NoSuchNumber, None);
    }
}

#[test]
fn a_customer_who_wants_no_calls() {
    for status in [607, 608] {
        let town = misses(Manner::Refuses(status), "customer-wants-no-calls");
        settles(&town, State::Cancelled, AttemptOutcome::Unwanted, None);
    }
}

#[test]
fn a_trunk_in_trouble_is_no_attempt() {
    for status in [500, 503, 403, 488, 302] {
        let town = misses(Manner::Refuses(status), "trunk-trouble");
        let row = town.rows().remove(0);
        assert_eq!((row.state, row.attempts_counted()), (State::Retry, 0), "{status}");
        assert_eq!(row.troubles, 1, "{status}");
    }
}

#[test]
fn a_trunk_that_says_nothing_is_no_attempt() {
    let town = misses(Manner::Dead, "trunk-trouble");
    let row = town.rows().remove(0);
    assert_eq!((row.state, row.attempts_counted(), row.troubles), (State::Retry, 0, 1));
    assert_eq!(row.attempts[0].outcome, Some(AttemptOutcome::TrunkTrouble));
}

#[test]
fn a_trunk_that_says_nothing_gives_way_to_the_next() {
    let town = Town::new(Plan::shipped().and_a_second_trunk(), 82);
    registers(&town);
    town.number(CUSTOMER, Manner::Dead);
    town.number_at("second", CUSTOMER, Manner::AnswersAfter(Duration::from_secs(1)));
    town.runs(MINUTE);
    let agent = town.signs_in("anna").rings();
    agent.answers();
    let customer = town.is_called("second", CUSTOMER, MINUTE);
    customer.is_up();
    talk(&customer, &agent);
    customer.hangs_up();
    town.is_quiet();
    assert_eq!((states(&town), charged(&town)), (vec![State::Completed], vec![1]));
}

#[test]
fn an_answer_that_crosses_the_cancel_is_acknowledged_and_ended() {
    let mut ends = Vec::new();
    for ms in 0..20 {
        let ring = Duration::from_millis(29_980 + 2 * ms);
        let town = is_tried(Manner::AnswersAfter(ring));
        town.runs(Duration::from_secs(40));
        let row = town.rows().remove(0);
        let end = last_line(&town);
        match row.state {
            State::Retry => {
                assert_eq!(row.attempts[0].outcome, Some(AttemptOutcome::NoAnswer), "{ms}");
                assert!(["bye received", "cancelled"].contains(&end.as_str()), "{ms} {end}");
            }
            State::Connected => assert_eq!(end, "talks"),
            other => panic!("{ms}: {other:?}"),
        }
        ends.push((row.state, end));
    }
    let all = [
        (State::Connected, "talks".to_owned()),
        (State::Retry, "bye received".to_owned()),
        (State::Retry, "cancelled".to_owned()),
    ];
    ends.dedup();
    assert_eq!(ends, all);
}

#[test]
fn three_attempts_without_success_exhaust_the_request() {
    let town = Town::shipped(81);
    registers(&town);
    let anna = town.signs_in("anna");
    let manners = [
        (Manner::Refuses(486), "customer-busy"),
        (Manner::Refuses(480), "customer-did-not-answer"),
        (Manner::Refuses(603), "customer-declined"),
    ];
    for (tried, (manner, prompt)) in manners.into_iter().enumerate() {
        town.number(CUSTOMER, manner);
        let agent = anna.rings_within(16 * MINUTE);
        agent.answers().hears("callback-for-you").hears(prompt);
        assert_eq!(agent.ends(), "bye received");
        assert_eq!(charged(&town), [u32::try_from(tried + 1).expect("few")]);
        assert_eq!(town.agent("anna"), AgentState::Ready);
    }
    town.is_quiet();
    assert_eq!(states(&town), [State::Exhausted]);
    town.runs(Duration::from_secs(24 * 3_600));
    assert_eq!(town.calls_to("carrier", CUSTOMER), 3);
}

/// A callback is due, the agent accepts, and the customer is called.
#[track_caller]
fn is_tried(manner: Manner) -> Town {
    let town = Town::shipped(80);
    registers(&town);
    town.number(CUSTOMER, manner);
    town.runs(MINUTE);
    let agent = town.signs_in("anna").rings();
    agent.answers().hears("callback-for-you");
    town.is_called("carrier", CUSTOMER, MINUTE);
    town
}

/// The attempt comes to nothing: the agent hears why, is let go, and is ready again.
#[track_caller]
fn misses(manner: Manner, prompt: &str) -> Town {
    let town = Town::shipped(80);
    registers(&town);
    town.number(CUSTOMER, manner);
    town.runs(MINUTE);
    let agent = town.signs_in("anna").rings();
    agent.answers().hears("callback-for-you").hears_all_of(prompt);
    assert_eq!(agent.ends(), "bye received");
    assert_eq!(town.agent("anna"), AgentState::Ready);
    town.runs(Duration::from_secs(1));
    town
}

#[track_caller]
fn settles(town: &Town, state: State, outcome: AttemptOutcome, pause: Option<Duration>) {
    let row = town.rows().remove(0);
    assert_eq!((row.state, row.attempts_counted()), (state, 1));
    assert_eq!(row.attempts[0].outcome, Some(outcome));
    assert_eq!(town.calls_to("carrier", CUSTOMER), 1);
    if let Some(pause) = pause {
        assert_eq!(row.not_before, row.changed_at + pause);
    }
    town.is_quiet();
}

/// How the newest call to the customer ended, or that it did not.
fn last_line(town: &Town) -> String {
    use super::support::line::State;
    town.newest_call("carrier", CUSTOMER, |line| match &line.state {
        State::Over(how) => how.clone(),
        State::Up => "talks".to_owned(),
        other => format!("{other:?}"),
    })
}
