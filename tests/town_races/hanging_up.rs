//! Callers who hang up between Start, Dismiss and Register, and what is counted.

use super::support::site::Plan;
use super::support::town::Town;
use super::{CUSTOMER, states, until_the_note, waits_in_line};
use ringback::callback::request::State;
use ringback::queue::counters::Counters;
use ringback::switchboard::store::CallResult;
use std::time::Duration;

#[test]
fn a_hang_up_between_start_and_register_is_incomplete_and_no_abandon() {
    let town = Town::new(Plan::without_care_for_hang_ups(), 70);
    let caller = waits_in_line(&town, CUSTOMER);
    caller.presses("1").hears("callback-on-this-number").hangs_up();
    town.is_quiet();
    assert_eq!(town.results(), [CallResult::Incomplete]);
    counts(&town, Counters { offered: 1, incomplete: 1, ..Counters::default() });
    assert!(town.tales().contains(&"callback.incomplete"));
    assert_eq!(states(&town), []);
}

#[test]
fn a_hang_up_in_the_recording_is_incomplete_and_leaves_no_recording() {
    let town = Town::new(Plan::without_care_for_hang_ups(), 71);
    let caller = waits_in_line(&town, CUSTOMER);
    until_the_note(&caller);
    caller.speaks(600, Duration::from_secs(2)).hangs_up();
    town.is_quiet();
    assert_eq!(town.results(), [CallResult::Incomplete]);
    assert_eq!(town.world(|world| world.recordings.len()), 0);
    assert_eq!(states(&town), []);
}

#[test]
fn a_queue_may_count_the_incomplete_as_abandoned() {
    let plan = Plan::without_care_for_hang_ups()
        .but(|settings| settings.queues[0].incomplete_counts_as_abandon = true);
    let town = Town::new(plan, 72);
    let caller = waits_in_line(&town, CUSTOMER);
    caller.presses("1").hears("callback-on-this-number").hangs_up();
    town.is_quiet();
    counts(&town, Counters { offered: 1, abandoned: 1, ..Counters::default() });
}

#[test]
fn a_hang_up_after_dismiss_is_an_abandon() {
    let town = Town::new(Plan::without_care_for_hang_ups(), 73);
    let caller = waits_in_line(&town, CUSTOMER);
    caller.presses("1").hears("callback-on-this-number").presses("*").hears("back-to-waiting");
    caller.hangs_up();
    town.is_quiet();
    assert_eq!(town.results(), [CallResult::Abandoned]);
    counts(&town, Counters { offered: 1, abandoned: 1, ..Counters::default() });
    assert!(!town.tales().contains(&"callback.incomplete"));
}

#[test]
fn the_shipped_flow_dismisses_for_a_caller_who_never_confirmed() {
    let town = Town::shipped(74);
    let caller = waits_in_line(&town, CUSTOMER);
    caller.presses("1").hears("callback-on-this-number").hangs_up();
    town.is_quiet();
    assert_eq!(town.results(), [CallResult::Abandoned]);
    counts(&town, Counters { offered: 1, abandoned: 1, ..Counters::default() });
}

#[test]
fn the_shipped_flow_registers_for_a_caller_who_confirmed_and_keeps_the_note() {
    let town = Town::shipped(75);
    let caller = waits_in_line(&town, CUSTOMER);
    until_the_note(&caller);
    caller.speaks(600, Duration::from_secs(3)).hangs_up();
    town.is_quiet();
    assert_eq!(town.results(), [CallResult::Registered]);
    assert_eq!(states(&town), [State::Waiting]);
    counts(&town, Counters { offered: 1, promised: 1, ..Counters::default() });
    let agent = town.signs_in("anna").rings();
    agent.answers().hears("callback-for-you").hears_tone(600);
}

#[test]
fn a_hang_up_at_any_moment_of_the_note_registers_once() {
    for ms in (0..2_000).step_by(37) {
        let town = Town::shipped(79);
        let caller = waits_in_line(&town, CUSTOMER);
        caller.presses("1").hears("callback-on-this-number").presses("1");
        caller.hears("confirm-number").presses("1").hears("leave-a-note");
        caller.begins_to_speak(600, Duration::from_secs(3)).waits(Duration::from_millis(ms));
        caller.hangs_up();
        town.is_quiet();
        assert_eq!((ms, states(&town)), (ms, vec![State::Waiting]));
        assert_eq!(town.results(), [CallResult::Registered]);
        let kept = town.rows()[0].promise.agent_media.len() - 1;
        assert_eq!(town.world(|world| world.recordings.len()), kept, "{ms}");
    }
}

#[test]
fn a_hang_up_while_the_store_is_asked_is_registered_if_it_is_stored() {
    for plan in [Plan::shipped(), Plan::without_care_for_hang_ups()] {
        let town = Town::new(plan, 76);
        let caller = waits_in_line(&town, CUSTOMER);
        until_the_note(&caller);
        town.world(|world| world.store.temper.takes = Duration::from_secs(3));
        caller.presses("#").waits(Duration::from_secs(2));
        assert_eq!(states(&town), []);
        caller.never_heard("callback-registered").hangs_up();
        town.is_quiet();
        assert_eq!(states(&town), [State::Waiting]);
        assert_eq!(town.results(), [CallResult::Registered]);
        counts(&town, Counters { offered: 1, promised: 1, ..Counters::default() });
        town.world(|world| world.store.temper.takes = Duration::from_millis(1));
        let agent = town.signs_in("anna").rings();
        agent.answers().hears("callback-for-you");
    }
}

#[test]
fn a_hang_up_while_the_store_is_asked_is_incomplete_if_it_is_refused() {
    let town = Town::new(Plan::without_care_for_hang_ups(), 77);
    let caller = waits_in_line(&town, CUSTOMER);
    until_the_note(&caller);
    town.world(|world| {
        world.store.temper.takes = Duration::from_secs(3);
        world.store.temper.fails_next = 1;
    });
    caller.presses("#").waits(Duration::from_secs(2)).hangs_up();
    town.is_quiet();
    assert_eq!(states(&town), []);
    assert_eq!(town.results(), [CallResult::Incomplete]);
    counts(&town, Counters { offered: 1, incomplete: 1, ..Counters::default() });
}

#[test]
fn a_hang_up_while_the_store_hangs_for_long_is_settled_when_it_is_mended() {
    let town = Town::shipped(78);
    let caller = waits_in_line(&town, CUSTOMER);
    until_the_note(&caller);
    town.world(|world| world.store.temper.hangs = true);
    caller.presses("#").waits(Duration::from_secs(2)).hangs_up();
    town.runs(Duration::from_secs(600));
    let anna = town.signs_in("anna");
    town.runs(Duration::from_secs(30));
    assert_eq!(states(&town), []);
    town.world(|world| world.store.temper.hangs = false);
    anna.rings_within(Duration::from_secs(90)).answers().hears("callback-for-you");
    assert_eq!(states(&town), [State::AgentMedia]);
    assert_eq!(town.results(), [CallResult::Registered]);
}

/// What the queue `sales` has counted, without offers to agents.
#[track_caller]
fn counts(town: &Town, expected: Counters) {
    let found = town.world(|world| {
        let heart = world.heart().expect("a living process");
        *heart.view().queues().counters("sales").expect("a queue")
    });
    assert_eq!(Counters { offers: expected.offers, ..found }, expected);
}
