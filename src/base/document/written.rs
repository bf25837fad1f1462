//! A document as it was written: the tree with its comments, blank lines and quotes.
//!
//! It is for those who write a text anew without changing what it says. Read it from a text that
//! [`parse`](super::parse()) takes without complaint; anchors and tags do not come here.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::VecDeque;

/// What stands between words, to YAML; a no-break space is a letter to it.
pub const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// A value with how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it is.
    pub form: Form,
    /// Whether it stood in braces or brackets.
    pub inline: bool,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Entries with keys, and what stands after the last one.
    Map(Vec<Entry>, Vec<Remark>),
    /// Entries without keys, and what stands after the last one.
    List(Vec<Entry>, Vec<Remark>),
    /// A single value as it may stand in one line, with its quotes.
    Scalar(String),
    /// Nothing.
    Null,
}

/// One entry of a map or list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Comments and blank lines above it.
    pub before: Vec<Remark>,
    /// Its key, with its quotes; an entry of a list has none.
    pub key: Option<String>,
    /// A comment between the key and its value.
    pub beside_key: Option<String>,
    /// Its value.
    pub value: Written,
    /// A comment at the end of its line.
    pub beside: Option<String>,
}

/// What stands between entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// One or more blank lines.
    Blank,
    /// A comment with its sign.
    Comment(String),
}

impl Written {
    /// All comments in it, from the first to the last.
    #[must_use]
    pub fn comments(&self) -> Vec<&str> {
        let mut found = Vec::new();
        if let Form::Map(entries, end) | Form::List(entries, end) = &self.form {
            for entry in entries {
                found.extend(said(&entry.before));
                found.extend(entry.beside_key.as_deref());
                found.extend(entry.value.comments());
                found.extend(entry.beside.as_deref());
            }
            found.extend(said(end));
        }
        found
    }
}

/// The comments among remarks.
pub fn said(remarks: &[Remark]) -> impl Iterator<Item = &str> {
    remarks.iter().filter_map(|remark| match remark {
        Remark::Comment(text) => Some(text.as_str()),
        Remark::Blank => None,
    })
}

/// Reads a document; `None` where it is no YAML, or more than trees of plain values.
#[must_use]
pub fn read(text: &str) -> Option<(Written, Vec<Remark>)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let letters: Vec<char> = text.chars().collect();
    let mut events = VecDeque::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.ok()?;
        match event {
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
            Event::Alias(_) => return None,
            Event::Scalar(..)
            | Event::SequenceStart(..)
            | Event::SequenceEnd
            | Event::MappingStart(..)
            | Event::MappingEnd => events.push_back((event, span)),
        }
    }
    let comments = comments(&letters, &events);
    let mut reader = Reader { letters, events, comments, line: 0 };
    if reader.events.is_empty() {
        let form = Form::Null;
        let rest = reader.remarks(usize::MAX, usize::MAX, 0);
        return Some((Written { form, inline: false }, rest));
    }
    let value = reader.value()?;
    let rest = reader.remarks(usize::MAX, usize::MAX, 0);
    Some((value, rest))
}

/// A comment in the text.
struct Comment {
    text: String,
    at: usize,
    line: usize,
    column: usize,
    /// Whether nothing but spaces stands before it.
    alone: bool,
}

/// Finds what follows a `#` that is no part of a value.
fn comments(letters: &[char], events: &VecDeque<(Event<'_>, Span)>) -> VecDeque<Comment> {
    let mut inside = vec![false; letters.len()];
    for (event, span) in events {
        if let Event::Scalar(_, style, ..) = event {
            let start = span.start.index();
            let end = end_of(letters, *style, *span);
            if let Some(part) = inside.get_mut(start.min(end)..end) {
                part.fill(true);
            }
        }
    }
    let mut found = VecDeque::new();
    let (mut line, mut begin, mut at) = (1, 0, 0);
    while let Some(letter) = letters.get(at) {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let opens = before.is_none_or(|before| BLANKS.contains(before));
        if *letter == '#' && opens && !inside[at] {
            let rest = letters[at..].iter().take_while(|letter| !matches!(letter, '\n' | '\r'));
            let text: String = rest.collect();
            let length = text.chars().count();
            let alone = letters[begin..at].iter().all(|letter| BLANKS.contains(letter));
            let text = text.trim_end_matches(BLANKS).to_owned();
            found.push_back(Comment { text, at, line, column: at - begin, alone });
            at += length;
        } else {
            at += 1;
            if *letter == '\n' {
                line += 1;
                begin = at;
            }
        }
    }
    found
}

/// Where a single value ends; what the parser names may lie beyond a comment.
fn end_of(letters: &[char], style: ScalarStyle, span: Span) -> usize {
    let start = span.start.index();
    let inner = letters.get(start + 1..).unwrap_or_default();
    let quote = match style {
        ScalarStyle::DoubleQuoted => '"',
        ScalarStyle::SingleQuoted => '\'',
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => {
            return span.end.index().min(letters.len());
        }
    };
    let mut at = 0;
    while let Some(letter) = inner.get(at) {
        let doubled = quote == '\'' && inner.get(at + 1) == Some(&quote);
        match letter {
            '\\' if quote == '"' => at += 2,
            letter if *letter == quote && doubled => at += 2,
            letter if *letter == quote => return start + at + 2,
            _ => at += 1,
        }
    }
    letters.len()
}

struct Reader<'t> {
    letters: Vec<char>,
    events: VecDeque<(Event<'t>, Span)>,
    comments: VecDeque<Comment>,
    /// The line on which the last thing that was read ends.
    line: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Option<Written> {
        let (event, span) = self.events.pop_front()?;
        let inline = matches!(self.letters.get(span.start.index()), Some('{' | '['));
        let column = span.start.col();
        match event {
            Event::Scalar(text, style, ..) => Some(self.scalar(&text, style, span)),
            Event::SequenceStart(..) => {
                let mut entries = Vec::new();
                while !matches!(self.events.front()?.0, Event::SequenceEnd) {
                    entries.push(self.entry(false)?);
                }
                let rest = self.close(inline, column)?;
                Some(Written { form: Form::List(entries, rest), inline })
            }
            Event::MappingStart(..) => {
                let mut entries = Vec::new();
                while !matches!(self.events.front()?.0, Event::MappingEnd) {
                    entries.push(self.entry(true)?);
                }
                let rest = self.close(inline, column)?;
                Some(Written { form: Form::Map(entries, rest), inline })
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::Alias(_)
            | Event::SequenceEnd
            | Event::MappingEnd => None,
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) -> Written {
        let empty = style == ScalarStyle::Plain && text.is_empty();
        if empty {
            return Written { form: Form::Null, inline: false };
        }
        let end = end_of(&self.letters, style, span);
        let raw: String = self.letters[span.start.index()..end].iter().collect();
        let raw = raw.trim_end_matches(BLANKS);
        let breaks = raw.matches('\n').count();
        self.line = span.start.line() + breaks;
        let one_line = breaks == 0;
        let written = match style {
            ScalarStyle::Plain if one_line => raw.to_owned(),
            ScalarStyle::Plain if !text.contains('\n') => text.to_owned(),
            ScalarStyle::DoubleQuoted if one_line => raw.to_owned(),
            ScalarStyle::SingleQuoted if text.contains(['"', '\\']) && one_line => raw.to_owned(),
            ScalarStyle::Plain
            | ScalarStyle::SingleQuoted
            | ScalarStyle::DoubleQuoted
            | ScalarStyle::Literal
            | ScalarStyle::Folded => quoted(text),
        };
        Written { form: Form::Scalar(written), inline: false }
    }

    /// One entry with everything that stands at it.
    fn entry(&mut self, keyed: bool) -> Option<Entry> {
        let (start, line) = self.next_start()?;
        // Of nothing behind a dash the place is not told, so that no line counts as blank there.
        let untold = !keyed && self.comes_nothing();
        let before = self.remarks(start, if untold { 0 } else { line }, 0);
        let mut key = None;
        let mut beside_key = None;
        if keyed {
            let (event, span) = self.events.pop_front()?;
            let Event::Scalar(text, style, ..) = event else { return None };
            let Form::Scalar(written) = self.scalar(&text, style, span).form else { return None };
            key = Some(written);
            let (next, next_line) = self.next_start()?;
            if next_line > self.line && !self.comes_nothing() {
                beside_key = self.beside(next);
            }
        }
        let value = self.value()?;
        if untold {
            self.line = 0;
        }
        let beside = self.beside(usize::MAX);
        Some(Entry { before, key, beside_key, value, beside })
    }

    /// Whether an empty value comes next.
    fn comes_nothing(&self) -> bool {
        let next = self.events.front();
        matches!(next, Some((Event::Scalar(text, ScalarStyle::Plain, ..), _)) if text.is_empty())
    }

    /// Where the next event begins, and on which line.
    fn next_start(&self) -> Option<(usize, usize)> {
        let (_, span) = self.events.front()?;
        Some((span.start.index(), span.start.line()))
    }

    /// The comment that stands behind what was read last, on its line.
    fn beside(&mut self, until: usize) -> Option<String> {
        let first = self.comments.front()?;
        let here = !first.alone && first.line == self.line && first.at < until;
        if here { self.comments.pop_front().map(|comment| comment.text) } else { None }
    }

    /// What stands after the last entry of a map or list. Of a block those comments belong to it
    /// that are not further to the left.
    fn close(&mut self, inline: bool, column: usize) -> Option<Vec<Remark>> {
        let (_, span) = self.events.pop_front()?;
        if !inline {
            let next = self.events.front().map_or(usize::MAX, |(_, span)| span.start.index());
            return Some(self.remarks(next, 0, column));
        }
        let end = span.end.index();
        let rest = self.remarks(end.saturating_sub(1), span.end.line(), 0);
        self.line = span.end.line();
        Some(rest)
    }

    /// The comments before a place, with a mark where lines were left blank. `line` is the line of
    /// that place; 0: what comes there does not belong to them.
    fn remarks(&mut self, until: usize, line: usize, column: usize) -> Vec<Remark> {
        let mut found = Vec::new();
        while let Some(first) = self.comments.front() {
            if first.at >= until || first.column < column {
                break;
            }
            if first.line > self.line + 1 && self.line > 0 {
                found.push(Remark::Blank);
            }
            self.line = first.line;
            found.extend(self.comments.pop_front().map(|first| Remark::Comment(first.text)));
        }
        if line != usize::MAX && line > self.line + 1 && self.line > 0 {
            found.push(Remark::Blank);
        }
        found
    }
}

/// Text in double quotes, on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() || letter == '\u{feff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}
