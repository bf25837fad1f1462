//! `ringback flow run`: what a case can give, the one who calls can give too.

#![allow(clippy::expect_used, reason = "a test may fall")]

use ringback::io::temporary::Temporary;
use std::fs;
use std::process::{Command, Stdio};

#[test]
fn a_long_wait_and_hours_can_be_tried_in_a_terminal() {
    let dir = Temporary::new().expect("a directory");
    let file = dir.path().join("main.flow.yaml");
    let flow = r#"flow: main
format: 1
sections:
  start:
    - answer
    - if: not open("office-hours")
      then: closed
    - queue: { name: sales, flow: in-line }
    - hangup
  closed:
    - http: { url: "https://crm.test/who" }
      catch: { http-failed: gone }
    - hangup
  gone: [ { play: goodbye }, hangup ]
"#;
    fs::write(&file, flow).expect("a flow");
    let waiting = r#"flow: in-line
format: 1
sections:
  start:
    - if: queue.wait_estimate > 5m
      then: long
    - { music: default, for: 5s }
    - hangup
  long: [ { say: { digits: "601" } }, hangup ]
"#;
    fs::write(dir.path().join("in-line.flow.yaml"), waiting).expect("a flow");
    let config = "config/ringback.yaml";
    let run = |more: &[&str]| {
        let file = file.to_string_lossy();
        let mut program = Command::new(env!("CARGO_BIN_EXE_ringback"));
        program.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
        program.args(["flow", "run", &*file, "--config", config]).args(more);
        let output = program.output().expect("the program");
        let both = [&output.stdout[..], &output.stderr[..]].concat();
        String::from_utf8_lossy(&both).into_owned()
    };
    let open = run(&["--hours", "office-hours=open", "--wait-estimate", "sales=6m"]);
    assert!(open.contains("the caller hears \"six zero one\""), "{open}");
    let short = run(&["--hours", "office-hours=open", "--wait-estimate", "sales=1m"]);
    assert!(short.contains("the call is over") && !short.contains("six"), "{short}");
    let closed = run(&["--hours", "office-hours=closed"]);
    assert!(closed.contains("the flow asks GET https://crm.test/who"), "{closed}");
    assert!(closed.contains("hears goodbye"), "{closed}");
    assert!(run(&["--hours", "nights=open"]).contains("no opening hours nights"));
    assert!(run(&["--hours", "office-hours=shut"]).contains("NAME=closed"));
    assert!(run(&["--wait-estimate", "sales"]).contains("such as sales=6m"));
}
