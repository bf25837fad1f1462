//! URIs and addresses as RFC 3261 §19.1.4, RFC 3966 and RFC 5118 show them.

use super::*;

fn uri(text: &str) -> Uri {
    Uri::parse(text).unwrap()
}

#[test]
fn every_part_of_a_uri_is_found() {
    let uri = uri("sips:al%69ce;x=y:se:cret@[2001:db8::9]:5061;transport=TCP;lr?Subject=a%20b");
    assert_eq!((uri.user().unwrap().as_ref(), uri.port()), ("alice;x=y", Some(5061)));
    assert_eq!(uri.host().ip(), Some("2001:db8::9".parse().unwrap()));
    assert_eq!(uri.param("Transport").as_deref(), Some("TCP"));
    assert_eq!(uri.param("lr").as_deref(), Some(""));
    assert_eq!((uri.param("ob"), uri.headers()), (None, "Subject=a%20b"));
}

#[test]
fn a_uri_is_unescaped_once_and_keeps_its_nul() {
    assert_eq!(uri("sip:%2541%00@h").user().unwrap(), "%41\0");
    assert_eq!(uri("sip:%4x%@h").user().unwrap(), "%4x%");
}

#[test]
fn the_equal_and_unequal_uris_of_rfc_3261_are_so() {
    let same = |one: &str, two: &str| {
        assert_eq!(uri(one).same_as(&uri(two)), uri(two).same_as(&uri(one)));
        uri(one).same_as(&uri(two))
    };
    assert!(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
    assert!(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
    assert!(same("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"));
    assert!(same(
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"
    ));
    assert!(same("sip:a@b?x=1&y=2", "sip:a@b?y=2&x=1"));
    for (one, two) in [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:a@b", "sips:a@b"),
        ("sip:a%00@b", "sip:a@b"),
    ] {
        assert!(!same(one, two), "{one} {two}");
    }
}

#[test]
fn telephone_uris_are_compared_without_their_separators() {
    assert!(uri("tel:+1-201-555-0123").same_as(&uri("TEL:+1(201)555.0123")));
    let local = uri("tel:7042;phone-context=example.com");
    assert!(!local.same_as(&uri("tel:7042;phone-context=example.org")));
    assert_eq!(local.user().unwrap(), "7042");
    assert_eq!(local.to_string(), "tel:7042;phone-context=example.com");
}

#[test]
fn other_schemes_are_carried_unread() {
    for text in ["soap.beep://192.0.2.103:3002", "urn:service:sos", "mailto:a@b?c=d"] {
        assert!(!uri(text).is_sip());
        assert_eq!(uri(text).to_string(), text);
    }
}

#[test]
fn hosts_with_brackets_ports_and_three_colons_are_read() {
    let read = |text: &str| {
        let uri = uri(text);
        (uri.host().to_string(), uri.port())
    };
    assert_eq!(read("sip:[2001:db8::10]:5070"), ("[2001:db8::10]".to_owned(), Some(5070)));
    assert_eq!(read("sip:[2001:db8::10:5070]"), ("[2001:db8::10:5070]".to_owned(), None));
    assert_eq!(read("sip:u@[2001:db8:::192.0.2.1]").0, "[2001:db8::c000:201]");
    assert_eq!(read("sip:u@[::ffff:192.0.2.2]").0, "[::ffff:192.0.2.2]");
    assert_eq!(read("sip:1.2.3.4:0").1, Some(0));
}

#[test]
fn what_is_no_uri_is_not_read() {
    for text in [
        "",
        "sip",
        ":x",
        "sip:@h",
        "sip:u@h:",
        "sip:u@h:65536",
        "sip:u@h:+5",
        "sip:2001:db8::10",
        "sip:u@[2001:db8::1",
        "sip:u@h;a b",
        "sip:u v@h",
        "sip:<u@h>",
        "sip:u@h\r\n",
        "sip:u@a@b",
        "tel:",
        "1x:y",
        "sip:u@h;=x",
        "sip:u@h;a=\"",
    ] {
        assert_eq!(Uri::parse(text), None, "{text}");
    }
}

#[test]
fn a_user_that_we_write_is_escaped_where_needed() {
    let built = Uri::sip(Some("*72#a b@c:%ż"), Host::Name("h".to_owned()), Some(5080));
    assert_eq!(built.to_string(), "sip:*72%23a%20b%40c%3A%25%C5%BC@h:5080");
    assert_eq!(uri(&built.to_string()), built);
    assert_eq!(built.user().unwrap(), "*72#a b@c:%ż");
    assert_eq!(uri("sip:*72#{@h").to_string(), "sip:*72%23%7B@h");
    assert_eq!(Uri::tel("+48 601 234").to_string(), "tel:+48601234");
}

#[test]
fn what_no_request_uri_may_hold_is_taken_off() {
    let contact = uri("sip:a@b;method=INVITE;ob?Route=%3Csip:evil%3E");
    assert_eq!(contact.as_request_uri().to_string(), "sip:a@b;ob");
}

#[test]
fn names_and_addresses_of_all_kinds_are_read() {
    for (text, display, params) in [
        ("sip:a@b;tag=1", None, ";tag=1"),
        ("<sip:a@b;lr> ; tag = 1 ;; x", None, ";tag=1;x"),
        ("caller<sip:a@b>", Some("caller"), ""),
        ("Jürgen M. Łoś <sip:a@b>", Some("Jürgen M. Łoś"), ""),
        ("\"A, \\\"B\\\" <c>\"<sip:a@b>;p=\"x;y\"", Some("A, \"B\" <c>"), ";p=\"x;y\""),
        ("\"\" <sip:a@b>", None, ""),
    ] {
        let read = NameAddr::parse(text).unwrap();
        assert_eq!((read.display.as_deref(), read.params.as_str()), (display, params), "{text}");
        assert_eq!(NameAddr::parse(&read.to_string()), Some(read));
    }
    for text in [
        "",
        "*",
        "\"A <sip:a@b>",
        "A, B <sip:a@b>",
        "<sip:a@b",
        "<sip:a@b> x",
        "\"A\" sip:a@b",
        "sip:a@b?x=y",
        "< sip:a@b >",
        "\"A\\\" <sip:a@b>",
    ] {
        assert_eq!(NameAddr::parse(text), None, "{text}");
    }
}

#[test]
fn a_tag_takes_the_place_of_the_old_one() {
    let address = NameAddr::parse("<sip:a@b>;x=1;TAG=old;y").unwrap().with_tag("new");
    assert_eq!(address.to_string(), "<sip:a@b>;x=1;TAG=new;y");
}
