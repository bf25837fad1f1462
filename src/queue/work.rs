//! Offers and agents: reserved, at work, released.

use super::agent::{AgentIndex, AgentState, Duty, Rest, reason};
use super::dispatch;
use super::entry::Standing;
use super::event::{AfterWork, AgentWish, Blame, Effect};
use super::line::Line;
use super::queues::{Job, Key, Queues};
use crate::base::id::{EntryId, JobId};
use crate::base::outbox::Outbox;
use std::time::Duration;

/// How long an agent whose phone was busy gets no offer.
const BUSY_SKIP: Duration = Duration::from_secs(5);

/// A callback whose offer failed waits so long for its own room to store that and say Requeue;
/// after that it stands in line again by itself, so that a lost word loses no promise.
const CALLBACK_HELD_MAX: Duration = Duration::from_secs(5);

/// A caller whose offer came to nothing without anybody's fault waits so long for the next:
/// whatever failed so fast would fail again at once, and for ever.
const CALLER_HELD: Duration = Duration::from_millis(500);

impl Queues {
    /// Offers work until no queue has both somebody to serve and somebody to serve them.
    pub(super) fn dispatch(&mut self, out: &mut Outbox<Effect>) {
        while let Some(next) = dispatch::next(&self.lines, &self.agents, &mut self.touched) {
            self.offer(next, out);
        }
    }

    fn offer(&mut self, next: dispatch::Match, out: &mut Outbox<Effect>) {
        let entry = next.place.entry;
        let job: JobId = self.ids.mint();
        let Some(line) = self.lines.get_mut(next.line) else { return };
        line.counters.offers.made += 1;
        let (queue, ring) = (line.settings.name.clone(), line.settings.ring);
        let agent = self.agents.get(next.agent).map_or_else(String::new, |a| a.name.clone());
        tracing::debug!(%job, %entry, agent, queue, "offered");
        out.push(Effect::Offer { job, entry, agent, queue, ring });
        let line = Some(next.line);
        let work = Job { entry: Some(entry), agent: next.agent, line, accepted: false };
        self.jobs.insert(job, work);
        self.stand(entry, Standing::Offered { job });
        self.set_duty(next.agent, Duty::Ringing { job }, out);
    }

    /// Rings one agent for somebody who stands in no queue.
    pub(super) fn reserve(
        &mut self,
        agent: String,
        entry: EntryId,
        ring: Duration,
        out: &mut Outbox<Effect>,
    ) {
        let found = self.agent_of.get(&agent).copied();
        let known = found.and_then(|index| Some((index, self.agents.get(index)?)));
        let state = known.map_or(AgentState::Off, |(_, agent)| agent.state());
        let Some((index, _)) = known.filter(|(_, agent)| agent.is_free()) else {
            return out.push(Effect::NotReserved { entry, state });
        };
        let job: JobId = self.ids.mint();
        tracing::debug!(%job, %entry, agent, "reserved");
        out.push(Effect::Offer { job, entry, agent, queue: String::new(), ring });
        self.jobs.insert(job, Job { entry: None, agent: index, line: None, accepted: false });
        self.set_duty(index, Duty::Ringing { job }, out);
    }

    pub(super) fn accepted(&mut self, id: JobId, out: &mut Outbox<Effect>) {
        let Some(job) = self.jobs.get_mut(&id) else {
            tracing::debug!(job = %id, "answered after it was withdrawn");
            return out.push(Effect::Withdraw { job: id });
        };
        if job.accepted {
            return;
        }
        job.accepted = true;
        let job = *job;
        self.set_duty(job.agent, Duty::Talking { job: id, wish: None }, out);
        let Some(entry) = job.entry.and_then(|entry| self.entries.get(&entry)) else { return };
        let (live, waited, entry) = (entry.is_live(), entry.waited(self.now), entry.place.entry);
        self.timers.stop(Key::TimeOut(entry));
        self.stand(entry, Standing::Served { job: id });
        let Some(line) = self.line_at(job.line) else { return };
        line.counters.offers.accepted += 1;
        if live {
            line.counters.answered += 1;
            line.counters.answered_wait += waited;
            line.experience.wait_ended(false);
        }
    }

    pub(super) fn offer_failed(&mut self, id: JobId, blame: Blame, out: &mut Outbox<Effect>) {
        let Some(job) = self.jobs.get(&id).copied() else {
            return tracing::debug!(job = %id, ?blame, "not offered any more");
        };
        if job.accepted {
            let then = if blame == Blame::None { AfterWork::Ready } else { AfterWork::NotReady };
            return self.work_ended(id, then, None, out);
        }
        self.jobs.remove(&id);
        if let Some(line) = self.line_at(job.line) {
            match blame {
                Blame::None => line.counters.offers.withdrawn += 1,
                Blame::Busy => line.counters.offers.busy += 1,
                Blame::NoAnswer | Blame::Rejected | Blame::Unreachable => {
                    line.counters.offers.failed += 1;
                }
            }
        }
        let hold = if blame == Blame::None { CALLER_HELD } else { Duration::ZERO };
        self.back_in_line(job, hold);
        match blame {
            Blame::None => self.set_duty(job.agent, Duty::Ready { skipped: false }, out),
            Blame::Busy => {
                self.set_duty(job.agent, Duty::Ready { skipped: true }, out);
                let until = self.now.monotonic + BUSY_SKIP;
                self.timers.set(Key::Skip(job.agent), until, "busy phone left alone");
            }
            Blame::NoAnswer => self.set_duty(job.agent, Duty::NotReady(reason::NO_ANSWER), out),
            Blame::Rejected => self.set_duty(job.agent, Duty::NotReady(reason::REJECTED), out),
            Blame::Unreachable => {
                self.set_duty(job.agent, Duty::NotReady(reason::UNREACHABLE), out);
            }
        }
    }

    pub(super) fn work_ended(
        &mut self,
        id: JobId,
        then: AfterWork,
        talked: Option<Duration>,
        out: &mut Outbox<Effect>,
    ) {
        let Some(job) = self.jobs.get(&id).copied() else {
            return tracing::debug!(job = %id, "no such work");
        };
        if !job.accepted {
            return self.offer_failed(id, Blame::None, out);
        }
        self.jobs.remove(&id);
        if let Some(entry) = job.entry {
            if self.entries.get(&entry).is_some_and(|entry| entry.is_live()) {
                self.drop_entry(entry);
            } else {
                self.stand(entry, Standing::Away);
            }
        }
        let wish = match self.agents.get(job.agent).map(|agent| &agent.duty) {
            Some(Duty::Talking { wish, .. }) => *wish,
            Some(
                Duty::Off
                | Duty::Ready { .. }
                | Duty::Ringing { .. }
                | Duty::WrapUp { .. }
                | Duty::NotReady(_),
            )
            | None => None,
        };
        let wrap_up = Duty::WrapUp { since: self.now.monotonic, talked, line: job.line };
        let wrap_up_for = self.line_at(job.line).map(|line| line.settings.wrap_up);
        match (wish, then) {
            (Some(rest), AfterWork::WrapUp | AfterWork::Ready | AfterWork::NotReady) => {
                self.measure(job.line, talked);
                self.set_duty(job.agent, rest.into(), out);
            }
            (None, AfterWork::WrapUp) => match wrap_up_for.filter(|span| !span.is_zero()) {
                Some(span) => {
                    self.set_duty(job.agent, wrap_up, out);
                    let until = self.now.monotonic + span;
                    self.timers.set(Key::WrapUp(job.agent), until, "wrap-up over");
                }
                None => {
                    self.measure(job.line, talked);
                    self.make_ready(job.agent, out);
                }
            },
            (None, AfterWork::Ready) => {
                self.measure(job.line, talked);
                self.set_duty(job.agent, Duty::Ready { skipped: false }, out);
            }
            (None, AfterWork::NotReady) => {
                self.measure(job.line, talked);
                self.set_duty(job.agent, Duty::NotReady(reason::HUNG_UP), out);
            }
        }
    }

    pub(super) fn wish(&mut self, name: &str, wish: AgentWish, out: &mut Outbox<Effect>) {
        let Some(index) = self.agent_of.get(name).copied() else {
            return tracing::debug!(agent = name, ?wish, "no such agent");
        };
        let Some(agent) = self.agents.get_mut(index).filter(|agent| agent.listed) else {
            return tracing::debug!(agent = name, ?wish, "no agent any more");
        };
        match wish {
            AgentWish::SignIn => match &mut agent.duty {
                Duty::Off => self.make_ready(index, out),
                Duty::Talking { wish, .. } => *wish = wish.filter(|rest| *rest != Rest::Off),
                Duty::Ready { .. }
                | Duty::Ringing { .. }
                | Duty::WrapUp { .. }
                | Duty::NotReady(_) => {}
            },
            AgentWish::SignOut => self.rest(index, Rest::Off, out),
            AgentWish::NotReady if agent.duty == Duty::Off => {}
            AgentWish::NotReady => self.rest(index, Rest::NotReady(reason::WISH), out),
            AgentWish::Ready => match &mut agent.duty {
                Duty::Talking { wish, .. } => *wish = None,
                Duty::Off | Duty::WrapUp { .. } | Duty::NotReady(_) => self.make_ready(index, out),
                Duty::Ready { .. } | Duty::Ringing { .. } => {}
            },
        }
    }

    /// No more work for this agent: at once, or after the conversation.
    pub(super) fn rest(&mut self, index: AgentIndex, rest: Rest, out: &mut Outbox<Effect>) {
        let Some(agent) = self.agents.get_mut(index) else { return };
        match &mut agent.duty {
            Duty::Talking { wish, .. } => return *wish = Some(rest),
            Duty::Ringing { job } => {
                let id = *job;
                out.push(Effect::Withdraw { job: id });
                if let Some(job) = self.jobs.remove(&id) {
                    self.count_withdrawn(job.line);
                    self.back_in_line(job, Duration::ZERO);
                }
            }
            Duty::Off | Duty::Ready { .. } | Duty::WrapUp { .. } | Duty::NotReady(_) => {}
        }
        self.set_duty(index, rest.into(), out);
    }

    /// Takes an offer back for the entry's sake: no blame, idle time kept.
    pub(super) fn withdraw(&mut self, id: JobId, out: &mut Outbox<Effect>) {
        let Some(job) = self.jobs.remove(&id) else { return };
        out.push(Effect::Withdraw { job: id });
        self.count_withdrawn(job.line);
        self.set_duty(job.agent, Duty::Ready { skipped: false }, out);
    }

    /// The work goes on without its entry, which stands elsewhere now or is gone.
    pub(super) fn detach(&mut self, id: JobId) {
        if let Some(job) = self.jobs.get_mut(&id) {
            job.entry = None;
        }
    }

    /// Ready, with idle time from now on.
    pub(super) fn make_ready(&mut self, index: AgentIndex, out: &mut Outbox<Effect>) {
        let Some(agent) = self.agents.get_mut(index) else { return };
        debug_assert!(!agent.is_free(), "the free set would keep the old idle time");
        agent.idle_since = self.now.monotonic;
        self.set_duty(index, Duty::Ready { skipped: false }, out);
    }

    /// A busy phone may be tried again.
    pub(super) fn end_skip(&mut self, index: AgentIndex) {
        let skipped = |duty: &Duty| matches!(duty, Duty::Ready { skipped: true });
        if self.agents.get(index).is_some_and(|agent| skipped(&agent.duty)) {
            self.set_duty(index, Duty::Ready { skipped: false }, &mut Outbox::new());
        }
    }

    /// An entry whose offer came to nothing: a caller may be offered after `hold`, a callback
    /// when its own room has stored what happened.
    fn back_in_line(&mut self, job: Job, hold: Duration) {
        let Some(entry) = job.entry.and_then(|entry| self.entries.get(&entry)) else { return };
        let id = entry.place.entry;
        let hold = if entry.is_live() { hold } else { CALLBACK_HELD_MAX };
        let standing = if hold.is_zero() {
            Standing::Waiting
        } else {
            Standing::Held { until: self.now.monotonic + hold }
        };
        self.stand(id, standing);
    }

    fn line_at(&mut self, line: Option<usize>) -> Option<&mut Line> {
        self.lines.get_mut(line?)
    }

    fn count_withdrawn(&mut self, line: Option<usize>) {
        if let Some(line) = self.line_at(line) {
            line.counters.offers.withdrawn += 1;
        }
    }

    fn measure(&mut self, line: Option<usize>, handled: Option<Duration>) {
        if let (Some(line), Some(handled)) = (self.line_at(line), handled) {
            line.experience.handled(handled);
        }
    }

    /// The one way to change what an agent does: every index and timer follows.
    fn set_duty(&mut self, index: AgentIndex, duty: Duty, out: &mut Outbox<Effect>) {
        self.timers.stop(Key::WrapUp(index));
        self.timers.stop(Key::Skip(index));
        let Some(agent) = self.agents.get_mut(index) else { return };
        let before = agent.state();
        let old = std::mem::replace(&mut agent.duty, duty);
        let state = agent.state();
        let (free, key) = (agent.is_free(), (agent.idle_since, index));
        for &line in &agent.lines {
            let Some(line_value) = self.lines.get_mut(line) else { continue };
            if free {
                line_value.free.insert(key);
                self.touched.insert(line);
            } else {
                line_value.free.remove(&key);
            }
        }
        if before != state {
            tracing::debug!(agent = agent.name, ?state, "agent changed");
            out.push(Effect::AgentChanged { agent: agent.name.clone(), state });
        }
        if let Duty::WrapUp { since, talked: Some(talked), line } = old {
            self.measure(line, Some(talked + self.now.monotonic.since(since)));
        }
    }
}
