//! Stories of callers who leave a message.

use super::callbacks::site;
use super::stage::*;
use crate::base::digit::Digit;
use crate::flow::effect::{Event, MessageLimits};
use crate::flow::graph::{Action, Flow, Step, Voicemail};
use std::time::Duration;

#[test]
fn a_message_is_said_after_the_greeting_and_told_when_it_is_kept() {
    let mut stage = Stage::begin(main());
    stage.gets(opened()).hears_all().records(7);
    stage.sees("open support; play greet; record; leave recording-7 in support");
    stage.gets(Event::MessageKept).sees("play thanks");
}

#[test]
fn a_key_ends_the_greeting_and_means_nothing_else() {
    let mut stage = Stage::begin(main());
    stage.gets(opened()).presses("5").sees("open support; play greet; stop; record");
}

#[test]
fn who_says_nothing_leaves_no_message() {
    let mut stage = Stage::begin(main());
    stage.gets(opened()).hears_all().gets(Event::Recorded { recording: None });
    stage.sees("open support; play greet; record; play nothing-said");
}

#[test]
fn a_full_mailbox_is_an_outcome() {
    Stage::begin(main()).gets(Event::MailboxFull).sees("open support; play is-full");
}

#[test]
fn a_message_that_is_not_stored_escalates() {
    let mut stage = Stage::begin(main());
    stage.gets(opened()).hears_all().records(7).escalates("voicemail-store-failed");
    stage.sees(
        "open support; play greet; record; leave recording-7 in support; \
         finished voicemail-store-failed",
    );
}

#[test]
fn a_recording_that_broke_escalates_too() {
    let mut stage = Stage::begin(main());
    stage.gets(opened()).hears_all().gets(Event::RecordingFailed);
    stage.sees("open support; play greet; record; finished voicemail-store-failed");
}

#[test]
fn who_hangs_up_while_speaking_has_left_a_message() {
    let mut stage = Stage::begin(main());
    stage.gets(opened()).hears_all().gets(Event::HungUp).sees("open support; play greet; record");
    stage.records(7).sees("leave recording-7 in support");
    stage.gets(Event::MessageKept).sees("finished");
}

#[test]
fn who_hangs_up_in_the_greeting_has_left_none() {
    let mut stage = Stage::begin(main());
    stage.gets(opened()).gets(Event::HungUp).sees("open support; play greet; finished");
}

#[test]
fn an_agents_answer_ends_the_message_of_who_waits() {
    let mut stage = Stage::begin(site(vec![leave()]));
    stage.gets(opened()).hears_all().gets(Event::Connected).records(7);
    stage.sees("join sales; open support; play greet; record; delete recording-7");
}

fn main() -> Vec<Flow> {
    vec![flow(
        "main",
        vec![
            ("start", vec![leave(), play("thanks")]),
            ("nothing", vec![play("nothing-said")]),
            ("full", vec![play("is-full")]),
        ],
    )]
}

fn leave() -> Step {
    step(Action::Voicemail(Voicemail {
        mailbox: literal("support"),
        greeting: Vec::new(),
        longest: None,
        shortest: None,
        silence: None,
        finish: Some(Digit::HASH),
        beep: true,
        left: None,
        empty: Some(section("nothing")),
        full: Some(section("full")),
    }))
}

fn opened() -> Event {
    let longest = Duration::from_secs(60);
    let limits = MessageLimits { longest, shortest: Duration::ZERO, silence: None };
    Event::MailboxOpened { greeting: "greet".to_owned(), limits }
}
