//! The server of a story: the real program on the story's site.

use super::child::Program;
use super::site::Site;
use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::Duration;

/// Longest wait for something that should happen.
const SOON: Duration = Duration::from_secs(20);

/// A server in a process of its own.
pub(super) struct Server {
    program: Program,
    address: SocketAddr,
    /// Lines before this were waited for already.
    seen: usize,
}

/// A line of the server's log.
#[derive(Debug, Clone)]
pub(super) struct Event {
    /// `noun.verb`.
    pub(super) name: String,
    facts: String,
}

impl Event {
    /// A fact of the event.
    pub(super) fn fact(&self, name: &str) -> String {
        let fact = |fact: &str| {
            let (key, value) = fact.split_once('=')?;
            (key == name).then(|| value.to_owned())
        };
        self.facts.split(' ').find_map(fact).unwrap_or_default()
    }
}

impl Server {
    /// Starts it and waits until it listens.
    pub(super) fn start(site: &Site) -> Self {
        let program = Program::start("ringback", &mut command(site));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, site.ports.server()));
        let listens = |line: &str| line.contains("listens for SIP").then_some(());
        let up = program.waits_for(0, SOON, listens);
        let (seen, ()) = up.unwrap_or_else(|| panic!("it does not listen: {}", program.tail()));
        Self { program, address, seen }
    }

    /// Where it listens.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the next event of this name, after the one that was waited for last.
    pub(super) fn tells(&mut self, name: &str) -> Event {
        let wanted = |line: &str| event(line).filter(|event| event.name == name);
        let found = self.program.waits_for(self.seen, SOON, wanted);
        let Some((at, event)) = found else {
            panic!("the server does not tell {name}: {}", self.program.tail());
        };
        self.seen = at + 1;
        event
    }

    /// Waits until a flow is at this kind of step.
    pub(super) fn reaches(&mut self, flow: &str, does: &str) {
        loop {
            let step = self.tells("flow.step");
            if step.fact("flow") == flow && step.fact("does") == does {
                return;
            }
        }
    }

    /// Whether this event was told at any time.
    pub(super) fn has_told(&self, name: &str) -> bool {
        self.count(name) > 0
    }

    /// How often this event was told.
    pub(super) fn count(&self, name: &str) -> usize {
        let lines = self.program.lines();
        lines.iter().filter_map(|line| event(line)).filter(|event| event.name == name).count()
    }

    /// Whether it has said this at any time.
    pub(super) fn has_said(&self, words: &str) -> bool {
        self.program.lines().iter().any(|line| line.contains(words))
    }

    /// Waits until it says this.
    pub(super) fn logs(&self, words: &str) {
        let said = |line: &str| line.contains(words).then_some(());
        assert!(self.program.waits_for(0, SOON, said).is_some(), "{}", self.program.tail());
    }

    /// SIGHUP.
    pub(super) fn is_told_to_reload(&self) {
        self.program.signal(rustix::process::Signal::HUP);
    }

    /// Whether it still runs.
    pub(super) fn is_alive(&mut self) -> bool {
        self.program.is_alive()
    }

    /// `kill -9`.
    pub(super) fn dies(mut self) {
        self.program.kill();
    }

    /// Ends it as its users do when no call is left, and asserts that it ended well.
    pub(super) fn ends(mut self) {
        self.is_told_to_end("draining");
        self.has_ended_well();
    }

    /// Ends it while calls are left.
    pub(super) fn ends_now(mut self) {
        self.is_told_to_end("draining");
        self.is_told_to_end("ending now");
        self.has_ended_well();
    }

    fn is_told_to_end(&self, words: &str) {
        self.program.terminate();
        let told = |line: &str| line.contains(words).then_some(());
        assert!(self.program.waits_for(0, SOON, told).is_some(), "{}", self.program.tail());
    }

    fn has_ended_well(&mut self) {
        let status = self.program.ends(SOON);
        assert!(status.success(), "the server ended with {status}: {}", self.program.tail());
    }

    /// Lines of trouble: what a story that goes well must not bring.
    pub(super) fn errors(&self) -> Vec<String> {
        let lines = self.program.lines();
        lines.into_iter().filter(|line| line.contains("\"level\":\"ERROR\"")).collect()
    }
}

/// The program as users start it.
pub(super) fn command(site: &Site) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringback"));
    command.current_dir(site.dir()).env_remove("RUST_LOG");
    command.args(["run", "--config", "ringback.yaml"]);
    command
}

/// The tale of a line of the log, if it is one.
fn event(line: &str) -> Option<Event> {
    let line: Value = serde_json::from_str(line).ok()?;
    let name = line["message"].as_str()?.to_owned();
    let facts = line["facts"].as_str()?.to_owned();
    Some(Event { name, facts })
}
