//! Mistakes in the files of a site: all are told at once, with their places, and nothing starts.

use super::child::Program;
use super::server;
use super::site::Site;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::time::Duration;

/// Five mistakes, by line: a misspelt step (7), a section that is not there (9), a queue that is
/// not there (11), an unknown key (14), a prompt that is not there (16).
const FLOW: &str = "flow: front
format: 1
title: Five mistakes
sections:
  start:
    - answer
    - plai: welcome
    - menu: { prompt: main-menu, keys: { 1: waiting_room }, gave_up: goodbye }
    - goto: goodby
  waiting_room:
    - queue: { name: saels, left: goodbye }
    - goto: goodbye
  goodbye:
    - play: { prompt: goodbye, loud: true }
    - if: open(\"office-hours\")
      then: [ { play: goodnight }, hangup ]
    - hangup
";

/// Runs the server on a site that cannot be used: its exit code and what it says.
fn refused(site: &Site) -> (Option<i32>, Vec<String>) {
    let mut program = Program::start("ringback", &mut server::command(site));
    let status = program.ends(Duration::from_secs(20));
    (status.code(), program.lines())
}

/// The places of the errors, `file:line`, in the order in which they are told.
fn places(lines: &[String]) -> Vec<String> {
    let place = |line: &String| {
        let (place, _) = line.split_once(": error[")?;
        let (file_and_line, _) = place.rsplit_once(':')?;
        Some(file_and_line.to_owned())
    };
    lines.iter().filter_map(place).collect()
}

fn nothing_listens(site: &Site) {
    let at = (Ipv4Addr::LOCALHOST, site.ports.server());
    assert!(UdpSocket::bind(at).is_ok() && TcpListener::bind(at).is_ok(), "the port is taken");
    assert!(!site.path("data").exists(), "a store was made");
}

#[test]
fn five_mistakes_in_a_flow_are_five_messages_with_their_lines() {
    let site = Site::new();
    site.write("flows/front.flow.yaml", FLOW);
    let (code, lines) = refused(&site);
    let file = "flows/front.flow.yaml";
    let expected = [7, 9, 11, 14, 16].map(|line| format!("{file}:{line}"));
    assert_eq!(places(&lines), expected, "{lines:#?}");
    assert!(lines.contains(&"5 errors, 1 warning".to_owned()), "{lines:#?}");
    assert_eq!(code, Some(78));
    nothing_listens(&site);
}

#[test]
fn mistakes_in_settings_are_told_with_their_lines() {
    let site = Site::new()
        .with("identity_out: [from, p_asserted]", "identity_out: [from, asserted]")
        .with("agents: [anna], ring: 3s, wrap_up: 1s", "agents: [ana], ring: 3s, wrap_up: soon")
        .with("5000: front", "5000: frnt")
        .with("level: debug", "level: loud");
    let (code, lines) = refused(&site);
    let lines_told: Vec<String> = places(&lines);
    let expected = [10, 13, 15, 15, 24].map(|line| format!("ringback.yaml:{line}"));
    assert_eq!(lines_told, expected, "{lines:#?}");
    assert_eq!(code, Some(78));
    nothing_listens(&site);
}
