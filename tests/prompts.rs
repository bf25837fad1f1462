//! The shipped prompts: what the manifests promise is there, sounds right, and is the very
//! sound that `scripts/build-prompts` made.

#![expect(clippy::expect_used, reason = "a helper of a test may fail it")]

use ringback::audio::{SAMPLE_RATE_HZ, level, wav};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_line_of_a_manifest_has_its_file_and_every_file_its_line() {
    for language in ["en", "pl"] {
        let promised: BTreeSet<String> = manifest(language).into_keys().collect();
        let present: BTreeSet<String> = files(&prompts().join(language), "").into_iter().collect();
        assert_eq!(promised, present, "{language}");
    }
}

#[test]
fn both_languages_have_the_same_sentences() {
    let sentences = |language| -> BTreeSet<String> {
        manifest(language).into_keys().filter(|name| !name.contains('/')).collect()
    };
    assert_eq!(sentences("en"), sentences("pl"));
}

#[test]
fn each_prompt_is_telephone_sound_of_even_level_without_long_silence() {
    for name in all_files() {
        let path = prompts().join(&name);
        let bytes = fs::read(&path).expect("a file");
        let sound = wav::parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let samples = sound.samples();
        let length = u32::try_from(samples.len() * 2).expect("a short file");
        let own_form = bytes.get(..wav::HEADER_BYTES) == Some(wav::header(length).as_slice());
        assert!(own_form, "{name}: not {SAMPLE_RATE_HZ} Hz mono 16 bits");
        if name.contains("/pause/") {
            assert_eq!(level::peak(samples), 0, "{name}");
            continue;
        }
        let loudness = level::of(samples);
        let expected = if name.starts_with("music/") { -28.0..-26.0 } else { -27.0..-22.5 };
        assert!(expected.contains(&loudness), "{name}: {loudness} dBov");
        assert!(level::peak(samples) < 30_000, "{name}: too near to clipping");
        let offset: i64 = samples.iter().map(|&sample| i64::from(sample)).sum();
        assert!(offset.unsigned_abs() < samples.len() as u64 * 20, "{name}: offset");
        if !name.starts_with("music/") {
            let quiet = |at: usize| level::peak(samples.get(at..at + 400).unwrap_or(samples)) < 100;
            assert!(!quiet(0), "{name}: begins late");
            assert!(!quiet(samples.len().saturating_sub(1_600)), "{name}: ends late");
        }
    }
}

#[test]
fn the_music_goes_round_without_a_click() {
    let file = fs::read(prompts().join("music/default.wav")).expect("the music");
    let sound = wav::parse(&file).expect("the music");
    let samples = sound.samples();
    let jump = |pair: &[i16]| (i32::from(pair[1]) - i32::from(pair[0])).unsigned_abs();
    let steepest = samples.windows(2).map(jump).max().unwrap_or(0);
    let seam = jump(&[samples[samples.len() - 1], samples[0]]);
    assert!(seam <= steepest / 2, "{seam} of {steepest}");
    assert!((20..=40).contains(&sound.duration().as_secs()));
}

#[test]
fn the_checksums_are_those_of_the_files() {
    let recorded: BTreeMap<String, String> = text("checksums.sha256")
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, name)| (name.to_owned(), sum.to_owned()))
        .collect();
    let made: BTreeMap<String, String> = all_files()
        .into_iter()
        .map(|name| {
            let bytes = fs::read(prompts().join(&name)).expect("a file");
            let sum = Sha256::digest(&bytes).iter().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            (name, sum)
        })
        .collect();
    assert_eq!(recorded, made);
}

fn prompts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts")
}

fn text(name: &str) -> String {
    fs::read_to_string(prompts().join(name)).expect("a text")
}

/// Name → text.
fn manifest(language: &str) -> BTreeMap<String, String> {
    let text = text(&format!("{language}.txt"));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let named = lines.map(|line| line.split_once('\t').expect("a name, a tab, a text"));
    let named: Vec<(String, String)> =
        named.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let count = named.len();
    let manifest: BTreeMap<String, String> = named.into_iter().collect();
    assert_eq!(manifest.len(), count, "{language}: a name stands twice");
    manifest
}

/// Every WAV file, with its path below the prompts.
fn all_files() -> Vec<String> {
    let mut all = Vec::new();
    for first in ["en", "pl", "music"] {
        let names = files(&prompts().join(first), "");
        all.extend(names.into_iter().map(|name| format!("{first}/{name}.wav")));
    }
    assert!(all.len() > 200, "only {} prompts", all.len());
    all
}

/// Names of the WAV files below a directory, without their end.
fn files(directory: &Path, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a plain name");
        if entry.path().is_dir() {
            names.extend(files(&entry.path(), &format!("{prefix}{name}/")));
        } else {
            let bare = name.strip_suffix(".wav").expect("only WAV files");
            names.push(format!("{prefix}{bare}"));
        }
    }
    names.sort();
    names
}
