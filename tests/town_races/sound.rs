//! Sound on lines where packets overtake each other and come twice.

use super::support::town::Town;
use super::{CUSTOMER, talk, waits_in_line};
use ringback::rehearsal::line::Weather;
use std::time::Duration;

/// Every fifth packet is overtaken by the next two, every fifth comes twice.
const DISORDER: Weather =
    Weather { held_back: (200, Duration::from_millis(45)), repeated: 200, ..Weather::FAIR };

/// As above, and each packet is late by anything up to 50 ms.
const TURMOIL: Weather = Weather { jitter: Duration::from_millis(50), ..DISORDER };

#[test]
fn keys_that_come_twice_and_out_of_order_count_once_and_in_order() {
    for (seed, weather) in (50..60).flat_map(|seed| [(seed, DISORDER), (seed, TURMOIL)]) {
        let town = Town::shipped(seed);
        town.weather(Weather::FAIR, weather);
        let caller = waits_in_line(&town, "+48221112233");
        caller.presses("1").hears("callback-on-this-number").presses("2").hears("enter-number");
        // Doubled keys, and the same key again after another.
        caller.presses("601123311#").hears("confirm-number").presses("1").hears("leave-a-note");
        caller.waits(Duration::from_secs(2)).presses("#").hears("callback-registered");
        let numbers: Vec<_> = town.rows().iter().map(|r| r.promise.number.to_string()).collect();
        assert_eq!((seed, numbers), (seed, vec!["+48601123311".to_owned()]));
    }
}

#[test]
fn voices_stay_recognisable_when_packets_overtake_each_other() {
    for (seed, weather) in (60..64).flat_map(|seed| [(seed, DISORDER), (seed, TURMOIL)]) {
        let town = Town::shipped(seed);
        town.weather(Weather::FAIR, weather);
        let caller = waits_in_line(&town, CUSTOMER);
        let agent = town.signs_in("anna").rings();
        agent.answers();
        talk(&caller, &agent);
        caller.hangs_up();
        assert_eq!(agent.ends(), "bye received");
        town.is_quiet();
    }
}

#[test]
fn a_key_pressed_in_a_conversation_reaches_the_other_once() {
    let town = Town::shipped(65);
    town.weather(Weather::FAIR, DISORDER);
    let caller = waits_in_line(&town, "+48221112233");
    let agent = town.signs_in("anna").rings();
    agent.answers();
    talk(&caller, &agent);
    caller.presses("1234").waits(Duration::from_secs(1));
    assert_eq!(agent.with(|line| line.media.ear.digits.clone()), ['1', '2', '3', '4']);
    agent.hangs_up();
    town.is_quiet();
}
