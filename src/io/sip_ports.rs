//! The SIP sockets of one address: UDP and TCP on the same port.

pub use super::sip_inbox::{Counters, RETRY_AFTER};
pub use super::sip_stream::StreamLimits;

use super::sip_inbox::Inbox;
use super::sip_stream::Streams;
use super::sip_udp::Udp;
use crate::sip::event::{Event, Path, Transport};
use bytes::Bytes;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Most events that wait for the heart. The last quarter is kept for what belongs to calls that
/// already are.
pub const EVENTS_MAX: usize = 4_096;

/// How many and how long.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most events that wait for the heart; at least 1.
    pub events_max: usize,
    /// Of TCP.
    pub stream: StreamLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self { events_max: EVENTS_MAX, stream: StreamLimits::default() }
    }
}

/// Bound sockets. Dropping it closes them.
#[derive(Debug)]
pub struct SipPorts {
    udp: Arc<Udp>,
    streams: Arc<Streams>,
    counters: Arc<Counters>,
    /// Ends with this value.
    _tasks: JoinSet<()>,
}

impl SipPorts {
    /// Binds UDP and TCP to one address; port 0 takes one that is free for both. Gives the
    /// sockets and what comes out of them.
    ///
    /// # Errors
    /// Those of the operating system, such as an address in use.
    pub async fn bind(
        address: SocketAddr,
        limits: Limits,
    ) -> io::Result<(Self, mpsc::Receiver<Event>)> {
        let (inbox, events) = Inbox::new(limits.events_max.max(1));
        let (listener, udp) = bind_both(address, &inbox).await?;
        let udp = Arc::new(udp);
        let counters = Arc::clone(inbox.counters());
        let streams = Arc::new(Streams::new(limits.stream, inbox));
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(&udp).receive());
        tasks.spawn(Arc::clone(&streams).accept(listener));
        Ok((Self { udp, streams, counters, _tasks: tasks }, events))
    }

    /// The address that both are bound to.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.udp.local_addr()
    }

    /// Sends one whole message. Never waits; what cannot be sent comes back as
    /// [`Event::Undeliverable`]. Needs a tokio runtime around it.
    pub fn send(&self, path: Path, bytes: Bytes) {
        match path.transport {
            Transport::Udp => self.udp.send(path, &bytes),
            Transport::Tcp => self.streams.send(path, bytes),
        }
    }

    /// What happened at the sockets.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How many TCP connections there are.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.streams.len()
    }
}

impl Drop for SipPorts {
    fn drop(&mut self) {
        self.streams.close();
    }
}

/// A port that the system chose for TCP may be taken for UDP; then another is tried.
async fn bind_both(address: SocketAddr, inbox: &Inbox) -> io::Result<(TcpListener, Udp)> {
    const TRIES: usize = 16;
    let mut tried = 0;
    loop {
        let listener = TcpListener::bind(address).await?;
        let chosen = SocketAddr::new(address.ip(), listener.local_addr()?.port());
        tried += 1;
        match Udp::bind(chosen, inbox.clone()).await {
            Ok(udp) => return Ok((listener, udp)),
            Err(error) if address.port() != 0 || tried == TRIES => return Err(error),
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
