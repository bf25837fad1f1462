//! What each notation does when its step begins.

use super::frame::{Frame, Role};
use super::moves::Move;
use super::pending::{Callback, Caller, Pending};
use super::position::Exit;
use super::scope::Scope;
use super::{Runner, Turn, condition};
use crate::base::language::Language;
use crate::base::number::{NumberFault, NumberKind, verify};
use crate::flow::effect::Effect;
use crate::flow::graph::{Action, Operand, Step, VerifyNumber};
use crate::flow::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Runner {
    /// Does what the step says.
    pub(super) fn execute(&mut self, step: &Step, turn: &mut Turn<'_>) -> Move {
        if self.line.caller != Caller::Present
            && let Some(skipped) = self.without_caller(step, turn)
        {
            return skipped;
        }
        match &step.action {
            Action::Goto(section) => Move::Goto(section.clone()),
            Action::If { condition, .. } => {
                let holds = condition::holds(condition, &self.scope(turn));
                Move::Take(if holds { Exit::Then } else { Exit::Otherwise })
            }
            Action::Set(assignments) => self.set(assignments, turn),
            Action::CallFlow { flow, with, save_as } => self.call_flow(flow, with, save_as, turn),
            Action::Return(outputs) => Move::Return(self.scope(turn).values(outputs)),
            Action::Escalate(name) => Move::escalate(name),
            Action::Wait(span) => {
                Move::Wait(Pending::Waiting { until: turn.now.monotonic + *span })
            }
            Action::End => Move::End,
            Action::Answer => self.answer(turn),
            Action::HangUp(Some(status)) if !self.line.answered => {
                self.hang_up(Effect::Reject { status: *status }, turn)
            }
            Action::HangUp(cause) => self.hang_up(Effect::HangUp { cause: *cause }, turn),
            Action::Reject(status) => self.reject(*status, turn),
            Action::Ringing => {
                turn.out.push(Effect::Ring);
                Move::Advance
            }
            Action::Language(operand) => self.set_language(operand, turn),
            Action::Transfer(transfer) => self.transfer(transfer, turn),
            Action::Play { items, barge_in } => self.play(items, *barge_in, turn),
            Action::Say { kind, value, country, barge_in } => {
                self.say((*kind, value), country.as_ref(), *barge_in, turn)
            }
            Action::SayText { text, barge_in } => self.say_text(text, *barge_in, turn),
            Action::Music { name, length, keys } => {
                self.music(name, *length, !keys.is_empty(), turn)
            }
            Action::Menu(menu) => self.menu(menu, turn),
            Action::Collect(collect) => self.collect(collect, turn),
            Action::Record(record) => self.record(record, turn),
            Action::VerifyNumber(verify) => self.verify_number(verify, turn),
            Action::Queue(queue) => self.join(queue, turn),
            Action::ExitQueue => self.exit_queue(turn),
            Action::Requeue(requeue) => self.requeue(requeue, turn),
            Action::StartCallback { queue, register_on_hang_up } => {
                self.start_callback(queue.as_ref(), register_on_hang_up.as_ref(), turn)
            }
            Action::RegisterCallback(register) => self.register_callback(register, turn),
            Action::DismissCallback => self.dismiss_callback(turn),
            Action::QueryCallback(query) => self.query_callback(query, turn),
            Action::CancelCallback(revoke) => self.cancel_callback(revoke, turn),
            Action::TakeOverCallback(revoke) => self.take_over_callback(revoke, turn),
            Action::Http(http) => self.http(http, turn),
            Action::Lookup(lookup) => self.lookup(lookup, turn),
            Action::Tag(text) => self.tag(text, turn),
            Action::Note(text) => self.note(text, turn),
            Action::Event(event) => self.announce(event, turn),
            Action::Voicemail(voicemail) => self.voicemail(voicemail, turn),
            Action::Listen => {
                turn.out.push(Effect::Listen);
                Move::Wait(Pending::Listening)
            }
        }
    }

    /// The step that the top frame stands at, once more and now for real.
    pub(super) fn execute_again(&mut self, turn: &mut Turn<'_>) -> Move {
        let Some(flow) = self.frames.last().map(|top| Arc::clone(&top.flow)) else {
            return self.finish(None, turn);
        };
        match self.frames.last().and_then(|top| top.position.step(&flow)) {
            Some(step) => self.execute(step, turn),
            None => Move::Advance,
        }
    }

    /// What names mean at the top frame.
    pub(super) fn scope<'a>(&'a self, turn: &Turn<'a>) -> Scope<'a> {
        const NONE: &BTreeMap<String, Value> = &BTreeMap::new();
        Scope {
            variables: self.frames.last().map_or(NONE, |top| &top.variables),
            exports: &self.exports,
            language: &self.line.language,
            facts: turn.facts,
            now: turn.now,
        }
    }

    fn set(&mut self, assignments: &[(String, Operand)], turn: &Turn<'_>) -> Move {
        for (name, operand) in assignments {
            let value = self.scope(turn).value(operand);
            if let Some(top) = self.frames.last_mut() {
                top.variables.insert(name.clone(), value);
            }
        }
        Move::Advance
    }

    fn call_flow(
        &self,
        name: &str,
        with: &BTreeMap<String, Operand>,
        save_as: &Option<String>,
        turn: &Turn<'_>,
    ) -> Move {
        let Some(flow) = self.flows.flows.get(name) else {
            return Move::escalate("flow-missing");
        };
        let role = Role::Called { save_as: save_as.clone() };
        let given = self.scope(turn).values(with);
        Move::Enter(Box::new(Frame::new(Arc::clone(flow), role, given)))
    }

    fn answer(&self, turn: &mut Turn<'_>) -> Move {
        if self.line.answered {
            return Move::Advance;
        }
        turn.out.push(Effect::Answer);
        Move::Wait(Pending::Answering { first: false })
    }

    /// `hangup`, and `reject` once the call is answered.
    fn hang_up(&self, last: Effect, turn: &mut Turn<'_>) -> Move {
        if self.callback == Callback::Started {
            return self.dismiss_first(turn);
        }
        turn.out.push(last);
        Move::Close
    }

    fn reject(&self, status: u16, turn: &mut Turn<'_>) -> Move {
        if self.line.answered {
            let text = "reject: the call is answered, so it is hung up".to_owned();
            turn.out.push(Effect::Note { text });
            return self.hang_up(Effect::HangUp { cause: Some(status) }, turn);
        }
        self.hang_up(Effect::Reject { status }, turn)
    }

    fn set_language(&mut self, operand: &Operand, turn: &mut Turn<'_>) -> Move {
        let tag = self.scope(turn).text(operand);
        match tag.as_deref().and_then(Language::new) {
            Some(language) => self.line.language = language,
            None => {
                let text = "language: not a language tag, nothing changed".to_owned();
                turn.out.push(Effect::Note { text });
            }
        }
        Move::Advance
    }

    /// Keyed digits become E.164, or one of four outcomes.
    fn verify_number(&mut self, step: &VerifyNumber, turn: &Turn<'_>) -> Move {
        let scope = self.scope(turn);
        let (Some(typed), Some(country)) = (scope.text(&step.value), scope.country(&step.country))
        else {
            return Move::Take(Exit::Invalid);
        };
        let verified = match verify(&typed, country) {
            Ok(verified) => verified,
            Err(NumberFault::Short | NumberFault::Global) => return Move::Take(Exit::Blocked),
            Err(_) => return Move::Take(Exit::Invalid),
        };
        if step.national && verified.country != country {
            return Move::Take(Exit::Foreign);
        }
        if step.kinds.is_empty() && never_by_default(verified.kind) {
            return Move::Take(Exit::Blocked);
        }
        let named = step.kinds.iter().any(|kind| kind.allows(verified.kind));
        if !step.kinds.is_empty() && !named {
            return Move::Take(Exit::WrongKind);
        }
        if let (Some(name), Some(top)) = (&step.save_as, self.frames.last_mut()) {
            top.variables.insert(name.clone(), Value::Phone(verified.number));
        }
        Move::Advance
    }
}

/// Kinds that a flow must name before they pass.
const fn never_by_default(kind: NumberKind) -> bool {
    matches!(kind, NumberKind::Premium | NumberKind::SharedCost | NumberKind::Pager)
}
