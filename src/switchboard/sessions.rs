//! What the SIP room reports, given to whom it concerns.

use super::heart::Switchboard;
use super::leg::{Owner, Stage};
use super::turn::Turn;
use crate::base::digit::Digit;
use crate::base::id::{LegId, SessionId};
use crate::flow;
use crate::media::command::Command as MediaCommand;
use crate::queue::event::{AgentWish, Event as QueueEvent};
use crate::sip::event::{Body, Command, Effect, Ending, Failure};
use crate::sip::registrar::Binding;
use crate::voicemail::listening::Event as Listened;

impl Switchboard {
    /// Carries one effect of the user agent.
    pub(super) fn on_sip(&mut self, effect: Effect, turn: &mut Turn<'_>) {
        match effect {
            Effect::Send { path, bytes } => turn.put(super::output::Output::Send { path, bytes }),
            Effect::Incoming(incoming) => self.incoming(*incoming, turn),
            Effect::Progress { session, status, body } => {
                self.progress(session, status, body.as_ref(), turn);
            }
            Effect::Answered { session, body } => self.answered(session, body.as_ref(), turn),
            Effect::Failed { session, failure } => self.failed(session, &failure, turn),
            Effect::Confirmed { session, body } => self.confirmed(session, body.as_ref(), turn),
            Effect::Reoffered { session, body } => self.reoffered(session, body.as_ref(), turn),
            Effect::ReofferAnswered { session, body } => {
                if let (Some(leg), Some(body)) = (self.legs.of_session(session), body)
                    && let Err(reason) = self.settle(leg, &body, turn)
                {
                    tracing::warn!(%session, reason, "a re-INVITE was answered oddly");
                }
            }
            Effect::Info { session, body } => self.info(session, &body, turn),
            Effect::Ended { session, ending } => self.ended(session, ending, turn),
            Effect::OptionsAnswered { trunk, status } => {
                tracing::debug!(trunk, ?status, "trunk answers OPTIONS");
            }
            Effect::Subscribed(subscribed) => self.subscribed(subscribed, turn),
            Effect::Unsubscribed { subscription } => self.unsubscribed(subscription),
            Effect::BindingsChanged { account, bindings } => {
                self.bindings_changed(account, bindings, turn);
            }
            Effect::TrunkRegistered { trunk, registered } => {
                tracing::info!(trunk, registered, "registration at a trunk");
                let state = if registered { "yes" } else { "no" };
                turn.tell(
                    None,
                    "trunk.registered",
                    vec![("trunk", trunk), ("registered", state.to_owned())],
                );
            }
        }
    }

    fn progress(
        &mut self,
        session: SessionId,
        status: u16,
        body: Option<&Body>,
        turn: &mut Turn<'_>,
    ) {
        let Some(leg) = self.legs.of_session(session) else { return };
        match self.legs.find(leg).map(|leg| leg.owner) {
            Some(Owner::Customer(callback)) if status >= 180 => {
                self.customer_progress(callback, leg, body, turn);
            }
            Some(Owner::Agent(job)) if status >= 180 => self.phone_rings(job, leg, turn),
            Some(Owner::Target(call)) if status >= 180 => {
                self.target_rings(call, leg, body, turn);
            }
            Some(Owner::Customer(_) | Owner::Agent(_) | Owner::Caller(_) | Owner::Target(_))
            | None => {}
        }
    }

    fn phone_rings(&mut self, job: crate::base::id::JobId, leg: LegId, turn: &mut Turn<'_>) {
        let first = self.legs.begins_to_ring(leg);
        let Some(record) = self.jobs.get(&job).filter(|_| first) else { return };
        turn.tell(None, "agent.ringing", vec![("agent", record.agent.clone())]);
        self.agent_rings_for_transfer(record.entry, turn);
    }

    fn answered(&mut self, session: SessionId, body: Option<&Body>, turn: &mut Turn<'_>) {
        let Some(leg) = self.legs.of_session(session) else {
            return self.command_sip(Command::HangUp { session, cause: None }, turn);
        };
        let Some(record) = self.legs.find_mut(leg) else { return };
        record.stage = Stage::Up;
        match record.owner {
            Owner::Customer(callback) => self.customer_answered(callback, leg, body, turn),
            Owner::Agent(job) => self.phone_answered(job, leg, body, turn),
            Owner::Target(call) => self.target_answered(call, leg, body, turn),
            Owner::Caller(_) => debug_assert!(false, "a caller answers no INVITE of ours"),
        }
    }

    fn failed(&mut self, session: SessionId, failure: &Failure, turn: &mut Turn<'_>) {
        let Some(leg) = self.legs.of_session(session) else { return };
        let Some(owner) = self.legs.find(leg).map(|leg| leg.owner) else { return };
        self.drop_leg(leg, turn);
        match owner {
            Owner::Customer(callback) => self.customer_failed(callback, failure, turn),
            Owner::Agent(job) => self.phone_failed(job, leg, failure, turn),
            Owner::Target(call) => self.target_failed(call, failure, turn),
            Owner::Caller(call) => self.caller_gone(call, turn),
        }
    }

    fn confirmed(&mut self, session: SessionId, body: Option<&Body>, turn: &mut Turn<'_>) {
        let Some(leg) = self.legs.of_session(session) else { return };
        if let Some(body) = body
            && let Err(reason) = self.settle(leg, body, turn)
        {
            tracing::info!(%session, reason, "the ACK's answer does not fit; hanging up");
            return self.break_off(leg, turn);
        }
        if let Some(Owner::Caller(call)) = self.legs.find(leg).map(|leg| leg.owner) {
            self.tell_flow(call, flow::effect::Event::Answered, turn);
        }
    }

    fn ended(&mut self, session: SessionId, ending: Ending, turn: &mut Turn<'_>) {
        let Some(leg) = self.legs.of_session(session) else { return };
        let Some(owner) = self.legs.find(leg).map(|leg| leg.owner) else { return };
        self.drop_leg(leg, turn);
        match owner {
            Owner::Caller(call) => self.caller_gone(call, turn),
            Owner::Agent(job) => self.agent_gone(job, leg, ending, turn),
            Owner::Customer(callback) => self.customer_gone(callback, turn),
            Owner::Target(call) => self.target_gone(call, turn),
        }
    }

    /// Ends a leg from our side although nobody asked for it: its owner is told.
    pub(super) fn break_off(&mut self, leg: LegId, turn: &mut Turn<'_>) {
        let owner = self.legs.find(leg).map(|leg| leg.owner);
        self.hang_up(leg, turn);
        match owner {
            Some(Owner::Caller(call)) => self.caller_gone(call, turn),
            Some(Owner::Agent(job)) => self.agent_gone(job, leg, Ending::Lost, turn),
            Some(Owner::Customer(callback)) => self.customer_gone(callback, turn),
            Some(Owner::Target(call)) => self.target_gone(call, turn),
            None => {}
        }
    }

    /// Keys that came as SIP INFO.
    fn info(&mut self, session: SessionId, body: &Body, turn: &mut Turn<'_>) {
        let text = String::from_utf8_lossy(&body.bytes);
        let key = match body.content_type.to_ascii_lowercase().as_str() {
            "application/dtmf-relay" => text.lines().find_map(|line| {
                let (name, value) = line.split_once('=')?;
                name.trim().eq_ignore_ascii_case("signal").then(|| value.trim().to_owned())
            }),
            "application/dtmf" => Some(text.trim().to_owned()),
            _ => None,
        };
        let digit = key.and_then(|key| Digit::from_char(key.chars().next()?));
        let Some(leg) = self.legs.of_session(session) else { return };
        // A phone that agreed on telephone-events sends the same key there too.
        let by_events = self.legs.find(leg).and_then(|leg| leg.terms.as_ref()?.event_payload_type);
        if let (Some(digit), None) = (digit, by_events) {
            self.key(leg, digit, turn);
        }
    }

    /// A key was pressed on a leg.
    pub(super) fn key(&mut self, leg: LegId, digit: Digit, turn: &mut Turn<'_>) {
        match self.legs.find(leg).map(|leg| leg.owner) {
            Some(Owner::Caller(call)) if self.is_listening(call) => {
                self.tell_listener(call, Listened::Key(digit), turn);
            }
            Some(Owner::Caller(call)) => {
                self.tell_flow(call, flow::effect::Event::Digit(digit), turn);
            }
            Some(Owner::Agent(job)) => self.agent_key(job, digit, turn),
            Some(Owner::Customer(_) | Owner::Target(_)) | None => {}
        }
    }

    fn bindings_changed(&mut self, account: String, bindings: Vec<Binding>, turn: &mut Turn<'_>) {
        let Some(agent) = self.settings.agents.iter().find(|agent| agent.login.user == account)
        else {
            return;
        };
        let (name, auto_ready) = (agent.name.clone(), agent.auto_ready);
        let phones = bindings.len();
        turn.tell(
            None,
            "agent.phones_changed",
            vec![("agent", name.clone()), ("phones", phones.to_string())],
        );
        self.persist_bindings(account, bindings, turn);
        self.light_up_unasked(&name, turn);
        if phones == 0 {
            self.tell_queues(QueueEvent::Agent { agent: name, wish: AgentWish::SignOut }, turn);
        } else if auto_ready && self.is_signed_out(&name) {
            self.tell_queues(QueueEvent::Agent { agent: name, wish: AgentWish::SignIn }, turn);
        }
    }

    fn is_signed_out(&self, agent: &str) -> bool {
        matches!(self.queues.agent_state(agent), Some(crate::queue::agent::AgentState::Off))
    }

    /// Ends a leg whatever its state. Its sound stops now; the session says BYE or CANCEL.
    pub(super) fn hang_up(&mut self, leg: LegId, turn: &mut Turn<'_>) {
        self.hang_up_because(leg, None, turn);
    }

    /// The same, and the far end is told why.
    pub(super) fn hang_up_because(&mut self, leg: LegId, cause: Option<u16>, turn: &mut Turn<'_>) {
        let Some(record) = self.legs.find(leg) else { return };
        let session = record.session;
        self.drop_leg(leg, turn);
        self.command_sip(Command::HangUp { session, cause }, turn);
    }

    /// Gives a call of ours up, but waits for what comes of it: an answer may cross the CANCEL.
    pub(super) fn cancel(&mut self, leg: LegId, turn: &mut Turn<'_>) {
        if let Some(session) = self.legs.find(leg).map(|leg| leg.session) {
            self.command_sip(Command::HangUp { session, cause: None }, turn);
        }
    }

    /// Forgets a leg and closes its sound.
    pub(super) fn drop_leg(&mut self, leg: LegId, turn: &mut Turn<'_>) {
        self.playbacks.forget(leg);
        if let Some(line) = self.legs.remove(leg).and_then(|leg| leg.line) {
            turn.media(line.shard, MediaCommand::Close { port: line.port });
        }
    }
}
