//! The telephones around a house that rehearses: the caller's, those of callers who came before,
//! of agents, and of far ends: customers who are called back, numbers that callers are passed on
//! to.
//!
//! ```text
//!           200 came                                  BYE, CANCEL, a refusal
//! Calling ───────────► Up ────────────────────────────────► Over
//!            answered      ACK came                          ▲
//! Ringing ───────────► Answered ──► Up ──────────────────────┘
//! ```
//!
//! Nothing is lost on their lines, so nothing is repeated.

use super::text::{self, Sip, user_in};
use crate::sip::event::{Path, Transport};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Where the telephones of agents are (RFC 5737: an address for documentation).
pub(super) const AGENTS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
/// The lowest port of sound of a telephone; nothing is sent there.
const SOUND_PORTS: u16 = 20_000;

/// What the telephones say, in order.
pub(super) type Said = Vec<(Path, Vec<u8>)>;

/// All telephones.
#[derive(Debug)]
pub(super) struct Telephones {
    /// Where callers come from.
    outside: SocketAddr,
    server: SocketAddr,
    lines: Vec<Telephone>,
    minted: u32,
}

/// One call of one telephone.
#[derive(Debug)]
pub(super) struct Telephone {
    pub(super) party: Party,
    pub(super) state: State,
    /// The port at which the server listens to it.
    pub(super) port: Option<u16>,
    call_id: String,
    /// Our end and theirs, as they stand in From and To.
    ends: (String, String),
    target: String,
    path: Path,
    cseq: u32,
    /// The INVITE that came, to be answered.
    invite: Vec<u8>,
}

/// Whose telephone it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Party {
    Caller,
    Earlier,
    Agent,
    FarEnd,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    Calling,
    Ringing,
    Answered,
    Up,
    /// With how it ended.
    Over(String),
}

impl Telephone {
    pub(super) const fn is_over(&self) -> bool {
        matches!(self.state, State::Over(_))
    }
}

impl Telephones {
    pub(super) const fn new(outside: SocketAddr, server: SocketAddr) -> Self {
        Self { outside, server, lines: Vec::new(), minted: 0 }
    }

    pub(super) fn line(&self, index: usize) -> Option<&Telephone> {
        self.lines.get(index)
    }

    /// The newest line for which something is so.
    pub(super) fn find(&self, so: impl Fn(&Telephone) -> bool) -> Option<usize> {
        self.lines.iter().rposition(so)
    }

    /// The oldest one.
    pub(super) fn first(&self, so: impl Fn(&Telephone) -> bool) -> Option<usize> {
        self.lines.iter().position(so)
    }

    /// Who listens at a port of the server.
    pub(super) fn at_port(&self, port: u16) -> Option<Party> {
        let line = self.lines.iter().rev().find(|line| line.port == Some(port) && !line.is_over());
        line.map(|line| line.party)
    }

    /// Somebody calls; no number is shown without `from`.
    pub(super) fn call(
        &mut self,
        party: Party,
        from: Option<&str>,
        called: &str,
        out: &mut Said,
    ) -> usize {
        self.minted += 1;
        let (number, host) = (self.minted, self.outside.ip());
        let host = if host.is_ipv6() { format!("[{host}]") } else { host.to_string() };
        let target = format!("sip:{called}@{}", self.server);
        let shown = from.map_or_else(
            || "\"Anonymous\" <sip:anonymous@anonymous.invalid>".to_owned(),
            |from| format!("<sip:{from}@{host}>"),
        );
        let asserted = from.map(|from| format!("<sip:{from}@{host}>"));
        let line = Telephone {
            party,
            state: State::Calling,
            port: None,
            call_id: format!("call-{number}@rehearsal"),
            ends: (format!("{shown};tag=t{number}"), format!("<{target}>")),
            target: target.clone(),
            path: Path { transport: Transport::Udp, remote: self.outside, connection: None },
            cseq: 1,
            invite: Vec::new(),
        };
        self.lines.push(line);
        let index = self.lines.len() - 1;
        let body = text::sdp(self.sound(index));
        let invite =
            Ask { method: "INVITE", asserted: asserted.as_deref(), body: &body, suffix: "" };
        self.request(index, &invite, out);
        index
    }

    /// Answers a call that rings.
    pub(super) fn answer(&mut self, index: usize, out: &mut Said) {
        let body = text::sdp(self.sound(index));
        self.reply_to_invite(index, 200, &body, out);
        self.set(index, State::Answered);
    }

    /// Refuses a call that rings.
    pub(super) fn refuse(&mut self, index: usize, status: u16, out: &mut Said) {
        self.reply_to_invite(index, status, "", out);
        self.set(index, State::Over(status.to_string()));
    }

    /// Ends a call in whatever way its state demands.
    pub(super) fn hang_up(&mut self, index: usize, out: &mut Said) {
        let Some(line) = self.lines.get_mut(index) else { return };
        match line.state {
            State::Calling => {
                self.request(index, &Ask { method: "CANCEL", ..Ask::default() }, out);
                self.set(index, State::Over("cancelled".to_owned()));
            }
            State::Ringing => self.refuse(index, 480, out),
            State::Answered | State::Up => {
                line.cseq += 1;
                self.request(index, &Ask { method: "BYE", ..Ask::default() }, out);
                self.set(index, State::Over("hung up".to_owned()));
            }
            State::Over(_) => {}
        }
    }

    /// Takes one message of the server.
    pub(super) fn receive(&mut self, path: Path, bytes: &[u8], out: &mut Said) {
        let Some(message) = Sip::read(bytes) else { return };
        let index = self.lines.iter().position(|line| line.call_id == message.call_id());
        match (message.status(), message.method(), index) {
            (Some(status), "INVITE", Some(index)) => self.answered(index, status, &message, out),
            (Some(_), _, _) => {}
            (None, "INVITE", None) => self.rings(path, bytes, &message, out),
            (None, "INVITE", Some(index)) => {
                let body = text::sdp(self.sound(index));
                Self::reply(path, &message, 200, &body, out);
            }
            (None, "ACK", Some(index)) => {
                if self.lines.get(index).is_some_and(|line| line.state == State::Answered) {
                    self.set(index, State::Up);
                }
            }
            (None, "BYE", Some(index)) => {
                Self::reply(path, &message, 200, "", out);
                self.set(index, State::Over("the house hung up".to_owned()));
            }
            (None, "CANCEL", Some(index)) => {
                Self::reply(path, &message, 200, "", out);
                if self.lines.get(index).is_some_and(|line| line.state == State::Ringing) {
                    self.reply_to_invite(index, 487, "", out);
                    self.set(index, State::Over("stopped ringing".to_owned()));
                }
            }
            (None, "ACK", None) => {}
            (None, "BYE" | "CANCEL", None) => Self::reply(path, &message, 481, "", out),
            (None, "OPTIONS" | "INFO" | "UPDATE" | "REGISTER" | "NOTIFY", _) => {
                Self::reply(path, &message, 200, "", out);
            }
            (None, _, _) => Self::reply(path, &message, 501, "", out),
        }
    }

    /// Somebody is called.
    fn rings(&mut self, path: Path, bytes: &[u8], invite: &Sip<'_>, out: &mut Said) {
        self.minted += 1;
        let agent = path.remote.ip() == AGENTS;
        let local = format!("{};tag=t{}", invite.header("To"), self.minted);
        self.lines.push(Telephone {
            party: if agent { Party::Agent } else { Party::FarEnd },
            state: State::Ringing,
            port: invite.port(),
            call_id: invite.call_id().to_owned(),
            ends: (local, invite.header("From").to_owned()),
            target: text::uri_in(invite.header("Contact")).to_owned(),
            path,
            cseq: 100,
            invite: bytes.to_owned(),
        });
        let index = self.lines.len() - 1;
        self.reply_to_invite(index, 180, "", out);
    }

    /// An answer to our INVITE.
    fn answered(&mut self, index: usize, status: u16, answer: &Sip<'_>, out: &mut Said) {
        let Some(line) = self.lines.get_mut(index) else { return };
        if let Some(port) = answer.port() {
            line.port = Some(port);
        }
        if status < 200 {
            return;
        }
        line.ends.1 = answer.header("To").to_owned();
        if status < 300 {
            line.target = text::uri_in(answer.header("Contact")).to_owned();
        }
        let calling = line.state == State::Calling;
        let suffix = if status < 300 { "-ack" } else { "" };
        self.request(index, &Ask { method: "ACK", suffix, ..Ask::default() }, out);
        match (calling, status) {
            (true, 200..300) => self.set(index, State::Up),
            (true, _) => self.set(index, State::Over(status.to_string())),
            (false, 200..300) => {
                if let Some(line) = self.lines.get_mut(index) {
                    line.cseq += 1;
                }
                self.request(index, &Ask { method: "BYE", ..Ask::default() }, out);
            }
            (false, _) => {}
        }
    }

    fn set(&mut self, index: usize, state: State) {
        if let Some(line) = self.lines.get_mut(index) {
            line.state = state;
        }
    }

    fn sound(&self, index: usize) -> SocketAddr {
        let offset = u16::try_from(index % 10_000).unwrap_or_default() * 2;
        SocketAddr::new(self.outside.ip(), SOUND_PORTS + offset)
    }

    fn reply_to_invite(&mut self, index: usize, status: u16, body: &str, out: &mut Said) {
        let Some(line) = self.lines.get(index) else { return };
        let Some(invite) = Sip::read(&line.invite) else { return };
        let tag = line.ends.0.rsplit(";tag=").next().unwrap_or("t");
        let contact = format!("<sip:phone@{}>", line.path.remote);
        out.push((line.path, text::response(&invite, status, tag, (&contact, body))));
    }

    fn reply(path: Path, request: &Sip<'_>, status: u16, body: &str, out: &mut Said) {
        let contact = format!("<sip:phone@{}>", path.remote);
        out.push((path, text::response(request, status, "late", (&contact, body))));
    }

    /// A request of ours. The branch follows from the CSeq, so that a CANCEL and the ACK of a
    /// refusal belong to their INVITE (RFC 3261 §9.1, §17.1.1.3).
    fn request(&self, index: usize, ask: &Ask<'_>, out: &mut Said) {
        let Some(line) = self.lines.get(index) else { return };
        let Ask { method, suffix, asserted, body } = *ask;
        let own = line.path.remote;
        let branch = format!("z9hG4bK-{}-{}{suffix}", line.call_id, line.cseq);
        let via = format!("SIP/2.0/UDP {own};branch={branch};rport");
        let cseq = format!("{} {method}", line.cseq);
        let contact = format!("<sip:{}@{own}>", user_in(text::uri_in(&line.ends.0)));
        let mut headers = vec![
            ("Via", via.as_str()),
            ("Max-Forwards", "70"),
            ("From", &line.ends.0),
            ("To", &line.ends.1),
            ("Call-ID", &line.call_id),
            ("CSeq", &cseq),
            ("Contact", &contact),
        ];
        headers.extend(asserted.map(|asserted| ("P-Asserted-Identity", asserted)));
        let first = format!("{method} {} SIP/2.0", line.target);
        out.push((line.path, text::write(&first, &headers, body)));
    }
}

/// A request of a telephone.
#[derive(Debug, Clone, Copy, Default)]
struct Ask<'a> {
    method: &'a str,
    /// Makes the branch another one: the ACK of a 2xx is a transaction of its own.
    suffix: &'a str,
    asserted: Option<&'a str>,
    body: &'a str,
}
