//! Which site a command works on: its configuration, its flows, its data. With the real program.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may fall")]

use ringback::io::temporary::Temporary;
use std::fs;
use std::path::Path;
use std::process::Command;

const SETTINGS: &str = "
trunks:
  carrier: { sources: [ 192.0.2.0/28 ], peers: [ \"192.0.2.1:5060\" ], country: PL }
numbers: { 7000: own }
queues: { desk: { agents: [ eve ] } }
agents: { eve: { title: Eve, password: long-enough-for-eve, auto_ready: true } }
";

/// A directory with a site in `site/`, whose one flow has these lines after its name.
struct Stand(Temporary);

#[test]
fn a_word_that_is_also_the_name_of_a_shipped_flow_brings_none_along() {
    for name in ["after-hours", "callback-first", "echo", "main-line"] {
        let stand = Stand::new(&format!("title: {name}"));
        let (code, said) = stand.does("site", &["check"]);
        assert_eq!(code, 0, "{name}: {said}");
        assert!(said.contains(" 1 flows"), "{name}: {said}");
    }
}

#[test]
fn a_shipped_flow_is_there_when_another_runs_it_or_the_settings_name_it() {
    let stand = Stand::new("");
    let waiting = "  wait:\n    - queue: { name: desk, flow: waiting, with: { line: desk } }\n";
    let flow = fs::read_to_string(stand.path("site/flows/own.flow.yaml")).expect("the flow");
    let flow = flow.replace("- hangup\n", "- goto: wait\n") + waiting + "    - hangup\n";
    fs::write(stand.path("site/flows/own.flow.yaml"), flow).expect("written");
    let (code, said) = stand.does("site", &["check"]);
    // `waiting`, and `custom-callback` that it runs.
    assert!(code == 0 && said.contains(" 3 flows"), "{said}");
    let settings = SETTINGS.replace("7000: own", "7000: own, 7001: echo");
    fs::write(stand.path("site/ringback.yaml"), settings).expect("written");
    let (code, said) = stand.does("site", &["check"]);
    assert!(code == 0 && said.contains(" 4 flows"), "{said}");
}

#[test]
fn without_a_named_configuration_the_one_in_the_directory_holds() {
    let stand = Stand::new("");
    let (code, said) = stand.does("site", &["flow", "publish", "-m", "first"]);
    assert!(code == 0 && said.contains("+own"), "{said}");
    assert!(said.contains("They are the flows of ringback.yaml."), "{said}");
    let (_, said) = stand.does("site", &["flow", "publish", "-m", "again"]);
    assert!(said.contains("already"), "{said}");
    let (_, said) = stand.does("", &["check"]);
    assert!(said.contains("the built-in site"), "{said}");
}

#[test]
fn the_data_of_a_site_is_the_same_wherever_a_command_is_given() {
    let stand = Stand::new("");
    let config = ["--config", "site/ringback.yaml"];
    let publish = ["flow", "publish", "-m", "from above"];
    let (code, said) = stand.does("", &[&publish[..], &config].concat());
    assert!(code == 0 && said.contains("the data in site/data"), "{said}");
    assert!(!stand.path("data").exists(), "data where the command was given");
    let (_, said) = stand.does("site", &["flow", "list"]);
    assert!(said.contains("from above"), "{said}");
}

#[test]
fn secrets_and_tables_are_read_beside_the_configuration() {
    let stand = Stand::new("");
    let settings = SETTINGS.replace("password: long-enough-for-eve", "password_file: eve.secret");
    fs::write(stand.path("site/ringback.yaml"), settings).expect("written");
    fs::write(stand.path("site/eve.secret"), "long-enough-for-eve\n").expect("written");
    let (code, said) = stand.does("", &["check", "--config", "site/ringback.yaml"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn where_no_flow_is_nothing_is_called_good() {
    let stand = Stand::new("");
    fs::create_dir_all(stand.path("site/other")).expect("a directory");
    let (code, said) = stand.does("site", &["flow", "check", "other"]);
    assert!(code == 2 && said.contains("other holds no flow"), "{said}");
    fs::write(stand.path("site/other/desk.yaml"), "flow: desk\n").expect("written");
    let (code, said) = stand.does("site", &["flow", "check", "flows", "other"]);
    assert!(code == 2 && said.contains("and this is desk.yaml"), "{said}");
}

#[test]
fn a_site_of_ones_own_begins_with_what_is_shipped_and_overwrites_nothing() {
    let stand = Stand::new("");
    let (code, said) = stand.does("", &["init", "mine"]);
    assert!(code == 0 && said.contains("cd mine"), "{said}");
    let (code, said) = stand.does("mine", &["flow", "test", "flows"]);
    assert!(code == 0 && said.contains("all passed"), "{said}");
    let (code, said) = stand.does("mine", &["check"]);
    assert!(code == 0 && said.contains("good: ringback.yaml"), "{said}");
    let (code, said) = stand.does("mine", &["init"]);
    assert!(code == 2 && said.contains("ringback.yaml is there already"), "{said}");
}

#[test]
fn a_flow_is_shown_that_is_only_in_the_binary_and_ones_own_goes_before_it() {
    let stand = Stand::new("");
    let (code, said) = stand.does("site", &["flow", "show", "waiting"]);
    assert!(code == 0 && said.starts_with("flow: waiting"), "{said}");
    let (_, said) = stand.does("site", &["flow", "show", "own"]);
    assert!(said.starts_with("flow: own"), "{said}");
    let (code, said) = stand.does("site", &["flow", "show", "wating"]);
    assert!(code == 2 && said.contains("did you mean `waiting`?"), "{said}");
    let (_, said) = stand.does("site", &["flow", "show"]);
    assert!(said.contains("flows/own.flow.yaml") && said.contains("built in"), "{said}");
}

impl Stand {
    fn new(line: &str) -> Self {
        let stand = Self(Temporary::new().expect("a directory"));
        fs::create_dir_all(stand.path("site/flows")).expect("a directory");
        fs::write(stand.path("site/ringback.yaml"), SETTINGS).expect("written");
        let steps = "sections:\n  start:\n    - answer\n    - hangup\n";
        let flow = format!("flow: own\nformat: 1\n{line}\n{steps}");
        fs::write(stand.path("site/flows/own.flow.yaml"), flow).expect("written");
        stand
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        Path::new(self.0.path()).join(name)
    }

    /// What a command given in a directory of the stand says, and its exit code.
    fn does(&self, directory: &str, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_ringback"))
            .args(arguments)
            .current_dir(self.path(directory))
            .output()
            .expect("the program");
        let said =
            [output.stdout, output.stderr].map(|one| String::from_utf8_lossy(&one).into_owned());
        (output.status.code().unwrap_or(-1), said.concat())
    }
}
