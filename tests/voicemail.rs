//! Stories of mailboxes, told by phones.

#![allow(clippy::expect_used, reason = "what cannot be done in a story ends the story")]

mod support;

use ringback::rehearsal::world::World;
use ringback::voicemail::settings::Notify;
use std::time::Duration;
use support::handset::Handset;
use support::site::Plan;
use support::town::Town;

const CALLER: &str = "+48601234567";
const DAY: Duration = Duration::from_secs(24 * 3_600);

#[test]
fn a_caller_leaves_a_message_and_hears_so_when_it_is_kept() {
    let town = town(1);
    let caller = town.calls_in(CALLER);
    until_the_message(&caller);
    caller.presses("#").hears("message-saved");
    assert_eq!(caller.ends(), "bye received");
    assert_eq!(kept(&town), [("support".to_owned(), Some(CALLER.to_owned()), 2)]);
    town.is_quiet();
}

#[test]
fn who_hangs_up_while_speaking_has_left_a_message() {
    let town = town(2);
    let caller = town.calls_in(CALLER);
    until_the_message(&caller);
    caller.hangs_up();
    town.is_quiet();
    assert_eq!(kept(&town).len(), 1);
}

#[test]
fn who_says_nothing_leaves_nothing() {
    let town = town(3);
    let caller = town.calls_in(CALLER);
    caller.hears_all_of("voicemail-greeting").hears("nothing-recorded");
    assert_eq!(caller.ends(), "bye received");
    town.is_quiet();
    assert_eq!((kept(&town).len(), recordings(&town)), (0, 0));
}

#[test]
fn the_third_caller_finds_the_mailbox_full() {
    let town = town(4);
    for _ in 0..2 {
        let caller = town.calls_in(CALLER);
        until_the_message(&caller);
        caller.presses("#").hears("message-saved");
    }
    let third = town.calls_in("+48601234568");
    third.hears("mailbox-full").never_heard("voicemail-greeting");
    assert_eq!(third.ends(), "bye received");
    town.is_quiet();
}

#[test]
fn who_was_let_in_before_the_mailbox_was_full_may_finish() {
    let town = town(5);
    let callers: Vec<Handset> = (0..3).map(|n| town.calls_in(&format!("+4860123456{n}"))).collect();
    for caller in &callers {
        caller.hears_all_of("voicemail-greeting");
    }
    for caller in &callers {
        caller.begins_to_speak(600, Duration::from_secs(4));
    }
    town.runs(Duration::from_secs(3));
    for caller in &callers {
        caller.hangs_up();
    }
    town.is_quiet();
    assert_eq!(kept(&town).len(), 3);
}

#[test]
fn a_message_that_cannot_be_stored_is_not_thanked_for() {
    let town = town(6);
    let caller = town.calls_in(CALLER);
    until_the_message(&caller);
    town.world(|world| world.store.temper.fails = true);
    caller.presses("#").hears("sorry-try-again").never_heard("message-saved");
    town.world(|world| world.store.temper.fails = false);
    town.is_quiet();
    assert_eq!(kept(&town).len(), 0);
}

#[test]
fn a_message_that_cannot_be_written_is_not_thanked_for() {
    let town = town(7);
    let caller = town.calls_in(CALLER);
    until_the_message(&caller);
    town.world(|world| world.recordings.fails = true);
    caller.presses("#").hears("sorry-try-again").never_heard("message-saved");
    town.is_quiet();
    assert_eq!((kept(&town).len(), recordings(&town)), (0, 0));
}

#[test]
fn a_crash_before_the_store_answers_leaves_whole_messages_or_none() {
    for seed in 100..110 {
        let town = town(seed);
        let caller = town.calls_in(CALLER);
        until_the_message(&caller);
        town.world(|world| world.store.temper.hangs = true);
        caller.presses("#").waits(Duration::from_secs(2));
        caller.never_heard("message-saved").hangs_up();
        town.world(World::crash);
        town.world(|world| world.store.temper.hangs = false);
        town.world(World::start);
        town.runs(Duration::from_secs(1));
        assert_eq!(seen(&town), kept(&town).len());
        let sounds = town.world(|world| {
            let all = world.store.messages().map(|message| message.recording);
            let all: Vec<_> = all.collect();
            all.into_iter().all(|recording| world.recordings.find(recording).is_some())
        });
        assert!(sounds, "a message without its sound");
    }
}

#[test]
fn a_restart_brings_messages_back() {
    let town = town(8);
    leaves_a_message(&town);
    town.world(World::crash);
    town.world(World::start);
    town.runs(Duration::from_secs(1));
    assert_eq!(seen(&town), 1);
}

#[test]
fn a_message_is_deleted_with_its_sound_when_its_time_is_over() {
    let town = town(9);
    leaves_a_message(&town);
    town.runs(DAY * 6);
    assert_eq!((seen(&town), recordings(&town)), (1, 1));
    town.runs(DAY * 2);
    assert_eq!((seen(&town), kept(&town).len(), recordings(&town)), (0, 0, 0));
    assert!(town.tales().contains(&"message.deleted"));
}

#[test]
fn who_waits_may_leave_a_message_and_keeps_the_place() {
    let town = Town::new(with_mailbox(&[WAITS, WAITING]), 10);
    let caller = town.calls_in(CALLER);
    until_the_message(&caller);
    caller.presses("#").hears("message-saved").hears("music/default");
    let anna = town.signs_in("anna");
    anna.rings().answers();
    assert_eq!(kept(&town).len(), 1);
}

#[test]
fn an_agents_answer_ends_an_unfinished_message() {
    let town = Town::new(with_mailbox(&[WAITS, WAITING]), 11);
    let caller = town.calls_in(CALLER);
    until_the_message(&caller);
    let anna = town.signs_in("anna");
    let agent = anna.rings();
    agent.answers();
    caller.begins_to_speak(440, Duration::from_secs(2));
    agent.hears_tone(440);
    caller.hangs_up();
    town.is_quiet();
    assert_eq!((kept(&town).len(), recordings(&town)), (0, 0));
}

#[test]
fn the_light_goes_on_with_a_message_and_out_when_it_was_heard() {
    let town = town(12);
    let anna = town.signs_in("anna");
    anna.subscribes(600).light_shows("0/0 (0/0)");
    leaves_a_message(&town);
    anna.light_shows("1/0 (0/0)");
    let ear = anna.dials("*97");
    ear.hears("messages-new").hears("message-from").hears_tone(600).hears("message-menu");
    ear.presses("1").hears("messages-no-more");
    assert_eq!(ear.ends(), "bye received");
    anna.light_shows("0/1 (0/0)");
}

#[test]
fn an_agent_hears_saves_and_deletes_messages_by_telephone() {
    let town = town(13);
    let anna = town.signs_in("anna");
    leaves_a_message(&town);
    leaves_a_message(&town);
    let ear = anna.dials("*97");
    ear.hears("message-menu").presses("3").hears("message-deleted").hears_tone(600);
    ear.presses("9").hears("message-saved").hears("messages-no-more");
    ear.ends();
    assert_eq!((kept(&town).len(), recordings(&town)), (1, 1));
    let ear = anna.dials("*97");
    ear.hears("messages-old").never_heard("messages-new").hangs_up();
    town.is_quiet();
}

#[test]
fn who_hangs_up_in_the_middle_of_a_message_has_not_heard_it() {
    let town = town(14);
    let anna = town.signs_in("anna");
    anna.subscribes(600);
    leaves_a_message(&town);
    anna.light_shows("1/0 (0/0)");
    let ear = anna.dials("*97");
    ear.hears("messages-new").hangs_up();
    town.runs(Duration::from_secs(5));
    assert_eq!(anna.light_was_told(), 2);
    anna.light_shows("1/0 (0/0)");
}

#[test]
fn an_agent_without_a_mailbox_has_no_messages() {
    let town = town(15);
    leaves_a_message(&town);
    let ben = town.signs_in("ben");
    ben.dials("*97").hears("messages-none").never_heard("messages-new");
}

#[test]
fn a_message_that_cannot_be_deleted_is_not_told_as_deleted() {
    let town = town(16);
    let anna = town.signs_in("anna");
    leaves_a_message(&town);
    let ear = anna.dials("*97");
    ear.hears("messages-new");
    town.world(|world| world.store.temper.fails = true);
    ear.presses("3").hears("sorry-try-again").never_heard("message-deleted");
    assert_eq!(kept(&town).len(), 1);
}

#[test]
fn a_light_that_is_not_renewed_is_told_no_more() {
    let town = town(17);
    let anna = town.signs_in("anna");
    anna.subscribes(60).light_shows("0/0 (0/0)");
    town.runs(Duration::from_secs(70));
    let told = anna.light_was_told();
    leaves_a_message(&town);
    assert_eq!(anna.light_was_told(), told);
    anna.subscribes(60).light_shows("1/0 (0/0)");
    town.runs(Duration::from_secs(100));
    town.is_quiet();
}

#[test]
fn a_renewed_light_is_told_on() {
    let town = town(18);
    let anna = town.signs_in("anna");
    anna.subscribes(60).light_shows("0/0 (0/0)");
    town.runs(Duration::from_secs(50));
    anna.subscribes(60);
    town.runs(Duration::from_secs(50));
    leaves_a_message(&town);
    anna.light_shows("1/0 (0/0)");
}

#[test]
fn phones_that_do_not_subscribe_are_told_where_the_site_wants_it() {
    let plan = with_mailbox(&[LEAVES]).but(|settings| settings.site.lights_unasked = true);
    let town = Town::new(plan, 19);
    let anna = town.signs_in("anna");
    anna.light_shows("0/0 (0/0)");
    leaves_a_message(&town);
    anna.light_shows("1/0 (0/0)");
    town.is_quiet();
}

#[test]
fn those_who_are_to_be_told_are_told_once_also_after_a_crash() {
    let notify = Notify { emails: vec!["anna@example.com".to_owned()], ..Notify::default() };
    let plan = with_mailbox(&[LEAVES]).but(|settings| settings.mailboxes[0].notify = notify);
    let town = Town::new(plan, 20);
    leaves_a_message(&town);
    town.runs(Duration::from_secs(1));
    assert_eq!(town.world(|world| world.notices.len()), 1);
    town.world(World::crash);
    town.world(World::start);
    town.runs(Duration::from_secs(1));
    assert_eq!(town.world(|world| world.notices.len()), 1);
}

#[test]
fn a_message_nobody_was_told_of_before_a_crash_is_told_of_after_it() {
    let notify = Notify { webhook: Some("crm".to_owned()), ..Notify::default() };
    let plan = with_mailbox(&[LEAVES]).but(|settings| settings.mailboxes[0].notify = notify);
    let town = Town::new(plan, 21);
    let caller = town.calls_in(CALLER);
    until_the_message(&caller);
    caller.presses("#").hears("message-saved");
    town.world(|world| world.store.temper.fails = true);
    town.world(World::crash);
    town.world(|world| world.store.temper.fails = false);
    town.world(World::start);
    town.runs(Duration::from_secs(1));
    assert!(town.world(|world| !world.notices.is_empty()));
    assert!(town.world(|world| world.store.messages().all(|message| !message.notice_due)));
}

const LEAVES: (&str, &str) = (
    "voice.flow.yaml",
    "flow: voice
format: 1
sections:
  start:
    - answer
    - voicemail:
        mailbox: support
        empty: nothing
        full: full
        failed: failed
    - play: message-saved
    - hangup
  nothing: [ { play: nothing-recorded }, hangup ]
  full: [ { play: mailbox-full }, hangup ]
  failed: [ { play: sorry-try-again }, hangup ]
",
);

const WAITS: (&str, &str) = (
    "waits.flow.yaml",
    "flow: waits
format: 1
sections:
  start:
    - answer
    - queue: { name: sales, flow: waiting, answered: end }
    - hangup
",
);

const WAITING: (&str, &str) = (
    "waiting.flow.yaml",
    "flow: waiting
format: 1
sections:
  start:
    - voicemail: support
    - play: message-saved
    - return
",
);

fn town(seed: u64) -> Town {
    Town::new(with_mailbox(&[LEAVES]), seed)
}

/// The mailbox `support` of anna: two messages, a week.
fn with_mailbox(flows: &[(&str, &str)]) -> Plan {
    Plan::with_flows(flows).and_a_mailbox()
}

/// The caller has heard the greeting and said something.
#[track_caller]
fn until_the_message(caller: &Handset) {
    caller.hears_all_of("voicemail-greeting");
    caller.waits(Duration::from_millis(700)).speaks(600, Duration::from_secs(2));
}

#[track_caller]
fn leaves_a_message(town: &Town) {
    let caller = town.calls_in(CALLER);
    until_the_message(&caller);
    caller.presses("#").hears("message-saved");
    caller.ends();
}

/// Mailbox, caller and whole seconds of all messages in the store.
fn kept(town: &Town) -> Vec<(String, Option<String>, u64)> {
    town.world(|world| {
        let messages = world.store.messages().map(|message| {
            let caller = message.caller.number.as_ref().map(ToString::to_string);
            (message.mailbox.clone(), caller, message.length.as_secs())
        });
        messages.collect()
    })
}

/// How many messages the heart knows.
fn seen(town: &Town) -> usize {
    town.look(|inner| {
        let heart = inner.world.heart().expect("a living process");
        heart.view().mailboxes().messages_of("support").count()
    })
}

fn recordings(town: &Town) -> usize {
    town.world(|world| world.recordings.len())
}
