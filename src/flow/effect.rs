//! The words between a flow and the call that runs it.

use super::value::Value;
use super::web::{WebFault, WebReply, WebRequest};
use crate::base::complaint::Place;
use crate::base::digit::Digit;
use crate::base::id::{CallbackId, RecordingId};
use crate::base::json::Json;
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::base::skill::Skills;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a flow asks of its call, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// A step begins; for ladders, traces and coverage.
    Step {
        /// The flow.
        flow: String,
        /// Its section.
        section: String,
        /// The notation, such as `menu`.
        notation: &'static str,
    },
    /// A step has ended by one of its outcomes; for traces and coverage.
    Exit {
        /// The flow.
        flow: String,
        /// Where the step stands.
        place: Place,
        /// The outcome's word, such as `gave_up`, `key 1` or `catch callback-duplicate`.
        outcome: String,
    },
    /// Send 180.
    Ring,
    /// Open the sound and send 200; [`Event::Answered`] comes at ACK.
    Answer,
    /// Refuse the call with a final status; the flow is over.
    Reject {
        /// 400 to 699.
        status: u16,
    },
    /// Hang up; the flow is over.
    HangUp {
        /// Why, as a status 400 to 699.
        cause: Option<u16>,
    },
    /// Play clips in order; [`Event::PlayEnded`] comes unless stopped before.
    Play {
        /// Comes back in [`Event::PlayEnded`].
        play: u32,
        /// What to play.
        clips: Vec<Clip>,
        /// Again and again, for music.
        repeat: bool,
    },
    /// Stop playing; no event follows.
    StopPlay,
    /// Record the caller; [`Event::Recorded`] comes once the file is durable.
    Record {
        /// Longest recording.
        longest: Duration,
        /// A shorter one counts as nothing said: it is deleted and told as `None`.
        shortest: Duration,
        /// Ends after this much silence.
        silence: Option<Duration>,
        /// Key that ends it.
        finish: Option<Digit>,
        /// A beep first.
        beep: bool,
    },
    /// Look whether a mailbox takes a message; [`Event::MailboxOpened`] or
    /// [`Event::MailboxFull`] answers, or an escalation.
    OpenMailbox {
        /// Its name.
        mailbox: String,
    },
    /// Keep a recording as a message; it belongs to the mailbox from now on.
    /// [`Event::MessageKept`] comes once it is durable, or an escalation.
    LeaveMessage {
        /// The mailbox.
        mailbox: String,
        /// What was said.
        recording: RecordingId,
    },
    /// Let the agent on the line listen to messages; [`Event::ListenedOut`] comes at the end.
    Listen,
    /// A recording is not needed any more (recorded again).
    DeleteRecording(RecordingId),
    /// Join a queue; [`Event::LeftQueue`] comes when that is over. The waiting flow, if any, is
    /// run by this same runner and needs nothing more from the call.
    Join(Join),
    /// Play the music of the queue that the call stands in, until something else plays: no waiting
    /// flow was given, or it is over and the caller stays.
    QueueMusic,
    /// Leave the queue that the call stands in, without a callback. [`Event::LeftQueue`] follows.
    ExitQueue,
    /// Stand in another queue; [`Event::Moved`] or [`Event::NotMoved`] comes.
    Move(Move),
    /// Pass the caller on; [`Event::TransferAnswered`] or [`Event::TransferOver`] comes, or an
    /// escalation. A place in a queue is kept, out of dispatch, until somebody answers.
    Transfer(Box<Transfer>),
    /// Take the caller out of the queue and prepare a callback.
    StartCallback {
        /// The queue named by the flow; needed where the caller stands in none.
        queue: Option<String>,
        /// `on_hangup: {register: number}`: the number to register if the caller hangs up.
        on_hang_up: Option<PhoneNumber>,
    },
    /// Make the request.
    RegisterCallback(Box<Registration>),
    /// Undo Start; answered by [`Event::CallbackDismissed`] also where there was nothing to undo.
    DismissCallback,
    /// Ask a web service; [`Event::Replied`] comes if it answers while the flow waits.
    Ask {
        /// Comes back in [`Event::Replied`].
        ask: u32,
        /// What.
        request: Box<WebRequest>,
    },
    /// Keep a short label with the call, for the agent.
    Tag(String),
    /// Keep a sentence with the call, for the agent.
    Remark(String),
    /// Tell other systems.
    Announce {
        /// `noun.verb`
        name: String,
        /// Its facts.
        data: BTreeMap<String, Json>,
    },
    /// Cancel the callback that this call has made, or else the one of the caller's number;
    /// [`Event::Revoked`] comes, or an escalation.
    RevokeCallback {
        /// Only of this queue.
        queue: Option<String>,
        /// The caller takes its place over.
        take_over: bool,
    },
    /// Something worth a line in the log, such as a Dismiss without a Start.
    Note {
        /// One sentence.
        text: String,
    },
    /// The call's whole flow is over: `end`, a fall off the outermost `return`, or an escalation
    /// that nobody caught. The call hangs up if it is still there.
    Finished {
        /// The uncaught escalation, if that was the end.
        escalation: Option<Escalation>,
    },
}

/// What happened to the call, for the flow.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The call is answered (ACK came).
    Answered,
    /// The clips of this play are over.
    PlayEnded {
        /// As given in [`Effect::Play`].
        play: u32,
    },
    /// A key.
    Digit(Digit),
    /// A recording is over.
    Recorded {
        /// The recording, or `None` if only silence came.
        recording: Option<RecordingId>,
    },
    /// What was said could not be written down.
    RecordingFailed,
    /// The mailbox takes a message.
    MailboxOpened {
        /// The prompt that greets its callers.
        greeting: String,
        /// What ends a message there.
        limits: MessageLimits,
    },
    /// The mailbox takes no more.
    MailboxFull,
    /// [`Effect::LeaveMessage`] is durable.
    MessageKept,
    /// No message is left to listen to.
    ListenedOut,
    /// The caller stands in the queue; the waiting flow may begin.
    Joined,
    /// An agent's answer was handled: the waiting flow stops at once, whatever it does.
    Connected,
    /// The `queue` step is over.
    LeftQueue(QueueOutcome),
    /// Whom the caller was passed on to has answered: they talk, and the place is given up.
    TransferAnswered,
    /// The transfer is over, and the caller is still there.
    TransferOver(TransferOutcome),
    /// The caller stands where [`Effect::Move`] wished.
    Moved,
    /// The caller stands where they stood.
    NotMoved(QueueOutcome),
    /// [`Effect::StartCallback`] is done.
    CallbackStarted,
    /// [`Effect::RegisterCallback`] is stored.
    CallbackRegistered {
        /// The request.
        callback: CallbackId,
        /// Its place, 1 is next.
        position: u32,
        /// The estimate, if one is known.
        wait_estimate: Option<Duration>,
    },
    /// [`Effect::DismissCallback`] is done.
    CallbackDismissed,
    /// A web service has answered, or will not.
    Replied {
        /// As given in [`Effect::Ask`].
        ask: u32,
        /// What it said.
        reply: Result<WebReply, WebFault>,
    },
    /// What came of [`Effect::RevokeCallback`].
    Revoked(Revocation),
    /// The step in progress ended badly, or a signal came from outside
    /// (`callback-started-too-long`).
    Escalated(Escalation),
    /// The caller has hung up: `when_caller_hangs_up` runs, then [`Effect::Finished`].
    HungUp,
    /// A deadline of the runner has come.
    Timer,
}

/// What ends a message in a mailbox, where the step does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageLimits {
    /// Longest message.
    pub longest: Duration,
    /// A shorter one counts as nothing said.
    pub shortest: Duration,
    /// Ends after this much silence; `None` never.
    pub silence: Option<Duration>,
}

/// How a `queue` step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueueOutcome {
    /// An agent spoke with the caller and is gone; the caller is still there.
    Answered,
    /// The queue takes no more.
    Full,
    /// Outside its hours.
    Closed,
    /// The step's or queue's time-out.
    TimedOut,
    /// `exit_queue`, or a callback was registered.
    Left,
    /// No agent is signed in and the queue does not wait for one.
    NoAgents,
}

impl QueueOutcome {
    /// What it is called in flows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Full => "full",
            Self::Closed => "closed",
            Self::TimedOut => "timed_out",
            Self::Left => "left",
            Self::NoAgents => "no_agents",
        }
    }
}

/// What came of cancelling a callback, or of taking it over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// It is over, durably.
    Done {
        /// Whether the caller stands in its place now; else the next `queue` step gives it.
        stands: bool,
    },
    /// There was none.
    None,
    /// The customer is being called just now.
    TooLate,
}

/// A named failure that bubbles up until something catches it.
#[derive(Debug, Clone, PartialEq)]
pub struct Escalation {
    /// Such as `callback-invalid-number`.
    pub name: String,
    /// Facts about it, such as `existing`.
    pub details: BTreeMap<String, Value>,
}

impl Escalation {
    /// An escalation without details.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), details: BTreeMap::new() }
    }
}

/// One thing to play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clip {
    /// A prompt in a language.
    Prompt {
        /// The language of the call at this moment.
        language: Language,
        /// Its name, such as `welcome` or `digits/7`.
        name: String,
    },
    /// A recording of this call or of a callback.
    Recording(RecordingId),
    /// A text that a program speaks; `speech-failed` comes if it cannot.
    Spoken {
        /// The language of the call at this moment.
        language: Language,
        /// The text.
        text: String,
    },
}

/// Parameters of joining a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The queue's name.
    pub queue: String,
    /// Higher is served first; default 0.
    pub priority: i32,
    /// What the agent must be able to do.
    pub skills: Skills,
    /// Leaves with [`QueueOutcome::TimedOut`] after this long; `None` is the queue's own.
    pub timeout: Option<Duration>,
    /// Whether a waiting flow runs; if not, [`Effect::QueueMusic`] follows [`Event::Joined`].
    pub has_flow: bool,
}

/// Parameters of passing a caller on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Whom to.
    pub to: Destination,
    /// How long it rings.
    pub ring: Duration,
    /// What the caller hears meanwhile; `None` is ringing.
    pub music: Option<String>,
}

/// Whom a caller is passed on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A number outside.
    Number {
        /// As the flow has it: E.164, or as keyed.
        number: String,
        /// The number shown; `None` is the trunk's own.
        ani: Option<String>,
        /// The only trunk that may carry it.
        trunk: Option<String>,
    },
    /// An agent, by name.
    Agent(String),
}

/// How a transfer ends with the caller still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferOutcome {
    /// They talked, and the far end is gone.
    Answered,
    /// Busy or declined.
    Busy,
    /// Nobody answered.
    NoAnswer,
}

/// Parameters of standing elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The queue's name.
    pub queue: String,
    /// `None` keeps it.
    pub priority: Option<i32>,
    /// Whether the place is kept, or begins anew.
    pub keeps_place: bool,
}

/// Parameters of `register_callback` as the flow gives them; the queue's defaults fill the
/// rest. Table: a key each in the flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Registration {
    /// The number to dial as the flow has it: E.164, or as keyed; `None` is the caller's own.
    pub number: Option<String>,
    /// The queue the callback is made from; `None` is the entry's.
    pub queue: Option<String>,
    /// The outbound number shown to the person called.
    pub ani: Option<String>,
    /// What the agent hears before the call is made, in order.
    pub agent_media: Vec<Clip>,
    /// Priority of the entry; `None` keeps it.
    pub priority: Option<i32>,
    /// What the agent must be able to do; `None` keeps it.
    pub skills: Option<Skills>,
    /// Most attempts.
    pub attempts: Option<u32>,
    /// Wait after no answer.
    pub retry_after: Option<Duration>,
    /// Wait after busy.
    pub busy_retry_after: Option<Duration>,
    /// How long the customer's phone rings.
    pub ring: Option<Duration>,
    /// Wait after the first call ended.
    pub initial_delay: Option<Duration>,
    /// The request ends unfulfilled after this long.
    pub expires: Option<Duration>,
    /// Shown to the agent, put in events.
    pub data: BTreeMap<String, Value>,
    /// The language of the call.
    pub language: Language,
}

impl Registration {
    /// Everything as the queue and the entry have it.
    #[must_use]
    pub const fn plain(language: Language) -> Self {
        Self {
            number: None,
            queue: None,
            ani: None,
            agent_media: Vec::new(),
            priority: None,
            skills: None,
            attempts: None,
            retry_after: None,
            busy_retry_after: None,
            ring: None,
            initial_delay: None,
            expires: None,
            data: BTreeMap::new(),
            language,
        }
    }
}
