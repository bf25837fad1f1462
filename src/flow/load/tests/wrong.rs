//! Wrong flows: a `«` stands before each word that a complaint must point at.

use super::{load, site};
use crate::base::complaint::{Complaint, Severity};

/// What is wrong with a whole file.
const FILES: &[(&str, &[&str])] = &[
    ("«", &["missing-key"]),
    ("«flow: main\nformat: 1\n", &["missing-key"]),
    ("«flow: main\nsections: { start: [ end ] }\n", &["missing-key"]),
    ("flow: main\nformat: «2\nsections: { start: [ end ] }\n", &["unknown-format"]),
    ("flow: «other\nformat: 1\nsections: { start: [ end ] }\n", &["file-name"]),
    ("flow: main\nformat: 1\nsections: { «strat: [ end ] }\n", &["missing-start"]),
    ("flow: main\nformat: 1\n«secions: {}\nsections: { start: [ end ] }\n", &["unknown-key"]),
    ("flow: main\nformat: 1\nlanguage: «fr\nsections: { start: [ end ] }\n", &["unknown-language"]),
    ("flow: main\nformat: 1\nsections: { start: [ end ], «end: [ end ] }\n", &["reserved-name"]),
    (
        "flow: main\nformat: 1\ninputs: { a: { type: «nubmer } }\nsections: { start: [ end ] }\n",
        &["wrong-value"],
    ),
    (
        "flow: main\nformat: 1\nvars: { «queue: { type: text } }\nsections: { start: [ end ] }\n",
        &["reserved-name"],
    ),
    (
        "flow: main\nformat: 1\nvars: { a: { type: duration, default: «45 } }\n\
         sections: { start: [ end ] }\n",
        &["wrong-value"],
    ),
    (
        "flow: main\nformat: 1\ndefaults: { menu: { «trys: 3 } }\nsections: { start: [ end ] }\n",
        &["unknown-key"],
    ),
    (
        "flow: main\nformat: 1\nwhen_caller_hangs_up: «gone\nsections: { start: [ end ] }\n",
        &["unknown-section"],
    ),
    (
        "flow: main\nformat: 1\ncatch: { «callback-blockd-number: start }\n\
         sections: { start: [ end ] }\n",
        &["unknown-escalation"],
    ),
    (
        "flow: main\nformat: 1\ncatch: { «failed: start }\nsections: { start: [ end ] }\n",
        &["unknown-escalation"],
    ),
    (
        "flow: main\nformat: 1\noutputs: { a: { type: number, one_of: «[1, 2] } }\n\
         sections: { start: [ { return: { a: 1 } } ] }\n",
        &["wrong-value"],
    ),
    (
        "flow: main\nformat: 1\noutputs: { a: { type: text, one_of: «[] } }\n\
         sections: { start: [ { return: { a: b } } ] }\n",
        &["wrong-value"],
    ),
    ("flow: main\nformat: 1\nsections:\n  start:\n«\t- end\n", &["yaml"]),
    ("flow: main\nformat: 1\nsections:\n  start: [ end ]\n  «start: [ end ]\n", &["duplicate-key"]),
];

/// What is wrong with the steps of `start`, which ends with `end`.
const STEPS: &[(&str, &[&str])] = &[
    ("- «paly: welcome", &["unknown-notation"]),
    ("- play: «[]", &["wrong-value"]),
    ("- menu: { «prompt: , keys: { 1: end }, gave_up: end }", &["wrong-value"]),
    ("- menu: { prompt: main-menu, wait: «0s, keys: { 1: again } }", &["wrong-value"]),
    ("- say: { digits: «abc }", &["wrong-value"]),
    ("- say: { position: «0 }", &["wrong-value"]),
    ("- say: { number: «9999999999999 }", &["wrong-value"]),
    ("- say: { date: «1800-01-01 }", &["wrong-value"]),
    ("- say: { digits: 1, number: «2 }", &["wrong-value"]),
    ("- queue: { name: sales, failed: start }\n      failed: «start", &["duplicate-key"]),
    (
        "- queue: { name: sales, failed: start }\n      catch: { «failed: start }",
        &["duplicate-key"],
    ),
    ("- escalate: «\"\"", &["wrong-name"]),
    ("- escalate: «$typed", &["wrong-name"]),
    ("- transfer: { number: \"+48221234567\", ring: «0s }", &["wrong-value"]),
    ("- voicemail: { mailbox: support, shortest: «2h }", &["wrong-value"]),
    ("- record: { save_as: note, shortest: «90s }\n    - play: $note", &["wrong-value"]),
    ("- record: { save_as: note, silence: «0s }\n    - play: $note", &["wrong-value"]),
    (
        "- start_callback\n    - register_callback: { number: \"+48221234567\", initial_delay: 2h, \
         expires: «1h }",
        &["wrong-value"],
    ),
    ("- http: { «pth: x, service: crm }", &["unknown-key"]),
    ("- «http: { path: x }", &["missing-key"]),
    ("- http: { service: «crmm }", &["unknown-service"]),
    ("- http: { service: crm, url: «\"https://a/\" }", &["wrong-value"]),
    ("- http: { url: «\"http://$caller.name/\" }", &["wrong-address"]),
    ("- http: { url: «\"https://a$caller.name/\" }", &["wrong-address"]),
    ("- http: { url: «ftp-server }", &["wrong-address"]),
    ("- http: { service: crm, path: «\"a/${b\" }", &["wrong-value"]),
    ("- http: { service: crm, path: a/«$nobody }", &["unknown-name"]),
    ("- http: { service: crm, timeout: «2m }", &["wrong-value"]),
    ("- http: { service: crm, method: «get, body: { a: 1 } }", &["wrong-value"]),
    ("- http: { service: crm, headers: { «Host: a } }", &["wrong-header"]),
    ("- http: { service: crm, headers: { «Authorization: Bearer abc } }", &["secret-in-flow"]),
    ("- http: { service: crm, take: { tier: «txt } }", &["wrong-value"]),
    ("- http: { service: crm, take: { tier: { at: «a..b, type: text } } }", &["wrong-value"]),
    ("- http: { service: crm, take: { «caller: text } }", &["reserved-name"]),
    ("- http: { service: crm, music: «jazz }", &["unknown-music"]),
    ("- lookup: { table: «vipp, key: a, save_as: row }", &["unknown-table"]),
    ("- «lookup: { table: vip, save_as: row }", &["missing-key"]),
    ("- lookup: { table: vip, key: a, save_as: row }\n    - tag: «$row.teir", &["unknown-name"]),
    ("- lookup: { table: vip, key: a, save_as: row }\n    - tag: «$row", &["type-mismatch"]),
    ("- «tag", &["missing-key"]),
    ("- note: \"order «$oder\"", &["unknown-name"]),
    ("- event: «placed", &["wrong-event"]),
    ("- event: «call.placed", &["reserved-name"]),
    ("- event: { name: order.placed, data: { a: «$nobody } }", &["unknown-name"]),
    ("- event: { name: order.placed, data: «all }", &["wrong-value"]),
    ("- voicemail: { mailbox: «sales }", &["unknown-mailbox"]),
    ("- answer: «now", &["wrong-value"]),
    ("- «transfer: { ring: 5s }", &["missing-key"]),
    ("- transfer: { agent: «bill }", &["unknown-agent"]),
    ("- transfer: { number: \"+48221112233\", trunk: «carier }", &["unknown-trunk"]),
    ("- transfer: { agent: anna, full: «start }", &["wrong-value"]),
    ("- { queue: sales, skills: { «biling: 2 } }", &["unknown-skill"]),
    ("- { queue: sales, skills: { billing: «11 } }", &["wrong-value"]),
    ("- record: { save_as: note, review: «{ prompt: welcome, hear: 1 } }", &["wrong-key"]),
    ("- record: { save_as: note, review: { prompt: welcome, «play: 1 } }", &["unknown-key"]),
    ("- goto: «nowhere", &["unknown-section"]),
    ("- { play: welcome, «goto: start }", &["two-notations"]),
    ("- { play: welcome, «bargein: false }", &["unknown-key"]),
    ("- play: [ welcome, «welcom ]", &["unknown-prompt"]),
    ("- play: «only-polish", &["missing-prompt"]),
    ("- play: «$nothing", &["unknown-name"]),
    ("- { «if: open(\"office-hours\") }", &["missing-key"]),
    ("- { if: open(«\"ofice-hours\"), then: start }", &["unknown-hours"]),
    ("- { if: queue.waiting > «2m, then: start }", &["type-mismatch"]),
    ("- { if: «\"caller.anonymous\", then: start }", &["quoted-condition"]),
    ("- { if: caller.anonymous, then: «return }", &["unknown-section"]),
    ("- { «menu: { prompt: main-menu } }", &["missing-key"]),
    ("- menu: { prompt: main-menu, keys: { «x: start } }", &["wrong-key"]),
    ("- menu: { prompt: main-menu, keys: { \"*\": start, «star: start } }", &["duplicate-key"]),
    ("- menu: { prompt: main-menu, keys: { 1: start }, wait: «6 }", &["wrong-value"]),
    ("- menu: { prompt: main-menu, keys: { 1: start }, tries: «0 }", &["wrong-value"]),
    ("- collect: { prompt: enter-number, digits: «15..9, save_as: a }", &["wrong-value"]),
    ("- collect: { prompt: enter-number, digits: «0..9, save_as: a }", &["wrong-value"]),
    (
        "- collect: { prompt: enter-number, digits: 4, pattern: «\"[0-9\", save_as: a }",
        &["wrong-pattern"],
    ),
    ("- collect: { prompt: enter-number, digits: 4, save_as: «$a }", &["wrong-value"]),
    ("- record: { save_as: a, longest: «2h }", &["wrong-value"]),
    ("- { record: { save_as: a } }\n    - say: { digits: «$a }", &["type-mismatch"]),
    ("- play: «$caller.number", &["not-playable"]),
    ("- say: { phone: \"48123\", digits: «12 }", &["wrong-value"]),
    ("- «say: { barge_in: false }", &["missing-key"]),
    ("- say: { text: «hello }", &["no-speech"]),
    ("- say: { text: «\"Order $ordre\" }", &["no-speech", "unknown-name"]),
    ("- say: { money: «12 }", &["wrong-value"]),
    ("- say: { money: «\"12 SEK\" }", &["wrong-value"]),
    ("- say: { time: «24:00 }", &["wrong-value"]),
    ("- say: { date: «23.11.2026 }", &["wrong-value"]),
    ("- say: { date: «$time.now }", &["type-mismatch"]),
    ("- say: { time: $time.now, gender: «feminine }", &["wrong-value"]),
    ("- say: { number: 2, gender: «female }", &["wrong-value"]),
    ("- say: { number: 2, country: «PL }", &["wrong-value"]),
    ("- if: time.today > «20:00\n      then: [ end ]", &["type-mismatch"]),
    ("- if: time.weekday == «\"mon\"\n      then: [ end ]", &["wrong-value"]),
    ("- language: «fr", &["unknown-language"]),
    ("- reject: «bussy", &["wrong-value"]),
    ("- music: «defualt", &["unknown-music"]),
    ("- queue: «salse", &["unknown-queue"]),
    ("- set: { line: «salse }\n    - queue: $line", &["unknown-queue"]),
    ("- queue: { name: sales, flow: «wating }", &["unknown-flow"]),
    ("- «queue: { name: sales, flow: waiting }", &["missing-input"]),
    (
        "- queue: { name: sales, flow: waiting, with: { line: sales, «lines: 2 } }",
        &["unknown-input"],
    ),
    (
        "- queue: { name: sales, flow: waiting, with: { line: «$caller.number } }",
        &["type-mismatch"],
    ),
    ("- { call_flow: custom-callback, with: { line: sales, country: «XX } }", &["unknown-country"]),
    (
        "- { call_flow: custom-callback, with: { line: sales }, save_as: o }\n    \
      - { if: o.result == «\"registred\", then: start }",
        &["wrong-value"],
    ),
    ("- return: { «result: 1 }", &["unknown-output"]),
    ("- { set: { a: 1 } }\n    - { set: { a: «maybe } }", &["wrong-value"]),
    ("- { set: { «not: 1 } }", &["reserved-name"]),
    ("- verify_number: { value: \"601\", country: «pl }", &["wrong-value"]),
    (
        "- verify_number: { value: \"601\", country: PL, kinds: [ mobile, «fixd ] }",
        &["wrong-value"],
    ),
    ("- { start_callback: { «mode: agent_first } }\n    - dismiss_callback", &["unknown-key"]),
    (
        "- start_callback\n    - register_callback: { number: \"601\", «mode: agent_first }",
        &["not-built"],
    ),
    ("- «register_callback: { number: \"+48221112233\" }", &["register-without-start"]),
    ("- start_callback: { «faild: start }", &["unknown-key"]),
];

/// What is wrong with whole flows, seen as graphs; warnings too.
const GRAPHS: &[(&str, &[&str])] = &[
    (
        "start: [ answer, { «escalate: sorry } ]\ncatch: { sorry: [ { play: welcome } ] }\n",
        &["run-off"],
    ),
    ("start:\n    - «play: welcome\n", &["run-off"]),
    ("start:\n    - «if: caller.anonymous\n      then: [ end ]\n", &["run-off"]),
    ("start: [ { «goto: start } ]\n", &["loop-without-wait"]),
    (
        "start: [ { «goto: b } ]\n  \
         b: [ { if: caller.anonymous, then: start }, { goto: start } ]\n",
        &["loop-without-wait"],
    ),
    (
        "start:\n    - «register_callback: { failed: again }\n    - end\n",
        &["loop-without-wait", "register-without-start"],
    ),
    ("start: [ { «call_flow: main }, end ]\n", &["recursion"]),
    ("start: [ end ]\n  «b: [ end ]\n", &["unreached-section"]),
    ("start:\n    - goto: b\n    - «play: welcome\n    - end\n  b: [ end ]\n", &["unreached-step"]),
    ("start: [ start_callback, «end ]\n", &["started-without-decision"]),
    (
        "start:\n    - if: caller.anonymous\n      then: [ start_callback ]\n    \
         - «register_callback: { number: \"+48221112233\" }\n    - dismiss_callback\n    - end\n",
        &["register-maybe-without-start"],
    ),
    (
        "start:\n    - start_callback\n    - «register_callback\n    - end\n",
        &["number-not-verified"],
    ),
    (
        "start:\n    - answer\n    - music: { for: 9s, keys: { «A: start } }\n    - end\n",
        &["key-never-pressed"],
    ),
    (
        "start:\n    - answer\n    \
         - «menu: { prompt: main-menu, keys: { 1: start }, gave_up: again }\n",
        &["gave-up-again"],
    ),
];

#[test]
fn every_wrong_file_is_told_where_it_is_wrong() {
    let faults: String = FILES.iter().filter_map(|(text, codes)| fault(text, codes)).collect();
    assert_eq!(faults, "");
}

#[test]
fn every_wrong_step_is_told_where_it_is_wrong() {
    let head = "flow: main\nformat: 1\nsections:\n  start:\n    - play: welcome\n    ";
    let whole = |steps: &str| format!("{head}{steps}\n    - end\n");
    let faults: String =
        STEPS.iter().filter_map(|(steps, codes)| fault(&whole(steps), codes)).collect();
    assert_eq!(faults, "");
}

#[test]
fn every_wrong_graph_is_told_where_it_is_wrong() {
    let whole = |sections: &str| format!("flow: main\nformat: 1\nsections:\n  {sections}");
    let faults: String =
        GRAPHS.iter().filter_map(|(sections, codes)| fault(&whole(sections), codes)).collect();
    assert_eq!(faults, "");
}

#[test]
fn a_flow_that_is_there_twice_is_told() {
    let text = "flow: main\nformat: 1\nsections: { start: [ end ] }\n";
    let files = [("a/main.flow.yaml", text), ("b/main.flow.yaml", text)]
        .map(|(path, text)| (path.to_owned(), text.to_owned()));
    let complaints = load(&files, &site()).expect_err("twice");
    let found: Vec<_> = complaints.iter().map(|c| (c.code.name(), &*c.place.file)).collect();
    assert_eq!(found, [("duplicate-flow", "b/main.flow.yaml")]);
}

/// What is not as it should be: the complaints are of these kinds and point at the marked words.
fn fault(marked: &str, codes: &[&str]) -> Option<String> {
    let text = marked.replace('«', "");
    let found = complaints_about(&text);
    let mut places: Vec<(u32, u32)> =
        found.iter().map(|c| (c.place.line, c.place.column)).collect();
    places.dedup();
    let told: Vec<&str> = found.iter().map(|complaint| complaint.code.name()).collect();
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    let right = told == codes && places == marks(marked);
    (!right).then(|| format!("{marked}\n{}\n", texts.join("\n")))
}

fn complaints_about(text: &str) -> Vec<Complaint> {
    let mut files: Vec<(String, String)> = super::shipped();
    files.push(("main.flow.yaml".to_owned(), text.to_owned()));
    match load(&files, &site()) {
        Ok((_, warnings)) => warnings,
        Err(mut complaints) => {
            complaints.retain(|complaint| complaint.severity == Severity::Error);
            complaints
        }
    }
}

/// Line and column of each mark.
fn marks(marked: &str) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(marked.split('\n')) {
        let mut column = 1;
        for letter in text.chars() {
            if letter == '«' {
                found.push((line, column));
            } else {
                column += 1;
            }
        }
    }
    found
}
