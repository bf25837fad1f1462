//! Whole flows judged as graphs: what no single step can tell.

mod answers;
mod callbacks;
mod escalations;
mod keys;
mod languages;
mod numbers;
mod promise;
mod states;
mod variables;
mod web;

use super::decode::Draft;
use super::graph::{Action, Step};
use super::loops;
use super::site::Site;
use crate::base::code;
use crate::base::complaint::Complaints;
use std::collections::BTreeMap;
use web::{Leads, Web};

/// Judges all flows together.
pub(super) fn check(drafts: &BTreeMap<String, Draft>, site: &Site, complaints: &mut Complaints) {
    let webs: BTreeMap<&str, Web<'_>> =
        drafts.iter().map(|(name, draft)| (name.as_str(), Web::of(&draft.flow))).collect();
    recursion(&webs, complaints);
    let timed: BTreeMap<&str, bool> =
        webs.iter().map(|(name, web)| (*name, web.takes_time())).collect();
    for (name, draft) in drafts {
        let Some(web) = webs.get(name.as_str()) else { continue };
        numbers::check(&draft.flow, web, complaints);
        if draft.has_gaps {
            // A step is missing: what follows from the rest would mislead.
            continue;
        }
        run_off(web, complaints);
        unreached(draft, web, complaints);
        endless(web, &timed, complaints);
        callbacks::check(name, &webs, complaints);
        if draft.has_errors {
            continue;
        }
        escalations::check(name, drafts, &webs, complaints);
        keys::check(web, complaints);
        answers::check(&draft.flow, &webs, complaints);
        languages::check(&draft.flow, web, site, complaints);
        promise::check(&draft.flow, web, site, complaints);
        variables::check(draft, web, complaints);
    }
}

/// A flow that runs itself, through whatever others.
fn recursion(webs: &BTreeMap<&str, Web<'_>>, complaints: &mut Complaints) {
    let names: Vec<&str> = webs.keys().copied().collect();
    let index = |name: &str| names.binary_search(&name).ok();
    let edges: Vec<Vec<usize>> = webs
        .values()
        .map(|web| web.steps().filter_map(flow_run_by).filter_map(index).collect())
        .collect();
    for circle in loops::loops(&edges) {
        let flows: Vec<&str> = circle.iter().filter_map(|at| names.get(*at).copied()).collect();
        let calls = flows.iter().filter_map(|name| webs.get(name)).flat_map(Web::steps);
        let inner =
            calls.filter(|step| flow_run_by(step).is_some_and(|flow| flows.contains(&flow)));
        for step in inner {
            let message = format!("flows run each other without end: {}", flows.join(", "));
            complaints
                .error(code::RECURSION, &step.place, message)
                .help("`goto` repeats a section");
        }
    }
}

/// The flow that a step runs.
fn flow_run_by(step: &Step) -> Option<&str> {
    if let Action::CallFlow { flow, .. } = &step.action {
        return Some(flow);
    }
    if let Action::Queue(queue) = &step.action { queue.flow.as_deref() } else { None }
}

fn run_off(web: &Web<'_>, complaints: &mut Complaints) {
    let entered = web.reached(web.entries());
    for (index, point) in web.points.iter().enumerate() {
        let runs_off = point.edges.iter().any(|edge| edge.to == Leads::RunOff);
        if runs_off && entered.get(index) == Some(&true) {
            let message = format!("the section `{}` runs off its end here", point.section);
            let help = "end it with `goto`, `return`, `hangup` or `end`";
            complaints.error(code::RUN_OFF, &point.step.place, message).help(help);
        }
    }
}

fn unreached(draft: &Draft, web: &Web<'_>, complaints: &mut Complaints) {
    let reached = web.reached(web.roots());
    for (section, place) in &draft.sections {
        let entry = web.entry(section);
        if entry.is_some_and(|entry| reached.get(entry) == Some(&false)) {
            let message = format!("nothing leads to the section `{section}`");
            complaints.warning(code::UNREACHED_SECTION, place, message);
        }
    }
    let entered = web.reached(web.entries());
    let mut before = true;
    for (index, point) in web.points.iter().enumerate() {
        let here = entered.get(index) == Some(&true);
        if !here && before {
            let message = "this step is never reached: the one before it always leads elsewhere";
            complaints.warning(code::UNREACHED_STEP, &point.step.place, message);
        }
        before = here;
    }
}

fn endless(web: &Web<'_>, timed: &BTreeMap<&str, bool>, complaints: &mut Complaints) {
    let entered = web.reached(web.entries());
    let edges: Vec<Vec<usize>> = web
        .points
        .iter()
        .enumerate()
        .map(|(index, point)| {
            let flow = flow_run_by(point.step).filter(|_| !point.is_queue());
            let waits = flow.is_some_and(|flow| timed.get(flow).copied().unwrap_or(true));
            let quick = point.edges.iter().filter(|edge| !edge.timed && (edge.failure || !waits));
            let targets = quick.filter_map(|edge| web.point_of(&edge.to));
            if entered.get(index) == Some(&true) { targets.collect() } else { Vec::new() }
        })
        .collect();
    for circle in loops::loops(&edges) {
        let points = circle.iter().filter_map(|index| web.points.get(*index));
        let Some(point) = points.min_by_key(|point| &point.step.place) else { continue };
        let message = "these steps go round without anything that takes time";
        complaints
            .error(code::LOOP_WITHOUT_WAIT, &point.step.place, message)
            .help("put a `play`, `music`, `wait` or a question into the loop");
    }
}
