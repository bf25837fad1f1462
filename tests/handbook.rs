//! The handbook says what the program does: its examples load, its lists are complete.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may fall")]

use ringback::audio::sound::Sound;
use ringback::base::code::{ALL, About};
use ringback::base::complaint::{Complaint, Severity};
use ringback::base::interfaces::Interfaces;
use ringback::base::language::Language;
use ringback::config::load::{Sources, load};
use ringback::flow::notation::{NOTATIONS, Notation};
use ringback::flow::picture::{Picture, svg};
use ringback::flow::reference;
use ringback::flow::site::Site;
use ringback::flow::standard::standard;
use ringback::rehearsal::script::{DEEDS, RESULTS};
use ringback::switchboard::settings::Prompts;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

#[test]
fn every_flow_in_the_handbook_passes_the_checker() {
    let mut seen = 0;
    for (page, text) in pages() {
        for flow in blocks(&text, "yaml flow") {
            let name = flow.lines().next().and_then(|line| line.strip_prefix("flow: "));
            let name = name.unwrap_or_else(|| panic!("{page}: a flow begins with its name"));
            assert_flow(&page, name, &flow);
            seen += 1;
        }
        for steps in blocks(&text, "yaml steps") {
            let indented: String = steps.lines().map(|line| format!("    {line}\n")).collect();
            let head = "flow: steps\nformat: 1\nsections:\n  start:\n    - answer\n";
            let flow = format!("{head}{indented}    - hangup\n");
            assert_flow(&page, "steps", &flow);
            seen += 1;
        }
    }
    assert!(seen >= 4, "only {seen} flows were found");
}

#[test]
fn every_configuration_in_the_handbook_loads_without_mistakes() {
    let flow = "flow: main-line\nformat: 1\nsections:\n  start:\n    - hangup\n";
    let flows = [("main-line.flow.yaml".to_owned(), flow.to_owned())];
    let music = BTreeMap::from([("music/default".to_owned(), Arc::new(Sound::silence(20)))]);
    let prompts: Prompts = BTreeMap::from([(Language::english(), music)]);
    let mut seen = 0;
    for (page, text) in pages() {
        for settings in blocks(&text, "yaml config") {
            let sources = Sources {
                settings: (&page, &settings),
                flows: &flows,
                environment: &[],
                prompts: Arc::new(prompts.clone()),
                interfaces: Interfaces::only(std::net::Ipv4Addr::LOCALHOST.into()),
                cores: 1,
                read_secret: &|_| Err("the handbook has no files".to_owned()),
                read_table: &|_| Ok("number,name,tier\n+48601234567,Ewa,gold\n".to_owned()),
            };
            if let Err(mistakes) = load(sources) {
                panic!("{page}:\n{}", rendered(&mistakes, &settings));
            }
            seen += 1;
        }
    }
    assert!(seen >= 3, "only {seen} configurations were found");
}

#[test]
fn the_page_on_flows_shows_the_shipped_flow_as_it_is() {
    let shipped = fs::read_to_string(root().join("config/flows/custom-callback.flow.yaml"));
    let shipped = shipped.expect("the shipped flow");
    let shown = blocks(&page("flows"), "yaml flow");
    assert!(shown.contains(&shipped), "the worked example is not the shipped flow");
}

#[test]
fn every_setting_that_is_read_stands_on_its_page() {
    let page = page("configuration");
    let mut seen = 0;
    let entries = fs::read_dir(root().join("src/config")).expect("the room").flatten();
    for entry in entries.filter(|entry| entry.path().is_file()) {
        let source = fs::read_to_string(entry.path()).expect("a source");
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        for opening in [".take(\"", ".required(\""] {
            for rest in source.split(opening).skip(1) {
                let key = rest.split('"').next().unwrap_or_default();
                let named = [format!("`{key}`"), format!(".{key}`")];
                let told = named.iter().any(|named| page.contains(named.as_str()));
                assert!(told, "{}: `{key}` is not told", entry.path().display());
                seen += 1;
            }
        }
    }
    assert!(seen > 50, "only {seen} settings were found");
}

/// The tables of the language stand in the handbook as the program knows them.
///
/// After a change of the language: `RENEW_HANDBOOK=1 cargo nextest run --test handbook`.
#[test]
fn the_tables_of_the_language_are_what_the_program_knows() {
    for name in ["notations", "flows"] {
        let old = page(name);
        let mut new = old.clone();
        for (_, after, table) in tables().iter().filter(|(page, ..)| *page == name) {
            new = with_table(&new, after, table);
        }
        if std::env::var_os("RENEW_HANDBOOK").is_some() {
            fs::write(root().join(format!("src/handbook/{name}.md")), &new).expect("the page");
        } else if let Some((one, other)) = old.lines().zip(new.lines()).find(|(a, b)| a != b) {
            panic!("{name}.md says\n  {one}\nthe program says\n  {other}");
        } else {
            assert_eq!(old.len(), new.len(), "{name}.md");
        }
    }
}

#[test]
fn every_notation_begins_with_what_it_does_and_what_is_missing_is_told() {
    let page = page("notations");
    let (running, later) = page.split_once("## Not yet").expect("what is not built");
    let mut seen = 0;
    for notation in NOTATIONS {
        let name = notation.name;
        let sentence = format!("### `{name}`\n\n{}", reference::sentence(notation));
        assert!(running.contains(&sentence), "{name} does not begin with: {sentence}");
        for missing in notation.parameters.iter().filter(|parameter| !parameter.built) {
            let key = format!("`{}`", missing.name);
            assert!(later.contains(&key), "{key} of {name} is not told as missing");
        }
        seen += 1;
    }
    assert_eq!(running.matches("\n### `").count(), seen, "a heading that is no notation");
}

/// The page, what stands before it, and the table.
fn tables() -> Vec<(&'static str, String, String)> {
    let of_notation =
        |one: &Notation| ("notations", format!("### `{}`\n", one.name), reference::keys(one));
    let mut tables: Vec<_> = NOTATIONS.iter().map(of_notation).collect();
    tables.extend([
        ("flows", "## Shape\n".to_owned(), reference::header()),
        ("flows", "## Values\n".to_owned(), reference::types()),
        ("flows", "list    = ".to_owned(), reference::functions()),
        ("flows", "## Facts\n".to_owned(), reference::facts()),
        ("flows", "The server raises these:\n".to_owned(), reference::escalations()),
    ]);
    tables
}

/// The page with this table as the first one after a text, before the next heading.
fn with_table(page: &str, after: &str, table: &str) -> String {
    let start = page.find(after).unwrap_or_else(|| panic!("no {after:?}")) + after.len();
    let (head, rest) = page.split_at(start);
    let (part, tail) = rest.split_at(rest.find("\n#").map_or(rest.len(), |end| end + 1));
    let lines: Vec<&str> = part.split_inclusive('\n').collect();
    let first = lines.iter().position(|line| line.starts_with('|')).unwrap_or(lines.len());
    let rows = lines.iter().skip(first).take_while(|line| line.starts_with('|')).count();
    let (before, beyond) = (lines[..first].concat(), lines[first + rows..].concat());
    let is_apart = format!("{after}{before}").ends_with("\n\n");
    let gap = if table.is_empty() || is_apart { "" } else { "\n" };
    format!("{head}{before}{gap}{table}{beyond}{tail}")
}

#[test]
fn the_page_on_testing_shows_the_shipped_test_as_it_is_and_every_key() {
    let page = page("testing");
    let shipped = fs::read_to_string(root().join("config/flows/custom-callback.test.yaml"));
    assert_eq!(blocks(&page, "yaml test"), [shipped.expect("the shipped test")]);
    for deed in DEEDS {
        assert!(page.contains(&format!("| `{deed}")), "{deed} is not told");
    }
    for (result, _) in RESULTS {
        assert!(page.contains(&format!("`{result}`")), "{result} is not told");
    }
    let mut seen = 0;
    for entry in fs::read_dir(root().join("src/rehearsal/script")).expect("the room").flatten() {
        let source = fs::read_to_string(entry.path()).expect("a source");
        for opening in [".take(\"", ".required(\""] {
            for rest in source.split(opening).skip(1) {
                let key = rest.split('"').next().unwrap_or_default();
                assert!(page.contains(key), "{}: `{key}` is not told", entry.path().display());
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "only {seen} keys were found");
}

#[test]
fn every_warning_about_flows_stands_on_the_page_on_flows() {
    let page = page("flows");
    let warnings = ALL.iter().filter(|code| code.severity() == Severity::Warning);
    for code in warnings.filter(|code| code.about() == About::Flow) {
        assert!(page.contains(&format!("\n| `{code}` | ")), "{code} is not in the table");
    }
}

#[test]
fn every_table_of_the_store_stands_on_its_page() {
    let page = page("store");
    let mut seen = 0;
    let entries = fs::read_dir(root().join("src/io/store/migrations")).expect("the room");
    for path in entries.flatten().map(|entry| entry.path()) {
        let sql = fs::read_to_string(&path).expect("a migration");
        for rest in sql.split("CREATE TABLE ").skip(1) {
            let (name, columns) = rest.split_once(" (").expect("a table");
            let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
            let row = row.unwrap_or_else(|| panic!("{name} is not told"));
            let lines = columns.split("\n)").next().unwrap_or_default().lines();
            for column in lines.filter_map(|line| line.trim().split(' ').next()) {
                if column.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !column.is_empty()
                {
                    assert!(row.contains(&format!("`{column}`")), "{name}.{column} is not told");
                }
            }
            seen += 1;
        }
    }
    assert!(seen >= 9, "only {seen} tables were found");
}

#[test]
fn every_page_is_part_of_the_handbook() {
    let room = |name: &str| fs::read_to_string(root().join(name)).expect("the handbook");
    let module = room("src/handbook/mod.rs") + &room("src/handbook/recipes/mod.rs");
    for (name, text) in pages() {
        let recipe = format!("recipe!({}, ", name.trim_end_matches(".md"));
        let page = format!("include_str!(\"{name}\")");
        assert!(module.contains(&page) || module.contains(&recipe), "{name} is left out");
        assert!(text.lines().count() <= 600, "{name} is too long");
    }
}

#[test]
fn the_shipped_flows_and_their_tests_are_in_standard_form() {
    let mut seen = 0;
    for entry in fs::read_dir(root().join("config/flows")).expect("shipped flows").flatten() {
        let path = entry.path();
        let name = path.file_name().expect("a name").to_string_lossy().to_string();
        if !name.ends_with(".yaml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a text");
        let new = standard(&name, &text).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        assert!(new == text, "write it anew:\n  ringback flow fmt config/flows/{name}");
        seen += 1;
    }
    assert!(seen >= 6, "only {seen} flows were found");
}

#[test]
fn the_pictures_are_what_the_program_draws_today() {
    let flows: Vec<(String, String)> = fs::read_dir(root().join("config/flows"))
        .expect("shipped flows")
        .flatten()
        .filter(|entry| entry.path().to_string_lossy().ends_with(".flow.yaml"))
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().to_string();
            (name, fs::read_to_string(entry.path()).expect("a flow"))
        })
        .collect();
    let (set, _) = ringback::flow::load(&flows, &Site::default()).expect("good flows");
    let mut seen = 0;
    for entry in fs::read_dir(root().join("src/handbook/pictures")).expect("pictures").flatten() {
        let path = entry.path();
        let name = path.file_stem().expect("a name").to_string_lossy().to_string();
        let flow = set.flows.get(&name).unwrap_or_else(|| panic!("no flow {name} is shipped"));
        let drawn = svg::write(&Picture::of_flow(flow), svg::Theme::Auto);
        let kept = fs::read_to_string(&path).expect("a picture");
        let renew = format!(
            "ringback flow graph config/flows/{name}.flow.yaml -o src/handbook/pictures/{name}.svg"
        );
        assert!(drawn == kept, "the picture of {name} is old; renew it:\n  {renew}");
        seen += 1;
    }
    assert!(seen >= 2, "only {seen} pictures were found");
}

fn assert_flow(page: &str, name: &str, text: &str) {
    let mut files = vec![(format!("{name}.flow.yaml"), text.to_owned())];
    for entry in fs::read_dir(root().join("config/flows")).expect("shipped flows").flatten() {
        let file = entry.file_name().to_string_lossy().to_string();
        if file.ends_with(".flow.yaml") && file != format!("{name}.flow.yaml") {
            files.push((file, fs::read_to_string(entry.path()).expect("a flow")));
        }
    }
    if let Err(mistakes) = ringback::flow::load(&files, &Site::default()) {
        panic!("{page}, flow {name}:\n{}", rendered(&mistakes, text));
    }
}

fn rendered(mistakes: &[Complaint], source: &str) -> String {
    let errors = mistakes.iter().filter(|one| one.severity == Severity::Error);
    errors.map(|one| one.render(source)).collect()
}

/// The fenced blocks whose fence is followed by exactly these words.
fn blocks(text: &str, words: &str) -> Vec<String> {
    let opening = format!("```{words}\n");
    let begun = text.split(opening.as_str()).skip(1);
    begun.filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
}

fn page(name: &str) -> String {
    let path = root().join("src/handbook").join(format!("{name}.md"));
    fs::read_to_string(path).expect("a page")
}

fn pages() -> Vec<(String, String)> {
    let rooms = ["src/handbook", "src/handbook/recipes"].map(|room| root().join(room));
    let entries = rooms.iter().flat_map(|room| fs::read_dir(room).expect("the handbook").flatten());
    let pages = entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "md"));
    let mut pages: Vec<(String, String)> = pages
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().to_string();
            (name, fs::read_to_string(entry.path()).expect("a page"))
        })
        .collect();
    pages.sort();
    pages
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
