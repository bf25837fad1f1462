//! The lights of agents' phones that say whether messages wait (RFC 3842).
//!
//! ```text
//! SUBSCRIBE ──► subscribed: whose light, of which mailboxes ──► granted, told at once
//! a mailbox counts otherwise ──► every light that watches it is told
//! ```

use super::address::uri;
use super::features::LISTEN;
use super::heart::Switchboard;
use super::mailroom::{Light, Watch};
use super::turn::Turn;
use crate::base::id::SubscriptionId;
use crate::sip::event::{Body, Command, Subscribed};
use crate::voicemail::summary::{self, Counts};

impl Switchboard {
    /// A phone asks to be told: of all mailboxes of its agent, or of one by its name.
    pub(super) fn subscribed(&mut self, asked: Subscribed, turn: &mut Turn<'_>) {
        let Subscribed { subscription, account, resource, remote } = asked;
        let agent = self.agent_of_account(&account);
        let own = resource == account || resource == agent;
        let mailbox = self.mailboxes.settings(&resource).filter(|_| !own);
        let watches = match mailbox {
            None if own => Watch::Agent(agent),
            Some(mailbox) if mailbox.agents.contains(&agent) => Watch::Mailbox(resource),
            refused => {
                let status = if refused.is_some() { 403 } else { 404 };
                let command = Command::RefuseSubscription { subscription, status };
                return self.command_sip(command, turn);
            }
        };
        let light = Light { watches, remote };
        let body = self.summary_of(&light);
        self.lights.by_id.insert(subscription, light);
        self.command_sip(Command::AcceptSubscription { subscription, body }, turn);
    }

    /// Nobody looks at this light any more.
    pub(super) fn unsubscribed(&mut self, subscription: SubscriptionId) {
        self.lights.by_id.remove(&subscription);
    }

    /// A mailbox counts otherwise than before.
    pub(super) fn light_up(&mut self, mailbox: &str, turn: &mut Turn<'_>) {
        let concerned = self.lights.by_id.iter().filter(|(_, light)| match &light.watches {
            Watch::Agent(agent) => self.mailboxes.of_agent(agent).any(|one| one.name == mailbox),
            Watch::Mailbox(name) => name == mailbox,
        });
        let told: Vec<(SubscriptionId, Body)> =
            concerned.map(|(id, light)| (*id, self.summary_of(light))).collect();
        for (subscription, body) in told {
            self.command_sip(Command::Notify { subscription, body }, turn);
        }
        let agents = self.mailboxes.settings(mailbox).map(|one| one.agents.clone());
        for agent in agents.unwrap_or_default() {
            self.light_up_unasked(&agent, turn);
        }
    }

    /// Where the site wants that, phones are told although they have not asked.
    pub(super) fn light_up_unasked(&mut self, agent: &str, turn: &mut Turn<'_>) {
        if !self.settings.site.lights_unasked || self.mailboxes.of_agent(agent).next().is_none() {
            return;
        }
        let found = self.settings.agents.iter().find(|known| known.name == agent);
        let Some(account) = found.map(|agent| agent.login.user.clone()) else { return };
        let phones = self.user_agent.bindings(&account, turn.now);
        let Some(remote) = phones.first().map(|phone| phone.path.remote.ip()) else { return };
        let body = self.summary_of(&Light { watches: Watch::Agent(agent.to_owned()), remote });
        self.command_sip(Command::NotifyUnasked { account, body }, turn);
    }

    fn summary_of(&self, light: &Light) -> Body {
        let counts = match &light.watches {
            Watch::Agent(agent) => self
                .mailboxes
                .of_agent(agent)
                .map(|mailbox| self.mailboxes.counts(&mailbox.name))
                .fold(Counts::default(), std::ops::Add::add),
            Watch::Mailbox(mailbox) => self.mailboxes.counts(mailbox),
        };
        let site = &self.settings.site;
        let host = site.interfaces.address_for(light.remote).to_string();
        let account = uri(Some(LISTEN), &host, Some(site.sip_port)).to_string();
        Body {
            content_type: summary::CONTENT_TYPE.to_owned(),
            bytes: summary::body(&account, counts).into(),
        }
    }
}
