//! What must have come of a case, held against the house at its end.

use super::hearing::{hears, spelled};
use super::house::log::{Ear, Entry, Log, What};
use super::script::{Expected, Fact, Heard, PassedOn, Promised, Telling};
use crate::base::json::Json;
use crate::callback::request::{Material, Row};
use crate::switchboard::store::CallResult;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

/// What is known at the end of a case, however it was played.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// What happened.
    pub log: &'a Log,
    /// The callbacks that were promised in the caller's call.
    pub rows: Vec<Row>,
    /// The callbacks that are promised at the end, whoever asked for them.
    pub pending: Vec<Row>,
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
        Expected::Registered(promised) => callbacks("registered", &evidence.rows, promised),
        Expected::Pending(promised) => callbacks("pending", &evidence.pending, promised),
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
        Expected::Tags(tags) => same("tags", tags, &facts(evidence.log, "call.tagged", "tag")),
        Expected::Notes(notes) => same("notes", notes, &facts(evidence.log, "call.noted", "note")),
        Expected::Events(events) => self::events(evidence.log, events),
        Expected::Messages(expected) => {
            let mut found = BTreeMap::new();
            for mailbox in facts(evidence.log, "message.left", "mailbox") {
                *found.entry(mailbox).or_insert(0_u64) += 1;
            }
            same("messages", &counted(expected), &counted(&found))
        }
        Expected::Transferred(expected) => transferred(evidence.log, expected.as_ref()),
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

/// One fact of everything of this name that was told, in order.
fn facts(log: &Log, event: &str, fact: &str) -> Vec<String> {
    let told = log.entries().iter().filter(|entry| entry.what.is(event));
    told.filter_map(|entry| entry.what.fact(fact)).map(str::to_owned).collect()
}

/// `support: 1, sales: 2`, or `none`.
fn counted(counts: &BTreeMap<String, u64>) -> String {
    let some = counts.iter().filter(|(_, count)| **count > 0);
    let written: Vec<String> = some.map(|(name, count)| format!("{name}: {count}")).collect();
    if written.is_empty() { "none".to_owned() } else { written.join(", ") }
}

fn events(log: &Log, expected: &[Telling]) -> Result<(), String> {
    let told = |entry: &Entry| match &entry.what {
        What::Announces(event) => Some((event.event.clone(), Json::object(event.data.clone()))),
        What::Hears { .. }
        | What::Step { .. }
        | What::Exit { .. }
        | What::Dials { .. }
        | What::Told { .. }
        | What::Did(_) => None,
    };
    let found: Vec<(String, Json)> = log.entries().iter().filter_map(told).collect();
    let wanted: Vec<&str> = expected.iter().map(|event| event.name.as_str()).collect();
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    same("events", &wanted, &names)?;
    expected.iter().zip(&found).try_for_each(|(expected, (name, data))| {
        fact(&mut vec![name.clone(), "data".to_owned()], &Fact::Holds(expected.data.clone()), data)
    })
}

/// Holds what was told against what is expected; `path` leads to it.
fn fact(path: &mut Vec<String>, expected: &Fact, found: &Json) -> Result<(), String> {
    let mut inside = |part: String, expected: &Fact| {
        let found = found.at(std::slice::from_ref(&part)).unwrap_or_default();
        path.push(part);
        let judged = fact(path, expected, &found);
        path.pop();
        judged
    };
    match expected {
        Fact::Holds(facts) => {
            facts.iter().try_for_each(|(name, expected)| inside(name.clone(), expected))
        }
        Fact::Lists(items) => {
            let mut all = items.iter().enumerate();
            all.try_for_each(|(index, expected)| inside(index.to_string(), expected))?;
            let more = found.at(&[items.len().to_string()]);
            same(&path.join("."), &"nothing more".to_owned(), &written(more.as_ref()))
        }
        Fact::Is(text) => same(&path.join("."), text, &written(Some(found))),
    }
}

/// As it would be written in an expectation.
fn written(found: Option<&Json>) -> String {
    match found {
        None => "nothing more".to_owned(),
        Some(json) if *json == Json::NOTHING => "nothing".to_owned(),
        Some(json) => json.as_text().unwrap_or_else(|| json.to_string()),
    }
}

/// To whom the caller was passed on last.
fn passed_on(log: &Log) -> Option<PassedOn> {
    let mut step = "";
    let mut dialled = None;
    let mut to = None;
    for Entry { what, .. } in log.entries() {
        match what {
            What::Step { does, .. } => step = does,
            What::Dials { number, ani } => dialled = Some((number.clone(), ani.clone())),
            What::Told { event: "transfer.connected", .. } => {
                to = match what.fact("agent") {
                    Some(agent) => Some(PassedOn::Agent(agent.to_owned())),
                    None => dialled
                        .take()
                        .map(|(number, ani)| PassedOn::Number { number: Some(number), ani }),
                };
            }
            What::Told { event: "queue.joined" | "queue.moved", .. } if step == "transfer" => {
                to = what.fact("queue").map(|queue| PassedOn::Queue(queue.to_owned()));
            }
            What::Told { .. }
            | What::Hears { .. }
            | What::Exit { .. }
            | What::Announces(_)
            | What::Did(_) => {}
        }
    }
    to
}

fn transferred(log: &Log, expected: Option<&PassedOn>) -> Result<(), String> {
    let found = passed_on(log);
    if let (
        Some(PassedOn::Number { number, ani }),
        Some(PassedOn::Number { number: found, ani: shown }),
    ) = (expected, &found)
    {
        let told = |number| text(number).unwrap_or_else(|| "none".to_owned());
        let right = |what, wanted: Option<String>, found| {
            wanted.map_or(Ok(()), |wanted| same(what, &wanted, &told(found)))
        };
        right("transferred.number", text(number), found)?;
        return right("transferred.ani", text(ani), shown);
    }
    let whom = |to: Option<&PassedOn>| match to {
        None => "to nobody".to_owned(),
        Some(PassedOn::Number { number, .. }) => {
            format!("to {}", text(number).unwrap_or_else(|| "a number".to_owned()))
        }
        Some(PassedOn::Agent(name)) => format!("to the agent {name}"),
        Some(PassedOn::Queue(name)) => format!("to the queue {name}"),
    };
    same("transferred", &whom(expected), &whom(found.as_ref()))
}

fn place_in(evidence: &Evidence<'_>, expected: Option<&(String, u32)>) -> Result<(), String> {
    let written = |place: Option<&(String, u32)>| {
        place.map_or_else(|| "none".to_owned(), |(queue, place)| format!("{queue}: {place}"))
    };
    same("place_in", &written(expected), &written(evidence.place.as_ref()))
}

fn callbacks(what: &str, rows: &[Row], expected: &[Promised]) -> Result<(), String> {
    if rows.len() != expected.len() {
        let many = |count: usize| match count {
            0 => "no callback".to_owned(),
            1 => "one callback".to_owned(),
            more => format!("{more} callbacks"),
        };
        let (wanted, found) = (many(expected.len()), many(rows.len()));
        return Err(format!("{what}: expected {wanted}, found {found}"));
    }
    expected.iter().zip(rows).try_for_each(|(expected, row)| promised(what, expected, row))
}

fn promised(what: &str, expected: &Promised, row: &Row) -> Result<(), String> {
    let found = &row.promise;
    let lives = found.rules.expires_at.since(found.registered_at);
    let named = |name: &str| format!("{what}.{name}");
    field(&named("queue"), expected.queue.as_deref(), found.queue.as_str())?;
    field(&named("number"), text(&expected.number).as_deref(), found.number.as_str())?;
    let ani = text(&found.ani).unwrap_or_else(|| "none".to_owned());
    field(&named("ani"), text(&expected.ani).as_deref(), &ani)?;
    field(&named("priority"), expected.priority, found.priority)?;
    field(&named("attempts"), expected.attempts, found.rules.attempts)?;
    field(&named("retry_after"), expected.retry_after, found.rules.retry_after)?;
    field(&named("expires"), expected.expires, whole_seconds(lives))?;
    field(&named("language"), expected.language.as_deref(), found.language.tag())?;
    if let Some(media) = &expected.agent_media {
        let expected: Vec<String> = media.iter().map(spelled).collect();
        let found: Vec<String> = found.agent_media.iter().map(material).collect();
        same(&named("agent_media"), &expected.join(", "), &found.join(", "))?;
    }
    for (name, value) in &expected.data {
        let found = found.data.get(name).map_or("none", String::as_str);
        field(&named(&format!("data.{name}")), Some(value.as_str()), found)?;
    }
    Ok(())
}

fn field<T: PartialEq + Debug>(name: &str, expected: Option<T>, found: T) -> Result<(), String> {
    expected.map_or(Ok(()), |expected| same(name, &expected, &found))
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
