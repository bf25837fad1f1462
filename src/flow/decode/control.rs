//! Steps that lead the flow: where to go on, and with which values.

use super::Decoder;
use super::header::name_is_plain;
use super::parameters::Parameters;
use crate::base::code;
use crate::base::complaint::Place;
use crate::base::document::scalar::clip;
use crate::base::document::{Kind, Node};
use crate::flow::expression::Expression;
use crate::flow::graph::{Action, Operand, Target};
use crate::flow::value::Value;
use std::collections::BTreeMap;
use std::time::Duration;

impl<'a> Decoder<'a> {
    pub(super) fn goto(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let node = parameters.take("section");
        let name = node.and_then(|node| Some((node, node.text(self.complaints)?)));
        if let Some((node, name)) = name {
            self.section_exists(name, node);
        }
        Action::Goto(name.map(|(_, name)| name.to_owned()).unwrap_or_default())
    }

    pub(super) fn condition(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let condition = parameters.take("condition").and_then(|node| self.expression(node));
        let then = parameters.take("then").map(|node| self.target(node));
        let otherwise = parameters.take("else").map(|node| self.target(node));
        Action::If {
            condition: condition.unwrap_or_else(Expression::unreadable),
            then: then.unwrap_or(Target::Steps(Vec::new())),
            otherwise,
        }
    }

    fn expression(&mut self, node: &'a Node) -> Option<Expression> {
        let text = node.text(self.complaints)?;
        if matches!(&node.kind, Kind::Scalar { quoted: true, .. }) {
            let message = "a condition stands without quotes";
            self.complaints.error(code::QUOTED_CONDITION, &node.place, message);
        }
        match Expression::parse(text, &node.place_at(0), &self.scope) {
            Ok(expression) => {
                for path in expression.paths() {
                    self.reads(path, &node.place);
                }
                Some(expression)
            }
            Err(mut complaints) => {
                if matches!(&node.kind, Kind::Scalar { exact: false, .. }) {
                    // Its characters cannot be counted: point at the whole.
                    complaints.iter_mut().for_each(|c| c.place = node.place.clone());
                }
                self.complaints.extend(complaints);
                None
            }
        }
    }

    pub(super) fn set(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let entries = self.entries(parameters.take("values"), "variables and their values");
        let mut values = Vec::new();
        for (key, node) in entries {
            let declared = self.scope.variables.get(&key.text);
            let told = declared.filter(|declared| declared.fields.is_some());
            let wanted = told.map(|declared| declared.kind);
            let operand = self.operand(node, wanted.as_slice());
            self.writes(&key.text);
            values.push((key.text.clone(), operand));
        }
        Action::Set(values)
    }

    pub(super) fn call_flow(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let flow = parameters.take("flow");
        let with = parameters.take("with");
        let save_as = parameters.take("save_as");
        let (flow, with) = self.flow_with(flow, with, &parameters.place.clone());
        let save_as = self.save_as(save_as, crate::flow::types::Type::Record);
        Action::CallFlow { flow: flow.unwrap_or_default(), with, save_as }
    }

    /// A flow of the set and what it is given.
    pub(super) fn flow_with(
        &mut self,
        flow: Option<&'a Node>,
        with: Option<&'a Node>,
        place: &Place,
    ) -> (Option<String>, BTreeMap<String, Operand>) {
        let named = flow.and_then(|node| Some((node, node.text(self.complaints)?)));
        let Some((node, name)) = named else { return (None, self.any_values(with)) };
        let Some(header) = self.around.headers.get(name) else {
            if !self.around.unreadable.contains(name) {
                let names = self.around.headers.keys().map(String::as_str);
                let message = format!("there is no flow `{}`", clip(name));
                self.complaints
                    .error(code::UNKNOWN_FLOW, &node.place, message)
                    .suggest(name, names);
            }
            return (Some(name.to_owned()), self.any_values(with));
        };
        let mut given = BTreeMap::new();
        for (key, node) in self.entries(with, "inputs and their values") {
            let Some(input) = header.inputs.get(&key.text) else {
                let names = header.inputs.keys().map(String::as_str);
                let message = format!("the flow `{name}` has no input `{}`", clip(&key.text));
                let complaint = self.complaints.error(code::UNKNOWN_INPUT, &key.place, message);
                complaint.suggest(&key.text, names);
                continue;
            };
            given.insert(key.text.clone(), self.operand(node, &[input.kind]));
        }
        for (input, stated) in &header.inputs {
            if stated.required && !given.contains_key(input) {
                let message = format!("the flow `{name}` needs the input `{input}`");
                let help = format!("`with: {{ {input}: … }}`");
                self.complaints.error(code::MISSING_INPUT, place, message).help(help);
            }
        }
        (Some(name.to_owned()), given)
    }

    /// `return`
    pub(super) fn outputs(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let header = self.header;
        let mut given = BTreeMap::new();
        for (key, node) in self.entries(parameters.take("outputs"), "outputs and their values") {
            let Some(output) = header.outputs.get(&key.text) else {
                let message = format!("this flow has no output `{}`", clip(&key.text));
                let names = header.outputs.keys().map(String::as_str);
                let complaint = self.complaints.error(code::UNKNOWN_OUTPUT, &key.place, message);
                complaint.suggest(&key.text, names);
                continue;
            };
            let operand = self.operand(node, &[output.kind]);
            if let Operand::Literal(Value::Text(text)) = &operand {
                self.is_one_of(&key.text, &output.one_of, text, &node.place);
            }
            given.insert(key.text.clone(), operand);
        }
        let required = header.outputs.iter().filter(|(_, output)| !output.optional);
        for name in required.map(|(name, _)| name).filter(|name| !given.contains_key(*name)) {
            let message = format!("the output `{name}` stays unknown here");
            self.complaints
                .warning(code::MISSING_OUTPUT, &parameters.place, message)
                .help("state it as `optional: true` if that is meant");
        }
        Action::Return(given)
    }

    /// A text that comes out must be one of those that are stated, if any are.
    fn is_one_of(&mut self, output: &str, one_of: &[String], text: &str, place: &Place) {
        if one_of.is_empty() || one_of.iter().any(|known| known == text) {
            return;
        }
        let message = format!("`{output}` is never `{}`", clip(text));
        self.complaints
            .error(code::WRONG_VALUE, place, message)
            .help(format!("one of: {}", one_of.join(", ")))
            .suggest(text, one_of.iter().map(String::as_str));
    }

    pub(super) fn escalate(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let node = parameters.take("name");
        let name = node.and_then(|node| node.text(self.complaints)).unwrap_or_default();
        if name == "failed" {
            let message = "`failed` catches any escalation; give this one a name";
            self.complaints.error(code::RESERVED_NAME, &parameters.place, message);
        } else if let Some(node) = node.filter(|node| node.scalar().is_some()) {
            name_is_plain("an escalation", name, &node.place, self.complaints);
        }
        Action::Escalate(name.to_owned())
    }

    pub(super) fn wait(&mut self, parameters: &mut Parameters<'a>) -> Action {
        Action::Wait(self.span(parameters.take("for"), Duration::ZERO))
    }
}
