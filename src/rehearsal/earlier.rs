//! Callbacks that were promised before a case begins.

use super::script::CallbackGiven;
use crate::base::id::Ids;
use crate::base::language::Language;
use crate::base::skill::Skills;
use crate::base::time::Utc;
use crate::callback::request::{Promise, Row, Rules, State};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long before the case the first of them was promised; the others follow in order.
const AGO_MS: i64 = 30 * 60 * 1_000;
/// How long they live.
const LIFE: Duration = Duration::from_secs(72 * 3_600);

/// The rows of these callbacks, in their order, at a moment at which none is due to expire.
#[must_use]
pub(super) fn promises(given: &[CallbackGiven], now: Utc) -> Vec<Row> {
    let mut ids = Ids::new(1, 0);
    let mut at = Utc::from_millis(now.as_millis() - AGO_MS);
    let rows = given.iter().map(|given| {
        at = at + Duration::from_secs(1);
        row(given, at, &mut ids)
    });
    rows.collect()
}

fn row(given: &CallbackGiven, at: Utc, ids: &mut Ids) -> Row {
    let rules = Rules {
        attempts: 3,
        retry_after: Duration::from_secs(15 * 60),
        busy_retry_after: Duration::from_secs(5 * 60),
        trouble_retry_after: Duration::from_secs(60),
        ring: Duration::from_secs(30),
        expires_at: at + LIFE,
    };
    let promise = Promise {
        callback: ids.mint(),
        entry: ids.mint(),
        call: ids.mint(),
        number: given.number.clone(),
        queue: given.queue.clone(),
        ani: None,
        agent_media: Vec::new(),
        language: Language::english(),
        priority: 0,
        skills: Skills::none(),
        enqueued_at: at,
        registered_at: at,
        rules,
        data: BTreeMap::new(),
    };
    let (attempts, troubles) = (Vec::new(), 0);
    Row { promise, state: State::Waiting, attempts, troubles, not_before: at, changed_at: at }
}
