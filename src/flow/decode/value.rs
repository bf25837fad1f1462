//! Values of parameters: literals, variables, prompts, keys of the telephone.

use super::Decoder;
use super::declare::guess;
use crate::base::code;
use crate::base::complaint::{Complaints, Place};
use crate::base::digit::Digit;
use crate::base::document::scalar::clip;
use crate::base::document::{Fields, Key, Kind, Node};
use crate::base::money::Currency;
use crate::base::number::{Country, NumberKind, PhoneNumber, verify};
use crate::flow::graph::{Operand, Target};
use crate::flow::known::Answer;
use crate::flow::site::{PromptState, Site};
use crate::flow::types::Type;
use crate::flow::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How to see the names that a site has.
pub(super) const SEE_NAMES: &str = "the configuration of the site says which there are";

/// Stands where a value could not be read.
pub(super) const UNREADABLE: Operand = Operand::Literal(Value::Unknown);

/// The type that a value is meant to have where one of these is wanted; none: any.
fn kind_of(node: &Node, text: &str, wanted: &[Type]) -> Type {
    let guessed = guess(node, text);
    if wanted.is_empty() || wanted.contains(&guessed) {
        guessed
    } else if wanted.contains(&Type::Text) {
        Type::Text
    } else {
        wanted.first().copied().unwrap_or(guessed)
    }
}

/// A value of a type as it was written out.
pub(super) fn literal(
    node: &Node,
    kind: Type,
    site: &Site,
    complaints: &mut Complaints,
) -> Option<Value> {
    let text = node.text(complaints)?;
    if text.starts_with('$') {
        node.wrong("a value, not a variable", complaints);
        return None;
    }
    match kind {
        Type::Text => Some(Value::Text(text.to_owned())),
        Type::Number => node.integer(i64::MIN..=i64::MAX, complaints).map(Value::Number),
        Type::Duration => node.duration(complaints).map(Value::Duration),
        Type::Time => read(kind, text, "a time of day, such as 08:30", node, complaints),
        Type::Date => read(kind, text, "a day, such as 2026-11-23", node, complaints),
        Type::Money => {
            let codes = Currency::ALL.map(Currency::code).join(", ");
            let expected = format!("a sum of money, such as 12.50 PLN (currencies: {codes})");
            read(kind, text, &expected, node, complaints)
        }
        Type::YesNo => node.yes_no(complaints).map(Value::YesNo),
        Type::Phone => {
            let number = PhoneNumber::from_e164(text);
            if number.is_none() {
                let message = format!("`{}` is no number in E.164", clip(text));
                let help = "with `+` and country code, in quotes: \"+48221234567\"";
                complaints.error(code::WRONG_VALUE, &node.place, message).help(help);
            }
            number.map(Value::Phone)
        }
        Type::Queue => {
            is_queue(text, node, site, complaints);
            Some(Value::Text(text.to_owned()))
        }
        Type::Mailbox => {
            is_mailbox(text, node, site, complaints);
            Some(Value::Text(text.to_owned()))
        }
        Type::Country => {
            is_country(text, node, site, complaints);
            Some(Value::Text(text.to_owned()))
        }
        Type::Recording | Type::Record => {
            let word = kind.word();
            let maker = if kind == Type::Record { "call_flow" } else { "record" };
            let message = format!("a {word} cannot be written out; it comes from `{maker}`");
            complaints.error(code::WRONG_VALUE, &node.place, message);
            None
        }
    }
}

/// A value that is read as text from outside is, or a complaint of what was expected.
fn read(
    kind: Type,
    text: &str,
    expected: &str,
    node: &Node,
    complaints: &mut Complaints,
) -> Option<Value> {
    let value = Value::read(kind, text);
    if value.is_none() {
        node.wrong(expected, complaints);
    }
    value
}

fn is_queue(text: &str, node: &Node, site: &Site, complaints: &mut Complaints) {
    if let Some(queues) = &site.queues
        && !queues.contains(text)
    {
        complaints
            .error(code::UNKNOWN_QUEUE, &node.place, format!("there is no queue `{}`", clip(text)))
            .among(text, queues.iter().map(String::as_str), SEE_NAMES);
    }
}

fn is_mailbox(text: &str, node: &Node, site: &Site, complaints: &mut Complaints) {
    if let Some(mailboxes) = &site.mailboxes
        && !mailboxes.contains(text)
    {
        let message = format!("there is no mailbox `{}`", clip(text));
        complaints.error(code::UNKNOWN_MAILBOX, &node.place, message).among(
            text,
            mailboxes.iter().map(String::as_str),
            SEE_NAMES,
        );
    }
}

fn is_country(text: &str, node: &Node, site: &Site, complaints: &mut Complaints) {
    let country = Country::new(text).filter(|country| country.code() == text);
    match (country, &site.countries) {
        (None, _) => {
            let message = format!("`{}` is no country", clip(text));
            let help = "two capital letters, such as `PL`";
            complaints.error(code::WRONG_VALUE, &node.place, message).help(help);
        }
        (Some(country), Some(known)) if !known.contains(&country) => {
            let names: Vec<&str> = known.iter().map(Country::code).collect();
            complaints
                .error(
                    code::UNKNOWN_COUNTRY,
                    &node.place,
                    format!("this site does not know `{text}`"),
                )
                .help(format!("it knows: {}", names.join(", ")));
        }
        (Some(_), _) => {}
    }
}

impl<'a> Decoder<'a> {
    /// A value of one of these types, or a variable that fits; no types: any.
    pub(super) fn operand(&mut self, node: &'a Node, wanted: &[Type]) -> Operand {
        let Some(text) = node.text(self.complaints) else { return UNREADABLE };
        if let Some(path) = text.strip_prefix('$') {
            return self.variable(path, node, wanted);
        }
        if self.is_of_a_value(node, text) {
            return self.without_dollar(node, text, wanted);
        }
        let kind = kind_of(node, text, wanted);
        literal(node, kind, self.around.site, self.complaints).map_or(UNREADABLE, Operand::Literal)
    }

    /// Whether a text without quotes is the name of a variable or a fact.
    pub(super) fn is_of_a_value(&self, node: &Node, text: &str) -> bool {
        let path: Vec<String> = text.split('.').map(str::to_owned).collect();
        let bare = matches!(node.kind, Kind::Scalar { quoted: false, .. });
        bare && self.scope.resolve(&path, &node.place).is_ok()
    }

    /// A name of a variable where a value stands: certainly wrong where it is none of the type, and
    /// probably where any text will do.
    fn without_dollar(&mut self, node: &'a Node, text: &str, wanted: &[Type]) -> Operand {
        let help = format!("write `${text}`");
        if wanted.contains(&Type::Phone) {
            let message = format!("`{text}` is no telephone number");
            self.complaints.error(code::WRONG_VALUE, &node.place, message).help(help);
            return UNREADABLE;
        }
        let mut found = Complaints::new();
        let kind = kind_of(node, text, wanted);
        let value = literal(node, kind, self.around.site, &mut found);
        let may_be_meant = !wanted.is_empty() && !wanted.contains(&Type::Text);
        if found.is_empty() && !may_be_meant {
            let message = format!("`{text}` is a text here, and a variable has this name");
            let help = format!("{help}, or put the text in quotes");
            self.complaints.warning(code::FORGOTTEN_DOLLAR, &node.place, message).help(help);
        }
        for mut complaint in found.into_sorted() {
            complaint.help(help.as_str());
            self.complaints.push(complaint);
        }
        value.map_or(UNREADABLE, Operand::Literal)
    }

    /// A number that shall be called; one that is written out must be one here.
    pub(super) fn callee(&mut self, node: &'a Node) -> Operand {
        let operand = self.operand(node, &[Type::Phone, Type::Text]);
        let (Operand::Literal(Value::Phone(_) | Value::Text(_)), Some(text)) =
            (&operand, node.scalar())
        else {
            return operand;
        };
        let homes = self.around.site.homes.iter().flatten();
        let faults: Vec<_> = homes.map(|home| verify(text, *home).err()).collect();
        let digits = text.contains(|letter: char| letter.is_ascii_digit());
        if !digits || (!faults.is_empty() && faults.iter().all(Option::is_some)) {
            let message = format!("`{}` is no number that can be called from here", clip(text));
            self.complaints
                .error(code::WRONG_VALUE, &node.place, message)
                .help("write it with `+` and its country, in quotes: \"+48221234567\"");
        }
        operand
    }

    /// A number that is shown to those who are called; some trunk must be allowed to.
    pub(super) fn shown(&mut self, node: &'a Node) -> Operand {
        let operand = self.operand(node, &[Type::Phone]);
        if let (Operand::Literal(Value::Phone(ani)), Some(anis)) =
            (&operand, &self.around.site.anis)
            && !anis.contains(ani.as_str())
        {
            let message = format!("no trunk that calls out may show the number {ani}");
            let help = "its `anis` say which it may show";
            self.complaints.error(code::ANI_NOT_ALLOWED, &node.place, message).among(
                ani.as_str(),
                anis.iter().map(String::as_str),
                help,
            );
        }
        operand
    }

    fn variable(&mut self, path: &str, node: &'a Node, wanted: &[Type]) -> Operand {
        if path.contains(|letter: char| " +*/".contains(letter)) {
            let message = format!("`${}` is no name of a variable", clip(path));
            let help = "a variable stands alone: the language has no arithmetic";
            self.complaints.error(code::UNKNOWN_NAME, &node.place, message).help(help);
            return UNREADABLE;
        }
        let parts: Vec<String> = path.split('.').map(str::to_owned).collect();
        let operand = Operand::Variable(parts.clone());
        self.reads(&parts, &node.place);
        let kind = match self.scope.resolve(&parts, &node.place_at(0)) {
            Ok(meaning) => meaning.answer,
            Err(complaint) => {
                self.complaints.push(complaint);
                return operand;
            }
        };
        let kind = match kind {
            Answer::Value(kind) => kind,
            Answer::Untold => return operand,
        };
        if !wanted.is_empty() && !wanted.iter().any(|wanted| kind.fits(*wanted)) {
            self.mismatch(path, kind, wanted, node);
        }
        if kind == Type::Text && !wanted.contains(&Type::Text) {
            self.check_texts_of(path, wanted);
        }
        operand
    }

    fn mismatch(&mut self, path: &str, kind: Type, wanted: &[Type], node: &Node) {
        let words: Vec<&str> = wanted.iter().map(|kind| kind.word()).collect();
        let message = format!("`${path}` is a {}, needed: {}", kind.word(), words.join(" or "));
        let complaint = self.complaints.error(code::TYPE_MISMATCH, &node.place, message);
        if kind == Type::Text && wanted == [Type::Phone] {
            complaint.help("`verify_number` makes a phone of it");
        }
    }

    /// A text variable that names a queue, mailbox or country: what `set` gives it must be one.
    fn check_texts_of(&mut self, name: &str, wanted: &[Type]) {
        for (text, place) in self.variables.literals(name) {
            let node = Node { place, kind: Kind::Null };
            if wanted.contains(&Type::Queue) {
                is_queue(&text, &node, self.around.site, self.complaints);
            } else if wanted.contains(&Type::Mailbox) {
                is_mailbox(&text, &node, self.around.site, self.complaints);
            } else if wanted.contains(&Type::Country) {
                is_country(&text, &node, self.around.site, self.complaints);
            }
        }
    }

    /// A map of names and values of any type.
    pub(super) fn any_values(&mut self, node: Option<&'a Node>) -> BTreeMap<String, Operand> {
        let entries = self.entries(node, "names and values");
        entries.iter().map(|(key, node)| (key.text.clone(), self.operand(node, &[]))).collect()
    }

    /// The entries of a map.
    pub(super) fn entries(
        &mut self,
        node: Option<&'a Node>,
        what: &str,
    ) -> Vec<(&'a Key, &'a Node)> {
        let fields = node.and_then(|node| Fields::of(node, what, self.complaints));
        fields.map(|mut fields| fields.take_rest()).unwrap_or_default()
    }

    /// Prompts by name, recordings by variable.
    pub(super) fn prompts(&mut self, node: Option<&'a Node>) -> Vec<Operand> {
        let Some(node) = node else { return Vec::new() };
        let items = node.one_or_many();
        items.into_iter().map(|item| self.prompt(item)).collect()
    }

    /// At least one prompt, where somebody shall hear something.
    pub(super) fn some_prompts(&mut self, node: Option<&'a Node>) -> Vec<Operand> {
        let prompts = self.prompts(node);
        if let Some(node) = node.filter(|_| prompts.is_empty()) {
            node.wrong("a prompt, or a list of prompts", self.complaints);
        }
        prompts
    }

    fn prompt(&mut self, node: &'a Node) -> Operand {
        let Some(text) = node.text(self.complaints) else { return UNREADABLE };
        if let Some(path) = text.strip_prefix('$') {
            let parts: Vec<String> = path.split('.').map(str::to_owned).collect();
            let meaning = self.scope.resolve(&parts, &node.place);
            let playable =
                [Answer::Value(Type::Recording), Answer::Value(Type::Text), Answer::Untold];
            if meaning.is_ok_and(|meaning| !playable.contains(&meaning.answer)) {
                let message = format!("`${path}` is neither a recording nor the name of a prompt");
                let help = "`say` speaks values";
                self.complaints.error(code::NOT_PLAYABLE, &node.place, message).help(help);
                return UNREADABLE;
            }
            return self.variable(path, node, &[Type::Recording, Type::Text]);
        }
        self.prompt_exists(text, node);
        Operand::Literal(Value::Text(text.to_owned()))
    }

    fn prompt_exists(&mut self, text: &str, node: &Node) {
        let shown = clip(text);
        match self.around.site.prompt(text) {
            PromptState::Fine => {}
            PromptState::Nowhere => {
                let names: BTreeSet<&str> = self.around.site.prompt_names().collect();
                let message = format!("there is no prompt `{shown}`");
                let complaint = self.complaints.error(code::UNKNOWN_PROMPT, &node.place, message);
                if self.scope.variables.contains_key(text) {
                    complaint.help(format!("`${text}` is the variable"));
                } else {
                    let language = self.around.site.main_language();
                    let name = text.rsplit('/').next().unwrap_or(text).trim_end_matches(".wav");
                    complaint.help(format!(
                        "a recording of it belongs into `prompts/{language}/{}.wav`",
                        clip(name)
                    ));
                    complaint.suggest(name, names.iter().copied()).suggest(text, names);
                    if text != name && self.around.site.prompt(name) == PromptState::Fine {
                        complaint.help(format!("it is named without folder and ending: `{name}`"));
                    }
                }
            }
            PromptState::MissingIn(languages) => {
                let names: Vec<&str> = languages.iter().map(|language| language.tag()).collect();
                let message = format!("the prompt `{shown}` is missing in: {}", names.join(", "));
                self.complaints.error(code::MISSING_PROMPT, &node.place, message);
            }
        }
    }

    /// Keys of the telephone and where each leads.
    pub(super) fn keys(&mut self, node: Option<&'a Node>) -> BTreeMap<Digit, Target> {
        let mut keys = BTreeMap::new();
        if let Some(node) = node.filter(|node| node.kind == Kind::Null) {
            node.wrong("keys and where each leads", self.complaints)
                .help("what belongs to `keys` stands below it and further in");
        }
        for (key, node) in self.entries(node, "keys and where each leads") {
            let target = self.target(node);
            let Some(digit) = digit(&key.text) else {
                let message = format!("a telephone has no key `{}`", clip(&key.text));
                let help = "0 to 9, `star` and `hash`";
                self.complaints.error(code::WRONG_KEY, &key.place, message).help(help);
                continue;
            };
            if digit.event() > Digit::HASH.event() {
                let message =
                    format!("the key `{digit}` can never be pressed on a common telephone");
                self.complaints.warning(code::KEY_NEVER_PRESSED, &key.place, message);
            }
            if keys.insert(digit, target).is_some() {
                let message =
                    format!("the key `{digit}` stands here twice; this can never be reached");
                self.complaints.error(code::DUPLICATE_KEY, &key.place, message);
            }
        }
        keys
    }

    /// One key, `none`, or the default.
    pub(super) fn key(&mut self, node: Option<&Node>, default: Option<Digit>) -> Option<Digit> {
        let Some(node) = node else { return default };
        if node.kind == Kind::Null {
            node.wrong("one key (0 to 9, `star`, `hash`) or `none`", self.complaints)
                .help("`#` without quotes begins a comment: write `\"#\"` or `hash`");
            return None;
        }
        let text = node.text(self.complaints)?;
        let found = digit(text);
        if found.is_none() && text != "none" {
            node.wrong("one key (0 to 9, `star`, `hash`) or `none`", self.complaints);
        }
        found
    }

    /// A span of time, or the default.
    pub(super) fn span(&mut self, node: Option<&Node>, default: Duration) -> Duration {
        node.and_then(|node| node.duration(self.complaints)).unwrap_or(default)
    }

    /// A span of time, if there is one.
    pub(super) fn maybe_span(&mut self, node: Option<&Node>) -> Option<Duration> {
        node.and_then(|node| node.duration(self.complaints))
    }

    /// A span of time in which something can happen.
    pub(super) fn some_time(&mut self, node: Option<&Node>) -> Option<Duration> {
        let span = self.maybe_span(node);
        if let (Some(node), Some(Duration::ZERO)) = (node, span) {
            node.wrong("more than no time at all", self.complaints);
        }
        span
    }

    /// A whole number that fits, or the default.
    pub(super) fn count(&mut self, node: Option<&Node>, most: u32, default: u32) -> u32 {
        node.and_then(|node| node.integer(1..=i64::from(most), self.complaints))
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(default)
    }

    /// Yes or no, or the default.
    pub(super) fn yes_no(&mut self, node: Option<&Node>, default: bool) -> bool {
        node.and_then(|node| node.yes_no(self.complaints)).unwrap_or(default)
    }

    /// Kinds of telephone numbers.
    pub(super) fn number_kinds(&mut self, node: Option<&Node>) -> Vec<NumberKind> {
        let words = NumberKind::ALL.map(|kind| (kind.name(), kind));
        let items = node.map(Node::one_or_many).unwrap_or_default();
        items.into_iter().filter_map(|item| item.choice(&words, self.complaints)).collect()
    }

    /// The variable that takes a result of this type.
    pub(super) fn save_as(&mut self, node: Option<&Node>, kind: Type) -> Option<String> {
        let node = node?;
        let name = node.text(self.complaints)?;
        if let Some(name) = name.strip_prefix('$') {
            let message = "a variable that is written to stands without `$`";
            self.complaints
                .error(code::WRONG_VALUE, &node.place, message)
                .help(format!("`{name}`"));
            return None;
        }
        self.comes_into(name, kind, &node.place);
        Some(name.to_owned())
    }

    /// A value of this type comes into a variable: one that is known must be able to hold it.
    pub(super) fn comes_into(&mut self, name: &str, kind: Type, place: &Place) {
        if let Some(known) = self.scope.variables.get(name)
            && known.fields.is_some()
            && !kind.fits(known.kind)
        {
            let (is, comes) = (known.kind.word(), kind.word());
            let message = format!("`{name}` is a {is}, but a {comes} comes here");
            self.complaints.error(code::TYPE_MISMATCH, place, message);
        }
        self.writes(name);
    }
}

/// A key of the telephone by its name.
pub(super) fn digit(text: &str) -> Option<Digit> {
    match text {
        "star" => return Some(Digit::STAR),
        "hash" => return Some(Digit::HASH),
        _ => {}
    }
    let mut letters = text.chars();
    let first = letters.next()?;
    letters.next().is_none().then(|| Digit::from_char(first)).flatten()
}
