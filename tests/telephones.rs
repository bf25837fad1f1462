//! `ringback call` and `ringback phone` against `ringback run`: three processes on loopback.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail loudly")]

use ringback::audio::wav;
use ringback::io::listening;
use ringback::io::temporary::Temporary;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

#[test]
fn a_test_call_judges_by_the_final_status() {
    let server = Server::start();
    let good = call(&server, "5002", &["--for", "2s", "--json"]);
    assert_eq!(good.status.code(), Some(0), "{}", told(&good));
    let json: serde_json::Value = serde_json::from_slice(&good.stdout).expect("one JSON object");
    assert_eq!((&json["status"], &json["ended_by"]), (&200.into(), &"us".into()));
    assert!(json["packets"]["received"].as_u64() > Some(50), "{json}");
    assert!(json["level_dbov"].as_f64() > Some(-40.0), "{json}");
    assert!(json["answered_ms"].as_u64() < json["ended_ms"].as_u64(), "{json}");
    let unknown = call(&server, "777", &[]);
    assert_eq!(unknown.status.code(), Some(1), "{}", told(&unknown));
    assert!(told(&unknown).contains("the call ended with 404, not with 200"));
    let expected = call(&server, "777", &["--expect", "404", "--tcp"]);
    assert_eq!(expected.status.code(), Some(0), "{}", told(&expected));
    let usage = call(&server, "777", &["--press", "1x"]);
    assert_eq!(usage.status.code(), Some(2), "{}", told(&usage));
}

#[test]
fn a_caller_and_an_agents_phone_hear_each_other() {
    let server = Server::start();
    let heard = |name: &str| server.dir.path().join(name);
    let anna = server.uri("anna");
    let mut phone = ringback(&["phone", &anna, "--password", "demo-anna", "--sign-in"]);
    phone.args(["--calls", "1", "--hang-up-after", "5s", "--play", &prompt("demo-agent")]);
    phone.arg("--record").arg(heard("agent.wav")).stdout(Stdio::piped());
    let mut phone = phone.spawn().expect("a phone");
    let mut lines = BufReader::new(phone.stdout.take().expect("its lines")).lines();
    let signed_in = lines.find(|line| line.as_ref().is_ok_and(|line| line.ends_with("signed in")));
    assert!(signed_in.is_some(), "the agent never signed in");
    let caller = heard("caller.wav");
    let caller = caller.to_str().expect("a path");
    let voice = prompt("demo-customer");
    let output = call(&server, "5001", &["--for", "20s", "--play", &voice, "--record", caller]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("the far end hung up"), "{}", told(&output));
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert!(phone.wait().expect("its end").success(), "{rest:?}");
    hears(Path::new(caller), "demo-agent");
    assert!(heard("agent.wav").is_file(), "{rest:?}");
}

#[test]
fn a_phone_with_a_wrong_password_is_told_so() {
    let server = Server::start();
    let mut phone = ringback(&["phone", &server.uri("anna"), "--password", "wrong"]);
    let output = phone.output().expect("a phone");
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("the server refuses to register anna: 403"));
    assert!(told(&output).contains("help: check the account's name and its password"));
}

#[test]
fn the_shipped_test_of_flows_passes_as_real_calls() {
    let mut program = ringback(&["flow", "test", "--over-sip"]);
    program
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/flows/custom-callback.test.yaml"));
    let output = program.output().expect("the program");
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("2 cases: all passed ("), "{}", told(&output));
}

#[test]
fn a_closed_queue_in_which_somebody_is_given_is_played_as_real_calls() {
    let dir = Temporary::new().expect("a directory");
    let file = dir.path().join("closed.test.yaml");
    // The queue sales of the shipped site has office-hours.
    let test = "test: closed\nflow: straight-in\ncases:
  - name: nobody came before
    given: { hours: { office-hours: closed }, queues: { sales: { agents: 1, waiting: 1 } } }
    script: [ hangs_up ]
";
    std::fs::write(&file, test).expect("a file");
    let mut program = ringback(&["flow", "test", "--over-sip", "--config"]);
    program.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/ringback.yaml")).arg(file);
    let output = program.output().expect("the program");
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("1 cases: all passed ("), "{}", told(&output));
}

#[test]
fn what_is_not_seen_from_outside_is_told_line_by_line() {
    let server = Server::start();
    let test = "test: outside\nflow: straight-in\ncases:
  - name: a place in line
    script: [ { joins: sales }, hangs_up ]
    expect: { abandoned: 1 }
  - name: a customer
    script: [ { hears: please-wait }, { far_end: answers }, { far_end: hangs_up }, ends ]
  - name: another number
    given: { flow: echo }
    script: [ { hears: welcome } ]
  - name: a disk that is full
    given: { store: fails }
    script: [ { hears: welcome }, hangs_up ]
";
    let at = |name: &str| server.dir.path().join(name).to_string_lossy().to_string();
    let (file, junit) = (at("outside.test.yaml"), at("junit.xml"));
    std::fs::write(&file, test).expect("a file");
    let mut program = ringback(&["flow", "test", &file, "--junit", &junit]);
    program.arg(format!("--over-sip={}", server.uri("5001")));
    let output = program.output().expect("the program");
    let told = told(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    let verdict = "4 cases: none failed, 2 not played, 8 of 10 lines not checked";
    assert!(told.contains(verdict), "{told}");
    let place = "     5 |     script: [ { joins: sales }, hangs_up ]";
    assert!(told.contains(place), "{told}");
    assert!(told.contains("5001 leads to the flow straight-in, and the case is about echo"));
    let results = std::fs::read_to_string(junit).expect("the results");
    assert!(results.contains("failures=\"0\" errors=\"0\" skipped=\"2\""), "{results}");
    assert_eq!(results.matches("<skipped message=").count(), 2, "{results}");
    assert_eq!(results.matches("<system-out>NOT CHECKED").count(), 4, "{results}");
}

/// `ringback run` on ports and a directory of its own.
struct Server {
    process: Child,
    port: u16,
    dir: Temporary,
}

impl Server {
    fn start() -> Self {
        let dir = Temporary::new().expect("a directory");
        let (port, rtp) = free_ports();
        let mut program = ringback(&["run"]);
        program.env("RINGBACK__SIP__ADDRESS", "127.0.0.1");
        program.env("RINGBACK__SIP__PORT", port.to_string());
        program.env("RINGBACK__MEDIA__RTP_PORTS", format!("{rtp}..{}", rtp + 39));
        program.env("RINGBACK__STORE__PATH", dir.path().join("store.sqlite"));
        program.env("RINGBACK__RECORDINGS__DIR", dir.path().join("recordings"));
        let mut process = program.stderr(Stdio::piped()).spawn().expect("a server");
        let mut lines = BufReader::new(process.stderr.take().expect("its lines")).lines();
        let ready = lines.find(|line| line.as_ref().is_ok_and(|l| l.contains("listens for SIP")));
        assert!(ready.is_some(), "the server did not start");
        // Somebody must read on, or the server waits for us one day.
        std::thread::spawn(move || lines.map_while(Result::ok).count());
        Self { process, port, dir }
    }

    fn uri(&self, user: &str) -> String {
        format!("sip:{user}@127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn ringback(arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ringback"));
    program.args(arguments);
    program
}

fn call(server: &Server, user: &str, arguments: &[&str]) -> Output {
    let uri = server.uri(user);
    ringback(&["call", &uri, "--from", "+48601234567"]).args(arguments).output().expect("a call")
}

fn told(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

fn hears(file: &Path, name: &str) {
    let read = |path: &Path| wav::parse(&std::fs::read(path).expect("a file")).expect("a sound");
    let known = read(Path::new(&prompt(name)));
    let found = listening::find(&known, read(file).samples(), 0);
    assert!(found.is_some_and(|found| found.covered > 0.99), "{name}: {found:?}");
}

fn prompt(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "prompts", "en"].iter().collect();
    path.join(format!("{name}.wav")).display().to_string()
}

/// A port for SIP, and the first of forty for sound; all free at this moment.
fn free_ports() -> (u16, u16) {
    let free = |port: u16| UdpSocket::bind(("127.0.0.1", port)).is_ok();
    let sip = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = sip.local_addr().expect("its number").port();
    // Servers of one run never look at the same block at the same time.
    static SERVERS: AtomicU16 = AtomicU16::new(0);
    let server = SERVERS.fetch_add(1, Ordering::Relaxed);
    let chance = u16::try_from(std::process::id() % 25).expect("a small number");
    let mut blocks =
        (0..25_u16).map(|block| 12_000 + ((block + chance) % 25 * 10 + server % 10) * 40);
    let rtp = blocks.find(|first| (*first..first + 40).all(free));
    (port, rtp.expect("forty free ports"))
}
