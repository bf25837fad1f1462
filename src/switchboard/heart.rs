//! The heart: one deterministic value that decides every caller's whole life.
//!
//! ```text
//!  Input ─► take ─► a room's machine ─► its effects ─► perform ─► Output
//!                        ▲                                │
//!                        └────────────────────────────────┘   until nothing is left to do
//! ```
//!
//! It only routes: each decision is made by a machine of a room below, or by the file of this
//! room that is named after it.

use super::call::Call;
use super::facts::CallFacts;
use super::features;
use super::input::Input;
use super::job::Job;
use super::kept::{Callback, Waiter};
use super::leg::Legs;
use super::mailroom::{Lights, Listener};
use super::output::Output;
use super::playbacks::Playbacks;
use super::ports::PortPool;
use super::settings::Settings;
use super::tickets::Tickets;
use super::turn::{Turn, Work};
use crate::audio::sound::Sound;
use crate::base::entropy::Entropy;
use crate::base::id::{CallId, CallbackId, EntryId, Ids, JobId, LegId, MessageId};
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Now};
use crate::base::timers::Timers;
use crate::flow::graph::FlowSet;
use crate::media::command::Event as MediaEvent;
use crate::queue;
use crate::queue::queues::Queues;
use crate::sip::event::Command;
use crate::sip::user_agent::UserAgent;
use crate::voicemail;
use crate::voicemail::mailboxes::Mailboxes;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Calls in progress may last so long after a drain began.
const DRAIN_MAX: Duration = Duration::from_secs(5 * 60);

/// The heart of one node.
///
/// Table: one map for each kind of thing that lives in it, and what they share.
#[derive(Debug)]
pub struct Switchboard {
    pub(super) settings: Arc<Settings>,
    pub(super) ids: Ids,
    pub(super) entropy: Entropy,
    pub(super) user_agent: UserAgent,
    pub(super) queues: Queues,
    pub(super) mailboxes: Mailboxes,
    /// Calls that wait until their message is durable.
    pub(super) leaving: BTreeMap<MessageId, CallId>,
    pub(super) lights: Lights,
    pub(super) listeners: BTreeMap<CallId, Listener>,
    pub(super) legs: Legs,
    pub(super) calls: BTreeMap<CallId, Call>,
    pub(super) jobs: BTreeMap<JobId, Job>,
    pub(super) callbacks: BTreeMap<CallbackId, Callback>,
    pub(super) waiters: BTreeMap<EntryId, Waiter>,
    pub(super) playbacks: Playbacks,
    pub(super) tickets: Tickets,
    pub(super) timers: Timers<Alarm>,
    /// The flows behind feature codes.
    pub(super) features: Arc<FlowSet>,
    /// The ringing tone, made when somebody first has to hear it.
    pub(super) ringing: Option<Arc<Sound>>,
    pub(super) draining: bool,
}

/// What the heart itself waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// A call's flow.
    Flow(CallId),
    /// A call's intent.
    Intent(CallId),
    /// An agent who listens to messages.
    Listener(CallId),
    /// A callback's life.
    Callback(CallbackId),
    /// The agent's phones ring long enough.
    AgentRing(JobId),
    /// The customer's phone rings long enough.
    CustomerRing(CallbackId),
    /// The phone of whom a call is transferred to rings long enough.
    TransferRing(CallId),
    /// What a restart must bring back is asked for again.
    LoadBindings,
    /// The same for callbacks.
    LoadCallbacks,
    /// The same for messages.
    LoadMessages,
    /// Who still talks has had time enough.
    DrainOver,
}

impl Switchboard {
    /// A heart in which nothing lives yet. `ids` are of this node and boot.
    #[must_use]
    pub fn new(settings: Arc<Settings>, ids: Ids, mut entropy: Entropy) -> Self {
        let site = &settings.site;
        let pool = PortPool::new(site.rtp_ports.0, site.rtp_ports.1, site.shards);
        let lines = settings.queues.iter().map(|queue| queue.line.clone()).collect();
        let agents = settings.queue_agents();
        Self {
            user_agent: UserAgent::new(settings.user_agent(), entropy.child(), ids.clone()),
            queues: Queues::new(lines, agents, ids.clone()),
            mailboxes: Mailboxes::new(&settings.mailboxes),
            leaving: BTreeMap::new(),
            lights: Lights::default(),
            listeners: BTreeMap::new(),
            legs: Legs::new(pool),
            calls: BTreeMap::new(),
            jobs: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            waiters: BTreeMap::new(),
            playbacks: Playbacks::default(),
            tickets: Tickets::default(),
            timers: Timers::new(),
            features: Arc::new(features::flows()),
            ringing: None,
            draining: false,
            settings,
            ids,
            entropy,
        }
    }

    /// Begins: asks the store for callbacks and contacts, then lives by its inputs.
    pub fn start(&mut self, now: Now, out: &mut Outbox<Output>) {
        let mut turn = Turn::new(now, out);
        self.load_bindings(&mut turn);
        self.load_callbacks(&mut turn);
        self.load_messages(&mut turn);
        self.settle_work(&mut turn);
    }

    /// Takes one input; what the world shall do goes to `out`, in order.
    pub fn handle(&mut self, now: Now, input: Input, out: &mut Outbox<Output>) {
        let mut turn = Turn::new(now, out);
        self.take(input, &mut turn);
        self.settle_work(&mut turn);
        if self.draining && self.is_idle() {
            turn.put(Output::Drained);
        }
    }

    /// When to be called with [`Input::Timer`], and why.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        let rooms = Deadline::earliest(self.user_agent.deadline(), self.queues.deadline());
        let rooms = Deadline::earliest(rooms, self.mailboxes.deadline());
        Deadline::earliest(rooms, self.timers.deadline())
    }

    /// Whether no call, no job and no leg is left.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.calls.is_empty() && self.jobs.is_empty() && self.legs.is_empty()
    }

    fn take(&mut self, input: Input, turn: &mut Turn<'_>) {
        match input {
            Input::Sip(event) => self.with_user_agent(turn, |user_agent, now, out| {
                user_agent.handle(now, event, out);
            }),
            Input::Media(event) => self.on_media(event, turn),
            Input::Stored(reply) => self.on_stored(reply, turn),
            Input::Replied { ticket, reply } => self.replied(ticket, reply, turn),
            Input::Fetched { ticket, sound } => self.fetched(ticket, sound, turn),
            Input::Notified { message } => {
                self.tell_mailboxes(voicemail::event::Event::Told(message), turn);
            }
            Input::Settings(settings) => self.reload(settings, turn),
            Input::Timer => self.on_timer(turn),
            Input::Drain => {
                self.draining = true;
                self.user_agent.drain();
                let at = turn.now.monotonic + DRAIN_MAX;
                self.timers.set(Alarm::DrainOver, at, "drain over");
            }
            Input::Stop => self.end_all(turn),
        }
    }

    fn settle_work(&mut self, turn: &mut Turn<'_>) {
        while let Some(work) = turn.work.pop_front() {
            match work {
                Work::Sip(effect) => self.on_sip(effect, turn),
                Work::Queue(effect) => self.on_queue(effect, turn),
                Work::Flow(call, effect) => self.on_flow(call, effect, turn),
                Work::Intent(call, effect) => self.on_intent(call, effect, turn),
                Work::Callback(callback, effect) => self.on_callback(callback, effect, turn),
                Work::Mailboxes(effect) => self.on_mailboxes(effect, turn),
                Work::Bury(call) => self.bury(call, turn),
            }
        }
    }

    fn on_timer(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now.monotonic;
        let due = |deadline: Option<Deadline>| deadline.is_some_and(|deadline| deadline.at <= now);
        if due(self.user_agent.deadline()) {
            self.with_user_agent(turn, |user_agent, now, out| {
                user_agent.handle(now, crate::sip::event::Event::Timer, out);
            });
        }
        if due(self.queues.deadline()) {
            self.tell_queues(queue::event::Event::Timer, turn);
        }
        if due(self.mailboxes.deadline()) {
            self.tell_mailboxes(voicemail::event::Event::Timer, turn);
        }
        while let Some(alarm) = self.timers.pop_due(now) {
            self.on_alarm(alarm, turn);
        }
    }

    fn on_alarm(&mut self, alarm: Alarm, turn: &mut Turn<'_>) {
        match alarm {
            Alarm::Flow(call) => self.tell_flow(call, crate::flow::effect::Event::Timer, turn),
            Alarm::Intent(call) => {
                self.tell_intent(call, crate::callback::intent::Event::Timer, turn);
            }
            Alarm::Listener(call) => {
                self.tell_listener(call, voicemail::listening::Event::Timer, turn);
            }
            Alarm::Callback(callback) => {
                self.tell_callback(callback, crate::callback::event::Event::Timer, turn);
            }
            Alarm::AgentRing(job) => self.agent_ring_over(job, turn),
            Alarm::CustomerRing(callback) => self.customer_ring_over(callback, turn),
            Alarm::TransferRing(call) => self.transfer_ring_over(call, turn),
            Alarm::LoadBindings => self.load_bindings(turn),
            Alarm::LoadCallbacks => self.load_callbacks(turn),
            Alarm::LoadMessages => self.load_messages(turn),
            Alarm::DrainOver => self.end_all(turn),
        }
    }

    fn on_media(&mut self, event: MediaEvent, turn: &mut Turn<'_>) {
        match event {
            MediaEvent::Failed { port, reason } => self.port_failed(port, &reason, turn),
            MediaEvent::PlayEnded { port, play } => {
                if let Some(leg) = self.legs.of_port(port) {
                    self.play_ended(leg, play, turn);
                }
            }
            MediaEvent::Digit { port, digit } => {
                if let Some(leg) = self.legs.of_port(port) {
                    self.key(leg, digit, turn);
                }
            }
            MediaEvent::Recorded { port: _, recording, outcome } => {
                self.recording_over(recording, outcome, turn);
            }
            MediaEvent::Silent { port } => self.far_end_silent(port, turn),
            MediaEvent::Closed { port, totals } => {
                tracing::debug!(%port, ?totals, "port closed");
                self.legs.closed(port);
            }
        }
    }

    pub(super) fn with_user_agent(
        &mut self,
        turn: &mut Turn<'_>,
        act: impl FnOnce(&mut UserAgent, Now, &mut Outbox<crate::sip::event::Effect>),
    ) {
        let mut out = Outbox::new();
        act(&mut self.user_agent, turn.now, &mut out);
        turn.work.extend(out.drain().map(Work::Sip));
    }

    pub(super) fn command_sip(&mut self, command: Command, turn: &mut Turn<'_>) {
        self.with_user_agent(turn, |user_agent, now, out| user_agent.command(now, command, out));
    }

    pub(super) fn tell_queues(&mut self, event: queue::event::Event, turn: &mut Turn<'_>) {
        self.with_queues(turn, |queues, now, out| queues.handle(now, event, out));
    }

    pub(super) fn with_queues(
        &mut self,
        turn: &mut Turn<'_>,
        act: impl FnOnce(&mut Queues, Now, &mut Outbox<queue::event::Effect>),
    ) {
        let mut out = Outbox::new();
        act(&mut self.queues, turn.now, &mut out);
        turn.work.extend(out.drain().map(Work::Queue));
    }

    pub(super) fn facts_of(&self, call: CallId, now: Now) -> Option<CallFacts<'_>> {
        let record = self.calls.get(&call)?;
        let place = record.place.as_ref().map(|place| (place.entry, place.queue.as_str()));
        Some(CallFacts {
            party: &record.party,
            place,
            now: now.utc,
            queues: &self.queues,
            callbacks: &self.callbacks,
            settings: &self.settings,
        })
    }

    /// The call behind a waiter, for tales.
    pub(super) const fn call_of(&self, waiter: Waiter) -> Option<CallId> {
        match waiter {
            Waiter::Caller(call) | Waiter::Transfer(call) => Some(call),
            Waiter::Callback(_) => None,
        }
    }

    /// The leg behind a waiter, if somebody is on the line.
    pub(super) fn leg_of(&self, waiter: Waiter) -> Option<LegId> {
        match waiter {
            Waiter::Caller(call) | Waiter::Transfer(call) => {
                self.calls.get(&call).map(|call| call.leg)
            }
            Waiter::Callback(callback) => self.callbacks.get(&callback)?.customer,
        }
    }
}
