//! Stories of moments that cross: answers, hang-ups, losses and refusals, told by phones.

#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be done ends the story")]

#[path = "../support/mod.rs"]
mod support;

mod crossing;
mod hanging_up;
mod losing;
mod order;
mod outcomes;
mod reloading;
mod rush;
mod services;
mod sound;

use ringback::callback::request::State;
use std::time::Duration;
use support::handset::Handset;
use support::town::Town;

/// The customer who is called back.
const CUSTOMER: &str = "+48601234567";

/// Each hears what the other says. Both pitches have whole waves in a packet, so that a packet
/// that is missing does not spoil them.
#[track_caller]
fn talk(one: &Handset, other: &Handset) {
    one.begins_to_speak(450, Duration::from_secs(2));
    other.hears_tone(450);
    other.begins_to_speak(700, Duration::from_secs(2));
    one.hears_tone(700);
    one.waits(Duration::from_secs(3));
}

/// Somebody calls and waits in the queue `sales`.
#[track_caller]
fn waits_in_line(town: &Town, number: &str) -> Handset {
    let caller = town.calls_in(number);
    caller.hears("main-menu").presses("1").hears("please-wait");
    caller
}

/// A caller in the queue `sales` who can register a callback on their own number with `#`.
#[track_caller]
fn until_the_note(caller: &Handset) {
    caller.presses("1").hears("callback-on-this-number").presses("1").hears("you-entered");
    caller.hears("confirm-number").presses("1").hears("leave-a-note");
    caller.waits(Duration::from_millis(1_500));
}

/// The customer calls, and registers a callback on the own number.
#[track_caller]
fn registers(town: &Town) {
    registers_as(town, CUSTOMER);
}

#[track_caller]
fn registers_as(town: &Town, number: &str) {
    let caller = waits_in_line(town, number);
    until_the_note(&caller);
    caller.presses("#").hears("callback-registered").hears("goodbye");
    assert_eq!(caller.ends(), "bye received");
}

/// The states of all callbacks that were ever promised.
fn states(town: &Town) -> Vec<State> {
    town.rows().iter().map(|row| row.state).collect()
}

/// How many attempts each callback has used up.
fn charged(town: &Town) -> Vec<u32> {
    town.rows().iter().map(|row| row.attempts_counted()).collect()
}
