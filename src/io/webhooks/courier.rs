//! One webhook's courier: a few notices at a time, each again until it was taken.

use super::BackOff;
use super::signature::sign;
use crate::config::outside::Webhook;
use crate::io::clock;
use crate::io::https::sentence;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Notices under way to one webhook at once.
const UNDER_WAY_MAX: usize = 4;
/// Notices that wait to be tried again; while there are more, no fresh one is taken.
const AGAIN_MAX: usize = 4_096;
/// Longest that one try may take.
const TRY_MAX: Duration = Duration::from_secs(15);
/// Gone: the far end wants no more notices.
const GONE: u16 = 410;

/// A notice as it is sent, and how often it was tried.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    id: Arc<str>,
    body: Arc<str>,
    tried: u32,
}

/// How one try went.
#[derive(Debug)]
enum Outcome {
    Taken,
    /// Why not.
    Failed(String),
    Gone,
}

/// Carries the notices of one webhook.
#[derive(Debug)]
pub(super) struct Courier {
    hook: Webhook,
    client: reqwest::Client,
    back_off: BackOff,
    under_way: JoinSet<(Letter, Outcome)>,
    /// By the moment of the next try; the number keeps equal moments apart.
    again: BTreeMap<(Instant, u64), Letter>,
    counted: u64,
}

impl Letter {
    pub(super) fn new(id: &Arc<str>, body: &Arc<str>) -> Self {
        Self { id: Arc::clone(id), body: Arc::clone(body), tried: 0 }
    }
}

impl Courier {
    pub(super) fn new(hook: Webhook, client: reqwest::Client, back_off: BackOff) -> Self {
        let (under_way, again) = (JoinSet::new(), BTreeMap::new());
        Self { hook, client, back_off, under_way, again, counted: 0 }
    }

    /// Until nobody tells any more and what was told is tried once more, or until the far end
    /// is gone.
    pub(super) async fn run(mut self, mut letters: mpsc::Receiver<Letter>) {
        loop {
            let free = self.under_way.len() < UNDER_WAY_MAX;
            let takes = free && self.again.len() < AGAIN_MAX;
            let due = self.again.first_key_value().map(|((at, _), _)| *at);
            tokio::select! {
                letter = letters.recv(), if takes => match letter {
                    Some(letter) => self.send(letter),
                    None => break,
                },
                Some(ended) = self.under_way.join_next() => {
                    if let Ok((letter, outcome)) = ended && self.is_over(letter, outcome) {
                        return;
                    }
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if free && due.is_some() => {
                    if let Some((_, letter)) = self.again.pop_first() {
                        self.send(letter);
                    }
                }
            }
        }
        self.last_round().await;
    }

    /// What is left is tried once more, all of it; then it is lost.
    async fn last_round(mut self) {
        let mut lost = 0;
        loop {
            while self.under_way.len() < UNDER_WAY_MAX
                && let Some((_, letter)) = self.again.pop_first()
            {
                self.send(letter);
            }
            match self.under_way.join_next().await {
                Some(Ok((_, Outcome::Taken))) => {}
                Some(_) => lost += 1,
                None => break,
            }
        }
        if lost > 0 {
            let webhook = self.hook.name;
            tracing::error!(webhook, lost, "notices are lost: the webhook did not take them");
        }
    }

    fn send(&mut self, mut letter: Letter) {
        letter.tried += 1;
        let (hook, client) = (self.hook.clone(), self.client.clone());
        self.under_way.spawn(async move {
            let outcome = post(&client, &hook, &letter).await;
            (letter, outcome)
        });
    }

    /// What a try means for the notice; whether the far end is gone.
    fn is_over(&mut self, letter: Letter, outcome: Outcome) -> bool {
        let (webhook, id, tried) = (&self.hook.name, &letter.id, letter.tried);
        match outcome {
            Outcome::Taken => tracing::debug!(webhook, %id, tried, "notice taken"),
            Outcome::Gone => {
                tracing::error!(webhook, "the webhook says it is gone; it is told nothing more");
                return true;
            }
            Outcome::Failed(why) => match (self.back_off)(tried) {
                Some(wait) => {
                    tracing::warn!(webhook, %id, tried, why, "notice not taken; tried again");
                    self.counted += 1;
                    self.again.insert((Instant::now() + wait, self.counted), letter);
                }
                None => tracing::error!(webhook, %id, tried, why, "notice given up"),
            },
        }
        false
    }
}

async fn post(client: &reqwest::Client, hook: &Webhook, letter: &Letter) -> Outcome {
    let seconds = clock::utc().as_millis() / 1_000;
    let request = client
        .post(&hook.url)
        .timeout(TRY_MAX)
        .header("content-type", "application/json")
        .header("webhook-id", &*letter.id)
        .header("webhook-timestamp", seconds)
        .header("webhook-signature", sign(hook.key.bytes(), &letter.id, seconds, &letter.body))
        .body(letter.body.to_string());
    match request.send().await {
        Ok(answer) if answer.status().is_success() => Outcome::Taken,
        Ok(answer) if answer.status().as_u16() == GONE => Outcome::Gone,
        Ok(answer) => Outcome::Failed(format!("it said {}", answer.status())),
        Err(fault) => Outcome::Failed(sentence(&fault)),
    }
}
