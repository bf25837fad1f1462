//! Agents with every kind of manners, who come back when they were not ready.

use super::super::support::handset::Handset;
use super::super::support::phone::Manner;
use super::super::support::town::{AgentPhone, Town};
use super::{AGENTS, millis};
use ringback::base::entropy::Entropy;
use ringback::base::time::Moment;
use ringback::queue::agent::AgentState;
use std::time::Duration;

/// Manners change so often.
const MOOD: u64 = 10_000;
/// A phone registers again well before its hour is over.
const REGISTERS_AGAIN: Duration = Duration::from_secs(1_200);

pub(super) struct Agents {
    phones: Vec<(AgentPhone, Moment, Option<Handset>)>,
    registered: Moment,
    behave: bool,
}

impl Agents {
    pub(super) fn sign_in(town: &Town) -> Self {
        let phones = AGENTS.map(|name| (town.signs_in(name), town.now(), None)).into();
        Self { phones, registered: town.now(), behave: false }
    }

    /// From now on all answer, and talk for a while.
    pub(super) fn behave(&mut self) {
        self.behave = true;
        for (phone, ..) in &self.phones {
            let (ring, talk) = (Duration::from_secs(2), Duration::from_secs(60));
            phone.manner(Manner::AnswersAndTalks(ring, talk));
        }
    }

    pub(super) fn act(&mut self, town: &Town, entropy: &mut Entropy) {
        if town.now().since(self.registered) > REGISTERS_AGAIN {
            self.registered = town.now();
            self.phones.iter().for_each(|(phone, ..)| phone.signs_in_again());
        }
        for (name, (phone, moody_at, code)) in AGENTS.iter().zip(&mut self.phones) {
            if !self.behave && town.now() >= *moody_at {
                phone.manner(manner(entropy));
                *moody_at = town.now() + millis(entropy, MOOD);
            }
            let dials = code.as_ref().is_some_and(|call| !call.with(|line| line.is_over()));
            let away = matches!(town.agent(name), AgentState::NotReady(_));
            if away && !dials && (self.behave || entropy.below(100) == 0) {
                *code = Some(phone.dials("*13"));
            }
        }
    }
}

fn manner(entropy: &mut Entropy) -> Manner {
    let (ring, talk) = (millis(entropy, 8_000), millis(entropy, 25_000));
    match entropy.below(10) {
        0..5 => Manner::AnswersAndTalks(ring, talk),
        5 => Manner::AnswersAndTalks(ring, Duration::from_millis(50)),
        6 => Manner::Refuses(486),
        7 => Manner::RingsThenRefuses(ring, 603),
        8 => Manner::RingsThenRefuses(ring, 480),
        _ => Manner::Rings,
    }
}
