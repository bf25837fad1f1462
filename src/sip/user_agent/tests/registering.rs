//! Agents' phones: REGISTER, digest, calls from accounts, guessing.

use super::*;
use crate::sip::event::Who;
use crate::sip::user_agent::settings::TrunkRegistration;

fn register(cseq: u32, lines: &str) -> String {
    format!(
        "REGISTER sip:10.0.0.1 SIP/2.0\n\
         Via: SIP/2.0/UDP 10.9.9.9:5062;branch=z9hG4bKreg{cseq};rport\n\
         Max-Forwards: 70\n\
         From: <sip:alice@10.0.0.1>;tag=phone\n\
         To: <sip:alice@10.0.0.1>\n\
         Call-ID: register-alice\n\
         CSeq: {cseq} REGISTER\n{lines}\n"
    )
}

const CONTACT: &str = "Contact: <sip:alice@10.9.9.9:5062>\nExpires: 600\n";

/// The challenge with this algorithm in the latest 401.
fn challenge(desk: &Desk, method: &str, algorithm: &str) -> String {
    let response = desk.last(&format!("401 {method}"));
    let found = response
        .headers
        .lines("WWW-Authenticate")
        .find(|line| line.contains(&format!("algorithm={algorithm}")))
        .map(str::to_owned);
    found.expect("a challenge")
}

fn registered(desk: &mut Desk, algorithm: &str) {
    desk.hears(PHONE, &register(1, CONTACT));
    let asked = challenge(desk, "REGISTER", algorithm);
    let said = authorization(&asked, Method::REGISTER, "sip:10.0.0.1", "secret");
    desk.hears(PHONE, &register(2, &format!("{CONTACT}{said}")));
}

#[test]
fn a_phone_registers_with_md5_and_with_sha_256() {
    for algorithm in ["MD5", "SHA-256"] {
        let mut desk = Desk::new();
        registered(&mut desk, algorithm);
        assert_eq!(desk.sends(), ["401 REGISTER", "200 REGISTER"], "{algorithm}");
        assert_eq!(desk.tells(), ["bindings of alice: 1"]);
        let bindings = desk.agent.bindings("alice", desk.now);
        assert_eq!(bindings[0].path.remote.to_string(), PHONE, "where it really is");
        desk.waits(Duration::from_secs(601));
        assert_eq!(desk.tells(), ["bindings of alice: 0"]);
        assert_eq!(desk.counts(), Counts::default());
    }
}

#[test]
fn a_repeated_register_is_answered_again_and_not_taken_for_a_replay() {
    let mut desk = Desk::new();
    desk.hears(PHONE, &register(1, CONTACT));
    let asked = challenge(&desk, "REGISTER", "MD5");
    let said = authorization(&asked, Method::REGISTER, "sip:10.0.0.1", "secret");
    let text = register(2, &format!("{CONTACT}{said}"));
    desk.hears(PHONE, &text);
    desk.hears(PHONE, &text);
    assert_eq!(desk.sends(), ["401 REGISTER", "200 REGISTER", "200 REGISTER"]);
    desk.hears(PHONE, &text.replace("reg2", "reg3"));
    assert_eq!(desk.sends(), ["401 REGISTER"], "the same credentials in another request");
}

#[test]
fn an_unknown_user_and_a_wrong_password_look_the_same() {
    let mut answers = Vec::new();
    for (user, password) in [("alice", "wrong"), ("nobody", "secret")] {
        let mut desk = Desk::new();
        let text = |lines: &str| register(1, lines).replace("alice", user);
        desk.hears(STRANGER, &text(CONTACT));
        let asked = challenge(&desk, "REGISTER", "SHA-256");
        let said = authorization(&asked, Method::REGISTER, "sip:10.0.0.1", password);
        desk.hears(STRANGER, &text(&format!("{CONTACT}{said}")).replace("reg1", "reg2"));
        assert_eq!(desk.counts(), Counts::default(), "no state for a stranger");
        answers.push(desk.sends());
    }
    assert_eq!(answers, vec![vec!["401 REGISTER", "403 REGISTER"]; 2]);
}

#[test]
fn who_guesses_on_is_not_even_checked_while_others_are() {
    let mut desk = Desk::new();
    desk.hears(STRANGER, &register(1, CONTACT));
    let asked = challenge(&desk, "REGISTER", "MD5");
    let wrong = authorization(&asked, Method::REGISTER, "sip:10.0.0.1", "guess");
    for _ in 0..11 {
        desk.hears(STRANGER, &register(2, &format!("{CONTACT}{wrong}")));
    }
    desk.sends();
    let right = authorization(&asked, Method::REGISTER, "sip:10.0.0.1", "secret");
    desk.hears(STRANGER, &register(3, &format!("{CONTACT}{right}")));
    assert_eq!(desk.sends(), ["403 REGISTER"]);
    registered(&mut desk, "MD5");
    assert_eq!(desk.sends(), ["401 REGISTER", "200 REGISTER"]);
}

fn call_from(user: &str, branch: &str) -> String {
    invite(branch).replace("+48600000001@carrier.example", &format!("{user}@10.0.0.1"))
}

#[test]
fn a_call_from_an_account_is_challenged_even_from_a_trunks_network() {
    let mut desk = Desk::new();
    desk.hears(CARRIER, &call_from("alice", "one"));
    let asked = challenge(&desk, "INVITE", "MD5");
    assert_eq!((desk.sends(), desk.counts()), (vec!["401 INVITE".into()], Counts::default()));
    let said = authorization(&asked, Method::INVITE, "sip:5000@10.0.0.1", "secret");
    let text = call_from("alice", "two").replace("Max-", &format!("{said}Max-"));
    desk.hears(CARRIER, &text);
    assert_eq!(desk.incoming().who, Who::Account("alice".to_owned()));
}

#[test]
fn a_registered_phone_is_challenged_whatever_its_from_says() {
    let mut desk = Desk::new();
    registered(&mut desk, "MD5");
    desk.sends();
    desk.hears(PHONE, &call_from("anonymous", "one"));
    assert_eq!(desk.sends(), ["401 INVITE"]);
    desk.hears("198.51.100.8:5062", &call_from("anonymous", "two"));
    assert_eq!(desk.sends(), ["403 INVITE"]);
}

#[test]
fn an_account_cannot_register_contacts_of_another() {
    let mut settings = settings();
    settings.accounts.insert("bob".to_owned(), "other".to_owned());
    let mut desk = Desk::with(settings);
    desk.hears(PHONE, &register(1, CONTACT));
    let asked = challenge(&desk, "REGISTER", "MD5");
    let said = authorization(&asked, Method::REGISTER, "sip:10.0.0.1", "secret");
    let text = register(2, &format!("{CONTACT}{said}"));
    desk.hears(PHONE, &text.replace("To: <sip:alice@", "To: <sip:bob@"));
    assert_eq!((desk.sends().pop(), desk.tells()), (Some("403 REGISTER".into()), Vec::new()));
}

#[test]
fn contacts_from_the_store_hold_until_they_expire() {
    let mut desk = Desk::new();
    registered(&mut desk, "MD5");
    let kept = desk.agent.bindings("alice", desk.now);
    let mut later = Desk::new();
    later.agent.load_bindings(later.now, "alice", kept.clone());
    later.agent.load_bindings(later.now, "gone", kept.clone());
    assert_eq!(later.agent.bindings("alice", later.now).len(), 1);
    assert!(later.agent.bindings("gone", later.now).is_empty(), "no account of ours");
    later.hears(PHONE, &call_from("anonymous", "one"));
    assert_eq!(later.sends(), ["401 INVITE"]);
}

#[test]
fn we_register_at_a_trunk_with_its_login_and_sign_out() {
    let mut settings = settings();
    let carrier = settings.trunks.get_mut("carrier").expect("the carrier");
    carrier.registration = Some(TrunkRegistration {
        registrar: Uri::parse("sip:carrier.example").expect("a URI"),
        aor: Uri::parse("sip:ring@carrier.example").expect("a URI"),
        path: udp(CARRIER),
        expiry: Duration::from_secs(600),
    });
    let mut desk = Desk::with(settings);
    desk.waits(Duration::ZERO);
    let first = desk.last("REGISTER");
    let asks = "WWW-Authenticate: Digest realm=\"c\", nonce=\"n\", qop=\"auth\"\n";
    desk.hears(CARRIER, &reply(&first, "401 Unauthorized", "r", asks));
    let second = desk.last("REGISTER");
    assert!(second.headers.has("Authorization") && second.via() != first.via());
    desk.hears(CARRIER, &reply(&second, "200 OK", "r", "Expires: 600\n"));
    assert_eq!(desk.tells(), ["carrier true"]);
    desk.sends();
    desk.waits(Duration::from_secs(490));
    assert_eq!(desk.sends().first().map(String::as_str), Some("REGISTER"), "in good time");
    let now = desk.now;
    desk.agent.sign_out(now, &mut desk.out);
    desk.collect();
    assert_eq!(desk.last("REGISTER").expires(), Some(0));
    assert_eq!(desk.tells(), ["carrier false"]);
    desk.waits(Duration::from_secs(40));
    assert_eq!(desk.counts(), Counts::default());
}

#[test]
fn new_settings_hold_for_new_calls_and_leave_old_ones_alone() {
    let mut desk = Desk::new();
    desk.hears(CARRIER, &invite("one"));
    let session = desk.incoming().session;
    let mut settings = settings();
    settings.trunks.clear();
    settings.realm = "elsewhere".to_owned();
    let now = desk.now;
    desk.agent.reload(now, settings, &mut desk.out);
    desk.hears(CARRIER, &invite("two"));
    desk.orders(Command::Accept { session, body: Body::sdp(ANSWER) });
    assert_eq!(desk.sends(), ["100 INVITE", "403 INVITE", "200 INVITE"]);
    desk.hears(PHONE, &register(1, CONTACT));
    assert!(challenge(&desk, "REGISTER", "MD5").contains("realm=\"elsewhere\""));
}
