//! Stories of the whole house, told by phones.

mod support;

use ringback::callback::request::State;
use ringback::rehearsal::line::Weather;
use ringback::rehearsal::world::World;
use std::time::Duration;
use support::handset::Handset;
use support::phone::Manner;
use support::site::Plan;
use support::town::Town;

const CUSTOMER: &str = "+48601234567";

/// Says a text that a program has to speak.
const SPEAKING: &str = "flow: speaking
format: 1
language: pl
sections:
  start:
    - answer
    - say: { text: Hello. }
    - say: { text: The day is $time.today. }
    - play: goodbye
    - hangup
  sorry:
    - play: please-wait
    - hangup
";

#[test]
fn a_caller_hears_the_welcome_and_the_menu() {
    let town = Town::shipped(1);
    let caller = town.calls_in("+48221112233");
    caller.is_up().hears_all_of("welcome").hears("main-menu").hangs_up();
    town.is_quiet();
}

#[test]
fn a_spoken_text_is_heard_before_what_follows_it() {
    let town = Town::new(Plan::with_flows(&[("speaking.flow.yaml", SPEAKING)]), 31);
    let caller = town.calls_in("+48221112233");
    let asked = town.now();
    caller.is_up().hears("goodbye");
    assert!(town.now().since(asked) > Duration::from_secs(1), "the text takes its time");
    assert_eq!(caller.ends(), "bye received");
    town.is_quiet();
}

#[test]
fn a_caller_hears_the_rest_when_no_text_can_be_spoken() {
    let town = Town::new(Plan::with_flows(&[("speaking.flow.yaml", SPEAKING)]), 32);
    town.world(|world| world.recordings.speechless = true);
    let caller = town.calls_in("+48221112233");
    caller.is_up().hears("goodbye").never_heard("please-wait");
    assert_eq!(caller.ends(), "bye received");
    town.is_quiet();
}

#[test]
fn a_flow_catches_that_a_text_cannot_be_spoken() {
    let caught = SPEAKING.replace("text: Hello.", "text: Hello., failed: sorry");
    let town = Town::new(Plan::with_flows(&[("speaking.flow.yaml", &caught)]), 33);
    town.world(|world| world.recordings.speechless = true);
    town.calls_in("+48221112233").is_up().hears("please-wait").ends();
    town.is_quiet();
}

#[test]
fn a_caller_waits_and_talks_to_an_agent() {
    let town = Town::shipped(2);
    let anna = town.signs_in("anna");
    let caller = town.calls_in("+48221112233");
    caller.hears("main-menu").presses("1").hears("please-wait");
    let agent = anna.rings();
    agent.answers();
    talk(&caller, &agent);
    agent.hangs_up();
    assert_eq!(caller.ends(), "bye received");
    town.is_quiet();
}

#[test]
fn a_callback_is_made_at_the_place_that_was_kept() {
    let town = Town::shipped(3);
    registers_with_a_note(&town);
    town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(3)));
    town.runs(Duration::from_secs(120));
    let anna = town.signs_in("anna");
    let agent = anna.rings();
    agent.answers().hears("callback-for-you").hears_tone(600);
    let customer = town.is_called("carrier", CUSTOMER, Duration::from_secs(60));
    customer.is_up();
    talk(&customer, &agent);
    customer.hangs_up();
    assert_eq!(agent.ends(), "bye received");
    town.is_quiet();
    assert_eq!(town.calls_to("carrier", CUSTOMER), 1);
    assert_eq!(states(&town), [State::Completed]);
}

#[test]
fn the_customer_sees_the_number_that_the_flow_named() {
    let town = Town::shipped(4);
    registers_with_a_note(&town);
    let anna = town.signs_in("anna");
    town.runs(Duration::from_secs(70));
    anna.rings().answers();
    let customer = town.is_called("carrier", CUSTOMER, Duration::from_secs(60));
    assert!(customer.invite_header("From").contains("+48221234567"));
    assert!(customer.invite_header("P-Asserted-Identity").contains("+48221234567"));
}

#[test]
fn a_caller_who_hangs_up_in_the_queue_leaves_nothing_behind() {
    let town = Town::shipped(5);
    let caller = town.calls_in("+48221112233");
    caller.hears("main-menu").presses("1").hears("please-wait").hears("music/default");
    caller.hangs_up();
    town.is_quiet();
    assert_eq!(states(&town), []);
}

#[test]
fn a_wrong_number_three_times_puts_the_caller_back_in_line() {
    let town = Town::shipped(6);
    let caller = town.calls_in("+48221112233");
    caller.hears("main-menu").presses("1").hears("please-wait").presses("1");
    caller.hears("callback-on-this-number").presses("2");
    caller.hears("enter-number").presses("12#").hears("enter-number").presses("999#");
    caller.hears("enter-number").presses("5#").hears("back-to-waiting").hears("please-wait");
    let anna = town.signs_in("anna");
    let agent = anna.rings();
    agent.answers();
    talk(&caller, &agent);
    caller.hangs_up();
    town.is_quiet();
}

#[test]
fn a_promise_is_spoken_only_after_it_is_stored() {
    let town = Town::shipped(7);
    let caller = town.calls_in("+48221112233");
    until_the_note(&caller);
    town.world(|world| world.store.temper.fails = true);
    caller.presses("#").hears("callback-unavailable").hears("please-wait");
    caller.never_heard("callback-registered").hangs_up();
    town.world(|world| world.store.temper.fails = false);
    town.is_quiet();
    assert_eq!(states(&town), []);
}

#[test]
fn a_store_that_hangs_keeps_the_caller_waiting_for_the_promise() {
    let town = Town::shipped(8);
    let caller = town.calls_in("+48221112233");
    until_the_note(&caller);
    town.world(|world| world.store.temper.hangs = true);
    caller.presses("#").waits(Duration::from_secs(5));
    caller.never_heard("callback-registered");
    town.world(|world| world.store.temper.hangs = false);
    caller.hears("callback-registered");
}

#[test]
fn a_busy_customer_is_called_again_later() {
    let town = Town::shipped(9);
    registers_with_a_note(&town);
    town.number(CUSTOMER, Manner::Refuses(486));
    let anna = town.signs_in("anna");
    town.runs(Duration::from_secs(60));
    anna.rings().answers().hears("callback-for-you").hears("customer-busy");
    town.runs(Duration::from_secs(60));
    assert_eq!(town.calls_to("carrier", CUSTOMER), 1);
    town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(1)));
    let agent = anna.rings_within(Duration::from_secs(600));
    agent.answers();
    let customer = town.is_called("carrier", CUSTOMER, Duration::from_secs(60));
    customer.is_up();
    talk(&customer, &agent);
    agent.hangs_up();
    town.is_quiet();
    assert_eq!(states(&town), [State::Completed]);
}

#[test]
fn an_agent_who_does_not_answer_is_no_attempt() {
    let town = Town::shipped(10);
    registers_with_a_note(&town);
    let anna = town.signs_in("anna");
    town.runs(Duration::from_secs(60));
    assert_eq!(anna.rings().ends(), "cancelled");
    town.runs(Duration::from_secs(60));
    assert_eq!(town.calls_to("carrier", CUSTOMER), 0);
    assert_eq!(states(&town), [State::Waiting]);
}

#[test]
fn an_agent_who_hangs_up_in_the_material_is_no_attempt() {
    let town = Town::shipped(11);
    registers_with_a_note(&town);
    let anna = town.signs_in("anna");
    town.runs(Duration::from_secs(60));
    anna.rings().answers().hears("callback-for-you").hangs_up();
    town.is_quiet();
    assert_eq!(town.calls_to("carrier", CUSTOMER), 0);
    assert_eq!(states(&town), [State::Waiting]);
}

#[test]
fn a_trunk_in_trouble_gives_way_to_the_next() {
    let town = Town::new(Plan::shipped().and_a_second_trunk(), 12);
    registers_with_a_note(&town);
    town.number(CUSTOMER, Manner::Refuses(503));
    town.number_at("second", CUSTOMER, Manner::AnswersAfter(Duration::from_secs(1)));
    let anna = town.signs_in("anna");
    town.runs(Duration::from_secs(60));
    let agent = anna.rings();
    agent.answers();
    let customer = town.is_called("second", CUSTOMER, Duration::from_secs(60));
    customer.is_up();
    talk(&customer, &agent);
    customer.hangs_up();
    town.is_quiet();
}

#[test]
fn starting_a_callback_while_an_agent_rings_withdraws_the_offer() {
    let town = Town::shipped(13);
    let caller = town.calls_in("+48221112233");
    caller.hears("main-menu").presses("1").hears("please-wait");
    let anna = town.signs_in("anna");
    let agent = anna.rings();
    caller.presses("1").hears("callback-on-this-number");
    assert_eq!(agent.ends(), "cancelled");
    caller.presses("*").hears("back-to-waiting");
    let again = anna.rings();
    again.answers();
    talk(&caller, &again);
    again.hangs_up();
    town.is_quiet();
}

#[test]
fn a_crash_loses_calls_and_no_promise() {
    let town = Town::shipped(14);
    registers_with_a_note(&town);
    let waiting = town.calls_in("+48221119999");
    waiting.hears("main-menu").presses("1").hears("please-wait");
    town.world(World::crash);
    waiting.hangs_up();
    town.runs(Duration::from_secs(2));
    town.world(World::start);
    assert_eq!(states(&town), [State::Waiting]);
    town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(1)));
    let anna = town.signs_in("anna");
    town.runs(Duration::from_secs(60));
    let agent = anna.rings();
    agent.answers().hears("callback-for-you").hears_tone(600);
    let customer = town.is_called("carrier", CUSTOMER, Duration::from_secs(60));
    customer.is_up();
    talk(&customer, &agent);
    agent.hangs_up();
    town.is_quiet();
    assert_eq!(states(&town), [State::Completed]);
}

#[test]
fn a_phone_registration_outlives_a_crash() {
    let town = Town::shipped(15);
    let anna = town.signs_in("anna");
    town.world(World::crash);
    town.world(World::start);
    let caller = town.calls_in("+48221112233");
    caller.hears("main-menu").presses("1");
    anna.rings().answers();
}

#[test]
fn an_agent_may_hold_the_caller_and_come_back() {
    let town = Town::shipped(16);
    let anna = town.signs_in("anna");
    let caller = town.calls_in("+48221112233");
    caller.hears("main-menu").presses("1").hears("please-wait");
    let agent = anna.rings();
    agent.answers();
    talk(&caller, &agent);
    agent.reoffers("sendonly").waits(Duration::from_secs(3));
    agent.reoffers("sendrecv").waits(Duration::from_secs(1));
    talk(&caller, &agent);
    caller.hangs_up();
    town.is_quiet();
}

#[test]
fn in_foul_weather_all_calls_still_come_to_their_end() {
    let town = Town::shipped(17);
    town.weather(Weather::FOUL, Weather::FAIR);
    for number in 0..20 {
        let caller = town.calls_in(&format!("+482211100{number:02}"));
        caller.hears("main-menu").presses("1").hears("please-wait").hangs_up();
    }
    town.is_quiet();
}

#[test]
fn keys_are_heard_right_when_sound_is_lost() {
    let town = Town::shipped(18);
    town.weather(Weather::FAIR, Weather { lost: 200, ..Weather::FAIR });
    let caller = town.calls_in("+48221112233");
    caller.hears("main-menu").presses("1").hears("please-wait").presses("1");
    caller.hears("callback-on-this-number").presses("2");
    caller.hears("enter-number").presses("601234567#").hears("confirm-number").presses("1");
    caller.hears("leave-a-note").presses("#").hears("callback-registered");
    let numbers = town.world(|world| {
        world.store.rows().map(|row| row.promise.number.to_string()).collect::<Vec<_>>()
    });
    assert_eq!(numbers, [CUSTOMER]);
}

#[test]
fn whatever_the_weather_a_promise_is_kept_and_kept_once() {
    for seed in 100..110 {
        let town = Town::shipped(seed);
        town.weather(Weather::FOUL, Weather { lost: 50, ..Weather::FAIR });
        registers_with_a_note(&town);
        town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(3)));
        let anna = town.signs_in("anna");
        anna.manner(Manner::AnswersAfter(Duration::from_secs(2)));
        let customer = town.is_called("carrier", CUSTOMER, Duration::from_secs(300));
        customer.is_up().waits(Duration::from_secs(5)).hangs_up();
        anna.manner(Manner::Rings);
        town.is_quiet();
        assert_eq!((seed, town.calls_to("carrier", CUSTOMER)), (seed, 1));
        assert_eq!((seed, states(&town)), (seed, vec![State::Completed]));
    }
}

#[test]
fn a_crash_at_any_moment_loses_no_promise_and_calls_nobody_twice() {
    let mut seen = Vec::new();
    for seed in 200..220 {
        let town = Town::shipped(seed);
        registers_with_a_note(&town);
        let talks = Manner::AnswersAndTalks(Duration::from_secs(2), Duration::from_secs(10));
        town.number(CUSTOMER, talks);
        let anna = town.signs_in("anna");
        let long = Manner::AnswersAndTalks(Duration::from_secs(2), Duration::from_secs(40));
        anna.manner(long);
        // From just before the callback is due until the two have talked.
        town.runs(Duration::from_secs(57) + Duration::from_millis((seed - 200) * 1_200));
        seen.push(states(&town)[0]);
        let connected = states(&town) == [State::Connected] || states(&town)[0].is_end();
        let calls = town.calls_to("carrier", CUSTOMER);
        town.world(World::crash);
        town.runs(Duration::from_secs(2));
        town.world(World::start);
        anna.signs_in_again();
        town.runs(Duration::from_secs(3_600));
        assert_eq!((seed, states(&town)), (seed, vec![State::Completed]));
        if connected {
            assert_eq!((seed, town.calls_to("carrier", CUSTOMER)), (seed, calls));
        }
        assert!(town.calls_to("carrier", CUSTOMER) <= calls + 1, "seed {seed}");
    }
    let stages = [State::Waiting, State::Offered, State::AgentMedia, State::Connected];
    assert!(stages.iter().all(|stage| seen.contains(stage)), "{seen:?}");
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = |seed| {
        let town = Town::shipped(seed);
        town.weather(Weather::FOUL, Weather::FAIR);
        registers_with_a_note(&town);
        town.signs_in("anna");
        town.runs(Duration::from_secs(90));
        town.ladder()
    };
    assert_eq!(run(19), run(19));
    assert_ne!(run(19), run(20));
}

#[test]
fn the_ladder_of_a_callback() {
    let town = Town::shipped(21);
    registers_with_a_note(&town);
    town.number(CUSTOMER, Manner::AnswersAfter(Duration::from_secs(3)));
    town.runs(Duration::from_secs(60));
    let anna = town.signs_in("anna");
    let agent = anna.rings();
    agent.answers();
    town.is_called("carrier", CUSTOMER, Duration::from_secs(60)).is_up().hangs_up();
    agent.ends();
    insta::assert_snapshot!(town.ladder());
}

/// Each hears what the other says.
#[track_caller]
fn talk(one: &Handset, other: &Handset) {
    one.begins_to_speak(440, Duration::from_secs(2));
    other.hears_tone(440);
    other.begins_to_speak(700, Duration::from_secs(2));
    one.hears_tone(700);
    one.waits(Duration::from_secs(3));
}

/// A caller in the queue `sales`, who has spoken a note at 600 Hz and can end it with `#`.
#[track_caller]
fn until_the_note(caller: &Handset) {
    caller.hears("main-menu").presses("1").hears("please-wait").presses("1");
    caller.hears("callback-on-this-number").presses("2");
    caller.hears("enter-number").presses("601234567#").hears("you-entered");
    caller.hears("confirm-number").presses("1").hears("leave-a-note");
    caller.waits(Duration::from_millis(1_500)).speaks(600, Duration::from_secs(3));
}

#[track_caller]
fn registers_with_a_note(town: &Town) {
    let caller = town.calls_in("+48221112233");
    until_the_note(&caller);
    caller.presses("#").hears("callback-registered").hears("goodbye");
    assert_eq!(caller.ends(), "bye received");
}

/// The states of all callbacks that were ever promised.
fn states(town: &Town) -> Vec<State> {
    town.world(|world| world.store.rows().map(|row| row.state).collect())
}
