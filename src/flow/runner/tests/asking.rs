//! Stories of keys: plays that stop, menus, entries, music, recordings.

use super::stage::*;
use crate::base::digit::Digit;
use crate::flow::effect::Event;
use crate::flow::graph::{Action, Flow, Review, Step, Target};
use std::time::Duration;

fn main_with(first: Vec<Step>) -> Vec<Flow> {
    let sections = vec![
        ("start", first),
        ("one", vec![play("one"), step(Action::End)]),
        ("two", vec![play("two $typed"), step(Action::End)]),
        ("gone", vec![play("gone"), step(Action::End)]),
    ];
    vec![flow("main", sections)]
}

fn asks() -> Vec<Flow> {
    main_with(vec![step(Action::Menu(menu(&[('1', "one"), ('2', "two")], Some("gone"))))])
}

fn enters() -> Vec<Flow> {
    main_with(vec![step(Action::Collect(collect(Some("gone")))), goto("two")])
}

#[test]
fn a_play_ends_and_the_next_begins() {
    let mut stage = Stage::begin(main_with(vec![play("a b"), play("c"), step(Action::End)]));
    stage.sees("play a b").hears_all().sees("play c").hears_all().sees("finished");
}

#[test]
fn the_end_of_a_play_that_was_stopped_means_nothing() {
    let mut stage = Stage::begin(main_with(vec![play("a"), music(None, &[])]));
    stage.presses("5").sees("play a; stop; music music/default");
    stage.gets(Event::PlayEnded { play: 1 }).sees("");
}

#[test]
fn a_key_during_a_play_stops_it_and_answers_the_menu_after_it() {
    let mut first = vec![play("welcome")];
    first.push(step(Action::Menu(menu(&[('1', "one")], None))));
    let mut stage = Stage::begin(main_with(first));
    stage.presses("1").sees("play welcome; stop; play one");
}

#[test]
fn keys_typed_ahead_skip_what_would_only_be_listened_to() {
    let mut first = vec![play("welcome"), play("news")];
    first.push(step(Action::Menu(menu(&[('1', "one")], None))));
    let mut stage = Stage::begin(main_with(first));
    stage.presses("1").sees("play welcome; stop; play one");
}

#[test]
fn a_play_that_allows_no_barge_in_is_heard_to_its_end_and_the_key_kept() {
    let must = Action::Play { items: items("legal"), barge_in: false };
    let ask = step(Action::Menu(menu(&[('1', "one")], None)));
    let mut stage = Stage::begin(main_with(vec![step(must), ask]));
    stage.presses("1").sees("play legal").hears_all().sees("play one");
}

#[test]
fn a_menu_asks_again_after_silence_and_gives_up_after_three_tries() {
    let mut stage = Stage::begin(asks());
    stage.sees("play ask").waits(60_000).sees("");
    stage.hears_all().waits(4_999).sees("").waits(1).sees("play ask");
    stage.hears_all().waits(5_000).sees("play ask");
    stage.hears_all().waits(5_000).sees("play gone");
}

#[test]
fn wrong_keys_count_as_tries() {
    let mut stage = Stage::begin(asks());
    stage.presses("9").sees("play ask; stop; play ask");
    stage.hears_all().presses("8").sees("play ask");
    stage.presses("7").sees("stop; play gone");
}

#[test]
fn a_wrong_key_and_silence_share_the_tries() {
    let mut stage = Stage::begin(asks());
    stage.presses("9").hears_all().waits(5_000).presses("0");
    stage.sees("play ask; stop; play ask; play ask; stop; play gone");
}

#[test]
fn a_menu_without_gave_up_escalates() {
    let mut stage = Stage::begin(main_with(vec![step(Action::Menu(menu(&[('1', "one")], None)))]));
    stage.presses("999").sees("play ask; stop; play ask; stop; play ask; stop; finished gave-up");
}

#[test]
fn silence_may_lead_elsewhere_at_once() {
    let mut ask = menu(&[('1', "one")], None);
    ask.no_input = Target::Steps(vec![play("nobody")]);
    let mut stage = Stage::begin(main_with(vec![step(Action::Menu(ask)), goto("gone")]));
    stage.hears_all().waits(5_000).sees("play ask; play nobody").hears_all().sees("play gone");
}

#[test]
fn a_wrong_key_may_lead_elsewhere_at_once() {
    let mut ask = menu(&[('1', "one")], None);
    ask.no_match = section("two");
    let mut stage = Stage::begin(main_with(vec![step(Action::Menu(ask))]));
    stage.presses("4").sees("play ask; stop; play two");
}

#[test]
fn the_finish_key_ends_an_entry() {
    let mut stage = Stage::begin(enters());
    stage.presses("1234#").sees("play enter; stop; play two 1234");
}

#[test]
fn a_full_entry_ends_by_itself_and_a_late_finish_key_means_nothing() {
    let mut stage = Stage::begin(enters());
    stage.presses("123456").sees("play enter; stop; play two 123456");
    stage.waits(1_000).presses("#").sees("").hears_all().sees("finished");
}

#[test]
fn a_finish_key_much_later_is_a_key_like_any_other() {
    let mut stage = Stage::begin(enters());
    stage.presses("123456").waits(5_000).presses("#");
    stage.sees("play enter; stop; play two 123456; stop; finished");
}

#[test]
fn silence_after_enough_digits_ends_an_entry() {
    let mut stage = Stage::begin(enters());
    stage.hears_all().presses("12345").waits(3_999).sees("play enter");
    stage.waits(1).sees("play two 12345");
}

#[test]
fn too_few_digits_three_times_give_up() {
    let mut stage = Stage::begin(enters());
    stage.presses("12#").sees("play enter; stop; play enter");
    stage.hears_all().presses("9").waits(4_000).sees("play enter");
    stage.hears_all().waits(8_000).sees("play gone");
}

#[test]
fn keys_of_the_next_try_may_come_at_once() {
    let mut stage = Stage::begin(main_with(vec![
        step(Action::Play { items: items("legal"), barge_in: false }),
        step(Action::Collect(collect(Some("gone")))),
        goto("two"),
    ]));
    stage.presses("12#9876#").hears_all().sees("play legal; play two 9876");
}

#[test]
fn an_entry_begun_ahead_needs_no_prompt() {
    let first = vec![play("hello"), step(Action::Collect(collect(None))), goto("two")];
    let mut stage = Stage::begin(main_with(first));
    stage.presses("12").sees("play hello; stop").presses("34#").sees("play two 1234");
}

#[test]
fn an_entry_must_match_its_pattern() {
    let mut asked = collect(Some("gone"));
    asked.pattern = Some("0[0-9]+".into());
    let mut stage = Stage::begin(main_with(vec![step(Action::Collect(asked)), goto("two")]));
    stage.presses("1234#").sees("play enter; stop; play enter");
    stage.presses("0234#").sees("stop; play two 0234");
}

#[test]
fn music_lasts_its_time() {
    let mut stage = Stage::begin(main_with(vec![music(Some(45), &[('1', "one")]), goto("gone")]));
    stage.waits(44_999).sees("music music/default").waits(1).sees("stop; play gone");
}

#[test]
fn a_key_of_the_music_leads_on_and_others_do_not() {
    let mut stage = Stage::begin(main_with(vec![music(None, &[('1', "one")])]));
    stage.presses("5").sees("music music/default").presses("1").sees("stop; play one");
}

#[test]
fn a_key_pressed_before_the_music_leads_on_without_it_and_the_next_is_kept() {
    let mut first = vec![play("hello")];
    first.push(music(None, &[('1', "menu")]));
    let mut flows = main_with(first);
    let ask = step(Action::Menu(menu(&[('2', "two")], None)));
    flows[0].sections.insert("menu".into(), vec![step(Action::Ringing), ask]);
    let hello = Action::Play { items: items("hello"), barge_in: false };
    flows[0].sections.get_mut("start").expect("start")[0] = step(hello);
    let mut stage = Stage::begin(flows);
    stage.presses("12").hears_all().sees("play hello; ring; play two");
}

#[test]
fn a_recording_goes_into_its_variable_and_clears_the_keys() {
    let first = vec![
        step(Action::Play { items: items("speak"), barge_in: false }),
        record(Some("gone")),
        play("$note"),
        step(Action::Menu(menu(&[('5', "one")], None))),
    ];
    let mut stage = Stage::begin(main_with(first));
    stage.presses("5").hears_all().presses("#").sees("play speak; record");
    stage.records(4).sees("play recording-4").hears_all().sees("play ask");
}

#[test]
fn an_empty_recording_leads_where_the_flow_says() {
    let mut stage = Stage::begin(main_with(vec![record(Some("gone"))]));
    stage.gets(Event::Recorded { recording: None }).sees("record; play gone");
}

#[test]
fn recording_again_deletes_the_first() {
    let mut stage = Stage::begin(main_with(vec![record(None), record(None), goto("one")]));
    stage.records(4).records(5).sees("record; record; delete recording-4; play one");
}

#[test]
fn an_unset_recording_is_skipped_in_a_play() {
    let mut stage = Stage::begin(main_with(vec![play("a $note b"), play("$note"), goto("one")]));
    stage.sees("play a b").hears_all().sees("play one");
}

#[test]
fn a_wait_keeps_keys_for_later() {
    let wait = step(Action::Wait(Duration::from_secs(2)));
    let ask = step(Action::Menu(menu(&[('1', "one")], None)));
    let mut stage = Stage::begin(main_with(vec![wait, ask]));
    stage.presses("1").waits(2_000).sees("play one");
}

#[test]
fn the_star_is_a_key_of_a_menu() {
    let mut stage = Stage::begin(main_with(vec![step(Action::Menu(menu(&[('*', "one")], None)))]));
    stage.gets(Event::Digit(Digit::STAR)).sees("play ask; stop; play one");
}

fn reviewed() -> Stage {
    let mut recorded = record(None);
    if let Action::Record(record) = &mut recorded.action {
        let key = |key| Digit::from_char(key);
        let (hear, again, keep) = (key('1'), key('2'), key('#'));
        let wait = Duration::from_secs(5);
        record.review = Some(Review { prompt: items("review"), hear, again, keep, wait });
    }
    Stage::begin(main_with(vec![recorded, goto("one")]))
}

#[test]
fn a_reviewed_recording_is_heard_and_kept() {
    let mut stage = reviewed();
    stage.records(4).presses("1").sees("record; play review; stop; play recording-4 review");
    stage.hears_all().presses("#").sees("play one");
}

#[test]
fn recording_once_more_in_a_review_deletes_the_first() {
    let mut stage = reviewed();
    stage.records(4).presses("2").sees("record; play review; stop; delete recording-4; record");
    stage.records(5).presses("#").sees("play review; stop; play one");
}

#[test]
fn a_review_without_an_answer_keeps_the_recording() {
    let mut stage = reviewed();
    stage.records(4).hears_all().waits(5_000).presses("7").hears_all().waits(5_000);
    stage.sees("record; play review; play review; stop; play review; play one");
}

#[test]
fn nothing_is_reviewed_where_nothing_was_said() {
    let mut stage = reviewed();
    stage.gets(Event::Recorded { recording: None }).sees("record; play one");
}
