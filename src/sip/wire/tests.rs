//! Messages as good and bad peers write them.

use super::*;
use crate::sip::text::PARAMS_MAX;
use crate::sip::uri::Host;
use proptest::prelude::*;

const VIA: &str = "Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKq1;rport\r\n";
const REST: &str = "From: <sip:anna@example.com>;tag=f1\r\nTo: <sip:ivr@example.org>\r\n\
                    Call-ID: c1@192.0.2.9\r\nCSeq: 7 INVITE\r\nMax-Forwards: 70\r\n";
const INVITE: &str = "INVITE sip:ivr@example.org SIP/2.0\r\n";

/// An ordinary INVITE with more header lines.
fn invite(lines: &str) -> String {
    format!("{INVITE}{VIA}{REST}{lines}Content-Length: 0\r\n\r\n")
}

fn read(text: &str) -> Message {
    read_datagram(text.as_bytes()).unwrap()
}

/// The fault and the status of the answer, if there is one.
fn refused(text: &str) -> (Fault, Option<u16>) {
    let refusal = read_datagram(text.as_bytes()).unwrap_err();
    (refusal.fault, answer_to(&refusal).and_then(|answer| answer.status()))
}

#[test]
fn folded_lines_compact_names_odd_blanks_and_bare_line_feeds_are_read() {
    let message = read(
        "\r\n\r\nINVITE sip:ivr@example.org;x SIP/2.0\nTO :\n sip:ivr@example.org ;   \
         tag    = 12n\n\
         f   : \"J \\\\\\\"\"       <sip:j@example.com>\r\n  ;\r\n\ttag = 98\r\n\
         mAx-fOrWaRdS: 0068\r\n\
         i: a b\r\ncseq: 0009\n  INVITE\r\nVia  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=39\n\
         s :\nv:  SIP  / 2.0  / TCP     spindle.example.com   ;\n  branch  =   z9hG4bK9  ,\n \
         SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n z9hG4bK3\nl: 3\n\nabcdef",
    );
    let hosts: Vec<String> = message.vias().iter().map(|via| via.host.to_string()).collect();
    assert_eq!(hosts, ["192.0.2.2", "spindle.example.com", "192.168.255.111"]);
    assert_eq!(message.vias()[2].branch(), Some("z9hG4bK3"));
    assert_eq!(message.from().unwrap().display.as_deref(), Some("J \\\""));
    assert_eq!(
        (message.from_tag().as_deref(), message.to_tag().as_deref()),
        (Some("98"), Some("12n"))
    );
    assert_eq!((message.cseq(), message.max_forwards()), (Some((9, Method::INVITE)), Some(68)));
    assert_eq!((message.headers.first("subject"), &message.body[..]), (Some(""), &b"abc"[..]));
}

#[test]
fn an_unknown_method_and_strange_tokens_are_carried_as_they_came() {
    let text = "!odd-Method0*_+`.%e'~ sip:1_u~(t!)&i'+$/c?,/;;*:&p+w=1,!*p$w(d)@example.com \
                SIP/2.0\r\n\
                Via: SIP/2.0/TCP h.example.com;branch=z9hG4bK-.!%66*_+`'~\r\n\
                From: t1~` t2'+_ <sip:m@example.com>;p''~=\"работа\";tag=_t~1'+`*%!-.\r\n\
                To: \"BEL:\\\u{7} NUL:\\\0 DEL:\\\u{7f}\" <sip:x@example.com>\r\n\
                Call-ID: i.w%ZK-!.*_+'@w`~)(><:\\/\"][?}{\r\nCSeq: 1 !odd-Method0*_+`.%e'~\r\n\
                X-!.%*+_`'~: \u{feff}大停電\r\nl: 0\r\n\r\n";
    let message = read(text);
    assert_eq!(message.method().unwrap().as_str(), "!odd-Method0*_+`.%e'~");
    let uri = message.uri().unwrap();
    assert_eq!(uri.user().unwrap(), "1_u~(t!)&i'+$/c?,/;;*");
    assert_eq!(read_datagram(&message.to_bytes()), Ok(message));
}

#[test]
fn bytes_that_are_no_text_come_out_as_they_went_in() {
    let mut bytes = invite("").into_bytes();
    bytes.truncate(bytes.len() - "Content-Length: 0\r\n\r\n".len());
    bytes.extend_from_slice(
        b"Subject: caf\xe9 \xef\xbb\xbf\xee\xbe\x80\r\nContent-Length: 5\r\n\r\n",
    );
    bytes.extend_from_slice(b"\x00\r\n\xff\x80");
    let message = read_datagram(&bytes).unwrap();
    assert_eq!(message.to_bytes(), bytes);
    assert_eq!(&message.body[..], b"\x00\r\n\xff\x80");
}

#[test]
fn what_follows_the_body_in_a_datagram_is_ignored() {
    let text = invite("") + "INVITE sip:joe@example.com SIP/2.0\r\nt: sip:joe@example.com\r\n";
    assert!(read(&text).body.is_empty());
}

#[test]
fn without_content_length_a_datagram_ends_the_body() {
    let text = format!("{INVITE}{VIA}{REST}\r\nv=0\r\n");
    assert_eq!(&read(&text).body[..], b"v=0\r\n");
}

#[test]
fn an_old_invite_without_branch_tag_and_max_forwards_is_read() {
    let message = read(
        "INVITE sip:u@example.com SIP/2.0\r\nVia: SIP/2.0/UDP iftgw.example.com\r\n\
         From: <sip:+1-303-555-1111@h;user=phone>\r\nTo: sip:+1650@h;user=phone\r\n\
         Call-ID: 1@h\r\nCSeq: 1 INVITE\r\n\r\n",
    );
    assert!(!message.via().unwrap().has_magic_branch());
    assert_eq!(message.to().unwrap().params.value("user"), Some("phone"));
}

#[test]
fn statuses_and_phrases_of_all_kinds_are_read() {
    for (line, phrase) in [
        ("SIP/2.0 200 = 2**3 * 5**2 но сто девяносто", "= 2**3 * 5**2 но сто девяносто"),
        ("SIP/2.0 200 ", ""),
        ("sip/2.0 200", ""),
    ] {
        let message = read(&format!("{line}\r\n{VIA}{REST}\r\n"));
        assert_eq!((message.status(), message.reason()), (Some(200), phrase));
    }
}

#[test]
fn faults_in_the_first_line_are_named_and_answered() {
    let line = |line: &str| refused(&format!("{line}\r\n{VIA}{REST}l: 0\r\n\r\n"));
    assert_eq!(line("INVITE sip:a@b SIP/7.0"), (Fault::Version, Some(505)));
    assert_eq!(line("INVITE <sip:a@b> SIP/2.0"), (Fault::RequestUri, Some(400)));
    assert_eq!(line("INVITE sip:a@b; lr SIP/2.0"), (Fault::RequestUri, Some(400)));
    assert_eq!(line("INVITE sip:a@b?Route=%3Csip:x%3E SIP/2.0"), (Fault::RequestUri, Some(400)));
    assert_eq!(line("INVITE sip:2001:db8::10 SIP/2.0"), (Fault::RequestUri, Some(400)));
    assert_eq!(line("INVITE  sip:a@b  SIP/2.0"), (Fault::RequestLine, Some(400)));
    assert_eq!(line("INVITE sip:a@b SIP/2.0  "), (Fault::RequestLine, Some(400)));
    assert_eq!(line("GET / HTTP/1.1"), (Fault::NotSip, None));
    assert_eq!(line("SIP/2.0 4294967301 better not break the receiver"), (Fault::StatusLine, None));
    assert_eq!(line("SIP/7.0 200 OK"), (Fault::Version, None));
}

#[test]
fn faults_in_headers_are_named_and_answered() {
    let lines = |lines: &str| refused(&invite(lines));
    let bad = |name| (Fault::Malformed(name), Some(400));
    assert_eq!(lines("Via: SIP/2.0/UDP 192.0.2.15;;,;,,\r\n"), bad("Via"));
    assert_eq!(lines("Contact: sip:a@b?Route=%3Csip:x%3E\r\n"), bad("Contact"));
    assert_eq!(lines("Contact: *, <sip:a@b>\r\n"), bad("Contact"));
    assert_eq!(lines("Record-Route: <sip:p1;lr>, <sip:p2;lr\r\n"), bad("Record-Route"));
    assert_eq!(lines("Content-Length: -999\r\n"), (Fault::Repeated("Content-Length"), Some(400)));
    assert_eq!(lines("Call-ID: other\r\n"), (Fault::Repeated("Call-ID"), Some(400)));
    assert_eq!(lines("no colon here\r\n"), (Fault::HeaderLine, Some(400)));
    for (good, wrong, fault) in [
        ("<sip:ivr@example.org>", "\"Mr. J. <sip:ivr@example.org>", bad("To")),
        ("<sip:ivr@example.org>", "\"W\" < sip:ivr@example.org >", bad("To")),
        ("<sip:anna@", "Bell, Alexander <sip:anna@", bad("From")),
        ("CSeq: 7", "CSeq: 36893488147419103232", bad("CSeq")),
        ("CSeq: 7 INVITE", "CSeq: 7 OPTIONS", (Fault::MethodMismatch, Some(400))),
        ("Max-Forwards: 70", "Max-Forwards: 300", bad("Max-Forwards")),
        ("Content-Length: 0", "Content-Length: -9", bad("Content-Length")),
        ("Content-Length: 0", "Content-Length: 9", (Fault::BodyCutShort, Some(400))),
        ("Call-ID: c1@192.0.2.9\r\n", "", (Fault::Missing("Call-ID"), Some(400))),
    ] {
        assert_eq!(refused(&invite("").replace(good, wrong)), fault, "{wrong}");
    }
}

#[test]
fn a_header_that_nobody_needs_may_be_mangled() {
    read(&invite("Date: Fri, 01 Jan 2010 16:00:00 EST\r\nExpires: never\r\nX: ;;,,\"<\r\n"));
}

#[test]
fn the_answer_to_a_refusal_carries_what_could_be_read_and_a_steady_tag() {
    let text = invite("Via: SIP/2.0/TCP p.example.net\r\nMax-Forwards: 7\r\n");
    let refusal = read_datagram(text.as_bytes()).unwrap_err();
    let answer = answer_to(&refusal).unwrap();
    assert_eq!(answer, answer_to(&refusal).unwrap());
    let back = read_datagram(&answer.to_bytes()).unwrap();
    assert_eq!((back.status(), back.reason()), (Some(400), "Repeated Max-Forwards Header"));
    assert_eq!(back.vias().len(), 2);
    assert_eq!((back.call_id(), back.cseq()), (Some("c1@192.0.2.9"), Some((7, Method::INVITE))));
    assert!(back.to_tag().is_some());
}

#[test]
fn an_ack_a_response_and_a_request_without_via_are_never_answered() {
    let ack = invite("Max-Forwards: 7\r\n").replace("INVITE", "ACK");
    assert_eq!(refused(&ack), (Fault::Repeated("Max-Forwards"), None));
    assert_eq!(refused("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\n\r\n").1, None);
    assert_eq!(refused(&format!("{INVITE}{REST}\r\n")), (Fault::Missing("Via"), None));
}

#[test]
fn every_limit_refuses_what_is_one_too_many() {
    let many = "X: y\r\n".repeat(HEADERS_MAX);
    assert_eq!(refused(&invite(&many)), (Fault::TooManyHeaders, Some(513)));
    let long = format!("X: {}\r\n", "y".repeat(LINE_BYTES_MAX));
    assert_eq!(refused(&invite(&long)), (Fault::LineTooLong, Some(513)));
    let folded = format!("X: y\r\n{}", " yyyyyyyyyyyyyyyyyyy\r\n".repeat(LINE_BYTES_MAX / 18));
    assert_eq!(refused(&invite(&folded)), (Fault::LineTooLong, Some(513)));
    let vias = format!("Via: {}\r\n", ["SIP/2.0/UDP h"; 100].join(","));
    assert_eq!(refused(&invite(&vias)), (Fault::TooManyHeaders, Some(513)));
    let params = invite("").replace("tag=f1", &"x;".repeat(PARAMS_MAX + 1));
    assert_eq!(refused(&params), (Fault::Malformed("From"), Some(400)));
    let first = invite("").replacen("sip:ivr", &format!("sip:{}", "y".repeat(LINE_BYTES_MAX)), 1);
    assert_eq!(refused(&first), (Fault::LineTooLong, Some(513)));
    let whole = invite("") + &"y".repeat(DATAGRAM_BYTES_MAX);
    assert_eq!(refused(&whole), (Fault::MessageTooLong, Some(513)));
}

#[test]
fn no_header_that_is_written_can_begin_another_line() {
    let uri = Uri::sip(Some("a\r\nX-Evil: 1@b>"), Host::Name("h".to_owned()), None);
    let name = crate::sip::uri::NameAddr::new(uri.clone()).with_display("x\"\r\nX-Evil: 1\0");
    let message = Message::request(Method::OPTIONS, uri)
        .with("Subject", "x\r\nX-Evil: 1\r\n\r\nbody\0")
        .with("From", name.to_string())
        .with_body("text/plain\nX-Evil: 1", "kept\r\n\0as it is");
    let bytes = message.to_bytes();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.lines().all(|line| !line.starts_with("X-Evil")) && !head.contains('\0'));
    assert_eq!((head.lines().count(), body), (5, "kept\r\n\0as it is"));
}

#[test]
fn a_request_is_stamped_with_where_it_came_from() {
    let mut message = read(&invite("Via: SIP/2.0/UDP first.example.com\r\n"));
    message.stamp("198.51.100.1:61000".parse().unwrap());
    message.stamp("198.51.100.1:61000".parse().unwrap());
    let via = message.via().unwrap();
    assert_eq!(
        via.to_string(),
        "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKq1;rport=61000;received=198.51.100.1"
    );
    assert_eq!(via.reply_address(), Some("198.51.100.1:61000".parse().unwrap()));
    assert_eq!(message.vias()[1].host.to_string(), "first.example.com");
}

mod streams {
    use super::*;

    fn pieces(reader: &mut StreamReader, bytes: &[u8]) -> Vec<Piece> {
        reader.push(bytes);
        std::iter::from_fn(|| reader.next_piece()).collect()
    }

    fn statuses(pieces: &[Piece]) -> Vec<String> {
        let word = |piece: &Piece| match piece {
            Piece::Message(message) => format!("body {}", message.body.len()),
            Piece::Ping => "ping".to_owned(),
            Piece::Refused(refusal) => refusal.fault.to_string(),
        };
        pieces.iter().map(word).collect()
    }

    #[test]
    fn messages_and_keep_alives_come_out_the_same_however_they_are_cut() {
        let body = format!("{INVITE}{VIA}{REST}l: 6\r\n\r\na\r\n\r\nb");
        let text =
            format!("\r\n{body}\r\n\r\n{}\r\n\r\n\r\n{body}", invite("v: SIP/2.0/TLS x\r\n"));
        let expected = ["body 6", "ping", "body 0", "ping", "body 6"];
        for size in 1..text.len() {
            let mut reader = StreamReader::new();
            let mut all = Vec::new();
            for chunk in text.as_bytes().chunks(size) {
                all.extend(pieces(&mut reader, chunk));
            }
            assert_eq!(statuses(&all), expected, "cut into {size}");
            assert!(!reader.is_half_way());
        }
    }

    #[test]
    fn a_message_that_makes_no_sense_leaves_the_stream_whole() {
        let mut reader = StreamReader::new();
        let text = invite("").replace("CSeq: 7 INVITE", "CSeq: 7 BYE") + &invite("");
        let all = pieces(&mut reader, text.as_bytes());
        assert_eq!(statuses(&all), ["CSeq Method Differs From Request Line", "body 0"]);
        assert!(!reader.is_broken());
    }

    #[test]
    fn a_stream_whose_next_message_cannot_be_found_is_broken() {
        for (text, fault) in [
            (format!("{INVITE}{VIA}{REST}\r\n"), "Missing Content-Length Header"),
            (invite("l: 5\r\n"), "Repeated Content-Length Header"),
            (invite("").replace("Length: 0", "Length: -1"), "Malformed Content-Length Header"),
            (invite("").replace("Length: 0", "Length: 99999999"), "Body Too Large"),
            (invite("Content-Length 5\r\n"), "Malformed Header Line"),
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), "Not A SIP Message"),
            ("A".repeat(STREAM_HEAD_BYTES_MAX + 1), "Not A SIP Message"),
            (
                invite("").replace("\r\n\r\n", "\r\n") + &"X: y\r\n".repeat(20_000),
                "Too Many Headers",
            ),
        ] {
            let mut reader = StreamReader::new();
            let all = pieces(&mut reader, text.as_bytes());
            assert_eq!(statuses(&all), [fault]);
            assert!(reader.is_broken() && pieces(&mut reader, b"more").is_empty());
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_can_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read_datagram(&bytes).map_err(|refusal| answer_to(&refusal));
    }

    #[test]
    fn what_is_read_is_written_so_that_it_is_read_the_same(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6)
    ) {
        let mut bytes = invite(
            "Contact: \"A, \\\"B\" <sip:a@[2001:db8::1]:5062;ob>;q=0.5, <tel:+48>\r\n\
             Route: <sip:p1;lr>,<sip:p2;lr>\r\nAuthorization: Digest username=\"a\", nc=01\r\n",
        ).into_bytes();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        match read_datagram(&bytes) {
            Ok(message) => {
                let written = message.to_bytes();
                let again = read_datagram(&written).unwrap();
                prop_assert_eq!(&again.start, &message.start);
                prop_assert_eq!(again.to_bytes(), written);
            }
            Err(refusal) => {
                if let Some(answer) = answer_to(&refusal) {
                    let text = answer.to_bytes();
                    prop_assert!(text.starts_with(b"SIP/2.0 4") || text.starts_with(b"SIP/2.0 5"));
                }
            }
        }
        let mut reader = StreamReader::new();
        reader.push(&bytes);
        while reader.next_piece().is_some() {}
    }

    #[test]
    fn any_text_in_a_header_comes_back_without_line_breaks(value in "\\PC*", body: Vec<u8>) {
        let message = read(&invite("")).with("Subject", &*value).with_body("x/y", body.clone());
        let again = read_datagram(&message.to_bytes()).unwrap();
        prop_assert_eq!(again.headers.first("Subject"), Some(trim(&value)));
        prop_assert_eq!(&again.body[..], &body[..]);
    }
}
