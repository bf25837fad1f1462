//! SIP as text: a mini reader for what a phone receives, and templates for what it sends.

use std::fmt::Write;
use std::net::SocketAddr;

/// A message as a phone reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sip {
    pub first: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Sip {
    /// Reads one datagram; a message that breaks its own form is a fault of the sender, so the
    /// test ends.
    pub fn read(bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).expect("SIP in UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").expect("a blank line after the headers");
        let mut lines = head.split("\r\n");
        let first = lines.next().expect("a first line").to_owned();
        let headers: Vec<(String, String)> = lines
            .map(|line| {
                let (name, value) = line.split_once(':').expect("a header with a colon");
                (name.trim().to_owned(), value.trim().to_owned())
            })
            .collect();
        let message = Self { first, headers, body: body.to_owned() };
        let length: usize = message.header("Content-Length").parse().expect("a Content-Length");
        assert_eq!(length, message.body.len(), "Content-Length is wrong:\n{text}");
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            assert!(!message.header(name).is_empty(), "no {name}:\n{text}");
        }
        message
    }

    pub fn is_request(&self) -> bool {
        self.first.ends_with(" SIP/2.0")
    }

    /// Of a request its method; of a response the method that it answers.
    pub fn method(&self) -> &str {
        if self.is_request() {
            self.first.split(' ').next().unwrap_or("")
        } else {
            self.header("CSeq").split_whitespace().nth(1).unwrap_or("")
        }
    }

    pub fn status(&self) -> u16 {
        self.first.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
    }

    pub fn request_uri(&self) -> &str {
        self.first.split(' ').nth(1).unwrap_or("")
    }

    /// The first header of this name, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let named = |(n, _): &&(String, String)| n.eq_ignore_ascii_case(name);
        self.headers.iter().find(named).map_or("", |(_, value)| value)
    }

    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn cseq(&self) -> u32 {
        self.header("CSeq").split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    pub fn call_id(&self) -> &str {
        self.header("Call-ID")
    }

    /// The branch of the topmost Via.
    pub fn branch(&self) -> &str {
        parameter(self.header("Via"), "branch").unwrap_or("")
    }

    /// The tag of `From` or `To`.
    pub fn tag(&self, name: &str) -> Option<&str> {
        parameter(self.header(name), "tag")
    }
}

/// A parameter's value, up to the next `;`, `,` or `>`.
pub fn parameter<'v>(value: &'v str, name: &str) -> Option<&'v str> {
    let after = value.rsplit('>').next().unwrap_or(value);
    let within = if after.contains(&format!(";{name}=")) { after } else { value };
    let start = within.find(&format!(";{name}="))? + name.len() + 2;
    within[start..].split([';', ',', '>', ' ']).next()
}

/// The URI between `<` and `>`, or before the first `;`.
pub fn uri_in(value: &str) -> &str {
    match (value.find('<'), value.find('>')) {
        (Some(open), Some(close)) if open < close => &value[open + 1..close],
        _ => value.split(';').next().unwrap_or(value),
    }
}

/// The user part of a URI.
pub fn user_in(uri: &str) -> &str {
    let uri = uri.trim_start_matches("sips:").trim_start_matches("sip:").trim_start_matches("tel:");
    uri.split(['@', ';']).next().unwrap_or(uri)
}

/// Host and port of a URI.
pub fn address_in(uri: &str) -> Option<SocketAddr> {
    let rest = uri.split_once('@').map_or(uri, |(_, rest)| rest);
    let rest = rest.trim_start_matches("sip:").split([';', '>', '?']).next()?;
    rest.parse().ok().or_else(|| format!("{rest}:5060").parse().ok())
}

/// A whole message from its first line, headers and body.
pub fn write(first: &str, headers: &[(&str, String)], body: &str) -> Vec<u8> {
    let mut text = format!("{first}\r\n");
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
pub fn response(to: &Sip, status: u16, own: &Own<'_>, body: &str) -> Vec<u8> {
    let mut headers: Vec<(&str, String)> =
        to.all("Via").map(|via| ("Via", via.to_owned())).collect();
    let mut whom = to.header("To").to_owned();
    if status > 100 && to.tag("To").is_none() {
        let _ = write!(whom, ";tag={}", own.tag);
    }
    headers.push(("From", to.header("From").to_owned()));
    headers.push(("To", whom));
    headers.push(("Call-ID", to.call_id().to_owned()));
    headers.push(("CSeq", to.header("CSeq").to_owned()));
    if to.method() == "INVITE" && status > 100 && status < 300 {
        headers.push(("Contact", format!("<sip:{}@{}>", own.user, own.address)));
    }
    write(&format!("SIP/2.0 {status} {}", phrase(status)), &headers, body)
}

/// Who answers.
pub struct Own<'a> {
    pub tag: &'a str,
    pub user: &'a str,
    pub address: SocketAddr,
}

fn phrase(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        183 => "Session Progress",
        200 => "OK",
        404 => "Not Found",
        480 => "Temporarily Unavailable",
        486 => "Busy Here",
        487 => "Request Terminated",
        503 => "Service Unavailable",
        603 => "Decline",
        _ => "Whatever",
    }
}

/// An SDP offer or answer: both G.711 codes and telephone-events.
pub fn sdp(rtp: SocketAddr, version: u32, direction: &str, laws: &str) -> String {
    let kind = if rtp.is_ipv4() { "IP4" } else { "IP6" };
    format!(
        "v=0\r\n\
         o=phone 4711 {version} IN {kind} {ip}\r\n\
         s=-\r\n\
         c=IN {kind} {ip}\r\n\
         t=0 0\r\n\
         m=audio {port} RTP/AVP {laws} 101\r\n\
         a=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\n\
         a=fmtp:101 0-15\r\n\
         a=ptime:20\r\n\
         a={direction}\r\n",
        ip = rtp.ip(),
        port = rtp.port(),
    )
}

/// What a phone reads in the far end's SDP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Far {
    pub rtp: SocketAddr,
    /// The first G.711 payload type of the audio line.
    pub payload_type: u8,
    pub event_payload_type: Option<u8>,
    pub direction: String,
}

/// Reads the first audio line; `None` if it was refused with port 0.
pub fn read_sdp(body: &str) -> Option<Far> {
    let line = |start: &str| body.lines().find_map(|line| line.strip_prefix(start));
    let ip = line("c=")?.split_whitespace().nth(2)?.parse().ok()?;
    let mut audio = line("m=audio ")?.split_whitespace();
    let port: u16 = audio.next()?.parse().ok()?;
    let types: Vec<u8> = audio.skip(1).filter_map(|word| word.parse().ok()).collect();
    let payload_type = types.iter().copied().find(|kind| *kind == 0 || *kind == 8)?;
    let event_payload_type = body
        .lines()
        .filter_map(|line| line.strip_prefix("a=rtpmap:"))
        .filter(|map| map.to_ascii_lowercase().contains("telephone-event/8000"))
        .find_map(|map| map.split_whitespace().next()?.parse().ok())
        .filter(|kind| types.contains(kind));
    let direction = ["sendonly", "recvonly", "inactive"]
        .into_iter()
        .find(|direction| body.contains(&format!("a={direction}")))
        .unwrap_or("sendrecv")
        .to_owned();
    let rtp = SocketAddr::new(ip, port);
    (port != 0).then_some(Far { rtp, payload_type, event_payload_type, direction })
}
