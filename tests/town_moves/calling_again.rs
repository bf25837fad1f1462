//! Customers who wait for a callback and call again: asking, cancelling, taking over.

use super::support::handset::Handset;
use super::support::phone::Manner;
use super::support::site::Plan;
use super::support::town::Town;
use super::{CALLER, calls, plan, talk};
use ringback::callback::request::State;
use ringback::rehearsal::world::World;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

const LINE: &str = r#"  start:
    - answer
    - menu: { prompt: main-menu, keys: { 1: register, 2: cancel, 3: take_over, 4: ask, 5: wait,
                                         6: pass } }
    - hangup
  register:
    - start_callback: { queue: sales, failed: cannot }
    - register_callback: { queue: sales, initial_delay: 2s, failed: cannot }
    - play: callback-registered
    - hangup
  cancel:
    - cancel_callback: { none: nothing, too_late: too_late, failed: cannot }
    - play: callback-cancelled
    - hangup
  take_over:
    - take_over_callback: { none: nothing, too_late: too_late, failed: cannot }
    - goto: wait
  wait:
    - queue: { name: sales, flow: waiting, answered: end, left: end }
    - hangup
  pass:
    - transfer: { number: "+48601234567", answered: end, failed: cannot }
  ask:
    - query_callback: { save_as: mine, none: nothing }
    - if: mine.queue == "sales" and mine.state == "waiting" and mine.position == 1
      then: [ { play: confirm-number } ]
    - if: mine.requested_at == "2026-11-23 09:15" and mine.attempts == 0
      then: [ { play: you-entered } ]
    - hangup
  nothing:  [ { play: goodbye }, hangup ]
  too_late: [ { play: trunk-trouble }, hangup ]
  cannot:   [ { play: callback-unavailable }, hangup ]
"#;

const WAITING: &str = "flow: waiting
format: 1
sections:
  start:
    - play: please-wait
    - music: { for: 60s, keys: { 1: started } }
    - goto: start
  started:
    - start_callback
    - register_callback
    - play: callback-registered
    - music: { for: 60s, keys: { 3: anew } }
    - return
  anew:
    - take_over_callback
    - play: back-to-waiting
    - goto: start
";

fn line(seed: u64) -> Town {
    Town::new(line_plan(), seed)
}

fn line_plan() -> Plan {
    let main = format!("flow: main\nformat: 1\nsections:\n{LINE}");
    Plan::with_flows(&[("main.flow.yaml", &main), ("waiting.flow.yaml", WAITING)])
}

/// Calls and presses one key at the menu.
fn wants(town: &Town, number: &str, key: &str) -> Handset {
    let caller = town.calls_in(number);
    caller.hears("main-menu").presses(key);
    caller
}

fn registers(town: &Town) {
    wants(town, CALLER, "1").hears_all_of("callback-registered");
    town.runs(Duration::from_secs(1));
}

fn states(town: &Town) -> Vec<State> {
    town.rows().iter().map(|row| row.state).collect()
}

#[test]
fn a_customer_who_cancels_is_never_called() {
    let town = line(20);
    registers(&town);
    wants(&town, CALLER, "2").hears_all_of("callback-cancelled");
    assert_eq!(states(&town), [State::Cancelled]);
    town.signs_in("anna");
    town.runs(10 * MINUTE);
    assert!(!town.tales().contains(&"agent.offered"));
    town.is_quiet();
}

#[test]
fn a_cancelled_callback_stays_cancelled_over_a_crash() {
    let town = line(21);
    registers(&town);
    wants(&town, CALLER, "2").hears("callback-cancelled");
    town.world(World::crash);
    town.runs(MINUTE);
    town.world(World::start);
    town.signs_in("anna");
    town.runs(10 * MINUTE);
    assert_eq!(states(&town), [State::Cancelled]);
    assert_eq!(town.calls_to("carrier", CALLER), 0);
}

#[test]
fn what_the_disk_has_not_taken_is_not_said_and_the_callback_stands() {
    let town = line(22);
    registers(&town);
    town.world(|world| world.store.temper.fails_next = 2);
    let caller = wants(&town, CALLER, "2");
    caller.hears_all_of("callback-unavailable").never_heard("callback-cancelled");
    town.runs(2 * MINUTE);
    assert_eq!(states(&town), [State::Waiting]);
    town.number(CALLER, Manner::AnswersAfter(Duration::from_secs(1)));
    town.signs_in("anna").rings().answers();
    town.is_called("carrier", CALLER, MINUTE).is_up().hangs_up();
    town.is_quiet();
    assert_eq!(states(&town), [State::Completed]);
}

#[test]
fn a_crash_while_the_disk_is_asked_leaves_the_callback_or_its_end() {
    let mut seen = Vec::new();
    for seed in 300..312 {
        let town = line(seed);
        registers(&town);
        town.world(|world| world.store.temper.takes = Duration::from_secs(2));
        let caller = wants(&town, CALLER, "2");
        caller.waits(Duration::from_millis(500)).never_heard("callback-cancelled");
        town.world(World::crash);
        town.world(|world| world.store.temper.takes = Duration::from_millis(1));
        town.runs(MINUTE);
        town.world(World::start);
        town.runs(Duration::from_secs(5));
        seen.extend(states(&town));
    }
    let known = [State::Waiting, State::Cancelled];
    assert!(seen.iter().all(|state| known.contains(state)), "{seen:?}");
}

#[test]
fn a_number_that_no_trusted_trunk_vouches_for_cancels_nothing_and_learns_nothing() {
    let town = Town::new(line_plan().but(|settings| settings.trunks[0].trust = false), 23);
    registers(&town);
    wants(&town, CALLER, "2").hears_all_of("callback-unavailable");
    wants(&town, CALLER, "3").hears_all_of("callback-unavailable");
    wants(&town, CALLER, "4").hears_all_of("goodbye");
    wants(&town, "+48221112233", "2").hears_all_of("callback-unavailable");
    assert_eq!(states(&town), [State::Waiting]);
}

#[test]
fn who_asks_learns_where_the_callback_stands() {
    let town = line(24);
    wants(&town, CALLER, "4").hears_all_of("goodbye");
    registers(&town);
    town.runs(Duration::from_secs(3));
    wants(&town, CALLER, "4").hears_all_of("confirm-number").hears_all_of("you-entered");
    wants(&town, "+48221112233", "4").hears_all_of("goodbye");
}

#[test]
fn who_takes_the_callback_over_stands_at_its_place() {
    let town = line(25);
    registers(&town);
    let other = wants(&town, "+48221112233", "5");
    other.hears("please-wait");
    let caller = wants(&town, CALLER, "3");
    caller.hears("please-wait");
    assert_eq!(states(&town), [State::Superseded]);
    let agent = town.signs_in("anna").rings();
    assert!(agent.invite_header("From").contains(CALLER), "{}", agent.invite_header("From"));
    agent.answers();
    talk(&caller, &agent);
    agent.hangs_up();
    assert_eq!(caller.ends(), "bye received");
    other.hangs_up();
    town.is_quiet();
    assert_eq!(town.calls_to("carrier", CALLER), 0);
}

#[test]
fn who_waits_already_moves_up_to_the_place_of_the_callback() {
    let waiting = "flow: waiting
format: 1
sections:
  start:
    - music: { for: 60s, keys: { 3: anew } }
    - goto: start
  anew:
    - take_over_callback
    - play: back-to-waiting
    - goto: start
";
    let main = format!("flow: main\nformat: 1\nsections:\n{LINE}");
    let files = [("main.flow.yaml", main.as_str()), ("waiting.flow.yaml", waiting)];
    let town = Town::new(Plan::with_flows(&files), 26);
    registers(&town);
    let other = wants(&town, "+48221112233", "5");
    other.hears("music/default");
    let caller = wants(&town, CALLER, "5");
    caller.hears("music/default").presses("3").hears_all_of("back-to-waiting");
    assert_eq!(states(&town), [State::Superseded]);
    let agent = town.signs_in("anna").rings();
    assert!(agent.invite_header("From").contains(CALLER));
}

#[test]
fn who_registered_in_this_call_may_wait_on_after_all() {
    let town = line(27);
    let caller = wants(&town, CALLER, "5");
    caller.hears("please-wait").hears("music/default");
    let other = wants(&town, "+48221112233", "5");
    other.hears("please-wait");
    caller.presses("1").hears_all_of("callback-registered").presses("3");
    caller.hears_all_of("back-to-waiting").hears("please-wait");
    assert_eq!(states(&town), [State::Superseded]);
    let agent = town.signs_in("anna").rings();
    assert!(agent.invite_header("From").contains(CALLER), "the place was kept");
    agent.answers();
    talk(&caller, &agent);
    caller.hangs_up();
    other.hangs_up();
    town.is_quiet();
}

#[test]
fn an_agent_who_hears_the_material_is_told_that_it_is_cancelled() {
    let long = "agent_media: [callback-for-you, callback-for-you, callback-for-you, welcome]";
    let main = LINE.replace("initial_delay: 2s", &format!("initial_delay: 2s, {long}"));
    let files = [("main.flow.yaml", format!("flow: main\nformat: 1\nsections:\n{main}"))];
    let files = [(files[0].0, files[0].1.as_str()), ("waiting.flow.yaml", WAITING)];
    let town = Town::new(Plan::with_flows(&files), 28);
    registers(&town);
    let agent = town.signs_in("anna").rings();
    let caller = town.calls_in(CALLER);
    caller.hears("main-menu");
    agent.answers().hears("callback-for-you");
    caller.presses("2").hears_all_of("callback-cancelled");
    agent.hears_all_of("callback-cancelled");
    assert_eq!(agent.ends(), "bye received");
    assert_eq!(states(&town), [State::Cancelled]);
    town.is_quiet();
}

#[test]
fn who_cancels_while_the_own_phone_rings_is_too_late_and_that_was_the_last_try() {
    let town = line(29);
    town.number(CALLER, Manner::RingsThenRefuses(Duration::from_secs(20), 486));
    registers(&town);
    town.signs_in("anna").rings().answers();
    town.is_called("carrier", CALLER, MINUTE);
    wants(&town, CALLER, "2").hears_all_of("trunk-trouble");
    town.runs(30 * MINUTE);
    assert_eq!(states(&town), [State::Cancelled]);
    assert_eq!(town.calls_to("carrier", CALLER), 1);
    town.is_quiet();
}

#[test]
fn who_hangs_up_while_the_disk_is_asked_has_cancelled_all_the_same() {
    let town = line(30);
    registers(&town);
    town.world(|world| world.store.temper.takes = Duration::from_secs(3));
    wants(&town, CALLER, "2").hangs_up();
    town.runs(Duration::from_secs(10));
    assert_eq!(states(&town), [State::Cancelled]);
    town.is_quiet();
}

#[test]
fn who_has_none_cannot_cancel_one() {
    let town = Town::new(plan("  start: [ answer, cancel_callback, hangup ]\n"), 31);
    assert_eq!(calls(&town).ends(), "bye received");
    town.is_quiet();
}

#[test]
fn a_customer_to_whom_somebody_is_passed_on_is_called_back_afterwards() {
    let town = line(40);
    registers(&town);
    let friend = wants(&town, "+48605555555", "6");
    let customer = town.is_called("carrier", CALLER, MINUTE);
    customer.answers();
    talk(&friend, &customer);
    let anna = town.signs_in("anna");
    town.runs(MINUTE);
    assert_eq!(town.calls_to("carrier", CALLER), 1, "the callback called a phone in a talk");
    assert!(!town.tales().contains(&"agent.accepted"));
    friend.hangs_up();
    assert_eq!(customer.ends(), "bye received");
    anna.rings_within(3 * MINUTE).answers();
    town.is_called("carrier", CALLER, MINUTE).answers();
    town.runs(Duration::from_secs(1));
    assert_eq!(states(&town), [State::Connected]);
}
