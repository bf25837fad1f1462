//! Stories of messages between the caller, the store and the clock.

use super::*;
use crate::base::id::{CallId, RecordingId};
use crate::base::language::Language;
use crate::base::time::Moment;
use crate::voicemail::message::Caller;
use crate::voicemail::settings::{MessageLimits, Notify};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A mailbox and a store that keeps everything unless it is told to fail.
struct Story {
    mailboxes: Mailboxes,
    now: Now,
    fails: bool,
    seen: Vec<Effect>,
}

impl Story {
    fn new() -> Self {
        Self::of(settings())
    }

    fn of(settings: MailboxSettings) -> Self {
        let (mailboxes, now) = (Mailboxes::new(&[settings]), Now::default());
        Self { mailboxes, now, fails: false, seen: Vec::new() }
    }

    fn gets(&mut self, event: Event) -> &mut Self {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            let mut out = Outbox::new();
            self.mailboxes.handle(self.now, event, &mut out);
            for effect in out.drain() {
                if let Effect::Store(change) = effect {
                    events.push(Event::Stored { change, durable: !self.fails });
                } else {
                    self.seen.push(effect);
                }
            }
        }
        self
    }

    fn waits(&mut self, span: Duration) -> &mut Self {
        let end = self.now.monotonic + span;
        while let Some(due) = self.mailboxes.deadline().filter(|due| due.at <= end) {
            let passed = due.at.since(self.now.monotonic);
            self.now = Now { monotonic: due.at, utc: self.now.utc + passed };
            self.gets(Event::Timer);
        }
        let passed = end.since(self.now.monotonic);
        self.now = Now { monotonic: end, utc: self.now.utc + passed };
        self
    }

    fn leaves(&mut self, id: u64) -> &mut Self {
        let message = Message { left_at: self.now.utc, kept_from: self.now.utc, ..message(id) };
        self.gets(Event::Leave(Box::new(message)))
    }

    fn counts(&self) -> (usize, usize) {
        let counts = self.mailboxes.counts("support");
        (counts.new, counts.old)
    }
}

#[test]
fn messages_of_a_mailbox_that_is_gone_wait_for_its_return() {
    let mut story = Story::new();
    story.leaves(1);
    let mut out = Outbox::new();
    story.mailboxes.update(story.now, &[], &mut out);
    assert!(story.mailboxes.settings("support").is_none());
    story.waits(365 * DAY);
    story.mailboxes.update(story.now, &[settings()], &mut out);
    let counted = Effect::Counted { mailbox: settings().name };
    assert_eq!(out.drain().collect::<Vec<_>>(), [counted]);
    assert!(story.mailboxes.message(message(1).id).is_some());
}

#[test]
fn a_message_is_there_when_it_is_durable_and_not_before() {
    let mut story = Story::new();
    let mut out = Outbox::new();
    story.mailboxes.handle(story.now, Event::Leave(Box::new(message(1))), &mut out);
    assert_eq!(story.counts(), (0, 0));
    assert!(matches!(out.pop(), Some(Effect::Store(_))));
    story.leaves(1);
    assert_eq!(story.counts(), (1, 0));
    let counted = Effect::Counted { mailbox: "support".to_owned() };
    assert_eq!(story.seen, [Effect::Kept(id(1)), counted]);
}

#[test]
fn a_message_that_is_not_stored_is_none() {
    let mut story = Story::new();
    story.fails = true;
    story.leaves(1);
    assert_eq!((story.counts(), story.seen.as_slice()), ((0, 0), &[Effect::NotKept(id(1))][..]));
}

#[test]
fn listening_saving_and_deleting_hold_when_they_are_durable() {
    let mut story = Story::new();
    story.leaves(1).leaves(2).gets(Event::Heard(id(1)));
    assert_eq!(story.counts(), (1, 1));
    story.fails = true;
    story.gets(Event::Heard(id(2))).gets(Event::Delete(id(1)));
    assert_eq!(story.counts(), (1, 1));
    story.fails = false;
    story.gets(Event::Save(id(2))).gets(Event::Delete(id(1)));
    assert_eq!(story.counts(), (0, 1));
    assert_eq!(story.mailboxes.message(id(2)).map(|m| m.state), Some(State::Saved));
}

#[test]
fn a_saved_message_is_not_made_an_old_one_by_hearing_it() {
    let mut story = Story::new();
    story.leaves(1).gets(Event::Save(id(1))).gets(Event::Heard(id(1)));
    assert_eq!(story.mailboxes.message(id(1)).map(|m| m.state), Some(State::Saved));
}

#[test]
fn a_full_mailbox_says_so_until_a_message_is_deleted() {
    let mut story = Story::new();
    story.leaves(1).leaves(2);
    assert!(story.mailboxes.is_full("support"));
    story.gets(Event::Delete(id(1)));
    assert!(!story.mailboxes.is_full("support"));
    assert!(story.mailboxes.is_full("nowhere"));
}

#[test]
fn retention_deletes_a_message_and_saving_begins_it_anew() {
    let mut story = Story::new();
    story.leaves(1).leaves(2).waits(DAY * 20).gets(Event::Save(id(2)));
    story.waits(DAY * 11);
    assert_eq!(story.counts(), (0, 1));
    let deleted = story.seen.iter().rev().find_map(|effect| {
        let Effect::Deleted { message, why } = effect else { return None };
        Some((message.id, *why))
    });
    assert_eq!(deleted, Some((id(1), Why::Retention)));
    story.waits(DAY * 20);
    assert_eq!(story.counts(), (0, 0));
}

#[test]
fn a_message_that_a_failing_store_keeps_too_long_is_deleted_later() {
    let mut story = Story::new();
    story.leaves(1);
    story.fails = true;
    story.waits(DAY * 31);
    assert_eq!(story.counts(), (1, 0));
    story.fails = false;
    story.waits(DELETE_AGAIN);
    assert_eq!(story.counts(), (0, 0));
}

#[test]
fn a_restart_brings_messages_back_and_tells_those_who_were_not_told() {
    let mut story = Story::new();
    let untold = Message { notice_due: true, ..message(2) };
    let lost = Message { mailbox: "closed-down".to_owned(), ..message(3) };
    story.gets(Event::Restored(vec![message(1), untold.clone(), lost]));
    assert_eq!(story.counts(), (2, 0));
    assert!(story.seen.contains(&Effect::Tell(Box::new(untold))));
    story.gets(Event::Told(id(2)));
    assert_eq!(story.mailboxes.message(id(2)).map(|m| m.notice_due), Some(false));
    story.waits(DAY * 31);
    assert_eq!(story.counts(), (0, 0));
}

#[test]
fn without_retention_a_message_stays() {
    let mut story = Story::of(MailboxSettings { retention: None, ..settings() });
    story.leaves(1).waits(DAY * 1_000);
    assert_eq!((story.counts(), story.mailboxes.deadline()), ((1, 0), None));
}

#[test]
fn a_clock_that_was_set_back_deletes_nothing_early() {
    let mut story = Story::new();
    story.leaves(1);
    let due = story.mailboxes.deadline().expect("a deadline");
    story.now = Now { monotonic: due.at, utc: Utc::from_millis(0) };
    story.gets(Event::Timer);
    assert_eq!(story.counts(), (1, 0));
    let next = story.mailboxes.deadline().map(|next| next.at);
    assert_eq!(next, Some(Moment::ZERO + DAY * 60));
}

fn id(id: u64) -> MessageId {
    MessageId::from(id)
}

fn message(number: u64) -> Message {
    Message {
        id: id(number),
        mailbox: "support".to_owned(),
        recording: RecordingId::from(number),
        length: Duration::from_secs(3),
        call: CallId::from(number),
        caller: Caller {
            number: None,
            name: None,
            called: "5003".to_owned(),
            language: Language::english(),
        },
        left_at: Utc::default(),
        state: State::New,
        kept_from: Utc::default(),
        notice_due: false,
    }
}

fn settings() -> MailboxSettings {
    MailboxSettings {
        name: "support".to_owned(),
        title: "Support".to_owned(),
        greeting: "voicemail-greeting".to_owned(),
        limits: MessageLimits {
            longest: Duration::from_secs(60),
            shortest: Duration::ZERO,
            silence: None,
        },
        messages_max: 2,
        retention: Some(DAY * 30),
        agents: vec!["anna".to_owned()],
        notify: Notify::default(),
    }
}
