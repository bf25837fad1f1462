//! Stories of flows that move a caller: endings, reviews, callbacks once more, transfers.

#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be done ends the story")]

#[path = "../support/mod.rs"]
mod support;

mod endings;
mod reviewing;

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
