//! Calling a number outside, for callbacks and transfers alike: through which trunk, with which
//! ANI, what is heard meanwhile, and what the answers say.

use super::address::{address, uri};
use super::heart::Switchboard;
use super::kept::Parting;
use super::leg::Owner;
use super::settings::{Identity, NumberForm, Trunk};
use super::turn::Turn;
use crate::audio::tone;
use crate::base::id::LegId;
use crate::base::number::{self, PhoneNumber};
use crate::callback::outcome;
use crate::media::command::Command as MediaCommand;
use crate::sip::event::{Body, Command, Failure, Invite, Path};
use crate::sip::uri::NameAddr;
use std::net::SocketAddr;
use std::sync::Arc;

/// An answer whose SDP fits nothing that was offered. The phone was picked up, so it counts:
/// nobody is rung again and again to hear nothing.
pub(super) const NO_COMMON_SOUND: outcome::Failure = outcome::Failure::Unreachable { rang: true };

/// One call to a number outside.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// Who is told what comes of it.
    pub(super) owner: Owner,
    /// The number, which policy allows.
    pub(super) number: PhoneNumber,
    /// The number shown; `None` is the trunk's own.
    pub(super) ani: Option<PhoneNumber>,
    /// Through which trunk.
    pub(super) trunk: String,
    /// Where its partner's sound lives.
    pub(super) shard: usize,
}

impl Switchboard {
    /// Sends the INVITE; `None` when not even that can be done.
    pub(super) fn call_out(&mut self, call: &Outgoing, turn: &mut Turn<'_>) -> Option<LegId> {
        let trunk = self.settings.trunk(&call.trunk)?.clone();
        let peer = *trunk.peers.first()?;
        let session = self.user_agent.mint_session();
        let leg = self.add_leg(call.owner, session, peer.ip());
        if let Some(leg) = self.legs.find_mut(leg) {
            leg.trunk = Some(trunk.name.clone());
        }
        let invite = self.open_line(leg, call.shard, turn).and_then(|_| {
            let body = self.describe_offer(leg)?;
            self.outgoing_invite(call, &trunk, peer, (leg, body))
        });
        let Some(invite) = invite else {
            self.drop_leg(leg, turn);
            return None;
        };
        self.command_sip(Command::Invite(Box::new(invite)), turn);
        Some(leg)
    }

    fn outgoing_invite(
        &self,
        call: &Outgoing,
        trunk: &Trunk,
        peer: SocketAddr,
        (leg, body): (LegId, Body),
    ) -> Option<Invite> {
        let leg = self.legs.find(leg)?;
        let ours = leg.description.address.to_string();
        let host = trunk.domain.clone().unwrap_or_else(|| peer.ip().to_string());
        let port = trunk.domain.is_none().then_some(peer.port());
        let dialled = written(&call.number, trunk);
        let uri = uri(Some(&dialled), &host, port);
        let ani = call.ani.as_ref().or(trunk.ani.as_ref());
        let shown = ani.map(|ani| written(ani, trunk));
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

    /// The first of these trunks that has room and was not tried; one that gave trouble lately
    /// comes after the others.
    pub(super) fn next_trunk(
        &self,
        candidates: Vec<&Trunk>,
        tried: &[String],
        troubled: Option<&str>,
    ) -> Option<String> {
        candidates
            .into_iter()
            .filter(|trunk| {
                !tried.contains(&trunk.name) && self.calls_on(&trunk.name) < trunk.calls_max
            })
            .min_by_key(|trunk| troubled == Some(trunk.name.as_str()))
            .map(|trunk| trunk.name.clone())
    }

    /// Who waits on the leg `near` hears what the network of `far` plays, or else that it rings.
    pub(super) fn lets_hear(
        &mut self,
        far: LegId,
        near: LegId,
        body: Option<&Body>,
        first: bool,
        turn: &mut Turn<'_>,
    ) {
        let early = body.is_some_and(|body| self.settle(far, body, turn).is_ok());
        if early {
            self.bridge(far, near, turn);
        } else if first {
            self.play_ringing(near, turn);
        }
    }

    /// The sound of ringing, until something else is heard.
    pub(super) fn play_ringing(&mut self, leg: LegId, turn: &mut Turn<'_>) {
        self.playbacks.forget(leg);
        let Some(line) = self.line_of(leg) else { return };
        let ringing = self.ringing.get_or_insert_with(|| Arc::new(tone::ringing()));
        let clips = vec![Arc::clone(ringing)];
        turn.media(
            line.shard,
            MediaCommand::Play { port: line.port, play: 0, clips, repeat: true },
        );
    }
}

/// How a call of ours came to nothing.
pub(super) const fn meaning(failure: &Failure, parting: Option<Parting>) -> outcome::Failure {
    match (failure, parting) {
        (_, Some(Parting::RingTime { rang })) => outcome::Failure::RingTimeOver { rang },
        (Failure::Cancelled, None) => outcome::Failure::RingTimeOver { rang: true },
        (Failure::Refused { status, rang, .. }, None) => {
            outcome::Failure::Refused { status: *status, rang: *rang }
        }
        (Failure::Unreachable { rang }, None) => outcome::Failure::Unreachable { rang: *rang },
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
