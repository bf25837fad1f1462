//! A caller who listens to the own message before it is kept.

use super::support::handset::Handset;
use super::support::town::Town;
use super::{CALLER, calls, plan, town};
use std::time::Duration;

const RECORDS: &str = "  start:
    - answer
    - record: { save_as: note, review: { prompt: confirm-number, hear: 1, again: 2, keep: 3 } }
    - play: [ goodbye, $note ]
    - hangup
";

#[test]
fn a_message_is_heard_and_kept() {
    let town = town(RECORDS, 10);
    let caller = speaks_into(&town, 600);
    caller.hears_all_of("confirm-number").presses("1").hears_tone(600);
    caller.hears("confirm-number").presses("3").hears_all_of("goodbye").hears_tone(600);
    assert_eq!(caller.ends(), "bye received");
    town.is_quiet();
}

#[test]
fn a_message_that_is_made_again_leaves_nothing_of_the_first() {
    let town = town(RECORDS, 11);
    let caller = speaks_into(&town, 600);
    caller.hears_all_of("confirm-number").presses("2").waits(Duration::from_secs(1));
    caller.speaks(450, Duration::from_secs(2)).presses("#");
    caller.hears_all_of("confirm-number");
    assert_eq!(town.world(|world| world.recordings.len()), 1, "the first is deleted");
    caller.presses("3").hears_all_of("goodbye").hears_tone(450);
    town.is_quiet();
}

#[test]
fn a_message_whose_review_is_not_answered_is_kept() {
    let town = town(RECORDS, 12);
    let caller = speaks_into(&town, 600);
    caller.hears_all_of("confirm-number").hears_all_of("confirm-number");
    caller.hears_all_of("confirm-number").hears_all_of("goodbye").hears_tone(600);
    town.is_quiet();
}

#[test]
fn a_caller_who_hangs_up_in_the_review_leaves_the_message_to_the_last_words() {
    let sections = "  start:
    - answer
    - start_callback: { queue: sales }
    - record: { save_as: note, review: confirm-number }
    - dismiss_callback
    - hangup
  gone:
    - register_callback: { queue: sales, agent_media: [ callback-for-you, $note ] }
    - end
when_caller_hangs_up: gone
";
    let town = Town::new(plan(sections), 13);
    let caller = speaks_into(&town, 600);
    caller.hears_all_of("confirm-number").hangs_up();
    let anna = town.signs_in("anna");
    let agent = anna.rings_within(Duration::from_secs(90));
    agent.answers().hears_all_of("callback-for-you").hears_tone(600);
    assert_eq!(town.rows()[0].promise.number.to_string(), CALLER);
}

/// The caller calls, says something and ends it with `#`.
fn speaks_into(town: &Town, hz: u32) -> Handset {
    let caller = calls(town);
    caller.is_up().waits(Duration::from_secs(1));
    caller.speaks(hz, Duration::from_secs(2)).presses("#");
    caller
}
