//! A SIP message in memory (RFC 3261 §7).

use super::uri::Uri;
use bytes::Bytes;

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
        method: rsip::Method,
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

/// Headers in their order; names are canonical (`Via`, also when `v` came).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers {
    lines: Vec<(String, String)>,
}

impl Headers {
    /// All lines as name and unfolded value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
