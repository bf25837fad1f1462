//! Mistakes that designers make: each flow in `wrong_flows/` has one (or two), and what
//! `ringback flow check` says of it is kept, word for word, as a snapshot beside the tests.

#![allow(clippy::expect_used, reason = "a test may fall")]

use ringback::io::site::{Site, SiteError};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Exit code of wrong configuration.
const EXIT_CONFIG: i32 = 78;

#[test]
fn every_wrong_flow_is_told_what_where_and_what_to_do() {
    let flows = wrong_flows();
    assert!(flows.len() >= 30, "only {} flows", flows.len());
    for path in flows {
        let told = Command::new(env!("CARGO_BIN_EXE_ringback"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["flow", "check", "--deny-warnings"])
            .arg(&path)
            .output()
            .expect("the program");
        let text = String::from_utf8(told.stdout).expect("text")
            + &String::from_utf8(told.stderr).expect("text");
        assert_eq!(told.status.code(), Some(EXIT_CONFIG), "{text}");
        insta::assert_snapshot!(name_of(&path), text);
    }
}

#[test]
fn no_flow_with_an_error_comes_into_the_house() {
    let mut refused = 0;
    for path in wrong_flows() {
        let name = name_of(&path);
        let loaded = Site::default().load_with(None, &[path]);
        let Err(SiteError::Mistakes(complaints)) = loaded else {
            assert!(ONLY_WARNED_OF.contains(&&*name), "{name} would run");
            continue;
        };
        let own = complaints.iter().any(|one| one.place.file.contains(&name));
        assert!(own, "{name} is refused for somebody else's mistake");
        refused += 1;
    }
    assert!(refused >= 30, "only {refused} were refused");
}

/// Flows that can run, but probably do not do what was meant.
const ONLY_WARNED_OF: [&str; 9] = [
    "asked-before-the-answer",
    "key-that-cannot-be-pressed",
    "never-answered",
    "never-reached",
    "number-that-nobody-checked",
    "quotes-of-a-book",
    "start-without-an-end",
    "step-after-the-end",
    "variables-of-another-language",
];

/// The files, by name, as they are named from the project's root.
fn wrong_flows() -> Vec<PathBuf> {
    let room = Path::new("tests/wrong_flows");
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(room)).expect("flows");
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|entry| room.join(entry.file_name())).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.trim_end_matches(".flow.yaml").to_owned()
}
