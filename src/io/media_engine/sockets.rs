//! The sockets of one shard: bound in pairs, watched together, sent to without waiting.

use super::Counters;
use crate::media::playout::FRAME_BYTES_MAX;
use crate::media::traffic::{Kind, Sink, Slot};
use crate::rtp::packet::HEADER_BYTES;
use rustix::event::{Timespec, epoll};
use socket2::SockRef;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Readiness told by one call.
const READY_MAX: usize = 256;
/// Room for what has come and was not read: some seconds of one call.
const RECEIVE_BUFFER_BYTES: usize = 64 * 1024;
/// Expedited forwarding (RFC 3246), DSCP 46 in the upper six bits.
const EXPEDITED: u32 = 46 << 2;
const PACKET_BYTES_MAX: usize = HEADER_BYTES + FRAME_BYTES_MAX;

/// One shard's sockets.
pub(super) struct Sockets {
    pairs: Vec<Option<Pair>>,
    epoll: OwnedFd,
    ready: Vec<epoll::Event>,
    packet: [u8; PACKET_BYTES_MAX],
    counters: Arc<Counters>,
    sent: u64,
    send_failed: u64,
}

struct Pair {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    /// The only source of RTP, if the kernel drops all others.
    connected: Option<SocketAddr>,
}

impl Sockets {
    pub(super) fn new(counters: Arc<Counters>) -> io::Result<Self> {
        Ok(Self {
            pairs: Vec::new(),
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            ready: Vec::with_capacity(READY_MAX),
            packet: [0; PACKET_BYTES_MAX],
            counters,
            sent: 0,
            send_failed: 0,
        })
    }

    /// Binds RTP at `local` and RTCP one number higher.
    pub(super) fn open(&mut self, slot: Slot, local: SocketAddr) -> io::Result<()> {
        let mut upper = local;
        upper.set_port(local.port().checked_add(1).ok_or(io::ErrorKind::InvalidInput)?);
        let pair = Pair { rtp: bind(local)?, rtcp: bind(upper)?, connected: None };
        for (kind, socket) in [(Kind::Rtp, &pair.rtp), (Kind::Rtcp, &pair.rtcp)] {
            let data = epoll::EventData::new_u64(token(slot, kind));
            epoll::add(&self.epoll, socket, data, epoll::EventFlags::IN)?;
        }
        while self.pairs.len() <= slot.index() {
            self.pairs.push(None);
        }
        if let Some(place) = self.pairs.get_mut(slot.index()) {
            *place = Some(pair);
        }
        Ok(())
    }

    /// Closes both; the kernel takes them off the watch list.
    pub(super) fn close(&mut self, slot: Slot) {
        if let Some(place) = self.pairs.get_mut(slot.index()) {
            *place = None;
        }
    }

    /// Lets the kernel drop what others send. What it had taken before must still be read with
    /// its source: [`Sockets::receive_any`] until nothing is left.
    pub(super) fn connect(&mut self, slot: Slot, remote: SocketAddr) {
        if let Some(pair) = self.pair(slot)
            && pair.rtp.connect(remote).is_ok()
        {
            pair.connected = Some(remote);
        }
    }

    /// Listens to all again.
    pub(super) fn disconnect(&mut self, slot: Slot) {
        if let Some(pair) = self.pair(slot)
            && pair.connected.take().is_some()
            && let Err(error) = rustix::net::connect_unspec(&pair.rtp)
        {
            tracing::warn!(%error, "socket stays connected");
        }
    }

    /// Which sockets have something: `take` is called for each. Whether there may be more.
    pub(super) fn ready(&mut self, tokens: &mut Vec<(Slot, Kind)>) -> bool {
        const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };
        self.ready.clear();
        let room = rustix::buffer::spare_capacity(&mut self.ready);
        if epoll::wait(&self.epoll, room, Some(&AT_ONCE)).is_err() {
            return false;
        }
        tokens.extend(self.ready.iter().map(|event| {
            let token = event.data.u64();
            let kind = if token & 1 == 0 { Kind::Rtp } else { Kind::Rtcp };
            (Slot(u32::try_from(token >> 1).unwrap_or(u32::MAX)), kind)
        }));
        self.ready.len() == READY_MAX
    }

    /// Reads one datagram: its length, cut to `buffer`, and its source.
    pub(super) fn receive(
        &mut self,
        slot: Slot,
        kind: Kind,
        buffer: &mut [u8],
    ) -> Option<(usize, SocketAddr)> {
        let pair = self.pair(slot)?;
        match (kind, pair.connected) {
            (Kind::Rtp, Some(remote)) => Some((pair.rtp.recv(buffer).ok()?, remote)),
            (Kind::Rtp, None) => pair.rtp.recv_from(buffer).ok(),
            (Kind::Rtcp, _) => pair.rtcp.recv_from(buffer).ok(),
        }
    }

    /// Reads one datagram of RTP with its true source, also when connected.
    pub(super) fn receive_any(
        &mut self,
        slot: Slot,
        buffer: &mut [u8],
    ) -> Option<(usize, SocketAddr)> {
        self.pair(slot)?.rtp.recv_from(buffer).ok()
    }

    /// Adds what was counted since the last call to the shared counters.
    pub(super) fn publish(&mut self) {
        if self.sent > 0 {
            self.counters.sent.fetch_add(std::mem::take(&mut self.sent), Ordering::Relaxed);
        }
        if self.send_failed > 0 {
            let failed = std::mem::take(&mut self.send_failed);
            self.counters.send_failed.fetch_add(failed, Ordering::Relaxed);
        }
    }

    fn pair(&mut self, slot: Slot) -> Option<&mut Pair> {
        self.pairs.get_mut(slot.index())?.as_mut()
    }
}

impl Sink for Sockets {
    fn rtp(&mut self, slot: Slot, to: SocketAddr, header: &[u8; HEADER_BYTES], payload: &[u8]) {
        let Some(pair) = self.pairs.get(slot.index()).and_then(Option::as_ref) else { return };
        // One copy into one buffer costs less than the kernel's walk over two.
        let length = HEADER_BYTES + payload.len();
        let Some(packet) = self.packet.get_mut(..length) else { return };
        let (head, body) = packet.split_at_mut(HEADER_BYTES);
        head.copy_from_slice(header);
        body.copy_from_slice(payload);
        let result = match pair.connected {
            Some(remote) if remote == to => pair.rtp.send(packet),
            _ => pair.rtp.send_to(packet, to),
        };
        match result {
            Ok(_) => self.sent += 1,
            // Full buffers, or an ICMP answer to an earlier packet: dropped and counted.
            Err(_) => self.send_failed += 1,
        }
    }

    fn rtcp(&mut self, slot: Slot, to: SocketAddr, bytes: &[u8]) {
        if let Some(pair) = self.pair(slot) {
            // A report that is lost is followed by the next.
            let _ = pair.rtcp.send_to(bytes, to);
        }
    }
}

fn bind(local: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(local)?;
    socket.set_nonblocking(true)?;
    let options = SockRef::from(&socket);
    options.set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
    if local.is_ipv4()
        && let Err(error) = options.set_tos_v4(EXPEDITED)
    {
        tracing::debug!(%error, "no priority for this socket");
    }
    Ok(socket)
}

fn token(slot: Slot, kind: Kind) -> u64 {
    (u64::from(slot.0) << 1) | u64::from(kind == Kind::Rtcp)
}
