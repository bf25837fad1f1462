//! Quotes that end too early or never.

use super::{Failure, Likely, likely};

/// A letter and its column (from 0).
type Letter = (usize, char);

/// A quote inside a text in the same quotes.
pub(super) fn cut_short(failure: &Failure<'_>) -> Option<Likely> {
    let before = failure.before();
    let quote = before.trim_end().chars().next_back().filter(|letter| "\"'".contains(*letter))?;
    // The parser names what comes after the quote that ended the text.
    if failure.sign().is_none_or(|sign| ",]}#:".contains(sign)) || before.matches(quote).count() < 2
    {
        return None;
    }
    let column = before.trim_end().chars().count() - 1;
    let message = format!("the text ends at this `{quote}`, and more follows");
    let help = if quote == '"' {
        "write `\\\"` for a quote inside a text in quotes"
    } else {
        "write `''` for an apostrophe inside, or put the text in `\"`"
    };
    likely(failure.line, column, &message, help)
}

/// A quote that is opened and not closed in its line, and no other closes it before the failure
/// but the one that is to blame for it.
pub(super) fn unclosed(failure: &Failure<'_>) -> Option<Likely> {
    let here = failure.here();
    (0..=here).rev().find_map(|line| {
        let (column, quote) = left_open(failure.text(line))?;
        let later = (line + 1..here).map(|between| failure.text(between).matches(quote).count());
        let last = if line == here { 0 } else { failure.before().matches(quote).count() };
        if later.sum::<usize>() + last > 1 {
            return None;
        }
        let message = format!("this `{quote}` is opened and not closed in its line");
        likely(line, column, &message, format!("close the text with another `{quote}`"))
    })
}

/// The characters of a line that stand neither in quotes nor in a comment, with their columns.
pub(super) fn outside(line: &str) -> Vec<Letter> {
    scan(line).0
}

/// Where a quote is opened that the line does not close.
fn left_open(line: &str) -> Option<Letter> {
    scan(line).1
}

/// The characters outside of quotes and comments, and the quote that is open at the end.
fn scan(line: &str) -> (Vec<Letter>, Option<Letter>) {
    let mut outside = Vec::new();
    let mut open: Option<Letter> = None;
    let mut before = ' ';
    let mut escaped = false;
    for (column, letter) in line.chars().enumerate() {
        if let Some((_, quote)) = open {
            if letter == quote && !escaped {
                open = None;
            }
            escaped = quote == '"' && letter == '\\' && !escaped;
        } else if letter == '#' && before.is_whitespace() {
            break;
        } else if "\"'".contains(letter) && (before.is_whitespace() || "[{,(".contains(before)) {
            open = Some((column, letter));
        } else {
            outside.push((column, letter));
        }
        before = letter;
    }
    (outside, open)
}
