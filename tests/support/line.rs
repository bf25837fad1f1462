//! One call of a phone: its dialog, its ear and its mouth.

use super::ear::{Catalogue, Ear};
use super::mouth::{Mouth, Types};
use super::text::{Far, Sip, read_sdp};
use ringback::base::time::Moment;
use std::net::SocketAddr;
use std::rc::Rc;

/// Where a call of a phone stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// We called; nothing but provisional answers came. The newest of them.
    Calling(u16),
    /// Somebody calls us.
    Ringing,
    /// We answered and wait for the ACK.
    Answered,
    /// Both agreed.
    Up,
    /// Over, and how: `bye received`, `bye sent`, `cancelled`, `486`, `lost`.
    Over(String),
}

/// One call of a phone.
///
/// Table: what both sides have said.
pub struct Line {
    pub state: State,
    pub call_id: String,
    pub local: String,
    pub remote: String,
    pub local_tag: String,
    /// Request URI of requests within the dialog.
    pub target: String,
    pub far_sip: SocketAddr,
    pub cseq: u32,
    /// Of our INVITE.
    pub branch: String,
    /// The INVITE that began it: ours as we sent it, or theirs as it came.
    pub invite: Sip,
    pub media: Media,
    pub rang: Option<Moment>,
    /// The BYE that came.
    pub bye: Option<Sip>,
}

/// The sound of one call.
pub struct Media {
    pub local: SocketAddr,
    pub far: Option<Far>,
    pub ear: Ear,
    pub mouth: Mouth,
    pub version: u32,
    pub events: bool,
}

impl Media {
    pub fn new(now: Moment, local: SocketAddr, catalogue: &Rc<Catalogue>) -> Self {
        let ssrc = u32::from(local.port()).wrapping_mul(0x9e37_79b9);
        Self {
            local,
            far: None,
            ear: Ear::new(Rc::clone(catalogue)),
            mouth: Mouth::new(now, ssrc),
            version: 1,
            events: true,
        }
    }

    /// Takes the far end's SDP, if there is one.
    pub fn learn(&mut self, body: &str) {
        if let Some(far) = (!body.is_empty()).then(|| read_sdp(body)).flatten() {
            self.far = Some(far);
        }
    }

    pub fn types(&self) -> Option<Types> {
        let far = self.far.as_ref()?;
        let event_payload_type = far.event_payload_type;
        Some(Types { payload_type: far.payload_type, event_payload_type })
    }
}

impl Line {
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over(_))
    }

    pub fn is_up(&self) -> bool {
        self.state == State::Up
    }

    /// The user part that was dialled.
    pub fn dialled(&self) -> &str {
        super::text::user_in(self.invite.request_uri())
    }

    /// The next packet, if one is due.
    pub fn speak(&mut self, now: Moment) -> Option<(SocketAddr, SocketAddr, Vec<u8>)> {
        if !matches!(self.state, State::Up | State::Answered) {
            return None;
        }
        let types = self.media.types()?;
        let far = self.media.far.as_ref()?;
        let may_send = matches!(far.direction.as_str(), "sendrecv" | "recvonly");
        if !may_send || far.rtp.ip().is_unspecified() {
            return None;
        }
        let to = far.rtp;
        let packet = self.media.mouth.speak(now, types)?;
        Some((self.media.local, to, packet))
    }

    pub fn deadline(&self) -> Option<Moment> {
        let talks = matches!(self.state, State::Up | State::Answered) && self.media.far.is_some();
        talks.then(|| self.media.mouth.deadline())
    }
}
