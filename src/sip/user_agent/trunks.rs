//! Our registrations at trunks: machines of their own, sent by our transactions.

use super::settings::{TrunkAccess, UserAgentSettings};
use super::{User, UserAgent};
use crate::base::entropy::Entropy;
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Moment, Now};
use crate::sip::event::{Effect, Path};
use crate::sip::identity::Context;
use crate::sip::message::Message;
use crate::sip::registration::{self, Registration, Settings};
use std::collections::BTreeMap;

/// The registrations by the trunk's name.
#[derive(Debug, Default)]
pub(super) struct Trunks {
    by_name: BTreeMap<String, Upkeep>,
}

#[derive(Debug)]
struct Upkeep {
    registration: Registration,
    path: Path,
    /// What it was made from, to see whether new settings change it.
    access: TrunkAccess,
}

impl Trunks {
    /// Registrations that begin with the first timer event.
    pub(super) fn new(settings: &UserAgentSettings, entropy: &mut Entropy) -> Self {
        let mut trunks = Self::default();
        trunks.add_missing(Now::default(), settings, entropy);
        trunks
    }

    fn add_missing(&mut self, now: Now, settings: &UserAgentSettings, entropy: &mut Entropy) {
        for (name, access) in &settings.trunks {
            let Some(wanted) = &access.registration else { continue };
            if self.by_name.contains_key(name) {
                continue;
            }
            let machine = Settings {
                trunk: name.clone(),
                registrar: wanted.registrar.clone(),
                aor: wanted.aor.clone(),
                contact: settings.identity.contact_uri(&wanted.path),
                login: access.login.clone(),
                expiry: wanted.expiry,
            };
            let registration = Registration::new(now, machine, entropy.child());
            let (path, access) = (wanted.path, access.clone());
            self.by_name.insert(name.clone(), Upkeep { registration, path, access });
        }
    }

    pub(super) fn deadline(&self) -> Option<Deadline> {
        let due = self.by_name.values().map(|upkeep| upkeep.registration.deadline());
        due.fold(None, Deadline::earliest)
    }

    fn due(&self, now: Moment) -> Vec<String> {
        let due = self.by_name.iter().filter(|(_, upkeep)| {
            upkeep.registration.deadline().is_some_and(|deadline| deadline.at <= now)
        });
        due.map(|(name, _)| name.clone()).collect()
    }
}

impl UserAgent {
    pub(super) fn registrations_due(&mut self, now: Now, out: &mut Outbox<Effect>) {
        for trunk in self.trunks.due(now.monotonic) {
            self.tell_registration(now, &trunk, registration::Event::Timer, out);
        }
    }

    /// A response to a REGISTER of ours, or `None` when none will come.
    pub(super) fn registration_answered(
        &mut self,
        now: Now,
        trunk: &str,
        response: Option<Message>,
        out: &mut Outbox<Effect>,
    ) {
        let event = response.map_or(registration::Event::Unanswered, |response| {
            registration::Event::Answered(Box::new(response))
        });
        self.tell_registration(now, trunk, event, out);
    }

    /// Signs out at all trunks, before the process ends.
    pub fn sign_out(&mut self, now: Now, out: &mut Outbox<Effect>) {
        let names: Vec<String> = self.trunks.by_name.keys().cloned().collect();
        for trunk in names {
            self.tell_registration(now, &trunk, registration::Event::Stop, out);
        }
        self.settle(now, out);
    }

    /// Takes new settings. They hold for what comes; calls that stand are not touched.
    /// Registrations of trunks that are gone or changed are signed out and made anew; phones of
    /// accounts that are gone are forgotten, without a word.
    pub fn reload(&mut self, now: Now, settings: UserAgentSettings, out: &mut Outbox<Effect>) {
        let held = |name: &str, upkeep: &Upkeep| settings.trunks.get(name) == Some(&upkeep.access);
        let gone = self.trunks.by_name.iter().filter(|(name, upkeep)| !held(name, upkeep));
        let gone: Vec<String> = gone.map(|(name, _)| name.clone()).collect();
        for trunk in gone {
            self.tell_registration(now, &trunk, registration::Event::Stop, out);
            self.trunks.by_name.remove(&trunk);
        }
        if (&settings.realm, &settings.digests) != (&self.settings.realm, &self.settings.digests) {
            self.phones.change_gate(&settings, &mut self.entropy);
        }
        let accounts = self.settings.accounts.keys();
        let gone = accounts.filter(|account| !settings.accounts.contains_key(*account)).cloned();
        for account in gone.collect::<Vec<String>>() {
            self.phones.forget(now, &account);
        }
        self.settings = settings;
        self.trunks.add_missing(now, &self.settings, &mut self.entropy);
        self.settle(now, out);
    }

    fn tell_registration(
        &mut self,
        now: Now,
        trunk: &str,
        event: registration::Event,
        out: &mut Outbox<Effect>,
    ) {
        let Some(upkeep) = self.trunks.by_name.get_mut(trunk) else { return };
        let path = upkeep.path;
        let mut effects = Outbox::new();
        upkeep.registration.handle(now, event, &mut effects);
        for effect in effects.drain() {
            match effect {
                registration::Effect::Send(request) => {
                    self.send_register(now, trunk, *request, path);
                }
                registration::Effect::Registered(registered) => {
                    out.push(Effect::TrunkRegistered { trunk: trunk.to_owned(), registered });
                }
            }
        }
    }

    fn send_register(&mut self, now: Now, trunk: &str, mut request: Message, path: Path) {
        let identity = self.settings.identity.clone();
        let mut context =
            Context { now: now.monotonic, entropy: &mut self.entropy, identity: identity.clone() };
        let branch = context.branch();
        request.headers.insert_first("Via", identity.via(&path, branch));
        let user = Some(User::Registration(trunk.to_owned()));
        self.table.begin(now.monotonic, (branch, request), path, user, &mut self.table_out);
    }
}
