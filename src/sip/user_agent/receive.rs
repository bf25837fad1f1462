//! A request from the network, from its transaction to its session (RFC 3261 §8.2).

use super::UserAgent;
use super::phones::Proof;
use super::screening::{Class, Leave, classify, leave};
use super::subscriptions::PACKAGE;
use crate::base::outbox::Outbox;
use crate::base::time::Now;
use crate::sip::dialog::{Dialog, Reach};
use crate::sip::event::{Effect, Incoming, Path, Who};
use crate::sip::identity::{ACCEPT, ALLOW, PRODUCT, TAG_LETTERS, reply_path};
use crate::sip::message::Message;
use crate::sip::method::Method;
use crate::sip::session::{Session, SessionEvent, description_of};
use crate::sip::transaction::table::Met;

/// A request on its way through this file.
struct Request {
    message: Message,
    /// How it came.
    path: Path,
    /// Where its responses go.
    reply: Path,
}

impl Request {
    fn is(&self, method: &Method) -> bool {
        self.message.is(method)
    }

    fn answer(&self, status: u16) -> Message {
        Message::response_to(&self.message, status, None)
    }
}

impl UserAgent {
    pub(super) fn received(
        &mut self,
        now: Now,
        mut message: Message,
        path: Path,
        out: &mut Outbox<Effect>,
    ) {
        message.stamp(path.remote);
        let Some(via) = message.via() else { return };
        let reply = reply_path(&via, path);
        if let Some(fault) = message.fault() {
            if !message.is(&Method::ACK) {
                let reason = fault.to_string();
                let response = Message::response_to(&message, fault.status(), Some(&reason));
                self.turn_away(response, reply, out);
            }
            return;
        }
        match self.table.request(now.monotonic, &message, &mut self.table_out) {
            Met::Taken => return,
            Met::Delivered | Met::Nothing => {}
        }
        let request = Request { message, path, reply };
        if request.is(&Method::ACK) {
            self.acknowledged(now, request.message);
        } else if request.is(&Method::CANCEL) {
            self.cancelled(now, &request, out);
        } else if request.message.to_tag().is_some() {
            self.inside(now, request, out);
        } else {
            self.outside(now, &request, out);
        }
    }

    /// An ACK that is no transaction's acknowledges a 2xx; a stray one is dropped.
    fn acknowledged(&mut self, now: Now, ack: Message) {
        match self.sessions.of_request(&ack) {
            Some(id) => self.tell_session(now, id, SessionEvent::Ack(ack)),
            None => tracing::debug!("stray ACK dropped"),
        }
    }

    /// CANCEL is answered by itself, whatever it does (RFC 3261 §9.2).
    fn cancelled(&mut self, now: Now, request: &Request, out: &mut Outbox<Effect>) {
        let Some(server) = self.table.cancelled(&request.message) else {
            self.turn_away(request.answer(481), request.reply, out);
            return;
        };
        let call_id = request.message.call_id().unwrap_or("").to_owned();
        let sessions = self.sessions.with_call_id(&call_id);
        // The INVITE's own answers carry the session's tag; so does this one.
        let tag = sessions.first().and_then(|id| self.sessions.by_id.get(id));
        let tag = tag.map(|session| session.dialog_key().1);
        let mut response = request.answer(200);
        response.add_to_tag(&tag.unwrap_or_else(|| self.phones.stateless_tag(&response)));
        self.respond(now, request, &response);
        for id in sessions {
            self.tell_session(now, id, SessionEvent::Cancelled(server));
        }
    }

    /// Answers in a transaction of its own, so that repeats get the same.
    fn respond(&mut self, now: Now, request: &Request, response: &Message) {
        if let Some(server) = self.table.serve(&request.message, request.reply) {
            self.table.respond(now.monotonic, server, response, &mut self.table_out);
        }
    }

    fn respond_tagged(&mut self, now: Now, request: &Request, mut response: Message) {
        response.add_to_tag(&self.phones.stateless_tag(&response));
        self.respond(now, request, &response);
    }

    /// A request with our tag in To.
    fn inside(&mut self, now: Now, request: Request, out: &mut Outbox<Effect>) {
        if let Some(id) = self.subscriptions.of_request(&request.message) {
            if let Some(server) = self.table.serve(&request.message, request.reply) {
                self.subscribed_again(now, id, server, request.message, out);
            }
            return;
        }
        let Some(id) = self.sessions.of_request(&request.message) else {
            self.turn_away(request.answer(481), request.reply, out);
            return;
        };
        // Calls that stand are served when new ones are not, but not without end.
        if self.is_full(2) {
            self.turn_away(self.busy(&request), request.reply, out);
            return;
        }
        if let Some(objection) = objection(&request.message) {
            self.respond_tagged(now, &request, objection);
            return;
        }
        if let Some(server) = self.table.serve(&request.message, request.reply) {
            self.tell_session(now, id, SessionEvent::Request(server, request.message));
        }
    }

    /// A request outside dialogs: who asks, may they, can we.
    fn outside(&mut self, now: Now, request: &Request, out: &mut Outbox<Effect>) {
        let Some(method) = request.message.method() else { return };
        let class = classify(&request.message, request.path, &self.settings, &self.phones);
        let leave = leave(&class, method);
        if let Leave::Bare(status) = leave {
            self.turn_away(self.bare(request, status), request.reply, out);
            return;
        }
        let new_call = request.is(&Method::INVITE) || request.is(&Method::OPTIONS);
        if self.is_full(1) || (self.draining && new_call) {
            self.turn_away(self.busy(request), request.reply, out);
            return;
        }
        let who = match class {
            Class::Trunk(name) if leave == Leave::Free => Some(Who::Trunk(name)),
            Class::Trunk(_) | Class::Phone | Class::Stranger if leave == Leave::Digest => {
                let Some(account) = self.proven(now, request, out) else { return };
                Some(Who::Account(account))
            }
            Class::Trunk(_) | Class::Phone | Class::Stranger => None,
        };
        if self.table.is_merged(&request.message) {
            self.respond_tagged(now, request, request.answer(482));
        } else if let Some(objection) = objection(&request.message) {
            self.respond_tagged(now, request, objection);
        } else if request.is(&Method::OPTIONS) {
            let response = request
                .answer(200)
                .with("Allow", ALLOW)
                .with("Accept", ACCEPT)
                .with("Allow-Events", PACKAGE)
                .with("Server", PRODUCT);
            self.respond_tagged(now, request, response);
        } else if let Some(who) = who {
            self.admitted(now, request, who, out);
        }
    }

    /// An INVITE, REGISTER or SUBSCRIBE of somebody whom we know now.
    fn admitted(&mut self, now: Now, request: &Request, who: Who, out: &mut Outbox<Effect>) {
        match who {
            Who::Account(account) if request.is(&Method::REGISTER) => {
                let message = &request.message;
                let response = self.register(now, &account, message, request.path, out);
                self.respond_tagged(now, request, response);
            }
            Who::Account(account) if request.is(&Method::SUBSCRIBE) => {
                let (path, reply) = (request.path, request.reply);
                let answer = self.subscribe(&account, &request.message, path, reply, out);
                if let Some(answer) = answer {
                    self.respond_tagged(now, request, answer);
                }
            }
            Who::Account(_) | Who::Trunk(_) => self.incoming(now, request, who, out),
        }
    }

    /// The account behind a request; `None` when it was answered already. Nothing is kept for
    /// who fails: a challenge goes out once for each request that comes in (RFC 3261 §26.3.2.4).
    fn proven(&mut self, now: Now, request: &Request, out: &mut Outbox<Effect>) -> Option<String> {
        let proof = self.phones.prove(now, &request.message, request.path, &self.settings);
        let response = match proof {
            Proof::Account(account) => {
                if claims(&request.message, &account, &self.settings.accounts) {
                    return Some(account);
                }
                request.answer(403)
            }
            Proof::Ask { stale } => {
                let mut response = request.answer(401);
                for challenge in self.phones.challenges(now, stale) {
                    response = response.with("WWW-Authenticate", challenge);
                }
                response
            }
            Proof::Malformed => {
                let reason = Some("Malformed Authorization Header");
                Message::response_to(&request.message, 400, reason)
            }
            Proof::Denied => request.answer(403),
        };
        self.turn_away(response, request.reply, out);
        None
    }

    /// Somebody calls us.
    fn incoming(&mut self, now: Now, request: &Request, who: Who, out: &mut Outbox<Effect>) {
        if self.sessions.by_id.len() >= self.settings.limits.sessions_max {
            self.turn_away(self.busy(request), request.reply, out);
            return;
        }
        let reach = match who {
            Who::Trunk(_) => Reach::Routed,
            Who::Account(_) => Reach::Pinned,
        };
        let (message, path) = (&request.message, request.path);
        let tag = self.entropy.token(TAG_LETTERS);
        let Some(dialog) = Dialog::called(message, &tag, path, reach) else { return };
        let Some(server) = self.table.serve(message, request.reply) else { return };
        let id = self.mint_session();
        let mut steps = Outbox::new();
        let session = Session::called(id, server, message.clone(), dialog, &mut steps);
        self.sessions.insert(session);
        self.take_steps(id, &mut steps);
        self.settle(now, out);
        tracing::info!(session = %id, ?who, "incoming call");
        let (invite, body) = (message.clone(), description_of(message));
        let incoming = Incoming { session: id, who, invite, path, body };
        out.push(Effect::Incoming(Box::new(incoming)));
    }

    /// Whether so many times the limit of transactions live.
    fn is_full(&self, times: usize) -> bool {
        self.table.len() >= self.settings.limits.transactions_max.saturating_mul(times)
    }

    fn busy(&self, request: &Request) -> Message {
        let pause = self.settings.limits.retry_after_s.to_string();
        request.answer(503).with("Retry-After", pause)
    }

    fn bare(&self, request: &Request, status: u16) -> Message {
        match status {
            200 if self.draining => self.busy(request),
            405 | 501 => {
                request.answer(status).with("Allow", format!("{ALLOW}, REGISTER, SUBSCRIBE"))
            }
            _ => request.answer(status),
        }
    }
}

/// An account speaks for itself only: a From (or for REGISTER a To) that names another
/// account is refused.
fn claims(
    request: &Message,
    account: &str,
    accounts: &std::collections::BTreeMap<String, String>,
) -> bool {
    let register = request.is(&Method::REGISTER);
    let claimed = if register { request.to() } else { request.from() };
    let Some(user) = claimed.as_ref().and_then(|claimed| claimed.uri.user()) else {
        return !register;
    };
    user == account || (!register && !accounts.contains_key(user.as_ref()))
}

/// What stands against a request that is otherwise welcome (RFC 3261 §8.2.2, §8.2.3).
fn objection(request: &Message) -> Option<Message> {
    let answer = |status| Message::response_to(request, status, None);
    if !request.uri().is_some_and(|uri| uri.is_sip() || uri.scheme().as_str() == "tel") {
        return Some(answer(416));
    }
    // No option is supported, 100rel and timer included (RFC 3261 §8.2.2.3).
    let required: Vec<&str> = request.headers.all("Require").collect();
    if !required.is_empty() {
        return Some(answer(420).with("Unsupported", required.join(", ")));
    }
    if request.is(&Method::INVITE) && !accepts_sdp(request) {
        return Some(answer(406));
    }
    let coded = request
        .headers
        .all("Content-Encoding")
        .any(|coding| !coding.eq_ignore_ascii_case("identity"));
    if request.body.is_empty() {
        return None;
    }
    if coded {
        return Some(answer(415).with("Accept-Encoding", "identity"));
    }
    let offers = request.is(&Method::INVITE) || request.is(&Method::UPDATE);
    let optional = request.headers.first("Content-Disposition").is_some_and(|disposition| {
        disposition.to_ascii_lowercase().replace(' ', "").contains("handling=optional")
    });
    if offers && !optional && request.content_type().as_deref() != Some(ACCEPT) {
        return Some(answer(415).with("Accept", ACCEPT));
    }
    None
}

/// Whether the peer reads SDP; without Accept it does (RFC 3261 §20.1).
fn accepts_sdp(request: &Message) -> bool {
    let mut kinds = request.headers.all("Accept").map(|value| {
        let end = value.find(';').unwrap_or(value.len());
        value.get(..end).unwrap_or("").trim().to_ascii_lowercase()
    });
    let reads = |kind: String| matches!(kind.as_str(), ACCEPT | "application/*" | "*/*");
    !request.headers.has("Accept") || kinds.any(reads)
}
