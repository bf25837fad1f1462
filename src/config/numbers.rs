//! The section `numbers`: which called number starts which flow; and `default_flow`.

use super::reader::{Reader, Sort};
use super::site::section;
use crate::base::code;
use crate::base::document::{Fields, Key, scalar::clip};
use crate::base::number::PhoneNumber;
use std::collections::BTreeMap;

/// Longest bare user part of a called number.
const USER_LETTERS_MAX: usize = 40;

/// Called number → flow.
pub(super) fn read(root: &mut Fields, reader: &mut Reader) -> BTreeMap<String, String> {
    let mut numbers: BTreeMap<String, String> = BTreeMap::new();
    let Some(mut fields) = section(root.take("numbers"), "numbers", reader) else {
        return numbers;
    };
    for (key, node) in fields.take_rest() {
        let flow = reader.want(Sort::Flow, node);
        let (Some(number), Some(flow)) = (called(key, reader), flow) else { continue };
        if numbers.insert(number.clone(), flow).is_some() {
            let message = format!("the number {number} is listed twice");
            reader.complaints.error(code::LISTED_TWICE, &key.place, message);
        }
    }
    numbers
}

/// The flow of numbers that are not listed.
pub(super) fn read_default(root: &mut Fields, reader: &mut Reader) -> Option<String> {
    root.take("default_flow").and_then(|node| reader.want(Sort::Flow, node))
}

/// E.164 with its `+` (spaces and hyphens fall away), or a bare user part.
fn called(key: &Key, reader: &mut Reader) -> Option<String> {
    let plain: String = key.text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if plain.starts_with('+') {
        if let Some(number) = PhoneNumber::from_e164(&plain) {
            return Some(number.to_string());
        }
    } else {
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*');
        let fits = (1..=USER_LETTERS_MAX).contains(&key.text.len());
        if fits && key.text.chars().all(letter) {
            return Some(key.text.clone());
        }
    }
    let message = format!("`{}` cannot be called", clip(&key.text));
    reader
        .complaints
        .error(code::WRONG_NUMBER, &key.place, message)
        .help("write `+48221234567`, or what is dialled, such as `5000`");
    None
}
