//! From YAML text to a tree: one document, no anchors, no tags, bounded depth and size.

use super::node::{Key, Kind, Node};
use super::{letters, likely};
use crate::base::code::{self, Code};
use crate::base::complaint::{Complaints, Place};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span};
use std::borrow::Cow;
use std::sync::Arc;

/// Longest text, in bytes.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// Deepest nesting of maps and lists.
pub const DEPTH_MAX: usize = 32;
/// Most nodes in one document.
pub const NODES_MAX: usize = 50_000;
/// Most keys in one map (looking for a second one of the same name takes time).
pub const KEYS_MAX: usize = 2_000;

/// Longest key, in characters; YAML itself ends at 1024 where a colon follows.
pub const KEY_LETTERS_MAX: usize = 200;

/// Reads one document. `None` when there is no usable tree; the complaints say why.
///
/// An empty text is a [`Kind::Null`] at 1:1.
pub fn parse(file: &str, text: &str, complaints: &mut Complaints) -> Option<Node> {
    let file: Arc<str> = file.into();
    if text.len() > TEXT_BYTES_MAX {
        let place = Place { file, line: 1, column: 1 };
        complaints.error(code::TOO_LARGE, &place, format!("more than {TEXT_BYTES_MAX} bytes"));
        return None;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(place) = unprintable(&file, text) {
        let message = "a letter that no text has: a control code, or half a line break";
        complaints.error(code::YAML, &place, message).help("delete it");
        return None;
    }
    let mut builder = Builder::of(file, text, complaints);
    builder.key_in_comment();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let carry_on = match event {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => builder.unreadable(&error),
        };
        carry_on?;
    }
    if builder.spoilt {
        return None;
    }
    let start = builder.place(Marker::new(0, 1, 0));
    Some(builder.root.unwrap_or(Node { place: start, kind: Kind::Null }))
}

/// Where the first letter stands that YAML does not allow (YAML 1.2.2 §5.1). The parser would take
/// some of them for the end of the text, or of a line.
fn unprintable(file: &Arc<str>, text: &str) -> Option<Place> {
    let (mut line, mut column) = (1, 0);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        column += 1;
        let fits = match letter {
            '\r' => letters.peek() == Some(&'\n'),
            '\t' | '\n' | '\u{85}' => true,
            '\u{fffe}' | '\u{ffff}' => false,
            letter => !letter.is_control(),
        };
        if !fits {
            return Some(Place { file: Arc::clone(file), line, column });
        }
        if letter == '\n' {
            (line, column) = (line + 1, 0);
        }
    }
    None
}

/// Line and column behind the last letter.
fn end_of(text: &str) -> (usize, usize) {
    let last = text.rsplit('\n').next().unwrap_or(text);
    (text.matches('\n').count() + 1, last.chars().count() + 1)
}

/// Builds the tree from the parser's events.
struct Builder<'a> {
    file: Arc<str>,
    text: &'a str,
    /// Line and column behind the last letter, both from 1.
    end: (usize, usize),
    complaints: &'a mut Complaints,
    /// Maps and lists that are not closed yet, outermost first.
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    /// Whether what follows from a mistake would mislead.
    spoilt: bool,
}

/// A map or list that is being read.
struct Open {
    place: Place,
    content: Content,
}

enum Content {
    Map { entries: Vec<(Key, Node)>, key: NextKey },
    List(Vec<Node>),
}

/// Whether a map waits for a key or for the value of one.
enum NextKey {
    Wanted,
    /// The value that comes belongs to this key.
    Known(Key),
    /// The value that comes belongs to a key that was complained about.
    Refused,
}

impl<'a> Builder<'a> {
    fn of(file: Arc<str>, text: &'a str, complaints: &'a mut Complaints) -> Self {
        let (open, end) = (Vec::new(), end_of(text));
        Self { file, text, end, complaints, open, root: None, nodes: 0, spoilt: false }
    }

    /// Warns of lines such as `#: bye`, which YAML takes for comments.
    fn key_in_comment(&mut self) {
        for (index, line) in self.text.lines().enumerate() {
            let rest = line.trim_start().strip_prefix("#: ").unwrap_or("");
            if rest.trim().is_empty() {
                continue;
            }
            let column = line.chars().count() - line.trim_start().chars().count();
            let place = self.place(Marker::new(0, index + 1, column));
            let message = "this line is a comment: `#` without quotes begins one";
            self.complaints
                .warning(code::KEY_IN_COMMENT, &place, message)
                .help("for the key `#` write `\"#\":` or `hash:`");
        }
    }

    /// Takes one event; `None` ends the reading.
    fn take(&mut self, event: Event<'_>, span: Span) -> Option<()> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(_) if self.root.is_some() => {
                return self.refuse(code::SECOND_DOCUMENT, span, "a file holds one document only");
            }
            Event::DocumentStart(_) => {}
            Event::Alias(_) => {
                return self.refuse(code::ALIAS, span, "anchors and aliases are not read");
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.plain_only(anchor, tag.is_some(), span)?;
                return self.scalar(text, style, span);
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain_only(anchor, tag.is_some(), span)?;
                return self.begin(Content::List(Vec::new()), span);
            }
            Event::MappingStart(anchor, tag) => {
                self.plain_only(anchor, tag.is_some(), span)?;
                let content = Content::Map { entries: Vec::new(), key: NextKey::Wanted };
                return self.begin(content, span);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Open { place, content } = self.open.pop()?;
                let kind = match content {
                    Content::Map { entries, .. } => Kind::Map(entries),
                    Content::List(items) => Kind::List(items),
                };
                return self.place_node(Node { place, kind });
            }
        }
        Some(())
    }

    fn refuse(&mut self, code: Code, span: Span, message: &str) -> Option<()> {
        let place = self.place(span.start);
        self.complaints.error(code, &place, message);
        None
    }

    fn plain_only(&mut self, anchor: usize, tagged: bool, span: Span) -> Option<()> {
        if anchor > 0 {
            return self.refuse(code::ALIAS, span, "anchors and aliases are not read");
        }
        if tagged {
            return self.refuse(code::TAG, span, "tags are not read; values have their types here");
        }
        Some(())
    }

    fn begin(&mut self, content: Content, span: Span) -> Option<()> {
        if self.open.len() >= DEPTH_MAX {
            let message = format!("nested deeper than {DEPTH_MAX} levels");
            return self.refuse(code::TOO_DEEP, span, &message);
        }
        let place = self.place(span.start);
        self.open.push(Open { place, content });
        Some(())
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, span: Span) -> Option<()> {
        let place = self.place(span.start);
        let quoted = style != ScalarStyle::Plain;
        let wants_key = matches!(
            self.open.last(),
            Some(Open { content: Content::Map { key: NextKey::Wanted, .. }, .. })
        );
        if !quoted {
            let one_line = span.start.line() == span.end.line();
            self.look_alikes(&text, &place, one_line && text.chars().count() == span.len());
        }
        if wants_key {
            self.begins_well(&text, quoted, &place);
            return self.key(text.into_owned(), place);
        }
        if !quoted && text.contains('\n') {
            let message = "an empty line within a text";
            self.complaints.error(code::YAML, &place, message).help("put the text in quotes");
        }
        self.begins_well(&text, quoted, &place);
        if text.is_empty() && !quoted {
            return self.place_node(Node { place: self.of_key(place), kind: Kind::Null });
        }
        let quotes = match style {
            ScalarStyle::Plain => Some(0),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Some(2),
            ScalarStyle::Literal | ScalarStyle::Folded => None,
        };
        let exact = span.start.line() == span.end.line()
            && quotes.is_some_and(|quotes| text.chars().count() + quotes == span.len());
        let kind = Kind::Scalar { text: text.into_owned(), quoted, exact };
        self.place_node(Node { place, kind })
    }

    /// A text without quotes begins with no sign of YAML's own (YAML 1.2.2 §7.3.3); inside braces
    /// the parser lets some pass that mean something else on a line of their own.
    fn begins_well(&mut self, text: &str, quoted: bool, place: &Place) {
        if !quoted && text.starts_with(['|', '>', '%', '@', '`']) {
            let message = "a text without quotes cannot begin so";
            self.complaints.error(code::YAML, place, message).help("put it in quotes");
        }
    }

    /// A missing value stands where its key stands; the parser names the next token.
    fn of_key(&self, place: Place) -> Place {
        match self.open.last() {
            Some(Open { content: Content::Map { key: NextKey::Known(key), .. }, .. }) => {
                key.place.clone()
            }
            _ => place,
        }
    }

    fn key(&mut self, text: String, place: Place) -> Option<()> {
        let Some(Open { content: Content::Map { entries, key }, .. }) = self.open.last_mut() else {
            return None;
        };
        if entries.len() >= KEYS_MAX {
            self.complaints.error(code::TOO_LARGE, &place, format!("more than {KEYS_MAX} keys"));
            return None;
        }
        if text.is_empty() {
            self.complaints.error(code::KEY_NOT_A_WORD, &place, "a key is a single word");
            *key = NextKey::Refused;
            return Some(());
        }
        if text.chars().nth(KEY_LETTERS_MAX).is_some() {
            let message = format!("a key of more than {KEY_LETTERS_MAX} characters");
            self.complaints.error(code::TOO_LARGE, &place, message);
            return None;
        }
        let first = entries.iter().find(|(known, _)| known.text == text);
        *key = if let Some((first, _)) = first {
            self.complaints
                .error(code::DUPLICATE_KEY, &place, format!("the key `{text}` comes a second time"))
                .help(format!("the first one is in line {}", first.place.line));
            NextKey::Refused
        } else {
            NextKey::Known(Key { text, place })
        };
        Some(())
    }

    /// Puts a finished node where it belongs.
    fn place_node(&mut self, node: Node) -> Option<()> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            self.complaints.error(
                code::TOO_LARGE,
                &node.place,
                format!("more than {NODES_MAX} nodes"),
            );
            return None;
        }
        let Some(Open { content, .. }) = self.open.last_mut() else {
            self.root = Some(node);
            return Some(());
        };
        match content {
            Content::List(items) => items.push(node),
            Content::Map { entries, key } => match std::mem::replace(key, NextKey::Wanted) {
                NextKey::Known(key) => entries.push((key, node)),
                NextKey::Refused => {}
                NextKey::Wanted => {
                    let message = "a key is a single word";
                    self.complaints.error(code::KEY_NOT_A_WORD, &node.place, message);
                    *key = NextKey::Refused;
                }
            },
        }
        Some(())
    }

    /// The text is not YAML.
    fn unreadable(&mut self, error: &ScanError) -> Option<()> {
        let mut place = self.place(*error.marker());
        let (line, column) = (place.line as usize, place.column as usize);
        let (message, help) = match likely::cause(self.text, line, column) {
            Some(likely) => {
                place.line = u32::try_from(likely.line).unwrap_or(u32::MAX);
                place.column = u32::try_from(likely.column).unwrap_or(u32::MAX);
                (likely.message, likely.help)
            }
            None => (
                format!("this cannot be read as YAML: {}", error.info()),
                "look here and in the line above: indentation, colons, quotes, brackets".to_owned(),
            ),
        };
        self.complaints.error(code::YAML, &place, message).help(help);
        None
    }

    /// Letters that look like others in a text without quotes.
    fn look_alikes(&mut self, text: &str, place: &Place, exact: bool) {
        if let Some((at, letter)) = letters::misplaced_space(text) {
            let mut place = place.clone();
            if exact {
                place.column = place.column.saturating_add(u32::try_from(at).unwrap_or(0));
            }
            let (message, help) = letters::of_odd_space(letter);
            self.complaints.error(code::ODD_SPACE, &place, message).help(help);
            self.spoilt = true;
        } else if text.starts_with(letters::is_curly) {
            let message = "these quotes are read as letters of the text";
            self.complaints
                .warning(code::CURLY_QUOTES, place, message)
                .help("type the straight quotes `\"` that YAML knows");
        }
    }

    /// Where the parser is; of what it names beyond the text, the text's end.
    fn place(&self, marker: Marker) -> Place {
        let (line, column) = (marker.line().max(1), marker.col() + 1);
        let (line, column) = if line > self.end.0 { self.end } else { (line, column) };
        Place {
            file: self.file.clone(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }
}
