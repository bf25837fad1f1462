//! What can be heard at a site: each sound by its name, and what is said in it.

use crate::audio::sound::Sound;
use crate::base::document::duration::parse_duration;
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::flow::graph::{Gender, SayKind};
use crate::flow::value::Value;
use crate::flow::wording;
use crate::rehearsal::recordings::spoken_text;
use crate::switchboard::settings::Prompts;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How the names of music begin.
const MUSIC: &str = "music/";
/// Prompts that are no words: the pauses between the groups of a number.
const PAUSES: &str = "pause/";
/// The name of a text that a program speaks.
const SPOKEN: &str = "text";

/// All sounds of a site, found by where they lie in memory: a sound has no name of its own.
#[derive(Debug, Clone, Default)]
pub struct Repertoire {
    pieces: BTreeMap<usize, Arc<Prompt>>,
    /// Stands for texts that were spoken; kept, so that no other sound lies in their place.
    spoken: Vec<Arc<Sound>>,
}

/// A prompt, or a piece of music.
#[derive(Debug)]
pub struct Prompt {
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: Language,
    /// What is said in it, if that is known.
    pub text: Option<String>,
}

/// One sound that is heard.
#[derive(Debug, Clone)]
pub enum Piece {
    /// A prompt of the site.
    Prompt(Arc<Prompt>),
    /// The ringing tone.
    Ringing,
    /// Anything else: a recording.
    Recording,
}

impl Repertoire {
    /// The sounds of a site; `text` tells what is said in a prompt.
    #[must_use]
    pub fn new(prompts: &Prompts, text: impl Fn(&Language, &str) -> Option<String>) -> Self {
        let mut pieces = BTreeMap::new();
        for (language, sounds) in prompts {
            for (name, sound) in sounds {
                let text = text(language, name);
                let prompt = Prompt { name: name.clone(), language: language.clone(), text };
                pieces.insert(address(sound), Arc::new(prompt));
            }
        }
        Self { pieces, spoken: Vec::new() }
    }

    /// Stands for a text that a program speaks.
    pub(super) fn speaks(&mut self, language: Language, text: String) -> Arc<Sound> {
        let sound = Arc::new(spoken_text(&text));
        let prompt = Prompt { name: SPOKEN.to_owned(), language, text: Some(text) };
        self.pieces.insert(address(&sound), Arc::new(prompt));
        self.spoken.push(Arc::clone(&sound));
        sound
    }

    pub(super) fn piece(&self, sound: &Arc<Sound>) -> Piece {
        let known = self.pieces.get(&address(sound));
        known.map_or(Piece::Recording, |prompt| Piece::Prompt(Arc::clone(prompt)))
    }
}

fn address(sound: &Arc<Sound>) -> usize {
    Arc::as_ptr(sound) as usize
}

impl Piece {
    /// Its name, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Prompt(prompt) => &prompt.name,
            Self::Ringing => "ringing",
            Self::Recording => "recording",
        }
    }

    /// What is said in it, if that is known.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Prompt(prompt) => prompt.text.as_deref(),
            Self::Ringing | Self::Recording => None,
        }
    }

    /// The name of the music that it is.
    #[must_use]
    pub fn music(&self) -> Option<&str> {
        self.name().strip_prefix(MUSIC)
    }

    fn language(&self) -> Option<&Language> {
        match self {
            Self::Prompt(prompt) => Some(&prompt.language),
            Self::Ringing | Self::Recording => None,
        }
    }

    /// Whether it is only a pause between the groups of a number.
    #[must_use]
    pub fn is_pause(&self) -> bool {
        self.name().starts_with(PAUSES)
    }
}

/// Whether what begins with these pieces says `text`: a number, a place, a span, a time, a day or
/// a sum as it is written, or the words of prompts.
#[must_use]
pub fn says(pieces: &[Piece], text: &str) -> bool {
    let Some(first) = pieces.first().filter(|piece| !piece.is_pause()) else { return false };
    let heard: Vec<&Piece> = pieces.iter().filter(|piece| !piece.is_pause()).collect();
    let language = first.language();
    let spoken = language.into_iter().flat_map(|language| spoken(language, text));
    let begins = |names: Vec<String>| {
        let names: Vec<&String> = names.iter().filter(|n| !n.starts_with(PAUSES)).collect();
        !names.is_empty()
            && names.len() <= heard.len()
            && names.iter().zip(&heard).all(|(name, piece)| **name == piece.name())
    };
    spoken.into_iter().any(begins) || words_begin(&heard, text)
}

/// Every way in which a language may speak what is written like this, as names of prompts.
#[must_use]
pub fn spoken(language: &Language, text: &str) -> Vec<Vec<String>> {
    let bare: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let mut values = Vec::new();
    if let Some(number) = PhoneNumber::from_e164(&bare) {
        values.push((SayKind::Phone(None), Value::Phone(number)));
    }
    values.push((SayKind::Phone(None), Value::Text(bare.clone())));
    values.push((SayKind::Digits, Value::Text(bare.clone())));
    if let Ok(number) = bare.parse::<i64>() {
        let genders = [Gender::Masculine, Gender::Feminine, Gender::Neuter];
        let counted = genders.map(|gender| (SayKind::Number(gender), Value::Number(number)));
        values.extend(counted);
        values.push((SayKind::Position, Value::Number(number)));
    }
    if let Some(span) = parse_duration(&bare) {
        values.push((SayKind::Duration, Value::Duration(span)));
    }
    let meant = [SayKind::Time, SayKind::Date, SayKind::Day, SayKind::Weekday, SayKind::Money];
    values.extend(meant.map(|kind| (kind, Value::Text(text.to_owned()))));
    values.iter().filter_map(|(kind, value)| wording::say(language, *kind, value)).collect()
}

/// Whether the texts of these pieces, one after another, begin with these words.
fn words_begin(pieces: &[&Piece], text: &str) -> bool {
    let wanted = words(text);
    let mut heard = Vec::new();
    for piece in pieces {
        let Some(text) = piece.text() else { break };
        heard.extend(words(text));
        if heard.len() >= wanted.len() {
            break;
        }
    }
    !wanted.is_empty() && heard.starts_with(&wanted)
}

/// Words without their punctuation, in lower case.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}
