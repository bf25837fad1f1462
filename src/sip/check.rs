//! Whether a message that could be read also makes sense, as far as every element must know.

use super::fault::Fault;
use super::header::Via;
use super::message::{Message, Start, read_cseq};
use super::text;
use super::uri::NameAddr;

/// Most Via values in one message; more is a loop.
pub const VIAS_MAX: usize = 100;

impl Message {
    /// The first fault of a message that could be read; `None` when it is fit for handling.
    ///
    /// Malformed headers that nobody needs, such as Date, are no fault (RFC 3261 §8.2.2).
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.check().err()
    }

    fn check(&self) -> Result<(), Fault> {
        let mut seen = Seen::default();
        for (name, value) in self.headers.iter() {
            seen.note(name, value)?;
        }
        seen.check()?;
        let (_, cseq_method) = seen.cseq.and_then(read_cseq).ok_or(Fault::Malformed("CSeq"))?;
        match &self.start {
            Start::Request { method, .. } if *method != cseq_method => Err(Fault::MethodMismatch),
            Start::Request { .. } => self.check_addresses(),
            // Nobody could be told of a fault in a Contact, and the status is worth having.
            Start::Response { .. } => Ok(()),
        }
    }

    fn check_addresses(&self) -> Result<(), Fault> {
        for (name, value) in self.headers.iter() {
            let name = match name {
                "Contact" => "Contact",
                "Route" => "Route",
                "Record-Route" => "Record-Route",
                _ => continue,
            };
            let star = name == "Contact" && value == "*";
            if !star && text::list(value).any(|one| NameAddr::parse(one).is_none()) {
                return Err(Fault::Malformed(name));
            }
        }
        Ok(())
    }
}

/// The headers that may stand once, and how many Vias there are.
#[derive(Default)]
struct Seen<'a> {
    vias: usize,
    from: Option<&'a str>,
    to: Option<&'a str>,
    call_id: Option<&'a str>,
    cseq: Option<&'a str>,
    max_forwards: Option<&'a str>,
    content_length: Option<&'a str>,
}

impl<'a> Seen<'a> {
    fn note(&mut self, name: &str, value: &'a str) -> Result<(), Fault> {
        let (place, name) = match name {
            "Via" => return self.note_vias(value),
            "From" => (&mut self.from, "From"),
            "To" => (&mut self.to, "To"),
            "Call-ID" => (&mut self.call_id, "Call-ID"),
            "CSeq" => (&mut self.cseq, "CSeq"),
            "Max-Forwards" => (&mut self.max_forwards, "Max-Forwards"),
            "Content-Length" => (&mut self.content_length, "Content-Length"),
            _ => return Ok(()),
        };
        // The same value twice can mislead nobody.
        if place.is_some_and(|known| known != value) {
            return Err(Fault::Repeated(name));
        }
        *place = Some(value);
        Ok(())
    }

    fn note_vias(&mut self, line: &str) -> Result<(), Fault> {
        for value in text::list(line) {
            self.vias += 1;
            if self.vias > VIAS_MAX {
                return Err(Fault::TooManyHeaders);
            }
            Via::parse(value).ok_or(Fault::Malformed("Via"))?;
        }
        Ok(())
    }

    /// RFC 3261 §8.1.1 and §8.2.6.2 name the headers that every message has.
    fn check(&self) -> Result<(), Fault> {
        if self.vias == 0 {
            return Err(Fault::Missing("Via"));
        }
        let from = self.from.ok_or(Fault::Missing("From"))?;
        let to = self.to.ok_or(Fault::Missing("To"))?;
        let call_id = self.call_id.ok_or(Fault::Missing("Call-ID"))?;
        self.cseq.ok_or(Fault::Missing("CSeq"))?;
        NameAddr::parse(from).ok_or(Fault::Malformed("From"))?;
        NameAddr::parse(to).ok_or(Fault::Malformed("To"))?;
        if call_id.is_empty() {
            return Err(Fault::Malformed("Call-ID"));
        }
        if self.max_forwards.is_some_and(|value| text::number::<u8>(value).is_none()) {
            return Err(Fault::Malformed("Max-Forwards"));
        }
        if self.content_length.is_some_and(|value| text::number::<u32>(value).is_none()) {
            return Err(Fault::Malformed("Content-Length"));
        }
        Ok(())
    }
}
