//! Stories of callbacks: start, register, dismiss, and what undoes them by itself.

use super::stage::*;
use crate::flow::effect::{Effect, Event, QueueOutcome};
use crate::flow::graph::{Action, Flow, RegisterCallback, Step, Target};

/// A main flow that queues, and a waiting flow that calls the flow `inner`.
pub(super) fn site(inner: Vec<Step>) -> Vec<Flow> {
    let outcomes = [(QueueOutcome::Left, "goodbye")];
    let main = vec![
        ("start", vec![queue(Some("waiting"), &outcomes), play("after-agent")]),
        ("goodbye", vec![play("goodbye"), step(Action::HangUp(None))]),
    ];
    let waiting = vec![
        ("start", vec![call("inner", Some("outcome")), play("back"), goto("hold")]),
        ("hold", vec![music(None, &[('9', "exit"), ('0', "bye")])]),
        ("exit", vec![step(Action::ExitQueue)]),
        ("bye", vec![step(Action::HangUp(None))]),
    ];
    let inner = vec![
        ("start", inner),
        ("sorry", vec![play("sorry"), dismiss(), returns(&[])]),
        ("named", vec![play("named"), dismiss(), returns(&[])]),
    ];
    vec![flow("main", main), flow("waiting", waiting), flow("inner", inner)]
}

fn pre_queue(steps: Vec<Step>) -> Vec<Flow> {
    let sections = vec![("start", steps), ("sorry", vec![play("sorry"), step(Action::End)])];
    vec![flow("main", sections)]
}

#[test]
fn a_registered_callback_says_so_only_after_it_is_stored() {
    let mut stage = Stage::begin(site(vec![start(), register(), play("done"), returns(&[])]));
    stage.sees("join sales; start; register own [callback-for-you]; play done");
    let mut slow = Stage::begin_with(site(vec![start(), register(), play("done")]), |s| {
        s.keeps_silent();
    });
    slow.gets(Event::Joined).gets(Event::CallbackStarted);
    slow.sees("join sales; start; register own [callback-for-you]").waits(3_600_000).sees("");
    slow.gets(registered()).sees("play done");
}

#[test]
fn after_register_the_waiting_flow_goes_on_and_its_end_is_the_outcome_left() {
    let mut flows = site(vec![start(), register(), play("done"), returns(&[])]);
    flows[1].sections.insert("start".into(), vec![call("inner", None), returns(&[])]);
    let mut stage = Stage::begin(flows);
    assert!(!stage.runner().is_waiting_in_queue());
    stage.sees("join sales; start; register own [callback-for-you]; play done");
    stage.hears_all().sees("play goodbye").hears_all().sees("hang up");
}

#[test]
fn after_register_exit_queue_is_the_outcome_left_too() {
    let mut stage = Stage::begin(site(vec![start(), register(), returns(&[])]));
    stage.hears_all().presses("9");
    stage.sees(
        "join sales; start; register own [callback-for-you]; play back; music music/default; \
         stop; play goodbye",
    );
}

#[test]
fn a_promise_can_be_spoken_with_its_place() {
    let say = play("your-place-is $callback.position $callback.id");
    let mut stage = Stage::begin(site(vec![start(), register(), say]));
    stage.sees(
        "join sales; start; register own [callback-for-you]; play your-place-is 3 callback-7",
    );
}

#[test]
fn the_caller_s_recording_is_what_the_agent_hears() {
    let mut stage = Stage::begin(site(vec![start(), record(None), register(), play("done")]));
    stage.records(4);
    stage.sees("join sales; start; record; register own [callback-for-you recording-4]; play done");
}

#[test]
fn a_dismissed_callback_puts_the_caller_back_and_the_flow_goes_on() {
    let mut stage = Stage::begin(site(vec![start(), dismiss(), returns(&[])]));
    stage.sees("join sales; start; dismiss; play back");
    assert!(stage.runner().is_waiting_in_queue());
    stage.gets(Event::Connected).sees("stop");
}

#[test]
fn dismissing_where_nothing_was_started_is_no_more_than_a_line_in_the_log() {
    let mut stage = Stage::begin(site(vec![dismiss(), returns(&[])]));
    stage.sees("join sales; play back").does("queue call_flow dismiss_callback return play");
}

#[test]
fn a_start_that_is_refused_escalates() {
    let failing = catching(start(), "failed", section("sorry"));
    let mut stage = Stage::begin_with(site(vec![failing]), |s| {
        s.refuses("callback-limit-reached");
    });
    stage.sees("join sales; start; play sorry").hears_all().sees("play back");
}

#[test]
fn a_register_that_is_refused_leaves_the_caller_started() {
    let failing = catching(register(), "failed", section("sorry"));
    let named = catching(failing, "callback-duplicate", section("named"));
    for (name, prompt) in [("callback-store-failed", "sorry"), ("callback-duplicate", "named")] {
        let mut stage = Stage::begin(site(vec![start(), play("hm"), named.clone()]));
        stage.refuses(name).hears_all().hears_all();
        let told = "join sales; start; play hm; register own [callback-for-you]";
        stage.sees(&format!("{told}; play {prompt}; dismiss; play back"));
    }
}

#[test]
fn a_register_may_be_tried_again() {
    let failing = catching(register(), "failed", Target::Steps(vec![play("hm"), goto("more")]));
    let mut flows = site(vec![start(), play("x"), failing]);
    flows[2].sections.insert("more".into(), vec![register(), play("done")]);
    let mut stage = Stage::begin(flows);
    stage.refuses("callback-store-failed").hears_all().allows().hears_all();
    let told = "register own [callback-for-you]";
    stage.sees(&format!("join sales; start; play x; {told}; play hm; {told}; play done"));
}

#[test]
fn an_agent_who_answers_before_the_start_wins() {
    let mut stage = Stage::begin_with(site(vec![start(), play("never")]), |s| {
        s.keeps_silent();
    });
    stage.gets(Event::Joined).gets(Event::Connected).gets(Event::CallbackStarted);
    stage.sees("join sales; start").leaves(QueueOutcome::Answered).sees("play after-agent");
}

#[test]
fn starting_twice_escalates_and_stays_started() {
    let again = catching(start(), "callback-already-started", Target::Steps(vec![]));
    let mut stage = Stage::begin(site(vec![start(), again, dismiss(), returns(&[])]));
    stage.sees("join sales; start; dismiss; play back");
}

#[test]
fn registering_without_a_start_escalates() {
    let failing = catching(register(), "callback-not-started", section("sorry"));
    Stage::begin(site(vec![failing])).sees("join sales; play sorry");
}

#[test]
fn after_register_nothing_can_be_started_registered_dismissed_or_queued() {
    for last in [start(), register(), dismiss(), queue(None, &[])] {
        let refused = catching(last, "callback-already-registered", section("sorry"));
        let mut stage = Stage::begin(pre_queue(vec![start(), register(), refused]));
        stage.sees("start; register own [callback-for-you]; play sorry");
    }
}

#[test]
fn a_nested_flow_that_returns_does_not_dismiss() {
    let mut flows = site(vec![start(), returns(&[])]);
    let after = vec![call("inner", None), register(), play("done")];
    flows[1].sections.insert("start".into(), after);
    Stage::begin(flows).sees("join sales; start; register own [callback-for-you]; play done");
}

#[test]
fn a_waiting_flow_that_ends_while_started_dismisses() {
    let mut stage = Stage::begin(site(vec![start(), step(Action::End)]));
    stage.sees("join sales; start; dismiss; queue music");
    assert!(stage.runner().is_waiting_in_queue());
}

#[test]
fn an_error_while_started_dismisses() {
    let failing = step(Action::Escalate("x".into()));
    Stage::begin(site(vec![start(), failing])).sees("join sales; start; dismiss; queue music");
}

#[test]
fn a_main_flow_that_ends_while_started_dismisses_first() {
    Stage::begin(pre_queue(vec![start(), returns(&[])])).sees("start; dismiss; finished");
    let failing = step(Action::Escalate("x".into()));
    Stage::begin(pre_queue(vec![start(), failing])).sees("start; dismiss; finished x");
}

#[test]
fn a_callback_can_be_made_before_any_queue() {
    let steps = vec![start(), register(), play("done"), step(Action::End)];
    let mut stage = Stage::begin(pre_queue(steps));
    stage.sees("start; register own [callback-for-you]; play done").hears_all().sees("finished");
}

#[test]
fn queueing_while_started_dismisses_first() {
    let mut stage = Stage::begin(pre_queue(vec![start(), queue(None, &[])]));
    stage.sees("start; dismiss; join sales; queue music").does("start_callback queue");
}

#[test]
fn hanging_up_while_started_dismisses_first() {
    Stage::begin(site(vec![start(), step(Action::HangUp(None))]))
        .sees("join sales; start; dismiss; hang up");
}

#[test]
fn exit_queue_while_started_dismisses_first() {
    Stage::begin(site(vec![start(), step(Action::ExitQueue)]))
        .sees("join sales; start; dismiss; exit; play goodbye");
}

#[test]
fn started_too_long_begins_the_waiting_flow_again() {
    let mut stage = Stage::begin(site(vec![play("intro"), start(), music(None, &[])]));
    stage.hears_all().sees("join sales; play intro; start; music music/default");
    stage.escalates("callback-started-too-long").sees("stop; dismiss; play intro");
}

#[test]
fn started_too_long_may_be_caught() {
    let mut flows = site(vec![start(), music(None, &[])]);
    flows[2].catch.insert("callback-started-too-long".into(), section("sorry"));
    let mut stage = Stage::begin(flows);
    stage.escalates("callback-started-too-long");
    stage.sees("join sales; start; music music/default; stop; play sorry");
    stage.hears_all().sees("dismiss; play back");
}

#[test]
fn a_signal_is_no_failure_of_the_step_in_progress() {
    let listening = catching(play("long"), "failed", section("sorry"));
    let mut stage = Stage::begin(site(vec![start(), listening]));
    stage.escalates("callback-started-too-long");
    stage.sees("join sales; start; play long; stop; dismiss; start; play long");
}

#[test]
fn a_named_number_that_is_not_known_is_never_replaced_by_a_guess() {
    let number = Some(variable("typed"));
    let unknown = RegisterCallback { number, ..RegisterCallback::default() };
    let asking = step(Action::RegisterCallback(Box::new(unknown)));
    let failing = catching(asking, "callback-invalid-number", section("sorry"));
    Stage::begin(site(vec![start(), failing])).sees("join sales; start; play sorry");
}

#[test]
fn a_registration_carries_what_the_flow_says() {
    let set = step(Action::Set(vec![("number".into(), variable("caller.number"))]));
    let asking = step(Action::RegisterCallback(Box::new(RegisterCallback {
        number: Some(variable("number")),
        queue: Some(literal("sales")),
        ani: Some(literal("+48221234567")),
        attempts: Some(5),
        data: [("topic".to_owned(), literal("billing"))].into(),
        ..RegisterCallback::default()
    })));
    let Effect::RegisterCallback(registration) = first_registration(vec![start(), set, asking])
    else {
        panic!("no registration");
    };
    assert_eq!(registration.number.as_deref(), Some("+48221112233"));
    assert_eq!(registration.queue.as_deref(), Some("sales"));
    assert_eq!(registration.ani.as_deref(), Some("+48221234567"));
    assert_eq!(registration.attempts, Some(5));
    assert_eq!(registration.data.get("topic"), Some(&text("billing")));
    assert_eq!(registration.language.tag(), "en");
}

fn first_registration(steps: Vec<Step>) -> Effect {
    let mut stage = Stage::begin_with(pre_queue(steps), |s| {
        s.keeps_silent();
    });
    stage.gets(Event::CallbackStarted);
    stage.take_registration().expect("a registration")
}
