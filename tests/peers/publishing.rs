//! Publishing, going back and reloading, with calls in progress: the real program in processes
//! of its own.

use super::child::Program;
use super::server::Server;
use super::site::{LEAVE_NOTE_HZ, MENU_HZ, Site};
use super::tone;
use ringback::audio::wav;
use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

/// Long enough to be heard, short enough for a test.
const TONE_MS: usize = 300;

/// A flow that plays one prompt again and again.
fn flow(prompt: &str) -> String {
    format!(
        "flow: front\nformat: 1\nsections:\n  start:\n    - answer\n    - goto: hold\n  hold:\n    \
         - play: {prompt}\n    - wait: 200ms\n    - goto: hold\n"
    )
}

/// A site whose one flow plays this prompt, called from this machine.
fn site(prompt: &str) -> Site {
    let site = Site::new().with("sources: [127.0.0.2/32]", "sources: [127.0.0.0/8]");
    for unused in ["wait", "ask"] {
        fs::remove_file(site.path(&format!("flows/{unused}.flow.yaml"))).expect("a file");
    }
    site.write("flows/front.flow.yaml", &flow(prompt));
    site
}

fn ringback(site: &Site, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringback"));
    command.current_dir(site.dir()).env("USER", "ada").env_remove("SUDO_USER").args(arguments);
    command
}

/// A command about the site: its exit code and all that it says.
fn does(site: &Site, arguments: &[&str]) -> (i32, String) {
    let with_site = [arguments, &["--config", "ringback.yaml"]].concat();
    let Output { status, stdout, stderr } =
        ringback(site, &with_site).output().expect("the program");
    let said = [stdout, stderr].concat();
    (status.code().expect("an exit code"), String::from_utf8_lossy(&said).into_owned())
}

/// Somebody calls for so long and keeps what is heard.
fn call(site: &Site, server: &Server, name: &str, length: &str) -> Program {
    let uri = format!("sip:5000@{}", server.address());
    let file = format!("{name}.wav");
    let arguments = ["call", &uri, "--for", length, "--record", &file, "--from", "+48601234567"];
    Program::start(name, &mut ringback(site, &arguments))
}

/// How long each of the two prompts was heard in a call that has ended: more than nothing?
fn heard(site: &Site, name: &str, mut call: Program) -> (bool, bool) {
    let status = call.ends(Duration::from_secs(30));
    assert!(status.success(), "{}", call.tail());
    let bytes = fs::read(site.path(&format!("{name}.wav"))).expect("a recording");
    let sound = wav::parse(&bytes).expect("a sound");
    let hears = |hz| tone::find(sound.samples(), hz, TONE_MS).is_some();
    (hears(MENU_HZ), hears(LEAVE_NOTE_HZ))
}

/// The name of the version that is live.
fn live(site: &Site) -> String {
    let (code, list) = does(site, &["flow", "list"]);
    assert_eq!(code, 0, "{list}");
    let line = list.lines().find(|line| line.starts_with('*')).expect("a live version");
    line.split_whitespace().nth(1).expect("its name").to_owned()
}

#[test]
fn a_reload_changes_the_flow_for_new_calls_only() {
    let site = site("main-menu");
    let mut server = Server::start(&site);
    let old = call(&site, &server, "old", "8s");
    let first = server.tells("call.started").fact("flows");
    server.reaches("front", "play");
    site.write("flows/front.flow.yaml", &flow("leave-a-note"));
    let (code, said) = does(&site, &["reload"]);
    assert_eq!((code, said.contains("(front)")), (0, true), "{said}");
    let new = call(&site, &server, "new", "2s");
    let second = server.tells("call.started").fact("flows");
    assert_eq!(second, live(&site));
    assert_ne!(second, first);
    assert_eq!(heard(&site, "new", new), (false, true), "the new prompt and not the old");
    assert_eq!(heard(&site, "old", old), (true, false), "the old prompt to the end");
    server.ends();
}

#[test]
fn a_reload_with_mistakes_shows_them_and_changes_nothing() {
    let site = site("main-menu");
    let server = Server::start(&site);
    let before = live(&site);
    site.write("flows/front.flow.yaml", &flow("leave-a-note").replace("answer", "anwser"));
    let (code, said) = does(&site, &["reload"]);
    assert_eq!(code, 78, "{said}");
    assert!(said.contains("flows/front.flow.yaml:5:7: error[unknown-notation]"), "{said}");
    assert!(said.contains("    - anwser\n      ^^^^^^\n"), "the line and a mark: {said}");
    assert!(said.contains("Everything stays as it was."), "{said}");
    let logged = server.errors();
    assert!(logged.iter().any(|line| line.contains("unknown-notation")), "{logged:?}");
    assert_eq!(does(&site, &["flow", "publish"]).0, 78);
    assert_eq!(live(&site), before);
    let call = call(&site, &server, "call", "2s");
    assert_eq!(heard(&site, "call", call), (true, false));
    server.ends();
}

#[test]
fn what_needs_a_restart_and_a_queue_in_use_are_refused_by_name() {
    let site = site("main-menu");
    let server = Server::start(&site);
    let site = site.with("shards: 1", "shards: 2").with("level: debug", "level: info");
    let (code, said) = does(&site, &["reload"]);
    assert_eq!(code, 78);
    assert!(said.contains("error: `log` is not as it was when the server started"), "{said}");
    let site = site.with("level: info", "level: debug");
    let (code, said) = does(&site, &["reload"]);
    assert_eq!(code, 78);
    assert!(said.contains("error: `media.shards` is not as it was"), "{said}");
    let site = site.with("shards: 2", "shards: 1").with("store: { path", "store: { paht");
    let (code, said) = does(&site, &["reload"]);
    assert_eq!(code, 78);
    assert!(said.contains("did you mean `path`?"), "{said}");
    server.ends();
}

#[test]
fn the_hang_up_signal_is_a_reload() {
    let site = site("main-menu");
    let mut server = Server::start(&site);
    site.write("flows/front.flow.yaml", &flow("leave-a-note"));
    server.is_told_to_reload();
    let taken = server.tells("settings.reloaded").fact("flows");
    let call = call(&site, &server, "call", "2s");
    assert_eq!(server.tells("call.started").fact("flows"), taken);
    assert_eq!(heard(&site, "call", call), (false, true));
    site.write("flows/front.flow.yaml", "flow: front\n");
    server.is_told_to_reload();
    server.logs("Everything stays as it was.");
    assert_eq!(live(&site), taken);
    server.ends();
}

#[test]
fn a_bad_version_is_taken_back_and_no_restart_or_reload_brings_it_again() {
    let site = site("main-menu");
    let server = Server::start(&site);
    let good = live(&site);
    site.write("flows/front.flow.yaml", &flow("leave-a-note"));
    let (code, said) = does(&site, &["flow", "publish", "-m", "a new sentence"]);
    assert_eq!(code, 0, "{said}");
    let bad = live(&site);
    let (code, said) = does(&site, &["flow", "back"]);
    assert_eq!((code, live(&site)), (0, good.clone()), "{said}");
    let (code, said) = does(&site, &["reload"]);
    assert_eq!((code, live(&site)), (0, good.clone()), "{said}");
    assert!(said.contains("which ada turned away"), "{said}");
    server.ends();

    let server = Server::start(&site);
    assert_eq!(live(&site), good);
    assert!(server.has_said("The server starts with the flows of version"));
    let (_, list) = does(&site, &["flow", "list"]);
    assert!(list.contains("a new sentence") && list.contains("went back"), "{list}");
    assert!(list.contains("They were turned away"), "{list}");
    let heard_now = call(&site, &server, "call", "2s");
    assert_eq!(heard(&site, "call", heard_now), (true, false));
    // Somebody mends the files: a reload takes them.
    site.write("flows/front.flow.yaml", &(flow("leave-a-note") + "# mended\n"));
    assert_eq!(does(&site, &["reload"]).0, 0);
    assert!(![good, bad.clone()].contains(&live(&site)));
    // Who says so publishes what was turned away.
    site.write("flows/front.flow.yaml", &flow("leave-a-note"));
    assert_eq!(does(&site, &["flow", "publish"]).0, 0);
    assert_eq!(live(&site), bad);
    server.ends();
}

#[test]
fn a_restart_takes_changed_files_and_survives_broken_ones() {
    let site = site("main-menu");
    Server::start(&site).ends();
    let first = live(&site);
    site.write("flows/front.flow.yaml", &flow("leave-a-note"));
    Server::start(&site).ends();
    let second = live(&site);
    assert_ne!(first, second);
    site.write("flows/front.flow.yaml", "flow: front\nsections: {}\n");
    let server = Server::start(&site);
    assert!(server.has_said("The server starts with the flows of version"));
    assert_eq!(live(&site), second);
    let call = call(&site, &server, "call", "2s");
    assert_eq!(heard(&site, "call", call), (false, true));
    server.ends();
}

#[test]
fn versions_are_published_listed_and_compared_without_a_server() {
    let site = site("main-menu");
    let (code, said) = does(&site, &["flow", "list"]);
    assert_eq!((code, said.contains("nothing is published yet")), (0, true), "{said}");
    let (code, said) = does(&site, &["flow", "publish", "-m", "first"]);
    assert_eq!((code, said.contains("No server runs on the data in ")), (0, true), "{said}");
    let first = live(&site);
    let (_, said) = does(&site, &["flow", "publish"]);
    assert!(said.contains("which was live already"), "{said}");
    site.write("flows/front.flow.yaml", &flow("leave-a-note"));
    let (_, diff) = does(&site, &["flow", "diff"]);
    let changed = "-    - play: main-menu\n+    - play: leave-a-note\n";
    assert!(diff.starts_with(&format!("--- {first}/front.flow.yaml\n+++ files/")), "{diff}");
    assert!(diff.contains(changed), "{diff}");
    assert_eq!(does(&site, &["flow", "publish", "-m", "second"]).0, 0);
    assert!(does(&site, &["flow", "diff", "previous"]).1.contains(changed));
    assert!(does(&site, &["flow", "diff", &first[..5], "live"]).1.contains(changed));
    assert!(does(&site, &["flow", "diff"]).1.contains("are the same"));
    assert_eq!(does(&site, &["flow", "back", "zzz"]).0, 78);
    assert_eq!(does(&site, &["flow", "back", &first[..5]]).0, 0);
    assert_eq!(live(&site), first);
    let (code, said) = does(&site, &["reload"]);
    assert_eq!((code, said.contains("no server runs on data")), (69, true), "{said}");
}

#[test]
fn a_version_whose_queue_is_gone_is_not_taken_back() {
    let site = site("main-menu");
    let server = Server::start(&site);
    let queue = flow("main-menu").replace(
        "    - goto: hold\n  hold",
        "    - queue: { name: service }\n    - goto: hold\n  hold",
    );
    site.write("flows/front.flow.yaml", &queue);
    assert_eq!(does(&site, &["reload"]).0, 0);
    let with_queue = live(&site);
    site.write("flows/front.flow.yaml", &flow("leave-a-note"));
    let site = site.with("  service: { agents: [anna] }\n", "");
    let (code, said) = does(&site, &["reload"]);
    assert_eq!(code, 0, "{said}");
    let now = live(&site);
    let (code, said) = does(&site, &["flow", "back", &with_queue]);
    assert_eq!((code, live(&site)), (78, now), "{said}");
    let place = format!("data/versions/{with_queue}/front.flow.yaml:6:");
    assert!(said.contains(&place) && said.contains("service"), "{said}");
    server.ends();
}

#[test]
fn many_who_publish_at_once_leave_one_version_live_and_a_whole_history() {
    let site = site("main-menu");
    let mut server = Server::start(&site);
    let publishers: Vec<Program> = (0..6)
        .map(|index| {
            let message = format!("by number {index}");
            let arguments = ["flow", "publish", "-m", &message, "--config", "ringback.yaml"];
            // Renamed, as editors do: somebody reads it at any moment.
            site.write("next", &(flow("main-menu") + &format!("# {index}\n")));
            let file = site.path("flows/front.flow.yaml");
            fs::rename(site.path("next"), file).expect("a file");
            Program::start("publish", &mut ringback(&site, &arguments))
        })
        .collect();
    for mut publisher in publishers {
        let status = publisher.ends(Duration::from_secs(30));
        assert!(status.success(), "{}", publisher.tail());
    }
    assert!(server.is_alive());
    assert_eq!(does(&site, &["flow", "publish"]).0, 0);
    let (_, list) = does(&site, &["flow", "list"]);
    assert_eq!(list.lines().filter(|line| line.starts_with('*')).count(), 1, "{list}");
    assert!(!list.contains("files are gone") && !list.contains("not what is live"), "{list}");
    server.ends();
}
