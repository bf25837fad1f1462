//! What one queue has counted since the process began; raw, so that rates can be recomputed.

use std::time::Duration;

/// What became of those who stood in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Live callers who took a place; recovered customers are not counted again.
    pub offered: u64,
    /// Live callers whom an agent answered.
    pub answered: u64,
    /// Their waits together, for the average speed of answer.
    pub answered_wait: Duration,
    /// Hung up while waiting.
    pub abandoned: u64,
    /// Taken out by their flow.
    pub exited: u64,
    /// Hung up while Started.
    pub incomplete: u64,
    /// Their time-out came.
    pub timed_out: u64,
    /// Wishes for a place that were refused.
    pub refused: u64,
    /// Callbacks promised here, those that came back from the store included.
    pub promised: u64,
    /// Callbacks whose life ended.
    pub callbacks_ended: u64,
    /// What became of offers to agents.
    pub offers: Offers,
}

/// What became of offers to agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offers {
    /// Offers that were made.
    pub made: u64,
    /// Accepted.
    pub accepted: u64,
    /// Taken back: the entry was suspended or left, or the agent wished no work.
    pub withdrawn: u64,
    /// The phone was busy.
    pub busy: u64,
    /// The agent did not answer, rejected, or could not be reached.
    pub failed: u64,
}
