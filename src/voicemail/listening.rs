//! Listening to messages by telephone: new ones first, then the old, each followed by a menu.
//!
//! ```text
//!               play over, or a key: heard
//! Playing ────────────────────────────────► Asking ──── 1, silence ──► next: Playing
//!    ▲  the message, then the menu            │ 2 ───► the same: Playing
//!    │                                        │ 3 ───► Deleting ── gone ──► next: Playing
//!    └────────────────────────────────────────┘ 9 ───► saved, next: Playing
//!                                                       no message left ──► Leaving ──► Over
//! ```
//!
//! Who hangs up in the middle of a message has not heard it: it stays new.

use super::message::{Message, State as Standing};
use crate::base::digit::Digit;
use crate::base::id::{MessageId, RecordingId};
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Moment, Now};
use std::collections::VecDeque;
use std::time::Duration;

/// Silence after the menu before the next message begins.
const PATIENCE: Duration = Duration::from_secs(10);

/// What happens to a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// What was played is over.
    PlayEnded,
    /// A key.
    Key(Digit),
    /// The message is gone, or could not be deleted.
    Deleted {
        /// Whether it is gone.
        gone: bool,
    },
    /// The deadline has come.
    Timer,
}

/// What a listener wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Play these, one after another; anything that plays stops.
    Play(Vec<Sound>),
    /// This message was heard.
    Heard(MessageId),
    /// This message shall stay longer.
    Save(MessageId),
    /// Delete this message; [`Event::Deleted`] answers.
    Delete(MessageId),
    /// Nothing more is to be heard.
    Over,
}

/// One thing to play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sound {
    /// A prompt by its name.
    Prompt(String),
    /// What a caller said.
    Recording(RecordingId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Playing,
    Asking { until: Moment },
    Deleting,
    Leaving,
    Over,
}

/// One agent who listens.
#[derive(Debug)]
pub struct Listening {
    /// Still to be heard, the one that plays first.
    left: VecDeque<Waiting>,
    state: State,
    /// Whether new or old ones were announced last.
    announced: Option<Group>,
}

/// A message, and what it was when listening began.
#[derive(Debug)]
struct Waiting {
    message: Message,
    group: Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    New,
    Old,
}

impl Listening {
    /// Begins with what is there now: new messages first, the oldest of each first.
    pub fn begin(messages: Vec<Message>, out: &mut Outbox<Effect>) -> Self {
        let group_of = |message: &Message| match message.state {
            Standing::New => Group::New,
            Standing::Heard | Standing::Saved => Group::Old,
        };
        let waiting = messages.into_iter();
        let mut left: Vec<Waiting> =
            waiting.map(|message| Waiting { group: group_of(&message), message }).collect();
        left.sort_by_key(|waiting| (waiting.group, waiting.message.left_at));
        let mut listening = Self { left: left.into(), state: State::Playing, announced: None };
        if listening.left.is_empty() {
            listening.state = State::Leaving;
            out.push(Effect::Play(vec![prompt("messages-none")]));
        } else {
            listening.play(None, out);
        }
        listening
    }

    /// When to be called with [`Event::Timer`].
    #[must_use]
    pub const fn deadline(&self) -> Option<Deadline> {
        match self.state {
            State::Asking { until } => Some(Deadline { at: until, why: "next message" }),
            State::Playing | State::Deleting | State::Leaving | State::Over => None,
        }
    }

    /// The message that is to be deleted, while the store is asked.
    #[must_use]
    pub fn is_deleting(&self, message: MessageId) -> bool {
        self.state == State::Deleting
            && self.left.front().is_some_and(|one| one.message.id == message)
    }

    /// Takes one event.
    pub fn handle(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match (self.state, event) {
            (State::Playing, Event::PlayEnded) => {
                self.heard(out);
                self.state = State::Asking { until: now.monotonic + PATIENCE };
            }
            (State::Playing | State::Asking { .. }, Event::Key(key)) => self.key(key, out),
            (State::Asking { until }, Event::Timer) if until <= now.monotonic => {
                self.next(None, out);
            }
            (State::Deleting, Event::Deleted { gone: true }) => {
                self.next(Some("message-deleted"), out);
            }
            (State::Deleting, Event::Deleted { gone: false }) => {
                self.play(Some("sorry-try-again"), out);
            }
            (State::Leaving, Event::PlayEnded | Event::Key(_)) => {
                self.state = State::Over;
                out.push(Effect::Over);
            }
            (
                State::Playing
                | State::Asking { .. }
                | State::Deleting
                | State::Leaving
                | State::Over,
                _,
            ) => {}
        }
    }

    fn key(&mut self, key: Digit, out: &mut Outbox<Effect>) {
        let Some(message) = self.left.front().map(|one| one.message.id) else { return };
        match key.as_char() {
            '1' => {
                self.heard(out);
                self.next(None, out);
            }
            '2' => {
                self.heard(out);
                self.play(None, out);
            }
            '3' => {
                self.state = State::Deleting;
                out.push(Effect::Delete(message));
            }
            '9' => {
                out.push(Effect::Save(message));
                self.next(Some("message-saved"), out);
            }
            _ => {}
        }
    }

    /// The message that plays is no new one any more.
    fn heard(&mut self, out: &mut Outbox<Effect>) {
        let Some(Waiting { message, .. }) = self.left.front_mut() else { return };
        if message.state == Standing::New {
            message.state = Standing::Heard;
            out.push(Effect::Heard(message.id));
        }
    }

    /// Goes on with the message after this one, after a word about this one.
    fn next(&mut self, word: Option<&str>, out: &mut Outbox<Effect>) {
        self.left.pop_front();
        if self.left.is_empty() {
            let mut sounds: Vec<Sound> = word.into_iter().map(prompt).collect();
            sounds.push(prompt("messages-no-more"));
            self.state = State::Leaving;
            return out.push(Effect::Play(sounds));
        }
        self.play(word, out);
    }

    fn play(&mut self, word: Option<&str>, out: &mut Outbox<Effect>) {
        let Some(Waiting { message, group }) = self.left.front() else { return };
        let mut sounds: Vec<Sound> = word.into_iter().map(prompt).collect();
        if self.announced != Some(*group) {
            sounds.push(prompt(match group {
                Group::New => "messages-new",
                Group::Old => "messages-old",
            }));
            self.announced = Some(*group);
        }
        if let Some(number) = &message.caller.number {
            sounds.push(prompt("message-from"));
            let digits = number.as_str().chars().filter(char::is_ascii_digit);
            sounds.extend(digits.map(|digit| Sound::Prompt(format!("digits/{digit}"))));
        }
        sounds.push(Sound::Recording(message.recording));
        sounds.push(prompt("message-menu"));
        self.state = State::Playing;
        out.push(Effect::Play(sounds));
    }
}

fn prompt(name: &str) -> Sound {
    Sound::Prompt(name.to_owned())
}

#[cfg(test)]
mod tests;
