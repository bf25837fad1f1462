//! The words between the SIP room and the switchboard.
//!
//! The switchboard says [`Command`]s to the `UserAgent`; the `UserAgent` answers with
//! [`Effect`]s: datagrams to send, and what happened to sessions. A session is one INVITE and
//! everything in its dialog. Bodies are carried unread.

use super::message::Message;
use super::uri::{NameAddr, Uri};
use crate::base::id::{SessionId, SubscriptionId};
use bytes::Bytes;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// UDP
    Udp,
    /// TCP
    Tcp,
}

/// The two ends a message travelled between, or shall travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// UDP or TCP.
    pub transport: Transport,
    /// The far end.
    pub remote: SocketAddr,
    /// The TCP connection it came on, by `io`'s number. When it is gone a new one is made to
    /// `remote` (RFC 3261 §18.2.2). `None`: any connection to `remote`, made when needed.
    pub connection: Option<u64>,
}

/// What arrives from the network.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly all are messages; they are never stored")]
pub enum Event {
    /// A whole message that the reader accepted.
    Received {
        /// The message.
        message: Message,
        /// How it came.
        path: Path,
    },
    /// A message could not be handed to the network (RFC 3261 §17.1.4, §18.4).
    Undeliverable {
        /// Where it was meant to go.
        path: Path,
    },
    /// A deadline of the room has come.
    Timer,
}

/// Who stands behind a request; decides what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A trunk, by its name in the configuration.
    Trunk(String),
    /// An account (an agent's phone) whose digest was right, by its user name.
    Account(String),
}

/// What the switchboard asks of a session.
#[derive(Debug, Clone)]
pub enum Command {
    /// Calls somebody. The session id is chosen by the switchboard.
    Invite(Box<Invite>),
    /// Sends a provisional answer, 180 or 183, to an incoming INVITE.
    Ring {
        /// The session.
        session: SessionId,
        /// 180 or 183.
        status: u16,
        /// SDP of early media.
        body: Option<Body>,
    },
    /// Answers an incoming INVITE with 200, repeated until ACK (RFC 3261 §13.3.1.4).
    Accept {
        /// The session.
        session: SessionId,
        /// The SDP answer, or the offer when the INVITE had none.
        body: Body,
    },
    /// Refuses an incoming INVITE.
    Refuse {
        /// The session.
        session: SessionId,
        /// 300 to 699.
        status: u16,
        /// Instead of the standard phrase, naming the fault.
        reason: Option<String>,
        /// For 480, 486, 500, 503 (RFC 3261 §20.33).
        retry_after: Option<Duration>,
    },
    /// Ends a session whatever its state: CANCEL, BYE, or a refusal; a 200 that
    /// crosses the CANCEL gets ACK and BYE (RFC 3261 §9.1, §15). [`Effect::Ended`] or
    /// [`Effect::Failed`] follows.
    HangUp {
        /// The session.
        session: SessionId,
        /// Why, as a status: the refusal's own, or told in the BYE (RFC 3326).
        cause: Option<u16>,
    },
    /// Sends a re-INVITE with a new offer.
    Reoffer {
        /// The session.
        session: SessionId,
        /// The offer.
        body: Body,
    },
    /// Answers the peer's re-INVITE ([`Effect::Reoffered`]) with 200.
    AcceptReoffer {
        /// The session.
        session: SessionId,
        /// The answer, or our offer when the re-INVITE had none.
        body: Body,
    },
    /// Refuses the peer's re-INVITE; the session stays as it was (RFC 3261 §14.2).
    RefuseReoffer {
        /// The session.
        session: SessionId,
        /// Usually 488.
        status: u16,
    },
    /// Grants a subscription ([`Effect::Subscribed`]); this is the state that it is told of.
    AcceptSubscription {
        /// Which.
        subscription: SubscriptionId,
        /// The state.
        body: Body,
    },
    /// Refuses a subscription.
    RefuseSubscription {
        /// Which.
        subscription: SubscriptionId,
        /// 400 to 699.
        status: u16,
    },
    /// A state has changed: who has subscribed to it gets a NOTIFY.
    Notify {
        /// Which.
        subscription: SubscriptionId,
        /// The state.
        body: Body,
    },
    /// Tells all phones of an account of waiting messages, although they have not asked.
    NotifyUnasked {
        /// The account's user name.
        account: String,
        /// The state.
        body: Body,
    },
    /// Asks a trunk whether it is alive; [`Effect::OptionsAnswered`] follows.
    Options {
        /// The trunk's name; comes back.
        trunk: String,
        /// Where.
        path: Path,
        /// The request URI.
        uri: Uri,
    },
}

/// A call that we make.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The new session.
    pub session: SessionId,
    /// Request URI.
    pub uri: Uri,
    /// From, without a tag.
    pub from: NameAddr,
    /// To.
    pub to: NameAddr,
    /// Where to send it.
    pub path: Path,
    /// The trunk whose credentials answer a 401 or 407, if any.
    pub trunk: Option<String>,
    /// Further headers, by name and value, such as P-Asserted-Identity. Serialised anew; a
    /// value with a line break is refused.
    pub headers: Vec<(String, String)>,
    /// The SDP offer.
    pub body: Body,
}

/// A body with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Such as `application/sdp`.
    pub content_type: String,
    /// The bytes.
    pub bytes: Bytes,
}

impl Body {
    /// An SDP body.
    #[must_use]
    pub fn sdp(text: impl Into<Bytes>) -> Self {
        Self { content_type: "application/sdp".to_owned(), bytes: text.into() }
    }
}

/// What the SIP room wants done, and what happened to sessions.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Send these bytes.
    Send {
        /// Where.
        path: Path,
        /// One whole message.
        bytes: Bytes,
    },
    /// Somebody calls. Answer with Ring, Accept, Refuse or HangUp. 100 has been sent.
    Incoming(Box<Incoming>),
    /// Our INVITE is in progress: 101 to 199 (100 is not told).
    Progress {
        /// The session.
        session: SessionId,
        /// The status.
        status: u16,
        /// SDP of early media.
        body: Option<Body>,
    },
    /// Our INVITE was answered with 2xx; ACK has been sent.
    Answered {
        /// The session.
        session: SessionId,
        /// The SDP answer; `None` is the peer's fault.
        body: Option<Body>,
    },
    /// Our INVITE came to nothing; the session is over.
    Failed {
        /// The session.
        session: SessionId,
        /// Why.
        failure: Failure,
    },
    /// The ACK to our 200 came; the session stands. Once more, with a body, when the ACK to
    /// our 200 to a re-INVITE brings the answer to an offer of ours.
    Confirmed {
        /// The session.
        session: SessionId,
        /// The answer, when the offer was ours.
        body: Option<Body>,
    },
    /// The peer sends a re-INVITE (or UPDATE); answer with AcceptReoffer or RefuseReoffer.
    Reoffered {
        /// The session.
        session: SessionId,
        /// The offer; `None` asks for ours.
        body: Option<Body>,
    },
    /// The peer answered our re-INVITE; `None` when it refused (the old terms stay).
    ReofferAnswered {
        /// The session.
        session: SessionId,
        /// The answer.
        body: Option<Body>,
    },
    /// SIP INFO in a session, such as `application/dtmf-relay`; already answered.
    Info {
        /// The session.
        session: SessionId,
        /// What it carried.
        body: Body,
    },
    /// An established or incoming session is over. Nothing more comes for it.
    Ended {
        /// The session.
        session: SessionId,
        /// How.
        ending: Ending,
    },
    /// The trunk answered our OPTIONS, or did not.
    OptionsAnswered {
        /// The trunk.
        trunk: String,
        /// The final status; `None`: nobody answered.
        status: Option<u16>,
    },
    /// A phone wants to know of waiting messages. Answer with AcceptSubscription or
    /// RefuseSubscription.
    Subscribed(Subscribed),
    /// A subscription is over. Nothing more comes for it.
    Unsubscribed {
        /// Which.
        subscription: SubscriptionId,
    },
    /// An account's contacts changed.
    BindingsChanged {
        /// The account's user name.
        account: String,
        /// All contacts that hold now; empty when it has signed out.
        bindings: Vec<super::registrar::Binding>,
    },
    /// Our registration at a trunk.
    TrunkRegistered {
        /// The trunk.
        trunk: String,
        /// Whether it stands.
        registered: bool,
    },
}

/// Somebody calls us.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The new session.
    pub session: SessionId,
    /// Who, by source address or digest.
    pub who: Who,
    /// The INVITE, for its request URI, From, identity and Diversion headers.
    pub invite: Message,
    /// How it came.
    pub path: Path,
    /// The SDP offer; `None` asks for ours.
    pub body: Option<Body>,
}

/// A phone wants to know of a state of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribed {
    /// The new subscription.
    pub subscription: SubscriptionId,
    /// The account whose digest was right.
    pub account: String,
    /// The user of the URI that it asks about.
    pub resource: String,
    /// Where the phone is.
    pub remote: IpAddr,
}

/// Why our INVITE came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// A final answer of 300 to 699.
    Refused {
        /// The status.
        status: u16,
        /// The phrase that came with it.
        reason: String,
        /// Its Retry-After.
        retry_after: Option<Duration>,
        /// Whether any 18x came before.
        rang: bool,
    },
    /// Nothing came in time (timer B), or the network would not take it.
    Unreachable {
        /// Whether any 18x came before.
        rang: bool,
    },
    /// We hung up before an answer.
    Cancelled,
}

/// How an established or incoming session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The peer sent BYE.
    ByPeer,
    /// We hung up or refused.
    ByUs,
    /// The caller sent CANCEL before our answer.
    Cancelled,
    /// The ACK never came, or the peer answers no more.
    Lost,
}
