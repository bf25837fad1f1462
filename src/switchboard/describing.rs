//! SDP of our legs: what we offer and answer, and what was agreed on, told to the sound.

use super::heart::Switchboard;
use super::leg::{Description, Leg, Line, Owner, Stage};
use super::turn::Turn;
use crate::audio::g711::Law;
use crate::base::id::{LegId, PortId, SessionId};
use crate::media::command::{Command as MediaCommand, Terms};
use crate::sdp::description::{Direction, Encoding};
use crate::sdp::offer::{self, LocalEnd};
use crate::sdp::parse;
use crate::sdp::terms::Agreed;
use crate::sip::event::{Body, Command};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Packet time we ask for.
const PTIME_MS: u8 = 20;

impl Switchboard {
    /// A new leg without sound, for a far end at this address.
    pub(super) fn add_leg(&mut self, owner: Owner, session: SessionId, remote: IpAddr) -> LegId {
        let id = self.ids.mint();
        let description = Description {
            address: self.settings.site.interfaces.address_for(remote),
            // RFC 8866 §5.2 asks for digits that never repeat; 53 bits pass every reader.
            id: self.entropy.u64() >> 11,
            version: 1,
            ours: None,
        };
        let (line, terms, trunk, stage, rang) = (None, None, None, Stage::Early, false);
        self.legs.add(Leg { id, owner, session, line, description, terms, stage, rang, trunk });
        id
    }

    /// Gives a leg its sound; `None` when the shard has no port left.
    pub(super) fn open_line(
        &mut self,
        leg: LegId,
        shard: usize,
        turn: &mut Turn<'_>,
    ) -> Option<Line> {
        if let Some(line) = self.line_of(leg) {
            return Some(line);
        }
        let port: PortId = self.ids.mint();
        let Some(line) = self.legs.open(leg, port, shard) else {
            tracing::error!("all RTP ports are in use; widen media.rtp_ports");
            return None;
        };
        let any: IpAddr = match self.legs.find(leg)?.description.address {
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let local = SocketAddr::new(self.settings.site.bind.unwrap_or(any), line.number);
        let seed = self.entropy.u64();
        turn.media(shard, MediaCommand::Open { port, local, seed });
        Some(line)
    }

    /// Our offer for a leg, remembered for [`Self::settle`].
    pub(super) fn describe_offer(&mut self, leg: LegId) -> Option<Body> {
        let leg = self.legs.find_mut(leg)?;
        let text = offer::offer(&local_end(leg)?);
        leg.description.ours = Some(text.clone());
        Some(Body::sdp(text))
    }

    /// Answers an offer: opens the sound, tells it the terms. The refusal is a sentence.
    pub(super) fn describe_answer(
        &mut self,
        leg: LegId,
        their_offer: &Body,
        turn: &mut Turn<'_>,
    ) -> Result<Body, String> {
        let theirs = parse::parse(&their_offer.bytes).map_err(|fault| fault.to_string())?;
        let record = self.legs.find_mut(leg).ok_or("the call is over")?;
        let local = local_end(record).ok_or("no RTP port is free")?;
        let previous = record.description.ours.clone();
        let (text, agreed) =
            offer::answer(&theirs, &local).map_err(|refusal| refusal.to_string())?;
        let text = previous.map_or_else(|| text.clone(), |old| offer::revised(&old, &text));
        record.description.ours = Some(text.clone());
        self.configure(leg, &agreed, turn);
        Ok(Body::sdp(text))
    }

    /// Takes the answer to our offer and tells the sound the terms.
    pub(super) fn settle(
        &mut self,
        leg: LegId,
        their_answer: &Body,
        turn: &mut Turn<'_>,
    ) -> Result<(), String> {
        let record = self.legs.find(leg).ok_or("the call is over")?;
        let ours = record.description.ours.as_deref().ok_or("nothing was offered")?;
        let ours = parse::parse(ours.as_bytes()).map_err(|fault| fault.to_string())?;
        let theirs = parse::parse(&their_answer.bytes).map_err(|fault| fault.to_string())?;
        let agreed = offer::agree(&ours, &theirs).map_err(|refusal| refusal.to_string())?;
        self.configure(leg, &agreed, turn);
        Ok(())
    }

    fn configure(&mut self, leg: LegId, agreed: &Agreed, turn: &mut Turn<'_>) {
        let Some(leg) = self.legs.find_mut(leg) else { return };
        let terms = terms(agreed);
        if leg.terms.as_ref() == Some(&terms) {
            return;
        }
        leg.terms = Some(terms.clone());
        if let Some(Line { port, shard, .. }) = leg.line {
            turn.media(shard, MediaCommand::Configure { port, terms });
        }
    }

    /// The peer changes the terms of its session, or asks for ours.
    pub(super) fn reoffered(
        &mut self,
        session: SessionId,
        body: Option<&Body>,
        turn: &mut Turn<'_>,
    ) {
        let Some(leg) = self.legs.of_session(session) else {
            return self.command_sip(Command::RefuseReoffer { session, status: 488 }, turn);
        };
        let answer = match body {
            Some(body) => self.describe_answer(leg, body, turn),
            None => self.offer_once_more(leg).ok_or_else(|| "there is no sound".to_owned()),
        };
        match answer {
            Ok(body) => self.command_sip(Command::AcceptReoffer { session, body }, turn),
            Err(reason) => {
                tracing::info!(%session, reason, "a re-INVITE is refused");
                self.command_sip(Command::RefuseReoffer { session, status: 488 }, turn);
            }
        }
    }

    /// Our last description again: a refresh for a re-INVITE without an offer.
    pub(super) fn offer_once_more(&mut self, leg: LegId) -> Option<Body> {
        let leg = self.legs.find_mut(leg)?;
        let text = match leg.description.ours.take() {
            Some(ours) => offer::offer_again(&ours, Direction::SendRecv),
            None => offer::offer(&local_end(leg)?),
        };
        leg.description.ours = Some(text.clone());
        Some(Body::sdp(text))
    }
}

fn local_end(leg: &Leg) -> Option<LocalEnd> {
    Some(LocalEnd {
        address: leg.description.address,
        rtp_port: leg.line?.number,
        session_id: leg.description.id,
        version: leg.description.version,
        encodings: vec![Encoding::Pcma, Encoding::Pcmu],
        direction: Direction::SendRecv,
        ptime_ms: PTIME_MS,
    })
}

fn terms(agreed: &Agreed) -> Terms {
    Terms {
        remote: agreed.remote,
        law: match agreed.encoding {
            Encoding::Pcmu => Law::Mu,
            Encoding::Pcma => Law::A,
        },
        payload_type: agreed.payload_type,
        event_payload_type: agreed.event_payload_type,
        ptime_ms: agreed.ptime_ms,
        sends: agreed.sends,
        receives: agreed.receives,
    }
}
