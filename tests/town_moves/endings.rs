//! How a flow ends a call, and what the caller's phone is told.

use super::{calls, town};

#[test]
fn a_flow_that_hangs_up_with_a_cause_tells_it_in_the_bye() {
    let town = town("  start: [ answer, { play: goodbye }, { hangup: busy } ]\n", 1);
    let caller = calls(&town);
    caller.hears_all_of("goodbye");
    assert_eq!(caller.ends(), "bye received");
    assert_eq!(caller.bye_header("Reason"), "SIP ;cause=486 ;text=\"Busy Here\"");
    town.is_quiet();
}

#[test]
fn before_the_answer_the_cause_is_the_refusal() {
    let town = town("  start: [ ringing, { wait: 2s }, { hangup: 410 } ]\n", 2);
    let caller = calls(&town);
    assert_eq!(caller.ends(), "410");
    town.is_quiet();
}

#[test]
fn a_hang_up_without_a_cause_says_nothing_more() {
    let town = town("  start: [ answer, hangup ]\n", 3);
    let caller = calls(&town);
    assert_eq!(caller.ends(), "bye received");
    assert_eq!(caller.bye_header("Reason"), "");
    town.is_quiet();
}
