//! Where a machine puts what should happen, in order.

use std::collections::VecDeque;

/// Effects in the order in which they must be performed.
#[derive(Debug)]
pub struct Outbox<E> {
    effects: VecDeque<E>,
}

impl<E> Outbox<E> {
    /// An empty outbox.
    #[must_use]
    pub const fn new() -> Self {
        Self { effects: VecDeque::new() }
    }

    /// Adds one effect at the end.
    pub fn push(&mut self, effect: E) {
        self.effects.push_back(effect);
    }

    /// Takes the oldest effect.
    pub fn pop(&mut self) -> Option<E> {
        self.effects.pop_front()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.effects.is_empty()
    }

    /// How many effects wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.effects.len()
    }

    /// Takes all effects, oldest first.
    pub fn drain(&mut self) -> impl Iterator<Item = E> + '_ {
        self.effects.drain(..)
    }
}

impl<E> Default for Outbox<E> {
    fn default() -> Self {
        Self::new()
    }
}
