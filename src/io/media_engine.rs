//! Media workers: plain threads, each the owner of one shard and its sockets.
//!
//! ```text
//! control task ── Command ──► worker 0 … N ── Write ──► writer of recordings
//!       ▲                       │   ▲                      │
//!       └──────── Event ────────┘   └────── Written ───────┘
//! ```
//!
//! Every channel is bounded. A worker never waits for anybody: events that find their channel
//! full are kept and tried again each millisecond, and while many are kept the worker takes no
//! new datagrams, so the kernel drops sound and nothing that matters. A panic ends the calls of
//! one shard: its ports are told as failed, and the worker begins anew.

mod sockets;
mod worker;

use super::recordings::Recordings;
use super::recordings::writer::{Write, Writer, Written};
use crate::base::entropy::Entropy;
use crate::base::id::PortId;
use crate::base::time::{Moment, Utc};
use crate::media::command::{Command, Event};
use crate::media::shard::ShardSettings;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc::{self, Receiver};

/// Commands that may wait for one worker; it takes all of them each millisecond.
const COMMANDS_MAX: usize = 8_192;
/// Events that may wait for the control task.
const EVENTS_MAX: usize = 8_192;
/// Blocks (a second of sound each) that may wait for the disk.
const WRITES_MAX: usize = 2_048;

/// What the engine is started with.
#[derive(Debug)]
pub struct EngineSettings {
    /// Worker threads, at least 1; also the number of shards.
    pub shards: usize,
    /// Where recordings are kept.
    pub recordings: Recordings,
    /// [`Moment::ZERO`] of this process: the same for everything that has a clock.
    pub zero: Instant,
    /// The wall clock at `zero`.
    pub utc_at_zero: Utc,
    /// Our name in RTCP.
    pub name: Arc<str>,
    /// Silence of a peer that should send, after which [`Event::Silent`] is told.
    pub silent_after: Duration,
    /// Spreads what must not be even.
    pub entropy: Entropy,
}

/// The running media workers.
#[derive(Debug)]
pub struct MediaEngine {
    workers: Vec<SyncSender<ToWorker>>,
    threads: Vec<JoinHandle<()>>,
    events: Option<Receiver<Event>>,
    stopping: Arc<AtomicBool>,
    counters: Arc<Counters>,
}

/// What a worker is told.
#[derive(Debug)]
enum ToWorker {
    Command(Command),
    Written(Written),
}

/// Counted by all workers, read by anybody.
#[derive(Debug, Default)]
pub struct Counters {
    /// RTP packets that left.
    pub sent: AtomicU64,
    /// RTP packets that the kernel did not take.
    pub send_failed: AtomicU64,
    /// Datagrams that came.
    pub received: AtomicU64,
    /// Seconds of recordings lost because the disk did not follow.
    pub blocks_lost: AtomicU64,
    /// Beats that began more than 3 ms late.
    pub late_beats: AtomicU64,
}

/// Why a command was not taken.
#[derive(Debug)]
pub enum Refused {
    /// As many commands wait as may: the worker does not follow. Opening should be refused.
    Full(Command),
    /// There is no such shard, or the engine has stopped.
    Gone(Command),
}

impl MediaEngine {
    /// Starts the workers and the writer of recordings.
    ///
    /// # Errors
    ///
    /// If the operating system gives no thread.
    pub fn start(mut settings: EngineSettings) -> io::Result<Self> {
        let stopping = Arc::new(AtomicBool::new(false));
        let counters = Arc::new(Counters::default());
        let (to_control, events) = mpsc::channel(EVENTS_MAX);
        let (to_writer, writes) = sync_channel::<Write>(WRITES_MAX);
        let mut workers = Vec::new();
        let mut threads = Vec::new();
        for index in 0..settings.shards.max(1) {
            let (to_worker, inbox) = sync_channel(COMMANDS_MAX);
            let links = worker::Links {
                index,
                inbox,
                writer: to_writer.clone(),
                control: to_control.clone(),
                stopping: Arc::clone(&stopping),
                counters: Arc::clone(&counters),
            };
            let shard = ShardSettings {
                name: Arc::clone(&settings.name),
                utc_at_zero: settings.utc_at_zero,
                silent_after: settings.silent_after,
                entropy: settings.entropy.child(),
            };
            let zero = settings.zero;
            let thread = Builder::new().name(format!("media-{index}"));
            threads.push(thread.spawn(move || worker::run(&links, &shard, zero))?);
            workers.push(to_worker);
        }
        let writer = Writer::new(settings.recordings, utc_now);
        let answers = workers.clone();
        let tell = move |written: Written| {
            if let Some(worker) = answers.get(written.shard) {
                // A worker that has ended asks no more.
                let _ = worker.send(ToWorker::Written(written));
            }
        };
        let thread = Builder::new().name("recordings".into());
        threads.push(thread.spawn(move || writer.run(&writes, tell))?);
        Ok(Self { workers, threads, events: Some(events), stopping, counters })
    }

    /// Tells a shard; never waits.
    ///
    /// # Errors
    ///
    /// The command comes back if the shard cannot take it.
    pub fn send(&self, shard: usize, command: Command) -> Result<(), Box<Refused>> {
        let Some(worker) = self.workers.get(shard) else {
            return Err(Box::new(Refused::Gone(command)));
        };
        worker.try_send(ToWorker::Command(command)).map_err(|error| match error {
            TrySendError::Full(ToWorker::Command(command)) => Box::new(Refused::Full(command)),
            TrySendError::Disconnected(ToWorker::Command(command)) => {
                Box::new(Refused::Gone(command))
            }
            TrySendError::Full(ToWorker::Written(written))
            | TrySendError::Disconnected(ToWorker::Written(written)) => {
                Box::new(Refused::Gone(Command::StopPlay { port: written.port }))
            }
        })
    }

    /// The events of all shards; the first call takes them.
    pub fn events(&mut self) -> Option<Receiver<Event>> {
        self.events.take()
    }

    /// What was counted so far.
    #[must_use]
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// How many shards there are.
    #[must_use]
    pub fn shards(&self) -> usize {
        self.workers.len()
    }

    /// Closes every port, finishes every recording, and waits for the threads: up to three
    /// seconds.
    pub fn stop(mut self) {
        self.stopping.store(true, Ordering::Release);
        self.workers.clear();
        for thread in std::mem::take(&mut self.threads) {
            if thread.join().is_err() {
                tracing::error!("a media thread ended with a panic");
            }
        }
    }
}

/// An engine that is let go ends by itself, but nobody waits for it.
impl Drop for MediaEngine {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
    }
}

/// The event that tells a port's failure.
fn failed(port: PortId, reason: &str) -> Event {
    Event::Failed { port, reason: reason.to_owned() }
}

fn utc_now() -> Utc {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Utc::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn moment(zero: Instant) -> Moment {
    Moment::from_nanos(u64::try_from(zero.elapsed().as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
