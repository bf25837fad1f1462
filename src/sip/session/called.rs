//! Their INVITE until the ACK to our answer (RFC 3261 §13.3).

use super::renewal::Renewal;
use super::{
    Awaited, Refusal, Session, SessionTimer, State, Step, description_of, reply, reply_with_contact,
};
use crate::base::id::SessionId;
use crate::base::outbox::Outbox;
use crate::base::time::Moment;
use crate::sip::dialog::Dialog;
use crate::sip::event::{Body, Effect, Ending};
use crate::sip::identity::{Context, PRODUCT};
use crate::sip::message::Message;
use crate::sip::transaction::key::ServerId;
use crate::sip::transaction::{T2, doubled};
use std::time::Duration;

/// A provisional answer is repeated this often, or proxies give up (RFC 3261 §13.3.1.1).
const RINGING_PAUSE: Duration = Duration::from_secs(60);

/// A call to us, not answered yet.
#[derive(Debug)]
pub(super) struct Called {
    server: ServerId,
    /// Answers are made from it.
    invite: Message,
    /// The latest 18x.
    ringing: Option<Message>,
}

impl Session {
    /// Somebody calls us; 100 goes out at once.
    pub fn called(
        id: SessionId,
        server: ServerId,
        invite: Message,
        dialog: Dialog,
        out: &mut Outbox<Step>,
    ) -> Self {
        // A 100 makes no dialog, so it has no tag (RFC 3261 §8.2.6.1).
        let trying = Message::response_to(&invite, 100, None);
        out.push(Step::Respond(server, Box::new(trying)));
        Self {
            id,
            dialog,
            state: State::Called(Box::new(Called { server, invite, ringing: None })),
            renewal: Renewal::Quiet,
            wanted: None,
            credentials: None,
            acks: Vec::new(),
            open: 0,
            made_the_call: false,
            cause: None,
            told: false,
        }
    }

    pub(super) fn ring(
        &mut self,
        status: u16,
        body: Option<Body>,
        context: &Context,
        out: &mut Outbox<Step>,
    ) {
        let State::Called(called) = &mut self.state else { return };
        let contact = context.identity.contact(&self.dialog.path);
        let tag = self.dialog.local_tag();
        let mut ringing = reply_with_contact(&called.invite, status, tag, contact);
        if let Some(body) = body {
            ringing = ringing.with_body(&body.content_type, body.bytes);
        }
        called.ringing = Some(ringing.clone());
        out.push(Step::Respond(called.server, Box::new(ringing)));
        out.push(Step::Set(SessionTimer::StillRinging, context.now + RINGING_PAUSE));
    }

    pub(super) fn still_ringing(&self, now: Moment, out: &mut Outbox<Step>) {
        if let State::Called(called) = &self.state
            && let Some(ringing) = &called.ringing
        {
            out.push(Step::Respond(called.server, Box::new(ringing.clone())));
            out.push(Step::Set(SessionTimer::StillRinging, now + RINGING_PAUSE));
        }
    }

    pub(super) fn accept(&mut self, body: &Body, context: &Context, out: &mut Outbox<Step>) {
        let State::Called(called) = &self.state else { return };
        let contact = context.identity.contact(&self.dialog.path);
        let tag = self.dialog.local_tag();
        let answer = reply_with_contact(&called.invite, 200, tag, contact)
            .with("Server", PRODUCT)
            .with_body(&body.content_type, body.bytes.clone());
        out.push(Step::Respond(called.server, Box::new(answer)));
        out.push(Step::Stop(SessionTimer::StillRinging));
        let awaited = Awaited::start(called.server, &called.invite, context.now, out);
        self.state = State::Accepted(awaited);
    }

    pub(super) fn refuse(&mut self, refusal: &Refusal, now: Moment, out: &mut Outbox<Step>) {
        self.turn_away(refusal, Ending::ByUs, now, out);
    }

    fn turn_away(
        &mut self,
        refusal: &Refusal,
        ending: Ending,
        now: Moment,
        out: &mut Outbox<Step>,
    ) {
        let State::Called(called) = &self.state else { return };
        let status = refusal.status.clamp(300, 699);
        let mut response = Message::response_to(&called.invite, status, refusal.reason.as_deref());
        response.add_to_tag(self.dialog.local_tag());
        if let Some(seconds) = refusal.retry_after_s {
            response = response.with("Retry-After", seconds.to_string());
        }
        out.push(Step::Respond(called.server, Box::new(response)));
        self.end(ending, out);
        self.over(now, out);
    }

    /// The caller cancelled an INVITE: the first one, or a re-INVITE. After our final answer
    /// it means nothing (RFC 3261 §9.2).
    pub(super) fn cancelled(&mut self, server: ServerId, now: Moment, out: &mut Outbox<Step>) {
        let first = match &self.state {
            State::Called(called) => called.server == server,
            State::Calling(_) | State::Accepted(_) | State::Confirmed | State::Over { .. } => false,
        };
        if first {
            self.turn_away(&terminated(), Ending::Cancelled, now, out);
        } else {
            self.renewal_cancelled(server, out);
        }
    }

    /// The caller sends BYE before our answer, which ends the INVITE too (RFC 3261 §15.1.2).
    pub(super) fn abandoned(&mut self, now: Moment, out: &mut Outbox<Step>) {
        self.turn_away(&terminated(), Ending::ByPeer, now, out);
    }

    /// The ACK to a 2xx of ours.
    pub(super) fn acknowledged(
        &mut self,
        ack: &Message,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        let Some((cseq, _)) = ack.cseq() else { return };
        let (session, body) = (self.id, description_of(ack));
        match self.state {
            State::Accepted(awaited) if awaited.cseq == cseq => {
                out.push(Step::Stop(SessionTimer::Repeat));
                out.push(Step::Stop(SessionTimer::AckLimit));
                self.state = State::Confirmed;
                self.tell(Effect::Confirmed { session, body }, out);
                if self.told {
                    self.leave(context, out);
                }
            }
            State::Confirmed => {
                if self.renewal_acknowledged(cseq, out) && body.is_some() {
                    self.tell(Effect::Confirmed { session, body }, out);
                }
            }
            State::Accepted(_) | State::Calling(_) | State::Called(_) | State::Over { .. } => {}
        }
    }

    /// Our 2xx once more, with a longer pause each time.
    pub(super) fn repeat(&mut self, now: Moment, out: &mut Outbox<Step>) {
        let awaited = match &mut self.state {
            State::Accepted(awaited) => Some(awaited),
            State::Confirmed => self.renewal.unacknowledged(),
            State::Calling(_) | State::Called(_) | State::Over { .. } => None,
        };
        if let Some(awaited) = awaited {
            awaited.pause = doubled(awaited.pause, T2);
            out.push(Step::Repeat(awaited.server));
            out.push(Step::Set(SessionTimer::Repeat, now + awaited.pause));
        }
    }

    /// No ACK for 64·T1: BYE (RFC 3261 §13.3.1.4).
    pub(super) fn ack_missing(&mut self, context: &mut Context, out: &mut Outbox<Step>) {
        match self.state {
            State::Accepted(_) | State::Confirmed => {
                self.end(Ending::Lost, out);
                self.leave(context, out);
            }
            State::Calling(_) | State::Called(_) | State::Over { .. } => {}
        }
    }

    /// A plain answer to a request in the dialog.
    pub(super) fn answer(
        &self,
        server: ServerId,
        request: &Message,
        status: u16,
        out: &mut Outbox<Step>,
    ) {
        let response = reply(request, status, self.dialog.local_tag());
        out.push(Step::Respond(server, Box::new(response)));
    }
}

/// What a cancelled INVITE is answered with.
pub(super) const fn terminated() -> Refusal {
    Refusal { status: 487, reason: None, retry_after_s: None }
}
