//! Lines that begin where nothing can begin.

use super::{Failure, Likely, indent, likely, says_something};
use crate::base::document::letters::{odd_space as named_odd, of_odd_space};

/// Where something begins in a line above: its column (from 0), its line (from 0), its word.
struct Start<'t> {
    column: usize,
    line: usize,
    /// `-`, or a key with its colon.
    word: &'t str,
}

/// A line whose first word fits no column above it.
pub(super) fn wrong(failure: &Failure<'_>) -> Option<Likely> {
    let line = failure.here();
    let text = failure.text(line);
    let column = indent(text);
    if !says_something(text) || failure.column > column + 2 && !runs_on(failure) {
        return None;
    }
    let is_item = text.trim_start().starts_with("- ");
    let starts = starts_above(failure, line, is_item);
    if starts.iter().any(|start| start.column == column) {
        return None;
    }
    let inner = starts.iter().filter(|start| start.column > column).min_by_key(|s| s.column);
    let outer = starts.iter().filter(|start| start.column < column).max_by_key(|s| s.column);
    let places: Vec<String> = [outer, inner].into_iter().flatten().map(Start::named).collect();
    if places.is_empty() {
        return None;
    }
    let message =
        format!("this line begins in column {}, where it fits nothing above it", column + 1);
    likely(line, column, &message, format!("begin it in {}", places.join(", or in ")))
}

/// Whether the line has a colon where the parser gave up: what stands before it is no key here.
fn runs_on(failure: &Failure<'_>) -> bool {
    failure.sign() == Some(':') && !failure.before().contains(':')
}

impl<'t> Start<'t> {
    fn named(&self) -> String {
        format!("column {}, below `{}` of line {}", self.column + 1, self.word, self.line + 1)
    }

    /// The dash and the key that a line begins with.
    fn of(text: &'t str, line: usize) -> Vec<Self> {
        let mut found = Vec::new();
        let mut column = indent(text);
        let mut rest = text.trim_start();
        while let Some(after) = rest.strip_prefix("- ") {
            found.push(Self { column, line, word: "-" });
            column += 2 + indent(after);
            rest = after.trim_start();
        }
        if let Some((key, _)) = rest.split_once(':')
            && !key.contains(' ')
        {
            found.push(Self { column, line, word: rest.get(..=key.len()).unwrap_or(key) });
        }
        found
    }
}

/// What is still open above a line: items of lists, or keys of maps.
fn starts_above<'t>(failure: &Failure<'t>, line: usize, items: bool) -> Vec<Start<'t>> {
    let mut open = Vec::new();
    let mut limit = usize::MAX;
    let mut at = line;
    while let Some(above) = failure.above(at) {
        let text = failure.text(above);
        let found = Start::of(text, above).into_iter();
        open.extend(found.filter(|start| start.column < limit && (start.word == "-") == items));
        limit = limit.min(indent(text));
        at = above;
    }
    open
}

/// A space of another kind in the indentation.
pub(super) fn odd_space(failure: &Failure<'_>) -> Option<Likely> {
    failure.near().find_map(|line| {
        let text = failure.text(line);
        let column = indent(text);
        let found = text.chars().nth(column).filter(|letter| named_odd(*letter).is_some())?;
        let (message, help) = of_odd_space(found);
        likely(line, column, &message, help)
    })
}
