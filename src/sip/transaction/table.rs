//! All transactions of one user agent: their bytes, their paths, and who is told.
//!
//! The machines beside this file decide; the table performs. Timers are asked for as effects,
//! so that one table of timers serves the whole user agent.

use super::client::Client;
use super::client_invite::{self, ClientInvite};
use super::key::{Branch, ClientKey, MergeKey, ServerId, ServerKey};
use super::server::Server;
use super::server_invite::{self, ServerInvite};
use super::{Action, ClientEvent, ServerEvent, Timer};
use crate::base::outbox::Outbox;
use crate::base::time::Moment;
use crate::sip::event::{Path, Transport};
use crate::sip::message::Message;
use crate::sip::method::Method;
use bytes::Bytes;
use std::collections::BTreeMap;

/// A timer of some transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// Of one of ours.
    Client(ClientKey, Timer),
    /// Of one of theirs.
    Server(ServerId, Timer),
}

/// What the table wants done; `U` names the user of a transaction of ours.
#[derive(Debug, Clone)]
pub enum TableEffect<U> {
    /// Send these bytes.
    Send {
        /// Where.
        path: Path,
        /// One whole message.
        bytes: Bytes,
    },
    /// Set or move a timer.
    Set {
        /// Which.
        alarm: Alarm,
        /// When it shall fire.
        at: Moment,
    },
    /// Stop a timer.
    Stop(Alarm),
    /// A response for the user. After a final one nothing more comes, unless it was a 2xx to
    /// an INVITE, which [`TableEffect::Closed`] follows.
    Response {
        /// Who asked.
        user: U,
        /// The response.
        response: Message,
    },
    /// No final response came, or none can come; nothing more comes for this user.
    Lost {
        /// Who asked.
        user: U,
    },
    /// No repeat of a 2xx will come any more.
    Closed {
        /// Who asked.
        user: U,
    },
}

#[derive(Debug)]
enum ClientMachine {
    Invite(ClientInvite),
    Other(Client),
}

#[derive(Debug)]
struct ClientEntry<U> {
    machine: ClientMachine,
    path: Path,
    method: Method,
    bytes: Bytes,
    /// An INVITE until its final answer: ACK and CANCEL are made from it.
    invite: Option<Box<Message>>,
    ack: Option<Bytes>,
    /// `None` once nothing more will be told.
    user: Option<U>,
}

#[derive(Debug)]
enum ServerMachine {
    Invite(ServerInvite),
    Other(Server),
}

#[derive(Debug)]
struct ServerEntry {
    machine: ServerMachine,
    key: ServerKey,
    merge: Option<MergeKey>,
    /// Where responses go.
    path: Path,
    response: Bytes,
}

/// What a request of theirs met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// No transaction: a new request, or an ACK to a 2xx.
    Nothing,
    /// A transaction, which took it.
    Taken,
    /// A transaction in Accepted, which hands this ACK on.
    Delivered,
}

/// All transactions.
#[derive(Debug)]
pub struct Table<U> {
    clients: BTreeMap<ClientKey, ClientEntry<U>>,
    servers: BTreeMap<ServerId, ServerEntry>,
    by_key: BTreeMap<ServerKey, ServerId>,
    by_merge: BTreeMap<MergeKey, ServerId>,
    last: u64,
}

impl<U: Clone> Table<U> {
    /// A table without transactions.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            clients: BTreeMap::new(),
            servers: BTreeMap::new(),
            by_key: BTreeMap::new(),
            by_merge: BTreeMap::new(),
            last: 0,
        }
    }

    /// How many transactions live, ours and theirs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.clients.len() + self.servers.len()
    }

    /// Whether none lives.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty() && self.servers.is_empty()
    }
}

/// Transactions of ours.
impl<U: Clone> Table<U> {
    /// Sends a request; its top Via carries `branch`.
    pub fn begin(
        &mut self,
        now: Moment,
        request: (Branch, Message),
        path: Path,
        user: Option<U>,
        out: &mut Outbox<TableEffect<U>>,
    ) {
        let (branch, request) = request;
        let Some(method) = request.method().cloned() else {
            debug_assert!(false, "only requests begin transactions");
            return;
        };
        let key = ClientKey { branch, cancel: method == Method::CANCEL };
        let bytes = request.to_bytes();
        let reliable = path.transport == Transport::Tcp;
        let mut actions = Outbox::new();
        let (machine, invite) = if method == Method::INVITE {
            let machine = ClientInvite::start(reliable, now, &mut actions);
            (ClientMachine::Invite(machine), Some(Box::new(request)))
        } else {
            (ClientMachine::Other(Client::start(reliable, now, &mut actions)), None)
        };
        let entry = ClientEntry { machine, path, method, bytes, invite, ack: None, user };
        self.clients.insert(key, entry);
        self.perform_client(key, None, &mut actions, out);
    }

    /// Cancels an INVITE of ours that has no final answer yet (RFC 3261 §9.1).
    pub fn cancel(&mut self, now: Moment, branch: Branch, out: &mut Outbox<TableEffect<U>>) {
        let key = ClientKey { branch, cancel: false };
        let Some(entry) = self.clients.get(&key) else { return };
        let Some(invite) = &entry.invite else { return };
        let Some(cancel) = companion(invite, &Method::CANCEL) else { return };
        let path = entry.path;
        self.begin(now, (branch, cancel), path, None, out);
    }

    /// Forgets an INVITE of ours: a CANCEL brought no final answer (RFC 3261 §9.1).
    pub fn abandon(&mut self, branch: Branch, out: &mut Outbox<TableEffect<U>>) {
        self.forget_client(ClientKey { branch, cancel: false }, out);
    }

    /// Takes a response; one that nobody waits for is dropped.
    pub fn response(&mut self, now: Moment, response: &Message, out: &mut Outbox<TableEffect<U>>) {
        let Some(key) = ClientKey::of_response(response) else { return };
        let Some(status) = response.status() else { return };
        let same = |entry: &ClientEntry<U>| {
            response.cseq().is_some_and(|(_, method)| method == entry.method)
        };
        if self.clients.get(&key).is_some_and(same) {
            self.client_event(now, key, ClientEvent::Response(status), Some(response), out);
        }
    }

    /// Tells every transaction of ours on this path that the network failed it.
    pub fn undeliverable(&mut self, now: Moment, path: Path, out: &mut Outbox<TableEffect<U>>) {
        let same = |entry: &ClientEntry<U>| {
            (entry.path.transport, entry.path.remote) == (path.transport, path.remote)
        };
        let hit: Vec<ClientKey> =
            self.clients.iter().filter(|(_, entry)| same(entry)).map(|(key, _)| *key).collect();
        for key in hit {
            self.client_event(now, key, ClientEvent::Undeliverable, None, out);
        }
    }

    fn client_event(
        &mut self,
        now: Moment,
        key: ClientKey,
        event: ClientEvent,
        response: Option<&Message>,
        out: &mut Outbox<TableEffect<U>>,
    ) {
        let mut actions = Outbox::new();
        match self.clients.get_mut(&key).map(|entry| &mut entry.machine) {
            Some(ClientMachine::Invite(machine)) => machine.handle(event, now, &mut actions),
            Some(ClientMachine::Other(machine)) => machine.handle(event, now, &mut actions),
            None => {}
        }
        self.perform_client(key, response, &mut actions, out);
    }

    fn perform_client(
        &mut self,
        key: ClientKey,
        response: Option<&Message>,
        actions: &mut Outbox<Action>,
        out: &mut Outbox<TableEffect<U>>,
    ) {
        for action in actions.drain() {
            let Some(entry) = self.clients.get_mut(&key) else { return };
            match action {
                Action::Send => {
                    out.push(TableEffect::Send { path: entry.path, bytes: entry.bytes.clone() });
                }
                Action::Acknowledge => entry.acknowledge(response, out),
                Action::Deliver => entry.deliver(response, out),
                Action::Set { timer, at } => {
                    out.push(TableEffect::Set { alarm: Alarm::Client(key, timer), at });
                }
                Action::Stop(timer) => out.push(TableEffect::Stop(Alarm::Client(key, timer))),
                Action::TimedOut | Action::Unreachable => {
                    if let Some(user) = entry.user.take() {
                        out.push(TableEffect::Lost { user });
                    }
                }
                Action::Terminated => self.forget_client(key, out),
            }
        }
    }

    fn forget_client(&mut self, key: ClientKey, out: &mut Outbox<TableEffect<U>>) {
        let Some(entry) = self.clients.remove(&key) else { return };
        for timer in [Timer::A, Timer::B, Timer::D, Timer::E, Timer::F, Timer::K, Timer::M] {
            out.push(TableEffect::Stop(Alarm::Client(key, timer)));
        }
        if let Some(user) = entry.user {
            out.push(TableEffect::Closed { user });
        }
    }
}

impl<U: Clone> ClientEntry<U> {
    /// The ACK to a refusal; made once, then repeated (RFC 3261 §17.1.1.3).
    fn acknowledge(&mut self, response: Option<&Message>, out: &mut Outbox<TableEffect<U>>) {
        if self.ack.is_none()
            && let Some(invite) = self.invite.take()
            && let Some(mut ack) = companion(&invite, &Method::ACK)
        {
            if let Some(to) = response.and_then(|response| response.headers.first("To")) {
                ack.headers.set("To", to);
            }
            self.ack = Some(ack.to_bytes());
        }
        if let Some(bytes) = self.ack.clone() {
            out.push(TableEffect::Send { path: self.path, bytes });
        }
    }

    fn deliver(&mut self, response: Option<&Message>, out: &mut Outbox<TableEffect<U>>) {
        let Some(response) = response else { return };
        let more = match &self.machine {
            ClientMachine::Invite(machine) => match machine.state() {
                client_invite::State::Calling { .. } | client_invite::State::Proceeding => true,
                client_invite::State::Accepted => {
                    self.invite = None;
                    self.bytes = Bytes::new();
                    true
                }
                client_invite::State::Completed | client_invite::State::Terminated => false,
            },
            ClientMachine::Other(_) => response.status().is_some_and(|status| status < 200),
        };
        let user = if more { self.user.clone() } else { self.user.take() };
        if let Some(user) = user {
            out.push(TableEffect::Response { user, response: response.clone() });
        }
    }
}

/// The CANCEL or the ACK within the transaction of an INVITE: its request URI, Call-ID, From,
/// To, CSeq number, Route and top Via (RFC 3261 §9.1, §17.1.1.3).
fn companion(invite: &Message, method: &Method) -> Option<Message> {
    let (cseq, _) = invite.cseq()?;
    let mut request = Message::request(method.clone(), invite.uri()?.clone());
    request.headers.push("Via", invite.headers.first("Via")?);
    request.headers.push("Max-Forwards", "70");
    for name in ["Route", "From", "To", "Call-ID"] {
        request.headers.copy(name, &invite.headers);
    }
    Some(request.with("CSeq", format!("{cseq} {method}")))
}

/// Transactions of theirs.
impl<U: Clone> Table<U> {
    /// Whether a request that looks new came before by another way (RFC 3261 §8.2.2.2).
    #[must_use]
    pub fn is_merged(&self, request: &Message) -> bool {
        MergeKey::of_request(request).is_some_and(|key| self.by_merge.contains_key(&key))
    }

    /// Begins a transaction for a new request; responses go to `path`.
    pub fn serve(&mut self, request: &Message, path: Path) -> Option<ServerId> {
        let key = ServerKey::of_request(request)?;
        let reliable = path.transport == Transport::Tcp;
        let machine = if request.is(&Method::INVITE) {
            ServerMachine::Invite(ServerInvite::start(reliable))
        } else {
            ServerMachine::Other(Server::start(reliable))
        };
        self.last += 1;
        let id = ServerId(self.last);
        let merge = MergeKey::of_request(request);
        if let Some(merge) = &merge {
            self.by_merge.insert(merge.clone(), id);
        }
        self.by_key.insert(key.clone(), id);
        let entry = ServerEntry { machine, key, merge, path, response: Bytes::new() };
        self.servers.insert(id, entry);
        Some(id)
    }

    /// Takes a request that may be a repeat, or an ACK.
    pub fn request(
        &mut self,
        now: Moment,
        request: &Message,
        out: &mut Outbox<TableEffect<U>>,
    ) -> Met {
        let key = ServerKey::of_request(request);
        let Some(id) = key.and_then(|key| self.by_key.get(&key).copied()) else {
            return Met::Nothing;
        };
        let ack = request.is(&Method::ACK);
        let event = if ack { ServerEvent::Ack } else { ServerEvent::Request };
        if ack && self.is_accepted(id) {
            return Met::Delivered;
        }
        self.server_event(now, id, event, out);
        Met::Taken
    }

    fn is_accepted(&self, id: ServerId) -> bool {
        self.servers.get(&id).is_some_and(|entry| match &entry.machine {
            ServerMachine::Invite(machine) => machine.state() == server_invite::State::Accepted,
            ServerMachine::Other(_) => false,
        })
    }

    /// The INVITE that a CANCEL means, while its transaction lives.
    #[must_use]
    pub fn cancelled(&self, cancel: &Message) -> Option<ServerId> {
        self.by_key.get(&ServerKey::of_cancelled(cancel)?).copied()
    }

    /// Answers; the response is kept for repeats.
    pub fn respond(
        &mut self,
        now: Moment,
        id: ServerId,
        response: &Message,
        out: &mut Outbox<TableEffect<U>>,
    ) {
        let Some(status) = response.status() else { return };
        let Some(entry) = self.servers.get_mut(&id) else { return };
        let open = match &entry.machine {
            ServerMachine::Invite(machine) => {
                matches!(machine.state(), server_invite::State::Proceeding { .. })
            }
            ServerMachine::Other(machine) => !matches!(
                machine.state(),
                super::server::State::Completed | super::server::State::Terminated
            ),
        };
        if open {
            entry.response = response.to_bytes();
            self.server_event(now, id, ServerEvent::Respond(status), out);
        }
    }

    /// Sends the 2xx to an INVITE once more (RFC 3261 §13.3.1.4).
    pub fn repeat(&mut self, now: Moment, id: ServerId, out: &mut Outbox<TableEffect<U>>) {
        if self.is_accepted(id) {
            self.server_event(now, id, ServerEvent::Respond(200), out);
        }
    }

    fn server_event(
        &mut self,
        now: Moment,
        id: ServerId,
        event: ServerEvent,
        out: &mut Outbox<TableEffect<U>>,
    ) {
        let mut actions = Outbox::new();
        match self.servers.get_mut(&id).map(|entry| &mut entry.machine) {
            Some(ServerMachine::Invite(machine)) => machine.handle(event, now, &mut actions),
            Some(ServerMachine::Other(machine)) => machine.handle(event, now, &mut actions),
            None => {}
        }
        for action in actions.drain() {
            let Some(entry) = self.servers.get(&id) else { return };
            match action {
                Action::Send => {
                    let (path, bytes) = (entry.path, entry.response.clone());
                    out.push(TableEffect::Send { path, bytes });
                }
                Action::Set { timer, at } => {
                    out.push(TableEffect::Set { alarm: Alarm::Server(id, timer), at });
                }
                Action::Stop(timer) => out.push(TableEffect::Stop(Alarm::Server(id, timer))),
                Action::Terminated => self.forget_server(id, out),
                // The session has heard of its end already; its own timer waits for the ACK
                // to a 2xx.
                Action::Acknowledge | Action::Deliver | Action::TimedOut | Action::Unreachable => {}
            }
        }
    }

    fn forget_server(&mut self, id: ServerId, out: &mut Outbox<TableEffect<U>>) {
        let Some(entry) = self.servers.remove(&id) else { return };
        for timer in [Timer::G, Timer::H, Timer::I, Timer::J, Timer::L] {
            out.push(TableEffect::Stop(Alarm::Server(id, timer)));
        }
        if self.by_key.get(&entry.key) == Some(&id) {
            self.by_key.remove(&entry.key);
        }
        if let Some(merge) = entry.merge.filter(|merge| self.by_merge.get(merge) == Some(&id)) {
            self.by_merge.remove(&merge);
        }
    }

    /// Takes a timer that fired.
    pub fn alarm(&mut self, now: Moment, alarm: Alarm, out: &mut Outbox<TableEffect<U>>) {
        match alarm {
            Alarm::Client(key, timer) => {
                self.client_event(now, key, ClientEvent::Timer(timer), None, out);
            }
            Alarm::Server(id, timer) => {
                self.server_event(now, id, ServerEvent::Timer(timer), out);
            }
        }
    }
}

impl<U: Clone> Default for Table<U> {
    fn default() -> Self {
        Self::new()
    }
}
