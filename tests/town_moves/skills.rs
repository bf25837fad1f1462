//! Callers who need an agent that can do something.

use super::support::handset::Handset;
use super::support::phone::Manner;
use super::support::site::Plan;
use super::support::town::Town;
use super::{CALLER, plan, talk};
use ringback::base::skill::Skills;
use ringback::rehearsal::world::World;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

const LINE: &str = "  start:
    - answer
    - menu: { prompt: main-menu, keys: { 1: billing, 2: anybody, 3: called } }
    - hangup
  billing:
    - queue: { name: sales, skills: { billing: 3 }, answered: end, no_agents: alone }
    - hangup
  anybody:
    - queue: { name: sales, answered: end }
    - hangup
  called:
    - start_callback: { queue: sales }
    - register_callback: { queue: sales, skills: [billing], initial_delay: 1s }
    - play: callback-registered
    - hangup
  alone: [ { play: trunk-trouble }, hangup ]
";

/// Anna can do nothing in particular, Ben knows the bills.
fn line() -> Plan {
    plan(LINE).but(|settings| settings.agents[1].skills = Skills::read("billing:3"))
}

fn wants(town: &Town, number: &str, key: &str) -> Handset {
    let caller = town.calls_in(number);
    caller.hears("main-menu").presses(key);
    caller
}

#[test]
fn a_caller_waits_for_the_agent_who_can_help_while_others_are_served() {
    let town = Town::new(line(), 80);
    let caller = wants(&town, CALLER, "1");
    caller.hears("music/default");
    let other = wants(&town, "+48221112233", "2");
    other.hears("music/default");
    let anna = town.signs_in("anna").rings();
    assert!(anna.invite_header("From").contains("+48221112233"));
    anna.answers();
    let ben = town.signs_in("ben").rings();
    assert!(ben.invite_header("From").contains(CALLER));
    ben.answers();
    talk(&caller, &ben);
    caller.hangs_up();
    other.hangs_up();
    town.is_quiet();
}

#[test]
fn after_a_long_wait_any_agent_will_do() {
    let relax = Some(MINUTE / 2);
    let town = Town::new(line().but(|s| s.queues[0].line.skills_relax_after = relax), 81);
    let anna = town.signs_in("anna");
    let caller = wants(&town, CALLER, "1");
    caller.hears("music/default").waits(MINUTE / 3);
    assert!(!town.tales().contains(&"agent.offered"));
    anna.rings().answers();
    caller.hangs_up();
    town.is_quiet();
}

#[test]
fn a_queue_that_does_not_wait_refuses_whom_nobody_signed_in_can_serve() {
    let town = Town::new(line().but(|s| s.queues[0].line.waits_without_agents = false), 82);
    town.signs_in("anna");
    wants(&town, CALLER, "1").hears_all_of("trunk-trouble");
    town.is_quiet();
}

#[test]
fn a_callback_keeps_what_it_needs_over_a_crash() {
    let town = Town::new(line(), 83);
    wants(&town, CALLER, "3").hears_all_of("callback-registered");
    town.runs(Duration::from_secs(2));
    town.world(World::crash);
    town.runs(Duration::from_secs(2));
    town.world(World::start);
    town.number(CALLER, Manner::AnswersAfter(Duration::from_secs(1)));
    town.signs_in("anna");
    town.runs(5 * MINUTE);
    assert!(!town.tales().contains(&"agent.offered"));
    town.signs_in("ben").rings().answers();
    town.is_called("carrier", CALLER, MINUTE).is_up().hangs_up();
    town.is_quiet();
}
