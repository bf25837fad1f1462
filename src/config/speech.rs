//! `speech`: the program that speaks texts.

use super::outside::SpeechSettings;
use super::reader::Reader;
use super::site::section;
use super::value;
use crate::base::document::Fields;
use std::time::Duration;

/// Longest time that a caller waits for a text.
const TIMEOUT_MAX: Duration = Duration::from_secs(60);
/// Programs at once, at most.
const AT_ONCE_MAX: i64 = 64;

/// The section, if it is there and names a program.
pub(super) fn read(root: &mut Fields<'_>, reader: &mut Reader) -> Option<SpeechSettings> {
    let node = root.take("speech")?;
    let mut fields = section(Some(node), "speech", reader)?;
    let complaints = &mut reader.complaints;
    let mut speech = SpeechSettings {
        command: Vec::new(),
        timeout: Duration::from_secs(5),
        at_once: 2,
        cache: "data/speech".into(),
        cache_bytes_max: 200_000_000,
    };
    if let Some(node) = fields.required("command", complaints) {
        speech.command = value::list(Some(node), complaints, value::filled);
    }
    if let Some(node) = fields.take("timeout")
        && let Some(span) = node.duration(complaints)
    {
        if span.is_zero() || span > TIMEOUT_MAX {
            node.wrong("a time-out of up to 60s", complaints);
        }
        speech.timeout = span;
    }
    if let Some(most) = fields.take("at_once").and_then(|n| n.integer(1..=AT_ONCE_MAX, complaints))
    {
        speech.at_once = usize::try_from(most).unwrap_or(1);
    }
    if let Some(cache) = fields.take("cache").and_then(|n| value::filled(n, complaints)) {
        speech.cache = cache.into();
    }
    let most = fields.take("cache_bytes_max");
    if let Some(most) = most.and_then(|n| n.integer(1..=i64::MAX, complaints)) {
        speech.cache_bytes_max = most.unsigned_abs();
    }
    fields.finish(complaints);
    (!speech.command.is_empty()).then_some(speech)
}
