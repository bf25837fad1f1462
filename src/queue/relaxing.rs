//! Needs that give way: after a long wait any agent of the queue will do.

use super::entry::Standing;
use super::queues::{Key, Queues};
use crate::base::id::EntryId;
use crate::base::skill::Skills;

impl Queues {
    /// Sets the moment from which an entry needs no skill any more, if its queue has one. Time
    /// that it waited elsewhere counts.
    pub(super) fn relax_later(&mut self, id: EntryId) {
        self.timers.stop(Key::Relax(id));
        let Some(entry) = self.entries.get(&id).filter(|entry| !entry.needs.is_empty()) else {
            return;
        };
        let line = self.lines.get(entry.line);
        let Some(after) = line.and_then(|line| line.settings.skills_relax_after) else { return };
        let at = self.now.monotonic + after.saturating_sub(entry.waited(self.now));
        self.timers.set(Key::Relax(id), at, "skills give way");
    }

    /// The moment has come.
    pub(super) fn relax(&mut self, id: EntryId) {
        let Some(standing) = self.entries.get(&id).map(|entry| entry.standing) else { return };
        tracing::debug!(entry = ?id, "skills give way");
        let waits = standing == Standing::Waiting;
        if waits {
            self.stand(id, Standing::Away);
        }
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.needs = Skills::none();
        }
        if waits {
            self.stand(id, Standing::Waiting);
        }
    }
}
