//! A SIP message in memory (RFC 3261 §7).

use super::header::{Headers, Via};
use super::method::Method;
use super::text::{self, trim};
use super::uri::{NameAddr, Uri};
use bytes::Bytes;
use std::net::SocketAddr;
use std::time::Duration;

/// A request or a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The first line.
    pub start: Start,
    /// Headers in their order.
    pub headers: Headers,
    /// The body, unread.
    pub body: Bytes,
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// `METHOD uri SIP/2.0`
    Request {
        /// Known methods and others alike.
        method: Method,
        /// The request URI.
        uri: Uri,
    },
    /// `SIP/2.0 status reason`
    Response {
        /// 100 to 699.
        status: u16,
        /// The phrase as it came.
        reason: String,
    },
}

/// The contacts that a message names (RFC 3261 §10.2.2 for `*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contacts {
    /// `*`: all of them.
    All,
    /// These.
    These(Vec<NameAddr>),
}

/// Building.
impl Message {
    /// A request without headers and body.
    #[must_use]
    pub const fn request(method: Method, uri: Uri) -> Self {
        Self { start: Start::Request { method, uri }, headers: Headers::new(), body: Bytes::new() }
    }

    /// A response with what RFC 3261 §8.2.6.2 copies from the request: Via, From, To, Call-ID,
    /// CSeq, and Record-Route (§12.1.1). No tag is invented; see [`Message::add_to_tag`].
    ///
    /// Without a `reason` the standard phrase is used. 100 also copies Timestamp (§8.2.6.1).
    #[must_use]
    pub fn response_to(request: &Self, status: u16, reason: Option<&str>) -> Self {
        let mut headers = Headers::with_capacity(12);
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            headers.copy(name, &request.headers);
        }
        if (101..300).contains(&status) {
            headers.copy("Record-Route", &request.headers);
        }
        if status == 100 {
            headers.copy("Timestamp", &request.headers);
        }
        let reason = reason.unwrap_or_else(|| reason_phrase(status)).to_owned();
        Self { start: Start::Response { status, reason }, headers, body: Bytes::new() }
    }

    /// With one more header at the end.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push(name, value);
        self
    }

    /// With this body and its Content-Type.
    #[must_use]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.headers.set("Content-Type", content_type);
        self.body = body.into();
        self
    }

    /// Gives To a tag, unless it has one.
    pub fn add_to_tag(&mut self, tag: &str) {
        if self.to_tag().is_none()
            && let Some(to) = self.headers.first("To")
        {
            let tagged = format!("{to};tag={tag}");
            self.headers.set("To", tagged);
        }
    }

    /// Notes in the top Via where a request really came from (RFC 3261 §18.2.1, RFC 3581 §4).
    /// Doing it twice is the same as once.
    pub fn stamp(&mut self, source: SocketAddr) {
        if let Some(mut via) = self.via() {
            via.stamp(source);
            self.headers.replace_first("Via", &via.to_string());
        }
    }

    /// The message as it goes on the wire, with its true Content-Length.
    ///
    /// No line break can come out of any header, whatever it holds; the body is untouched.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(512 + self.headers.len() * 32 + self.body.len());
        let first = match &self.start {
            Start::Request { method, uri } => format!("{method} {uri} SIP/2.0"),
            Start::Response { status, reason } => format!("SIP/2.0 {status} {reason}"),
        };
        text::write_bytes(&mut out, &first);
        out.extend_from_slice(b"\r\n");
        for (name, value) in self.headers.iter().filter(|(name, _)| *name != "Content-Length") {
            text::write_bytes(&mut out, name);
            out.extend_from_slice(b": ");
            text::write_bytes(&mut out, value);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(format!("Content-Length: {}\r\n\r\n", self.body.len()).as_bytes());
        out.extend_from_slice(&self.body);
        Bytes::from(out)
    }
}

/// Reading.
impl Message {
    /// Whether it is a request.
    #[must_use]
    pub const fn is_request(&self) -> bool {
        matches!(self.start, Start::Request { .. })
    }

    /// The method of a request.
    #[must_use]
    pub const fn method(&self) -> Option<&Method> {
        match &self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => None,
        }
    }

    /// Whether it is a request with this method.
    #[must_use]
    pub fn is(&self, method: &Method) -> bool {
        self.method() == Some(method)
    }

    /// The request URI.
    #[must_use]
    pub const fn uri(&self) -> Option<&Uri> {
        match &self.start {
            Start::Request { uri, .. } => Some(uri),
            Start::Response { .. } => None,
        }
    }

    /// The status of a response.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match &self.start {
            Start::Request { .. } => None,
            Start::Response { status, .. } => Some(*status),
        }
    }

    /// The phrase of a response; empty for a request.
    #[must_use]
    pub fn reason(&self) -> &str {
        match &self.start {
            Start::Request { .. } => "",
            Start::Response { reason, .. } => reason,
        }
    }

    /// The top Via.
    #[must_use]
    pub fn via(&self) -> Option<Via> {
        Via::parse(self.headers.first("Via")?)
    }

    /// All Vias that can be read, the nearest first.
    #[must_use]
    pub fn vias(&self) -> Vec<Via> {
        self.headers.all("Via").filter_map(Via::parse).collect()
    }

    /// Call-ID; compared byte by byte (RFC 3261 §20.8).
    #[must_use]
    pub fn call_id(&self) -> Option<&str> {
        self.headers.first("Call-ID")
    }

    /// From.
    #[must_use]
    pub fn from(&self) -> Option<NameAddr> {
        NameAddr::parse(self.headers.first("From")?)
    }

    /// To.
    #[must_use]
    pub fn to(&self) -> Option<NameAddr> {
        NameAddr::parse(self.headers.first("To")?)
    }

    /// The tag of From.
    #[must_use]
    pub fn from_tag(&self) -> Option<String> {
        self.from()?.tag().map(str::to_owned)
    }

    /// The tag of To.
    #[must_use]
    pub fn to_tag(&self) -> Option<String> {
        self.to()?.tag().map(str::to_owned)
    }

    /// Number and method of CSeq.
    #[must_use]
    pub fn cseq(&self) -> Option<(u32, Method)> {
        read_cseq(self.headers.first("CSeq")?)
    }

    /// The first Contact.
    #[must_use]
    pub fn contact(&self) -> Option<NameAddr> {
        NameAddr::parse(self.headers.first("Contact")?)
    }

    /// All Contacts; `None` when one cannot be read, or `*` stands beside others.
    #[must_use]
    pub fn contacts(&self) -> Option<Contacts> {
        let values: Vec<&str> = self.headers.all("Contact").collect();
        match values.as_slice() {
            ["*"] => Some(Contacts::All),
            _ => {
                values.into_iter().map(NameAddr::parse).collect::<Option<_>>().map(Contacts::These)
            }
        }
    }

    /// Max-Forwards; `None` also when it is no number up to 255.
    #[must_use]
    pub fn max_forwards(&self) -> Option<u8> {
        text::number(self.headers.first("Max-Forwards")?)
    }

    /// Expires in seconds; a number too big for 32 bits is the biggest one.
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        seconds(self.headers.first("Expires")?)
    }

    /// Min-Expires in seconds.
    #[must_use]
    pub fn min_expires(&self) -> Option<u32> {
        seconds(self.headers.first("Min-Expires")?)
    }

    /// Retry-After, without its comment and parameters.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.first("Retry-After")?;
        let end = value.find([' ', '\t', ';', '(']).unwrap_or(value.len());
        Some(Duration::from_secs(u64::from(seconds(value.get(..end)?)?)))
    }

    /// The Route values, the next hop first; those that cannot be read are left out.
    #[must_use]
    pub fn routes(&self) -> Vec<NameAddr> {
        self.headers.all("Route").filter_map(NameAddr::parse).collect()
    }

    /// The Record-Route values in their order; those that cannot be read are left out.
    #[must_use]
    pub fn record_routes(&self) -> Vec<NameAddr> {
        self.headers.all("Record-Route").filter_map(NameAddr::parse).collect()
    }

    /// The media type of the body in small letters, without parameters.
    #[must_use]
    pub fn content_type(&self) -> Option<String> {
        let value = self.headers.first("Content-Type")?;
        let end = value.find(';').unwrap_or(value.len());
        Some(trim(value.get(..end)?).to_ascii_lowercase())
    }

    /// Whether a list of tokens, such as Supported or Require, names this one.
    #[must_use]
    pub fn lists(&self, header: &str, token: &str) -> bool {
        self.headers.all(header).any(|value| value.eq_ignore_ascii_case(token))
    }
}

/// Number and method of a CSeq (RFC 3261 §20.16).
pub(super) fn read_cseq(value: &str) -> Option<(u32, Method)> {
    let (number, method) = value.split_once([' ', '\t'])?;
    Some((text::number(number)?, Method::parse(trim(method))?))
}

/// Delta-seconds, at most 2^32−1 (RFC 3261 §20.19).
pub(super) fn seconds(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().unwrap_or(u32::MAX))
}

/// The phrase that RFC 3261 §21 (and the RFCs after it) give to a status.
#[must_use]
pub const fn reason_phrase(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        181 => "Call Is Being Forwarded",
        182 => "Queued",
        183 => "Session Progress",
        200 => "OK",
        202 => "Accepted",
        204 => "No Notification",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Moved Temporarily",
        305 => "Use Proxy",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        410 => "Gone",
        413 => "Request Entity Too Large",
        414 => "Request-URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        421 => "Extension Required",
        422 => "Session Interval Too Small",
        423 => "Interval Too Brief",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        483 => "Too Many Hops",
        484 => "Address Incomplete",
        485 => "Ambiguous",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        489 => "Bad Event",
        491 => "Request Pending",
        493 => "Undecipherable",
        500 => "Server Internal Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Server Time-out",
        505 => "Version Not Supported",
        513 => "Message Too Large",
        580 => "Precondition Failure",
        600 => "Busy Everywhere",
        603 => "Decline",
        604 => "Does Not Exist Anywhere",
        606 => "Not Acceptable",
        _ => class_phrase(status),
    }
}

/// The phrase of the status that stands for the whole class (RFC 3261 §8.1.3.2).
const fn class_phrase(status: u16) -> &'static str {
    match status / 100 {
        1 => "Session Progress",
        2 => "OK",
        3 => "Multiple Choices",
        4 => "Bad Request",
        5 => "Server Internal Error",
        _ => "Decline",
    }
}
