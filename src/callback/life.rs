//! The life of one request, from the promise to its only end.
//!
//! A step *toward* the customer that cannot be stored is undone, and the agent is told. A step
//! that *has happened* is remembered, stored again and again, and until it is durable nothing
//! follows from it: in doubt nobody is called twice.
//!
//! ```text
//!                   step                  durable
//!        Settled ─────────► Asked ───────────────────► Settled (what follows is done)
//!                            │ ▲
//!            happened, not   │ │ back-off over
//!            durable         ▼ │
//!                          Unstored ── another event: the newer row is asked instead
//! ```

mod steps;

use super::event::{Effect, Event, Miss};
use super::request::{AttemptOutcome, Row, State};
use crate::base::id::CallbackId;
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Moment, Now};
use std::collections::VecDeque;
use std::time::Duration;

/// First pause before a row is stored again.
const STORE_PAUSE_FIRST: Duration = Duration::from_secs(1);
/// Longest pause before a row is stored again.
const STORE_PAUSE_MAX: Duration = Duration::from_secs(60);
/// Events that may wait for one answer of the store; a life in order has less than ten.
const EVENTS_WAITING_MAX: usize = 32;

/// One request, alive or over.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is, or is being, stored.
    row: Row,
    /// The agent reserved, while there is one.
    agent: Option<String>,
    writing: Writing,
    /// What came while the store was asked, oldest first.
    later: VecDeque<Event>,
    /// When Retry is over, on the clock that does not jump.
    retry_at: Option<Moment>,
    /// When it expires, on the clock that does not jump.
    expires_at: Moment,
    /// Called off while it could not end: no other try follows.
    called_off: Option<State>,
}

#[derive(Debug, Clone)]
enum Writing {
    /// The row is durable.
    Settled,
    /// The store was asked and has not answered.
    Asked(Step),
    /// The store failed; it is asked again at this moment.
    Unstored { step: Step, again_at: Moment },
}

/// What follows when a row is stored.
#[derive(Debug, Clone, Default)]
struct Step {
    /// Done at the first answer, whatever it is: people do not wait for a disk.
    answered: Vec<Effect>,
    /// Done when it is durable.
    durable: Vec<Effect>,
    /// The row to return to if this step toward the customer cannot be stored.
    undo: Option<Box<Row>>,
    /// Said when it was undone.
    undone: Vec<Effect>,
    /// How often the store has failed.
    failures: u32,
}

impl Request {
    /// A request whose promise is durable.
    #[must_use]
    pub fn promised(row: Row, now: Now) -> Self {
        Self {
            agent: None,
            writing: Writing::Settled,
            later: VecDeque::new(),
            retry_at: None,
            expires_at: now.moment_of(row.promise.rules.expires_at),
            called_off: None,
            row,
        }
    }

    /// A request as the store has kept it through a restart. What was under way is settled
    /// first: `out` has the row to store, and after that [`Effect::Requeue`] where it waits.
    /// Until then its entry may hold the place, not before [`Row::not_before`].
    #[must_use]
    pub fn restore(row: Row, now: Now, out: &mut Outbox<Effect>) -> Self {
        let was = row.state;
        let mut request = Self::promised(row, now);
        match was {
            State::Waiting => {
                out.push(Effect::Requeue { not_before: request.row.not_before });
            }
            State::Retry => request.retry_at = Some(now.moment_of(request.row.not_before)),
            State::Offered | State::AgentMedia => request.wait_again(now, Vec::new(), out),
            State::Dialing => {
                request.close_attempt(AttemptOutcome::Orphaned);
                let told = vec![Effect::Signal { name: "callback-orphaned" }];
                let delay = request.row.promise.rules.retry_after;
                request.try_again(now, delay, told, out);
            }
            State::Connected | State::Requeued => {
                let told = vec![Effect::Signal { name: "callback-interrupted" }];
                request.end(now, State::Completed, told, out);
            }
            State::Completed
            | State::Abandoned
            | State::Exhausted
            | State::Failed
            | State::Expired
            | State::Cancelled
            | State::Superseded => {
                out.push(Effect::Over { callback: request.callback() });
            }
        }
        request
    }

    /// Its id.
    #[must_use]
    pub const fn callback(&self) -> CallbackId {
        self.row.promise.callback
    }

    /// What is, or is being, stored.
    #[must_use]
    pub const fn row(&self) -> &Row {
        &self.row
    }

    /// Where its life stands, in memory; the store may still be asked.
    #[must_use]
    pub const fn state(&self) -> State {
        self.row.state
    }

    /// The agent reserved for it.
    #[must_use]
    pub fn agent(&self) -> Option<&str> {
        self.agent.as_deref()
    }

    /// Whether its end is durable; the value may be dropped.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.row.state.is_end() && matches!(self.writing, Writing::Settled)
    }

    /// Takes one event; what should happen goes to `out`, in order.
    ///
    /// Every [`Effect::Store`] is answered by exactly one [`Event::Stored`]; what comes between
    /// waits its turn.
    pub fn handle(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match event {
            Event::Stored { durable } => self.stored(now, durable, out),
            Event::Timer => self.timer(now, out),
            Event::Ringing => {}
            Event::Offered { .. }
            | Event::AgentAccepted
            | Event::OfferFailed
            | Event::Dial { .. }
            | Event::NextTrunk { .. }
            | Event::Postpone { .. }
            | Event::Cancel { .. }
            | Event::Revoke { .. }
            | Event::Supersede
            | Event::AgentLost { .. }
            | Event::Answered
            | Event::Missed(_)
            | Event::Finished { .. }
            | Event::Abandoned => self.act_or_postpone(now, event, out),
        }
        while !matches!(self.writing, Writing::Asked(_)) {
            let Some(event) = self.later.pop_front() else { break };
            self.act(now, event, out);
        }
    }

    /// When to be called with [`Event::Timer`], and why.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        match &self.writing {
            Writing::Asked(_) => None,
            Writing::Unstored { again_at, .. } => {
                Some(Deadline { at: *again_at, why: "callback stored again" })
            }
            Writing::Settled => {
                let expires = Deadline { at: self.expires_at, why: "callback expires" };
                let retry = self.retry_at.map(|at| Deadline { at, why: "callback retry" });
                match self.row.state {
                    State::Waiting => Some(expires),
                    State::Retry => Deadline::earliest(Some(expires), retry),
                    State::Offered
                    | State::AgentMedia
                    | State::Dialing
                    | State::Connected
                    | State::Requeued
                    | State::Completed
                    | State::Abandoned
                    | State::Exhausted
                    | State::Failed
                    | State::Expired
                    | State::Cancelled
                    | State::Superseded => None,
                }
            }
        }
    }

    fn act_or_postpone(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        if !matches!(self.writing, Writing::Asked(_)) {
            self.act(now, event, out);
        } else if self.later.len() < EVENTS_WAITING_MAX {
            self.later.push_back(event);
        } else {
            let callback = self.callback();
            tracing::error!(%callback, ?event, "too many events for one answer of the store");
        }
    }

    fn timer(&mut self, now: Now, out: &mut Outbox<Effect>) {
        match &self.writing {
            Writing::Asked(_) => {}
            Writing::Unstored { again_at, .. } if *again_at > now.monotonic => {}
            Writing::Unstored { step, .. } => {
                let step = step.clone();
                self.ask(step, out);
            }
            Writing::Settled => self.due(now, out),
        }
    }

    /// Retry is over, or the request has expired.
    fn due(&mut self, now: Now, out: &mut Outbox<Effect>) {
        if !matches!(self.row.state, State::Waiting | State::Retry) {
            return;
        }
        if self.expires_at <= now.monotonic && !self.has_expired(now) {
            // The wall clock was set back.
            self.expires_at = now.moment_of(self.row.promise.rules.expires_at);
        }
        if self.has_expired(now) {
            self.expire(now, Vec::new(), out);
        } else if self.retry_at.is_some_and(|at| at <= now.monotonic) {
            self.row.not_before = self.row.not_before.min(now.utc);
            self.wait_again(now, Vec::new(), out);
        }
    }

    fn stored(&mut self, now: Now, durable: bool, out: &mut Outbox<Effect>) {
        let Writing::Asked(step) = &mut self.writing else {
            tracing::error!(callback = %self.callback(), "an answer of the store nobody asked for");
            return;
        };
        let mut step = std::mem::take(step);
        self.writing = Writing::Settled;
        step.answered.drain(..).for_each(|effect| out.push(effect));
        if durable {
            self.settled(step, out);
        } else {
            self.not_stored(now, step, out);
        }
    }

    fn settled(&mut self, step: Step, out: &mut Outbox<Effect>) {
        if self.row.state == State::Dialing && step.undo.is_some() && self.later_stops_dialling() {
            // Nothing was dialled, so there was no attempt; what stops it acts next.
            self.row.attempts.pop();
            self.row.state = State::AgentMedia;
            return;
        }
        step.durable.into_iter().for_each(|effect| out.push(effect));
    }

    fn later_stops_dialling(&self) -> bool {
        self.later.iter().any(|event| {
            matches!(
                event,
                Event::AgentLost { .. }
                    | Event::Cancel { .. }
                    | Event::Revoke { .. }
                    | Event::Supersede
                    | Event::NextTrunk { .. }
                    | Event::Missed(Miss::TrunkTrouble | Miss::Forbidden)
            )
        })
    }

    fn not_stored(&mut self, now: Now, mut step: Step, out: &mut Outbox<Effect>) {
        step.failures += 1;
        let doublings = step.failures.saturating_sub(1).min(6);
        let pause = (STORE_PAUSE_FIRST * (1 << doublings)).min(STORE_PAUSE_MAX);
        if let Some(row) = step.undo.take() {
            out.push(Effect::TellAgent { prompt: "callback-not-stored" });
            step.undone.drain(..).for_each(|effect| out.push(effect));
            self.row = *row;
            self.agent = None;
            // What is on the disk is unknown, so the row that holds is stored again, later.
            step.durable = self.enter_waiting(now);
        }
        let failures = step.failures;
        tracing::warn!(callback = %self.callback(), failures, "not stored, will be tried again");
        self.writing = Writing::Unstored { step, again_at: now.monotonic + pause };
    }

    fn ask(&mut self, step: Step, out: &mut Outbox<Effect>) {
        out.push(Effect::Store(Box::new(self.row.clone())));
        self.writing = Writing::Asked(step);
    }
}

#[cfg(test)]
mod tests;
