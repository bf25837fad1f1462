//! Variables that are read where nothing can have given them a value.

use super::web::Web;
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::flow::decode::{Draft, Uses};
use std::collections::{BTreeMap, BTreeSet};

/// Warns of them. What runs after a hang-up or an escalation can come after any step, and is not
/// judged; an input may have been given.
pub(super) fn check(draft: &Draft, web: &Web<'_>, complaints: &mut Complaints) {
    let uses: Vec<Option<&Uses>> =
        web.points.iter().map(|point| draft.uses.get(&point.step.place)).collect();
    let mut roots = web.roots_of_catches();
    roots.extend(web.root_of_a_hang_up());
    let after_anything = web.reached(roots);
    let started = web.reached(web.roots());
    let mut told = BTreeSet::new();
    for (name, after_a_write) in written(draft, web, &uses) {
        for (index, uses) in uses.iter().enumerate() {
            let is = |reached: &[bool]| reached.get(index) == Some(&true);
            if is(&after_anything) || is(&after_a_write) || !is(&started) {
                continue;
            }
            let reads = uses.iter().flat_map(|uses| &uses.reads);
            for (_, place) in reads.filter(|(read, _)| read == name) {
                if told.insert((name, place)) {
                    let message = format!("nothing has given `{name}` a value before this");
                    complaints.warning(code::NEVER_SET, place, message);
                }
            }
        }
    }
}

/// The variables that begin unknown, with the steps that come after one that writes them.
fn written<'d>(
    draft: &'d Draft,
    web: &Web<'_>,
    uses: &[Option<&'d Uses>],
) -> BTreeMap<&'d str, Vec<bool>> {
    let flow = &draft.flow;
    let mut writers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (name, _) in flow.vars.iter().filter(|(_, variable)| variable.default.is_none()) {
        writers.insert(name, Vec::new());
    }
    for (index, uses) in uses.iter().enumerate() {
        for name in uses.iter().flat_map(|uses| &uses.writes) {
            writers.entry(name).or_default().push(index);
        }
    }
    let has_value = |name: &str| {
        flow.inputs.contains_key(name)
            || flow.vars.get(name).is_some_and(|variable| variable.default.is_some())
    };
    writers.retain(|name, _| !has_value(name));
    let reached = |writers: Vec<usize>| {
        web.reached(writers.into_iter().flat_map(|writer| web.after(writer)).collect())
    };
    writers.into_iter().map(|(name, writers)| (name, reached(writers))).collect()
}
