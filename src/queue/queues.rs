//! All queues of a site as one value: places in, offers out.
//!
//! An entry has one place; the moment of decision is ours. Whatever the calls wish meanwhile,
//! an offer is either withdrawn here or accepted here, never both: after [`Effect::Withdraw`]
//! an [`Event::Accepted`] of the same job is refused by saying [`Effect::Withdraw`] again
//! (or ask [`Queues::accepts`] first). Every event ends with a look at who is next.

use super::agent::{Agent, AgentIndex, AgentState};
use super::counters::Counters;
use super::entry::{Entry, Place, Standing};
use super::event::{Effect, EntryKind, Event, Join, Leaving, Refusal};
use super::line::Line;
use super::settings::{AgentSettings, QueueSettings};
use crate::base::id::{EntryId, Ids, JobId};
use crate::base::outbox::Outbox;
use crate::base::skill::Skills;
use crate::base::time::{Deadline, Now, Utc};
use crate::base::timers::Timers;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// All queues and all agents.
#[derive(Debug, Clone)]
pub struct Queues {
    /// Never shrinks, so that an index stays true.
    pub(super) lines: Vec<Line>,
    pub(super) line_of: BTreeMap<String, usize>,
    /// Never shrinks, so that an index stays true.
    pub(super) agents: Vec<Agent>,
    pub(super) agent_of: BTreeMap<String, AgentIndex>,
    pub(super) entries: BTreeMap<EntryId, Entry>,
    pub(super) jobs: BTreeMap<JobId, Job>,
    pub(super) timers: Timers<Key>,
    /// Callbacks that become due, on the wall clock: it may jump, so no timer stands for them.
    pub(super) due: BTreeSet<(Utc, EntryId)>,
    /// Queues in which somebody became free or ready since the last look.
    pub(super) touched: BTreeSet<usize>,
    pub(super) ids: Ids,
    /// The last time that was told.
    pub(super) now: Now,
}

/// One offer, or the work it became.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    /// Whom it serves; `None` once that one stands elsewhere or is gone.
    pub(super) entry: Option<EntryId>,
    pub(super) agent: AgentIndex,
    /// The queue it came from; `None` where the agent was wanted in person.
    pub(super) line: Option<usize>,
    pub(super) accepted: bool,
}

/// What a timer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A live caller has waited long enough.
    TimeOut(EntryId),
    /// One whose offer failed may be offered again.
    Hold(EntryId),
    /// Notes are over.
    WrapUp(AgentIndex),
    /// A busy phone may be tried again.
    Skip(AgentIndex),
    /// One has waited so long that any agent will do.
    Relax(EntryId),
}

impl Queues {
    /// Queues in which nobody stands, with all agents signed out; `ids` names the jobs.
    #[must_use]
    pub fn new(settings: Vec<QueueSettings>, agents: Vec<AgentSettings>, ids: Ids) -> Self {
        let mut queues = Self {
            lines: Vec::new(),
            line_of: BTreeMap::new(),
            agents: Vec::new(),
            agent_of: BTreeMap::new(),
            entries: BTreeMap::new(),
            jobs: BTreeMap::new(),
            timers: Timers::new(),
            due: BTreeSet::new(),
            touched: BTreeSet::new(),
            ids,
            now: Now::default(),
        };
        queues.learn(settings, agents, &mut Outbox::new());
        queues
    }

    /// Takes one event; what should happen goes to `out`, in order.
    pub fn handle(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        self.now = now;
        match event {
            Event::Join(join) => self.join(&join, out),
            Event::Leave { entry, reason } => self.leave(entry, reason, out),
            Event::Suspend { entry } => self.suspend(entry, out),
            Event::Resume { entry } => self.resume(entry, out),
            Event::Promise { entry, priority, skills, not_before } => {
                self.promise(entry, (priority, skills), not_before, out);
            }
            Event::Move(wish) => self.move_entry(&wish, out),
            Event::Requeue { entry, not_before } => self.requeue(entry, not_before, out),
            Event::Accepted { job } => self.accepted(job, out),
            Event::OfferFailed { job, blame } => self.offer_failed(job, blame, out),
            Event::WorkEnded { job, then, talked } => self.work_ended(job, then, talked, out),
            Event::Reserve { agent, entry, ring } => self.reserve(agent, entry, ring, out),
            Event::Agent { agent, wish } => self.wish(&agent, wish, out),
            Event::Timer => self.timer(out),
        }
        self.dispatch(out);
    }

    /// When to be called with [`Event::Timer`], and why.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        let due = self
            .due
            .first()
            .map(|&(until, _)| Deadline { at: self.now.moment_of(until), why: "callback due" });
        Deadline::earliest(self.timers.deadline(), due)
    }

    /// Whether an agent's answer to this offer still counts: it was neither withdrawn nor failed
    /// nor accepted before.
    #[must_use]
    pub fn accepts(&self, job: JobId) -> bool {
        self.jobs.get(&job).is_some_and(|job| !job.accepted)
    }

    /// The place: 1 is next. Counted are all that stand before it in its queue, suspended
    /// callers and callbacks that are due among them. `None` when it has no place, or an agent
    /// works for it.
    #[must_use]
    pub fn position(&self, entry: EntryId) -> Option<u32> {
        let ahead = self.ahead(entry)?;
        u32::try_from(ahead).ok()?.checked_add(1)
    }

    /// How long this entry will probably wait; `None` when nothing is known. The formula stands
    /// in `estimate`; a queue's settings may say another.
    #[must_use]
    pub fn wait_estimate(&self, entry: EntryId) -> Option<Duration> {
        let ahead = self.ahead(entry)?;
        let line = self.lines.get(self.entries.get(&entry)?.line)?;
        let reckoned = || line.experience.estimate(ahead, self.effective_agents(line));
        line.settings.wait_estimate.or_else(reckoned)
    }

    /// Everybody who is counted in a queue's positions; 0 if there is no such queue.
    #[must_use]
    pub fn waiting(&self, queue: &str) -> usize {
        self.line(queue).map_or(0, |line| line.order.len())
    }

    /// How many of a queue's agents are Ready, a busy phone's owner included.
    #[must_use]
    pub fn agents_ready(&self, queue: &str) -> usize {
        let ready = |agent: &Agent| agent.state() == AgentState::Ready;
        self.line(queue).map_or(0, |line| self.agents_of(line).filter(|a| ready(a)).count())
    }

    /// Whether a queue takes one more promise. `Join` and `Promise` of a callback are never
    /// refused for it, for the promise is stored by then: ask before storing.
    #[must_use]
    pub fn room_for_callback(&self, queue: &str) -> bool {
        self.line(queue).is_some_and(|line| {
            !line.retired && line.settings.callbacks_max.is_none_or(|max| line.callbacks < max)
        })
    }

    /// What an agent does; `None` if there is no such agent.
    #[must_use]
    pub fn agent_state(&self, name: &str) -> Option<AgentState> {
        let index = self.agent_of.get(name)?;
        self.agents.get(*index).filter(|agent| agent.listed).map(Agent::state)
    }

    /// What a queue has counted.
    #[must_use]
    pub fn counters(&self, queue: &str) -> Option<&Counters> {
        self.line(queue).map(|line| &line.counters)
    }

    /// Those who are counted in a queue's positions, the next first.
    pub fn order(&self, queue: &str) -> impl Iterator<Item = EntryId> + '_ {
        self.line(queue).into_iter().flat_map(|line| line.order.iter().map(|place| place.entry))
    }

    /// The queue in which an entry has its place.
    #[must_use]
    pub fn queue_of(&self, entry: EntryId) -> Option<&str> {
        let entry = self.entries.get(&entry)?;
        self.lines.get(entry.line).map(|line| line.settings.name.as_str())
    }

    fn line(&self, queue: &str) -> Option<&Line> {
        self.lines.get(*self.line_of.get(queue)?)
    }

    fn agents_of<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = &'a Agent> {
        line.agents.iter().filter_map(|&index| self.agents.get(index))
    }

    fn ahead(&self, entry: EntryId) -> Option<usize> {
        let entry = self.entries.get(&entry)?;
        match entry.standing {
            Standing::Served { .. } => None,
            Standing::Waiting
            | Standing::Suspended { .. }
            | Standing::Offered { .. }
            | Standing::Early { .. }
            | Standing::Held { .. }
            | Standing::Away => Some(self.lines.get(entry.line)?.order.rank(&entry.place)),
        }
    }

    fn effective_agents(&self, line: &Line) -> f64 {
        self.agents_of(line)
            .filter(|agent| agent.is_at_work())
            .map(|agent| 1.0 / f64::from(u32::try_from(agent.lines.len().max(1)).unwrap_or(1)))
            .sum()
    }
}

/// Places: taken, kept, given up.
impl Queues {
    fn join(&mut self, join: &Join, out: &mut Outbox<Effect>) {
        let Some(index) = self.line_for(join) else {
            tracing::info!(queue = join.queue, entry = ?join.entry, "no such queue");
            return out.push(Effect::Refused { entry: join.entry, refusal: Refusal::Unknown });
        };
        if let Some(refusal) = self.refusal(index, join) {
            if let Some(line) = self.lines.get_mut(index) {
                line.counters.refused += 1;
            }
            return out.push(Effect::Refused { entry: join.entry, refusal });
        }
        self.forget(join.entry, out);
        let place = Place::new(join.recovered, join.priority, join.enqueued_at, join.entry);
        let entry = Entry::new(index, place, join, self.now);
        self.entries.insert(join.entry, entry);
        self.count_join(index, join);
        self.relax_later(join.entry);
        match join.kind {
            EntryKind::Live => {
                self.time_out_after(join.entry, self.longest_wait(index, join));
                self.stand(join.entry, Standing::Waiting);
            }
            EntryKind::Promised { not_before } => self.wait_until(join.entry, not_before),
        }
        out.push(Effect::Joined { entry: join.entry });
    }

    /// Why this wish cannot be granted. A promise that is stored, and a customer whose agent was
    /// lost, are never refused a place for want of room.
    fn refusal(&self, index: usize, join: &Join) -> Option<Refusal> {
        let line = self.lines.get(index)?;
        if join.recovered || join.inherited || join.kind != EntryKind::Live {
            return None;
        }
        if line.retired {
            return Some(Refusal::Unknown);
        }
        let own = self.entries.get(&join.entry).is_some_and(|entry| {
            entry.line == index && entry.is_live() && entry.standing.is_counted()
        });
        self.no_room(line, line.callers - usize::from(own), &join.skills)
    }

    /// Why one more caller beside `others` finds no place.
    pub(super) fn no_room(&self, line: &Line, others: usize, needs: &Skills) -> Option<Refusal> {
        if line.settings.callers_max.is_some_and(|max| others >= max) {
            return Some(Refusal::Full);
        }
        let serves = |agent: &Agent| agent.state() != AgentState::Off && agent.skills.cover(needs);
        let alone = !line.settings.waits_without_agents && !self.agents_of(line).any(serves);
        alone.then_some(Refusal::NoAgents)
    }

    fn longest_wait(&self, index: usize, join: &Join) -> Option<Duration> {
        let own = || self.lines.get(index).and_then(|line| line.settings.timeout);
        if join.recovered { join.timeout } else { join.timeout.or_else(own) }
    }

    fn count_join(&mut self, index: usize, join: &Join) {
        let Some(line) = self.lines.get_mut(index) else { return };
        match join.kind {
            EntryKind::Live if join.recovered => {}
            EntryKind::Live => line.counters.offered += 1,
            EntryKind::Promised { .. } => {
                line.callbacks += 1;
                line.counters.promised += 1;
            }
        }
    }

    fn leave(&mut self, id: EntryId, reason: Leaving, out: &mut Outbox<Effect>) {
        let Some(entry) = self.forget(id, out) else {
            tracing::debug!(entry = ?id, ?reason, "left already");
            return;
        };
        let served = matches!(entry.standing, Standing::Served { .. });
        if let Some(line) = self.lines.get_mut(entry.line).filter(|_| !(served && entry.is_live()))
        {
            match reason {
                Leaving::Abandoned => {
                    line.counters.abandoned += 1;
                    line.experience.wait_ended(true);
                }
                Leaving::Exited => line.counters.exited += 1,
                Leaving::Incomplete => line.counters.incomplete += 1,
                Leaving::CallbackEnded => line.counters.callbacks_ended += 1,
            }
        }
        out.push(Effect::Left { entry: id, reason, waited: entry.waited(self.now) });
    }

    /// Too late once an agent's answer was handled, or when there is no caller's place at all.
    fn suspend(&mut self, id: EntryId, out: &mut Outbox<Effect>) {
        let Some(entry) = self.entries.get(&id).filter(|entry| entry.is_live()) else {
            return out.push(Effect::TooLate { entry: id });
        };
        match entry.standing {
            Standing::Suspended { .. } => return out.push(Effect::Suspended { entry: id }),
            Standing::Served { .. } | Standing::Early { .. } | Standing::Away => {
                return out.push(Effect::TooLate { entry: id });
            }
            Standing::Offered { job } => self.withdraw(job, out),
            Standing::Waiting | Standing::Held { .. } => {}
        }
        let left = self.entries.get(&id).and_then(|entry| entry.times_out_at);
        let left = left.map(|at| at.since(self.now.monotonic));
        self.timers.stop(Key::TimeOut(id));
        self.stand(id, Standing::Suspended { left });
        tracing::debug!(entry = ?id, "suspended");
        out.push(Effect::Suspended { entry: id });
    }

    fn resume(&mut self, id: EntryId, out: &mut Outbox<Effect>) {
        let Some(entry) = self.entries.get(&id).filter(|entry| entry.is_live()) else {
            return tracing::debug!(entry = ?id, "nothing to resume");
        };
        match entry.standing {
            Standing::Suspended { left } => {
                self.time_out_after(id, left);
                self.stand(id, Standing::Waiting);
                out.push(Effect::Resumed { entry: id });
            }
            Standing::Waiting | Standing::Held { .. } | Standing::Offered { .. } => {
                out.push(Effect::Resumed { entry: id });
            }
            Standing::Early { .. } | Standing::Served { .. } | Standing::Away => {
                tracing::debug!(entry = ?id, "nothing to resume")
            }
        }
    }

    /// The caller's place becomes the callback's. One whom an agent serves stays live.
    fn promise(
        &mut self,
        id: EntryId,
        (priority, skills): (i32, Skills),
        due: Utc,
        out: &mut Outbox<Effect>,
    ) {
        let Some(entry) = self.entries.get(&id) else {
            return tracing::debug!(entry = ?id, "no place to promise");
        };
        match entry.standing {
            Standing::Served { .. } => {
                return tracing::debug!(entry = ?id, "no promise: an agent works for it");
            }
            Standing::Offered { job } => self.withdraw(job, out),
            Standing::Waiting
            | Standing::Suspended { .. }
            | Standing::Early { .. }
            | Standing::Held { .. }
            | Standing::Away => {}
        }
        self.timers.stop(Key::TimeOut(id));
        self.stand(id, Standing::Away);
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let new = entry.is_live();
        entry.kind = EntryKind::Promised { not_before: due };
        entry.place = entry.place.with_priority(priority);
        entry.needs = skills;
        if let Some(line) = self.lines.get_mut(entry.line).filter(|_| new) {
            line.callbacks += 1;
            line.counters.promised += 1;
        }
        self.relax_later(id);
        self.wait_until(id, due);
    }

    fn requeue(&mut self, id: EntryId, not_before: Utc, out: &mut Outbox<Effect>) {
        let Some(entry) = self.entries.get(&id).filter(|entry| !entry.is_live()) else {
            return tracing::debug!(entry = ?id, "no callback to wait again");
        };
        match entry.standing {
            // It waited again already and may be offered: to take the offer back only to make it
            // once more would go on for ever.
            Standing::Offered { .. } if not_before <= self.now.utc => {
                return tracing::debug!(entry = ?id, "offered already");
            }
            Standing::Offered { job } => self.withdraw(job, out),
            Standing::Served { job } => self.detach(job),
            Standing::Waiting
            | Standing::Suspended { .. }
            | Standing::Early { .. }
            | Standing::Held { .. }
            | Standing::Away => {}
        }
        self.wait_until(id, not_before);
    }

    fn timer(&mut self, out: &mut Outbox<Effect>) {
        while let Some(key) = self.timers.pop_due(self.now.monotonic) {
            match key {
                Key::TimeOut(entry) => self.timed_out(entry, out),
                Key::Hold(entry) => self.stand(entry, Standing::Waiting),
                Key::WrapUp(agent) => self.make_ready(agent, out),
                Key::Skip(agent) => self.end_skip(agent),
                Key::Relax(entry) => self.relax(entry),
            }
        }
        while let Some(&(until, entry)) = self.due.first() {
            if until > self.now.utc {
                break;
            }
            self.stand(entry, Standing::Waiting);
        }
    }

    fn timed_out(&mut self, id: EntryId, out: &mut Outbox<Effect>) {
        let Some(entry) = self.forget(id, out) else { return };
        if let Some(line) = self.lines.get_mut(entry.line) {
            line.counters.timed_out += 1;
        }
        out.push(Effect::TimedOut { entry: id });
    }

    pub(super) fn time_out_after(&mut self, id: EntryId, left: Option<Duration>) {
        let at = left.map(|left| self.now.monotonic + left);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.times_out_at = at;
        }
        if let Some(at) = at {
            self.timers.set(Key::TimeOut(id), at, "queue time-out");
        }
    }

    fn wait_until(&mut self, id: EntryId, not_before: Utc) {
        let early = not_before > self.now.utc;
        let standing =
            if early { Standing::Early { until: not_before } } else { Standing::Waiting };
        self.stand(id, standing);
    }

    /// Takes an entry out of everything; an offer that is out for it is withdrawn.
    fn forget(&mut self, id: EntryId, out: &mut Outbox<Effect>) -> Option<Entry> {
        let entry = self.entries.get(&id)?.clone();
        match entry.standing {
            Standing::Offered { job } => self.withdraw(job, out),
            Standing::Served { job } => self.detach(job),
            Standing::Waiting
            | Standing::Suspended { .. }
            | Standing::Early { .. }
            | Standing::Held { .. }
            | Standing::Away => {}
        }
        self.drop_entry(id);
        Some(entry)
    }

    /// Takes an entry out of all indexes; its offer must be settled before.
    pub(super) fn drop_entry(&mut self, id: EntryId) {
        self.stand(id, Standing::Away);
        self.timers.stop(Key::TimeOut(id));
        self.timers.stop(Key::Relax(id));
        let Some(entry) = self.entries.remove(&id) else { return };
        if let Some(line) = self.lines.get_mut(entry.line).filter(|_| !entry.is_live()) {
            line.callbacks -= 1;
        }
    }

    /// The one way to change what an entry does: every index follows.
    pub(super) fn stand(&mut self, id: EntryId, standing: Standing) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let old = std::mem::replace(&mut entry.standing, standing);
        if let Some(until) = old.due() {
            self.due.remove(&(until, id));
        }
        if let Some(until) = standing.due() {
            self.due.insert((until, id));
        }
        self.timers.stop(Key::Hold(id));
        if let Standing::Held { until } = standing {
            self.timers.set(Key::Hold(id), until, "offered again");
        }
        let Some(line) = self.lines.get_mut(entry.line) else { return };
        match (old.is_counted(), standing.is_counted()) {
            (false, true) => {
                line.order.insert(entry.place);
                line.callers += usize::from(entry.is_live());
            }
            (true, false) => {
                line.order.remove(&entry.place);
                line.callers -= usize::from(entry.is_live());
            }
            (false, false) | (true, true) => {}
        }
        if old == Standing::Waiting {
            line.make_unready(&entry.needs, entry.place);
        }
        if standing == Standing::Waiting {
            line.make_ready(&entry.needs, entry.place);
            self.touched.insert(entry.line);
        }
    }
}
