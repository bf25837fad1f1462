//! sipp, one process for each far end.

use super::child::Program;
use super::server::Server;
use super::site::Site;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Longest life of one far end.
const LIFE_MAX: &str = "60s";
/// Longest wait for its end.
const END_MAX: Duration = Duration::from_secs(20);

/// A running scenario.
pub(super) struct Sipp {
    program: Program,
    messages: PathBuf,
    address: SocketAddr,
}

/// What to run.
pub(super) struct Plan<'a> {
    /// File below `tests/sipp`.
    pub(super) scenario: &'a str,
    /// Where it stands.
    pub(super) at: (Ipv4Addr, u16),
    /// `-s`: whom it calls or who it is.
    pub(super) service: &'a str,
    /// Port of the story's socket for the sound.
    pub(super) sound: u16,
    /// More arguments.
    pub(super) more: &'a [&'a str],
}

impl Sipp {
    /// Starts a scenario against the server.
    pub(super) fn start(site: &Site, server: &Server, plan: &Plan<'_>) -> Self {
        let scenario = format!("{}/tests/sipp/{}", env!("CARGO_MANIFEST_DIR"), plan.scenario);
        let name = plan.scenario.trim_end_matches(".xml");
        let messages = site.path(&format!("{name}-{}.messages", plan.at.1));
        let mut command = Command::new("sipp");
        command.current_dir(site.dir());
        command.arg(server.address().to_string()).args(["-sf", &scenario]);
        command.args(["-i", &plan.at.0.to_string(), "-p", &plan.at.1.to_string()]);
        command.args(["-s", plan.service, "-m", "1", "-nostdin", "-timeout", LIFE_MAX]);
        command.args(["-timeout_error", "-cid_str", &cid(plan.at.1)]);
        command.args(["-key", "sound_port", &plan.sound.to_string()]);
        command.args(["-trace_msg", "-message_file"]).arg(&messages).args(plan.more);
        let program = Program::start(&format!("sipp {name}"), &mut command);
        Self { program, messages, address: SocketAddr::from(plan.at) }
    }

    /// Waits until it has ended, and asserts that its call went as the scenario says.
    pub(super) fn succeeds(mut self) -> Vec<Message> {
        let status = self.program.ends(END_MAX);
        assert!(status.success(), "{status}: {}\n{}", self.program.tail(), self.log());
        self.messages()
    }

    /// All messages so far.
    pub(super) fn messages(&self) -> Vec<Message> {
        messages(&self.log())
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.messages).unwrap_or_default()
    }

    /// Lets the phone of this story hang up: a NOTIFY of its own call, which the scenario waits
    /// for.
    pub(super) fn hangs_up(&self) {
        let calls = self.messages();
        let call = calls.first().map_or_else(|| panic!("no call"), |first| first.header("Call-ID"));
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
        let from = socket.local_addr().expect("an address");
        let text = format!(
            "NOTIFY sip:phone@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKnudge\r\n\
             From: <sip:story@{from}>;tag=story\r\nTo: <sip:phone@{to}>;tag=phone\r\n\
             Call-ID: {call}\r\nCSeq: 77 NOTIFY\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            to = self.address,
        );
        socket.send_to(text.as_bytes(), self.address).expect("a socket");
    }
}

/// A phone registers from this port, by sipp's own digest.
pub(super) fn registers(site: &Site, server: &Server, port: u16) {
    let plan = Plan {
        scenario: "register.xml",
        at: (Ipv4Addr::LOCALHOST, port),
        service: "anna",
        sound: 0,
        more: &[],
    };
    Sipp::start(site, server, &plan).succeeds();
}

fn cid(port: u16) -> String {
    format!("story-{port}")
}

/// A SIP message of sipp's log.
#[derive(Debug, Clone)]
pub(super) struct Message {
    /// Whether sipp received it.
    pub(super) received: bool,
    text: String,
}

impl Message {
    /// The first line.
    pub(super) fn first_line(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    /// The value of the first header of this name.
    pub(super) fn header(&self, name: &str) -> String {
        let begins = format!("{name}:");
        let line = self.text.lines().find_map(|line| line.strip_prefix(&begins));
        line.unwrap_or_default().trim().to_owned()
    }
}

/// The one received request with this method.
pub(super) fn request<'m>(messages: &'m [Message], method: &str) -> &'m Message {
    let begins = format!("{method} ");
    let found: Vec<&Message> = messages
        .iter()
        .filter(|message| message.received && message.first_line().starts_with(&begins))
        .collect();
    assert_eq!(found.len(), 1, "one {method} is expected in {messages:#?}");
    found[0]
}

fn messages(log: &str) -> Vec<Message> {
    let parts = log.split("-----------------------------------------------").skip(1);
    parts
        .filter_map(|part| {
            let (head, text) = part.split_once("\n\n")?;
            let received = head.contains("message received");
            Some(Message { received, text: text.trim_start().replace('\r', "") })
        })
        .collect()
}
