//! Messages out of a byte stream, by Content-Length (RFC 3261 §18.3) and the keep-alives
//! between them (RFC 5626 §3.5.1).
//!
//! ```text
//!            blank line            Content-Length bytes
//! Heading ───────────────► Body ─────────────────────────► Heading
//!    │  no length, too long, not SIP  │
//!    └──────────────► Broken ◄────────┘   no way to find the next message: close
//! ```

use super::{Head, Refusal, STREAM_HEAD_BYTES_MAX, STREAM_MESSAGE_BYTES_MAX, find_head, read_head};
use crate::sip::fault::Fault;
use crate::sip::message::Message;
use bytes::{Buf, Bytes, BytesMut};

/// What a stream brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A whole message.
    Message(Box<Message>),
    /// A double line break; answered with a single one.
    Ping,
    /// A message that was refused. When [`StreamReader::is_broken`] then says so, the connection
    /// must be closed after the answer.
    Refused(Refusal),
}

#[derive(Debug)]
enum State {
    /// Bytes before `scanned` hold no end of the headers.
    Heading { scanned: usize },
    /// The headers are read; so many bytes of body are due.
    Body { head: Box<Head>, length: usize },
    /// The place of the next message is unknown.
    Broken,
}

/// Cuts a stream into messages.
#[derive(Debug)]
pub struct StreamReader {
    buffer: BytesMut,
    state: State,
}

impl StreamReader {
    /// At the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self { buffer: BytesMut::new(), state: State::Heading { scanned: 0 } }
    }

    /// Takes bytes in the order they came. Call [`StreamReader::next_piece`] until it is empty
    /// before giving more: what waits is then never more than one message.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.is_broken() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Whether nothing more can be read from this stream.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        matches!(self.state, State::Broken)
    }

    /// Whether part of a message has come and the rest is due.
    #[must_use]
    pub fn is_half_way(&self) -> bool {
        match self.state {
            State::Heading { .. } => !self.buffer.iter().all(|byte| matches!(byte, b'\r' | b'\n')),
            State::Body { .. } => true,
            State::Broken => false,
        }
    }

    /// The next piece; `None` until more bytes come.
    pub fn next_piece(&mut self) -> Option<Piece> {
        match std::mem::replace(&mut self.state, State::Broken) {
            State::Heading { scanned } => self.read_heading(scanned),
            State::Body { head, length } => self.read_body(*head, length),
            State::Broken => None,
        }
    }

    fn read_heading(&mut self, scanned: usize) -> Option<Piece> {
        if scanned == 0 {
            match self.skip_line_breaks() {
                Between::Text => {}
                Between::Ping => {
                    self.state = State::Heading { scanned: 0 };
                    return Some(Piece::Ping);
                }
                Between::Unclear => {
                    self.state = State::Heading { scanned: 0 };
                    return None;
                }
            }
        }
        let found = find_head(&self.buffer, scanned);
        let end = found.map_or(self.buffer.len(), |(end, _)| end);
        if end > STREAM_HEAD_BYTES_MAX {
            let mut head = read_head(self.buffer.get(..STREAM_HEAD_BYTES_MAX).unwrap_or(&[]));
            return Some(self.broken(&mut head, Fault::MessageTooLong));
        }
        let Some((end, body)) = found else {
            // The end may straddle what is here and what comes: look at the last bytes again.
            let scanned = self.buffer.len().saturating_sub(3).max(scanned);
            self.state = State::Heading { scanned };
            return None;
        };
        let mut head = read_head(self.buffer.get(..end).unwrap_or(&[]));
        self.buffer.advance(body);
        if head.start == Err(Fault::NotSip) {
            return Some(self.broken(&mut head, Fault::NotSip));
        }
        match head.content_length() {
            Ok(Some(length)) if length > STREAM_MESSAGE_BYTES_MAX => {
                Some(self.broken(&mut head, Fault::BodyTooLong))
            }
            Ok(Some(length)) => self.read_body(head, length),
            Ok(None) => Some(self.broken(&mut head, Fault::Missing("Content-Length"))),
            Err(fault) => Some(self.broken(&mut head, fault)),
        }
    }

    fn read_body(&mut self, mut head: Head, length: usize) -> Option<Piece> {
        let Some(body) = self.buffer.get(..length) else {
            self.state = State::Body { head: Box::new(head), length };
            return None;
        };
        let body = Bytes::copy_from_slice(body);
        self.buffer.advance(length);
        self.state = State::Heading { scanned: 0 };
        // A line that is no header may have been meant as Content-Length.
        if let Some(fault) = head.fault {
            return Some(self.broken(&mut head, fault));
        }
        Some(match head.finish(body) {
            Ok(message) => Piece::Message(Box::new(message)),
            Err(refusal) => Piece::Refused(refusal),
        })
    }

    fn broken(&mut self, head: &mut Head, fault: Fault) -> Piece {
        self.state = State::Broken;
        self.buffer = BytesMut::new();
        Piece::Refused(head.refused(fault))
    }

    /// Drops line breaks between messages, as far as it is clear what they are.
    fn skip_line_breaks(&mut self) -> Between {
        loop {
            match *self.buffer {
                [b'\r', b'\n', b'\r', b'\n', ..] => {
                    self.buffer.advance(4);
                    return Between::Ping;
                }
                [] | [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', b'\r'] => return Between::Unclear,
                [b'\r' | b'\n', ..] => self.buffer.advance(1),
                _ => return Between::Text,
            }
        }
    }
}

impl Default for StreamReader {
    fn default() -> Self {
        Self::new()
    }
}

/// What stands between two messages.
enum Between {
    /// A message begins.
    Text,
    /// A keep-alive stood there.
    Ping,
    /// Nothing, or the beginning of a line break.
    Unclear,
}
