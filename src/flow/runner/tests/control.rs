//! Stories of control: answering, calling flows, catching, ending, going in circles.

use super::stage::*;
use crate::base::language::Language;
use crate::base::number::NumberKind;
use crate::flow::effect::{Effect, Event};
use crate::flow::graph::{Action, Flow, Input, Step, Target, Type, VerifyNumber};

fn main(steps: Vec<Step>) -> Flow {
    let sections = vec![("start", steps), ("caught", vec![play("caught"), step(Action::End)])];
    flow("main", sections)
}

fn called(steps: Vec<Step>) -> Flow {
    flow("inner", vec![("start", steps)])
}

#[test]
fn an_answer_completes_at_the_ack() {
    let steps = vec![step(Action::Ringing), step(Action::Answer), play("hello")];
    let mut stage = Stage::begin_with(vec![main(steps)], |s| {
        s.keeps_silent();
    });
    stage.sees("ring; answer").gets(Event::Answered).sees("play hello");
}

#[test]
fn answering_twice_is_answering_once() {
    let steps = vec![step(Action::Answer), step(Action::Answer), play("hello")];
    Stage::begin(vec![main(steps)]).sees("answer; play hello");
}

#[test]
fn a_rejected_call_is_over() {
    let mut stage = Stage::begin(vec![main(vec![step(Action::Reject(603)), play("hello")])]);
    stage.sees("reject 603").gets(Event::HungUp).sees("");
    assert!(stage.runner().is_over());
}

#[test]
fn a_call_that_is_answered_cannot_be_rejected_any_more() {
    let steps = vec![step(Action::Answer), step(Action::Reject(603))];
    Stage::begin(vec![main(steps)]).sees("answer; hang up 603");
}

#[test]
fn a_cause_refuses_before_the_answer_and_is_told_after_it() {
    let busy = step(Action::HangUp(Some(486)));
    Stage::begin(vec![main(vec![busy.clone()])]).sees("reject 486");
    Stage::begin(vec![main(vec![step(Action::Answer), busy])]).sees("answer; hang up 486");
}

#[test]
fn hanging_up_ends_the_flow_without_another_word() {
    let mut stage = Stage::begin(vec![main(vec![step(Action::HangUp(None)), play("hello")])]);
    stage.sees("hang up").gets(Event::HungUp).sees("");
}

#[test]
fn every_step_is_told() {
    let steps = vec![play("a"), goto("caught")];
    let mut stage = Stage::begin(vec![main(steps)]);
    stage.hears_all().hears_all().does("play goto play end");
}

#[test]
fn a_step_names_its_flow_and_section() {
    let flows = vec![main(vec![call("inner", None)]), called(vec![play("a")])];
    let names: Vec<(String, String)> = effects_of(flows)
        .into_iter()
        .filter_map(|effect| {
            let Effect::Step { flow, section, .. } = effect else { return None };
            Some((flow, section))
        })
        .collect();
    let expected = [("main", "start"), ("inner", "start")];
    assert_eq!(names, expected.map(|(f, s)| (f.to_owned(), s.to_owned())));
}

#[test]
fn the_outputs_of_a_flow_are_a_record_of_its_caller() {
    let flows = vec![
        main(vec![call("inner", Some("outcome")), play("$outcome.result $outcome.other")]),
        called(vec![returns(&[("result", "done")])]),
    ];
    Stage::begin(flows).sees("play done");
}

#[test]
fn inputs_that_are_not_given_take_their_defaults() {
    let mut inner = called(vec![play("$line $country")]);
    let default = Some(text("PL"));
    let country = Input { kind: Type::Country, required: false, default };
    let line = Input { kind: Type::Queue, required: true, default: None };
    inner.inputs = [("country".into(), country), ("line".into(), line)].into();
    let with = [("line".into(), literal("sales"))].into();
    let calling = step(Action::CallFlow { flow: "inner".into(), with, save_as: None });
    Stage::begin(vec![main(vec![calling]), inner]).sees("play sales PL");
}

#[test]
fn variables_belong_to_one_invocation() {
    let set = step(Action::Set(vec![("x".into(), literal("set"))]));
    let inner = called(vec![play("inner $x"), set.clone(), returns(&[])]);
    let flows = vec![main(vec![set, call("inner", None), call("inner", None)]), inner];
    let mut stage = Stage::begin(flows);
    stage.sees("play inner").hears_all().sees("play inner");
}

#[test]
fn the_end_of_the_main_flow_is_the_end() {
    Stage::begin(vec![main(vec![returns(&[])])]).sees("finished");
    Stage::begin(vec![main(vec![step(Action::End)])]).sees("finished");
}

#[test]
fn an_end_in_a_called_flow_ends_the_whole_call() {
    let flows =
        vec![main(vec![call("inner", None), play("never")]), called(vec![step(Action::End)])];
    Stage::begin(flows).sees("finished");
}

#[test]
fn a_flow_that_runs_off_its_section_returns() {
    let flows = vec![main(vec![call("inner", None), play("after")]), called(vec![])];
    Stage::begin(flows).sees("play after");
}

#[test]
fn an_escalation_is_caught_by_its_step_before_its_flow() {
    let mut outer = main(vec![catching(
        step(Action::Escalate("trouble".into())),
        "trouble",
        Target::Steps(vec![play("at-step")]),
    )]);
    outer.catch.insert("trouble".into(), section("caught"));
    Stage::begin(vec![outer]).sees("play at-step");
}

#[test]
fn an_escalation_is_caught_by_its_flow() {
    let mut outer = main(vec![step(Action::Escalate("trouble".into()))]);
    outer.catch.insert("trouble".into(), section("caught"));
    Stage::begin(vec![outer]).sees("play caught");
}

#[test]
fn an_escalation_bubbles_to_the_step_that_called_the_flow() {
    let flows = vec![
        main(vec![catching(call("inner", None), "trouble", section("caught"))]),
        called(vec![step(Action::Escalate("trouble".into()))]),
    ];
    Stage::begin(flows).sees("play caught");
}

#[test]
fn a_name_wins_over_failed() {
    let trouble = step(Action::Escalate("trouble".into()));
    let by_failed = catching(trouble, "failed", Target::Steps(vec![play("failed")]));
    let both = catching(by_failed.clone(), "trouble", section("caught"));
    Stage::begin(vec![main(vec![by_failed])]).sees("play failed");
    Stage::begin(vec![main(vec![both])]).sees("play caught");
}

#[test]
fn what_nobody_catches_ends_the_call_with_its_name() {
    let flows =
        vec![main(vec![call("inner", None)]), called(vec![step(Action::Escalate("x".into()))])];
    Stage::begin(flows).sees("finished x");
}

#[test]
fn a_catch_that_fails_in_the_same_way_does_not_catch_itself() {
    let again = step(Action::Escalate("trouble".into()));
    let mut outer = main(vec![again.clone()]);
    outer.catch.insert("trouble".into(), Target::Steps(vec![again]));
    Stage::begin(vec![outer]).sees("finished trouble");
}

#[test]
fn a_list_that_ends_goes_on_after_the_step_it_belongs_to() {
    let trouble = step(Action::Escalate("trouble".into()));
    let inner = catching(trouble.clone(), "trouble", Target::Steps(vec![play("inner")]));
    let outer = catching(trouble, "trouble", Target::Steps(vec![inner, play("outer")]));
    let mut stage = Stage::begin(vec![main(vec![outer, play("after")])]);
    stage.sees("play inner").hears_all().sees("play outer").hears_all().sees("play after");
}

#[test]
fn a_flow_that_runs_in_circles_is_stopped() {
    Stage::begin(vec![main(vec![goto("start")])]).sees("finished flow-runs-in-circles");
}

#[test]
fn a_flow_may_answer_that_it_runs_in_circles() {
    let mut outer = main(vec![goto("start")]);
    outer.catch.insert("flow-runs-in-circles".into(), section("caught"));
    Stage::begin(vec![outer]).sees("play caught");
}

#[test]
fn a_flow_that_answers_circles_with_circles_is_stopped_all_the_same() {
    let mut outer = main(vec![goto("start")]);
    outer.catch.insert("flow-runs-in-circles".into(), section("start"));
    Stage::begin(vec![outer]).sees("finished flow-runs-in-circles");
}

#[test]
fn flows_that_call_each_other_for_ever_are_stopped() {
    let flows = vec![main(vec![call("inner", None)]), called(vec![call("inner", None)])];
    Stage::begin(flows).sees("finished flow-too-deep");
}

#[test]
fn the_language_of_the_call_is_the_language_of_its_prompts() {
    let polish = step(Action::Language(literal("pl")));
    let mut stage = Stage::begin(vec![main(vec![play("a"), polish, play("a")])]);
    stage.hears_all().sees("play a; play pl:a");
    assert_eq!(stage.runner().language().tag(), "pl");
}

#[test]
fn a_flow_can_ask_which_language_the_caller_hears() {
    let polish = step(Action::Language(literal("pl")));
    let ask = || step(Action::Set(vec![("heard".into(), variable("call.language"))]));
    let steps = vec![ask(), play("$heard"), polish, ask(), play("$heard")];
    Stage::begin(vec![main(steps)]).hears_all().sees("play en; play pl:pl");
}

#[test]
fn a_flow_begins_in_its_own_language() {
    let mut outer = main(vec![play("a")]);
    outer.language = Language::new("pl");
    Stage::begin(vec![outer]).sees("play pl:a");
}

#[test]
fn a_keyed_number_becomes_e164() {
    verifies("601234567", vec![], "play good +48601234567");
    verifies("221234567", vec![NumberKind::Mobile, NumberKind::Fixed], "play good +48221234567");
}

#[test]
fn a_number_that_is_none_is_invalid() {
    verifies("12", vec![], "play invalid");
}

#[test]
fn a_number_of_another_kind_falls_back_to_invalid() {
    verifies("221234567", vec![NumberKind::Mobile], "play invalid");
}

#[test]
fn a_foreign_number_passes_unless_only_national_ones_do() {
    verifies("00493012345678", vec![], "play good +493012345678");
    let national = VerifyNumber { national: true, ..verification("00493012345678", vec![]) };
    verified(national, "play invalid");
    let named = Some(Target::Steps(vec![play("foreign"), step(Action::End)]));
    let national = verification("00493012345678", vec![]);
    verified(VerifyNumber { national: true, foreign: named, ..national }, "play foreign");
    let national = VerifyNumber { national: true, ..verification("601234567", vec![]) };
    verified(national, "play good +48601234567");
}

#[test]
fn an_emergency_number_falls_back_to_invalid() {
    verifies("112", vec![], "play invalid");
}

fn verifies(typed: &str, kinds: Vec<NumberKind>, expected: &str) {
    verified(verification(typed, kinds), expected);
}

fn verification(typed: &str, kinds: Vec<NumberKind>) -> VerifyNumber {
    VerifyNumber {
        value: literal(typed),
        country: literal("PL"),
        kinds,
        national: false,
        save_as: Some("number".into()),
        invalid: Some(Target::Steps(vec![play("invalid"), step(Action::End)])),
        wrong_kind: None,
        foreign: None,
        blocked: None,
    }
}

fn verified(verification: VerifyNumber, expected: &str) {
    let verify = step(Action::VerifyNumber(verification));
    Stage::begin(vec![main(vec![verify, play("good $number")])]).sees(expected);
}

fn effects_of(flows: Vec<Flow>) -> Vec<Effect> {
    use crate::base::outbox::Outbox;
    use crate::base::time::Now;
    use crate::flow::graph::FlowSet;
    use crate::flow::runner::Runner;
    use std::collections::BTreeMap;
    use std::sync::Arc;
    let flows = flows.into_iter().map(|flow| (flow.name.clone(), Arc::new(flow))).collect();
    let english = Language::new("en").expect("a language");
    let set = Arc::new(FlowSet { flows, ..FlowSet::default() });
    let mut runner = Runner::new(set, "main", BTreeMap::new(), english).expect("a flow");
    let mut out = Outbox::new();
    runner.begin(Now::default(), &World(BTreeMap::new(), true, BTreeMap::new()), &mut out);
    out.drain().collect()
}
