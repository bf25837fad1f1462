//! What is answered to requests that are wrong, too many, or from strangers.

use super::*;
use crate::sip::identity::ALLOW;

fn request(method: &str, lines: &str) -> String {
    let lines = if lines.contains("\n\n") { lines.to_owned() } else { format!("{lines}\n") };
    format!(
        "{method} sip:5000@10.0.0.1 SIP/2.0\n\
         Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKm1;rport\n\
         Max-Forwards: 70\n\
         From: <sip:+48600000001@carrier.example>;tag=far\n\
         To: <sip:5000@10.0.0.1>\n\
         Call-ID: manners\n\
         CSeq: 1 {method}\n{lines}"
    )
}

/// The only answer to one request from `from`.
fn answer(from: &str, text: &str) -> Message {
    let mut desk = Desk::new();
    desk.hears(from, text);
    desk.sent.retain(|(_, message)| title(message) != "100 INVITE");
    assert_eq!(desk.sent.len(), 1, "one answer to {text}");
    desk.sent.remove(0).1
}

#[test]
fn each_fault_has_its_status_and_says_what_is_right() {
    let told = |text: String, header: &str| {
        let answer = answer(CARRIER, &text);
        let value = answer.headers.lines(header).collect::<Vec<_>>().join(", ");
        (answer.status().unwrap_or(0), value)
    };
    let expect = |status: u16, value: &str| (status, value.to_owned());
    let rel = invite("a").replace("Max", "Require: 100rel, timer\nMax");
    assert_eq!(told(rel, "Unsupported"), expect(420, "100rel, timer"));
    let isup = invite("a").replace("application/sdp", "application/isup");
    assert_eq!(told(isup, "Accept"), expect(415, "application/sdp"));
    let zipped = invite("a").replace("Max", "Content-Encoding: gzip\nMax");
    assert_eq!(told(zipped, "Accept-Encoding"), expect(415, "identity"));
    let http = invite("a").replace("INVITE sip:5000@10.0.0.1", "INVITE http:example");
    assert_eq!(told(http, "Via").0, 416);
    assert!(told(request("REFER", ""), "Allow").1.starts_with("INVITE"));
    assert_eq!(told(request("REFER", ""), "Via").0, 405);
    let unknown = told(request("NEWMETHOD", ""), "Allow");
    assert!(unknown.0 == 501 && unknown.1.starts_with("INVITE"), "{unknown:?}");
    let text = invite("a").replace("Max", "Accept: text/plain, text/html;q=0.5\nMax");
    assert_eq!(told(text, "Via").0, 406);
    assert_eq!(told(request("BYE", ""), "Via").0, 481);
    let hops = request("OPTIONS", "").replace("Max-Forwards: 70", "Max-Forwards: 0");
    assert_eq!(told(hops, "Allow"), expect(200, ALLOW));
}

#[test]
fn an_optional_body_of_another_type_is_no_offer() {
    let mut desk = Desk::new();
    let text = invite("a")
        .replace("application/sdp", "application/isup")
        .replace("Max", "Content-Disposition: signal; handling=optional\nMax");
    desk.hears(CARRIER, &text);
    assert_eq!(desk.incoming().body, None);
}

#[test]
fn a_message_that_makes_no_sense_gets_400_and_the_fault_by_name() {
    let mut desk = Desk::new();
    let text = invite("a").replace("\n", "\r\n");
    let mut message = read_datagram(text.as_bytes()).expect("a message");
    message.headers.set("CSeq", "1 BYE");
    let event = Event::Received { message, path: udp(CARRIER) };
    desk.agent.handle(desk.now, event, &mut desk.out);
    let Some(Effect::Send { bytes, .. }) = desk.out.pop() else { panic!("an answer") };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(text.starts_with("SIP/2.0 400 CSeq Method Differs From Request Line\r\n"), "{text}");
    assert_eq!(desk.counts(), Counts::default());
}

#[test]
fn the_same_request_by_two_ways_gets_482() {
    let mut desk = Desk::new();
    desk.hears(CARRIER, &invite("one"));
    desk.sends();
    desk.hears(CARRIER, &invite("one").replace("z9hG4bKone", "z9hG4bKother"));
    assert_eq!(desk.sends(), ["482 INVITE"]);
    assert_eq!(desk.tells(), ["incoming"]);
}

#[test]
fn a_stranger_gets_little_and_leaves_nothing() {
    let mut desk = Desk::new();
    desk.hears(STRANGER, &invite("one"));
    desk.hears(STRANGER, &request("OPTIONS", ""));
    desk.hears(STRANGER, &request("REFER", ""));
    desk.hears(STRANGER, &request("ACK", ""));
    assert!(!desk.last("200 OPTIONS").headers.has("Allow"));
    assert_eq!(desk.sends(), ["403 INVITE", "200 OPTIONS", "403 REFER"]);
    assert_eq!((desk.counts(), desk.tells()), (Counts::default(), Vec::new()));
}

#[test]
fn a_strangers_repeat_gets_the_same_tag() {
    let mut desk = Desk::new();
    desk.hears(STRANGER, &invite("one"));
    desk.hears(STRANGER, &invite("one"));
    let tags: Vec<_> = desk.sent.iter().map(|(_, message)| message.to_tag()).collect();
    assert!(tags[0].is_some() && tags[0] == tags[1], "{tags:?}");
}

#[test]
fn the_answer_goes_to_the_source_that_rport_asked_for() {
    let mut desk = Desk::new();
    desk.hears("192.0.2.10:40999", &invite("one"));
    let (path, trying) = desk.sent.remove(0);
    assert_eq!(path.remote.to_string(), "192.0.2.10:40999");
    assert_eq!(trying.via().and_then(|via| via.rport()), Some(40_999));
}

#[test]
fn over_tcp_the_answer_takes_the_connection_and_nothing_but_the_2xx_is_repeated() {
    let mut desk = Desk::new();
    let remote = "192.0.2.10:40999".parse().expect("an address");
    let path = Path { transport: Transport::Tcp, remote, connection: Some(7) };
    desk.hears_by(path, &invite("one").replace("SIP/2.0/UDP", "SIP/2.0/TCP"));
    let session = desk.incoming().session;
    assert_eq!(desk.sent[0].0.connection, Some(7));
    desk.orders(Command::Refuse { session, status: 486, reason: None, retry_after: None });
    desk.sends();
    desk.waits(Duration::from_secs(33));
    assert_eq!((desk.sends(), desk.counts()), (Vec::new(), Counts::default()));
}

#[test]
fn too_many_transactions_or_sessions_get_503_but_calls_that_stand_are_served() {
    let mut settings = settings();
    settings.limits.sessions_max = 1;
    let mut desk = Desk::with(settings.clone());
    desk.hears(CARRIER, &invite("one"));
    desk.hears(CARRIER, &invite("two"));
    assert_eq!(desk.last("503 INVITE").headers.first("Retry-After"), Some("5"));
    settings.limits.transactions_max = 1;
    settings.limits.sessions_max = 9;
    let mut desk = Desk::with(settings);
    desk.hears(CARRIER, &invite("one"));
    let session = desk.incoming().session;
    desk.orders(Command::Accept { session, body: Body::sdp(ANSWER) });
    let to = desk.last("200 INVITE").headers.first("To").expect("a To").to_owned();
    desk.sends();
    desk.hears(CARRIER, &invite("two"));
    desk.hears(CARRIER, &from_caller("one", "BYE", (2, "b"), &to, ""));
    assert_eq!(desk.sends(), ["503 INVITE", "200 BYE"]);
}

#[test]
fn while_draining_new_calls_are_sent_away_and_old_ones_go_on() {
    let mut desk = Desk::new();
    desk.hears(CARRIER, &invite("one"));
    let session = desk.incoming().session;
    desk.agent.drain();
    desk.hears(CARRIER, &invite("two"));
    desk.hears(CARRIER, &request("OPTIONS", ""));
    desk.orders(Command::Accept { session, body: Body::sdp(ANSWER) });
    assert_eq!(desk.sends(), ["100 INVITE", "503 INVITE", "503 OPTIONS", "200 INVITE"]);
}
