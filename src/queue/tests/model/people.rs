//! The model: everybody in a list, looked at anew each time. It knows no index and no deadline
//! table.

use super::*;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stand {
    Waiting,
    Suspended(Option<u64>),
    Offered(JobId),
    /// Not before; whether it is counted meanwhile.
    Later(u64, bool),
    Served(JobId),
    Away,
}

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: u64,
    pub(super) queue: usize,
    pub(super) order: (bool, i32, i64),
    pub(super) live: bool,
    pub(super) stand: Stand,
    pub(super) times_out: Option<u64>,
    pub(super) needs: Skills,
    /// When it began to wait.
    pub(super) since: u64,
    /// When it needs nothing any more, if it needs something.
    pub(super) relaxes: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Does {
    Off,
    Ready,
    Skipped(u64),
    Ringing(JobId),
    Talking(JobId, Option<Wanted>),
    Notes(u64),
    Not(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Wanted {
    Off,
    Not,
}

#[derive(Debug, Clone)]
pub(super) struct Worker {
    pub(super) does: Does,
    pub(super) idle: u64,
}

pub(super) struct Model {
    pub(super) now: u64,
    pub(super) people: Vec<Person>,
    pub(super) workers: Vec<Worker>,
    /// Jobs that came from no queue: they have no wrap-up.
    pub(super) in_person: Vec<JobId>,
}

impl Model {
    pub(super) fn new() -> Self {
        let worker = Worker { does: Does::Off, idle: 0 };
        let workers = vec![worker; AGENTS.len()];
        Self { now: START_MS, people: Vec::new(), workers, in_person: Vec::new() }
    }

    pub(super) fn person(&mut self, id: u64) -> Option<&mut Person> {
        self.people.iter_mut().find(|p| p.id == id)
    }

    /// All counted, first in line first.
    pub(super) fn order(&self, queue: usize) -> Vec<u64> {
        let mut line: Vec<&Person> = self
            .people
            .iter()
            .filter(|p| p.queue == queue)
            .filter(|p| !matches!(p.stand, Stand::Later(_, false) | Stand::Served(_) | Stand::Away))
            .collect();
        line.sort_by_key(|p| key(p));
        line.iter().map(|p| p.id).collect()
    }

    pub(super) fn worker_of(&mut self, job: JobId) -> Option<&mut Worker> {
        self.workers.iter_mut().find(|w| match w.does {
            Does::Ringing(own) | Does::Talking(own, _) => own == job,
            Does::Off | Does::Ready | Does::Skipped(_) | Does::Notes(_) | Does::Not(_) => false,
        })
    }

    /// The entry loses its offer; the agent is free again.
    pub(super) fn release(&mut self, id: u64) {
        let Some(Stand::Offered(job)) = self.person(id).map(|p| p.stand) else { return };
        if let Some(worker) = self.worker_of(job) {
            worker.does = Does::Ready;
        }
    }

    pub(super) fn back(&mut self, job: JobId, live_after_ms: u64) {
        let now = self.now;
        for person in self.people.iter_mut().filter(|p| p.stand == Stand::Offered(job)) {
            person.stand = match (person.live, live_after_ms) {
                (true, 0) => Stand::Waiting,
                (true, after) => Stand::Later(now + after, true),
                (false, _) => Stand::Later(now + 5_000, true),
            };
        }
    }

    pub(super) fn rest(&mut self, agent: usize, wanted: Wanted) {
        match self.workers[agent].does {
            Does::Talking(job, _) => {
                return self.workers[agent].does = Does::Talking(job, Some(wanted));
            }
            Does::Ringing(job) => self.back(job, 0),
            Does::Off | Does::Ready | Does::Skipped(_) | Does::Notes(_) | Does::Not(_) => {}
        }
        self.workers[agent].does = match wanted {
            Wanted::Off => Does::Off,
            Wanted::Not => Does::Not(reason::WISH),
        };
    }

    pub(super) fn wish(&mut self, agent: usize, wish: AgentWish) {
        let now = self.now;
        let worker = &mut self.workers[agent];
        match (wish, worker.does) {
            (AgentWish::SignIn, Does::Talking(job, Some(Wanted::Off)))
            | (AgentWish::Ready, Does::Talking(job, _)) => worker.does = Does::Talking(job, None),
            (AgentWish::SignIn, Does::Off)
            | (AgentWish::Ready, Does::Off | Does::Notes(_) | Does::Not(_)) => {
                *worker = Worker { does: Does::Ready, idle: now };
            }
            (AgentWish::SignOut, _) => self.rest(agent, Wanted::Off),
            (AgentWish::NotReady, Does::Off) | (AgentWish::SignIn | AgentWish::Ready, _) => {}
            (AgentWish::NotReady, _) => self.rest(agent, Wanted::Not),
        }
    }

    pub(super) fn fail(&mut self, job: JobId, blame: Blame) {
        let now = self.now;
        self.back(job, if blame == Blame::None { 500 } else { 0 });
        if let Some(worker) = self.worker_of(job) {
            worker.does = match blame {
                Blame::None => Does::Ready,
                Blame::Busy => Does::Skipped(now + 5_000),
                Blame::NoAnswer => Does::Not(reason::NO_ANSWER),
                Blame::Rejected => Does::Not(reason::REJECTED),
                Blame::Unreachable => Does::Not(reason::UNREACHABLE),
            };
        }
    }

    pub(super) fn end(&mut self, job: JobId, then: AfterWork) {
        let now = self.now;
        let in_person = self.in_person.contains(&job);
        self.people.retain(|p| !(p.live && p.stand == Stand::Served(job)));
        for person in self.people.iter_mut().filter(|p| p.stand == Stand::Served(job)) {
            person.stand = Stand::Away;
        }
        let Some(worker) = self.worker_of(job) else { return };
        let Does::Talking(_, wanted) = worker.does else { return };
        worker.does = match (wanted, then) {
            (Some(Wanted::Off), _) => Does::Off,
            (Some(Wanted::Not), _) => Does::Not(reason::WISH),
            (None, AfterWork::WrapUp) if in_person => {
                return *worker = Worker { does: Does::Ready, idle: now };
            }
            (None, AfterWork::WrapUp) => Does::Notes(now + WRAP_UP_MS),
            (None, AfterWork::Ready) => Does::Ready,
            (None, AfterWork::NotReady) => Does::Not(reason::HUNG_UP),
        };
    }

    /// Says a deadline for everybody who waits for one.
    pub(super) fn deadline(&self) -> Option<u64> {
        let people = self.people.iter().flat_map(|p| {
            let due = if let Stand::Later(at, _) = p.stand { Some(at) } else { None };
            let out = p.times_out.filter(|_| runs_out(p.stand));
            [due, out, p.relaxes]
        });
        let workers = self.workers.iter().map(|w| match w.does {
            Does::Skipped(at) | Does::Notes(at) => Some(at),
            Does::Off | Does::Ready | Does::Ringing(_) | Does::Talking(..) | Does::Not(_) => None,
        });
        people.chain(workers).flatten().min()
    }

    pub(super) fn timer(&mut self) {
        let now = self.now;
        let late: Vec<u64> = self
            .people
            .iter()
            .filter(|p| runs_out(p.stand))
            .filter(|p| p.times_out.is_some_and(|at| at <= now))
            .map(|p| p.id)
            .collect();
        for id in late {
            self.release(id);
            self.people.retain(|p| p.id != id);
        }
        for person in &mut self.people {
            if person.relaxes.is_some_and(|at| at <= now) {
                (person.needs, person.relaxes) = (Skills::none(), None);
            }
            if matches!(person.stand, Stand::Later(at, _) if at <= now) {
                person.stand = Stand::Waiting;
            }
        }
        for worker in &mut self.workers {
            match worker.does {
                Does::Skipped(at) if at <= now => worker.does = Does::Ready,
                Does::Notes(at) if at <= now => {
                    *worker = Worker { does: Does::Ready, idle: now };
                }
                Does::Off
                | Does::Ready
                | Does::Skipped(_)
                | Does::Ringing(_)
                | Does::Talking(..)
                | Does::Notes(_)
                | Does::Not(_) => {}
            }
        }
    }

    /// The next pair by looking at everybody: first in line over all queues with a free agent.
    pub(super) fn next_pair(&self) -> Option<(u64, usize)> {
        let free = |person: &Person| {
            let able = |a: &usize| level_of(LEVELS[*a]).cover(&person.needs);
            let serves = |a: &usize| SERVES[*a].contains(&person.queue) && able(a);
            let free = |a: &usize| self.workers[*a].does == Does::Ready;
            (0..AGENTS.len())
                .filter(serves)
                .filter(free)
                .min_by_key(|a| (self.workers[*a].idle, *a))
        };
        let waiting = self.people.iter().filter(|p| p.stand == Stand::Waiting);
        let first = waiting.filter(|p| free(p).is_some()).min_by_key(|p| key(p))?;
        Some((first.id, free(first)?))
    }
}

/// Whether the time-out of a live caller runs.
pub(super) const fn runs_out(stand: Stand) -> bool {
    matches!(stand, Stand::Waiting | Stand::Offered(_) | Stand::Later(_, true))
}

pub(super) fn key(person: &Person) -> (bool, i32, i64, u64) {
    let (recovered, priority, at) = person.order;
    (!recovered, -priority, at, person.id)
}
