//! What a test file says: the world at the beginning, what the caller does, what must come of it.
//!
//! ```text
//! NAME.test.yaml ──read──► Test ── cases, each with its whole world, its lines, its expectations
//! ```

mod decode;
mod expect;
mod given;
mod lines;
mod names;
mod told;

pub use decode::read;
pub use expect::RESULTS;
pub use given::STANDINGS;
pub use lines::DEEDS;
pub use names::Names;

use crate::base::calendar::Standing;
use crate::base::complaint::Place;
use crate::base::digit::Digit;
use crate::base::number::PhoneNumber;
use crate::base::time::Utc;
use crate::switchboard::store::CallResult;
use std::collections::BTreeMap;
use std::time::Duration;

/// How the names of test files end.
pub const FILE_END: &str = ".test.yaml";

/// One test file.
#[derive(Debug, Clone)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// Its cases, in order.
    pub cases: Vec<Case>,
}

/// One case: a call from beginning to end.
#[derive(Debug, Clone)]
pub struct Case {
    /// Where it stands.
    pub place: Place,
    /// What it is about.
    pub name: String,
    /// The world at its beginning.
    pub given: Given,
    /// What happens, line by line.
    pub script: Vec<Line>,
    /// What must have come of it.
    pub expect: Vec<Expectation>,
}

/// The world at the beginning of a case; what is not said is as the site has it.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The flow that answers; `None` is the one that the called number has.
    pub flow: Option<String>,
    /// What the clock shows.
    pub now: Option<Utc>,
    /// Who calls.
    pub caller: Option<Caller>,
    /// The number that is called.
    pub called: Option<String>,
    /// Agents of the site who are signed in.
    pub agents: Vec<String>,
    /// The queues of which something is said.
    pub queues: BTreeMap<String, QueueGiven>,
    /// Opening hours that stand as they are said to, whatever the clock shows.
    pub hours: BTreeMap<String, Standing>,
    /// Callbacks that were promised before.
    pub callbacks: Vec<CallbackGiven>,
    /// What web services answer, by service and path.
    pub web: BTreeMap<String, WebGiven>,
    /// Whether nothing can be stored.
    pub store_fails: Option<bool>,
}

/// A callback that was promised before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackGiven {
    /// The queue it is made from.
    pub queue: String,
    /// The number that will be dialled.
    pub number: PhoneNumber,
    /// Whether it is being dialled when the caller calls.
    pub dialing: bool,
}

/// What a web service answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebGiven {
    /// A status, and JSON or some other text.
    Replies(u16, String),
    /// It cannot be reached.
    Unreachable,
    /// No answer ever comes.
    Silent,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A number, as it is shown.
    Number(String),
    /// Somebody who shows none.
    Anonymous,
}

/// One queue at the beginning.
#[derive(Debug, Clone, Copy, Default)]
pub struct QueueGiven {
    /// Agents who are signed in for this queue only.
    pub agents: Option<usize>,
    /// Callers who came before.
    pub waiting: Option<usize>,
    /// Most callers; more find the queue full.
    pub callers_max: Option<usize>,
    /// The estimate that flows are told.
    pub wait_estimate: Option<Duration>,
}

/// One line of a script.
#[derive(Debug, Clone)]
pub struct Line {
    /// Where it stands.
    pub place: Place,
    /// What it asks for.
    pub deed: Deed,
}

/// What a line of a script asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// The caller hears something begin.
    Hears(Heard),
    /// The caller presses keys: one entry for each time that the house asks.
    Presses(Vec<Vec<Digit>>),
    /// The caller speaks for so long.
    Speaks(Duration),
    /// Time passes.
    Waits(Duration),
    /// The caller hangs up.
    HangsUp,
    /// The caller gets a place in this queue.
    Joins(String),
    /// The caller's stay in this queue is over, or in any.
    Leaves(Option<String>),
    /// The flow does a step of this notation.
    Does(&'static str),
    /// The flow comes to this section, of a certain flow or of any.
    Reaches {
        /// The flow, if it matters.
        flow: Option<String>,
        /// The section.
        section: String,
    },
    /// The caller talks to somebody.
    TalksTo(Partner),
    /// The call is over, whoever ended it.
    Ends,
    /// An agent does something.
    Agent(AgentDeed),
    /// Whoever is called outside does something with their telephone.
    FarEnd(PhoneDeed),
}

/// Whom the caller talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partner {
    /// An agent; the name, if it matters.
    Agent(Option<String>),
    /// Whoever answers the number that the caller is passed on to.
    FarEnd,
}

/// What an agent does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentDeed {
    /// Something with the telephone.
    Phone(PhoneDeed),
    /// The agent who talks or hears a message presses keys.
    Presses(Vec<Digit>),
    /// The agent hears something begin.
    Hears(Heard),
}

/// What somebody does with a telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneDeed {
    /// It rings, and is answered.
    Answers,
    /// It is busy.
    IsBusy,
    /// It rings, and the call is declined.
    Rejects,
    /// It rings until the caller's side gives up.
    DoesNotAnswer,
    /// Who answered hangs up.
    HangsUp,
}

/// What is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A prompt, by its name.
    Prompt(String),
    /// Music, by its name.
    Music(String),
    /// A recording.
    Recording,
    /// The ringing tone, while somebody is called.
    Ringing,
    /// Spoken words or numbers, as they are written.
    Says(String),
}

/// One thing that must have come of a case.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Where it stands.
    pub place: Place,
    /// What.
    pub what: Expected,
}

/// What must have come of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// The callbacks that were registered in this case, in order.
    Registered(Vec<Promised>),
    /// All callbacks that are promised at the end, whoever asked for them, in order.
    Pending(Vec<Promised>),
    /// How many callers hung up while they waited.
    Abandoned(u64),
    /// The caller's place in a queue; `None` is no place anywhere.
    PlaceIn(Option<(String, u32)>),
    /// How the call came out.
    Result(CallResult),
    /// The caller was, or was never, played these.
    Heard(Vec<Heard>),
    /// None of these was played.
    NeverHeard(Vec<Heard>),
    /// The escalation that nobody caught; `None` is none.
    Escalated(Option<String>),
    /// The tags of the call, in order.
    Tags(Vec<String>),
    /// The notes of the call, in order.
    Notes(Vec<String>),
    /// What the flow told other systems, in order.
    Events(Vec<Telling>),
    /// How many messages were kept in each mailbox; none in others.
    Messages(BTreeMap<String, u64>),
    /// To whom the caller was passed on last; `None` is to nobody.
    Transferred(Option<PassedOn>),
}

/// An event that the flow told other systems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// Its name.
    pub name: String,
    /// Its facts; what is not said does not matter.
    pub data: BTreeMap<String, Fact>,
}

/// What is expected of a fact, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A text, a number, true or false.
    Is(String),
    /// A list of exactly these.
    Lists(Vec<Self>),
    /// A map with at least these.
    Holds(BTreeMap<String, Self>),
}

/// To whom a caller was passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassedOn {
    /// To a number outside.
    Number {
        /// The number, if it matters.
        number: Option<PhoneNumber>,
        /// The number shown there, if it matters.
        ani: Option<PhoneNumber>,
    },
    /// To an agent.
    Agent(String),
    /// To another queue.
    Queue(String),
}

/// What is expected of a registered callback; what is not said does not matter.
///
/// Table: a key each in the expectation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Promised {
    /// The queue.
    pub queue: Option<String>,
    /// The number that will be dialled.
    pub number: Option<PhoneNumber>,
    /// The number that will be shown.
    pub ani: Option<PhoneNumber>,
    /// What the agent will hear, in order.
    pub agent_media: Option<Vec<Heard>>,
    /// Its priority.
    pub priority: Option<i32>,
    /// How often it is tried.
    pub attempts: Option<u32>,
    /// The pause after no answer.
    pub retry_after: Option<Duration>,
    /// How long it lives.
    pub expires: Option<Duration>,
    /// The language of its prompts.
    pub language: Option<String>,
    /// Data for the agent.
    pub data: BTreeMap<String, String>,
}
