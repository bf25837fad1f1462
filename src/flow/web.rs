//! The words between a flow and the web services that it asks.

use crate::base::json::Json;
use std::collections::BTreeMap;
use std::time::Duration;

/// One question to a web service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebRequest {
    /// The service of the site; `None` where `address` is whole.
    pub service: Option<String>,
    /// The path below the service's address, or a whole address; variables are put in and
    /// encoded.
    pub address: String,
    /// What is done there.
    pub method: Method,
    /// Headers, beside those of the service.
    pub headers: BTreeMap<String, String>,
    /// What is sent.
    pub body: Option<Body>,
    /// The answer is not waited for longer than this.
    pub timeout: Duration,
}

/// What is sent with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Its media type.
    pub kind: &'static str,
    /// Itself.
    pub text: String,
}

/// What is done at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// `get`
    Get,
    /// `post`
    Post,
    /// `put`
    Put,
    /// `patch`
    Patch,
    /// `delete`
    Delete,
}

impl Method {
    /// As HTTP writes it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a service answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebReply {
    /// 100 to 599.
    pub status: u16,
    /// What it said; `None` where that was not JSON.
    pub body: Option<Json>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WebFault {
    /// Nothing came in time.
    TimedOut,
    /// No connection came about, or it broke.
    Unreachable,
    /// The address is one that flows may not reach.
    Forbidden,
    /// The answer is longer than we read.
    TooLong,
    /// Too many questions are under way already.
    Busy,
}

impl WebFault {
    /// Its word, as `http.error` has it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TimedOut => "timed-out",
            Self::Unreachable => "unreachable",
            Self::Forbidden => "forbidden",
            Self::TooLong => "too-long",
            Self::Busy => "busy",
        }
    }
}

/// Text as one part of an address (RFC 3986 §2.1): whatever is not plain is encoded, so that no
/// value can add a path, a query or a host.
#[must_use]
pub fn encoded(text: &str) -> String {
    let mut coded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            coded.push(char::from(byte));
        } else {
            coded.push_str(&format!("%{byte:02X}"));
        }
    }
    coded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_part_of_the_address() {
        assert_eq!(
            encoded("+48 60/../x?a=b&c#d@ż"),
            "%2B48%2060%2F..%2Fx%3Fa%3Db%26c%23d%40%C5%BC"
        );
    }
}
