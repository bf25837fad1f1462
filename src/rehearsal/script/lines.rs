//! Reads `script`: one line after another.

use super::names::{MUSIC, Names};
use super::{AgentDeed, Deed, Heard, Line, Partner, PhoneDeed};
use crate::base::code;
use crate::base::complaint::{Complaints, Place};
use crate::base::digit::Digit;
use crate::base::document::{Fields, Kind, Node};
use crate::flow::notation::{NOTATIONS, Notation};

/// The words that begin a line.
pub const DEEDS: [&str; 14] = [
    "hears", "presses", "speaks", "waits", "hangs_up", "joins", "leaves", "does", "reaches",
    "talks_to", "ends", "agent", "far_end", "customer",
];
/// Most keys of one entry.
const KEYS_MAX: usize = 64;
/// Most lines of one script.
const LINES_MAX: usize = 1_000;

/// A script: a list of lines.
pub(super) fn read(node: &Node, names: &Names, complaints: &mut Complaints) -> Vec<Line> {
    let nodes = node.one_or_many();
    if nodes.len() > LINES_MAX {
        node.wrong(&format!("at most {LINES_MAX} lines"), complaints);
        return Vec::new();
    }
    nodes.into_iter().filter_map(|node| line(node, names, complaints)).collect()
}

/// `WORD`, or `WORD: VALUE`.
fn line(node: &Node, names: &Names, complaints: &mut Complaints) -> Option<Line> {
    let nothing = Node { place: node.place.clone(), kind: Kind::Null };
    let (word, place, value) = match &node.kind {
        Kind::Scalar { text, .. } => (text.as_str(), &node.place, &nothing),
        Kind::Map(entries) => match entries.as_slice() {
            [(key, value)] => (key.text.as_str(), &key.place, value),
            _ => {
                node.wrong("one deed a line, such as `presses: 1`", complaints);
                return None;
            }
        },
        Kind::List(_) | Kind::Null => {
            node.wrong("a deed such as `hears: welcome`", complaints);
            return None;
        }
    };
    let deed = deed(word, place, value, names, complaints)?;
    Some(Line { place: node.place.clone(), deed })
}

fn deed(
    word: &str,
    place: &Place,
    value: &Node,
    names: &Names,
    complaints: &mut Complaints,
) -> Option<Deed> {
    Some(match word {
        "hears" => Deed::Hears(heard(value, names, complaints)?),
        "presses" => Deed::Presses(entries(value, complaints)?),
        "speaks" => Deed::Speaks(speaks(value, complaints)?),
        "waits" => Deed::Waits(value.duration(complaints)?),
        "hangs_up" => bare(value, Deed::HangsUp, complaints)?,
        "joins" => Deed::Joins(names.queue(value, complaints)?),
        "leaves" if value.kind == Kind::Null => Deed::Leaves(None),
        "leaves" => Deed::Leaves(Some(names.queue(value, complaints)?)),
        "does" => Deed::Does(notation(value, complaints)?),
        "reaches" => {
            let (flow, section) = names.section(value, complaints)?;
            Deed::Reaches { flow, section }
        }
        "talks_to" => Deed::TalksTo(match value.text(complaints)? {
            FAR_END => Partner::FarEnd,
            "agent" => Partner::Agent(None),
            name => Partner::Agent(Some(name.to_owned())),
        }),
        "ends" => bare(value, Deed::Ends, complaints)?,
        "agent" => Deed::Agent(agent(value, names, complaints)?),
        FAR_END | "customer" => Deed::FarEnd(value.choice(&PHONE, complaints)?),
        _ => {
            complaints
                .error(code::UNKNOWN_DEED, place, format!("a script has no line `{word}`"))
                .help(format!("a line begins with one of: {}", DEEDS.join(", ")))
                .suggest(word, DEEDS);
            return None;
        }
    })
}

/// The word for whoever is called outside.
const FAR_END: &str = "far_end";
/// What somebody does with a telephone, by its words.
const PHONE: [(&str, PhoneDeed); 5] = [
    ("answers", PhoneDeed::Answers),
    ("is_busy", PhoneDeed::IsBusy),
    ("rejects", PhoneDeed::Rejects),
    ("does_not_answer", PhoneDeed::DoesNotAnswer),
    ("hangs_up", PhoneDeed::HangsUp),
];

/// A deed that takes no value.
fn bare(value: &Node, deed: Deed, complaints: &mut Complaints) -> Option<Deed> {
    if value.kind != Kind::Null {
        value.wrong("nothing", complaints);
        return None;
    }
    Some(deed)
}

/// A prompt's name, `{says: TEXT}`, `{music: NAME}`, `recording` or `ringing`.
pub(super) fn heard(node: &Node, names: &Names, complaints: &mut Complaints) -> Option<Heard> {
    if !matches!(node.kind, Kind::Map(_)) {
        return match node.text(complaints)? {
            "recording" => Some(Heard::Recording),
            "ringing" => Some(Heard::Ringing),
            name if name.starts_with(MUSIC) => {
                names.prompt(node, complaints)?;
                Some(Heard::Music(name.trim_start_matches(MUSIC).to_owned()))
            }
            _ => names.prompt(node, complaints).map(Heard::Prompt),
        };
    }
    let mut fields = Fields::of(node, "`hears`", complaints)?;
    let says = fields.take("says");
    let music = fields.take("music");
    let heard = match (says, music) {
        (Some(node), None) => node.text(complaints).map(|text| Heard::Says(text.to_owned())),
        (None, Some(node)) => names.music(node, complaints).map(Heard::Music),
        _ => {
            node.wrong("a prompt's name, `{ says: TEXT }` or `{ music: NAME }`", complaints);
            None
        }
    };
    fields.finish(complaints);
    heard
}

/// Keys, or a list of entries.
fn entries(node: &Node, complaints: &mut Complaints) -> Option<Vec<Vec<Digit>>> {
    let nodes = node.one_or_many();
    if nodes.is_empty() {
        node.wrong("keys such as `1` or `\"601234567#\"`", complaints);
        return None;
    }
    nodes.into_iter().map(|node| keys(node, complaints)).collect()
}

/// `601 234 567#`, `star`, `hash`.
fn keys(node: &Node, complaints: &mut Complaints) -> Option<Vec<Digit>> {
    let text = node.text(complaints)?;
    match text {
        "star" => return Some(vec![Digit::STAR]),
        "hash" => return Some(vec![Digit::HASH]),
        _ => {}
    }
    let letters = text.chars().filter(|letter| *letter != ' ');
    let keys: Option<Vec<Digit>> = letters.map(Digit::from_char).collect();
    let keys = keys.filter(|keys| (1..=KEYS_MAX).contains(&keys.len()));
    if keys.is_none() {
        node.wrong("keys out of 0-9, *, #, A-D", complaints);
    }
    keys
}

/// `4s`, or `{for: 4s}`.
fn speaks(node: &Node, complaints: &mut Complaints) -> Option<std::time::Duration> {
    if !matches!(node.kind, Kind::Map(_)) {
        return node.duration(complaints);
    }
    let mut fields = Fields::of(node, "`speaks`", complaints)?;
    let long = fields.required("for", complaints).and_then(|node| node.duration(complaints));
    fields.finish(complaints);
    long
}

fn notation(node: &Node, complaints: &mut Complaints) -> Option<&'static str> {
    let word = node.text(complaints)?;
    let found = Notation::named(word).map(|notation| notation.name);
    if found.is_none() {
        let message = format!("there is no notation `{word}`");
        complaints
            .error(code::UNKNOWN_NOTATION, &node.place, message)
            .suggest(word, NOTATIONS.iter().map(|notation| notation.name));
    }
    found
}

/// `answers`, `{hears: PROMPT}` …
fn agent(node: &Node, names: &Names, complaints: &mut Complaints) -> Option<AgentDeed> {
    if !matches!(node.kind, Kind::Map(_)) {
        return node.choice(&PHONE, complaints).map(AgentDeed::Phone);
    }
    let mut fields = Fields::of(node, "`agent`", complaints)?;
    let hears = fields.take("hears");
    let presses = fields.take("presses");
    let deed = match (hears, presses) {
        (Some(node), None) => heard(node, names, complaints).map(AgentDeed::Hears),
        (None, Some(node)) => keys(node, complaints).map(AgentDeed::Presses),
        _ => {
            node.wrong("a word such as `answers`, `{ hears: … }` or `{ presses: … }`", complaints);
            None
        }
    };
    fields.finish(complaints);
    deed
}
