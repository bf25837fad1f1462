//! One caller of the rush: wants something, presses keys, and may hang up at any moment.

use super::super::support::handset::Handset;
use super::super::support::town::Town;
use super::millis;
use ringback::base::entropy::Entropy;
use ringback::base::time::Moment;
use std::time::Duration;

/// Numbers that several callers want to be called on.
const SHARED: [&str; 3] = ["601999001#", "601999002#", "601999003#"];
/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(240);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Agent,
    Callback,
    CallbackElsewhere,
    SecondThoughts,
}

/// What a caller wants and how long they stay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    wish: Wish,
    queue: &'static str,
    stays: Duration,
}

impl Habits {
    pub(super) fn draw(entropy: &mut Entropy) -> Self {
        let wish = match entropy.below(8) {
            0 | 1 => Wish::Agent,
            2 => Wish::SecondThoughts,
            3 => Wish::CallbackElsewhere,
            _ => Wish::Callback,
        };
        let queue = if entropy.below(3) == 0 { "2" } else { "1" };
        let stays = if entropy.below(2) == 0 { millis(entropy, 30_000) } else { PATIENCE };
        Self { wish, queue, stays }
    }
}

pub(super) struct Caller {
    pub(super) number: String,
    habits: Habits,
    handset: Handset,
    leaves_at: Moment,
    heard: usize,
    /// Keys that will be pressed.
    keys: Vec<(Moment, String)>,
    pub(super) last_key: Option<Moment>,
    asked: bool,
}

impl Caller {
    pub(super) fn calls(town: &Town, number: &str, habits: Habits) -> Self {
        let handset = town.calls_in(number);
        let leaves_at = town.now() + habits.stays;
        let (number, keys) = (number.to_owned(), Vec::new());
        Self { number, habits, handset, leaves_at, heard: 0, keys, last_key: None, asked: false }
    }

    pub(super) fn is_there(&self) -> bool {
        !self.handset.with(|line| line.is_over())
    }

    /// All prompts that were heard, music included.
    pub(super) fn heard(&self) -> Vec<String> {
        self.handset.with(|line| line.media.ear.heard.iter().map(|h| h.name.clone()).collect())
    }

    /// When the last sound came: until then the far end knew nothing of a hang-up.
    pub(super) fn last_sound(&self) -> Option<Moment> {
        self.handset.with(|line| line.media.ear.last_at)
    }

    pub(super) fn acts(&mut self, town: &Town, entropy: &mut Entropy) {
        if !self.is_there() {
            return;
        }
        if town.now() >= self.leaves_at {
            self.handset.hangs_up();
            return;
        }
        let heard = self.heard();
        for prompt in &heard[self.heard..] {
            self.reacts(prompt, town.now(), entropy);
        }
        self.heard = heard.len();
        let now = town.now();
        let due: Vec<_> = self.keys.extract_if(.., |(at, _)| *at <= now).collect();
        for (_, keys) in due {
            self.handset.begins_to_press(&keys);
            self.last_key = Some(now);
        }
    }

    fn reacts(&mut self, prompt: &str, now: Moment, entropy: &mut Entropy) {
        let wish = self.habits.wish;
        let (keys, within) = match prompt {
            "main-menu" => (self.habits.queue, 2_000),
            "please-wait" if wish != Wish::Agent && !self.asked => {
                self.asked = true;
                ("1", 6_000)
            }
            "callback-on-this-number" => match wish {
                Wish::CallbackElsewhere => ("2", 2_000),
                Wish::SecondThoughts => ("*", 5_000),
                Wish::Agent | Wish::Callback => ("1", 2_000),
            },
            "enter-number" => (SHARED[entropy.below(3) as usize], 2_000),
            "confirm-number" => ("1", 2_000),
            "leave-a-note" => {
                let length = Duration::from_secs(3);
                if entropy.below(2) == 0 {
                    self.handset.begins_to_speak(600, length);
                }
                ("#", 5_000)
            }
            "callback-registered" => {
                if entropy.below(2) == 0 {
                    self.leaves_at = now + millis(entropy, 1_500);
                }
                return;
            }
            _ => return,
        };
        self.keys.push((now + millis(entropy, within), keys.to_owned()));
    }
}
