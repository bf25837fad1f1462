//! Callers who go from one queue to another, at the place that they had.

use super::support::handset::Handset;
use super::support::site::Plan;
use super::support::town::Town;
use super::{CALLER, talk};

const MAIN: &str = "flow: main
format: 1
sections:
  start:
    - answer
    - menu: { prompt: main-menu, keys: { 1: sales, 2: service } }
    - hangup
  sales:
    - queue: { name: sales, flow: waiting, answered: end, left: end }
    - hangup
  service:
    - queue: { name: service, answered: end }
    - hangup
";

const WAITING: &str = "flow: waiting
format: 1
sections:
  start:
    - play: please-wait
    - music: { for: 60s, keys: { 1: over, 2: up, 3: started } }
    - goto: start
  over:
    - requeue: { queue: service, full: full, closed: closed, no_agents: alone }
    - play: back-to-waiting
    - goto: start
  up:
    - requeue: { queue: sales, priority: 9 }
    - play: back-to-waiting
    - goto: start
  started:
    - start_callback
    - goto: over
  full:   [ { play: callback-unavailable }, { goto: start } ]
  closed: [ { play: we-are-closed }, { goto: start } ]
  alone:  [ { play: trunk-trouble }, { goto: start } ]
";

fn plan() -> Plan {
    let plan = Plan::with_flows(&[("main.flow.yaml", MAIN), ("waiting.flow.yaml", WAITING)]);
    plan.but(|settings| {
        settings.queues[0].line.agents = vec!["anna".to_owned()];
        settings.queues[1].line.agents = vec!["ben".to_owned()];
    })
}

fn waits(town: &Town, number: &str, key: &str) -> Handset {
    let caller = town.calls_in(number);
    caller.hears("main-menu").presses(key).hears("music/default");
    caller
}

#[test]
fn a_caller_keeps_the_place_in_another_queue() {
    let town = Town::new(plan(), 40);
    let caller = waits(&town, CALLER, "1");
    let later = waits(&town, "+48221112233", "2");
    caller.presses("1").hears_all_of("back-to-waiting").hears("please-wait");
    let ben = town.signs_in("ben").rings();
    assert!(ben.invite_header("From").contains(CALLER), "who waited longer comes first");
    ben.answers();
    talk(&caller, &ben);
    ben.hangs_up();
    assert_eq!(caller.ends(), "bye received");
    later.hangs_up();
    town.is_quiet();
}

#[test]
fn a_higher_priority_goes_before_those_who_came_first() {
    let town = Town::new(plan(), 41);
    let first = waits(&town, "+48221112233", "1");
    let caller = waits(&town, CALLER, "1");
    caller.presses("2").hears("back-to-waiting");
    let anna = town.signs_in("anna").rings();
    assert!(anna.invite_header("From").contains(CALLER));
    first.hangs_up();
    caller.hangs_up();
}

#[test]
fn a_full_or_closed_or_empty_queue_takes_nobody_over_and_the_caller_waits_on() {
    let full = plan().but(|settings| settings.queues[1].line.callers_max = Some(0));
    let closed = plan().but(|settings| settings.queues[1].hours = Some("never".to_owned()));
    let closed = closed.but(|settings| {
        let never = ringback::base::calendar::Calendar::new("Europe/Warsaw", [], []);
        settings.hours.insert("never".to_owned(), std::sync::Arc::new(never.expect("a zone")));
    });
    let alone = plan().but(|settings| settings.queues[1].line.waits_without_agents = false);
    let stories =
        [(full, "callback-unavailable"), (closed, "we-are-closed"), (alone, "trunk-trouble")];
    for (plan, told) in stories {
        let town = Town::new(plan, 42);
        let caller = waits(&town, CALLER, "1");
        caller.presses("1").hears_all_of(told).hears("please-wait");
        town.signs_in("anna").rings().answers();
        caller.hangs_up();
        town.is_quiet();
    }
}

#[test]
fn the_phone_that_rings_for_a_caller_who_moves_is_let_go_without_blame() {
    let town = Town::new(plan(), 43);
    let anna = town.signs_in("anna");
    let caller = waits(&town, CALLER, "1");
    let ringing = anna.rings();
    caller.presses("1").hears("back-to-waiting");
    assert_eq!(ringing.ends(), "cancelled");
    assert_eq!(format!("{:?}", town.agent("anna")), "Ready");
    caller.hangs_up();
    town.is_quiet();
}

#[test]
fn an_answer_that_crosses_the_move_wins_or_is_let_go_and_nobody_talks_to_nobody() {
    for seed in 400..412 {
        let town = Town::new(plan(), seed);
        let anna = town.signs_in("anna");
        let caller = waits(&town, CALLER, "1");
        let ringing = anna.rings();
        caller.begins_to_press("1");
        let millis = (seed - 400) * 15;
        caller.waits(std::time::Duration::from_millis(millis));
        ringing.lifts();
        town.runs(std::time::Duration::from_secs(2));
        let together = town.tales().contains(&"call.connected");
        let moved = town.tales().contains(&"queue.moved");
        assert!(together != moved, "{seed}: {together} {moved}");
        caller.hangs_up();
        town.is_quiet();
    }
}

#[test]
fn a_started_callback_is_dismissed_before_the_caller_moves() {
    let town = Town::new(plan(), 44);
    let caller = waits(&town, CALLER, "1");
    caller.presses("3").hears_all_of("back-to-waiting");
    assert!(town.tales().contains(&"callback.dismissed"));
    let ben = town.signs_in("ben").rings();
    ben.answers();
    talk(&caller, &ben);
    caller.hangs_up();
    town.is_quiet();
}
