//! The registrar of agents' phones (RFC 3261 §10.3).
//!
//! It is asked after the digest was right; the account is who stands behind the request. Each
//! REGISTER is done as a whole or not at all.

use super::event::{Path, Transport};
use super::message::{Contacts, Message, seconds};
use super::text;
use super::uri::{NameAddr, Uri};
use crate::base::time::{Deadline, Moment, Now, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

/// One contact of an account: where one of its phones is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The Contact URI, put into the request URI of calls to it.
    pub contact: Uri,
    /// Where the REGISTER came from, so where its phone really is (RFC 3581).
    pub path: Path,
    /// End of validity.
    pub expires_at: Utc,
    /// Call-ID of the registration (RFC 3261 §10.3 step 7).
    pub call_id: String,
    /// CSeq of the registration.
    pub cseq: u32,
    /// The phone's User-Agent, for people.
    pub user_agent: String,
}

impl Binding {
    /// As plain texts for a store: contact, transport, remote, expires_at in milliseconds,
    /// Call-ID, CSeq, User-Agent. The TCP connection does not outlive the process.
    #[must_use]
    pub fn to_row(&self) -> [String; 7] {
        let transport = match self.path.transport {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
        };
        [
            self.contact.to_string(),
            transport.to_owned(),
            self.path.remote.to_string(),
            self.expires_at.as_millis().to_string(),
            self.call_id.clone(),
            self.cseq.to_string(),
            self.user_agent.clone(),
        ]
    }

    /// From what [`Binding::to_row`] gave; `None` when a text is not of its kind.
    #[must_use]
    pub fn from_row(row: &[String; 7]) -> Option<Self> {
        let [contact, transport, remote, expires_at, call_id, cseq, user_agent] = row;
        let transport = match transport.as_str() {
            "udp" => Transport::Udp,
            "tcp" => Transport::Tcp,
            _ => return None,
        };
        let remote: SocketAddr = remote.parse().ok()?;
        Some(Self {
            contact: Uri::parse(contact)?,
            path: Path { transport, remote, connection: None },
            expires_at: Utc::from_millis(expires_at.parse().ok()?),
            call_id: call_id.clone(),
            cseq: cseq.parse().ok()?,
            user_agent: user_agent.clone(),
        })
    }
}

/// How long and how many.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A shorter expiry is refused with 423, unless it is 0.
    pub expiry_min: Duration,
    /// When the phone asks for none.
    pub expiry_default: Duration,
    /// A longer expiry is cut to this.
    pub expiry_max: Duration,
    /// Most contacts of one account at once; a new one is refused with 403.
    pub bindings_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            expiry_min: Duration::from_secs(60),
            expiry_default: Duration::from_secs(3_600),
            expiry_max: Duration::from_secs(7_200),
            bindings_max: 10,
        }
    }
}

/// Most contacts in one REGISTER, those to be removed included.
const CONTACTS_MAX: usize = 64;

/// What came of one REGISTER.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The response to send.
    pub response: Message,
    /// Whether contacts changed, their ends included, so that they must be stored.
    pub changed: bool,
}

/// A contact with what only matters while the process lives.
#[derive(Debug, Clone)]
struct Held {
    binding: Binding,
    /// The end on the monotonic clock, so that a jump of the wall clock ends nothing early.
    until: Moment,
    /// Preference in thousandths (RFC 3261 §20.10).
    preference: u16,
}

/// All contacts of all accounts.
#[derive(Debug)]
pub struct Registrar {
    limits: Limits,
    /// Each list in order of preference, then of arrival.
    accounts: BTreeMap<String, Vec<Held>>,
    /// The first end of each account.
    ends: BTreeSet<(Moment, String)>,
}

impl Registrar {
    /// Without contacts.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self { limits, accounts: BTreeMap::new(), ends: BTreeSet::new() }
    }

    /// Takes an account's contacts from the store, instead of what is known of it.
    pub fn load(&mut self, now: Now, account: &str, bindings: Vec<Binding>) {
        let held = bindings.into_iter().map(|binding| {
            let until = now.moment_of(binding.expires_at);
            Held { binding, until, preference: PREFERENCE_MAX }
        });
        self.replace(account, held.filter(|held| held.until > now.monotonic).collect());
    }

    /// The contacts of an account that hold now, the preferred first.
    #[must_use]
    pub fn bindings(&self, account: &str, now: Now) -> Vec<Binding> {
        let held = self.accounts.get(account).into_iter().flatten();
        held.filter(|held| held.until > now.monotonic).map(|held| held.binding.clone()).collect()
    }

    /// When [`Registrar::expire`] is due.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        self.ends.first().map(|(at, _)| Deadline { at: *at, why: "contact expires" })
    }

    /// Drops contacts that have ended; gives the accounts that lost some.
    pub fn expire(&mut self, now: Now) -> Vec<String> {
        let mut changed = Vec::new();
        while let Some((_, account)) = self.ends.first().filter(|(at, _)| *at <= now.monotonic) {
            let account = account.clone();
            let mut held = self.accounts.get(&account).cloned().unwrap_or_default();
            held.retain(|held| held.until > now.monotonic);
            self.replace(&account, held);
            changed.push(account);
        }
        changed
    }

    /// Answers one REGISTER whose digest was right for `account`.
    pub fn register(
        &mut self,
        now: Now,
        account: &str,
        request: &Message,
        path: Path,
    ) -> Registered {
        match self.changed_by(now, account, request, path) {
            Ok(change) => {
                let changed = change.is_some();
                if let Some(held) = change {
                    self.replace(account, held);
                }
                Registered { response: self.confirmation(now, account, request), changed }
            }
            Err(refusal) => Registered { response: refusal.answer_to(request), changed: false },
        }
    }

    /// The account's contacts after this request; `None` when it only asks for them.
    fn changed_by(
        &self,
        now: Now,
        account: &str,
        request: &Message,
        path: Path,
    ) -> Result<Option<Vec<Held>>, Refusal> {
        let to = request.to().filter(|to| to.uri.is_sip()).ok_or(Refusal::NotAnAddress)?;
        if to.uri.user().as_deref() != Some(account) {
            return Err(Refusal::OtherAccount);
        }
        let order = Order::of(request)?;
        let mut held = self.accounts.get(account).cloned().unwrap_or_default();
        held.retain(|held| held.until > now.monotonic);
        match request.contacts().ok_or(Refusal::Contacts)? {
            Contacts::All => {
                if request.expires() != Some(0) {
                    return Err(Refusal::StarWithoutZero);
                }
                if held.iter().any(|held| !order.comes_after(&held.binding)) {
                    return Err(Refusal::OutOfOrder);
                }
                Ok(Some(Vec::new()))
            }
            Contacts::These(contacts) if contacts.is_empty() => Ok(None),
            Contacts::These(contacts) if contacts.len() > CONTACTS_MAX => Err(Refusal::TooMany),
            Contacts::These(contacts) => {
                for contact in contacts.iter().filter(|contact| contact.uri.is_sip()) {
                    let expiry = self.expiry(request, contact)?;
                    let binding = order.binding(request, contact, path, now.utc + expiry);
                    let until = now.monotonic + expiry;
                    let preference = preference(contact);
                    put(&mut held, Held { binding, until, preference }, expiry.is_zero())?;
                }
                if held.len() > self.limits.bindings_max {
                    return Err(Refusal::TooMany);
                }
                held.sort_by_key(|held| std::cmp::Reverse(held.preference));
                Ok(Some(held))
            }
        }
    }

    /// RFC 3261 §10.3 step 7: the parameter, else the header, else ours.
    fn expiry(&self, request: &Message, contact: &NameAddr) -> Result<Duration, Refusal> {
        let asked = contact.params.value("expires").and_then(seconds);
        let asked = asked.or_else(|| request.expires()).map(u64::from);
        let asked = asked.map_or(self.limits.expiry_default, Duration::from_secs);
        if !asked.is_zero() && asked < self.limits.expiry_min {
            return Err(Refusal::TooBrief(self.limits.expiry_min));
        }
        Ok(asked.min(self.limits.expiry_max))
    }

    fn confirmation(&self, now: Now, account: &str, request: &Message) -> Message {
        let mut response = Message::response_to(request, 200, None);
        for held in self.accounts.get(account).into_iter().flatten() {
            // Rounded down, so that the phone comes back before we forget it.
            let left = held.until.since(now.monotonic).as_secs();
            let mut contact = NameAddr::new(held.binding.contact.clone());
            contact.params.set("expires", Some(&left.to_string()));
            if held.preference < PREFERENCE_MAX {
                let q = format!("0.{:03}", held.preference);
                contact.params.set("q", Some(&q));
            }
            response.headers.push("Contact", contact.to_string());
        }
        response
    }

    fn replace(&mut self, account: &str, held: Vec<Held>) {
        if let Some(old) = first_end(self.accounts.get(account)) {
            self.ends.remove(&(old, account.to_owned()));
        }
        tracing::debug!(account, contacts = held.len(), "contacts changed");
        if let Some(end) = first_end(Some(&held)) {
            self.ends.insert((end, account.to_owned()));
            self.accounts.insert(account.to_owned(), held);
        } else {
            self.accounts.remove(account);
        }
    }
}

fn first_end(held: Option<&Vec<Held>>) -> Option<Moment> {
    held?.iter().map(|held| held.until).min()
}

/// Preference of a contact without `q`.
const PREFERENCE_MAX: u16 = 1_000;

/// `q=0.7` in thousandths; what cannot be read is no wish.
fn preference(contact: &NameAddr) -> u16 {
    let read = |q: &str| {
        let (whole, part) = q.split_once('.').unwrap_or((q, ""));
        let part: u16 = text::number(&format!("{part:0<3}")).filter(|_| part.len() <= 3)?;
        Some(text::number::<u16>(whole)?.checked_mul(1_000)? + part)
    };
    contact.params.value("q").and_then(read).map_or(PREFERENCE_MAX, |q| q.min(PREFERENCE_MAX))
}

/// Adds, refreshes or (when it has ended at once) removes one contact (RFC 3261 §10.3 step 7).
fn put(held: &mut Vec<Held>, new: Held, remove: bool) -> Result<(), Refusal> {
    let place = held.iter().position(|old| old.binding.contact.same_as(&new.binding.contact));
    if let Some(old) = place.and_then(|place| held.get(place)) {
        let order = Order { call_id: &new.binding.call_id, cseq: new.binding.cseq };
        if !order.comes_after(&old.binding) {
            return Err(Refusal::OutOfOrder);
        }
    }
    match place {
        Some(place) if remove => {
            held.remove(place);
        }
        Some(place) => {
            if let Some(old) = held.get_mut(place) {
                *old = new;
            }
        }
        None if remove => {}
        None => held.push(new),
    }
    Ok(())
}

/// What tells which of two requests of one phone is the later.
struct Order<'a> {
    call_id: &'a str,
    cseq: u32,
}

impl<'a> Order<'a> {
    fn of(request: &'a Message) -> Result<Self, Refusal> {
        let call_id = request.call_id().ok_or(Refusal::NotAnAddress)?;
        let (cseq, _) = request.cseq().ok_or(Refusal::NotAnAddress)?;
        Ok(Self { call_id, cseq })
    }

    /// A new Call-ID is a phone that has started anew.
    fn comes_after(&self, known: &Binding) -> bool {
        known.call_id != self.call_id || self.cseq > known.cseq
    }

    fn binding(
        &self,
        request: &Message,
        contact: &NameAddr,
        path: Path,
        expires_at: Utc,
    ) -> Binding {
        Binding {
            contact: contact.uri.clone(),
            path,
            expires_at,
            call_id: self.call_id.to_owned(),
            cseq: self.cseq,
            user_agent: request.headers.first("User-Agent").unwrap_or("").to_owned(),
        }
    }
}

/// Why a REGISTER changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// To is no SIP address-of-record (RFC 3261 §10.3 step 5).
    NotAnAddress,
    /// To is an address of somebody else.
    OtherAccount,
    /// Contacts that cannot be read, or `*` beside others.
    Contacts,
    /// `*` needs Expires 0 (RFC 3261 §10.2.2).
    StarWithoutZero,
    /// Older than what is known.
    OutOfOrder,
    /// Below our shortest expiry.
    TooBrief(Duration),
    /// More contacts than an account may have.
    TooMany,
}

impl Refusal {
    fn answer_to(self, request: &Message) -> Message {
        let answer = |status, reason| Message::response_to(request, status, Some(reason));
        match self {
            Self::NotAnAddress => answer(400, "To Is Not A SIP Address"),
            Self::OtherAccount => answer(403, "To Is Not Your Address"),
            Self::Contacts => answer(400, "Malformed Contact Header"),
            Self::StarWithoutZero => answer(400, "Contact * Needs Expires 0"),
            Self::OutOfOrder => answer(500, "CSeq Out Of Order"),
            Self::TooBrief(least) => Message::response_to(request, 423, None)
                .with("Min-Expires", least.as_secs().to_string()),
            Self::TooMany => answer(403, "Too Many Contacts"),
        }
    }
}

#[cfg(test)]
mod tests;
