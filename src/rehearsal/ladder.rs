//! The ladder: every SIP message of a run as one line of text, in the order of arrival or
//! sending, for people and for snapshots.
//!
//! ```text
//!  0.005  caller     ──► ringback   INVITE 5000 +sdp
//!  0.005  ringback   ──► caller     100 Trying (INVITE)
//! ```

use crate::base::time::Moment;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

/// Most lines kept; older ones are forgotten, so that a long rehearsal stays small.
const RUNGS_MAX: usize = 20_000;

/// Width of a party's name.
const NAME_CHARACTERS: usize = 10;

/// All messages that were sent, in order.
#[derive(Debug, Clone, Default)]
pub struct Ladder {
    names: BTreeMap<IpAddr, String>,
    rungs: Vec<Rung>,
    forgotten: usize,
}

#[derive(Debug, Clone)]
struct Rung {
    at: Moment,
    from: SocketAddr,
    to: SocketAddr,
    text: String,
}

impl Ladder {
    /// Names the party behind an address.
    pub fn name(&mut self, address: IpAddr, name: &str) {
        self.names.insert(address, name.to_owned());
    }

    /// Notes one message as it is sent. What is no SIP message is no rung.
    pub fn note(&mut self, at: Moment, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let Some(text) = summary(bytes) else { return };
        if self.rungs.len() >= RUNGS_MAX {
            let half = RUNGS_MAX / 2;
            self.rungs.drain(..half);
            self.forgotten += half;
        }
        self.rungs.push(Rung { at, from, to, text });
    }

    /// Forgets all messages, not the names.
    pub fn clear(&mut self) {
        self.rungs.clear();
        self.forgotten = 0;
    }

    /// All lines; times in seconds since the first message.
    #[must_use]
    pub fn text(&self) -> String {
        let start = self.rungs.first().map_or(Moment::ZERO, |rung| rung.at);
        let mut text = String::new();
        if self.forgotten > 0 {
            let _ = writeln!(text, "… {} messages before", self.forgotten);
        }
        for rung in &self.rungs {
            let since = rung.at.since(start);
            let seconds = format!("{}.{:03}", since.as_secs(), since.subsec_millis());
            let (from, to) = (self.party(rung.from), self.party(rung.to));
            let width = NAME_CHARACTERS;
            let _ = writeln!(text, "{seconds:>9}  {from:<width$} ──► {to:<width$} {}", rung.text);
        }
        text
    }

    fn party(&self, address: SocketAddr) -> String {
        self.names.get(&address.ip()).map_or_else(|| address.to_string(), Clone::clone)
    }
}

/// `INVITE 5000 +sdp`, `180 Ringing (INVITE)`; tags, branches and ids are left out, for they
/// are chance.
fn summary(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.split("\r\n");
    let first = lines.next()?;
    let sdp = if body.starts_with("v=0") { " +sdp" } else { "" };
    if let Some(status) = first.strip_prefix("SIP/2.0 ") {
        let method = lines
            .find_map(|line| line.strip_prefix("CSeq:"))
            .and_then(|value| value.split_whitespace().nth(1))
            .unwrap_or("?");
        return Some(format!("{status} ({method}){sdp}"));
    }
    let mut words = first.split(' ');
    let (method, uri) = (words.next()?, words.next()?);
    if words.next()? != "SIP/2.0" {
        return None;
    }
    let uri = uri.trim_start_matches("sip:");
    let whom = uri.split(['@', ';']).next().unwrap_or(uri);
    Some(format!("{method} {whom}{sdp}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ladder_reads_like_a_book() {
        let caller = SocketAddr::from(([10, 0, 0, 1], 5060));
        let us = SocketAddr::from(([10, 0, 0, 9], 5060));
        let mut ladder = Ladder::default();
        ladder.name(caller.ip(), "caller");
        ladder.name(us.ip(), "ringback");
        let invite = b"INVITE sip:5000@10.0.0.9 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n";
        ladder.note(Moment::from_millis(1_000), caller, us, invite);
        let ringing = b"SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n";
        ladder.note(Moment::from_millis(1_025), us, caller, ringing);
        ladder.note(Moment::from_millis(1_030), us, caller, &[0x80, 0, 0, 1]);
        let expected = "    0.000  caller     ──► ringback   INVITE 5000 +sdp\n    \
                        0.025  ringback   ──► caller     180 Ringing (INVITE)\n";
        assert_eq!(ladder.text(), expected);
    }
}
