//! The lines between all addresses: datagrams that are late, lost, repeated or overtaken.

use crate::base::entropy::Entropy;
use crate::base::time::Moment;
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// One datagram under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datagram {
    /// Who sent it.
    pub from: SocketAddr,
    /// To whom.
    pub to: SocketAddr,
    /// What it carries.
    pub bytes: Bytes,
}

/// How a line behaves. Shares are per mille of datagrams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weather {
    /// Time every datagram needs.
    pub delay: Duration,
    /// Further time, up to this, drawn for each datagram; may let one overtake another.
    pub jitter: Duration,
    /// Never arrives.
    pub lost: u16,
    /// Arrives twice.
    pub repeated: u16,
    /// Arrives later by this much more, so that the next ones overtake it.
    pub held_back: (u16, Duration),
}

impl Weather {
    /// Five milliseconds, nothing lost, order kept.
    pub const FAIR: Self = Self {
        delay: Duration::from_millis(5),
        jitter: Duration::ZERO,
        lost: 0,
        repeated: 0,
        held_back: (0, Duration::ZERO),
    };

    /// A bad day: 5 % lost, 2 % repeated, 50 ms jitter.
    pub const FOUL: Self = Self {
        delay: Duration::from_millis(20),
        jitter: Duration::from_millis(50),
        lost: 50,
        repeated: 20,
        held_back: (20, Duration::from_millis(80)),
    };
}

/// What passes on a line; each kind has its own weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// SIP.
    Signalling,
    /// RTP and RTCP.
    Sound,
}

/// What became of all datagrams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Given to the lines.
    pub sent: u64,
    /// Handed over, repeats included.
    pub delivered: u64,
    /// Lost on the way, or sent to or from an address that was cut off.
    pub lost: u64,
    /// Sent twice by the line.
    pub repeated: u64,
}

/// All lines.
#[derive(Debug)]
pub struct Lines {
    entropy: Entropy,
    signalling: Weather,
    sound: Weather,
    cut: BTreeSet<IpAddr>,
    under_way: BTreeMap<(Moment, u64), Datagram>,
    next: u64,
    tally: Tally,
}

impl Lines {
    /// Fair weather everywhere.
    #[must_use]
    pub const fn new(entropy: Entropy) -> Self {
        Self {
            entropy,
            signalling: Weather::FAIR,
            sound: Weather::FAIR,
            cut: BTreeSet::new(),
            under_way: BTreeMap::new(),
            next: 0,
            tally: Tally { sent: 0, delivered: 0, lost: 0, repeated: 0 },
        }
    }

    /// Changes the weather of one kind; what is under way is not touched.
    pub const fn set_weather(&mut self, kind: Kind, weather: Weather) {
        match kind {
            Kind::Signalling => self.signalling = weather,
            Kind::Sound => self.sound = weather,
        }
    }

    /// Cuts an address off, or joins it again. What is under way is lost if it is cut when it
    /// would arrive.
    pub fn set_cut(&mut self, address: IpAddr, cut: bool) {
        if cut {
            self.cut.insert(address);
        } else {
            self.cut.remove(&address);
        }
    }

    /// Puts a datagram on its way.
    pub fn send(&mut self, now: Moment, kind: Kind, datagram: Datagram) {
        self.tally.sent += 1;
        let weather = match kind {
            Kind::Signalling => self.signalling,
            Kind::Sound => self.sound,
        };
        if self.is_cut(&datagram) || self.happens(weather.lost) {
            self.tally.lost += 1;
            return;
        }
        if self.happens(weather.repeated) {
            self.tally.repeated += 1;
            let at = self.arrival(now, weather);
            self.put(at, datagram.clone());
        }
        let at = self.arrival(now, weather);
        self.put(at, datagram);
    }

    /// Takes one datagram that has arrived, the earliest first.
    pub fn take_due(&mut self, now: Moment) -> Option<Datagram> {
        while let Some(first) = self.under_way.first_entry() {
            if first.key().0 > now {
                return None;
            }
            let datagram = first.remove();
            if self.is_cut(&datagram) {
                self.tally.lost += 1;
                continue;
            }
            self.tally.delivered += 1;
            return Some(datagram);
        }
        None
    }

    /// When the next datagram arrives.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        self.under_way.first_key_value().map(|((at, _), _)| *at)
    }

    /// What became of all datagrams so far.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    fn is_cut(&self, datagram: &Datagram) -> bool {
        self.cut.contains(&datagram.from.ip()) || self.cut.contains(&datagram.to.ip())
    }

    fn happens(&mut self, per_mille: u16) -> bool {
        per_mille > 0 && self.entropy.below(1_000) < u64::from(per_mille)
    }

    fn arrival(&mut self, now: Moment, weather: Weather) -> Moment {
        let jitter = u64::try_from(weather.jitter.as_micros()).unwrap_or(u64::MAX);
        let drawn = if jitter == 0 { 0 } else { self.entropy.below(jitter + 1) };
        let mut at = now + weather.delay + Duration::from_micros(drawn);
        let (share, longer) = weather.held_back;
        if self.happens(share) {
            at = at + longer;
        }
        at
    }

    fn put(&mut self, at: Moment, datagram: Datagram) {
        self.next += 1;
        self.under_way.insert((at, self.next), datagram);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fair_lines_keep_order_and_lose_nothing() {
        let arrived = carry(Weather::FAIR, 100);
        assert_eq!(arrived, (0..100).collect::<Vec<u8>>());
    }

    #[test]
    fn foul_lines_lose_repeat_and_let_overtake() {
        let arrived = carry(Weather::FOUL, 200);
        let mut sorted = arrived.clone();
        sorted.sort_unstable();
        let mut once = sorted.clone();
        once.dedup();
        assert!(once.len() < 200 && once.len() > 170, "{} arrived", once.len());
        assert!(sorted.len() > once.len(), "none was repeated");
        assert_ne!(arrived, sorted, "none was overtaken");
    }

    #[test]
    fn the_same_seed_gives_the_same_weather() {
        assert_eq!(carry(Weather::FOUL, 200), carry(Weather::FOUL, 200));
    }

    #[test]
    fn an_address_that_is_cut_off_hears_nothing() {
        let mut lines = Lines::new(Entropy::from_number(1));
        lines.send(Moment::ZERO, Kind::Signalling, datagram(1));
        lines.set_cut(datagram(1).to.ip(), true);
        lines.send(Moment::ZERO, Kind::Signalling, datagram(2));
        assert_eq!(lines.take_due(Moment::from_millis(1_000)), None);
        assert_eq!(lines.tally().lost, 2);
        lines.set_cut(datagram(1).to.ip(), false);
        lines.send(Moment::from_millis(1_000), Kind::Signalling, datagram(3));
        assert_eq!(lines.deadline(), Some(Moment::from_millis(1_005)));
        assert_eq!(lines.take_due(Moment::from_millis(1_005)), Some(datagram(3)));
    }

    fn carry(weather: Weather, count: u8) -> Vec<u8> {
        let mut lines = Lines::new(Entropy::from_number(7));
        lines.set_weather(Kind::Sound, weather);
        for number in 0..count {
            let now = Moment::from_millis(u64::from(number) * 20);
            lines.send(now, Kind::Sound, datagram(number));
        }
        std::iter::from_fn(|| lines.take_due(Moment::from_millis(60_000)))
            .filter_map(|datagram| datagram.bytes.first().copied())
            .collect()
    }

    fn datagram(number: u8) -> Datagram {
        let from = SocketAddr::from(([10, 0, 0, 1], 5060));
        let to = SocketAddr::from(([10, 0, 0, 2], 5060));
        Datagram { from, to, bytes: Bytes::copy_from_slice(&[number]) }
    }
}
