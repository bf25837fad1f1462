//! Agents who are lost while a customer is dialled, rung or talking.

use super::support::handset::Handset;
use super::support::phone::Manner;
use super::support::town::{AgentPhone, Town};
use super::{CUSTOMER, charged, registers, states, talk, waits_in_line};
use ringback::callback::request::{AttemptOutcome, State};
use ringback::queue::agent::{AgentState, reason};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// Silence is noticed within a minute, and the question after it is given up after 32 s.
const UNTIL_LOST: Duration = Duration::from_secs(120);

#[test]
fn an_agent_lost_before_the_customers_phone_rang_charges_nothing() {
    let town = Town::shipped(40);
    let (_, agent, customer) = is_dialled(&town, Manner::Tries);
    assert_eq!(states(&town), [State::Dialing]);
    agent.hangs_up();
    assert_eq!(customer.ends(), "cancelled");
    town.is_quiet();
    assert_eq!((states(&town), charged(&town)), (vec![State::Waiting], vec![0]));
    assert_eq!(town.rows()[0].attempts[0].outcome, Some(AttemptOutcome::AgentLost));
    assert_eq!(town.agent("anna"), AgentState::NotReady(reason::HUNG_UP));
    is_served_by_ben(&town, Duration::from_secs(5));
}

#[test]
fn an_agent_lost_while_the_customers_phone_rings_charges_nothing_and_a_short_pause_follows() {
    let town = Town::shipped(41);
    let (_, agent, customer) = is_dialled(&town, Manner::Rings);
    agent.waits(Duration::from_secs(4)).hangs_up();
    assert_eq!(customer.ends(), "cancelled");
    town.runs(Duration::from_secs(1));
    assert_eq!((states(&town), charged(&town)), (vec![State::Retry], vec![0]));
    let row = town.rows().remove(0);
    assert_eq!(row.not_before, row.changed_at + row.promise.rules.trouble_retry_after);
    assert_eq!(row.attempts[0].outcome, Some(AttemptOutcome::AgentLost));
    assert_eq!(town.agent("anna"), AgentState::NotReady(reason::HUNG_UP));
    is_served_by_ben(&town, Duration::from_secs(70));
}

#[test]
fn a_customer_whose_agent_is_lost_goes_first_to_the_next_agent() {
    let town = Town::shipped(42);
    // This caller came before the customer, and waits.
    let earlier = waits_in_line(&town, "+48221112233");
    registers(&town);
    town.runs(MINUTE);
    earlier.presses("1").hears("callback-on-this-number");
    let (customer, agent) = talks_with_anna(&town);
    earlier.hears("back-to-waiting");
    town.cuts_off("anna", true);
    customer.waits(UNTIL_LOST).hears("music/default");
    assert!(customer.with(|line| line.is_up()), "the customer was dropped");
    assert_eq!(states(&town), [State::Requeued]);
    let ben = town.signs_in("ben");
    let second = ben.rings_within(Duration::from_secs(2));
    assert!(second.invite_header("From").contains(CUSTOMER), "{}", second.invite_header("From"));
    second.answers();
    talk(&customer, &second);
    assert!(earlier.with(|line| line.is_up()), "the earlier caller still waits");
    customer.hangs_up();
    assert_eq!(second.ends(), "bye received");
    town.runs(Duration::from_secs(1));
    assert_eq!((states(&town), charged(&town)), (vec![State::Completed], vec![1]));
    assert_eq!(town.calls_to("carrier", CUSTOMER), 1);
    let third = ben.rings();
    third.answers();
    talk(&earlier, &third);
    earlier.hangs_up();
    is_joined_and_quiet(&town, &agent);
}

#[test]
fn a_customer_who_leaves_while_waiting_for_another_agent_has_abandoned() {
    let town = Town::shipped(43);
    registers(&town);
    town.runs(MINUTE);
    let (customer, agent) = talks_with_anna(&town);
    town.cuts_off("anna", true);
    customer.waits(UNTIL_LOST).hears("music/default").hangs_up();
    town.runs(Duration::from_secs(1));
    assert_eq!(states(&town), [State::Abandoned]);
    is_joined_and_quiet(&town, &agent);
}

#[test]
fn a_customer_who_leaves_while_the_next_agent_rings_has_abandoned() {
    let town = Town::shipped(44);
    registers(&town);
    town.runs(MINUTE);
    let (customer, agent) = talks_with_anna(&town);
    town.cuts_off("anna", true);
    customer.waits(UNTIL_LOST);
    let second = town.signs_in("ben").rings();
    customer.hangs_up();
    assert_eq!(second.ends(), "cancelled");
    assert_eq!(town.agent("ben"), AgentState::Ready);
    assert_eq!(states(&town), [State::Abandoned]);
    is_joined_and_quiet(&town, &agent);
}

#[test]
fn a_customer_whose_second_agent_does_not_answer_or_is_lost_too_is_still_not_dropped() {
    let town = Town::shipped(45);
    registers(&town);
    town.runs(MINUTE);
    let (customer, agent) = talks_with_anna(&town);
    town.cuts_off("anna", true);
    customer.waits(UNTIL_LOST);
    let ben = town.signs_in("ben");
    assert_eq!(ben.rings().ends(), "cancelled");
    assert_eq!(town.agent("ben"), AgentState::NotReady(reason::NO_ANSWER));
    assert!(ben.dials("*13").ends().contains("bye"));
    let second = ben.rings();
    second.answers();
    talk(&customer, &second);
    town.cuts_off("ben", true);
    customer.waits(UNTIL_LOST);
    assert!(customer.with(|line| line.is_up()), "the customer was dropped");
    assert_eq!(states(&town), [State::Requeued]);
    town.cuts_off("ben", false);
    second.hangs_up();
    assert!(ben.dials("*13").ends().contains("bye"));
    let third = ben.rings();
    third.answers();
    talk(&customer, &third);
    third.hangs_up();
    assert_eq!(customer.ends(), "bye received");
    is_joined_and_quiet(&town, &agent);
    assert_eq!(states(&town), [State::Completed]);
}

#[test]
fn a_caller_whose_agent_is_lost_is_let_go_on_by_the_flow() {
    let town = Town::shipped(46);
    let caller = waits_in_line(&town, "+48221112233");
    let agent = town.signs_in("anna").rings();
    agent.answers();
    talk(&caller, &agent);
    town.cuts_off("anna", true);
    caller.waits(UNTIL_LOST);
    assert_eq!(caller.ends(), "bye received");
    is_joined_and_quiet(&town, &agent);
}

/// Anna has accepted the callback, and the customer is being called.
#[track_caller]
fn is_dialled(town: &Town, manner: Manner) -> (AgentPhone, Handset, Handset) {
    registers(town);
    town.number(CUSTOMER, manner);
    town.runs(MINUTE);
    let anna = town.signs_in("anna");
    let agent = anna.rings();
    agent.answers().hears("callback-for-you");
    let customer = town.is_called("carrier", CUSTOMER, MINUTE);
    town.runs(Duration::from_millis(100));
    (anna, agent, customer)
}

#[track_caller]
fn talks_with_anna(town: &Town) -> (Handset, Handset) {
    town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(1)));
    let agent = town.signs_in("anna").rings();
    agent.answers();
    let customer = town.is_called("carrier", CUSTOMER, MINUTE);
    customer.is_up();
    talk(&customer, &agent);
    (customer, agent)
}

#[track_caller]
fn is_served_by_ben(town: &Town, within: Duration) {
    town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(1)));
    let agent = town.signs_in("ben").rings_within(within);
    agent.answers();
    let customer = town.is_called("carrier", CUSTOMER, MINUTE);
    customer.is_up();
    talk(&customer, &agent);
    agent.hangs_up();
    assert_eq!(customer.ends(), "bye received");
    town.is_quiet();
    assert_eq!((states(town), charged(town)), (vec![State::Completed], vec![1]));
}

/// The lost phone finds its way back; its call is long over.
#[track_caller]
fn is_joined_and_quiet(town: &Town, lost: &Handset) {
    town.cuts_off("anna", false);
    lost.hangs_up();
    town.is_quiet();
    assert_eq!(town.agent("anna"), AgentState::NotReady(reason::HUNG_UP));
}
