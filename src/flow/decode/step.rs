//! One step: which notation it is, and what catches its escalations.

use super::Decoder;
use super::advice;
use super::call::UNAVAILABLE;
use super::parameters::Parameters;
use super::usage::Uses;
use crate::base::code;
use crate::base::complaint::Place;
use crate::base::document::scalar::clip;
use crate::base::document::{Key, Kind, Node};
use crate::flow::graph::{Action, Step, Target};
use crate::flow::notation::{KnownEscalation, NOTATIONS, Notation};
use std::collections::BTreeMap;

impl<'a> Decoder<'a> {
    /// Reads one step; `None` leaves a gap.
    pub(super) fn step(&mut self, node: &'a Node) -> Option<Step> {
        self.open.push(Uses::default());
        let step = match &node.kind {
            Kind::Scalar { text, .. } => self.word(text, node),
            Kind::Map(entries) => self.keyed(entries, &node.place),
            Kind::List(_) | Kind::Null => {
                node.wrong("a step such as `play: welcome`", self.complaints);
                None
            }
        };
        self.has_gaps |= step.is_none();
        if let (Some(step), Some(uses)) = (&step, self.open.pop()) {
            self.uses.insert(step.place.clone(), uses);
        }
        step
    }

    /// A step that is one word: `- answer`.
    fn word(&mut self, text: &str, node: &'a Node) -> Option<Step> {
        let notation = self.notation(text, &node.place)?;
        let parameters = self.bare(notation, &node.place);
        self.finish(parameters)
    }

    /// A step with keys: one of them is a notation, the others belong to it.
    fn keyed(&mut self, entries: &'a [(Key, Node)], place: &Place) -> Option<Step> {
        let Some((first, _)) = entries.first() else {
            self.complaints.error(code::EMPTY_STEP, place, "this step has no notation");
            return None;
        };
        let found = entries.iter().position(|(key, _)| Notation::named(&key.text).is_some());
        let Some(index) = found else {
            self.unknown_notation(&first.text, &first.place);
            return None;
        };
        let (word, value) = entries.get(index)?;
        let notation = self.notation(&word.text, &word.place)?;
        let others = entries.iter().enumerate().filter(|(other, _)| *other != index);
        let beside = others.map(|(_, (key, node))| (key, node)).collect();
        let parameters = self.parameters(notation, word, value, beside);
        self.finish(parameters)
    }

    fn notation(&mut self, word: &str, place: &Place) -> Option<&'static Notation> {
        let Some(notation) = Notation::named(word) else {
            self.unknown_notation(word, place);
            return None;
        };
        if !notation.built {
            let message = format!("`{word}` is part of the language, but not run by this version");
            self.complaints.error(code::NOT_BUILT, place, message);
            return None;
        }
        Some(notation)
    }

    pub(super) fn unknown_notation(&mut self, word: &str, place: &Place) {
        let names = NOTATIONS.iter().map(|notation| notation.name);
        let message = format!("there is no notation `{}`", clip(word));
        let complaint = self.complaints.error(code::UNKNOWN_NOTATION, place, message);
        complaint.help("`ringback flow reference` lists them").suggest(word, names);
        if let Some(help) = advice::of_notation(word) {
            complaint.help(help);
        }
    }

    fn finish(&mut self, mut parameters: Parameters<'a>) -> Option<Step> {
        let action = self.action(&mut parameters)?;
        let left: Vec<&str> = parameters.left().collect();
        debug_assert!(left.is_empty(), "{} does not read {left:?}", parameters.notation.name);
        let mut catch = BTreeMap::new();
        for (name, node) in std::mem::take(&mut parameters.catches) {
            self.catches(name, &node.place, node, &mut catch);
        }
        for node in std::mem::take(&mut parameters.catch_maps) {
            self.catch_map(node, &mut catch);
        }
        Some(Step { place: parameters.place, action, catch })
    }

    /// `catch: {escalation: target}` of a whole flow: `failed` belongs to steps.
    pub(super) fn flow_catch(&mut self, node: &'a Node) -> BTreeMap<String, Target> {
        if let Kind::Map(entries) = &node.kind
            && let Some((key, _)) = entries.iter().find(|(key, _)| key.text == "failed")
        {
            let message = "`failed` belongs to a step; a flow catches escalations by their names";
            self.complaints.error(code::UNKNOWN_ESCALATION, &key.place, message);
        }
        let mut catch = BTreeMap::new();
        self.catch_map(node, &mut catch);
        catch
    }

    /// One escalation, and where it leads.
    fn catches(
        &mut self,
        name: &str,
        place: &Place,
        node: &'a Node,
        catch: &mut BTreeMap<String, Target>,
    ) {
        let target = self.target(node);
        if catch.insert(name.to_owned(), target).is_some() {
            let message = format!("`{}` is caught a second time", clip(name));
            self.complaints.error(code::DUPLICATE_KEY, place, message);
        }
    }

    /// `catch: {escalation: target}`.
    fn catch_map(&mut self, node: &'a Node, catch: &mut BTreeMap<String, Target>) {
        let Kind::Map(entries) = &node.kind else {
            node.wrong("escalations and where each leads", self.complaints);
            return;
        };
        for (key, node) in entries {
            if !self.is_escalation(&key.text) {
                let message = format!("nothing raises `{}`", clip(&key.text));
                let complaint =
                    self.complaints.error(code::UNKNOWN_ESCALATION, &key.place, message);
                complaint.suggest(&key.text, KnownEscalation::names().chain(["failed"]));
            }
            self.catches(&key.text, &key.place, node, catch);
        }
    }

    fn action(&mut self, parameters: &mut Parameters<'a>) -> Option<Action> {
        Some(match parameters.notation.name {
            "goto" => self.goto(parameters),
            "if" => self.condition(parameters),
            "set" => self.set(parameters),
            "call_flow" => self.call_flow(parameters),
            "return" => self.outputs(parameters),
            "escalate" => self.escalate(parameters),
            "wait" => self.wait(parameters),
            "end" => Action::End,
            "answer" => Action::Answer,
            "hangup" => Action::HangUp(self.cause(parameters)),
            "reject" => Action::Reject(self.cause(parameters).unwrap_or(UNAVAILABLE)),
            "ringing" => Action::Ringing,
            "language" => self.language(parameters),
            "transfer" => self.transfer(parameters)?,
            "play" => self.play(parameters),
            "say" => self.say(parameters)?,
            "music" => self.music(parameters),
            "menu" => self.menu(parameters),
            "collect" => self.collect(parameters),
            "record" => self.record(parameters),
            "verify_number" => self.verify_number(parameters),
            "queue" => self.queue(parameters),
            "exit_queue" => Action::ExitQueue,
            "requeue" => self.requeue(parameters),
            "start_callback" => self.start_callback(parameters),
            "register_callback" => self.register_callback(parameters),
            "dismiss_callback" => Action::DismissCallback,
            "query_callback" => self.query_callback(parameters),
            "cancel_callback" => Action::CancelCallback(self.revoke(parameters)),
            "take_over_callback" => Action::TakeOverCallback(self.revoke(parameters)),
            "http" => self.http(parameters),
            "lookup" => self.lookup(parameters),
            "tag" => Action::Tag(self.template(parameters.take("text"))),
            "note" => Action::Note(self.template(parameters.take("text"))),
            "event" => self.event(parameters),
            "voicemail" => self.voicemail(parameters),
            name => {
                debug_assert!(false, "`{name}` is marked as built and has no decoder");
                return None;
            }
        })
    }
}
