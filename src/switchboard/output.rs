//! Everything that the heart asks of the world.

use super::store;
use crate::base::id::{CallId, RecordingId, TicketId};
use crate::media;
use crate::sip::event::Path;
use bytes::Bytes;

/// One thing to do, in order.
#[derive(Debug, Clone)]
pub enum Output {
    /// Send a datagram, or bytes on a connection.
    Send {
        /// Where.
        path: Path,
        /// One whole SIP message.
        bytes: Bytes,
    },
    /// Tell a media shard.
    Media {
        /// Which shard owns the port.
        shard: usize,
        /// What.
        command: media::command::Command,
    },
    /// Ask the store.
    Store(store::Request),
    /// Read a recording and decode it; answered by [`super::input::Input::Fetched`].
    Fetch {
        /// Comes back.
        ticket: TicketId,
        /// Which.
        recording: RecordingId,
    },
    /// Something a person may want to follow: a line of the `demo`, an event of the console.
    Tell(Tale),
    /// Drained: no call is left.
    Drained,
}

/// One sentence about a call, in the trade's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tale {
    /// The call, if it is about one.
    pub call: Option<CallId>,
    /// `noun.verb`, such as `callback.registered`.
    pub event: &'static str,
    /// Its facts in order, such as `("queue", "sales")`.
    pub facts: Vec<(&'static str, String)>,
}
