//! Callers and callbacks stand in one line, ordered by when they came.

use super::support::handset::Handset;
use super::support::phone::Manner;
use super::support::town::{AgentPhone, Town};
use super::{CUSTOMER, charged, registers, states, talk, waits_in_line};
use ringback::callback::request::State;
use std::time::Duration;

const FIRST: &str = "+48221110001";
const SECOND: &str = "+48221110002";
const THIRD: &str = "+48221110003";

#[test]
fn callers_and_a_callback_are_served_in_the_order_in_which_they_came() {
    let town = Town::shipped(90);
    let first = waits_in_line(&town, FIRST);
    registers(&town);
    let second = waits_in_line(&town, SECOND);
    town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(1)));
    town.runs(Duration::from_secs(60));
    let anna = town.signs_in("anna");
    serves(&anna, FIRST, &first);
    let agent = next(&anna, CUSTOMER);
    agent.answers();
    let customer = town.is_called("carrier", CUSTOMER, Duration::from_secs(60));
    customer.is_up();
    talk(&customer, &agent);
    customer.hangs_up();
    assert_eq!(agent.ends(), "bye received");
    serves(&anna, SECOND, &second);
    town.is_quiet();
    assert_eq!(states(&town), [State::Completed]);
}

#[test]
fn a_callback_that_is_not_due_holds_its_place_and_blocks_nobody() {
    let town = Town::shipped(91);
    registers(&town);
    let first = waits_in_line(&town, FIRST);
    let anna = town.signs_in("anna");
    serves(&anna, FIRST, &first);
    next(&anna, CUSTOMER).answers();
    town.is_called("carrier", CUSTOMER, Duration::from_secs(60));
}

#[test]
fn a_callback_keeps_its_place_through_a_busy_retry() {
    let town = Town::shipped(92);
    let first = waits_in_line(&town, FIRST);
    registers(&town);
    let second = waits_in_line(&town, SECOND);
    town.number(CUSTOMER, Manner::Refuses(486));
    town.runs(Duration::from_secs(60));
    let anna = town.signs_in("anna");
    serves(&anna, FIRST, &first);
    let told = next(&anna, CUSTOMER);
    assert_eq!(told.answers().hears("customer-busy").ends(), "bye received");
    let agent = next(&anna, SECOND);
    agent.answers();
    let place = town.rows()[0].promise.enqueued_at;
    let third = waits_in_line(&town, THIRD);
    // They talk until the pause after busy is over.
    town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(1)));
    talk(&second, &agent);
    town.runs(Duration::from_secs(5 * 60));
    assert_eq!(states(&town), [State::Waiting]);
    second.hangs_up();
    assert_eq!(agent.ends(), "bye received");
    let again = next(&anna, CUSTOMER);
    again.answers();
    let customer = town.is_called("carrier", CUSTOMER, Duration::from_secs(60));
    customer.is_up();
    talk(&customer, &again);
    again.hangs_up();
    serves(&anna, THIRD, &third);
    town.is_quiet();
    assert_eq!((states(&town), charged(&town)), (vec![State::Completed], vec![2]));
    assert_eq!(town.rows()[0].promise.enqueued_at, place);
}

#[test]
fn a_number_that_is_promised_in_two_queues_is_not_dialled_by_both_at_once() {
    let town = Town::shipped(93);
    registers(&town);
    let caller = town.calls_in(FIRST);
    caller.hears("main-menu").presses("2").hears("please-wait").presses("1");
    caller.hears("callback-on-this-number").presses("2").hears("enter-number");
    caller.presses("601234567#").hears("confirm-number").presses("1").hears("leave-a-note");
    caller.waits(Duration::from_millis(1_500)).presses("#").hears("callback-registered");
    caller.hangs_up();
    assert_eq!(states(&town), [State::Waiting; 2]);
    town.runs(Duration::from_secs(70));
    town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(1)));
    let (anna, ben) = (town.signs_in("anna"), town.signs_in("ben"));
    let agent = anna.rings();
    agent.answers();
    let customer = town.is_called("carrier", CUSTOMER, Duration::from_secs(60));
    customer.is_up();
    talk(&customer, &agent);
    customer.waits(Duration::from_secs(30));
    assert_eq!(town.calls_to("carrier", CUSTOMER), 1);
    customer.hangs_up();
    ben.rings().answers();
    town.is_called("carrier", CUSTOMER, Duration::from_secs(60)).is_up().hangs_up();
    town.is_quiet();
    assert_eq!(states(&town), [State::Completed; 2]);
}

/// The agent's phone rings for this number next.
#[track_caller]
fn next(anna: &AgentPhone, number: &str) -> Handset {
    let agent = anna.rings();
    let shown = agent.invite_header("From");
    assert!(shown.contains(number), "{shown} is not {number}");
    agent
}

#[track_caller]
fn serves(anna: &AgentPhone, number: &str, caller: &Handset) {
    let agent = next(anna, number);
    agent.answers();
    talk(caller, &agent);
    agent.hangs_up();
    assert_eq!(caller.ends(), "bye received");
}
