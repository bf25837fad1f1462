//! Which sections and outcomes of flows no case has reached.

use super::house::log::{Log, What};
use crate::base::complaint::Place;
use crate::flow::graph::{Action, Flow, FlowSet, Step, Target};
use crate::flow::ways::{Name, named_ways};
use std::collections::BTreeSet;
use std::fmt::Write;

/// What was reached so far.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Flow and section.
    sections: BTreeSet<(String, String)>,
    /// Flow, line and column of the step, outcome.
    outcomes: BTreeSet<(String, String, String)>,
}

/// One outcome that can be reached.
#[derive(Debug)]
struct Outcome<'f> {
    place: &'f Place,
    notation: &'static str,
    word: String,
}

impl Coverage {
    /// Takes in what happened in one case.
    pub fn add(&mut self, log: &Log) {
        for entry in log.entries() {
            match &entry.what {
                What::Step { flow, section, .. } => {
                    self.sections.insert((flow.clone(), section.clone()));
                }
                What::Exit { flow, at, outcome } => {
                    self.outcomes.insert((flow.clone(), at.clone(), outcome.clone()));
                }
                What::Hears { .. }
                | What::Dials { .. }
                | What::Announces(_)
                | What::Told { .. }
                | What::Did(_) => {}
            }
        }
    }

    /// What was not reached, flow by flow; only flows for which `counts` holds.
    #[must_use]
    pub fn report(&self, flows: &FlowSet, counts: impl Fn(&Flow) -> bool) -> String {
        let mut text = String::new();
        for flow in flows.flows.values().filter(|flow| counts(flow)) {
            self.report_flow(flow, &mut text);
        }
        text
    }

    fn report_flow(&self, flow: &Flow, text: &mut String) {
        let outcomes = outcomes(flow);
        let missed: Vec<&str> = flow
            .sections
            .keys()
            .filter(|name| !self.sections.contains(&(flow.name.clone(), (*name).clone())))
            .map(String::as_str)
            .collect();
        let left: Vec<&Outcome<'_>> =
            outcomes.iter().filter(|outcome| !self.is_reached(flow, outcome)).collect();
        let sections = flow.sections.len();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "coverage of {}: {} of {sections} sections, {} of {} outcomes",
            flow.name,
            sections - missed.len(),
            outcomes.len() - left.len(),
            outcomes.len(),
        );
        if !missed.is_empty() {
            let _ = writeln!(text, "  sections that no case reached: {}", missed.join(", "));
        }
        for Outcome { place, notation, word } in left {
            let _ = writeln!(text, "  {place}: {notation}: {word}");
        }
    }

    fn is_reached(&self, flow: &Flow, outcome: &Outcome<'_>) -> bool {
        let at = format!("{}:{}", outcome.place.line, outcome.place.column);
        self.outcomes.contains(&(flow.name.clone(), at, outcome.word.clone()))
    }
}

/// Every outcome of a flow that leads somewhere; one that asks again leads nowhere.
fn outcomes(flow: &Flow) -> Vec<Outcome<'_>> {
    let mut all = Vec::new();
    for steps in flow.sections.values() {
        gather(steps, &mut all);
    }
    for target in flow.catch.values() {
        if let Target::Steps(steps) = target {
            gather(steps, &mut all);
        }
    }
    all.sort_by_key(|outcome| outcome.place);
    all
}

fn gather<'f>(steps: &'f [Step], all: &mut Vec<Outcome<'f>>) {
    for step in steps {
        let notation = step.action.word();
        let mut put = |word: String| all.push(Outcome { place: &step.place, notation, word });
        let ways = named_ways(&step.action);
        for way in &ways {
            match (way.target, way.name) {
                (Target::Again, _) => {}
                (_, Name::Key(key)) => put(format!("key {key}")),
                (_, Name::Word(word)) => put(word.to_owned()),
            }
        }
        if matches!(&step.action, Action::If { otherwise: None, .. }) {
            put("else".to_owned());
        }
        for name in step.catch.keys() {
            put(name.clone());
        }
        let targets = ways.iter().map(|way| way.target).chain(step.catch.values());
        for target in targets {
            if let Target::Steps(steps) = target {
                gather(steps, all);
            }
        }
    }
}
