//! The door between the sockets and the heart: bounded, and with an answer when it is full.

use crate::sip::event::{Event, Path};
use crate::sip::message::Message;
use crate::sip::method::Method;
use crate::sip::wire::{self, Refusal};
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// When a caller who was turned away may come again.
pub const RETRY_AFTER: Duration = Duration::from_secs(5);
/// The part of the queue kept free of new requests: one in so many places.
const RESERVE_PART: usize = 4;

/// How often each thing happened at the sockets since the start.
#[derive(Debug, Default)]
pub struct Counters {
    /// Messages that reached the heart.
    pub received: AtomicU64,
    /// Messages that could not be read or made no sense.
    pub refused: AtomicU64,
    /// New requests answered with 503 because the heart was behind.
    pub shed: AtomicU64,
    /// Other messages dropped because the heart was far behind.
    pub dropped: AtomicU64,
    /// Messages that the network would not take.
    pub undeliverable: AtomicU64,
    /// Connections turned away because there were too many.
    pub turned_away: AtomicU64,
}

impl Counters {
    pub(super) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// The sockets' end of the queue to the heart.
#[derive(Debug, Clone)]
pub(super) struct Inbox {
    heart: mpsc::Sender<Event>,
    counters: Arc<Counters>,
}

impl Inbox {
    pub(super) fn new(events_max: usize) -> (Self, mpsc::Receiver<Event>) {
        let (heart, events) = mpsc::channel(events_max);
        (Self { heart, counters: Arc::new(Counters::default()) }, events)
    }

    pub(super) fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// Takes what a datagram held; gives the answer that goes back at once, if any.
    pub(super) fn take(&self, read: Result<Message, Refusal>, path: Path) -> Option<Bytes> {
        let message = match self.admit(read, path) {
            Ok(message) => message,
            Err(answer) => return answer,
        };
        match self.heart.try_send(Event::Received { message, path }) {
            Ok(()) => Counters::count(&self.counters.received),
            // Over UDP it comes again.
            Err(_) => Counters::count(&self.counters.dropped),
        }
        None
    }

    /// The same for a stream, whose reading waits while the heart is far behind: nothing on it
    /// comes twice.
    pub(super) async fn take_waiting(
        &self,
        read: Result<Message, Refusal>,
        path: Path,
    ) -> Option<Bytes> {
        let message = match self.admit(read, path) {
            Ok(message) => message,
            Err(answer) => return answer,
        };
        if self.heart.send(Event::Received { message, path }).await.is_ok() {
            Counters::count(&self.counters.received);
        }
        None
    }

    /// Tells the heart that something could not be sent. Never waits, never loses it.
    pub(super) fn undeliverable(&self, path: Path) {
        Counters::count(&self.counters.undeliverable);
        if let Err(mpsc::error::TrySendError::Full(event)) =
            self.heart.try_send(Event::Undeliverable { path })
        {
            let heart = self.heart.clone();
            tokio::spawn(async move {
                let _ = heart.send(event).await;
            });
        }
    }

    /// The message stamped with its source, or the answer instead of it.
    fn admit(&self, read: Result<Message, Refusal>, path: Path) -> Result<Message, Option<Bytes>> {
        match read {
            Ok(message) if begins_something(&message) && self.is_behind() => {
                Counters::count(&self.counters.shed);
                let mut answer = wire::shed(&message, RETRY_AFTER);
                answer.stamp(path.remote);
                Err(Some(answer.to_bytes()))
            }
            Ok(mut message) => {
                if message.is_request() {
                    message.stamp(path.remote);
                }
                Ok(message)
            }
            Err(refusal) => {
                Counters::count(&self.counters.refused);
                tracing::debug!(remote = %path.remote, fault = %refusal.fault, "message refused");
                Err(wire::answer_to(&refusal).map(|mut answer| {
                    answer.stamp(path.remote);
                    answer.to_bytes()
                }))
            }
        }
    }

    fn is_behind(&self) -> bool {
        self.heart.capacity() <= self.heart.max_capacity() / RESERVE_PART
    }
}

/// Requests outside of dialogs that make new work. ACK, BYE, CANCEL and all within dialogs end
/// work or keep it whole, so they are always let in.
fn begins_something(message: &Message) -> bool {
    match message.method() {
        Some(&(Method::ACK | Method::BYE | Method::CANCEL)) | None => false,
        Some(_) => message.to_tag().is_none(),
    }
}
