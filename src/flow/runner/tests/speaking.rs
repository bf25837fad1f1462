//! Stories of texts that a program speaks.

use super::stage::*;
use crate::flow::graph::{Action, Flow, Step};
use crate::flow::template::Template;
use crate::flow::value::Value;

fn say(text: &str) -> Step {
    let (text, _) = Template::read(text).expect("a template");
    step(Action::SayText { text, barge_in: true })
}

fn main(steps: Vec<Step>) -> Flow {
    flow("main", vec![("start", steps), ("caught", vec![play("sorry"), step(Action::End)])])
}

#[test]
fn a_text_is_spoken_with_its_variables() {
    let steps = vec![say("Order $order for $caller.name."), play("goodbye")];
    let mut main = main(steps);
    let order = crate::flow::graph::Variable {
        kind: crate::flow::types::Type::Number,
        default: Some(Value::Number(71)),
    };
    main.vars.insert("order".to_owned(), order);
    let mut stage = Stage::begin_with(vec![main], |stage| {
        stage.knows("caller", "name", Value::Text("Ewa".to_owned()));
    });
    stage.sees("play en:\"Order 71 for Ewa.\"").hears_all().sees("play goodbye");
}

#[test]
fn a_text_whose_variable_has_no_value_is_left_out() {
    let mut stage = Stage::begin(vec![main(vec![say("Order $order."), play("goodbye")])]);
    stage.sees("play goodbye");
}

#[test]
fn a_caller_whose_text_cannot_be_spoken_goes_on_without_it() {
    let mut stage = Stage::begin(vec![main(vec![say("Hello."), play("goodbye")])]);
    stage.sees("play en:\"Hello.\"").escalates("speech-failed").sees("play goodbye");
}

#[test]
fn a_flow_may_catch_that_a_text_cannot_be_spoken() {
    let caught = catching(say("Hello."), "failed", section("caught"));
    let mut stage = Stage::begin(vec![main(vec![caught, play("goodbye")])]);
    stage.sees("play en:\"Hello.\"").escalates("speech-failed").sees("play sorry");
}

#[test]
fn a_failure_that_comes_too_late_means_nothing() {
    let music = music(None, &[]);
    let mut stage = Stage::begin(vec![main(vec![say("Hello."), music])]);
    stage.hears_all().sees("play en:\"Hello.\"; music music/default");
    stage.escalates("speech-failed").sees("");
}
