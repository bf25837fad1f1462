//! `ringback prompts`: what a caller can be played, and which recordings are not as the others.

use super::output::{answer, tell};
use super::{EXIT_CONFIG, config_or_here};
use crate::audio::level::{self, SILENCE_DBOV};
use crate::audio::sound::Sound;
use crate::base::language::Language;
use crate::io::prompts::{Library, texts};
use crate::switchboard::settings::Prompts;
use clap::Subcommand;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// How the names of music and of pauses begin: neither is speech.
const NO_SPEECH: [&str; 2] = ["music/", "pause/"];
/// A sample that is as loud as this has met the end of the scale.
const FULL: u16 = 32_700;
/// So many of them in a row are heard as a crackle.
const CLIPPED_RUN: usize = 4;
/// A prompt this much louder or quieter than the middle one of its language makes people turn
/// their telephones up or down, in decibels.
const APART_DB: f32 = 6.0;

#[derive(Debug, Subcommand)]
pub(super) enum PromptsCommand {
    /// Show each prompt by language: its length and what is said
    List(PromptsArguments),
    /// Tell which are missing in a language, silent, clipped, or not as loud as the others
    Check(PromptsArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct PromptsArguments {
    /// The configuration beside which the site's own prompts stand; default: `ringback.yaml` in
    /// this directory, else the shipped prompts only
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The prompts of a site, and the shipped ones below them.
struct Shelf {
    all: Prompts,
    shipped: Prompts,
}

/// Runs one of the tools.
pub(super) fn prompts(command: &PromptsCommand) -> ExitCode {
    let (PromptsCommand::List(arguments) | PromptsCommand::Check(arguments)) = command;
    let config = config_or_here(arguments.config.clone());
    let own = config.map(|path| path.with_file_name("prompts"));
    let library = Library::default();
    let shelf = library.load(None).and_then(|shipped| {
        Ok(Shelf { all: library.load(own.as_deref().filter(|dir| dir.is_dir()))?, shipped })
    });
    let shelf = match shelf {
        Ok(shelf) => shelf,
        Err(faults) => {
            faults.iter().for_each(|fault| tell(&format!("error: {fault}")));
            return ExitCode::from(EXIT_CONFIG);
        }
    };
    match command {
        PromptsCommand::List(_) => {
            shelf.lines().iter().for_each(|line| answer(line));
            ExitCode::SUCCESS
        }
        PromptsCommand::Check(_) => {
            let found = findings(&shelf.all);
            found.iter().for_each(|finding| answer(finding));
            let count: usize = shelf.all.values().map(BTreeMap::len).sum();
            answer(&format!("{count} prompts, {} findings", found.len()));
            ExitCode::from(if found.is_empty() { 0 } else { EXIT_CONFIG })
        }
    }
}

impl Shelf {
    /// `pl/welcome  2.1 s  Dzień dobry.`
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (language, sounds) in &self.all {
            let texts = texts(language);
            for (name, sound) in sounds {
                let text = if self.is_shipped(language, name, sound) {
                    texts.get(name.as_str()).copied().unwrap_or_default()
                } else {
                    "(your own)"
                };
                let title = format!("{language}/{name}");
                let seconds = sound.duration().as_secs_f32();
                lines.push(format!("{title:<36} {seconds:>6.1} s  {text}").trim_end().to_owned());
            }
        }
        lines
    }

    fn is_shipped(&self, language: &Language, name: &str, sound: &Arc<Sound>) -> bool {
        let shipped = self.shipped.get(language).and_then(|sounds| sounds.get(name));
        shipped.is_some_and(|shipped| Arc::ptr_eq(shipped, sound))
    }
}

/// Everything that callers would stumble over, a sentence each.
fn findings(prompts: &Prompts) -> Vec<String> {
    let mut found = missing(prompts);
    for (language, sounds) in prompts {
        let spoken: Vec<(&String, &Arc<Sound>)> = sounds
            .iter()
            .filter(|(name, _)| !NO_SPEECH.iter().any(|start| name.starts_with(start)))
            .collect();
        let mut levels: Vec<f32> =
            spoken.iter().map(|(_, sound)| level::of(sound.samples())).collect();
        levels.sort_by(f32::total_cmp);
        let middle = levels.get(levels.len() / 2).copied().unwrap_or_default();
        for (name, sound) in spoken {
            let why = fault(sound, middle);
            found.extend(why.map(|why| format!("{language}/{name}: {why}")));
        }
    }
    found
}

/// Sentences that one language has and another has not. The words of numbers and days stand in
/// directories: each language has its own.
fn missing(prompts: &Prompts) -> Vec<String> {
    let is_sentence = |name: &&String| !name.contains('/');
    let all: BTreeSet<&String> =
        prompts.values().flat_map(BTreeMap::keys).filter(is_sentence).collect();
    let mut found = Vec::new();
    for (language, sounds) in prompts {
        let gone = all.iter().filter(|name| !sounds.contains_key(name.as_str()));
        found.extend(gone.map(|name| format!("{language}/{name}: missing in this language")));
    }
    found
}

/// What is wrong with the sound of a prompt whose language is usually as loud as `middle`.
fn fault(sound: &Sound, middle: f32) -> Option<String> {
    let samples = sound.samples();
    let loudness = level::of(samples);
    let is_full = |run: &[i16]| run.iter().all(|sample| sample.unsigned_abs() >= FULL);
    if loudness < SILENCE_DBOV {
        Some("silent".to_owned())
    } else if samples.windows(CLIPPED_RUN).any(is_full) {
        Some("clipped: record it less loud".to_owned())
    } else if loudness > middle + APART_DB {
        Some(format!("{:.0} dB louder than the others", loudness - middle))
    } else if loudness < middle - APART_DB {
        Some(format!("{:.0} dB quieter than the others", middle - loudness))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(loudness: i16) -> Arc<Sound> {
        let wave = |at: i16| if at % 8 < 4 { loudness } else { -loudness };
        Arc::new(Sound::new((0..1_600).map(wave).collect()))
    }

    fn shelf() -> Prompts {
        let names = ["a", "b", "c", "music/harp", "pause/short"];
        let sounds = || names.iter().map(|name| ((*name).to_owned(), tone(2_000))).collect();
        ["en", "pl"].iter().filter_map(|tag| Some((Language::new(tag)?, sounds()))).collect()
    }

    #[test]
    fn the_shipped_prompts_are_as_they_should_be() {
        let shipped = Library::default().load(None).expect("the shipped prompts");
        assert_eq!(findings(&shipped), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_as_the_others_is_told() {
        let mut prompts = shelf();
        assert_eq!(findings(&prompts), Vec::<String>::new());
        let polish = prompts.get_mut(&Language::new("pl").expect("a tag")).expect("Polish");
        polish.remove("a");
        polish.insert("b".to_owned(), tone(0));
        polish.insert("music/harp".to_owned(), tone(100));
        polish.insert("offers/one".to_owned(), tone(8_000));
        polish.insert("offers/three".to_owned(), tone(32_767));
        polish.insert("offers/two".to_owned(), tone(600));
        let many = (0..9).map(|number| (format!("digits/{number}"), tone(2_000)));
        polish.extend(many);
        assert_eq!(
            findings(&prompts),
            [
                "pl/a: missing in this language",
                "pl/b: silent",
                "pl/offers/one: 12 dB louder than the others",
                "pl/offers/three: clipped: record it less loud",
                "pl/offers/two: 10 dB quieter than the others",
            ]
        );
    }
}
