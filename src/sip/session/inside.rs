//! Requests of theirs in the dialog (RFC 3261 §12.2.2).

use super::{Session, State, Step, body_of, reply};
use crate::base::outbox::Outbox;
use crate::sip::dialog::Order;
use crate::sip::event::{Effect, Ending};
use crate::sip::identity::{ACCEPT, ALLOW, Context};
use crate::sip::message::Message;
use crate::sip::method::Method;
use crate::sip::transaction::key::ServerId;

impl Session {
    pub(super) fn inside(
        &mut self,
        server: ServerId,
        request: Message,
        context: &mut Context,
        out: &mut Outbox<Step>,
    ) {
        let tag = request.from_tag().unwrap_or_default();
        let calling = matches!(self.state, State::Calling(_));
        let bye = request.is(&Method::BYE);
        if !(self.has_early(&tag) || (!calling && tag == self.dialog.remote_tag())) {
            // A fork that we have dismissed may say goodbye as well.
            let dismissed = bye && self.acks.iter().any(|ack| ack.tag == tag);
            self.answer(server, &request, if dismissed { 200 } else { 481 }, out);
            return;
        }
        // Each fork counts by itself, so only one dialog is counted.
        if !calling && self.dialog.order(&request) == Order::Late {
            self.answer(server, &request, 500, out);
            return;
        }
        let over = matches!(self.state, State::Over { .. });
        match request.method() {
            Some(&Method::BYE) => self.bye(server, &request, context, out),
            Some(_) if over => self.answer(server, &request, 481, out),
            Some(&Method::INVITE | &Method::UPDATE) => {
                self.offered(server, request, context, out);
            }
            Some(&Method::INFO) => self.info(server, &request, out),
            Some(&Method::OPTIONS) => {
                let response = reply(&request, 200, self.dialog.local_tag())
                    .with("Allow", ALLOW)
                    .with("Accept", ACCEPT);
                out.push(Step::Respond(server, Box::new(response)));
            }
            Some(_) | None => {
                let response = reply(&request, 405, self.dialog.local_tag()).with("Allow", ALLOW);
                out.push(Step::Respond(server, Box::new(response)));
            }
        }
    }

    fn info(&self, server: ServerId, request: &Message, out: &mut Outbox<Step>) {
        self.answer(server, request, 200, out);
        if let Some(body) = body_of(request) {
            self.tell(Effect::Info { session: self.id, body }, out);
        }
    }

    fn bye(
        &mut self,
        server: ServerId,
        request: &Message,
        context: &Context,
        out: &mut Outbox<Step>,
    ) {
        self.answer(server, request, 200, out);
        match self.state {
            State::Calling(_) => self.left_early(context.now, out),
            State::Called(_) => self.abandoned(context.now, out),
            State::Accepted(_) | State::Confirmed => {
                self.end(Ending::ByPeer, out);
                self.over(context.now, out);
            }
            State::Over { .. } => {}
        }
    }
}
