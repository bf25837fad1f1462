//! The engine over real sockets on loopback: every story waits for packets or events, never
//! for a time.

#![allow(clippy::wildcard_enum_match_arm, reason = "a story names what it waits for")]

use super::*;
use crate::audio::g711::Law;
use crate::audio::sound::Sound;
use crate::audio::tone;
use crate::base::id::RecordingId;
use crate::media::command::{RecordLimits, RecordOutcome, Terms, Totals};
use crate::rtp::packet::{Header, Packet};
use std::net::{SocketAddr, UdpSocket};

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn a_prompt_is_heard_over_a_real_socket_and_its_end_is_told() {
    let mut stage = Stage::new("prompt");
    let phone = stage.phone(1);
    phone.says(&[vec![Law::A.silence(); 160], vec![Law::A.silence(); 160]]);
    let clips = vec![Arc::new(Sound::new(vec![1_000; 1_600]))];
    stage.say(Command::Play { port: port(1), play: 4, clips, repeat: false });
    let heard = phone.hears(10);
    assert!(heard.iter().all(|payload| payload[..] == [Law::A.encode(1_000); 160]));
    assert_eq!(stage.event(), Event::PlayEnded { port: port(1), play: 4 });
    assert_eq!(stage.close(1).sent, 10 + 1);
}

#[test]
fn a_recording_is_on_disk_when_it_is_told() {
    let mut stage = Stage::new("recording");
    let phone = stage.phone(1);
    let recording = RecordingId::from(77);
    let longest = Duration::from_millis(900);
    let limits = RecordLimits { longest, silence: None, finish: None, beep: false };
    stage.say(Command::Record { port: port(1), recording, limits });
    let word: Vec<u8> =
        tone::steady(&[440.0], -12.0, 240).iter().map(|&sample| Law::A.encode(sample)).collect();
    phone.says(&word.chunks(160).map(<[u8]>::to_vec).collect::<Vec<_>>());
    let Event::Recorded { outcome: RecordOutcome::Kept { length }, .. } = stage.event() else {
        panic!("not kept");
    };
    let sound = stage.recordings.load(recording).expect("a sound");
    assert_eq!(sound.duration(), length);
    assert!(length >= Duration::from_millis(240), "{length:?}");
}

#[test]
fn a_stranger_after_the_lock_is_not_heard_even_if_its_packets_came_before() {
    let mut stage = Stage::new("stranger");
    let phone = stage.phone(1);
    let stranger = Phone::new(phone.to);
    phone.says(&vec![vec![1; 160]; 3]);
    stranger.says(&vec![vec![2; 160]; 30]);
    let clips = vec![Arc::new(Sound::new(vec![1_000; 800]))];
    stage.say(Command::Play { port: port(1), play: 1, clips, repeat: false });
    assert_eq!(stage.event(), Event::PlayEnded { port: port(1), play: 1 });
    let totals = stage.close(1);
    assert_eq!(totals.received, 3);
    stranger.socket.set_nonblocking(true).expect("set");
    assert!(stranger.socket.recv(&mut [0; 200]).is_err());
}

#[test]
fn a_port_number_in_use_is_told_as_failed() {
    let mut stage = Stage::new("in-use");
    let taken = UdpSocket::bind("127.0.0.1:0").expect("bound");
    let local = taken.local_addr().expect("an address");
    stage.say(Command::Open { port: port(9), local, seed: 1 });
    assert!(matches!(stage.event(), Event::Failed { .. }));
}

#[test]
fn stopping_the_engine_finishes_what_is_being_recorded() {
    let mut stage = Stage::new("stop");
    let phone = stage.phone(1);
    let recording = RecordingId::from(78);
    let longest = Duration::from_secs(60);
    let limits = RecordLimits { longest, silence: None, finish: None, beep: false };
    stage.say(Command::Record { port: port(1), recording, limits });
    // Two digits' worth of commands later the recording has surely begun.
    let clips = vec![Arc::new(Sound::new(vec![0; 160]))];
    stage.say(Command::Play { port: port(1), play: 1, clips, repeat: false });
    assert_eq!(stage.event(), Event::PlayEnded { port: port(1), play: 1 });
    phone.says(&vec![vec![Law::A.encode(9_000); 160]; 20]);
    let clips = vec![Arc::new(Sound::new(vec![0; 3_200]))];
    stage.say(Command::Play { port: port(1), play: 2, clips, repeat: false });
    assert_eq!(stage.event(), Event::PlayEnded { port: port(1), play: 2 });
    let recordings = stage.recordings.clone();
    stage.engine.stop();
    assert!(recordings.load(recording).is_some());
}

fn port(number: u64) -> PortId {
    PortId::from(number)
}

/// An engine with one shard, its events and its recordings.
struct Stage {
    engine: MediaEngine,
    events: Receiver<Event>,
    recordings: Recordings,
}

impl Stage {
    fn new(story: &str) -> Self {
        let name = format!("ringback-engine-{}-{story}", std::process::id());
        let root = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&root);
        let recordings = Recordings::new(root);
        let mut engine = MediaEngine::start(EngineSettings {
            shards: 1,
            recordings: recordings.clone(),
            zero: Instant::now(),
            utc_at_zero: utc_now(),
            name: "ringback".into(),
            silent_after: Duration::from_secs(30),
            entropy: Entropy::from_number(1),
        })
        .expect("started");
        let events = engine.events().expect("events");
        Self { engine, events, recordings }
    }

    fn say(&self, command: Command) {
        self.engine.send(0, command).expect("taken");
    }

    /// Opens a port and a phone that is in its SDP.
    fn phone(&mut self, number: u64) -> Phone {
        let local = free_pair();
        let phone = Phone::new(local);
        self.say(Command::Open { port: port(number), local, seed: number });
        let terms = Terms {
            remote: Some(phone.socket.local_addr().expect("an address")),
            law: Law::A,
            payload_type: 8,
            event_payload_type: Some(101),
            ptime_ms: 20,
            sends: true,
            receives: true,
        };
        self.say(Command::Configure { port: port(number), terms });
        // The first sign of life shows that the port listens.
        phone.hears(1);
        phone
    }

    fn event(&mut self) -> Event {
        self.events.blocking_recv().expect("an event")
    }

    fn close(&mut self, number: u64) -> Totals {
        self.say(Command::Close { port: port(number) });
        match self.event() {
            Event::Closed { totals, .. } => totals,
            other => panic!("{other:?}"),
        }
    }
}

/// A socket at the far end.
struct Phone {
    socket: UdpSocket,
    to: SocketAddr,
}

impl Phone {
    fn new(to: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        socket.set_read_timeout(Some(PATIENCE)).expect("set");
        Self { socket, to }
    }

    fn says(&self, payloads: &[Vec<u8>]) {
        for (number, payload) in (0_u16..).zip(payloads) {
            let header = Header {
                marker: number == 0,
                payload_type: 8,
                sequence: number,
                timestamp: u32::from(number) * 160,
                ssrc: 5,
            };
            let datagram = [&header.bytes(), &payload[..]].concat();
            self.socket.send_to(&datagram, self.to).expect("sent");
        }
    }

    fn hears(&self, packets: usize) -> Vec<Vec<u8>> {
        let mut buffer = [0; 1_500];
        let mut one = || {
            let length = self.socket.recv(&mut buffer).expect("a packet");
            Packet::read(&buffer[..length]).expect("RTP").payload.to_vec()
        };
        (0..packets).map(|_| one()).collect()
    }
}

/// An even number that is free together with the one above it.
fn free_pair() -> SocketAddr {
    loop {
        let lower = UdpSocket::bind("127.0.0.1:0").expect("bound");
        let address = lower.local_addr().expect("an address");
        let upper = SocketAddr::new(address.ip(), address.port().saturating_add(1));
        if address.port().is_multiple_of(2) && UdpSocket::bind(upper).is_ok() {
            return address;
        }
    }
}
