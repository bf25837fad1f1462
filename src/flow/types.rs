//! The types of values, as flows name them.

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `text`
    Text,
    /// `number`: whole
    Number,
    /// `duration`
    Duration,
    /// `time`: of day
    Time,
    /// `date`
    Date,
    /// `money`: a sum in a currency
    Money,
    /// `yes_no`
    YesNo,
    /// `phone`: E.164
    Phone,
    /// `recording`
    Recording,
    /// `queue`: the name of a queue of this site
    Queue,
    /// `mailbox`: the name of a mailbox of this site
    Mailbox,
    /// `country`: two capital letters (ISO 3166)
    Country,
    /// The outputs of a called flow.
    Record,
}

/// The types that can be stated in a flow; a record comes from `call_flow` only.
pub const STATED: [(&str, Type); 12] = [
    ("text", Type::Text),
    ("number", Type::Number),
    ("duration", Type::Duration),
    ("time", Type::Time),
    ("date", Type::Date),
    ("money", Type::Money),
    ("yes_no", Type::YesNo),
    ("phone", Type::Phone),
    ("recording", Type::Recording),
    ("queue", Type::Queue),
    ("mailbox", Type::Mailbox),
    ("country", Type::Country),
];

/// The types of what is read from outside: cells of a table, fields of a web service's answer.
pub const READ: [(&str, Type); 11] = [
    ("text", Type::Text),
    ("number", Type::Number),
    ("duration", Type::Duration),
    ("time", Type::Time),
    ("date", Type::Date),
    ("money", Type::Money),
    ("yes_no", Type::YesNo),
    ("phone", Type::Phone),
    ("queue", Type::Queue),
    ("mailbox", Type::Mailbox),
    ("country", Type::Country),
];

impl Type {
    /// The word for it in flows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Duration => "duration",
            Self::Time => "time",
            Self::Date => "date",
            Self::Money => "money",
            Self::YesNo => "yes_no",
            Self::Phone => "phone",
            Self::Recording => "recording",
            Self::Queue => "queue",
            Self::Mailbox => "mailbox",
            Self::Country => "country",
            Self::Record => "record",
        }
    }

    /// How its values are written, one line for people.
    #[must_use]
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Text => "`sales`, `\"with spaces: and colons\"`",
            Self::Number => "`12`, whole",
            Self::Duration => "`45s`, `1h30m`, `500ms`, `2d`; the larger unit first",
            Self::Time => "`08:30`, `20:15`: a time of day",
            Self::Date => "`2026-11-23`",
            Self::Money => "`12.50 PLN`, `3 EUR`; PLN, EUR, USD, GBP, CHF or CZK",
            Self::YesNo => "`true`, `false`",
            Self::Phone => "`\"+48221234567\"`: E.164, in quotes",
            Self::Recording => "comes from `record`",
            Self::Queue => "the name of a queue; a text passes, and is checked",
            Self::Mailbox => "the name of a mailbox; a text passes, and is checked",
            Self::Country => "`PL`; a text passes, and is checked",
            Self::Record => "comes from a `save_as` that takes several values",
        }
    }

    /// Whether its values are written as text.
    #[must_use]
    pub const fn is_textual(self) -> bool {
        match self {
            Self::Text | Self::Phone | Self::Queue | Self::Mailbox | Self::Country => true,
            Self::Number
            | Self::Duration
            | Self::Time
            | Self::Date
            | Self::Money
            | Self::YesNo
            | Self::Recording
            | Self::Record => false,
        }
    }

    /// Whether one value can be less than another.
    #[must_use]
    pub const fn has_order(self) -> bool {
        match self {
            Self::Number | Self::Duration | Self::Time | Self::Date | Self::Money => true,
            Self::Text
            | Self::YesNo
            | Self::Phone
            | Self::Recording
            | Self::Queue
            | Self::Mailbox
            | Self::Country
            | Self::Record => false,
        }
    }

    /// Whether a value of this type may be given where `wanted` is asked for. Text passes as the
    /// name of a queue, mailbox or country; it never passes as a phone, which has to be verified.
    #[must_use]
    pub fn fits(self, wanted: Self) -> bool {
        let named =
            matches!(wanted, Self::Queue | Self::Mailbox | Self::Country) && self == Self::Text;
        let written = wanted == Self::Text && self.is_textual();
        self == wanted || named || written
    }
}
