//! Stories of offers and answers, with descriptions as real phones write them.

use super::description::{Connection, Description, Direction, Encoding, Meaning};
use super::offer::{LocalEnd, agree, answer, offer, offer_again, revised};
use super::parse::{MEDIA_MAX, ParseError, SDP_BYTES_MAX, parse};
use super::terms::{Agreed, Refusal};
use proptest::prelude::*;

const LINPHONE: &str = "v=0\r\no=anna 3174 1520 IN IP4 192.168.1.20\r\ns=Talk\r\n\
    c=IN IP4 192.168.1.20\r\nt=0 0\r\na=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup\r\n\
    a=record:off\r\nm=audio 7078 RTP/AVPF 96 97 98 0 8 18 101 99 100\r\n\
    a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=rtpmap:97 speex/16000\r\n\
    a=fmtp:97 vbr=on\r\na=rtpmap:98 speex/8000\r\na=fmtp:18 annexb=yes\r\n\
    a=rtpmap:101 telephone-event/48000\r\na=rtpmap:99 telephone-event/16000\r\n\
    a=rtpmap:100 telephone-event/8000\r\na=rtcp-fb:* trr-int 5000\r\na=rtcp-fb:* ccm tmmbr\r\n\
    m=video 9078 RTP/AVPF 102 103\r\na=rtpmap:102 VP8/90000\r\na=rtpmap:103 H264/90000\r\n\
    a=fmtp:103 profile-level-id=42801F\r\n";

const BARESIP: &str = "v=0\r\no=- 2890844526 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\n\
    t=0 0\r\na=tool:baresip 1.1.0\r\nm=audio 16384 RTP/AVP 8 0 101\r\nb=AS:125\r\n\
    a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
    a=fmtp:101 0-15\r\na=rtcp:16385\r\na=sendrecv\r\na=label:1\r\na=rtcp-rsize\r\n\
    a=ssrc:1234 cname:sip:bob@10.0.0.9\r\na=ptime:20\r\n";

const TWILIO: &str = "v=0\r\no=root 1185414872 1185414873 IN IP4 172.18.155.180\r\n\
    s=Twilio Media Gateway\r\nc=IN IP4 168.86.128.10\r\nt=0 0\r\nm=audio 12345 RTP/AVP 0 8 101\r\n\
    a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
    a=fmtp:101 0-16\r\na=maxptime:150\r\na=sendrecv\r\na=rtcp:12346\r\n";

const FREESWITCH: &str = "v=0\r\no=FreeSWITCH 1700000001 1700000002 IN IP4 203.0.113.7\r\n\
    s=FreeSWITCH\r\nc=IN IP4 203.0.113.7\r\nt=0 0\r\nm=audio 26000 RTP/SAVP 102 9 0 8 103 101\r\n\
    a=rtpmap:102 opus/48000/2\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCk\r\n\
    m=audio 26002 RTP/AVP 102 9 0 8 103 101\r\na=rtpmap:102 opus/48000/2\r\n\
    a=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:103 telephone-event/48000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:30\r\n";

#[test]
fn linphone_gets_mu_law_and_the_events_of_the_eight_kilohertz_clock() {
    let (text, agreed) = answered(LINPHONE).expect("an agreement");
    assert_eq!(agreed.encoding, Encoding::Pcmu);
    assert_eq!((agreed.payload_type, agreed.event_payload_type), (0, Some(100)));
    assert_eq!(agreed.remote, Some(address("192.168.1.20:7078")));
    assert_eq!(agreed.remote_rtcp, Some(address("192.168.1.20:7079")));
    assert_eq!(
        text,
        "v=0\r\no=- 77 3 IN IP4 198.51.100.5\r\ns=-\r\nc=IN IP4 198.51.100.5\r\nt=0 0\r\n\
         m=audio 40000 RTP/AVPF 0 100\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:100 telephone-event/8000\r\na=fmtp:100 0-15\r\na=ptime:20\r\na=sendrecv\r\n\
         m=video 0 RTP/AVPF 102\r\n"
    );
}

#[test]
fn the_offerers_order_decides_between_our_encodings() {
    let (_, agreed) = answered(BARESIP).expect("an agreement");
    assert_eq!((agreed.encoding, agreed.payload_type), (Encoding::Pcma, 8));
    let (_, agreed) = answered(TWILIO).expect("an agreement");
    assert_eq!((agreed.encoding, agreed.payload_type), (Encoding::Pcmu, 0));
    assert_eq!(agreed.ptime_ms, 20);
}

#[test]
fn what_a_trunk_may_not_speak_is_passed_over() {
    let local = LocalEnd { encodings: vec![Encoding::Pcma], ..ours() };
    let (_, agreed) = answer(&read(TWILIO), &local).expect("an agreement");
    assert_eq!(agreed.encoding, Encoding::Pcma);
}

#[test]
fn freeswitch_offers_encryption_beside_plain_rtp_and_gets_the_plain_line_in_its_place() {
    let (text, agreed) = answered(FREESWITCH).expect("an agreement");
    let media: Vec<&str> = text.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(media, ["m=audio 0 RTP/SAVP 102", "m=audio 40000 RTP/AVP 0 101"]);
    assert_eq!(agreed.remote, Some(address("203.0.113.7:26002")));
    assert_eq!(agreed.ptime_ms, 30);
}

#[test]
fn a_second_voice_a_fax_and_unknown_streams_are_refused_in_their_places() {
    let offer = with_lines(&[
        "m=image 5000 udptl t38",
        "m=audio 6000 RTP/AVP 8",
        "m=audio 6002 RTP/AVP 0",
        "m=message 7000 TCP/MSRP *",
        "m=audio 0 RTP/AVP 0",
    ]);
    let (text, agreed) = answered(&offer).expect("an agreement");
    let media: Vec<&str> = text.lines().filter(|line| line.starts_with("m=")).collect();
    let expected = [
        "m=image 0 udptl t38",
        "m=audio 40000 RTP/AVP 8",
        "m=audio 0 RTP/AVP 0",
        "m=message 0 TCP/MSRP *",
        "m=audio 0 RTP/AVP 0",
    ];
    assert_eq!(media, expected);
    assert_eq!((agreed.payload_type, agreed.event_payload_type), (8, None));
}

#[test]
fn our_encodings_hide_behind_dynamic_payload_types_too() {
    let offer = with_lines(&[
        "m=audio 6000 RTP/AVP 96 110 111",
        "a=rtpmap:96 PCMU/16000",
        "a=rtpmap:110 pcma/8000/1",
        "a=rtpmap:111 Telephone-Event/8000",
    ]);
    let (text, agreed) = answered(&offer).expect("an agreement");
    assert_eq!((agreed.encoding, agreed.payload_type), (Encoding::Pcma, 110));
    assert_eq!(agreed.event_payload_type, Some(111));
    assert!(text.contains("m=audio 40000 RTP/AVP 110 111\r\na=rtpmap:110 PCMA/8000\r\n"));
}

#[test]
fn a_map_may_take_the_number_of_an_encoding_away() {
    let offer = with_lines(&["m=audio 6000 RTP/AVP 0", "a=rtpmap:0 L16/8000"]);
    assert_eq!(answered(&offer).map(|_| ()), Err(Refusal::NoEncoding));
}

#[test]
fn each_way_to_hold_stops_our_sound_and_is_mirrored() {
    let table = [
        ("c=IN IP4 10.0.0.1", "a=sendrecv", "sendrecv", (true, true)),
        ("c=IN IP4 10.0.0.1", "a=sendonly", "recvonly", (false, true)),
        ("c=IN IP4 10.0.0.1", "a=recvonly", "sendonly", (true, false)),
        ("c=IN IP4 10.0.0.1", "a=inactive", "inactive", (false, false)),
        ("c=IN IP4 0.0.0.0", "a=sendrecv", "recvonly", (false, true)),
        ("c=IN IP4 0.0.0.0", "a=inactive", "inactive", (false, false)),
        ("c=IN IP6 ::", "a=sendrecv", "recvonly", (false, true)),
    ];
    for (connection, direction, mirrored, flows) in table {
        let offer = with_lines(&["m=audio 6000 RTP/AVP 0", connection, direction]);
        let (text, agreed) = answered(&offer).expect("an agreement");
        assert!(text.ends_with(&format!("a={mirrored}\r\n")), "{connection} {direction}: {text}");
        assert_eq!((agreed.sends, agreed.receives), flows, "{connection} {direction}");
        assert_eq!(agreed.remote.is_some(), connection.ends_with('1'));
    }
}

#[test]
fn a_direction_above_the_first_line_holds_for_all_without_their_own() {
    let offer = "v=0\nc=IN IP4 10.0.0.1\na=inactive\na=ptime:40\nm=audio 6000 RTP/AVP 0\n";
    let (_, agreed) = answered(offer).expect("an agreement");
    assert_eq!((agreed.sends, agreed.receives, agreed.ptime_ms), (false, false, 40));
    let own = format!("{offer}a=sendrecv\n");
    assert!(answered(&own).expect("an agreement").1.sends);
}

#[test]
fn packet_times_are_brought_to_what_we_can_send() {
    let table = [
        (vec![], 20),
        (vec!["a=ptime:10"], 10),
        (vec!["a=ptime:60"], 60),
        (vec!["a=ptime:25"], 20),
        (vec!["a=ptime:30.0"], 30),
        (vec!["a=ptime:200"], 60),
        (vec!["a=ptime:0"], 10),
        (vec!["a=ptime:huge"], 20),
        (vec!["a=ptime:4294967296"], 20),
        (vec!["a=maxptime:10"], 10),
        (vec!["a=ptime:60", "a=maxptime:30"], 30),
        (vec!["a=maxptime:150"], 20),
    ];
    for (attributes, expected) in table {
        let lines = [vec!["m=audio 6000 RTP/AVP 0"], attributes].concat();
        let (_, agreed) = answered(&with_lines(&lines)).expect("an agreement");
        assert_eq!(agreed.ptime_ms, expected, "{lines:?}");
    }
}

#[test]
fn a_caller_without_anything_to_hear_is_refused_with_the_reason() {
    let table = [
        (vec![], Refusal::NoAudio, 304),
        (vec!["m=video 6000 RTP/AVP 31"], Refusal::NoAudio, 304),
        (vec!["m=audio 0 RTP/AVP 0"], Refusal::NoAudio, 304),
        (vec!["m=audio 0 RTP/AVP 0", "m=image 5000 udptl t38"], Refusal::NoAudio, 304),
        (vec!["m=audio 6000 RTP/SAVP 0"], Refusal::Transport, 302),
        (vec!["m=audio 6000 UDP/TLS/RTP/SAVPF 0"], Refusal::Transport, 302),
        (vec!["m=audio 6000 RTP/AVP 18 9 101"], Refusal::NoEncoding, 305),
        (vec!["m=audio 6000 RTP/AVP 0", "c=IN IP4 phone.invalid"], Refusal::Address, 301),
        (vec!["m=audio 6000 RTP/AVP 0", "c=IN IP6 2001:db8::1"], Refusal::Address, 301),
        (vec!["m=audio 6000 RTP/AVP 0", "c=IN IP4 224.2.1.1/127/3"], Refusal::Multicast, 330),
        (vec!["m=audio 6000 RTP/AVP 0", "c=IN IP4 255.255.255.255"], Refusal::Address, 301),
    ];
    for (lines, refusal, code) in table {
        let told = answered(&with_lines(&lines)).expect_err("must be refused");
        assert_eq!((told, told.warning_code(), told.status()), (refusal, code, 488), "{lines:?}");
    }
}

#[test]
fn over_ipv6_both_descriptions_say_so() {
    let local = LocalEnd { address: "2001:db8::5".parse().expect("an address"), ..ours() };
    let offer = "v=0\r\no=- 1 1 IN IP6 2001:db8::9\r\ns=-\r\nc=IN IP6 2001:db8::9\r\nt=0 0\r\n\
        m=audio 6000 RTP/AVP 8\r\na=rtcp:7001 IN IP6 2001:db8::a\r\n";
    let (text, agreed) = answer(&read(offer), &local).expect("an agreement");
    assert_eq!(agreed.remote, Some(address("[2001:db8::9]:6000")));
    assert_eq!(agreed.remote_rtcp, Some(address("[2001:db8::a]:7001")));
    assert!(text.contains("IN IP6 2001:db8::5\r\ns=-\r\nc=IN IP6 2001:db8::5\r\n"));
}

#[test]
fn careless_writing_is_forgiven() {
    let careless = b"v=0 \no= J\xfcrgen  x 99999999999999999999 IN IP4 10.0.0.1\ns=\nk=prompt\n\
        b=AS\nt=now\nz=\nnonsense\nc=IN IP4 10.0.0.1/127\nc=IN IP4 10.0.0.2\n\
        m=audio  6000/2   RTP/AVP  0  101 \na=rtpmap: 101  telephone-event/8000\na=\na\n";
    let description = parse(careless).expect("a description");
    let media = &description.media[0];
    assert_eq!(media.rtp_address(), Some(address("10.0.0.1:6000")));
    let meanings: Vec<_> = media.meanings().collect();
    assert_eq!(meanings, [(0, Meaning::Sound(Encoding::Pcmu)), (101, Meaning::Events)]);
    assert_eq!(description.time, (0, 0));
}

#[test]
fn the_answer_repeats_the_time_of_the_offer() {
    let offer = TWILIO.replace("t=0 0", "t=2873397496 2873404696");
    assert!(answered(&offer).expect("an agreement").0.contains("\r\nt=2873397496 2873404696\r\n"));
}

#[test]
fn what_is_no_description_is_refused_by_its_reason() {
    assert_eq!(parse(b""), Err(ParseError::NoVersion));
    assert_eq!(parse(b"o=- 1 1 IN IP4 1.2.3.4\r\n"), Err(ParseError::NoVersion));
    let long = format!("v=0\r\ns={}\r\n", "x".repeat(SDP_BYTES_MAX));
    assert_eq!(parse(long.as_bytes()), Err(ParseError::TooLong { bytes: long.len() }));
    let many = with_lines(&["m=audio 6000 RTP/AVP 0"; MEDIA_MAX + 1]);
    assert_eq!(parse(many.as_bytes()), Err(ParseError::TooManyMedia));
    let port = with_lines(&["m=audio 66000 RTP/AVP 0"]);
    assert!(matches!(parse(port.as_bytes()), Err(ParseError::Syntax(_))));
}

#[test]
fn our_offer_names_all_we_speak() {
    assert_eq!(
        offer(&ours()),
        "v=0\r\no=- 77 3 IN IP4 198.51.100.5\r\ns=-\r\nc=IN IP4 198.51.100.5\r\nt=0 0\r\n\
         m=audio 40000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    );
}

#[test]
fn the_answer_to_our_offer_settles_what_we_send() {
    let theirs = with_lines(&[
        "m=audio 6000 RTP/AVP 0 8 96",
        "a=rtpmap:96 telephone-event/8000",
        "a=ptime:40",
        "a=recvonly",
    ]);
    let agreed = agree(&read(&offer(&ours())), &read(&theirs)).expect("an agreement");
    let expected = Agreed {
        remote: Some(address("10.0.0.1:6000")),
        remote_rtcp: Some(address("10.0.0.1:6001")),
        encoding: Encoding::Pcmu,
        payload_type: 0,
        event_payload_type: Some(96),
        ptime_ms: 40,
        sends: true,
        receives: false,
    };
    assert_eq!(agreed, expected);
}

#[test]
fn an_answer_that_leaves_us_without_sound_is_known_as_such() {
    let ours = read(&offer(&LocalEnd { encodings: vec![Encoding::Pcma], ..ours() }));
    let told = |lines: &[&str]| agree(&ours, &read(&with_lines(lines))).expect_err("no sound");
    assert_eq!(told(&[]), Refusal::NoAudio);
    assert_eq!(told(&["m=audio 0 RTP/AVP"]), Refusal::NoAudio);
    assert_eq!(told(&["m=video 6000 RTP/AVP 31"]), Refusal::NoAudio);
    assert_eq!(told(&["m=audio 6000 RTP/AVP 0"]), Refusal::NoEncoding);
}

#[test]
fn a_refresh_keeps_the_version_and_a_hold_raises_it() {
    let (first, _) = answered(LINPHONE).expect("an agreement");
    assert_eq!(offer_again(&first, Direction::SendRecv), first);
    let held = offer_again(&first, Direction::SendOnly);
    let expected = first.replace("o=- 77 3 ", "o=- 77 4 ").replace("a=sendrecv", "a=sendonly");
    assert_eq!(held, expected);
    let video = &read(&held).media[1];
    assert_eq!((video.kind.as_str(), video.port), ("video", 0));
}

#[test]
fn a_later_answer_keeps_the_session_and_counts_its_changes() {
    let (first, _) = answered(TWILIO).expect("an agreement");
    let same = first.replace("o=- 77 3 ", "o=- 5 0 ");
    assert_eq!(revised(&first, &same), first);
    let held = same.replace("sendrecv", "recvonly");
    assert!(revised(&first, &held).contains("\r\no=- 77 4 IN IP4 198.51.100.5\r\n"));
    let moved = same.replace("198.51.100.5", "198.51.100.6");
    assert!(revised(&first, &moved).contains("\r\no=- 77 4 IN IP4 198.51.100.6\r\n"));
}

#[test]
fn refused_words_that_are_not_plain_are_not_repeated() {
    let offer = with_lines(&["m=vidéo 6000 RTP/AVP 31", "m=audio 6000 RTP/AVP 0"]);
    assert!(answered(&offer).expect("an agreement").0.contains("\r\nm=- 0 RTP/AVP 31\r\n"));
}

#[test]
fn the_origin_is_read_for_those_who_compare_versions() {
    let origin = read(TWILIO).origin.expect("an origin");
    assert_eq!((origin.session_id.as_str(), origin.version), ("1185414872", 1_185_414_873));
    assert_eq!(read("v=0\r\n").origin, None);
    assert_eq!(read(FREESWITCH).media[0].connection, Connection::Unicast([203, 0, 113, 7].into()));
}

proptest! {
    #[test]
    fn no_body_makes_us_panic(
            noise: Vec<u8>,
            lines in "(([a-z]=|m=audio |a=rtpmap:)[ -~\u{fc}]{0,30}\r?\n){0,40}",
        ) {
        let _ = parse(&noise);
        if let Ok(theirs) = parse(format!("v=0\n{lines}").as_bytes()) {
            let _ = answer(&theirs, &ours());
            let _ = agree(&read(&offer(&ours())), &theirs);
        }
        let _ = revised(&lines, &offer(&ours()));
        let _ = offer_again(&lines, Direction::Inactive);
    }

    #[test]
    fn one_wrong_byte_in_a_real_offer_still_leaves_a_whole_answer(at in 0_usize..1_100, with: u8) {
        for phone in [LINPHONE, BARESIP, TWILIO, FREESWITCH] {
            let mut bytes = phone.as_bytes().to_vec();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = with;
            }
            let Ok(description) = parse(&bytes) else { continue };
            let Ok((text, agreed)) = answer(&description, &ours()) else { continue };
            let back = read(&text);
            prop_assert_eq!(back.media.len(), description.media.len());
            let served: Vec<_> = back.media.iter().filter(|media| media.port != 0).collect();
            prop_assert_eq!(served.len(), 1);
            prop_assert_eq!(served[0].direction, Direction::of(agreed.sends, agreed.receives));
        }
    }

    #[test]
    fn both_sides_of_one_agreement_mirror_each_other(wish in 0_usize..4, reply in 0_usize..4) {
        let ways =
            [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive];
        let here = LocalEnd { direction: ways[wish], ..ours() };
        let there = LocalEnd {
            address: [10, 0, 0, 1].into(),
            direction: ways[reply],
            encodings: vec![Encoding::Pcmu],
            ..ours()
        };
        let our_offer = read(&offer(&here));
        let (text, theirs) = answer(&our_offer, &there).expect("an agreement");
        let ours = agree(&our_offer, &read(&text)).expect("an agreement");
        prop_assert_eq!((ours.sends, ours.receives), (theirs.receives, theirs.sends));
        prop_assert_eq!(ours.encoding, theirs.encoding);
        prop_assert_eq!(ours.event_payload_type, theirs.event_payload_type);
        prop_assert_eq!(ours.remote, Some(address("10.0.0.1:40000")));
    }
}

fn ours() -> LocalEnd {
    LocalEnd {
        address: [198, 51, 100, 5].into(),
        rtp_port: 40_000,
        session_id: 77,
        version: 3,
        encodings: vec![Encoding::Pcma, Encoding::Pcmu],
        direction: Direction::SendRecv,
        ptime_ms: 20,
    }
}

fn answered(offer: &str) -> Result<(String, Agreed), Refusal> {
    answer(&read(offer), &ours())
}

fn with_lines(lines: &[&str]) -> String {
    let head = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n";
    format!("{head}{}\r\n", lines.join("\r\n"))
}

fn read(text: &str) -> Description {
    parse(text.as_bytes()).expect("a description")
}

fn address(text: &str) -> std::net::SocketAddr {
    text.parse().expect("an address")
}
