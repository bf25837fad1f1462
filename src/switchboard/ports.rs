//! RTP port numbers, shared out among the media shards.

use std::collections::VecDeque;

/// The free numbers of each shard. A number comes back when its port has closed, and is used
/// again as late as possible, so that late packets of an old call find nobody.
#[derive(Debug)]
pub struct PortPool {
    free: Vec<VecDeque<u16>>,
    total: usize,
}

impl PortPool {
    /// Even numbers from `first` to `last` (RTCP takes the odd one above), dealt out evenly.
    #[must_use]
    pub fn new(first: u16, last: u16, shards: usize) -> Self {
        let shards = shards.max(1);
        let mut free = vec![VecDeque::new(); shards];
        let first_even = first.saturating_add(first % 2);
        let numbers = (first_even..last).step_by(2);
        let mut total = 0;
        for (index, number) in numbers.enumerate() {
            if let Some(pool) = free.get_mut(index % shards) {
                pool.push_back(number);
                total += 1;
            }
        }
        Self { free, total }
    }

    /// The shard with the most free numbers.
    #[must_use]
    pub fn roomiest(&self) -> usize {
        let sizes = self.free.iter().map(VecDeque::len).enumerate();
        sizes.max_by_key(|&(index, free)| (free, usize::MAX - index)).map_or(0, |(index, _)| index)
    }

    /// Takes a number of this shard; `None` when all are in use.
    pub fn take(&mut self, shard: usize) -> Option<u16> {
        self.free.get_mut(shard)?.pop_front()
    }

    /// Gives a number back.
    pub fn give_back(&mut self, shard: usize, number: u16) {
        if let Some(pool) = self.free.get_mut(shard) {
            debug_assert!(!pool.contains(&number), "a port number came back twice");
            pool.push_back(number);
        }
    }

    /// How many numbers are in use.
    #[must_use]
    pub fn used(&self) -> usize {
        self.total - self.free.iter().map(VecDeque::len).sum::<usize>()
    }

    /// How many numbers there are.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_even_and_used_once() {
        let mut pool = PortPool::new(10_001, 10_020, 2);
        let mut taken: Vec<u16> = (0..2)
            .flat_map(|shard| std::iter::from_fn(|| pool.take(shard)).collect::<Vec<_>>())
            .collect();
        taken.sort_unstable();
        assert_eq!(taken, [10_002, 10_004, 10_006, 10_008, 10_010, 10_012, 10_014, 10_016, 10_018]);
        assert_eq!(pool.used(), 9);
        pool.give_back(0, 10_002);
        assert_eq!(pool.used(), 8);
    }
}
