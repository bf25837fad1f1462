//! Stories of one subscription.

use super::*;
use crate::base::entropy::Entropy;
use crate::sip::dialog::Reach;
use crate::sip::event::Transport;
use crate::sip::identity::Identity;
use crate::sip::wire::read_datagram;
use std::net::IpAddr;

/// One subscription, its clock, and what it wanted.
struct Story {
    subscription: Subscription,
    entropy: Entropy,
    now: Moment,
    seen: Vec<String>,
}

impl Story {
    fn asked(expires: &str) -> Self {
        let remote = "198.51.100.7:5062".parse().expect("an address");
        let path = Path { transport: Transport::Udp, remote, connection: None };
        let request = subscribe(1, expires);
        let dialog = Dialog::called(&request, "ours", path, Reach::Pinned).expect("a dialog");
        let subscription = Subscription::asked(dialog, ServerId(1), request);
        let entropy = Entropy::from_number(1);
        Self { subscription, entropy, now: Moment::ZERO, seen: Vec::new() }
    }

    fn gets(&mut self, event: Event) -> &mut Self {
        let identity = Identity::only(IpAddr::from([10, 0, 0, 1]), 5060);
        let mut context = Context { now: self.now, entropy: &mut self.entropy, identity };
        let mut out = Outbox::new();
        self.subscription.handle(event, &mut context, &mut out);
        self.seen.extend(out.drain().map(|step| match step {
            Step::Respond(_, response) => {
                let expires = response.expires().map(|e| format!(" for {e}"));
                let status = response.status().unwrap_or(0);
                format!("{status}{}", expires.unwrap_or_default())
            }
            Step::Notify { message, .. } => {
                let body = String::from_utf8_lossy(&message.body).into_owned();
                let state = message.headers.first("Subscription-State").unwrap_or_default();
                format!("notify {body} {state}")
            }
            Step::Forget => "forget".to_owned(),
        }));
        self
    }

    fn waits(&mut self, seconds: u64) -> &mut Self {
        self.now = self.now + Duration::from_secs(seconds);
        self.gets(Event::Timer)
    }

    #[track_caller]
    fn sees(&mut self, expected: &str) -> &mut Self {
        assert_eq!(std::mem::take(&mut self.seen).join("; "), expected);
        self
    }
}

#[test]
fn a_subscriber_is_told_at_once_and_at_each_change() {
    let mut story = Story::asked("Expires: 600\n");
    story.sees("").gets(Event::Accept(body("dark")));
    story.sees("200 for 600; notify dark active;expires=600").gets(Event::Answered(200));
    story.waits(10).gets(Event::Changed(body("lit")));
    story.sees("notify lit active;expires=590");
}

#[test]
fn what_changes_while_a_notify_is_on_its_way_is_told_in_the_next() {
    let mut story = Story::asked("Expires: 600\n");
    story.gets(Event::Accept(body("0"))).sees("200 for 600; notify 0 active;expires=600");
    story.gets(Event::Changed(body("1"))).gets(Event::Changed(body("2"))).sees("");
    story.gets(Event::Answered(200)).sees("notify 2 active;expires=600");
    story.gets(Event::Answered(200)).sees("");
}

#[test]
fn a_subscription_that_is_not_renewed_ends_with_a_last_word() {
    let mut story = Story::asked("Expires: 60\n");
    story.gets(Event::Accept(body("dark"))).gets(Event::Answered(200));
    story.sees("200 for 60; notify dark active;expires=60");
    story.waits(60).sees("notify dark terminated;reason=timeout");
    story.gets(Event::Answered(200)).sees("forget");
}

#[test]
fn renewing_moves_the_end_and_tells_again() {
    let mut story = Story::asked("Expires: 60\n");
    story.gets(Event::Accept(body("dark"))).gets(Event::Answered(200));
    story.waits(50).gets(again(2, "Expires: 60\n")).gets(Event::Answered(200));
    story.waits(20);
    story.sees(
        "200 for 60; notify dark active;expires=60; 200 for 60; notify dark active;expires=60",
    );
}

#[test]
fn who_asks_for_no_time_is_told_once() {
    let mut story = Story::asked("Expires: 0\n");
    story.gets(Event::Accept(body("lit")));
    story.sees("200 for 0; notify lit terminated;reason=timeout");
    story.gets(Event::Answered(200)).sees("forget");
}

#[test]
fn a_subscriber_who_forgot_it_or_is_gone_is_forgotten() {
    for end in [Event::Answered(481), Event::Lost] {
        let mut story = Story::asked("");
        story.gets(Event::Accept(body("dark"))).gets(end);
        story.sees("200 for 3600; notify dark active;expires=3600; forget");
    }
}

#[test]
fn a_refused_one_leaves_nothing() {
    Story::asked("").gets(Event::Refuse(403)).sees("403; forget");
}

#[test]
fn an_old_request_moves_nothing() {
    let mut story = Story::asked("Expires: 60\n");
    story.gets(Event::Accept(body("dark"))).gets(again(1, "Expires: 0\n"));
    story.sees("200 for 60; notify dark active;expires=60; 500");
}

fn again(cseq: u32, expires: &str) -> Event {
    Event::Again(ServerId(2), Box::new(subscribe(cseq, expires)))
}

fn body(text: &str) -> Body {
    Body { content_type: "text/plain".to_owned(), bytes: text.to_owned().into() }
}

fn subscribe(cseq: u32, expires: &str) -> Message {
    let text = format!(
        "SUBSCRIBE sip:anna@10.0.0.1 SIP/2.0\n\
         Via: SIP/2.0/UDP 198.51.100.7:5062;branch=z9hG4bK{cseq}\n\
         Max-Forwards: 70\n\
         From: <sip:anna@10.0.0.1>;tag=phone\n\
         To: <sip:anna@10.0.0.1>\n\
         Call-ID: light\n\
         CSeq: {cseq} SUBSCRIBE\n\
         Contact: <sip:anna@198.51.100.7:5062>\n\
         Event: message-summary\n{expires}\n"
    );
    read_datagram(text.replace('\n', "\r\n").as_bytes()).expect("a request")
}
