//! From a flow to its sketch: which cards there are, and each step as a short row.

use super::sketch::{Card, CardKind, Lead, Port, Row, Sketch, Tone};
use crate::flow::graph::{Action, Flow, Step, Target};
use crate::flow::notation::{Group, Notation};
use crate::flow::ways::{Name, named_ways};
use std::collections::BTreeMap;

mod brief;

/// What stands for the end of the call's flow.
const END: &str = "■ end";
/// What stands for the same step once more.
const AGAIN: &str = "↻ again";

impl Sketch {
    /// Reads a flow.
    #[must_use]
    pub fn of(flow: &Flow) -> Self {
        let mut sections: Vec<(&str, &[Step])> =
            flow.sections.iter().map(|(name, steps)| (name.as_str(), steps.as_slice())).collect();
        sections.sort_by_key(|(name, steps)| {
            (*name != "start", steps.first().map(|step| (step.place.line, step.place.column)))
        });
        let mut cards = beginnings(flow);
        let first = cards.len();
        let index: BTreeMap<&str, usize> =
            sections.iter().enumerate().map(|(at, (name, _))| (*name, first + at)).collect();
        let mut rows = Rows { index: &index, rows: Vec::new() };
        let caught = flow.catch.iter().filter_map(|(name, target)| match target {
            Target::Steps(steps) => Some((name.as_str(), steps.as_slice())),
            Target::Section(_) | Target::Again | Target::End => None,
        });
        let bodies: Vec<(&str, &[Step])> = sections.into_iter().chain(caught).collect();
        for (name, steps) in &bodies {
            rows.steps(steps, 0);
            let rows = std::mem::take(&mut rows.rows);
            cards.push(Card { title: (*name).to_owned(), kind: CardKind::Section, rows });
        }
        let body = |name: &str| bodies.iter().rposition(|body| body.0 == name);
        lead_in(flow, &mut cards, |name, caught| {
            let known = index.get(name).copied();
            if caught { body(name).map(|at| first + at) } else { known }
        });
        let (name, title) = (flow.name.clone(), flow.title.clone());
        Self { name, title, notes: notes(flow), cards }
    }
}

/// The ways to begin, without their arrows.
fn beginnings(flow: &Flow) -> Vec<Card> {
    let takes_call =
        |step: &Step| matches!(step.action, Action::Answer | Action::Ringing | Action::Reject(_));
    let start = flow.sections.get("start").map_or(&[][..], Vec::as_slice);
    let begins = if start.iter().any(takes_call) { "A call comes in" } else { "The flow begins" };
    let mut cards = vec![beginning(begins.to_owned(), CardKind::Start)];
    if flow.when_caller_hangs_up.is_some() {
        cards.push(beginning("The caller hangs up".to_owned(), CardKind::Event));
    }
    for (name, target) in &flow.catch {
        let goes = match target {
            Target::Again => format!(" {AGAIN}"),
            Target::End => format!(" {END}"),
            Target::Section(_) | Target::Steps(_) => String::new(),
        };
        cards.push(beginning(format!("catch {name}{goes}"), CardKind::Event));
    }
    cards
}

const fn beginning(title: String, kind: CardKind) -> Card {
    Card { title, kind, rows: Vec::new() }
}

/// Leads each beginning to its card; `find` knows sections and caught steps by their names.
fn lead_in(flow: &Flow, cards: &mut [Card], find: impl Fn(&str, bool) -> Option<usize>) {
    let mut targets = vec![find("start", false)];
    targets.extend(flow.when_caller_hangs_up.as_deref().map(|name| find(name, false)));
    for (name, target) in &flow.catch {
        targets.push(match target {
            Target::Section(section) => find(section, false),
            Target::Steps(_) => find(name, true),
            Target::Again | Target::End => None,
        });
    }
    for (card, target) in cards.iter_mut().zip(targets) {
        let Some(to) = target else { continue };
        let escalation = card.title.starts_with("catch ");
        card.rows.push(Row {
            depth: 0,
            lead: Lead::Step("goto", Tone::Control),
            text: String::new(),
            link: None,
            port: Some(Port { to, escalation, exit: true }),
        });
    }
}

/// The lines below the title.
fn notes(flow: &Flow) -> Vec<String> {
    let language = flow.language.as_ref().map(|language| format!("language {language}"));
    let named = flow.title.is_some().then(|| flow.name.clone());
    let head: Vec<String> = named.into_iter().chain(language).collect();
    let inputs = flow.inputs.iter().map(|(name, input)| {
        let default = input.default.as_ref().map(|value| format!(" = {}", brief::value(value)));
        format!("{name}: {}{}", input.kind.word(), default.unwrap_or_default())
    });
    let inputs: Vec<String> = inputs.collect();
    let outputs = flow.outputs.iter().map(|(name, output)| match output.one_of.as_slice() {
        [] => format!("{name}: {}", output.kind.word()),
        words => format!("{name}: {}", words.join(" | ")),
    });
    let outputs: Vec<String> = outputs.collect();
    let lines = [
        head.join(" · "),
        if inputs.is_empty() { String::new() } else { format!("takes {}", inputs.join(", ")) },
        if outputs.is_empty() { String::new() } else { format!("gives {}", outputs.join(", ")) },
    ];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// The rows of one card while it is written.
struct Rows<'f> {
    /// The cards of the sections.
    index: &'f BTreeMap<&'f str, usize>,
    rows: Vec<Row>,
}

impl Rows<'_> {
    fn steps(&mut self, steps: &[Step], depth: usize) {
        for (at, step) in steps.iter().enumerate() {
            self.step(step, depth, depth == 0 && at + 1 == steps.len());
        }
    }

    fn step(&mut self, step: &Step, depth: usize, last: bool) {
        let word = step.action.word();
        let ends = matches!(
            step.action,
            Action::End | Action::HangUp(_) | Action::Reject(_) | Action::Return(_)
        );
        let lead = if ends { Lead::End(word) } else { Lead::Step(word, tone(word)) };
        let text = brief::text(&step.action);
        let mut row = Row { depth, lead, text, link: None, port: None };
        let mut ways = named_ways(&step.action);
        if let Action::If { then, .. } = &step.action {
            // Steps after `then` follow the condition without a row between.
            ways.remove(0);
            self.condition(row, then);
            self.outcomes(&ways, depth + 1);
            self.caught(step, depth + 1);
            return;
        }
        if let Action::Goto(section) = &step.action {
            row.port = self.port(section, false, last);
        } else if let Action::CallFlow { flow, .. } = &step.action {
            row.link = Some(flow.clone());
        }
        self.rows.push(row);
        if let Action::Queue(queue) = &step.action
            && let Some(flow) = &queue.flow
        {
            let lead = Lead::Outcome("while waiting".to_owned());
            let (text, link) = (flow.clone(), Some(flow.clone()));
            self.rows.push(Row { depth: depth + 1, lead, text, link, port: None });
        }
        self.outcomes(&ways, depth + 1);
        self.caught(step, depth + 1);
    }

    fn condition(&mut self, row: Row, then: &Target) {
        let depth = row.depth + 1;
        self.rows.push(row);
        match then {
            Target::Steps(steps) => self.steps(steps, depth),
            Target::Section(_) | Target::Again | Target::End => {
                self.target(Lead::Outcome("then".to_owned()), then, depth);
            }
        }
    }

    fn outcomes(&mut self, ways: &[crate::flow::ways::Way<'_>], depth: usize) {
        for way in ways {
            let lead = match way.name {
                Name::Key(key) => Lead::Key(key.to_string()),
                // To be asked again is what everybody expects; the tries are told above.
                Name::Word("no_input" | "no_match") if matches!(way.target, Target::Again) => {
                    continue;
                }
                Name::Word(word) => Lead::Outcome(word.replace('_', " ")),
            };
            self.target(lead, way.target, depth);
        }
    }

    fn caught(&mut self, step: &Step, depth: usize) {
        for (name, target) in &step.catch {
            self.target(Lead::Escalation(name.clone()), target, depth);
        }
    }

    fn target(&mut self, lead: Lead, target: &Target, depth: usize) {
        let escalation = matches!(lead, Lead::Escalation(_));
        let (text, port) = match target {
            Target::Section(name) => (name.clone(), self.port(name, escalation, false)),
            Target::Again => (AGAIN.to_owned(), None),
            Target::End => (END.to_owned(), None),
            Target::Steps(_) => (String::new(), None),
        };
        self.rows.push(Row { depth, lead, text, link: None, port });
        if let Target::Steps(steps) = target {
            self.steps(steps, depth + 1);
        }
    }

    fn port(&self, section: &str, escalation: bool, exit: bool) -> Option<Port> {
        self.index.get(section).map(|to| Port { to: *to, escalation, exit })
    }
}

fn tone(word: &str) -> Tone {
    match Notation::named(word).map(|notation| notation.group) {
        Some(Group::Call) => Tone::Call,
        Some(Group::Media) => Tone::Sound,
        Some(Group::Queue) => Tone::Queue,
        Some(Group::Callback) => Tone::Callback,
        Some(Group::Numbers | Group::Data) => Tone::Data,
        Some(Group::Control) | None => Tone::Control,
    }
}
