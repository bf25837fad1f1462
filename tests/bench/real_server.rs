//! The real program as a process of its own, on a site made for it.

use ringback::io::temporary::Temporary;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const START_MAX: Duration = Duration::from_secs(20);
const STOP_MAX: Duration = Duration::from_secs(5);
/// Enough for calls of 200 ms; most of them free in each moment, so that none is used at once
/// again.
const RTP_PORTS: u16 = 10_800;
const RTP_PORT_MIN: u16 = 12_000;
const RTP_PORT_END: u16 = 32_000;
/// `USER_HZ` of Linux on all its platforms of today.
const TICKS_A_SECOND: f64 = 100.0;

const FLOW: &str = "flow: bench\nformat: 1\ntitle: Answers and waits\nsections:\n  start:\n    \
                    - answer\n    - wait: 60s\n    - hangup\n";

/// The real program on a site of its own; it ends with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    site: Temporary,
}

impl Server {
    pub(crate) fn start() -> Self {
        let site = Temporary::new().expect("a directory");
        let address = free_address();
        let settings = settings(address.port(), site.path());
        fs::create_dir(site.path().join("flows")).expect("made");
        fs::write(site.path().join("flows/bench.flow.yaml"), FLOW).expect("written");
        let config = site.path().join("ringback.yaml");
        fs::write(&config, settings).expect("written");
        let log = File::create(site.path().join("log")).expect("made");
        let child = Command::new(env!("CARGO_BIN_EXE_ringback"))
            .args(["run", "--config"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("cloned"))
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let mut server = Self { child, address, site };
        server.wait_until_it_answers();
        server
    }

    fn wait_until_it_answers(&mut self) {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        socket.set_read_timeout(Some(Duration::from_millis(100))).expect("set");
        let (local, until) = (socket.local_addr().expect("an address"), Instant::now() + START_MAX);
        for cseq in 1.. {
            let ended = self.child.try_wait().expect("asked").is_some();
            if ended || Instant::now() > until {
                panic!("the server does not start: {}", self.log());
            }
            let options = format!(
                "OPTIONS sip:{0} SIP/2.0\r\n\
                 Via: SIP/2.0/UDP {local};branch=z9hG4bKo{cseq};rport\r\n\
                 Max-Forwards: 70\r\nFrom: <sip:bench@{local}>;tag=o\r\nTo: <sip:{0}>\r\n\
                 Call-ID: options@bench\r\nCSeq: {cseq} OPTIONS\r\nContent-Length: 0\r\n\r\n",
                self.address
            );
            let _ = socket.send_to(options.as_bytes(), self.address);
            let asked = Instant::now();
            if socket.recv(&mut [0; 4_096]).is_ok() {
                return;
            }
            sleep(Duration::from_millis(100).saturating_sub(asked.elapsed()));
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.site.path().join("log")).unwrap_or_default()
    }

    pub(crate) fn cpu_seconds(&self) -> f64 {
        cpu_seconds(&self.child.id().to_string())
    }

    /// Lets the server end; how many calls its store holds.
    pub(crate) fn stop(mut self) -> u64 {
        let pid = Pid::from_child(&self.child);
        let until = Instant::now() + STOP_MAX;
        kill_process(pid, Signal::TERM).expect("told");
        sleep(Duration::from_millis(500));
        // Calls that it still waits for are of no interest.
        let _ = kill_process(pid, Signal::TERM);
        while self.child.try_wait().expect("asked").is_none() && Instant::now() < until {
            sleep(Duration::from_millis(20));
        }
        self.stored()
    }

    /// How many calls its store holds now.
    pub(crate) fn stored(&self) -> u64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let store = self.site.path().join("store.sqlite");
        let report = runtime.expect("a runtime").block_on(ringback::io::store::check(&store));
        report.expect("a store").interactions
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The queues and hours are those that the shipped flows name.
fn settings(port: u16, dir: &Path) -> String {
    let dir = dir.display();
    let (first, last) = free_rtp_ports();
    format!(
        "sip: {{ address: 127.0.0.1, port: {port}, calls_max: 3600 }}\n\
         media: {{ rtp_ports: {first}..{last} }}\n\
         trunks:\n  bench: {{ sources: [127.0.0.0/8], country: PL }}\n\
         numbers: {{ 5000: bench }}\n\
         queues: {{ sales: {{ agents: [] }}, service: {{ agents: [] }} }}\n\
         hours: {{ office-hours: {{ time_zone: UTC, mon-sun: 00:00-24:00 }} }}\n\
         recordings: {{ dir: \"{dir}/recordings\" }}\n\
         store: {{ path: \"{dir}/store.sqlite\" }}\n"
    )
}

/// Ports that nobody has now, below those that the system deals out to anybody who asks.
fn free_rtp_ports() -> (u16, u16) {
    let mut first = RTP_PORT_MIN;
    for port in RTP_PORT_MIN..RTP_PORT_END {
        if UdpSocket::bind(("127.0.0.1", port)).is_err() {
            first = port + 1 + (port + 1) % 2;
        } else if port + 1 - first.min(port) == RTP_PORTS {
            return (first, port);
        }
    }
    panic!("no {RTP_PORTS} free ports in a row from {RTP_PORT_MIN} to {RTP_PORT_END}");
}

/// A port that is free for UDP and TCP now.
fn free_address() -> SocketAddr {
    let free = || {
        let address = UdpSocket::bind("127.0.0.1:0").ok()?.local_addr().ok()?;
        std::net::TcpListener::bind(address).is_ok().then_some(address)
    };
    (0..16).find_map(|_| free()).expect("a free port")
}

/// Processor time of a process in seconds, the kernel's part included.
pub(crate) fn cpu_seconds(process: &str) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("a process");
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.map(|ticks| ticks.parse::<f64>().expect("ticks")).sum::<f64>() / TICKS_A_SECOND
}
