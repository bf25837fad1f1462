//! Calls to us: the ladder, CANCEL and its races, lost ACKs.

use super::*;

/// A call that was accepted; gives its session and our To.
fn accepted(desk: &mut Desk) -> (SessionId, String) {
    desk.hears(CARRIER, &invite("one"));
    let session = desk.incoming().session;
    desk.orders(Command::Accept { session, body: Body::sdp(ANSWER) });
    let to = desk.last("200 INVITE").headers.first("To").expect("a To").to_owned();
    desk.sends();
    (session, to)
}

#[test]
fn a_call_rings_is_answered_confirmed_and_ended_by_the_caller() {
    let mut desk = Desk::new();
    desk.hears(CARRIER, &invite("one"));
    assert_eq!(desk.sends(), ["100 INVITE"]);
    let incoming = desk.incoming();
    let session = incoming.session;
    assert_eq!(incoming.who, crate::sip::event::Who::Trunk("carrier".to_owned()));
    assert_eq!(incoming.body, Some(Body::sdp(OFFER)));
    desk.orders(Command::Ring { session, status: 180, body: None });
    desk.orders(Command::Accept { session, body: Body::sdp(ANSWER) });
    let (path, answer) = desk.sent.last().cloned().expect("an answer");
    assert_eq!(path.remote.to_string(), CARRIER);
    assert_eq!(answer.body, ANSWER);
    assert_eq!(answer.headers.first("Contact"), Some("<sip:ringback@10.0.0.1:5060>"));
    assert_eq!(desk.sends(), ["180 INVITE", "200 INVITE"]);
    let to = answer.headers.first("To").expect("a To").to_owned();
    desk.hears(CARRIER, &from_caller("one", "ACK", (1, "ack"), &to, ""));
    desk.hears(CARRIER, &from_caller("one", "BYE", (2, "bye"), &to, ""));
    assert_eq!(desk.sends(), ["200 BYE"]);
    assert_eq!(desk.tells(), ["confirmed", "ended ByPeer"]);
    desk.waits(Duration::from_secs(33));
    assert_eq!((desk.counts(), desk.sends()), (Counts::default(), Vec::new()));
}

#[test]
fn the_ack_to_an_answer_with_our_offer_brings_the_callers_answer() {
    let mut desk = Desk::new();
    let without = invite("one").split("Content-Type").next().expect("headers").to_owned() + "\n";
    desk.hears(CARRIER, &without);
    let incoming = desk.incoming();
    assert_eq!(incoming.body, None);
    let session = incoming.session;
    desk.orders(Command::Accept { session, body: Body::sdp(OFFER) });
    let to = desk.last("200 INVITE").headers.first("To").expect("a To").to_owned();
    let answer = format!("Content-Type: application/sdp\n\n{ANSWER}");
    desk.hears(CARRIER, &from_caller("one", "ACK", (1, "ack"), &to, &answer));
    assert_eq!(desk.tells(), ["confirmed with body"]);
}

#[test]
fn an_answer_is_repeated_until_its_ack_comes() {
    let mut desk = Desk::new();
    let (_, to) = accepted(&mut desk);
    // 500, 1500, 3500, 7500 ms.
    desk.waits(Duration::from_millis(7_600));
    assert_eq!(desk.sends(), ["200 INVITE"; 4]);
    desk.hears(CARRIER, &from_caller("one", "ACK", (1, "ack"), &to, ""));
    desk.waits(Duration::from_secs(20));
    assert_eq!((desk.sends(), desk.tells()), (Vec::new(), vec!["confirmed".to_owned()]));
}

#[test]
fn without_an_ack_the_call_is_lost_after_32_seconds_and_gets_a_bye() {
    let mut desk = Desk::new();
    accepted(&mut desk);
    desk.waits(Duration::from_secs(31));
    assert!(desk.tells().is_empty());
    desk.sends();
    desk.waits(Duration::from_secs(1));
    assert_eq!((desk.sends().pop(), desk.tells()), (Some("BYE".into()), vec!["ended Lost".into()]));
    desk.waits(Duration::from_secs(33));
    assert_eq!((desk.counts(), desk.tells()), (Counts::default(), Vec::new()));
}

#[test]
fn a_hang_up_before_the_ack_sends_bye_only_after_it() {
    let mut desk = Desk::new();
    let (session, to) = accepted(&mut desk);
    desk.orders(Command::HangUp { session, cause: None });
    assert_eq!((desk.sends(), desk.tells()), (Vec::new(), vec!["ended ByUs".to_owned()]));
    desk.hears(CARRIER, &from_caller("one", "ACK", (1, "ack"), &to, ""));
    assert_eq!((desk.sends(), desk.tells()), (vec!["BYE".to_owned()], Vec::new()));
}

#[test]
fn a_cancelled_call_gets_200_and_487_and_ends_once() {
    let mut desk = Desk::new();
    desk.hears(CARRIER, &invite("one"));
    let session = desk.incoming().session;
    desk.orders(Command::Ring { session, status: 180, body: None });
    desk.sends();
    let cancel = from_caller("one", "CANCEL", (1, "one"), "<sip:5000@10.0.0.1>", "");
    desk.hears(CARRIER, &cancel.replace("sip:ringback@10.0.0.1:5060", "sip:5000@10.0.0.1"));
    let tags = ["200 CANCEL", "487 INVITE"].map(|title| desk.last(title).to_tag());
    assert!(tags[0].is_some() && tags[0] == tags[1], "one tag (RFC 3261 §9.2)");
    assert_eq!(desk.sends(), ["200 CANCEL", "487 INVITE"]);
    assert_eq!(desk.tells(), ["ended Cancelled"]);
    desk.orders(Command::Accept { session, body: Body::sdp(ANSWER) });
    assert!(desk.sends().is_empty(), "too late");
    // The ACK to the 487 travels in the transaction of the INVITE.
    let ack = from_caller("one", "ACK", (1, "one"), "<sip:5000@10.0.0.1>;tag=x", "");
    desk.hears(CARRIER, &ack);
    desk.waits(Duration::from_secs(33));
    assert_eq!((desk.counts(), desk.sends()), (Counts::default(), Vec::new()));
}

#[test]
fn a_cancel_that_crosses_our_answer_changes_nothing() {
    let mut desk = Desk::new();
    let (_, to) = accepted(&mut desk);
    let cancel = from_caller("one", "CANCEL", (1, "one"), "<sip:5000@10.0.0.1>", "");
    desk.hears(CARRIER, &cancel);
    assert_eq!((desk.sends(), desk.tells()), (vec!["200 CANCEL".to_owned()], Vec::new()));
    desk.hears(CARRIER, &from_caller("one", "ACK", (1, "ack"), &to, ""));
    assert_eq!(desk.tells(), ["confirmed"]);
}

#[test]
fn a_cancel_of_nothing_gets_481_and_leaves_nothing() {
    let mut desk = Desk::new();
    desk.hears(CARRIER, &from_caller("one", "CANCEL", (1, "one"), "<sip:5000@10.0.0.1>", ""));
    assert_eq!((desk.sends(), desk.counts()), (vec!["481 CANCEL".to_owned()], Counts::default()));
}

#[test]
fn a_bye_before_the_answer_ends_the_call_with_487() {
    let mut desk = Desk::new();
    desk.hears(CARRIER, &invite("one"));
    let session = desk.incoming().session;
    desk.orders(Command::Ring { session, status: 180, body: None });
    let to = desk.last("180 INVITE").headers.first("To").expect("a To").to_owned();
    desk.sends();
    desk.hears(CARRIER, &from_caller("one", "BYE", (2, "bye"), &to, ""));
    assert_eq!(desk.sends(), ["200 BYE", "487 INVITE"]);
    assert_eq!(desk.tells(), ["ended ByPeer"]);
}

#[test]
fn a_refusal_names_the_fault_and_when_to_come_back_and_is_repeated() {
    let mut desk = Desk::new();
    desk.hears(CARRIER, &invite("one"));
    let session = desk.incoming().session;
    let reason = Some("Queue Is Full".to_owned());
    let retry_after = Some(Duration::from_secs(30));
    desk.orders(Command::Refuse { session, status: 503, reason, retry_after });
    let refusal = desk.last("503 INVITE");
    assert_eq!(refusal.reason(), "Queue Is Full");
    assert_eq!(refusal.headers.first("Retry-After"), Some("30"));
    assert_eq!(desk.tells(), ["ended ByUs"]);
    desk.sends();
    desk.waits(Duration::from_millis(1_600));
    assert_eq!(desk.sends(), ["503 INVITE"; 2]);
}

#[test]
fn a_phone_that_rings_on_says_so_each_minute() {
    let mut desk = Desk::new();
    desk.hears(CARRIER, &invite("one"));
    let session = desk.incoming().session;
    desk.orders(Command::Ring { session, status: 180, body: None });
    desk.sends();
    desk.waits(Duration::from_secs(121));
    assert_eq!(desk.sends(), ["180 INVITE"; 2]);
}

#[test]
fn a_repeated_invite_is_one_call() {
    let mut desk = Desk::new();
    for _ in 0..3 {
        desk.hears(CARRIER, &invite("one"));
    }
    assert_eq!(desk.tells(), ["incoming"]);
    assert_eq!(desk.sends(), ["100 INVITE"; 3]);
}

#[test]
fn a_peer_of_rfc_2543_is_served_without_magic_branches() {
    let mut desk = Desk::new();
    let old = |text: String| text.replace(";branch=z9hG4bKone;rport", ";branch=1");
    desk.hears(CARRIER, &old(invite("one")));
    desk.hears(CARRIER, &old(invite("one")));
    let session = desk.incoming().session;
    desk.orders(Command::Refuse { session, status: 486, reason: None, retry_after: None });
    let to = desk.last("486 INVITE").headers.first("To").expect("a To").to_owned();
    assert_eq!(desk.sends(), ["100 INVITE", "100 INVITE", "486 INVITE"]);
    let ack = from_caller("one", "ACK", (1, "one"), &to, "");
    desk.hears(CARRIER, &old(ack).replace("sip:ringback@10.0.0.1:5060", "sip:5000@10.0.0.1"));
    desk.waits(Duration::from_secs(6));
    assert_eq!((desk.sends(), desk.counts()), (Vec::new(), Counts::default()));
}
