//! The rows of the table.

use super::{Group, Kind, Notation, Parameter};
use crate::flow::types::Type;

const fn row(name: &'static str, group: Group, doc: &'static str) -> Notation {
    Notation {
        name,
        aliases: &[],
        group,
        doc,
        main: None,
        parameters: &[],
        escalates: false,
        takes_time: false,
        built: true,
    }
}

/// A notation in which time passes.
const fn slow(name: &'static str, group: Group, doc: &'static str) -> Notation {
    Notation { takes_time: true, ..row(name, group, doc) }
}

const fn key(name: &'static str, kind: Kind, doc: &'static str) -> Parameter {
    Parameter { name, kind, required: false, built: true, doc }
}

const fn must(name: &'static str, kind: Kind, doc: &'static str) -> Parameter {
    Parameter { required: true, ..key(name, kind, doc) }
}

const fn planned(name: &'static str, doc: &'static str) -> Parameter {
    Parameter { built: false, ..key(name, Kind::Text, doc) }
}

const fn outcome(name: &'static str, doc: &'static str) -> Parameter {
    key(name, Kind::Outcome, doc)
}

const PHONE: Kind = Kind::Value(&[Type::Phone]);
const QUEUE: Kind = Kind::Value(&[Type::Queue]);
const MAILBOX: Kind = Kind::Value(&[Type::Mailbox]);
const COUNTRY: Kind = Kind::Value(&[Type::Country]);
const KEYED: Kind = Kind::Value(&[Type::Phone, Type::Text]);
const DIGITS: Kind = Kind::Value(&[Type::Text, Type::Phone, Type::Number]);
const NUMBER: Kind = Kind::Value(&[Type::Number]);
const SPAN: Kind = Kind::Value(&[Type::Duration]);
const CLOCK: Kind = Kind::Value(&[Type::Time, Type::Text]);
const DAY: Kind = Kind::Value(&[Type::Date, Type::Text]);
const MONEY: Kind = Kind::Value(&[Type::Money, Type::Text]);
const GENDERS: &[&str] = &["masculine", "feminine", "neuter"];

const BARGE_IN: Parameter = key("barge_in", Kind::YesNo, "whether a key stops it; default true");
const CAUSES: &[&str] = &["busy", "declined", "unavailable", "not_found", "gone"];

const CAUSE: Parameter =
    key("cause", Kind::ChoiceOr(CAUSES, 400, 699), "why: a word, or a final SIP status");
const ON_HANGUP: &[Parameter] = &[must("register", KEYED, "the number that a hang-up registers")];

const REVIEW: &[Parameter] = &[
    must("prompt", Kind::Prompts, "the question, asked three times; then it is kept"),
    key("keep", Kind::Key, "goes on with it; default `1`"),
    key("hear", Kind::Key, "plays the recording; default `2`"),
    key("again", Kind::Key, "deletes it and records again; default `3`"),
    key("wait", Kind::Duration, "silence before it is asked again; default 5s"),
];
const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

const REVOKE: &[Parameter] = &[
    key("queue", QUEUE, "only of this queue; default: the oldest of any"),
    outcome("none", "there is none; default: the next step"),
    outcome("too_late", "it is called just now; else the escalation `callback-too-late`"),
];

/// All notations, by group.
pub const NOTATIONS: &[Notation] = &[
    Notation {
        main: Some("section"),
        parameters: &[must("section", Kind::Section, "the section that goes on")],
        ..row("goto", Group::Control, "goes on in another section of this flow")
    },
    Notation {
        main: Some("condition"),
        parameters: &[
            must("condition", Kind::Condition, "what must hold"),
            must("then", Kind::Outcome, "where to go when it holds"),
            outcome("else", "where to go when it does not; default: the next step"),
        ],
        ..row("if", Group::Control, "goes one way or the other")
    },
    Notation {
        main: Some("values"),
        parameters: &[must("values", Kind::Values, "variables and their values")],
        ..row("set", Group::Control, "gives variables a value, and declares them")
    },
    Notation {
        main: Some("flow"),
        parameters: &[
            must("flow", Kind::Flow, "the flow to run"),
            key("with", Kind::Values, "its inputs"),
            key("save_as", Kind::Variable, "takes its outputs as one record"),
        ],
        escalates: true,
        ..row("call_flow", Group::Control, "runs another flow and comes back")
    },
    Notation {
        main: Some("outputs"),
        parameters: &[key("outputs", Kind::Values, "the outputs of this flow")],
        ..row("return", Group::Control, "ends this flow and gives its outputs to whoever called it")
    },
    Notation {
        main: Some("name"),
        parameters: &[must("name", Kind::Text, "the name of the escalation")],
        escalates: true,
        ..row("escalate", Group::Control, "raises an escalation")
    },
    Notation {
        main: Some("for"),
        parameters: &[must("for", Kind::Duration, "how long")],
        ..slow("wait", Group::Control, "waits in silence")
    },
    row("end", Group::Control, "ends the whole flow of the call"),
    row("answer", Group::Call, "answers the call and opens the sound"),
    Notation {
        main: Some("cause"),
        parameters: &[CAUSE],
        ..row("hangup", Group::Call, "hangs up")
    },
    Notation {
        main: Some("cause"),
        parameters: &[CAUSE],
        ..row("reject", Group::Call, "refuses the call before it is answered")
    },
    row("ringing", Group::Call, "lets the caller hear that it rings"),
    Notation {
        main: Some("tag"),
        parameters: &[must("tag", Kind::Language, "such as `pl`, or a variable")],
        ..row("language", Group::Call, "changes the language of the call")
    },
    Notation {
        parameters: &[
            key("number", KEYED, "the number to call"),
            key("agent", Kind::Agent, "the agent to ring"),
            key("queue", QUEUE, "the queue to wait in, at a new place"),
            key("ani", PHONE, "with `number`: the number shown; default: the trunk's"),
            key(
                "trunk",
                Kind::Trunk,
                "with `number`: the only trunk; default: the first with room, and the next when it \
                 has trouble",
            ),
            key("ring", Kind::Duration, "how long it rings; default 30s"),
            key(
                "music",
                Kind::Music,
                "what the caller hears meanwhile; default: ringing, or what the far network plays",
            ),
            outcome("answered", "they spoke and the far end is gone; default: the next step"),
            outcome("busy", "busy or declined; else the escalation `transfer-busy`"),
            outcome("no_answer", "nobody answered; else the escalation `transfer-no-answer`"),
            outcome("full", "with `queue`: it takes no more"),
            outcome("closed", "with `queue`: outside its hours"),
            outcome("no_agents", "with `queue`: nobody is signed in there"),
        ],
        escalates: true,
        ..slow("transfer", Group::Call, "passes the caller on to a number, an agent or a queue")
    },
    Notation {
        main: Some("prompt"),
        parameters: &[must("prompt", Kind::Prompts, "what to play, in order"), BARGE_IN],
        escalates: true,
        ..slow("play", Group::Media, "plays prompts and recordings")
    },
    Notation {
        parameters: &[
            key("phone", KEYED, "as a telephone number, in groups"),
            key("digits", DIGITS, "digit by digit"),
            key("number", NUMBER, "as a number"),
            key("position", NUMBER, "as a place: first, second …"),
            key("duration", SPAN, "as a span of time"),
            key("time", CLOCK, "as a time of day"),
            key("date", DAY, "as a day with its month and year"),
            key("day", DAY, "as a day with its month"),
            key("weekday", DAY, "the day of the week of a date"),
            key("money", MONEY, "as a sum of money"),
            key(
                "text",
                Kind::Template,
                "spoken by the program of `speech.command`: `text: \"Your order $order is \
                 ready.\"`",
            ),
            key(
                "country",
                COUNTRY,
                "of `phone`: numbers of this country are said as they are dialled there, others \
                 with `+`; without it Polish numbers are at home",
            ),
            key("gender", Kind::Choice(GENDERS), "of `number`: what is counted; default masculine"),
            BARGE_IN,
        ],
        escalates: true,
        ..slow("say", Group::Media, "speaks a value")
    },
    Notation {
        main: Some("name"),
        parameters: &[
            key("name", Kind::Music, "which music; default `default`"),
            key("for", Kind::Duration, "how long; default: without end"),
            key("keys", Kind::Keys, "keys that end it"),
        ],
        ..slow("music", Group::Media, "plays music")
    },
    Notation {
        parameters: &[
            must("prompt", Kind::Prompts, "played at each try; a key stops it"),
            must("keys", Kind::Keys, "where each key leads"),
            key("tries", Kind::Integer(1, 20), "how often it is asked; default 3"),
            key("wait", Kind::Duration, "silence before `no_input`; default 5s"),
            outcome("no_input", "no key came; default `again`"),
            outcome("no_match", "a key that is not in `keys`; default `again`"),
            outcome("gave_up", "all tries are used; else the escalation `gave-up`"),
        ],
        escalates: true,
        ..slow("menu", Group::Media, "asks for one key")
    },
    Notation {
        parameters: &[
            must("prompt", Kind::Prompts, "played at each try; a key stops it"),
            must("digits", Kind::Range, "how many"),
            must("save_as", Kind::Variable, "takes the digits, as text"),
            key("finish", Kind::Key, "the key that ends the entry; default `#`"),
            key("wait", Kind::Duration, "silence before the first key; default 6s"),
            key("gap", Kind::Duration, "silence between keys; default 4s"),
            key("tries", Kind::Integer(1, 20), "how often it is asked; default 3"),
            key("pattern", Kind::Pattern, "what the digits must match"),
            outcome("gave_up", "all tries are used; else the escalation `gave-up`"),
        ],
        escalates: true,
        ..slow("collect", Group::Media, "asks for several keys")
    },
    Notation {
        parameters: &[
            must("save_as", Kind::Variable, "takes the recording"),
            key("longest", Kind::Duration, "default 60s"),
            key("shortest", Kind::Duration, "a shorter one counts as empty; default 0s"),
            key("silence", Kind::DurationOrNone, "ends after this much; default 3s"),
            key("finish", Kind::Key, "the key that ends it; default `#`"),
            key("beep", Kind::YesNo, "a beep first; default true"),
            outcome("empty", "nothing was said; default: the next step"),
            key(
                "review",
                Kind::FieldsOrFirst(REVIEW),
                "lets the caller hear it, make it again, keep it",
            ),
        ],
        escalates: true,
        ..slow("record", Group::Media, "records the caller")
    },
    Notation {
        parameters: &[
            must("value", KEYED, "the digits as keyed"),
            must("country", COUNTRY, "whose dialling rules read them"),
            key("kinds", Kind::NumberKinds, "kinds that pass; default: all that may be dialled"),
            key("national", Kind::YesNo, "only numbers of that country pass; default false"),
            key("save_as", Kind::Variable, "takes the number in E.164"),
            outcome("invalid", "no such number; else the escalation `number-invalid`"),
            outcome("wrong_kind", "a number of another kind; default: as `invalid`"),
            outcome("foreign", "a number of another country; default: as `invalid`"),
            outcome("blocked", "a number that may not be dialled; default: as `invalid`"),
        ],
        escalates: true,
        ..row("verify_number", Group::Numbers, "checks a telephone number")
    },
    Notation {
        main: Some("name"),
        parameters: &[
            must("name", QUEUE, "the queue"),
            key("flow", Kind::Flow, "runs for the caller while waiting; default: music"),
            key("with", Kind::Values, "its inputs"),
            key("priority", Kind::Integer(-100, 100), "higher is served first; default 0"),
            key("timeout", Kind::DurationOrOutcome, "longest wait; default: the queue's"),
            key(
                "skills",
                Kind::Skills,
                "what the agent must be able to do; default: nothing. See [queues](super::queues)",
            ),
            outcome("answered", "an agent spoke and is gone; default: the next step"),
            outcome("full", "the queue takes no more"),
            outcome("closed", "outside its hours"),
            outcome("timed_out", "the longest wait is over; also written `timeout: target`"),
            outcome("left", "after `exit_queue`, or a callback was registered"),
            outcome("no_agents", "nobody who could serve is signed in"),
        ],
        escalates: true,
        ..slow("queue", Group::Queue, "waits for an agent")
    },
    Notation {
        escalates: true,
        ..row("exit_queue", Group::Queue, "leaves the queue; its step goes on with `left`")
    },
    Notation {
        main: Some("queue"),
        parameters: &[
            must("queue", QUEUE, "the queue to stand in"),
            key("priority", Kind::Integer(-100, 100), "higher is served first; default: as before"),
            outcome("full", "that queue takes no more"),
            outcome("closed", "outside its hours, or there is no such queue"),
            outcome("no_agents", "nobody is signed in there"),
        ],
        escalates: true,
        ..row("requeue", Group::Queue, "moves to another queue, keeping the place")
    },
    Notation {
        parameters: &[
            key("queue", QUEUE, "needed where the caller stands in none"),
            key("on_hangup", Kind::Fields(ON_HANGUP), "what a hang-up does instead of nothing"),
        ],
        escalates: true,
        ..row("start_callback", Group::Callback, "leaves the line and prepares a callback")
    },
    Notation {
        parameters: &[
            key("number", KEYED, "the number to dial; default: the caller's own"),
            key("queue", QUEUE, "the queue that calls; default: the caller's"),
            key("ani", PHONE, "the number shown; default: the queue's, else the trunk's"),
            key("agent_media", Kind::Prompts, "what the agent hears first"),
            key(
                "priority",
                Kind::Integer(-100, 100),
                "default: that of the place in the queue, else 0",
            ),
            key(
                "skills",
                Kind::Skills,
                "what the agent must be able to do; default: as the place in the queue, else \
                 nothing",
            ),
            key("attempts", Kind::Integer(1, 20), "how often the customer is tried; default 3"),
            key("retry_after", Kind::Duration, "wait after no answer; default 15m"),
            key("busy_retry_after", Kind::Duration, "wait after busy; default 5m"),
            key("ring", Kind::Duration, "how long the customer's phone rings; default 30s"),
            key("initial_delay", Kind::Duration, "wait after this call ended; default 60s"),
            key("expires", Kind::Duration, "end of the request's life; default 72h"),
            key("data", Kind::Values, "kept with the request"),
            planned("agent_flow", "a flow for the agent"),
            planned("accept_flow", "a flow for the customer who answers"),
            planned("place", "the place in the queue"),
            planned("not_before", "the earliest moment"),
            planned("window", "hours of the day"),
            planned("time_zone", "of the window"),
            planned("mode", "who is called first"),
            planned("on_machine", "what an answering machine gets"),
            planned("on_duplicate", "what a second request does"),
        ],
        escalates: true,
        ..row("register_callback", Group::Callback, "makes the callback request")
    },
    Notation {
        aliases: &["decline_callback"],
        escalates: true,
        ..row("dismiss_callback", Group::Callback, "undoes `start_callback`")
    },
    Notation {
        main: Some("save_as"),
        parameters: &[
            key("save_as", Kind::Variable, "takes what is known of it as one record"),
            key("queue", QUEUE, "only of this queue; default: the oldest of any"),
            outcome("none", "there is none; default: the next step"),
        ],
        ..row("query_callback", Group::Callback, "asks for the callback of this number")
    },
    Notation {
        parameters: REVOKE,
        escalates: true,
        ..row("cancel_callback", Group::Callback, "cancels the callback of this number")
    },
    Notation {
        parameters: REVOKE,
        escalates: true,
        ..row("take_over_callback", Group::Callback, "cancels it and takes its place")
    },
    Notation {
        parameters: &[
            key(
                "service",
                Kind::Service,
                "a service of the site, with its address and its secrets; else `url`",
            ),
            key("path", Kind::Template, "below the service's address; values are encoded"),
            key(
                "url",
                Kind::Template,
                "a whole public address, where no `service` is named; no variable in the host",
            ),
            key("method", Kind::Choice(METHODS), "default: `post` with a body, else `get`"),
            key(
                "query",
                Kind::Values,
                "added to the address after `?`; unknown values are left out",
            ),
            key(
                "headers",
                Kind::Templates,
                "beside those of the service; unknown values are left out",
            ),
            key("body", Kind::Body, "sent as JSON, each value with its type; a text as plain text"),
            key("timeout", Kind::Duration, "longest wait for the answer, 60s at most; default 5s"),
            key("music", Kind::Music, "what the caller hears meanwhile; default: nothing"),
            key("take", Kind::Take, "variables that take what the answer says"),
            outcome("missing", "the service knows no such thing (404, 410); default: a failure"),
        ],
        escalates: true,
        ..row("http", Group::Data, "asks a web service")
    },
    Notation {
        parameters: &[
            must("table", Kind::Table, "a table of the site"),
            must("key", Kind::Value(&[]), "what to find in its key column"),
            must("save_as", Kind::Variable, "takes the row, as one record"),
            outcome("missing", "there is no such row; default: the next step, all fields unknown"),
        ],
        ..row("lookup", Group::Data, "looks a row up in a table of the site")
    },
    Notation {
        main: Some("text"),
        parameters: &[must("text", Kind::Template, "a short label, such as `vip`")],
        ..row("tag", Group::Data, "marks the call for the agent")
    },
    Notation {
        main: Some("text"),
        parameters: &[must("text", Kind::Template, "such as `order $order`")],
        ..row("note", Group::Data, "writes a note for the agent")
    },
    Notation {
        main: Some("name"),
        parameters: &[
            must("name", Kind::Event, "in small letters, such as `order.placed`"),
            key("data", Kind::Body, "what is told, nested as you like, each value with its type"),
        ],
        ..row("event", Group::Data, "tells the site's webhooks, and goes on at once")
    },
    Notation {
        main: Some("mailbox"),
        parameters: &[
            must("mailbox", MAILBOX, "the mailbox"),
            key("greeting", Kind::Prompts, "played first; default: the mailbox's"),
            key("longest", Kind::Duration, "default: the mailbox's"),
            key(
                "shortest",
                Kind::Duration,
                "a shorter one counts as empty; default: the mailbox's",
            ),
            key("silence", Kind::DurationOrNone, "ends after this much; default: the mailbox's"),
            key("finish", Kind::Key, "the key that ends it; default `#`"),
            key("beep", Kind::YesNo, "a beep first; default true"),
            outcome("left", "the message is kept; default: the next step"),
            outcome("empty", "nothing was said; default: the next step"),
            outcome("full", "the mailbox takes no more; else the escalation `voicemail-full`"),
        ],
        escalates: true,
        ..slow("voicemail", Group::Data, "records a message into a mailbox")
    },
];
