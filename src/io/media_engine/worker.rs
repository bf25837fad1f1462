//! One media thread: each tick it sends what is due, reads what has come, and obeys.

use super::sockets::Sockets;
use super::{Counters, ToWorker, failed, moment};
use crate::base::id::RecordingId;
use crate::base::outbox::Outbox;
use crate::base::time::Moment;
use crate::io::recordings::writer::Write;
use crate::media::command::{Command, Event};
use crate::media::shard::{Shard, ShardSettings};
use crate::media::traffic::{Arrival, Kind, ShardOutput, Slot};
use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError as EventError;

const TICK: Duration = Duration::from_millis(1);
/// The tick of a shard with few ports, whose waking would cost more than their packets. It
/// divides 20 ms, so each port keeps an even beat.
const SLOW_TICK: Duration = Duration::from_millis(4);
/// With at most so many ports the tick is slow.
const FEW_PORTS: usize = 256;
/// A beat later than this is counted.
const LATE: Duration = Duration::from_millis(3);
/// How long an idle worker sleeps at most, so that it sees the end.
const IDLE: Duration = Duration::from_millis(100);
/// How long the end may take.
const ENDING_MAX: Duration = Duration::from_secs(3);
/// With more events than this waiting, nothing new is read.
const BACKLOG_MAX: usize = 4_096;
/// Blocks that wait for the writer before sound is lost.
const BLOCKS_MAX: usize = 512;
/// Largest datagram that is worth reading whole.
const DATAGRAM_BYTES_MAX: usize = 2_048;
/// Most datagrams of one tick, so that a flood cannot stop the beat.
const DATAGRAMS_MAX: usize = 4_096;
/// What one socket may hold when it is connected.
const QUEUED_MAX: usize = 64;
/// How exact a sleep is, in nanoseconds; the default of 50 µs is a twentieth of a tick.
const TIMER_SLACK_NANOS: u64 = 1_000;

/// A worker's channels.
pub(super) struct Links {
    pub(super) index: usize,
    pub(super) inbox: Receiver<ToWorker>,
    pub(super) writer: SyncSender<Write>,
    pub(super) control: Sender<Event>,
    pub(super) stopping: Arc<AtomicBool>,
    pub(super) counters: Arc<Counters>,
}

/// Runs a worker until the engine stops; after a panic it begins anew without its calls.
pub(super) fn run(links: &Links, settings: &ShardSettings, zero: Instant) {
    if let Err(error) = rustix::thread::set_current_timer_slack(NonZeroU64::new(TIMER_SLACK_NANOS))
    {
        tracing::debug!(%error, "sleeps stay coarse");
    }
    loop {
        let sockets = match Sockets::new(Arc::clone(&links.counters)) {
            Ok(sockets) => sockets,
            Err(error) => {
                tracing::error!(%error, "a media worker has no way to listen");
                return;
            }
        };
        let mut worker = Worker::new(links, settings.clone(), sockets);
        let ended = catch_unwind(AssertUnwindSafe(|| worker.run(zero)));
        if ended.is_ok() {
            return;
        }
        tracing::error!(shard = links.index, "a media worker fell; its calls are lost");
        let ports: Vec<_> = worker.shard.ports().chain(worker.shard.finishing()).collect();
        for port in ports {
            // The worker has nothing else to do: waiting is right here, and only here.
            let _ = links.control.blocking_send(failed(port, "media worker fell"));
        }
    }
}

struct Worker<'a> {
    links: &'a Links,
    shard: Shard,
    sockets: Sockets,
    out: Outbox<ShardOutput>,
    /// Events that found their channel full.
    backlog: VecDeque<Event>,
    /// Recorded sound that found its channel full.
    blocks: VecDeque<Write>,
    /// Recordings of which a block was lost.
    torn: BTreeSet<RecordingId>,
    ready: Vec<(Slot, Kind)>,
    buffer: Box<[u8; DATAGRAM_BYTES_MAX]>,
    received: u64,
}

impl<'a> Worker<'a> {
    fn new(links: &'a Links, settings: ShardSettings, sockets: Sockets) -> Self {
        Self {
            links,
            shard: Shard::new(settings),
            sockets,
            out: Outbox::new(),
            backlog: VecDeque::new(),
            blocks: VecDeque::new(),
            torn: BTreeSet::new(),
            ready: Vec::new(),
            buffer: Box::new([0; DATAGRAM_BYTES_MAX]),
            received: 0,
        }
    }

    fn run(&mut self, zero: Instant) {
        let mut ending: Option<Moment> = None;
        loop {
            let idle = self.shard.is_empty() && self.backlog.is_empty() && self.blocks.is_empty();
            let first = if idle { self.wait_for_a_command() } else { self.sleep_to_tick(zero) };
            let now = moment(zero);
            self.shard.beat(now, &mut self.out, &mut self.sockets);
            if let Some(first) = first {
                self.obey(now, first);
            }
            if self.backlog.len() < BACKLOG_MAX {
                self.receive(now);
                while let Ok(message) = self.links.inbox.try_recv() {
                    self.obey(now, message);
                }
            }
            self.perform(now);
            self.flush();
            self.publish();
            match ending {
                None if self.links.stopping.load(Ordering::Acquire) => {
                    self.close_all(now);
                    ending = Some(now + ENDING_MAX);
                }
                None => {}
                Some(until) => {
                    let settled = self.shard.is_settled() && self.backlog.is_empty();
                    if settled || self.links.control.is_closed() && self.shard.is_settled() {
                        return;
                    }
                    if now >= until {
                        tracing::warn!("a media worker ends with recordings unfinished");
                        return;
                    }
                }
            }
        }
    }

    fn wait_for_a_command(&self) -> Option<ToWorker> {
        match self.links.inbox.recv_timeout(IDLE) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(TICK);
                None
            }
        }
    }

    /// Sleeps until the next whole tick; what was missed is made up for by the shard.
    fn sleep_to_tick(&self, zero: Instant) -> Option<ToWorker> {
        let tick = if self.shard.len() <= FEW_PORTS { SLOW_TICK } else { TICK };
        let past = zero.elapsed();
        let into_tick = past.as_nanos() % tick.as_nanos();
        std::thread::sleep(tick - Duration::from_nanos(u64::try_from(into_tick).unwrap_or(0)));
        if zero.elapsed().saturating_sub(past) > tick + LATE {
            self.links.counters.late_beats.fetch_add(1, Ordering::Relaxed);
        }
        None
    }

    fn obey(&mut self, now: Moment, message: ToWorker) {
        match message {
            ToWorker::Command(command) => {
                self.shard.command(now, command, &mut self.out, &mut self.sockets);
            }
            ToWorker::Written(written) => {
                let (port, recording) = (written.port, written.recording);
                self.shard.recorded(port, recording, written.outcome, &mut self.out);
            }
        }
        // A socket must be there before the next command wants to send on it.
        self.perform(now);
    }

    fn receive(&mut self, now: Moment) {
        let mut taken = 0;
        let mut more = true;
        while more && taken < DATAGRAMS_MAX {
            let mut ready = std::mem::take(&mut self.ready);
            more = self.sockets.ready(&mut ready);
            taken += ready.len();
            for (slot, kind) in ready.drain(..) {
                let read = self.sockets.receive(slot, kind, &mut self.buffer[..]);
                if let Some((length, from)) = read {
                    self.arrive(now, (slot, kind, from), length);
                }
            }
            self.ready = ready;
        }
    }

    fn arrive(&mut self, now: Moment, (slot, kind, from): (Slot, Kind, SocketAddr), length: usize) {
        let Some(bytes) = self.buffer.get(..length) else { return };
        self.received += 1;
        let arrival = Arrival { slot, kind, from, bytes };
        self.shard.receive(now, &arrival, &mut self.out, &mut self.sockets);
        if !self.out.is_empty() {
            self.perform(now);
        }
    }

    fn perform(&mut self, now: Moment) {
        while let Some(output) = self.out.pop() {
            match output {
                ShardOutput::Event(event) => self.backlog.push_back(event),
                ShardOutput::OpenSocket { slot, local, .. } => {
                    if let Err(error) = self.sockets.open(slot, local) {
                        self.shard.fail(slot, format!("{local}: {error}"), &mut self.out);
                    }
                }
                ShardOutput::ConnectSocket { slot, remote } => {
                    self.sockets.connect(slot, remote);
                    self.read_what_came_before(now, slot);
                }
                ShardOutput::DisconnectSocket { slot } => self.sockets.disconnect(slot),
                ShardOutput::CloseSocket { slot } => self.sockets.close(slot),
                ShardOutput::RecordBlock { recording, samples } => {
                    self.keep_block(recording, samples);
                }
                ShardOutput::RecordEnd { port, recording, samples } => {
                    let torn = self.torn.remove(&recording);
                    let shard = self.links.index;
                    let end = Write::End { shard, port, recording, samples, torn };
                    self.blocks.push_back(end);
                }
            }
        }
    }

    /// A socket that was just connected may hold datagrams of strangers from before.
    fn read_what_came_before(&mut self, now: Moment, slot: Slot) {
        for _ in 0..QUEUED_MAX {
            let Some((length, from)) = self.sockets.receive_any(slot, &mut self.buffer[..]) else {
                return;
            };
            let Some(bytes) = self.buffer.get(..length) else { return };
            self.received += 1;
            let arrival = Arrival { slot, kind: Kind::Rtp, from, bytes };
            self.shard.receive(now, &arrival, &mut self.out, &mut self.sockets);
        }
    }

    fn keep_block(&mut self, recording: RecordingId, samples: Vec<i16>) {
        if self.blocks.len() < BLOCKS_MAX {
            self.blocks.push_back(Write::Block { recording, samples });
        } else {
            self.torn.insert(recording);
            self.links.counters.blocks_lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn flush(&mut self) {
        while let Some(event) = self.backlog.pop_front() {
            if let Err(EventError::Full(event)) = self.links.control.try_send(event) {
                self.backlog.push_front(event);
                break;
            }
        }
        while let Some(write) = self.blocks.pop_front() {
            if let Err(TrySendError::Full(write)) = self.links.writer.try_send(write) {
                self.blocks.push_front(write);
                break;
            }
        }
    }

    fn publish(&mut self) {
        self.sockets.publish();
        if self.received > 0 {
            let received = std::mem::take(&mut self.received);
            self.links.counters.received.fetch_add(received, Ordering::Relaxed);
        }
    }

    fn close_all(&mut self, now: Moment) {
        let ports: Vec<_> = self.shard.ports().collect();
        for port in ports {
            let close = Command::Close { port };
            self.shard.command(now, close, &mut self.out, &mut self.sockets);
        }
        self.perform(now);
        self.flush();
    }
}
