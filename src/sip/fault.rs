//! What can be wrong with a message; always the peer's doing.

use std::fmt;

/// One fault, the first that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The first line is neither a request line nor a status line.
    NotSip,
    /// `SIP/` with another version than 2.0.
    Version,
    /// Blanks where none belong, or no request URI.
    RequestLine,
    /// The request URI cannot be read, or carries headers (RFC 3261 §19.1.1).
    RequestUri,
    /// The status is not 100 to 699.
    StatusLine,
    /// A line without colon, or its name is no token.
    HeaderLine,
    /// No blank line closes the headers (RFC 3261 §7).
    HeadersUnfinished,
    /// A mandatory header is missing (RFC 3261 §8.1.1).
    Missing(&'static str),
    /// A header that may stand once stands there with several values.
    Repeated(&'static str),
    /// A header that is needed cannot be read.
    Malformed(&'static str),
    /// The method of CSeq is not that of the request line (RFC 3261 §8.1.1.5).
    MethodMismatch,
    /// The datagram ended before Content-Length bytes of body (RFC 3261 §18.3).
    BodyCutShort,
    /// More header lines than we read.
    TooManyHeaders,
    /// A header line longer than we read.
    LineTooLong,
    /// More bytes than we read.
    MessageTooLong,
    /// A body longer than we take.
    BodyTooLong,
}

impl Fault {
    /// The status that answers it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::NotSip
            | Self::RequestLine
            | Self::RequestUri
            | Self::StatusLine
            | Self::HeaderLine
            | Self::HeadersUnfinished
            | Self::Missing(_)
            | Self::Repeated(_)
            | Self::Malformed(_)
            | Self::MethodMismatch
            | Self::BodyCutShort => 400,
            Self::BodyTooLong => 413,
            Self::Version => 505,
            Self::TooManyHeaders | Self::LineTooLong | Self::MessageTooLong => 513,
        }
    }
}

/// The reason phrase that names the fault (RFC 3261 §21.4.1).
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSip => f.write_str("Not A SIP Message"),
            Self::Version => f.write_str("Version Not Supported"),
            Self::RequestLine => f.write_str("Malformed Request Line"),
            Self::RequestUri => f.write_str("Malformed Request-URI"),
            Self::StatusLine => f.write_str("Malformed Status Line"),
            Self::HeaderLine => f.write_str("Malformed Header Line"),
            Self::HeadersUnfinished => f.write_str("Headers Not Finished By Blank Line"),
            Self::Missing(name) => write!(f, "Missing {name} Header"),
            Self::Repeated(name) => write!(f, "Repeated {name} Header"),
            Self::Malformed(name) => write!(f, "Malformed {name} Header"),
            Self::MethodMismatch => f.write_str("CSeq Method Differs From Request Line"),
            Self::BodyCutShort => f.write_str("Body Shorter Than Content-Length"),
            Self::TooManyHeaders => f.write_str("Too Many Headers"),
            Self::LineTooLong => f.write_str("Header Line Too Long"),
            Self::MessageTooLong => f.write_str("Message Too Large"),
            Self::BodyTooLong => f.write_str("Body Too Large"),
        }
    }
}
