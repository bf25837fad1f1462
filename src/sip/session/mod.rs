//! A session: one INVITE and all that follows in its dialog.
//!
//! ```text
//!  our INVITE ──► Calling ──── 2xx: ACK ─────────────────┐
//!                    │                                   ▼
//!                    │ refused, lost, hung up        Confirmed ◄─► renewal (re-INVITE)
//!                    │                                ▲  │
//!  their INVITE ► Called ─ Accept ─► Accepted ─ ACK ──┘  │ BYE, either way; no ACK
//!                    │                  │ no ACK: BYE    │
//!                    ▼                  ▼                ▼
//!                   Over: told its end; waits for its last transactions ──► forgotten
//! ```
//!
//! The switchboard hears of exactly one end, at the moment it is decided; what is left to do
//! on the wire (CANCEL, ACK, BYE) is done in Over, or in Calling when a CANCEL is out.

mod called;
mod calling;
pub mod credentials;
mod inside;
mod renewal;

use super::dialog::Dialog;
use super::event::{Body, Effect, Ending, Failure, Path};
use super::identity::{ACCEPT, ALLOW, Context};
use super::message::{Message, reason_phrase};
use super::method::Method;
use super::transaction::key::{Branch, ServerId};
use super::transaction::{PATIENCE, T1};
use crate::base::id::SessionId;
use crate::base::outbox::Outbox;
use crate::base::time::Moment;
use bytes::Bytes;
use called::Called;
use calling::Calling;
use credentials::Credentials;
use renewal::{Renewal, Wanted};
use std::time::Duration;

/// Most 2xx of one dialog and of its forks whose ACKs are kept for repeats.
const ACKS_MAX: usize = 16;

/// One INVITE and its dialog.
#[derive(Debug)]
pub struct Session {
    id: SessionId,
    dialog: Dialog,
    state: State,
    renewal: Renewal,
    /// An offer of ours that waits for its turn.
    wanted: Option<Wanted>,
    /// What answers a 401 or 407.
    credentials: Option<Credentials>,
    /// ACKs to 2xx, for their repeats.
    acks: Vec<KeptAck>,
    /// Transactions of ours that may still tell us something.
    open: u32,
    /// Whether the Call-ID is ours, for the wait after glare.
    made_the_call: bool,
    /// Why we hang up, for the BYE.
    cause: Option<u16>,
    /// Whether the switchboard knows the end.
    told: bool,
}

#[derive(Debug)]
enum State {
    Calling(Box<Calling>),
    Called(Box<Called>),
    Accepted(Awaited),
    Confirmed,
    Over {
        /// A re-INVITE of ours that has no final answer; after BYE none may ever come.
        offer: Option<Branch>,
    },
}

/// A 2xx of ours that waits for its ACK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Awaited {
    server: ServerId,
    /// Of the INVITE; the ACK shows the same.
    cseq: u32,
    /// The current pause between repeats.
    pause: Duration,
}

impl Awaited {
    /// Starts the repeats of a 2xx to `invite`.
    fn start(server: ServerId, invite: &Message, now: Moment, out: &mut Outbox<Step>) -> Self {
        out.push(Step::Set(SessionTimer::Repeat, now + T1));
        out.push(Step::Set(SessionTimer::AckLimit, now + PATIENCE));
        Self { server, cseq: invite.cseq().map_or(0, |(number, _)| number), pause: T1 }
    }
}

#[derive(Debug)]
struct KeptAck {
    cseq: u32,
    tag: String,
    path: Path,
    bytes: Bytes,
}

/// Why a request of ours was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The INVITE with this CSeq number.
    Invite(u32),
    /// A re-INVITE with this CSeq number.
    Renew(u32),
    /// The BYE.
    Bye,
    /// The BYE to another fork.
    Dismiss,
}

/// A timer of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SessionTimer {
    /// Repeats our 2xx.
    Repeat,
    /// Gives up waiting for the ACK to our 2xx.
    AckLimit,
    /// Gives up waiting for an answer after our CANCEL.
    CancelLimit,
    /// Says once a minute that we still ring (RFC 3261 §13.3.1.1).
    StillRinging,
    /// Tries our offer again (RFC 3261 §14.1).
    OfferAgain,
    /// Gives up waiting for the final answer to our re-INVITE.
    OfferLimit,
}

impl SessionTimer {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Repeat,
        Self::AckLimit,
        Self::CancelLimit,
        Self::StillRinging,
        Self::OfferAgain,
        Self::OfferLimit,
    ];

    /// Its name for traces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Repeat => "2xx again",
            Self::AckLimit => "no ACK",
            Self::CancelLimit => "no answer after CANCEL",
            Self::StillRinging => "still ringing",
            Self::OfferAgain => "offer again",
            Self::OfferLimit => "no answer to re-INVITE",
        }
    }
}

/// What happens to a session.
#[derive(Debug)]
pub enum SessionEvent {
    /// The switchboard rings.
    Ring(u16, Option<Body>),
    /// The switchboard answers.
    Accept(Body),
    /// The switchboard refuses: the answer's status line and headers are made from this.
    Refuse(Refusal),
    /// The switchboard hangs up, perhaps because of this status.
    HangUp(Option<u16>),
    /// The switchboard offers anew.
    Reoffer(Body),
    /// The switchboard accepts their new offer.
    AcceptReoffer(Body),
    /// The switchboard refuses their new offer.
    RefuseReoffer(u16),
    /// A request in the dialog, in its own transaction.
    Request(ServerId, Message),
    /// An ACK to a 2xx.
    Ack(Message),
    /// The INVITE of this transaction was cancelled.
    Cancelled(ServerId),
    /// A response to a request of ours.
    Response(Purpose, Message),
    /// No final response to a request of ours.
    Lost(Purpose),
    /// No more 2xx to this INVITE of ours will come.
    Closed(Purpose),
    /// A timer fired.
    Timer(SessionTimer),
}

/// A refusal by the switchboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// 300 to 699.
    pub status: u16,
    /// Instead of the standard phrase.
    pub reason: Option<String>,
    /// In seconds.
    pub retry_after_s: Option<u64>,
}

/// What a session wants done, in order.
#[derive(Debug)]
pub enum Step {
    /// Begin a transaction.
    Request {
        /// Its branch.
        branch: Branch,
        /// The whole request.
        message: Box<Message>,
        /// Where.
        path: Path,
        /// Comes back with each answer.
        purpose: Purpose,
    },
    /// Send an ACK to a 2xx.
    Ack {
        /// Where.
        path: Path,
        /// The whole message.
        bytes: Bytes,
    },
    /// Cancel the INVITE with this branch.
    Cancel(Branch),
    /// Forget the INVITE with this branch.
    Abandon(Branch),
    /// Answer in this transaction.
    Respond(ServerId, Box<Message>),
    /// Send the 2xx of this transaction again.
    Repeat(ServerId),
    /// Set or move a timer.
    Set(SessionTimer, Moment),
    /// Stop a timer.
    Stop(SessionTimer),
    /// Tell the switchboard.
    Tell(Box<Effect>),
    /// Forget the session.
    Forget,
}

impl Session {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        self.id
    }

    /// Its Call-ID and our tag, by which requests find it.
    #[must_use]
    pub fn dialog_key(&self) -> (String, String) {
        (self.dialog.call_id.clone(), self.dialog.local_tag().to_owned())
    }

    /// Takes one event.
    pub fn handle(&mut self, event: SessionEvent, context: &mut Context, out: &mut Outbox<Step>) {
        match event {
            SessionEvent::Ring(status, body) => self.ring(status, body, context, out),
            SessionEvent::Accept(body) => self.accept(&body, context, out),
            SessionEvent::Refuse(refusal) => self.refuse(&refusal, context.now, out),
            SessionEvent::HangUp(cause) => self.hang_up(cause, context, out),
            SessionEvent::Reoffer(body) => self.reoffer(body, context, out),
            SessionEvent::AcceptReoffer(body) => self.accept_reoffer(&body, context, out),
            SessionEvent::RefuseReoffer(status) => self.refuse_reoffer(status, out),
            SessionEvent::Request(server, message) => self.inside(server, message, context, out),
            SessionEvent::Ack(message) => self.acknowledged(&message, context, out),
            SessionEvent::Cancelled(server) => self.cancelled(server, context.now, out),
            SessionEvent::Response(purpose, message) => {
                self.response(purpose, &message, context, out);
            }
            SessionEvent::Lost(purpose) => self.lost(purpose, context, out),
            SessionEvent::Closed(purpose) => self.closed(purpose),
            SessionEvent::Timer(timer) => self.timer(timer, context, out),
        }
        if matches!(self.state, State::Over { .. }) && self.open == 0 {
            out.push(Step::Forget);
        }
    }

    fn response(
        &mut self,
        purpose: Purpose,
        message: &Message,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        let Some(status) = message.status() else { return };
        let invite = matches!(purpose, Purpose::Invite(_) | Purpose::Renew(_));
        // A 2xx to an INVITE may come again, until Closed.
        if status >= 300 || (status >= 200 && !invite) {
            self.open = self.open.saturating_sub(1);
        }
        match purpose {
            Purpose::Invite(cseq) => self.invite_answered(cseq, status, message, context, out),
            Purpose::Renew(cseq) => self.renew_answered(cseq, status, message, context, out),
            Purpose::Bye => self.bye_answered(status, message, context, out),
            Purpose::Dismiss => {}
        }
    }

    fn lost(&mut self, purpose: Purpose, context: &mut Context, out: &mut Outbox<Step>) {
        self.open = self.open.saturating_sub(1);
        match purpose {
            Purpose::Invite(_) => self.invite_lost(context.now, out),
            Purpose::Renew(_) => self.renew_lost(context, out),
            Purpose::Bye | Purpose::Dismiss => {}
        }
    }

    fn closed(&mut self, purpose: Purpose) {
        self.open = self.open.saturating_sub(1);
        match purpose {
            Purpose::Invite(cseq) | Purpose::Renew(cseq) => {
                self.acks.retain(|ack| ack.cseq != cseq);
            }
            Purpose::Bye | Purpose::Dismiss => {}
        }
    }

    fn timer(&mut self, timer: SessionTimer, context: &mut Context, out: &mut Outbox<Step>) {
        match timer {
            SessionTimer::Repeat => self.repeat(context.now, out),
            SessionTimer::AckLimit => self.ack_missing(context, out),
            SessionTimer::CancelLimit => self.cancel_unanswered(context.now, out),
            SessionTimer::StillRinging => self.still_ringing(context.now, out),
            SessionTimer::OfferAgain => self.offer_again(context, out),
            SessionTimer::OfferLimit => self.offer_unanswered(out),
        }
    }

    fn hang_up(&mut self, cause: Option<u16>, context: &mut Context, out: &mut Outbox<Step>) {
        match self.state {
            State::Calling(_) => self.give_up(context.now, out),
            State::Called(_) => {
                let status = cause.unwrap_or(480);
                let refusal = Refusal { status, reason: None, retry_after_s: None };
                self.refuse(&refusal, context.now, out);
            }
            // A BYE before the ACK is forbidden to the callee (RFC 3261 §15): it follows.
            State::Accepted(_) => self.end(Ending::ByUs, out),
            State::Confirmed => {
                self.end(Ending::ByUs, out);
                self.cause = cause;
                self.leave(context, out);
            }
            State::Over { .. } => {}
        }
    }

    /// Sends BYE; the session is over.
    fn leave(&mut self, context: &mut Context, out: &mut Outbox<Step>) {
        self.send_bye(context, out);
        self.over(context.now, out);
    }

    fn send_bye(&mut self, context: &mut Context, out: &mut Outbox<Step>) {
        let (branch, mut bye) = self.dialog.request(&Method::BYE, context);
        if let Some(status) = self.cause {
            // RFC 3326 §2
            let text = reason_phrase(status);
            bye = bye.with("Reason", format!("SIP ;cause={status} ;text=\"{text}\""));
        }
        self.authorize(&mut bye);
        self.send(branch, bye, Purpose::Bye, out);
    }

    /// A BYE that was challenged is sent once more with credentials.
    fn bye_answered(
        &mut self,
        status: u16,
        message: &Message,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        if matches!(status, 401 | 407) && self.learn_challenge(message, context) {
            self.send_bye(context, out);
        }
    }

    /// Begins a transaction by the dialog's next hop.
    fn send(&mut self, branch: Branch, message: Message, purpose: Purpose, out: &mut Outbox<Step>) {
        self.open += 1;
        let (path, message) = (self.dialog.next_hop(), Box::new(message));
        out.push(Step::Request { branch, message, path, purpose });
    }

    /// Acknowledges a 2xx by `dialog` and keeps the ACK for repeats of it.
    fn acknowledge(
        &mut self,
        dialog: &Dialog,
        cseq: u32,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        let (path, tag) = (dialog.next_hop(), dialog.remote_tag().to_owned());
        let mut ack = dialog.ack(cseq, context);
        self.authorize(&mut ack);
        let bytes = ack.to_bytes();
        out.push(Step::Ack { path, bytes: bytes.clone() });
        if self.acks.len() < ACKS_MAX {
            self.acks.push(KeptAck { cseq, tag, path, bytes });
        }
    }

    /// Repeats the ACK of a 2xx that came before; `false` when this one is new.
    fn acknowledge_again(&self, cseq: u32, message: &Message, out: &mut Outbox<Step>) -> bool {
        let tag = message.to_tag().unwrap_or_default();
        let kept = self.acks.iter().find(|ack| ack.cseq == cseq && ack.tag == tag);
        if let Some(ack) = kept {
            out.push(Step::Ack { path: ack.path, bytes: ack.bytes.clone() });
        }
        kept.is_some()
    }

    /// Whether a challenge can be answered; it is remembered for the requests that follow.
    fn learn_challenge(&mut self, message: &Message, context: &mut Context) -> bool {
        self.credentials.as_mut().is_some_and(|known| known.learn(message, context.entropy))
    }

    /// Adds credentials, if they are known to be wanted and the request goes where they belong.
    fn authorize(&mut self, request: &mut Message) {
        let home = self.dialog.next_hop().remote.ip() == self.dialog.path.remote.ip();
        if let Some(credentials) = self.credentials.as_mut().filter(|_| home) {
            credentials.apply(request);
        }
    }

    /// Ends what the session is doing on its own: timers, an unanswered re-INVITE of theirs.
    fn over(&mut self, now: Moment, out: &mut Outbox<Step>) {
        for timer in SessionTimer::ALL {
            out.push(Step::Stop(timer));
        }
        let offer = self.renewal.offering();
        if offer.is_some() {
            out.push(Step::Set(SessionTimer::OfferLimit, now + PATIENCE));
        }
        self.state = State::Over { offer };
        self.drop_renewal(out);
    }

    fn tell(&self, effect: Effect, out: &mut Outbox<Step>) {
        if !self.told {
            out.push(Step::Tell(Box::new(effect)));
        }
    }

    fn end(&mut self, ending: Ending, out: &mut Outbox<Step>) {
        self.tell(Effect::Ended { session: self.id, ending }, out);
        self.told = true;
    }

    fn fail(&mut self, failure: Failure, out: &mut Outbox<Step>) {
        self.tell(Effect::Failed { session: self.id, failure }, out);
        self.told = true;
    }
}

/// An answer to a request of theirs, with our tag in To.
fn reply(request: &Message, status: u16, tag: &str) -> Message {
    let mut response = Message::response_to(request, status, None);
    response.add_to_tag(tag);
    response
}

/// An answer that carries our Contact: it makes a dialog, or refreshes our side of it.
fn reply_with_contact(request: &Message, status: u16, tag: &str, contact: String) -> Message {
    reply(request, status, tag).with("Contact", contact).with("Allow", ALLOW)
}

/// The SDP that a message carries, if any; a body of another type was optional.
#[must_use]
pub fn description_of(message: &Message) -> Option<Body> {
    body_of(message).filter(|_| message.content_type().as_deref() == Some(ACCEPT))
}

/// What a message carries, if anything.
fn body_of(message: &Message) -> Option<Body> {
    let content_type = message.headers.first("Content-Type")?.to_owned();
    (!message.body.is_empty()).then(|| Body { content_type, bytes: message.body.clone() })
}
