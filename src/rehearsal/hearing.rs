//! Whether what somebody hears is what a script names.

use super::house::log::{Ear, Entry, What};
use super::house::repertoire::{Piece, says};
use super::script::Heard;

/// Whether somebody begins to hear this.
pub(super) fn hears(entry: &Entry, ear: Ear, wanted: &Heard) -> bool {
    let What::Hears { who, pieces, index } = &entry.what else { return false };
    let heard = pieces.get(*index..).unwrap_or_default();
    let Some(first) = heard.first() else { return false };
    *who == ear
        && match wanted {
            Heard::Prompt(name) => first.name() == name && first.music().is_none(),
            Heard::Music(name) => first.music() == Some(name),
            Heard::Recording => matches!(first, Piece::Recording),
            Heard::Ringing => matches!(first, Piece::Ringing),
            Heard::Says(text) => says(heard, text),
        }
}

/// What is heard, for people.
#[must_use]
pub fn spelled(heard: &Heard) -> String {
    match heard {
        Heard::Prompt(name) => name.clone(),
        Heard::Music(name) => format!("the music {name}"),
        Heard::Recording => "a recording".to_owned(),
        Heard::Ringing => "ringing".to_owned(),
        Heard::Says(text) => format!("{text:?}"),
    }
}
