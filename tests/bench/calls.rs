//! How many calls a second the real server sets up, and how long a caller waits for the answer.
//!
//! ```text
//!  pacer ── INVITE, BYE, repeats ──►  ringback run, a process ──► store, log
//!    ear ◄── 100, 200 ── ACK ──────►
//! ```
//!
//! Each step offers a rate for five seconds, whatever comes back: a call is answered by a flow,
//! held for 200 ms, ended with BYE and written to the store. A step is clean when every call
//! was answered, ended and found in the store, and 99 of 100 callers waited at most 50 ms.
//! Prints a line for each step and one JSON line at the end. `cpu` is CPU seconds of the server
//! for 1,000 calls, read in ticks of 10 ms; the generator shares the processors with the server,
//! and `generator_cpu` says how much it took. `TMPDIR` chooses the disk of the store. Other
//! rates may be given as arguments: `cargo bench --bench calls -- 500 1500`.

#![allow(clippy::print_stdout, reason = "a benchmark speaks")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark may fall")]

mod real_server;

use real_server::{Server, cpu_seconds};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

const RATES: [usize; 5] = [250, 500, 1_000, 2_000, 4_000];
const WINDOW: Duration = Duration::from_secs(5);
/// How long a call stands.
const HOLD: Duration = Duration::from_millis(200);
/// How long the last calls of a step may take to end.
const DRAIN_MAX: Duration = Duration::from_secs(3);
/// The wait of a clean step, in milliseconds.
const P99_MS_MAX: f64 = 50.0;
/// After so many steps that are not clean, higher ones are not tried.
const UNCLEAN_MAX: usize = 2;
/// Timers of RFC 3261 §17.1.1.1.
const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);

fn main() {
    let asked: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let rates = if asked.is_empty() { RATES.to_vec() } else { asked };
    allow_many_files();
    let load_before = load_average();
    let server = Server::start();
    let line = Line::open(server.address);
    let mut steps: Vec<Step> = Vec::new();
    for rate in rates {
        steps.push(line.step(steps.len(), rate, &server));
        if steps.iter().filter(|step| !step.is_clean()).count() >= UNCLEAN_MAX {
            break;
        }
    }
    let best = steps.iter().filter(|step| step.is_clean()).map(|step| step.rate).max();
    let half = best.unwrap_or(0) / 2;
    if half > 0 && !steps.iter().any(|step| step.rate == half) {
        steps.push(line.step(steps.len(), half, &server));
    }
    let at_half = steps.iter().find(|step| step.rate == half);
    let p99 = at_half.map_or_else(|| "null".to_owned(), |step| format!("{:.2}", step.wait(0.99)));
    line.close();
    let answered: usize = steps.iter().map(|step| step.waits.len()).sum();
    let stored = server.stop();
    let figures: Vec<String> = steps.iter().map(Step::json).collect();
    println!(
        "{{\"bench\":\"calls\",\"clean_per_s\":{},\"p99_ms_at_half\":{p99},\
         \"answered\":{answered},\"stored\":{stored},\"load_before\":{load_before},\
         \"load_after\":{},\"figures\":[{}]}}",
        best.unwrap_or(0),
        load_average(),
        figures.join(","),
    );
}

/// What one rate brought.
struct Step {
    rate: usize,
    /// INVITEs that the pacer sent in a second; less than the rate if it was late itself.
    sent_per_s: f64,
    /// Answers that came within the window, for each second.
    answered_per_s: f64,
    calls: usize,
    /// From each INVITE to its 200, in milliseconds, sorted.
    waits: Vec<f64>,
    /// Our repeats and theirs.
    resent: usize,
    failures: BTreeMap<String, usize>,
    /// CPU seconds for 1,000 calls.
    cpu: f64,
    generator_cpu: f64,
}

impl Step {
    fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.waits.len() == self.calls && self.wait(0.99) <= P99_MS_MAX
    }

    fn wait(&self, part: f64) -> f64 {
        let index = (self.waits.len() as f64 * part) as usize;
        let last = self.waits.last().copied().unwrap_or(f64::NAN);
        self.waits.get(index).copied().unwrap_or(last)
    }

    fn print(&self) {
        let [p50, p99, max] = [0.5, 0.99, 1.0].map(|part| self.wait(part));
        print!("{:>5} calls/s: sent {:>5.0}/s, ", self.rate, self.sent_per_s);
        print!("answered {:>5.0}/s after ms ", self.answered_per_s);
        print!("p50 {p50:>6.2} p99 {p99:>7.2} max {max:>7.2}, resent {}, ", self.resent);
        print!("cpu {:.2} s/1,000 calls (generator {:.2})", self.cpu, self.generator_cpu);
        println!("{}", if self.is_clean() { ", clean" } else { "" });
        for (failure, count) in &self.failures {
            println!("      {count}: {failure}");
        }
    }

    fn json(&self) -> String {
        let failed: usize = self.failures.values().sum();
        let waits = [self.wait(0.5), self.wait(0.99), self.wait(1.0)];
        let [p50, p99, max] =
            waits.map(|wait| if wait.is_nan() { "null".to_owned() } else { format!("{wait:.2}") });
        format!(
            "{{\"rate\":{},\"sent_per_s\":{:.0},\"answered_per_s\":{:.0},\"calls\":{},\
             \"answered\":{},\"p50_ms\":{p50},\"p99_ms\":{p99},\"max_ms\":{max},\
             \"failed\":{failed},\"resent\":{},\"cpu\":{:.3},\"generator_cpu\":{:.3},\"clean\":{}}}",
            self.rate,
            self.sent_per_s,
            self.answered_per_s,
            self.calls,
            self.waits.len(),
            self.resent,
            self.cpu,
            self.generator_cpu,
            self.is_clean(),
        )
    }
}

/// One call of the step that runs.
///
/// ```text
/// Calling ──► Proceeding ──► Talking ──► Ending ──► Over
///    └────────────┴─────────────┴───────────┴─────► Over, with a failure
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Calling,
    Proceeding,
    Talking,
    Ending,
    Over,
}

struct Call {
    began: Instant,
    stage: Stage,
    /// Made from the answer.
    bye: String,
}

/// What the pacer does later; a gap is the time to the next repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Bye,
    InviteAgain(Duration),
    ByeAgain(Duration),
}

/// All calls of the step that runs.
struct Book {
    step: usize,
    calls: Vec<Call>,
    due: BinaryHeap<Reverse<(Instant, usize, Due)>>,
    over: usize,
    answers: Vec<(Instant, f64)>,
    resent: usize,
    failures: BTreeMap<String, usize>,
}

impl Book {
    fn new(step: usize) -> Self {
        Self {
            step,
            calls: Vec::new(),
            due: BinaryHeap::new(),
            over: 0,
            answers: Vec::new(),
            resent: 0,
            failures: BTreeMap::new(),
        }
    }

    fn later(&mut self, at: Instant, call: usize, due: Due) {
        self.due.push(Reverse((at, call, due)));
    }

    fn end(&mut self, call: usize, failure: Option<&str>) {
        let call = &mut self.calls[call];
        if call.stage == Stage::Over {
            return;
        }
        call.stage = Stage::Over;
        self.over += 1;
        if let Some(failure) = failure {
            *self.failures.entry(failure.to_owned()).or_default() += 1;
        }
    }

    /// Calls and timers that are due, as messages.
    fn due(&mut self, now: Instant, texts: &Texts, send: &mut Vec<String>) {
        while let Some(&Reverse((at, index, due))) = self.due.peek() {
            if at > now {
                return;
            }
            self.due.pop();
            let call = &mut self.calls[index];
            match (due, call.stage) {
                (Due::Bye, Stage::Talking) => {
                    call.stage = Stage::Ending;
                    send.push(call.bye.clone());
                    self.later(now + T1, index, Due::ByeAgain(T1));
                }
                (Due::InviteAgain(gap), Stage::Calling) => {
                    send.push(texts.invite(self.step, index));
                    self.resent += 1;
                    self.later(now + gap * 2, index, Due::InviteAgain(gap * 2));
                }
                (Due::ByeAgain(gap), Stage::Ending) => {
                    send.push(call.bye.clone());
                    self.resent += 1;
                    let next = T2.min(gap * 2);
                    self.later(now + next, index, Due::ByeAgain(next));
                }
                (Due::Bye | Due::InviteAgain(_) | Due::ByeAgain(_), _) => {}
            }
        }
    }

    /// Takes what the server sent; what is to be sent for it.
    fn hear(&mut self, message: &str, now: Instant, texts: &Texts) -> Option<String> {
        let id = header(message, "Call-ID")?;
        let (step, index) = id.split_once('@')?.0.split_once('-')?;
        let index: usize = index.parse().ok()?;
        let ours = step.parse() == Ok(self.step) && index < self.calls.len();
        let Some(rest) = message.strip_prefix("SIP/2.0 ") else {
            if ours && message.starts_with("BYE ") {
                self.end(index, Some("ended by the server"));
            }
            return Some(texts.agree(message)).filter(|_| !message.starts_with("ACK "));
        };
        let status: u16 = rest.get(..3)?.parse().ok()?;
        let invite = header(message, "CSeq")?.ends_with("INVITE");
        if !ours {
            // Too late for its step: only let it go.
            return (invite && status == 200).then(|| texts.inside("BYE", 2, message));
        }
        let call = &mut self.calls[index];
        match (invite, status) {
            (true, 100..200) => {
                if call.stage == Stage::Calling {
                    call.stage = Stage::Proceeding;
                }
                None
            }
            (true, 200) => {
                if matches!(call.stage, Stage::Calling | Stage::Proceeding) {
                    call.stage = Stage::Talking;
                    call.bye = texts.inside("BYE", 2, message);
                    let wait = now.duration_since(call.began).as_secs_f64() * 1_000.0;
                    self.answers.push((now, wait));
                    self.later(now + HOLD, index, Due::Bye);
                } else {
                    self.resent += 1;
                }
                Some(texts.inside("ACK", 1, message))
            }
            (true, _) => {
                self.end(index, Some(rest.lines().next().unwrap_or(rest)));
                Some(texts.refused(message, self.step, index))
            }
            (false, 200) => {
                self.end(index, None);
                None
            }
            (false, _) => {
                self.end(index, Some(&format!("BYE: {status}")));
                None
            }
        }
    }
}

/// The telephone line of all callers: one socket, a pacer and an ear.
struct Line {
    socket: Arc<UdpSocket>,
    texts: Arc<Texts>,
    book: Arc<Mutex<Book>>,
    stop: Arc<AtomicBool>,
    ear: std::thread::JoinHandle<()>,
}

impl Line {
    fn open(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        socket.connect(server).expect("connected");
        socket.set_read_timeout(Some(Duration::from_millis(50))).expect("set");
        socket2::SockRef::from(&socket).set_recv_buffer_size(4 << 20).expect("set");
        let local = socket.local_addr().expect("an address");
        let (socket, texts) = (Arc::new(socket), Arc::new(Texts::new(local, server)));
        let book = Arc::new(Mutex::new(Book::new(0)));
        let stop = Arc::new(AtomicBool::new(false));
        let ear = {
            let (socket, texts, book, stop) =
                (Arc::clone(&socket), Arc::clone(&texts), Arc::clone(&book), Arc::clone(&stop));
            spawn(move || {
                let mut buffer = [0; 4_096];
                while !stop.load(Ordering::Acquire) {
                    let Ok(length) = socket.recv(&mut buffer) else { continue };
                    let now = Instant::now();
                    let message = std::str::from_utf8(&buffer[..length]).expect("text");
                    let answer = book.lock().expect("a book").hear(message, now, &texts);
                    if let Some(answer) = answer {
                        let _ = socket.send(answer.as_bytes());
                    }
                }
            })
        };
        Self { socket, texts, book, stop, ear }
    }

    fn step(&self, step: usize, rate: usize, server: &Server) -> Step {
        let calls = rate * WINDOW.as_secs() as usize;
        *self.book.lock().expect("a book") = Book::new(step);
        let stored = server.stored();
        let before = (server.cpu_seconds(), cpu_seconds("self"));
        let start = Instant::now();
        let sending = self.pace(start, calls, rate);
        let generator_cpu = cpu_seconds("self") - before.1;
        let mut book = self.book.lock().expect("a book");
        for index in 0..calls {
            let unanswered = match book.calls[index].stage {
                Stage::Calling | Stage::Proceeding => "no answer",
                Stage::Talking | Stage::Ending | Stage::Over => "BYE unanswered",
            };
            book.end(index, Some(unanswered));
        }
        let lost = lost_records(server, stored + book.answers.len() as u64);
        if lost > 0 {
            book.failures.insert("record not stored".to_owned(), lost);
        }
        let thousands = book.answers.len().max(1) as f64 / 1_000.0;
        let in_time = book.answers.iter().filter(|(at, _)| *at <= start + WINDOW).count();
        let mut waits: Vec<f64> = book.answers.iter().map(|(_, wait)| *wait).collect();
        waits.sort_unstable_by(f64::total_cmp);
        let result = Step {
            rate,
            sent_per_s: calls as f64 / sending.as_secs_f64(),
            answered_per_s: in_time as f64 / WINDOW.as_secs_f64(),
            calls,
            waits,
            resent: book.resent,
            failures: std::mem::take(&mut book.failures),
            cpu: (server.cpu_seconds() - before.0) / thousands,
            generator_cpu: generator_cpu / thousands,
        };
        result.print();
        result
    }

    /// Sends everything of one step in its time; how long the INVITEs took.
    fn pace(&self, start: Instant, calls: usize, rate: usize) -> Duration {
        let begins = |call: usize| start + Duration::from_secs_f64(call as f64 / rate as f64);
        let mut sending = WINDOW;
        let mut send = Vec::new();
        loop {
            let now = Instant::now();
            let mut book = self.book.lock().expect("a book");
            book.due(now, &self.texts, &mut send);
            while book.calls.len() < calls && begins(book.calls.len()) <= now {
                let index = book.calls.len();
                let began = Instant::now();
                book.calls.push(Call { began, stage: Stage::Calling, bye: String::new() });
                book.later(now + T1, index, Due::InviteAgain(T1));
                send.push(self.texts.invite(book.step, index));
                sending = WINDOW.max(start.elapsed());
            }
            let begun = book.calls.len();
            let next = book.due.peek().map(|Reverse((at, ..))| *at);
            let over = begun == calls && (book.over == calls || now > start + WINDOW + DRAIN_MAX);
            drop(book);
            for message in send.drain(..) {
                let _ = self.socket.send(message.as_bytes());
            }
            if over {
                return sending;
            }
            // The ear sets timers too, none nearer than this.
            let mut wake = now + Duration::from_millis(5);
            wake = next.map_or(wake, |next| wake.min(next));
            wake = if begun < calls { wake.min(begins(begun)) } else { wake };
            sleep(wake.saturating_duration_since(Instant::now()));
        }
    }

    fn close(self) {
        self.stop.store(true, Ordering::Release);
        self.ear.join().expect("joined");
    }
}

/// Messages, written by hand.
struct Texts {
    local: SocketAddr,
    server: SocketAddr,
    /// Where callers would hear, if anybody spoke.
    sound: UdpSocket,
}

impl Texts {
    fn new(local: SocketAddr, server: SocketAddr) -> Self {
        Self { local, server, sound: UdpSocket::bind("127.0.0.1:0").expect("bound") }
    }

    fn invite(&self, step: usize, index: usize) -> String {
        let (local, server) = (self.local, self.server);
        let sound = self.sound.local_addr().expect("an address").port();
        let body = format!(
            "v=0\r\no=- {index} 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {sound} RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
             a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n"
        );
        format!(
            "INVITE sip:5000@{server} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {local};branch=z9hG4bKi{step}x{index};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:+48601{index:06}@{local}>;tag=c{index}\r\n\
             To: <sip:5000@{server}>\r\nCall-ID: {step}-{index}@bench\r\nCSeq: 1 INVITE\r\n\
             Contact: <sip:bench@{local}>\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// A request within the dialog that this answer opened.
    fn inside(&self, method: &str, cseq: u32, answer: &str) -> String {
        let contact = header(answer, "Contact").unwrap_or_default();
        let target = contact.split(['<', '>']).nth(1).unwrap_or(contact);
        let id = header(answer, "Call-ID").unwrap_or_default();
        format!(
            "{method} {target} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {};branch=z9hG4bK{method}{};rport\r\nMax-Forwards: 70\r\n\
             From: {}\r\nTo: {}\r\nCall-ID: {id}\r\nCSeq: {cseq} {method}\r\n\
             Content-Length: 0\r\n\r\n",
            self.local,
            id.replace('@', "x"),
            header(answer, "From").unwrap_or_default(),
            header(answer, "To").unwrap_or_default(),
        )
    }

    /// The ACK to a refusal (RFC 3261 §17.1.1.3).
    fn refused(&self, answer: &str, step: usize, index: usize) -> String {
        format!(
            "ACK sip:5000@{} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {};branch=z9hG4bKi{step}x{index};rport\r\nMax-Forwards: 70\r\n\
             From: {}\r\nTo: {}\r\nCall-ID: {step}-{index}@bench\r\nCSeq: 1 ACK\r\n\
             Content-Length: 0\r\n\r\n",
            self.server,
            self.local,
            header(answer, "From").unwrap_or_default(),
            header(answer, "To").unwrap_or_default(),
        )
    }

    /// 200 to any request of the server.
    fn agree(&self, request: &str) -> String {
        let copied = ["Via", "From", "To", "Call-ID", "CSeq"]
            .map(|name| format!("{name}: {}\r\n", header(request, name).unwrap_or_default()));
        format!("SIP/2.0 200 OK\r\n{}Content-Length: 0\r\n\r\n", copied.concat())
    }
}

/// The value of the first header of this name.
fn header<'m>(message: &'m str, name: &str) -> Option<&'m str> {
    let head = message.split("\r\n\r\n").next()?;
    head.split("\r\n").find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Waits until the store holds so many calls; how many it lacks in the end.
fn lost_records(server: &Server, wanted: u64) -> usize {
    let until = Instant::now() + DRAIN_MAX;
    loop {
        let lost = wanted.saturating_sub(server.stored());
        if lost == 0 || Instant::now() > until {
            return lost as usize;
        }
        sleep(Duration::from_millis(200));
    }
}

/// Each call that stands holds two sockets of the server, which inherits our limit.
fn allow_many_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

fn load_average() -> f64 {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(f64::NAN)
}
