//! Steps that the caller hears or answers with keys and voice.

use super::Decoder;
use super::parameters::Parameters;
use super::value::SEE_NAMES;
use crate::base::code;
use crate::base::digit::Digit;
use crate::base::document::scalar::clip;
use crate::base::document::{Fields, Kind as Written, Node};
use crate::flow::expression::Pattern;
use crate::flow::graph::{Action, Collect, Gender, Menu, Operand, Record, Review, SayKind, Target};
use crate::flow::notation::{Kind, Notation};
use crate::flow::types::Type;
use crate::flow::value::Value;
use crate::flow::wording;
use std::time::Duration;

/// Most digits of one entry.
const DIGITS_MAX: u32 = 64;
/// Most tries of one question.
const TRIES_MAX: u32 = 20;
/// Silence that ends a recording.
const SILENCE: Duration = Duration::from_secs(3);
/// Longest recording.
pub(super) const LONGEST_MAX: Duration = Duration::from_secs(3_600);

/// Silence after a menu.
const MENU_WAIT: Duration = Duration::from_secs(5);
/// Silence before the first digit, and between two.
const ENTRY_WAIT: Duration = Duration::from_secs(6);
const ENTRY_GAP: Duration = Duration::from_secs(4);
/// Silence after the question what shall become of a recording.
const REVIEW_WAIT: Duration = Duration::from_secs(5);

const SAY_KINDS: [(&str, SayKind); 10] = [
    ("phone", SayKind::Phone(None)),
    ("digits", SayKind::Digits),
    ("number", SayKind::Number(Gender::Masculine)),
    ("position", SayKind::Position),
    ("duration", SayKind::Duration),
    ("time", SayKind::Time),
    ("date", SayKind::Date),
    ("day", SayKind::Day),
    ("weekday", SayKind::Weekday),
    ("money", SayKind::Money),
];

const GENDERS: [(&str, Gender); 3] =
    [("masculine", Gender::Masculine), ("feminine", Gender::Feminine), ("neuter", Gender::Neuter)];

impl<'a> Decoder<'a> {
    pub(super) fn play(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let items = self.some_prompts(parameters.take("prompt"));
        let barge_in = self.yes_no(parameters.take("barge_in"), true);
        Action::Play { items, barge_in }
    }

    /// One of the kinds; `None` when there is none.
    pub(super) fn say(&mut self, parameters: &mut Parameters<'a>) -> Option<Action> {
        let barge_in = self.yes_no(parameters.take("barge_in"), true);
        let text = parameters.take("text");
        let gender = parameters.take("gender");
        let country = parameters.take("country");
        let mut said = None;
        for (name, kind) in SAY_KINDS {
            let Some(node) = parameters.take(name) else { continue };
            if text.is_some() || said.is_some() {
                let message = "`say` speaks one value; this is a second one";
                self.complaints.error(code::WRONG_VALUE, &node.place, message);
                continue;
            }
            said = Some((kind, self.said(kind, name, node, parameters.notation)));
        }
        if let Some(node) = text {
            for node in [gender, country].into_iter().flatten() {
                let message = "a `text` has neither `gender` nor `country`";
                self.complaints.error(code::WRONG_VALUE, &node.place, message);
            }
            return Some(self.say_text(node, barge_in));
        }
        let Some((kind, value)) = said else {
            if parameters.refused {
                return None;
            }
            let help = SAY_KINDS.map(|(name, _)| format!("`{name}`")).join(", ");
            self.complaints
                .error(code::MISSING_KEY, &parameters.place, "`say` needs what to say")
                .help(format!("one of {help}, `text`"));
            return None;
        };
        let kind = self.gender(kind, gender);
        let country = self.home(kind, country);
        Some(Action::Say { kind, value, country, barge_in })
    }

    /// What is spoken; what is written out must have words.
    fn said(
        &mut self,
        kind: SayKind,
        name: &str,
        node: &'a Node,
        notation: &'static Notation,
    ) -> Operand {
        let types = match notation.parameter(name).map(|known| known.kind) {
            Some(Kind::Value(types)) => types,
            _ => &[],
        };
        let value = self.operand(node, written_types(types, node));
        if let Operand::Literal(value) = &value
            && *value != Value::Unknown
            && wording::shown(kind, value).is_none()
        {
            let text = node.scalar().unwrap_or_default();
            let message = format!("`{}` cannot be spoken as `{name}`", clip(text));
            self.complaints.error(code::WRONG_VALUE, &node.place, message);
        }
        value
    }

    /// A text that a program of the site speaks.
    fn say_text(&mut self, node: &'a Node, barge_in: bool) -> Action {
        let text = self.template(Some(node));
        if self.around.site.speaks == Some(false) {
            let message = "this site has no program that speaks texts";
            self.complaints
                .error(code::NO_SPEECH, &node.place, message)
                .help("name one in the setting `speech.command`, or record a prompt and `play` it");
        }
        if text.is_plain() {
            self.spoken.extend(text.fill(|_| None));
        }
        Action::SayText { text, barge_in }
    }

    /// The gender of what is counted, which only a number has.
    fn gender(&mut self, kind: SayKind, node: Option<&Node>) -> SayKind {
        let Some(node) = node else { return kind };
        let gender = node.choice(&GENDERS, self.complaints);
        if let SayKind::Number(usual) = kind {
            return SayKind::Number(gender.unwrap_or(usual));
        }
        let message = "only a `number` has a `gender`";
        self.complaints.error(code::WRONG_VALUE, &node.place, message);
        kind
    }

    /// The country whose people hear a telephone number as it is dialled there.
    fn home(&mut self, kind: SayKind, node: Option<&'a Node>) -> Option<Operand> {
        let node = node?;
        if !matches!(kind, SayKind::Phone(_)) {
            let message = "only a `phone` has a `country`";
            self.complaints.error(code::WRONG_VALUE, &node.place, message);
        }
        Some(self.operand(node, &[Type::Country]))
    }

    pub(super) fn music(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let node = parameters.take("name");
        let name = node.and_then(|node| self.music_name(node));
        let name = name.unwrap_or_else(|| "default".to_owned());
        let length = self.maybe_span(parameters.take("for"));
        let keys = self.keys(parameters.take("keys"));
        if length == Some(Duration::ZERO) && !keys.is_empty() {
            let message = "this music has no time in which a key could be pressed";
            self.complaints.warning(code::KEY_NEVER_PRESSED, &parameters.place, message);
        }
        Action::Music { name, length, keys }
    }

    /// Music that the site has.
    pub(super) fn music_name(&mut self, node: &Node) -> Option<String> {
        let name = node.text(self.complaints)?;
        if let Some(known) = &self.around.site.music
            && !known.contains(name)
        {
            let message = format!("there is no music `{}`", clip(name));
            self.complaints.error(code::UNKNOWN_MUSIC, &node.place, message).among(
                name,
                known.iter().map(String::as_str),
                SEE_NAMES,
            );
        }
        Some(name.to_owned())
    }

    pub(super) fn menu(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let prompt = self.some_prompts(parameters.take("prompt"));
        let node = parameters.take("keys");
        let keys = self.keys(node);
        if let Some(node) = node
            && matches!(&node.kind, Written::Map(entries) if entries.is_empty())
        {
            self.complaints.error(code::WRONG_VALUE, &node.place, "a menu needs at least one key");
        }
        let tries = self.count(parameters.take("tries"), TRIES_MAX, 3);
        let wait = self.some_time(parameters.take("wait")).unwrap_or(MENU_WAIT);
        let no_input = self.outcome(parameters.take("no_input")).unwrap_or(Target::Again);
        let no_match = self.outcome(parameters.take("no_match")).unwrap_or(Target::Again);
        let gave_up = self.outcome(parameters.take("gave_up"));
        if matches!(gave_up, Some(Target::Again)) {
            self.gave_up_again(parameters);
        }
        Action::Menu(Menu { prompt, keys, tries, wait, no_input, no_match, gave_up })
    }

    pub(super) fn outcome(&mut self, node: Option<&'a Node>) -> Option<Target> {
        node.map(|node| self.target(node))
    }

    fn gave_up_again(&mut self, parameters: &Parameters<'_>) {
        let message = "`gave_up: again` asks without end; the caller is never led on";
        self.complaints.warning(code::GAVE_UP_AGAIN, &parameters.place, message);
    }

    pub(super) fn collect(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let prompt = self.some_prompts(parameters.take("prompt"));
        let (fewest, most) = self.digits(parameters.take("digits"));
        let finish = self.finish_of_digits(parameters.take("finish"));
        let wait = self.some_time(parameters.take("wait")).unwrap_or(ENTRY_WAIT);
        let gap = self.some_time(parameters.take("gap")).unwrap_or(ENTRY_GAP);
        let tries = self.count(parameters.take("tries"), TRIES_MAX, 3);
        let pattern = self.pattern(parameters.take("pattern"));
        let save_as = self.save_as(parameters.take("save_as"), Type::Text).unwrap_or_default();
        let gave_up = self.outcome(parameters.take("gave_up"));
        if matches!(gave_up, Some(Target::Again)) {
            self.gave_up_again(parameters);
        }
        Action::Collect(Collect {
            prompt,
            fewest,
            most,
            finish,
            wait,
            gap,
            tries,
            pattern,
            save_as,
            gave_up,
        })
    }

    /// The key that ends an entry of digits had better be none of them.
    fn finish_of_digits(&mut self, node: Option<&Node>) -> Option<Digit> {
        let finish = self.key(node, Some(Digit::HASH));
        if let (Some(node), Some(key)) = (node, finish)
            && key.event() <= 9
        {
            let message =
                format!("the key `{key}` ends the entry, so it is never one of the digits");
            self.complaints
                .warning(code::KEY_NEVER_PRESSED, &node.place, message)
                .help("end it with `hash` or `star`");
        }
        finish
    }

    /// Fewest and most digits.
    fn digits(&mut self, node: Option<&Node>) -> (usize, usize) {
        let range = node.and_then(|node| Some((node, node.range(self.complaints)?)));
        let Some((node, range)) = range else { return (1, 1) };
        let (fewest, most) = range.into_inner();
        if fewest == 0 || most > DIGITS_MAX {
            let message = format!("an entry has 1 to {DIGITS_MAX} digits");
            self.complaints.error(code::WRONG_VALUE, &node.place, message);
        }
        (fewest.max(1) as usize, most.clamp(1, DIGITS_MAX) as usize)
    }

    fn pattern(&mut self, node: Option<&Node>) -> Option<String> {
        let node = node?;
        let text = node.text(self.complaints)?;
        if let Err(reason) = Pattern::new(text) {
            let message = format!("this is no pattern: {reason}");
            self.complaints.error(code::WRONG_PATTERN, &node.place, message);
        }
        Some(text.to_owned())
    }

    /// How much silence ends a recording: `Some(None)` is `none`.
    pub(super) fn silence(&mut self, parameters: &mut Parameters<'a>) -> Option<Option<Duration>> {
        let node = parameters.take("silence")?;
        if node.scalar() == Some("none") {
            return Some(None);
        }
        self.some_time(Some(node)).map(Some)
    }

    pub(super) fn record(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let save_as = parameters.take("save_as");
        let save_as = self.save_as(save_as, Type::Recording).unwrap_or_default();
        let node = parameters.take("longest");
        let longest = self.span(node, Duration::from_secs(60));
        let least = parameters.take("shortest");
        let shortest = self.span(least, Duration::ZERO);
        if let Some(node) = node.or(least)
            && (longest > LONGEST_MAX || longest.is_zero() || longest < shortest)
        {
            let message = "a recording is longer than `shortest` and at most one hour long";
            self.complaints.error(code::WRONG_VALUE, &node.place, message);
        }
        let silence = self.silence(parameters).unwrap_or(Some(SILENCE));
        let finish = self.key(parameters.take("finish"), Some(Digit::HASH));
        let beep = self.yes_no(parameters.take("beep"), true);
        let empty = self.outcome(parameters.take("empty"));
        let review = parameters.take("review").and_then(|node| self.review(node));
        Action::Record(Record { longest, shortest, silence, finish, beep, save_as, empty, review })
    }

    /// The keys of a review, or only its prompt.
    fn review(&mut self, node: &'a Node) -> Option<Review> {
        let one = |prompt| {
            let [keep, hear, again] = ['1', '2', '3'].map(Digit::from_char);
            Review { prompt, keep, hear, again, wait: REVIEW_WAIT }
        };
        if !matches!(node.kind, Written::Map(_)) {
            return Some(one(self.some_prompts(Some(node))));
        }
        let mut fields = Fields::of(node, "`review`", self.complaints)?;
        let prompt = fields.required("prompt", self.complaints);
        let mut review = one(self.some_prompts(prompt));
        review.hear = self.key(fields.take("hear"), review.hear);
        review.again = self.key(fields.take("again"), review.again);
        review.keep = self.key(fields.take("keep"), review.keep);
        review.wait = self.some_time(fields.take("wait")).unwrap_or(review.wait);
        fields.finish(self.complaints);
        let keys = [review.hear, review.again, review.keep];
        let mut named: Vec<Digit> = keys.into_iter().flatten().collect();
        let count = named.len();
        named.sort_unstable_by_key(|digit| digit.event());
        named.dedup();
        if named.len() < count {
            let message = "two of `hear`, `again` and `keep` are the same key";
            self.complaints.error(code::WRONG_KEY, &node.place, message);
        }
        Some(review)
    }
}

/// A text from elsewhere may mean a time, a day or a sum; one that is written out has to.
fn written_types(types: &'static [Type], node: &Node) -> &'static [Type] {
    let is_variable = node.scalar().is_some_and(|text| text.starts_with('$'));
    match types {
        [Type::Time | Type::Date | Type::Money, Type::Text] if !is_variable => &types[..1],
        _ => types,
    }
}
