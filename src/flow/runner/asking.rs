//! Asking for keys: what a `menu` and a `collect` have in common, and what each remembers.

use crate::base::time::Moment;
use crate::flow::collect::Collector;

/// One question that is asked again until it is answered or the tries are used up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking {
    /// The prompt that plays now.
    pub(super) play: Option<u32>,
    /// Tries after this one.
    pub(super) tries_left: u32,
}

impl Asking {
    /// The first of `tries` tries.
    pub(super) const fn first_of(tries: u32) -> Self {
        Self { play: None, tries_left: tries.saturating_sub(1) }
    }

    /// The next try; `None` when all are used.
    pub(super) fn again(self) -> Option<Self> {
        let tries_left = self.tries_left.checked_sub(1)?;
        Some(Self { play: None, tries_left })
    }
}

/// A menu that waits for a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Menu {
    /// The question.
    pub(super) asking: Asking,
    /// End of the silence that is allowed; runs from the end of the prompt.
    pub(super) until: Option<Moment>,
}

/// A collect that waits for keys.
#[derive(Debug, Clone)]
pub(super) struct Collecting {
    /// The question.
    pub(super) asking: Asking,
    /// The keys so far.
    pub(super) collector: Collector,
}
