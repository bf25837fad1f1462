//! Keys that nobody is there to press.

use super::web::Web;
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::flow::graph::Action;

/// Warns of questions that are asked only after the caller has hung up.
pub(super) fn check(web: &Web<'_>, complaints: &mut Complaints) {
    let Some(hung_up) = web.root_of_a_hang_up() else { return };
    let while_there = web.reached(web.roots_of_a_call());
    let after = web.reached(vec![hung_up]);
    for (index, point) in web.points.iter().enumerate() {
        let only_after = after.get(index) == Some(&true) && while_there.get(index) == Some(&false);
        if only_after && asks_for_keys(&point.step.action) {
            let message = "the caller has hung up here: no key can be pressed";
            complaints.warning(code::KEY_NEVER_PRESSED, &point.step.place, message);
        }
    }
}

/// Whether a step takes keys of the telephone.
pub(super) fn asks_for_keys(action: &Action) -> bool {
    matches!(action, Action::Menu(_) | Action::Collect(_))
        || matches!(action, Action::Music { keys, .. } if !keys.is_empty())
}
