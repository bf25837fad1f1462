//! Offers and answers of RFC 3264: our texts, and what both sides agree on by them.

use super::description::{Description, Direction, Encoding, Media};
use super::terms::{Agreed, Refusal, chosen, refusal};
use std::fmt::Write;
use std::net::IpAddr;

/// Our end of the sound, as descriptions show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalEnd {
    /// The address the peer shall send to.
    pub address: IpAddr,
    /// The RTP port there; RTCP is the next.
    pub rtp_port: u16,
    /// The session id; one for the whole dialog.
    pub session_id: u64,
    /// The version of this description; see [`revised`].
    pub version: u64,
    /// What we can speak, the dearest first.
    pub encodings: Vec<Encoding>,
    /// What we want to flow.
    pub direction: Direction,
    /// Packet time we want to receive, in milliseconds; 20 is usual.
    pub ptime_ms: u8,
}

/// The payload type of telephone-events in our own offers.
pub const EVENT_PAYLOAD_TYPE: u8 = 101;

/// A first offer: one audio line with all we speak, and telephone-events.
#[must_use]
pub fn offer(local: &LocalEnd) -> String {
    let mut text = head(local, (0, 0));
    let types: Vec<String> =
        local.encodings.iter().map(|encoding| encoding.payload_type().to_string()).collect();
    let (port, types) = (local.rtp_port, types.join(" "));
    put(&mut text, format_args!("m=audio {port} RTP/AVP {types} {EVENT_PAYLOAD_TYPE}"));
    for encoding in &local.encodings {
        put_map(&mut text, encoding.payload_type(), *encoding);
    }
    put_events(&mut text, EVENT_PAYLOAD_TYPE);
    put(&mut text, format_args!("a=ptime:{}", local.ptime_ms));
    put(&mut text, format_args!("a={}", local.direction));
    text
}

/// A later offer in the same session: what `previous` (our last description) says, with another
/// direction. The order and the payload types stay, as RFC 3264 §8 demands; the version grows if
/// anything changed, so the same direction makes a mere refresh.
#[must_use]
pub fn offer_again(previous: &str, direction: Direction) -> String {
    let mut refused = true;
    let mut text = String::new();
    for line in previous.lines() {
        if let Some(media) = line.strip_prefix("m=") {
            refused = media.split(' ').nth(1) == Some("0");
        }
        match line.strip_prefix("a=").and_then(Direction::named) {
            Some(_) if !refused => put(&mut text, format_args!("a={direction}")),
            _ => put(&mut text, format_args!("{line}")),
        }
    }
    revised(previous, &text)
}

/// `next` with the session id of `previous`, our last description in the same dialog, and the
/// version that follows from it: the same if nothing else changed, else one more (RFC 3264 §8).
#[must_use]
pub fn revised(previous: &str, next: &str) -> String {
    let (Some(old), Some(new)) = (OriginLine::of(previous), OriginLine::of(next)) else {
        return next.to_owned();
    };
    let same = old.place == new.place
        && previous.replacen(old.line, "", 1) == next.replacen(new.line, "", 1);
    let version = if same { old.version } else { old.version.saturating_add(1) };
    let line = format!("o=- {} {version} {}", old.session_id, new.place);
    next.replacen(new.line, &line, 1)
}

/// Our answer to an offer, and what it makes the two of us agree on.
///
/// The first audio line that we can serve is answered with the one encoding the offerer likes
/// best among ours, under the offerer's payload types; every other line is refused with port 0
/// in its place (RFC 3264 §6).
///
/// # Errors
///
/// No audio line that we can serve: answer 488 with the refusal as Warning.
pub fn answer(offer: &Description, local: &LocalEnd) -> Result<(String, Agreed), Refusal> {
    let served = |media: &Media| match refusal(media, Some(local.address)) {
        Some(refusal) => Err(refusal),
        None => chosen(media, &local.encodings),
    };
    let mut refused = Refusal::NoAudio;
    let mut found = None;
    for (at, media) in offer.media.iter().enumerate() {
        match served(media) {
            Ok(choice) => {
                found = Some((at, media, choice));
                break;
            }
            // The reason of the first audio line says most.
            Err(why) if refused == Refusal::NoAudio => refused = why,
            Err(_) => {}
        }
    }
    let (serve_at, media, choice) = found.ok_or(refused)?;
    let agreed = Agreed::between(media, choice, local.direction);
    let mut text = head(local, offer.time);
    for (at, media) in offer.media.iter().enumerate() {
        if at == serve_at {
            put_answer(&mut text, media, local.rtp_port, &agreed);
        } else {
            put_refused(&mut text, media);
        }
    }
    Ok((text, agreed))
}

/// What the peer's answer makes of our offer.
///
/// # Errors
///
/// The answer refuses or lacks the audio line, or names nothing we offered.
pub fn agree(ours: &Description, theirs: &Description) -> Result<Agreed, Refusal> {
    let asked = ours.media.iter().enumerate().find(|(_, media)| media.port != 0);
    let (at, asked) = asked.ok_or(Refusal::NoAudio)?;
    let media = theirs.media.get(at).ok_or(Refusal::NoAudio)?;
    let spoken: Vec<Encoding> = asked.meanings().filter_map(|(_, m)| m.encoding()).collect();
    let local = asked.rtp_address().map(|address| address.ip());
    if let Some(refusal) = refusal(media, local) {
        return Err(refusal);
    }
    let choice = chosen(media, &spoken)?;
    Ok(Agreed::between(media, choice, asked.direction))
}

/// `o=` of one of our own texts.
struct OriginLine<'a> {
    line: &'a str,
    session_id: &'a str,
    version: u64,
    /// Network, family and address.
    place: &'a str,
}

impl<'a> OriginLine<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let line = text.lines().find(|line| line.starts_with("o="))?;
        let mut words = line.splitn(4, ' ').skip(1);
        let (session_id, version) = (words.next()?, words.next()?.parse().ok()?);
        Some(Self { line, session_id, version, place: words.next()? })
    }
}

/// The line we serve.
fn put_answer(text: &mut String, media: &Media, port: u16, agreed: &Agreed) {
    let sound = agreed.payload_type;
    let events = agreed.event_payload_type;
    let tail = events.map(|one| format!(" {one}")).unwrap_or_default();
    put(text, format_args!("m=audio {port} {} {sound}{tail}", media.proto));
    put_map(text, sound, agreed.encoding);
    if let Some(events) = events {
        put_events(text, events);
    }
    put(text, format_args!("a=ptime:{}", agreed.ptime_ms));
    put(text, format_args!("a={}", Direction::of(agreed.sends, agreed.receives)));
}

/// A line we do not serve, with one of its formats, as the grammar wants at least one. Words
/// that are not plain ASCII are not repeated.
fn put_refused(text: &mut String, media: &Media) {
    let plain = |word: &&str| word.len() <= 64 && word.bytes().all(|b| b.is_ascii_graphic());
    let format = media.formats.first().map_or("0", String::as_str);
    let [kind, proto, format] = [media.kind.as_str(), media.proto.as_str(), format]
        .map(|word| Some(word).filter(plain).unwrap_or("-"));
    put(text, format_args!("m={kind} 0 {proto} {format}"));
}

/// Everything above the first media line.
fn head(local: &LocalEnd, time: (u64, u64)) -> String {
    let mut text = String::with_capacity(512);
    let family = if local.address.is_ipv4() { "IP4" } else { "IP6" };
    let (id, version, address) = (local.session_id, local.version, local.address);
    put(&mut text, format_args!("v=0"));
    put(&mut text, format_args!("o=- {id} {version} IN {family} {address}"));
    put(&mut text, format_args!("s=-"));
    put(&mut text, format_args!("c=IN {family} {address}"));
    put(&mut text, format_args!("t={} {}", time.0, time.1));
    text
}

/// Adds one line with its end; writing to a String cannot fail.
fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = write!(text, "{line}\r\n");
}

fn put_map(text: &mut String, payload_type: u8, encoding: Encoding) {
    put(text, format_args!("a=rtpmap:{payload_type} {}/8000", encoding.name()));
}

/// Events 0 to 15: the keys (RFC 4733 §2.4.1).
fn put_events(text: &mut String, payload_type: u8) {
    put(text, format_args!("a=rtpmap:{payload_type} telephone-event/8000"));
    put(text, format_args!("a=fmtp:{payload_type} 0-15"));
}
