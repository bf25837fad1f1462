//! New settings for a house that lives: taken as a whole, or refused with every reason.
//!
//! Calls that stand keep the flows and the prompts that they began with; queues, agents, hours,
//! trunks and limits are new for everybody at once. A queue is not taken away from those who
//! stand in it: a promise outlives a line of configuration.

use super::heart::Switchboard;
use super::objection::Objection;
use super::output::Output;
use super::settings::{Settings, Site};
use super::tickets::Purpose;
use super::turn::{Turn, Work};
use crate::base::outbox::Outbox;
use crate::queue::event::{AgentWish, Event as QueueEvent};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Switchboard {
    /// Takes new settings, or says why not and changes nothing.
    pub(super) fn reload(&mut self, settings: Arc<Settings>, turn: &mut Turn<'_>) {
        let objections = self.objections(&settings);
        if objections.is_empty() {
            self.take_settings(settings, turn);
        }
        turn.put(Output::Reloaded { objections });
    }

    fn objections(&self, settings: &Settings) -> Vec<Objection> {
        let fixed = fixed_keys(&self.settings.site, &settings.site);
        let mut objections: Vec<Objection> =
            fixed.into_iter().map(|key| Objection::NeedsRestart { key }).collect();
        let gone = self.settings.queues.iter().map(|queue| &queue.line.name);
        for queue in gone.filter(|queue| settings.queue(queue).is_none()) {
            let (callers, callbacks) = (self.callers_in(queue), self.promised_in(queue));
            if callers + callbacks > 0 {
                let queue = queue.clone();
                objections.push(Objection::QueueInUse { queue, callers, callbacks });
            }
        }
        objections
    }

    fn callers_in(&self, queue: &str) -> usize {
        let places = self.calls.values().filter_map(|call| call.place.as_ref());
        places.filter(|place| place.held && place.queue == queue).count()
    }

    /// Callbacks whose promise is kept, or about to be.
    fn promised_in(&self, queue: &str) -> usize {
        let kept = self.callbacks.values().map(|callback| callback.request.row());
        let asked = self.tickets.open.values().filter_map(|purpose| match purpose {
            Purpose::Promise(_, row) => Some(&**row),
            Purpose::Life(_)
            | Purpose::Callbacks
            | Purpose::Bindings
            | Purpose::Message(_)
            | Purpose::Messages
            | Purpose::Record => None,
        });
        kept.chain(asked).filter(|row| row.promise.queue == queue).count()
    }

    fn take_settings(&mut self, settings: Arc<Settings>, turn: &mut Turn<'_>) {
        let old = std::mem::replace(&mut self.settings, Arc::clone(&settings));
        let mut user_agent = settings.user_agent();
        // Answers to what was sent from the old address are still ours.
        let interfaces = settings.site.interfaces.and_before(old.site.interfaces.outside);
        user_agent.identity.interfaces = Arc::new(interfaces);
        self.with_user_agent(turn, |machine, now, out| machine.reload(now, user_agent, out));
        let accounts: BTreeSet<&String> =
            settings.agents.iter().map(|agent| &agent.login.user).collect();
        for agent in &old.agents {
            if !accounts.contains(&agent.login.user) {
                self.persist_bindings(agent.login.user.clone(), Vec::new(), turn);
            }
        }
        let lines = settings.queues.iter().map(|queue| queue.line.clone()).collect();
        let agents = settings.queue_agents();
        self.with_queues(turn, |queues, now, out| queues.update(now, lines, agents, out));
        self.update_mailboxes(turn);
        self.sign_in_those_with_phones(&old, turn);
        let version = settings.flows.version.clone();
        turn.tell(None, "settings.reloaded", vec![("flows", version)]);
    }

    fn update_mailboxes(&mut self, turn: &mut Turn<'_>) {
        let mut out = Outbox::new();
        self.mailboxes.update(turn.now, &self.settings.mailboxes, &mut out);
        turn.work.extend(out.drain().map(Work::Mailboxes));
    }

    /// An agent who is new, and whose account has a phone already, works from now on.
    fn sign_in_those_with_phones(&mut self, old: &Settings, turn: &mut Turn<'_>) {
        let known: BTreeSet<&String> = old.agents.iter().map(|agent| &agent.name).collect();
        let settings = Arc::clone(&self.settings);
        for agent in settings.agents.iter().filter(|agent| !known.contains(&agent.name)) {
            let phones = self.user_agent.bindings(&agent.login.user, turn.now);
            if agent.auto_ready && !phones.is_empty() {
                let (agent, wish) = (agent.name.clone(), AgentWish::SignIn);
                self.tell_queues(QueueEvent::Agent { agent, wish }, turn);
            }
        }
    }
}

/// The keys that hold from the start of the process to its end, and are changed.
fn fixed_keys(old: &Site, new: &Site) -> Vec<&'static str> {
    let changed = [
        ("sip.address", old.bind != new.bind),
        ("sip.port", old.sip_port != new.sip_port),
        ("media.rtp_ports", old.rtp_ports != new.rtp_ports),
        ("media.shards", old.shards != new.shards),
    ];
    changed.into_iter().filter(|(_, changed)| *changed).map(|(key, _)| key).collect()
}
