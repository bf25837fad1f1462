//! What one audio line settles between its two ends, or why it cannot.

use super::description::{Connection, Direction, Encoding, Meaning, Media};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// What an offer and its answer agreed on, seen from our side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// Where to send RTP; `None` while the peer holds with `c=0.0.0.0` (RFC 3264 §8.4).
    pub remote: Option<SocketAddr>,
    /// Where to send RTCP.
    pub remote_rtcp: Option<SocketAddr>,
    /// The sound's encoding, both ways.
    pub encoding: Encoding,
    /// The sound's payload type as the peer wants it.
    pub payload_type: u8,
    /// The payload type of telephone-events as the peer wants them, if it takes any.
    pub event_payload_type: Option<u8>,
    /// Packet time we send with, [`PTIME_MS_MIN`] to [`PTIME_MS_MAX`] in steps of 10.
    pub ptime_ms: u8,
    /// Whether we may send sound.
    pub sends: bool,
    /// Whether the peer may send sound.
    pub receives: bool,
}

/// Shortest packet time we send with.
pub const PTIME_MS_MIN: u32 = 10;
/// Longest packet time we send with.
pub const PTIME_MS_MAX: u32 = 60;
/// The packet time of a peer that names none (RFC 3551 §4.5).
pub const PTIME_MS_DEFAULT: u32 = 20;

/// Why there can be no sound between two ends; the peer's doing, answered with 488.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No audio line, or only refused ones.
    NoAudio,
    /// Audio over something else than plain RTP.
    Transport,
    /// An address we cannot send to.
    Address,
    /// A multicast group.
    Multicast,
    /// None of the encodings is ours.
    NoEncoding,
}

impl Refusal {
    /// The final status that says so.
    #[must_use]
    pub const fn status(self) -> u16 {
        488
    }

    /// The code of the Warning header (RFC 3261 §20.43).
    #[must_use]
    pub const fn warning_code(self) -> u16 {
        match self {
            Self::NoAudio => 304,
            Self::Transport => 302,
            Self::Address => 301,
            Self::Multicast => 330,
            Self::NoEncoding => 305,
        }
    }
}

/// The text of the Warning header.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAudio => "No audio stream is offered",
            Self::Transport => "Audio is taken over RTP/AVP only",
            Self::Address => "The connection address cannot be used",
            Self::Multicast => "Multicast is not available",
            Self::NoEncoding => "Audio is taken as PCMU or PCMA at 8000 Hz only",
        })
    }
}

impl std::error::Error for Refusal {}

/// The payload types picked from one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    encoding: Encoding,
    payload_type: u8,
    event_payload_type: Option<u8>,
}

/// What makes a line useless to an end at `local`, whatever its formats are.
pub(super) fn refusal(media: &Media, local: Option<IpAddr>) -> Option<Refusal> {
    if !media.is_audio() || media.port == 0 {
        return Some(Refusal::NoAudio);
    }
    if !media.is_plain_rtp() {
        return Some(Refusal::Transport);
    }
    match media.connection {
        Connection::Unicast(ip) if local.is_some_and(|ours| ours.is_ipv4() != ip.is_ipv4()) => {
            Some(Refusal::Address)
        }
        Connection::Unicast(_) | Connection::Hold => None,
        Connection::Multicast => Some(Refusal::Multicast),
        Connection::Unusable => Some(Refusal::Address),
    }
}

/// The writer's first encoding among those we speak, and its telephone-events.
pub(super) fn chosen(media: &Media, spoken: &[Encoding]) -> Result<Choice, Refusal> {
    let mut sounds = media.meanings().filter_map(|(one, meaning)| Some((one, meaning.encoding()?)));
    let (payload_type, encoding) =
        sounds.find(|(_, encoding)| spoken.contains(encoding)).ok_or(Refusal::NoEncoding)?;
    let mut events = media.meanings().filter(|(_, meaning)| *meaning == Meaning::Events);
    let event_payload_type = events.next().map(|(payload_type, _)| payload_type);
    Ok(Choice { encoding, payload_type, event_payload_type })
}

impl Agreed {
    /// From the peer's line, what was picked from it, and what we want to flow ourselves.
    pub(super) fn between(media: &Media, choice: Choice, wish: Direction) -> Self {
        let remote = media.rtp_address();
        Self {
            remote,
            remote_rtcp: media.rtcp_address(),
            encoding: choice.encoding,
            payload_type: choice.payload_type,
            event_payload_type: choice.event_payload_type,
            ptime_ms: ptime(media),
            sends: wish.sends() && media.direction.receives() && remote.is_some(),
            receives: wish.receives() && media.direction.sends(),
        }
    }
}

/// The peer's wish, brought to what we can do.
fn ptime(media: &Media) -> u8 {
    let most = media.ptime_ms_max.unwrap_or(PTIME_MS_MAX);
    let wish = media.ptime_ms.unwrap_or(PTIME_MS_DEFAULT).min(most);
    let steps = wish.clamp(PTIME_MS_MIN, PTIME_MS_MAX) / 10;
    u8::try_from(steps * 10).unwrap_or(20)
}
