//! Each step of a request's life: which event leads from which state to which.

use super::{Request, Step, Writing};
use crate::base::outbox::Outbox;
use crate::base::time::{Now, Utc};
use crate::callback::event::{Effect, Event, Miss, Revocation};
use crate::callback::request::{Attempt, AttemptOutcome, State};
use std::time::Duration;

/// Trunk trouble doubles its pause at most so often.
const TROUBLE_DOUBLINGS_MAX: u32 = 4;

impl Request {
    /// Acts on an event; the store is not being asked.
    pub(super) fn act(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match self.row.state {
            State::Waiting | State::Retry => self.while_waiting(now, event, out),
            State::Offered => self.while_offered(now, event, out),
            State::AgentMedia => self.while_agent_media(now, event, out),
            State::Dialing => self.while_dialing(now, event, out),
            State::Connected => self.while_connected(now, event, out),
            State::Requeued => self.while_requeued(now, event, out),
            State::Completed
            | State::Abandoned
            | State::Exhausted
            | State::Failed
            | State::Expired
            | State::Cancelled
            | State::Superseded => self.ignore(event, out),
        }
    }

    fn while_waiting(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match event {
            Event::Offered { agent, .. } if self.may_be_offered(now) => {
                let undo = Some(Box::new(self.row.clone()));
                self.agent = Some(agent);
                self.retry_at = None;
                self.enter(now, State::Offered);
                self.ask(Step { undo, ..Step::default() }, out);
            }
            Event::Cancel { reason } => self.cancel(now, &reason, Vec::new(), out),
            Event::Revoke { supersede } => self.revoke(now, supersede, out),
            Event::Supersede => self.end(now, State::Superseded, Vec::new(), out),
            Event::Offered { .. }
            | Event::AgentAccepted
            | Event::OfferFailed
            | Event::Dial { .. }
            | Event::NextTrunk { .. }
            | Event::Postpone { .. }
            | Event::AgentLost { .. }
            | Event::Ringing
            | Event::Answered
            | Event::Missed(_)
            | Event::Finished { .. }
            | Event::Abandoned
            | Event::Stored { .. }
            | Event::Timer => self.ignore(event, out),
        }
    }

    fn while_offered(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match event {
            Event::AgentAccepted => {
                let undo = Some(Box::new(self.row.clone()));
                self.enter(now, State::AgentMedia);
                self.ask(Step { undo, ..Step::default() }, out);
            }
            Event::OfferFailed | Event::AgentLost { .. } => self.wait_again(now, Vec::new(), out),
            Event::Cancel { reason } => {
                self.cancel(now, &reason, tell("callback-cancelled"), out);
            }
            Event::Revoke { supersede } => self.revoke(now, supersede, out),
            Event::Supersede => {
                self.end(now, State::Superseded, tell("callback-cancelled"), out);
            }
            Event::Offered { .. }
            | Event::Dial { .. }
            | Event::NextTrunk { .. }
            | Event::Postpone { .. }
            | Event::Ringing
            | Event::Answered
            | Event::Missed(_)
            | Event::Finished { .. }
            | Event::Abandoned
            | Event::Stored { .. }
            | Event::Timer => self.ignore(event, out),
        }
    }

    fn while_agent_media(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match event {
            // The next trunk comes here when the first was given up before it was dialled.
            Event::Dial { trunk } | Event::NextTrunk { trunk } => self.dial(now, trunk, out),
            Event::Postpone { not_before } => {
                self.row.not_before = not_before;
                self.wait_again(now, tell("callback-postponed"), out);
            }
            Event::AgentLost { .. } | Event::OfferFailed => self.wait_again(now, Vec::new(), out),
            Event::Cancel { reason } => {
                self.cancel(now, &reason, tell("callback-cancelled"), out);
            }
            Event::Revoke { supersede } => self.revoke(now, supersede, out),
            Event::Supersede => {
                self.end(now, State::Superseded, tell("callback-cancelled"), out);
            }
            // Before anything is dialled: no trunk has room, or the policy has changed.
            Event::Missed(Miss::TrunkTrouble) => self.trouble(now, out),
            Event::Missed(Miss::Forbidden) => {
                self.end(now, State::Failed, tell("callback-forbidden"), out);
            }
            Event::Missed(
                Miss::NoAnswer | Miss::Busy | Miss::Declined | Miss::Unwanted | Miss::NoSuchNumber,
            )
            | Event::Offered { .. }
            | Event::AgentAccepted
            | Event::Ringing
            | Event::Answered
            | Event::Finished { .. }
            | Event::Abandoned
            | Event::Stored { .. }
            | Event::Timer => self.ignore(event, out),
        }
    }

    fn while_dialing(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match event {
            Event::Answered => {
                self.close_attempt(AttemptOutcome::Answered);
                self.row.troubles = 0;
                self.enter(now, State::Connected);
                self.ask(Step::default(), out);
            }
            Event::Missed(miss) => self.missed(now, miss, out),
            Event::NextTrunk { trunk } => {
                self.close_attempt(AttemptOutcome::TrunkTrouble);
                if self.called_off.is_some() {
                    self.try_again(now, Duration::ZERO, tell("callback-cancelled"), out);
                } else {
                    self.dial(now, trunk, out);
                }
            }
            Event::AgentLost { rang: false } => {
                self.close_attempt(AttemptOutcome::AgentLost);
                self.wait_again(now, Vec::new(), out);
            }
            Event::AgentLost { rang: true } => {
                self.close_attempt(AttemptOutcome::AgentLost);
                let delay = self.row.promise.rules.trouble_retry_after;
                self.try_again(now, delay, Vec::new(), out);
            }
            // The phone may be ringing: the attempt goes on, but it is the last.
            Event::Cancel { .. } => self.called_off = Some(State::Cancelled),
            Event::Revoke { supersede } => {
                if !supersede {
                    self.called_off = Some(State::Cancelled);
                }
                out.push(revoked(Revocation::TooLate));
            }
            Event::Supersede => self.called_off = Some(State::Superseded),
            Event::Offered { .. }
            | Event::AgentAccepted
            | Event::OfferFailed
            | Event::Dial { .. }
            | Event::Postpone { .. }
            | Event::Ringing
            | Event::Finished { .. }
            | Event::Abandoned
            | Event::Stored { .. }
            | Event::Timer => self.ignore(event, out),
        }
    }

    fn while_connected(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match event {
            Event::Finished { .. } | Event::Abandoned => {
                self.end(now, State::Completed, Vec::new(), out);
            }
            Event::Revoke { .. } => out.push(revoked(Revocation::TooLate)),
            Event::AgentLost { .. } => {
                self.agent = None;
                self.enter(now, State::Requeued);
                let answered = vec![Effect::Signal { name: "callback-requeued" }];
                self.ask(Step { answered, ..Step::default() }, out);
            }
            Event::Offered { .. }
            | Event::AgentAccepted
            | Event::OfferFailed
            | Event::Dial { .. }
            | Event::NextTrunk { .. }
            | Event::Postpone { .. }
            | Event::Cancel { .. }
            | Event::Supersede
            | Event::Ringing
            | Event::Answered
            | Event::Missed(_)
            | Event::Stored { .. }
            | Event::Timer => self.ignore(event, out),
        }
    }

    /// The customer is a live entry now: offers of that entry are not ours.
    fn while_requeued(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match event {
            Event::Finished { .. } => self.end(now, State::Completed, Vec::new(), out),
            Event::Abandoned => self.end(now, State::Abandoned, Vec::new(), out),
            Event::Revoke { .. } => out.push(revoked(Revocation::TooLate)),
            Event::Offered { .. }
            | Event::AgentAccepted
            | Event::OfferFailed
            | Event::AgentLost { .. }
            | Event::Dial { .. }
            | Event::NextTrunk { .. }
            | Event::Postpone { .. }
            | Event::Cancel { .. }
            | Event::Supersede
            | Event::Ringing
            | Event::Answered
            | Event::Missed(_)
            | Event::Stored { .. }
            | Event::Timer => tracing::debug!(callback = %self.callback(), ?event, "no news"),
        }
    }

    /// An event that this state does not know. An agent who was reserved for nothing is let go.
    fn ignore(&self, event: Event, out: &mut Outbox<Effect>) {
        let (callback, state) = (self.callback(), self.row.state);
        tracing::debug!(%callback, ?state, ?event, "no meaning here");
        if matches!(event, Event::Offered { .. }) && self.agent.is_none() {
            out.push(Effect::TellAgent { prompt: "callback-not-due" });
        }
        if matches!(event, Event::Revoke { .. }) {
            out.push(revoked(Revocation::Gone));
        }
    }

    /// Whether an agent may be reserved for it now: it waits, that is durable, and it is due.
    #[must_use]
    pub fn may_be_offered(&self, now: Now) -> bool {
        let waits = matches!(self.row.state, State::Waiting | State::Retry);
        let durable = matches!(self.writing, Writing::Settled);
        let due = self.retry_at.is_none_or(|at| at <= now.monotonic);
        waits && durable && due && !self.has_expired(now)
    }

    fn missed(&mut self, now: Now, miss: Miss, out: &mut Outbox<Effect>) {
        let rules = self.row.promise.rules;
        let (outcome, prompt) = match miss {
            Miss::NoAnswer => (AttemptOutcome::NoAnswer, "customer-did-not-answer"),
            Miss::Busy => (AttemptOutcome::Busy, "customer-busy"),
            Miss::Declined => (AttemptOutcome::Declined, "customer-declined"),
            Miss::Unwanted => (AttemptOutcome::Unwanted, "customer-wants-no-calls"),
            Miss::NoSuchNumber => (AttemptOutcome::NoSuchNumber, "number-does-not-exist"),
            Miss::TrunkTrouble => (AttemptOutcome::TrunkTrouble, "trunk-trouble"),
            Miss::Forbidden => (AttemptOutcome::Forbidden, "callback-forbidden"),
        };
        self.close_attempt(outcome);
        if outcome.is_counted() {
            self.row.troubles = 0;
        }
        let mut told = tell(prompt);
        match miss {
            Miss::NoAnswer => {
                told.push(Effect::Signal { name: "queue-callback-unanswered" });
                self.try_again(now, rules.retry_after, told, out);
            }
            Miss::Busy => self.try_again(now, rules.busy_retry_after, told, out),
            Miss::Declined => self.try_again(now, rules.retry_after, told, out),
            Miss::Unwanted => {
                told.push(Effect::Signal { name: "callback-unwanted" });
                self.end(now, State::Cancelled, told, out);
            }
            Miss::NoSuchNumber | Miss::Forbidden => self.end(now, State::Failed, told, out),
            Miss::TrunkTrouble => self.trouble(now, out),
        }
    }

    fn trouble(&mut self, now: Now, out: &mut Outbox<Effect>) {
        let rules = self.row.promise.rules;
        let doublings = self.row.troubles.min(TROUBLE_DOUBLINGS_MAX);
        self.row.troubles = self.row.troubles.saturating_add(1);
        let longest = rules.retry_after.max(rules.trouble_retry_after);
        let delay = rules.trouble_retry_after.saturating_mul(1 << doublings).min(longest);
        let mut told = tell("trunk-trouble");
        told.push(Effect::Signal { name: "callback-trunk-trouble" });
        self.try_again(now, delay, told, out);
    }

    /// The attempt is made durable; only then it is dialled.
    fn dial(&mut self, now: Now, trunk: String, out: &mut Outbox<Effect>) {
        let undo = Some(Box::new(self.row.clone()));
        let last = self.row.attempts.iter().map(|attempt| attempt.number).max().unwrap_or(0);
        let number = last.saturating_add(1);
        self.row.attempts.push(Attempt {
            number,
            at: now.utc,
            agent: self.agent.clone().unwrap_or_default(),
            trunk: trunk.clone(),
            outcome: None,
        });
        self.enter(now, State::Dialing);
        let durable = vec![Effect::Dial { attempt: number, trunk }];
        self.ask(Step { durable, undo, ..Step::default() }, out);
    }

    pub(super) fn close_attempt(&mut self, outcome: AttemptOutcome) {
        let running = self.row.attempts.iter_mut().filter(|attempt| attempt.outcome.is_none());
        running.for_each(|attempt| attempt.outcome = Some(outcome));
    }

    /// Back to the queue, place kept, unless no other try may follow.
    pub(super) fn wait_again(&mut self, now: Now, told: Vec<Effect>, out: &mut Outbox<Effect>) {
        if let Some(end) = self.called_off {
            self.end(now, end, told, out);
        } else if self.has_expired(now) {
            self.expire(now, told, out);
        } else {
            let durable = self.enter_waiting(now);
            self.ask(Step { answered: told, durable, ..Step::default() }, out);
        }
    }

    pub(super) fn enter_waiting(&mut self, now: Now) -> Vec<Effect> {
        self.agent = None;
        self.retry_at = None;
        self.enter(now, State::Waiting);
        vec![Effect::Requeue { not_before: self.row.not_before }]
    }

    /// Another attempt after `delay`, place kept, unless no other may follow.
    pub(super) fn try_again(
        &mut self,
        now: Now,
        delay: Duration,
        told: Vec<Effect>,
        out: &mut Outbox<Effect>,
    ) {
        if let Some(end) = self.called_off {
            self.end(now, end, told, out);
        } else if self.row.attempts_counted() >= self.row.promise.rules.attempts {
            self.end(now, State::Exhausted, told, out);
        } else if self.has_expired(now) {
            self.expire(now, told, out);
        } else {
            self.agent = None;
            self.row.not_before = now.utc + delay;
            self.retry_at = Some(now.monotonic + delay);
            self.enter(now, State::Retry);
            self.ask(Step { answered: told, ..Step::default() }, out);
        }
    }

    fn cancel(&mut self, now: Now, reason: &str, told: Vec<Effect>, out: &mut Outbox<Effect>) {
        tracing::info!(callback = %self.callback(), reason, "callback cancelled");
        self.end(now, State::Cancelled, told, out);
    }

    /// The customer's word: durable before it is said, and undone if it cannot be.
    fn revoke(&mut self, now: Now, supersede: bool, out: &mut Outbox<Effect>) {
        let undo = Some(Box::new(self.row.clone()));
        let mut durable =
            if self.agent.take().is_some() { tell("callback-cancelled") } else { Vec::new() };
        self.retry_at = None;
        self.enter(now, if supersede { State::Superseded } else { State::Cancelled });
        durable.push(Effect::Over { callback: self.callback() });
        durable.push(revoked(Revocation::Done));
        let undone = vec![revoked(Revocation::NotStored)];
        self.ask(Step { durable, undo, undone, ..Step::default() }, out);
    }

    pub(super) fn expire(&mut self, now: Now, mut told: Vec<Effect>, out: &mut Outbox<Effect>) {
        told.push(Effect::Signal { name: "callback-expired" });
        self.end(now, State::Expired, told, out);
    }

    pub(super) fn end(
        &mut self,
        now: Now,
        end: State,
        told: Vec<Effect>,
        out: &mut Outbox<Effect>,
    ) {
        self.agent = None;
        self.retry_at = None;
        self.enter(now, end);
        let durable = vec![Effect::Over { callback: self.callback() }];
        self.ask(Step { answered: told, durable, ..Step::default() }, out);
    }

    fn enter(&mut self, now: Now, state: State) {
        let (callback, from) = (self.callback(), self.row.state);
        tracing::debug!(%callback, ?from, to = ?state, "callback");
        self.row.state = state;
        self.row.changed_at = now.utc;
    }

    pub(super) fn has_expired(&self, now: Now) -> bool {
        let expires: Utc = self.row.promise.rules.expires_at;
        expires <= now.utc
    }
}

fn tell(prompt: &'static str) -> Vec<Effect> {
    vec![Effect::TellAgent { prompt }]
}

const fn revoked(revocation: Revocation) -> Effect {
    Effect::Revoked { revocation }
}
