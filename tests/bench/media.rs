//! What a call costs in sound, against the bare kernel calls in the same run.
//!
//! ```text
//! engine's worker ──► one socket for all far ends ◄── bare loop (the floor)
//! ```
//!
//! Prints one JSON line. `cpu` is CPU seconds of the media thread for 1,000 call-seconds,
//! `floor` the same of a bare thread that sends the same packets over connected sockets, all
//! in one tick each 20 ms; `ratio` is their quotient. Pacing is taken where packets arrive:
//! how much later than the stream's own best beat.

#![allow(clippy::print_stdout, reason = "a benchmark speaks")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark may fall")]

use ringback::audio::g711::Law;
use ringback::audio::sound::Sound;
use ringback::audio::tone;
use ringback::base::entropy::Entropy;
use ringback::base::id::PortId;
use ringback::base::time::Utc;
use ringback::io::media_engine::{EngineSettings, MediaEngine};
use ringback::io::recordings::Recordings;
use ringback::media::command::{Command, Event, Terms};
use ringback::rtp::packet::{Header, Packet};
use rustix::event::{Timespec, epoll};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(4);
const WARM_UP: Duration = Duration::from_millis(800);
const FIRST_PORT: u16 = 20_000;
const FRAME: Duration = Duration::from_millis(20);
/// Far ends share this many sockets, so that none overflows.
const FAR_SOCKETS: usize = 16;

fn main() {
    let limit = rustix::process::Rlimit { current: Some(16_384), maximum: Some(16_384) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, limit);
    let stories = [
        (Story::Prompt, 100),
        (Story::Prompt, 500),
        (Story::Prompt, 1_000),
        (Story::Both, 1_000),
        (Story::Bridge, 1_000),
        (Story::Transcode, 1_000),
    ];
    let figures: Vec<String> =
        stories.iter().map(|&(story, calls)| measure(story, calls)).collect();
    println!("{{\"bench\":\"media\",\"figures\":[{}]}}", figures.join(","));
}

/// What the calls do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    /// Each hears a prompt.
    Prompt,
    /// The same while the caller's sound comes in.
    Both,
    /// Pairs hear each other in one code.
    Bridge,
    /// Pairs hear each other in two codes.
    Transcode,
}

impl Story {
    fn name(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Both => "prompt_and_incoming",
            Self::Bridge => "bridge",
            Self::Transcode => "transcode",
        }
    }

    fn callers_speak(self) -> bool {
        self != Self::Prompt
    }
}

fn measure(story: Story, calls: usize) -> String {
    let floor = floor_run(story, calls);
    let ours = engine_run(story, calls);
    format!(
        "{{\"story\":\"{}\",\"calls\":{calls},\"cpu\":{:.3},\"floor\":{:.3},\"ratio\":{:.2},\
         \"pacing_ms\":{},\"floor_pacing_ms\":{},\"lost\":{},\"packets\":{}}}",
        story.name(),
        ours.cpu,
        floor.cpu,
        ours.cpu / floor.cpu,
        ours.pacing.json(),
        floor.pacing.json(),
        ours.pacing.lost,
        ours.pacing.packets,
    )
}

/// One measured window.
struct Figures {
    /// CPU seconds for 1,000 call-seconds.
    cpu: f64,
    pacing: Pacing,
}

fn engine_run(story: Story, calls: usize) -> Figures {
    let far = FarEnds::start();
    let mut engine = MediaEngine::start(EngineSettings {
        shards: 1,
        recordings: Recordings::new(std::env::temp_dir().join("ringback-bench")),
        zero: Instant::now(),
        utc_at_zero: Utc::from_millis(0),
        name: "bench".into(),
        silent_after: Duration::from_secs(60),
        entropy: Entropy::from_number(1),
    })
    .expect("engine");
    let mut events = engine.events().expect("events");
    let music = Arc::new(Sound::new(tone::steady(&[440.0], -20.0, 30_000)));
    let say = |command| engine.send(0, command).expect("taken");
    for call in 0..calls {
        let port = PortId::from(call as u64 + 1);
        say(Command::Open { port, local: near(call), seed: call as u64 });
        let law = if story == Story::Transcode && call % 2 == 1 { Law::Mu } else { Law::A };
        say(Command::Configure { port, terms: terms(law, far.address(call)) });
        if call % 2 == 1 && matches!(story, Story::Bridge | Story::Transcode) {
            say(Command::Bridge { one: PortId::from(call as u64), other: port });
        }
        if matches!(story, Story::Prompt | Story::Both) {
            let clips = vec![Arc::clone(&music)];
            say(Command::Play { port, play: 1, clips, repeat: true });
        }
        if call % 100 == 99 {
            sleep(Duration::from_millis(5));
        }
    }
    let callers = Callers::start(story, calls, &far);
    sleep(WARM_UP);
    let cpu = far.window("media-0", calls);
    callers.stop();
    engine.stop();
    while let Some(event) = events.blocking_recv() {
        assert!(!matches!(event, Event::Failed { .. }), "{event:?}");
    }
    Figures { cpu, pacing: far.stop() }
}

fn floor_run(story: Story, calls: usize) -> Figures {
    let far = FarEnds::start();
    let stop = Arc::new(AtomicBool::new(false));
    let sockets: Vec<UdpSocket> = (0..calls)
        .map(|call| {
            let socket = UdpSocket::bind(near(call)).expect("bound");
            socket.connect(far.address(call)).expect("connected");
            socket.set_nonblocking(true).expect("set");
            socket
        })
        .collect();
    let stopping = Arc::clone(&stop);
    let thread = Builder::new().name("floor".into());
    let floor = thread
        .spawn(move || match story {
            Story::Prompt => floor_sends(&sockets, &stopping, false),
            Story::Both => floor_sends(&sockets, &stopping, true),
            Story::Bridge | Story::Transcode => floor_passes(&sockets, &stopping),
        })
        .expect("thread");
    let callers = Callers::start(story, calls, &far);
    sleep(WARM_UP);
    let cpu = far.window("floor", calls);
    callers.stop();
    stop.store(true, Ordering::Release);
    floor.join().expect("joined");
    Figures { cpu, pacing: far.stop() }
}

/// The floor of a prompt: all packets in one tick each 20 ms, and with `reads` one look each
/// millisecond at what has come.
fn floor_sends(sockets: &[UdpSocket], stop: &AtomicBool, reads: bool) {
    let mut inbox = Inbox::new(sockets);
    let mut packets: Vec<[u8; 172]> = (0..sockets.len()).map(bare_packet).collect();
    let start = Instant::now();
    let mut tick = 0_u32;
    while !stop.load(Ordering::Acquire) {
        tick += if reads { 1 } else { 20 };
        let due = start + Duration::from_millis(u64::from(tick));
        sleep(due.saturating_duration_since(Instant::now()));
        if tick.is_multiple_of(20) {
            for (socket, packet) in sockets.iter().zip(&mut packets) {
                let sequence = u16::from_be_bytes([packet[2], packet[3]]).wrapping_add(1);
                packet[2..4].copy_from_slice(&sequence.to_be_bytes());
                let _ = socket.send(packet);
            }
        }
        if reads {
            inbox.read(sockets, |_, _| {});
        }
    }
}

/// The floor of a bridge: what comes on one socket is sent on its partner.
fn floor_passes(sockets: &[UdpSocket], stop: &AtomicBool) {
    let mut inbox = Inbox::new(sockets);
    let start = Instant::now();
    let mut tick = 0_u32;
    while !stop.load(Ordering::Acquire) {
        tick += 1;
        let due = start + Duration::from_millis(u64::from(tick));
        sleep(due.saturating_duration_since(Instant::now()));
        inbox.read(sockets, |call, packet| {
            let _ = sockets[call ^ 1].send(packet);
        });
    }
}

fn bare_packet(call: usize) -> [u8; 172] {
    let header =
        Header { marker: false, payload_type: 8, sequence: 0, timestamp: 0, ssrc: call as u32 + 1 };
    let mut packet = [0x55; 172];
    packet[..12].copy_from_slice(&header.bytes());
    packet
}

/// Sockets watched by the kernel's list.
struct Inbox {
    epoll: std::os::fd::OwnedFd,
    ready: Vec<epoll::Event>,
}

impl Inbox {
    fn new(sockets: &[UdpSocket]) -> Self {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).expect("epoll");
        for (call, socket) in sockets.iter().enumerate() {
            let data = epoll::EventData::new_u64(call as u64);
            epoll::add(&epoll, socket, data, epoll::EventFlags::IN).expect("watched");
        }
        Self { epoll, ready: Vec::with_capacity(256) }
    }

    fn read(&mut self, sockets: &[UdpSocket], mut take: impl FnMut(usize, &[u8])) {
        let mut buffer = [0; 2_048];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        loop {
            self.ready.clear();
            let room = rustix::buffer::spare_capacity(&mut self.ready);
            epoll::wait(&self.epoll, room, Some(&at_once)).expect("waited");
            for event in &self.ready {
                let call = event.data.u64() as usize;
                if let Ok(length) = sockets[call].recv(&mut buffer) {
                    take(call, &buffer[..length]);
                }
            }
            if self.ready.len() < 256 {
                return;
            }
        }
    }
}

/// Callers who speak: three packets each to be known, or 20 ms without end.
struct Callers {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Callers {
    fn start(story: Story, calls: usize, far: &FarEnds) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = Arc::clone(&stop);
        let sockets: Vec<UdpSocket> =
            far.sockets.iter().map(|socket| socket.try_clone().expect("cloned")).collect();
        let thread = Builder::new().name("callers".into()).spawn(move || {
            let start = Instant::now();
            let mut tick = 0_usize;
            while !stopping.load(Ordering::Acquire) && (story.callers_speak() || tick < 60) {
                let due = start + Duration::from_millis(tick as u64);
                sleep(due.saturating_duration_since(Instant::now()));
                for call in (tick % 20..calls).step_by(20) {
                    let sequence = (tick / 20) as u16;
                    let law = if story == Story::Transcode && call % 2 == 1 { 0 } else { 8 };
                    let header = Header {
                        marker: false,
                        payload_type: law,
                        sequence,
                        timestamp: u32::from(sequence) * 160,
                        ssrc: call as u32 + 1,
                    };
                    let mut packet = [0x55; 172];
                    packet[..12].copy_from_slice(&header.bytes());
                    let _ = sockets[call % FAR_SOCKETS].send_to(&packet, near(call));
                }
                tick += 1;
            }
        });
        Self { stop, thread: thread.expect("thread") }
    }

    fn stop(self) {
        self.stop.store(true, Ordering::Release);
        self.thread.join().expect("joined");
    }
}

/// All far ends: some sockets, and a thread that notes when each packet came.
struct FarEnds {
    sockets: Vec<UdpSocket>,
    noting: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<BTreeMap<u32, Vec<(u16, Instant)>>>,
}

impl FarEnds {
    fn start() -> Self {
        let sockets: Vec<UdpSocket> = (0..FAR_SOCKETS)
            .map(|_| {
                let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
                socket.set_nonblocking(true).expect("set");
                socket2::SockRef::from(&socket).set_recv_buffer_size(4 << 20).expect("set");
                socket
            })
            .collect();
        let own: Vec<UdpSocket> =
            sockets.iter().map(|socket| socket.try_clone().expect("cloned")).collect();
        let (noting, stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (notes, stopping) = (Arc::clone(&noting), Arc::clone(&stop));
        let thread = Builder::new().name("far-ends".into());
        let thread = thread.spawn(move || note_arrivals(&own, &notes, &stopping)).expect("thread");
        Self { sockets, noting, stop, thread }
    }

    fn address(&self, call: usize) -> SocketAddr {
        self.sockets[call % FAR_SOCKETS].local_addr().expect("an address")
    }

    /// Lets a window pass: CPU seconds of the named thread for 1,000 call-seconds.
    fn window(&self, thread: &str, calls: usize) -> f64 {
        self.noting.store(true, Ordering::Release);
        let (start, before) = (Instant::now(), cpu_nanos(thread));
        sleep(WINDOW);
        let nanos = cpu_nanos(thread) - before;
        let span = start.elapsed().as_secs_f64();
        self.noting.store(false, Ordering::Release);
        nanos as f64 / 1e9 / (calls as f64 * span / 1_000.0)
    }

    fn stop(self) -> Pacing {
        self.stop.store(true, Ordering::Release);
        Pacing::of(&self.thread.join().expect("joined"))
    }
}

fn note_arrivals(
    sockets: &[UdpSocket],
    noting: &AtomicBool,
    stop: &AtomicBool,
) -> BTreeMap<u32, Vec<(u16, Instant)>> {
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).expect("epoll");
    for (index, socket) in sockets.iter().enumerate() {
        let data = epoll::EventData::new_u64(index as u64);
        epoll::add(&epoll, socket, data, epoll::EventFlags::IN).expect("watched");
    }
    let patience = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    let mut ready: Vec<epoll::Event> = Vec::with_capacity(FAR_SOCKETS);
    let mut arrivals: BTreeMap<u32, Vec<(u16, Instant)>> = BTreeMap::new();
    let mut buffer = [0; 2_048];
    while !stop.load(Ordering::Acquire) {
        ready.clear();
        let room = rustix::buffer::spare_capacity(&mut ready);
        if epoll::wait(&epoll, room, Some(&patience)).is_err() {
            continue;
        }
        for event in &ready {
            let socket = &sockets[event.data.u64() as usize];
            while let Ok(length) = socket.recv(&mut buffer) {
                let now = Instant::now();
                if let Some(packet) = Packet::read(&buffer[..length])
                    && noting.load(Ordering::Acquire)
                {
                    let header = packet.header;
                    arrivals.entry(header.ssrc).or_default().push((header.sequence, now));
                }
            }
        }
    }
    arrivals
}

/// How even the packets came.
struct Pacing {
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    lost: usize,
    packets: usize,
}

impl Pacing {
    fn of(streams: &BTreeMap<u32, Vec<(u16, Instant)>>) -> Self {
        let mut late: Vec<f64> = Vec::new();
        let mut lost = 0;
        for packets in streams.values() {
            let (first, start) = packets[0];
            let offset = |&(sequence, at): &(u16, Instant)| {
                let beats = f64::from(sequence.wrapping_sub(first) as i16);
                at.duration_since(start).as_secs_f64() - beats * FRAME.as_secs_f64()
            };
            let best = packets.iter().map(offset).fold(f64::INFINITY, f64::min);
            late.extend(packets.iter().map(|packet| (offset(packet) - best) * 1_000.0));
            let span = packets[packets.len() - 1].0.wrapping_sub(first);
            lost += (usize::from(span) + 1).saturating_sub(packets.len());
        }
        late.sort_unstable_by(f64::total_cmp);
        let at =
            |part: f64| late.get((late.len() as f64 * part) as usize).copied().unwrap_or(f64::NAN);
        let (p50_ms, p99_ms, p999_ms) = (at(0.5), at(0.99), at(0.999));
        Self { p50_ms, p99_ms, p999_ms, lost, packets: late.len() }
    }

    fn json(&self) -> String {
        format!("[{:.3},{:.3},{:.3}]", self.p50_ms, self.p99_ms, self.p999_ms)
    }
}

/// CPU time of the thread of this process with this name.
fn cpu_nanos(name: &str) -> u64 {
    for task in std::fs::read_dir("/proc/self/task").expect("tasks").flatten() {
        let comm = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        if comm.trim() == name {
            let stat = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            return stat.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0);
        }
    }
    panic!("no thread {name}");
}

fn near(call: usize) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, FIRST_PORT + 2 * call as u16))
}

fn terms(law: Law, remote: SocketAddr) -> Terms {
    Terms {
        remote: Some(remote),
        law,
        payload_type: if law == Law::A { 8 } else { 0 },
        event_payload_type: Some(101),
        ptime_ms: 20,
        sends: true,
        receives: true,
    }
}
