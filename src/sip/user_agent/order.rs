//! What the switchboard orders.

use super::settings::UserAgentSettings;
use super::{User, UserAgent};
use crate::base::id::SessionId;
use crate::base::outbox::Outbox;
use crate::base::time::Now;
use crate::sip::dialog::Reach;
use crate::sip::event::{Command, Effect, Failure, Invite, Path};
use crate::sip::identity::{ACCEPT, Context, PRODUCT};
use crate::sip::message::Message;
use crate::sip::method::Method;
use crate::sip::session::credentials::Credentials;
use crate::sip::session::{Refusal, Session, SessionEvent};
use crate::sip::subscription::Event as Standing;
use crate::sip::text::is_token;
use crate::sip::uri::{NameAddr, Uri};

impl UserAgent {
    pub(super) fn order(&mut self, now: Now, command: Command, out: &mut Outbox<Effect>) {
        let (session, event) = match command {
            Command::Invite(invite) => return self.call(now, *invite, out),
            Command::Options { trunk, path, uri } => return self.ask(now, trunk, path, &uri),
            Command::AcceptSubscription { subscription, body } => {
                return self.tell_subscription(now, subscription, Standing::Accept(body), out);
            }
            Command::RefuseSubscription { subscription, status } => {
                return self.tell_subscription(now, subscription, Standing::Refuse(status), out);
            }
            Command::Notify { subscription, body } => {
                return self.tell_subscription(now, subscription, Standing::Changed(body), out);
            }
            Command::NotifyUnasked { account, body } => {
                return self.notify_unasked(now, &account, &body);
            }
            Command::Ring { session, status, body } => {
                (session, SessionEvent::Ring(status.clamp(101, 199), body))
            }
            Command::Accept { session, body } => (session, SessionEvent::Accept(body)),
            Command::Refuse { session, status, reason, retry_after } => {
                let retry_after_s = retry_after.map(|pause| pause.as_secs().max(1));
                (session, SessionEvent::Refuse(Refusal { status, reason, retry_after_s }))
            }
            Command::HangUp { session, cause } => (session, SessionEvent::HangUp(cause)),
            Command::Reoffer { session, body } => (session, SessionEvent::Reoffer(body)),
            Command::AcceptReoffer { session, body } => {
                (session, SessionEvent::AcceptReoffer(body))
            }
            Command::RefuseReoffer { session, status } => {
                (session, SessionEvent::RefuseReoffer(status))
            }
        };
        self.tell_session(now, session, event);
    }

    fn call(&mut self, now: Now, invite: Invite, out: &mut Outbox<Effect>) {
        let session = invite.session;
        if self.sessions.by_id.contains_key(&session) {
            tracing::error!(%session, "a session id was used twice");
            return;
        }
        if let Some(failure) = self.objection_to_call(&invite) {
            out.push(Effect::Failed { session, failure });
            return;
        }
        let login = invite.trunk.as_ref().and_then(|name| self.settings.login_of(name));
        let reach = if invite.trunk.is_some() { Reach::Routed } else { Reach::Pinned };
        let credentials = login.map(Credentials::new);
        let identity = self.settings.identity.clone();
        let mut steps = Outbox::new();
        let mut context =
            Context { now: now.monotonic, entropy: &mut self.entropy, identity: identity.clone() };
        let begun = Session::calling(invite, reach, credentials, &mut context, &mut steps);
        self.sessions.insert(begun);
        self.take_steps(session, &mut steps);
    }

    pub(super) fn take_steps(
        &mut self,
        session: SessionId,
        steps: &mut Outbox<crate::sip::session::Step>,
    ) {
        for step in steps.drain() {
            self.steps.push((session, step));
        }
    }

    /// Our limits, and headers that would break the message: a value with a line break is
    /// somebody's attempt to write headers of his own.
    fn objection_to_call(&self, invite: &Invite) -> Option<Failure> {
        let refused = |status: u16, reason: &str| {
            let reason = reason.to_owned();
            Some(Failure::Refused { status, reason, retry_after: None, rang: false })
        };
        let broken = |text: &str| text.contains(['\r', '\n', '\0']);
        let typed = &invite.body.content_type;
        if broken(typed)
            || invite.headers.iter().any(|(name, value)| !is_token(name) || broken(value))
        {
            tracing::error!(session = %invite.session, "a header of ours holds a line break");
            return refused(400, "Bad Header");
        }
        if self.sessions.by_id.len() >= self.settings.limits.sessions_max {
            return refused(503, "Too Many Sessions Here");
        }
        None
    }

    /// Sends OPTIONS to a trunk.
    fn ask(&mut self, now: Now, trunk: String, path: Path, uri: &Uri) {
        let identity = self.settings.identity.clone();
        let mut context =
            Context { now: now.monotonic, entropy: &mut self.entropy, identity: identity.clone() };
        let (branch, tag) = (context.branch(), context.tag());
        let call_id = context.entropy.token(24);
        let from = NameAddr::new(Uri::sip(Some("ringback"), identity.address_for(&path), None));
        let request = Message::request(Method::OPTIONS, uri.as_request_uri())
            .with("Via", identity.via(&path, branch))
            .with("Max-Forwards", "70")
            .with("From", from.with_tag(&tag).to_string())
            .with("To", NameAddr::new(uri.clone()).to_string())
            .with("Call-ID", call_id)
            .with("CSeq", "1 OPTIONS")
            .with("Contact", identity.contact(&path))
            .with("Accept", ACCEPT)
            .with("User-Agent", PRODUCT);
        let user = Some(User::Options(trunk));
        self.table.begin(now.monotonic, (branch, request), path, user, &mut self.table_out);
    }
}

impl UserAgentSettings {
    fn login_of(&self, trunk: &str) -> Option<crate::sip::digest::Login> {
        self.trunks.get(trunk)?.login.clone()
    }
}
