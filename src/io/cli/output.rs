//! What commands print, in one place: answers to stdout, the rest to stderr.

use std::io::{self, Write};

/// Prints an answer. A closed pipe ends nothing: the reader has had enough.
pub(super) fn answer(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Prints what is no answer: progress, mistakes, help.
pub(super) fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints an answer whose lines end themselves.
pub(super) fn print(text: &str) {
    let _ = write!(io::stdout(), "{text}");
}
