//! Stories of the whole house, told by phones.

mod support;

use std::time::Duration;
use support::phone::Manner;
use support::town::Town;

#[test]
fn a_caller_hears_the_welcome_and_the_menu() {
    let town = Town::shipped(1);
    let caller = town.calls_in("+48221112233");
    caller.is_up().hears_all_of("welcome").hears("main-menu").hangs_up();
    town.is_quiet();
}

#[test]
fn a_caller_waits_and_talks_to_an_agent() {
    let town = Town::shipped(2);
    let anna = town.signs_in("anna");
    let caller = town.calls_in("+48221112233");
    caller.hears("main-menu").presses("1").hears("please-wait");
    let agent = anna.rings();
    agent.answers();
    caller.begins_to_speak(440, Duration::from_secs(2));
    agent.hears_tone(440);
    agent.begins_to_speak(700, Duration::from_secs(2));
    caller.hears_tone(700);
    agent.hangs_up();
    assert_eq!(caller.ends(), "bye received");
    town.is_quiet();
}

#[test]
fn a_callback_is_made_at_the_place_that_was_kept() {
    let town = Town::shipped(3);
    let caller = town.calls_in("+48221112233");
    caller.hears("main-menu").presses("1").hears("please-wait").presses("1");
    caller.hears("callback-on-this-number").presses("2");
    caller.hears("enter-number").presses("601234567#").hears("you-entered");
    caller.hears("confirm-number").presses("1").hears_all_of("leave-a-note");
    caller.waits(Duration::from_secs(1)).speaks(600, Duration::from_secs(3)).presses("#");
    caller.hears_all_of("callback-registered").hears("goodbye");
    assert_eq!(caller.ends(), "bye received");
    town.number("+48601234567", Manner::AnswersAfter(Duration::from_secs(3)));
    town.runs(Duration::from_secs(120));
    let anna = town.signs_in("anna");
    let agent = anna.rings();
    agent.answers().hears("callback-for-you").hears_tone(600);
    let customer = town.is_called("carrier", "+48601234567", Duration::from_secs(60));
    customer.is_up();
    customer.begins_to_speak(440, Duration::from_secs(2));
    agent.hears_tone(440);
    customer.hangs_up();
    assert_eq!(agent.ends(), "bye received");
    town.is_quiet();
    assert_eq!(town.calls_to("carrier", "+48601234567"), 1);
}
