//! SIP as text: what a telephone of the rehearsal reads and writes. By hand, and not by the
//! server's own rooms, or both ends would share a mistake.

use std::fmt::Write;
use std::net::SocketAddr;

/// A message as a telephone reads it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sip<'a> {
    head: &'a str,
    pub(super) body: &'a str,
}

impl<'a> Sip<'a> {
    /// `None` for what is no SIP.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some(Self { head, body })
    }

    fn first(&self) -> &'a str {
        self.head.split("\r\n").next().unwrap_or_default()
    }

    /// Of a response its status.
    pub(super) fn status(&self) -> Option<u16> {
        self.first().strip_prefix("SIP/2.0 ")?.split(' ').next()?.parse().ok()
    }

    /// Of a request its method; of a response the method that it answers.
    pub(super) fn method(&self) -> &'a str {
        match self.status() {
            Some(_) => self.header("CSeq").split(' ').nth(1).unwrap_or_default(),
            None => self.first().split(' ').next().unwrap_or_default(),
        }
    }

    /// The first header of this name, or nothing.
    pub(super) fn header(&self, name: &str) -> &'a str {
        self.all(name).next().unwrap_or_default()
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let lines = self.head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
        lines.filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim())
    }

    pub(super) fn call_id(&self) -> &'a str {
        self.header("Call-ID")
    }

    /// The number of the port at which the far end listens, if it describes sound.
    pub(super) fn port(&self) -> Option<u16> {
        let line = self.body.lines().find_map(|line| line.strip_prefix("m=audio "))?;
        line.split(' ').next()?.parse().ok()
    }
}

/// The URI between `<` and `>`, or the whole without parameters.
pub(super) fn uri_in(value: &str) -> &str {
    match (value.find('<'), value.find('>')) {
        (Some(open), Some(close)) if open < close => value.get(open + 1..close).unwrap_or(value),
        _ => value.split(';').next().unwrap_or(value),
    }
}

/// The user part of a URI.
pub(super) fn user_in(uri: &str) -> &str {
    let bare = ["sips:", "sip:", "tel:"].iter().find_map(|scheme| uri.strip_prefix(scheme));
    bare.unwrap_or(uri).split(['@', ';']).next().unwrap_or_default()
}

/// A whole message from its first line, headers and body.
pub(super) fn write(first: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = String::with_capacity(512 + body.len());
    text.push_str(first);
    text.push_str("\r\n");
    // Writing to a String cannot fail.
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    if !body.is_empty() {
        text.push_str("Content-Type: application/sdp\r\n");
    }
    let _ = write!(text, "Content-Length: {}\r\n\r\n{body}", body.len());
    text.into_bytes()
}

/// A response with the headers that must be copied (RFC 3261 §8.2.6.2).
pub(super) fn response(to: &Sip<'_>, status: u16, tag: &str, own: (&str, &str)) -> Vec<u8> {
    let (contact, body) = own;
    let whom = to.header("To");
    let tagged = format!("{whom};tag={tag}");
    let mut headers: Vec<(&str, &str)> = to.all("Via").map(|via| ("Via", via)).collect();
    headers.push(("From", to.header("From")));
    headers.push(("To", if whom.contains(";tag=") { whom } else { &tagged }));
    headers.push(("Call-ID", to.call_id()));
    headers.push(("CSeq", to.header("CSeq")));
    if to.method() == "INVITE" {
        headers.push(("Contact", contact));
    }
    write(&format!("SIP/2.0 {status} {}", phrase(status)), &headers, body)
}

const fn phrase(status: u16) -> &'static str {
    match status {
        180 => "Ringing",
        200 => "OK",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        486 => "Busy Here",
        487 => "Request Terminated",
        501 => "Not Implemented",
        603 => "Decline",
        _ => "Whatever",
    }
}

/// An offer or an answer: both G.711 codes and telephone-events.
pub(super) fn sdp(rtp: SocketAddr) -> String {
    let kind = if rtp.is_ipv4() { "IP4" } else { "IP6" };
    let (ip, port) = (rtp.ip(), rtp.port());
    format!(
        "v=0\r\no=phone 4711 1 IN {kind} {ip}\r\ns=-\r\nc=IN {kind} {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    )
}
