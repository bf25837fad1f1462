//! Stories of the user agent in hand-written SIP text and virtual time.

mod called;
mod calling;
mod inside;
mod manners;
mod pair;
mod registering;
mod subscribing;

use super::settings::{Limits, TrunkAccess, UserAgentSettings};
use super::{Counts, UserAgent};
use crate::base::entropy::Entropy;
use crate::base::id::{Ids, SessionId};
use crate::base::outbox::Outbox;
use crate::base::time::{Moment, Now, Utc};
use crate::sip::digest::Algorithm;
use crate::sip::digest::{Asked, Challenge, Login};
use crate::sip::event::{Body, Command, Effect, Event, Incoming, Invite, Path, Transport};
use crate::sip::identity::Identity;
use crate::sip::message::Message;
use crate::sip::method::Method;
use crate::sip::uri::{NameAddr, Uri};
use crate::sip::wire::read_datagram;
use std::net::IpAddr;
use std::time::Duration;

/// The trunk `carrier`, by its address.
const CARRIER: &str = "192.0.2.10:5060";
/// An agent's phone.
const PHONE: &str = "198.51.100.7:5062";
/// Somebody from nowhere.
const STRANGER: &str = "203.0.113.66:5060";

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\n";
const ANSWER: &str = "v=0\r\no=- 2 2 IN IP4 10.0.0.1\r\ns=-\r\n";

/// One user agent at 10.0.0.1:5060, its clock, and what it did.
struct Desk {
    agent: UserAgent,
    now: Now,
    out: Outbox<Effect>,
    sent: Vec<(Path, Message)>,
    told: Vec<Effect>,
}

fn settings() -> UserAgentSettings {
    let login = Login { user: "ring".to_owned(), password: "s3same".to_owned() };
    let networks = vec![(IpAddr::from([192, 0, 2, 0]), 24)];
    let carrier = TrunkAccess { networks, login: Some(login), registration: None };
    UserAgentSettings {
        identity: Identity::only(IpAddr::from([10, 0, 0, 1]), 5060),
        realm: "ringback".to_owned(),
        digests: vec![Algorithm::Sha256, Algorithm::Md5],
        trunks: [("carrier".to_owned(), carrier)].into(),
        accounts: [("alice".to_owned(), "secret".to_owned())].into(),
        limits: Limits::default(),
    }
}

fn udp(remote: &str) -> Path {
    Path {
        transport: Transport::Udp,
        remote: remote.parse().expect("an address"),
        connection: None,
    }
}

impl Desk {
    fn new() -> Self {
        Self::with(settings())
    }

    fn with(settings: UserAgentSettings) -> Self {
        let agent = UserAgent::new(settings, Entropy::from_number(1), Ids::new(1, 1));
        let utc = Utc::from_millis(1_800_000_000_000);
        let now = Now { monotonic: Moment::ZERO, utc };
        Self { agent, now, out: Outbox::new(), sent: Vec::new(), told: Vec::new() }
    }

    fn collect(&mut self) {
        for effect in self.out.drain() {
            if let Effect::Send { path, bytes } = &effect {
                let message = read_datagram(bytes).expect("we send what can be read");
                self.sent.push((*path, message));
            } else {
                self.told.push(effect);
            }
        }
    }

    /// A datagram comes; lines of `text` end with a bare line feed.
    fn hears(&mut self, from: &str, text: &str) {
        self.hears_by(udp(from), text);
    }

    fn hears_by(&mut self, path: Path, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        let message = read_datagram(text.as_bytes()).expect("a message of the test");
        self.agent.handle(self.now, Event::Received { message, path }, &mut self.out);
        self.collect();
    }

    fn orders(&mut self, command: Command) {
        self.agent.command(self.now, command, &mut self.out);
        self.collect();
    }

    /// Lets time pass, stopping at every deadline.
    fn waits(&mut self, span: Duration) {
        let end = self.now.monotonic + span;
        while let Some(deadline) = self.agent.deadline().filter(|due| due.at <= end) {
            self.goes_to(deadline.at);
            self.agent.handle(self.now, Event::Timer, &mut self.out);
            self.collect();
        }
        self.goes_to(end);
    }

    fn goes_to(&mut self, at: Moment) {
        self.now.utc = self.now.utc + at.since(self.now.monotonic);
        self.now.monotonic = at;
    }

    /// The messages sent since the last look, as `INVITE` or `200 INVITE`.
    fn sends(&mut self) -> Vec<String> {
        self.sent.drain(..).map(|(_, message)| title(&message)).collect()
    }

    /// The latest message of this title.
    fn last(&self, wanted: &str) -> Message {
        let found = self.sent.iter().rev().find(|(_, message)| title(message) == wanted);
        found.map(|(_, message)| message.clone()).unwrap_or_else(|| {
            let titles: Vec<String> = self.sent.iter().map(|(_, m)| title(m)).collect();
            panic!("no {wanted} among {titles:?}")
        })
    }

    fn tells(&mut self) -> Vec<String> {
        self.told.drain(..).map(|effect| word(&effect)).collect()
    }

    fn incoming(&mut self) -> Incoming {
        for effect in self.told.drain(..) {
            if let Effect::Incoming(incoming) = effect {
                return *incoming;
            }
        }
        panic!("nobody calls")
    }

    fn counts(&self) -> Counts {
        self.agent.counts()
    }

    /// Calls +48 60 000 00 01 through the carrier.
    fn calls(&mut self) -> SessionId {
        let session = self.agent.mint_session();
        let uri = |text: &str| Uri::parse(text).expect("a URI");
        self.orders(Command::Invite(Box::new(Invite {
            session,
            uri: uri("sip:+48600000001@carrier.example"),
            from: NameAddr::new(uri("sip:+48220000000@10.0.0.1")),
            to: NameAddr::new(uri("sip:+48600000001@carrier.example")),
            path: udp(CARRIER),
            trunk: Some("carrier".to_owned()),
            headers: vec![("P-Asserted-Identity".to_owned(), "<tel:+48220000000>".to_owned())],
            body: Body::sdp(OFFER),
        })));
        session
    }
}

/// `INVITE`, or `200 INVITE`.
fn title(message: &Message) -> String {
    match message.status() {
        Some(status) => {
            let method = message.cseq().map_or_else(String::new, |(_, m)| m.to_string());
            format!("{status} {method}")
        }
        None => message.method().map_or_else(String::new, ToString::to_string),
    }
}

/// One effect in a few words, without its session.
fn word(effect: &Effect) -> String {
    let carried = |body: &Option<Body>| if body.is_some() { " with body" } else { "" };
    match effect {
        Effect::Send { .. } => "send".to_owned(),
        Effect::Incoming(_) => "incoming".to_owned(),
        Effect::Progress { status, body, .. } => format!("progress {status}{}", carried(body)),
        Effect::Answered { body, .. } => format!("answered{}", carried(body)),
        Effect::Failed { failure, .. } => format!("failed {failure:?}"),
        Effect::Confirmed { body, .. } => format!("confirmed{}", carried(body)),
        Effect::Reoffered { body, .. } => format!("reoffered{}", carried(body)),
        Effect::ReofferAnswered { body, .. } => format!("reoffer answered{}", carried(body)),
        Effect::Info { body, .. } => format!("info {}", body.content_type),
        Effect::Ended { ending, .. } => format!("ended {ending:?}"),
        Effect::OptionsAnswered { trunk, status } => format!("options {trunk} {status:?}"),
        Effect::Subscribed(asked) => format!("{} subscribes to {}", asked.account, asked.resource),
        Effect::Unsubscribed { .. } => "unsubscribed".to_owned(),
        Effect::BindingsChanged { account, bindings } => {
            format!("bindings of {account}: {}", bindings.len())
        }
        Effect::TrunkRegistered { trunk, registered } => format!("{trunk} {registered}"),
    }
}

/// The response of the far end to a request of ours, written by hand but for what it copies.
fn reply(request: &Message, status: &str, tag: &str, rest: &str) -> String {
    let line = |name: &str| {
        let lines: Vec<String> =
            request.headers.lines(name).map(|value| format!("{name}: {value}\n")).collect();
        lines.concat()
    };
    let mut to = line("To").trim_end().to_owned();
    if !to.contains(";tag=") && !tag.is_empty() {
        to = format!("{to};tag={tag}");
    }
    let (via, from) = (line("Via"), line("From"));
    let rest = if rest.contains("\n\n") { rest.to_owned() } else { format!("{rest}\n") };
    format!("SIP/2.0 {status}\n{via}{from}{to}\n{}{}{rest}", line("Call-ID"), line("CSeq"),)
}

/// A 2xx's Contact and SDP.
fn answer_of(contact: &str) -> String {
    format!("Contact: <{contact}>\nContent-Type: application/sdp\n\n{ANSWER}")
}

/// The carrier's INVITE with a branch and an offer.
fn invite(branch: &str) -> String {
    format!(
        "INVITE sip:5000@10.0.0.1 SIP/2.0\n\
         Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK{branch};rport\n\
         Max-Forwards: 70\n\
         From: <sip:+48600000001@carrier.example>;tag=far\n\
         To: <sip:5000@10.0.0.1>\n\
         Call-ID: call-{branch}\n\
         CSeq: 1 INVITE\n\
         Contact: <sip:gw@192.0.2.10:5060>\n\
         Content-Type: application/sdp\n\n{OFFER}"
    )
}

/// A request of the caller of [`invite`] in the dialog that `to` (our To with its tag) names.
fn from_caller(
    branch: &str,
    method: &str,
    (cseq, leg): (u32, &str),
    to: &str,
    rest: &str,
) -> String {
    let rest = if rest.contains("\n\n") { rest.to_owned() } else { format!("{rest}\n") };
    format!(
        "{method} sip:ringback@10.0.0.1:5060 SIP/2.0\n\
         Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK{leg};rport\n\
         Max-Forwards: 70\n\
         From: <sip:+48600000001@carrier.example>;tag=far\n\
         To: {to}\n\
         Call-ID: call-{branch}\n\
         CSeq: {cseq} {method}\n{rest}"
    )
}

/// The Authorization line of `alice` for a challenge.
fn authorization(challenge: &str, method: Method, uri: &str, password: &str) -> String {
    let challenge = Challenge::parse(challenge).expect("a challenge");
    let login = Login { user: "alice".to_owned(), password: password.to_owned() };
    let asked = Asked { method: &method, uri, cnonce: "c0ffee", count: 1 };
    format!("Authorization: {}\n", challenge.answer(&login, asked))
}
