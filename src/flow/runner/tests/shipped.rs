//! Stories of the shipped flows, read from their text as they stand.

use super::stage::Stage;
use crate::base::language::Language;
use crate::flow::effect::{Effect, Event, QueueOutcome};
use crate::flow::graph::FlowSet;
use crate::flow::load::load;
use crate::flow::site::Site;
use crate::flow::value::Value;
use crate::flow::wording;
use std::time::Duration;

#[test]
fn another_number_with_a_voice_note() {
    let mut stage = waiting_in_sales();
    stage.does("answer play if menu set goto queue play");
    stage.presses("1").sees_in_polish("stop; start; play callback-on-this-number");
    stage.does("goto music call_flow start_callback if set menu");
    stage.presses("2").sees_in_polish("stop; play enter-number");
    stage.presses("601234567#").sees_in_polish("stop; play you-entered");
    stage.hears_all().sees_in_polish(&format!("play {}", spoken("+48601234567")));
    stage.hears_all().sees_in_polish("play confirm-number");
    stage.presses("1").sees_in_polish("stop; play leave-a-note");
    stage.hears_all().sees_in_polish("record").presses("#").records(4);
    stage.sees_in_polish(
        "register +48601234567 [callback-for-you recording-4]; play callback-registered",
    );
    stage.hears_all().sees_in_polish("play goodbye").hears_all().sees_in_polish("hang up");
    let Some(Effect::RegisterCallback(made)) = stage.take_registration() else {
        panic!("no registration");
    };
    assert_eq!(made.queue.as_deref(), Some("sales"));
    assert_eq!(made.ani.as_deref(), Some("+48221234567"));
    assert_eq!((made.attempts, made.retry_after), (Some(3), Some(Duration::from_secs(900))));
    assert_eq!(made.language, Language::new("pl").expect("a language"));
}

#[test]
fn a_wrong_number_three_times_puts_the_caller_back_in_line() {
    let mut stage = waiting_in_sales();
    stage.presses("1").presses("2").presses("12#").presses("999#").presses("5#");
    stage.sees_in_polish(
        "stop; start; play callback-on-this-number; stop; play enter-number; \
         stop; play enter-number; stop; play enter-number; stop; dismiss; play back-to-waiting",
    );
    stage.hears_all().sees_in_polish("play please-wait");
    assert!(stage.runner().is_waiting_in_queue());
}

#[test]
fn wrong_numbers_all_typed_ahead_come_to_the_same_end() {
    let mut stage = waiting_in_sales();
    stage.presses("1212#999#5#");
    stage.sees_in_polish(
        "stop; start; play callback-on-this-number; stop; play enter-number; stop; \
         play enter-number; stop; play enter-number; stop; dismiss; play back-to-waiting",
    );
}

#[test]
fn a_number_that_does_not_exist_is_asked_for_again() {
    let mut stage = waiting_in_sales();
    stage.presses("1").presses("2").presses("999999999#").hears_all();
    stage.sees_in_polish(
        "stop; start; play callback-on-this-number; stop; play enter-number; \
         stop; play number-not-valid; play enter-number",
    );
}

#[test]
fn the_caller_s_own_number_without_a_note() {
    let mut stage = waiting_in_sales();
    stage.presses("111").hears_all().gets(Event::Recorded { recording: None });
    stage.sees_in_polish(
        "stop; start; play callback-on-this-number; stop; play you-entered; stop; \
         play leave-a-note; record; register +48221112233 [callback-for-you]; \
         play callback-registered",
    );
}

#[test]
fn an_anonymous_caller_is_asked_for_a_number_at_once() {
    let mut stage = Stage::begin_set(shipped(), "main-line", |stage| {
        stage.knows("caller", "number", Value::Unknown);
    });
    stage.hears_all().presses("1").presses("1");
    stage.sees_in_polish(
        "answer; play welcome; play main-menu; stop; join sales; play please-wait; stop; \
         start; play enter-number",
    );
}

#[test]
fn a_caller_who_dismisses_hears_that_the_place_is_kept() {
    let mut stage = waiting_in_sales();
    stage.presses("1").presses("*");
    stage.sees_in_polish(
        "stop; start; play callback-on-this-number; stop; dismiss; play back-to-waiting",
    );
}

#[test]
fn hanging_up_after_the_number_was_confirmed_registers() {
    let mut stage = waiting_in_sales();
    stage.presses("1").presses("1").hears_all().presses("1").sees_in_polish(&format!(
        "stop; start; play callback-on-this-number; stop; play you-entered; play {}; stop; \
         play leave-a-note",
        spoken("+48221112233"),
    ));
    stage.gets(Event::HungUp);
    stage.sees_in_polish("register +48221112233 [callback-for-you]; finished");
}

#[test]
fn hanging_up_before_the_number_was_confirmed_is_an_abandon() {
    let mut stage = waiting_in_sales();
    stage.presses("1").presses("2").gets(Event::HungUp);
    stage.sees_in_polish(
        "stop; start; play callback-on-this-number; stop; play enter-number; dismiss; finished",
    );
}

#[test]
fn a_store_that_fails_is_never_called_a_promise() {
    let mut stage = waiting_in_sales();
    stage.presses("1").presses("1").hears_all().presses("1").hears_all();
    stage.refuses("callback-store-failed").records(4);
    stage.sees_in_polish(&format!(
        "stop; start; play callback-on-this-number; stop; play you-entered; play {}; stop; \
         play leave-a-note; record; register +48221112233 [callback-for-you recording-4]; \
         play callback-unavailable",
        spoken("+48221112233"),
    ));
    stage.hears_all().sees_in_polish("dismiss; play please-wait");
}

#[test]
fn a_queue_that_takes_no_callbacks_says_so() {
    let mut stage = waiting_in_sales();
    stage.refuses("callback-queue-closed").presses("1");
    stage.sees_in_polish("stop; start; play callback-unavailable");
    stage.hears_all().sees_in_polish("play please-wait");
}

#[test]
fn an_agent_may_answer_until_the_callback_is_started() {
    let mut stage = waiting_in_sales();
    stage.gets(Event::Connected).sees_in_polish("stop").presses("1").sees_in_polish("");
    stage.leaves(QueueOutcome::Answered).sees_in_polish("finished");
}

#[test]
fn a_long_estimate_is_answered_with_an_offer() {
    let mut stage = waiting_in_sales();
    stage.hears_all().waits(45_000);
    stage.sees_in_polish("music music/default; stop; music music/default");
    stage.knows("queue", "wait_estimate", Value::Duration(Duration::from_secs(360)));
    stage.waits(45_000).sees_in_polish("stop; play press-1-for-callback");
    stage.presses("1").sees_in_polish("stop; start; play callback-on-this-number");
}

#[test]
fn outside_office_hours_the_caller_hears_so() {
    let mut stage = Stage::begin_set(shipped(), "main-line", Stage::closes);
    stage.hears_all().hears_all().hears_all();
    stage.sees_in_polish("answer; play welcome; play we-are-closed; play goodbye; hang up");
}

#[test]
fn a_caller_who_says_nothing_is_served_all_the_same() {
    let mut stage = Stage::begin_set(shipped(), "main-line", |_| {});
    stage.hears_all();
    for _ in 0..3 {
        stage.hears_all().waits(6_000);
    }
    stage.sees_in_polish(
        "answer; play welcome; play main-menu; play main-menu; play main-menu; join service; \
         play please-wait",
    );
}

fn shipped() -> FlowSet {
    let files = [
        ("main-line.flow.yaml", include_str!("../../../../config/flows/main-line.flow.yaml")),
        ("waiting.flow.yaml", include_str!("../../../../config/flows/waiting.flow.yaml")),
        (
            "custom-callback.flow.yaml",
            include_str!("../../../../config/flows/custom-callback.flow.yaml"),
        ),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let (flows, _) = load(&files, &Site::default()).expect("flows without mistakes");
    flows
}

/// A caller who chose sales and hears `please-wait`.
fn waiting_in_sales() -> Stage {
    let mut stage = Stage::begin_set(shipped(), "main-line", |_| {});
    stage.hears_all().presses("1");
    stage
        .sees_in_polish("answer; play welcome; play main-menu; stop; join sales; play please-wait");
    stage
}

fn spoken(number: &str) -> String {
    let polish = Language::new("pl").expect("a language");
    let number = crate::base::number::PhoneNumber::from_e164(number).expect("a number");
    let words =
        wording::say(&polish, crate::flow::graph::SayKind::Phone(None), &Value::Phone(number));
    words.expect("words").join(" ")
}
