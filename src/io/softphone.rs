//! A telephone in software: calls and is called, plays, listens, presses keys.
//!
//! The test caller, the test agent and the demonstration are made of it. It stands on the same
//! rooms as the server; what proves the server right is other people's phones.

use super::clock::{self, Clock};
use super::media_engine::{EngineSettings, MediaEngine};
use super::sip_ports::{Limits, SipPorts};
use crate::audio::g711::Law;
use crate::audio::sound::Sound;
use crate::base::digit::Digit;
use crate::base::entropy::Entropy;
use crate::base::id::{Ids, PortId, RecordingId, SessionId};
use crate::base::outbox::Outbox;
use crate::media::command::{
    Command as MediaCommand, Event as MediaEvent, RecordLimits, RecordOutcome, Terms,
};
use crate::sdp::description::{Direction, Encoding};
use crate::sdp::offer::{self, LocalEnd};
use crate::sdp::parse;
use crate::sdp::terms::Agreed;
use crate::sip::event::{
    Body, Command, Effect, Ending, Event as SipEvent, Failure, Incoming, Invite, Path, Transport,
};
use crate::sip::message::Message;
use crate::sip::uri::{NameAddr, Uri};
use crate::sip::user_agent::UserAgent;
use crate::sip::user_agent::settings::UserAgentSettings;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// How a softphone is set up.
#[derive(Debug, Clone)]
pub struct SoftphoneSettings {
    /// The address it sits on; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Where recordings of what it hears go.
    pub recordings: PathBuf,
    /// The codecs it offers, in order.
    pub encodings: Vec<Encoding>,
    /// Who it is to its user agent: accounts, trunks, registration.
    pub user_agent: UserAgentSettings,
}

/// What happens to a softphone.
#[derive(Debug)]
pub enum Heard {
    /// The far end of our call rings.
    Ringing(SessionId, u16),
    /// Our call was answered; sound flows.
    Answered(SessionId),
    /// Our call came to nothing.
    Failed(SessionId, Failure),
    /// Somebody calls us; answer with `accept`, `ring`, `refuse`.
    Incoming(Box<Message>, SessionId),
    /// Our answer was confirmed.
    Confirmed(SessionId),
    /// The call is over.
    Ended(SessionId, Ending),
    /// What we played is over.
    Played(SessionId),
    /// The far end pressed a key.
    Digit(SessionId, Digit),
    /// A recording of what we heard is complete.
    Recorded(SessionId, RecordingId, RecordOutcome),
    /// Registered at the server, or not any more.
    Registered(bool),
    /// The moment given to [`Softphone::next`] has come.
    Moment,
}

/// One call of the softphone.
#[derive(Debug)]
struct Line {
    port: PortId,
    number: u16,
    ours: String,
    offer: Option<Body>,
}

/// A telephone.
#[derive(Debug)]
pub struct Softphone {
    settings: SoftphoneSettings,
    clock: Clock,
    entropy: Entropy,
    ids: Ids,
    user_agent: UserAgent,
    sip: SipPorts,
    sip_events: mpsc::Receiver<SipEvent>,
    media: MediaEngine,
    media_events: mpsc::Receiver<MediaEvent>,
    lines: BTreeMap<SessionId, Line>,
    heard: VecDeque<Heard>,
}

impl Softphone {
    /// A telephone on a socket of its own.
    ///
    /// # Errors
    ///
    /// The address is taken, or the recordings' directory cannot be made.
    pub async fn start(mut settings: SoftphoneSettings) -> io::Result<Self> {
        let clock = Clock::start();
        let mut entropy = clock::entropy()?;
        let (sip, sip_events) = SipPorts::bind(settings.bind, Limits::default()).await?;
        settings.bind = sip.local_addr();
        settings.user_agent.identity.port = settings.bind.port();
        let media = MediaEngine::start(EngineSettings {
            shards: 1,
            recordings: settings.recordings.clone(),
            clock,
        })?;
        let user_agent =
            UserAgent::new(settings.user_agent.clone(), entropy.child(), Ids::new(0, 0));
        let (lines, heard) = (BTreeMap::new(), VecDeque::new());
        let ids = Ids::new(0, 1);
        Ok(Self { settings, clock, entropy, ids, user_agent, sip, media, lines, heard })
    }

    /// The address it sits on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.settings.bind
    }

    /// Calls somebody through the server at `remote`.
    ///
    /// # Errors
    ///
    /// No port for the sound is free.
    pub fn call(
        &mut self,
        uri: Uri,
        from: NameAddr,
        (remote, transport): (SocketAddr, Transport),
        headers: Vec<(String, String)>,
    ) -> io::Result<SessionId> {
        let session = self.user_agent.mint_session();
        let ours = self.open(session)?;
        let invite = Invite {
            session,
            to: NameAddr::new(uri.clone()),
            uri,
            from,
            path: Path { transport, remote, connection: None },
            trunk: Some("server".to_owned()),
            headers,
            body: Body::sdp(ours),
        };
        self.command(Command::Invite(Box::new(invite)));
        Ok(session)
    }

    /// Lets the caller hear that we ring.
    pub fn ring(&mut self, session: SessionId) {
        self.command(Command::Ring { session, status: 180, body: None });
    }

    /// Answers a call.
    ///
    /// # Errors
    ///
    /// A sentence: no port is free, or the offer fits nothing.
    pub fn accept(&mut self, session: SessionId) -> Result<(), String> {
        let offer = self.lines.get_mut(&session).and_then(|line| line.offer.take());
        let body = match offer {
            Some(offer) => self.answer(session, &offer)?,
            None => self.ours(session).ok_or("the call is over")?,
        };
        self.command(Command::Accept { session, body: Body::sdp(body) });
        Ok(())
    }

    /// Refuses a call.
    pub fn refuse(&mut self, session: SessionId, status: u16) {
        self.command(Command::Refuse { session, status, reason: None, retry_after: None });
        self.close(session);
    }

    /// Hangs up.
    pub fn hang_up(&mut self, session: SessionId) {
        self.command(Command::HangUp { session });
    }

    /// Plays a sound; [`Heard::Played`] comes at its end.
    pub fn play(&mut self, session: SessionId, sound: Arc<Sound>) {
        if let Some(port) = self.port(session) {
            self.media.send(
                0,
                MediaCommand::Play { port, play: 1, clips: vec![sound], repeat: false },
            );
        }
    }

    /// Presses keys.
    pub fn press(&mut self, session: SessionId, digits: Vec<Digit>) {
        if let Some(port) = self.port(session) {
            self.media.send(0, MediaCommand::SendDigits { port, digits });
        }
    }

    /// Records what we hear until the call ends.
    pub fn record(&mut self, session: SessionId) -> Option<RecordingId> {
        let port = self.port(session)?;
        let recording = self.ids.mint();
        let longest = Duration::from_secs(3_600);
        let limits = RecordLimits { longest, silence: None, finish: None, beep: false };
        self.media.send(0, MediaCommand::Record { port, recording, limits });
        Some(recording)
    }

    /// Waits for the next thing that happens, at most until `until`.
    pub async fn next(&mut self, until: Option<Instant>) -> Heard {
        loop {
            if let Some(heard) = self.heard.pop_front() {
                return heard;
            }
            let wake = self.user_agent.deadline();
            let wake = wake.map(|d| Instant::from_std(self.clock.instant_of(d.at)));
            tokio::select! {
                biased;
                () = at(wake) => self.sip_event(SipEvent::Timer),
                Some(event) = self.sip_events.recv() => self.sip_event(event),
                Some(event) = self.media_events.recv() => self.media_event(event),
                () = at(until) => return Heard::Moment,
            }
        }
    }

    /// Ends everything and gives the sockets back.
    pub async fn stop(self) {
        let media = self.media;
        tokio::task::spawn_blocking(move || media.stop()).await.unwrap_or_default();
    }

    fn port(&self, session: SessionId) -> Option<PortId> {
        self.lines.get(&session).map(|line| line.port)
    }

    fn ours(&self, session: SessionId) -> Option<String> {
        self.lines.get(&session).map(|line| line.ours.clone())
    }

    fn command(&mut self, command: Command) {
        let mut out = Outbox::new();
        self.user_agent.command(self.clock.now(), command, &mut out);
        self.perform(&mut out);
    }

    fn sip_event(&mut self, event: SipEvent) {
        let mut out = Outbox::new();
        self.user_agent.handle(self.clock.now(), event, &mut out);
        self.perform(&mut out);
    }

    fn perform(&mut self, out: &mut Outbox<Effect>) {
        while let Some(effect) = out.pop() {
            match effect {
                Effect::Send { path, bytes } => self.sip.send(path, bytes),
                Effect::Incoming(incoming) => self.incoming(*incoming),
                Effect::Progress { session, status, .. } => {
                    self.heard.push_back(Heard::Ringing(session, status));
                }
                Effect::Answered { session, body } => self.answered(session, body.as_ref()),
                Effect::Failed { session, failure } => {
                    self.close(session);
                    self.heard.push_back(Heard::Failed(session, failure));
                }
                Effect::Confirmed { session, body } => {
                    if let Some(body) = body {
                        self.settle(session, &body);
                    }
                    self.heard.push_back(Heard::Confirmed(session));
                }
                Effect::Reoffered { session, body } => self.reoffered(session, body),
                Effect::ReofferAnswered { .. }
                | Effect::Info { .. }
                | Effect::OptionsAnswered { .. }
                | Effect::BindingsChanged { .. } => {}
                Effect::Ended { session, ending } => {
                    self.close(session);
                    self.heard.push_back(Heard::Ended(session, ending));
                }
                Effect::TrunkRegistered { registered, .. } => {
                    self.heard.push_back(Heard::Registered(registered));
                }
            }
        }
    }

    fn media_event(&mut self, event: MediaEvent) {
        let session_of = |lines: &BTreeMap<SessionId, Line>, port: PortId| {
            lines.iter().find(|(_, line)| line.port == port).map(|(session, _)| *session)
        };
        match event {
            MediaEvent::PlayEnded { port, .. } => {
                if let Some(session) = session_of(&self.lines, port) {
                    self.heard.push_back(Heard::Played(session));
                }
            }
            MediaEvent::Digit { port, digit } => {
                if let Some(session) = session_of(&self.lines, port) {
                    self.heard.push_back(Heard::Digit(session, digit));
                }
            }
            MediaEvent::Recorded { port, recording, outcome } => {
                // The call may be over: then any session will do, its recording is what counts.
                let session = session_of(&self.lines, port).unwrap_or(SessionId::from(0));
                self.heard.push_back(Heard::Recorded(session, recording, outcome));
            }
            MediaEvent::Failed { port, reason } => {
                tracing::error!(%port, reason, "the softphone has lost its sound");
            }
            MediaEvent::Silent { .. } | MediaEvent::Closed { .. } => {}
        }
    }

    fn incoming(&mut self, incoming: Incoming) {
        let Incoming { session, invite, body, .. } = incoming;
        if let Err(fault) = self.open(session) {
            tracing::error!(%fault, "no port for the sound");
            return self.refuse(session, 503);
        }
        if let Some(line) = self.lines.get_mut(&session) {
            line.offer = body;
        }
        self.heard.push_back(Heard::Incoming(Box::new(invite), session));
    }

    fn answered(&mut self, session: SessionId, body: Option<&Body>) {
        if !body.is_some_and(|body| self.settle(session, body)) {
            self.command(Command::HangUp { session });
            return;
        }
        self.heard.push_back(Heard::Answered(session));
    }

    fn reoffered(&mut self, session: SessionId, body: Option<Body>) {
        let answer = match body {
            Some(offer) => self.answer(session, &offer).ok(),
            None => self.ours(session),
        };
        match answer {
            Some(body) => {
                self.command(Command::AcceptReoffer { session, body: Body::sdp(body) });
            }
            None => self.command(Command::RefuseReoffer { session, status: 488 }),
        }
    }

    /// Opens the sound of a call; gives our offer.
    fn open(&mut self, session: SessionId) -> io::Result<String> {
        let number = free_port(self.settings.bind.ip())?;
        let port: PortId = self.ids.mint();
        let local = SocketAddr::new(self.settings.bind.ip(), number);
        self.media.send(0, MediaCommand::Open { port, local, seed: self.entropy.u64() });
        let ours = offer::offer(&self.local_end(number));
        self.lines.insert(session, Line { port, number, ours: ours.clone(), offer: None });
        Ok(ours)
    }

    fn close(&mut self, session: SessionId) {
        if let Some(line) = self.lines.remove(&session) {
            self.media.send(0, MediaCommand::Close { port: line.port });
        }
    }

    fn local_end(&mut self, rtp_port: u16) -> LocalEnd {
        LocalEnd {
            address: self.settings.bind.ip(),
            rtp_port,
            session_id: self.entropy.u64() >> 11,
            version: 1,
            encodings: self.settings.encodings.clone(),
            direction: Direction::SendRecv,
            ptime_ms: 20,
        }
    }

    fn answer(&mut self, session: SessionId, theirs: &Body) -> Result<String, String> {
        let number = self.lines.get(&session).map(|line| line.number).ok_or("the call is over")?;
        let theirs = parse::parse(&theirs.bytes).map_err(|fault| fault.to_string())?;
        let local = self.local_end(number);
        let (text, agreed) =
            offer::answer(&theirs, &local).map_err(|refusal| refusal.to_string())?;
        self.configure(session, &agreed);
        Ok(text)
    }

    fn settle(&self, session: SessionId, theirs: &Body) -> bool {
        let Some(line) = self.lines.get(&session) else { return false };
        let (Ok(ours), Ok(theirs)) = (parse::parse(line.ours.as_bytes()), parse::parse(&theirs.bytes))
        else {
            return false;
        };
        match offer::agree(&ours, &theirs) {
            Ok(agreed) => {
                self.configure(session, &agreed);
                true
            }
            Err(_) => false,
        }
    }

    fn configure(&self, session: SessionId, agreed: &Agreed) {
        let Some(port) = self.port(session) else { return };
        let terms = Terms {
            remote: agreed.remote,
            law: match agreed.encoding {
                Encoding::Pcmu => Law::Mu,
                Encoding::Pcma => Law::A,
            },
            payload_type: agreed.payload_type,
            event_payload_type: agreed.event_payload_type,
            ptime_ms: agreed.ptime_ms,
            sends: agreed.sends,
            receives: agreed.receives,
        };
        self.media.send(0, MediaCommand::Configure { port, terms });
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// An even port number whose odd neighbour is free too, at this moment.
fn free_port(address: IpAddr) -> io::Result<u16> {
    const TRIES: usize = 64;
    for _ in 0..TRIES {
        let first = UdpSocket::bind((address, 0))?;
        let number = first.local_addr()?.port();
        if number % 2 == 0 && UdpSocket::bind((address, number + 1)).is_ok() {
            return Ok(number);
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no pair of free ports for the sound"))
}
