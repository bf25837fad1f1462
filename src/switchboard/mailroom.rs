//! What the heart keeps for its mailboxes: lights that are lit, agents who listen.

use crate::base::id::SubscriptionId;
use crate::voicemail::listening::Listening;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// One agent who listens, and what plays for them.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) listening: Listening,
    /// The number of what plays now: what played before may still tell its end.
    pub(super) play: u32,
}

/// All lights that somebody has subscribed to.
#[derive(Debug, Default)]
pub(super) struct Lights {
    pub(super) by_id: BTreeMap<SubscriptionId, Light>,
}

/// One light.
#[derive(Debug)]
pub(super) struct Light {
    pub(super) watches: Watch,
    /// Where the phone is: it is told an address that it can call.
    pub(super) remote: IpAddr,
}

/// What a light shows.
#[derive(Debug)]
pub(super) enum Watch {
    /// All mailboxes of an agent.
    Agent(String),
    /// One mailbox.
    Mailbox(String),
}

impl Lights {
    /// How many there are.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }
}
