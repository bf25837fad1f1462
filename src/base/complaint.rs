//! A mistake in a text: where it is, what it is and what to do.

pub use super::code::Severity;

use super::code::Code;
use std::fmt;
use std::sync::Arc;

/// Most names that are listed in a help line.
const NAMES_SHOWN_MAX: usize = 12;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as it was named to us.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// `file:line:column`, as editors and compilers write it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name of this kind of mistake, such as `unknown-key`.
    pub code: Code,
    /// Where it is.
    pub place: Place,
    /// What is wrong, one line, without a full stop.
    pub message: String,
    /// What to do: `did you mean "goto"?`
    pub help: Option<String>,
}

impl Complaint {
    /// An error without help.
    #[must_use]
    pub fn error(code: Code, place: &Place, message: impl Into<String>) -> Self {
        Self::of(Severity::Error, code, place, message.into())
    }

    /// A warning without help.
    #[must_use]
    pub fn warning(code: Code, place: &Place, message: impl Into<String>) -> Self {
        Self::of(Severity::Warning, code, place, message.into())
    }

    fn of(severity: Severity, code: Code, place: &Place, message: String) -> Self {
        debug_assert_eq!(code.severity(), severity, "{code} is always as bad");
        Self { severity, code, place: place.clone(), message: shown(message), help: None }
    }

    /// Says what to do.
    pub fn help(&mut self, text: impl Into<String>) -> &mut Self {
        self.help = Some(shown(text.into()));
        self
    }

    /// Says `did you mean …?` when one of `candidates` is close to `word`.
    pub fn suggest<'a>(
        &mut self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> &mut Self {
        if let Some(close) = closest(word, candidates) {
            self.help(format!("did you mean `{close}`?"));
        }
        self
    }

    /// Says `did you mean …?`, or which names there are, or `otherwise` where that are too many.
    pub fn among<'a>(
        &mut self,
        word: &str,
        names: impl IntoIterator<Item = &'a str>,
        otherwise: &str,
    ) -> &mut Self {
        let names: Vec<&str> = names.into_iter().collect();
        if names.is_empty() || names.len() > NAMES_SHOWN_MAX {
            self.help(otherwise);
        } else {
            self.help(format!("there are: {}", names.join(", ")));
        }
        self.suggest(word, names)
    }

    /// Several lines: the mistake, the line of `source` it stands in, a mark below it, the help.
    ///
    /// ```text
    /// main.flow.yaml:4:7: error[unknown-notation]: there is no notation `paly`
    ///     - paly: welcome
    ///       ^^^^
    /// help: did you mean `play`?
    /// ```
    #[must_use]
    pub fn render(&self, source: &str) -> String {
        let mut text = format!("{self}\n");
        let index = (self.place.line as usize).saturating_sub(1);
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        if let Some(line) = source.lines().nth(index) {
            text.push_str(&marked(line, (self.place.column as usize).saturating_sub(1)));
        }
        if let Some(help) = &self.help {
            text.push_str("help: ");
            text.push_str(help);
            text.push('\n');
        }
        text
    }
}

/// The first line: `file:line:column: error[code]: message`.
impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}[{}]: {}", self.place, self.severity, self.code, self.message)
    }
}

/// Most complaints kept about one set of texts; more would not be read.
const COMPLAINTS_MAX: usize = 500;

/// Gathers complaints, so that a reader can go on after a mistake.
#[derive(Debug, Clone, Default)]
pub struct Complaints {
    list: Vec<Complaint>,
    /// Takes what comes beyond [`COMPLAINTS_MAX`].
    beyond: Option<Box<Complaint>>,
}

impl Complaints {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { list: Vec::new(), beyond: None }
    }

    /// Adds an error; the answer takes a `help` or `suggest`.
    pub fn error(
        &mut self,
        code: Code,
        place: &Place,
        message: impl Into<String>,
    ) -> &mut Complaint {
        self.push(Complaint::error(code, place, message))
    }

    /// Adds a warning; the answer takes a `help` or `suggest`.
    pub fn warning(
        &mut self,
        code: Code,
        place: &Place,
        message: impl Into<String>,
    ) -> &mut Complaint {
        self.push(Complaint::warning(code, place, message))
    }

    /// Adds one complaint.
    pub fn push(&mut self, complaint: Complaint) -> &mut Complaint {
        if self.list.len() >= COMPLAINTS_MAX {
            return self.beyond.insert(Box::new(complaint));
        }
        let index = self.list.len();
        self.list.push(complaint);
        &mut self.list[index]
    }

    /// Adds all of these.
    pub fn extend(&mut self, complaints: impl IntoIterator<Item = Complaint>) {
        for complaint in complaints {
            self.push(complaint);
        }
    }

    /// Whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|complaint| complaint.severity == Severity::Error)
    }

    /// How many of them are errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.list.iter().filter(|complaint| complaint.severity == Severity::Error).count()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// All of them in the order of their places, each once.
    #[must_use]
    pub fn into_sorted(self) -> Vec<Complaint> {
        let mut list = self.list;
        list.sort_by(|a, b| {
            (&a.place, a.severity, a.code, &a.message)
                .cmp(&(&b.place, b.severity, b.code, &b.message))
        });
        list.dedup();
        list
    }
}

/// The candidate that `word` was probably meant to be, if one is close enough.
///
/// Close: at most a third of its letters wrong, missing, added or swapped, and at least one.
#[must_use]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = plain(word);
    let limit = (lower.len() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(&lower, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *candidate != word)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Longest word that is compared, in characters.
const WORD_LETTERS_MAX: usize = 64;

/// Lower case, with hyphens as underscores: `Call-Flow` is as good as `call_flow`.
fn plain(word: &str) -> Vec<char> {
    word.chars()
        .take(WORD_LETTERS_MAX)
        .map(|letter| if letter == '-' { '_' } else { letter.to_ascii_lowercase() })
        .collect()
}

/// Letters to change, add, drop or swap with a neighbour to turn one word into the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    let mut last = None;
    for (row, &a) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        let mut previous = None;
        for (column, &b) in other.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(0);
            let change = at(&above, column) + usize::from(a != b);
            let mut best = change.min(at(&above, column + 1) + 1).min(at(&current, column) + 1);
            if last == Some(b) && previous == Some(a) && column > 0 {
                best = best.min(at(&before, column - 1) + 1);
            }
            current.push(best);
            previous = Some(b);
        }
        before = std::mem::replace(&mut above, current);
        last = Some(a);
    }
    above.last().copied().unwrap_or(0)
}

/// Longest message or help, in characters; a longer one is cut.
const SENTENCE_MAX: usize = 500;

/// A sentence as it may come to a terminal: what a text holds cannot steer it, turn the line
/// around, or flood it.
fn shown(text: String) -> String {
    let is_long = text.chars().nth(SENTENCE_MAX).is_some();
    if !is_long && !text.chars().any(is_unseen) {
        return text;
    }
    let letters = text.chars().take(SENTENCE_MAX);
    let clean = letters.map(|letter| if is_unseen(letter) { ' ' } else { letter });
    let end = if is_long { "…" } else { "" };
    clean.chain(end.chars()).collect()
}

/// Control codes, and those that turn the direction of what follows (Unicode bidi).
fn is_unseen(letter: char) -> bool {
    let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    letter.is_control() || turns
}

/// Longest line that is shown, in characters; a longer one is cut.
const LINE_SHOWN_MAX: usize = 160;

/// The line, and below it a mark under the word at `column` (from 0).
fn marked(line: &str, column: usize) -> String {
    let shown: String = line
        .chars()
        .take(LINE_SHOWN_MAX)
        .map(|letter| if is_unseen(letter) { ' ' } else { letter })
        .collect();
    let column = column.min(shown.chars().count());
    let rest: Vec<char> = shown.chars().skip(column).collect();
    let width = word_width(&rest).max(1);
    format!("{shown}\n{}{}\n", " ".repeat(column), "^".repeat(width))
}

/// How many characters the first word of `rest` has; a quoted text counts with its quotes.
fn word_width(rest: &[char]) -> usize {
    match rest.first() {
        Some(&quote @ ('"' | '\'')) => {
            let inside = rest.iter().skip(1).position(|&letter| letter == quote);
            inside.map_or(rest.len(), |length| length + 2)
        }
        Some(&letter) if in_word(letter) => {
            rest.iter().position(|&letter| !in_word(letter)).unwrap_or(rest.len())
        }
        _ => 1,
    }
}

fn in_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '$' | '.' | '+' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::code;

    fn place(line: u32, column: u32) -> Place {
        Place { file: "main.flow.yaml".into(), line, column }
    }

    #[test]
    fn a_complaint_shows_its_line_and_points_at_the_word() {
        let mut complaint =
            Complaint::error(code::UNKNOWN_NOTATION, &place(2, 5), "there is no notation `paly`");
        complaint.suggest("paly", ["play", "record"]);
        assert_eq!(
            complaint.render("start:\n  - paly: welcome\n"),
            "main.flow.yaml:2:5: error[unknown-notation]: there is no notation `paly`\n  \
             - paly: welcome\n    ^^^^\nhelp: did you mean `play`?\n"
        );
    }

    #[test]
    fn a_quoted_word_is_marked_with_its_quotes() {
        let complaint = Complaint::warning(code::UNREACHED_STEP, &place(1, 6), "odd");
        assert_eq!(
            complaint.render("key: \"a b\", c"),
            "main.flow.yaml:1:6: warning[unreached-step]: odd\nkey: \"a b\", c\n     ^^^^^\n"
        );
    }

    #[test]
    fn a_place_outside_the_text_shows_no_line() {
        let complaint = Complaint::error(code::YAML, &place(9, 1), "odd");
        assert_eq!(complaint.render("one line"), "main.flow.yaml:9:1: error[yaml]: odd\n");
    }

    #[test]
    fn the_closest_word_is_offered_and_a_far_one_is_not() {
        let known = ["goto", "call_flow", "hangup", "menu"];
        assert_eq!(closest("gtoo", known), Some("goto"));
        assert_eq!(closest("call-flow", known), Some("call_flow"));
        assert_eq!(closest("hang_up", known), Some("hangup"));
        assert_eq!(closest("Menu", known), Some("menu"));
        assert_eq!(closest("record", known), None);
        assert_eq!(closest("x", known), None);
    }

    #[test]
    fn complaints_come_out_in_the_order_of_their_places() {
        let mut complaints = Complaints::new();
        complaints.warning(code::KEY_NEVER_PRESSED, &place(3, 1), "later");
        complaints.error(code::YAML, &place(1, 2), "first").help("do it");
        assert!(complaints.has_errors());
        let sorted = complaints.into_sorted();
        assert_eq!(
            sorted.iter().map(|c| c.code).collect::<Vec<_>>(),
            ["yaml", "key-never-pressed"]
        );
        assert_eq!(sorted.first().and_then(|c| c.help.clone()).as_deref(), Some("do it"));
    }

    #[test]
    fn what_a_text_holds_cannot_steer_a_terminal() {
        let message = format!("\u{1b}[2J \u{202e}flow\r\n{}", "x".repeat(SENTENCE_MAX));
        let mut complaint = Complaint::error(code::YAML, &place(1, 1), message);
        complaint.help("a\u{7}b");
        let text = complaint.render("\u{feff}a: \u{9b}\u{2066}b");
        assert!(!text.replace('\n', "").chars().any(is_unseen), "{text:?}");
        assert!(text.contains("\na:   b\n^\nhelp: a b\n"), "{text:?}");
        assert!(complaint.message.ends_with('…'));
    }

    #[test]
    fn a_flood_of_complaints_is_cut() {
        let mut complaints = Complaints::new();
        for _ in 0..COMPLAINTS_MAX + 5 {
            complaints.error(code::YAML, &place(1, 1), "again").help("stop");
        }
        assert_eq!(complaints.len(), COMPLAINTS_MAX);
    }
}
