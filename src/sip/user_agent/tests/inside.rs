//! What happens within a call: new offers both ways, glare, INFO, order.

use super::*;

/// A call of the carrier that stands; its session and our To.
fn standing(desk: &mut Desk) -> (SessionId, String) {
    desk.hears(CARRIER, &invite("one"));
    let session = desk.incoming().session;
    desk.orders(Command::Accept { session, body: Body::sdp(ANSWER) });
    let to = desk.last("200 INVITE").headers.first("To").expect("a To").to_owned();
    desk.hears(CARRIER, &from_caller("one", "ACK", (1, "ack"), &to, ""));
    desk.sends();
    desk.tells();
    (session, to)
}

/// A call of ours that stands.
fn standing_ours(desk: &mut Desk) -> (SessionId, Message) {
    let session = desk.calls();
    let invite = desk.last("INVITE");
    desk.hears(CARRIER, &reply(&invite, "200 OK", "far", &answer_of("sip:b@192.0.2.10")));
    desk.sends();
    desk.tells();
    (session, invite)
}

fn offer(contact: &str) -> String {
    format!("Contact: <{contact}>\nContent-Type: application/sdp\n\n{OFFER}")
}

#[test]
fn a_reinvite_is_offered_to_the_switchboard_answered_and_acknowledged() {
    let mut desk = Desk::new();
    let (session, to) = standing(&mut desk);
    let moved = offer("sip:gw@192.0.2.44:5066");
    desk.hears(CARRIER, &from_caller("one", "INVITE", (2, "re"), &to, &moved));
    assert_eq!(
        (desk.sends(), desk.tells()),
        (vec!["100 INVITE".into()], vec!["reoffered with body".to_owned()])
    );
    desk.orders(Command::AcceptReoffer { session, body: Body::sdp(ANSWER) });
    desk.waits(Duration::from_millis(600));
    assert_eq!(desk.sends(), ["200 INVITE"; 2], "repeated until the ACK");
    desk.hears(CARRIER, &from_caller("one", "ACK", (2, "ack2"), &to, ""));
    desk.waits(Duration::from_secs(40));
    assert_eq!((desk.sends(), desk.tells()), (Vec::new(), Vec::new()));
    desk.orders(Command::HangUp { session, cause: None });
    let (path, bye) = desk.sent.last().cloned().expect("a BYE");
    assert_eq!(path.remote.to_string(), "192.0.2.44:5066", "the Contact was refreshed");
    assert_eq!(bye.uri().map(ToString::to_string).as_deref(), Some("sip:gw@192.0.2.44:5066"));
}

#[test]
fn a_reinvite_without_sdp_gets_our_offer_and_its_ack_brings_the_answer() {
    let mut desk = Desk::new();
    let (session, to) = standing(&mut desk);
    desk.hears(CARRIER, &from_caller("one", "INVITE", (2, "re"), &to, ""));
    assert_eq!(desk.tells(), ["reoffered"]);
    desk.orders(Command::AcceptReoffer { session, body: Body::sdp(OFFER) });
    let answer = format!("Content-Type: application/sdp\n\n{ANSWER}");
    desk.hears(CARRIER, &from_caller("one", "ACK", (2, "ack2"), &to, &answer));
    assert_eq!(desk.tells(), ["confirmed with body"]);
}

#[test]
fn a_refused_reinvite_leaves_the_call_and_its_contact_as_they_were() {
    let mut desk = Desk::new();
    let (session, to) = standing(&mut desk);
    let moved = offer("sip:gw@192.0.2.44:5066");
    desk.hears(CARRIER, &from_caller("one", "INVITE", (2, "re"), &to, &moved));
    desk.orders(Command::RefuseReoffer { session, status: 488 });
    assert_eq!(desk.sends(), ["100 INVITE", "488 INVITE"]);
    desk.orders(Command::HangUp { session, cause: None });
    let (path, _) = desk.sent.last().cloned().expect("a BYE");
    assert_eq!(path.remote.to_string(), CARRIER);
}

#[test]
fn a_reinvite_whose_answer_is_never_acknowledged_loses_the_call() {
    let mut desk = Desk::new();
    let (session, to) = standing(&mut desk);
    desk.hears(CARRIER, &from_caller("one", "INVITE", (2, "re"), &to, &offer("sip:g@192.0.2.1")));
    desk.orders(Command::AcceptReoffer { session, body: Body::sdp(ANSWER) });
    desk.waits(Duration::from_secs(32));
    assert_eq!(desk.tells(), ["reoffered with body", "ended Lost"]);
    assert_eq!(desk.last("BYE").cseq(), Some((1, Method::BYE)));
}

#[test]
fn a_cancelled_reinvite_gets_487_and_the_call_goes_on() {
    let mut desk = Desk::new();
    let (session, to) = standing(&mut desk);
    desk.hears(CARRIER, &from_caller("one", "INVITE", (2, "re"), &to, ""));
    desk.hears(CARRIER, &from_caller("one", "CANCEL", (2, "re"), &to, ""));
    assert_eq!(desk.sends(), ["100 INVITE", "200 CANCEL", "487 INVITE"]);
    desk.orders(Command::AcceptReoffer { session, body: Body::sdp(ANSWER) });
    assert_eq!((desk.sends(), desk.tells()), (Vec::new(), vec!["reoffered".to_owned()]));
}

#[test]
fn a_second_reinvite_before_the_first_is_answered_gets_500_and_retry_after() {
    let mut desk = Desk::new();
    let (_, to) = standing(&mut desk);
    desk.hears(CARRIER, &from_caller("one", "INVITE", (2, "re"), &to, ""));
    desk.hears(CARRIER, &from_caller("one", "INVITE", (3, "re3"), &to, ""));
    let refusal = desk.last("500 INVITE");
    assert!(refusal.retry_after().is_some_and(|pause| pause <= Duration::from_secs(10)));
}

#[test]
fn a_reinvite_that_meets_ours_gets_491() {
    let mut desk = Desk::new();
    let (session, to) = standing(&mut desk);
    desk.orders(Command::Reoffer { session, body: Body::sdp(OFFER) });
    desk.hears(CARRIER, &from_caller("one", "INVITE", (2, "re"), &to, ""));
    assert_eq!(desk.sends(), ["INVITE", "491 INVITE"]);
}

#[test]
fn our_reinvite_is_answered_and_acknowledged_and_a_repeat_again() {
    let mut desk = Desk::new();
    let (session, _) = standing_ours(&mut desk);
    desk.orders(Command::Reoffer { session, body: Body::sdp(OFFER) });
    let invite = desk.last("INVITE");
    assert_eq!(
        (invite.cseq(), invite.to_tag().as_deref()),
        (Some((2, Method::INVITE)), Some("far"))
    );
    let answer = reply(&invite, "200 OK", "", &answer_of("sip:b@192.0.2.11"));
    desk.hears(CARRIER, &answer);
    desk.hears(CARRIER, &answer);
    assert_eq!(desk.last("ACK").cseq(), Some((2, Method::ACK)));
    assert_eq!(desk.sends(), ["INVITE", "ACK", "ACK"]);
    assert_eq!(desk.tells(), ["reoffer answered with body"]);
}

#[test]
fn glare_makes_who_called_wait_longer_and_try_again() {
    for ours in [true, false] {
        let mut desk = Desk::new();
        let session = if ours { standing_ours(&mut desk).0 } else { standing(&mut desk).0 };
        desk.orders(Command::Reoffer { session, body: Body::sdp(OFFER) });
        let invite = desk.last("INVITE");
        desk.hears(CARRIER, &reply(&invite, "491 Request Pending", "", ""));
        desk.sends();
        let (early, late) = if ours { (2_099, 1_901) } else { (0, 2_000) };
        desk.waits(Duration::from_millis(early));
        assert!(desk.sends().is_empty(), "ours: {ours}");
        desk.waits(Duration::from_millis(late));
        assert!(desk.sends().contains(&"INVITE".to_owned()), "ours: {ours}");
        assert!(desk.tells().is_empty());
    }
}

#[test]
fn a_refused_offer_of_ours_leaves_the_call_and_a_481_ends_it() {
    let mut desk = Desk::new();
    let (session, _) = standing_ours(&mut desk);
    desk.orders(Command::Reoffer { session, body: Body::sdp(OFFER) });
    let invite = desk.last("INVITE");
    desk.hears(CARRIER, &reply(&invite, "488 Not Acceptable Here", "", ""));
    assert_eq!(desk.tells(), ["reoffer answered"]);
    desk.orders(Command::Reoffer { session, body: Body::sdp(OFFER) });
    let invite = desk.last("INVITE");
    desk.hears(CARRIER, &reply(&invite, "481 Call Does Not Exist", "", ""));
    assert_eq!(desk.tells(), ["ended Lost"]);
    assert_eq!(desk.sends().pop().as_deref(), Some("BYE"));
}

#[test]
fn an_update_is_a_new_offer_without_ack() {
    let mut desk = Desk::new();
    let (session, to) = standing(&mut desk);
    desk.hears(CARRIER, &from_caller("one", "UPDATE", (2, "up"), &to, &offer("sip:g@192.0.2.1")));
    desk.orders(Command::AcceptReoffer { session, body: Body::sdp(ANSWER) });
    assert_eq!(desk.last("200 UPDATE").body, ANSWER);
    desk.hears(CARRIER, &from_caller("one", "UPDATE", (3, "up3"), &to, ""));
    desk.waits(Duration::from_secs(40));
    assert_eq!(desk.sends(), ["200 UPDATE"; 2]);
    assert_eq!(desk.tells(), ["reoffered with body"]);
}

#[test]
fn info_is_answered_and_told_and_options_answered() {
    let mut desk = Desk::new();
    let (_, to) = standing(&mut desk);
    let keys = "Content-Type: application/dtmf-relay\n\nSignal=5\r\nDuration=160\r\n";
    desk.hears(CARRIER, &from_caller("one", "INFO", (2, "i"), &to, keys));
    desk.hears(CARRIER, &from_caller("one", "OPTIONS", (3, "o"), &to, ""));
    desk.hears(CARRIER, &from_caller("one", "REFER", (4, "r"), &to, ""));
    assert!(desk.last("405 REFER").headers.has("Allow"));
    assert_eq!(desk.sends(), ["200 INFO", "200 OPTIONS", "405 REFER"]);
    assert_eq!(desk.tells(), ["info application/dtmf-relay"]);
}

#[test]
fn an_older_request_than_the_last_gets_500() {
    let mut desk = Desk::new();
    let (_, to) = standing(&mut desk);
    desk.hears(CARRIER, &from_caller("one", "OPTIONS", (9, "o9"), &to, ""));
    desk.hears(CARRIER, &from_caller("one", "BYE", (8, "o8"), &to, ""));
    assert_eq!(
        (desk.sends(), desk.tells()),
        (vec!["200 OPTIONS".into(), "500 BYE".into()], vec![])
    );
}

#[test]
fn a_bye_with_the_wrong_tag_ends_nothing() {
    let mut desk = Desk::new();
    let (_, to) = standing(&mut desk);
    let forged = from_caller("one", "BYE", (2, "b"), &to, "").replace(";tag=far", ";tag=forged");
    desk.hears(STRANGER, &forged);
    let unknown = from_caller("one", "BYE", (2, "b2"), "<sip:5000@10.0.0.1>;tag=none", "");
    desk.hears(CARRIER, &unknown);
    assert_eq!((desk.sends(), desk.tells()), (vec!["481 BYE".to_owned(); 2], vec![]));
}

#[test]
fn byes_that_cross_are_both_answered_and_the_end_is_told_once() {
    let mut desk = Desk::new();
    let (session, to) = standing(&mut desk);
    desk.orders(Command::HangUp { session, cause: None });
    desk.hears(CARRIER, &from_caller("one", "BYE", (2, "b"), &to, ""));
    assert_eq!(desk.sends(), ["BYE", "200 BYE"]);
    assert_eq!(desk.tells(), ["ended ByUs"]);
}

#[test]
fn a_bye_ends_an_unanswered_reinvite_with_487() {
    let mut desk = Desk::new();
    let (_, to) = standing(&mut desk);
    desk.hears(CARRIER, &from_caller("one", "INVITE", (2, "re"), &to, ""));
    desk.hears(CARRIER, &from_caller("one", "BYE", (3, "b"), &to, ""));
    assert_eq!(desk.sends(), ["100 INVITE", "200 BYE", "487 INVITE"]);
    assert_eq!(desk.tells(), ["reoffered", "ended ByPeer"]);
}
