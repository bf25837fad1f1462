//! Every kind of mistake has a section in the handbook whose example really yields it.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may fall")]

use ringback::base::code::{ALL, About, Code};
use ringback::base::complaint::{Complaint, Severity};
use ringback::base::interfaces::Interfaces;
use ringback::base::language::Language;
use ringback::config::defaults::SETTINGS;
use ringback::config::load::{Sources, load};
use ringback::io::prompts::Library;
use ringback::switchboard::settings::Prompts;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Codes whose mistake does not fit on a page, or is in no file; other tests have them.
const WITHOUT_EXAMPLE: [&str; 9] = [
    "duplicate-flow",
    "no-grammar",
    "no-music",
    "table-too-long",
    "too-large",
    "unknown-deed",
    "unknown-webhook",
    "wrong-encoding",
    "wrong-override",
];

/// The tables that the page speaks of.
const TABLES: [(&str, &str); 5] = [
    ("columns.csv", "number,my tier\n1,gold\n"),
    ("empty.csv", ""),
    ("no-key.csv", "number,tier\n,gold\n"),
    ("rows.csv", "number,tier\n1\n"),
    ("vip.csv", "number,tier\n1,gold\n"),
];

#[test]
fn every_code_has_a_section_that_says_how_bad_it_is() {
    let pages = pages();
    for code in ALL {
        let told = section(&pages, *code);
        let begin = match code.severity() {
            Severity::Error => "An error.",
            Severity::Warning => "A warning.",
        };
        assert!(told.trim_start().starts_with(begin), "{code}: {told}");
    }
}

#[test]
fn every_section_belongs_to_a_code() {
    for line in pages().lines() {
        let Some(heading) = line.strip_prefix("### `") else { continue };
        let name = heading.trim_end_matches('`');
        assert!(Code::named(name).is_some(), "{name} is no code");
    }
}

#[test]
fn every_example_yields_its_mistake() {
    let pages = pages();
    let site = TestSite::new();
    let mut faults = String::new();
    for code in ALL {
        let told = section(&pages, *code);
        let examples = examples(&told);
        let named = WITHOUT_EXAMPLE.contains(&code.name());
        assert_eq!(examples.is_empty(), named, "{code}: an example");
        for (kind, text) in examples {
            let found = site.complaints(&kind, &text);
            // What follows from an error is of no weight.
            let grave = found.iter().filter(|one| one.severity == code.severity());
            let codes: Vec<&str> = match code.severity() {
                Severity::Error => grave.map(|one| one.code.name()).collect(),
                Severity::Warning => found.iter().map(|one| one.code.name()).collect(),
            };
            // An example about settings may leave out what is not its matter.
            let right = match code.about() {
                About::Site => codes.contains(&code.name()),
                About::Text | About::Flow => {
                    !codes.is_empty() && codes.iter().all(|found| *found == code.name())
                }
            };
            if !right {
                faults.push_str(&format!("{code}: {codes:?}\n{text}\n"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn the_shipped_site_has_no_mistakes_in_flows() {
    let found = TestSite::new().complaints("config", SETTINGS);
    let found: Vec<String> = found
        .iter()
        .filter(|one| one.place.file.ends_with(".flow.yaml"))
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, Vec::<String>::new());
}

/// A flow of one step.
fn plain(name: &str) -> (String, String) {
    let text = format!("flow: {name}\nformat: 1\nsections: {{ start: [end] }}\n");
    (format!("{name}.flow.yaml"), text)
}

/// The shipped site, with a prompt that is there in English only.
struct TestSite {
    prompts: Arc<Prompts>,
    flows: Vec<(String, String)>,
}

impl TestSite {
    fn new() -> Self {
        let mut prompts = Library::default().load(None).expect("the shipped prompts");
        let english = prompts.get_mut(&Language::english()).expect("English");
        let welcome = Arc::clone(english.get("welcome").expect("a prompt"));
        english.insert("only-english".to_owned(), welcome);
        let entries = fs::read_dir(root().join("config/flows")).expect("shipped flows").flatten();
        let is_flow =
            |entry: &fs::DirEntry| entry.file_name().to_string_lossy().ends_with(".flow.yaml");
        let flows = entries.filter(is_flow).map(|entry| {
            let text = fs::read_to_string(entry.path()).expect("a flow");
            (entry.file_name().to_string_lossy().to_string(), text)
        });
        Self { prompts: Arc::new(prompts), flows: flows.collect() }
    }

    /// What is said of an example; of flows only what is wrong in its own file.
    fn complaints(&self, kind: &str, text: &str) -> Vec<Complaint> {
        let example = match kind {
            // The shipped flows would complain of queues that the example has not.
            "config" => return self.load(text, &[plain("main-line")]),
            "flow" => text.to_owned(),
            _ => {
                let steps: String = text.lines().map(|line| format!("    {line}\n")).collect();
                let head = "flow: main\nformat: 1\nsections:\n  start:\n    - answer\n";
                format!("{head}{steps}    - hangup\n")
            }
        };
        let file = "main.flow.yaml".to_owned();
        let mut flows = self.flows.clone();
        flows.push((file.clone(), example));
        let mut found = self.load(SETTINGS, &flows);
        found.retain(|one| *one.place.file == file);
        found
    }

    fn load(&self, settings: &str, flows: &[(String, String)]) -> Vec<Complaint> {
        let sources = Sources {
            settings: ("ringback.yaml", settings),
            flows,
            environment: &[],
            prompts: Arc::clone(&self.prompts),
            interfaces: Interfaces::only(std::net::Ipv4Addr::LOCALHOST.into()),
            cores: 1,
            read_secret: &|_| Err("there is no such file".to_owned()),
            read_table: &|path| {
                let name = path.rsplit('/').next().unwrap_or(path);
                let table = TABLES.iter().find(|(known, _)| *known == name);
                table
                    .map(|(_, text)| (*text).to_owned())
                    .ok_or_else(|| "there is no such file".to_owned())
            },
        };
        match load(sources) {
            Ok((_, warnings)) => warnings,
            Err(complaints) => complaints,
        }
    }
}

/// The text below the heading of a code.
fn section(pages: &str, code: Code) -> String {
    let heading = format!("### `{code}`\n");
    let (_, rest) = pages.split_once(&heading).unwrap_or_else(|| panic!("{code} has no section"));
    rest.split("\n##").next().unwrap_or_default().to_owned()
}

/// The fenced blocks of a section: `flow`, `steps` or `config`, and the text.
fn examples(section: &str) -> Vec<(String, String)> {
    let begun = section.split("```yaml wrong ").skip(1);
    begun
        .filter_map(|rest| {
            let (kind, rest) = rest.split_once('\n')?;
            Some((kind.to_owned(), rest.split("```").next()?.to_owned()))
        })
        .collect()
}

fn pages() -> String {
    ["mistakes", "mistakes_in_calls", "mistakes_in_files"]
        .map(|name| {
            let path = root().join("src/handbook").join(format!("{name}.md"));
            fs::read_to_string(path).expect("a page")
        })
        .concat()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
