//! Stories of callers who hang up in the middle.

use super::callbacks::site;
use super::stage::*;
use crate::flow::effect::Event;
use crate::flow::graph::{Action, Flow, Step};

fn with_last_words(inner: Vec<Step>, last_words: Vec<Step>) -> Vec<Flow> {
    let mut flows = site(inner);
    flows[2].when_caller_hangs_up = Some("hung_up".into());
    flows[2].sections.insert("hung_up".into(), last_words);
    flows
}

#[test]
fn a_caller_who_hangs_up_while_started_makes_no_request() {
    let mut stage = Stage::begin(site(vec![start(), play("x")]));
    stage.gets(Event::HungUp).sees("join sales; start; play x; finished");
}

#[test]
fn last_words_may_register() {
    let last = vec![register(), play("nobody-hears"), returns(&[])];
    let mut stage = Stage::begin(with_last_words(vec![start(), play("x")], last));
    stage.gets(Event::HungUp);
    stage.sees("join sales; start; play x; register own [callback-for-you]; finished");
}

#[test]
fn last_words_may_dismiss() {
    let mut stage = Stage::begin(with_last_words(
        vec![start(), play("x")],
        vec![dismiss(), play("nobody-hears"), returns(&[])],
    ));
    stage.gets(Event::HungUp).sees("join sales; start; play x; dismiss; finished");
}

#[test]
fn last_words_wait_for_the_store() {
    let flows = with_last_words(vec![start(), play("x")], vec![register(), returns(&[])]);
    let mut stage = Stage::begin(flows);
    stage.keeps_silent().gets(Event::HungUp);
    stage.sees("join sales; start; play x; register own [callback-for-you]");
    stage.gets(registered()).sees("finished");
}

#[test]
fn last_words_skip_all_that_needs_a_caller() {
    let last = vec![
        play("a"),
        music(None, &[]),
        step(Action::Wait(std::time::Duration::from_secs(9))),
        record(None),
        step(Action::Menu(menu(&[('1', "sorry")], Some("given_up")))),
    ];
    let mut flows = with_last_words(vec![start(), play("x")], last);
    let given_up = vec![step(Action::Collect(collect(Some("at_last"))))];
    flows[2].sections.insert("given_up".into(), given_up);
    flows[2].sections.insert("at_last".into(), vec![dismiss(), returns(&[])]);
    let mut stage = Stage::begin(flows);
    stage.gets(Event::HungUp).sees("join sales; start; play x; dismiss; finished");
}

#[test]
fn last_words_cannot_start_again() {
    let last = vec![dismiss(), start()];
    let mut stage = Stage::begin(with_last_words(vec![start(), play("x")], last));
    stage.gets(Event::HungUp);
    stage.sees("join sales; start; play x; dismiss; finished callback-caller-gone");
}

#[test]
fn last_words_may_call_a_flow() {
    let mut flows = with_last_words(
        vec![start(), play("x")],
        vec![call("cleaner", None), register(), returns(&[])],
    );
    flows.push(flow("cleaner", vec![("start", vec![play("nobody-hears"), returns(&[])])]));
    let mut stage = Stage::begin(flows);
    stage.gets(Event::HungUp);
    stage.sees("join sales; start; play x; register own [callback-for-you]; finished");
}

#[test]
fn the_innermost_flow_has_the_last_word() {
    let mut flows = with_last_words(vec![start(), play("x")], vec![dismiss(), returns(&[])]);
    flows[1].when_caller_hangs_up = Some("hung_up".into());
    flows[1].sections.insert("hung_up".into(), vec![register(), returns(&[])]);
    let mut stage = Stage::begin(flows);
    stage.gets(Event::HungUp).sees("join sales; start; play x; dismiss; finished");
}

#[test]
fn an_outer_flow_speaks_when_the_inner_one_has_nothing_to_say() {
    let mut flows = site(vec![start(), play("x")]);
    flows[1].when_caller_hangs_up = Some("hung_up".into());
    flows[1].sections.insert("hung_up".into(), vec![register(), returns(&[])]);
    let mut stage = Stage::begin(flows);
    stage.gets(Event::HungUp);
    stage.sees("join sales; start; play x; register own [callback-for-you]; finished");
}

#[test]
fn a_caller_who_was_not_started_gets_no_last_words() {
    let flows = with_last_words(vec![play("x")], vec![register(), returns(&[])]);
    let mut stage = Stage::begin(flows);
    stage.gets(Event::HungUp).sees("join sales; play x; finished");
}

#[test]
fn last_words_are_spoken_once() {
    let flows = with_last_words(vec![start(), play("x")], vec![register(), returns(&[])]);
    let mut stage = Stage::begin(flows);
    stage.keeps_silent().gets(Event::HungUp).gets(Event::HungUp).gets(registered());
    stage.sees("join sales; start; play x; register own [callback-for-you]; finished");
}

#[test]
fn a_caller_who_hangs_up_while_the_store_writes_gets_what_the_store_says() {
    let last = vec![dismiss(), returns(&[])];
    for answer in [registered(), Event::Escalated(failed())] {
        let flows = with_last_words(vec![start(), play("x"), register(), play("y")], last.clone());
        let mut stage = Stage::begin(flows);
        stage.keeps_silent().hears_all().gets(Event::HungUp);
        stage.sees("join sales; start; play x; register own [callback-for-you]");
        stage.gets(answer).sees("finished");
    }
}

#[test]
fn a_caller_who_hangs_up_after_register_ends_the_call() {
    let mut stage = Stage::begin(with_last_words(
        vec![start(), register(), play("done")],
        vec![dismiss(), returns(&[])],
    ));
    stage.gets(Event::HungUp);
    stage.sees("join sales; start; register own [callback-for-you]; play done; finished");
}

#[test]
fn a_caller_who_hangs_up_while_a_dismiss_is_out_has_dismissed() {
    let last = vec![register(), returns(&[])];
    let mut stage = Stage::begin(with_last_words(vec![start(), play("x"), dismiss()], last));
    stage.keeps_silent().hears_all().gets(Event::HungUp);
    stage.sees("join sales; start; play x; dismiss; finished");
}

fn failed() -> crate::flow::effect::Escalation {
    crate::flow::effect::Escalation::named("callback-store-failed")
}
