//! Test files of flows: what a script asks for, what a report tells, and the command itself.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may fall")]

mod support;

use ringback::base::complaint::Complaints;
use ringback::io::temporary::Temporary;
use ringback::rehearsal::house::repertoire::Repertoire;
use ringback::rehearsal::report;
use ringback::rehearsal::script::{Names, Test, read};
use ringback::rehearsal::stage::{Stage, crowds};
use ringback::rehearsal::trial::{Failure, play};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use support::site::Plan;

#[test]
fn the_shipped_test_passes_as_it_stands() {
    let shipped = include_str!("../config/flows/custom-callback.test.yaml");
    assert_eq!(report("custom-callback", shipped), "");
}

#[test]
fn a_prompt_that_never_comes_is_told_with_what_came_instead() {
    insta::assert_snapshot!(fails("      - presses: 1\n      - hears: we-are-closed\n"));
}

#[test]
fn a_prompt_before_a_key_is_no_answer_to_the_key() {
    let script = "      - hears: main-menu\n      - presses: 1\n      - hears: main-menu\n";
    assert!(fails(script).contains("in vain: the caller hears main-menu"));
    // Two tries without a key: it is heard a second time.
    passes("      - hears: main-menu\n      - hears: main-menu\n");
}

#[test]
fn what_happens_at_one_moment_has_no_order() {
    passes("      - presses: 1\n      - hears: please-wait\n      - joins: sales\n");
    passes("      - presses: 1\n      - joins: sales\n      - hears: please-wait\n");
}

#[test]
fn a_call_that_is_over_brings_nothing_more() {
    let hung_up = "      - hears: main-menu\n      - hangs_up\n      - hears: main-menu\n";
    assert!(fails(hung_up).contains("the call was over before"));
    passes("      - hears: main-menu\n      - hangs_up\n      - ends\n");
}

#[test]
fn one_entry_is_pressed_for_each_try() {
    let asks = "      - presses: 1\n      - presses: 1\n      - presses: 2\n";
    let entries = "      - presses: [\"12#\", \"60\", \"601234567#\"]\n";
    passes(&format!("{asks}{entries}      - hears: {{ says: \"601 234 567\" }}\n"));
    let failed = fails(&format!("{asks}{entries}      - hears: {{ says: \"601 234 568\" }}\n"));
    assert!(failed.contains("in vain: the caller hears \"601 234 568\""), "{failed}");
}

#[test]
fn an_agent_answers_and_hangs_up() {
    case(
        r#"
    given: { queues: { sales: { agents: 1 } } }
    script:
      - presses: 1
      - joins: sales
      - agent: answers
      - talks_to: agent-1
      - waits: 30s
      - agent: hangs_up
      - leaves: sales
      - ends
    expect: { result: answered, abandoned: 0, place_in: none, registered: none }
"#,
    );
}

#[test]
fn a_callback_is_made_to_its_end() {
    case(
        r#"
    given: { queues: { sales: { agents: 1, waiting: 1 } } }
    script:
      - presses: 1
      - joins: sales
      - presses: 1
      - presses: 1
      - presses: 1
      - speaks: 4s
      - presses: hash
      - hears: callback-registered
      - ends
      - agent: hangs_up
      - agent: answers
      - agent: hangs_up
      - agent: answers
      - agent: { hears: callback-for-you }
      - agent: { hears: recording }
      - customer: answers
    expect:
      result: registered
      registered: { number: "+48221112233", agent_media: [callback-for-you, recording] }
"#,
    );
}

#[test]
fn whoever_hangs_up_in_line_has_abandoned() {
    let script = "      - presses: 1\n      - joins: sales\n      - hangs_up\n";
    passes(&format!("{script}    expect: {{ abandoned: 1, result: abandoned, place_in: none }}\n"));
    insta::assert_snapshot!(fails(&format!("{script}    expect: {{ abandoned: 0 }}\n")));
}

#[test]
fn a_store_that_fails_promises_nothing() {
    case(
        r#"
    given: { store: fails }
    script:
      - presses: 1
      - presses: 1
      - presses: 1
      - presses: 1
      - hears: leave-a-note
      - hears: callback-unavailable
    expect: { registered: none }
"#,
    );
}

#[test]
fn what_a_flow_writes_down_and_tells_is_expected() {
    let flow = r#"  start:
    - answer
    - tag: vip
    - tag: vip
    - note: "order $caller.number"
    - event: { name: order.asked, data: { order: { lines: [7, 8] }, paid: true } }
    - voicemail: { mailbox: support, silence: none }
    - hangup
"#;
    let script = "script: [ { speaks: 3s }, { presses: hash }, ends ]\n    expect:\n";
    let right = r#"      tags: vip
      notes: ["order +48221112233"]
      events: [ { name: order.asked, data: { order: { lines: [7, 8] }, paid: true } } ]
      messages: { support: 1 }
      transferred: none
"#;
    assert_eq!(story(flow, &format!("{script}{right}")), "");
    let wrong = r#"      tags: none
      notes: order 7
      events: { name: order.asked, data: { order: { lines: [7] }, paid: false } }
      messages: none
      transferred: { agent: anna }
"#;
    insta::assert_snapshot!(story(flow, &format!("{script}{wrong}")));
    let twice = "      events: [ { name: order.asked }, { name: order.paid } ]\n";
    let told = story(flow, &format!("{script}{twice}"));
    let why = r#"events: expected ["order.asked", "order.paid"], found ["order.asked"]"#;
    assert!(told.contains(why), "{told}");
}

/// Passed on to a number, with a word about what came of it.
const PASSES_ON: &str = r#"  start:
    - answer
    - transfer:
        number: "+48226000000"
        ani: "+48221234567"
        answered: back
        busy: busy
        no_answer: nobody
  back:   [ { play: goodbye }, hangup ]
  busy:   [ { play: customer-busy }, hangup ]
  nobody: [ { play: customer-did-not-answer }, hangup ]
"#;

#[test]
fn a_far_end_does_what_the_script_says() {
    let cases = [
        "[ { hears: ringing }, { far_end: answers }, { talks_to: far_end }, { waits: 5s }, \
         { far_end: hangs_up }, { hears: goodbye } ]\n    expect:\n      transferred: \
         { number: \"+48226000000\", ani: \"+48221234567\" }",
        "[ { far_end: is_busy }, { hears: customer-busy } ]\n    expect: { transferred: none }",
        "[ { far_end: rejects }, { hears: customer-busy } ]",
        "[ { far_end: does_not_answer }, { hears: customer-did-not-answer } ]",
        "[ { far_end: answers }, { talks_to: far_end }, { speaks: 3s }, hangs_up ]",
    ];
    for case in cases {
        assert_eq!(story(PASSES_ON, &format!("script: {case}\n")), "", "{case}");
    }
    let failing = "script: [ { far_end: answers }, { talks_to: agent } ]\n";
    insta::assert_snapshot!(story(PASSES_ON, failing));
    let other = "script: [ { far_end: answers }, { talks_to: far_end } ]\n    \
                 expect: { transferred: { number: \"+48226000001\" } }\n";
    let told = story(PASSES_ON, other);
    let why = r#"transferred.number: expected "+48226000001", found "+48226000000""#;
    assert!(told.contains(why), "{told}");
}

#[test]
fn agents_of_the_site_are_signed_in_by_name() {
    let flow = r#"  start:
    - answer
    - transfer: { agent: anna, busy: end, no_answer: other }
    - hangup
  other: [ { queue: { name: service, skills: [billing] } }, hangup ]
"#;
    let reached = "given: { agents: [anna] }\n    script: [ { agent: answers }, \
                   { talks_to: anna }, { waits: 9s }, { agent: hangs_up }, ends ]\n    expect: \
                   { transferred: { agent: anna } }\n";
    assert_eq!(story(flow, reached), "");
    let absent = "script: [ { joins: service } ]\n    expect: { transferred: none }\n";
    assert_eq!(story(flow, absent), "");
    let rings = "given: { agents: [anna, ben] }\n    script: [ { agent: does_not_answer }, \
                 { joins: service }, { agent: answers }, { talks_to: ben } ]\n";
    assert_eq!(story(flow, rings), "");
    // Who waits finds the named agents busy with those who came before.
    let crowd = "given: { agents: [ben], queues: { service: { waiting: 2 } } }\n    script: \
                 [ { joins: service } ]\n    expect: { place_in: { service: 3 } }\n";
    assert_eq!(story(flow, crowd), "");
}

#[test]
fn callbacks_that_are_promised_at_the_end_are_expected() {
    let given = "given: { callbacks: { queue: sales, number: \"+48601234567\"STATE } }\n    ";
    let case = format!("{given}script: [ {{ hears: main-menu }} ]\n    expect: EXPECT\n");
    let told = |state: &str, expect: &str| {
        let case = case.replace("STATE", state).replace("EXPECT", expect);
        report("case", &file(&case))
    };
    assert_eq!(told("", "{ pending: { number: \"+48601234567\" }, registered: none }"), "");
    let none = told("", "{ pending: none }");
    assert!(none.contains("pending: expected no callback, found one callback"), "{none}");
    let other = told("", "{ pending: { queue: service } }");
    assert!(other.contains(r#"pending.queue: expected "service", found "sales""#), "{other}");
    let nobody = told(", state: dialing", "{}");
    assert!(nobody.contains("given: no agent is free to dial the callback"), "{nobody}");
}

#[test]
fn who_is_moved_to_another_queue_joins_it() {
    let flow = r#"  start:
    - answer
    - queue: { name: sales, flow: waiting }
    - hangup
"#;
    let waiting = |step: &str| {
        format!(
            "flow: waiting\nformat: 1\nsections:\n  start: [ {{ menu: {{ prompt: main-menu, keys: \
             {{ 1: other }}, wait: 5m, gave_up: end }} }}, end ]\n  other: [ {{ {step} }}, {{ \
             music: {{ name: default, for: 5m }} }}, end ]\n"
        )
    };
    let given = "given: { queues: { service: { waiting: 1 } } }\n    ";
    let script = "script: [ { joins: sales }, { presses: 1 }, { joins: service } ]\n    ";
    let moved =
        [("requeue: service", "none"), ("transfer: { queue: service }", "{ queue: service }")];
    for (step, transferred) in moved {
        let expect =
            format!("expect: {{ place_in: {{ service: 2 }}, transferred: {transferred} }}\n");
        let case = format!("{given}{script}{expect}");
        assert_eq!(told_of(flow, &waiting(step), &case), "", "{step}");
    }
}

#[test]
fn every_mistake_of_a_test_file_is_told_at_once() {
    let text = r#"test: other
flow: main-lin
given:
  now: "23.11.2026"
  queues: { sale: { agents: many } }
cases:
  - name: wrong
    script:
      - herars: welcome
      - hears: welcom
      - presses: 1x
      - does: start_calback
      - joins: service
        waits: 5
      - reaches: main-line/sale
      - hangs_up: now
    expect: { registered: { number: "601" }, place_in: sales, abandond: 0 }
  - name: wrong
    given: { agents: [annna] }
    script:
      - far_end: answer
      - agent: { says: hello }
    expect:
      events: [ { nam: order.asked } ]
      messages: { suport: 1 }
      transferred: { agent: anna, queue: sales }
"#;
    let mut complaints = Complaints::new();
    let names = Names::of(stage().settings());
    let _ = read("case.test.yaml", text, &names, &mut complaints);
    let told: Vec<String> =
        complaints.into_sorted().iter().map(|complaint| complaint.render(text)).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_case_takes_few_steps_of_the_heart() {
    let shipped = include_str!("../config/flows/custom-callback.test.yaml");
    let (stage, test) = (stage(), test("custom-callback", shipped));
    let turns: Vec<u64> = test.cases.iter().map(|case| play(case, &stage).turns).collect();
    assert!(turns.iter().all(|turns| *turns < 100), "{turns:?}");
}

#[test]
fn the_command_plays_the_shipped_tests_and_writes_what_continuous_integration_reads() {
    let dir = Temporary::new().expect("a directory");
    let junit = dir.path().join("junit.xml");
    let good = ringback(&["flow", "test", "config/flows", "--junit", &junit.to_string_lossy()]);
    assert_eq!(good.status.code(), Some(0), "{}", told(&good));
    assert!(told(&good).contains("all passed"), "{}", told(&good));
    let written = fs::read_to_string(junit).expect("the results");
    assert!(written.contains("<testcase classname=\"custom-callback\""), "{written}");
}

#[test]
fn the_shipped_tests_reach_every_section_of_every_shipped_flow() {
    let told = told(&ringback(&["flow", "test", "config/flows", "--coverage"]));
    assert!(told.matches("coverage of ").count() >= 14, "{told}");
    assert!(!told.contains("sections that no case reached"), "{told}");
}

#[test]
fn the_command_fails_with_one_and_mistakes_with_78() {
    let dir = Temporary::new().expect("a directory");
    let at = |name: &str| dir.path().join(name).to_string_lossy().to_string();
    let failing = "test: failing\nflow: main-line\ncases:\n  - name: \"a <wrong> one\"\n    \
                   script: [ { hears: goodbye } ]\n";
    fs::write(at("failing.test.yaml"), failing).expect("a file");
    let junit = at("junit.xml");
    let failed = ringback(&["flow", "test", &at("failing.test.yaml"), "--junit", &junit]);
    assert_eq!(failed.status.code(), Some(1), "{}", told(&failed));
    let written = fs::read_to_string(junit).expect("the results");
    assert!(written.contains("name=\"a &lt;wrong&gt; one\""), "{written}");
    assert!(written.contains("<failure message="), "{written}");
    fs::write(at("wrong.test.yaml"), failing.replace("hears", "heers")).expect("a file");
    let wrong = ringback(&["flow", "test", &dir.path().to_string_lossy()]);
    assert_eq!(wrong.status.code(), Some(78), "{}", told(&wrong));
    assert!(told(&wrong).contains("did you mean `hears`?"), "{}", told(&wrong));
    let nothing = ringback(&["flow", "test", "src"]);
    assert_eq!(nothing.status.code(), Some(2), "{}", told(&nothing));
    let nobody = ringback(&["flow", "test", "config/flows", "--filter", "nosuch"]);
    assert_eq!(nobody.status.code(), Some(2), "{}", told(&nobody));
    assert!(told(&nobody).contains("no test and no case holds \"nosuch\""), "{}", told(&nobody));
}

#[test]
fn two_cases_of_one_name_are_a_mistake() {
    let line = "\n  - { name: the case, script: [ hangs_up ] }";
    let text = format!("{}{line}", file("script: [ hangs_up ]"));
    let mut complaints = Complaints::new();
    let stage = stage();
    read("case.test.yaml", &text, &Names::of(stage.settings()), &mut complaints);
    let told = format!("{:?}", complaints.into_sorted());
    assert!(told.contains("there is another case `the case`"), "{told}");
    assert!(told.contains("it begins in line 7"), "{told}");
}

#[test]
fn a_closed_queue_has_let_nobody_in_and_keeps_no_agent_busy() {
    let mut settings = Plan::shipped().settings;
    for queue in settings.queues.iter_mut().filter(|queue| queue.line.name == "sales") {
        queue.hours = Some("office-hours".to_owned());
    }
    assert!(settings.hours.contains_key("office-hours"), "{:?}", settings.hours);
    let repertoire = Arc::new(Repertoire::new(&settings.prompts, |_, _| None));
    let stage = Stage::new(settings, repertoire);
    let who = |standing: &str| {
        let given = format!(
            "given: {{ hours: {{ office-hours: {standing} }}, queues: {{ sales: {{ agents: 1, \
             waiting: 2 }} }} }}\n    script: [ hangs_up ]"
        );
        let test = test_on(&stage, "case", &file(&given));
        let given = &test.cases.first().expect("a case").given;
        let (settings, agents) = stage.settings_of(given);
        let crowds = crowds(&settings, &agents, given, stage.utc(given));
        crowds.iter().map(|crowd| (crowd.served, crowd.waiting)).collect::<Vec<_>>()
    };
    assert_eq!(who("open"), [(1, 2)]);
    assert_eq!(who("closed"), []);
}

#[test]
fn a_case_that_could_not_begin_is_told_with_its_reason() {
    let text = file("\n    script: [ hangs_up ]");
    let test = test("case", &text);
    let case = test.cases.first().expect("a case");
    let mut outcome = play(case, &stage());
    let why = "the server has ended".to_owned();
    outcome.failures = vec![Failure { line: case.place.line, why, since: 0 }];
    let told = report::failed(case, &outcome, &text);
    assert!(told.contains("^ the server has ended"), "{told}");
    // Even where the line is in no text, the reason is told.
    let told = report::failed(case, &outcome, "");
    assert!(told.contains("^ the server has ended"), "{told}");
}

#[test]
fn what_comes_again_and_again_is_told_once_and_what_came_around_it_too() {
    let flow = "  start: [ answer, { tag: begun }, { goto: hold } ]\n  hold: [ { play: welcome }, \
                { music: default, for: 5s }, { goto: hold } ]\n";
    let told = story(flow, "script: [ { hears: goodbye } ]");
    let [then, path] = told.split("the path:").collect::<Vec<_>>()[..] else { panic!("{told}") };
    assert!(then.contains("call.tagged tag=begun"), "{told}");
    assert!(then.contains(" lines, "), "{told}");
    assert!(path.contains("main/start: answer, tag, goto"), "{told}");
    assert!(path.contains("main/hold: play, music, goto  ("), "{told}");
    assert!(told.lines().count() < 20, "{told}");
}

#[test]
fn where_somebody_waits_before_the_agents_are_said_to_talk() {
    let script = "given: { queues: { sales: { agents: 1, waiting: 2 } } }\n    script: [ { agent: \
                  answers } ]";
    let told = report("case", &file(script));
    assert!(told.contains("the agents talk to callers who came before"), "{told}");
    assert!(!fails("      - agent: answers").contains("came before"));
}

#[test]
fn the_command_tells_what_no_case_reached() {
    let shipped = "config/flows/custom-callback.test.yaml";
    let output = ringback(&["flow", "test", shipped, "--coverage"]);
    let told = told(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    let missed = "coverage of custom-callback: 7 of 9 sections";
    assert!(told.contains(missed), "{told}");
    assert!(told.contains("sections that no case reached: cannot, hung_up"), "{told}");
    assert!(told.contains("custom-callback.flow.yaml:14:7: start_callback: failed"), "{told}");
    assert!(!told.contains("start_callback: then"), "{told}");
}

#[test]
fn somebody_is_the_caller_in_a_terminal() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ringback"));
    program.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    program.args(["flow", "run", "config/flows/main-line.flow.yaml", "--waiting", "sales=2"]);
    program.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = program.spawn().expect("the program");
    let typed = b"1\n1\n2\n601234567#\n1\ns 4s\n#\n";
    process.stdin.take().expect("its input").write_all(typed).expect("typed");
    let output = process.wait_with_output().expect("its output");
    let told = told(&output);
    assert!(told.contains("keys: 1 sales, 2 service"), "{told}");
    assert!(told.contains("> 601234567#\n"), "{told}");
    assert!(told.contains("queue.joined queue=sales position=3"), "{told}");
    assert!(told.contains("promised: a callback to +48601234567 from sales"), "{told}");
}

#[test]
fn somebody_is_the_far_end_in_a_terminal() {
    let dir = Temporary::new().expect("a directory");
    let file = dir.path().join("main.flow.yaml");
    let flow = format!("flow: main\nformat: 1\nsections:\n{PASSES_ON}");
    fs::write(&file, flow).expect("a flow");
    let told = |typed: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_ringback"));
        program.args(["flow", "run", &file.to_string_lossy()]);
        let mut process = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let process = process.as_mut().expect("the program");
        let mut input = process.stdin.take().expect("its input");
        input.write_all(typed.as_bytes()).expect("typed");
        drop(input);
        let mut told = String::new();
        let mut output = process.stdout.take().expect("its output");
        output.read_to_string(&mut told).expect("text");
        process.wait().expect("its end");
        told
    };
    let talked = told("f\nf h\n");
    assert!(talked.contains("+48226000000 is called, showing +48221234567"), "{talked}");
    assert!(talked.contains("transfer.connected"), "{talked}");
    assert!(talked.contains("the caller hears goodbye"), "{talked}");
    let busy = told("f b\nf\n");
    assert!(busy.contains("the caller hears customer-busy"), "{busy}");
}

/// A case that must pass.
#[track_caller]
fn case(case: &str) {
    assert_eq!(report("case", &file(case.trim_start())), "");
}

/// A script that must pass.
#[track_caller]
fn passes(script: &str) {
    assert_eq!(report("case", &file(&format!("script:\n{script}"))), "");
}

/// A script that must fail: the report.
#[track_caller]
fn fails(script: &str) -> String {
    let report = report("case", &file(&format!("script:\n{script}")));
    assert!(!report.is_empty(), "it passed");
    report
}

fn file(case: &str) -> String {
    format!(
        "test: case\nflow: main-line\ngiven:\n  caller: \"+48221112233\"\n  called: \
         \"+48221234567\"\ncases:\n  - name: the case\n    {case}"
    )
}

/// What is told of a case of a flow with these sections, if it fails.
#[track_caller]
fn story(sections: &str, case: &str) -> String {
    told_of(sections, "", case)
}

/// The same beside another flow.
#[track_caller]
fn told_of(sections: &str, other: &str, case: &str) -> String {
    let flow = format!("flow: main\nformat: 1\nsections:\n{sections}");
    let files = [("main.flow.yaml", flow.as_str()), ("waiting.flow.yaml", other)];
    let files = if other.is_empty() { &files[..1] } else { &files[..] };
    let mut settings = Plan::with_flows(files).and_a_mailbox().settings;
    for agent in settings.agents.iter_mut().filter(|agent| agent.name == "ben") {
        agent.skills.set("billing", 1);
    }
    let repertoire = Arc::new(Repertoire::new(&settings.prompts, |_, _| None));
    let stage = Stage::new(settings, repertoire);
    let text = format!("test: case\nflow: main\ncases:\n  - name: the case\n    {case}");
    told_on(&stage, "case", &text)
}

/// What is told of the cases that fail.
#[track_caller]
fn report(name: &str, text: &str) -> String {
    told_on(&stage(), name, text)
}

#[track_caller]
fn told_on(stage: &Stage, name: &str, text: &str) -> String {
    let test = test_on(stage, name, text);
    let outcomes = test.cases.iter().map(|case| (case, play(case, stage)));
    let failed = outcomes.filter(|(_, outcome)| !outcome.failures.is_empty());
    failed.map(|(case, outcome)| report::failed(case, &outcome, text)).collect()
}

#[track_caller]
fn test(name: &str, text: &str) -> Test {
    test_on(&stage(), name, text)
}

#[track_caller]
fn test_on(stage: &Stage, name: &str, text: &str) -> Test {
    let mut complaints = Complaints::new();
    let names = Names::of(stage.settings());
    let test = read(&format!("{name}.test.yaml"), text, &names, &mut complaints);
    assert!(!complaints.has_errors(), "{:?}\n{text}", complaints.into_sorted());
    test.expect("a test")
}

fn stage() -> Stage {
    let settings = Plan::shipped().settings;
    let repertoire = Arc::new(Repertoire::new(&settings.prompts, |_, _| None));
    Stage::new(settings, repertoire)
}

fn ringback(arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ringback"));
    program.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).args(arguments);
    program.output().expect("the program")
}

fn told(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&both).into_owned()
}
