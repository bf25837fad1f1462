//! A telephone in software: calls and is called, plays, listens, presses keys.
//!
//! The test caller, the test agent and the demonstration are made of it. It stands on the same
//! rooms as the server; what proves the server right is other people's phones.
//!
//! ```text
//!  sip ports ──┐                              ┌──► sip ports
//!  media ──────┼──► Softphone::next ─► Heard  ├──► one media shard
//!  timer ──────┘          your orders ────────┘
//! ```

pub mod settings;

use super::clock::{self, Clock};
use super::media_engine::{EngineSettings, MediaEngine};
use super::recordings::Recordings;
use super::sip_ports::{Limits, SipPorts};
use crate::audio::g711::Law;
use crate::audio::sound::Sound;
use crate::base::digit::Digit;
use crate::base::entropy::Entropy;
use crate::base::id::{Ids, PortId, RecordingId, SessionId};
use crate::base::outbox::Outbox;
use crate::base::time::Moment;
use crate::media::command::{
    Command as MediaCommand, Event as MediaEvent, RecordLimits, RecordOutcome, Terms, Totals,
};
use crate::sdp::description::{Direction, Encoding};
use crate::sdp::offer::{self, LocalEnd};
use crate::sdp::parse;
use crate::sdp::terms::Agreed;
use crate::sip::event::{
    Body, Command, Effect, Ending, Event as SipEvent, Failure, Incoming, Invite,
};
use crate::sip::message::Message;
use crate::sip::method::Method;
use crate::sip::uri::{NameAddr, Uri};
use crate::sip::user_agent::UserAgent;
use settings::{SERVER, SoftphoneSettings};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// The only shard.
const SHARD: usize = 0;
/// The play that is no sound: a telephone sends packets as long as a call lasts.
const IDLE: u32 = 0;
/// Longest recording.
const RECORD_MAX: Duration = Duration::from_secs(3_600);
/// How long the last farewells may take.
const FAREWELL_MAX: Duration = Duration::from_secs(1);

/// What happens to a softphone.
#[derive(Debug)]
pub enum Heard {
    /// The far end of our call rings, with this status.
    Ringing(SessionId, u16),
    /// Our call was answered; sound flows.
    Answered(SessionId),
    /// Our call came to nothing.
    Failed(SessionId, Failure),
    /// Somebody calls us; answer with `ring`, `accept`, `refuse`.
    Incoming(SessionId, Box<Message>),
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
    /// No sound goes in or out any more; comes after the end of every call.
    Closed(SessionId, Totals),
    /// The sound of a call has failed; it is being hung up.
    Mute(SessionId, String),
    /// Registered at the server, or not any more.
    Registered(bool),
    /// The server refuses to register us, with this status.
    NotRegistered(u16),
    /// The moment given to [`Softphone::next`] has come.
    Moment,
}

/// One call of the softphone, until its sound is closed.
#[derive(Debug)]
struct Line {
    port: PortId,
    number: u16,
    ours: String,
    offer: Option<Body>,
    /// Whether terms were agreed.
    speaks: bool,
    /// The session has not ended.
    stands: bool,
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
    plays: u32,
}

impl Softphone {
    /// A telephone on a socket of its own.
    ///
    /// # Errors
    ///
    /// The address is taken, or no thread can be had.
    pub async fn start(mut settings: SoftphoneSettings) -> io::Result<Self> {
        let clock = Clock::start();
        let mut entropy = clock::entropy()?;
        let (sip, sip_events) = SipPorts::bind(settings.bind, Limits::default()).await?;
        settings.bind = sip.local_addr();
        let mut media = MediaEngine::start(EngineSettings {
            shards: 1,
            recordings: Recordings::new(&settings.recordings),
            zero: clock.instant_of(Moment::ZERO),
            utc_at_zero: clock::utc(),
            name: "softphone".into(),
            silent_after: RECORD_MAX,
            entropy: entropy.child(),
        })?;
        let gone = || io::Error::other("the sound has no events");
        let media_events = media.events().ok_or_else(gone)?;
        let user_agent = UserAgent::new(settings.user_agent(), entropy.child(), Ids::new(0, 0));
        Ok(Self {
            settings,
            clock,
            entropy,
            ids: Ids::new(0, 1),
            user_agent,
            sip,
            sip_events,
            media,
            media_events,
            lines: BTreeMap::new(),
            heard: VecDeque::new(),
            plays: IDLE,
        })
    }

    /// The address it sits on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.settings.bind
    }

    /// Calls somebody through the server.
    ///
    /// # Errors
    ///
    /// No port for the sound is free.
    pub fn call(
        &mut self,
        uri: Uri,
        from: NameAddr,
        headers: Vec<(String, String)>,
    ) -> io::Result<SessionId> {
        let session = self.user_agent.mint_session();
        let ours = self.open(session)?;
        let invite = Invite {
            session,
            to: NameAddr::new(uri.clone()),
            uri,
            from,
            path: self.settings.server,
            trunk: Some(SERVER.to_owned()),
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
    /// A sentence: the call is over, or its offer fits nothing we speak.
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
        self.command(Command::HangUp { session, cause: None });
    }

    /// Plays a sound; [`Heard::Played`] comes at its end.
    pub fn play(&mut self, session: SessionId, sound: Arc<Sound>) {
        self.plays = self.plays.wrapping_add(1).max(IDLE + 1);
        if let Some(port) = self.port(session) {
            let play = self.plays;
            self.tell_media(MediaCommand::Play { port, play, clips: vec![sound], repeat: false });
        }
    }

    /// Presses keys, one after another; each takes about a quarter of a second.
    pub fn press(&mut self, session: SessionId, digits: Vec<Digit>) {
        if let Some(port) = self.port(session) {
            self.tell_media(MediaCommand::SendDigits { port, digits });
        }
    }

    /// Records what we hear until the call ends. Begin once the call is answered; keys of the
    /// far end are not told meanwhile. `None` when the call is over.
    pub fn record(&mut self, session: SessionId) -> Option<RecordingId> {
        let port = self.port(session)?;
        let recording = self.ids.mint();
        let limits = RecordLimits { longest: RECORD_MAX, silence: None, finish: None, beep: false };
        self.tell_media(MediaCommand::Record { port, recording, limits });
        Some(recording)
    }

    /// A recording, complete or not: whole seconds of it while it runs, from its first sound on.
    /// `None` before its first second of sound.
    #[must_use]
    pub fn recording(&self, recording: RecordingId) -> Option<Sound> {
        let recordings = self.recordings();
        recordings.find(recording).and_then(|_| recordings.load(recording))
    }

    /// The recordings of this telephone.
    #[must_use]
    pub fn recordings(&self) -> Recordings {
        Recordings::new(&self.settings.recordings)
    }

    /// Waits for the next thing that happens, at most until `until`.
    pub async fn next(&mut self, until: Option<Instant>) -> Heard {
        loop {
            if let Some(heard) = self.heard.pop_front() {
                return heard;
            }
            let wake = self.user_agent.deadline();
            let wake = wake.map(|due| Instant::from_std(self.clock.instant_of(due.at)));
            tokio::select! {
                biased;
                () = at(wake) => self.sip_event(SipEvent::Timer),
                Some(event) = self.sip_events.recv() => self.sip_event(event),
                Some(event) = self.media_events.recv() => self.media_event(event),
                () = at(until) => return Heard::Moment,
            }
        }
    }

    /// Says goodbye to everybody, and gives the sockets back.
    pub async fn stop(mut self) {
        let standing: Vec<SessionId> =
            self.lines.iter().filter(|(_, line)| line.stands).map(|(id, _)| *id).collect();
        for session in standing {
            self.hang_up(session);
        }
        let mut out = Outbox::new();
        self.user_agent.sign_out(self.clock.now(), &mut out);
        self.perform(&mut out);
        let until = Instant::now() + FAREWELL_MAX;
        while !self.lines.is_empty() {
            if matches!(self.next(Some(until)).await, Heard::Moment) {
                break;
            }
        }
        let media = self.media;
        if let Err(fault) = tokio::task::spawn_blocking(move || media.stop()).await {
            tracing::error!(%fault, "the sound of a softphone did not end well");
        }
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
        if let SipEvent::Received { message, .. } = &event
            && let Some(status) = refused_registration(message)
        {
            self.heard.push_back(Heard::NotRegistered(status));
        }
        let mut out = Outbox::new();
        self.user_agent.handle(self.clock.now(), event, &mut out);
        self.perform(&mut out);
    }

    fn tell_media(&self, command: MediaCommand) {
        if let Err(refused) = self.media.send(SHARD, command) {
            tracing::error!(?refused, "the softphone's sound does not follow");
        }
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
                | Effect::Subscribed(_)
                | Effect::Unsubscribed { .. }
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
        let (MediaEvent::PlayEnded { port, .. }
        | MediaEvent::Digit { port, .. }
        | MediaEvent::Recorded { port, .. }
        | MediaEvent::Failed { port, .. }
        | MediaEvent::Silent { port }
        | MediaEvent::Closed { port, .. }) = event;
        let session = self.lines.iter().find(|(_, line)| line.port == port).map(|(id, _)| *id);
        let Some(session) = session else { return };
        match event {
            MediaEvent::PlayEnded { .. } => {
                self.keep_sending(port);
                self.heard.push_back(Heard::Played(session));
            }
            MediaEvent::Digit { digit, .. } => self.heard.push_back(Heard::Digit(session, digit)),
            MediaEvent::Recorded { recording, outcome, .. } => {
                self.heard.push_back(Heard::Recorded(session, recording, outcome));
            }
            MediaEvent::Failed { reason, .. } => {
                let stood = self.lines.remove(&session).is_some_and(|line| line.stands);
                self.heard.push_back(Heard::Mute(session, reason));
                if stood {
                    self.hang_up(session);
                }
            }
            MediaEvent::Silent { .. } => {}
            MediaEvent::Closed { totals, .. } => {
                self.lines.remove(&session);
                self.heard.push_back(Heard::Closed(session, totals));
            }
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
        self.heard.push_back(Heard::Incoming(session, Box::new(invite)));
    }

    fn answered(&mut self, session: SessionId, body: Option<&Body>) {
        if body.is_some_and(|body| self.settle(session, body)) {
            self.heard.push_back(Heard::Answered(session));
        } else {
            self.heard.push_back(Heard::Mute(session, "the answer fits no offer".to_owned()));
            self.hang_up(session);
        }
    }

    fn reoffered(&mut self, session: SessionId, body: Option<Body>) {
        let answer = match body {
            Some(offer) => self.answer(session, &offer).ok(),
            None => self.ours(session),
        };
        match answer {
            Some(body) => self.command(Command::AcceptReoffer { session, body: Body::sdp(body) }),
            None => self.command(Command::RefuseReoffer { session, status: 488 }),
        }
    }

    /// Opens the sound of a call; gives our offer.
    fn open(&mut self, session: SessionId) -> io::Result<String> {
        let number = free_pair(self.settings.bind.ip())?;
        let port: PortId = self.ids.mint();
        let local = SocketAddr::new(self.settings.bind.ip(), number);
        let seed = self.entropy.u64();
        self.tell_media(MediaCommand::Open { port, local, seed });
        let ours = offer::offer(&self.local_end(number));
        let line =
            Line { port, number, ours: ours.clone(), offer: None, speaks: false, stands: true };
        self.lines.insert(session, line);
        Ok(ours)
    }

    fn close(&mut self, session: SessionId) {
        let Some(line) = self.lines.get_mut(&session) else { return };
        if std::mem::replace(&mut line.stands, false) {
            let port = line.port;
            self.tell_media(MediaCommand::Close { port });
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
        let line = self.lines.get(&session).ok_or("the call is over")?;
        let (number, previous) = (line.number, line.ours.clone());
        let theirs = parse::parse(&theirs.bytes).map_err(|fault| fault.to_string())?;
        let local = self.local_end(number);
        let (text, agreed) =
            offer::answer(&theirs, &local).map_err(|refusal| refusal.to_string())?;
        let text = offer::revised(&previous, &text);
        if let Some(line) = self.lines.get_mut(&session) {
            line.ours = text.clone();
        }
        self.configure(session, &agreed);
        Ok(text)
    }

    /// Takes the answer to our offer; whether it fits.
    fn settle(&mut self, session: SessionId, theirs: &Body) -> bool {
        let Some(line) = self.lines.get(&session) else { return false };
        let ours = parse::parse(line.ours.as_bytes());
        let (Ok(ours), Ok(theirs)) = (ours, parse::parse(&theirs.bytes)) else { return false };
        let agreed = offer::agree(&ours, &theirs);
        if let Ok(agreed) = &agreed {
            self.configure(session, agreed);
        }
        agreed.is_ok()
    }

    fn configure(&mut self, session: SessionId, agreed: &Agreed) {
        let Some(line) = self.lines.get_mut(&session) else { return };
        let (port, first) = (line.port, !std::mem::replace(&mut line.speaks, true));
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
        self.tell_media(MediaCommand::Configure { port, terms });
        if first {
            self.keep_sending(port);
        }
    }

    fn keep_sending(&self, port: PortId) {
        let clips = vec![Arc::new(Sound::silence(1_000))];
        self.tell_media(MediaCommand::Play { port, play: IDLE, clips, repeat: true });
    }
}

/// The status of a final refusal of a REGISTER of ours; challenges are no refusals.
fn refused_registration(message: &Message) -> Option<u16> {
    let status = message.status().filter(|status| *status >= 300)?;
    let (_, method) = message.cseq()?;
    (method == Method::REGISTER && !matches!(status, 401 | 407 | 423)).then_some(status)
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// An even port number whose odd neighbour is free too, at this moment.
fn free_pair(address: IpAddr) -> io::Result<u16> {
    const TRIES: usize = 64;
    for _ in 0..TRIES {
        let first = UdpSocket::bind((address, 0))?;
        let number = first.local_addr()?.port();
        let even = number % 2 == 0;
        if even && number.checked_add(1).is_some_and(|odd| UdpSocket::bind((address, odd)).is_ok())
        {
            return Ok(number);
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no pair of free ports for the sound"))
}

#[cfg(test)]
mod tests;
