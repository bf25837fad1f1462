//! Good and bad days of a registration at a trunk.

use super::*;
use crate::base::time::Utc;
use crate::sip::digest::Answer;
use crate::sip::wire::read_datagram;

const ASK: &str = "WWW-Authenticate: Digest realm=\"t\", nonce=\"n1\", qop=\"auth\"\r\n";

struct Line {
    registration: Registration,
    now: Now,
    /// The last request that was sent.
    sent: Option<Message>,
    told: Vec<bool>,
}

impl Line {
    fn new(password: Option<&str>) -> Self {
        let now = Now { monotonic: Moment::from_millis(1_000), utc: Utc::from_millis(0) };
        let login =
            password.map(|password| Login { user: "u".to_owned(), password: password.to_owned() });
        let settings = Settings {
            trunk: "carrier".to_owned(),
            registrar: Uri::parse("sip:t.example").unwrap(),
            aor: Uri::parse("sip:u@t.example").unwrap(),
            contact: Uri::parse("sip:u@192.0.2.1:5060").unwrap(),
            login,
            expiry: Duration::from_secs(600),
        };
        let registration = Registration::new(now, settings, Entropy::from_number(3));
        Self { registration, now, sent: None, told: Vec::new() }
    }

    fn give(&mut self, event: Event) {
        let mut out = Outbox::new();
        self.sent = None;
        self.registration.handle(self.now, event, &mut out);
        for effect in out.drain() {
            match effect {
                Effect::Send(message) => self.sent = Some(*message),
                Effect::Registered(stands) => self.told.push(stands),
            }
        }
    }

    /// Jumps to the deadline; gives how long that was.
    fn waits(&mut self) -> u64 {
        let at = self.registration.deadline().unwrap().at;
        let span = at.since(self.now.monotonic);
        self.now.monotonic = self.now.monotonic.max(at);
        self.give(Event::Timer);
        span.as_secs()
    }

    fn answers(&mut self, status: u16, lines: &str) {
        let request = self.sent.as_ref().unwrap();
        let bytes = Message::response_to(request, status, None).with("Via", "SIP/2.0/UDP h");
        let text = String::from_utf8(bytes.to_bytes().to_vec()).unwrap();
        let text = text.replacen("\r\n", &format!("\r\n{lines}"), 1);
        let response = read_datagram(text.as_bytes()).unwrap();
        self.give(Event::Answered(Box::new(response)));
    }

    fn answer_sent(&self) -> Option<Answer> {
        Answer::parse(self.sent.as_ref()?.headers.first("Authorization")?)
    }
}

#[test]
fn a_registration_is_refreshed_before_it_ends_and_knows_the_challenge_by_then() {
    let mut line = Line::new(Some("p"));
    assert_eq!(line.waits(), 0);
    let first = line.sent.clone().unwrap();
    assert_eq!(first.expires(), Some(600));
    line.answers(401, ASK);
    assert_eq!(line.answer_sent().unwrap().counted.unwrap().count, 1);
    line.answers(200, "Contact: <sip:x@y>;expires=9, <sip:u@192.0.2.1:5060>;expires=300\r\n");
    assert_eq!(line.told, [true]);
    let waited = line.waits();
    assert!((225..=240).contains(&waited), "{waited}");
    let refresh = line.sent.clone().unwrap();
    assert_eq!(line.answer_sent().unwrap().counted.unwrap().count, 2);
    assert_eq!(refresh.call_id(), first.call_id());
    assert_eq!((first.cseq().unwrap().0, refresh.cseq().unwrap().0), (1, 3));
    line.answers(200, "");
    assert_eq!(line.told, [true]);
}

#[test]
fn a_stale_nonce_is_answered_anew_and_a_wrong_password_is_not_tried_twice() {
    let mut line = Line::new(Some("p"));
    line.waits();
    line.answers(401, ASK);
    line.answers(401, &ASK.replace("n1", "n2").replace("qop", "stale=true, qop"));
    assert_eq!(line.answer_sent().unwrap().nonce, "n2");
    line.answers(401, &ASK.replace("n1", "n3"));
    assert!(line.sent.is_none() && line.told.is_empty());
    assert!((15..=30).contains(&line.waits()));
    assert!(line.answer_sent().is_none());
}

#[test]
fn without_a_login_a_challenge_is_a_refusal() {
    let mut line = Line::new(None);
    line.waits();
    line.answers(401, ASK);
    assert!(line.sent.is_none());
}

#[test]
fn too_brief_an_expiry_is_made_longer_at_once() {
    let mut line = Line::new(None);
    line.waits();
    line.answers(423, "Min-Expires: 1800\r\n");
    assert_eq!(line.sent.as_ref().unwrap().expires(), Some(1_800));
    line.answers(423, "Min-Expires: 999999\r\n");
    assert!(line.sent.is_none());
}

#[test]
fn rests_grow_when_nobody_answers_and_shrink_after_success() {
    let mut line = Line::new(None);
    line.waits();
    let mut rests = Vec::new();
    for _ in 0..12 {
        line.give(Event::Unanswered);
        rests.push(line.waits());
    }
    assert!((15..=30).contains(&rests[0]) && (30..=60).contains(&rests[1]), "{rests:?}");
    assert!((900..=1_800).contains(&rests[11]), "{rests:?}");
    line.answers(200, "");
    line.waits();
    line.give(Event::Unanswered);
    let rest = line.registration.deadline().unwrap().at.since(line.now.monotonic);
    assert!(rest <= REST_FIRST);
}

#[test]
fn a_registration_that_nobody_refreshes_is_told_lost_at_its_end() {
    let mut line = Line::new(None);
    line.waits();
    line.answers(200, "Expires: 60\r\n");
    line.waits();
    line.answers(503, "Retry-After: 120\r\n");
    assert_eq!(line.told, [true]);
    let waited = line.waits();
    assert!((12..=15).contains(&waited), "{waited}");
    assert_eq!((line.told.as_slice(), line.sent.is_none()), (&[true, false][..], true));
    line.waits();
    assert!(line.sent.is_some());
}

#[test]
fn stopping_signs_out_once() {
    let mut line = Line::new(None);
    line.waits();
    line.answers(200, "");
    line.give(Event::Stop);
    assert_eq!(line.sent.as_ref().unwrap().expires(), Some(0));
    line.answers(200, "");
    line.give(Event::Stop);
    assert!(line.sent.is_none() && line.registration.deadline().is_none());
    assert_eq!(line.told, [true, false]);
}
