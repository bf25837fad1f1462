//! Somebody with a telephone: what happened to it, and an ear for what is said.

use crate::audio::sound::Sound;
use crate::base::id::{RecordingId, SessionId};
use crate::io::listening::{self, Found};
use crate::io::softphone::{Heard, Softphone};
use crate::media::command::Totals;
use std::collections::VecDeque;

/// Somebody with a telephone.
#[derive(Debug)]
pub(super) struct Actor {
    /// The telephone.
    pub(super) phone: Softphone,
    /// What happened to it and was not awaited yet.
    happened: VecDeque<Heard>,
    ear: Ear,
    /// What passed through all its calls that are over.
    totals: Totals,
}

/// There is nothing to listen to: the call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CallOver;

/// What is heard in the call that is listened to.
#[derive(Debug, Default)]
struct Ear {
    recording: Option<RecordingId>,
    samples: Vec<i16>,
    /// Everything before was recognised.
    from: usize,
}

impl Actor {
    /// Somebody to whom nothing has happened yet.
    pub(super) fn new(phone: Softphone) -> Self {
        let happened = VecDeque::new();
        Self { phone, happened, ear: Ear::default(), totals: Totals::default() }
    }

    /// Something happens.
    pub(super) fn happens(&mut self, heard: Heard) {
        if let Heard::Closed(_, totals) = &heard {
            self.totals.sent += totals.sent;
            self.totals.received += totals.received;
            self.totals.lost += totals.lost;
            self.totals.strangers += totals.strangers;
        }
        if !matches!(heard, Heard::Moment) {
            self.happened.push_back(heard);
        }
    }

    /// Takes what is awaited out of what happened; the rest stays.
    pub(super) fn take<T>(&mut self, mut awaited: impl FnMut(&Heard) -> Option<T>) -> Option<T> {
        let place = self.happened.iter().position(|heard| awaited(heard).is_some())?;
        self.happened.remove(place).and_then(|heard| awaited(&heard))
    }

    /// Why a call can bring nothing any more, if it is over.
    pub(super) fn over(&self, session: SessionId) -> Option<String> {
        self.happened.iter().find_map(|heard| match heard {
            Heard::Failed(other, failure) if *other == session => {
                Some(format!("the call failed: {failure:?}"))
            }
            Heard::Mute(other, reason) if *other == session => {
                Some(format!("the sound failed: {reason}"))
            }
            Heard::Closed(other, _) if *other == session => Some("the call is over".to_owned()),
            Heard::Failed(..)
            | Heard::Mute(..)
            | Heard::Closed(..)
            | Heard::Ringing(..)
            | Heard::Answered(_)
            | Heard::Incoming(..)
            | Heard::Confirmed(_)
            | Heard::Ended(..)
            | Heard::Played(_)
            | Heard::Digit(..)
            | Heard::Recorded(..)
            | Heard::Registered(_)
            | Heard::NotRegistered(_)
            | Heard::Moment => None,
        })
    }

    /// Listens to this call from now on.
    ///
    /// # Errors
    ///
    /// The call is over.
    pub(super) fn listen(&mut self, session: SessionId) -> Result<(), CallOver> {
        let recording = self.phone.record(session).ok_or(CallOver)?;
        self.ear = Ear { recording: Some(recording), ..Ear::default() };
        Ok(())
    }

    /// What was heard until now counts no more.
    pub(super) fn forgets(&mut self) {
        self.listens();
        self.ear.from = self.ear.samples.len();
    }

    /// Everything that was heard in the call that is listened to.
    pub(super) fn heard(&self) -> &[i16] {
        &self.ear.samples
    }

    /// Takes in what was heard meanwhile; whether there is more than before.
    pub(super) fn listens(&mut self) -> bool {
        let sound = self.ear.recording.and_then(|recording| self.phone.recording(recording));
        let Some(sound) = sound.filter(|s| s.samples().len() != self.ear.samples.len()) else {
            return false;
        };
        self.ear.samples = sound.samples().to_vec();
        true
    }

    /// Whether the beginning of this sentence was heard since the last one that was recognised.
    pub(super) fn recognises_beginning(&mut self, known: &Sound) -> Option<Found> {
        let found = listening::find_beginning(known, &self.ear.samples, self.ear.from)?;
        self.ear.from = usize::try_from(found.at.max(0)).unwrap_or(0);
        Some(found)
    }

    /// Whether all of this sound was heard since the last one that was recognised.
    pub(super) fn recognises(&mut self, known: &Sound) -> Option<Found> {
        let found = listening::find(known, &self.ear.samples, self.ear.from)?;
        if found.covered < 1.0 {
            return None;
        }
        self.ear.from = found.end(known);
        Some(found)
    }

    /// What was heard and not recognised yet.
    pub(super) fn unrecognised(&self) -> &[i16] {
        self.ear.samples.get(self.ear.from..).unwrap_or_default()
    }

    /// The counters of all calls that are over.
    pub(super) const fn totals(&self) -> Totals {
        self.totals
    }
}
