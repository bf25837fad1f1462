//! The words between a call and its sound.
//!
//! The switchboard says [`Command`]s to a port; the shard that owns the port answers with
//! [`Event`]s. Both are plain values: they cross a channel to a media thread in the server and
//! a function call in a rehearsal.

use crate::audio::g711::Law;
use crate::audio::sound::Sound;
use crate::base::digit::Digit;
use crate::base::id::{PortId, RecordingId};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// What the switchboard asks of one port.
#[derive(Debug, Clone)]
pub enum Command {
    /// Takes a UDP port (RTP; RTCP is the next number) and begins to listen.
    Open {
        /// The new port.
        port: PortId,
        /// Local RTP address; its port number is even.
        local: SocketAddr,
        /// First SSRC, sequence and timestamp come from this seed (RFC 3550 §5.1).
        seed: u64,
    },
    /// Says what was negotiated; may come again after a re-INVITE.
    Configure {
        /// The port.
        port: PortId,
        /// The agreed terms.
        terms: Terms,
    },
    /// Plays clips one after another, replacing what plays now.
    Play {
        /// The port.
        port: PortId,
        /// Comes back in [`Event::PlayEnded`]; chosen by the caller of this command.
        play: u32,
        /// What to play; never empty sounds only.
        clips: Vec<Arc<Sound>>,
        /// Music: begins again at the end, and never ends by itself.
        repeat: bool,
    },
    /// Stops playing at once; no event follows.
    StopPlay {
        /// The port.
        port: PortId,
    },
    /// Records what this port hears.
    Record {
        /// The port.
        port: PortId,
        /// The name of the recording; the file's too.
        recording: RecordingId,
        /// When it ends by itself.
        limits: RecordLimits,
    },
    /// Ends the recording of this port, if one runs; [`Event::Recorded`] follows.
    StopRecord {
        /// The port.
        port: PortId,
    },
    /// Sends keys as RFC 4733 events, one after another.
    SendDigits {
        /// The port.
        port: PortId,
        /// The keys.
        digits: Vec<Digit>,
    },
    /// Joins two ports of one shard; each hears the other. Playing on either stops.
    Bridge {
        /// One side.
        one: PortId,
        /// The other side.
        other: PortId,
    },
    /// Parts a bridged port from its partner; both fall silent.
    Unbridge {
        /// Either side.
        port: PortId,
    },
    /// Ends the port: a running recording is finished first, then [`Event::Closed`] follows.
    Close {
        /// The port.
        port: PortId,
    },
}

impl Command {
    /// The port it is said to; for a bridge the first.
    #[must_use]
    pub const fn port(&self) -> PortId {
        match self {
            Self::Open { port, .. }
            | Self::Configure { port, .. }
            | Self::Play { port, .. }
            | Self::StopPlay { port }
            | Self::Record { port, .. }
            | Self::StopRecord { port }
            | Self::SendDigits { port, .. }
            | Self::Bridge { one: port, .. }
            | Self::Unbridge { port }
            | Self::Close { port } => *port,
        }
    }
}

/// What an offer and its answer agreed on for one audio stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Where to send RTP; `None` while on hold with `c=0.0.0.0` (RFC 3264 §8.4).
    pub remote: Option<SocketAddr>,
    /// The sound's encoding in both directions.
    pub law: Law,
    /// RTP payload type of the sound as the peer wants it, 0 or 8.
    pub payload_type: u8,
    /// Payload type of telephone-events, if agreed (RFC 4733 §2.4).
    pub event_payload_type: Option<u8>,
    /// Packet time in milliseconds, 10 to 60.
    pub ptime_ms: u8,
    /// Whether we may send sound (the peer is not `sendonly`/`inactive`).
    pub sends: bool,
    /// Whether the peer may send sound.
    pub receives: bool,
}

/// When a recording ends without being told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordLimits {
    /// Longest recording.
    pub longest: Duration,
    /// Ends after this much silence; `None` never. Silence before any speech counts too.
    pub silence: Option<Duration>,
    /// A key that ends it; any other key is ignored while recording.
    pub finish: Option<Digit>,
    /// Whether a beep is played before it begins.
    pub beep: bool,
}

/// What a port reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The socket could not be bound, or failed for good.
    Failed {
        /// The port, already closed.
        port: PortId,
        /// The operating system's words.
        reason: String,
    },
    /// The last clip has been sent to its end.
    PlayEnded {
        /// The port.
        port: PortId,
        /// As given in [`Command::Play`].
        play: u32,
    },
    /// A key was pressed; told once for each press, at its first packet.
    Digit {
        /// The port.
        port: PortId,
        /// The key.
        digit: Digit,
    },
    /// A recording has ended and its file is complete and durable.
    Recorded {
        /// The port.
        port: PortId,
        /// Which.
        recording: RecordingId,
        /// How it came out.
        outcome: RecordOutcome,
    },
    /// No RTP has come for a while from a peer that should send (the limit is the shard's).
    Silent {
        /// The port.
        port: PortId,
    },
    /// The port is closed and its number is free again.
    Closed {
        /// The port.
        port: PortId,
        /// What passed through it.
        totals: Totals,
    },
}

/// How a recording came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordOutcome {
    /// Something was said and is on disk.
    Kept {
        /// Length of the sound.
        length: Duration,
    },
    /// Nothing but silence; no file is left.
    Empty,
    /// It could not be written.
    Failed,
}

/// Counters of one port from open to close.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// RTP packets sent.
    pub sent: u64,
    /// RTP packets taken.
    pub received: u64,
    /// RTP packets that never came (RFC 3550 §A.3).
    pub lost: u64,
    /// Datagrams dropped as not ours: wrong source, version, payload type.
    pub strangers: u64,
}
