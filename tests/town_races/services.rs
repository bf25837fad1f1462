//! Callers whose flow asks a web service, and what happens to them meanwhile.

use super::CUSTOMER;
use super::support::site::Plan;
use super::support::town::Town;
use ringback::flow::web::WebFault;
use std::time::Duration;

/// Asks the CRM; then plays what it said, or that it did not help.
const ASKS: &str = "
flow: asks
format: 1
sections:
  start:
    - answer
    - http:
        service: crm
        path: customers/$caller.number
        timeout: 3s
        take: { prompt: text }
        failed: sorry
    - tag: known
    - note: \"prompt $prompt\"
    - event: { name: caller.known, data: { prompt: $prompt } }
    - play: $prompt
    - queue: sales
    - hangup
  sorry:
    - tag: $http.error
    - play: goodbye
    - hangup
";

fn town(seed: u64) -> Town {
    Town::new(Plan::with_flows(&[("asks.flow.yaml", ASKS)]), seed)
}

fn tags(town: &Town) -> Vec<String> {
    let calls = |call: &ringback::switchboard::store::Interaction| call.remarks.tags.clone();
    town.world(|world| world.store.interactions().flat_map(calls).collect())
}

#[test]
fn a_caller_hears_what_the_service_says() {
    let town = town(140);
    town.world(|world| {
        world.web.reply("crm/customers/%2B48601234567", 200, r#"{"prompt":"welcome"}"#)
    });
    let caller = town.calls_in(CUSTOMER);
    caller.is_up().hears_all_of("welcome").hangs_up();
    town.is_quiet();
    let told = town.world(|world| {
        let told =
            world.web.announced.iter().map(|(_, event)| (event.event.clone(), event.data.len()));
        told.collect::<Vec<_>>()
    });
    assert_eq!(
        (tags(&town), told),
        (vec!["known".to_owned()], vec![("caller.known".to_owned(), 1)])
    );
}

#[test]
fn a_caller_whose_service_is_silent_goes_on_after_the_time_out() {
    let town = town(141);
    town.world(|world| world.web.silence("crm"));
    let caller = town.calls_in(CUSTOMER);
    caller.is_up().hears_all_of("goodbye");
    assert_eq!(caller.ends(), "bye received");
    town.is_quiet();
    assert_eq!(tags(&town), ["timed-out"]);
}

#[test]
fn a_caller_who_hangs_up_while_the_service_is_asked_leaves_nothing_behind() {
    let town = town(142);
    let late = Duration::from_secs(2);
    town.world(|world| world.web.reply_after("crm", late, 200, r#"{"prompt":"welcome"}"#));
    let caller = town.calls_in(CUSTOMER);
    caller.is_up().hangs_up();
    town.is_quiet();
    assert_eq!(town.world(|world| world.web.asked.len()), 1);
    assert_eq!(tags(&town), [] as [String; 0]);
}

#[test]
fn a_caller_whose_service_never_answers_can_hang_up_and_leaves_nothing_behind() {
    let town = town(143);
    town.world(|world| world.web.silence("crm"));
    let caller = town.calls_in(CUSTOMER);
    caller.is_up().hangs_up();
    town.is_quiet();
    assert_eq!(tags(&town), [] as [String; 0]);
}

#[test]
fn a_service_that_talks_nonsense_is_a_failure_that_the_flow_handles() {
    let answers = [(200, "<html>", "not-json"), (500, "{}", "refused")];
    for (seed, (status, body, tag)) in (144..).zip(answers) {
        let town = town(seed);
        town.world(|world| world.web.reply("crm", status, body));
        let caller = town.calls_in(CUSTOMER);
        caller.is_up().hears_all_of("goodbye");
        town.is_quiet();
        assert_eq!(tags(&town), [tag]);
    }
}

#[test]
fn an_agent_who_is_offered_a_caller_is_told_what_the_flow_wrote_down() {
    let town = town(147);
    town.world(|world| world.web.reply("crm", 200, r#"{"prompt":"welcome"}"#));
    let anna = town.signs_in("anna");
    let caller = town.calls_in(CUSTOMER);
    caller.is_up().hears_all_of("welcome");
    anna.rings().answers();
    let facts = town.world(|world| {
        let offered = world.tales.iter().find(|(_, tale)| tale.event == "agent.offered");
        offered.map(|(_, tale)| tale.facts.clone()).unwrap_or_default()
    });
    assert!(facts.contains(&("tags", "known".to_owned())), "{facts:?}");
    assert!(facts.contains(&("notes", "prompt welcome".to_owned())), "{facts:?}");
    caller.hangs_up();
    town.is_quiet();
}

#[test]
fn a_service_that_has_too_much_to_do_is_a_failure_too() {
    let town = town(148);
    town.world(|world| world.web.fail("crm", WebFault::Busy));
    let caller = town.calls_in(CUSTOMER);
    caller.is_up().hears_all_of("goodbye");
    town.is_quiet();
    assert_eq!(tags(&town), ["busy"]);
}
