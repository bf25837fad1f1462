//! An ordered set that knows the rank of each member.
//!
//! A `BTreeSet` finds the first quickly but counts those before a member one by one; with
//! 100,000 callers who each ask for their position that is too slow. Here members stand in
//! short sorted runs, so that a rank is a sum of run lengths and one binary search.

/// Members of one run before it is cut in two.
const RUN_MAX: usize = 512;

/// An ordered set with ranks.
#[derive(Debug, Clone)]
pub(super) struct RankedSet<T> {
    /// Sorted, none empty; every member of a run is below every member of the next.
    runs: Vec<Vec<T>>,
    len: usize,
}

impl<T: Ord + Copy> RankedSet<T> {
    /// A set without members.
    pub(super) const fn new() -> Self {
        Self { runs: Vec::new(), len: 0 }
    }

    /// Adds a member; `false` if it was there.
    pub(super) fn insert(&mut self, member: T) -> bool {
        let at = self.run_of(&member);
        let Some(run) = self.runs.get_mut(at) else {
            self.runs.push(vec![member]);
            self.len += 1;
            return true;
        };
        let Err(slot) = run.binary_search(&member) else { return false };
        run.insert(slot, member);
        self.len += 1;
        if run.len() > RUN_MAX {
            let tail = run.split_off(RUN_MAX / 2);
            self.runs.insert(at + 1, tail);
        }
        true
    }

    /// Takes a member away; `false` if it was not there.
    pub(super) fn remove(&mut self, member: &T) -> bool {
        let at = self.run_of(member);
        let Some(run) = self.runs.get_mut(at) else { return false };
        let Ok(slot) = run.binary_search(member) else { return false };
        run.remove(slot);
        self.len -= 1;
        if run.is_empty() {
            self.runs.remove(at);
        }
        true
    }

    /// How many members stand before this one, which need not be a member itself.
    pub(super) fn rank(&self, member: &T) -> usize {
        let at = self.run_of(member);
        let before: usize = self.runs.iter().take(at).map(Vec::len).sum();
        let inside = self.runs.get(at).map_or(0, |run| run.partition_point(|m| m < member));
        before + inside
    }

    /// How many members there are.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// All members in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.runs.iter().flatten().copied()
    }

    /// The run in which `member` stands or would stand: the last that begins at or below it.
    fn run_of(&self, member: &T) -> usize {
        let begun = self.runs.partition_point(|run| run.first().is_some_and(|m| m <= member));
        begun.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn a_ranked_set_is_a_set_with_ranks(
            keys in prop::collection::vec((0_u16..3_000, prop::bool::weighted(0.7)), 0..4_000)
        ) {
            let mut ranked = RankedSet::new();
            let mut plain = BTreeSet::new();
            for (key, add) in keys {
                if add {
                    prop_assert_eq!(ranked.insert(key), plain.insert(key));
                } else {
                    prop_assert_eq!(ranked.remove(&key), plain.remove(&key));
                }
                prop_assert_eq!(ranked.len(), plain.len());
            }
            for probe in (0..3_000).step_by(97) {
                prop_assert_eq!(ranked.rank(&probe), plain.range(..probe).count());
            }
            prop_assert!(ranked.iter().eq(plain.iter().copied()));
        }
    }
}
