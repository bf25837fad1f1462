//! Tells other systems what happens here, by the Standard Webhooks scheme: an id, a time and a
//! signature with every notice, and the same id again until it was taken.
//!
//! ```text
//!  tell ──► one bounded queue for each webhook ──► its courier ──► POST ──► 2xx: taken
//!                       │ full                        ▲              │ else
//!                       └──► dropped and logged       └─ back-off ◄──┘   for a day
//! ```
//! Whoever tells never waits. A notice lives in memory: one that was not taken when the process
//! ends is lost, which is logged.

mod courier;
mod signature;

use super::https::{self, Reach};
use crate::base::entropy::Entropy;
use crate::base::json::Json;
use crate::base::time::Utc;
use crate::config::outside::Webhook;
use courier::{Courier, Letter};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::JoinHandle;

/// Notices that may wait for one webhook, beside those that are tried again.
const NOTICES_WAITING_MAX: usize = 1_024;
/// How long the couriers may take for what is left when the process ends.
const CLOSE_MAX: Duration = Duration::from_secs(5);

/// Something that happened and that others may want to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// `noun.verb`, such as `callback.registered`.
    pub event: String,
    /// When.
    pub at: Utc,
    /// The call it is about, if it is about one.
    pub call: Option<String>,
    /// Its facts.
    pub data: BTreeMap<String, Json>,
}

/// All webhooks of a site, each with its courier.
#[derive(Debug)]
pub struct Webhooks {
    hooks: Vec<Hook>,
    /// Makes ids that no other process makes.
    id_base: u64,
    id_next: AtomicU64,
}

#[derive(Debug)]
struct Hook {
    hook: Webhook,
    letters: mpsc::Sender<Letter>,
    courier: JoinHandle<()>,
}

/// The wait before try `n`, from 1; `None` when it is time to give up.
pub type BackOff = fn(u32) -> Option<Duration>;

/// Longer and longer, for a day in all.
#[must_use]
pub fn back_off(tried: u32) -> Option<Duration> {
    const MINUTE: u64 = 60;
    let seconds = match tried {
        0 | 1 => 5,
        2 => 30,
        3 => 2 * MINUTE,
        4 => 10 * MINUTE,
        5 => 30 * MINUTE,
        6 => 60 * MINUTE,
        7..=17 => 120 * MINUTE,
        _ => return None,
    };
    Some(Duration::from_secs(seconds))
}

impl Webhooks {
    /// Couriers for these webhooks; within a runtime.
    ///
    /// # Errors
    ///
    /// HTTP cannot be spoken on this machine; a sentence.
    pub fn start(hooks: &[Webhook], entropy: Entropy) -> Result<Self, String> {
        Self::start_with(hooks, entropy, back_off)
    }

    /// As [`Self::start`], with another back-off.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub fn start_with(
        hooks: &[Webhook],
        mut entropy: Entropy,
        back_off: BackOff,
    ) -> Result<Self, String> {
        let id_base = entropy.u64();
        let id_next = AtomicU64::new(1);
        if hooks.is_empty() {
            return Ok(Self { hooks: Vec::new(), id_base, id_next });
        }
        let client = https::client(Reach::Everywhere)?;
        let start = |hook: &Webhook| {
            let (letters, waiting) = mpsc::channel(NOTICES_WAITING_MAX);
            let courier = Courier::new(hook.clone(), client.clone(), back_off);
            let courier = tokio::spawn(courier.run(waiting));
            Hook { hook: hook.clone(), letters, courier }
        };
        Ok(Self { hooks: hooks.iter().map(start).collect(), id_base, id_next })
    }

    /// Whether anybody wants this event.
    #[must_use]
    pub fn wants(&self, event: &str) -> bool {
        self.hooks.iter().any(|hook| hook.hook.wants(event))
    }

    /// Tells every webhook that wants this event.
    pub fn tell(&self, notice: &Notice) {
        self.tell_those(notice, |hook| hook.wants(&notice.event));
    }

    /// Tells the webhook of this name, whatever events it wants.
    pub fn tell_one(&self, name: &str, notice: &Notice) {
        self.tell_those(notice, |hook| hook.name == name);
    }

    fn tell_those(&self, notice: &Notice, wanted: impl Fn(&Webhook) -> bool) {
        let mut hooks = self.hooks.iter().filter(|hook| wanted(&hook.hook)).peekable();
        if hooks.peek().is_none() {
            return;
        }
        let number = self.id_next.fetch_add(1, Ordering::Relaxed);
        let id: Arc<str> = format!("msg_{:016x}{number:08x}", self.id_base).into();
        let body: Arc<str> = body_of(notice).into();
        for hook in hooks {
            let letter = Letter::new(&id, &body);
            match hook.letters.try_send(letter) {
                Ok(()) => {}
                Err(TrySendError::Full(_)) => tracing::error!(
                    webhook = hook.hook.name,
                    event = notice.event,
                    waiting = NOTICES_WAITING_MAX,
                    "the webhook is too slow; this notice is dropped"
                ),
                // It asked for no more; that was logged.
                Err(TrySendError::Closed(_)) => {}
            }
        }
    }

    /// Delivers what can be delivered at once, and ends.
    pub async fn close(self) {
        let mut couriers = Vec::new();
        for Hook { hook, letters, courier } in self.hooks {
            drop(letters);
            couriers.push((hook.name, courier));
        }
        let until = tokio::time::Instant::now() + CLOSE_MAX;
        for (webhook, mut courier) in couriers {
            if tokio::time::timeout_at(until, &mut courier).await.is_err() {
                tracing::error!(webhook, "the webhook did not take its last notices in time");
                courier.abort();
            }
        }
    }
}

/// What is sent: `type`, `timestamp` and `data` as the scheme has them, and the call.
fn body_of(notice: &Notice) -> String {
    let at = jiff::Timestamp::from_millisecond(notice.at.as_millis()).unwrap_or_default();
    let mut fields = BTreeMap::from([
        ("type".to_owned(), Json::from(notice.event.as_str())),
        ("timestamp".to_owned(), Json::from(at.to_string())),
        ("data".to_owned(), Json::object(notice.data.clone())),
    ]);
    if let Some(call) = &notice.call {
        fields.insert("call".to_owned(), Json::from(call.as_str()));
    }
    Json::object(fields).to_string()
}

#[cfg(test)]
mod tests;
