//! Who gets through the gate.

use super::*;
use crate::sip::digest::{Asked, Login};

const URI: &str = "sip:ringback.example";

const BOTH: [Algorithm; 2] = [Algorithm::Sha256, Algorithm::Md5];

fn gate() -> Gate {
    Gate::new("ringback.example", &BOTH, &mut Entropy::from_number(7))
}

fn second(seconds: u64) -> Moment {
    Moment::from_millis(seconds * 1_000)
}

fn challenge(gate: &mut Gate, at: Moment) -> Challenge {
    Challenge::parse(&gate.challenges(at, false)[0]).unwrap()
}

fn answer(challenge: &Challenge, password: &str, count: u32) -> Answer {
    let login = Login { user: "anna".to_owned(), password: password.to_owned() };
    let asked = Asked { method: &Method::REGISTER, uri: URI, cnonce: "c", count };
    challenge.answer(&login, asked)
}

fn check(gate: &mut Gate, at: Moment, answer: &Answer) -> Verdict {
    let mut headers = Headers::new();
    headers.push("Authorization", answer.to_string());
    check_headers(gate, at, &headers)
}

fn check_headers(gate: &mut Gate, at: Moment, headers: &Headers) -> Verdict {
    let uri = Uri::parse(URI).unwrap();
    gate.verify(at, (&Method::REGISTER, &uri), headers, |user| (user == "anna").then_some("secret"))
}

fn ok() -> Verdict {
    Verdict::Ok("anna".to_owned())
}

#[test]
fn the_right_password_opens_with_either_hash() {
    let mut gate = gate();
    let offers = gate.challenges(second(0), false);
    let offers: Vec<Challenge> =
        offers.iter().map(|text| Challenge::parse(text).unwrap()).collect();
    assert_eq!(offers[0].algorithm, Algorithm::Sha256);
    assert_eq!(offers[1].algorithm, Algorithm::Md5);
    assert_eq!(check(&mut gate, second(1), &answer(&offers[0], "secret", 1)), ok());
    assert_eq!(check(&mut gate, second(1), &answer(&offers[1], "secret", 2)), ok());
}

#[test]
fn a_hash_that_was_not_offered_opens_nothing() {
    let mut gate = Gate::new("ringback.example", &[Algorithm::Md5], &mut Entropy::from_number(7));
    let offers = gate.challenges(second(0), false);
    assert_eq!(offers.len(), 1);
    let md5 = Challenge::parse(&offers[0]).unwrap();
    let sha256 = Challenge { algorithm: Algorithm::Sha256, ..md5.clone() };
    assert_eq!(check(&mut gate, second(1), &answer(&sha256, "secret", 1)), Verdict::Wrong);
    assert_eq!(check(&mut gate, second(1), &answer(&md5, "secret", 1)), ok());
}

#[test]
fn wrong_password_unknown_user_other_realm_and_other_uri_are_all_wrong() {
    let mut gate = gate();
    let challenge = challenge(&mut gate, second(0));
    let right = answer(&challenge, "secret", 1);
    let stranger = Answer { user: "bob".to_owned(), ..right.clone() };
    let elsewhere = Answer { realm: "elsewhere".to_owned(), ..right.clone() };
    let mut other_uri = Answer { uri: "sip:other".to_owned(), ..right };
    other_uri.response = other_uri.expected("secret", &Method::REGISTER);
    for answer in [answer(&challenge, "guess", 1), stranger, elsewhere, other_uri] {
        assert_eq!(check(&mut gate, second(1), &answer), Verdict::Wrong);
    }
}

#[test]
fn a_request_that_is_sent_again_is_a_replay_and_a_late_one_is_not() {
    let mut gate = gate();
    let challenge = challenge(&mut gate, second(0));
    let mut verdict = |count| check(&mut gate, second(1), &answer(&challenge, "secret", count));
    assert_eq!(verdict(1), ok());
    assert_eq!(verdict(1), Verdict::Replay);
    assert_eq!(verdict(3), ok());
    assert_eq!(verdict(2), ok());
    assert_eq!(verdict(2), Verdict::Replay);
    assert_eq!(verdict(200), ok());
    assert_eq!(verdict(100), Verdict::Replay);
    assert_eq!(verdict(0), Verdict::Replay);
}

#[test]
fn an_old_nonce_or_one_of_another_life_is_stale_only_for_who_knows_the_password() {
    let mut gate = gate();
    let old = challenge(&mut gate, second(0));
    let late = second(301);
    assert_eq!(check(&mut gate, late, &answer(&old, "secret", 1)), Verdict::Stale);
    assert_eq!(check(&mut gate, late, &answer(&old, "guess", 1)), Verdict::Wrong);
    let mut before = Gate::new("ringback.example", &BOTH, &mut Entropy::from_number(8));
    let foreign = challenge(&mut before, second(0));
    assert_eq!(check(&mut gate, second(1), &answer(&foreign, "secret", 1)), Verdict::Stale);
}

#[test]
fn a_client_without_qop_may_use_a_nonce_once() {
    let mut gate = gate();
    let plain = Challenge { auth: false, ..challenge(&mut gate, second(0)) };
    assert_eq!(check(&mut gate, second(1), &answer(&plain, "secret", 1)), ok());
    assert_eq!(check(&mut gate, second(1), &answer(&plain, "secret", 1)), Verdict::Replay);
}

#[test]
fn a_forgotten_nonce_is_stale_and_never_good_again() {
    let mut gate = gate();
    let first = challenge(&mut gate, second(0));
    assert_eq!(check(&mut gate, second(0), &answer(&first, "secret", 1)), ok());
    for serial in 2..=(NONCES_MAX as u64 + 2) {
        gate.note(serial, 1);
    }
    assert!(gate.used.len() <= NONCES_MAX);
    assert_eq!(check(&mut gate, second(1), &answer(&first, "secret", 1)), Verdict::Stale);
}

#[test]
fn other_schemes_count_as_no_answer_and_mangled_ones_as_malformed() {
    let mut gate = gate();
    let mut headers = Headers::new();
    assert_eq!(check_headers(&mut gate, second(0), &headers), Verdict::Absent);
    headers.push("Authorization", "NoOneKnowsThisScheme opaque=here");
    assert_eq!(check_headers(&mut gate, second(0), &headers), Verdict::Absent);
    headers.push("Authorization", "Digest username=\"anna");
    assert_eq!(check_headers(&mut gate, second(0), &headers), Verdict::Malformed);
}

#[test]
fn the_keyed_hash_is_that_of_rfc_4231() {
    let mut key = [0; 32];
    key[..20].fill(0x0b);
    let mac = to_hex(&keyed_hash(&key, b"Hi There"));
    assert!(mac.starts_with("b0344c61d8db38535ca8afceaf0bf12b"));
}
