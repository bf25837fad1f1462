//! One Ringback on a virtual clock: the heart, its media shards, lines, store and recordings.
//!
//! ```text
//!            ┌────────────────────── World ──────────────────────┐
//!  outside   │ lines ──► sip ──►┐          ┌──► store ──┐        │
//!  send ────►│                  ├─► heart ─┤            ├─► heart│
//!  arrivals ◄│ lines ◄── sip ◄──┘          └──► shards ─┘        │
//!            └───────────────────────────────────────────────────┘
//! ```
//! Nothing happens between two deadlines, so time jumps from one to the next.

use super::ladder::Ladder;
use super::line::{Datagram, Kind, Lines};
use super::recordings::Recordings;
use super::store::MemoryStore;
use super::web::Web;
use crate::base::entropy::Entropy;
use crate::base::id::Ids;
use crate::base::outbox::Outbox;
use crate::base::time::{Moment, Now, Utc};
use crate::media::shard::{Shard, ShardSettings};
use crate::media::traffic::{Arrival, Kind as SocketKind, ShardOutput, Sink, Slot};
use crate::rtp::packet::HEADER_BYTES;
use crate::sip;
use crate::sip::event::{Path, Transport};
use crate::sip::wire;
use crate::switchboard::heart::Switchboard;
use crate::switchboard::input::Input;
use crate::switchboard::objection::Objection;
use crate::switchboard::output::{MessageNotice, Output, Tale};
use crate::switchboard::settings::Settings;
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Silence of a peer after which a shard says so.
const SILENT_AFTER: Duration = Duration::from_secs(60);

/// One Ringback and the world around it.
///
/// Table: a part of the world each.
#[derive(Debug)]
pub struct World {
    /// The lines; their weather may be changed at any time.
    pub lines: Lines,
    /// The store; its temper may be changed at any time.
    pub store: MemoryStore,
    /// Recordings that are durable.
    pub recordings: Recordings,
    /// Web services, and what flows tell other systems.
    pub web: Web,
    /// Every SIP message that we sent or that was sent to us.
    pub ladder: Ladder,
    /// What the heart told those who watch, and when.
    pub tales: Vec<(Moment, Tale)>,
    /// Messages that somebody was told of.
    pub notices: Vec<MessageNotice>,
    settings: Arc<Settings>,
    now: Moment,
    /// The wall clock at [`Moment::ZERO`].
    utc_at_zero: Utc,
    process: Option<Process>,
    arrived: VecDeque<Datagram>,
    entropy: Entropy,
    boots: u32,
}

/// What dies in a crash.
#[derive(Debug)]
struct Process {
    heart: Switchboard,
    shards: Vec<Shard>,
    /// Who listens at a port number of ours.
    sockets: BTreeMap<u16, Socket>,
    /// The RTP port number of each slot of each shard.
    numbers: BTreeMap<(usize, Slot), u16>,
    inbox: VecDeque<Input>,
    /// Why the last new settings were not taken.
    objections: Vec<Objection>,
}

#[derive(Debug, Clone, Copy)]
struct Socket {
    shard: usize,
    slot: Slot,
    kind: SocketKind,
}

/// RTP and RTCP that one beat sends.
#[derive(Debug, Default)]
struct Packets {
    sent: Vec<(Slot, SocketKind, SocketAddr, Bytes)>,
}

impl Sink for Packets {
    fn rtp(&mut self, slot: Slot, to: SocketAddr, header: &[u8; HEADER_BYTES], payload: &[u8]) {
        let bytes = Bytes::from([header.as_slice(), payload].concat());
        self.sent.push((slot, SocketKind::Rtp, to, bytes));
    }

    fn rtcp(&mut self, slot: Slot, to: SocketAddr, bytes: &[u8]) {
        self.sent.push((slot, SocketKind::Rtcp, to, Bytes::copy_from_slice(bytes)));
    }
}

impl World {
    /// A world whose wall clock shows `utc` at its first moment; Ringback is started.
    #[must_use]
    pub fn new(settings: Arc<Settings>, utc: Utc, seed: u64) -> Self {
        let mut entropy = Entropy::from_number(seed);
        let mut world = Self {
            lines: Lines::new(entropy.child()),
            store: MemoryStore::new(),
            recordings: Recordings::default(),
            web: Web::default(),
            ladder: Ladder::default(),
            tales: Vec::new(),
            notices: Vec::new(),
            settings,
            now: Moment::ZERO,
            utc_at_zero: utc,
            process: None,
            arrived: VecDeque::new(),
            entropy,
            boots: 0,
        };
        world.start();
        world
    }

    /// Both clocks.
    #[must_use]
    pub fn now(&self) -> Now {
        let utc = self.utc_at_zero + self.now.since(Moment::ZERO);
        Now { monotonic: self.now, utc }
    }

    /// Sets the wall clock, as an administrator or a time server may.
    pub const fn set_utc_at_zero(&mut self, utc: Utc) {
        self.utc_at_zero = utc;
    }

    /// The heart, while the process lives.
    #[must_use]
    pub fn heart(&self) -> Option<&Switchboard> {
        self.process.as_ref().map(|process| &process.heart)
    }

    /// The heart is told something that no peer says, such as `Drain`.
    pub fn tell(&mut self, input: Input) {
        if let Some(process) = &mut self.process {
            process.inbox.push_back(input);
        }
        self.settle();
    }

    /// New settings, for the living process and for those that are started after it; or why
    /// they cannot be taken.
    ///
    /// # Errors
    ///
    /// What the heart objects to; then nothing has changed.
    pub fn reload(&mut self, settings: Settings) -> Result<(), Vec<Objection>> {
        let settings = Arc::new(settings);
        self.tell(Input::Settings(Arc::clone(&settings)));
        let process = self.process.as_mut();
        let objections = process.map_or_else(Vec::new, |p| std::mem::take(&mut p.objections));
        if !objections.is_empty() {
            return Err(objections);
        }
        self.settings = settings;
        Ok(())
    }

    /// What the house was told of its site.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Open media ports, of all shards.
    #[must_use]
    pub fn open_ports(&self) -> usize {
        self.process.as_ref().map_or(0, |process| process.shards.iter().map(Shard::len).sum())
    }

    /// The process dies at once: calls end without a word, what was not durable is lost.
    pub fn crash(&mut self) {
        self.process = None;
        self.store.crash(&mut self.entropy);
        self.recordings.crash();
        self.web.crash();
    }

    /// The process begins, again if it has died.
    pub fn start(&mut self) {
        self.boots += 1;
        let shard = |entropy| {
            let utc_at_zero = self.utc_at_zero;
            let name = Arc::from("ringback");
            Shard::new(ShardSettings { name, utc_at_zero, silent_after: SILENT_AFTER, entropy })
        };
        let mut entropy = self.entropy.child();
        let shards = (0..self.settings.site.shards.max(1)).map(|_| shard(entropy.child()));
        let shards = shards.collect();
        let ids = Ids::new(1, self.boots);
        let mut heart = Switchboard::new(Arc::clone(&self.settings), ids, entropy);
        let mut out = Outbox::new();
        heart.start(self.now(), &mut out);
        let (sockets, numbers) = (BTreeMap::new(), BTreeMap::new());
        let inbox = VecDeque::new();
        let objections = Vec::new();
        self.process = Some(Process { heart, shards, sockets, numbers, inbox, objections });
        self.perform(out);
        self.settle();
    }

    /// Somebody outside sends a datagram to us or to anybody else.
    pub fn send(&mut self, datagram: Datagram) {
        let kind = self.kind_of(&datagram);
        if kind == Kind::Signalling {
            self.ladder.note(self.now, datagram.from, datagram.to, &datagram.bytes);
        }
        self.lines.send(self.now, kind, datagram);
    }

    /// Takes one datagram that has arrived outside.
    pub fn take_arrival(&mut self) -> Option<Datagram> {
        self.arrived.pop_front()
    }

    /// When something happens next, if nobody outside does anything.
    #[must_use]
    pub fn deadline(&self) -> Option<Moment> {
        let process = self.process.as_ref().and_then(Process::deadline);
        [self.lines.deadline(), self.store.deadline(), self.web.deadline(), process]
            .into_iter()
            .flatten()
            .min()
    }

    /// Lets time pass until `moment`, and everything happen that is due by then. Call it with no
    /// moment beyond [`World::deadline`], or what comes in between happens late.
    pub fn advance(&mut self, moment: Moment) {
        self.now = self.now.max(moment);
        while let Some(datagram) = self.lines.take_due(self.now) {
            self.deliver(datagram);
        }
        while let Some(reply) = self.store.reply(self.now) {
            for recording in self.store.take_deleted() {
                self.recordings.delete(recording);
            }
            self.put(Input::Stored(reply));
        }
        while let Some((ticket, reply)) = self.web.take_due(self.now) {
            self.put(Input::Replied { ticket, reply });
        }
        self.beat();
        self.settle();
    }

    fn put(&mut self, input: Input) {
        if let Some(process) = &mut self.process {
            process.inbox.push_back(input);
        }
    }

    /// Tells the heart all that waits, and that its time has come, until nothing is left.
    fn settle(&mut self) {
        let now = self.now();
        loop {
            let Some(process) = &mut self.process else { return };
            let due = process.heart.deadline().is_some_and(|due| due.at <= now.monotonic);
            let input = process.inbox.pop_front().or_else(|| due.then_some(Input::Timer));
            let Some(input) = input else { return };
            let mut out = Outbox::new();
            process.heart.handle(now, input, &mut out);
            self.perform(out);
        }
    }

    fn perform(&mut self, mut out: Outbox<Output>) {
        while let Some(output) = out.pop() {
            match output {
                Output::Send { path, bytes } => self.send_sip(path, bytes),
                Output::Media { shard, command } => {
                    let now = self.now;
                    self.with_shard(shard, |shard, out, sink| {
                        shard.command(now, command, out, sink);
                    });
                }
                Output::Store(request) => self.store.ask(self.now, request),
                Output::Fetch { ticket, recording } => {
                    let sound = self.recordings.find(recording);
                    self.put(Input::Fetched { ticket, sound });
                }
                Output::Ask { ticket, request } => self.web.ask(self.now, ticket, *request),
                Output::Announce(event) => self.web.announced.push((self.now, event)),
                Output::Speak { ticket, text, .. } => {
                    let sound = self.recordings.spoken(&text);
                    self.put(Input::Fetched { ticket, sound });
                }
                Output::Notify(notice) => {
                    let message = notice.message.id;
                    self.notices.push(*notice);
                    self.put(Input::Notified { message });
                }
                Output::Tell(tale) => self.tales.push((self.now, tale)),
                Output::Reloaded { objections } => {
                    if let Some(process) = &mut self.process {
                        process.objections = objections;
                    }
                }
                Output::Drained => {}
            }
        }
    }

    fn send_sip(&mut self, path: Path, bytes: Bytes) {
        let from = self.own_address(path.remote.ip());
        self.send(Datagram { from, to: path.remote, bytes });
    }

    /// The SIP address that `remote` sees.
    #[must_use]
    pub fn own_address(&self, remote: IpAddr) -> SocketAddr {
        let site = &self.settings.site;
        SocketAddr::new(site.interfaces.address_for(remote), site.sip_port)
    }

    fn kind_of(&self, datagram: &Datagram) -> Kind {
        let ends = [(datagram.from, datagram.to), (datagram.to, datagram.from)];
        let ours = ends.into_iter().any(|(end, other)| end == self.own_address(other.ip()));
        if ours { Kind::Signalling } else { Kind::Sound }
    }

    /// A datagram has arrived, at us or outside.
    fn deliver(&mut self, datagram: Datagram) {
        let sip = self.own_address(datagram.from.ip());
        if datagram.to == sip {
            return self.deliver_sip(datagram);
        }
        if datagram.to.ip() != sip.ip() {
            return self.arrived.push_back(datagram);
        }
        let number = datagram.to.port();
        let socket = self.process.as_ref().and_then(|p| p.sockets.get(&number).copied());
        // Where nobody listens any more, a late packet is lost.
        let Some(Socket { shard, slot, kind }) = socket else { return };
        let (now, from) = (self.now, datagram.from);
        self.with_shard(shard, |shard, out, sink| {
            let arrival = Arrival { slot, kind, from, bytes: &datagram.bytes };
            shard.receive(now, &arrival, out, sink);
        });
    }

    fn deliver_sip(&mut self, datagram: Datagram) {
        let transport = Transport::Udp;
        let path = Path { transport, remote: datagram.from, connection: None };
        match wire::read_datagram(&datagram.bytes) {
            Ok(mut message) => {
                if message.is_request() {
                    message.stamp(path.remote);
                }
                self.put(Input::Sip(sip::event::Event::Received { message, path }));
                self.settle();
            }
            Err(refusal) => {
                if let Some(mut answer) = wire::answer_to(&refusal) {
                    answer.stamp(path.remote);
                    self.send_sip(path, answer.to_bytes());
                }
            }
        }
    }

    fn beat(&mut self) {
        let now = self.now;
        let count = self.process.as_ref().map_or(0, |process| process.shards.len());
        for index in 0..count {
            self.with_shard(index, |shard, out, sink| {
                if shard.deadline().is_some_and(|due| due.at <= now) {
                    shard.beat(now, out, sink);
                }
            });
        }
    }

    /// Works with one shard and performs what it asks, until it asks nothing more.
    fn with_shard(
        &mut self,
        index: usize,
        act: impl FnOnce(&mut Shard, &mut Outbox<ShardOutput>, &mut Packets),
    ) {
        let mut out = Outbox::new();
        let mut packets = Packets::default();
        let Some(process) = &mut self.process else { return };
        let Some(shard) = process.shards.get_mut(index) else { return };
        act(shard, &mut out, &mut packets);
        while let Some(output) = out.pop() {
            self.perform_shard(index, output, &mut out);
        }
        for (slot, kind, to, bytes) in packets.sent {
            if let Some(number) = self.number_of(index, slot, kind) {
                let from = SocketAddr::new(self.own_address(to.ip()).ip(), number);
                self.lines.send(self.now, Kind::Sound, Datagram { from, to, bytes });
            }
        }
    }

    fn perform_shard(&mut self, index: usize, output: ShardOutput, out: &mut Outbox<ShardOutput>) {
        match output {
            ShardOutput::Event(event) => self.put(Input::Media(event)),
            ShardOutput::OpenSocket { slot, local, .. } => {
                let Some(process) = &mut self.process else { return };
                let number = local.port();
                process.numbers.insert((index, slot), number);
                let both = [(number, SocketKind::Rtp), (rtcp_of(number), SocketKind::Rtcp)];
                for (number, kind) in both {
                    process.sockets.insert(number, Socket { shard: index, slot, kind });
                }
            }
            ShardOutput::CloseSocket { slot } => {
                let Some(process) = &mut self.process else { return };
                let Some(rtp) = process.numbers.remove(&(index, slot)) else { return };
                process.sockets.remove(&rtp);
                process.sockets.remove(&rtcp_of(rtp));
            }
            ShardOutput::ConnectSocket { .. } | ShardOutput::DisconnectSocket { .. } => {}
            ShardOutput::RecordBlock { recording, samples } => {
                self.recordings.add(recording, &samples);
            }
            ShardOutput::RecordEnd { port, recording, samples } => {
                let outcome = self.recordings.finish(recording, samples);
                let Some(process) = &mut self.process else { return };
                if let Some(shard) = process.shards.get_mut(index) {
                    shard.recorded(port, recording, outcome, out);
                }
            }
        }
    }

    fn number_of(&self, shard: usize, slot: Slot, kind: SocketKind) -> Option<u16> {
        let rtp = *self.process.as_ref()?.numbers.get(&(shard, slot))?;
        Some(match kind {
            SocketKind::Rtp => rtp,
            SocketKind::Rtcp => rtcp_of(rtp),
        })
    }
}

/// One number higher (RFC 3550 §11).
const fn rtcp_of(rtp: u16) -> u16 {
    rtp.saturating_add(1)
}

impl Process {
    fn deadline(&self) -> Option<Moment> {
        if !self.inbox.is_empty() {
            return Some(Moment::ZERO);
        }
        let shards = self.shards.iter().filter_map(Shard::deadline);
        shards.chain(self.heart.deadline()).map(|due| due.at).min()
    }
}
