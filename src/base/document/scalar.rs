//! Reading single values; what does not fit is complained about and read as `None`.

use super::duration::parse_duration;
use super::node::{Kind, Node};
use crate::base::code;
use crate::base::complaint::{Complaint, Complaints};
use std::ops::RangeInclusive;
use std::time::Duration;

impl Node {
    /// Any single value, as it was written.
    pub fn text(&self, complaints: &mut Complaints) -> Option<&str> {
        if let Kind::Scalar { text, .. } = &self.kind {
            return Some(text);
        }
        self.wrong("a single value", complaints);
        None
    }

    /// A whole number within `range`.
    pub fn integer(&self, range: RangeInclusive<i64>, complaints: &mut Complaints) -> Option<i64> {
        let text = self.text(complaints)?;
        match text.parse::<i64>() {
            Ok(number) if range.contains(&number) => Some(number),
            _ => {
                let expected = match range.into_inner() {
                    (i64::MIN, i64::MAX) => "a whole number".to_owned(),
                    (low, high) => format!("a whole number from {low} to {high}"),
                };
                self.wrong(&expected, complaints);
                None
            }
        }
    }

    /// `true`, `false`, `yes` or `no`.
    pub fn yes_no(&self, complaints: &mut Complaints) -> Option<bool> {
        let text = self.text(complaints)?;
        match text {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => {
                let complaint = self.wrong("`true` or `false`", complaints);
                complaint.suggest(text, ["true", "false", "yes", "no"]);
                None
            }
        }
    }

    /// A span of time with its unit, such as `45s` or `1h30m`.
    pub fn duration(&self, complaints: &mut Complaints) -> Option<Duration> {
        let text = self.text(complaints)?;
        let span = parse_duration(text);
        if span.is_none() {
            let bare = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let help = if bare {
                format!(
                    "give a unit: `{text}s` is seconds, `{text}m` minutes, `{text}ms` thousandths"
                )
            } else {
                "write a number and `ms`, `s`, `m`, `h` or `d`, such as `45s` or `1h30m`".to_owned()
            };
            complaints
                .error(
                    code::WRONG_VALUE,
                    &self.place,
                    format!("`{}` is no span of time", clip(text)),
                )
                .help(help);
        }
        span
    }

    /// `9..15`, or one number for both ends.
    pub fn range(&self, complaints: &mut Complaints) -> Option<RangeInclusive<u32>> {
        let text = self.text(complaints)?;
        let ends = match text.split_once("..") {
            Some((low, high)) => low.parse::<u32>().ok().zip(high.parse::<u32>().ok()),
            None => text.parse::<u32>().ok().map(|number| (number, number)),
        };
        match ends {
            Some((low, high)) if low <= high => Some(low..=high),
            _ => {
                self.wrong("a range such as `9..15`", complaints);
                None
            }
        }
    }

    /// One word of a closed list.
    pub fn choice<T: Copy>(
        &self,
        words: &[(&'static str, T)],
        complaints: &mut Complaints,
    ) -> Option<T> {
        let text = self.text(complaints)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        complaints
            .error(
                code::WRONG_VALUE,
                &self.place,
                format!("`{}` is none of the choices", clip(text)),
            )
            .help(format!("one of: {}", names.join(", ")))
            .suggest(text, names.iter().copied());
        None
    }

    /// Complains that something else was expected here.
    pub fn wrong<'c>(&self, expected: &str, complaints: &'c mut Complaints) -> &'c mut Complaint {
        let found = match &self.kind {
            Kind::Scalar { text, .. } => format!("`{}`", clip(text)),
            Kind::Map(_) | Kind::List(_) | Kind::Null => self.kind_name().to_owned(),
        };
        let message = format!("expected {expected}, found {found}");
        let complaint = complaints.error(code::WRONG_VALUE, &self.place, message);
        let text = self.scalar().unwrap_or("");
        let dash = text.strip_prefix('-').and_then(|rest| rest.chars().next());
        if dash.is_some_and(char::is_alphabetic) {
            complaint.help("a dash begins an item of a list only with a space after it");
        }
        complaint
    }
}

/// Longest text quoted in a message, in characters.
const QUOTED_MAX: usize = 60;

/// The text, cut and on one line, fit for a message.
#[must_use]
pub fn clip(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(QUOTED_MAX)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    if text.chars().nth(QUOTED_MAX).is_some() {
        short.push('…');
    }
    short
}
