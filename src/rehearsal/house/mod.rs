//! A whole house for one call: the real heart on a virtual clock, a store in memory, telephones
//! that speak SIP, and a stand-in for the sound.
//!
//! ```text
//!  telephones ──► wire ──► heart ──► store ──┐
//!       ▲                  ▲   └───► ports ──┤
//!       └──────────────────┴─────────────────┘
//! ```
//! Time jumps from one deadline to the next; what happens stands in the [`log::Log`].

pub mod log;
mod ports;
pub mod repertoire;
mod telephones;
mod text;

use self::log::{Ear, Log, What};
use self::ports::{Begun, Ports};
use self::repertoire::{Piece, Repertoire};
use self::telephones::{Party, Said, State, Telephones};
use super::judge::Evidence;
use super::store::MemoryStore;
use super::web::Web;
use crate::audio::sound::Sound;
use crate::base::digit::Digit;
use crate::base::entropy::Entropy;
use crate::base::id::{CallId, Ids};
use crate::base::outbox::Outbox;
use crate::base::time::{Moment, Now, Utc};
use crate::callback::request::Row;
use crate::sip;
use crate::sip::event::{Path, Transport};
use crate::sip::registrar::Binding;
use crate::sip::uri::Uri;
use crate::sip::wire;
use crate::switchboard::heart::Switchboard;
use crate::switchboard::input::Input;
use crate::switchboard::output::{Output, Tale};
use crate::switchboard::settings::Settings;
use crate::switchboard::store::{CallResult, Request, What as Asked};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// The contacts of agents outlast every rehearsal.
const REGISTERED_FOR: Duration = Duration::from_secs(365 * 24 * 3_600);

/// One house, and who is around it.
///
/// Table: the heart, its surroundings, and what is known of the one call that matters.
#[derive(Debug)]
pub struct House {
    heart: Switchboard,
    store: MemoryStore,
    web: Web,
    ports: Ports,
    telephones: Telephones,
    repertoire: Arc<Repertoire>,
    now: Moment,
    utc_at_zero: Utc,
    inbox: VecDeque<Input>,
    log: Log,
    /// The caller's line.
    caller: Option<usize>,
    /// The caller's call.
    call: Option<CallId>,
    /// Inputs that the heart was given.
    turns: u64,
}

/// What a house knows from before it was started.
#[derive(Debug, Default)]
pub struct Before {
    /// Agents who are signed in.
    pub agents: Vec<String>,
    /// Callbacks that were promised.
    pub promises: Vec<Row>,
}

/// Somebody else's telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// An agent's.
    Agent,
    /// Whoever is called outside: a customer who is called back, or the number that the caller is
    /// passed on to.
    FarEnd,
}

/// A telephone that rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ringing(usize);

impl Whose {
    const fn party(self) -> Party {
        match self {
            Self::Agent => Party::Agent,
            Self::FarEnd => Party::FarEnd,
        }
    }
}

impl House {
    /// A house in which the clock shows `utc` and these things are known from before. Callers
    /// come from `outside`.
    #[must_use]
    pub fn new(
        settings: &Arc<Settings>,
        repertoire: Arc<Repertoire>,
        utc: Utc,
        outside: SocketAddr,
        before: &Before,
    ) -> Self {
        let site = &settings.site;
        let server = SocketAddr::new(site.interfaces.address_for(outside.ip()), site.sip_port);
        let entropy = Entropy::from_number(1);
        let heart = Switchboard::new(Arc::clone(settings), Ids::new(1, 1), entropy);
        let mut house = Self {
            heart,
            store: MemoryStore::new(),
            web: Web::default(),
            ports: Ports::default(),
            telephones: Telephones::new(outside, server),
            repertoire,
            now: Moment::ZERO,
            utc_at_zero: utc,
            inbox: VecDeque::new(),
            log: Log::default(),
            caller: None,
            call: None,
            turns: 0,
        };
        house.store.temper.takes = Duration::ZERO;
        house.register(&before.agents, utc);
        for row in &before.promises {
            house.remember(Asked::Promise(Box::new(row.clone())));
        }
        let mut out = Outbox::new();
        house.heart.start(house.clock(), &mut out);
        house.perform(out);
        house.settle();
        house
    }

    /// The telephones of these agents are known from before.
    fn register(&mut self, agents: &[String], utc: Utc) {
        for (index, agent) in agents.iter().enumerate() {
            let port = 10_000 + u16::try_from(index).unwrap_or_default();
            let remote = SocketAddr::new(telephones::AGENTS, port);
            let binding = Binding {
                contact: Uri::sip(Some(agent), remote.ip(), Some(port)),
                path: Path { transport: Transport::Udp, remote, connection: None },
                expires_at: utc + REGISTERED_FOR,
                call_id: format!("register-{agent}"),
                cseq: 1,
                user_agent: "rehearsal".to_owned(),
            };
            let what = Asked::Bindings { account: agent.clone(), bindings: vec![binding] };
            self.remember(what);
        }
    }

    /// The store has this from before.
    fn remember(&mut self, what: Asked) {
        let ticket = crate::base::id::TicketId::from(0);
        self.store.ask(self.now, Request { ticket, what });
        let _ = self.store.reply(self.now);
    }

    /// Both clocks.
    #[must_use]
    pub fn clock(&self) -> Now {
        let utc = self.utc_at_zero + self.now.since(Moment::ZERO);
        Now { monotonic: self.now, utc }
    }

    /// The virtual moment.
    #[must_use]
    pub const fn now(&self) -> Moment {
        self.now
    }

    /// What has happened.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// What has happened; the house is not needed any more.
    #[must_use]
    pub fn into_log(self) -> Log {
        self.log
    }

    /// The heart, to look at.
    #[must_use]
    pub const fn heart(&self) -> &Switchboard {
        &self.heart
    }

    /// The store; its temper may be changed.
    pub const fn store(&mut self) -> &mut MemoryStore {
        &mut self.store
    }

    /// The web services; what they answer may be prepared.
    pub const fn web(&mut self) -> &mut Web {
        &mut self.web
    }

    /// The call of the caller, once there is one.
    #[must_use]
    pub const fn call(&self) -> Option<CallId> {
        self.call
    }

    /// How much the heart has worked, in inputs.
    #[must_use]
    pub const fn turns(&self) -> u64 {
        self.turns
    }

    /// Jumps to the next moment at which something happens, at most to `end`, where it answers
    /// `false`.
    pub fn step(&mut self, end: Moment) -> bool {
        let heart = self.heart.deadline().map(|due| due.at);
        let around = [self.store.deadline(), self.web.deadline(), self.ports.deadline()];
        let next = around.into_iter().chain([heart]).flatten().min();
        let next = next.map_or(end, |at| at.max(self.now));
        if next >= end {
            self.now = self.now.max(end);
            self.pass();
            return false;
        }
        self.now = next;
        self.pass();
        true
    }

    fn pass(&mut self) {
        self.ports.time(self.now);
        self.settle();
    }

    /// Lets all happen that is due now.
    fn settle(&mut self) {
        loop {
            self.take_sound();
            while let Some(reply) = self.store.reply(self.now) {
                self.inbox.push_back(Input::Stored(reply));
            }
            while let Some((ticket, reply)) = self.web.take_due(self.now) {
                self.inbox.push_back(Input::Replied { ticket, reply });
            }
            let due = self.heart.deadline().is_some_and(|due| due.at <= self.now);
            let input = self.inbox.pop_front().or_else(|| due.then_some(Input::Timer));
            let Some(input) = input else { return };
            self.turns += 1;
            let mut out = Outbox::new();
            self.heart.handle(self.clock(), input, &mut out);
            self.perform(out);
        }
    }

    /// What the sound has to tell.
    fn take_sound(&mut self) {
        for Begun { port, pieces, index } in std::mem::take(&mut self.ports.begun) {
            let who = match self.telephones.at_port(port) {
                Some(Party::Caller) => Ear::Caller,
                Some(Party::Agent) => Ear::Agent,
                Some(Party::FarEnd) => Ear::FarEnd,
                Some(Party::Earlier) | None => continue,
            };
            self.log.note(self.now, What::Hears { who, pieces, index });
        }
        let events = std::mem::take(&mut self.ports.events);
        self.inbox.extend(events.into_iter().map(Input::Media));
    }

    fn perform(&mut self, mut out: Outbox<Output>) {
        while let Some(output) = out.pop() {
            match output {
                Output::Send { path, bytes } => {
                    let mut said = Said::new();
                    self.telephones.receive(path, &bytes, &mut said);
                    self.deliver(said);
                }
                Output::Media { command, .. } => {
                    let (view, known) = (self.heart.view(), &self.repertoire);
                    self.ports.command(self.now, command, |sound| match view.is_ringing(sound) {
                        true => Piece::Ringing,
                        false => known.piece(sound),
                    });
                    self.take_sound();
                }
                Output::Store(request) => self.store.ask(self.now, request),
                Output::Fetch { ticket, recording } => {
                    let length = self.ports.kept.get(&recording);
                    let millis = length.map(|span| u32::try_from(span.as_millis()));
                    let sound = millis.map(|ms| Arc::new(Sound::silence(ms.unwrap_or(u32::MAX))));
                    self.inbox.push_back(Input::Fetched { ticket, sound });
                }
                Output::Speak { ticket, language, text } => {
                    let sound = Some(Arc::make_mut(&mut self.repertoire).speaks(language, text));
                    self.inbox.push_back(Input::Fetched { ticket, sound });
                }
                Output::Ask { ticket, request } => self.web.ask(self.now, ticket, *request),
                Output::Announce(event) => self.log.note(self.now, What::Announces(event)),
                Output::Notify(notice) => {
                    let message = notice.message.id;
                    self.note(format!("people are told of a message for {}", notice.title));
                    self.inbox.push_back(Input::Notified { message });
                }
                Output::Tell(tale) => self.hear(tale),
                Output::Reloaded { .. } | Output::Drained => {}
            }
        }
    }

    /// What telephones said reaches the heart.
    fn deliver(&mut self, said: Said) {
        for (path, bytes) in said {
            match wire::read_datagram(&bytes) {
                Ok(mut message) => {
                    if message.is_request() {
                        message.stamp(path.remote);
                    }
                    self.inbox.push_back(Input::Sip(sip::event::Event::Received { message, path }));
                }
                Err(refusal) => debug_assert!(false, "a telephone speaks no SIP: {refusal:?}"),
            }
        }
    }

    /// Keeps what concerns the caller, and what concerns nobody's call.
    fn hear(&mut self, tale: Tale) {
        let call = tale.call;
        let event = tale.event;
        if event == "call.started" && self.call.is_none() && self.caller.is_some() {
            self.call = call;
        }
        if call.is_some() && (call != self.call || self.call.is_none()) {
            return;
        }
        self.log.note(self.now, What::of(tale));
        let target = call.and_then(|call| self.heart.view().dialled_for(call));
        if let Some((number, ani)) = target.filter(|_| event == "transfer.begun") {
            self.log.note(self.now, What::Dials { number: number.clone(), ani: ani.cloned() });
        }
    }

    fn act(&mut self, act: impl FnOnce(&mut Telephones, &mut Said)) {
        let mut said = Said::new();
        act(&mut self.telephones, &mut said);
        self.deliver(said);
        self.settle();
    }
}

/// What came of it all.
impl House {
    /// What is known of the caller's call at this moment.
    #[must_use]
    pub fn evidence(&self) -> Evidence<'_> {
        let view = self.heart.view();
        let queues = view.queues();
        let names = view.settings().queues.iter().map(|queue| &queue.line.name);
        let counters = names.filter_map(|name| queues.counters(name));
        let entry = self.call.and_then(|call| view.entry_of(call));
        let place = entry
            .and_then(|entry| Some((queues.queue_of(entry)?.to_owned(), queues.position(entry)?)));
        let ours = |call: CallId| Some(call) == self.call;
        let noted = self.store.interactions().find(|noted| ours(noted.call));
        Evidence {
            log: &self.log,
            rows: self.store.rows().filter(|row| ours(row.promise.call)).cloned().collect(),
            pending: self.store.rows().filter(|row| !row.state.is_end()).cloned().collect(),
            abandoned: counters.map(|counters| counters.abandoned).sum(),
            place,
            result: noted.map_or(CallResult::Unfinished, |noted| noted.result),
        }
    }
}

/// What people do.
impl House {
    /// Somebody who came before dials; nobody's script is about them.
    pub fn earlier_caller(&mut self, called: &str) {
        let from = "+48226000000";
        self.act(|telephones, out| {
            telephones.call(Party::Earlier, Some(from), called, out);
        });
    }

    /// The caller dials.
    pub fn dial(&mut self, from: Option<&str>, called: &str) {
        self.log = Log::default();
        let mut line = None;
        let mut said = Said::new();
        line.replace(self.telephones.call(Party::Caller, from, called, &mut said));
        self.caller = line;
        self.deliver(said);
        self.settle();
    }

    /// Notes what somebody does, for people who read the log.
    pub fn note(&mut self, text: String) {
        self.log.note(self.now, What::Did(text));
    }

    /// The caller presses a key.
    pub fn press(&mut self, digit: Digit) {
        if let Some(port) = self.caller_port() {
            self.ports.key(self.now, port, digit);
            self.settle();
        }
    }

    /// The caller begins to speak.
    pub fn speak(&mut self, long: Duration) {
        if let Some(port) = self.caller_port() {
            self.ports.speak(self.now, port, long);
        }
    }

    /// The caller hangs up.
    pub fn hang_up(&mut self) {
        if let Some(line) = self.caller {
            self.act(|telephones, out| telephones.hang_up(line, out));
        }
    }

    /// How the caller's call ended, if it is over.
    #[must_use]
    pub fn over(&self) -> Option<&str> {
        match &self.telephones.line(self.caller?)?.state {
            State::Over(how) => Some(how),
            State::Calling | State::Ringing | State::Answered | State::Up => None,
        }
    }

    /// Whether the caller could press a key now: something plays, is recorded or asked.
    #[must_use]
    pub fn listens(&self) -> bool {
        let port = self.caller_port();
        let open = |port| self.ports.plays(port) || self.ports.records(port);
        let asks = || self.call.is_some_and(|call| self.heart.view().asks_for_keys(call));
        port.is_some_and(|port| !self.ports.talks(port) && (open(port) || asks()))
    }

    /// Whether nothing happens unless the caller does something, or waits: a question, a
    /// recording, music, a talk.
    #[must_use]
    pub fn waits_for_caller(&self) -> bool {
        let asks = self.call.is_some_and(|call| self.heart.view().asks_for_keys(call));
        let music = self.caller_port().is_some_and(|port| self.ports.plays_music(port));
        asks || music || self.hears()
    }

    /// Whether somebody would hear the caller speak now: a recording, or an agent.
    #[must_use]
    pub fn hears(&self) -> bool {
        let heard = |port| self.ports.records(port) || self.ports.talks(port);
        self.caller_port().is_some_and(heard)
    }

    /// The telephone that rings there, the first that began to.
    #[must_use]
    pub fn ringing(&self, whose: Whose) -> Option<Ringing> {
        let rings = |line: &telephones::Telephone| {
            line.state == State::Ringing && line.party == whose.party()
        };
        self.telephones.first(rings).map(Ringing)
    }

    /// Whether that telephone rings still.
    #[must_use]
    pub fn still_rings(&self, Ringing(line): Ringing) -> bool {
        self.telephones.line(line).is_some_and(|line| line.state == State::Ringing)
    }

    /// A telephone that rings is answered; `false` when none rings.
    pub fn answers(&mut self, whose: Whose) -> bool {
        let Some(Ringing(line)) = self.ringing(whose) else { return false };
        self.act(|telephones, out| telephones.answer(line, out));
        true
    }

    /// A telephone that rings is refused with this status; `false` when none rings.
    pub fn refuses(&mut self, whose: Whose, status: u16) -> bool {
        let Some(Ringing(line)) = self.ringing(whose) else { return false };
        self.act(|telephones, out| telephones.refuse(line, status, out));
        true
    }

    /// The one who answered last hangs up; `false` when nobody is on the telephone.
    pub fn ends(&mut self, whose: Whose) -> bool {
        let Some(line) = self.up(whose) else { return false };
        self.act(|telephones, out| telephones.hang_up(line, out));
        true
    }

    /// The agent who answered last presses a key; `false` when none talks.
    pub fn agent_presses(&mut self, digit: Digit) -> bool {
        let port = self.up(Whose::Agent).and_then(|line| self.telephones.line(line)?.port);
        let Some(port) = port else { return false };
        self.ports.key(self.now, port, digit);
        self.settle();
        true
    }

    fn up(&self, whose: Whose) -> Option<usize> {
        let party = whose.party();
        self.telephones.find(|line| line.party == party && line.state == State::Up)
    }

    fn caller_port(&self) -> Option<u16> {
        let line = self.telephones.line(self.caller?)?;
        line.port.filter(|_| line.state == State::Up)
    }
}
