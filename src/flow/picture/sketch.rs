//! What a picture of a flow says, before anything has a position: cards, rows, ways out.

/// A flow as cards and arrows between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// The flow's name.
    pub name: String,
    /// Its title for people, if it has one.
    pub title: Option<String>,
    /// What it takes and gives, one line each.
    pub notes: Vec<String>,
    /// Where it can begin, then its sections in the order of the text.
    pub cards: Vec<Card>,
}

/// One card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The section's name, or how the flow comes to begin here.
    pub title: String,
    /// A section or a beginning.
    pub kind: CardKind,
    /// Its steps and their outcomes, in the order of the text.
    pub rows: Vec<Row>,
}

/// What a card stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardKind {
    /// The call comes in.
    Start,
    /// Another way to begin: the caller hangs up, an escalation is caught.
    Event,
    /// A section.
    Section,
}

/// One line of a card: a step, or an outcome of the step above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// How many outcomes it stands in: 0 for a step of the section itself.
    pub depth: usize,
    /// What it begins with.
    pub lead: Lead,
    /// The rest, in the words of the flow.
    pub text: String,
    /// Another flow that it runs.
    pub link: Option<String>,
    /// The arrow that leaves here.
    pub port: Option<Port>,
}

/// What a row begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead {
    /// A notation, such as `play`.
    Step(&'static str, Tone),
    /// A notation that ends the flow or the call.
    End(&'static str),
    /// A key of the telephone.
    Key(String),
    /// An outcome, such as `gave up`.
    Outcome(String),
    /// An escalation that is caught.
    Escalation(String),
}

/// The kind of a notation, for a tint that repeats what its word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Where to go on.
    Control,
    /// The call itself.
    Call,
    /// What is heard and keyed.
    Sound,
    /// Queues.
    Queue,
    /// Callbacks.
    Callback,
    /// Numbers and data.
    Data,
}

/// The beginning of an arrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port {
    /// The card it leads to, by its index.
    pub to: usize,
    /// Whether an escalation leads this way.
    pub escalation: bool,
    /// Whether the section goes on this way when nothing else has happened: its last `goto`.
    pub exit: bool,
}

impl Row {
    /// The words of the row as one line, without the arrow.
    #[must_use]
    pub fn label(&self) -> String {
        let lead = match &self.lead {
            Lead::Step(word, _) | Lead::End(word) => word,
            Lead::Key(word) | Lead::Outcome(word) | Lead::Escalation(word) => word.as_str(),
        };
        if self.text.is_empty() { lead.to_owned() } else { format!("{lead} {}", self.text) }
    }

    /// What the arrow of this row is called: its key or outcome, or nothing for a `goto`.
    #[must_use]
    pub fn arrow(&self) -> &str {
        match &self.lead {
            Lead::Step("goto", _) | Lead::End(_) => "",
            Lead::Step(word, _) => word,
            Lead::Key(word) | Lead::Outcome(word) | Lead::Escalation(word) => word,
        }
    }
}

impl Sketch {
    /// All arrows: card, row and port.
    pub fn arrows(&self) -> impl Iterator<Item = (usize, usize, Port)> {
        self.cards.iter().enumerate().flat_map(|(card, content)| {
            let rows = content.rows.iter().enumerate();
            rows.filter_map(move |(row, line)| Some((card, row, line.port?)))
        })
    }
}

impl Sketch {
    /// What stands above the picture.
    #[must_use]
    pub fn heading(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }
}
