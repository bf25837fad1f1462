//! What an observer may count in the heart, such as a test or the console.

use super::call::Call;
use super::heart::Switchboard;
use super::settings::Settings;
use super::transfer::Target;
use crate::audio::sound::Sound;
use crate::base::digit::Digit;
use crate::base::id::{CallId, CallbackId, EntryId};
use crate::base::number::PhoneNumber;
use crate::callback::request::Row;
use crate::flow::runner::Runner;
use crate::queue::queues::Queues;
use crate::voicemail::mailboxes::Mailboxes;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A look at the heart at one moment.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    heart: &'a Switchboard,
}

impl Switchboard {
    /// What an observer may count.
    #[must_use]
    pub const fn view(&self) -> View<'_> {
        View { heart: self }
    }
}

impl<'a> View<'a> {
    /// Calls in progress, those whose callers have gone but whose flow still works included.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.heart.calls.len()
    }

    /// What the heart was told of its site.
    #[must_use]
    pub fn settings(&self) -> &'a Settings {
        &self.heart.settings
    }

    /// Whether a call is in progress.
    #[must_use]
    pub fn has_call(&self, call: CallId) -> bool {
        self.heart.calls.contains_key(&call)
    }

    /// Whether the flow of a call asks for keys at this moment.
    #[must_use]
    pub fn asks_for_keys(&self, call: CallId) -> bool {
        self.runner(call).is_some_and(Runner::asks_for_keys)
    }

    /// The keys that the flow of a call offers at this moment, each with its section.
    #[must_use]
    pub fn offers(&self, call: CallId) -> Vec<(Digit, Option<&'a str>)> {
        self.runner(call).map(Runner::offers).unwrap_or_default()
    }

    fn runner(&self, call: CallId) -> Option<&'a Runner> {
        self.heart.calls.get(&call)?.runner.as_ref()
    }

    /// The entry with which a call, or the callback that it made, stands in a queue.
    #[must_use]
    pub fn entry_of(&self, call: CallId) -> Option<EntryId> {
        let own = self.heart.calls.get(&call).and_then(Call::entry);
        own.or_else(|| {
            let made = |row: &&Row| row.promise.call == call;
            self.callbacks().find(made).map(|row| row.promise.entry)
        })
    }

    /// Calls in progress by the version of the flows that they began with.
    #[must_use]
    pub fn calls_by_version(&self) -> BTreeMap<String, usize> {
        let mut calls = BTreeMap::new();
        for runner in self.heart.calls.values().filter_map(|call| call.runner.as_ref()) {
            *calls.entry(runner.version().to_owned()).or_default() += 1;
        }
        calls
    }

    /// The number to which a caller is passed on at this moment, and the number shown there.
    #[must_use]
    pub fn dialled_for(&self, call: CallId) -> Option<(&'a PhoneNumber, Option<&'a PhoneNumber>)> {
        let transfer = self.heart.calls.get(&call)?.transfer.as_deref()?;
        let Target::Number { number, ani, tried, .. } = &transfer.target else { return None };
        let trunk = tried.last().and_then(|trunk| self.heart.settings.trunk(trunk));
        Some((number, ani.as_ref().or_else(|| trunk.and_then(|trunk| trunk.ani.as_ref()))))
    }

    /// Whether this is the sound of ringing.
    #[must_use]
    pub fn is_ringing(&self, sound: &Arc<Sound>) -> bool {
        self.heart.ringing.as_ref().is_some_and(|ringing| Arc::ptr_eq(ringing, sound))
    }

    /// Legs in progress.
    #[must_use]
    pub fn legs(&self) -> usize {
        self.heart.legs.len()
    }

    /// Agents with an offer or at work.
    #[must_use]
    pub fn jobs(&self) -> usize {
        self.heart.jobs.len()
    }

    /// RTP port numbers in use, closing ones included.
    #[must_use]
    pub fn ports_used(&self) -> usize {
        self.heart.legs.numbers_used()
    }

    /// SIP transactions and sessions that have not ended.
    #[must_use]
    pub fn sip_state(&self) -> usize {
        let counts = self.heart.user_agent.counts();
        counts.transactions + counts.sessions
    }

    /// Phones that have subscribed to waiting messages.
    #[must_use]
    pub fn lights(&self) -> usize {
        self.heart.lights.len()
    }

    /// Requests that the store has not answered.
    #[must_use]
    pub fn store_requests(&self) -> usize {
        self.heart.tickets.len()
    }

    /// The mailboxes and their messages.
    #[must_use]
    pub const fn mailboxes(&self) -> &'a Mailboxes {
        &self.heart.mailboxes
    }

    /// Rows of all callbacks that are alive.
    pub fn callbacks(&self) -> impl Iterator<Item = &'a Row> {
        self.heart.callbacks.values().map(|callback| callback.request.row())
    }

    /// The row of one callback that is alive.
    #[must_use]
    pub fn callback(&self, id: CallbackId) -> Option<&'a Row> {
        self.heart.callbacks.get(&id).map(|callback| callback.request.row())
    }

    /// The queues and their agents.
    #[must_use]
    pub const fn queues(&self) -> &'a Queues {
        &self.heart.queues
    }
}
