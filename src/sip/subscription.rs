//! Somebody's phone wants to know of a state of ours: the notifier's side of a subscription
//! (RFC 6665 §4.2).
//!
//! ```text
//!            accepted: 200, NOTIFY            changed, subscribed again: NOTIFY
//! Asked ──────────────────────────► Active ───────────────────────────────────┐
//!   │ refused                         │ ▲─────────────────────────────────────┘
//!   │                                 │ its time is over, or Expires: 0
//!   │                                 ▼
//!   │                               Ending ──► the last NOTIFY is answered ──► forgotten
//!   └──► forgotten                    (a NOTIFY that is refused: forgotten at once)
//! ```
//!
//! One NOTIFY is on its way at a time; what changes meanwhile is told in the next.

use super::dialog::{Dialog, Order};
use super::event::{Body, Path};
use super::identity::Context;
use super::message::Message;
use super::method::Method;
use super::transaction::key::{Branch, ServerId};
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Moment};
use std::time::Duration;

/// What a subscriber who names no expiry gets (RFC 3842 §3.4 leaves it to us).
const EXPIRY: Duration = Duration::from_secs(3_600);
/// The longest that is given.
const EXPIRY_MAX: Duration = Duration::from_secs(3_600);
/// A shorter one is refused, but for zero (RFC 6665 §4.2.1.1).
pub const EXPIRY_MIN: Duration = Duration::from_secs(60);

/// What happens to a subscription.
#[derive(Debug, Clone)]
pub enum Event {
    /// It is granted; this is the state.
    Accept(Body),
    /// It is not.
    Refuse(u16),
    /// The state has changed.
    Changed(Body),
    /// The subscriber asks again, inside the dialog.
    Again(ServerId, Box<Message>),
    /// The subscriber has answered a NOTIFY.
    Answered(u16),
    /// Nobody answers.
    Lost,
    /// The deadline has come.
    Timer,
}

/// What a subscription wants.
#[derive(Debug, Clone)]
pub enum Step {
    /// Answer a SUBSCRIBE.
    Respond(ServerId, Box<Message>),
    /// Send this NOTIFY in a transaction of its own.
    Notify {
        /// Of the transaction.
        branch: Branch,
        /// The request.
        message: Box<Message>,
        /// Where.
        path: Path,
    },
    /// It is over.
    Forget,
}

#[derive(Debug)]
enum State {
    Asked { server: ServerId, request: Box<Message> },
    Active { ends_at: Moment },
    Ending,
}

/// One subscription.
#[derive(Debug)]
pub struct Subscription {
    dialog: Dialog,
    state: State,
    /// The Event header of the subscriber, its id included.
    event: String,
    body: Option<Body>,
    /// A NOTIFY is on its way.
    notifying: bool,
    /// The state was told differently by the NOTIFY that is on its way.
    stale: bool,
}

impl Subscription {
    /// A SUBSCRIBE that begins one; it waits for Accept or Refuse.
    #[must_use]
    pub fn asked(dialog: Dialog, server: ServerId, request: Message) -> Self {
        let event = request.headers.first("Event").unwrap_or_default().to_owned();
        let state = State::Asked { server, request: Box::new(request) };
        Self { dialog, state, event, body: None, notifying: false, stale: false }
    }

    /// Call-ID and our tag.
    #[must_use]
    pub fn dialog_key(&self) -> (String, String) {
        (self.dialog.call_id.clone(), self.dialog.local_tag().to_owned())
    }

    /// When to be called with [`Event::Timer`].
    #[must_use]
    pub const fn deadline(&self) -> Option<Deadline> {
        match self.state {
            State::Active { ends_at } => Some(Deadline { at: ends_at, why: "subscription ends" }),
            State::Asked { .. } | State::Ending => None,
        }
    }

    /// Takes one event.
    pub fn handle(&mut self, event: Event, context: &mut Context, out: &mut Outbox<Step>) {
        match event {
            Event::Accept(body) => self.accept(body, context, out),
            Event::Refuse(status) => self.refuse(status, out),
            Event::Changed(body) => {
                self.body = Some(body);
                if matches!(self.state, State::Active { .. }) {
                    self.notify(context, out);
                }
            }
            Event::Again(server, request) => self.again(server, &request, context, out),
            Event::Answered(status) => self.answered(status, context, out),
            Event::Lost => out.push(Step::Forget),
            Event::Timer => {
                if self.deadline().is_some_and(|due| due.at <= context.now) {
                    self.state = State::Ending;
                    self.notify(context, out);
                }
            }
        }
    }

    fn accept(&mut self, body: Body, context: &mut Context, out: &mut Outbox<Step>) {
        let State::Asked { server, request } = &self.state else { return };
        let (server, request) = (*server, request.clone());
        self.body = Some(body);
        self.grant(server, &request, context, out);
    }

    fn refuse(&self, status: u16, out: &mut Outbox<Step>) {
        let State::Asked { server, request } = &self.state else { return };
        let mut response = Message::response_to(request, status, None);
        response.add_to_tag(self.dialog.local_tag());
        out.push(Step::Respond(*server, Box::new(response)));
        out.push(Step::Forget);
    }

    /// RFC 6665 §4.2.1.2: the answer, and at once a NOTIFY, also when nothing has changed.
    fn grant(
        &mut self,
        server: ServerId,
        request: &Message,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        let expiry = expiry_of(request);
        let mut response = Message::response_to(request, 200, None)
            .with("Contact", context.identity.contact(&self.dialog.path))
            .with("Expires", expiry.as_secs().to_string());
        response.add_to_tag(self.dialog.local_tag());
        out.push(Step::Respond(server, Box::new(response)));
        self.state = if expiry.is_zero() {
            State::Ending
        } else {
            State::Active { ends_at: context.now + expiry }
        };
        self.notify(context, out);
    }

    fn again(
        &mut self,
        server: ServerId,
        request: &Message,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        let late = self.dialog.order(request) == Order::Late;
        let over = !matches!(self.state, State::Active { .. });
        if late || over {
            let status = if late { 500 } else { 481 };
            let response = Message::response_to(request, status, None);
            return out.push(Step::Respond(server, Box::new(response)));
        }
        self.dialog.refresh_target(request);
        self.grant(server, request, context, out);
    }

    fn answered(&mut self, status: u16, context: &mut Context, out: &mut Outbox<Step>) {
        if status < 200 {
            return;
        }
        self.notifying = false;
        // RFC 6665 §4.2.2: who does not understand a NOTIFY has no subscription.
        if status >= 300 {
            return out.push(Step::Forget);
        }
        if std::mem::take(&mut self.stale) {
            self.notify(context, out);
        } else if matches!(self.state, State::Ending) {
            out.push(Step::Forget);
        }
    }

    fn notify(&mut self, context: &mut Context, out: &mut Outbox<Step>) {
        if std::mem::replace(&mut self.notifying, true) {
            self.stale = true;
            return;
        }
        let state = match self.state {
            State::Active { ends_at } => {
                format!("active;expires={}", ends_at.since(context.now).as_secs())
            }
            State::Asked { .. } | State::Ending => "terminated;reason=timeout".to_owned(),
        };
        let contact = context.identity.contact(&self.dialog.path);
        let (branch, request) = self.dialog.request(&Method::NOTIFY, context);
        let mut message = request
            .with("Contact", contact)
            .with("Event", self.event.clone())
            .with("Subscription-State", state);
        if let Some(body) = &self.body {
            message = message.with_body(&body.content_type, body.bytes.clone());
        }
        let path = self.dialog.next_hop();
        out.push(Step::Notify { branch, message: Box::new(message), path });
    }
}

/// How long a SUBSCRIBE is granted for; `None` where it asks for too little.
#[must_use]
pub fn wanted(request: &Message) -> Option<Duration> {
    let asked = request.expires().map(|seconds| Duration::from_secs(u64::from(seconds)));
    let granted = asked.unwrap_or(EXPIRY).min(EXPIRY_MAX);
    (granted.is_zero() || granted >= EXPIRY_MIN).then_some(granted)
}

fn expiry_of(request: &Message) -> Duration {
    wanted(request).unwrap_or(EXPIRY_MIN)
}

#[cfg(test)]
mod tests;
