//! Whether a caller who has just confirmed must listen on before the promise is made.
//!
//! ```text
//! menu ──1──► play ──► wait ──► register_callback
//!       └────── nobody presses anything ──────┘   more than PATIENCE: callers hang up here
//! ```

use super::keys::asks_for_keys;
use super::web::Web;
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::flow::graph::{Action, Flow, Operand};
use crate::flow::site::Site;
use crate::flow::value::Value;
use std::time::Duration;

/// How long a caller who believes that all is done stays on the line. A short "thank you" fits.
const PATIENCE: Duration = Duration::from_secs(5);

/// Warns of `register_callback` that comes too long after the last key. A flow whose
/// `when_caller_hangs_up` registers loses nobody and is not judged.
pub(super) fn check(flow: &Flow, web: &Web<'_>, site: &Site, complaints: &mut Complaints) {
    if registers_after_a_hang_up(web) {
        return;
    }
    let since_key = longest_since_key(web, site);
    for (point, since_key) in web.points.iter().zip(since_key) {
        let registers = matches!(point.step.action, Action::RegisterCallback(_));
        if registers && since_key.is_some_and(|span| span > PATIENCE) {
            let message = format!(
                "a caller of `{}` listens for more than {} s after the last key before this",
                flow.name,
                PATIENCE.as_secs()
            );
            complaints
                .warning(code::PROMISE_DELAYED, &point.step.place, message)
                .help("register first and speak then: callers who believe all is done hang up");
        }
    }
}

fn registers_after_a_hang_up(web: &Web<'_>) -> bool {
    let reached = web.reached(web.root_of_a_hang_up().into_iter().collect());
    let registers = |action: &Action| matches!(action, Action::RegisterCallback(_));
    web.points.iter().zip(reached).any(|(point, reached)| reached && registers(&point.step.action))
}

/// The longest time between the last key and each step; `None` where no key comes before it. No
/// time is longer than just above [`PATIENCE`], so that loops end.
fn longest_since_key(web: &Web<'_>, site: &Site) -> Vec<Option<Duration>> {
    let mut longest: Vec<Option<Duration>> = vec![None; web.points.len()];
    let asking = web.points.iter().enumerate().filter(|(_, point)| asks(&point.step.action));
    let mut open: Vec<(usize, Duration)> = asking
        .flat_map(|(index, _)| web.after(index))
        .map(|index| (index, Duration::ZERO))
        .collect();
    while let Some((index, span)) = open.pop() {
        let (Some(known), Some(point)) = (longest.get_mut(index), web.points.get(index)) else {
            continue;
        };
        if known.is_some_and(|known| known >= span) {
            continue;
        }
        *known = Some(span);
        if !asks(&point.step.action) {
            let most = PATIENCE + Duration::from_millis(1);
            let span = span.saturating_add(listened(&point.step.action, site)).min(most);
            open.extend(web.after(index).into_iter().map(|next| (next, span)));
        }
    }
    longest
}

/// Whether the caller does something there. Whoever leaves a message stays on the line for it, as
/// for any recording, and knows that it is the message that was just taken.
fn asks(action: &Action) -> bool {
    asks_for_keys(action) || matches!(action, Action::Record(_) | Action::Voicemail(_))
}

/// How long the caller at least listens to a step; what cannot be told counts nothing.
fn listened(action: &Action, site: &Site) -> Duration {
    if let Action::Play { items, .. } = action {
        let lengths = items.iter().map(|item| length(item, site));
        lengths.fold(Duration::ZERO, Duration::saturating_add)
    } else if let Action::Music { length, .. } = action {
        length.unwrap_or(Duration::MAX)
    } else if let Action::Wait(span) = action {
        *span
    } else {
        Duration::ZERO
    }
}

fn length(item: &Operand, site: &Site) -> Duration {
    let Operand::Literal(Value::Text(name)) = item else { return Duration::ZERO };
    site.lengths.get(name).copied().unwrap_or_default()
}
