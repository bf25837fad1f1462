//! Calls that come in: who calls, what was dialled, which flow begins.

use super::call::{Call, Party};
use super::features::LISTEN;
use super::heart::Switchboard;
use super::leg::Owner;
use super::settings::Trunk;
use super::store::{CallResult, Interaction, Remarks};
use super::turn::Turn;
use crate::base::id::{CallId, SessionId};
use crate::base::number::{self, Country, PhoneNumber};
use crate::callback::intent::Intent;
use crate::flow::runner::Runner;
use crate::queue::event::{AgentWish, Event as QueueEvent};
use crate::sip::event::{Command, Incoming, Who};
use crate::sip::message::Message;
use crate::sip::uri::NameAddr;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What a caller is told who comes when all lines are taken.
const RETRY_AFTER: Duration = Duration::from_secs(10);

impl Switchboard {
    /// An INVITE that begins a call.
    pub(super) fn incoming(&mut self, incoming: Incoming, turn: &mut Turn<'_>) {
        let session = incoming.session;
        if self.draining || self.calls.len() >= self.settings.site.calls_max {
            return self.refuse(session, 503, None, turn);
        }
        let party = self.party(&incoming);
        if !self.has_room(&party.came_by) {
            return self.refuse(session, 503, Some("Trunk Limit Reached"), turn);
        }
        let wish = match &incoming.who {
            Who::Account(account) => wish_of(&party.called).map(|wish| (account.clone(), wish)),
            Who::Trunk(_) => None,
        };
        let listens = matches!(incoming.who, Who::Account(_)) && party.called == LISTEN;
        let flow = match &wish {
            None if listens => Some((Arc::clone(&self.features), LISTEN.to_owned())),
            Some((_, (_, feature))) => Some((Arc::clone(&self.features), (*feature).to_owned())),
            None => self.route(&party.called).map(|flow| (Arc::clone(&self.settings.flows), flow)),
        };
        let Some((flows, flow)) = flow else {
            tracing::info!(called = party.called, "nobody is reached by this number");
            return self.refuse(session, 404, Some("No Flow For This Number"), turn);
        };
        let language = self.settings.site.language.clone();
        let runner = match Runner::new(flows, &flow, BTreeMap::new(), language) {
            Ok(runner) => runner,
            Err(fault) => {
                tracing::error!(flow, %fault, "the flow of this number cannot begin");
                return self.refuse(session, 500, None, turn);
            }
        };
        if let Some((account, (wish, _))) = wish {
            let agent = self.agent_of_account(&account);
            self.tell_queues(QueueEvent::Agent { agent, wish }, turn);
        }
        self.begin_call(incoming, party, runner, turn);
    }

    fn begin_call(
        &mut self,
        incoming: Incoming,
        party: Party,
        runner: Runner,
        turn: &mut Turn<'_>,
    ) {
        let id: CallId = self.ids.mint();
        let remote = incoming.path.remote.ip();
        let leg = self.add_leg(Owner::Caller(id), incoming.session, remote);
        turn.tell(Some(id), "call.started", started(&party, &runner));
        let record = Interaction {
            call: id,
            came_by: party.came_by.clone(),
            caller: party.number.clone(),
            called: party.called.clone(),
            began_at: turn.now.utc,
            ended_at: None,
            queue: None,
            waited: None,
            agent: None,
            result: CallResult::Unfinished,
            callback: None,
            remarks: Remarks::default(),
        };
        let call = Call {
            id,
            leg,
            present: true,
            over: false,
            party,
            prompts: Arc::clone(&self.settings.prompts),
            runner: Some(runner),
            intent: Intent::new(),
            place: None,
            job: None,
            on_hang_up: None,
            promised: None,
            moving: None,
            transfer: None,
            revoking: None,
            inherited: None,
            recordings: BTreeMap::new(),
            offer: incoming.body,
            record,
        };
        self.calls.insert(id, call);
        self.persist_interaction(id, turn);
        self.begin_flow(id, turn);
    }

    /// Refuses an INVITE before it became a call.
    pub(super) fn refuse(
        &mut self,
        session: SessionId,
        status: u16,
        reason: Option<&str>,
        turn: &mut Turn<'_>,
    ) {
        let retry_after = (status == 503).then_some(RETRY_AFTER);
        let reason = reason.map(str::to_owned);
        self.command_sip(Command::Refuse { session, status, reason, retry_after }, turn);
    }

    fn has_room(&self, came_by: &str) -> bool {
        let most = self.settings.trunk(came_by).map_or(usize::MAX, |trunk| trunk.calls_max);
        // Counting looks at every call: not for each new one while all together are few.
        self.legs.len() < most || self.calls_on(came_by) < most
    }

    /// Calls on a trunk, both ways.
    pub(super) fn calls_on(&self, trunk: &str) -> usize {
        let inbound =
            self.calls.values().filter(|call| call.present && call.party.came_by == trunk);
        inbound.count() + self.legs.out_by(trunk)
    }

    fn route(&self, called: &str) -> Option<String> {
        let settings = &self.settings;
        settings.numbers.get(called).or(settings.default_flow.as_ref()).cloned()
    }

    pub(super) fn agent_of_account(&self, account: &str) -> String {
        let agents = &self.settings.agents;
        let found = agents.iter().find(|agent| agent.login.user == account);
        found.map_or_else(|| account.to_owned(), |agent| agent.name.clone())
    }

    fn party(&self, incoming: &Incoming) -> Party {
        let (came_by, trunk) = match &incoming.who {
            Who::Trunk(name) => (name.clone(), self.settings.trunk(name)),
            Who::Account(account) => (account.clone(), None),
        };
        let country = trunk.map(|trunk| trunk.country).or_else(|| self.settings.home_country());
        let invite = &incoming.invite;
        let dialled = invite
            .uri()
            .and_then(|uri| uri.user().map(|user| user.into_owned()))
            .unwrap_or_default();
        let shown = caller(invite, trunk);
        let user = shown
            .as_ref()
            .and_then(|shown| shown.uri.user().map(|user| user.into_owned()))
            .unwrap_or_default();
        let private = is_private(invite, &user);
        Party {
            number: country.filter(|_| !private).and_then(|country| e164(&user, country)),
            name: shown.and_then(|shown| shown.display).filter(|_| !private),
            user: if private { String::new() } else { user },
            trusted: trunk.is_some_and(|trunk| trunk.trust),
            came_by,
            called: self.called(&dialled, country),
            diverted_from: diverted(invite),
        }
    }

    /// The called number as the configuration names it: as dialled if that is listed, else in
    /// E.164 if it is a number, else as dialled.
    fn called(&self, dialled: &str, country: Option<Country>) -> String {
        if self.settings.numbers.contains_key(dialled) {
            return dialled.to_owned();
        }
        country
            .and_then(|country| e164(dialled, country))
            .map_or_else(|| dialled.to_owned(), |number| number.to_string())
    }
}

/// What is told of a call that begins.
fn started(party: &Party, runner: &Runner) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("from", party.number.as_ref().map_or_else(String::new, |n| format!("{n:?}"))),
        ("called", party.called.clone()),
        ("by", party.came_by.clone()),
    ];
    if !runner.version().is_empty() {
        facts.push(("flows", runner.version().to_owned()));
    }
    facts
}

/// The feature codes of agents, and the announcement that follows each.
fn wish_of(dialled: &str) -> Option<(AgentWish, &'static str)> {
    match dialled {
        "*10" => Some((AgentWish::SignIn, "agent-signed-in")),
        "*11" => Some((AgentWish::SignOut, "agent-signed-out")),
        "*12" => Some((AgentWish::NotReady, "agent-not-ready")),
        "*13" => Some((AgentWish::Ready, "agent-ready")),
        _ => None,
    }
}

/// The caller as the trunk tells it: P-Asserted-Identity where it is believed (RFC 3325 §9.1),
/// else From.
fn caller(invite: &Message, trunk: Option<&Trunk>) -> Option<NameAddr> {
    let asserted = trunk
        .filter(|trunk| trunk.trust)
        .and_then(|_| invite.headers.first("P-Asserted-Identity"))
        .and_then(NameAddr::parse);
    asserted.or_else(|| invite.from())
}

/// RFC 3323 §4.1, §4.2: a caller who wants to stay unknown.
fn is_private(invite: &Message, user: &str) -> bool {
    let wishes = invite.headers.first("Privacy").unwrap_or_default().to_ascii_lowercase();
    let hidden = wishes.split(';').any(|wish| matches!(wish.trim(), "id" | "user" | "header"));
    hidden || user.is_empty() || user.eq_ignore_ascii_case("anonymous")
}

/// RFC 5806: the topmost Diversion is the last one who forwarded.
fn diverted(invite: &Message) -> Option<String> {
    let value = invite.headers.first("Diversion")?;
    NameAddr::parse(value)?.uri.user().map(|user| user.into_owned())
}

fn e164(user: &str, country: Country) -> Option<PhoneNumber> {
    PhoneNumber::from_e164(user)
        .or_else(|| number::verify(user, country).ok().map(|verified| verified.number))
}
