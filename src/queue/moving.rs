//! A caller who goes from one place to another: another queue, another priority, an older place.

use super::entry::Standing;
use super::event::{Effect, Move, Refusal};
use super::queues::{Key, Queues};
use crate::base::id::EntryId;
use crate::base::outbox::Outbox;

impl Queues {
    /// Grants a wish for another place, or leaves the caller where they stand. The time-out of a
    /// queue begins anew in another one.
    pub(super) fn move_entry(&mut self, wish: &Move, out: &mut Outbox<Effect>) {
        let id = wish.entry;
        let Some(entry) = self.entries.get(&id).filter(|entry| entry.is_live()) else {
            return out.push(Effect::TooLate { entry: id });
        };
        let (old, standing) = (entry.line, entry.standing);
        let kept = match standing {
            Standing::Served { .. } | Standing::Early { .. } | Standing::Away => {
                return out.push(Effect::TooLate { entry: id });
            }
            Standing::Suspended { left } => Standing::Suspended { left },
            Standing::Waiting | Standing::Offered { .. } | Standing::Held { .. } => {
                Standing::Waiting
            }
        };
        let Some(&new) = self.line_of.get(&wish.queue) else {
            return out.push(Effect::NotMoved { entry: id, refusal: Refusal::Unknown });
        };
        if let Some(refusal) = self.refuses_move(id, old, new) {
            return out.push(Effect::NotMoved { entry: id, refusal });
        }
        if let Standing::Offered { job } = standing {
            self.withdraw(job, out);
        }
        self.stand(id, Standing::Away);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.line = new;
            entry.place = entry.place.moved(wish.priority, wish.enqueued_at);
        }
        self.stand(id, kept);
        if old != new {
            self.count_move(old, new);
            self.begin_time_out(id, new, kept);
            self.relax_later(id);
        }
        out.push(Effect::Moved { entry: id });
    }

    fn refuses_move(&self, id: EntryId, old: usize, new: usize) -> Option<Refusal> {
        if old == new {
            return None;
        }
        let line = self.lines.get(new)?;
        let needs = &self.entries.get(&id)?.needs;
        if line.retired {
            return Some(Refusal::Unknown);
        }
        self.no_room(line, line.callers, needs)
    }

    fn count_move(&mut self, old: usize, new: usize) {
        if let Some(line) = self.lines.get_mut(old) {
            line.counters.exited += 1;
        }
        if let Some(line) = self.lines.get_mut(new) {
            line.counters.offered += 1;
        }
    }

    fn begin_time_out(&mut self, id: EntryId, line: usize, standing: Standing) {
        let longest = self.lines.get(line).and_then(|line| line.settings.timeout);
        self.timers.stop(Key::TimeOut(id));
        if matches!(standing, Standing::Suspended { .. }) {
            self.stand(id, Standing::Suspended { left: longest });
        } else {
            self.time_out_after(id, longest);
        }
    }
}
