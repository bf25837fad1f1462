//! Two decisions on their way at once: only one can win, and the other leaves no trace.

use super::support::town::Town;
use super::{talk, waits_in_line};
use ringback::queue::agent::AgentState;
use std::time::Duration;

/// What a caller and an agent saw of a crossing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Winner {
    Connection,
    Start,
}

#[test]
fn a_start_that_comes_before_the_answer_withdraws_the_offer() {
    assert_eq!(crosses(Duration::from_millis(28)), Winner::Start);
}

#[test]
fn an_answer_that_comes_before_the_start_wins() {
    assert_eq!(crosses(Duration::ZERO), Winner::Connection);
}

#[test]
fn whichever_comes_first_wins_alone() {
    let all: Vec<Winner> = (0..30).map(|ms| crosses(Duration::from_millis(ms))).collect();
    assert!(all.contains(&Winner::Connection) && all.contains(&Winner::Start), "{all:?}");
    assert!(all.is_sorted_by_key(|winner| *winner == Winner::Start), "{all:?}");
}

/// The caller presses the key for a callback; so much later the agent answers.
#[track_caller]
fn crosses(later: Duration) -> Winner {
    let town = Town::shipped(30);
    let caller = waits_in_line(&town, "+48221112233");
    caller.hears("music/default");
    let anna = town.signs_in("anna");
    let agent = anna.rings();
    agent.waits(Duration::from_secs(2));
    caller.begins_to_press("1").waits(later);
    assert!(!agent.with(|line| line.is_over()), "the CANCEL came before the answer: {later:?}");
    agent.lifts().waits(Duration::from_secs(1));
    if agent.with(|line| line.is_up()) {
        talk(&caller, &agent);
        caller.never_heard("callback-on-this-number").hangs_up();
        assert_eq!(agent.ends(), "bye received");
        town.is_quiet();
        return Winner::Connection;
    }
    assert_eq!(agent.ends(), "bye received");
    assert_eq!(town.agent("anna"), AgentState::Ready);
    caller.hears("callback-on-this-number").presses("*").hears("back-to-waiting");
    let again = anna.rings_within(Duration::from_secs(2));
    again.answers();
    talk(&caller, &again);
    again.hangs_up();
    assert_eq!(caller.ends(), "bye received");
    town.is_quiet();
    Winner::Start
}

#[test]
fn an_agent_who_hangs_up_as_the_customer_answers_leaves_nobody_in_limbo() {
    use super::support::phone::Manner;
    use super::{CUSTOMER, registers, states};
    use ringback::callback::request::State;
    let mut seen = Vec::new();
    for ms in 0..20 {
        let town = Town::shipped(31);
        registers(&town);
        town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(3)));
        town.runs(Duration::from_secs(60));
        let anna = town.signs_in("anna");
        let agent = anna.rings();
        agent.answers();
        let customer = town.is_called("carrier", CUSTOMER, Duration::from_secs(60));
        customer.waits(Duration::from_millis(2_990 + ms));
        agent.hangs_up();
        let end = customer.ends();
        assert!(["bye received", "cancelled"].contains(&end.as_str()), "{end}");
        town.runs(Duration::from_secs(1));
        seen.extend(states(&town));
        town.is_quiet();
    }
    assert!(seen.contains(&State::Retry) && seen.contains(&State::Completed), "{seen:?}");
    assert!(seen.iter().all(|s| matches!(s, State::Retry | State::Completed)), "{seen:?}");
}
