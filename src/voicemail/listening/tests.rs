//! Stories of agents who listen.

use super::*;
use crate::base::id::CallId;
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::base::time::Utc;
use crate::voicemail::message::Caller;

/// One listener, the clock, and what was wanted.
struct Story {
    listening: Listening,
    now: Now,
    seen: Vec<String>,
}

impl Story {
    fn of(messages: Vec<Message>) -> Self {
        let mut out = Outbox::new();
        let listening = Listening::begin(messages, &mut out);
        let mut story = Self { listening, now: Now::default(), seen: Vec::new() };
        story.note(&mut out);
        story
    }

    fn gets(&mut self, event: Event) -> &mut Self {
        let mut out = Outbox::new();
        self.listening.handle(self.now, event, &mut out);
        self.note(&mut out);
        self
    }

    fn presses(&mut self, key: char) -> &mut Self {
        self.gets(Event::Key(Digit::from_char(key).expect("a key")))
    }

    fn note(&mut self, out: &mut Outbox<Effect>) {
        self.seen.extend(out.drain().map(|effect| match effect {
            Effect::Play(sounds) => {
                let words = sounds.iter().map(|sound| match sound {
                    Sound::Prompt(name) => name.clone(),
                    Sound::Recording(recording) => recording.to_string(),
                });
                words.collect::<Vec<_>>().join(" ")
            }
            Effect::Heard(message) => format!("heard {message}"),
            Effect::Save(message) => format!("save {message}"),
            Effect::Delete(message) => format!("delete {message}"),
            Effect::Over => "over".to_owned(),
        }));
    }

    #[track_caller]
    fn sees(&mut self, expected: &str) -> &mut Self {
        assert_eq!(std::mem::take(&mut self.seen).join("; "), expected);
        self
    }
}

#[test]
fn new_messages_come_first_and_each_is_heard_once() {
    let mut story = Story::of(vec![message(1, Standing::Heard), message(2, Standing::New)]);
    story.sees("messages-new recording-2 message-menu").gets(Event::PlayEnded);
    story.sees("heard message-2").presses('2').sees("recording-2 message-menu");
    story.presses('1').sees("messages-old recording-1 message-menu");
    story.presses('1').sees("messages-no-more").gets(Event::PlayEnded).sees("over");
}

#[test]
fn an_empty_mailbox_says_so() {
    Story::of(vec![]).sees("messages-none").gets(Event::PlayEnded).sees("over");
}

#[test]
fn a_message_is_told_as_deleted_when_it_is() {
    let mut story = Story::of(vec![message(1, Standing::New), message(2, Standing::New)]);
    story.presses('3').sees("messages-new recording-1 message-menu; delete message-1");
    assert!(story.listening.is_deleting(MessageId::from(1)));
    story.presses('1').sees("");
    story.gets(Event::Deleted { gone: true }).sees("message-deleted recording-2 message-menu");
    story.presses('3').gets(Event::Deleted { gone: false });
    story.sees("delete message-2; sorry-try-again recording-2 message-menu");
}

#[test]
fn silence_goes_on_with_the_next() {
    let mut story = Story::of(vec![message(1, Standing::New)]);
    story.gets(Event::PlayEnded).sees("messages-new recording-1 message-menu; heard message-1");
    let due = story.listening.deadline().expect("a deadline");
    story.now.monotonic = due.at;
    story.gets(Event::Timer).sees("messages-no-more");
}

#[test]
fn a_saved_message_stays_and_the_number_of_its_caller_is_said() {
    let number = PhoneNumber::from_e164("+48601").or_else(|| PhoneNumber::from_e164("+4860123"));
    let mut one = message(1, Standing::New);
    one.caller.number = number.clone();
    let digits: Vec<String> = number
        .iter()
        .flat_map(|number| number.as_str().chars().skip(1))
        .map(|digit| format!("digits/{digit}"))
        .collect();
    let mut story = Story::of(vec![one]);
    let said = digits.join(" ");
    story.sees(&format!("messages-new message-from {said} recording-1 message-menu"));
    story.presses('9').sees("save message-1; message-saved messages-no-more");
}

fn message(id: u64, state: Standing) -> Message {
    Message {
        id: MessageId::from(id),
        mailbox: "support".to_owned(),
        recording: RecordingId::from(id),
        length: Duration::from_secs(3),
        call: CallId::from(id),
        caller: Caller {
            number: None,
            name: None,
            called: "5003".to_owned(),
            language: Language::english(),
        },
        left_at: Utc::default(),
        state,
        kept_from: Utc::default(),
        notice_due: false,
    }
}
