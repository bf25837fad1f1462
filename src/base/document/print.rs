//! Writing a document in one form: two spaces for each level, short inline parts stay inline.

use super::written::{BLANKS, Entry, Form, Remark, Written};

/// Longest line of an inline part, in characters.
pub const LINE_MAX: usize = 100;

/// Writes a document and what stands below it.
#[must_use]
pub fn print(document: &Written, rest: &[Remark]) -> String {
    let mut printer = Printer { out: String::new() };
    match &document.form {
        Form::Map(entries, end) | Form::List(entries, end) => {
            printer.entries(entries, 0);
            printer.remarks(end, 0);
        }
        Form::Scalar(text) => printer.line(0, text),
        Form::Null => {}
    }
    printer.remarks(rest, 0);
    let text = printer.out.trim_start_matches('\n').trim_end_matches(BLANKS);
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}

struct Printer {
    out: String,
}

impl Printer {
    fn line(&mut self, indent: usize, text: &str) {
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str(text.trim_end_matches(BLANKS));
        self.out.push('\n');
    }

    fn remarks(&mut self, remarks: &[Remark], indent: usize) {
        for remark in remarks {
            match remark {
                Remark::Blank if self.out.ends_with("\n\n") => {}
                Remark::Blank => self.out.push('\n'),
                Remark::Comment(text) => self.line(indent, text),
            }
        }
    }

    fn entries(&mut self, entries: &[Entry], indent: usize) {
        let widths = widths(entries, indent);
        for (entry, width) in entries.iter().zip(widths) {
            self.remarks(&entry.before, indent);
            self.entry(entry, indent, &" ".repeat(indent), width);
        }
    }

    /// An entry whose first line begins with `start`, which ends at its indentation; its key is
    /// filled up to a width.
    fn entry(&mut self, entry: &Entry, indent: usize, start: &str, width: usize) {
        let head = head(entry);
        let beside = entry.beside.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
        let line = inline(&entry.value).filter(|_| entry.beside_key.is_none());
        if let Some(value) = line {
            let space = if value.is_empty() { "" } else { " " };
            let text = format!("{start}{head:width$}{space}{value}");
            let is_long = text.chars().count() > LINE_MAX && is_broken_up(&entry.value);
            if !is_long {
                self.line(0, &format!("{text}{beside}"));
                return;
            }
        }
        let (Form::Map(children, end) | Form::List(children, end)) = &entry.value.form else {
            return self.single(entry, indent, start, &head);
        };
        let inner = indent + 2;
        let Some((first, others)) = children.split_first() else {
            return self.empty(entry, end, start);
        };
        if entry.key.is_none() {
            // `- key: value`: the first entry stands behind the dash, its comments above that.
            let lead = start.len() - start.trim_start().len();
            self.remarks(&first.before, lead);
            entry.beside.iter().for_each(|text| self.line(lead, text));
            self.entry(first, inner, &format!("{start}- "), 0);
            self.entries(others, inner);
        } else {
            let comments = [entry.beside_key.as_deref(), entry.beside.as_deref()];
            let mut comments = comments.into_iter().flatten();
            let own = comments.next().map(|text| format!(" {text}")).unwrap_or_default();
            self.line(0, &format!("{start}{head}{own}"));
            comments.for_each(|text| self.line(inner, text));
            self.entries(children, inner);
        }
        self.remarks(end, inner);
    }

    /// Braces or brackets with comments only.
    fn empty(&mut self, entry: &Entry, end: &[Remark], start: &str) {
        let lead = start.len() - start.trim_start().len();
        self.remarks(end, lead);
        entry.beside_key.iter().for_each(|text| self.line(lead, text));
        let signs = if matches!(entry.value.form, Form::Map(..)) { "{}" } else { "[]" };
        let beside = entry.beside.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
        self.line(0, &format!("{start}{} {signs}{beside}", head(entry)));
    }

    /// A single value below the comment at its key.
    fn single(&mut self, entry: &Entry, indent: usize, start: &str, head: &str) {
        let own = entry.beside_key.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
        let beside = entry.beside.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
        self.line(0, &format!("{start}{head}{own}"));
        let value = inline(&entry.value).unwrap_or_default();
        self.line(indent + 2, &format!("{value}{beside}"));
    }
}

/// Whether an entry at an indentation takes one line.
#[must_use]
pub fn is_one_line(entry: &Entry, indent: usize) -> bool {
    let length = |text: String| indent + head(entry).chars().count() + 1 + text.chars().count();
    entry.beside_key.is_none() && inline(&entry.value).is_some_and(|text| length(text) <= LINE_MAX)
}

fn head(entry: &Entry) -> String {
    entry.key.as_ref().map_or_else(|| "-".to_owned(), |key| format!("{key}:"))
}

/// How wide the key of each entry is made: where inline maps, or lists, follow each other line
/// by line, they begin in one column.
fn widths(entries: &[Entry], indent: usize) -> Vec<usize> {
    let mut widths = vec![0; entries.len()];
    let mut from = 0;
    while from < entries.len() {
        let more = entries[from + 1..].iter().take_while(|entry| entry.before.is_empty());
        let open = opening(&entries[from], indent);
        let same = |entry: &&Entry| open.is_some() && opening(entry, indent) == open;
        let run = more.take_while(same).count() + 1;
        let part = &entries[from..from + run];
        let width = part.iter().map(|entry| head(entry).chars().count()).max().unwrap_or(0);
        let length = |entry: &Entry| inline(&entry.value).map_or(0, |text| text.chars().count());
        let longest = part.iter().map(length).max().unwrap_or(0);
        if run > 1 && indent + width + 1 + longest <= LINE_MAX {
            widths[from..from + run].fill(width);
        }
        from += run;
    }
    widths
}

/// How the value of an entry begins that may be lined up with its neighbours: maps with maps, lists
/// with lists, and none that will be broken.
fn opening(entry: &Entry, indent: usize) -> Option<char> {
    let fits = entry.key.is_some() && is_one_line(entry, indent) && is_broken_up(&entry.value);
    let text = inline(&entry.value).filter(|_| fits)?;
    text.chars().next()
}

/// Whether a long line can be broken: an inline map or list with something in it.
fn is_broken_up(value: &Written) -> bool {
    match &value.form {
        Form::Map(entries, _) | Form::List(entries, _) => !entries.is_empty(),
        Form::Scalar(_) | Form::Null => false,
    }
}

/// A value on one line, if it was so written and holds no comment.
fn inline(value: &Written) -> Option<String> {
    let (entries, end, open, close) = match &value.form {
        Form::Scalar(text) => return Some(text.clone()),
        Form::Null => return Some(String::new()),
        Form::Map(entries, end) => (entries, end, '{', '}'),
        Form::List(entries, end) => (entries, end, '[', ']'),
    };
    let is_said = |remark: &Remark| matches!(remark, Remark::Comment(_));
    if !value.inline || end.iter().any(is_said) {
        return None;
    }
    let mut parts = Vec::new();
    for entry in entries {
        let comments = entry.beside.is_some() || entry.beside_key.is_some();
        if comments || entry.before.iter().any(is_said) {
            return None;
        }
        let value = inline(&entry.value)?;
        if value.is_empty() {
            // Nothing at all has no place between commas.
            return None;
        }
        parts.push(match &entry.key {
            Some(key) => format!("{key}: {value}"),
            None => value,
        });
    }
    let text = parts.join(", ");
    // A list of single values stands close to its brackets, as in `[mobile, fixed]`.
    let close_by = text.is_empty()
        || (open == '[' && entries.iter().all(|entry| matches!(entry.value.form, Form::Scalar(_))));
    Some(if close_by { format!("{open}{text}{close}") } else { format!("{open} {text} {close}") })
}
