//! A session description after reading: what a voice server needs of it, and nothing else.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// One whole description; media lines in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// `o=`, if it was there.
    pub origin: Option<Origin>,
    /// `t=`: start and stop; `0 0` when it was not there.
    pub time: (u64, u64),
    /// `m=` lines, refused ones too.
    pub media: Vec<Media>,
}

/// `o=` (RFC 8866 §5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The session id, digits by the book.
    pub session_id: String,
    /// Grows with each change.
    pub version: u64,
}

/// One `m=` line with its attributes, what stands at session level already worked in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// `audio`, `video`, `image` …
    pub kind: String,
    /// 0 refuses the stream.
    pub port: u16,
    /// `RTP/AVP`, `udptl` …
    pub proto: String,
    /// Format names as written, at most [`FORMATS_MAX`].
    pub formats: Vec<String>,
    /// Its `c=`, or the session's.
    pub connection: Connection,
    /// Which way sound flows, seen by the writer of the description.
    pub direction: Direction,
    /// `a=rtpmap`, in order.
    pub maps: Vec<Map>,
    /// `a=ptime`: packet time the writer wants to receive, in milliseconds.
    pub ptime_ms: Option<u32>,
    /// `a=maxptime`, in milliseconds.
    pub ptime_ms_max: Option<u32>,
    /// `a=rtcp` (RFC 3605): port, and the address if it differs.
    pub rtcp: Option<(u16, Option<IpAddr>)>,
}

/// Most formats of one media line; more are ignored.
pub const FORMATS_MAX: usize = 64;

/// `c=` (RFC 8866 §5.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// An address that packets can be sent to.
    Unicast(IpAddr),
    /// `0.0.0.0` or `::`: send nothing (RFC 3264 §8.4, RFC 6157 §3.1).
    Hold,
    /// A group; not served.
    Multicast,
    /// No `c=`, a host name, or an address that nobody can send to.
    Unusable,
}

/// One `a=rtpmap` (RFC 8866 §6.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// The payload type, 0 to 127.
    pub payload_type: u8,
    /// `PCMU`, `telephone-event` …
    pub name: String,
    /// In Hz.
    pub clock_hz: u32,
    /// 1 unless written.
    pub channels: u8,
}

/// `a=sendrecv` and its sisters, seen by the writer of the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Both ways; also when nothing is written.
    #[default]
    SendRecv,
    /// The writer only sends: it holds the other.
    SendOnly,
    /// The writer only listens.
    RecvOnly,
    /// Nothing flows.
    Inactive,
}

impl Direction {
    /// From what may flow.
    #[must_use]
    pub const fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// From the name of the attribute, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::SendRecv, Self::SendOnly, Self::RecvOnly, Self::Inactive];
        all.into_iter().find(|direction| direction.name().eq_ignore_ascii_case(name))
    }

    /// Whether the writer may send.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the writer may receive.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The name of the attribute.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The sound encodings that are spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

impl Encoding {
    /// The static payload type (RFC 3551 §6).
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
        }
    }

    /// The name in `a=rtpmap`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }
}

/// What one format of an audio line means to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Sound.
    Sound(Encoding),
    /// Keys (RFC 4733), at the 8 kHz clock that belongs to G.711.
    Events,
    /// Something else.
    Other,
}

impl Meaning {
    /// The encoding, if it is sound.
    #[must_use]
    pub const fn encoding(self) -> Option<Encoding> {
        match self {
            Self::Sound(encoding) => Some(encoding),
            Self::Events | Self::Other => None,
        }
    }
}

impl Media {
    /// Whether it is RTP without encryption (RFC 3551, RFC 4585).
    #[must_use]
    pub fn is_plain_rtp(&self) -> bool {
        ["RTP/AVP", "RTP/AVPF"].iter().any(|proto| self.proto.eq_ignore_ascii_case(proto))
    }

    /// Whether this is audio, over whatever.
    #[must_use]
    pub fn is_audio(&self) -> bool {
        self.kind.eq_ignore_ascii_case("audio")
    }

    /// The payload types of the line in their order, and what each means.
    pub fn meanings(&self) -> impl Iterator<Item = (u8, Meaning)> {
        let types = self.formats.iter().filter_map(|format| format.parse::<u8>().ok());
        types.filter(|&payload_type| payload_type < 128).map(|one| (one, self.meaning(one)))
    }

    /// Where RTP goes; `None` on hold and where no packet can go.
    #[must_use]
    pub fn rtp_address(&self) -> Option<SocketAddr> {
        match self.connection {
            Connection::Unicast(ip) if self.port != 0 => Some(SocketAddr::new(ip, self.port)),
            Connection::Unicast(_)
            | Connection::Hold
            | Connection::Multicast
            | Connection::Unusable => None,
        }
    }

    /// Where RTCP goes: as `a=rtcp` says, else to the next port (RFC 3550 §11).
    #[must_use]
    pub fn rtcp_address(&self) -> Option<SocketAddr> {
        let rtp = self.rtp_address()?;
        let Some((port, named)) = self.rtcp else {
            return Some(SocketAddr::new(rtp.ip(), rtp.port().checked_add(1)?));
        };
        let same_family = named.filter(|ip| ip.is_ipv4() == rtp.is_ipv4());
        Some(SocketAddr::new(same_family.unwrap_or_else(|| rtp.ip()), port))
    }

    fn meaning(&self, payload_type: u8) -> Meaning {
        let Some(map) = self.maps.iter().find(|map| map.payload_type == payload_type) else {
            return match payload_type {
                0 => Meaning::Sound(Encoding::Pcmu),
                8 => Meaning::Sound(Encoding::Pcma),
                _ => Meaning::Other,
            };
        };
        if map.clock_hz != 8_000 || map.channels != 1 {
            return Meaning::Other;
        }
        match map.name.to_ascii_lowercase().as_str() {
            "pcmu" => Meaning::Sound(Encoding::Pcmu),
            "pcma" => Meaning::Sound(Encoding::Pcma),
            "telephone-event" => Meaning::Events,
            _ => Meaning::Other,
        }
    }
}
