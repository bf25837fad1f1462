//! Who may speak to a port, and whither it speaks.
//!
//! ```text
//!               2 packets in order from the address in SDP
//!            ┌────────────────────────────────────────────────┐
//!            │  4 packets in order from another address       ▼
//! Learning ──┴──────────────────► Locked{learned} ─────► Locked{as told}
//!    ▲                                  │   the one in SDP speaks  │
//!    └──────── another address in SDP, or 10 s of silence ────────┘
//! ```
//!
//! Until it is locked a port sends to the address in SDP and to nobody else, so a stranger
//! never gets a packet by speaking first; an address behind a translator is learned within
//! 80 ms of its first packet. A learned address gives way to the one in SDP.

use crate::base::time::Moment;
use crate::rtp::packet::Header;
use std::net::SocketAddr;
use std::time::Duration;

/// Packets in order from the address in SDP before it is locked.
const TOLD_PACKETS: u8 = 2;
/// Packets in order from another address before it is learned.
const LEARNED_PACKETS: u8 = 4;
/// Lost packets between two that are still in order.
const GAP_PACKETS_MAX: u16 = 10;
/// How long one packet from the address in SDP keeps others from being learned.
const PREFERRED_FOR: Duration = Duration::from_secs(1);
/// Silence from a locked address after which others are listened to.
pub const RELEARN_AFTER: Duration = Duration::from_secs(10);

/// What to do with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is our peer's.
    Ours,
    /// It is our peer's, and from now on only its address counts.
    OursAndLocked,
    /// It is a stranger's, or of one who is not believed yet.
    Stranger,
}

/// The far address of one port.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The address in SDP.
    told: Option<SocketAddr>,
    /// Whether SDP says that nothing is to be sent (`c=0.0.0.0`).
    held: bool,
    state: State,
    /// Where we spoke last while nothing is locked.
    before: Option<SocketAddr>,
}

#[derive(Debug, Clone)]
enum State {
    /// Listening to whoever speaks.
    Learning { candidate: Option<Candidate> },
    /// One address counts.
    Locked { address: SocketAddr, heard: Moment, rival: Option<Candidate> },
}

impl Default for State {
    fn default() -> Self {
        Self::Learning { candidate: None }
    }
}

/// Somebody who has begun to speak.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    address: SocketAddr,
    ssrc: u32,
    next: u16,
    in_order: u8,
    heard: Moment,
}

impl Source {
    /// Takes the address in SDP. Whether a lock was given up: the address is another one.
    pub fn tell(&mut self, remote: Option<SocketAddr>) -> bool {
        self.held = remote.is_none();
        if remote.is_none() || remote == self.told {
            return false;
        }
        self.told = remote;
        self.before = None;
        let was_locked = matches!(self.state, State::Locked { .. });
        self.state = State::default();
        was_locked
    }

    /// Judges a packet that is sound or an event of the agreed types.
    pub fn judge(&mut self, now: Moment, from: SocketAddr, header: &Header) -> Verdict {
        match &mut self.state {
            State::Locked { address, heard, .. } if *address == from => {
                *heard = now;
                Verdict::Ours
            }
            State::Locked { heard, rival, .. } => {
                if now.since(*heard) >= RELEARN_AFTER {
                    self.unlock();
                    return self.learn(now, from, header);
                }
                if self.told != Some(from) {
                    return Verdict::Stranger;
                }
                if Candidate::count(rival, now, from, header) < TOLD_PACKETS {
                    return Verdict::Stranger;
                }
                self.lock(now, from)
            }
            State::Learning { .. } => self.learn(now, from, header),
        }
    }

    /// Where to send; `None` while held, or before SDP told anything.
    #[must_use]
    pub fn destination(&self) -> Option<SocketAddr> {
        if self.held {
            return None;
        }
        match &self.state {
            State::Locked { address, .. } => Some(*address),
            State::Learning { .. } => self.before.or(self.told),
        }
    }

    /// The locked address if it is also the one in SDP: then nobody else needs to be heard.
    #[must_use]
    pub fn certain(&self) -> Option<SocketAddr> {
        match &self.state {
            State::Locked { address, .. } => (self.told == Some(*address)).then_some(*address),
            State::Learning { .. } => None,
        }
    }

    /// When the lock will have been silent for too long, unless it speaks.
    #[must_use]
    pub fn relearn_at(&self) -> Option<Moment> {
        match &self.state {
            State::Locked { heard, .. } => Some(*heard + RELEARN_AFTER),
            State::Learning { .. } => None,
        }
    }

    /// Gives the lock up; we go on speaking to the same address until another is learned.
    pub fn unlock(&mut self) {
        if let State::Locked { address, .. } = self.state {
            self.before = Some(address);
            self.state = State::default();
        }
    }

    fn learn(&mut self, now: Moment, from: SocketAddr, header: &Header) -> Verdict {
        let State::Learning { candidate } = &mut self.state else { return Verdict::Stranger };
        let is_told = self.told == Some(from);
        // Whoever is in SDP is preferred: others wait as long as it speaks.
        let told_speaks = candidate.is_some_and(|known| {
            Some(known.address) == self.told && now.since(known.heard) < PREFERRED_FOR
        });
        if told_speaks && !is_told {
            return Verdict::Stranger;
        }
        let in_order = Candidate::count(candidate, now, from, header);
        let needed = if is_told { TOLD_PACKETS } else { LEARNED_PACKETS };
        if in_order >= needed {
            return self.lock(now, from);
        }
        if is_told { Verdict::Ours } else { Verdict::Stranger }
    }

    fn lock(&mut self, now: Moment, address: SocketAddr) -> Verdict {
        self.before = None;
        self.state = State::Locked { address, heard: now, rival: None };
        Verdict::OursAndLocked
    }
}

impl Candidate {
    /// Counts a packet of `from`; anybody new, or out of order, begins at one.
    fn count(known: &mut Option<Self>, now: Moment, from: SocketAddr, header: &Header) -> u8 {
        let in_order = match known {
            Some(one) if one.address == from && one.ssrc == header.ssrc => {
                let gap = header.sequence.wrapping_sub(one.next);
                if gap <= GAP_PACKETS_MAX { one.in_order.saturating_add(1) } else { 1 }
            }
            _ => 1,
        };
        let next = header.sequence.wrapping_add(1);
        *known = Some(Self { address: from, ssrc: header.ssrc, next, in_order, heard: now });
        in_order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_in_sdp_is_heard_at_once_and_locked_with_the_second_packet() {
        let mut source = told(1);
        assert_eq!(judge(&mut source, 0, 1, 10), Verdict::Ours);
        assert_eq!(judge(&mut source, 20, 1, 11), Verdict::OursAndLocked);
        assert_eq!(source.certain(), Some(address(1)));
    }

    #[test]
    fn a_stranger_gets_nothing_before_it_is_learned_and_little_is_needed() {
        let mut source = told(1);
        for sequence in 0..3 {
            assert_eq!(judge(&mut source, 0, 2, sequence), Verdict::Stranger);
            assert_eq!(source.destination(), Some(address(1)));
        }
        assert_eq!(judge(&mut source, 60, 2, 3), Verdict::OursAndLocked);
        assert_eq!((source.destination(), source.certain()), (Some(address(2)), None));
    }

    #[test]
    fn one_packet_from_sdp_keeps_strangers_from_being_learned() {
        let mut source = told(1);
        judge(&mut source, 0, 1, 10);
        for sequence in 0..9 {
            assert_eq!(judge(&mut source, 5, 2, sequence), Verdict::Stranger);
        }
        assert_eq!(judge(&mut source, 20, 1, 11), Verdict::OursAndLocked);
    }

    #[test]
    fn a_learned_address_gives_way_to_the_one_in_sdp() {
        let mut source = told(1);
        (0..4).for_each(|sequence| _ = judge(&mut source, 0, 2, sequence));
        judge(&mut source, 1_000, 1, 70);
        assert_eq!(source.destination(), Some(address(2)));
        assert_eq!(judge(&mut source, 1_020, 1, 71), Verdict::OursAndLocked);
        assert_eq!(source.destination(), Some(address(1)));
    }

    #[test]
    fn after_the_lock_only_long_silence_lets_another_in() {
        let mut source = told(1);
        judge(&mut source, 0, 1, 10);
        judge(&mut source, 20, 1, 11);
        for sequence in 0..100 {
            assert_eq!(judge(&mut source, 10_019, 2, sequence), Verdict::Stranger);
        }
        (0..3).for_each(|sequence| _ = judge(&mut source, 10_020, 2, sequence));
        assert_eq!(source.destination(), Some(address(1)));
        assert_eq!(judge(&mut source, 10_080, 2, 3), Verdict::OursAndLocked);
    }

    #[test]
    fn hold_sends_nothing_and_keeps_the_lock() {
        let mut source = told(1);
        judge(&mut source, 0, 1, 10);
        judge(&mut source, 20, 1, 11);
        assert!(!source.tell(None));
        assert_eq!(source.destination(), None);
        assert!(!source.tell(Some(address(1))));
        assert_eq!(source.certain(), Some(address(1)));
        assert!(source.tell(Some(address(3))));
        assert_eq!(source.destination(), Some(address(3)));
    }

    fn told(host: u8) -> Source {
        let mut source = Source::default();
        source.tell(Some(address(host)));
        source
    }

    fn address(host: u8) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, host], 4_000))
    }

    fn judge(source: &mut Source, at_ms: u64, host: u8, sequence: u16) -> Verdict {
        let header = Header {
            marker: false,
            payload_type: 0,
            sequence,
            timestamp: 0,
            ssrc: u32::from(host),
        };
        source.judge(Moment::from_millis(at_ms), address(host), &header)
    }
}
