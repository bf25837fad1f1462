//! A flow after decoding: typed sections and steps, every name resolved, positions kept.
//!
//! The decoder makes it, `check` walks it, the runner executes it.

mod moving;
mod word;

pub use moving::{Destination, QueryCallback, Requeue, Review, Revoke, Transfer};

use super::expression::Expression;
use super::template::Template;
pub use super::types::Type;
use super::value::Value;
use super::web::Method;
use crate::base::complaint::Place;
use crate::base::digit::Digit;
use crate::base::language::Language;
use crate::base::number::{Country, NumberKind};
use crate::base::skill::Skills;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// All flows of a site, by name; a running call keeps the set it began with.
#[derive(Debug, Clone, Default)]
pub struct FlowSet {
    /// The name of this version of the flows, if they were published; else empty.
    pub version: String,
    /// The flows.
    pub flows: BTreeMap<String, Arc<Flow>>,
    /// Queue → the flow that runs for those who wait in it, where the `queue` step names none.
    pub waiting: BTreeMap<String, String>,
}

/// The input by which the waiting flow of a queue is told the queue.
pub const WAITING_INPUT: &str = "line";

/// One flow.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Its name; the file is `NAME.flow.yaml`.
    pub name: String,
    /// A title for people.
    pub title: Option<String>,
    /// The language it begins in; `None` is the call's.
    pub language: Option<Language>,
    /// Typed inputs.
    pub inputs: BTreeMap<String, Input>,
    /// Typed outputs.
    pub outputs: BTreeMap<String, Output>,
    /// Variables with a stated type, and their first values.
    pub vars: BTreeMap<String, Variable>,
    /// The section that runs once when the caller hangs up.
    pub when_caller_hangs_up: Option<String>,
    /// Escalations that the flow catches, by name.
    pub catch: BTreeMap<String, Target>,
    /// Sections; `start` is first to run.
    pub sections: BTreeMap<String, Vec<Step>>,
    /// Texts without variables that a program speaks.
    pub spoken: BTreeSet<String>,
}

/// One input of a flow.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its type.
    pub kind: Type,
    /// Whether the caller of the flow must give it.
    pub required: bool,
    /// Its value when not given.
    pub default: Option<Value>,
}

/// One output of a flow.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its type.
    pub kind: Type,
    /// The texts it may be, if limited.
    pub one_of: Vec<String>,
    /// Whether a `return` may leave it unknown on purpose.
    pub optional: bool,
}

/// One declared variable.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its type.
    pub kind: Type,
    /// Its value at the start of each invocation.
    pub default: Option<Value>,
}

/// One step of a section.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where it stands.
    pub place: Place,
    /// What it does.
    pub action: Action,
    /// Escalations that this step catches, by name; the key `failed` is stored as `"failed"`.
    pub catch: BTreeMap<String, Target>,
}

/// Where to go after an outcome.
#[derive(Debug, Clone)]
pub enum Target {
    /// A section of the same flow.
    Section(String),
    /// A short list of steps; falling off its end goes on after the step it belongs to.
    Steps(Vec<Step>),
    /// This step again.
    Again,
    /// End the call's whole flow.
    End,
}

impl Target {
    /// The section that it names, if it names one.
    #[must_use]
    pub fn section(&self) -> Option<&str> {
        match self {
            Self::Section(name) => Some(name),
            Self::Steps(_) | Self::Again | Self::End => None,
        }
    }
}

/// A parameter: given as it stands, or taken from a variable when the step begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A literal of the right type.
    Literal(Value),
    /// `$name` or `$name.field` or `$caller.number`: the path's parts.
    Variable(Vec<String>),
}

/// What a step does; one variant for each notation.
#[derive(Debug, Clone)]
pub enum Action {
    /// `goto`
    Goto(String),
    /// `if`
    If {
        /// The condition.
        condition: Expression,
        /// When true.
        then: Target,
        /// When false or unknown; nothing goes on.
        otherwise: Option<Target>,
    },
    /// `set`
    Set(Vec<(String, Operand)>),
    /// `call_flow`
    CallFlow {
        /// The flow's name.
        flow: String,
        /// Its inputs.
        with: BTreeMap<String, Operand>,
        /// Where its outputs go, as one record.
        save_as: Option<String>,
    },
    /// `return`, with outputs
    Return(BTreeMap<String, Operand>),
    /// `escalate`
    Escalate(String),
    /// `wait`
    Wait(Duration),
    /// `end`
    End,
    /// `answer`
    Answer,
    /// `hangup`, perhaps with a final status
    HangUp(Option<u16>),
    /// `reject`, with a final status
    Reject(u16),
    /// `ringing`
    Ringing,
    /// `language`
    Language(Operand),
    /// `transfer`
    Transfer(Box<Transfer>),
    /// `play`
    Play {
        /// Prompts and recordings, in order.
        items: Vec<Operand>,
        /// Whether a key stops it; default yes.
        barge_in: bool,
    },
    /// `say`
    Say {
        /// How to say it.
        kind: SayKind,
        /// What.
        value: Operand,
        /// Where a telephone number is at home.
        country: Option<Operand>,
        /// Whether a key stops it; default yes.
        barge_in: bool,
    },
    /// `say: { text: … }`
    SayText {
        /// The text, with its variables.
        text: Template,
        /// Whether a key stops it; default yes.
        barge_in: bool,
    },
    /// `music`
    Music {
        /// The name of the music.
        name: String,
        /// How long; `None` for ever.
        length: Option<Duration>,
        /// Keys that end it.
        keys: BTreeMap<Digit, Target>,
    },
    /// `menu`
    Menu(Menu),
    /// `collect`
    Collect(Collect),
    /// `record`
    Record(Record),
    /// `verify_number`
    VerifyNumber(VerifyNumber),
    /// `queue`
    Queue(QueueStep),
    /// `exit_queue`
    ExitQueue,
    /// `requeue`
    Requeue(Requeue),
    /// `start_callback`
    StartCallback {
        /// The queue; needed where the caller may stand in none.
        queue: Option<Operand>,
        /// `on_hangup: {register: number}`
        register_on_hang_up: Option<Operand>,
    },
    /// `register_callback`
    RegisterCallback(Box<RegisterCallback>),
    /// `dismiss_callback`, `decline_callback`
    DismissCallback,
    /// `query_callback`
    QueryCallback(QueryCallback),
    /// `cancel_callback`
    CancelCallback(Revoke),
    /// `take_over_callback`
    TakeOverCallback(Revoke),
    /// `http`
    Http(Box<Http>),
    /// `lookup`
    Lookup(Lookup),
    /// `tag`
    Tag(Template),
    /// `note`
    Note(Template),
    /// `event`
    Event(Announce),
    /// `voicemail`
    Voicemail(Voicemail),
    /// An agent listens to messages; only the flow behind its feature code has it.
    Listen,
}

/// How `say` speaks a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SayKind {
    /// Each digit.
    Digits,
    /// A telephone number, in groups; at home in this country.
    Phone(Option<Country>),
    /// A whole number, of things of this gender.
    Number(Gender),
    /// A span of time.
    Duration,
    /// A place in a queue: first, second …
    Position,
    /// A time of day.
    Time,
    /// A day with its month and year.
    Date,
    /// A day with its month.
    Day,
    /// The day of the week of a date.
    Weekday,
    /// A sum of money.
    Money,
}

/// What is counted; in some languages the number agrees with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gender {
    /// jeden, dwa
    Masculine,
    /// jedna, dwie
    Feminine,
    /// jedno, dwa
    Neuter,
}

/// `menu`
#[derive(Debug, Clone)]
pub struct Menu {
    /// Played at each try; a key stops it.
    pub prompt: Vec<Operand>,
    /// Where each key leads.
    pub keys: BTreeMap<Digit, Target>,
    /// How often it is asked; default 3.
    pub tries: u32,
    /// Silence after the prompt before `no_input`; default 5 s.
    pub wait: Duration,
    /// No key came; default `again`.
    pub no_input: Target,
    /// A key that is not in `keys`; default `again`.
    pub no_match: Target,
    /// All tries are used; without it the escalation `gave-up`.
    pub gave_up: Option<Target>,
}

/// `collect`
#[derive(Debug, Clone)]
pub struct Collect {
    /// Played at each try; a key stops it.
    pub prompt: Vec<Operand>,
    /// Fewest digits that count.
    pub fewest: usize,
    /// Most digits; reaching it ends the entry.
    pub most: usize,
    /// The key that ends the entry.
    pub finish: Option<Digit>,
    /// Silence before the first key; default 6 s.
    pub wait: Duration,
    /// Silence between keys; default 4 s.
    pub gap: Duration,
    /// How often it is asked; default 3.
    pub tries: u32,
    /// What the digits must match as a whole, as a regular expression.
    pub pattern: Option<String>,
    /// The variable that takes the digits, as text.
    pub save_as: String,
    /// All tries are used; without it the escalation `gave-up`.
    pub gave_up: Option<Target>,
}

/// `record`
#[derive(Debug, Clone)]
pub struct Record {
    /// Longest; default 60 s.
    pub longest: Duration,
    /// Shorter ones count as empty; default 0.
    pub shortest: Duration,
    /// Ends after this much silence; default 3 s, `none` never.
    pub silence: Option<Duration>,
    /// The key that ends it; default `#`.
    pub finish: Option<Digit>,
    /// A beep first; default yes.
    pub beep: bool,
    /// The variable that takes the recording.
    pub save_as: String,
    /// Nothing was said; without it the variable stays unknown and the flow goes on.
    pub empty: Option<Target>,
    /// What the caller may do with it.
    pub review: Option<Review>,
}

/// `voicemail`; what is not given is the mailbox's.
#[derive(Debug, Clone)]
pub struct Voicemail {
    /// The mailbox.
    pub mailbox: Operand,
    /// Played first; empty: the mailbox's own greeting.
    pub greeting: Vec<Operand>,
    /// Longest message.
    pub longest: Option<Duration>,
    /// Shorter ones count as empty.
    pub shortest: Option<Duration>,
    /// Ends after this much silence; `Some(None)` never.
    pub silence: Option<Option<Duration>>,
    /// The key that ends it; default `#`.
    pub finish: Option<Digit>,
    /// A beep first; default yes.
    pub beep: bool,
    /// The message is kept; without it the flow goes on.
    pub left: Option<Target>,
    /// Nothing was said; without it the flow goes on.
    pub empty: Option<Target>,
    /// The mailbox takes no more; without it the escalation `voicemail-full`.
    pub full: Option<Target>,
}

/// `verify_number`
#[derive(Debug, Clone)]
pub struct VerifyNumber {
    /// The digits as keyed, or a phone.
    pub value: Operand,
    /// The country whose dialling rules read it.
    pub country: Operand,
    /// Kinds that pass; empty: all that may be dialled.
    pub kinds: Vec<NumberKind>,
    /// Whether only numbers of that country pass.
    pub national: bool,
    /// The variable that takes it as E.164.
    pub save_as: Option<String>,
    /// Not a number of that country; without it the escalation `number-invalid`.
    pub invalid: Option<Target>,
    /// A number of another kind; falls back to `invalid`.
    pub wrong_kind: Option<Target>,
    /// A number of another country; falls back to `invalid`.
    pub foreign: Option<Target>,
    /// A number that policy forbids; falls back to `invalid`.
    pub blocked: Option<Target>,
}

/// `queue`
#[derive(Debug, Clone)]
pub struct QueueStep {
    /// The queue.
    pub name: Operand,
    /// The flow that runs while waiting.
    pub flow: Option<String>,
    /// Its inputs.
    pub with: BTreeMap<String, Operand>,
    /// Higher is served first; default 0.
    pub priority: i32,
    /// What the agent must be able to do.
    pub skills: Skills,
    /// Longest wait.
    pub timeout: Option<Duration>,
    /// Where each outcome leads; one that is not named escalates as `queue-OUTCOME`,
    /// except `answered`, which goes on with the next step.
    pub outcomes: BTreeMap<super::effect::QueueOutcome, Target>,
}

/// `register_callback`
///
/// Table: a key each in the flow.
#[derive(Debug, Clone, Default)]
pub struct RegisterCallback {
    /// Number, queue, ani, in the flow's words; see callbacks in the handbook.
    pub number: Option<Operand>,
    /// The queue.
    pub queue: Option<Operand>,
    /// The outbound number shown.
    pub ani: Option<Operand>,
    /// What the agent hears first.
    pub agent_media: Vec<Operand>,
    /// Priority.
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
    /// End of the request's life.
    pub expires: Option<Duration>,
    /// Shown to the agent.
    pub data: BTreeMap<String, Operand>,
}

/// `http`
#[derive(Debug, Clone)]
pub struct Http {
    /// The service of the site; `None` where `address` is whole.
    pub service: Option<String>,
    /// The path below it, or a whole address.
    pub address: Template,
    /// What is done there.
    pub method: Method,
    /// Added to the address after `?`; what is unknown is left out.
    pub query: BTreeMap<String, Operand>,
    /// Headers; what is unknown is left out.
    pub headers: BTreeMap<String, Template>,
    /// What is sent.
    pub body: Option<HttpBody>,
    /// How long the answer is waited for.
    pub timeout: Duration,
    /// What the caller hears meanwhile; `None` is silence.
    pub music: Option<String>,
    /// What is taken from the answer.
    pub take: Vec<Take>,
    /// Where 404 and 410 lead; without it they are failures.
    pub missing: Option<Target>,
}

/// What `http` sends.
#[derive(Debug, Clone)]
pub enum HttpBody {
    /// As JSON.
    Json(Shape),
    /// As plain text.
    Text(Template),
}

/// One variable that is taken from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// The variable.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// Where it stands in the JSON: names, and indices from 0.
    pub at: Vec<String>,
}

/// The shape of JSON that is sent: values keep their types.
#[derive(Debug, Clone)]
pub enum Shape {
    /// One value.
    Value(Operand),
    /// A text with variables in it.
    Text(Template),
    /// Several.
    List(Vec<Self>),
    /// Several with names.
    Map(BTreeMap<String, Self>),
}

/// `lookup`
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The table of the site.
    pub table: String,
    /// What is looked for in its key column.
    pub key: Operand,
    /// Takes the row, as one record.
    pub save_as: String,
    /// Where to go when there is no such row; nothing goes on, its fields unknown.
    pub missing: Option<Target>,
}

/// `event`
#[derive(Debug, Clone)]
pub struct Announce {
    /// `noun.verb`
    pub name: String,
    /// Its facts.
    pub data: BTreeMap<String, Shape>,
}
