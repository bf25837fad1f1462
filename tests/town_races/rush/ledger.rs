//! What was stored and counted, compared with what people did and heard.

use super::super::support::town::Town;
use super::caller::Caller;
use ringback::callback::request::{AttemptOutcome, Material, Row, State};
use ringback::switchboard::store::{CallResult, Interaction};
use std::time::Duration;

/// A key pressed so shortly before the end may or may not have done its work.
const UNSURE: Duration = Duration::from_millis(400);
/// Most calls must be sure, or the comparison says little.
const SURE_MIN: usize = 150;

pub(super) fn balances(town: &Town, callers: &[Caller], cares: bool) {
    let rows = town.rows();
    let calls: Vec<Interaction> = town.world(|world| world.store.interactions().cloned().collect());
    let calls: Vec<_> = calls.into_iter().filter(|c| c.called == "+48221234567").collect();
    rows.iter().for_each(|row| lived_rightly(town, row));
    promises_are_of_calls(&rows, &calls);
    let mut sure = 0;
    for caller in callers {
        let mine: Vec<_> = calls.iter().filter(|call| is_of(call, caller)).collect();
        let heard = caller.heard();
        assert!(mine.len() <= 1, "{} has {} calls", caller.number, mine.len());
        assert!(mine.len() == 1 || heard.is_empty(), "{} left no trace", caller.number);
        let Some(call) = mine.first() else { continue };
        assert!(call.ended_at.is_some(), "{call:?}");
        let acted = caller.last_key.zip(caller.last_sound());
        if acted.is_some_and(|(key, sound)| sound.since(key) < UNSURE) {
            continue;
        }
        sure += 1;
        let fits = fitting(&heard, cares).contains(&call.result);
        assert!(fits, "{} heard {heard:?}: {:?}", caller.number, call.result);
    }
    assert!(sure >= SURE_MIN, "only {sure} calls are sure");
    counters_agree(town, &rows, &calls);
    let adopted = |piece: &&Material| matches!(piece, Material::Recording(_));
    let notes = rows.iter().flat_map(|row| &row.promise.agent_media).filter(adopted).count();
    assert_eq!(town.world(|world| world.recordings.len()), notes, "recordings");
    every_story_was_told(&rows, &calls);
}

fn is_of(call: &Interaction, caller: &Caller) -> bool {
    call.caller.as_ref().is_some_and(|number| number.as_str() == caller.number)
}

/// What may have become of a caller who heard this.
fn fitting(heard: &[String], cares: bool) -> &'static [CallResult] {
    let told: Vec<&str> =
        heard.iter().map(String::as_str).filter(|name| !name.starts_with("digits/")).collect();
    let Some(last) = told.last() else { return &[CallResult::FlowOnly] };
    match *last {
        "callback-registered" | "goodbye" => &[CallResult::Registered],
        "welcome" | "main-menu" => &[CallResult::FlowOnly],
        "please-wait"
        | "music/default"
        | "press-1-for-callback"
        | "back-to-waiting"
        | "callback-unavailable" => &[CallResult::Abandoned, CallResult::Answered],
        "leave-a-note" if cares => &[CallResult::Registered, CallResult::Abandoned],
        "callback-on-this-number"
        | "enter-number"
        | "you-entered"
        | "confirm-number"
        | "number-not-valid"
            if cares =>
        {
            &[CallResult::Abandoned]
        }
        _ => &[CallResult::Incomplete],
    }
}

/// One end, and attempts that explain it.
fn lived_rightly(town: &Town, row: &Row) {
    let number = row.promise.number.to_string();
    let charged = row.attempts_counted();
    let last = row.attempts.last().and_then(|attempt| attempt.outcome);
    let why = format!("{number} {:?} {:?}", row.state, row.attempts);
    assert!(row.attempts.iter().all(|attempt| attempt.outcome.is_some()), "{why}");
    assert!(charged <= row.promise.rules.attempts, "{why}");
    match row.state {
        State::Completed | State::Abandoned => {
            assert_eq!(last, Some(AttemptOutcome::Answered), "{why}");
        }
        State::Exhausted => assert_eq!(charged, row.promise.rules.attempts, "{why}"),
        State::Failed => assert_eq!(last, Some(AttemptOutcome::NoSuchNumber), "{why}"),
        State::Cancelled => assert_eq!(last, Some(AttemptOutcome::Unwanted), "{why}"),
        State::Waiting
        | State::Offered
        | State::AgentMedia
        | State::Dialing
        | State::Connected
        | State::Requeued
        | State::Retry
        | State::Expired
        | State::Superseded => assert!(row.troubles > 0, "{why}"),
    }
    let all: usize = town
        .rows()
        .iter()
        .filter(|other| other.promise.number == row.promise.number)
        .map(|other| other.attempts.len())
        .sum();
    let dialled = town.calls_to("carrier", &number) + town.calls_to("second", &number);
    assert!(dialled <= all, "{number} was dialled {dialled} times: {why}");
}

fn promises_are_of_calls(rows: &[Row], calls: &[Interaction]) {
    let registered = calls.iter().filter(|call| call.result == CallResult::Registered);
    let named: Vec<_> = registered.map(|call| call.callback).collect();
    assert_eq!(named.len(), rows.len(), "promises");
    for row in rows {
        assert!(named.contains(&Some(row.promise.callback)), "{:?}", row.promise);
    }
}

fn counters_agree(town: &Town, rows: &[Row], calls: &[Interaction]) {
    for queue in ["sales", "service"] {
        let counted = town.world(|world| {
            let queues = world.heart().expect("a living process").view().queues();
            assert_eq!(queues.waiting(queue), 0, "{queue}");
            *queues.counters(queue).expect("a queue")
        });
        let of = |result| {
            let here = calls.iter().filter(|call| call.queue.as_deref() == Some(queue));
            here.filter(|call| call.result == result).count() as u64
        };
        let promised = rows.iter().filter(|row| row.promise.queue == queue).count() as u64;
        assert_eq!(counted.abandoned, of(CallResult::Abandoned), "{queue}");
        assert_eq!(counted.incomplete, of(CallResult::Incomplete), "{queue}");
        assert_eq!(counted.answered, of(CallResult::Answered), "{queue}");
        assert_eq!((counted.promised, of(CallResult::Registered)), (promised, promised));
        assert_eq!(counted.callbacks_ended, promised, "{queue}");
        let four = counted.abandoned + counted.incomplete + counted.answered + promised;
        assert_eq!(counted.offered, four, "{queue}");
        let others = (counted.exited, counted.timed_out, counted.refused);
        assert_eq!(others, (0, 0, 0), "{queue}");
        let offers = counted.offers;
        let ended = offers.accepted + offers.withdrawn + offers.busy + offers.failed;
        assert_eq!(offers.made, ended, "{queue}");
    }
}

/// A rush in which little happened proves little.
fn every_story_was_told(rows: &[Row], calls: &[Interaction]) {
    for state in [State::Completed, State::Exhausted, State::Failed, State::Cancelled] {
        assert!(rows.iter().any(|row| row.state == state), "no callback was {state:?}");
    }
    for result in [CallResult::Answered, CallResult::Abandoned, CallResult::Registered] {
        let count = calls.iter().filter(|call| call.result == result).count();
        assert!(count > 10, "only {count} were {result:?}");
    }
}
