//! Everything that the heart asks of the world.

use super::objection::Objection;
use super::store;
use crate::base::id::{CallId, RecordingId, TicketId};
use crate::base::json::Json;
use crate::base::language::Language;
use crate::flow::web::WebRequest;
use crate::media;
use crate::sip::event::Path;
use crate::voicemail::message::Message;
use crate::voicemail::settings::Notify;
use bytes::Bytes;
use std::collections::BTreeMap;

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
    /// Ask a web service; answered by [`super::input::Input::Replied`].
    Ask {
        /// Comes back.
        ticket: TicketId,
        /// What.
        request: Box<WebRequest>,
    },
    /// Tell other systems what a flow wants them to know.
    Announce(Announcement),
    /// Speak a text; answered by [`super::input::Input::Fetched`].
    Speak {
        /// Comes back.
        ticket: TicketId,
        /// In which language.
        language: Language,
        /// What.
        text: String,
    },
    /// Tell everybody who is to be told of a new message; answered by
    /// [`super::input::Input::Notified`].
    Notify(Box<MessageNotice>),
    /// Something a person may want to follow: a line of the `demo`, an event of the console.
    Tell(Tale),
    /// What became of [`super::input::Input::Settings`].
    Reloaded {
        /// Why they cannot be taken; with none, they are taken.
        objections: Vec<Objection>,
    },
    /// Drained: no call is left.
    Drained,
}

/// A message that somebody has to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageNotice {
    /// The message.
    pub message: Message,
    /// The title of its mailbox.
    pub title: String,
    /// Who.
    pub notify: Notify,
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

/// An event that a flow tells other systems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The call whose flow it is.
    pub call: CallId,
    /// `noun.verb`, such as `order.placed`.
    pub event: String,
    /// Its facts.
    pub data: BTreeMap<String, Json>,
}
