//! Many ports with one owner: who is meant, when each beats, and who hears whom.
//!
//! ```text
//!         Command::Open          Command::Close, no file unfinished
//! (none) ───────────────► open ─────────────────────────────────────► Closed
//!                          │ │ Close, a recording is not durable yet    ▲
//!                          │ └─────────────► finishing ─────────────────┘
//!                          └─ socket failed ──► Failed         recorded
//! ```

use super::bridge::Heard;
use super::command::{Command, Event, RecordLimits, RecordOutcome, Terms, Totals};
use super::playout::{FRAME_BYTES_MAX, Scratch};
use super::port::Port;
use super::recorder::Ending;
use super::traffic::{Arrival, Kind, ShardOutput, Sink, Slot};
use super::wheel::{Spoke, Wheel};
use crate::base::entropy::Entropy;
use crate::base::id::{PortId, RecordingId};
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Moment, Utc};
use crate::base::timers::Timers;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Mean time between two reports; each is 0.5 to 1.5 times this (RFC 3550 §6.2).
const REPORT_EVERY: Duration = Duration::from_secs(5);

/// Never looks after a port more often than this.
const WATCH_MIN: Duration = Duration::from_millis(20);

/// What a shard is told once.
#[derive(Debug, Clone)]
pub struct ShardSettings {
    /// Our name in RTCP (RFC 3550 §6.5.1); should tell no more than the host does.
    pub name: Arc<str>,
    /// The wall clock at [`Moment::ZERO`], for sender reports.
    pub utc_at_zero: Utc,
    /// Silence of a peer that should send, after which [`Event::Silent`] is told.
    pub silent_after: Duration,
    /// Spreads the reports.
    pub entropy: Entropy,
}

/// The ports of one media worker.
#[derive(Debug)]
pub struct Shard {
    settings: ShardSettings,
    ports: Vec<Option<Seat>>,
    free: Vec<Slot>,
    by_id: BTreeMap<PortId, Slot>,
    /// Recordings that were begun and are not durable yet, by port.
    unfinished: BTreeMap<PortId, u32>,
    /// Closed ports that wait for a recording.
    finishing: BTreeMap<PortId, Totals>,
    wheel: Wheel,
    timers: Timers<(Slot, Chore)>,
    scratch: Box<Scratch>,
    due: Vec<Slot>,
}

/// A port and its place on the wheel, if it beats.
#[derive(Debug)]
struct Seat {
    port: Box<Port>,
    spoke: Option<Spoke>,
}

/// Slow things of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Chore {
    Report,
    Watch,
}

impl Shard {
    /// A shard without ports.
    #[must_use]
    pub fn new(settings: ShardSettings) -> Self {
        Self {
            settings,
            ports: Vec::new(),
            free: Vec::new(),
            by_id: BTreeMap::new(),
            unfinished: BTreeMap::new(),
            finishing: BTreeMap::new(),
            wheel: Wheel::new(),
            timers: Timers::new(),
            scratch: Box::new([0; FRAME_BYTES_MAX]),
            due: Vec::new(),
        }
    }

    /// Obeys one command. A command to a port that is not open is of no effect: it may have
    /// failed while the command was on its way.
    pub fn command(
        &mut self,
        now: Moment,
        command: Command,
        out: &mut Outbox<ShardOutput>,
        sink: &mut dyn Sink,
    ) {
        let Some(slot) = self.slot_of(&command) else {
            if let Command::Open { port, local, seed } = command {
                self.open(now, port, (local, seed), out);
            }
            return;
        };
        match command {
            Command::Open { port, .. } => tracing::error!(%port, "port opened twice"),
            Command::Configure { terms, .. } => self.configure(now, slot, terms, out),
            Command::Play { play, clips, repeat, .. } => {
                self.with(slot, |port| port.play(play, clips, repeat));
            }
            Command::StopPlay { .. } => self.with(slot, Port::stop_play),
            Command::Record { recording, limits, .. } => {
                self.record(slot, recording, limits, out);
            }
            Command::StopRecord { .. } => self.end_record(slot, out),
            Command::SendDigits { digits, .. } => {
                self.with(slot, |port| port.send_digits(digits));
            }
            Command::Bridge { other, .. } => self.bridge(slot, other),
            Command::Unbridge { .. } => self.unbridge(slot),
            Command::Close { .. } => self.close(now, slot, out, sink),
        }
        self.schedule(slot, now);
    }

    /// Takes one datagram.
    pub fn receive(
        &mut self,
        now: Moment,
        arrival: &Arrival<'_>,
        out: &mut Outbox<ShardOutput>,
        sink: &mut dyn Sink,
    ) {
        let Arrival { slot, kind, from, bytes } = *arrival;
        let Some(port) = seat(&mut self.ports, slot).map(|seat| &mut seat.port) else { return };
        match kind {
            Kind::Rtcp => port.hear_report(now, from, bytes),
            Kind::Rtp => {
                let heard = port.hear(now, from, bytes, out);
                let partner = port.partner();
                if let (Some(heard), Some(partner)) = (heard, partner) {
                    self.relay(now, partner, &heard, sink);
                }
            }
        }
    }

    /// Serves every millisecond up to `now`: sends the packets that are due.
    pub fn beat(&mut self, now: Moment, out: &mut Outbox<ShardOutput>, sink: &mut dyn Sink) {
        let mut due = std::mem::take(&mut self.due);
        while let Some((tick, spoke)) = self.wheel.turn(now.as_millis(), &mut due) {
            for slot in due.drain(..) {
                self.beat_one(slot, (tick, spoke), out, sink);
            }
        }
        self.due = due;
        while let Some((slot, chore)) = self.timers.pop_due(now) {
            self.do_chore(now, slot, chore, out, sink);
        }
    }

    /// When [`Shard::beat`] has something to do. A worker may beat each millisecond instead.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        let beat = self.wheel.due().map(Moment::from_millis);
        let beat = beat.map(|at| Deadline { at, why: "packet time" });
        Deadline::earliest(beat, self.timers.deadline())
    }

    /// A recording's file is complete and durable, or could not be made.
    pub fn recorded(
        &mut self,
        port: PortId,
        recording: RecordingId,
        outcome: RecordOutcome,
        out: &mut Outbox<ShardOutput>,
    ) {
        out.push(ShardOutput::Event(Event::Recorded { port, recording, outcome }));
        if let Some(left) = self.unfinished.get_mut(&port) {
            *left = left.saturating_sub(1);
            if *left > 0 {
                return;
            }
        }
        self.unfinished.remove(&port);
        if let Some(totals) = self.finishing.remove(&port) {
            out.push(ShardOutput::Event(Event::Closed { port, totals }));
        }
    }

    /// The socket of this port could not be bound, or failed for good.
    pub fn fail(&mut self, slot: Slot, reason: String, out: &mut Outbox<ShardOutput>) {
        self.unbridge(slot);
        self.end_record(slot, out);
        if let Some(port) = self.remove(slot) {
            tracing::warn!(port = %port.id, reason, "port failed");
            out.push(ShardOutput::CloseSocket { slot });
            out.push(ShardOutput::Event(Event::Failed { port: port.id, reason }));
        }
    }

    /// The open ports.
    pub fn ports(&self) -> impl Iterator<Item = PortId> + '_ {
        self.by_id.keys().copied()
    }

    /// Closed ports whose end is not told yet, because a recording is not durable.
    pub fn finishing(&self) -> impl Iterator<Item = PortId> + '_ {
        self.finishing.keys().copied()
    }

    /// How many ports are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether no port is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Whether no port is open and every recording is durable.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.by_id.is_empty() && self.unfinished.is_empty()
    }

    fn slot_of(&self, command: &Command) -> Option<Slot> {
        self.by_id.get(&command.port()).copied()
    }

    fn with(&mut self, slot: Slot, act: impl FnOnce(&mut Port)) {
        if let Some(seat) = seat(&mut self.ports, slot) {
            act(&mut seat.port);
        }
    }

    fn open(
        &mut self,
        now: Moment,
        port: PortId,
        (local, seed): (SocketAddr, u64),
        out: &mut Outbox<ShardOutput>,
    ) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.ports.push(None);
            Slot(u32::try_from(self.ports.len() - 1).unwrap_or(u32::MAX))
        });
        let new = Box::new(Port::new(port, slot, &mut Entropy::from_number(seed)));
        if let Some(place) = self.ports.get_mut(slot.index()) {
            *place = Some(Seat { port: new, spoke: None });
        }
        self.by_id.insert(port, slot);
        let report = self.next_report(now);
        self.timers.set((slot, Chore::Report), report, "report");
        out.push(ShardOutput::OpenSocket { slot, port, local });
    }

    fn configure(&mut self, now: Moment, slot: Slot, terms: Terms, out: &mut Outbox<ShardOutput>) {
        let mut unlocked = false;
        self.with(slot, |port| unlocked = port.configure(now, terms));
        if unlocked {
            out.push(ShardOutput::DisconnectSocket { slot });
        }
        self.timers.set((slot, Chore::Watch), now, "watch");
    }

    fn bridge(&mut self, one: Slot, other: PortId) {
        let Some(other) = self.by_id.get(&other).copied().filter(|&other| other != one) else {
            return;
        };
        self.unbridge(one);
        self.unbridge(other);
        self.with(one, |port| port.join(other));
        self.with(other, |port| port.join(one));
    }

    fn unbridge(&mut self, slot: Slot) {
        let mut partner = None;
        self.with(slot, |port| partner = port.part());
        if let Some(partner) = partner {
            self.with(partner, |port| _ = port.part());
        }
    }

    fn close(
        &mut self,
        now: Moment,
        slot: Slot,
        out: &mut Outbox<ShardOutput>,
        sink: &mut dyn Sink,
    ) {
        self.unbridge(slot);
        self.end_record(slot, out);
        let Some(mut port) = self.remove(slot) else { return };
        port.report(now, (&self.settings.name, self.settings.utc_at_zero), true, sink);
        out.push(ShardOutput::CloseSocket { slot });
        let (port, totals) = (port.id, port.totals());
        if self.unfinished.contains_key(&port) {
            self.finishing.insert(port, totals);
        } else {
            out.push(ShardOutput::Event(Event::Closed { port, totals }));
        }
    }

    fn remove(&mut self, slot: Slot) -> Option<Box<Port>> {
        let seat = self.ports.get_mut(slot.index())?.take()?;
        self.by_id.remove(&seat.port.id);
        self.timers.stop((slot, Chore::Report));
        self.timers.stop((slot, Chore::Watch));
        self.free.push(slot);
        Some(seat.port)
    }

    fn end_record(&mut self, slot: Slot, out: &mut Outbox<ShardOutput>) {
        self.with(slot, |port| port.end_record(Ending::Told, out));
    }
}

impl Shard {
    fn record(
        &mut self,
        slot: Slot,
        recording: RecordingId,
        limits: RecordLimits,
        out: &mut Outbox<ShardOutput>,
    ) {
        self.end_record(slot, out);
        let Some(seat) = seat(&mut self.ports, slot) else { return };
        let port = seat.port.id;
        *self.unfinished.entry(port).or_default() += 1;
        if seat.port.is_configured() {
            seat.port.record(recording, limits);
        } else {
            // Without terms there is nothing to hear: an empty recording.
            out.push(ShardOutput::RecordEnd { port, recording, samples: 0 });
        }
    }

    fn relay(&mut self, now: Moment, partner: Slot, heard: &Heard<'_>, sink: &mut dyn Sink) {
        let Some(seat) = seat(&mut self.ports, partner) else { return };
        seat.port.relay(now.as_millis(), heard, &mut self.scratch, sink);
        if seat.spoke.is_none() && seat.port.beats() {
            self.schedule(partner, now);
        }
    }

    /// Puts a port on the wheel if it has to beat and does not yet.
    fn schedule(&mut self, slot: Slot, now: Moment) {
        let Some(seat) = seat(&mut self.ports, slot) else { return };
        if seat.spoke.is_none() && seat.port.is_configured() && seat.port.beats() {
            seat.spoke = Some(self.wheel.spread(slot, now.as_millis()));
        }
    }

    fn beat_one(
        &mut self,
        slot: Slot,
        (tick, spoke): (u64, Spoke),
        out: &mut Outbox<ShardOutput>,
        sink: &mut dyn Sink,
    ) {
        let Some(seat) = seat(&mut self.ports, slot) else { return };
        // The entry may be a former port's that had this slot.
        if seat.spoke != Some(spoke) {
            return;
        }
        seat.spoke = None;
        if !seat.port.beats() {
            return;
        }
        seat.port.beat(tick, &mut self.scratch, out, sink);
        if seat.port.beats() {
            seat.spoke = Some(self.wheel.put(slot, tick + seat.port.beat_ms()));
        }
    }

    fn do_chore(
        &mut self,
        now: Moment,
        slot: Slot,
        chore: Chore,
        out: &mut Outbox<ShardOutput>,
        sink: &mut dyn Sink,
    ) {
        let Some(seat) = seat(&mut self.ports, slot) else { return };
        match chore {
            Chore::Report => {
                let names = (&*self.settings.name, self.settings.utc_at_zero);
                seat.port.report(now, names, false, sink);
                let next = self.next_report(now);
                self.timers.set((slot, chore), next, "report");
            }
            Chore::Watch => {
                let next = seat.port.watch(now, self.settings.silent_after, out, sink);
                self.timers.set((slot, chore), next.max(now + WATCH_MIN), "watch");
            }
        }
    }

    fn next_report(&mut self, now: Moment) -> Moment {
        let half_ms = u64::try_from(REPORT_EVERY.as_millis()).unwrap_or(5_000) / 2;
        now + Duration::from_millis(half_ms + self.settings.entropy.below(2 * half_ms))
    }
}

fn seat(ports: &mut [Option<Seat>], slot: Slot) -> Option<&mut Seat> {
    ports.get_mut(slot.index())?.as_mut()
}

#[cfg(test)]
mod tests;
