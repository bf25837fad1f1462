//! Queues against a small model that looks at everybody each time, under random events.
//!
//! The model knows no index and no deadline table. After each event both must agree on every
//! offer, order, position, deadline and agent's state; what must never happen is checked from
//! the effects alone.

mod people;

use super::*;
use crate::queue::agent::reason;
use people::{Does, Model, Person, Stand, runs_out};
use proptest::prelude::*;
use std::collections::BTreeMap;

const QUEUES: [&str; 2] = ["sales", "service"];
const AGENTS: [&str; 3] = ["anna", "jan", "ola"];
/// Who serves where: the second agent serves both.
const SERVES: [&[usize]; 3] = [&[0], &[0, 1], &[1]];
/// How well each knows the one skill that there is.
const LEVELS: [u8; 3] = [0, 2, 3];
/// After so long in the second queue any agent will do.
const RELAX_MS: u64 = 7_000;
const WRAP_UP_MS: u64 = 10_000;
/// Whoever wants an agent in person.
const IN_PERSON: u64 = 999;
const START_MS: u64 = 50;

#[derive(Debug, Clone)]
enum Op {
    Join { id: u64, queue: usize, priority: i32, timeout_s: Option<u64>, level: u8, rec: u8 },
    JoinPromised { id: u64, queue: usize, in_s: u64 },
    Leave { id: u64 },
    Move { id: u64, queue: usize, priority: Option<i32>, before_s: Option<u64> },
    Suspend { id: u64 },
    Resume { id: u64 },
    Promise { id: u64, priority: i32, in_s: u64 },
    Requeue { id: u64, in_s: u64 },
    Reserve { agent: usize },
    Accept { job: usize },
    Fail { job: usize, blame: Blame },
    End { job: usize, then: AfterWork },
    Wish { agent: usize, wish: AgentWish },
    Pass { ms: u64 },
}

fn op() -> impl Strategy<Value = Op> {
    let id = 0_u64..8;
    let blame = prop::sample::select(vec![
        Blame::None,
        Blame::Busy,
        Blame::NoAnswer,
        Blame::Rejected,
        Blame::Unreachable,
    ]);
    let then = prop::sample::select(vec![AfterWork::WrapUp, AfterWork::Ready, AfterWork::NotReady]);
    let wish = prop::sample::select(vec![
        AgentWish::SignIn,
        AgentWish::SignOut,
        AgentWish::NotReady,
        AgentWish::Ready,
        AgentWish::Ready,
        AgentWish::Ready,
    ]);
    let timeout = prop::option::of(1..20_u64);
    let join = (id.clone(), 0..2_usize, 0..2_i32, timeout, 0..4_u8, 0..10_u8);
    prop_oneof![
        5 => join.prop_map(|(id, queue, priority, timeout_s, level, rec)| {
            Op::Join { id, queue, priority, timeout_s, level, rec }
        }),
        1 => (id.clone(), 0..2_usize, 0..20_u64)
            .prop_map(|(id, queue, in_s)| Op::JoinPromised { id, queue, in_s }),
        2 => id.clone().prop_map(|id| Op::Leave { id }),
        3 => (id.clone(), 0..2_usize, prop::option::of(0..2_i32), prop::option::of(0..9_u64))
            .prop_map(|(id, queue, priority, before_s)| Op::Move { id, queue, priority, before_s }),
        4 => id.clone().prop_map(|id| Op::Suspend { id }),
        3 => id.clone().prop_map(|id| Op::Resume { id }),
        3 => (id.clone(), 0..2_i32, 0..20_u64)
            .prop_map(|(id, priority, in_s)| Op::Promise { id, priority, in_s }),
        3 => (id, 0..20_u64).prop_map(|(id, in_s)| Op::Requeue { id, in_s }),
        2 => (0..3_usize).prop_map(|agent| Op::Reserve { agent }),
        5 => (0..4_usize).prop_map(|job| Op::Accept { job }),
        3 => (0..4_usize, blame).prop_map(|(job, blame)| Op::Fail { job, blame }),
        4 => (0..4_usize, then).prop_map(|(job, then)| Op::End { job, then }),
        6 => (0..3_usize, wish).prop_map(|(agent, wish)| Op::Wish { agent, wish }),
        4 => (0..9_000_u64).prop_map(|ms| Op::Pass { ms }),
    ]
}

/// Both, side by side.
struct Pair {
    hall: Hall,
    model: Model,
    /// Offers that are out, as the effects tell: entry and agent.
    out: BTreeMap<JobId, (u64, String)>,
    /// Work in progress.
    work: BTreeMap<JobId, String>,
}

impl Pair {
    fn new() -> Self {
        let staff = |queue: usize| -> Vec<&str> {
            (0..AGENTS.len()).filter(|a| SERVES[*a].contains(&queue)).map(|a| AGENTS[a]).collect()
        };
        let relaxes = Some(Duration::from_millis(RELAX_MS));
        let second = QueueSettings { skills_relax_after: relaxes, ..queue(QUEUES[1], &staff(1)) };
        let settings = vec![queue(QUEUES[0], &staff(0)), second];
        let agents: Vec<String> =
            AGENTS.iter().zip(LEVELS).map(|(name, l)| format!("{name} {}", level_of(l))).collect();
        let hall = Hall::of(settings, &agents.iter().map(String::as_str).collect::<Vec<_>>());
        Self { hall, model: Model::new(), out: BTreeMap::new(), work: BTreeMap::new() }
    }

    fn apply(&mut self, op: &Op) {
        let now = self.model.now;
        match op.clone() {
            Op::Join { id, queue, priority, timeout_s, level, rec } => {
                let timeout = timeout_s.map(Duration::from_secs);
                let (recovered, skills) = (rec == 0, level_of(level));
                let wish = self.wish_for(id, queue);
                self.join(Join { priority, timeout, recovered, skills, ..wish }, queue);
            }
            Op::JoinPromised { id, queue, in_s } => {
                let not_before = self.hall.now.utc + Duration::from_secs(in_s);
                let kind = EntryKind::Promised { not_before };
                self.join(Join { kind, ..self.wish_for(id, queue) }, queue);
            }
            Op::Leave { id } => {
                self.model.release(id);
                self.model.people.retain(|p| p.id != id);
                self.both(Event::Leave { entry: caller(id), reason: Leaving::Exited });
            }
            Op::Move { id, queue, priority, before_s } => {
                self.move_person(id, queue, priority, before_s);
            }
            Op::Suspend { id } => self.suspend(id),
            Op::Resume { id } => {
                if let Some(person) = self.model.person(id).filter(|p| p.live)
                    && let Stand::Suspended(left) = person.stand
                {
                    person.stand = Stand::Waiting;
                    person.times_out = left.map(|left| now + left);
                }
                self.both(Event::Resume { entry: caller(id) });
            }
            Op::Promise { id, priority, in_s } => self.promise(id, priority, in_s),
            Op::Requeue { id, in_s } => {
                let offered = |p: &Person| matches!(p.stand, Stand::Offered(_)) && in_s == 0;
                if self.model.person(id).is_some_and(|p| !p.live && !offered(p)) {
                    self.model.release(id);
                    self.model.person(id).unwrap().stand = later(now, in_s);
                }
                let not_before = self.hall.now.utc + Duration::from_secs(in_s);
                self.both(Event::Requeue { entry: caller(id), not_before });
            }
            Op::Reserve { agent } => {
                let free = self.model.workers[agent].does == Does::Ready;
                let (entry, agent) = (caller(IN_PERSON), AGENTS[agent].to_owned());
                let effects = self.both(Event::Reserve { agent, entry, ring: SECOND });
                let refused = |e: &Effect| matches!(e, Effect::NotReserved { .. });
                assert_eq!(effects.iter().any(refused), !free);
            }
            Op::Accept { job } => self.accept(job),
            Op::Fail { job, blame } => {
                let Some(job) = self.out.keys().nth(job).copied() else { return };
                self.out.remove(&job);
                self.model.fail(job, blame);
                self.both(Event::OfferFailed { job, blame });
            }
            Op::End { job, then } => {
                let Some(job) = self.work.keys().nth(job).copied() else { return };
                self.work.remove(&job);
                self.model.end(job, then);
                self.both(Event::WorkEnded { job, then, talked: Some(SECOND) });
            }
            Op::Wish { agent, wish } => {
                self.model.wish(agent, wish);
                self.both(Event::Agent { agent: AGENTS[agent].to_owned(), wish });
            }
            Op::Pass { ms } => self.pass(ms),
        }
    }

    fn wish_for(&self, id: u64, queue: usize) -> Join {
        Join {
            entry: caller(id),
            queue: QUEUES[queue].to_owned(),
            priority: 0,
            skills: Skills::none(),
            enqueued_at: self.hall.now.utc,
            kind: EntryKind::Live,
            timeout: None,
            recovered: false,
            inherited: false,
        }
    }

    fn join(&mut self, join: Join, queue: usize) {
        let (id, now) = (join.entry.raw(), self.model.now);
        self.model.release(id);
        self.model.people.retain(|p| p.id != id);
        let (live, stand) = match join.kind {
            EntryKind::Live => (true, Stand::Waiting),
            EntryKind::Promised { not_before } => {
                (false, later(now, not_before.since(self.hall.now.utc).as_secs()))
            }
        };
        let order = (join.recovered, join.priority, join.enqueued_at.as_millis());
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap();
        let times_out = join.timeout.map(|span| now + millis(span));
        let needs = join.skills.clone();
        let relaxes = relaxes(queue, &needs, now);
        let person =
            Person { id, queue, order, live, stand, times_out, needs, since: now, relaxes };
        self.model.people.push(person);
        self.both(Event::Join(join));
    }

    fn move_person(&mut self, id: u64, queue: usize, priority: Option<i32>, before: Option<u64>) {
        let (now, at) = (self.hall.now.utc, self.model.now);
        let enqueued_at = before.map(|seconds| Utc::from_millis(now.as_millis() - seconds as i64));
        let stand = self.model.person(id).filter(|p| p.live).map(|p| p.stand);
        let may = stand.is_some_and(|s| runs_out(s) || matches!(s, Stand::Suspended(_)));
        if may {
            self.model.release(id);
            let person = self.model.person(id).unwrap();
            let elsewhere = person.queue != queue;
            person.queue = queue;
            person.order.1 = priority.unwrap_or(person.order.1);
            person.order.2 = enqueued_at.map_or(person.order.2, Utc::as_millis);
            if elsewhere {
                person.times_out = None;
                let relaxes = relaxes(queue, &person.needs, person.since);
                person.relaxes = relaxes.map(|due| due.max(at));
            }
            person.stand = if let Stand::Suspended(left) = person.stand {
                Stand::Suspended(left.filter(|_| !elsewhere))
            } else {
                Stand::Waiting
            };
        }
        let (entry, queue) = (caller(id), QUEUES[queue].to_owned());
        let effects = self.both(Event::Move(Move { entry, queue, priority, enqueued_at }));
        assert_eq!(effects.contains(&Effect::Moved { entry }), may);
        assert_eq!(effects.contains(&Effect::TooLate { entry }), !may);
    }

    fn promise(&mut self, id: u64, priority: i32, in_s: u64) {
        let now = self.model.now;
        if !matches!(self.model.person(id).map(|p| p.stand), Some(Stand::Served(_))) {
            self.model.release(id);
            if let Some(person) = self.model.person(id) {
                person.live = false;
                person.times_out = None;
                person.order.1 = priority;
                (person.needs, person.relaxes) = (Skills::none(), None);
                person.stand = later(now, in_s);
            }
        }
        let not_before = self.hall.now.utc + Duration::from_secs(in_s);
        let (entry, skills) = (caller(id), Skills::none());
        self.both(Event::Promise { entry, priority, skills, not_before });
    }

    fn suspend(&mut self, id: u64) {
        let now = self.model.now;
        let live = self.model.person(id).filter(|p| p.live).map(|p| p.stand);
        let may = live.is_some_and(|s| runs_out(s) || matches!(s, Stand::Suspended(_)));
        if live.is_some_and(runs_out) {
            self.model.release(id);
            let person = self.model.person(id).unwrap();
            person.stand = Stand::Suspended(person.times_out.map(|at| at.saturating_sub(now)));
        }
        let effects = self.both(Event::Suspend { entry: caller(id) });
        let entry = caller(id);
        assert_eq!(effects.contains(&Effect::Suspended { entry }), may);
        assert_eq!(effects.contains(&Effect::TooLate { entry }), !may);
    }

    fn accept(&mut self, job: usize) {
        let Some(job) = self.out.keys().nth(job).copied() else { return };
        let (_, agent) = self.out.remove(&job).unwrap();
        self.work.insert(job, agent);
        for person in self.model.people.iter_mut().filter(|p| p.stand == Stand::Offered(job)) {
            person.stand = Stand::Served(job);
        }
        self.model.worker_of(job).unwrap().does = Does::Talking(job, None);
        let effects = self.both(Event::Accepted { job });
        assert!(!effects.contains(&Effect::Withdraw { job }), "an offer that was out is accepted");
    }

    fn pass(&mut self, ms: u64) {
        let end = self.model.now + ms;
        loop {
            let next = self.model.deadline().filter(|at| *at <= end);
            let said = self.hall.queues.deadline().map(|d| d.at.as_millis());
            assert_eq!(said.filter(|at| *at <= end), next);
            let Some(at) = next else { break };
            self.clock(at);
            self.model.timer();
            self.both(Event::Timer);
        }
        self.clock(end);
    }

    fn clock(&mut self, at: u64) {
        self.hall.set_clock(Moment::from_millis(at));
        self.model.now = at;
    }

    /// Tells the queues what the model has just done, and compares everything.
    fn both(&mut self, event: Event) -> Vec<Effect> {
        let effects = self.hall.tell(event);
        for effect in &effects {
            match effect {
                Effect::Withdraw { job } => {
                    assert!(self.out.remove(job).is_some(), "only what is out is withdrawn");
                }
                Effect::Offer { job, entry, agent, .. } if entry.raw() == IN_PERSON => {
                    let index = AGENTS.iter().position(|name| name == agent).unwrap();
                    assert_eq!(self.model.workers[index].does, Does::Ready);
                    self.model.workers[index].does = Does::Ringing(*job);
                    self.model.in_person.push(*job);
                    self.out.insert(*job, (IN_PERSON, agent.clone()));
                }
                Effect::Offer { job, entry, agent, .. } => self.offered(*job, entry.raw(), agent),
                Effect::Joined { .. }
                | Effect::Refused { .. }
                | Effect::Moved { .. }
                | Effect::NotMoved { .. }
                | Effect::NotReserved { .. }
                | Effect::Suspended { .. }
                | Effect::TooLate { .. }
                | Effect::Resumed { .. }
                | Effect::TimedOut { .. }
                | Effect::Left { .. }
                | Effect::AgentChanged { .. } => {}
            }
        }
        assert_eq!(self.model.next_pair(), None, "somebody free and somebody waiting");
        self.compare();
        effects
    }

    fn offered(&mut self, job: JobId, entry: u64, agent: &str) {
        for (other, who) in self.out.values() {
            assert!(*other != entry && who != agent, "one offer per entry and per agent");
        }
        assert!(self.work.values().all(|who| who != agent), "no agent with two things");
        let (next, index) = self.model.next_pair().expect("an offer that the model does not make");
        assert_eq!((entry, agent), (next, AGENTS[index]));
        self.model.person(next).unwrap().stand = Stand::Offered(job);
        self.model.workers[index].does = Does::Ringing(job);
        self.out.insert(job, (entry, agent.to_owned()));
    }

    fn compare(&self) {
        let queues = &self.hall.queues;
        for (index, name) in QUEUES.iter().enumerate() {
            let order = self.model.order(index);
            assert_eq!(queues.order(name).map(EntryId::raw).collect::<Vec<_>>(), order);
            for (place, id) in order.iter().enumerate() {
                assert_eq!(queues.position(caller(*id)), u32::try_from(place + 1).ok());
                assert_eq!(queues.queue_of(caller(*id)), Some(*name));
            }
        }
        for (worker, name) in self.model.workers.iter().zip(AGENTS) {
            let state = match worker.does {
                Does::Off => AgentState::Off,
                Does::Ready | Does::Skipped(_) => AgentState::Ready,
                Does::Ringing(_) => AgentState::Ringing,
                Does::Talking(..) => AgentState::Talking,
                Does::Notes(_) => AgentState::WrapUp,
                Does::Not(reason) => AgentState::NotReady(reason),
            };
            assert_eq!(self.hall.state(name), state, "{name}");
        }
        let ringing =
            self.model.workers.iter().filter(|w| matches!(w.does, Does::Ringing(_))).count();
        assert_eq!(ringing, self.out.len(), "every reserved agent has an offer");
        assert!(self.out.keys().all(|job| queues.accepts(*job)));
        assert!(self.work.keys().all(|job| !queues.accepts(*job)));
    }
}

/// The one skill at this level; none at 0.
fn level_of(level: u8) -> Skills {
    if level == 0 { Skills::none() } else { Skills::read(&format!("billing:{level}")) }
}

/// When needs give way that began at this moment.
fn relaxes(queue: usize, needs: &Skills, since: u64) -> Option<u64> {
    (queue == 1 && !needs.is_empty()).then_some(since + RELAX_MS)
}

fn later(now: u64, in_s: u64) -> Stand {
    if in_s == 0 { Stand::Waiting } else { Stand::Later(now + in_s * 1_000, false) }
}

proptest! {
    #[test]
    fn queues_and_the_model_agree_after_every_event(ops in prop::collection::vec(op(), 1..120)) {
        let mut pair = Pair::new();
        for op in &ops {
            pair.apply(op);
        }
        // Everything comes to its end: whoever was reserved is released.
        for agent in 0..AGENTS.len() {
            pair.apply(&Op::Wish { agent, wish: AgentWish::SignOut });
        }
        while !pair.work.is_empty() {
            pair.apply(&Op::End { job: 0, then: AfterWork::WrapUp });
        }
        prop_assert!(pair.out.is_empty());
        prop_assert!(AGENTS.iter().all(|agent| pair.hall.state(agent) == AgentState::Off));
    }

    #[test]
    fn suspended_and_resumed_one_stands_where_it_would_have_stood(
        before in prop::collection::vec((0_u64..30, 0..3_i32), 1..20),
        during in prop::collection::vec((0_u64..30, 0..3_i32, any::<bool>()), 0..20),
        who in 0_usize..20,
    ) {
        let story = |starts: bool| {
            let mut hall = Hall::sales(&[]);
            for (id, priority) in &before {
                hall.joins_as(*id, "sales", |join| join.priority = *priority);
            }
            let who = before[who % before.len()].0;
            if starts {
                hall.suspends(who);
            }
            for (id, priority, leaves) in during.iter().filter(|(id, ..)| *id != who) {
                if *leaves {
                    hall.leaves(*id, Leaving::Exited);
                } else {
                    hall.joins_as(*id, "sales", |join| join.priority = *priority);
                }
            }
            if starts {
                hall.resumes(who);
            }
            hall.order()
        };
        prop_assert_eq!(story(true), story(false));
    }
}
