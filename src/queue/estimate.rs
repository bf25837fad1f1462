//! How long somebody will wait, from how long agents were busy.
//!
//! ```text
//! estimate = units ahead × (1 − share that abandons) × mean of (talk + wrap-up) ÷ agents
//! ```
//!
//! Units ahead: all of equal or higher priority before this one, with suspended callers and
//! callbacks that are due. An agent of `k` queues counts `1/k` in each. Without a finished
//! conversation or without an agent nothing is known.

use std::time::Duration;

/// Samples after which old ones fade: the weight of a sample halves about every 14 later ones.
const SAMPLES_FULL: u32 = 20;

/// A mean that forgets: plain over the first samples, then fading.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FadingMean {
    samples: u32,
    mean: f64,
}

impl FadingMean {
    /// Takes one sample.
    pub(super) fn add(&mut self, sample: f64) {
        self.samples = (self.samples + 1).min(SAMPLES_FULL);
        self.mean += (sample - self.mean) / f64::from(self.samples);
    }

    /// The mean, if there was a sample.
    pub(super) fn value(&self) -> Option<f64> {
        (self.samples > 0).then_some(self.mean)
    }
}

/// What one queue has learnt.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Experience {
    /// Seconds of talk and wrap-up.
    handled_s: FadingMean,
    /// 1 for a caller who abandoned, 0 for one who was answered.
    abandons: FadingMean,
}

impl Experience {
    /// One conversation, with its wrap-up.
    pub(super) fn handled(&mut self, span: Duration) {
        self.handled_s.add(span.as_secs_f64());
    }

    /// One caller's wait came to an end.
    pub(super) fn wait_ended(&mut self, abandoned: bool) {
        self.abandons.add(if abandoned { 1.0 } else { 0.0 });
    }

    /// The wait behind `ahead` others, served by `agents`; `None` when nothing is known.
    pub(super) fn estimate(&self, ahead: usize, agents: f64) -> Option<Duration> {
        let mean = self.handled_s.value()?;
        if agents <= 0.0 {
            return None;
        }
        let stay = 1.0 - self.abandons.value().unwrap_or(0.0);
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let seconds = f64::from(ahead) * stay * mean / agents;
        Duration::try_from_secs_f64(seconds).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_conversation_nothing_is_known() {
        assert_eq!(Experience::default().estimate(3, 2.0), None);
    }

    #[test]
    fn four_ahead_and_two_agents_wait_two_conversations() {
        let mut experience = Experience::default();
        experience.handled(Duration::from_secs(90));
        experience.handled(Duration::from_secs(30));
        assert_eq!(experience.estimate(4, 2.0), Some(Duration::from_secs(120)));
        assert_eq!(experience.estimate(4, 0.0), None);
    }

    #[test]
    fn the_share_that_abandons_shortens_the_wait() {
        let mut experience = Experience::default();
        experience.handled(Duration::from_secs(60));
        experience.wait_ended(true);
        experience.wait_ended(false);
        assert_eq!(experience.estimate(2, 1.0), Some(Duration::from_secs(60)));
    }

    #[test]
    fn old_conversations_fade() {
        let mut mean = FadingMean::default();
        (0..100).for_each(|_| mean.add(10.0));
        (0..100).for_each(|_| mean.add(50.0));
        let now = mean.value().unwrap();
        assert!((49.0..=50.0).contains(&now), "{now}");
    }
}
