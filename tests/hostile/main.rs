//! Hostile texts: what designers' slips, broken editors and ill will make of flows, tests,
//! conditions and settings. Nothing may break the house, and every mistake has its place.
//!
//! The changes are drawn by chance from a fixed seed. `tests/fuzz` asks the same of texts that a
//! fuzzer finds; `HOSTILE_ROUNDS=50 cargo test --test hostile` asks it of more.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may fall")]

mod judge;
mod mutation;

use judge::{Came, Judge, files, shipped, sip};
use mutation::{changed, index};
use ringback::base::entropy::Entropy;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Names and texts to begin with.
type Seeds = Vec<(String, String)>;

#[test]
fn no_changed_flow_breaks_the_house() {
    let seeds = named(&shipped(ENDING), ENDING);
    let judge = Judge::new();
    let (used, all) = rounds(&seeds, 25, |name, text| judge.flow(name, text));
    // Neither does everything fail, which would look at no runner, nor does nothing.
    assert!(used * 20 > all && used < all, "{used} of {all} were good");
}

#[test]
fn no_changed_wrong_flow_breaks_the_house() {
    let seeds = named(&files("tests/wrong_flows", ENDING), ENDING);
    let judge = Judge::new();
    let (used, all) = rounds(&seeds, 25, |name, text| judge.flow(name, text));
    // A change may mend a slip.
    assert!(used < all, "{used} of {all} were good");
}

#[test]
fn no_changed_test_file_breaks_the_house() {
    let ending = ".test.yaml";
    let judge = Judge::new();
    let seeds = named(&shipped(ending), ending);
    let (used, all) = rounds(&seeds, 25, |name, text| judge.test_file(name, text));
    assert!(used > 0 && used < all, "{used} of {all} were good");
}

#[test]
fn no_changed_condition_breaks_the_house() {
    let judge = Judge::new();
    let seeds: Seeds = CONDITIONS.iter().map(|text| (String::new(), (*text).to_owned())).collect();
    let (used, all) = rounds(&seeds, 200, |_, text| judge.condition(text));
    assert!(used > 0 && used < all, "{used} of {all} were good");
}

#[test]
fn no_changed_settings_break_the_house() {
    let judge = Judge::new();
    let seeds = files("config", "ringback.yaml");
    let (used, all) = rounds(&seeds, 60, |_, text| judge.settings(text));
    assert!(used > 0 && used < all, "{used} of {all} were good");
}

#[test]
fn no_changed_message_breaks_the_wire() {
    let seeds: Seeds = files("tests/sipp/torture", ".txt")
        .iter()
        .flat_map(|(_, text)| text.split("\n== "))
        .filter_map(|text| text.split_once('\n'))
        .map(|(name, text)| (name.to_owned(), text.replace('\n', "\r\n") + "\r\n"))
        .collect();
    rounds(&seeds, 100, |_, text| sip(text.as_bytes()));
}

const ENDING: &str = ".flow.yaml";

/// Most texts that are shown of those that broke something; what they broke stands above them.
const FAULTS_SHOWN: usize = 3;

const CONDITIONS: [&str; 10] = [
    "not open(\"office-hours\") or holiday(\"office-hours\")",
    "queue.wait_estimate > 2m and queue.position <= 3",
    "verify(caller.number, \"PL\") and starts_with($typed, \"+48\")",
    "line in [\"sales\", \"service\"] and (confirmed == yes or count != 12)",
    "len(typed) == 4 and matches($typed, \"[0-9]{4}\")",
    "time.now >= 20:00 and hour < 21:30",
    "day == 2026-11-23 or time.today < 2026-12-24",
    "price >= 12.50 PLN and known(caller.number)",
    "time.weekday not in [\"saturday\", \"sunday\"]",
    "not not (span > 90s or number == \"+48221112233\")",
];

/// Judges every seed, and many changes of each; tells how many were good, and of how many.
fn rounds(seeds: &Seeds, changes: u64, judge: impl Fn(&str, &str) -> Came) -> (usize, usize) {
    let more = std::env::var("HOSTILE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    let mut dice = Entropy::from_number(20_261_123);
    let (mut used, mut all, mut faults) = (0, 0, Vec::new());
    for (name, text) in seeds {
        for round in 0..=changes * more.unwrap_or(1) {
            let other = &seeds[index(seeds.len(), &mut dice)].1;
            let text = if round == 0 { text.clone() } else { changed(text, other, &mut dice) };
            match catch_unwind(AssertUnwindSafe(|| judge(name, &text))) {
                Ok(came) => used += usize::from(came == Came::Used),
                Err(_) => faults.push(format!("=== {name}, change {round}:\n{text}\n")),
            }
            all += 1;
        }
    }
    let shown = faults.len().min(FAULTS_SHOWN);
    assert!(faults.is_empty(), "{} of {all} fell\n{}", faults.len(), faults[..shown].concat());
    (used, all)
}

/// Files by the names of what they hold.
fn named(files: &[(String, String)], ending: &str) -> Seeds {
    let name = |file: &String| file.trim_end_matches(ending).to_owned();
    files.iter().map(|(file, text)| (name(file), text.clone())).collect()
}
