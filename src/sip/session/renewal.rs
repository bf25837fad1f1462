//! New offers in a session: re-INVITE both ways, UPDATE towards us (RFC 3261 §14, RFC 3311).
//!
//! ```text
//!           our offer: INVITE                 their offer: INVITE, UPDATE
//!  Offering ◄────────────────────── Quiet ──────────────────────────────► Offered
//!     └── 2xx: ACK; refusal ─────────► ▲ ▲                                 │   │
//!     └── 491: offer again later ──────┘ ├───── refused; UPDATE accepted ──┘   │
//!                                        └── ACK ── Answered ◄── INVITE accepted
//! ```

use super::{
    Awaited, Purpose, Session, SessionTimer, State, Step, description_of, reply, reply_with_contact,
};
use crate::base::outbox::Outbox;
use crate::sip::event::{Body, Effect, Ending};
use crate::sip::identity::{ALLOW, Context};
use crate::sip::message::Message;
use crate::sip::method::Method;
use crate::sip::transaction::key::{Branch, ServerId};
use std::time::Duration;

/// Most tries of one offer of ours against 491.
const TRIES_MAX: u32 = 6;
/// Longest Retry-After of a 500 to a second INVITE, in seconds (RFC 3261 §14.2).
const RETRY_AFTER_S_MAX: u64 = 10;
/// How long an offer of ours waits while one of theirs is in progress.
const TURN_PAUSE: Duration = Duration::from_millis(500);
/// How long a re-INVITE may be in progress, as long as timer C (RFC 3261 §16.6).
const OFFER_WAIT: Duration = Duration::from_secs(180);

/// The offer in progress, if any.
#[derive(Debug)]
pub(super) enum Renewal {
    Quiet,
    Offering { branch: Branch, offer: Wanted },
    Offered { server: ServerId, request: Box<Message> },
    Answered(Awaited),
}

/// An offer of ours that is to be made.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    body: Body,
    tries: u32,
}

impl Renewal {
    /// The 2xx that waits for its ACK.
    pub(super) const fn unacknowledged(&mut self) -> Option<&mut Awaited> {
        match self {
            Self::Answered(awaited) => Some(awaited),
            Self::Quiet | Self::Offering { .. } | Self::Offered { .. } => None,
        }
    }

    /// The re-INVITE of ours that is out.
    pub(super) const fn offering(&self) -> Option<Branch> {
        match self {
            Self::Offering { branch, .. } => Some(*branch),
            Self::Quiet | Self::Offered { .. } | Self::Answered(_) => None,
        }
    }
}

/// Our offers.
impl Session {
    pub(super) fn reoffer(&mut self, body: Body, context: &mut Context, out: &mut Outbox<Step>) {
        let busy = self.wanted.is_some() || matches!(self.renewal, Renewal::Offering { .. });
        match self.state {
            State::Accepted(_) | State::Confirmed if !busy => {
                self.wanted = Some(Wanted { body, tries: 0 });
                self.offer_again(context, out);
            }
            State::Accepted(_)
            | State::Confirmed
            | State::Calling(_)
            | State::Called(_)
            | State::Over { .. } => self.reoffer_failed(out),
        }
    }

    fn reoffer_failed(&self, out: &mut Outbox<Step>) {
        self.tell(Effect::ReofferAnswered { session: self.id, body: None }, out);
    }

    /// Makes the offer that is wanted, or waits for its turn.
    pub(super) fn offer_again(&mut self, context: &mut Context, out: &mut Outbox<Step>) {
        match (&self.state, &self.renewal) {
            (State::Confirmed, Renewal::Quiet) => {
                if let Some(offer) = self.wanted.take() {
                    self.send_offer(offer, context, out);
                }
            }
            (State::Accepted(_) | State::Confirmed, _) => {
                out.push(Step::Set(SessionTimer::OfferAgain, context.now + TURN_PAUSE));
            }
            (State::Calling(_) | State::Called(_) | State::Over { .. }, _) => {}
        }
    }

    fn send_offer(&mut self, offer: Wanted, context: &mut Context, out: &mut Outbox<Step>) {
        let (branch, message) = self.dialog.request(&Method::INVITE, context);
        let contact = context.identity.contact(&self.dialog.next_hop());
        let mut message = message
            .with("Contact", contact)
            .with("Allow", ALLOW)
            .with_body(&offer.body.content_type, offer.body.bytes.clone());
        self.authorize(&mut message);
        self.send(branch, message, Purpose::Renew(self.dialog.local_cseq), out);
        self.renewal = Renewal::Offering { branch, offer };
        out.push(Step::Set(SessionTimer::OfferLimit, context.now + OFFER_WAIT));
    }

    pub(super) fn renew_answered(
        &mut self,
        cseq: u32,
        status: u16,
        message: &Message,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        if status < 200 || (status < 300 && self.acknowledge_again(cseq, message, out)) {
            return;
        }
        if status < 300 {
            self.dialog.refresh_target(message);
            let dialog = self.dialog.clone();
            self.acknowledge(&dialog, cseq, context, out);
        }
        if cseq != self.dialog.local_cseq || !matches!(self.renewal, Renewal::Offering { .. }) {
            return;
        }
        let Renewal::Offering { offer, .. } = std::mem::replace(&mut self.renewal, Renewal::Quiet)
        else {
            return;
        };
        out.push(Step::Stop(SessionTimer::OfferLimit));
        match status {
            200..300 => {
                let (session, body) = (self.id, description_of(message));
                self.tell(Effect::ReofferAnswered { session, body }, out);
            }
            401 | 407 if self.learn_challenge(message, context) => {
                self.send_offer(offer, context, out);
            }
            // The peer knows nothing of the session any more (RFC 3261 §12.2.1.2).
            408 | 481 => {
                self.end(Ending::Lost, out);
                self.leave(context, out);
            }
            491 if offer.tries < TRIES_MAX => {
                let pause = self.glare_pause(context);
                self.wanted = Some(Wanted { tries: offer.tries + 1, ..offer });
                out.push(Step::Set(SessionTimer::OfferAgain, context.now + pause));
            }
            _ => self.reoffer_failed(out),
        }
    }

    /// Who made the Call-ID waits 2.1 to 4 s, the other up to 2 s, in steps of 10 ms
    /// (RFC 3261 §14.1).
    fn glare_pause(&self, context: &mut Context) -> Duration {
        let tens = if self.made_the_call {
            210 + context.entropy.below(191)
        } else {
            context.entropy.below(201)
        };
        Duration::from_millis(10 * tens)
    }

    /// The peer took our re-INVITE up and never answered it.
    pub(super) fn offer_unanswered(&mut self, out: &mut Outbox<Step>) {
        let over = match &mut self.state {
            State::Over { offer } => offer.take(),
            State::Calling(_) | State::Called(_) | State::Accepted(_) | State::Confirmed => None,
        };
        if let Some(branch) = over.or_else(|| self.renewal.offering()) {
            out.push(Step::Abandon(branch));
            if matches!(self.state, State::Confirmed) {
                self.renewal = Renewal::Quiet;
                self.reoffer_failed(out);
            }
        }
    }

    pub(super) fn renew_lost(&mut self, context: &mut Context, out: &mut Outbox<Step>) {
        if matches!(self.state, State::Confirmed) {
            self.end(Ending::Lost, out);
            self.leave(context, out);
        }
    }
}

/// Their offers.
impl Session {
    /// A re-INVITE or an UPDATE of theirs.
    pub(super) fn offered(
        &mut self,
        server: ServerId,
        request: Message,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        let update = request.is(&Method::UPDATE);
        let body = description_of(&request);
        match (&self.state, &self.renewal) {
            (State::Confirmed, Renewal::Quiet) if update && body.is_none() => {
                self.accept_refresh(server, &request, context, out);
            }
            (State::Confirmed, Renewal::Quiet) => {
                if !update {
                    let trying = Message::response_to(&request, 100, None);
                    out.push(Step::Respond(server, Box::new(trying)));
                }
                self.renewal = Renewal::Offered { server, request: Box::new(request) };
                self.tell(Effect::Reoffered { session: self.id, body }, out);
            }
            // Our own offer is out, or our answer has no ACK yet.
            (State::Confirmed, Renewal::Offering { .. } | Renewal::Answered(_))
            | (State::Accepted(_) | State::Calling(_), _) => {
                self.answer(server, &request, 491, out);
            }
            // A second offer while the first has no answer (RFC 3261 §14.2, RFC 3311 §5.2).
            (State::Confirmed, Renewal::Offered { .. }) | (State::Called(_), _) => {
                let seconds = context.entropy.below(RETRY_AFTER_S_MAX + 1);
                let response = reply(&request, 500, self.dialog.local_tag())
                    .with("Retry-After", seconds.to_string());
                out.push(Step::Respond(server, Box::new(response)));
            }
            (State::Over { .. }, _) => self.answer(server, &request, 481, out),
        }
    }

    /// An UPDATE without an offer says only where the peer is now.
    fn accept_refresh(
        &mut self,
        server: ServerId,
        request: &Message,
        context: &Context,
        out: &mut Outbox<Step>,
    ) {
        self.dialog.refresh_target(request);
        let contact = context.identity.contact(&self.dialog.path);
        let response = reply_with_contact(request, 200, self.dialog.local_tag(), contact);
        out.push(Step::Respond(server, Box::new(response)));
    }

    pub(super) fn accept_reoffer(
        &mut self,
        body: &Body,
        context: &Context,
        out: &mut Outbox<Step>,
    ) {
        let Some((server, request)) = self.take_offered() else { return };
        self.dialog.refresh_target(&request);
        let contact = context.identity.contact(&self.dialog.path);
        let response = reply_with_contact(&request, 200, self.dialog.local_tag(), contact)
            .with_body(&body.content_type, body.bytes.clone());
        out.push(Step::Respond(server, Box::new(response)));
        if request.is(&Method::INVITE) {
            let awaited = Awaited::start(server, &request, context.now, out);
            self.renewal = Renewal::Answered(awaited);
        }
    }

    pub(super) fn refuse_reoffer(&mut self, status: u16, out: &mut Outbox<Step>) {
        if let Some((server, request)) = self.take_offered() {
            self.answer(server, &request, status.clamp(300, 699), out);
        }
    }

    fn take_offered(&mut self) -> Option<(ServerId, Box<Message>)> {
        match std::mem::replace(&mut self.renewal, Renewal::Quiet) {
            Renewal::Offered { server, request } => Some((server, request)),
            other @ (Renewal::Quiet | Renewal::Offering { .. } | Renewal::Answered(_)) => {
                self.renewal = other;
                None
            }
        }
    }

    pub(super) fn renewal_cancelled(&mut self, server: ServerId, out: &mut Outbox<Step>) {
        match &self.renewal {
            Renewal::Offered { server: pending, request } if *pending == server => {
                if request.is(&Method::INVITE) {
                    self.refuse_reoffer(487, out);
                }
            }
            Renewal::Offered { .. }
            | Renewal::Quiet
            | Renewal::Offering { .. }
            | Renewal::Answered(_) => {}
        }
    }

    /// Whether the ACK ends the repeats of our 2xx to a re-INVITE.
    pub(super) fn renewal_acknowledged(&mut self, cseq: u32, out: &mut Outbox<Step>) -> bool {
        let mine = self.renewal.unacknowledged().is_some_and(|awaited| awaited.cseq == cseq);
        if mine {
            out.push(Step::Stop(SessionTimer::Repeat));
            out.push(Step::Stop(SessionTimer::AckLimit));
            self.renewal = Renewal::Quiet;
        }
        mine
    }

    /// The session is over: an offer of theirs is answered, one of ours is dropped.
    pub(super) fn drop_renewal(&mut self, out: &mut Outbox<Step>) {
        self.refuse_reoffer(487, out);
        self.renewal = Renewal::Quiet;
        self.wanted = None;
    }
}
