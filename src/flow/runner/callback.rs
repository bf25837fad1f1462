//! The three notations of a custom callback: start, register, dismiss.

use super::moves::Move;
use super::pending::{AfterDismiss, Callback, Caller, Pending};
use super::queueing::queue_music;
use super::scope::as_recording;
use super::{Runner, Turn};
use crate::base::id::CallbackId;
use crate::flow::effect::{Clip, Effect, Registration};
use crate::flow::graph::{Operand, RegisterCallback};
use crate::flow::value::Value;
use std::collections::BTreeMap;
use std::time::Duration;

const ALREADY_REGISTERED: &str = "callback-already-registered";

impl Runner {
    /// `start_callback`
    pub(super) fn start_callback(
        &self,
        queue: Option<&Operand>,
        on_hang_up: Option<&Operand>,
        turn: &mut Turn<'_>,
    ) -> Move {
        if self.line.caller != Caller::Present {
            return Move::escalate("callback-caller-gone");
        }
        match self.callback {
            Callback::None => {}
            Callback::Started => return Move::escalate("callback-already-started"),
            Callback::Registered => return Move::escalate(ALREADY_REGISTERED),
        }
        let scope = self.scope(turn);
        let queue = queue.and_then(|operand| scope.text(operand));
        let on_hang_up = on_hang_up.and_then(|operand| scope.phone(operand));
        turn.out.push(Effect::StartCallback { queue, on_hang_up });
        Move::Wait(Pending::Starting)
    }

    /// `register_callback`
    pub(super) fn register_callback(
        &self,
        register: &RegisterCallback,
        turn: &mut Turn<'_>,
    ) -> Move {
        match self.callback {
            Callback::None => return Move::escalate("callback-not-started"),
            Callback::Started => {}
            Callback::Registered => return Move::escalate(ALREADY_REGISTERED),
        }
        let Some(registration) = self.registration(register, turn) else {
            return Move::escalate("callback-invalid-number");
        };
        turn.out.push(Effect::RegisterCallback(Box::new(registration)));
        Move::Wait(Pending::Registering)
    }

    /// `None` when the flow names a number that is not known: the caller's own would be a
    /// guess.
    fn registration(&self, step: &RegisterCallback, turn: &Turn<'_>) -> Option<Registration> {
        let scope = self.scope(turn);
        let text = |operand: &Option<Operand>| operand.as_ref().and_then(|o| scope.text(o));
        let number = text(&step.number);
        if step.number.is_some() && number.is_none() {
            return None;
        }
        let values = step.agent_media.iter().map(|operand| scope.value(operand));
        Some(Registration {
            number,
            queue: text(&step.queue),
            ani: text(&step.ani),
            agent_media: values.filter_map(|value| self.clip(&value)).collect::<Vec<Clip>>(),
            priority: step.priority,
            skills: step.skills.clone(),
            attempts: step.attempts,
            retry_after: step.retry_after,
            busy_retry_after: step.busy_retry_after,
            ring: step.ring,
            initial_delay: step.initial_delay,
            expires: step.expires,
            data: scope.values(&step.data),
            language: self.line.language.clone(),
        })
    }

    /// `dismiss_callback`
    pub(super) fn dismiss_callback(&self, turn: &mut Turn<'_>) -> Move {
        match self.callback {
            Callback::None => {
                let text = "dismiss_callback: nothing was started".to_owned();
                tracing::debug!("{text}");
                turn.out.push(Effect::Note { text });
                Move::Advance
            }
            Callback::Started => {
                turn.out.push(Effect::DismissCallback);
                Move::Wait(Pending::Dismissing(AfterDismiss::Next))
            }
            Callback::Registered => Move::escalate(ALREADY_REGISTERED),
        }
    }

    /// A step that cannot act while Started: Dismiss, then do it.
    pub(super) fn dismiss_first(&self, turn: &mut Turn<'_>) -> Move {
        self.dismiss_implicitly("flow-went-on", turn);
        Move::Wait(Pending::Dismissing(AfterDismiss::TheStep))
    }

    /// A live caller is never left between Start and Register.
    pub(super) fn dismiss_implicitly(&self, reason: &str, turn: &mut Turn<'_>) {
        tracing::info!(reason, "callback dismissed");
        turn.out.push(Effect::Note { text: format!("callback-dismissed: {reason}") });
        turn.out.push(Effect::DismissCallback);
    }

    /// Start is done.
    pub(super) fn callback_started(&mut self) -> Option<Move> {
        let asked = matches!(self.pending, Pending::Starting);
        asked.then(|| {
            self.callback = Callback::Started;
            Move::Advance
        })
    }

    /// Register is durable; only now may the flow say so.
    pub(super) fn callback_registered(
        &mut self,
        callback: CallbackId,
        position: u32,
        wait_estimate: Option<Duration>,
        turn: &mut Turn<'_>,
    ) -> Option<Move> {
        if !matches!(self.pending, Pending::Registering) {
            return None;
        }
        self.callback = Callback::Registered;
        if let Some(visit) = self.visit.as_mut() {
            visit.given_up = true;
        }
        let record = BTreeMap::from([
            ("id".to_owned(), Value::Text(callback.to_string())),
            ("position".to_owned(), Value::Number(i64::from(position))),
            ("wait_estimate".to_owned(), wait_estimate.map_or(Value::Unknown, Value::Duration)),
        ]);
        self.exports.insert("callback".to_owned(), Value::Record(record));
        Some(match self.line.caller {
            Caller::Present | Caller::LastWords => Move::Advance,
            Caller::Gone => self.finish(None, turn),
        })
    }

    /// Dismiss is done: what it was for happens now.
    pub(super) fn callback_dismissed(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        let Pending::Dismissing(after) = &self.pending else { return None };
        let after = after.clone();
        self.callback = Callback::None;
        Some(match after {
            AfterDismiss::Next => Move::Advance,
            AfterDismiss::TheStep => self.execute_again(turn),
            AfterDismiss::QueueMusic => queue_music(turn),
            AfterDismiss::WaitingFlow => self.begin_waiting_flow(turn),
            AfterDismiss::Finish(escalation) => self.finish(escalation, turn),
        })
    }

    /// What a value is to an ear: a prompt's name or a recording; nothing where it is unknown.
    pub(super) fn clip(&self, value: &Value) -> Option<Clip> {
        as_recording(value)
            .map(Clip::Recording)
            .or_else(|| value.to_text().map(|name| self.prompt(name)))
    }
}
