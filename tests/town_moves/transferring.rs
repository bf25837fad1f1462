//! Callers who are passed on: to a number outside, to one agent, to another queue.

use super::support::handset::Handset;
use super::support::phone::Manner;
use super::support::site::Plan;
use super::support::town::Town;
use super::{CALLER, calls, plan, talk};
use ringback::base::number::PhoneNumber;
use ringback::queue::counters::Counters;
use ringback::switchboard::store::CallResult;
use std::time::Duration;

const OUTSIDE: &str = "+48226000000";
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// A call that is passed on at once, and tells by a prompt what came of it.
fn passes_on(to: &str) -> Plan {
    plan(&format!(
        "  start:
    - answer
    - transfer: {{ {to}, answered: back, busy: busy, no_answer: nobody, failed: failed }}
  back:   [ {{ play: goodbye }}, hangup ]
  busy:   [ {{ play: customer-busy }}, hangup ]
  nobody: [ {{ play: customer-did-not-answer }}, hangup ]
  failed: [ {{ play: trunk-trouble }}, hangup ]
"
    ))
}

fn to_outside() -> Plan {
    passes_on("number: \"+48226000000\"")
}

fn outside(town: &Town) -> Handset {
    town.is_called("carrier", OUTSIDE, MINUTE)
}

#[test]
fn a_caller_is_passed_on_to_a_number_and_both_hear_each_other() {
    let town = Town::new(to_outside(), 50);
    let caller = calls(&town);
    let far = outside(&town);
    caller.hears_tone(425);
    far.answers();
    talk(&caller, &far);
    caller.hangs_up();
    assert_eq!(far.ends(), "bye received");
    town.is_quiet();
}

#[test]
fn the_flow_goes_on_when_the_far_end_is_gone_and_the_caller_is_not() {
    let town = Town::new(to_outside(), 51);
    let caller = calls(&town);
    let far = outside(&town);
    far.answers();
    talk(&caller, &far);
    far.hangs_up();
    caller.hears_all_of("goodbye");
    assert_eq!(caller.ends(), "bye received");
    town.is_quiet();
}

#[test]
fn a_call_that_was_not_answered_is_answered_before_it_is_passed_on() {
    let flow = "  start: [ { transfer: { agent: anna } }, hangup ]\n";
    let town = Town::new(plan(flow), 52);
    let anna = town.signs_in("anna");
    let caller = calls(&town);
    caller.is_up();
    let agent = anna.rings();
    assert!(agent.invite_header("From").contains("transfer"), "{}", agent.invite_header("From"));
    agent.answers();
    talk(&caller, &agent);
    agent.hangs_up();
    assert_eq!(caller.ends(), "bye received");
    town.is_quiet();
    assert_eq!(town.results(), [CallResult::Answered]);
}

#[test]
fn what_came_of_it_leads_the_flow() {
    let busy = Manner::RingsThenRefuses(SECOND, 486);
    let declined = Manner::RingsThenRefuses(SECOND, 603);
    let nobody = Manner::RingsThenRefuses(SECOND, 480);
    let stories = [
        (busy, "customer-busy"),
        (declined, "customer-busy"),
        (nobody, "customer-did-not-answer"),
        (Manner::Refuses(404), "trunk-trouble"),
        (Manner::Refuses(503), "trunk-trouble"),
        (Manner::Rings, "customer-did-not-answer"),
    ];
    for (manner, told) in stories {
        let town = Town::new(to_outside(), 53);
        town.number(OUTSIDE, manner);
        let caller = calls(&town);
        caller.hears_all_of(told);
        assert_eq!(caller.ends(), "bye received");
        town.is_quiet();
    }
}

#[test]
fn a_caller_who_hangs_up_while_it_rings_lets_the_far_phone_rest() {
    let town = Town::new(to_outside(), 54);
    let caller = calls(&town);
    let far = outside(&town);
    caller.waits(SECOND).hangs_up();
    assert_eq!(far.ends(), "cancelled");
    town.is_quiet();
}

#[test]
fn an_answer_that_crosses_the_hang_up_is_let_go() {
    for seed in 500..512 {
        let town = Town::new(to_outside(), seed);
        let caller = calls(&town);
        let far = outside(&town);
        caller.waits(SECOND).hangs_up();
        caller.waits(Duration::from_millis((seed - 500) * 8));
        if !far.with(super::support::line::Line::is_over) {
            far.lifts();
        }
        far.ends();
        town.is_quiet();
    }
}

#[test]
fn an_answer_that_crosses_the_end_of_the_ring_time_is_a_talk_or_nothing() {
    let plan = || passes_on("number: \"+48226000000\", ring: 5s");
    for seed in 520..532 {
        let town = Town::new(plan(), seed);
        let caller = calls(&town);
        let far = outside(&town);
        far.waits(Duration::from_millis(4_940 + (seed - 520) * 10));
        if !far.with(super::support::line::Line::is_over) {
            far.lifts();
        }
        town.runs(5 * SECOND);
        if far.with(super::support::line::Line::is_up) {
            talk(&caller, &far);
            far.hangs_up();
            caller.hears_all_of("goodbye");
        } else {
            caller.hears_all_of("customer-did-not-answer");
        }
        town.is_quiet();
    }
}

#[test]
fn the_policy_is_the_same_as_for_callbacks() {
    for number in ["\"+48700123456\"", "\"112\"", "\"+14155550100\"", "\"+48221234567\""] {
        let own = PhoneNumber::from_e164("+48221234567").expect("a number");
        let plan = passes_on(&format!("number: {number}"));
        let town = Town::new(plan.but(|s| _ = s.policy.own_numbers.insert(own)), 55);
        calls(&town).hears_all_of("trunk-trouble");
        town.is_quiet();
        assert!(!town.tales().contains(&"transfer.begun"), "{number}");
    }
}

#[test]
fn a_number_is_shown_that_the_trunk_may_show() {
    let allowed = |settings: &mut ringback::switchboard::settings::Settings| {
        let anis = ["+48221234567", "+48225550000"].into_iter();
        settings.trunks[0].anis = anis.filter_map(PhoneNumber::from_e164).collect();
    };
    let shows = |ani: &str| passes_on(&format!("number: \"+48226000000\", ani: \"{ani}\""));
    let town = Town::new(shows("+48225550000").but(allowed), 56);
    let caller = calls(&town);
    assert!(outside(&town).invite_header("From").contains("+48225550000"));
    caller.hangs_up();
    let town = Town::new(shows("+48229999999").but(allowed), 57);
    calls(&town).hears_all_of("trunk-trouble");
    assert_eq!(town.calls_to("carrier", OUTSIDE), 0);
}

#[test]
fn the_second_trunk_carries_what_the_first_cannot() {
    let town = Town::new(to_outside().and_a_second_trunk(), 58);
    town.number_at("carrier", OUTSIDE, Manner::Refuses(503));
    let caller = calls(&town);
    let far = town.is_called("second", OUTSIDE, MINUTE);
    far.answers();
    talk(&caller, &far);
    caller.hangs_up();
    town.is_quiet();
    assert_eq!(town.calls_to("carrier", OUTSIDE), 1);
}

#[test]
fn only_the_named_trunk_is_tried() {
    let plan = passes_on("number: \"+48226000000\", trunk: second").and_a_second_trunk();
    let town = Town::new(plan, 59);
    let caller = calls(&town);
    town.is_called("second", OUTSIDE, MINUTE).answers();
    caller.hangs_up();
    town.is_quiet();
    assert_eq!(town.calls_to("carrier", OUTSIDE), 0);
}

#[test]
fn the_caller_may_hear_music_until_somebody_answers() {
    let town = Town::new(passes_on("number: \"+48226000000\", music: default"), 60);
    let caller = calls(&town);
    let far = outside(&town);
    caller.hears("music/default");
    far.answers();
    talk(&caller, &far);
    caller.hangs_up();
    town.is_quiet();
}

#[test]
fn an_agent_who_is_busy_or_away_is_not_rung() {
    let town = Town::new(passes_on("agent: anna"), 61);
    calls(&town).hears_all_of("customer-did-not-answer");
    let anna = town.signs_in("anna");
    let first = calls(&town);
    let agent = anna.rings();
    agent.answers();
    town.calls_in("+48221112233").hears_all_of("customer-busy");
    talk(&first, &agent);
    first.hangs_up();
    assert_eq!(agent.ends(), "bye received");
    town.is_quiet();
    assert_eq!(format!("{:?}", town.agent("anna")), "Ready");
}

#[test]
fn an_agent_who_declines_or_does_not_answer_is_told_to_the_flow() {
    let nobody = "customer-did-not-answer";
    let stories = [(603, "customer-busy"), (486, "customer-busy"), (480, nobody)];
    for (status, told) in stories {
        let town = Town::new(passes_on("agent: anna"), 62);
        let anna = town.signs_in("anna");
        let caller = calls(&town);
        anna.rings().refuses(status);
        caller.hears_all_of(told);
        town.is_quiet();
    }
    let town = Town::new(passes_on("agent: anna, ring: 5s"), 63);
    let anna = town.signs_in("anna");
    let caller = calls(&town);
    let rings = anna.rings();
    caller.hears_all_of("customer-did-not-answer");
    assert_eq!(rings.ends(), "cancelled");
    town.is_quiet();
}

#[test]
fn an_agent_who_rings_for_a_transfer_gets_no_other_offer_and_is_free_when_the_caller_leaves() {
    let town = Town::new(passes_on("agent: anna"), 64);
    let anna = town.signs_in("anna");
    let caller = calls(&town);
    let rings = anna.rings();
    assert_eq!(format!("{:?}", town.agent("anna")), "Ringing");
    caller.hangs_up();
    assert_eq!(rings.ends(), "cancelled");
    assert_eq!(format!("{:?}", town.agent("anna")), "Ready");
    town.is_quiet();
}

const MAIN: &str = "flow: main
format: 1
sections:
  start:
    - answer
    - queue: { name: sales, flow: waiting, answered: end, left: gone }
    - hangup
  gone:
    - play: goodbye
    - hangup
";

const WAITING: &str = "flow: waiting
format: 1
sections:
  start:
    - play: please-wait
    - music: { for: 60s, keys: { 1: out, 2: over } }
    - goto: start
  out:
    - transfer: { number: \"+48226000000\", busy: start, answered: talked }
    - return
  talked:
    - play: back-to-waiting
    - exit_queue
  over:
    - transfer: { queue: service }
    - play: back-to-waiting
    - goto: start
";

fn in_queue() -> Plan {
    Plan::with_flows(&[("main.flow.yaml", MAIN), ("waiting.flow.yaml", WAITING)])
}

#[test]
fn a_place_is_kept_while_it_rings_and_held_again_when_nobody_answers() {
    let town = Town::new(in_queue(), 65);
    town.number(OUTSIDE, Manner::RingsThenRefuses(10 * SECOND, 486));
    let caller = calls(&town);
    let later = town.calls_in("+48221112233");
    caller.hears("music/default").presses("1");
    later.hears("music/default");
    outside(&town);
    let anna = town.signs_in("anna");
    assert!(anna.rings().invite_header("From").contains("+48221112233"), "not who is passed on");
    caller.hears("please-wait");
    let ben = town.signs_in("ben").rings();
    assert!(ben.invite_header("From").contains(CALLER));
    ben.answers();
    talk(&caller, &ben);
    caller.hangs_up();
    later.hangs_up();
    town.is_quiet();
}

#[test]
fn an_answered_transfer_leaves_the_queue() {
    let town = Town::new(in_queue(), 66);
    let caller = calls(&town);
    caller.hears("music/default").presses("1");
    let far = outside(&town);
    far.answers();
    talk(&caller, &far);
    let counted = town.world(|world| {
        let heart = world.heart().expect("a living process");
        heart.view().queues().counters("sales").copied().expect("a queue")
    });
    assert_eq!(counted, Counters { offered: 1, exited: 1, ..Counters::default() });
    town.signs_in("anna");
    town.runs(5 * SECOND);
    assert!(!town.tales().contains(&"agent.offered"));
    far.hangs_up();
    caller.hears_all_of("back-to-waiting").hears_all_of("goodbye");
    assert_eq!(caller.ends(), "bye received");
    town.is_quiet();
}

#[test]
fn an_agent_who_answers_before_the_queue_hears_of_the_transfer_wins() {
    for seed in 540..552 {
        let town = Town::new(in_queue(), seed);
        let anna = town.signs_in("anna");
        let caller = calls(&town);
        let rings = anna.rings();
        caller.hears("music/default").begins_to_press("1");
        caller.waits(Duration::from_millis((seed - 540) * 15));
        rings.lifts();
        town.runs(2 * SECOND);
        let together = town.tales().contains(&"call.connected");
        let passed_on = town.calls_to("carrier", OUTSIDE) > 0;
        assert!(together != passed_on, "{seed}: {together} {passed_on}");
        caller.hangs_up();
        town.is_quiet();
    }
}

#[test]
fn a_transfer_to_a_queue_gives_a_new_place() {
    let plan = in_queue().but(|settings| {
        settings.queues[0].line.agents = vec!["anna".to_owned()];
        settings.queues[1].line.agents = vec!["ben".to_owned()];
        let numbers = &mut settings.numbers;
        numbers.insert("+48221230000".to_owned(), "main".to_owned());
    });
    let town = Town::new(plan, 67);
    let caller = calls(&town);
    let other = town.calls_in("+48221112233");
    other.hears("music/default").presses("2").hears_all_of("back-to-waiting");
    caller.hears("music/default").presses("2").hears_all_of("back-to-waiting");
    let ben = town.signs_in("ben").rings();
    assert!(ben.invite_header("From").contains("+48221112233"), "who came there first");
    ben.answers();
    talk(&other, &ben);
    caller.hangs_up();
    other.hangs_up();
    town.is_quiet();
}

#[test]
fn outside_a_queue_a_transfer_to_a_queue_waits_there() {
    let flow = "  start: [ answer, { transfer: { queue: service, answered: back } }, hangup ]
  back: [ { play: goodbye }, hangup ]\n";
    let town = Town::new(plan(flow), 68);
    let caller = calls(&town);
    caller.hears("music/default");
    let agent = town.signs_in("ben").rings();
    agent.answers();
    talk(&caller, &agent);
    agent.hangs_up();
    caller.hears_all_of("goodbye");
    town.is_quiet();
}

#[test]
fn the_end_of_the_house_ends_both_sides() {
    let town = Town::new(to_outside(), 69);
    let caller = calls(&town);
    let far = outside(&town);
    far.answers();
    talk(&caller, &far);
    town.world(|world| world.tell(ringback::switchboard::input::Input::Stop));
    assert_eq!((caller.ends(), far.ends()), ("bye received".into(), "bye received".into()));
    town.is_quiet();
}
