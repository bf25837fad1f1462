//! Our registration at a trunk (RFC 3261 §10.2): kept up, and taken up again after trouble.
//!
//! ```text
//!            timer              200                     timer, before the end
//! Resting ─────────► Asking ───────────► Standing ─────────────────► Asking …
//!    ▲                │  ▲ 401, 407, 423: asked again at once, a few times
//!    │                │  └──┘
//!    └────────────────┘ refused, or nobody answers: a longer rest each time
//!
//! Stop in any state ──► Stopped, after one REGISTER with Expires 0
//! ```
//!
//! The requests carry no Via: the transaction that sends them adds it.

use super::digest::{Asked, Challenge, Login, header_names, put_answer};
use super::message::{Contacts, Message, seconds};
use super::method::Method;
use super::uri::{NameAddr, Uri};
use crate::base::entropy::Entropy;
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Moment, Now};
use std::time::Duration;

/// The first rest after trouble; doubles each time (RFC 5626 §4.5).
const REST_FIRST: Duration = Duration::from_secs(30);
/// The longest rest after trouble.
const REST_MAX: Duration = Duration::from_secs(1_800);
/// The longest Min-Expires that we follow.
const EXPIRY_MAX: Duration = Duration::from_secs(86_400);
/// How often one attempt may be challenged or told of a longer expiry.
const ROUNDS_MAX: u32 = 3;

/// One registration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The trunk's name, for logs.
    pub trunk: String,
    /// The request URI, such as `sip:example.com`.
    pub registrar: Uri,
    /// Whom we register: From and To.
    pub aor: Uri,
    /// Where calls to us shall go.
    pub contact: Uri,
    /// For 401 and 407.
    pub login: Option<Login>,
    /// The expiry we ask for.
    pub expiry: Duration,
}

/// What happens to a registration.
#[derive(Debug, Clone)]
pub enum Event {
    /// A response to our last request came.
    Answered(Box<Message>),
    /// The last request came to nothing: time-out, or it could not be sent.
    Unanswered,
    /// Sign out.
    Stop,
    /// The deadline has come.
    Timer,
}

/// What a registration wants.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Send this REGISTER in a transaction of its own.
    Send(Box<Message>),
    /// It now stands, or no longer does. Only said when it changes.
    Registered(bool),
}

#[derive(Debug, Clone, Copy)]
enum State {
    Resting { until: Moment },
    Asking { rounds: u32 },
    Standing { refresh_at: Moment },
    Stopped,
}

/// The registration of one trunk.
#[derive(Debug)]
pub struct Registration {
    settings: Settings,
    state: State,
    /// Until when the peer knows us, whatever we are doing.
    stands_until: Option<Moment>,
    /// How many attempts in a row came to nothing.
    failures: u32,
    cseq: u32,
    /// Call-ID and From tag stay the same for all requests (RFC 3261 §10.2.4).
    call_id: String,
    tag: String,
    /// The status and challenge last seen, and how often its nonce was used.
    challenge: Option<(u16, Challenge, u32)>,
    entropy: Entropy,
}

impl Registration {
    /// A registration that begins at `now`.
    #[must_use]
    pub fn new(now: Now, settings: Settings, mut entropy: Entropy) -> Self {
        Self {
            settings,
            state: State::Resting { until: now.monotonic },
            stands_until: None,
            failures: 0,
            cseq: 0,
            call_id: entropy.token(24),
            tag: entropy.token(10),
            challenge: None,
            entropy,
        }
    }

    /// Whether the peer knows us.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.stands_until.is_some()
    }

    /// When to be called with [`Event::Timer`].
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        let act = match self.state {
            State::Resting { until } => Some(Deadline { at: until, why: "register again" }),
            State::Standing { refresh_at } => {
                Some(Deadline { at: refresh_at, why: "refresh registration" })
            }
            State::Asking { .. } | State::Stopped => None,
        };
        let end = self.stands_until.map(|at| Deadline { at, why: "registration ends" });
        Deadline::earliest(act, end)
    }

    /// Takes one event.
    pub fn handle(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match event {
            Event::Answered(response) => self.answered(now, &response, out),
            Event::Unanswered => {
                if matches!(self.state, State::Asking { .. }) {
                    self.rest(now, None);
                }
            }
            Event::Stop => self.stop(out),
            Event::Timer => self.wake(now, out),
        }
    }

    fn wake(&mut self, now: Now, out: &mut Outbox<Effect>) {
        if self.stands_until.is_some_and(|until| until <= now.monotonic) {
            self.set_standing(None, out);
        }
        let due = match self.state {
            State::Resting { until: at } | State::Standing { refresh_at: at } => {
                at <= now.monotonic
            }
            State::Asking { .. } | State::Stopped => false,
        };
        if due {
            self.ask(0, out);
        }
    }

    fn stop(&mut self, out: &mut Outbox<Effect>) {
        if !matches!(self.state, State::Stopped) {
            if self.stands() || matches!(self.state, State::Asking { .. }) {
                let request = self.request(Duration::ZERO);
                out.push(Effect::Send(Box::new(request)));
            }
            self.state = State::Stopped;
            self.set_standing(None, out);
        }
    }

    fn ask(&mut self, rounds: u32, out: &mut Outbox<Effect>) {
        self.state = State::Asking { rounds };
        let request = self.request(self.settings.expiry);
        out.push(Effect::Send(Box::new(request)));
    }

    /// A REGISTER with the answer to the last challenge, if there was one.
    fn request(&mut self, expiry: Duration) -> Message {
        self.cseq += 1;
        let aor = NameAddr::new(self.settings.aor.clone());
        let mut request = Message::request(Method::REGISTER, self.settings.registrar.clone())
            .with("Max-Forwards", "70")
            .with("From", aor.clone().with_tag(&self.tag).to_string())
            .with("To", aor.to_string())
            .with("Call-ID", self.call_id.clone())
            .with("CSeq", format!("{} REGISTER", self.cseq))
            .with("Contact", NameAddr::new(self.settings.contact.clone()).to_string())
            .with("Expires", expiry.as_secs().to_string());
        if let (Some((status, challenge, used)), Some(login)) =
            (&mut self.challenge, &self.settings.login)
            && let Some((_, name)) = header_names(*status)
        {
            *used += 1;
            let uri = self.settings.registrar.to_string();
            let cnonce = self.entropy.token(16);
            let asked =
                Asked { method: &Method::REGISTER, uri: &uri, cnonce: &cnonce, count: *used };
            put_answer(&mut request.headers, name, &challenge.answer(login, asked));
        }
        request
    }

    fn answered(&mut self, now: Now, response: &Message, out: &mut Outbox<Effect>) {
        let State::Asking { rounds } = self.state else { return };
        let current = response.cseq().is_some_and(|(number, _)| number == self.cseq);
        let status = response.status().unwrap_or(0);
        if !current || status < 200 {
            return;
        }
        let again = rounds < ROUNDS_MAX
            && match status {
                401 | 407 => self.learn_challenge(status, response),
                423 => self.learn_expiry(response),
                _ => false,
            };
        if again {
            self.ask(rounds + 1, out);
        } else if status < 300 {
            self.granted(now, response, out);
        } else {
            tracing::info!(trunk = self.settings.trunk, status, "trunk refuses registration");
            if matches!(status, 401 | 407) {
                self.challenge = None;
            }
            self.rest(now, response.retry_after());
        }
    }

    /// Whether the challenge is worth an answer: a second one that is not stale says that the
    /// password is wrong (RFC 7616 §3.3).
    fn learn_challenge(&mut self, status: u16, response: &Message) -> bool {
        let Some(challenge) = Challenge::of(response) else { return false };
        let answered_before = self.challenge.as_ref().is_some_and(|(_, known, used)| {
            *used > 0 && known.realm == challenge.realm && !challenge.stale
        });
        // The nonce of an earlier attempt may have ended without a word about it.
        let first = matches!(self.state, State::Asking { rounds: 0 });
        if self.settings.login.is_none() || (answered_before && !first) {
            return false;
        }
        self.challenge = Some((status, challenge, 0));
        true
    }

    fn learn_expiry(&mut self, response: &Message) -> bool {
        let least = response.min_expires().map(|least| Duration::from_secs(u64::from(least)));
        match least.filter(|least| *least > self.settings.expiry && *least <= EXPIRY_MAX) {
            Some(least) => {
                self.settings.expiry = least;
                true
            }
            None => false,
        }
    }

    fn granted(&mut self, now: Now, response: &Message, out: &mut Outbox<Effect>) {
        let expiry = self.granted_expiry(response);
        if expiry.is_zero() {
            self.rest(now, None);
            return;
        }
        self.failures = 0;
        // Four fifths, a little less by chance, so that many trunks do not refresh at once.
        let part = 80 - self.entropy.below(6);
        let refresh = expiry * u32::try_from(part).unwrap_or(80) / 100;
        self.state = State::Standing { refresh_at: now.monotonic + refresh };
        self.set_standing(Some(now.monotonic + expiry), out);
    }

    /// What the peer gave: of our contact, else of the response, else what we asked.
    fn granted_expiry(&self, response: &Message) -> Duration {
        let ours = match response.contacts() {
            Some(Contacts::These(contacts)) => {
                contacts.into_iter().find(|contact| contact.uri.same_as(&self.settings.contact))
            }
            Some(Contacts::All) | None => None,
        };
        let granted = ours.and_then(|contact| contact.params.value("expires").and_then(seconds));
        let granted = granted.or_else(|| response.expires());
        granted.map_or(self.settings.expiry, |granted| Duration::from_secs(u64::from(granted)))
    }

    /// Waits half to all of a span that doubles with each failure, or what the peer asked.
    fn rest(&mut self, now: Now, retry_after: Option<Duration>) {
        let doubled = REST_FIRST * 2_u32.saturating_pow(self.failures.min(10));
        let longest = doubled.min(REST_MAX);
        let half = u64::try_from(longest.as_millis() / 2).unwrap_or(0);
        let chance = Duration::from_millis(half + self.entropy.below(half + 1));
        let rest = retry_after.map_or(chance, |asked| asked.max(chance).min(EXPIRY_MAX));
        self.failures = self.failures.saturating_add(1);
        self.state = State::Resting { until: now.monotonic + rest };
    }

    fn set_standing(&mut self, until: Option<Moment>, out: &mut Outbox<Effect>) {
        let changed = self.stands_until.is_some() != until.is_some();
        self.stands_until = until;
        if changed {
            tracing::info!(trunk = self.settings.trunk, registered = until.is_some(), "trunk");
            out.push(Effect::Registered(until.is_some()));
        }
    }
}

#[cfg(test)]
mod tests;
