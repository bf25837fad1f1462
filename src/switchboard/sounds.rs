//! Playing to legs: prompts by name, recordings by id, fetched before they are played.

use super::heart::Switchboard;
use super::leg::{Line, Owner};
use super::output::Output;
use super::playbacks::{Playback, Slot};
use super::settings::Prompts;
use super::turn::Turn;
use crate::audio::sound::Sound;
use crate::base::id::{LegId, RecordingId, TicketId};
use crate::base::language::Language;
use crate::flow::effect::{Clip, Escalation, Event};
use crate::media::command::Command;
use std::sync::Arc;

impl Switchboard {
    /// Plays clips on a leg. `play` comes back when they are over, also when nothing of them
    /// could be played, so that no flow waits for silence.
    pub(super) fn play(&mut self, leg: LegId, play: u32, clips: &[Clip], turn: &mut Turn<'_>) {
        self.play_clips(leg, play, false, clips, turn);
    }

    /// Plays music on a leg until something else is played.
    pub(super) fn play_music(&mut self, leg: LegId, name: &str, turn: &mut Turn<'_>) {
        let key = format!("music/{name}");
        let music =
            |prompts: &Prompts| prompts.values().find_map(|names| names.get(&key)).map(Arc::clone);
        let Some(sound) = self.prompts_for(leg).into_iter().find_map(music) else {
            tracing::error!(name, "there is no such music");
            return self.stop_playing(leg, turn);
        };
        self.playbacks.forget(leg);
        self.start_play(leg, 0, true, vec![sound], turn);
    }

    /// Stops what plays on a leg.
    pub(super) fn stop_playing(&mut self, leg: LegId, turn: &mut Turn<'_>) {
        self.playbacks.forget(leg);
        if let Some(Line { port, shard, .. }) = self.line_of(leg) {
            turn.media(shard, Command::StopPlay { port });
        }
    }

    /// Plays clips, again and again if `repeat`.
    pub(super) fn play_clips(
        &mut self,
        leg: LegId,
        play: u32,
        repeat: bool,
        clips: &[Clip],
        turn: &mut Turn<'_>,
    ) {
        self.playbacks.forget(leg);
        let slots: Vec<Slot> = clips.iter().map(|clip| self.slot(leg, clip, turn)).collect();
        self.playbacks.waiting.insert(leg, Playback { play, repeat, slots });
        self.play_when_ready(leg, turn);
    }

    /// A recording was read, or is not there.
    pub(super) fn fetched(
        &mut self,
        ticket: TicketId,
        sound: Option<Arc<Sound>>,
        turn: &mut Turn<'_>,
    ) {
        let Some(leg) = self.playbacks.tickets.remove(&ticket) else { return };
        let Some(playback) = self.playbacks.waiting.get_mut(&leg) else { return };
        let mut mute = false;
        for slot in &mut playback.slots {
            if !matches!(slot, Slot::Fetching(own) | Slot::Speaking(own) if *own == ticket) {
                continue;
            }
            mute |= sound.is_none() && matches!(slot, Slot::Speaking(_));
            *slot = sound.clone().map_or(Slot::Missing, Slot::Ready);
        }
        if mute {
            self.playbacks.forget(leg);
            return self.speech_failed(leg, turn);
        }
        self.play_when_ready(leg, turn);
    }

    /// The program that speaks has failed; the flow decides how the caller goes on.
    fn speech_failed(&mut self, leg: LegId, turn: &mut Turn<'_>) {
        if let Some(Owner::Caller(call)) = self.legs.find(leg).map(|leg| leg.owner) {
            let failed = Escalation::named("speech-failed");
            self.tell_flow(call, Event::Escalated(failed), turn);
        }
    }

    fn slot(&mut self, leg: LegId, clip: &Clip, turn: &mut Turn<'_>) -> Slot {
        match clip {
            Clip::Prompt { language, name } => {
                self.prompt(leg, language, name).map_or(Slot::Missing, Slot::Ready)
            }
            Clip::Recording(recording) => self.fetch(leg, *recording, turn),
            Clip::Spoken { language, text } => {
                let ticket = self.ids.mint();
                self.playbacks.tickets.insert(ticket, leg);
                turn.put(Output::Speak { ticket, language: language.clone(), text: text.clone() });
                Slot::Speaking(ticket)
            }
        }
    }

    /// A prompt in this language, else in the site's own.
    fn prompt(&self, leg: LegId, language: &Language, name: &str) -> Option<Arc<Sound>> {
        let prompts = self.prompts_for(leg);
        let spoken = |language: &Language| {
            prompts.iter().find_map(|prompts| prompts.get(language)?.get(name)).map(Arc::clone)
        };
        let found = spoken(language).or_else(|| spoken(&self.settings.site.language));
        if found.is_none() {
            tracing::error!(%language, name, "there is no such prompt; it is skipped");
        }
        found
    }

    /// Where a leg's prompts are looked for: among those that its call began with, then among
    /// those of now.
    fn prompts_for(&self, leg: LegId) -> Vec<&Prompts> {
        let call = match self.legs.find(leg).map(|leg| leg.owner) {
            Some(Owner::Caller(call)) => self.calls.get(&call),
            Some(Owner::Agent(_) | Owner::Customer(_) | Owner::Target(_)) | None => None,
        };
        let own = call.map(|call| &*call.prompts);
        own.into_iter().chain([&*self.settings.prompts]).collect()
    }

    fn fetch(&mut self, leg: LegId, recording: RecordingId, turn: &mut Turn<'_>) -> Slot {
        let ticket = self.ids.mint();
        self.playbacks.tickets.insert(ticket, leg);
        turn.put(Output::Fetch { ticket, recording });
        Slot::Fetching(ticket)
    }

    fn play_when_ready(&mut self, leg: LegId, turn: &mut Turn<'_>) {
        let waits = self.playbacks.waiting.get(&leg).is_some_and(|playback| {
            playback.slots.iter().any(|slot| matches!(slot, Slot::Fetching(_) | Slot::Speaking(_)))
        });
        if waits {
            return;
        }
        let Some(Playback { play, repeat, slots }) = self.playbacks.waiting.remove(&leg) else {
            return;
        };
        let sounds: Vec<Arc<Sound>> = slots
            .into_iter()
            .filter_map(|slot| match slot {
                Slot::Ready(sound) => Some(sound),
                Slot::Fetching(_) | Slot::Speaking(_) | Slot::Missing => None,
            })
            .collect();
        self.start_play(leg, play, repeat, sounds, turn);
    }

    fn start_play(
        &mut self,
        leg: LegId,
        play: u32,
        repeat: bool,
        clips: Vec<Arc<Sound>>,
        turn: &mut Turn<'_>,
    ) {
        match self.line_of(leg) {
            Some(Line { port, shard, .. }) if !clips.is_empty() => {
                turn.media(shard, Command::Play { port, play, clips, repeat });
            }
            // Nothing can be heard: the play is over at once.
            _ => self.play_ended(leg, play, turn),
        }
    }

    /// The clips on a leg are over.
    pub(super) fn play_ended(&mut self, leg: LegId, play: u32, turn: &mut Turn<'_>) {
        match self.legs.find(leg).map(|leg| leg.owner) {
            Some(Owner::Caller(call)) if self.is_listening(call) => {
                self.listener_heard(call, play, turn);
            }
            Some(Owner::Caller(call)) => {
                self.tell_flow(call, Event::PlayEnded { play }, turn);
            }
            Some(Owner::Agent(job)) => self.agent_heard(job, play, turn),
            Some(Owner::Customer(_) | Owner::Target(_)) | None => {}
        }
    }

    pub(super) fn line_of(&self, leg: LegId) -> Option<Line> {
        self.legs.find(leg).and_then(|leg| leg.line)
    }
}
