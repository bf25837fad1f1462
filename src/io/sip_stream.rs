//! SIP over TCP: connections that were made to us and those we make (RFC 3261 §18).
//!
//! ```text
//!             connected                 either end closes, idle, half a
//! Connecting ───────────► Open ───────► message for too long, a broken stream
//!     │  time-out, refused               │
//!     └───────────────► Closed ◄─────────┘   what was not sent is told undeliverable
//! ```

use super::sip_inbox::{Counters, Inbox};
use super::sip_udp::canonical;
use crate::sip::event::{Path, Transport};
use crate::sip::wire::{Piece, StreamReader};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

/// How many and how long.
#[derive(Debug, Clone, Copy)]
pub struct StreamLimits {
    /// Most connections at once, both ways.
    pub connections_max: usize,
    /// Most messages that wait to be written on one connection.
    pub queue_max: usize,
    /// For making a connection.
    pub connect: Duration,
    /// For the rest of a message that has begun, for the first message of a connection that was
    /// made to us, and for writing one message.
    pub half_way: Duration,
    /// A connection that brings nothing for this long is closed.
    pub idle: Duration,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            connections_max: 4_096,
            queue_max: 256,
            connect: Duration::from_secs(4),
            half_way: Duration::from_secs(10),
            idle: Duration::from_secs(900),
        }
    }
}

/// One message that waits to be written.
type Outgoing = (Path, Bytes);

#[derive(Debug, Default)]
struct Table {
    /// Made or being made.
    by_number: BTreeMap<u64, mpsc::Sender<Outgoing>>,
    /// The newest connection to each address.
    by_remote: BTreeMap<SocketAddr, u64>,
}

/// All connections.
#[derive(Debug)]
pub(super) struct Streams {
    table: Mutex<Table>,
    last_number: AtomicU64,
    limits: StreamLimits,
    inbox: Inbox,
}

/// A connection's place in the table and what is to be written; gives the place back when it
/// ends, whatever the way.
struct Seat {
    streams: Arc<Streams>,
    number: u64,
    remote: SocketAddr,
    queue: mpsc::Receiver<Outgoing>,
    /// What is being written.
    writing: Option<Path>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.streams.leave(self.number, self.remote);
        self.queue.close();
        let waiting = std::iter::from_fn(|| self.queue.try_recv().ok().map(|(path, _)| path));
        for path in self.writing.into_iter().chain(waiting) {
            self.streams.inbox.undeliverable(path);
        }
    }
}

impl Streams {
    pub(super) fn new(limits: StreamLimits, inbox: Inbox) -> Self {
        Self { table: Mutex::default(), last_number: AtomicU64::new(0), limits, inbox }
    }

    /// A panic of another task leaves the table whole: each change is one call.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many connections there are.
    pub(super) fn len(&self) -> usize {
        self.table().by_number.len()
    }

    /// Closes all connections after what waits on them has been written.
    pub(super) fn close(&self) {
        *self.table() = Table::default();
    }

    /// Sends on the connection that the path names, on another to the same address, or on a
    /// new one. Never waits.
    pub(super) fn send(self: &Arc<Self>, path: Path, bytes: Bytes) {
        let Some(queue) = self.queue_for(path) else { return self.inbox.undeliverable(path) };
        if queue.try_send((path, bytes)).is_err() {
            self.inbox.undeliverable(path);
        }
    }

    fn queue_for(self: &Arc<Self>, path: Path) -> Option<mpsc::Sender<Outgoing>> {
        let table = self.table();
        let known = path.connection.and_then(|number| table.by_number.get(&number));
        let known = known.or_else(|| {
            table.by_remote.get(&path.remote).and_then(|number| table.by_number.get(number))
        });
        if let Some(queue) = known {
            return Some(queue.clone());
        }
        drop(table);
        let (seat, queue) = self.enter(path.remote)?;
        tokio::spawn(connect(seat));
        Some(queue)
    }

    fn enter(self: &Arc<Self>, remote: SocketAddr) -> Option<(Seat, mpsc::Sender<Outgoing>)> {
        let mut table = self.table();
        if table.by_number.len() >= self.limits.connections_max {
            Counters::count(&self.inbox.counters().turned_away);
            return None;
        }
        let number = self.last_number.fetch_add(1, Ordering::Relaxed) + 1;
        let (sender, queue) = mpsc::channel(self.limits.queue_max);
        table.by_number.insert(number, sender.clone());
        table.by_remote.insert(remote, number);
        drop(table);
        Some((Seat { streams: Arc::clone(self), number, remote, queue, writing: None }, sender))
    }

    fn leave(&self, number: u64, remote: SocketAddr) {
        let mut table = self.table();
        table.by_number.remove(&number);
        if table.by_remote.get(&remote) == Some(&number) {
            table.by_remote.remove(&remote);
        }
    }

    /// Accepts until the task is dropped.
    pub(super) async fn accept(self: Arc<Self>, listener: TcpListener) {
        /// A rest when the process has no file left for another connection.
        const REST: Duration = Duration::from_millis(50);
        loop {
            match listener.accept().await {
                Ok((stream, remote)) => {
                    let remote = canonical(remote);
                    if let Some((seat, _)) = self.enter(remote) {
                        let first = Instant::now() + self.limits.half_way;
                        tokio::spawn(serve(seat, stream, first));
                    } else {
                        tracing::debug!(%remote, "too many connections");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "accepting failed");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }
}

async fn connect(seat: Seat) {
    let limits = seat.streams.limits;
    match timeout(limits.connect, TcpStream::connect(seat.remote)).await {
        Ok(Ok(stream)) => serve(seat, stream, Instant::now() + limits.idle).await,
        Ok(Err(error)) => tracing::debug!(remote = %seat.remote, %error, "no connection"),
        Err(_) => tracing::debug!(remote = %seat.remote, "no connection in time"),
    }
}

/// Reads and writes until one of them ends; `first` is when something must have come.
async fn serve(mut seat: Seat, stream: TcpStream, first: Instant) {
    // Without it small messages wait for the peer's acknowledgements; with an error they do.
    let _ = stream.set_nodelay(true);
    let (reader, writer) = stream.into_split();
    let (answers, waiting) = mpsc::channel(seat.streams.limits.queue_max);
    let path =
        Path { transport: Transport::Tcp, remote: seat.remote, connection: Some(seat.number) };
    let streams = Arc::clone(&seat.streams);
    tokio::select! {
        end = read(&streams, path, reader, Answers { queue: answers, first }) => {
            tracing::debug!(remote = %path.remote, why = end, "connection over");
        }
        result = write(&mut seat, writer, waiting) => {
            if let Err(error) = result {
                tracing::debug!(remote = %path.remote, %error, "connection over");
            }
        }
    }
}

/// Where the reading side puts what goes back at once.
struct Answers {
    queue: mpsc::Sender<Bytes>,
    first: Instant,
}

/// Reads until the stream ends; says why it did.
async fn read(
    streams: &Streams,
    path: Path,
    mut stream: OwnedReadHalf,
    answers: Answers,
) -> &'static str {
    const READ_BYTES: usize = 8_192;
    let limits = streams.limits;
    let mut pieces = StreamReader::new();
    let mut buffer = vec![0; READ_BYTES];
    let mut until = answers.first;
    loop {
        let length = match timeout_at(until, stream.read(&mut buffer)).await {
            Ok(Ok(0)) => return "closed by peer",
            Ok(Ok(length)) => length,
            Ok(Err(_)) => return "broken",
            Err(_) => return "nothing came in time",
        };
        let was_half_way = pieces.is_half_way();
        let mut whole = false;
        pieces.push(buffer.get(..length).unwrap_or(&[]));
        while let Some(piece) = pieces.next_piece() {
            whole = true;
            let answer = match piece {
                Piece::Ping => Some(Bytes::from_static(b"\r\n")),
                Piece::Message(message) => streams.inbox.take_waiting(Ok(*message), path).await,
                Piece::Refused(refusal) => streams.inbox.take_waiting(Err(refusal), path).await,
            };
            if let Some(answer) = answer
                && answers.queue.send(answer).await.is_err()
            {
                return "cannot be written";
            }
        }
        if pieces.is_broken() {
            break;
        } else if !pieces.is_half_way() {
            until = Instant::now() + limits.idle;
        } else if whole || !was_half_way {
            until = Instant::now() + limits.half_way;
        }
    }
    // The answer goes out first; then the writing side ends and with it the connection.
    drop(answers);
    std::future::pending().await
}

/// Writes what the heart sends and what the reading side answers, until neither has more.
async fn write(
    seat: &mut Seat,
    mut stream: OwnedWriteHalf,
    mut answers: mpsc::Receiver<Bytes>,
) -> io::Result<()> {
    let limit = seat.streams.limits.half_way;
    loop {
        let bytes = tokio::select! {
            biased;
            answer = answers.recv() => match answer {
                Some(answer) => answer,
                None => return stream.shutdown().await,
            },
            outgoing = seat.queue.recv() => match outgoing {
                Some((path, bytes)) => {
                    seat.writing = Some(path);
                    bytes
                }
                None => return stream.shutdown().await,
            },
        };
        match timeout(limit, stream.write_all(&bytes)).await {
            Ok(written) => written?,
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        }
        seat.writing = None;
    }
}
