//! What all sections share while they are read: complaints, names that are defined, and names
//! that somebody wants.

use crate::base::code::{self, Code};
use crate::base::complaint::{Complaints, Place};
use crate::base::document::{Fields, Key, Node};
use std::collections::{BTreeMap, BTreeSet};

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Agent,
    Flow,
    Hours,
    Language,
    Mailbox,
    Music,
    Queue,
    Service,
    Table,
    Trunk,
    Webhook,
}

impl Sort {
    /// The word for it in messages.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Flow => "flow",
            Self::Hours => "opening hours",
            Self::Language => "language",
            Self::Mailbox => "mailbox",
            Self::Music => "music",
            Self::Queue => "queue",
            Self::Service => "service",
            Self::Table => "table",
            Self::Trunk => "trunk",
            Self::Webhook => "webhook",
        }
    }

    /// The code of a complaint about a name that nobody has.
    const fn unknown(self) -> Code {
        match self {
            Self::Agent => code::UNKNOWN_AGENT,
            Self::Flow => code::UNKNOWN_FLOW,
            Self::Hours => code::UNKNOWN_HOURS,
            Self::Language => code::UNKNOWN_LANGUAGE,
            Self::Mailbox => code::UNKNOWN_MAILBOX,
            Self::Music => code::UNKNOWN_MUSIC,
            Self::Queue => code::UNKNOWN_QUEUE,
            Self::Service => code::UNKNOWN_SERVICE,
            Self::Table => code::UNKNOWN_TABLE,
            Self::Trunk => code::UNKNOWN_TRUNK,
            Self::Webhook => code::UNKNOWN_WEBHOOK,
        }
    }
}

/// Reads a text file, such as one that holds a secret; the error is one sentence.
pub(super) type ReadFile<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// One reading of the configuration.
pub(super) struct Reader<'a> {
    /// What was wrong so far.
    pub(super) complaints: Complaints,
    /// How files with secrets are read.
    pub(super) read_secret: ReadFile<'a>,
    /// How tables are read.
    pub(super) read_table: ReadFile<'a>,
    defined: BTreeMap<Sort, BTreeMap<String, Option<Place>>>,
    wanted: Vec<Wanted>,
    /// Of these some could not be read: nobody is blamed for naming one.
    doubtful: BTreeSet<Sort>,
}

/// Somebody names something that must exist.
struct Wanted {
    sort: Sort,
    name: String,
    place: Place,
}

/// Longest name.
const NAME_LETTERS_MAX: usize = 40;

impl<'a> Reader<'a> {
    /// Nothing read yet.
    pub(super) const fn new(read_secret: ReadFile<'a>, read_table: ReadFile<'a>) -> Self {
        Self {
            complaints: Complaints::new(),
            read_secret,
            read_table,
            defined: BTreeMap::new(),
            wanted: Vec::new(),
            doubtful: BTreeSet::new(),
        }
    }

    /// The section that names things of this sort; one that cannot be read leaves doubt.
    pub(super) fn names_in<'n>(
        &mut self,
        root: &mut Fields<'n>,
        section: &str,
        sort: Sort,
    ) -> Option<Fields<'n>> {
        let node = root.take(section);
        let fields = node.and_then(|node| Fields::of(node, section, &mut self.complaints));
        if fields.is_none() && (node.is_some() || root.resembles(section)) {
            self.doubt(sort);
        }
        fields
    }

    /// Something of this sort could not be read.
    pub(super) fn doubt(&mut self, sort: Sort) {
        self.doubtful.insert(sort);
    }

    /// Whether something of this sort could not be read.
    pub(super) fn doubts(&self, sort: Sort) -> bool {
        self.doubtful.contains(&sort)
    }

    /// A key that is the name of something new.
    pub(super) fn define(&mut self, sort: Sort, key: &Key) -> String {
        if !is_name(&key.text) {
            let message =
                format!("`{}` cannot be a name", crate::base::document::scalar::clip(&key.text));
            self.complaints
                .error(code::WRONG_NAME, &key.place, message)
                .help("a name has letters, digits, `-`, `_` and `.`, at most 40 of them");
        }
        self.exists(sort, &key.text, Some(key.place.clone()));
        key.text.clone()
    }

    /// Something exists, here or elsewhere.
    pub(super) fn exists(&mut self, sort: Sort, name: &str, place: Option<Place>) {
        self.defined.entry(sort).or_default().insert(name.to_owned(), place);
    }

    /// A value that names something; whether it exists is asked at the end.
    pub(super) fn want(&mut self, sort: Sort, node: &Node) -> Option<String> {
        let name = node.text(&mut self.complaints)?.to_owned();
        self.wanted.push(Wanted { sort, name: name.clone(), place: node.place.clone() });
        Some(name)
    }

    /// A list of names, none twice.
    pub(super) fn want_many(&mut self, sort: Sort, node: &Node) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for item in node.one_or_many() {
            let Some(name) = self.want(sort, item) else { continue };
            if names.contains(&name) {
                let message = format!("the {} `{name}` is listed twice", sort.word());
                self.complaints.error(code::LISTED_TWICE, &item.place, message);
            } else {
                names.push(name);
            }
        }
        names
    }

    /// The names of a sort that somebody wants.
    pub(super) fn wanted(&self, sort: Sort) -> BTreeSet<String> {
        let of_sort = self.wanted.iter().filter(|wanted| wanted.sort == sort);
        of_sort.map(|wanted| wanted.name.clone()).collect()
    }

    /// Where something was defined, if it was in a text.
    pub(super) fn place_of(&self, sort: Sort, name: &str) -> Option<&Place> {
        self.defined.get(&sort)?.get(name)?.as_ref()
    }

    /// Whether somebody wants this name.
    pub(super) fn is_wanted(&self, sort: Sort, name: &str) -> bool {
        self.wanted.iter().any(|wanted| wanted.sort == sort && wanted.name == name)
    }

    /// Complains about every wanted name that nothing has.
    pub(super) fn match_names(&mut self) {
        let nothing = BTreeMap::new();
        for wanted in &self.wanted {
            let known = self.defined.get(&wanted.sort).unwrap_or(&nothing);
            if known.contains_key(&wanted.name) || self.doubtful.contains(&wanted.sort) {
                continue;
            }
            let name = crate::base::document::scalar::clip(&wanted.name);
            let message = format!("there is no {} `{name}`", wanted.sort.word());
            let complaint = self.complaints.error(wanted.sort.unknown(), &wanted.place, message);
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            if !names.is_empty() && names.len() <= NAMES_SHOWN_MAX {
                complaint.help(format!("there are: {}", names.join(", ")));
            }
            complaint.suggest(&wanted.name, names);
        }
    }
}

/// Most names that are listed in a help line.
const NAMES_SHOWN_MAX: usize = 12;

fn is_name(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.len() <= NAME_LETTERS_MAX && text.chars().all(letter)
}
