//! Reads the source and holds it to the plan of the house: floors, banned words, crates in
//! their rooms, headers, lengths, no import circles.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms and their floors; a room imports only rooms of lower floors, and itself.
const FLOORS: &[(&str, u8)] = &[
    ("base", 0),
    ("audio", 1),
    ("rtp", 1),
    ("sdp", 1),
    ("sip", 1),
    ("flow", 1),
    ("queue", 1),
    ("callback", 1),
    ("voicemail", 1),
    ("media", 2),
    ("switchboard", 3),
    ("config", 4),
    ("rehearsal", 4),
    ("io", 5),
    ("handbook", 5),
];

/// Each outside crate and the places (path prefixes below `src/`) where it may be named.
const CRATE_ROOMS: &[(&str, &[&str])] = &[
    ("base64", &["config/webhooks", "io/web"]),
    ("bytes", &["sip/", "rtp/", "audio/sound", "media/", "io/", "switchboard/", "rehearsal/"]),
    ("clap", &["io/cli", "main.rs"]),
    ("csv", &["config/tables"]),
    ("dashmap", &["io/prompts", "io/live"]),
    ("hmac", &["io/webhooks"]),
    ("hound", &["audio/wav"]),
    ("if_addrs", &["io/"]),
    ("include_dir", &["io/"]),
    ("jiff", &["base/calendar", "io/"]),
    ("lettre", &["io/mail"]),
    ("md5", &["sip/digest"]),
    ("minijinja", &["io/mail"]),
    ("rand_chacha", &["base/entropy"]),
    ("regex", &["flow/"]),
    ("reqwest", &["io/"]),
    ("rlibphonenumber", &["base/number"]),
    ("rsip", &["sip/"]),
    ("rtcp_types", &["rtp/rtcp"]),
    ("rtp_rs", &["rtp/packet"]),
    ("rustls", &["io/"]),
    ("rustix", &["io/"]),
    ("saphyr_parser", &["base/document"]),
    ("sdp_types", &["sdp/"]),
    ("serde_json", &["base/json", "io/", "config/", "main.rs"]),
    ("sha2", &["io/speech", "io/versions", "io/webhooks", "sip/digest"]),
    ("similar", &["io/cli/flow/diff"]),
    ("socket2", &["io/"]),
    ("sqlx", &["io/store"]),
    ("tokio", &["io/", "main.rs"]),
    ("tracing_subscriber", &["io/", "main.rs"]),
];

/// What only `io` and `main` may say: waiting, clocks, chance, files, threads, locks.
const ONLY_IN_IO: &[&str] = &[
    "tokio::",
    "Instant::now",
    "SystemTime",
    "std::fs",
    "std::net::UdpSocket",
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::thread",
    "thread::sleep",
    "Mutex",
    "RwLock",
    "HashMap",
    "HashSet",
    "async fn",
    ".await",
    "getrandom",
    "std::env",
    "std::process",
];

/// What nobody may say outside tests.
const NOWHERE: &[&str] =
    &["todo!(", "unimplemented!(", "dbg!(", "unbounded_channel", "mpsc::channel()"];

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_CHARACTERS_MAX: usize = 100;
const STRUCT_FIELDS_MAX: usize = 12;
const PARAMETERS_MAX: usize = 6;

#[test]
fn imports_point_down() {
    let mut faults = Vec::new();
    for file in sources() {
        let Some(floor) = floor_of(&file.room) else { continue };
        for (number, line) in file.code() {
            for room in rooms_named_in(line) {
                let lower = floor_of(&room).is_some_and(|other| other < floor);
                if room != file.room && !lower {
                    faults.push(format!("{}:{number}: {} imports {room}", file.path, file.room));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn every_room_has_a_floor() {
    let rooms: BTreeSet<String> =
        sources().iter().map(|file| file.room.clone()).filter(|room| !room.is_empty()).collect();
    let unknown: Vec<String> = rooms.into_iter().filter(|room| floor_of(room).is_none()).collect();
    assert_eq!(unknown, Vec::<String>::new(), "rooms without a floor");
}

#[test]
fn only_io_waits_listens_stores_and_knows_the_time() {
    let mut faults = Vec::new();
    for file in sources() {
        if file.room == "io" || file.path == "main.rs" {
            continue;
        }
        for (number, line) in file.code() {
            for word in ONLY_IN_IO.iter().filter(|word| says(line, word)) {
                faults.push(format!("{}:{number}: {word}", file.path));
            }
        }
    }
    report(&faults);
}

#[test]
fn nobody_leaves_a_stub_or_an_unbounded_channel() {
    let mut faults = Vec::new();
    for file in sources() {
        for (number, line) in file.code() {
            for word in NOWHERE.iter().filter(|word| line.contains(**word)) {
                faults.push(format!("{}:{number}: {word}", file.path));
            }
        }
    }
    report(&faults);
}

#[test]
fn each_crate_stays_in_its_room() {
    let mut faults = Vec::new();
    for file in sources() {
        for (number, line) in file.code() {
            for (name, places) in CRATE_ROOMS {
                let named = names_crate(line, name);
                if named && !places.iter().any(|place| file.path.starts_with(place)) {
                    faults.push(format!("{}:{number}: {name}", file.path));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn every_file_says_what_it_is_and_stays_short() {
    let mut faults = Vec::new();
    for file in all_rust_files() {
        if !file.lines.first().is_some_and(|line| line.starts_with("//! ")) {
            faults.push(format!("{}: no header comment", file.path));
        }
        if file.lines.len() > FILE_LINES_MAX {
            faults.push(format!("{}: {} lines", file.path, file.lines.len()));
        }
        for (index, line) in file.lines.iter().enumerate() {
            if line.chars().count() > LINE_CHARACTERS_MAX && !line.contains("://") {
                faults.push(format!("{}:{}: long line", file.path, index + 1));
            }
        }
    }
    report(&faults);
}

#[test]
fn functions_are_short_and_structs_small() {
    let mut faults = Vec::new();
    for file in all_rust_files() {
        for block in file.blocks("fn ") {
            if block.lines > FUNCTION_LINES_MAX {
                faults.push(format!("{}:{}: {} lines", file.path, block.start, block.lines));
            }
        }
        for block in file.blocks("struct ") {
            if block.fields > STRUCT_FIELDS_MAX && !is_a_table(&file, block.start) {
                faults.push(format!("{}:{}: {} fields", file.path, block.start, block.fields));
            }
        }
    }
    report(&faults);
}

#[test]
fn functions_take_few_parameters() {
    let mut faults = Vec::new();
    for file in sources() {
        let text = file.lines.join("\n");
        for (offset, _) in text.match_indices("fn ") {
            let Some(parameters) = parameters_at(&text[offset..]) else { continue };
            if parameters > PARAMETERS_MAX {
                let line = text[..offset].lines().count();
                faults.push(format!("{}:{line}: {parameters} parameters", file.path));
            }
        }
    }
    report(&faults);
}

#[test]
fn modules_import_each_other_in_no_circle() {
    let files = sources();
    let modules: BTreeSet<String> = files.iter().map(|file| file.module.clone()).collect();
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in &files {
        let targets = file.imported_modules(&modules);
        graph.entry(file.module.clone()).or_default().extend(targets);
    }
    let circles = circles_in(&graph);
    assert!(circles.is_empty(), "import circles: {circles:#?}");
}

#[test]
fn nothing_names_a_machine_or_a_session() {
    let words = ["/work/", "../shared", "/root/", "subagent", "helper session"];
    let mut faults = Vec::new();
    for path in tracked_texts(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if path.ends_with("tests/architecture.rs") {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            for word in words.iter().filter(|word| line.contains(**word)) {
                faults.push(format!("{}:{}: {word}", path.display(), index + 1));
            }
        }
    }
    report(&faults);
}

/// One source file below `src/` (or another root), read.
struct Source {
    path: String,
    room: String,
    module: String,
    lines: Vec<String>,
}

struct Block {
    start: usize,
    lines: usize,
    fields: usize,
}

impl Source {
    /// Lines that are code and not tests, with their numbers; comments are cut off.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test_file = self.path.contains("/tests/") || self.path.ends_with("/tests.rs");
        let end = self
            .lines
            .iter()
            .position(|line| line.starts_with("#[cfg(test)]"))
            .unwrap_or(self.lines.len());
        let end = if is_test_file { 0 } else { end };
        self.lines[..end]
            .iter()
            .enumerate()
            .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or("")))
    }

    /// Blocks whose first line holds `word`, by the indentation that rustfmt gives.
    fn blocks(&self, word: &str) -> Vec<Block> {
        let mut found = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            let code = line.trim_start();
            if !starts_item(code, word) {
                continue;
            }
            let indent = line.len() - code.len();
            let closing = format!("{}}}", " ".repeat(indent));
            let Some(length) = self.lines[index..].iter().position(|l| l.starts_with(&closing))
            else {
                continue;
            };
            let inner = " ".repeat(indent + 4);
            let fields = self.lines[index..index + length]
                .iter()
                .filter(|l| {
                    l.starts_with(&inner)
                        && !l[inner.len()..].starts_with([' ', '/', '#'])
                        && l.contains(':')
                        && l.ends_with(',')
                })
                .count();
            let opens_here = self.lines[index..=index + length].iter().any(|l| l.ends_with('{'));
            if opens_here {
                found.push(Block { start: index + 1, lines: length + 1, fields });
            }
        }
        found
    }

    /// Modules that this one imports by `use crate::…` or `use super::…`.
    fn imported_modules(&self, known: &BTreeSet<String>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for statement in self.use_statements() {
            for path in expand(&statement) {
                let Some(absolute) = self.absolute(&path) else { continue };
                // The longest known prefix is the module; what follows is an item in it.
                let mut parts: Vec<&str> = absolute.split("::").collect();
                while !parts.is_empty() && !known.contains(&parts.join("::")) {
                    parts.pop();
                }
                let target = parts.join("::");
                // A child may use its parent's items and a parent its child's: one room.
                let kin = target.starts_with(&format!("{}::", self.module))
                    || self.module.starts_with(&format!("{target}::"));
                if !target.is_empty() && target != self.module && !kin {
                    found.insert(target);
                }
            }
        }
        found
    }

    fn use_statements(&self) -> Vec<String> {
        let mut statements = Vec::new();
        let mut current: Option<String> = None;
        for (_, line) in self.code() {
            let line = line.trim();
            match current.as_mut() {
                Some(open) => open.push_str(line),
                None if line.starts_with("use ") || line.starts_with("pub use ") => {
                    current = Some(line.trim_start_matches("pub ")[4..].to_owned());
                }
                None => continue,
            }
            if line.ends_with(';') {
                statements.extend(current.take().map(|s| s.trim_end_matches(';').to_owned()));
            }
        }
        statements
    }

    fn absolute(&self, path: &str) -> Option<String> {
        if let Some(rest) = path.strip_prefix("crate::") {
            return Some(rest.to_owned());
        }
        let mut base: Vec<&str> = self.module.split("::").collect();
        let mut rest = path;
        if !rest.starts_with("super::") {
            return None;
        }
        while let Some(shorter) = rest.strip_prefix("super::") {
            rest = shorter;
            base.pop();
        }
        base.push(rest);
        Some(base.join("::"))
    }
}

fn starts_item(code: &str, word: &str) -> bool {
    let code = code.strip_prefix("pub ").unwrap_or(code);
    let code = code.strip_prefix("pub(crate) ").unwrap_or(code);
    let code = code.strip_prefix("pub(super) ").unwrap_or(code);
    let code = code.strip_prefix("const ").unwrap_or(code);
    let code = code.strip_prefix("async ").unwrap_or(code);
    code.starts_with(word)
}

/// A struct that says `Table:` in its doc comment is data with a column each, such as a record of
/// settings or a row of the store.
fn is_a_table(file: &Source, start: usize) -> bool {
    file.lines[..start - 1]
        .iter()
        .rev()
        .take_while(|line| {
            line.trim_start().starts_with("//") || line.trim_start().starts_with('#')
        })
        .any(|line| line.contains("Table:"))
}

/// `a::{b, c::{d, e}}` → `a::b`, `a::c::d`, `a::c::e`.
fn expand(statement: &str) -> Vec<String> {
    let Some(open) = statement.find('{') else {
        let plain = statement.split(" as ").next().unwrap_or("").trim();
        return vec![plain.to_owned()];
    };
    let prefix = &statement[..open];
    let inner = statement[open + 1..].trim_end().trim_end_matches('}');
    let mut parts = Vec::new();
    let mut depth = 0usize;
    let mut part = String::new();
    for letter in inner.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(letter);
    }
    parts.push(part);
    parts
        .iter()
        .filter(|part| !part.trim().is_empty())
        .flat_map(|part| expand(&format!("{prefix}{}", part.trim())))
        .collect()
}

/// Whether the line holds the word, not only the beginning of a longer one.
fn says(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let after = line[at + word.len()..].chars().next();
        !after.is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            || word.ends_with("::")
    })
}

/// How many parameters the function has whose text starts here; `None` if it is no function.
fn parameters_at(text: &str) -> Option<usize> {
    let open = text.find('(')?;
    if text[..open].contains(['\n', ';', '{']) {
        return None;
    }
    let mut depth = 0usize;
    let mut commas = 0;
    let mut last = ' ';
    for letter in text[open..].chars() {
        match letter {
            '(' | '[' | '{' | '<' => depth += 1,
            '>' if last == '-' => {}
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            ',' if depth == 1 => commas += 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if !letter.is_whitespace() && letter != ')' {
            last = letter;
        }
    }
    let trailing = usize::from(last == ',');
    Some(commas + 1 - trailing)
}

fn rooms_named_in(line: &str) -> Vec<String> {
    line.match_indices("crate::")
        .map(|(at, word)| {
            line[at + word.len()..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect()
        })
        .filter(|room: &String| floor_of(room).is_some())
        .collect()
}

fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
    })
}

fn floor_of(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

fn circles_in(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let mut circles = Vec::new();
    for start in graph.keys() {
        let mut stack = vec![(start.clone(), vec![start.clone()])];
        let mut seen = BTreeSet::new();
        while let Some((module, path)) = stack.pop() {
            for next in graph.get(&module).into_iter().flatten() {
                if next == start && path.iter().min() == Some(start) {
                    circles.push(path.clone());
                } else if seen.insert(next.clone()) {
                    let mut longer = path.clone();
                    longer.push(next.clone());
                    stack.push((next.clone(), longer));
                }
            }
        }
    }
    circles
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found = read_below(&root);
    assert!(found.len() > 20, "the source was not found");
    found
}

fn all_rust_files() -> Vec<Source> {
    let mut found = sources();
    found.extend(read_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")));
    found
}

fn read_below(root: &Path) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(root, &mut paths);
    paths.sort();
    paths
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let relative =
                path.strip_prefix(root).expect("below the root").to_string_lossy().to_string();
            let text = fs::read_to_string(path).expect("a text file");
            let room = relative.split_once('/').map_or("", |(room, _)| room).to_owned();
            let module =
                relative.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
            let lines = text.lines().map(str::to_owned).collect();
            Source { path: relative, room, module, lines }
        })
        .collect()
}

fn tracked_texts(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for part in ["src", "tests", "config", "scripts", "prompts", ".ci", "README.md", "CHANGELOG.md"]
    {
        collect(&root.join(part), &mut found);
    }
    found
}

/// What the fuzzer builds and finds below `tests/fuzz`; git does not look there either.
const MADE: [&str; 4] = ["artifacts", "corpus", "coverage", "target"];

fn collect(path: &Path, found: &mut Vec<PathBuf>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if MADE.contains(&&*name) {
        return;
    }
    if path.is_file() {
        found.push(path.to_owned());
        return;
    }
    let Ok(entries) = fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        collect(&entry.path(), found);
    }
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
