//! Tables of a site: typed rows, found by their keys.

use super::types::Type;
use super::value::{Row, Value};
use crate::base::number::{Country, PhoneNumber, verify};
use std::collections::BTreeMap;

/// All tables by name.
pub type Tables = BTreeMap<String, Table>;

/// One table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The type of each column, that of the key among them.
    pub columns: BTreeMap<String, Type>,
    /// The type of the keys.
    pub key_kind: Type,
    /// Reads numbers without `+`.
    pub country: Option<Country>,
    rows: BTreeMap<String, Row>,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub const fn new(
        columns: BTreeMap<String, Type>,
        key_kind: Type,
        country: Option<Country>,
    ) -> Self {
        Self { columns, key_kind, country, rows: BTreeMap::new() }
    }

    /// Adds a row; `false` if its key is there already, or is none.
    pub fn add(&mut self, key: &Value, row: Row) -> bool {
        let Some(key) = self.key_of(key) else { return false };
        self.rows.insert(key, row).is_none()
    }

    /// The row of a key. Numbers are compared as numbers and telephone numbers in E.164, however
    /// they are written.
    #[must_use]
    pub fn find(&self, key: &Value) -> Option<&Row> {
        self.rows.get(&self.key_of(key)?)
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The one way in which a key is written here.
    fn key_of(&self, key: &Value) -> Option<String> {
        let text = key.to_text()?;
        match self.key_kind {
            Type::Phone => self.phone(&text).map(|number| number.to_string()),
            Type::Number => text.trim().parse::<i64>().ok().map(|number| number.to_string()),
            Type::Duration | Type::Time | Type::Date | Type::Money => {
                Value::read(self.key_kind, &text)?.to_text()
            }
            Type::Text
            | Type::YesNo
            | Type::Queue
            | Type::Mailbox
            | Type::Country
            | Type::Recording
            | Type::Record => Some(text.trim().to_owned()),
        }
    }

    /// A telephone number with its `+`, or as it is dialled in the table's country.
    #[must_use]
    pub fn phone(&self, text: &str) -> Option<PhoneNumber> {
        let plain: String =
            text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
        PhoneNumber::from_e164(&plain)
            .or_else(|| self.country.and_then(|country| Some(verify(&plain, country).ok()?.number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(kind: Type) -> Table {
        let columns = BTreeMap::from([("key".to_owned(), kind)]);
        let mut table = Table::new(columns, kind, Country::new("PL"));
        for key in ["+48 22 123-45-67", "601234567", "007", "1m30s", "8:05", "5 EUR"] {
            table.add(&Value::Text(key.to_owned()), Row::new());
        }
        table
    }

    #[test]
    fn a_key_of_a_type_is_found_however_it_is_written() {
        let finds = |kind, text: &str| table(kind).find(&Value::Text(text.to_owned())).is_some();
        assert!(finds(Type::Duration, "90s") && !finds(Type::Duration, "91s"));
        assert!(finds(Type::Time, "08:05") && !finds(Type::Time, "08:50"));
        assert!(finds(Type::Money, "5.00 EUR") && !finds(Type::Money, "5.00 PLN"));
    }

    #[test]
    fn a_telephone_number_is_found_however_it_is_written() {
        let table = table(Type::Phone);
        let finds = |text: &str| table.find(&Value::Text(text.to_owned())).is_some();
        let texts = ["+48221234567", "221234567", "0048221234567", "601 234 567", "601234568"];
        assert_eq!(texts.map(finds), [true, true, true, true, false]);
        let number = PhoneNumber::from_e164("+48601234567").expect("a number");
        assert!(table.find(&Value::Phone(number)).is_some());
        assert!(table.find(&Value::Unknown).is_none());
    }

    #[test]
    fn numbers_are_compared_as_numbers_and_texts_as_texts() {
        let seven = |kind, key| table(kind).find(&key).is_some();
        assert!(seven(Type::Number, Value::Number(7)));
        assert!(!seven(Type::Text, Value::Number(7)));
        assert!(seven(Type::Text, Value::Text("007".to_owned())));
    }

    #[test]
    fn a_key_comes_once() {
        let mut table = table(Type::Phone);
        assert!(!table.add(&Value::Text("+48601234567".to_owned()), Row::new()));
    }
}
