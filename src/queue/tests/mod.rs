//! Stories of queues, and the hall in which they play.

mod agents;
mod callbacks;
mod callers;
mod model;
mod reload;
mod skills;
mod speed;

use super::agent::AgentState;
use super::event::{
    AfterWork, AgentWish, Blame, Effect, EntryKind, Event, Join, Leaving, Move, Refusal,
};
use super::queues::Queues;
use super::settings::{AgentSettings, QueueSettings};
use crate::base::id::{EntryId, Ids, JobId};
use crate::base::outbox::Outbox;
use crate::base::skill::Skills;
use crate::base::time::{Moment, Now, Utc};
use std::time::Duration;

/// Queues with a clock that only stories move.
struct Hall {
    queues: Queues,
    now: Now,
}

const SECOND: Duration = Duration::from_secs(1);

fn queue(name: &str, agents: &[&str]) -> QueueSettings {
    QueueSettings {
        name: name.to_owned(),
        agents: names(agents).into_iter().map(|agent| agent.name).collect(),
        ring: 20 * SECOND,
        wrap_up: 10 * SECOND,
        callers_max: None,
        callbacks_max: None,
        timeout: None,
        wait_estimate: None,
        waits_without_agents: true,
        skills_relax_after: None,
    }
}

/// Agents, each perhaps with skills: `anna`, `jan billing:3`.
fn names(agents: &[&str]) -> Vec<AgentSettings> {
    let named = agents.iter().map(|agent| {
        let (name, skills) = agent.split_once(' ').unwrap_or((*agent, ""));
        AgentSettings { name: name.to_owned(), skills: Skills::read(skills) }
    });
    named.collect()
}

fn caller(id: u64) -> EntryId {
    EntryId::from(id)
}

impl Hall {
    /// One queue, `sales`, with these agents, all signed out.
    fn sales(agents: &[&str]) -> Self {
        Self::of(vec![queue("sales", agents)], agents)
    }

    fn of(settings: Vec<QueueSettings>, agents: &[&str]) -> Self {
        let now =
            Now { monotonic: Moment::from_millis(50), utc: Utc::from_millis(1_000_000_000_000) };
        Self { queues: Queues::new(settings, names(agents), Ids::new(1, 1)), now }
    }

    fn tell(&mut self, event: Event) -> Vec<Effect> {
        let mut out = Outbox::new();
        self.queues.handle(self.now, event, &mut out);
        out.drain().collect()
    }

    /// Time passes; every deadline on the way is kept.
    fn passes(&mut self, span: Duration) -> Vec<Effect> {
        let end = self.now.monotonic + span;
        let mut effects = Vec::new();
        while let Some(deadline) = self.queues.deadline().filter(|d| d.at <= end) {
            self.set_clock(deadline.at.max(self.now.monotonic));
            effects.extend(self.tell(Event::Timer));
        }
        self.set_clock(end);
        effects
    }

    fn set_clock(&mut self, to: Moment) {
        self.now.utc = self.now.utc + to.since(self.now.monotonic);
        self.now.monotonic = to;
    }

    fn joins(&mut self, id: u64) -> Vec<Effect> {
        self.joins_as(id, "sales", |_| {})
    }

    fn joins_as(&mut self, id: u64, queue: &str, but: impl FnOnce(&mut Join)) -> Vec<Effect> {
        let mut join = Join {
            entry: caller(id),
            queue: queue.to_owned(),
            priority: 0,
            skills: Skills::none(),
            enqueued_at: self.now.utc,
            kind: EntryKind::Live,
            timeout: None,
            recovered: false,
            inherited: false,
        };
        but(&mut join);
        let effects = self.tell(Event::Join(join));
        self.passes(Duration::from_millis(1));
        effects
    }

    /// A callback that comes back from the store, due now.
    fn promised(&mut self, id: u64) -> Vec<Effect> {
        let not_before = self.now.utc;
        self.joins_as(id, "sales", |join| join.kind = EntryKind::Promised { not_before })
    }

    fn ready(&mut self, agent: &str) -> Vec<Effect> {
        let effects = self.wish(agent, AgentWish::Ready);
        self.passes(Duration::from_millis(1));
        effects
    }

    fn wish(&mut self, agent: &str, wish: AgentWish) -> Vec<Effect> {
        self.tell(Event::Agent { agent: agent.to_owned(), wish })
    }

    fn suspends(&mut self, id: u64) -> Vec<Effect> {
        self.tell(Event::Suspend { entry: caller(id) })
    }

    fn resumes(&mut self, id: u64) -> Vec<Effect> {
        self.tell(Event::Resume { entry: caller(id) })
    }

    fn leaves(&mut self, id: u64, reason: Leaving) -> Vec<Effect> {
        self.tell(Event::Leave { entry: caller(id), reason })
    }

    fn accepts(&mut self, job: JobId) -> Vec<Effect> {
        self.tell(Event::Accepted { job })
    }

    fn fails(&mut self, job: JobId, blame: Blame) -> Vec<Effect> {
        self.tell(Event::OfferFailed { job, blame })
    }

    fn ends(&mut self, job: JobId, then: AfterWork, talked_s: Option<u32>) -> Vec<Effect> {
        let talked = talked_s.map(|s| s * SECOND);
        self.tell(Event::WorkEnded { job, then, talked })
    }

    /// A caller talks to this agent, who becomes ready for it.
    fn talks(&mut self, id: u64, agent: &str) -> JobId {
        self.joins(id);
        let job = only_offer(&self.ready(agent)).0;
        self.accepts(job);
        job
    }

    fn state(&self, agent: &str) -> AgentState {
        self.queues.agent_state(agent).unwrap()
    }

    fn position(&self, id: u64) -> Option<u32> {
        self.queues.position(caller(id))
    }

    fn order(&self) -> Vec<u64> {
        self.queues.order("sales").map(EntryId::raw).collect()
    }
}

/// Offers in order: job, caller, agent.
fn offers(effects: &[Effect]) -> Vec<(JobId, u64, String)> {
    let offer = |effect: &Effect| {
        let Effect::Offer { job, entry, agent, .. } = effect else { return None };
        Some((*job, entry.raw(), agent.clone()))
    };
    effects.iter().filter_map(offer).collect()
}

fn only_offer(effects: &[Effect]) -> (JobId, u64, String) {
    let mut offers = offers(effects);
    assert_eq!(offers.len(), 1, "{effects:?}");
    offers.remove(0)
}

/// Who is offered to whom: `(caller, agent)`.
fn pairs(effects: &[Effect]) -> Vec<(u64, String)> {
    offers(effects).into_iter().map(|(_, entry, agent)| (entry, agent)).collect()
}

fn pair(id: u64, agent: &str) -> Vec<(u64, String)> {
    vec![(id, agent.to_owned())]
}

fn changed(agent: &str, state: AgentState) -> Effect {
    Effect::AgentChanged { agent: agent.to_owned(), state }
}

fn refused(id: u64, refusal: Refusal) -> Vec<Effect> {
    vec![Effect::Refused { entry: caller(id), refusal }]
}
