//! Bytes of a body → [`Description`], forgiving where phones are careless.
//!
//! The text is tidied first, so that `sdp-types` meets only lines that we use and that are well
//! formed: any line end, stray blanks, letters that are not UTF-8 and unknown lines are harmless.
//! A media line that cannot be understood spoils the description, since its place in the order
//! counts.

use super::description::{Connection, Description, Direction, FORMATS_MAX, Map, Media, Origin};
use std::fmt;
use std::fmt::Write;
use std::net::IpAddr;

/// Longest description in bytes.
pub const SDP_BYTES_MAX: usize = 16 * 1024;
/// Most media lines.
pub const MEDIA_MAX: usize = 32;

/// Why a body is no description; always the peer's doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError {
    /// Longer than [`SDP_BYTES_MAX`].
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// More media lines than [`MEDIA_MAX`].
    TooManyMedia,
    /// Does not begin with `v=0`.
    NoVersion,
    /// A line breaks the grammar; in words.
    Syntax(String),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes } => {
                write!(f, "session description of {bytes} bytes, at most {SDP_BYTES_MAX} are read")
            }
            Self::TooManyMedia => write!(f, "more than {MEDIA_MAX} media lines"),
            Self::NoVersion => write!(f, "session description without v=0"),
            Self::Syntax(why) => write!(f, "session description: {why}"),
        }
    }
}

impl std::error::Error for ParseError {}

/// Reads a whole description.
///
/// # Errors
///
/// See [`ParseError`]; deserves a 400, or a 488 inside a dialog.
pub fn parse(body: &[u8]) -> Result<Description, ParseError> {
    if body.len() > SDP_BYTES_MAX {
        return Err(ParseError::TooLong { bytes: body.len() });
    }
    let text = tidied(&String::from_utf8_lossy(body))?;
    let session = sdp_types::Session::parse(text.as_bytes())
        .map_err(|error| ParseError::Syntax(error.to_string()))?;
    let outer = Outer {
        connection: session.connection.as_ref().map_or(Connection::Unusable, connection),
        direction: direction(&session.attributes).unwrap_or_default(),
        ptime_ms: milliseconds(&session.attributes, "ptime"),
        ptime_ms_max: milliseconds(&session.attributes, "maxptime"),
    };
    Ok(Description {
        origin: text.contains("\r\no=").then(|| Origin {
            session_id: session.origin.sess_id.clone(),
            version: session.origin.sess_version,
        }),
        time: session.times.first().map_or((0, 0), |time| (time.start_time, time.stop_time)),
        media: session.medias.iter().map(|line| media(line, &outer)).collect(),
    })
}

/// What stands above the first media line and holds for each.
struct Outer {
    connection: Connection,
    direction: Direction,
    ptime_ms: Option<u32>,
    ptime_ms_max: Option<u32>,
}

/// Only lines that are used, each once where it may stand once, with single blanks.
fn tidied(text: &str) -> Result<String, ParseError> {
    let mut lines = text.split(['\r', '\n', '\0']).map(str::trim).filter(|l| !l.is_empty());
    if lines.next() != Some("v=0") {
        return Err(ParseError::NoVersion);
    }
    let mut out = String::from("v=0\r\n");
    let (mut media, mut origins, mut connections, mut times) = (0, 0, 0, 0);
    for line in lines {
        let Some((key, value)) = line.split_once('=') else { continue };
        let mut words: Vec<&str> = value.split_whitespace().collect();
        let keep = match key {
            "m" => {
                (media, connections) = (media + 1, 0);
                // A refused line may have lost its formats.
                if words.len() == 3 && words.get(1) == Some(&"0") {
                    words.push("0");
                }
                true
            }
            "a" => true,
            "c" => words.len() == 3 && counted(&mut connections),
            "o" => media == 0 && words.len() == 6 && counted(&mut origins),
            "t" => media == 0 && is_time(&words) && counted(&mut times),
            _ => false,
        };
        if keep {
            let value = if key == "o" { origin_words(&words) } else { words.join(" ") };
            // Writing to a String cannot fail.
            let _ = write!(out, "{key}={value}\r\n");
        }
    }
    if media > MEDIA_MAX { Err(ParseError::TooManyMedia) } else { Ok(out) }
}

/// True for the first of its kind.
const fn counted(count: &mut u32) -> bool {
    *count += 1;
    *count == 1
}

fn is_time(words: &[&str]) -> bool {
    words.len() == 2 && words.iter().all(|word| word.parse::<u64>().is_ok())
}

/// A version that is no number, or too large a one, is read as 0: nothing hangs on it.
fn origin_words(words: &[&str]) -> String {
    let plain = |word: &&str| word.bytes().all(|b| b.is_ascii_graphic() && b != b':');
    let mut words: Vec<&str> =
        words.iter().map(|word| if plain(word) { word } else { "-" }).collect();
    if let Some(version) = words.get_mut(2).filter(|version| version.parse::<u64>().is_err()) {
        *version = "0";
    }
    // The last three are not used, and addresses may hold colons.
    words.truncate(3);
    words.extend(["IN", "IP4", "0.0.0.0"]);
    words.join(" ")
}

fn media(line: &sdp_types::Media, outer: &Outer) -> Media {
    let attributes = &line.attributes;
    Media {
        kind: line.media.clone(),
        port: line.port,
        proto: line.proto.clone(),
        formats: line.fmt.split(' ').take(FORMATS_MAX).map(str::to_owned).collect(),
        connection: line.connections.first().map_or(outer.connection, connection),
        direction: direction(attributes).unwrap_or(outer.direction),
        maps: values(attributes, "rtpmap").filter_map(map).take(FORMATS_MAX).collect(),
        ptime_ms: milliseconds(attributes, "ptime").or(outer.ptime_ms),
        ptime_ms_max: milliseconds(attributes, "maxptime").or(outer.ptime_ms_max),
        rtcp: values(attributes, "rtcp").find_map(rtcp),
    }
}

fn connection(line: &sdp_types::Connection) -> Connection {
    let address = line.connection_address.split('/').next().unwrap_or_default();
    match address.parse::<IpAddr>() {
        Ok(ip) if ip.is_unspecified() => Connection::Hold,
        Ok(ip) if ip.is_multicast() => Connection::Multicast,
        Ok(IpAddr::V4(ip)) if ip.is_broadcast() => Connection::Unusable,
        Ok(ip) => Connection::Unicast(ip),
        Err(_) => Connection::Unusable,
    }
}

fn direction(attributes: &[sdp_types::Attribute]) -> Option<Direction> {
    attributes.iter().find_map(|attribute| Direction::named(&attribute.attribute))
}

fn values<'a>(
    attributes: &'a [sdp_types::Attribute],
    name: &'static str,
) -> impl Iterator<Item = &'a str> {
    let named = attributes.iter().filter(move |a| a.attribute.eq_ignore_ascii_case(name));
    named.filter_map(|attribute| attribute.value.as_deref()).map(str::trim)
}

/// Some write a fraction; it is cut off.
fn milliseconds(attributes: &[sdp_types::Attribute], name: &'static str) -> Option<u32> {
    values(attributes, name).find_map(|value| value.split('.').next()?.parse().ok())
}

fn map(value: &str) -> Option<Map> {
    let map: sdp_types::RtpMap = value.parse().ok()?;
    let channels = map.encoding_params.as_deref().map_or(Some(1), |count| count.parse().ok());
    Some(Map {
        payload_type: map.payload_type,
        name: map.encoding_name,
        clock_hz: map.clock_rate,
        channels: channels?,
    })
}

/// `PORT` or `PORT IN IP4 ADDRESS` (RFC 3605 §2.1).
fn rtcp(value: &str) -> Option<(u16, Option<IpAddr>)> {
    let mut words = value.split(' ');
    let port = words.next()?.parse().ok().filter(|&port| port != 0)?;
    let address: Option<IpAddr> = words.nth(2).and_then(|word| word.parse().ok());
    Some((port, address.filter(|ip| !ip.is_unspecified() && !ip.is_multicast())))
}
