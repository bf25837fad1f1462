//! A message on its way into a mailbox: how far it is.

use crate::flow::effect::MessageLimits;

/// A message on its way.
#[derive(Debug, Clone)]
pub(super) struct Leaving {
    /// The mailbox.
    pub(super) mailbox: String,
    /// How far it is.
    pub(super) stage: LeavingStage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeavingStage {
    /// The mailbox is asked whether it takes one.
    Opening,
    /// The greeting plays.
    Greeting {
        /// Its number.
        play: u32,
        /// What will end the message.
        limits: MessageLimits,
    },
    /// The caller speaks.
    Recording,
    /// The store is asked.
    Keeping,
}
