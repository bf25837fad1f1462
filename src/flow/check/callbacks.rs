//! Whether Start, Register and Dismiss come in an order that makes sense.
//!
//! ```text
//!           start_callback                 register_callback
//! Idle ───────────────────────► Started ───────────────────────► Registered
//!   ◄──── dismiss_callback, queue, transfer ──┘                        │
//!   ◄──────────────── cancel_callback, take_over_callback ─────────────┘
//! ```
//!
//! Each flow is judged from its own start; what runs after a hang-up is not judged.

use super::states::{States, Walker};
use super::web::{Leads, Point, Web};
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::flow::graph::Action;
use std::collections::BTreeMap;

const IDLE: States = 1;
const STARTED: States = 2;
const REGISTERED: States = 4;

/// Judges one flow.
pub(super) fn check(name: &str, webs: &BTreeMap<&str, Web<'_>>, complaints: &mut Complaints) {
    let Some(web) = webs.get(name) else { return };
    // What escalates has changed nothing.
    let (states, _) = Walker::new(webs, after, |_, states| states).walk(web, IDLE);
    for (point, states) in web.points.iter().zip(states) {
        judge(point, states, complaints);
    }
}

/// Judges one step that can be come to in these states.
fn judge(point: &Point<'_>, states: States, complaints: &mut Complaints) {
    let place = &point.step.place;
    let registers = matches!(point.step.action, Action::RegisterCallback(_));
    if registers && states != 0 && states & STARTED == 0 {
        let message = "no callback can have been started here";
        complaints
            .error(code::REGISTER_WITHOUT_START, place, message)
            .help("`start_callback` comes first");
    } else if registers && states & IDLE != 0 {
        let message = "on some path no callback was started before this";
        complaints.warning(code::REGISTER_MAYBE_WITHOUT_START, place, message);
    }
    let undecided = point.edges.iter().any(|edge| {
        let states = if edge.failure { states } else { after(&point.step.action, states) };
        matches!(edge.to, Leads::Return | Leads::End) && states & STARTED != 0
    });
    if undecided {
        let message = "a started callback is neither registered nor dismissed on a path to here";
        complaints
            .warning(code::STARTED_WITHOUT_DECISION, place, message)
            .help("`register_callback` or `dismiss_callback` before it");
    }
}

/// The states after a step that did not escalate.
fn after(action: &Action, states: States) -> States {
    let starts = matches!(action, Action::StartCallback { .. });
    let registers = matches!(action, Action::RegisterCallback(_));
    let undoes = matches!(
        action,
        Action::DismissCallback
            | Action::Queue(_)
            | Action::ExitQueue
            | Action::Requeue(_)
            | Action::Transfer(_)
    );
    if states == 0 {
        0
    } else if starts {
        STARTED
    } else if registers {
        REGISTERED
    } else if matches!(action, Action::TakeOverCallback(_)) {
        IDLE
    } else if matches!(action, Action::CancelCallback(_)) {
        let idle = if states & (IDLE | REGISTERED) == 0 { 0 } else { IDLE };
        states & STARTED | idle
    } else if undoes {
        let idle = if states & (IDLE | STARTED) == 0 { 0 } else { IDLE };
        states & REGISTERED | idle
    } else {
        states
    }
}
