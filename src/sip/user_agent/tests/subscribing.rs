//! Agents' phones that want to know of waiting messages.

use super::*;
use crate::base::id::SubscriptionId;
use crate::sip::event::Subscribed;

fn subscribe(cseq: u32, to: &str, lines: &str) -> String {
    format!(
        "SUBSCRIBE sip:alice@10.0.0.1 SIP/2.0\n\
         Via: SIP/2.0/UDP 10.9.9.9:5062;branch=z9hG4bKsub{cseq};rport\n\
         Max-Forwards: 70\n\
         From: <sip:alice@10.0.0.1>;tag=phone\n\
         To: <sip:alice@10.0.0.1>{to}\n\
         Call-ID: light-of-alice\n\
         CSeq: {cseq} SUBSCRIBE\n\
         Contact: <sip:alice@10.9.9.9:5062>\n{lines}\n"
    )
}

const SUMMARY: &str = "Event: message-summary\nExpires: 600\n";

/// The phone has shown its password with these lines.
fn asks(desk: &mut Desk, lines: &str) {
    desk.hears(PHONE, &subscribe(1, "", lines));
    let response = desk.last("401 SUBSCRIBE");
    let asked = response.headers.lines("WWW-Authenticate").next().expect("a challenge").to_owned();
    let said = authorization(&asked, Method::SUBSCRIBE, "sip:alice@10.0.0.1", "secret");
    desk.hears(PHONE, &subscribe(2, "", &format!("{lines}{said}")));
}

fn subscribed(desk: &Desk) -> Subscribed {
    let found = desk.told.iter().find_map(|effect| {
        let Effect::Subscribed(subscribed) = effect else { return None };
        Some(subscribed.clone())
    });
    found.expect("a subscription")
}

fn body(text: &str) -> Body {
    Body {
        content_type: "application/simple-message-summary".to_owned(),
        bytes: text.to_owned().into(),
    }
}

/// The phone answers the latest NOTIFY.
fn answers(desk: &mut Desk, status: &str) {
    let text = reply(&desk.last("NOTIFY"), status, "", "");
    desk.hears(PHONE, &text);
}

#[test]
fn a_phone_with_the_right_password_may_subscribe() {
    let mut desk = Desk::new();
    asks(&mut desk, SUMMARY);
    let Subscribed { subscription, account, resource, .. } = subscribed(&desk);
    assert_eq!((account.as_str(), resource.as_str()), ("alice", "alice"));
    desk.orders(Command::AcceptSubscription { subscription, body: body("dark") });
    let granted = desk.last("200 SUBSCRIBE");
    assert_eq!(granted.expires(), Some(600));
    let notify = desk.last("NOTIFY");
    assert_eq!(notify.headers.first("Event"), Some("message-summary"));
    assert_eq!(notify.to_tag().as_deref(), Some("phone"));
    assert_eq!(notify.from_tag(), granted.to_tag());
    answers(&mut desk, "200 OK");
    desk.orders(Command::Notify { subscription, body: body("lit") });
    assert_eq!(&desk.last("NOTIFY").body[..], b"lit");
    answers(&mut desk, "481 Gone");
    assert!(is_over(&desk, subscription));
}

#[test]
fn an_unknown_event_and_a_short_life_are_refused() {
    let mut desk = Desk::new();
    asks(&mut desk, "Event: presence\n");
    assert_eq!(desk.last("489 SUBSCRIBE").headers.first("Allow-Events"), Some("message-summary"));
    let mut desk = Desk::new();
    asks(&mut desk, "Event: message-summary\nExpires: 5\n");
    assert_eq!(desk.last("423 SUBSCRIBE").min_expires(), Some(60));
}

#[test]
fn a_phone_that_is_gone_leaves_nothing_behind() {
    let mut desk = Desk::new();
    asks(&mut desk, SUMMARY);
    let Subscribed { subscription, .. } = subscribed(&desk);
    desk.orders(Command::AcceptSubscription { subscription, body: body("dark") });
    desk.waits(Duration::from_secs(64));
    assert!(is_over(&desk, subscription));
    assert_eq!(desk.counts(), Counts::default());
}

#[test]
fn a_stranger_and_a_trunk_may_not_subscribe() {
    let mut desk = Desk::new();
    let text = subscribe(1, "", SUMMARY).replace("alice", "bob");
    desk.hears(STRANGER, &text);
    desk.hears(CARRIER, &text);
    assert_eq!(desk.sends(), ["403 SUBSCRIBE", "405 SUBSCRIBE"]);
}

#[test]
fn phones_may_be_told_unasked() {
    let mut desk = Desk::new();
    desk.orders(Command::NotifyUnasked { account: "alice".to_owned(), body: body("lit") });
    assert_eq!(desk.sends(), Vec::<String>::new(), "no phone is registered");
}

fn is_over(desk: &Desk, id: SubscriptionId) -> bool {
    desk.told.iter().any(
        |effect| matches!(effect, Effect::Unsubscribed { subscription } if *subscription == id),
    )
}
