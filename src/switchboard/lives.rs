//! Carries out what a callback's life asks, and brings lives back after a restart.

use super::heart::{Alarm, Switchboard};
use super::kept::{Callback, Waiter};
use super::turn::{Turn, Work};
use crate::base::id::{CallbackId, EntryId};
use crate::base::outbox::Outbox;
use crate::callback::event::{Effect, Event};
use crate::callback::life::Request;
use crate::callback::request::Row;
use crate::queue::event::{EntryKind, Event as QueueEvent, Join, Leaving};
use crate::sip::registrar::Binding;
use std::time::Duration;

/// A restored place is held until its life has settled and says Requeue.
const HELD_UNTIL_SETTLED: Duration = Duration::from_secs(30 * 24 * 3_600);

impl Switchboard {
    /// Tells a callback's life what happened; what it asks is done later in this turn.
    pub(super) fn tell_callback(&mut self, id: CallbackId, event: Event, turn: &mut Turn<'_>) {
        let Some(record) = self.callbacks.get_mut(&id) else { return };
        let mut out = Outbox::new();
        record.request.handle(turn.now, event, &mut out);
        self.timers.follow(Alarm::Callback(id), record.request.deadline());
        turn.work.extend(out.drain().map(|effect| Work::Callback(id, effect)));
    }

    /// Carries one effect of a callback's life.
    pub(super) fn on_callback(&mut self, id: CallbackId, effect: Effect, turn: &mut Turn<'_>) {
        if let Effect::Revoked { revocation } = effect {
            return self.revoked(id, revocation, turn);
        }
        let Some(record) = self.callbacks.get(&id) else { return };
        let (job, entry) = (record.job, record.request.row().promise.entry);
        match effect {
            Effect::Store(row) => self.persist_life(id, row, turn),
            Effect::Dial { attempt, trunk } => self.dial_customer(id, attempt, &trunk, turn),
            Effect::Requeue { not_before } => {
                self.tell_queues(QueueEvent::Requeue { entry, not_before }, turn);
            }
            Effect::TellAgent { prompt } => {
                if let Some(job) = job {
                    self.farewell(job, prompt, turn);
                }
            }
            Effect::Signal { name } => {
                turn.tell(None, name, vec![("callback", id.to_string())]);
            }
            Effect::Over { callback } => self.life_over(callback, entry, turn),
            Effect::Revoked { .. } => {}
        }
    }

    fn life_over(&mut self, id: CallbackId, entry: EntryId, turn: &mut Turn<'_>) {
        let Some(record) = self.callbacks.get(&id) else { return };
        let row = record.request.row();
        let facts = vec![
            ("callback", id.to_string()),
            ("state", format!("{:?}", row.state)),
            ("attempts", row.attempts.len().to_string()),
        ];
        let job = record.job;
        turn.tell(None, "callback.over", facts);
        let silent = job.and_then(|job| self.jobs.get(&job)).filter(|job| {
            job.stage != super::job::Stage::Telling
                && !matches!(job.stage, super::job::Stage::Talking { .. })
        });
        if let Some(job) = silent.map(|job| job.id) {
            self.farewell(job, "callback-cancelled", turn);
        }
        // The agent who still hears why keeps the leg; only the place and the life are gone.
        self.tell_queues(QueueEvent::Leave { entry, reason: Leaving::CallbackEnded }, turn);
        self.timers.stop(Alarm::Callback(id));
        self.timers.stop(Alarm::CustomerRing(id));
        if let Some(leg) = self.callbacks.remove(&id).and_then(|record| record.customer) {
            self.hang_up(leg, turn);
        }
        self.waiters.remove(&entry);
    }

    /// A promise is durable: its life begins.
    pub(super) fn begin_life(&mut self, row: Row, turn: &Turn<'_>) {
        let (id, entry) = (row.promise.callback, row.promise.entry);
        let request = Request::promised(row, turn.now);
        self.add_life(id, entry, request);
    }

    fn add_life(&mut self, id: CallbackId, entry: EntryId, request: Request) {
        self.timers.follow(Alarm::Callback(id), request.deadline());
        self.waiters.insert(entry, Waiter::Callback(id));
        let callback = Callback {
            request,
            job: None,
            customer: None,
            tried: Vec::new(),
            parting: None,
            rests_until: None,
        };
        self.callbacks.insert(id, callback);
    }

    /// Callbacks that were alive when the process ended. Each takes its old place; what was
    /// under way is settled by the rules of a restart before it may be offered.
    pub(super) fn restore(&mut self, rows: Vec<Row>, turn: &mut Turn<'_>) {
        tracing::info!(callbacks = rows.len(), "callbacks are back");
        for row in rows {
            let promise = row.promise.clone();
            let mut out = Outbox::new();
            let request = Request::restore(row, turn.now, &mut out);
            let join = Join {
                entry: promise.entry,
                queue: promise.queue.clone(),
                priority: promise.priority,
                skills: promise.skills.clone(),
                enqueued_at: promise.enqueued_at,
                // Not offered before the life has settled and says Requeue.
                kind: EntryKind::Promised { not_before: turn.now.utc + HELD_UNTIL_SETTLED },
                timeout: None,
                recovered: false,
                inherited: false,
            };
            // One whose life is over needs no place, only its last row stored.
            let ended = request.row().state.is_end();
            self.add_life(promise.callback, promise.entry, request);
            if !ended {
                self.tell_queues(QueueEvent::Join(join), turn);
            }
            turn.work.extend(out.drain().map(|effect| Work::Callback(promise.callback, effect)));
        }
    }

    /// Contacts that held when the process ended: agents need not register again.
    pub(super) fn restore_bindings(
        &mut self,
        account: String,
        bindings: Vec<Binding>,
        turn: &mut Turn<'_>,
    ) {
        self.user_agent.load_bindings(turn.now, &account, bindings);
        let agent = self.settings.agents.iter().find(|agent| agent.login.user == account);
        let Some(agent) = agent.filter(|agent| agent.auto_ready).map(|agent| agent.name.clone())
        else {
            return;
        };
        if !self.user_agent.bindings(&account, turn.now).is_empty() {
            let wish = crate::queue::event::AgentWish::SignIn;
            self.tell_queues(QueueEvent::Agent { agent, wish }, turn);
        }
    }
}
