//! The house gets new settings while people are in it.

use super::support::phone::Manner;
use super::support::site::Plan;
use super::support::town::Town;
use super::{CUSTOMER, registers, states, talk, until_the_note, waits_in_line};
use ringback::callback::request::State;
use ringback::queue::agent::AgentState;
use ringback::rehearsal::world::World;
use ringback::switchboard::objection::Objection;
use ringback::switchboard::settings::{Login, Settings};
use std::sync::Arc;
use std::time::Duration;

const FIRST: &str = "+48221110001";
const SECOND: &str = "+48221110002";

const MAIN: &str = include_str!("../../config/flows/main-line.flow.yaml");
const WAITING: &str = include_str!("../../config/flows/waiting.flow.yaml");
const CALLBACK: &str = include_str!("../../config/flows/custom-callback.flow.yaml");

/// The shipped site, whose waiting flow begins with another prompt.
fn with_another_waiting_flow(settings: &mut Settings) {
    let waiting = WAITING.replace("please-wait", "we-are-closed");
    assert_ne!(waiting, WAITING, "the shipped flow has changed");
    let plan = Plan::with_flows(&[
        ("main-line.flow.yaml", MAIN),
        ("waiting.flow.yaml", &waiting),
        ("custom-callback.flow.yaml", CALLBACK),
    ]);
    settings.flows = plan.settings.flows;
}

fn without_queue(settings: &mut Settings, name: &str) {
    settings.queues.retain(|queue| queue.line.name != name);
}

fn without_agent(settings: &mut Settings, name: &str) {
    settings.agents.retain(|agent| agent.name != name);
    for queue in &mut settings.queues {
        queue.line.agents.retain(|agent| agent != name);
    }
}

/// Everything as it is but for one change.
fn reload(town: &Town, change: impl FnOnce(&mut Settings)) -> Result<(), Vec<Objection>> {
    town.world(|world| {
        let mut settings = world.settings().clone();
        change(&mut settings);
        world.reload(settings)
    })
}

#[test]
fn a_caller_goes_on_in_the_old_flow_and_the_next_one_gets_the_new() {
    let town = Town::shipped(300);
    let old = town.calls_in(FIRST);
    old.hears("main-menu");
    assert_eq!(reload(&town, with_another_waiting_flow), Ok(()));
    // This flow of the old set begins only now.
    old.presses("1").hears("please-wait");
    let new = town.calls_in(SECOND);
    new.hears("main-menu").presses("1").hears("we-are-closed");
    old.never_heard("we-are-closed").hangs_up();
    new.never_heard("please-wait").hangs_up();
    town.is_quiet();
}

#[test]
fn a_prompt_that_is_gone_is_still_heard_by_those_who_began_with_it() {
    let town = Town::shipped(301);
    let old = town.calls_in(FIRST);
    old.hears("main-menu");
    let gone = reload(&town, |settings| {
        with_another_waiting_flow(settings);
        for names in Arc::make_mut(&mut settings.prompts).values_mut() {
            names.remove("please-wait");
        }
    });
    assert_eq!(gone, Ok(()));
    old.presses("1").hears("please-wait").hangs_up();
    town.is_quiet();
}

#[test]
fn a_queue_is_not_taken_away_from_those_who_stand_in_it() {
    let town = Town::shipped(302);
    registers(&town);
    let waiting = waits_in_line(&town, FIRST);
    let refused = reload(&town, |settings| without_queue(settings, "sales"));
    let queue = "sales".to_owned();
    assert_eq!(refused, Err(vec![Objection::QueueInUse { queue, callers: 1, callbacks: 1 }]));
    // Nothing has changed: the next one gets in, and the agent serves all three.
    let next = waits_in_line(&town, SECOND);
    town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(1)));
    town.runs(Duration::from_secs(60));
    let anna = town.signs_in("anna");
    let agent = anna.rings();
    agent.answers();
    let customer = town.is_called("carrier", CUSTOMER, Duration::from_secs(60));
    customer.is_up().waits(Duration::from_secs(2)).hangs_up();
    assert_eq!(agent.ends(), "bye received");
    for caller in [waiting, next] {
        let agent = anna.rings();
        agent.answers();
        talk(&caller, &agent);
        caller.hangs_up();
        assert_eq!(agent.ends(), "bye received");
    }
    town.is_quiet();
    assert_eq!(states(&town), [State::Completed]);
    assert_eq!(reload(&town, |settings| without_queue(settings, "sales")), Ok(()));
}

#[test]
fn a_promise_that_the_store_is_just_keeping_holds_its_queue() {
    let town = Town::shipped(303);
    let caller = waits_in_line(&town, CUSTOMER);
    until_the_note(&caller);
    town.world(|world| world.store.temper.hangs = true);
    caller.presses("#").waits(Duration::from_secs(2));
    let refused = reload(&town, |settings| without_queue(settings, "sales"));
    let queue = "sales".to_owned();
    assert_eq!(refused, Err(vec![Objection::QueueInUse { queue, callers: 1, callbacks: 1 }]));
    town.world(|world| world.store.temper.hangs = false);
    caller.hears("callback-registered").hangs_up();
    town.is_quiet();
    assert_eq!(states(&town), [State::Waiting]);
}

#[test]
fn who_would_join_a_queue_that_is_gone_meanwhile_finds_it_closed() {
    let town = Town::shipped(304);
    let caller = town.calls_in(FIRST);
    caller.hears("main-menu");
    assert_eq!(reload(&town, |settings| without_queue(settings, "sales")), Ok(()));
    // The shipped flow has nothing for `closed`, so it ends there.
    caller.begins_to_press("1");
    assert_eq!(caller.ends(), "bye received");
    assert!(town.tales().contains(&"queue.refused"));
    town.is_quiet();
}

#[test]
fn a_promise_whose_queue_is_gone_at_a_start_waits_for_its_return() {
    let town = Town::shipped(305);
    registers(&town);
    town.world(World::crash);
    assert_eq!(reload(&town, |settings| without_queue(settings, "sales")), Ok(()));
    town.world(World::start);
    town.runs(Duration::from_secs(300));
    assert_eq!(states(&town), [State::Waiting]);
    town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(1)));
    town.signs_in("anna").manner(Manner::AnswersAfter(Duration::from_secs(1)));
    town.runs(Duration::from_secs(60));
    assert_eq!(town.calls_to("carrier", CUSTOMER), 0);
    let queues = Plan::shipped().settings.queues;
    assert_eq!(reload(&town, |settings| settings.queues = queues), Ok(()));
    let customer = town.is_called("carrier", CUSTOMER, Duration::from_secs(60));
    customer.is_up().waits(Duration::from_secs(2)).hangs_up();
    town.runs(Duration::from_secs(60));
    assert_eq!(states(&town), [State::Completed]);
}

#[test]
fn an_agent_who_is_gone_while_talking_finishes_and_gets_nobody_more() {
    let town = Town::shipped(306);
    let anna = town.signs_in("anna");
    let first = waits_in_line(&town, FIRST);
    let agent = anna.rings();
    agent.answers();
    talk(&first, &agent);
    assert_eq!(reload(&town, |settings| without_agent(settings, "anna")), Ok(()));
    talk(&first, &agent);
    first.hangs_up();
    assert_eq!(agent.ends(), "bye received");
    let second = waits_in_line(&town, SECOND);
    town.runs(Duration::from_secs(60));
    second.never_heard("goodbye");
    let ben = town.signs_in("ben");
    let agent = ben.rings();
    agent.answers();
    talk(&second, &agent);
    second.hangs_up();
    town.is_quiet();
}

#[test]
fn agents_who_stay_stay_signed_in_and_serve_their_new_queues_at_once() {
    let not_anna = |settings: &mut Settings| {
        settings.queues[0].line.agents.retain(|agent| agent != "anna");
    };
    let town = Town::new(Plan::shipped().but(not_anna), 307);
    let anna = town.signs_in("anna");
    let caller = waits_in_line(&town, FIRST);
    town.runs(Duration::from_secs(30));
    let with_anna = reload(&town, |settings| {
        settings.queues[0].line.agents.push("anna".to_owned());
        settings.agents[0].login.password = "another secret".to_owned();
    });
    assert_eq!(with_anna, Ok(()));
    let agent = anna.rings();
    agent.answers();
    talk(&caller, &agent);
    caller.hangs_up();
    town.runs(Duration::from_secs(30));
    assert_eq!(town.agent("anna"), AgentState::Ready);
}

#[test]
fn what_is_fixed_at_the_start_is_refused_and_nothing_beside_it_is_taken() {
    let town = Town::shipped(308);
    let refused = reload(&town, |settings| {
        settings.site.sip_port = 5080;
        settings.site.rtp_ports = (20_000, 20_199);
        settings.numbers.clear();
    });
    let keys = ["sip.port", "media.rtp_ports"].map(|key| Objection::NeedsRestart { key });
    assert_eq!(refused, Err(keys.to_vec()));
    town.calls_in(FIRST).hears("main-menu").hangs_up();
    town.is_quiet();
}

#[test]
fn a_number_that_is_new_is_reached_and_one_that_is_gone_is_not() {
    let town = Town::shipped(309);
    let moved = reload(&town, |settings| {
        settings.numbers = [("+48221234999".to_owned(), "main-line".to_owned())].into();
    });
    assert_eq!(moved, Ok(()));
    town.dials(FIRST, "+48221234999").hears("main-menu").hangs_up();
    assert_eq!(town.calls_in(SECOND).ends(), "404");
    town.is_quiet();
}

#[test]
fn a_trunk_that_wants_us_registered_is_told_so_from_now_on() {
    let town = Town::shipped(310);
    town.runs(Duration::from_secs(5));
    assert!(!town.ladder().contains("REGISTER"));
    let registered = reload(&town, |settings| {
        settings.trunks[0].login =
            Some(Login { user: "us".to_owned(), password: "secret".to_owned() });
        settings.trunks[0].register = Some(Duration::from_secs(600));
    });
    assert_eq!(registered, Ok(()));
    town.runs(Duration::from_secs(5));
    assert!(town.ladder().contains("REGISTER"), "{}", town.ladder());
}

/// A run with people in every room while the house changes.
fn a_lively_run(seed: u64) -> String {
    let town = Town::shipped(seed);
    let anna = town.signs_in("anna");
    let first = waits_in_line(&town, FIRST);
    let agent = anna.rings();
    agent.answers();
    let second = waits_in_line(&town, SECOND);
    reload(&town, with_another_waiting_flow).expect("new flows");
    reload(&town, |settings| without_queue(settings, "sales")).expect_err("a queue in use");
    registers_in_the_new_flow(&town);
    reload(&town, |settings| without_agent(settings, "anna")).expect("an agent less");
    talk(&first, &agent);
    first.hangs_up();
    second.hangs_up();
    town.runs(Duration::from_secs(120));
    town.ladder()
}

fn registers_in_the_new_flow(town: &Town) {
    let caller = town.calls_in(CUSTOMER);
    caller.hears("main-menu").presses("1").hears("we-are-closed");
    until_the_note(&caller);
    caller.presses("#").hears("callback-registered");
}

#[test]
fn the_same_seed_gives_the_same_run_with_new_settings_in_it() {
    assert_eq!(a_lively_run(311), a_lively_run(311));
}
