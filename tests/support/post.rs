//! Sending until somebody answers (RFC 3261 §17, §13.3.1.4): a phone on a line that loses.

use ringback::base::time::Moment;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);
/// 64 × T1, after which a phone gives up.
const PATIENCE: Duration = Duration::from_secs(32);
/// Most answers kept for requests that come again.
const ANSWERS_MAX: usize = 200;

/// What is repeated until it is answered.
#[derive(Default)]
pub struct Post {
    waiting: BTreeMap<String, Letter>,
    /// Answers to requests that may come again, by branch and method.
    answers: Vec<((String, String), Vec<u8>)>,
}

struct Letter {
    to: SocketAddr,
    bytes: Vec<u8>,
    next: Moment,
    interval: Duration,
    until: Moment,
}

impl Post {
    /// Repeats `bytes` until [`Post::answered`] is told the same key.
    pub fn repeat(&mut self, now: Moment, key: String, to: SocketAddr, bytes: Vec<u8>) {
        let letter = Letter { to, bytes, next: now + T1, interval: T1, until: now + PATIENCE };
        self.waiting.insert(key, letter);
    }

    /// It was answered. Tells whether it was waited for.
    pub fn answered(&mut self, key: &str) -> bool {
        self.waiting.remove(key).is_some()
    }

    pub fn deadline(&self) -> Option<Moment> {
        self.waiting.values().map(|letter| letter.next).min()
    }

    /// What is due to be sent again; and the keys that nobody will answer any more.
    pub fn due(&mut self, now: Moment) -> (Vec<(SocketAddr, Vec<u8>)>, Vec<String>) {
        let mut again = Vec::new();
        let mut lost = Vec::new();
        for (key, letter) in &mut self.waiting {
            if letter.next > now {
                continue;
            }
            if letter.until <= now {
                lost.push(key.clone());
                continue;
            }
            again.push((letter.to, letter.bytes.clone()));
            letter.interval = (letter.interval * 2).min(T2);
            letter.next = now + letter.interval;
        }
        for key in &lost {
            self.waiting.remove(key);
        }
        (again, lost)
    }

    /// Keeps an answer, for the request may come again.
    pub fn keep_answer(&mut self, branch: &str, method: &str, bytes: Vec<u8>) {
        let key = (branch.to_owned(), method.to_owned());
        self.answers.retain(|(known, _)| *known != key);
        if self.answers.len() >= ANSWERS_MAX {
            self.answers.remove(0);
        }
        self.answers.push((key, bytes));
    }

    /// The answer that was given to this request, if it has come before.
    pub fn answer_given(&self, branch: &str, method: &str) -> Option<Vec<u8>> {
        let known = |key: &(String, String)| key.0 == branch && key.1 == method;
        self.answers.iter().find(|(key, _)| known(key)).map(|(_, bytes)| bytes.clone())
    }
}
