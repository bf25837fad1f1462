//! Letters that look like others: spaces that are none, and the quotes of books; and bytes
//! that are no letters at all.

use crate::base::code;
use crate::base::complaint::{Complaint, Place};

/// What YAML takes for a letter although it looks like a space or like nothing.
const ODD_SPACES: [(char, &str); 12] = [
    ('\u{a0}', "no-break space"),
    ('\u{ad}', "soft hyphen"),
    ('\u{2002}', "wide space"),
    ('\u{2003}', "wide space"),
    ('\u{2007}', "figure space"),
    ('\u{2009}', "thin space"),
    ('\u{200a}', "hair space"),
    ('\u{200b}', "space without width"),
    ('\u{202f}', "narrow no-break space"),
    ('\u{2060}', "word joiner"),
    ('\u{3000}', "wide space"),
    ('\u{feff}', "byte order mark"),
];

/// The text of a file.
///
/// # Errors
/// It is not UTF-8; the complaint names the first byte that is not.
pub fn text_of<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, Complaint> {
    std::str::from_utf8(bytes).map_err(|fault| {
        let (good, rest) = bytes.split_at(fault.valid_up_to());
        let good = String::from_utf8_lossy(good);
        let line = good.matches('\n').count() + 1;
        let column = good.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let place = Place { file: file.into(), line: number(line), column: number(column) };
        let byte = rest.first().copied().unwrap_or_default();
        let message = format!("the byte {byte:02X} here is no letter of UTF-8");
        let mut complaint = Complaint::error(code::WRONG_ENCODING, &place, message);
        complaint.help("save the file as UTF-8; editors have it under \"save as\" or \"encoding\"");
        complaint
    })
}

/// The name of a letter that only looks like a space.
#[must_use]
pub fn odd_space(letter: char) -> Option<&'static str> {
    ODD_SPACES.iter().find(|(odd, _)| *odd == letter).map(|(_, name)| *name)
}

/// Whether these are the quotes of books, which mean nothing to YAML.
#[must_use]
pub const fn is_curly(letter: char) -> bool {
    matches!(letter, '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '«' | '»')
}

/// Where in a text without quotes an odd space stands that was meant to part words: at an end, or
/// after a colon or a dash. Elsewhere it may be meant.
pub(super) fn misplaced_space(text: &str) -> Option<(usize, char)> {
    let last = text.chars().count().saturating_sub(1);
    let mut before = ':';
    for (at, letter) in text.chars().enumerate() {
        let parts = matches!(before, ':' | '-') || at == last;
        if parts && odd_space(letter).is_some() {
            return Some((at, letter));
        }
        before = letter;
    }
    None
}

/// What is said of an odd space, and what to do.
pub(super) fn of_odd_space(letter: char) -> (String, &'static str) {
    let name = odd_space(letter).unwrap_or("odd letter");
    let message = format!("this is no space but a {name} (U+{:04X})", u32::from(letter));
    (message, "type an ordinary space over it; texts copied from pages and letters have such")
}
