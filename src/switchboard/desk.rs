//! What an agent hears of a callback before the customer is dialled, and the keys for it.
//!
//! `1` call now · `2` hear again · `3` postpone · `9` discard

use super::heart::Switchboard;
use super::job::Stage;
use super::kept::Waiter;
use super::turn::Turn;
use crate::base::digit::Digit;
use crate::base::id::{CallbackId, EntryId, JobId};
use crate::base::language::Language;
use crate::callback::event::Event as CallbackEvent;
use crate::callback::request::Material;
use crate::flow::effect::Clip;
use crate::queue::event::AfterWork;
use std::time::Duration;

/// A sentence after which the agent is let go. Each hearing of the material has a number of its
/// own above, so that the end of one that was cut short is not taken for the end of the next.
const PLAY_FAREWELL: u32 = 1;
/// A postponed callback rests this long, place kept.
const POSTPONED: Duration = Duration::from_secs(15 * 60);

impl Switchboard {
    /// The agent answered for a callback.
    pub(super) fn begin_material(&mut self, job: JobId, id: CallbackId, turn: &mut Turn<'_>) {
        if let Some(job) = self.jobs.get_mut(&job) {
            job.stage = Stage::Hearing;
        }
        self.tell_callback(id, CallbackEvent::AgentAccepted, turn);
        self.play_material(job, id, turn);
    }

    fn play_material(&mut self, job: JobId, id: CallbackId, turn: &mut Turn<'_>) {
        let Some(record) = self.jobs.get_mut(&job) else { return };
        record.hearings += 1;
        let play = PLAY_FAREWELL + record.hearings;
        let Some(leg) = record.answered_leg() else { return };
        let Some(record) = self.callbacks.get(&id) else { return };
        let promise = &record.request.row().promise;
        let clips: Vec<Clip> =
            promise.agent_media.iter().map(|piece| clip(piece, &promise.language)).collect();
        turn.tell(None, "callback.agent_media", vec![("callback", id.to_string())]);
        self.play(leg, play, &clips, turn);
    }

    /// The agent has decided; what comes of it is told next, and no other key counts.
    fn leave_hearing(&mut self, job: JobId, turn: &mut Turn<'_>) {
        let Some(record) = self.jobs.get_mut(&job) else { return };
        let leg = record.answered_leg();
        record.stage = Stage::Telling;
        if let Some(leg) = leg {
            self.stop_playing(leg, turn);
        }
    }

    /// What was played to an agent is over.
    pub(super) fn agent_heard(&mut self, job: JobId, play: u32, turn: &mut Turn<'_>) {
        let Some(record) = self.jobs.get(&job) else { return };
        let material = PLAY_FAREWELL + record.hearings;
        match (record.stage, play) {
            (Stage::Hearing, play) if play == material => self.dial_for(job, turn),
            (Stage::Telling, PLAY_FAREWELL) => self.end_job(job, AfterWork::Ready, None, turn),
            (
                Stage::Ringing
                | Stage::Hearing
                | Stage::Dialing
                | Stage::Talking { .. }
                | Stage::Telling,
                _,
            ) => {}
        }
    }

    /// The agent pressed a key.
    pub(super) fn agent_key(&mut self, job: JobId, digit: Digit, turn: &mut Turn<'_>) {
        let Some(record) = self.jobs.get(&job) else { return };
        let Some(Waiter::Callback(id)) = self.waiters.get(&record.entry).copied() else { return };
        if record.stage != Stage::Hearing {
            return;
        }
        match digit.as_char() {
            '1' => {
                if let Some(leg) = record.answered_leg() {
                    self.stop_playing(leg, turn);
                }
                self.dial_for(job, turn);
            }
            '2' => self.play_material(job, id, turn),
            '3' => {
                self.leave_hearing(job, turn);
                let not_before = turn.now.utc + POSTPONED;
                self.tell_callback(id, CallbackEvent::Postpone { not_before }, turn);
            }
            '9' => {
                self.leave_hearing(job, turn);
                let reason = "discarded by the agent".to_owned();
                self.tell_callback(id, CallbackEvent::Cancel { reason }, turn);
            }
            _ => {}
        }
    }

    /// Tells the agent one sentence, then lets them go. Phones that still ring stop.
    pub(super) fn farewell(&mut self, job: JobId, prompt: &str, turn: &mut Turn<'_>) {
        let Some(record) = self.jobs.get_mut(&job) else { return };
        let entry = record.entry;
        let Some(leg) = record.answered_leg() else {
            return self.end_job(job, AfterWork::Ready, None, turn);
        };
        record.stage = Stage::Telling;
        let language = self.language_at(entry);
        self.play(leg, PLAY_FAREWELL, &[Clip::Prompt { language, name: prompt.to_owned() }], turn);
    }

    fn language_at(&self, entry: EntryId) -> Language {
        let callback = match self.waiters.get(&entry) {
            Some(Waiter::Callback(id)) => self.callbacks.get(id),
            Some(Waiter::Caller(_) | Waiter::Transfer(_)) | None => None,
        };
        callback.map_or_else(
            || self.settings.site.language.clone(),
            |record| record.request.row().promise.language.clone(),
        )
    }

    /// The material is over, or the agent wants to go on.
    fn dial_for(&mut self, job: JobId, turn: &mut Turn<'_>) {
        let Some(record) = self.jobs.get_mut(&job) else { return };
        let Some(Waiter::Callback(id)) = self.waiters.get(&record.entry).copied() else { return };
        record.stage = Stage::Dialing;
        self.begin_attempt(id, turn);
    }
}

fn clip(piece: &Material, language: &Language) -> Clip {
    match piece {
        Material::Prompt(name) => Clip::Prompt { language: language.clone(), name: name.clone() },
        Material::Recording(recording) => Clip::Recording(*recording),
    }
}
