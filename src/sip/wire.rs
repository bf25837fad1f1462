//! Bytes to messages: lenient where nothing is lost by it, bounded everywhere.
//!
//! Folded lines, compact names, bare LF, blanks around colons, and bytes that are not UTF-8 are
//! all read. What cannot be read comes back as a [`Refusal`] that knows its answer.

mod stream;

pub use stream::{Piece, StreamReader};

use super::fault::Fault;
use super::header::Headers;
use super::message::{Message, Start};
use super::method::Method;
use super::text::{self, is_token, trim};
use super::uri::Uri;
use bytes::Bytes;
use std::time::Duration;

/// Longest datagram, in bytes: what UDP can carry.
pub const DATAGRAM_BYTES_MAX: usize = 65_535;
/// Most header lines in one message.
pub const HEADERS_MAX: usize = 200;
/// Longest first line, and longest header line after unfolding, in bytes.
pub const LINE_BYTES_MAX: usize = 16_384;
/// Longest first line with all headers on a stream, in bytes.
pub const STREAM_HEAD_BYTES_MAX: usize = 65_536;
/// Longest message on a stream, in bytes.
pub const STREAM_MESSAGE_BYTES_MAX: usize = 262_144;

/// Why bytes did not become a message, and what is needed to say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The fault.
    pub fault: Fault,
    /// The method, when the first line showed one.
    method: Option<Method>,
    /// The headers that could be read.
    headers: Headers,
}

impl Refusal {
    /// Whether RFC 3261 allows an answer: to requests other than ACK whose Via is known.
    #[must_use]
    pub fn can_be_answered(&self) -> bool {
        let request = self.method.as_ref().is_some_and(|method| *method != Method::ACK);
        request && self.fault != Fault::NotSip && self.headers.has("Via")
    }
}

/// The stateless answer to a refusal; `None` when there must be none.
///
/// It goes back to where the request came from. Via, From, To, Call-ID and CSeq are copied as
/// far as they came (RFC 3261 §8.2.6.2, §16.3 for "stateless").
#[must_use]
pub fn answer_to(refusal: &Refusal) -> Option<Message> {
    if !refusal.can_be_answered() {
        return None;
    }
    let mut headers = Headers::with_capacity(8);
    headers.copy("Via", &refusal.headers);
    for name in ["From", "To", "Call-ID", "CSeq"] {
        headers.copy_first(name, &refusal.headers);
    }
    let start =
        Start::Response { status: refusal.fault.status(), reason: refusal.fault.to_string() };
    let mut answer = Message { start, headers, body: Bytes::new() };
    answer.add_to_tag(&stateless_tag(&answer.headers));
    Some(answer)
}

/// The stateless answer of a server that has no room for a new request (RFC 3261 §21.5.4).
#[must_use]
pub fn shed(request: &Message, retry_after: Duration) -> Message {
    let mut answer = Message::response_to(request, 503, None)
        .with("Retry-After", retry_after.as_secs().to_string());
    answer.add_to_tag(&stateless_tag(&answer.headers));
    answer
}

/// The same tag for each repetition of one request (RFC 3261 §8.2.7), by FNV-1a.
fn stateless_tag(headers: &Headers) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for (_, value) in headers.iter() {
        for byte in value.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

/// Reads one datagram. Bytes after Content-Length are ignored; without Content-Length the body
/// is the rest (RFC 3261 §18.3).
///
/// # Errors
/// A refusal, also when the message can be read but makes no sense ([`Message::fault`]).
pub fn read_datagram(bytes: &[u8]) -> Result<Message, Refusal> {
    let blank = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
    let bytes = blank.and_then(|start| bytes.get(start..)).unwrap_or(&[]);
    let found = find_head(bytes, 0);
    let (end, body) = found.unwrap_or((bytes.len(), bytes.len()));
    let mut head = read_head(bytes.get(..end).unwrap_or(&[]));
    let rest = bytes.get(body..).unwrap_or(&[]);
    if bytes.len() > DATAGRAM_BYTES_MAX {
        return Err(head.refused(Fault::MessageTooLong));
    }
    // Where a header says that there is no body, only the blank line itself can be missing.
    if found.is_none() && !(bytes.ends_with(b"\n") && head.content_length() == Ok(Some(0))) {
        return Err(head.refused(Fault::HeadersUnfinished));
    }
    let length = match head.content_length() {
        Ok(length) => length.unwrap_or(rest.len()),
        Err(fault) => return Err(head.refused(fault)),
    };
    match rest.get(..length) {
        Some(body) => head.finish(Bytes::copy_from_slice(body)),
        None => Err(head.refused(Fault::BodyCutShort)),
    }
}

/// Where the headers end and where the body begins, looking from `from` on.
fn find_head(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let end = at + bytes.get(at..)?.iter().position(|byte| *byte == b'\n')? + 1;
        match bytes.get(end..) {
            Some([b'\n', ..]) => return Some((end, end + 1)),
            Some([b'\r', b'\n', ..]) => return Some((end, end + 2)),
            _ => at = end,
        }
    }
}

/// The first line and the headers, as far as they could be read.
#[derive(Debug)]
struct Head {
    start: Result<Start, Fault>,
    method: Option<Method>,
    headers: Headers,
    /// What is wrong with the header lines.
    fault: Option<Fault>,
}

impl Head {
    /// A refusal for the gravest fault: that of the first line, of the lines, or `fault`.
    fn refused(&mut self, fault: Fault) -> Refusal {
        let fault = self.start.as_ref().err().copied().or(self.fault).unwrap_or(fault);
        let headers = std::mem::take(&mut self.headers);
        Refusal { fault, method: self.method.take(), headers }
    }

    /// The length of the body; `None` when no header says it.
    fn content_length(&self) -> Result<Option<usize>, Fault> {
        let mut lines = self.headers.lines("Content-Length");
        let Some(first) = lines.next() else { return Ok(None) };
        if lines.any(|line| line != first) {
            return Err(Fault::Repeated("Content-Length"));
        }
        let length = text::number::<u32>(first).and_then(|length| usize::try_from(length).ok());
        length.map(Some).ok_or(Fault::Malformed("Content-Length"))
    }

    fn finish(mut self, body: Bytes) -> Result<Message, Refusal> {
        if let Some(fault) = self.fault {
            return Err(self.refused(fault));
        }
        let method = self.method.take();
        match self.start {
            Err(fault) => Err(Refusal { fault, method, headers: self.headers }),
            Ok(start) => {
                let message = Message { start, headers: self.headers, body };
                match message.fault() {
                    Some(fault) => Err(Refusal { fault, method, headers: message.headers }),
                    None => Ok(message),
                }
            }
        }
    }
}

/// Reads the first line and the header lines.
fn read_head(bytes: &[u8]) -> Head {
    let head = text::from_bytes(bytes);
    let (first, rest) = head.split_once('\n').unwrap_or((&head, ""));
    let first = first.strip_suffix('\r').unwrap_or(first);
    let (start, method) = read_start(first);
    let mut headers = Headers::with_capacity(16);
    let too_long = (first.len() > LINE_BYTES_MAX).then_some(Fault::LineTooLong);
    let fault = read_lines(rest, &mut headers).err();
    let fault = too_long.or(fault);
    Head { start, method, headers, fault }
}

fn read_lines(text: &str, headers: &mut Headers) -> Result<(), Fault> {
    let mut rest = text;
    let mut fault = Ok(());
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.len() > LINE_BYTES_MAX {
            return Err(Fault::LineTooLong);
        }
        if line.starts_with([' ', '\t']) {
            if headers.fold(&text::tidy(line)).is_none_or(|length| length > LINE_BYTES_MAX) {
                return Err(Fault::LineTooLong);
            }
            continue;
        }
        // A line that is none may hide what follows it; the others still tell whom to answer.
        let Some((name, value)) = line.split_once(':').filter(|(name, _)| is_token(trim(name)))
        else {
            fault = Err(Fault::HeaderLine);
            continue;
        };
        if headers.len() >= HEADERS_MAX {
            return Err(Fault::TooManyHeaders);
        }
        headers.push_read(trim(name), text::tidy(value));
    }
    fault
}

/// Reads the first line; the method also when the rest makes no sense.
fn read_start(line: &str) -> (Result<Start, Fault>, Option<Method>) {
    if line.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("SIP/")) {
        return (read_status_line(line), None);
    }
    let Some((method, rest)) = line.split_once([' ', '\t']) else {
        return (Err(Fault::NotSip), None);
    };
    let Some(method) = Method::parse(method) else { return (Err(Fault::NotSip), None) };
    let start = read_request_line(&method, rest);
    (start, Some(method))
}

fn read_request_line(method: &Method, rest: &str) -> Result<Start, Fault> {
    let Some((uri, version)) = rest.rsplit_once(' ') else {
        return Err(Fault::NotSip);
    };
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        let words = rest.to_ascii_uppercase();
        return Err(match version.get(..4) {
            Some(name) if name.eq_ignore_ascii_case("SIP/") => Fault::Version,
            _ if words.contains(" SIP/") => Fault::RequestLine,
            _ => Fault::NotSip,
        });
    }
    if uri.starts_with(' ') || uri.ends_with(' ') {
        return Err(Fault::RequestLine);
    }
    match Uri::parse(uri) {
        Some(uri) if uri.headers().is_empty() => Ok(Start::Request { method: method.clone(), uri }),
        _ => Err(Fault::RequestUri),
    }
}

fn read_status_line(line: &str) -> Result<Start, Fault> {
    let (version, rest) = line.split_once(' ').ok_or(Fault::NotSip)?;
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        return Err(Fault::Version);
    }
    let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let status = text::number::<u16>(status).filter(|status| (100..700).contains(status));
    let status = status.ok_or(Fault::StatusLine)?;
    Ok(Start::Response { status, reason: text::tidy(reason) })
}

#[cfg(test)]
mod tests;
