//! Phones that want to know of a state of ours, such as waiting messages.

use super::{User, UserAgent};
use crate::base::id::SubscriptionId;
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Moment, Now};
use crate::sip::dialog::{Dialog, Reach};
use crate::sip::event::{Body, Effect, Path, Subscribed};
use crate::sip::identity::{Context, PRODUCT, TAG_LETTERS};
use crate::sip::message::Message;
use crate::sip::method::Method;
use crate::sip::subscription::{EXPIRY_MIN, Event, Step, Subscription, wanted};
use crate::sip::transaction::key::ServerId;
use crate::sip::uri::{NameAddr, Uri};
use std::collections::BTreeMap;

/// The one event package that is told of (RFC 3842).
pub(super) const PACKAGE: &str = "message-summary";
/// Most subscriptions; more get 503.
const SUBSCRIPTIONS_MAX: usize = 10_000;

/// All subscriptions.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    by_id: BTreeMap<SubscriptionId, Subscription>,
    by_dialog: BTreeMap<(String, String), SubscriptionId>,
}

impl Subscriptions {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn deadline(&self) -> Option<Deadline> {
        let due = self.by_id.values().map(Subscription::deadline);
        due.fold(None, Deadline::earliest)
    }

    /// The subscription of a request with our tag in To.
    pub(super) fn of_request(&self, request: &Message) -> Option<SubscriptionId> {
        let key = (request.call_id()?.to_owned(), request.to_tag()?);
        self.by_dialog.get(&key).copied()
    }

    fn due(&self, now: Moment) -> Vec<SubscriptionId> {
        let due = self.by_id.iter().filter(|(_, subscription)| {
            subscription.deadline().is_some_and(|deadline| deadline.at <= now)
        });
        due.map(|(id, _)| *id).collect()
    }
}

impl UserAgent {
    /// A SUBSCRIBE of an account whose digest was right; `None` once it is on its way, else the
    /// answer.
    pub(super) fn subscribe(
        &mut self,
        account: &str,
        request: &Message,
        came: Path,
        reply: Path,
        out: &mut Outbox<Effect>,
    ) -> Option<Message> {
        let answer = |status| Message::response_to(request, status, None);
        if package_of(request) != PACKAGE {
            return Some(answer(489).with("Allow-Events", PACKAGE));
        }
        if wanted(request).is_none() {
            return Some(answer(423).with("Min-Expires", EXPIRY_MIN.as_secs().to_string()));
        }
        if self.subscriptions.len() >= SUBSCRIPTIONS_MAX {
            return Some(answer(503));
        }
        let tag = self.entropy.token(TAG_LETTERS);
        let Some(dialog) = Dialog::called(request, &tag, came, Reach::Pinned) else {
            return Some(answer(400));
        };
        let resource = request.uri().and_then(|uri| uri.user().map(|user| user.into_owned()));
        let server = self.table.serve(request, reply)?;
        let id: SubscriptionId = self.ids.mint();
        let subscription = Subscription::asked(dialog, server, request.clone());
        self.subscriptions.by_dialog.insert(subscription.dialog_key(), id);
        self.subscriptions.by_id.insert(id, subscription);
        let resource = resource.unwrap_or_default();
        let account = account.to_owned();
        let remote = came.remote.ip();
        let subscribed = Subscribed { subscription: id, account, resource, remote };
        out.push(Effect::Subscribed(subscribed));
        None
    }

    /// A request of the subscriber in the dialog.
    pub(super) fn subscribed_again(
        &mut self,
        now: Now,
        id: SubscriptionId,
        server: ServerId,
        request: Message,
        out: &mut Outbox<Effect>,
    ) {
        if !request.is(&Method::SUBSCRIBE) {
            let response = Message::response_to(&request, 405, None).with("Allow", "SUBSCRIBE");
            return self.table.respond(now.monotonic, server, &response, &mut self.table_out);
        }
        self.tell_subscription(now, id, Event::Again(server, Box::new(request)), out);
    }

    /// What became of a NOTIFY: its status, or nothing.
    pub(super) fn notify_answered(
        &mut self,
        now: Now,
        id: SubscriptionId,
        status: Option<u16>,
        out: &mut Outbox<Effect>,
    ) {
        self.tell_subscription(now, id, status.map_or(Event::Lost, Event::Answered), out);
    }

    /// Ends what has lasted long enough.
    pub(super) fn subscriptions_due(&mut self, now: Now, out: &mut Outbox<Effect>) {
        for id in self.subscriptions.due(now.monotonic) {
            self.tell_subscription(now, id, Event::Timer, out);
        }
    }

    pub(super) fn tell_subscription(
        &mut self,
        now: Now,
        id: SubscriptionId,
        event: Event,
        out: &mut Outbox<Effect>,
    ) {
        let Some(subscription) = self.subscriptions.by_id.get_mut(&id) else { return };
        let identity = self.settings.identity.clone();
        let at = now.monotonic;
        let mut context = Context { now: at, entropy: &mut self.entropy, identity };
        let mut steps = Outbox::new();
        subscription.handle(event, &mut context, &mut steps);
        for step in steps.drain() {
            match step {
                Step::Respond(server, response) => {
                    self.table.respond(at, server, &response, &mut self.table_out);
                }
                Step::Notify { branch, message, path } => {
                    let user = Some(User::Subscription(id));
                    self.table.begin(at, (branch, *message), path, user, &mut self.table_out);
                }
                Step::Forget => self.forget_subscription(id, out),
            }
        }
    }

    fn forget_subscription(&mut self, id: SubscriptionId, out: &mut Outbox<Effect>) {
        if let Some(subscription) = self.subscriptions.by_id.remove(&id) {
            self.subscriptions.by_dialog.remove(&subscription.dialog_key());
            out.push(Effect::Unsubscribed { subscription: id });
        }
    }

    /// A NOTIFY that nobody has subscribed to, to all phones of an account: many wait for it.
    pub(super) fn notify_unasked(&mut self, now: Now, account: &str, body: &Body) {
        for binding in self.bindings(account, now) {
            let identity = self.settings.identity.clone();
            let path = binding.path;
            let at = now.monotonic;
            let mut context = Context { now: at, entropy: &mut self.entropy, identity };
            let (branch, tag) = (context.branch(), context.tag());
            let call_id = context.entropy.token(24);
            let host = context.identity.address_for(&path);
            let from = NameAddr::new(Uri::sip(Some("ringback"), host, None)).with_tag(&tag);
            let request = Message::request(Method::NOTIFY, binding.contact.as_request_uri())
                .with("Via", context.identity.via(&path, branch))
                .with("Max-Forwards", "70")
                .with("From", from.to_string())
                .with("To", NameAddr::new(binding.contact.clone()).to_string())
                .with("Call-ID", call_id)
                .with("CSeq", "1 NOTIFY")
                .with("Contact", context.identity.contact(&path))
                .with("Event", PACKAGE)
                .with("Subscription-State", "terminated;reason=timeout")
                .with("User-Agent", PRODUCT)
                .with_body(&body.content_type, body.bytes.clone());
            self.table.begin(at, (branch, request), path, None, &mut self.table_out);
        }
    }
}

/// The name of the event package, without its parameters.
fn package_of(request: &Message) -> String {
    let event = request.headers.first("Event").unwrap_or_default();
    event.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
