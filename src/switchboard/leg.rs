//! Legs: one SIP session and its sound each, and the table that finds them.

use super::ports::PortPool;
use crate::base::id::{CallId, CallbackId, JobId, LegId, PortId, SessionId};
use crate::media::command::Terms;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Whom a leg belongs to; decides who is told what happens on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The caller of a call.
    Caller(CallId),
    /// A phone of the agent of a job.
    Agent(JobId),
    /// The customer of a callback.
    Customer(CallbackId),
    /// Whom a call is transferred to.
    Target(CallId),
}

/// The sound of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The port in its shard.
    pub port: PortId,
    /// The shard.
    pub shard: usize,
    /// Local RTP port number.
    pub number: u16,
}

/// Our side of the SDP of one leg (RFC 4566 §5.2): the same session, a higher version for each
/// change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The address the far end sees.
    pub address: IpAddr,
    /// Session id.
    pub id: u64,
    /// Version, raised with each new description.
    pub version: u64,
    /// Our last description, offered or answered.
    pub ours: Option<String>,
}

/// Where a leg's session stands.
///
/// ```text
/// Early ──► Up        a leg that is hung up is taken out of the table
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Not answered yet.
    Early,
    /// Answered.
    Up,
}

/// One leg.
#[derive(Debug)]
pub struct Leg {
    /// Its id.
    pub id: LegId,
    /// Whom it belongs to.
    pub owner: Owner,
    /// Its SIP session.
    pub session: SessionId,
    /// Its sound, once opened.
    pub line: Option<Line>,
    /// Our SDP.
    pub description: Description,
    /// What was agreed on, once it was.
    pub terms: Option<Terms>,
    /// Where the session stands.
    pub stage: Stage,
    /// Whether the far phone was heard ringing.
    pub rang: bool,
    /// The trunk that carries it, if we called out.
    pub trunk: Option<String>,
}

/// All legs, found by id, session and port; and the RTP port numbers they hold.
#[derive(Debug)]
pub struct Legs {
    by_id: BTreeMap<LegId, Leg>,
    by_session: BTreeMap<SessionId, LegId>,
    by_port: BTreeMap<PortId, LegId>,
    /// Numbers of ports that are closing: they come back with `Closed`.
    closing: BTreeMap<PortId, (usize, u16)>,
    pool: PortPool,
}

impl Legs {
    /// No legs, all numbers free.
    #[must_use]
    pub const fn new(pool: PortPool) -> Self {
        Self {
            by_id: BTreeMap::new(),
            by_session: BTreeMap::new(),
            by_port: BTreeMap::new(),
            closing: BTreeMap::new(),
            pool,
        }
    }

    /// Adds a leg without sound.
    pub fn add(&mut self, leg: Leg) {
        self.by_session.insert(leg.session, leg.id);
        self.by_id.insert(leg.id, leg);
    }

    /// The leg of this id.
    #[must_use]
    pub fn find(&self, leg: LegId) -> Option<&Leg> {
        self.by_id.get(&leg)
    }

    /// The leg of this id, to change.
    pub fn find_mut(&mut self, leg: LegId) -> Option<&mut Leg> {
        self.by_id.get_mut(&leg)
    }

    /// The phone of a leg rings, or its network plays something; tells whether that is news.
    pub fn begins_to_ring(&mut self, leg: LegId) -> bool {
        self.find_mut(leg).is_some_and(|leg| !std::mem::replace(&mut leg.rang, true))
    }

    /// Whether the phone of a leg has rung.
    #[must_use]
    pub fn has_rung(&self, leg: LegId) -> bool {
        self.find(leg).is_some_and(|leg| leg.rang)
    }

    /// The leg of a session.
    #[must_use]
    pub fn of_session(&self, session: SessionId) -> Option<LegId> {
        self.by_session.get(&session).copied()
    }

    /// The leg of a port.
    #[must_use]
    pub fn of_port(&self, port: PortId) -> Option<LegId> {
        self.by_port.get(&port).copied()
    }

    /// The shard with the most free numbers.
    #[must_use]
    pub fn roomiest_shard(&self) -> usize {
        self.pool.roomiest()
    }

    /// Gives the leg a port of this shard; `None` when the shard has no number left.
    pub fn open(&mut self, leg: LegId, port: PortId, shard: usize) -> Option<Line> {
        let leg = self.by_id.get_mut(&leg)?;
        let number = self.pool.take(shard)?;
        let line = Line { port, shard, number };
        leg.line = Some(line);
        self.by_port.insert(port, leg.id);
        Some(line)
    }

    /// Forgets the leg; its number stays taken until [`Self::closed`] says that the port has
    /// closed. Returns what must be closed.
    pub fn remove(&mut self, leg: LegId) -> Option<Leg> {
        let leg = self.by_id.remove(&leg)?;
        self.by_session.remove(&leg.session);
        if let Some(line) = leg.line {
            self.by_port.remove(&line.port);
            self.closing.insert(line.port, (line.shard, line.number));
        }
        Some(leg)
    }

    /// A port has closed, or could not be opened: its number is free again.
    pub fn closed(&mut self, port: PortId) {
        if let Some((shard, number)) = self.closing.remove(&port) {
            self.pool.give_back(shard, number);
            return;
        }
        // It failed while its leg still lived.
        let Some(leg) = self.by_port.remove(&port) else { return };
        let line = self.by_id.get_mut(&leg).and_then(|leg| leg.line.take());
        if let Some(line) = line {
            self.pool.give_back(line.shard, line.number);
        }
    }

    /// How many calls of ours a trunk carries.
    #[must_use]
    pub fn out_by(&self, trunk: &str) -> usize {
        self.by_id.values().filter(|leg| leg.trunk.as_deref() == Some(trunk)).count()
    }

    /// The ids of all legs.
    #[must_use]
    pub fn ids(&self) -> Vec<LegId> {
        self.by_id.keys().copied().collect()
    }

    /// How many legs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is no leg.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// RTP port numbers in use, closing ones included.
    #[must_use]
    pub fn numbers_used(&self) -> usize {
        self.pool.used()
    }
}
