//! Whether a call is answered before its caller is asked anything.
//!
//! ```text
//!         play, say, music                      answer, queue, transfer, voicemail
//! Fresh ───────────────────► Heard       Fresh, Heard ─────────────────────────► Answered
//! ```
//!
//! To play something before `answer` is right: networks carry it, and callers hear it. But nothing
//! comes back before, so that no key is pressed and nothing can be recorded.

use super::flow_run_by;
use super::keys::asks_for_keys;
use super::states::{States, Walker};
use super::web::{Point, Web};
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::flow::graph::{Action, Flow, WAITING_INPUT};
use std::collections::{BTreeMap, BTreeSet};

const FRESH: States = 1;
const HEARD: States = 2;
const ANSWERED: States = 4;

/// Flows by name.
type Webs<'w, 'f> = BTreeMap<&'w str, Web<'f>>;

/// Judges one flow, if calls can begin with it.
pub(super) fn check(flow: &Flow, webs: &Webs<'_, '_>, complaints: &mut Complaints) {
    let Some(web) = webs.get(flow.name.as_str()).filter(|_| begins_calls(flow, webs)) else {
        return;
    };
    // Who waits or is passed on is answered before that can fail.
    let (states, _) = Walker::new(webs, after, after).walk(web, FRESH);
    for (point, states) in web.points.iter().zip(states) {
        let unanswered = states & (FRESH | HEARD);
        if unanswered == 0 {
            continue;
        }
        let mut seen = BTreeSet::new();
        if asks(point, unanswered, webs, &mut seen) {
            let message = "the caller is asked here, and is not answered on some path to here";
            complaints
                .warning(code::ASKED_UNANSWERED, &point.step.place, message)
                .help("`answer` comes first: before it no key and no voice of the caller arrives");
        } else if matches!(point.step.action, Action::HangUp(None)) && states & HEARD != 0 {
            let message = "a caller who has heard something is hung up on without `answer`";
            complaints.warning(code::NEVER_ANSWERED, &point.step.place, message).help(
                "put `answer` before the first `play`; or name a cause: `hangup: unavailable`",
            );
        }
    }
}

/// Whether a number can lead to a flow, as far as flows tell: others run it, or it needs to be told
/// something, or it is for those who wait.
fn begins_calls(flow: &Flow, webs: &Webs<'_, '_>) -> bool {
    let is_told = |(name, input): (&String, &crate::flow::graph::Input)| {
        input.required || name == WAITING_INPUT
    };
    let runs = |web: &Web<'_>| web.steps().any(|step| flow_run_by(step) == Some(&flow.name));
    !flow.inputs.iter().any(is_told) && !webs.values().any(runs)
}

/// Whether a step takes keys or voice, itself or by a flow that it runs before anything answers.
fn asks<'w>(
    point: &Point<'_>,
    states: States,
    webs: &'w Webs<'_, '_>,
    seen: &mut BTreeSet<&'w str>,
) -> bool {
    let action = &point.step.action;
    if asks_for_keys(action) || matches!(action, Action::Record(_)) {
        return true;
    }
    let Action::CallFlow { flow, .. } = action else { return false };
    let Some((name, web)) = webs.get_key_value(flow.as_str()) else { return false };
    if !seen.insert(name) {
        return false;
    }
    let (inside, _) = Walker::new(webs, after, after).walk(web, states);
    web.points.iter().zip(inside).any(|(point, states)| {
        let unanswered = states & (FRESH | HEARD);
        unanswered != 0 && asks(point, unanswered, webs, seen)
    })
}

/// The states after a step.
fn after(action: &Action, states: States) -> States {
    let answers = matches!(
        action,
        Action::Answer
            | Action::Queue(_)
            | Action::Transfer(_)
            | Action::Voicemail(_)
            | Action::Listen
    );
    let sounds = matches!(
        action,
        Action::Play { .. } | Action::Say { .. } | Action::SayText { .. } | Action::Music { .. }
    );
    if states == 0 {
        0
    } else if answers {
        ANSWERED
    } else if sounds && states & FRESH != 0 {
        states & !FRESH | HEARD
    } else {
        states
    }
}
