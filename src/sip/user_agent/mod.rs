//! The user agent: a thin router between the network, transactions, sessions and the
//! switchboard.
//!
//! ```text
//!            Event                                   Command
//!              │                                        │
//!    responses │ requests                               │
//!       ▼      └──► receive ── screening ──┐            │
//!   transactions ◄───────────── steps ── sessions ◄─────┘
//!       │                                  │
//!       └────────────► Effect ◄────────────┘
//! ```

pub mod guard;
mod order;
mod phones;
mod receive;
pub mod screening;
pub mod settings;
mod subscriptions;
#[cfg(test)]
mod tests;
mod trunks;

use super::event::{Command, Effect, Event, Path};
use super::header::Via;
use super::identity::Context;
use super::message::Message;
use super::session::{Purpose, Session, SessionEvent, SessionTimer, Step};
use super::transaction::table::{self, Table, TableEffect};
use crate::base::entropy::Entropy;
use crate::base::id::{Ids, SessionId, SubscriptionId};
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Now};
use crate::base::timers::Timers;
use phones::Phones;
use settings::UserAgentSettings;
use std::collections::BTreeMap;
use subscriptions::Subscriptions;
use trunks::Trunks;

/// The SIP element of this server.
#[derive(Debug)]
pub struct UserAgent {
    settings: UserAgentSettings,
    entropy: Entropy,
    ids: Ids,
    table: Table<User>,
    /// What the table wants done, before it is done.
    table_out: Outbox<TableEffect<User>>,
    sessions: Sessions,
    /// What sessions want done, before it is done.
    steps: Outbox<(SessionId, Step)>,
    timers: Timers<Alarm>,
    phones: Phones,
    trunks: Trunks,
    subscriptions: Subscriptions,
    /// Whether new calls are turned away because we are about to stop.
    draining: bool,
}

/// Who is told what became of a request of ours.
#[derive(Debug, Clone)]
enum User {
    Session(SessionId, Purpose),
    /// An OPTIONS to the trunk of this name.
    Options(String),
    /// A REGISTER to the trunk of this name.
    Registration(String),
    /// A NOTIFY of this subscription.
    Subscription(SubscriptionId),
}

/// All timers of the user agent are in one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Alarm {
    Transaction(table::Alarm),
    Session(SessionId, SessionTimer),
}

/// How much lives at the moment; all zero when everything has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Transactions, ours and theirs.
    pub transactions: usize,
    /// Sessions, also those that only wait for their last transactions.
    pub sessions: usize,
    /// Timers of both.
    pub timers: usize,
}

#[derive(Debug, Default)]
struct Sessions {
    by_id: BTreeMap<SessionId, Session>,
    /// By Call-ID and our tag.
    by_dialog: BTreeMap<(String, String), SessionId>,
}

impl Sessions {
    fn insert(&mut self, session: Session) {
        self.by_dialog.insert(session.dialog_key(), session.id());
        self.by_id.insert(session.id(), session);
    }

    fn remove(&mut self, id: SessionId) {
        if let Some(session) = self.by_id.remove(&id) {
            self.by_dialog.remove(&session.dialog_key());
        }
    }

    /// The session of a request with our tag in To.
    fn of_request(&self, request: &Message) -> Option<SessionId> {
        let key = (request.call_id()?.to_owned(), request.to_tag()?);
        self.by_dialog.get(&key).copied()
    }

    /// All sessions with this Call-ID: one, or two when we called ourselves.
    fn with_call_id(&self, call_id: &str) -> Vec<SessionId> {
        let from = (call_id.to_owned(), String::new());
        let same = self.by_dialog.range(from..).take_while(|((known, _), _)| known == call_id);
        same.map(|(_, id)| *id).collect()
    }
}

impl UserAgent {
    /// A user agent without calls. `ids` must be for it alone: it makes all session ids, also
    /// those of calls that the switchboard orders ([`UserAgent::mint_session`]).
    #[must_use]
    pub fn new(settings: UserAgentSettings, mut entropy: Entropy, ids: Ids) -> Self {
        let phones = Phones::new(&settings, &mut entropy);
        let trunks = Trunks::new(&settings, &mut entropy);
        Self {
            settings,
            entropy,
            ids,
            table: Table::new(),
            table_out: Outbox::new(),
            sessions: Sessions::default(),
            steps: Outbox::new(),
            timers: Timers::new(),
            phones,
            trunks,
            subscriptions: Subscriptions::default(),
            draining: false,
        }
    }

    /// A session id for a [`Command::Invite`].
    pub fn mint_session(&mut self) -> SessionId {
        self.ids.mint()
    }

    /// How much lives.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            transactions: self.table.len(),
            sessions: self.sessions.by_id.len(),
            timers: self.timers.len(),
        }
    }

    /// From now on new calls and OPTIONS get 503; calls that stand go on.
    pub fn drain(&mut self) {
        self.draining = true;
    }

    /// When to be called with [`Event::Timer`], and why.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        let people = Deadline::earliest(self.phones.deadline(), self.trunks.deadline());
        let people = Deadline::earliest(people, self.subscriptions.deadline());
        Deadline::earliest(self.timers.deadline(), people)
    }

    /// Takes what came from the network, or a deadline.
    pub fn handle(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match event {
            Event::Received { message, path } if message.is_request() => {
                self.received(now, message, path, out);
            }
            Event::Received { message, .. } => self.answered(now, &message),
            Event::Undeliverable { path } => {
                self.table.undeliverable(now.monotonic, path, &mut self.table_out);
            }
            Event::Timer => {
                while let Some(alarm) = self.timers.pop_due(now.monotonic) {
                    match alarm {
                        Alarm::Transaction(alarm) => {
                            self.table.alarm(now.monotonic, alarm, &mut self.table_out);
                        }
                        Alarm::Session(id, timer) => {
                            self.tell_session(now, id, SessionEvent::Timer(timer));
                        }
                    }
                    self.settle(now, out);
                }
                self.phones_due(now, out);
                self.registrations_due(now, out);
                self.subscriptions_due(now, out);
            }
        }
        self.settle(now, out);
    }

    /// Takes an order of the switchboard. One for a session that is over does nothing: its end
    /// has been told.
    pub fn command(&mut self, now: Now, command: Command, out: &mut Outbox<Effect>) {
        self.order(now, command, out);
        self.settle(now, out);
    }

    /// A response must be for us alone (RFC 3261 §8.1.3.3, §18.1.2); a stray one is dropped.
    fn answered(&mut self, now: Now, response: &Message) {
        let identity = self.settings.identity.clone();
        let ours = |via: &Via| {
            via.host.ip().is_some_and(|ip| identity.is_ours(ip))
                && via.port.unwrap_or(5060) == identity.port
        };
        let vias = response.vias();
        if response.fault().is_none() && vias.len() == 1 && vias.iter().all(ours) {
            self.table.response(now.monotonic, response, &mut self.table_out);
        } else {
            tracing::debug!(status = response.status(), "response that is not for us dropped");
        }
    }

    fn tell_session(&mut self, now: Now, id: SessionId, event: SessionEvent) {
        let Some(session) = self.sessions.by_id.get_mut(&id) else { return };
        let mut steps = Outbox::new();
        let identity = self.settings.identity.clone();
        let now = now.monotonic;
        let mut context = Context { now, entropy: &mut self.entropy, identity };
        session.handle(event, &mut context, &mut steps);
        for step in steps.drain() {
            self.steps.push((id, step));
        }
    }

    /// Does what transactions and sessions want, until nobody wants anything more.
    fn settle(&mut self, now: Now, out: &mut Outbox<Effect>) {
        loop {
            if let Some(effect) = self.table_out.pop() {
                self.perform_table(now, effect, out);
            } else if let Some((id, step)) = self.steps.pop() {
                self.perform_step(now, id, step, out);
            } else {
                return;
            }
        }
    }

    fn perform_table(&mut self, now: Now, effect: TableEffect<User>, out: &mut Outbox<Effect>) {
        match effect {
            TableEffect::Send { path, bytes } => out.push(Effect::Send { path, bytes }),
            TableEffect::Set { alarm, at } => {
                let (table::Alarm::Client(_, timer) | table::Alarm::Server(_, timer)) = alarm;
                self.timers.set(Alarm::Transaction(alarm), at, timer.name());
            }
            TableEffect::Stop(alarm) => self.timers.stop(Alarm::Transaction(alarm)),
            TableEffect::Response { user, response } => match user {
                User::Session(id, purpose) => {
                    self.tell_session(now, id, SessionEvent::Response(purpose, response));
                }
                User::Options(trunk) => {
                    let status = response.status().filter(|status| *status >= 200);
                    if status.is_some() {
                        out.push(Effect::OptionsAnswered { trunk, status });
                    }
                }
                User::Registration(trunk) => {
                    self.registration_answered(now, &trunk, Some(response), out);
                }
                User::Subscription(id) => self.notify_answered(now, id, response.status(), out),
            },
            TableEffect::Lost { user } => match user {
                User::Session(id, purpose) => {
                    self.tell_session(now, id, SessionEvent::Lost(purpose));
                }
                User::Options(trunk) => {
                    out.push(Effect::OptionsAnswered { trunk, status: None });
                }
                User::Registration(trunk) => self.registration_answered(now, &trunk, None, out),
                User::Subscription(id) => self.notify_answered(now, id, None, out),
            },
            TableEffect::Closed { user } => match user {
                User::Session(id, purpose) => {
                    self.tell_session(now, id, SessionEvent::Closed(purpose));
                }
                User::Options(_) | User::Registration(_) | User::Subscription(_) => {}
            },
        }
    }

    fn perform_step(&mut self, now: Now, id: SessionId, step: Step, out: &mut Outbox<Effect>) {
        let at = now.monotonic;
        let table_out = &mut self.table_out;
        match step {
            Step::Request { branch, message, path, purpose } => {
                let user = Some(User::Session(id, purpose));
                self.table.begin(at, (branch, *message), path, user, table_out);
            }
            Step::Ack { path, bytes } => out.push(Effect::Send { path, bytes }),
            Step::Cancel(branch) => self.table.cancel(at, branch, table_out),
            Step::Abandon(branch) => self.table.abandon(branch, table_out),
            Step::Respond(server, response) => {
                self.table.respond(at, server, &response, table_out);
            }
            Step::Repeat(server) => self.table.repeat(at, server, table_out),
            Step::Set(timer, at) => self.timers.set(Alarm::Session(id, timer), at, timer.name()),
            Step::Stop(timer) => self.timers.stop(Alarm::Session(id, timer)),
            Step::Tell(effect) => out.push(*effect),
            Step::Forget => {
                for timer in SessionTimer::ALL {
                    self.timers.stop(Alarm::Session(id, timer));
                }
                self.sessions.remove(id);
            }
        }
    }

    /// Answers without keeping anything; a repeat of the request gets the same answer, the
    /// same tag included (RFC 3261 §8.2.7).
    fn turn_away(&self, mut response: Message, reply: Path, out: &mut Outbox<Effect>) {
        response.add_to_tag(&self.phones.stateless_tag(&response));
        out.push(Effect::Send { path: reply, bytes: response.to_bytes() });
    }
}
