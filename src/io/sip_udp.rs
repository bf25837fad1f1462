//! SIP over one UDP socket (RFC 3261 §18).

use super::sip_inbox::{Counters, Inbox};
use crate::sip::event::{Path, Transport};
use crate::sip::wire::{self, DATAGRAM_BYTES_MAX};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::net::UdpSocket;

/// What we ask the kernel to keep while the heart is busy, in bytes: some thousand requests.
const RECEIVE_BYTES: usize = 4 << 20;

/// One bound socket; sending needs no task.
#[derive(Debug)]
pub(super) struct Udp {
    socket: Arc<UdpSocket>,
    local: SocketAddr,
    inbox: Inbox,
}

impl Udp {
    pub(super) async fn bind(address: SocketAddr, inbox: Inbox) -> io::Result<Self> {
        let socket = UdpSocket::bind(address).await?;
        // The kernel may give less, and works with less.
        let _ = socket2::SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BYTES);
        // Until the driver has seen it writable, `try_send_to` would refuse.
        socket.writable().await?;
        let local = socket.local_addr()?;
        Ok(Self { socket: Arc::new(socket), local, inbox })
    }

    pub(super) const fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Sends one datagram now. A full socket loses it, as the network may; the transaction
    /// sends again. Any other failure is told to the heart.
    pub(super) fn send(&self, path: Path, bytes: &[u8]) {
        match self.socket.try_send_to(bytes, reachable(path.remote, self.local)) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Counters::count(&self.inbox.counters().dropped);
            }
            Err(error) => {
                tracing::debug!(remote = %path.remote, %error, "datagram not sent");
                self.inbox.undeliverable(path);
            }
        }
    }

    /// Receives until the task is dropped.
    pub(super) async fn receive(self: Arc<Self>) {
        let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
        loop {
            let (length, source) = match self.socket.recv_from(&mut buffer).await {
                Ok(received) => received,
                Err(error) => {
                    // Such as a refused port far away; the socket itself stays good.
                    tracing::debug!(%error, "receiving failed");
                    tokio::task::yield_now().await;
                    continue;
                }
            };
            let bytes = buffer.get(..length).unwrap_or(&[]);
            // Keep-alives of phones behind NAT: line breaks or NULs (RFC 5626 §3.5).
            if bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
                continue;
            }
            let remote = canonical(source);
            let path = Path { transport: Transport::Udp, remote, connection: None };
            if let Some(answer) = self.inbox.take(wire::read_datagram(bytes), path) {
                self.send(path, &answer);
            }
        }
    }
}

/// An IPv4 peer of an IPv6 socket by its IPv4 address.
pub(super) const fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// The other way: an IPv4 address as an IPv6 socket must be told it.
fn reachable(remote: SocketAddr, local: SocketAddr) -> SocketAddr {
    match (remote.ip(), local.ip()) {
        (IpAddr::V4(ip), IpAddr::V6(_)) => {
            SocketAddr::new(IpAddr::V6(ip.to_ipv6_mapped()), remote.port())
        }
        _ => remote,
    }
}
