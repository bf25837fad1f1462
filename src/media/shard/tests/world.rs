//! A shard, its clock and its far ends, all in memory.

#![allow(clippy::wildcard_enum_match_arm, reason = "a story names what it waits for")]

use super::super::*;
use super::FAR;
use crate::audio::g711::Law;
use crate::audio::sound::Sound;
use crate::base::digit::Digit;
use crate::rtp::event::EventSender;
use crate::rtp::packet::{HEADER_BYTES, Header, Packet};

pub(super) fn one() -> PortId {
    PortId::from(1)
}

pub(super) fn two() -> PortId {
    PortId::from(2)
}

pub(super) fn far(host: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, host], 4_000))
}

pub(super) fn far_rtcp(host: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, host], 4_001))
}

pub(super) fn terms(host: u8) -> Terms {
    Terms {
        remote: Some(far(host)),
        law: Law::A,
        payload_type: 8,
        event_payload_type: Some(101),
        ptime_ms: 20,
        sends: true,
        receives: true,
    }
}

/// A packet that the shard sent.
#[derive(Debug, Clone)]
pub(super) struct SentPacket {
    pub(super) at_ms: u64,
    pub(super) to: SocketAddr,
    pub(super) header: Header,
    pub(super) payload: Vec<u8>,
}

/// Keeps what is sent, with its time.
#[derive(Default)]
pub(super) struct Wire {
    pub(super) now_ms: u64,
    pub(super) packets: Vec<SentPacket>,
    pub(super) reports: Vec<(u64, SocketAddr, Vec<u8>)>,
}

impl Sink for Wire {
    fn rtp(&mut self, _: Slot, to: SocketAddr, header: &[u8; HEADER_BYTES], payload: &[u8]) {
        let header = Packet::read(header).expect("a header").header;
        let payload = payload.to_vec();
        self.packets.push(SentPacket { at_ms: self.now_ms, to, header, payload });
    }

    fn rtcp(&mut self, _: Slot, to: SocketAddr, bytes: &[u8]) {
        self.reports.push((self.now_ms, to, bytes.to_vec()));
    }
}

/// A shard, its clock, and all that came out of it.
pub(super) struct World {
    pub(super) shard: Shard,
    pub(super) out: Outbox<ShardOutput>,
    pub(super) wire: Wire,
    pub(super) told: Vec<(u64, ShardOutput)>,
}

impl World {
    pub(super) fn new() -> Self {
        let settings = ShardSettings {
            name: "ringback".into(),
            utc_at_zero: Utc::from_millis(1_700_000_000_000),
            silent_after: Duration::from_secs(30),
            entropy: Entropy::from_number(1),
        };
        let (out, wire) = (Outbox::new(), Wire::default());
        Self { shard: Shard::new(settings), out, wire, told: Vec::new() }
    }

    /// One port, open, configured, its first sign of life sent and forgotten.
    pub(super) fn with_port() -> Self {
        let mut world = Self::new();
        world.open(one());
        world.say(Command::Configure { port: one(), terms: terms(FAR) });
        world.outputs();
        world
    }

    /// Two bridged ports; the second speaks `law` in packets of `ptime_ms`.
    pub(super) fn bridged(first: Law, law: Law, ptime_ms: u8) -> Self {
        let mut world = Self::new();
        let payload_type = |law| if law == Law::A { 8 } else { 0 };
        let one_terms = Terms { law: first, payload_type: payload_type(first), ..terms(FAR) };
        let two_terms = Terms { law, payload_type: payload_type(law), ptime_ms, ..terms(FAR + 1) };
        for (port, terms) in [(one(), one_terms), (two(), two_terms)] {
            world.open(port);
            world.say(Command::Configure { port, terms });
        }
        world.run_ms(1);
        world.wire.packets.clear();
        world.say(Command::Bridge { one: one(), other: two() });
        world.outputs();
        world
    }

    pub(super) fn open(&mut self, port: PortId) {
        let local = SocketAddr::from(([127, 0, 0, 1], 20_000));
        self.say(Command::Open { port, local, seed: port.raw() });
    }

    pub(super) fn now(&self) -> Moment {
        Moment::from_millis(self.wire.now_ms)
    }

    pub(super) fn say(&mut self, command: Command) {
        let now = self.now();
        self.shard.command(now, command, &mut self.out, &mut self.wire);
        self.collect();
    }

    pub(super) fn play(&mut self, play: u32, ms: u32, repeat: bool) {
        let samples = usize::try_from(ms * 8).expect("short");
        let clips = vec![Arc::new(Sound::new(vec![1_000; samples]))];
        self.say(Command::Play { port: one(), play, clips, repeat });
    }

    pub(super) fn record(&mut self, finish: Option<Digit>, beep: bool) {
        let limits = RecordLimits { longest: Duration::from_secs(60), silence: None, finish, beep };
        self.say(Command::Record { port: one(), recording: RecordingId::from(5), limits });
    }

    pub(super) fn close(&mut self) -> Totals {
        self.say(Command::Close { port: one() });
        let closed = self.told.iter().find_map(|(_, output)| match output {
            ShardOutput::Event(Event::Closed { totals, .. }) => Some(*totals),
            _ => None,
        });
        closed.expect("closed")
    }

    /// Lets time pass, from one deadline to the next.
    pub(super) fn run_ms(&mut self, ms: u64) {
        let end = self.wire.now_ms + ms;
        while let Some(due) = self.shard.deadline() {
            let at_ms = due.at.as_nanos().div_ceil(1_000_000);
            if at_ms > end {
                break;
            }
            self.wire.now_ms = self.wire.now_ms.max(at_ms);
            let now = self.now();
            self.shard.beat(now, &mut self.out, &mut self.wire);
            self.collect();
        }
        self.wire.now_ms = end;
    }

    pub(super) fn hears(&mut self, port: PortId, host: u8, bytes: &[u8]) {
        self.arrive(port, Kind::Rtp, far(host), bytes);
    }

    pub(super) fn arrive(&mut self, port: PortId, kind: Kind, from: SocketAddr, bytes: &[u8]) {
        let slot = self.shard.by_id[&port];
        let (now, arrival) = (self.now(), Arrival { slot, kind, from, bytes });
        self.shard.receive(now, &arrival, &mut self.out, &mut self.wire);
        self.collect();
    }

    pub(super) fn collect(&mut self) {
        let at_ms = self.wire.now_ms;
        self.told.extend(self.out.drain().map(|output| (at_ms, output)));
    }

    /// Everything asked for since the last call but events.
    pub(super) fn outputs(&mut self) -> Vec<ShardOutput> {
        self.collect();
        std::mem::take(&mut self.told).into_iter().map(|(_, output)| output).collect()
    }

    pub(super) fn events(&mut self) -> Vec<(u64, Event)> {
        self.collect();
        let told = self.told.iter().filter_map(|(at_ms, output)| match output {
            ShardOutput::Event(event) => Some((*at_ms, event.clone())),
            _ => None,
        });
        told.collect()
    }

    pub(super) fn digits(&mut self) -> String {
        let events = self.events().into_iter();
        let digits = events.filter_map(|(_, event)| match event {
            Event::Digit { digit, .. } => Some(digit.as_char()),
            _ => None,
        });
        digits.collect()
    }

    /// All samples of the one recording, and how many of them are kept.
    pub(super) fn recording(&mut self) -> (Vec<i16>, u64) {
        let mut all = Vec::new();
        let mut kept = None;
        for output in self.outputs() {
            match output {
                ShardOutput::RecordBlock { samples, .. } => all.extend(samples),
                ShardOutput::RecordEnd { samples, .. } => kept = Some(samples),
                _ => {}
            }
        }
        (all, kept.expect("an end"))
    }

    pub(super) fn sent_to(&self, host: u8) -> Vec<SentPacket> {
        let to = far(host);
        self.wire.packets.iter().filter(|packet| packet.to == to).cloned().collect()
    }

    pub(super) fn payloads_to(&self, host: u8) -> Vec<Vec<u8>> {
        self.sent_to(host).into_iter().map(|packet| packet.payload).collect()
    }
}

/// The far end of a port: makes datagrams as a phone would.
pub(super) struct Phone {
    pub(super) ssrc: u32,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
}

impl Phone {
    pub(super) fn new(host: u8) -> Self {
        Self { ssrc: u32::from(host) * 7_919, sequence: 65_500, timestamp: u32::MAX - 5_000 }
    }

    pub(super) fn packet(&mut self, payload_type: u8, marker: bool, payload: &[u8]) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        let Self { ssrc, sequence, timestamp } = *self;
        let header = Header { marker, payload_type, sequence, timestamp, ssrc };
        [&header.bytes(), payload].concat()
    }

    pub(super) fn sound(&mut self, payload: &[u8]) -> Vec<u8> {
        let packet = self.packet(8, false, payload);
        self.timestamp = self.timestamp.wrapping_add(160);
        packet
    }

    /// All packets of one press, and the pause after it.
    pub(super) fn press(&mut self, digit: Digit) -> Vec<Vec<u8>> {
        let mut sender = EventSender::new(digit);
        let packets: Vec<Vec<u8>> = std::iter::from_fn(|| sender.next_packet(160))
            .map(|packet| self.packet(101, packet.marker, &packet.payload.bytes()))
            .collect();
        self.timestamp = self.timestamp.wrapping_add(1_600);
        packets
    }
}
