//! How far a script has come in what happened, and what its lines are held against.

use super::house::log::{Entry, Log, What};
use super::script::{Deed, Partner};
use crate::base::time::Moment;
use std::collections::BTreeSet;

/// The outcomes by which a stay in a queue ends.
const LEAVING: [&str; 3] = ["answered", "timed_out", "left"];

/// How far a script has come in what happened.
#[derive(Debug, Default)]
pub struct Cursor {
    /// Entries before this one are no answer to what the caller did.
    barrier: usize,
    /// Nothing before this moment counts.
    at: Moment,
    /// Entries that a line was held against.
    used: BTreeSet<usize>,
    /// Entries before this one do not fit the line that is waited for.
    seen: usize,
}

impl Cursor {
    /// The first entry that counts.
    #[must_use]
    pub fn start(&mut self, log: &Log) -> usize {
        self.seen = 0;
        self.barrier.max(log.entries().partition_point(|entry| entry.at < self.at))
    }

    /// The first entry after the last thing that the caller did.
    #[must_use]
    pub const fn barrier(&self) -> usize {
        self.barrier
    }

    /// The caller does something: only what follows counts.
    pub fn moves_on(&mut self, log: &Log, now: Moment) {
        self.barrier = log.len();
        self.at = now;
        self.seen = 0;
    }

    /// Whether an entry fits that no line was held against before; then it is used up.
    pub fn finds(&mut self, log: &Log, so: impl Fn(&Entry) -> bool) -> bool {
        let first = log.entries().partition_point(|entry| entry.at < self.at);
        let start = self.barrier.max(first).max(self.seen);
        let mut rest = log.entries().iter().enumerate().skip(start);
        let found = rest.find(|(index, entry)| !self.used.contains(index) && so(entry));
        match found {
            Some((index, entry)) => {
                self.at = entry.at;
                self.used.insert(index);
                self.seen = 0;
                true
            }
            None => {
                self.seen = log.len();
                false
            }
        }
    }
}

/// What a line waits for.
pub struct Awaited<'d> {
    /// For people.
    pub what: String,
    /// How long it may still come.
    pub within: While,
    /// Whether it is this.
    pub so: Box<dyn Fn(&Entry) -> bool + 'd>,
}

/// As long as what something may still be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum While {
    /// The caller is there.
    Call,
    /// The flow works, which may be longer.
    Flow,
    /// Anybody is there.
    Ever,
}

/// What a line about the house waits for.
///
/// # Errors
///
/// It cannot come any more, or the line is about something else: one sentence.
pub fn awaited<'d>(deed: &'d Deed, log: &Log) -> Result<Awaited<'d>, String> {
    let awaited = |what: String, within: While, so: Box<dyn Fn(&Entry) -> bool + 'd>| {
        Ok(Awaited { what, within, so })
    };
    match deed {
        Deed::Joins(queue) => {
            let so = move |entry: &Entry| places(entry) && entry.what.fact("queue") == Some(queue);
            awaited(format!("the caller joins {queue}"), While::Call, Box::new(so))
        }
        Deed::Leaves(queue) => {
            let stood = stood(log).ok_or("the caller leaves no queue: there was none")?;
            if queue.as_ref().is_some_and(|queue| *queue != stood) {
                return Err(format!("the caller stood in {stood}"));
            }
            let so = |entry: &Entry| leaves(entry);
            awaited(format!("the caller leaves {stood}"), While::Flow, Box::new(so))
        }
        Deed::Does(notation) => {
            let so = move |entry: &Entry| does(entry, notation);
            awaited(format!("the flow does {notation}"), While::Flow, Box::new(so))
        }
        Deed::Reaches { flow, section } => {
            let so = move |entry: &Entry| reaches(entry, flow.as_deref(), section);
            awaited(format!("the flow reaches {section}"), While::Flow, Box::new(so))
        }
        Deed::TalksTo(partner) => {
            let so = move |entry: &Entry| talks_to(entry, partner);
            let whom = match partner {
                Partner::Agent(name) => name.as_deref().unwrap_or("an agent"),
                Partner::FarEnd => "the far end",
            };
            awaited(format!("the caller talks to {whom}"), While::Call, Box::new(so))
        }
        Deed::Hears(_)
        | Deed::Presses(_)
        | Deed::Speaks(_)
        | Deed::Waits(_)
        | Deed::HangsUp
        | Deed::Ends
        | Deed::Agent(_)
        | Deed::FarEnd(_) => Err("this line waits for nothing in the house".to_owned()),
    }
}

/// From the queue, or because the flow has passed the caller on.
fn talks_to(entry: &Entry, partner: &Partner) -> bool {
    let connected = ["call.connected", "transfer.connected"];
    let agent = connected.iter().any(|event| entry.what.is(event));
    match (entry.what.fact("agent").filter(|_| agent), partner) {
        (Some(agent), Partner::Agent(name)) => name.as_ref().is_none_or(|name| name == agent),
        (Some(_), Partner::FarEnd) | (None, Partner::Agent(_)) => false,
        (None, Partner::FarEnd) => entry.what.is("transfer.connected"),
    }
}

fn leaves(entry: &Entry) -> bool {
    let What::Exit { outcome, .. } = &entry.what else { return false };
    LEAVING.contains(&outcome.as_str())
}

/// The caller gets a place, or is moved to another.
fn places(entry: &Entry) -> bool {
    entry.what.is("queue.joined") || entry.what.is("queue.moved")
}

/// The queue that the caller joined last.
fn stood(log: &Log) -> Option<String> {
    let mut latest = log.entries().iter().rev();
    let joined = latest.find(|entry| places(entry))?;
    joined.what.fact("queue").map(str::to_owned)
}

fn does(entry: &Entry, notation: &str) -> bool {
    matches!(&entry.what, What::Step { does, .. } if does == notation)
}

fn reaches(entry: &Entry, wanted: Option<&str>, section: &str) -> bool {
    let What::Step { flow, section: reached, .. } = &entry.what else { return false };
    reached == section && wanted.is_none_or(|wanted| wanted == flow)
}
