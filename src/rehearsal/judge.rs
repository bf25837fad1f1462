//! What must have come of a case, held against the house at its end.

use super::hearing::{hears, spelled};
use super::house::House;
use super::house::log::Ear;
use super::script::{Expected, Heard, Promised};
use crate::callback::request::{Material, Row};
use crate::switchboard::store::CallResult;
use std::fmt::Debug;
use std::time::Duration;

/// Whether something is as expected; the error is one sentence.
pub(super) fn judge(house: &mut House, expected: &Expected) -> Result<(), String> {
    match expected {
        Expected::Registered(promised) => registered(house, promised),
        Expected::Abandoned(count) => same("abandoned", count, &abandoned(house)),
        Expected::PlaceIn(place) => place_in(house, place.as_ref()),
        Expected::Result(result) => came_out(house, *result),
        Expected::Heard(sounds) => {
            let missing = sounds.iter().find(|sound| !was_heard(house, sound));
            missing.map_or(Ok(()), |sound| Err(format!("{} was not heard", spelled(sound))))
        }
        Expected::NeverHeard(sounds) => {
            let heard = sounds.iter().find(|sound| was_heard(house, sound));
            heard.map_or(Ok(()), |sound| Err(format!("{} was heard", spelled(sound))))
        }
        Expected::Escalated(name) => {
            let entries = house.log().entries().iter().rev();
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

fn was_heard(house: &House, sound: &Heard) -> bool {
    house.log().entries().iter().any(|entry| hears(entry, Ear::Caller, sound))
}

fn abandoned(house: &House) -> u64 {
    let queues = house.heart().view().queues();
    let names = house.heart().view().settings().queues.iter().map(|queue| &queue.line.name);
    names.filter_map(|name| queues.counters(name)).map(|counters| counters.abandoned).sum()
}

fn place_in(house: &House, expected: Option<&(String, u32)>) -> Result<(), String> {
    let view = house.heart().view();
    let entry = house.call().and_then(|call| view.entry_of(call));
    let found = entry.and_then(|entry| {
        Some((view.queues().queue_of(entry)?.to_owned(), view.queues().position(entry)?))
    });
    let written = |place: Option<&(String, u32)>| {
        place.map_or_else(|| "none".to_owned(), |(queue, place)| format!("{queue}: {place}"))
    };
    same("place_in", &written(expected), &written(found.as_ref()))
}

fn came_out(house: &mut House, expected: CallResult) -> Result<(), String> {
    let call = house.call();
    let mut calls = house.store().interactions();
    let found = calls.find(|known| Some(known.call) == call).map(|known| known.result);
    same("result", &expected, &found.unwrap_or(CallResult::Unfinished))
}

fn registered(house: &mut House, expected: &[Promised]) -> Result<(), String> {
    let call = house.call();
    let rows: Vec<&Row> =
        house.store().rows().filter(|row| Some(row.promise.call) == call).collect();
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
