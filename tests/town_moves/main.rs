//! Stories of flows that move a caller: endings, reviews, callbacks once more, transfers.

#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be done ends the story")]

#[path = "../support/mod.rs"]
mod support;

mod calling_again;
mod endings;
mod requeueing;
mod reviewing;
mod skills;
mod transferring;

use std::time::Duration;
use support::handset::Handset;
use support::site::Plan;
use support::town::Town;

/// Who calls in these stories.
const CALLER: &str = "+48601234567";

/// A town whose number is answered by these sections of the flow `main`.
fn town(sections: &str, seed: u64) -> Town {
    Town::new(plan(sections), seed)
}

fn plan(sections: &str) -> Plan {
    let flow = format!("flow: main\nformat: 1\nsections:\n{sections}");
    Plan::with_flows(&[("main.flow.yaml", &flow)])
}

/// The caller calls.
fn calls(town: &Town) -> Handset {
    town.calls_in(CALLER)
}

/// Each hears what the other says.
#[track_caller]
fn talk(one: &Handset, other: &Handset) {
    one.begins_to_speak(450, Duration::from_secs(2));
    other.hears_tone(450);
    other.begins_to_speak(700, Duration::from_secs(2));
    one.hears_tone(700);
    one.waits(Duration::from_secs(3));
}
