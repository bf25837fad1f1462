//! The four transactions of RFC 3261 §17, with the corrections of RFC 6026.
//!
//! A machine here is a bare value: it knows states, timers and status codes, and says what to
//! do as [`Action`]s. Who holds the bytes, the paths and the timers is [`table`].
//!
//! ```text
//!  request of ours    INVITE → client_invite    other → client
//!  request of theirs  INVITE → server_invite    other → server
//! ```

pub mod client;
pub mod client_invite;
pub mod key;

pub mod server;
pub mod server_invite;
pub mod table;

use crate::base::time::Moment;
use std::time::Duration;

/// Estimate of a round trip (RFC 3261 §17.1.1.1).
pub const T1: Duration = Duration::from_millis(500);
/// Longest pause between repeats of non-INVITE requests and of final INVITE responses.
pub const T2: Duration = Duration::from_secs(4);
/// Longest time a message stays in the network.
pub const T4: Duration = Duration::from_secs(5);
/// How long anybody waits for the other side: 64·T1.
pub const PATIENCE: Duration = Duration::from_secs(32);
/// Timer D over UDP: at least 32 s (RFC 3261 §17.1.1.2).
const WAIT_D: Duration = Duration::from_secs(32);

/// The timers by their letters in RFC 3261 §17 and RFC 6026 §7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Repeats an INVITE.
    A,
    /// Gives up on an INVITE.
    B,
    /// Absorbs repeats of a final answer to an INVITE.
    D,
    /// Repeats another request.
    E,
    /// Gives up on another request.
    F,
    /// Repeats a final answer to an INVITE.
    G,
    /// Gives up waiting for the ACK.
    H,
    /// Absorbs repeats of the ACK.
    I,
    /// Absorbs repeats of another request.
    J,
    /// Absorbs repeats of the final answer to another request.
    K,
    /// Absorbs repeats of an INVITE after a 2xx (RFC 6026 §7.1).
    L,
    /// Lets repeats of a 2xx and 2xx of other forks through (RFC 6026 §7.2).
    M,
}

impl Timer {
    /// Its name for traces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "timer A",
            Self::B => "timer B",
            Self::D => "timer D",
            Self::E => "timer E",
            Self::F => "timer F",
            Self::G => "timer G",
            Self::H => "timer H",
            Self::I => "timer I",
            Self::J => "timer J",
            Self::K => "timer K",
            Self::L => "timer L",
            Self::M => "timer M",
        }
    }
}

/// What a machine wants done, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Client: send the request. Server: send the latest response.
    Send,
    /// Send the ACK that belongs to the transaction (RFC 3261 §17.1.1.3).
    Acknowledge,
    /// Hand the message that came to the transaction's user.
    Deliver,
    /// Set or move a timer.
    Set {
        /// Which.
        timer: Timer,
        /// When it shall fire.
        at: Moment,
    },
    /// Stop a timer.
    Stop(Timer),
    /// Tell the user that nobody answered in time, or that the ACK never came.
    TimedOut,
    /// Tell the user that the network would not take the message.
    Unreachable,
    /// Forget the transaction and its timers.
    Terminated,
}

/// What happens to a transaction of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientEvent {
    /// A response with this status matched it.
    Response(u16),
    /// A timer fired.
    Timer(Timer),
    /// The network would not take a message of it.
    Undeliverable,
}

/// What happens to a transaction of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerEvent {
    /// The request came once more.
    Request,
    /// An ACK matched it; only an INVITE has one.
    Ack,
    /// The user answers with this status; the response is the latest one now.
    Respond(u16),
    /// A timer fired.
    Timer(Timer),
    /// The network would not take a response of it.
    Undeliverable,
}

/// The next pause between repeats that double up to `limit`.
#[must_use]
pub fn doubled(pause: Duration, limit: Duration) -> Duration {
    pause.saturating_mul(2).min(limit)
}

#[cfg(test)]
pub(super) mod bench {
    //! What the tests of all four machines share.

    use super::Action;
    use crate::base::outbox::Outbox;
    use crate::base::time::Moment;

    /// Everything in the outbox, oldest first.
    pub(crate) fn taken(out: &mut Outbox<Action>) -> Vec<Action> {
        out.drain().collect()
    }

    /// The moment this many milliseconds into the test.
    pub(crate) fn ms(millis: u64) -> Moment {
        Moment::from_millis(millis)
    }
}
