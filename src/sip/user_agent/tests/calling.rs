//! Calls that we make: the ladder, CANCEL and its races, digest, forks, routes.

use super::*;

/// A call of ours that the carrier answered; the INVITE and our session.
fn answered(desk: &mut Desk, contact: &str, rest: &str) -> (SessionId, Message) {
    let session = desk.calls();
    let invite = desk.last("INVITE");
    desk.hears(CARRIER, &reply(&invite, "200 OK", "far", &(rest.to_owned() + &answer_of(contact))));
    (session, invite)
}

#[test]
fn a_call_is_tried_rings_is_answered_and_hung_up() {
    let mut desk = Desk::new();
    let session = desk.calls();
    let invite = desk.last("INVITE");
    assert_eq!(invite.headers.first("P-Asserted-Identity"), Some("<tel:+48220000000>"));
    assert_eq!(invite.body, OFFER);
    desk.hears(CARRIER, &reply(&invite, "100 Trying", "", ""));
    desk.hears(CARRIER, &reply(&invite, "180 Ringing", "far", ""));
    let answer = reply(&invite, "200 OK", "far", &answer_of("sip:b@192.0.2.20:5080"));
    desk.hears(CARRIER, &answer);
    let (path, ack) = desk.sent.last().cloned().expect("an ACK");
    assert_eq!(path.remote.to_string(), "192.0.2.20:5080", "straight to the Contact");
    assert_eq!(ack.uri().map(ToString::to_string).as_deref(), Some("sip:b@192.0.2.20:5080"));
    assert_eq!(ack.cseq(), Some((1, Method::ACK)));
    desk.hears(CARRIER, &answer);
    assert_eq!(desk.sends(), ["INVITE", "ACK", "ACK"]);
    assert_eq!(desk.tells(), ["progress 180", "answered with body"]);
    desk.orders(Command::HangUp { session, cause: None });
    let bye = desk.last("BYE");
    assert_eq!(bye.cseq(), Some((2, Method::BYE)));
    desk.hears(CARRIER, &reply(&bye, "200 OK", "", ""));
    assert_eq!(desk.tells(), ["ended ByUs"]);
    desk.waits(Duration::from_secs(33));
    assert_eq!(desk.counts(), Counts::default());
}

#[test]
fn a_refusal_is_acknowledged_and_told_with_its_reason() {
    let mut desk = Desk::new();
    desk.calls();
    let invite = desk.last("INVITE");
    desk.hears(CARRIER, &reply(&invite, "180 Ringing", "far", ""));
    desk.hears(CARRIER, &reply(&invite, "486 Busy Here", "far", "Retry-After: 9\n"));
    let ack = desk.last("ACK");
    assert_eq!(ack.via(), invite.via(), "in the transaction of the INVITE");
    assert_eq!(ack.to_tag().as_deref(), Some("far"));
    let told = desk.tells().pop().expect("a failure");
    assert!(told.contains("486") && told.contains("9s") && told.contains("rang: true"), "{told}");
    desk.waits(Duration::from_secs(33));
    assert_eq!(desk.counts(), Counts::default());
}

#[test]
fn a_redirection_is_a_refusal_and_not_followed() {
    let mut desk = Desk::new();
    desk.calls();
    let invite = desk.last("INVITE");
    let moved = "Contact: <sip:elsewhere@203.0.113.5>\n";
    desk.hears(CARRIER, &reply(&invite, "302 Moved Temporarily", "far", moved));
    assert_eq!(desk.sends(), ["INVITE", "ACK"]);
    assert!(desk.tells().pop().is_some_and(|told| told.contains("302")));
}

#[test]
fn nobody_answers_for_32_seconds_and_the_call_is_unreachable() {
    let mut desk = Desk::new();
    desk.calls();
    desk.waits(Duration::from_secs(32));
    assert_eq!(desk.sends(), ["INVITE"; 7]);
    assert_eq!(desk.tells(), ["failed Unreachable { rang: false }"]);
    assert_eq!(desk.counts(), Counts::default());
}

#[test]
fn a_network_that_refuses_fails_the_call_at_once() {
    let mut desk = Desk::new();
    desk.calls();
    let event = Event::Undeliverable { path: udp(CARRIER) };
    desk.agent.handle(desk.now, event, &mut desk.out);
    desk.collect();
    assert_eq!(desk.tells(), ["failed Unreachable { rang: false }"]);
    assert_eq!(desk.counts(), Counts::default());
}

#[test]
fn a_hang_up_before_any_answer_waits_with_its_cancel_for_one() {
    let mut desk = Desk::new();
    let session = desk.calls();
    let invite = desk.last("INVITE");
    desk.orders(Command::HangUp { session, cause: None });
    assert_eq!(desk.tells(), ["failed Cancelled"]);
    assert_eq!(desk.sends(), ["INVITE"]);
    desk.hears(CARRIER, &reply(&invite, "100 Trying", "", ""));
    let cancel = desk.last("CANCEL");
    assert_eq!((cancel.via(), cancel.cseq()), (invite.via(), Some((1, Method::CANCEL))));
    desk.hears(CARRIER, &reply(&cancel, "200 OK", "far", ""));
    desk.hears(CARRIER, &reply(&invite, "487 Request Terminated", "far", ""));
    assert_eq!(desk.sends(), ["CANCEL", "ACK"]);
    desk.waits(Duration::from_secs(33));
    assert_eq!((desk.counts(), desk.tells()), (Counts::default(), Vec::new()));
}

#[test]
fn an_answer_that_crosses_our_cancel_gets_ack_and_bye() {
    let mut desk = Desk::new();
    let session = desk.calls();
    let invite = desk.last("INVITE");
    desk.hears(CARRIER, &reply(&invite, "180 Ringing", "far", ""));
    desk.orders(Command::HangUp { session, cause: None });
    desk.hears(CARRIER, &reply(&invite, "200 OK", "far", &answer_of("sip:b@192.0.2.10")));
    assert_eq!(desk.sends(), ["INVITE", "CANCEL", "ACK", "BYE"]);
    assert_eq!(desk.tells(), ["progress 180", "failed Cancelled"]);
}

#[test]
fn a_cancel_that_brings_no_answer_is_given_up_after_32_seconds() {
    let mut desk = Desk::new();
    let session = desk.calls();
    let invite = desk.last("INVITE");
    desk.hears(CARRIER, &reply(&invite, "180 Ringing", "far", ""));
    desk.orders(Command::HangUp { session, cause: None });
    desk.waits(Duration::from_secs(33));
    assert_eq!(desk.counts(), Counts::default());
}

#[test]
fn the_second_fork_that_answers_gets_ack_and_bye() {
    let mut desk = Desk::new();
    let (_, invite) = answered(&mut desk, "sip:b@192.0.2.20", "");
    let second = reply(&invite, "200 OK", "other", &answer_of("sip:c@192.0.2.30"));
    desk.sends();
    desk.hears(CARRIER, &second);
    desk.hears(CARRIER, &second);
    let bye = desk.last("BYE");
    assert_eq!(bye.to_tag().as_deref(), Some("other"));
    assert_eq!(bye.uri().map(ToString::to_string).as_deref(), Some("sip:c@192.0.2.30"));
    assert_eq!(desk.sends(), ["ACK", "BYE", "ACK"]);
    assert_eq!(desk.tells(), ["answered with body"]);
}

const CHALLENGE: &str =
    "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\", algorithm=MD5\n";

#[test]
fn a_407_is_answered_once_with_the_trunks_login() {
    let mut desk = Desk::new();
    desk.calls();
    let first = desk.last("INVITE");
    desk.hears(CARRIER, &reply(&first, "407 Proxy Authentication Required", "p", CHALLENGE));
    assert_eq!(desk.sends(), ["INVITE", "ACK", "INVITE"][..].to_vec());
    desk.waits(Duration::from_millis(500));
    let second = desk.last("INVITE");
    assert_eq!(second.cseq(), Some((2, Method::INVITE)));
    assert_ne!(second.via(), first.via());
    assert_eq!((second.call_id(), second.from_tag()), (first.call_id(), first.from_tag()));
    assert_eq!(second.to_tag(), None);
    let said = second.headers.first("Proxy-Authorization").expect("credentials");
    assert!(said.contains("username=\"ring\"") && said.contains("nc=00000001"), "{said}");
    assert!(!second.to_bytes().windows(6).any(|word| word == b"s3same"), "never the password");
    // The same challenge again: the login is wrong, and that is the end.
    desk.hears(CARRIER, &reply(&second, "407 Proxy Authentication Required", "p", CHALLENGE));
    assert!(desk.tells().pop().is_some_and(|told| told.contains("407")));
}

#[test]
fn a_stale_nonce_is_answered_anew_but_not_without_end() {
    let mut desk = Desk::new();
    desk.calls();
    let mut tries = 0;
    for nonce in 0..9 {
        let Some((_, invite)) = desk.sent.iter().rev().find(|(_, m)| title(m) == "INVITE") else {
            break;
        };
        tries += 1;
        let stale = format!("stale=true, nonce=\"s{nonce}\"");
        let challenge = CHALLENGE.replace("nonce=\"n1\"", &stale);
        let text = reply(invite, "407 Proxy Authentication Required", "p", &challenge);
        desk.sent.clear();
        desk.hears(CARRIER, &text);
    }
    assert_eq!(tries, 4);
    assert!(desk.tells().pop().is_some_and(|told| told.contains("407")));
}

#[test]
fn a_challenged_bye_goes_out_again_with_credentials() {
    let mut desk = Desk::new();
    let (session, _) = answered(&mut desk, "sip:b@192.0.2.10", "");
    desk.orders(Command::HangUp { session, cause: None });
    let bye = desk.last("BYE");
    desk.hears(CARRIER, &reply(&bye, "407 Proxy Authentication Required", "far", CHALLENGE));
    let again = desk.last("BYE");
    assert_eq!(again.cseq(), Some((3, Method::BYE)));
    assert!(again.headers.has("Proxy-Authorization"));
}

#[test]
fn credentials_stay_away_from_a_contact_elsewhere() {
    let mut desk = Desk::new();
    let (session, _) = answered(&mut desk, "sip:b@203.0.113.99", "");
    desk.orders(Command::HangUp { session, cause: None });
    let bye = desk.last("BYE");
    desk.hears(CARRIER, &reply(&bye, "407 Proxy Authentication Required", "far", CHALLENGE));
    assert!(!desk.last("BYE").headers.has("Proxy-Authorization"));
}

#[test]
fn loose_routes_are_reversed_and_the_target_stays_in_the_request_uri() {
    let mut desk = Desk::new();
    let routes = "Record-Route: <sip:192.0.2.2;lr>, <sip:192.0.2.1;lr>\n";
    let (session, _) = answered(&mut desk, "sip:b@192.0.2.99", routes);
    desk.orders(Command::HangUp { session, cause: None });
    let (path, bye) = desk.sent.last().cloned().expect("a BYE");
    assert_eq!(path.remote.to_string(), "192.0.2.1:5060");
    assert_eq!(bye.uri().map(ToString::to_string).as_deref(), Some("sip:b@192.0.2.99"));
    let routes: Vec<&str> = bye.headers.all("Route").collect();
    assert_eq!(routes, ["<sip:192.0.2.1;lr>", "<sip:192.0.2.2;lr>"]);
}

#[test]
fn a_strict_router_finds_itself_in_the_request_uri_and_the_target_last() {
    let mut desk = Desk::new();
    let routes = "Record-Route: <sip:192.0.2.2;lr>\nRecord-Route: <sip:old@192.0.2.1>\n";
    let (session, _) = answered(&mut desk, "sip:b@192.0.2.99", routes);
    desk.orders(Command::HangUp { session, cause: None });
    let (path, bye) = desk.sent.last().cloned().expect("a BYE");
    assert_eq!(path.remote.to_string(), "192.0.2.1:5060");
    assert_eq!(bye.uri().map(ToString::to_string).as_deref(), Some("sip:old@192.0.2.1"));
    let routes: Vec<&str> = bye.headers.all("Route").collect();
    assert_eq!(routes, ["<sip:192.0.2.2;lr>", "<sip:b@192.0.2.99>"]);
}

#[test]
fn a_header_with_a_line_break_sends_nothing() {
    let mut desk = Desk::new();
    let session = desk.agent.mint_session();
    let uri = Uri::parse("sip:b@carrier.example").expect("a URI");
    desk.orders(Command::Invite(Box::new(Invite {
        session,
        uri: uri.clone(),
        from: NameAddr::new(uri.clone()),
        to: NameAddr::new(uri),
        path: udp(CARRIER),
        trunk: None,
        headers: vec![("Subject".to_owned(), "a\r\nRoute: <sip:evil>".to_owned())],
        body: Body::sdp(OFFER),
    })));
    assert_eq!((desk.sends(), desk.tells().len()), (Vec::new(), 1));
}

#[test]
fn a_trunk_is_asked_whether_it_lives() {
    let mut desk = Desk::new();
    let ask = || Command::Options {
        trunk: "carrier".to_owned(),
        path: udp(CARRIER),
        uri: Uri::parse("sip:carrier.example").expect("a URI"),
    };
    desk.orders(ask());
    let options = desk.last("OPTIONS");
    desk.hears(CARRIER, &reply(&options, "404 Not Found", "far", ""));
    assert_eq!(desk.tells(), ["options carrier Some(404)"]);
    desk.orders(ask());
    desk.waits(Duration::from_secs(32));
    assert_eq!(desk.tells(), ["options carrier None"]);
    assert_eq!(desk.counts(), Counts::default());
}

#[test]
fn a_response_to_somebody_else_is_dropped() {
    let mut desk = Desk::new();
    desk.calls();
    let invite = desk.last("INVITE");
    let answer = reply(&invite, "486 Busy Here", "far", "");
    let other = answer.replace("UDP 10.0.0.1:5060", "UDP 10.0.0.2:5060");
    desk.hears(CARRIER, &other);
    let twice = answer.replace("From:", "Via: SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKx\nFrom:");
    desk.hears(CARRIER, &twice);
    assert!(desk.tells().is_empty());
}

#[test]
fn a_fork_that_sends_info_before_the_answer_is_heard_and_an_unknown_one_is_not() {
    let mut desk = Desk::new();
    desk.calls();
    let invite = desk.last("INVITE");
    desk.hears(CARRIER, &reply(&invite, "183 Session Progress", "early", ""));
    let (ours, call_id) = (invite.headers.first("From").expect("us"), invite.call_id());
    let call_id = call_id.expect("a Call-ID");
    let info = |tag: &str| {
        format!(
            "INFO sip:ringback@10.0.0.1:5060 SIP/2.0\n\
             Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKinfo{tag}\n\
             Max-Forwards: 70\n\
             From: <sip:+48600000001@carrier.example>;tag={tag}\n\
             To: {ours}\nCall-ID: {call_id}\nCSeq: 7 INFO\n\
             Content-Type: application/dtmf-relay\n\nSignal=5\n"
        )
    };
    desk.hears(CARRIER, &info("early"));
    desk.hears(CARRIER, &info("late"));
    assert_eq!(desk.sends(), ["INVITE", "200 INFO", "481 INFO"]);
    assert_eq!(desk.tells(), ["progress 183", "info application/dtmf-relay"]);
}
