//! Identities: 63 bits of node, boot epoch and counter, so that no two runs of any node collide.
//!
//! ```text
//! 62      53 52              31 30                 0
//! ┌─────────┬──────────────────┬────────────────────┐
//! │ node 10 │ boot epoch 22    │ counter 31         │
//! └─────────┴──────────────────┴────────────────────┘
//! ```

/// Makes ids for one node and one boot.
#[derive(Debug, Clone)]
pub struct Ids {
    base: u64,
    next: u64,
}

const NODE_BITS: u32 = 10;
const EPOCH_BITS: u32 = 22;
const COUNTER_BITS: u32 = 31;

impl Ids {
    /// Ids for `node` in its `epoch`-th boot; both are cut to their bits.
    #[must_use]
    pub const fn new(node: u16, epoch: u32) -> Self {
        let node = node as u64 & ((1 << NODE_BITS) - 1);
        let epoch = epoch as u64 & ((1 << EPOCH_BITS) - 1);
        Self { base: (node << (EPOCH_BITS + COUNTER_BITS)) | (epoch << COUNTER_BITS), next: 0 }
    }

    /// The next id. One boot has 2^31 of them: at 4,000 calls a second, days of ten ids a call,
    /// after which the counter spills into the epoch and stays unique within the boot.
    pub fn mint<I: From<u64>>(&mut self) -> I {
        self.next += 1;
        I::from(self.base + self.next)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// The raw value, which fits SQLite's and PostgreSQL's signed 64-bit integers.
            #[must_use]
            pub const fn raw(self) -> u64 {
                self.0
            }
        }

        impl From<u64> for $name {
            fn from(raw: u64) -> Self {
                Self(raw)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "-{:x}"), self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    )*};
}

ids! {
    /// One callback request; durable, outlives the call that made it.
    CallbackId "callback";
    /// One caller's call: legs, flow, entry.
    CallId "call";
    /// One place in a queue.
    EntryId "entry";
    /// One piece of work on an agent's desk: the agent's leg and whom it will be joined to.
    JobId "job";
    /// One leg: a session and its sound.
    LegId "leg";
    /// One message in a mailbox; durable, outlives the call that left it.
    MessageId "message";
    /// One port: a leg's sound in a media shard.
    PortId "port";
    /// One recording kept on disk.
    RecordingId "recording";
    /// One SIP session (an INVITE and all that follows in its dialog).
    SessionId "session";
    /// One phone's wish to know of a state of ours.
    SubscriptionId "subscription";
    /// One request to the store, answered by exactly one reply.
    TicketId "ticket";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_boots_never_share_an_id() {
        let first: CallId = Ids::new(1, 7).mint();
        let second: CallId = Ids::new(1, 8).mint();
        assert_ne!(first, second);
        assert!(i64::try_from(second.raw()).is_ok());
    }
}
