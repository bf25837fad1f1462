//! The sound of a rehearsal without any sound: it keeps the time that sounds take and knows who
//! would hear what, so that hours of calls cost no sample.
//!
//! ```text
//! Command ──► Ports ──► Event      PlayEnded after the length of the clips, Recorded after a key,
//!               ▲                  silence or the longest time, Closed
//!      time, keys, speech
//! ```

use super::repertoire::Piece;
use crate::audio::sound::Sound;
use crate::base::digit::Digit;
use crate::base::id::{PortId, RecordingId};
use crate::base::time::Moment;
use crate::media::command::{Command, Event, RecordLimits, RecordOutcome, Totals};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The beep before a recording, with the pause after it.
const BEEP: Duration = Duration::from_millis(300);
/// Less is a click and no word.
const SPEECH_MIN: Duration = Duration::from_millis(60);

/// All open ports.
#[derive(Debug, Default)]
pub(super) struct Ports {
    open: BTreeMap<PortId, Port>,
    /// What must be told, in order.
    pub(super) events: Vec<Event>,
    /// What begins to be heard at which port of the server, in order.
    pub(super) begun: Vec<Begun>,
    /// Which recordings were kept, and how long they are.
    pub(super) kept: BTreeMap<RecordingId, Duration>,
}

/// A clip that begins.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    pub(super) port: u16,
    /// All clips of the play, and which of them it is.
    pub(super) pieces: Arc<Vec<Piece>>,
    pub(super) index: usize,
}

#[derive(Debug, Default)]
struct Port {
    number: u16,
    playing: Option<Playing>,
    recording: Option<Recording>,
    /// Somebody speaks into it until then.
    speech: Option<(Moment, Moment)>,
    partner: Option<PortId>,
}

#[derive(Debug)]
struct Playing {
    play: u32,
    lengths: Vec<Duration>,
    pieces: Arc<Vec<Piece>>,
    repeat: bool,
    /// The clip that begins next, and when; past the last one it is the end.
    next: usize,
    at: Moment,
}

#[derive(Debug)]
struct Recording {
    id: RecordingId,
    limits: RecordLimits,
    /// When the beep is over.
    from: Moment,
    /// Whether it is.
    begun: bool,
}

impl Ports {
    /// Takes a command of the heart.
    pub(super) fn command(
        &mut self,
        now: Moment,
        command: Command,
        known: impl Fn(&Arc<Sound>) -> Piece,
    ) {
        match command {
            Command::Open { port, local, .. } => {
                self.open.insert(port, Port { number: local.port(), ..Port::default() });
            }
            Command::Configure { .. } | Command::SendDigits { .. } => {}
            Command::Play { port, play, clips, repeat } => {
                self.play(now, port, Playing::new(now, play, &clips, repeat, &known));
            }
            Command::StopPlay { port } => self.stop(port),
            Command::Record { port, recording: id, limits } => {
                let from = if limits.beep { now + BEEP } else { now };
                if let Some(port) = self.open.get_mut(&port) {
                    port.recording = Some(Recording { id, limits, from, begun: !limits.beep });
                }
            }
            Command::StopRecord { port } => self.end_recording(now, port),
            Command::Bridge { one, other } => {
                for (port, partner) in [(one, other), (other, one)] {
                    self.stop(port);
                    if let Some(port) = self.open.get_mut(&port) {
                        port.partner = Some(partner);
                    }
                }
            }
            Command::Unbridge { port } => self.part(port),
            Command::Close { port } => {
                self.part(port);
                self.end_recording(now, port);
                self.open.remove(&port);
                self.events.push(Event::Closed { port, totals: Totals::default() });
            }
        }
    }

    /// A key is pressed at a port of the server.
    pub(super) fn key(&mut self, now: Moment, number: u16, digit: Digit) {
        let Some((&id, port)) = self.find(number) else { return };
        match &port.recording {
            // While recording, the finish key ends it and no key means anything else.
            Some(recording) if recording.limits.finish == Some(digit) => {
                self.end_recording(now, id);
            }
            Some(_) => {}
            None => self.events.push(Event::Digit { port: id, digit }),
        }
    }

    /// Somebody speaks into a port of the server from now on, for so long.
    pub(super) fn speak(&mut self, now: Moment, number: u16, long: Duration) {
        let port = self.open.values_mut().find(|port| port.number == number);
        if let Some(port) = port.filter(|_| long >= SPEECH_MIN) {
            port.speech = Some((now, now + long));
        }
    }

    /// Whether something plays at a port of the server.
    pub(super) fn plays(&self, number: u16) -> bool {
        self.find(number).is_some_and(|(_, port)| port.playing.is_some())
    }

    /// Whether something without an end plays there.
    pub(super) fn plays_music(&self, number: u16) -> bool {
        let playing = self.find(number).and_then(|(_, port)| port.playing.as_ref());
        playing.is_some_and(|playing| playing.repeat)
    }

    /// Whether what comes to a port of the server is recorded, the beep being over.
    pub(super) fn records(&self, number: u16) -> bool {
        let recording = self.find(number).and_then(|(_, port)| port.recording.as_ref());
        recording.is_some_and(|recording| recording.begun)
    }

    /// Whether somebody at a port of the server talks to somebody.
    pub(super) fn talks(&self, number: u16) -> bool {
        self.find(number).is_some_and(|(_, port)| port.partner.is_some())
    }

    /// When the next clip begins or ends, or a recording does.
    pub(super) fn deadline(&self) -> Option<Moment> {
        self.open.values().filter_map(Port::deadline).min()
    }

    /// Whatever is due.
    pub(super) fn time(&mut self, now: Moment) {
        let due: Vec<PortId> = self
            .open
            .iter()
            .filter(|(_, port)| port.deadline().is_some_and(|at| at <= now))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            let recording = self.open.get_mut(&id).and_then(|port| port.recording.as_mut());
            if let Some(recording) = recording.filter(|recording| recording.from <= now) {
                recording.begun = true;
            }
            if self.open.get(&id).and_then(Port::recording_ends).is_some_and(|at| at <= now) {
                self.end_recording(now, id);
            }
            self.go_on(now, id);
        }
    }

    fn find(&self, number: u16) -> Option<(&PortId, &Port)> {
        self.open.iter().rev().find(|(_, port)| port.number == number)
    }

    fn play(&mut self, now: Moment, id: PortId, playing: Playing) {
        if let Some(port) = self.open.get_mut(&id) {
            port.playing = Some(playing);
            self.go_on(now, id);
        }
    }

    /// Begins all clips that are due, and ends the play after the last one. Music is told once.
    fn go_on(&mut self, now: Moment, id: PortId) {
        let Some(port) = self.open.get_mut(&id) else { return };
        let Some(playing) = &mut port.playing else { return };
        while playing.at <= now {
            let Some(length) = playing.lengths.get(playing.next) else { break };
            let pieces = Arc::clone(&playing.pieces);
            self.begun.push(Begun { port: port.number, pieces, index: playing.next });
            playing.next += 1;
            playing.at = playing.at + *length;
        }
        let over = playing.next >= playing.lengths.len() && playing.at <= now;
        if over && !playing.repeat {
            let play = playing.play;
            port.playing = None;
            self.events.push(Event::PlayEnded { port: id, play });
        }
    }

    fn stop(&mut self, id: PortId) {
        if let Some(port) = self.open.get_mut(&id) {
            port.playing = None;
        }
    }

    fn part(&mut self, id: PortId) {
        let partner = self.open.get_mut(&id).and_then(|port| port.partner.take());
        if let Some(partner) = partner.and_then(|partner| self.open.get_mut(&partner)) {
            partner.partner = None;
        }
    }

    fn end_recording(&mut self, now: Moment, id: PortId) {
        let Some(port) = self.open.get_mut(&id) else { return };
        let Some(recording) = port.recording.take() else { return };
        let spoken =
            port.speech.map(|(from, until)| until.min(now).since(from.max(recording.from)));
        let outcome = match spoken.filter(|spoken| *spoken >= SPEECH_MIN) {
            Some(length) => {
                self.kept.insert(recording.id, length);
                RecordOutcome::Kept { length }
            }
            None => RecordOutcome::Empty,
        };
        self.events.push(Event::Recorded { port: id, recording: recording.id, outcome });
    }
}

impl Port {
    fn deadline(&self) -> Option<Moment> {
        let beeps = self.recording.as_ref().filter(|recording| !recording.begun);
        let ends = beeps.map(|recording| recording.from).or_else(|| self.recording_ends());
        ends.into_iter().chain(self.playing.as_ref().and_then(Playing::deadline)).min()
    }

    /// When the recording ends by itself.
    fn recording_ends(&self) -> Option<Moment> {
        let recording = self.recording.as_ref()?;
        if !recording.begun {
            return None;
        }
        let longest = recording.from + recording.limits.longest;
        let spoken = self.speech.map_or(recording.from, |(_, until)| until.max(recording.from));
        let silent = recording.limits.silence.map(|silence| spoken + silence);
        Some(silent.map_or(longest, |silent| silent.min(longest)))
    }
}

impl Playing {
    fn new(
        now: Moment,
        play: u32,
        clips: &[Arc<Sound>],
        repeat: bool,
        known: &impl Fn(&Arc<Sound>) -> Piece,
    ) -> Self {
        let pieces = clips.iter().map(known).collect();
        let lengths = clips.iter().map(|clip| clip.duration()).collect();
        Self { play, lengths, pieces: Arc::new(pieces), repeat, next: 0, at: now }
    }

    /// Music that was begun once brings nothing new.
    fn deadline(&self) -> Option<Moment> {
        let waits = !self.repeat || self.next < self.lengths.len();
        waits.then_some(self.at)
    }
}
