//! Writing a document anew: nothing that it says and no comment is lost.

use super::print::{LINE_MAX, print};
use super::written::{read, said};
use super::{Kind, Node, parse};
use crate::base::complaint::Complaints;
use proptest::prelude::*;

#[test]
fn comments_stay_with_what_they_are_about() {
    let text = "# about the file\n\n# about a\na: 1   # beside a\nb: # beside the key\n    \
                - x # an item\n    # the last\n\n\n\n# about c\nc: {p: 'q',\n   r: s}\n# the end\n";
    let wanted = "# about the file\n\n# about a\na: 1 # beside a\nb: # beside the key\n  \
                  - x # an item\n  # the last\n\n# about c\nc: { p: \"q\", r: s }\n# the end\n";
    assert_eq!(anew(text), wanted);
}

#[test]
fn a_comment_within_braces_opens_them() {
    let text = "keys: { 1: sales, # the sales\n  2: service }\n";
    assert_eq!(anew(text), "keys:\n  1: sales # the sales\n  2: service\n");
}

#[test]
fn short_parts_stay_inline_and_long_ones_are_broken() {
    let long = format!("step: {{ {} }}\n", ["name: value"; 12].join(", ").replace("name", "n"));
    let short = "sales:   [ { set: { line: sales } }, { goto: room } ]\nservice: [a, b]\n";
    assert_eq!(anew(short), short);
    assert_eq!(anew(&long).lines().count(), 13);
}

#[test]
fn quotes_stay_where_they_tell_something() {
    let text =
        "a: \"0601234567\"\nb: \"*\"\nc: 'on'\nd: 'a \"b\"'\ne: |\n  two\n  lines\n\"*\": x\n";
    let wanted =
        "a: \"0601234567\"\nb: \"*\"\nc: \"on\"\nd: 'a \"b\"'\ne: \"two\\nlines\\n\"\n\"*\": x\n";
    assert_eq!(anew(text), wanted);
}

#[test]
fn what_is_blank_to_unicode_is_a_letter_to_yaml() {
    for letter in ['\u{a0}', '\u{2028}', '\u{3000}', '\u{85}'] {
        let text = format!("a: x{letter}\nb{letter}: y # c{letter}\nc: x{letter}# no comment\n");
        assert_eq!(anew(&text), text);
    }
}

#[test]
fn lines_are_lined_up_as_they_will_stand() {
    let long = ["n: v"; 20].join(", ");
    let text = format!("a: [ {{ x: y }} ]\nbb: [ {{ x: y }} ]\nccc: [ {{ {long} }} ]\n");
    let out = anew(&text);
    assert!(out.starts_with("a:  [ { x: y } ]\nbb: [ { x: y } ]\nccc:\n"), "{out}");
    assert_eq!(anew(&out), out);
}

proptest! {
    #[test]
    fn nothing_is_lost_and_a_second_time_changes_nothing(text in texts()) {
        let Some((_, before)) = tree(&text) else { return Ok(()) };
        let Some((written, rest)) = read(&text) else { return Ok(()) };
        let out = print(&written, &rest);
        let after = tree(&out);
        let after = after.map(|(_, tree)| tree);
        prop_assert_eq!(Some(before), after, "{}\n->\n{}", text, out);
        prop_assert_eq!(sorted(&text), sorted(&out), "{}\n->\n{}", text, out);
        prop_assert_eq!(anew(&out), out.clone(), "{}", text);
    }
}

fn anew(text: &str) -> String {
    let (written, rest) = read(text).expect("a document");
    print(&written, &rest)
}

/// The document without its places.
fn tree(text: &str) -> Option<(Node, String)> {
    let mut complaints = Complaints::new();
    let node = parse("a.yaml", text, &mut complaints).filter(|_| complaints.is_empty())?;
    let told = told(&node);
    Some((node, told))
}

fn told(node: &Node) -> String {
    match &node.kind {
        Kind::Map(entries) => {
            let entries =
                entries.iter().map(|(key, value)| format!("{:?}: {}", key.text, told(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Kind::List(items) => format!("[{}]", items.iter().map(told).collect::<Vec<_>>().join(", ")),
        Kind::Scalar { text, quoted, .. } => format!("{text:?}{}", u8::from(*quoted)),
        Kind::Null => "null".to_owned(),
    }
}

/// The comments of a text, sorted.
fn sorted(text: &str) -> Vec<String> {
    let (written, rest) = read(text).expect("a document");
    let mut found: Vec<String> = written.comments().into_iter().map(str::to_owned).collect();
    found.extend(said(&rest).map(str::to_owned));
    found.sort();
    assert_eq!(found.len(), text.matches("#c").count(), "a comment was not read: {text}");
    found
}

/// A random document before it is written.
#[derive(Debug, Clone)]
enum Plan {
    Word(String),
    Nothing,
    Map(Vec<(Self, u8)>, bool),
    List(Vec<(Self, u8)>, bool),
}

/// Texts of documents in all styles, with comments and blank lines anywhere.
fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z$][a-z0-9_ .]{0,12}[a-z]",
        Just("\"0601\"".to_owned()),
        Just("'it''s'".to_owned()),
        Just("\"a # b\"".to_owned()),
        Just("\"*\"".to_owned()),
    ];
    let leaf = prop_oneof![4 => word.prop_map(Plan::Word), 1 => Just(Plan::Nothing)];
    let plan = leaf.prop_recursive(4, 24, 4, |inner| {
        let items = prop::collection::vec((inner, any::<u8>()), 1..4);
        let map = (items.clone(), prop::bool::weighted(0.3))
            .prop_map(|(items, inline)| Plan::Map(items, inline));
        let list = (items, prop::bool::weighted(0.3))
            .prop_map(|(items, inline)| Plan::List(items, inline));
        prop_oneof![map, list]
    });
    let top = prop::collection::vec((plan, any::<u8>()), 1..5);
    (top, any::<bool>()).prop_map(|(items, header)| {
        let mut out = if header { "#c head\n\n\n".to_owned() } else { String::new() };
        block(&mut out, &items, 0, true);
        out
    })
}

/// Writes entries in block style; the bits of each number scatter comments and blank lines.
fn block(out: &mut String, items: &[(Plan, u8)], indent: usize, keyed: bool) {
    let space = " ".repeat(indent);
    for (at, (item, bits)) in items.iter().enumerate() {
        if bits & 1 != 0 {
            out.push('\n');
        }
        if bits & 2 != 0 {
            out.push_str(&format!("{space}#c above {at}\n"));
        }
        if bits & 4 != 0 {
            out.push_str("\n  #c stray\n\n");
        }
        out.push_str(&space);
        if keyed {
            out.push_str(&format!("k{at}:"));
        } else {
            out.push('-');
        }
        let beside = if bits & 8 != 0 { " #c beside" } else { "" };
        match item {
            Plan::Word(text) => out.push_str(&format!(" {text}{beside}\n")),
            Plan::Nothing => out.push_str(&format!("{beside}\n")),
            Plan::Map(_, true) | Plan::List(_, true) => {
                out.push(' ');
                inline(out, item, indent + 2);
                out.push_str(&format!("{beside}\n"));
            }
            Plan::Map(inner, false) => {
                out.push_str(&format!("{beside}\n"));
                block(out, inner, indent + 3, true);
            }
            Plan::List(inner, false) => {
                out.push_str(&format!("{beside}\n"));
                block(out, inner, indent + 2, false);
            }
        }
        if bits & 16 != 0 {
            out.push_str(&format!("{space}#c below\n"));
        }
    }
}

fn inline(out: &mut String, item: &Plan, indent: usize) {
    let space = " ".repeat(indent);
    let (items, keyed) = match item {
        Plan::Word(text) => return out.push_str(text),
        Plan::Nothing => return out.push_str("\"\""),
        Plan::Map(items, _) => (items, true),
        Plan::List(items, _) => (items, false),
    };
    out.push(if keyed { '{' } else { '[' });
    for (at, (inner, bits)) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        if bits & 32 != 0 {
            out.push_str(&format!(" #c within\n{space}"));
        } else if bits & 64 != 0 {
            out.push_str(&format!("\n\n{space}#c own line\n{space}"));
        }
        out.push(' ');
        if keyed {
            out.push_str(&format!("k{at}: "));
        }
        inline(out, inner, indent + 2);
    }
    out.push_str(if keyed { " }" } else { " ]" });
}

#[test]
fn the_longest_inline_line_is_a_hundred_letters() {
    let text = format!("a: [{}]\n", "b, ".repeat(40));
    assert!(anew(&text).lines().all(|line| line.chars().count() <= LINE_MAX));
}
