//! Whether a message that could be read also makes sense, as far as every element must know.

use super::fault::Fault;
use super::header::Via;
use super::message::{Message, Start};
use super::text;
use super::uri::NameAddr;

/// Most Via values in one message; more is a loop.
pub const VIAS_MAX: usize = 100;

/// Headers that RFC 3261 §8.1.1 and §8.2.6.2 demand of every message.
const MANDATORY: [&str; 5] = ["Via", "From", "To", "Call-ID", "CSeq"];

/// Headers with one value only.
const SINGLE: [&str; 6] = ["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length"];

impl Message {
    /// The first fault of a message that could be read; `None` when it is fit for handling.
    ///
    /// Malformed headers that nobody needs, such as Date, are no fault (RFC 3261 §8.2.2).
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.presence_fault().or_else(|| self.value_fault()).or_else(|| self.address_fault())
    }

    fn presence_fault(&self) -> Option<Fault> {
        for name in SINGLE {
            let mut lines = self.headers.lines(name);
            let first = lines.next();
            // The same value twice can mislead nobody.
            if lines.any(|line| Some(line) != first) {
                return Some(Fault::Repeated(name));
            }
        }
        MANDATORY.into_iter().find(|name| self.headers.first(name).is_none()).map(Fault::Missing)
    }

    fn value_fault(&self) -> Option<Fault> {
        let mut vias = 0;
        for value in self.headers.all("Via") {
            vias += 1;
            if vias > VIAS_MAX {
                return Some(Fault::TooManyHeaders);
            }
            if Via::parse(value).is_none() {
                return Some(Fault::Malformed("Via"));
            }
        }
        if self.call_id().is_none_or(str::is_empty) {
            return Some(Fault::Malformed("Call-ID"));
        }
        let Some((_, cseq_method)) = self.cseq() else { return Some(Fault::Malformed("CSeq")) };
        if self.headers.has("Max-Forwards") && self.max_forwards().is_none() {
            return Some(Fault::Malformed("Max-Forwards"));
        }
        if let Some(length) = self.headers.first("Content-Length")
            && text::number::<u32>(length).is_none()
        {
            return Some(Fault::Malformed("Content-Length"));
        }
        match &self.start {
            Start::Request { method, .. } if *method != cseq_method => Some(Fault::MethodMismatch),
            Start::Request { .. } | Start::Response { .. } => None,
        }
    }

    /// Contact and the routes of a response are only looked at by who needs them: it cannot be
    /// refused, and its status is worth having.
    fn address_fault(&self) -> Option<Fault> {
        for name in ["From", "To"] {
            if self.headers.first(name).and_then(NameAddr::parse).is_none() {
                return Some(Fault::Malformed(name));
            }
        }
        if !self.is_request() {
            return None;
        }
        if self.contacts().is_none() {
            return Some(Fault::Malformed("Contact"));
        }
        let unread = |name: &'static str| {
            self.headers.all(name).any(|value| NameAddr::parse(value).is_none())
        };
        ["Route", "Record-Route"].into_iter().find(|name| unread(name)).map(Fault::Malformed)
    }
}
