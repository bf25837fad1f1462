//! The section `tables`: CSV files in which flows look things up.
//!
//! ```text
//! tables: { vip: { file: …, key: …, columns: … } } ─► text of the file ─► typed rows by key
//!                                                        every mistake with its line and column
//! ```
//! The first line names the columns. Between them stands a comma, a semicolon or a tab, whichever
//! comes most often in that line. Empty cells are unknown.

use super::reader::{Reader, Sort};
use super::value;
use crate::base::code::{self, Code};
use crate::base::complaint::{Complaints, Place};
use crate::base::document::{Fields, Key, Kind, Node, scalar::clip};
use crate::base::number::Country;
use crate::flow::table::{Table, Tables};
use crate::flow::types::{READ, Type};
use crate::flow::value::{Row, Value};
use csv::{ReaderBuilder, StringRecord};
use std::collections::BTreeMap;

/// Most rows of one table.
const ROWS_MAX: usize = 100_000;
/// Mistakes told of one file; whoever exports a wrong column needs no thousand of them.
const MISTAKES_MAX: usize = 20;
/// What may stand between columns.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
/// What some programs put before a text in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// All tables; numbers without `+` are read as dialled in `home`, unless a table says otherwise.
pub(super) fn read(root: &mut Fields, home: Option<Country>, reader: &mut Reader) -> Tables {
    let Some(mut tables) = reader.names_in(root, "tables", Sort::Table) else {
        return Tables::new();
    };
    let entries = tables.take_rest();
    let tables: Tables =
        entries.iter().filter_map(|(key, node)| read_one(key, node, home, reader)).collect();
    if tables.len() < entries.len() {
        reader.doubt(Sort::Table);
    }
    tables
}

fn read_one(
    key: &Key,
    node: &Node,
    home: Option<Country>,
    reader: &mut Reader,
) -> Option<(String, Table)> {
    let name = reader.define(Sort::Table, key);
    let mut fields = Fields::of(node, "a table", &mut reader.complaints)?;
    let complaints = &mut reader.complaints;
    let file = fields.required("file", complaints);
    let file = file.and_then(|node| Some((node, value::filled(node, complaints)?)));
    let key = fields.required("key", complaints);
    let key = key.and_then(|node| Some((node, value::filled(node, complaints)?)));
    let country = fields.take("country").and_then(|n| value::country(n, complaints)).or(home);
    let stated = columns(fields.take("columns"), complaints);
    fields.finish(complaints);
    let ((file_node, file), key) = (file?, key?);
    let text = match (reader.read_table)(&file) {
        Ok(text) => text,
        Err(why) => {
            let message = format!("this file cannot be read: {}", clip(&why));
            reader.complaints.error(code::UNREADABLE, &file_node.place, message);
            return None;
        }
    };
    let source = Source { file: &file, text: text.trim_start_matches(BYTE_ORDER_MARK) };
    let table = source.read(&stated, key, country, &mut reader.complaints)?;
    Some((name, table))
}

/// `columns: { number: phone, calls: number }`; others are text.
fn columns<'n>(
    node: Option<&'n Node>,
    complaints: &mut Complaints,
) -> BTreeMap<&'n str, (&'n Key, Type)> {
    let mut columns = BTreeMap::new();
    let Some(node) = node else { return columns };
    let Kind::Map(entries) = &node.kind else {
        node.wrong("columns and their types", complaints);
        return columns;
    };
    for (key, node) in entries {
        if let Some(kind) = node.choice(&READ, complaints) {
            columns.insert(key.text.as_str(), (key, kind));
        }
    }
    columns
}

/// One file.
struct Source<'t> {
    file: &'t str,
    text: &'t str,
}

impl Source<'_> {
    fn read(
        &self,
        stated: &BTreeMap<&str, (&Key, Type)>,
        (key_node, key): (&Node, String),
        country: Option<Country>,
        complaints: &mut Complaints,
    ) -> Option<Table> {
        let separator = separator_of(self.text.lines().next().unwrap_or_default());
        let mut lines = ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(self.text.as_bytes());
        let mut records = lines.records();
        let Some(Ok(names)) = records.next() else {
            let message = "the first line names the columns, and there is none";
            complaints.error(code::EMPTY_TABLE, &self.place(1, 1), message);
            return None;
        };
        let kinds = self.kinds(&names, stated, complaints)?;
        let Some(key_column) = names.iter().position(|name| name == key) else {
            let message = format!("the file has no column `{}`", clip(&key));
            let known: Vec<&str> = names.iter().collect();
            complaints
                .error(code::UNKNOWN_COLUMN, &key_node.place, message)
                .help(format!("it has: {}", known.join(", ")))
                .suggest(&key, known.iter().copied());
            return None;
        };
        let key_kind = kinds.get(key_column).copied().unwrap_or(Type::Text);
        let types = names.iter().zip(&kinds).map(|(name, kind)| (name.to_owned(), *kind));
        let mut reading = Reading {
            source: self,
            separator,
            names: &names,
            kinds: &kinds,
            key_column,
            table: Table::new(types.collect(), key_kind, country),
            seen: BTreeMap::new(),
            mistakes: 0,
        };
        for record in records {
            if !reading.record(record, complaints) {
                break;
            }
        }
        Some(reading.table)
    }

    /// The type of each column; the names must be usable as fields, and none comes twice.
    fn kinds(
        &self,
        names: &StringRecord,
        stated: &BTreeMap<&str, (&Key, Type)>,
        complaints: &mut Complaints,
    ) -> Option<Vec<Type>> {
        for (name, (key, _)) in stated {
            if !names.iter().any(|column| column == *name) {
                let message = format!("the file has no column `{}`", clip(name));
                complaints
                    .error(code::UNKNOWN_COLUMN, &key.place, message)
                    .suggest(name, names.iter());
            }
        }
        let mut fine = true;
        for (index, name) in names.iter().enumerate() {
            let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let plain = !name.is_empty() && name.chars().all(letter);
            let twice = names.iter().take(index).any(|other| other == name);
            if !plain || twice {
                let what = if twice { "comes twice" } else { "cannot be a name" };
                let message = format!("the column `{}` {what}", clip(name));
                let help = "names of columns are made of letters, digits and `_`";
                complaints.error(code::WRONG_COLUMN, &self.place(1, 1), message).help(help);
                fine = false;
            }
        }
        let kind = |name: &str| stated.get(name).map_or(Type::Text, |(_, kind)| *kind);
        fine.then(|| names.iter().map(kind).collect())
    }

    fn place(&self, line: u64, column: usize) -> Place {
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let column = number(u64::try_from(column).unwrap_or(u64::MAX));
        Place { file: self.file.into(), line: number(line), column }
    }
}

/// The rows of one file while they are read.
struct Reading<'r> {
    source: &'r Source<'r>,
    separator: u8,
    names: &'r StringRecord,
    kinds: &'r [Type],
    key_column: usize,
    table: Table,
    /// The line of each key.
    seen: BTreeMap<String, u64>,
    mistakes: usize,
}

impl Reading<'_> {
    /// Takes one line; `false` when there is no use in reading on.
    fn record(
        &mut self,
        record: Result<StringRecord, csv::Error>,
        complaints: &mut Complaints,
    ) -> bool {
        let record = match record {
            Ok(record) => record,
            Err(fault) => {
                let line = fault.position().map_or(1, csv::Position::line);
                let message = format!("this line cannot be read: {fault}");
                complaints.error(code::WRONG_ROW, &self.source.place(line, 1), message);
                return false;
            }
        };
        let line = record.position().map_or(1, csv::Position::line);
        if record.iter().all(str::is_empty) {
            return true;
        }
        if record.len() != self.names.len() {
            let (is, wanted) = (record.len(), self.names.len());
            let message = format!("this line has {is} columns, the first one {wanted}");
            return self.mistake(code::WRONG_ROW, line, 0, message, complaints);
        }
        if self.table.len() >= ROWS_MAX {
            let message = format!("a table has at most {ROWS_MAX} rows");
            complaints.error(code::TABLE_TOO_LONG, &self.source.place(line, 1), message);
            return false;
        }
        let mut row = Row::new();
        let cells = record.iter().zip(self.names).zip(self.kinds).enumerate();
        for (index, ((cell, name), kind)) in cells {
            let Some(value) = self.cell(cell, *kind) else {
                let message = format!("`{}` is no {}", clip(cell), kind.word());
                return self.mistake(code::WRONG_CELL, line, index, message, complaints);
            };
            row.insert(name.to_owned(), value);
        }
        self.add(row, line, complaints)
    }

    fn add(&mut self, row: Row, line: u64, complaints: &mut Complaints) -> bool {
        let name = self.names.get(self.key_column).unwrap_or_default();
        let key = row.get(name).cloned().unwrap_or(Value::Unknown);
        let Some(text) = key.to_text() else {
            let message = format!("this row has no `{name}`, which is its key");
            return self.mistake(code::MISSING_CELL, line, self.key_column, message, complaints);
        };
        if !self.table.add(&key, row) {
            let first = self.seen.get(&text).copied().unwrap_or_default();
            let message = format!("the key `{}` stands in line {first} already", clip(&text));
            return self.mistake(code::DUPLICATE_KEY, line, self.key_column, message, complaints);
        }
        self.seen.insert(text, line);
        true
    }

    /// Complains; `false` when that was enough.
    fn mistake(
        &mut self,
        code: Code,
        line: u64,
        column: usize,
        message: String,
        complaints: &mut Complaints,
    ) -> bool {
        self.mistakes += 1;
        let at = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
        let written = self.source.text.lines().nth(at).unwrap_or_default();
        let place = self.source.place(line, start_of(written, column, self.separator));
        complaints.error(code, &place, message);
        self.mistakes < MISTAKES_MAX
    }

    /// The value of a cell; `None` if it is of another type.
    fn cell(&self, text: &str, kind: Type) -> Option<Value> {
        if text.is_empty() {
            return Some(Value::Unknown);
        }
        match kind {
            Type::Text | Type::Queue | Type::Mailbox => Some(Value::Text(text.to_owned())),
            Type::Country => {
                Country::new(text).map(|country| Value::Text(country.code().to_owned()))
            }
            Type::Number => text.parse().ok().map(Value::Number),
            Type::Duration | Type::Time | Type::Date | Type::Money => Value::read(kind, text),
            Type::YesNo => match text {
                "true" | "yes" | "1" => Some(Value::YesNo(true)),
                "false" | "no" | "0" => Some(Value::YesNo(false)),
                _ => None,
            },
            Type::Phone => self.table.phone(text).map(Value::Phone),
            Type::Recording | Type::Record => None,
        }
    }
}

/// The separator that comes most often; a comma where none does.
fn separator_of(line: &str) -> u8 {
    let count = |separator: &u8| line.bytes().filter(|byte| byte == separator).count();
    let most = SEPARATORS.into_iter().rev().max_by_key(count);
    most.filter(|separator| count(separator) > 0).unwrap_or(b',')
}

/// Where a cell begins in its line, in characters from 1; separators in quotes do not count.
fn start_of(line: &str, cell: usize, separator: u8) -> usize {
    let mut quoted = false;
    let mut before = 0;
    for (index, letter) in line.chars().enumerate() {
        if before == cell {
            return index + 1;
        }
        match letter {
            '"' => quoted = !quoted,
            letter if letter == char::from(separator) && !quoted => before += 1,
            _ => {}
        }
    }
    1
}
