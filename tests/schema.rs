//! The JSON Schema of flows says what the program knows, and holds on real flows.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may fall")]

use jsonschema::Validator;
use ringback::base::complaint::Complaints;
use ringback::base::document::{Kind, Node, parse};
use ringback::config::schema::{Names, schema};
use ringback::flow::expression::FUNCTIONS;
use ringback::flow::known::FACTS;
use ringback::flow::notation::{ESCALATIONS, HEADER, NOTATIONS, Notation};
use ringback::flow::site::Site;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn every_notation_key_escalation_function_and_fact_is_in_the_schema() {
    let schema = schema(&Names::default());
    let told = |path: &str, doc: &str| {
        let description = schema.pointer(&format!("{path}/description"));
        assert_eq!(description.and_then(Value::as_str), Some(doc), "{path}");
    };
    for key in HEADER {
        told(&format!("/properties/{}", key.name), key.doc);
    }
    for notation in NOTATIONS {
        let names = [notation.name].into_iter().chain(notation.aliases.iter().copied());
        for name in names {
            let keys = format!("/definitions/step_{name}/properties");
            assert!(schema.pointer(&format!("{keys}/{name}/description")).is_some(), "{name}");
            assert!(schema.pointer(&format!("/definitions/step/else/properties/{name}")).is_some());
            for parameter in notation.parameters {
                let path = format!("{keys}/{}", parameter.name);
                if parameter.built && parameter.name != name {
                    told(&path, parameter.doc);
                } else if !parameter.built {
                    assert!(schema.pointer(&path).is_none(), "{path} is not built");
                }
            }
        }
    }
    let condition = schema.pointer("/definitions/condition/description");
    let condition = condition.and_then(Value::as_str).expect("what conditions are made of");
    for function in FUNCTIONS {
        assert!(condition.contains(&format!("{}: {}", function.example, function.doc)));
    }
    for fact in FACTS {
        assert!(condition.contains(&format!("{}.{}: {}", fact.object, fact.field, fact.doc)));
    }
    for escalation in ESCALATIONS {
        told(&format!("/definitions/escalations/properties/{}", escalation.name), escalation.doc);
        let caught = |name: &&&str| Notation::named(name).is_some_and(|one| one.escalates);
        for notation in escalation.raised_by.iter().filter(caught) {
            told(
                &format!("/definitions/step_{notation}/properties/{}", escalation.name),
                escalation.doc,
            );
        }
    }
}

#[test]
fn flows_that_load_fit_the_schema() {
    let validator = validator(&Names::default());
    let mut seen = 0;
    for (path, text) in shipped().into_iter().chain(flows_of_the_handbook()) {
        let faults = faults(&validator, &path, &text);
        assert!(faults.is_empty(), "{path}: {faults:#?}");
        seen += 1;
    }
    assert!(seen > 20, "only {seen} flows were found");
}

/// What a schema can see of a mistake, an editor shows while one types.
#[test]
fn mistakes_of_shape_do_not_fit_the_schema() {
    let flow =
        |steps: &str| format!("flow: a\nformat: 1\nsections:\n  start:\n{steps}\n    - hangup\n");
    let validator = validator(&Names::default());
    let right = [
        "    - play: welcome",
        "    - play: { prompt: [welcome, $note], barge_in: false }",
        "    - menu: { prompt: main-menu, keys: { 1: start, star: again, \"#\": [ answer ] } }",
        "    - queue: { name: $line, timeout: 5m, late-again: start, failed: end }",
        "    - queue: { name: sales, timeout: start }",
        "    - transfer:\n      queue: sales",
        "    - call_flow: other\n      late: start",
        "    - if: caller.number == \"+48\"\n      then: [ return ]",
        "    - verify_number: { value: +48601234567, country: PL }",
        "    - set: { line: sales, count: 3, sure: true }",
        "    - hangup: 486",
        "    - record: { save_as: note, silence: none, review: ask }",
        "    - start_callback: { on_hangup: { register: $caller.number } }",
    ];
    for steps in right {
        let faults = faults(&validator, "a.flow.yaml", &flow(steps));
        assert!(faults.is_empty(), "{steps}: {faults:#?}");
    }
    let wrong = [
        "    - paly: welcome",
        "    - plya",
        "    - menu",
        "    - play: { prompt: welcome, loud: true }",
        "    - menu: { prompt: main-menu, keys: { 12: start } }",
        "    - menu: { prompt: main-menu }",
        "    - menu: { prompt: main-menu, keys: { 1: start }, tries: 100 }",
        "    - wait: 45",
        "    - music: { for: 3 minutes }",
        "    - play: welcome\n      menu: { prompt: main-menu, keys: { 1: start } }",
        "    - if: caller.number",
        "    - goto: [ start ]",
        "    - hangup: sometimes",
        "    - hangup: 200",
        "    - verify_number: { value: $typed, country: PL, kinds: [ mobiel ] }",
        "    - register_callback: { mode: agent_first }",
        "    - query_callback: { failed: start }",
    ];
    for steps in wrong {
        let faults = faults(&validator, "a.flow.yaml", &flow(steps));
        assert!(!faults.is_empty(), "fits: {steps}");
    }
    for head in ["flow: a\nformat: 2\n", "format: 1\n", "flow: a\nformat: 1\ntitel: x\n"] {
        let text = format!("{head}sections: {{ start: [ hangup ] }}\n");
        assert!(!faults(&validator, "a.flow.yaml", &text).is_empty(), "fits: {head}");
    }
}

#[test]
fn with_a_site_its_names_pass_and_no_others() {
    let set = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let names = Names {
        site: Site { queues: set(&["sales"]), trunks: set(&[]), ..Site::default() },
        flows: set(&["waiting"]),
        raised: BTreeSet::from(["late".to_owned()]),
    };
    let validator = validator(&names);
    let fits = |step: &str| {
        let text = format!("flow: a\nformat: 1\nsections:\n  start:\n    - {step}\n    - end\n");
        faults(&validator, "a.flow.yaml", &text).is_empty()
    };
    assert!(fits("queue: { name: sales, flow: waiting, late: start }"));
    assert!(fits("queue: $line"));
    assert!(!fits("queue: service"));
    assert!(!fits("queue: { name: sales, flow: wating }"));
    assert!(!fits("queue: { name: sales, later: start }"));
    assert!(!fits("transfer: { number: \"+48221234567\", trunk: gold }"));
}

#[test]
fn the_program_writes_the_schema_with_the_names_of_a_site() {
    let config = root().join("config/ringback.yaml");
    let output = ringback(&["flow", "schema", "--site", "--config", &config.to_string_lossy()]);
    let schema: Value = serde_json::from_str(&output).expect("JSON");
    let queues = schema.pointer("/definitions/step_queue/properties/queue/anyOf/0/anyOf/0/enum");
    let queues: Vec<&str> =
        queues.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(queues.contains(&"sales"), "{queues:?}");
    let plain = ringback(&["flow", "schema"]);
    assert!(plain.len() < output.len(), "a site has names");
}

#[test]
fn the_program_tells_of_one_word_or_of_all() {
    let all = ringback(&["flow", "reference"]);
    assert!(all.starts_with("# The flow language\n"), "{all}");
    for fact in FACTS {
        assert!(all.contains(&format!("`{}.{}`", fact.object, fact.field)), "{}", fact.field);
    }
    let menu = ringback(&["flow", "reference", "menu"]);
    assert!(menu.starts_with("### `menu`\n\nAsks for one key. Can fail.\n"), "{menu}");
    assert!(menu.contains("| `no_match` | target | "), "{menu}");
}

fn validator(names: &Names) -> Validator {
    jsonschema::draft7::new(&schema(names)).expect("a schema of draft 7")
}

/// What does not fit, with its place.
fn faults(validator: &Validator, path: &str, text: &str) -> Vec<String> {
    let mut complaints = Complaints::new();
    let node = parse(path, text, &mut complaints).expect("YAML");
    let value = as_an_editor_sees(&node);
    let faults = validator.iter_errors(&value);
    faults.map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

/// The tree with the types that YAML 1.2 gives to plain words (the core schema).
fn as_an_editor_sees(node: &Node) -> Value {
    match &node.kind {
        Kind::Map(entries) => {
            let each = entries.iter();
            Value::Object(
                each.map(|(key, node)| (key.text.clone(), as_an_editor_sees(node)))
                    .collect::<Map<_, _>>(),
            )
        }
        Kind::List(items) => items.iter().map(as_an_editor_sees).collect(),
        Kind::Scalar { text, quoted: true, .. } => Value::from(text.clone()),
        Kind::Scalar { text, .. } => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" | "~" => Value::Null,
            _ if text.parse::<i64>().is_ok() => Value::from(text.parse::<i64>().expect("it")),
            _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
                text.parse::<f64>().map_or_else(|_| Value::from(text.clone()), Value::from)
            }
            _ => Value::from(text.clone()),
        },
        Kind::Null => Value::Null,
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn shipped() -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join("config/flows")).expect("shipped flows").flatten();
    let paths = entries.map(|entry| entry.path());
    let flows = paths.filter(|path| path.to_string_lossy().ends_with(".flow.yaml"));
    flows
        .map(|path| (path.display().to_string(), fs::read_to_string(&path).expect("a flow")))
        .collect()
}

fn flows_of_the_handbook() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let rooms = ["src/handbook", "src/handbook/recipes"].map(|room| root().join(room));
    let entries = rooms.iter().flat_map(|room| fs::read_dir(room).expect("the handbook")).flatten();
    for path in entries.map(|entry| entry.path()).filter(|path| path.is_file()) {
        let text = fs::read_to_string(&path).expect("a page");
        let page = path.display();
        for rest in text.split("```yaml flow\n").skip(1) {
            let flow = rest.split("```").next().unwrap_or_default();
            found.push((page.to_string(), flow.to_owned()));
        }
        for rest in text.split("```yaml steps\n").skip(1) {
            let steps = rest.split("```").next().unwrap_or_default();
            let steps: String = steps.lines().map(|line| format!("    {line}\n")).collect();
            let head = "flow: steps\nformat: 1\nsections:\n  start:\n";
            found.push((page.to_string(), format!("{head}{steps}")));
        }
    }
    found
}

fn ringback(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_ringback")).args(arguments).output().expect("the program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
