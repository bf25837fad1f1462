//! Dialling the customer: through which trunk, with which ANI, and what the answers mean.

use super::address::{address, uri};
use super::heart::{Alarm, Switchboard};
use super::kept::Parting;
use super::leg::Owner;
use super::settings::{Identity, NumberForm, Trunk};
use super::turn::Turn;
use crate::audio::sound::Sound;
use crate::base::id::{CallbackId, JobId, LegId};
use crate::base::number::{self, PhoneNumber};
use crate::callback::event::{Event as CallbackEvent, Miss};
use crate::callback::outcome;
use crate::media::command::Command as MediaCommand;
use crate::queue::event::{EntryKind, Event as QueueEvent, Join, Leaving};
use crate::sip::event::{Body, Command, Failure, Invite, Path};
use crate::sip::uri::NameAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// An answer whose SDP fits nothing that was offered. The phone was picked up, so it counts:
/// nobody is rung again and again to hear nothing.
const NO_COMMON_SOUND: outcome::Failure = outcome::Failure::Unreachable { rang: true };

/// A customer who talks to us already is looked at again after this long.
const TALKS_TO_US_DELAY: Duration = Duration::from_secs(60);

impl Switchboard {
    /// The agent is ready for the customer: policy once more, then the attempt is stored.
    pub(super) fn begin_attempt(&mut self, id: CallbackId, turn: &mut Turn<'_>) {
        let Some(record) = self.callbacks.get_mut(&id) else { return };
        record.tried.clear();
        if self.is_on_a_call_with_us(id) {
            let not_before = turn.now.utc + TALKS_TO_US_DELAY;
            return self.tell_callback(id, CallbackEvent::Postpone { not_before }, turn);
        }
        let Some(record) = self.callbacks.get(&id) else { return };
        let promise = &record.request.row().promise;
        if let Err(fault) = self.settings.policy.check_number(&promise.number) {
            tracing::warn!(callback = %id, number = ?promise.number, ?fault, "policy forbids it");
            return self.tell_callback(id, CallbackEvent::Missed(Miss::Forbidden), turn);
        }
        match self.next_trunk(id) {
            Some(trunk) => self.tell_callback(id, CallbackEvent::Dial { trunk }, turn),
            None => {
                tracing::error!(callback = %id, "no trunk may carry this callback");
                self.tell_callback(id, CallbackEvent::Missed(Miss::TrunkTrouble), turn);
            }
        }
    }

    /// The attempt is durable: dial.
    pub(super) fn dial_customer(
        &mut self,
        id: CallbackId,
        attempt: u32,
        trunk: &str,
        turn: &mut Turn<'_>,
    ) {
        // Tried is tried: a trunk that cannot even be dialled is not the next one again.
        if let Some(record) = self.callbacks.get_mut(&id) {
            record.tried.push(trunk.to_owned());
        }
        let Some(leg) = self.place_customer_call(id, trunk, turn) else {
            return self.missed(id, outcome::Failure::Unreachable { rang: false }, turn);
        };
        let Some(record) = self.callbacks.get_mut(&id) else { return };
        record.customer = Some(leg);
        record.parting = None;
        let promise = &record.request.row().promise;
        let until = turn.now.monotonic + promise.rules.ring;
        let facts = vec![
            ("callback", id.to_string()),
            ("attempt", attempt.to_string()),
            ("number", format!("{:?}", promise.number)),
            ("trunk", trunk.to_owned()),
        ];
        self.timers.set(Alarm::CustomerRing(id), until, "customer's ring time");
        turn.tell(None, "callback.attempted", facts);
    }

    fn place_customer_call(
        &mut self,
        id: CallbackId,
        trunk: &str,
        turn: &mut Turn<'_>,
    ) -> Option<LegId> {
        let trunk = self.settings.trunks.iter().find(|other| other.name == trunk)?.clone();
        let peer = *trunk.peers.first()?;
        let job = self.callbacks.get(&id)?.job?;
        let agent_leg = self.jobs.get(&job)?.answered_leg()?;
        let shard = self.line_of(agent_leg)?.shard;
        let session = self.user_agent.mint_session();
        let leg = self.add_leg(Owner::Customer(id), session, peer.ip());
        let call = self.open_line(leg, shard, turn).and_then(|_| {
            let body = self.describe_offer(leg)?;
            self.customer_invite(id, &trunk, peer, (leg, body))
        });
        let Some(invite) = call else {
            self.drop_leg(leg, turn);
            return None;
        };
        self.command_sip(Command::Invite(Box::new(invite)), turn);
        Some(leg)
    }

    fn customer_invite(
        &self,
        id: CallbackId,
        trunk: &Trunk,
        peer: SocketAddr,
        (leg, body): (LegId, Body),
    ) -> Option<Invite> {
        let promise = &self.callbacks.get(&id)?.request.row().promise;
        let leg = self.legs.find(leg)?;
        let ours = leg.description.address.to_string();
        let host = trunk.domain.clone().unwrap_or_else(|| peer.ip().to_string());
        let port = trunk.domain.is_none().then_some(peer.port());
        let dialled = written(&promise.number, trunk);
        let uri = uri(Some(&dialled), &host, port);
        let ani = self.ani_for(id, trunk);
        let shown = ani.as_ref().map(|ani| written(ani, trunk));
        let own_host = trunk.domain.clone().unwrap_or(ours);
        let identity = address(shown.as_deref(), &own_host, None);
        let from = match &trunk.login {
            Some(login) if !trunk.identity_out.contains(&Identity::From) => {
                address(Some(&login.user), &own_host, None)
            }
            Some(_) | None => identity.clone(),
        };
        Some(Invite {
            session: leg.session,
            to: NameAddr::new(uri.clone()),
            uri,
            from,
            path: Path { transport: trunk.transport, remote: peer, connection: None },
            trunk: Some(trunk.name.clone()),
            headers: identity_headers(trunk, &identity, ani.is_some()),
            body,
        })
    }

    /// The ANI of a callback on this trunk: the request's, the queue's, the trunk's.
    fn ani_for(&self, id: CallbackId, trunk: &Trunk) -> Option<PhoneNumber> {
        let promise = &self.callbacks.get(&id)?.request.row().promise;
        let queue = self.settings.queues.iter().find(|queue| queue.line.name == promise.queue);
        promise
            .ani
            .clone()
            .or_else(|| queue.and_then(|queue| queue.ani.clone()))
            .or_else(|| trunk.ani.clone())
    }

    /// The first trunk in the queue's order that may show the ANI, has room, and was not tried
    /// in this attempt.
    fn next_trunk(&self, id: CallbackId) -> Option<String> {
        let record = self.callbacks.get(&id)?;
        let promise = &record.request.row().promise;
        self.settings
            .trunks_for(&promise.queue, promise.ani.as_ref())
            .into_iter()
            .find(|trunk| {
                !record.tried.contains(&trunk.name) && self.calls_on(&trunk.name) < trunk.calls_max
            })
            .map(|trunk| trunk.name.clone())
    }

    /// The customer's phone rings, or early media comes.
    pub(super) fn customer_progress(
        &mut self,
        id: CallbackId,
        leg: LegId,
        body: Option<&Body>,
        turn: &mut Turn<'_>,
    ) {
        let first =
            self.legs.find_mut(leg).is_some_and(|leg| !std::mem::replace(&mut leg.rang, true));
        if first {
            turn.tell(None, "callback.ringing", vec![("callback", id.to_string())]);
            self.tell_callback(id, CallbackEvent::Ringing, turn);
        }
        let Some(agent_leg) = self.agent_leg_of(id) else { return };
        let early = body.is_some_and(|body| self.settle(leg, body, turn).is_ok());
        if early {
            self.bridge(leg, agent_leg, turn);
        } else if first {
            self.play_ringing(agent_leg, turn);
        }
    }

    /// The agent hears that the customer's phone rings.
    fn play_ringing(&self, agent_leg: LegId, turn: &mut Turn<'_>) {
        let Some(line) = self.line_of(agent_leg) else { return };
        let clips: Vec<Arc<Sound>> = vec![Arc::clone(&self.ringing)];
        turn.media(
            line.shard,
            MediaCommand::Play { port: line.port, play: 0, clips, repeat: true },
        );
    }

    /// The customer answered.
    pub(super) fn customer_answered(
        &mut self,
        id: CallbackId,
        leg: LegId,
        body: Option<&Body>,
        turn: &mut Turn<'_>,
    ) {
        self.timers.stop(Alarm::CustomerRing(id));
        let settled = body.is_some_and(|body| self.settle(leg, body, turn).is_ok());
        if !settled {
            self.hang_up(leg, turn);
            self.customer_forgotten(id);
            return self.missed(id, NO_COMMON_SOUND, turn);
        }
        self.tell_callback(id, CallbackEvent::Answered, turn);
        self.connect_customer(id, turn);
    }

    /// Our call to the customer came to nothing.
    pub(super) fn customer_failed(
        &mut self,
        id: CallbackId,
        failure: &Failure,
        turn: &mut Turn<'_>,
    ) {
        self.timers.stop(Alarm::CustomerRing(id));
        let parting = self.callbacks.get_mut(&id).and_then(|record| record.parting.take());
        self.customer_forgotten(id);
        let meaning = match (failure, parting) {
            // A trunk that never let the phone ring has tried nothing.
            (_, Some(Parting::RingTime { rang: false })) => {
                outcome::Failure::Unreachable { rang: false }
            }
            (Failure::Cancelled, None) | (_, Some(Parting::RingTime { rang: true })) => {
                outcome::Failure::RingTimeOver
            }
            (Failure::Refused { status, rang, .. }, None) => {
                outcome::Failure::Refused { status: *status, rang: *rang }
            }
            (Failure::Unreachable { rang }, None) => outcome::Failure::Unreachable { rang: *rang },
        };
        self.missed(id, meaning, turn);
    }

    /// The ring time is over: CANCEL; the rest follows from its answer.
    pub(super) fn customer_ring_over(&mut self, id: CallbackId, turn: &mut Turn<'_>) {
        let Some(record) = self.callbacks.get_mut(&id) else { return };
        let Some(leg) = record.customer else { return };
        let rang = self.legs.find(leg).is_some_and(|leg| leg.rang);
        record.parting = Some(Parting::RingTime { rang });
        self.cancel(leg, turn);
    }

    /// The agent is gone before the customer answered: CANCEL, and no attempt is charged.
    pub(super) fn agent_left_before_talk(
        &mut self,
        id: CallbackId,
        job: JobId,
        turn: &mut Turn<'_>,
    ) {
        let mut rang = false;
        if let Some(record) = self.callbacks.get_mut(&id)
            && let Some(leg) = record.customer
        {
            rang = self.legs.find(leg).is_some_and(|leg| leg.rang);
            self.timers.stop(Alarm::CustomerRing(id));
            self.hang_up(leg, turn);
            self.customer_forgotten(id);
        }
        self.end_job(job, crate::queue::event::AfterWork::NotReady, None, turn);
        self.tell_callback(id, CallbackEvent::AgentLost { rang }, turn);
    }

    /// The attempt, or this trunk's part of it, has failed.
    fn missed(&mut self, id: CallbackId, failure: outcome::Failure, turn: &mut Turn<'_>) {
        let miss = outcome::miss(failure);
        turn.tell(
            None,
            "callback.missed",
            vec![("callback", id.to_string()), ("why", format!("{miss:?}"))],
        );
        if outcome::may_try_next_trunk(failure)
            && let Some(trunk) = self.next_trunk(id)
        {
            return self.tell_callback(id, CallbackEvent::NextTrunk { trunk }, turn);
        }
        self.tell_callback(id, CallbackEvent::Missed(miss), turn);
    }

    /// The customer is on the line and has no agent: first in the queue, with music.
    pub(super) fn recover_customer(
        &mut self,
        id: CallbackId,
        customer: LegId,
        turn: &mut Turn<'_>,
    ) {
        let Some(record) = self.callbacks.get(&id) else { return };
        let promise = record.request.row().promise.clone();
        self.tell_callback(id, CallbackEvent::AgentLost { rang: true }, turn);
        self.tell_queues(
            QueueEvent::Leave { entry: promise.entry, reason: Leaving::CallbackEnded },
            turn,
        );
        let join = Join {
            entry: promise.entry,
            queue: promise.queue.clone(),
            priority: promise.priority,
            enqueued_at: promise.enqueued_at,
            kind: EntryKind::Live,
            timeout: None,
            recovered: true,
        };
        self.tell_queues(QueueEvent::Join(join), turn);
        let music = self.settings.music_of(&promise.queue).to_owned();
        self.play_music(customer, &music, turn);
        turn.tell(None, "callback.requeued", vec![("callback", id.to_string())]);
    }

    /// The customer hung up.
    pub(super) fn customer_gone(&mut self, id: CallbackId, turn: &mut Turn<'_>) {
        self.customer_forgotten(id);
        let job = self.callbacks.get(&id).and_then(|record| record.job);
        let talking = job
            .and_then(|job| self.jobs.get(&job))
            .is_some_and(|job| matches!(job.stage, super::job::Stage::Talking { .. }));
        match job {
            Some(job) if talking => {
                let talked = self.end_talk(job, turn);
                self.tell_callback(id, CallbackEvent::Finished { talked }, turn);
            }
            // They left while waiting for another agent.
            Some(_) | None => {
                self.tell_callback(id, CallbackEvent::Abandoned, turn);
                // Nobody may be rung for a customer who is gone, however long the store takes.
                let entry = self.callbacks.get(&id).map(|one| one.request.row().promise.entry);
                if let Some(entry) = entry {
                    let reason = Leaving::CallbackEnded;
                    self.tell_queues(QueueEvent::Leave { entry, reason }, turn);
                }
            }
        }
    }

    pub(super) fn customer_forgotten(&mut self, id: CallbackId) {
        if let Some(record) = self.callbacks.get_mut(&id) {
            record.customer = None;
        }
    }

    fn agent_leg_of(&self, id: CallbackId) -> Option<LegId> {
        let job = self.callbacks.get(&id)?.job?;
        self.jobs.get(&job)?.answered_leg()
    }
}

/// The ANI in the headers that the trunk reads.
fn identity_headers(trunk: &Trunk, identity: &NameAddr, known: bool) -> Vec<(String, String)> {
    if !known {
        return Vec::new();
    }
    let name = |identity: &Identity| match identity {
        Identity::From => None,
        Identity::PAsserted => Some("P-Asserted-Identity"),
        Identity::PPreferred => Some("P-Preferred-Identity"),
        Identity::RemoteParty => Some("Remote-Party-ID"),
    };
    let names = trunk.identity_out.iter().filter_map(name);
    names.map(|name| (name.to_owned(), identity.to_string())).collect()
}

/// A number as this trunk wants it.
fn written(number: &PhoneNumber, trunk: &Trunk) -> String {
    match trunk.number_out {
        NumberForm::PlusE164 => number.to_string(),
        NumberForm::E164 => number.digits().to_owned(),
        NumberForm::ZeroZero => format!("00{}", number.digits()),
        NumberForm::National => number::national(number, trunk.country),
    }
}
