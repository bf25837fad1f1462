//! A rush hour: two hundred callers, agents and customers with every kind of manners, on a line
//! that loses signalling. Whatever happens, every call ends, every promise ends once, and what
//! was counted is what people did.

mod agents;
mod caller;
mod ledger;

use super::support::line::State as LineState;
use super::support::phone::Manner;
use super::support::site::Plan;
use super::support::town::{Inner, Town};
use agents::Agents;
use caller::{Caller, Habits};
use ringback::base::entropy::Entropy;
use ringback::base::time::Moment;
use ringback::rehearsal::line::Weather;
use ringback::switchboard::settings::Settings;
use std::collections::BTreeMap;
use std::time::Duration;

const CALLERS: u64 = 200;
const TICK: Duration = Duration::from_millis(50);
const LATER_TICK: Duration = Duration::from_secs(1);
/// Three attempts with a quarter of an hour in between, and trouble, are over by then.
const LONGEST: Duration = Duration::from_secs(8 * 3_600);
/// Sound that came within this time is heard now.
const NOW: Duration = Duration::from_millis(100);
/// More agents than the shipped two.
const AGENTS: [&str; 5] = ["anna", "ben", "cleo", "dan", "eva"];

#[test]
fn two_hundred_callers_of_a_flow_that_cares_for_hang_ups() {
    rush(Plan::shipped(), 300);
}

#[test]
fn two_hundred_callers_of_a_flow_that_does_not_care_for_hang_ups() {
    rush(Plan::without_care_for_hang_ups(), 301);
}

fn rush(plan: Plan, seed: u64) {
    let cares = seed % 2 == 0;
    let town = Town::new(plan.and_a_second_trunk().but(hire), seed);
    town.weather(Weather { lost: 50, ..Weather::FOUL }, Weather::FAIR);
    let mut entropy = Entropy::from_number(seed);
    let mut agents = Agents::sign_in(&town);
    let mut callers: Vec<Caller> = Vec::new();
    let mut next = town.now();
    while callers.len() < CALLERS as usize || callers.iter().any(Caller::is_there) {
        if town.now() >= next && callers.len() < CALLERS as usize {
            let number = format!("+48601000{:03}", callers.len());
            town.number(&number, customer(&mut entropy));
            let habits = Habits::draw(&mut entropy);
            callers.push(Caller::calls(&town, &number, habits));
            next = town.now() + millis(&mut entropy, 4_000);
        }
        callers.iter_mut().for_each(|caller| caller.acts(&town, &mut entropy));
        agents.act(&town, &mut entropy);
        town.runs(TICK);
        town.look(nobody_is_in_two_calls);
        town.look(no_number_is_dialled_twice);
    }
    agents.behave();
    let end = town.now() + LONGEST;
    while town.now() < end && town.rows().iter().any(|row| !row.state.is_end()) {
        agents.act(&town, &mut entropy);
        town.runs(LATER_TICK);
        town.look(nobody_is_in_two_calls);
        town.look(no_number_is_dialled_twice);
    }
    town.is_quiet();
    ledger::balances(&town, &callers, cares);
}

fn hire(settings: &mut Settings) {
    let names: Vec<String> = AGENTS.iter().map(|name| (*name).to_owned()).collect();
    let first = settings.agents[0].clone();
    settings.agents.clear();
    for name in &names {
        let mut agent = first.clone();
        agent.name.clone_from(name);
        agent.title.clone_from(name);
        agent.login.user.clone_from(name);
        agent.login.password = format!("secret of {name}");
        settings.agents.push(agent);
    }
    for queue in &mut settings.queues {
        queue.line.agents.clone_from(&names);
    }
}

/// How somebody behaves who is called back.
fn customer(entropy: &mut Entropy) -> Manner {
    let (ring, talk) = (millis(entropy, 25_000), millis(entropy, 20_000));
    match entropy.below(20) {
        0..9 => Manner::AnswersAndTalks(ring, talk),
        9 => Manner::AnswersAfter(ring),
        10 => Manner::Refuses(486),
        11 => Manner::RingsThenRefuses(ring, 486),
        12 => Manner::RingsThenRefuses(ring, 603),
        13 => Manner::Refuses(404),
        14 => Manner::RingsThenRefuses(ring, 480),
        15 => Manner::Refuses(503),
        16 => Manner::Refuses(607),
        17 => Manner::Tries,
        18 => Manner::RingsThenRefuses(ring, 500),
        _ => Manner::Rings,
    }
}

fn millis(entropy: &mut Entropy, below: u64) -> Duration {
    Duration::from_millis(entropy.below(below))
}

/// No agent hears two calls at once. Feature codes are no calls with anybody.
fn nobody_is_in_two_calls(inner: &Inner) {
    let now = inner.world.now().monotonic;
    let recent = |at: Option<Moment>| at.is_some_and(|at| now.since(at) < NOW);
    for phone in inner.phones.iter().filter(|phone| AGENTS.contains(&phone.name.as_str())) {
        let talks = phone.lines.iter().filter(|line| {
            line.is_up() && recent(line.media.ear.last_at) && !line.dialled().starts_with('*')
        });
        assert!(talks.count() < 2, "{} has two calls at {now:?}", phone.name);
    }
}

fn no_number_is_dialled_twice(inner: &Inner) {
    let mut calls: BTreeMap<&str, u32> = BTreeMap::new();
    for carrier in inner.phones.iter().filter(|p| ["carrier", "second"].contains(&&*p.name)) {
        for line in &carrier.lines {
            if !matches!(line.state, LineState::Over(_)) {
                *calls.entry(line.dialled()).or_default() += 1;
            }
        }
    }
    let now = inner.world.now().monotonic;
    let twice: Vec<_> = calls.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "dialled twice at {now:?}: {twice:?}");
}
