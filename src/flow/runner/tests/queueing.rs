//! Stories of standing in a queue.

use super::stage::*;
use crate::flow::effect::{Event, QueueOutcome};
use crate::flow::graph::{Action, Flow, FlowSet, Operand, Step, WAITING_INPUT};
use std::collections::BTreeMap;
use std::sync::Arc;

const OUTCOMES: [(QueueOutcome, &str); 2] =
    [(QueueOutcome::Left, "goodbye"), (QueueOutcome::Full, "full")];

fn site(waiting: Vec<Step>) -> Vec<Flow> {
    let main = vec![
        ("start", vec![queue(Some("waiting"), &OUTCOMES), play("after-agent")]),
        ("goodbye", vec![play("goodbye"), step(Action::End)]),
        ("full", vec![play("full"), step(Action::End)]),
    ];
    let sections = vec![
        ("start", waiting),
        ("exit", vec![step(Action::ExitQueue), play("never")]),
        ("end", vec![step(Action::End)]),
    ];
    vec![flow("main", main), flow("waiting", sections)]
}

#[test]
fn the_waiting_flow_begins_when_the_place_is_taken() {
    let mut stage = Stage::begin_with(site(vec![play("please-wait")]), |s| {
        s.keeps_silent();
    });
    stage.sees("join sales");
    assert!(!stage.runner().is_waiting_in_queue());
    stage.gets(Event::Joined).sees("play please-wait");
    assert!(stage.runner().is_waiting_in_queue());
}

#[test]
fn without_a_waiting_flow_the_queue_plays_its_music() {
    let mut stage = Stage::begin(vec![flow("main", vec![("start", vec![queue(None, &[])])])]);
    stage.sees("join sales; queue music");
    assert!(stage.runner().is_waiting_in_queue());
}

#[test]
fn a_queue_with_a_flow_of_its_own_runs_it_where_the_step_names_none() {
    let main = flow("main", vec![("start", vec![queue(None, &[])])]);
    let said = Operand::Variable(vec![WAITING_INPUT.to_owned()]);
    let said = step(Action::Play { items: vec![said], barge_in: true });
    let standard = flow("standard", vec![("start", vec![said])]);
    let flows = [main, standard].map(|flow| (flow.name.clone(), Arc::new(flow)));
    let waiting = BTreeMap::from([("sales".to_owned(), "standard".to_owned())]);
    let set = FlowSet { flows: BTreeMap::from(flows), waiting, ..FlowSet::default() };
    let mut stage = Stage::begin_set(set, "main", |_| {});
    stage.sees("join sales; play sales");
}

#[test]
fn an_agent_who_answers_stops_the_waiting_flow_at_once() {
    let mut stage = Stage::begin(site(vec![play("please-wait"), play("never")]));
    stage.gets(Event::Connected).sees("join sales; play please-wait; stop");
    stage.hears_all().presses("1").waits(60_000).sees("");
    assert!(!stage.runner().is_waiting_in_queue());
}

#[test]
fn an_agent_who_answers_stops_flows_that_the_waiting_flow_called() {
    let mut flows = site(vec![call("inner", None), play("never")]);
    let ask = step(Action::Menu(menu(&[('1', "start")], None)));
    flows.push(flow("inner", vec![("start", vec![ask])]));
    let mut stage = Stage::begin(flows);
    stage.gets(Event::Connected).sees("join sales; play ask; stop");
    stage.leaves(QueueOutcome::Answered).sees("play after-agent");
}

#[test]
fn answered_goes_on_when_the_agent_is_gone_and_the_caller_is_not() {
    let mut stage = Stage::begin(site(vec![music(None, &[])]));
    stage.gets(Event::Connected).leaves(QueueOutcome::Answered);
    stage.sees("join sales; music music/default; stop; play after-agent");
}

#[test]
fn a_caller_who_hangs_up_on_the_agent_is_gone() {
    let mut stage = Stage::begin(site(vec![music(None, &[])]));
    stage.gets(Event::Connected).gets(Event::HungUp);
    stage.sees("join sales; music music/default; stop; finished");
}

#[test]
fn a_full_queue_leads_where_the_flow_says() {
    let mut stage = Stage::begin_with(site(vec![]), |s| {
        s.keeps_silent();
    });
    stage.leaves(QueueOutcome::Full).sees("join sales; play full");
}

#[test]
fn an_outcome_that_is_not_named_escalates() {
    for (outcome, name) in [
        (QueueOutcome::Closed, "queue-closed"),
        (QueueOutcome::NoAgents, "queue-no-agents"),
        (QueueOutcome::TimedOut, "queue-timeout"),
    ] {
        let mut stage = Stage::begin_with(site(vec![]), |s| {
            s.keeps_silent();
        });
        stage.leaves(outcome).sees(&format!("join sales; finished {name}"));
    }
}

#[test]
fn a_time_out_stops_the_waiting_flow() {
    let mut flows = site(vec![play("please-wait")]);
    let outcomes = [(QueueOutcome::TimedOut, "full")];
    flows[0].sections.insert("start".into(), vec![queue(Some("waiting"), &outcomes)]);
    let mut stage = Stage::begin(flows);
    stage.leaves(QueueOutcome::TimedOut).sees("join sales; play please-wait; stop; play full");
}

#[test]
fn a_waiting_flow_that_returns_leaves_the_caller_in_the_queue() {
    let mut stage = Stage::begin(site(vec![returns(&[])]));
    stage.sees("join sales; queue music");
    assert!(stage.runner().is_waiting_in_queue());
    stage.gets(Event::Connected).sees("stop").leaves(QueueOutcome::Answered);
    stage.sees("play after-agent");
}

#[test]
fn a_waiting_flow_that_ends_leaves_the_caller_in_the_queue() {
    let mut flows = site(vec![call("inner", None)]);
    flows.push(flow("inner", vec![("start", vec![step(Action::End)])]));
    Stage::begin(flows).sees("join sales; queue music");
}

#[test]
fn an_error_in_the_waiting_flow_leaves_the_caller_in_the_queue() {
    let mut flows = site(vec![call("inner", None)]);
    flows.push(flow("inner", vec![("start", vec![step(Action::Escalate("x".into()))])]));
    flows[0].catch.insert("x".into(), section("full"));
    Stage::begin(flows).sees("join sales; queue music");
}

#[test]
fn a_waiting_flow_in_circles_leaves_the_caller_in_the_queue() {
    Stage::begin(site(vec![goto("start")])).sees("join sales; queue music");
}

#[test]
fn only_exit_queue_leaves_the_queue() {
    let mut stage = Stage::begin(site(vec![music(None, &[('9', "exit")])]));
    stage.presses("9").sees("join sales; music music/default; stop; exit; play goodbye");
    assert!(!stage.runner().is_waiting_in_queue());
}

#[test]
fn an_agent_who_answers_before_the_exit_wins() {
    let mut stage = Stage::begin(site(vec![music(None, &[('9', "exit")])]));
    stage.keeps_silent().presses("9").gets(Event::Connected);
    stage.sees("join sales; music music/default; stop; exit").leaves(QueueOutcome::Answered);
    stage.sees("play after-agent");
}

#[test]
fn exit_queue_outside_a_queue_escalates() {
    let steps = vec![("start", vec![step(Action::ExitQueue)])];
    Stage::begin(vec![flow("main", steps)]).sees("finished queue-not-joined");
}

#[test]
fn a_waiting_flow_cannot_join_another_queue() {
    Stage::begin(site(vec![queue(None, &[])])).sees("join sales; queue music");
}

#[test]
fn a_caller_who_hangs_up_while_waiting_ends_the_flow() {
    let mut stage = Stage::begin(site(vec![music(None, &[])]));
    stage.gets(Event::HungUp).sees("join sales; music music/default; finished");
    stage.gets(Event::HungUp).gets(Event::Connected).sees("");
}

#[test]
fn a_recording_that_comes_after_the_agent_answered_is_deleted() {
    let mut stage = Stage::begin(site(vec![record(None)]));
    stage.gets(Event::Connected).records(4).sees("join sales; record; delete recording-4");
}

#[test]
fn a_call_may_queue_again_after_the_agent() {
    let mut flows = site(vec![music(None, &[])]);
    let twice = vec![queue(Some("waiting"), &[]), queue(None, &[])];
    flows[0].sections.insert("start".into(), twice);
    let mut stage = Stage::begin(flows);
    stage.gets(Event::Connected).leaves(QueueOutcome::Answered);
    stage.sees("join sales; music music/default; stop; join sales; queue music");
}

#[test]
fn a_queue_that_does_not_exist_escalates() {
    let mut stage = Stage::begin_with(site(vec![]), |s| {
        s.keeps_silent();
    });
    stage.escalates("queue-unknown").sees("join sales; finished queue-unknown");
}
