//! Plays that wait for recordings to be read.

use crate::audio::sound::Sound;
use crate::base::id::{LegId, TicketId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Plays that wait for recordings to be read, at most one on a leg.
#[derive(Debug, Default)]
pub(super) struct Playbacks {
    pub(super) waiting: BTreeMap<LegId, Playback>,
    pub(super) tickets: BTreeMap<TicketId, LegId>,
}

/// One play whose clips are not all there yet.
#[derive(Debug)]
pub(super) struct Playback {
    pub(super) play: u32,
    pub(super) repeat: bool,
    pub(super) slots: Vec<Slot>,
}

/// One clip of it.
#[derive(Debug)]
pub(super) enum Slot {
    Ready(Arc<Sound>),
    Fetching(TicketId),
    /// A text is being spoken.
    Speaking(TicketId),
    Missing,
}

impl Playbacks {
    /// Forgets what waits for this leg: something else plays, or the leg is gone.
    pub(super) fn forget(&mut self, leg: LegId) {
        if let Some(old) = self.waiting.remove(&leg) {
            for slot in old.slots {
                if let Slot::Fetching(ticket) | Slot::Speaking(ticket) = slot {
                    self.tickets.remove(&ticket);
                }
            }
        }
    }
}
