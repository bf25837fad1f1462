//! What passes between a shard and the world: datagrams both ways, and the shard's wishes.

use super::command::Event;
use crate::base::id::{PortId, RecordingId};
use crate::rtp::packet::HEADER_BYTES;
use std::net::SocketAddr;

/// The index of a port within its shard; used again after the port has closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

impl Slot {
    /// As an index into a table of ports or sockets.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which of a port's two sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Sound and telephone-events.
    Rtp,
    /// Reports, one number higher.
    Rtcp,
}

/// One datagram that came.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The port it came to.
    pub slot: Slot,
    /// To which of its sockets.
    pub kind: Kind,
    /// Who sent it.
    pub from: SocketAddr,
    /// All of it.
    pub bytes: &'a [u8],
}

/// Takes packets that are due now. An implementation must not wait: what cannot be sent is
/// dropped and counted there.
pub trait Sink {
    /// One RTP packet: header and payload, to be sent as one datagram.
    fn rtp(&mut self, slot: Slot, to: SocketAddr, header: &[u8; HEADER_BYTES], payload: &[u8]);
    /// One RTCP compound packet.
    fn rtcp(&mut self, slot: Slot, to: SocketAddr, bytes: &[u8]);
}

/// What a shard asks for, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum ShardOutput {
    /// Tell the switchboard.
    Event(Event),
    /// Bind RTP at `local` and RTCP one number higher. If that fails,
    /// [`super::shard::Shard::fail`] is called.
    OpenSocket {
        /// Where the shard will name it.
        slot: Slot,
        /// The port.
        port: PortId,
        /// RTP address.
        local: SocketAddr,
    },
    /// The far end is certain: the kernel may drop what others send to the RTP socket.
    /// Obeying is optional.
    ConnectSocket {
        /// The port's place.
        slot: Slot,
        /// The far RTP address.
        remote: SocketAddr,
    },
    /// Others count again.
    DisconnectSocket {
        /// The port's place.
        slot: Slot,
    },
    /// Both sockets are done with.
    CloseSocket {
        /// The port's place, free from now on.
        slot: Slot,
    },
    /// Recorded sound, to be kept in this order; the first block makes the file.
    RecordBlock {
        /// Which recording.
        recording: RecordingId,
        /// Linear samples at 8 kHz; one second, the last block less.
        samples: Vec<i16>,
    },
    /// The recording is over. Once its file is complete and durable,
    /// [`super::shard::Shard::recorded`] is called.
    RecordEnd {
        /// The port that recorded; it may be gone when the file is durable.
        port: PortId,
        /// Which recording.
        recording: RecordingId,
        /// How many of the samples are kept, from the first; 0: only silence was heard, and
        /// no block was given out.
        samples: u64,
    },
}
