//! Ear and mouth of a sipp call: RTP on a socket of the story.
//!
//! sipp speaks the SIP; its SDP names this socket. What is heard is kept as samples; what is said
//! goes to whoever was heard last, one packet each 20 ms. Keys go out by RFC 4733.

use super::tone::{self, SAMPLES_PER_MS};
use ringback::audio::g711::Law;
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Samples of one packet.
const FRAME: usize = 160;
const FRAME_TIME: Duration = Duration::from_millis(20);
/// Payload type of telephone-event in all our scenarios.
const EVENTS: u8 = 101;
/// Packets of one key that say that it is held.
const HELD: u16 = 5;
/// Packets that say its end (RFC 4733 §2.5.1.4).
const ENDS: u16 = 3;
/// Silent packets between two keys.
const GAP: usize = 3;

/// One packet to send.
enum Frame {
    Silence,
    Tone { hz: u32, at: usize },
    Key { code: u8, held: u16, end: bool, first: bool },
}

#[derive(Default)]
struct Inner {
    heard: Vec<i16>,
    from: Option<SocketAddr>,
    say: VecDeque<Frame>,
    stop: bool,
}

type Shared = Arc<(Mutex<Inner>, Condvar)>;

/// An ear and a mouth on one socket.
pub(super) struct Ear {
    shared: Shared,
    /// Samples before this were asked about already.
    asked: usize,
    worker: Option<JoinHandle<()>>,
}

impl Ear {
    /// Listens on this port; speaks with this law.
    pub(super) fn open(address: Ipv4Addr, port: u16, law: Law) -> Self {
        let socket = UdpSocket::bind((address, port)).expect("a free port");
        let shared = Shared::default();
        let theirs = Arc::clone(&shared);
        let worker = std::thread::spawn(move || Line::new(socket, law, theirs).run());
        Self { shared, asked: 0, worker: Some(worker) }
    }

    /// Waits until this tone was heard for 100 ms, after whatever was heard before.
    pub(super) fn hears(&mut self, hz: u32) -> &mut Self {
        let until = Instant::now() + Duration::from_secs(15);
        let (lock, news) = &*self.shared;
        let mut inner = lock.lock().expect("a lock");
        loop {
            let from = self.asked.min(inner.heard.len());
            if let Some(end) = tone::find(&inner.heard[from..], hz, 100) {
                self.asked = from + end;
                break;
            }
            let left = until.saturating_duration_since(Instant::now());
            let heard = inner.heard.len() / SAMPLES_PER_MS;
            assert!(!left.is_zero(), "{hz} Hz is not heard within 15 s ({heard} ms were heard)");
            inner = news.wait_timeout(inner, left).expect("a lock").0;
        }
        drop(inner);
        self
    }

    /// Speaks a tone; it is queued behind what is still to be said.
    pub(super) fn says(&mut self, hz: u32, ms: usize) -> &mut Self {
        let frames = ms * SAMPLES_PER_MS / FRAME;
        let mut inner = self.shared.0.lock().expect("a lock");
        inner.say.extend((0..frames).map(|n| Frame::Tone { hz, at: n * FRAME }));
        drop(inner);
        self
    }

    /// Presses keys.
    pub(super) fn presses(&mut self, keys: &str) -> &mut Self {
        let mut inner = self.shared.0.lock().expect("a lock");
        for key in keys.chars() {
            let code = "0123456789*#ABCD".find(key).expect("a key") as u8;
            for packet in 1..=HELD {
                let first = packet == 1;
                inner.say.push_back(Frame::Key { code, held: packet, end: false, first });
            }
            for _ in 0..ENDS {
                inner.say.push_back(Frame::Key { code, held: HELD, end: true, first: false });
            }
            inner.say.extend((0..GAP).map(|_| Frame::Silence));
        }
        drop(inner);
        self
    }

    /// Waits until everything was said.
    pub(super) fn has_said_all(&mut self) -> &mut Self {
        let until = Instant::now() + Duration::from_secs(15);
        let (lock, news) = &*self.shared;
        let mut inner = lock.lock().expect("a lock");
        while !inner.say.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "nobody is there to speak to");
            inner = news.wait_timeout(inner, left).expect("a lock").0;
        }
        drop(inner);
        self
    }

    /// Everything that was heard so far.
    pub(super) fn heard(&self) -> Vec<i16> {
        self.shared.0.lock().expect("a lock").heard.clone()
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.shared.0.lock().expect("a lock").stop = true;
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

/// The thread's own state.
struct Line {
    socket: UdpSocket,
    law: Law,
    shared: Shared,
    sequence: u16,
    timestamp: u32,
    /// Timestamp at which the key that is held began.
    key_began: u32,
}

impl Line {
    fn new(socket: UdpSocket, law: Law, shared: Shared) -> Self {
        Self { socket, law, shared, sequence: 100, timestamp: 8_000, key_began: 0 }
    }

    fn run(mut self) {
        let mut tick = Instant::now() + FRAME_TIME;
        let mut packet = [0; 2_048];
        loop {
            let left = tick.saturating_duration_since(Instant::now());
            if left.is_zero() {
                tick += FRAME_TIME;
                if self.speak() {
                    return;
                }
                continue;
            }
            self.socket.set_read_timeout(Some(left)).expect("a socket");
            if let Ok((length, from)) = self.socket.recv_from(&mut packet) {
                self.hear(&packet[..length], from);
            }
        }
    }

    fn hear(&self, packet: &[u8], from: SocketAddr) {
        let law = match packet.get(1).map(|kind| kind & 0x7f) {
            Some(0) => Law::Mu,
            Some(8) => Law::A,
            Some(_) | None => return,
        };
        let (lock, news) = &*self.shared;
        let mut inner = lock.lock().expect("a lock");
        inner.from = Some(from);
        inner.heard.extend(packet.iter().skip(12).map(|&word| law.decode(word)));
        news.notify_all();
    }

    /// One packet, once it is known to whom; whether all is over.
    fn speak(&mut self) -> bool {
        let mut inner = self.shared.0.lock().expect("a lock");
        if inner.stop {
            return true;
        }
        let Some(to) = inner.from else { return false };
        let frame = inner.say.pop_front().unwrap_or(Frame::Silence);
        drop(inner);
        self.shared.1.notify_all();
        let packet = self.packet(&frame);
        // Nobody may listen any more.
        let _ = self.socket.send_to(&packet, to);
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(FRAME as u32);
        false
    }

    fn packet(&mut self, frame: &Frame) -> Vec<u8> {
        let sound = if matches!(self.law, Law::A) { 8 } else { 0 };
        let (kind, timestamp, payload) = match *frame {
            Frame::Silence => (sound, self.timestamp, vec![self.law.silence(); FRAME]),
            Frame::Tone { hz, at } => {
                let words = (at..at + FRAME).map(|n| self.law.encode(tone::sample(hz, n)));
                (sound, self.timestamp, words.collect())
            }
            Frame::Key { code, held, end, first } => {
                if first {
                    self.key_began = self.timestamp;
                }
                let [high, low] = (held * FRAME as u16).to_be_bytes();
                let flags = if end { 0x80 | 10 } else { 10 };
                let marker = if first { 0x80 } else { 0 };
                (EVENTS | marker, self.key_began, vec![code, flags, high, low])
            }
        };
        let mut packet = vec![0x80, kind];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(0x5150_5150_u32.to_be_bytes());
        packet.extend(payload);
        packet
    }
}
