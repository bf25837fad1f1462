//! Everything that can reach the heart.

use super::settings::Settings;
use super::store;
use crate::audio::sound::Sound;
use crate::base::id::{MessageId, TicketId};
use crate::flow::web::{WebFault, WebReply};
use crate::media;
use crate::sip;
use std::sync::Arc;

/// One thing that happened in the world.
#[expect(clippy::large_enum_variant, reason = "most inputs are SIP messages; each lives once")]
#[derive(Debug, Clone)]
pub enum Input {
    /// From the network.
    Sip(sip::event::Event),
    /// From a media shard.
    Media(media::command::Event),
    /// From the store.
    Stored(store::Reply),
    /// A sound that [`super::output::Output::Fetch`] or `Speak` asked for; `None` when it is not
    /// there.
    Fetched {
        /// As asked.
        ticket: TicketId,
        /// The sound.
        sound: Option<Arc<Sound>>,
    },
    /// A web service that [`super::output::Output::Ask`] asked has answered, or will not.
    Replied {
        /// As asked.
        ticket: TicketId,
        /// What it said.
        reply: Result<WebReply, WebFault>,
    },
    /// Everybody has been told of a message that [`super::output::Output::Notify`] named, or
    /// it is given up.
    Notified {
        /// The message.
        message: MessageId,
    },
    /// New settings; answered by [`super::output::Output::Reloaded`].
    Settings(Arc<Settings>),
    /// A deadline has come.
    Timer,
    /// Take no new calls, let calls end.
    Drain,
    /// End all calls now.
    Stop,
}
