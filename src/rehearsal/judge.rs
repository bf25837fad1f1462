//! What must have come of a case, held against the house at its end.

use super::hearing::{hears, spelled};
use super::house::log::{Ear, Log};
use super::script::{Expected, Heard, Promised};
use crate::callback::request::{Material, Row};
use crate::switchboard::store::CallResult;
use std::fmt::Debug;
use std::time::Duration;

/// What is known at the end of a case, however it was played.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// What happened.
    pub log: &'a Log,
    /// The callbacks that were promised in the caller's call.
    pub rows: Vec<Row>,
    /// How many callers hung up while they waited.
    pub abandoned: u64,
    /// Where the caller, or the callback, stands.
    pub place: Option<(String, u32)>,
    /// How the call came out.
    pub result: CallResult,
}

/// Whether something is as expected.
///
/// # Errors
///
/// What is wrong, one sentence.
pub fn judge(evidence: &Evidence<'_>, expected: &Expected) -> Result<(), String> {
    match expected {
        Expected::Registered(promised) => registered(&evidence.rows, promised),
        Expected::Abandoned(count) => same("abandoned", count, &evidence.abandoned),
        Expected::PlaceIn(place) => place_in(evidence, place.as_ref()),
        Expected::Result(result) => same("result", result, &evidence.result),
        Expected::Heard(sounds) => {
            let missing = sounds.iter().find(|sound| !was_heard(evidence.log, sound));
            missing.map_or(Ok(()), |sound| Err(format!("{} was not heard", spelled(sound))))
        }
        Expected::NeverHeard(sounds) => {
            let heard = sounds.iter().find(|sound| was_heard(evidence.log, sound));
            heard.map_or(Ok(()), |sound| Err(format!("{} was heard", spelled(sound))))
        }
        Expected::Escalated(name) => {
            let entries = evidence.log.entries().iter().rev();
            let told = entries.filter(|entry| entry.what.is("flow.uncaught"));
            let found = told.filter_map(|entry| entry.what.fact("escalation")).next();
            same("escalated", &name.as_deref().unwrap_or("none"), &found.unwrap_or("none"))
        }
    }
}

fn same<T: PartialEq + Debug>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what}: expected {expected:?}, found {found:?}"))
}

fn was_heard(log: &Log, sound: &Heard) -> bool {
    log.entries().iter().any(|entry| hears(entry, Ear::Caller, sound))
}

fn place_in(evidence: &Evidence<'_>, expected: Option<&(String, u32)>) -> Result<(), String> {
    let written = |place: Option<&(String, u32)>| {
        place.map_or_else(|| "none".to_owned(), |(queue, place)| format!("{queue}: {place}"))
    };
    same("place_in", &written(expected), &written(evidence.place.as_ref()))
}

fn registered(rows: &[Row], expected: &[Promised]) -> Result<(), String> {
    if rows.len() != expected.len() {
        let many = |count: usize| match count {
            0 => "no callback".to_owned(),
            1 => "one callback".to_owned(),
            more => format!("{more} callbacks"),
        };
        let (wanted, found) = (many(expected.len()), many(rows.len()));
        return Err(format!("registered: expected {wanted}, found {found}"));
    }
    expected.iter().zip(rows).try_for_each(|(expected, row)| promised(expected, row))
}

fn promised(expected: &Promised, row: &Row) -> Result<(), String> {
    let found = &row.promise;
    let lives = found.rules.expires_at.since(found.registered_at);
    field("queue", expected.queue.as_deref(), found.queue.as_str())?;
    field("number", text(&expected.number).as_deref(), found.number.as_str())?;
    let ani = text(&found.ani).unwrap_or_else(|| "none".to_owned());
    field("ani", text(&expected.ani).as_deref(), &ani)?;
    field("priority", expected.priority, found.priority)?;
    field("attempts", expected.attempts, found.rules.attempts)?;
    field("retry_after", expected.retry_after, found.rules.retry_after)?;
    field("expires", expected.expires, whole_seconds(lives))?;
    field("language", expected.language.as_deref(), found.language.tag())?;
    if let Some(media) = &expected.agent_media {
        let expected: Vec<String> = media.iter().map(spelled).collect();
        let found: Vec<String> = found.agent_media.iter().map(material).collect();
        same("registered.agent_media", &expected.join(", "), &found.join(", "))?;
    }
    for (name, value) in &expected.data {
        let what = format!("data.{name}");
        field(&what, Some(value.as_str()), found.data.get(name).map_or("none", String::as_str))?;
    }
    Ok(())
}

fn field<T: PartialEq + Debug>(name: &str, expected: Option<T>, found: T) -> Result<(), String> {
    match expected {
        Some(expected) => same(&format!("registered.{name}"), &expected, &found),
        None => Ok(()),
    }
}

fn text(number: &Option<crate::base::number::PhoneNumber>) -> Option<String> {
    number.as_ref().map(ToString::to_string)
}

const fn whole_seconds(span: Duration) -> Duration {
    Duration::from_secs(span.as_secs())
}

fn material(piece: &Material) -> String {
    match piece {
        Material::Prompt(name) => name.clone(),
        Material::Recording(_) => spelled(&Heard::Recording),
    }
}
