//! Callers who give up, and nothing says where to go on.

use super::flow_run_by;
use super::web::Web;
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::flow::decode::Draft;
use crate::flow::graph::{Action, Step};
use std::collections::{BTreeMap, BTreeSet};

type Drafts = BTreeMap<String, Draft>;
type Webs<'f> = BTreeMap<&'f str, Web<'f>>;

/// Warns where an escalation that a caller can cause with keys alone ends the call. Of other
/// escalations it cannot be told: they depend on the site, the queue and the hour.
pub(super) fn check(name: &str, drafts: &Drafts, webs: &Webs<'_>, complaints: &mut Complaints) {
    let (Some(draft), Some(web)) = (drafts.get(name), webs.get(name)) else { return };
    let entered = web.reached(web.roots_of_a_call());
    for (point, entered) in web.points.iter().zip(entered) {
        let Some((escalation, key)) = raised(&point.step.action).filter(|_| entered) else {
            continue;
        };
        let here = is_caught(point.step, draft, escalation);
        if !here && reaches_nobody(name, escalation, drafts, webs, &mut BTreeSet::new()) {
            let message = format!("nothing catches `{escalation}`: the call would be over");
            complaints
                .warning(code::ESCALATES_TO_NOBODY, &point.step.place, message)
                .help(format!("say with `{key}` where to go on"));
        }
    }
}

/// What a step raises whose caller does not get on, and the key that says where to go instead.
fn raised(action: &Action) -> Option<(&'static str, &'static str)> {
    let gives_up = matches!(action, Action::Menu(menu) if menu.gave_up.is_none())
        || matches!(action, Action::Collect(collect) if collect.gave_up.is_none());
    let refuses = matches!(action, Action::VerifyNumber(verify) if verify.invalid.is_none());
    if gives_up {
        Some(("gave-up", "gave_up"))
    } else {
        refuses.then_some(("number-invalid", "invalid"))
    }
}

fn is_caught(step: &Step, draft: &Draft, escalation: &str) -> bool {
    step.catch.contains_key("failed")
        || step.catch.contains_key(escalation)
        || draft.flow.catch.contains_key(escalation)
}

/// Whether an escalation that leaves this flow ends a call. Where a queue runs the flow the caller
/// stays in the queue; a flow with inputs or outputs is run by somebody not seen here.
fn reaches_nobody<'d>(
    name: &'d str,
    escalation: &str,
    drafts: &'d Drafts,
    webs: &Webs<'_>,
    seen: &mut BTreeSet<&'d str>,
) -> bool {
    if !seen.insert(name) {
        return false;
    }
    let mut run = false;
    for (other, draft) in drafts {
        let steps = webs.get(other.as_str()).into_iter().flat_map(Web::steps);
        for step in steps.filter(|step| flow_run_by(step) == Some(name)) {
            run = true;
            let stays = matches!(step.action, Action::Queue(_));
            if !stays
                && !is_caught(step, draft, escalation)
                && reaches_nobody(other, escalation, drafts, webs, seen)
            {
                return true;
            }
        }
    }
    let alone = drafts
        .get(name)
        .is_some_and(|draft| draft.flow.inputs.is_empty() && draft.flow.outputs.is_empty());
    !run && alone
}
