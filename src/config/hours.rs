//! The section `hours`: opening hours by name.
//!
//! ```yaml
//! hours:
//!   office-hours:
//!     time_zone: Europe/Warsaw
//!     mon-fri: 09:00-17:00
//!     sat: [09:00-12:00, 13:00-15:00]
//!     holidays:
//!       12-25: closed
//!       2026-12-24: 09:00-12:00
//! ```

use super::reader::{Reader, Sort};
use super::site::section;
use crate::base::calendar::{Calendar, Date, Day, Opening};
use crate::base::code;
use crate::base::document::{Fields, Key, Node, scalar::clip};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All opening hours.
pub(super) fn read(root: &mut Fields, reader: &mut Reader) -> BTreeMap<String, Arc<Calendar>> {
    let Some(mut hours) = section(root.take("hours"), "hours", reader) else {
        return BTreeMap::new();
    };
    let mut calendars = BTreeMap::new();
    for (key, node) in hours.take_rest() {
        let name = reader.define(Sort::Hours, key);
        if let Some(calendar) = read_one(node, reader) {
            calendars.insert(name, Arc::new(calendar));
        }
    }
    calendars
}

fn read_one(node: &Node, reader: &mut Reader) -> Option<Calendar> {
    let mut fields = Fields::of(node, "opening hours", &mut reader.complaints)?;
    let zone = fields.required("time_zone", &mut reader.complaints);
    let holidays = fields.take("holidays");
    let (mut week, mut seen) = (Vec::new(), Vec::new());
    for (key, ranges) in fields.take_rest() {
        let Some(days) = days(key, reader) else { continue };
        let ranges = openings(ranges, reader);
        if days.iter().any(|day| seen.contains(day)) {
            let message = format!("a day of `{}` stands in another line already", key.text);
            reader
                .complaints
                .error(code::LISTED_TWICE, &key.place, message)
                .help("write each day once, such as `mon-thu` and `fri`");
        }
        seen.extend(days.iter().copied());
        week.extend(days.iter().flat_map(|day| ranges.iter().map(|range| (*day, *range))));
    }
    let holidays = holidays.map(|node| read_holidays(node, reader)).unwrap_or_default();
    let zone = zone?;
    let name = zone.text(&mut reader.complaints)?;
    match Calendar::new(name, week, holidays) {
        Ok(calendar) => Some(calendar),
        Err(fault) => {
            let complaint =
                reader.complaints.error(code::WRONG_HOURS, &zone.place, fault.to_string());
            complaint.help("a time zone is called like Europe/Warsaw or America/New_York");
            None
        }
    }
}

fn read_holidays(node: &Node, reader: &mut Reader) -> Vec<(Date, Vec<Opening>)> {
    let Some(mut fields) = Fields::of(node, "holidays", &mut reader.complaints) else {
        return Vec::new();
    };
    let mut holidays: Vec<(Date, Vec<Opening>)> = Vec::new();
    for (key, ranges) in fields.take_rest() {
        let ranges = openings(ranges, reader);
        match key.text.parse::<Date>() {
            // Two spellings of one date cannot differ, so the parser has found it already.
            Ok(date) => holidays.push((date, ranges)),
            Err(fault) => {
                reader.complaints.error(code::WRONG_HOURS, &key.place, fault.to_string());
            }
        }
    }
    holidays
}

/// One or several ranges; `closed` is none.
fn openings(node: &Node, reader: &mut Reader) -> Vec<Opening> {
    if node.scalar() == Some("closed") {
        return Vec::new();
    }
    let mut ranges = Vec::new();
    for item in node.one_or_many() {
        let Some(text) = item.text(&mut reader.complaints) else { continue };
        match text.parse::<Opening>() {
            Ok(range) => ranges.push(range),
            Err(fault) => {
                let complaint =
                    reader.complaints.error(code::WRONG_HOURS, &item.place, fault.to_string());
                complaint.help("write `09:00-17:00`, a list of such ranges, or `closed`");
            }
        }
    }
    ranges
}

/// `mon`, `mon-fri`, or `sat-mon` over the end of the week.
fn days(key: &Key, reader: &mut Reader) -> Option<Vec<Day>> {
    let (first, last) = key.text.split_once('-').unwrap_or((&key.text, &key.text));
    let (Ok(first), Ok(last)) = (first.parse::<Day>(), last.parse::<Day>()) else {
        let message = format!("opening hours have no key `{}`", clip(&key.text));
        reader
            .complaints
            .error(code::UNKNOWN_KEY, &key.place, message)
            .help("known keys: time_zone, holidays, and days such as mon, sat or mon-fri")
            .suggest(&key.text, ["time_zone", "holidays"]);
        return None;
    };
    let from = Day::ALL.iter().position(|day| *day == first)?;
    let length =
        (Day::ALL.len() + Day::ALL.iter().position(|day| *day == last)? - from) % Day::ALL.len();
    Some(Day::ALL.iter().cycle().skip(from).take(length + 1).copied().collect())
}
