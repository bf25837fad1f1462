//! The demonstration as a user runs it: the built program, real SIP and RTP, judged by its exit.

#![allow(clippy::expect_used, reason = "a test may fall")]

use std::process::{Command, Output};

#[test]
fn the_whole_story_happens() {
    let output = demo(&[]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    for scene in
        ["the call is answered", "Completed; attempt 1", "sounds recognised", "Anna's tone"]
    {
        assert!(told.contains(scene), "{scene:?} is missing in:\n{told}");
    }
    assert!(!told.contains('\x1b'), "colour where no terminal is");
}

#[test]
fn a_busy_customer_keeps_the_place() {
    let output = demo(&["--customer", "busy"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("Retry; attempt 1"), "{told}");
    assert!(told.contains("place     kept; the next attempt comes 300 s later"), "{told}");
}

#[test]
fn a_message_that_was_never_spoken_is_missed_by_ear() {
    let output = demo(&["--customer", "silent"]);
    let missed = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{missed}");
    assert!(missed.contains("FAILED at: Anna hears \"Hello. My order has not"), "{missed}");
}

#[test]
fn a_telephone_that_may_not_register_ends_it_loudly() {
    let output = demo(&["--agent-password", "wrong"]);
    let missed = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{missed}");
    assert!(missed.contains("FAILED at: Anna's telephone registers"), "{missed}");
    assert!(missed.contains("the server refuses it: 403"), "{missed}");
}

fn demo(arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ringback"));
    // What is set for a server of the user must not reach that of the demonstration.
    program.env("RINGBACK__STORE__PATH", "/nowhere/ringback.sqlite");
    program.arg("demo").args(arguments).output().expect("the program runs")
}
