//! What a text that is not YAML was probably meant to be: the usual slips, looked for around the
//! line where the parser gave up.
//!
//! The parser tells where it could not go on, which is often a line or two after the slip. Each
//! cause looks at the text itself; the first one that is found is told.

mod column;
mod quote;

use super::letters::is_curly;

/// A likely cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Likely {
    /// From 1.
    pub(super) line: usize,
    /// From 1, in characters.
    pub(super) column: usize,
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) help: String,
}

/// The text, and where the parser gave up (both from 0).
struct Failure<'t> {
    lines: Vec<&'t str>,
    line: usize,
    column: usize,
}

/// The causes, the surest first.
const CAUSES: [fn(&Failure<'_>) -> Option<Likely>; 10] = [
    tab,
    column::odd_space,
    sign_as_key,
    quote::unclosed,
    quote::cut_short,
    no_space_after_dash,
    no_colon,
    colon_in_text,
    reserved_sign,
    list_or_column,
];

/// What was probably meant where the parser gave up in `line` and `column`, both from 1.
pub(super) fn cause(text: &str, line: usize, column: usize) -> Option<Likely> {
    let lines = text.lines().collect();
    let failure = Failure { lines, line: line.saturating_sub(1), column: column.saturating_sub(1) };
    CAUSES.iter().find_map(|cause| cause(&failure))
}

impl<'t> Failure<'t> {
    fn text(&self, line: usize) -> &'t str {
        self.lines.get(line).copied().unwrap_or("")
    }

    /// The line where the parser gave up, or the last one.
    fn here(&self) -> usize {
        self.line.min(self.lines.len().saturating_sub(1))
    }

    /// The last line before `line` that says anything.
    fn above(&self, line: usize) -> Option<usize> {
        (0..line.min(self.lines.len())).rev().find(|&line| says_something(self.text(line)))
    }

    /// The line of the failure and the one above it that says anything, upwards.
    fn near(&self) -> impl Iterator<Item = usize> {
        let here = self.here();
        [Some(here), self.above(here)].into_iter().flatten()
    }

    /// The character where the parser gave up.
    fn sign(&self) -> Option<char> {
        self.text(self.line).chars().nth(self.column)
    }

    /// What stands before it in its line.
    fn before(&self) -> String {
        self.text(self.line).chars().take(self.column).collect()
    }
}

/// Whether a line is neither empty nor a comment.
fn says_something(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

/// How many spaces a line begins with.
fn indent(line: &str) -> usize {
    line.chars().take_while(|letter| *letter == ' ').count()
}

fn likely(line: usize, column: usize, message: &str, help: impl Into<String>) -> Option<Likely> {
    let message = message.to_owned();
    Some(Likely { line: line + 1, column: column + 1, message, help: help.into() })
}

/// A tab before the first word; a text may run on into the next lines before the parser sees it.
fn tab(failure: &Failure<'_>) -> Option<Likely> {
    let first = failure.here().saturating_sub(1);
    (first..failure.lines.len().min(first + 4)).find_map(|line| {
        let text = failure.text(line);
        let blank = text.chars().take_while(|letter| letter.is_whitespace());
        let column = blank.into_iter().position(|letter| letter == '\t')?;
        let message = "a tab stands in the indentation, where only spaces may stand";
        says_something(text)
            .then(|| likely(line, column, message, "indent with spaces: type two for each level"))?
    })
}

/// `*:` or `#:` as the key of a telephone.
fn sign_as_key(failure: &Failure<'_>) -> Option<Likely> {
    let here = failure.here();
    let lines = (here.saturating_sub(3)..=here).rev();
    lines.filter(|line| says_something(failure.text(*line))).find_map(|line| {
        let letters: Vec<char> = failure.text(line).chars().collect();
        let column = (0..letters.len()).find(|&at| {
            let begins = at == 0 || letters.get(at - 1).is_some_and(|c| " {,".contains(*c));
            let sign = letters.get(at).is_some_and(|c| "*#".contains(*c));
            begins && sign && letters.get(at + 1) == Some(&':')
        })?;
        let (sign, name, means) = match letters.get(column) {
            Some('*') => ('*', "star", "an alias"),
            _ => ('#', "hash", "a comment"),
        };
        let message = format!("`{sign}` without quotes begins {means} in YAML");
        likely(line, column, &message, format!("write `\"{sign}\":` or `{name}:`"))
    })
}

/// `-answer`, which is one word and no item of a list.
fn no_space_after_dash(failure: &Failure<'_>) -> Option<Likely> {
    failure.near().find_map(|line| {
        let text = failure.text(line);
        let rest = text.trim_start().strip_prefix('-')?;
        if !rest.starts_with(|letter: char| letter.is_alphabetic() || "\"'{[".contains(letter)) {
            return None;
        }
        let message = "a dash begins a step only with a space after it";
        likely(line, indent(text), message, format!("write `- {}`", rest.trim_end()))
    })
}

/// A line that is only words where a key and its colon must stand: `else`, `- play welcome`.
fn no_colon(failure: &Failure<'_>) -> Option<Likely> {
    let here = failure.here();
    let last = failure.text(here);
    let ends = failure.above(failure.lines.len()) == Some(here);
    let line = if ends && is_words(last) { here } else { failure.above(here)? };
    let text = failure.text(line);
    if !is_words(text) || indent(last) < indent(text) {
        return None;
    }
    let words = text.trim().trim_start_matches("- ").trim_start();
    let help = match words.split_once(' ') {
        Some((key, value)) => format!("write `{key}: {}`", value.trim()),
        None => format!("write `{words}:`"),
    };
    let before = text.find(words).and_then(|at| text.get(..at)).unwrap_or("");
    let column = before.chars().count();
    likely(line, column, "a colon is missing here", help)
}

/// Whether a line has words and no sign of YAML but a dash before them; one word with a dash is a
/// step.
fn is_words(text: &str) -> bool {
    let text = text.trim();
    let (words, item) = match text.strip_prefix("- ") {
        Some(words) => (words.trim_start(), true),
        None => (text, false),
    };
    words.starts_with(|letter: char| letter.is_ascii_lowercase())
        && !words.contains([':', '{', '[', '"', '\''])
        && (words.contains(' ') || !item)
}

/// A second colon in a line: a text that needs quotes, or a step that needs a list.
fn colon_in_text(failure: &Failure<'_>) -> Option<Likely> {
    if failure.sign() != Some(':') {
        return None;
    }
    let line = failure.text(failure.line);
    let before = failure.before();
    let at = before.rfind([',', '{', '[']).into_iter().chain(before.rfind(": ")).max()?;
    let value = before.get(at + 1..)?.trim_start();
    let column = before.chars().count() - value.chars().count();
    let in_braces = before.contains(['{', '[']);
    let whole: String = line.chars().skip(column).collect();
    let whole = if in_braces { whole.split([',', '}', ']']).next()? } else { &whole }.trim_end();
    let message = "a colon in a text makes it a key; what stands here is one already";
    let word = value.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    let help = if word {
        format!("a step stands in a list: `[ {{ {whole} }} ]`; a text stands in quotes")
    } else {
        let straight: String = whole.chars().filter(|c| !is_curly(*c)).collect();
        format!("put the text in quotes: `\"{}\"`", straight.replace('"', "\\\""))
    };
    likely(failure.line, column, message, help)
}

/// A text that begins with a sign that YAML keeps for itself.
fn reserved_sign(failure: &Failure<'_>) -> Option<Likely> {
    let sign = failure.sign()?;
    // Of an alias the parser names the letter after the star.
    let before = failure.before();
    let star = before.ends_with('*') && sign.is_alphanumeric();
    if !star && !"@`%*&!|>".contains(sign) {
        return None;
    }
    let (sign, column) = if star { ('*', failure.column - 1) } else { (sign, failure.column) };
    let message = format!("a text cannot begin with `{sign}` without quotes");
    likely(failure.line, column, &message, "put the text in quotes")
}

/// What is left: commas and brackets of lists, and lines that begin in a wrong column.
fn list_or_column(failure: &Failure<'_>) -> Option<Likely> {
    double_comma(failure).or_else(|| unclosed_bracket(failure)).or_else(|| column::wrong(failure))
}

/// Nothing stands between two commas.
fn double_comma(failure: &Failure<'_>) -> Option<Likely> {
    let before = failure.before();
    let comma = before.trim_end().ends_with([',', '[', '{']);
    if failure.sign() != Some(',') || !comma {
        return None;
    }
    likely(failure.line, failure.column, "nothing stands before this comma", "take it away")
}

/// A `[` or `{` that nothing closes before the parser gives up.
fn unclosed_bracket(failure: &Failure<'_>) -> Option<Likely> {
    let mut open: Vec<(usize, usize, char)> = Vec::new();
    for (line, text) in failure.lines.iter().enumerate().take(failure.here() + 1) {
        for (column, letter) in quote::outside(text) {
            if line == failure.line && column >= failure.column {
                break;
            }
            match letter {
                '[' | '{' => open.push((line, column, letter)),
                ']' | '}' => drop(open.pop()),
                _ => {}
            }
        }
    }
    let (line, column, letter) = open.pop()?;
    let closes = if letter == '[' { ']' } else { '}' };
    let message = format!("this `{letter}` is not closed");
    likely(line, column, &message, format!("close it with `{closes}`, and put `,` between parts"))
}
