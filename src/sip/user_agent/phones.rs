//! Agents' phones: their digest, their contacts, and where they are.

use super::UserAgent;
use super::guard::Guard;
use super::settings::UserAgentSettings;
use crate::base::entropy::Entropy;
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Now};
use crate::sip::digest::gate::{Gate, Verdict};
use crate::sip::event::{Effect, Path, Transport};
use crate::sip::message::Message;
use crate::sip::registrar::{Binding, Limits, Registrar};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// What the user agent knows of agents' phones.
#[derive(Debug)]
pub(super) struct Phones {
    gate: Gate,
    guard: Guard,
    registrar: Registrar,
    /// Where registered phones send from, and whose they are.
    at: BTreeMap<(Transport, SocketAddr), String>,
    /// Makes tags of answers that leave no state.
    tag_seed: u64,
}

/// What a request that must show a digest is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// It is this account.
    Account(String),
    /// None was given, or its nonce is too old or used up: ask (again).
    Ask { stale: bool },
    /// It cannot be read.
    Malformed,
    /// It is wrong, its user is unknown, or its source guessed too often.
    Denied,
}

impl Phones {
    pub(super) fn new(settings: &UserAgentSettings, entropy: &mut Entropy) -> Self {
        Self {
            gate: Gate::new(&settings.realm, &settings.digests, entropy),
            guard: Guard::default(),
            registrar: Registrar::new(Limits::default()),
            at: BTreeMap::new(),
            tag_seed: entropy.u64(),
        }
    }

    pub(super) fn deadline(&self) -> Option<Deadline> {
        self.registrar.deadline()
    }

    /// Challenges name another realm or other algorithms from now on; old nonces hold no more.
    pub(super) fn change_gate(&mut self, settings: &UserAgentSettings, entropy: &mut Entropy) {
        self.gate = Gate::new(&settings.realm, &settings.digests, entropy);
    }

    /// Whether a registered phone sends from here.
    pub(super) fn sends_from(&self, path: Path) -> bool {
        self.at.contains_key(&(path.transport, path.remote))
    }

    /// The challenges of a 401.
    pub(super) fn challenges(&mut self, now: Now, stale: bool) -> Vec<String> {
        self.gate.challenges(now.monotonic, stale)
    }

    /// Checks the digest of a request.
    pub(super) fn prove(
        &mut self,
        now: Now,
        request: &Message,
        path: Path,
        settings: &UserAgentSettings,
    ) -> Proof {
        let (source, at) = (path.remote.ip(), now.monotonic);
        if self.guard.blocks(source, at) {
            return Proof::Denied;
        }
        let (Some(method), Some(uri)) = (request.method(), request.uri()) else {
            return Proof::Malformed;
        };
        let password_of = |user: &str| settings.accounts.get(user).map(String::as_str);
        match self.gate.verify(at, (method, uri), &request.headers, password_of) {
            Verdict::Ok(account) => {
                self.guard.passed(source);
                Proof::Account(account)
            }
            Verdict::Absent => Proof::Ask { stale: false },
            Verdict::Stale | Verdict::Replay => Proof::Ask { stale: true },
            Verdict::Malformed => Proof::Malformed,
            Verdict::Wrong => {
                self.guard.failed(source, at);
                Proof::Denied
            }
        }
    }

    /// The tag of an answer that leaves no state: the same for every repeat.
    pub(super) fn stateless_tag(&self, response: &Message) -> String {
        let parts = ["Via", "Call-ID", "CSeq", "From"].map(|name| response.headers.first(name));
        let bytes = parts.into_iter().flatten().flat_map(str::bytes);
        // FNV-1a, begun with a secret: a tag must be unique, not hard to guess.
        let hash = bytes.fold(self.tag_seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        format!("{hash:016x}")
    }

    /// Drops all contacts of an account.
    pub(super) fn forget(&mut self, now: Now, account: &str) {
        self.registrar.load(now, account, Vec::new());
        self.note_place(account, &[]);
    }

    fn note_place(&mut self, account: &str, bindings: &[Binding]) {
        self.at.retain(|_, known| known != account);
        for binding in bindings {
            let place = (binding.path.transport, binding.path.remote);
            self.at.insert(place, account.to_owned());
        }
    }
}

impl UserAgent {
    /// Takes an account's contacts from the store, at start.
    pub fn load_bindings(&mut self, now: Now, account: &str, bindings: Vec<Binding>) {
        if self.settings.accounts.contains_key(account) {
            self.phones.registrar.load(now, account, bindings);
            let held = self.phones.registrar.bindings(account, now);
            self.phones.note_place(account, &held);
        }
    }

    /// The contacts of an account that hold now, the preferred first.
    #[must_use]
    pub fn bindings(&self, account: &str, now: Now) -> Vec<Binding> {
        self.phones.registrar.bindings(account, now)
    }

    /// A REGISTER whose digest is right for `account`.
    pub(super) fn register(
        &mut self,
        now: Now,
        account: &str,
        request: &Message,
        path: Path,
        out: &mut Outbox<Effect>,
    ) -> Message {
        let registered = self.phones.registrar.register(now, account, request, path);
        if registered.changed {
            self.bindings_changed(now, account, out);
        }
        registered.response
    }

    /// Drops contacts that have ended.
    pub(super) fn phones_due(&mut self, now: Now, out: &mut Outbox<Effect>) {
        for account in self.phones.registrar.expire(now) {
            self.bindings_changed(now, &account, out);
        }
    }

    fn bindings_changed(&mut self, now: Now, account: &str, out: &mut Outbox<Effect>) {
        let bindings = self.phones.registrar.bindings(account, now);
        self.phones.note_place(account, &bindings);
        out.push(Effect::BindingsChanged { account: account.to_owned(), bindings });
    }
}
