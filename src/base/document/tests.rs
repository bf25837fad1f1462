//! Stories of reading documents.

use super::parse::{DEPTH_MAX, KEY_LETTERS_MAX, NODES_MAX, TEXT_BYTES_MAX};
use super::*;
use crate::base::complaint::{Complaint, Complaints};
use proptest::prelude::*;

#[test]
fn values_are_read_from_the_raw_text() {
    let text = "number: 0601234567\nfrom: 20:00\ncountry: NO\nanswer: no\nquoted: \"7\"\nnone:\n";
    let node = read(text);
    let text_of = |key: &str| node.child(key).and_then(Node::scalar).map(str::to_owned);
    assert_eq!(text_of("number").as_deref(), Some("0601234567"));
    assert_eq!(text_of("from").as_deref(), Some("20:00"));
    assert_eq!(text_of("country").as_deref(), Some("NO"));
    assert_eq!(text_of("answer").as_deref(), Some("no"));
    let quoted = node.child("quoted").map(|node| &node.kind);
    let expected = Kind::Scalar { text: "7".to_owned(), quoted: true, exact: true };
    assert_eq!(quoted, Some(&expected));
    assert_eq!(node.child("none").map(|node| &node.kind), Some(&Kind::Null));
}

#[test]
fn every_node_knows_its_place() {
    let node = read("a: 1\nlist:\n  - x: [p, 'q']\n    \"*\": r\n  -\nlast:\n");
    let list = node.child("list").expect("a list");
    assert_eq!(at(list), (3, 3));
    let items = list.one_or_many();
    let map = items.first().expect("an item");
    assert_eq!(at(map), (3, 5));
    let inner = map.child("x").expect("x").one_or_many();
    assert_eq!(inner.iter().map(|node| at(node)).collect::<Vec<_>>(), [(3, 9), (3, 12)]);
    assert_eq!(map.child("*").map(at), Some((4, 10)));
    assert_eq!(node.child("last").map(at), Some((6, 1)));
}

#[test]
fn a_place_inside_a_text_counts_its_quote() {
    let node = read("a: plain text\nb: \"quoted\"\nc: \"esc\\taped\"\nd: |\n  block\n");
    let column = |key: &str| node.child(key).map(|node| node.place_at(3).column);
    assert_eq!(column("a"), Some(7));
    assert_eq!(column("b"), Some(8));
    assert_eq!(column("c"), Some(4));
    assert_eq!(column("d"), Some(3));
}

#[test]
fn a_key_that_comes_twice_is_complained_about_and_the_reading_goes_on() {
    let (node, complaints) = try_read("a: 1\nb: 2\na: {x: 3}\na: 4\nc: 5\n");
    let codes: Vec<_> = complaints.iter().map(|c| (c.code.name(), c.place.line)).collect();
    assert_eq!(codes, [("duplicate-key", 3), ("duplicate-key", 4)]);
    let node = node.expect("a tree");
    assert_eq!(node.child("a").and_then(Node::scalar), Some("1"));
    assert_eq!(node.child("c").and_then(Node::scalar), Some("5"));
}

#[test]
fn what_could_swell_or_hide_is_refused() {
    let deep = "[".repeat(DEPTH_MAX + 1);
    let many = format!("[{}]", "a,".repeat(NODES_MAX + 1));
    let large = "#".repeat(TEXT_BYTES_MAX + 1);
    let long_key = format!("{}: 1\n", "k".repeat(KEY_LETTERS_MAX + 1));
    let cases: [(&str, &str); 18] = [
        ("a: &x [1]\nb: *x\n", "alias"),
        ("a: !!int 5\n", "tag"),
        ("a: 1\n---\nb: 2\n", "second-document"),
        (&deep, "too-deep"),
        (&many, "too-large"),
        (&large, "too-large"),
        ("a:\n\t- b\n", "yaml"),
        ("a: [1, 2\n", "yaml"),
        ("? [a]\n: b\n", "key-not-a-word"),
        (": b\n", "key-not-a-word"),
        ("a: [{ : }]\n", "key-not-a-word"),
        (&long_key, "too-large"),
        ("a: b\0\nc: d\n", "yaml"),
        ("a: b\rc: d\n", "yaml"),
        ("a: \u{1b}[31m\n", "yaml"),
        ("a: one\n\n  two\n", "yaml"),
        ("a: [>]\n", "yaml"),
        ("a: {|: 1}\n", "yaml"),
    ];
    for (text, code) in cases {
        let (_, complaints) = try_read(text);
        let codes: Vec<_> = complaints.iter().map(|c| c.code.name()).collect();
        assert_eq!(codes, [code], "{}", text.chars().take(40).collect::<String>());
    }
}

#[test]
fn what_breaks_off_is_told_at_the_end_of_the_text() {
    for (text, place) in [("a: 1\nB\n", (3, 1)), ("a: 1\nB", (2, 2)), ("a: 1\n\0", (2, 1))] {
        let (_, complaints) = try_read(text);
        let places: Vec<_> = complaints.iter().map(|c| (c.place.line, c.place.column)).collect();
        assert_eq!(places, [place], "{text:?}");
    }
}

#[test]
fn a_reader_finds_all_mistakes_of_a_map() {
    let text = "size: many\nwait: 5\nbeep: maybe\ndigits: 15..9\nkind: moble\nlabel: x\nlable: y\n";
    let node = read(text);
    let mut complaints = Complaints::new();
    let mut fields = Fields::of(&node, "record", &mut complaints).expect("a map");
    let size = fields.take("size").and_then(|node| node.integer(1..=9, &mut complaints));
    let wait = fields.take("wait").and_then(|node| node.duration(&mut complaints));
    let beep = fields.take("beep").and_then(|node| node.yes_no(&mut complaints));
    let digits = fields.take("digits").and_then(|node| node.range(&mut complaints));
    let kinds = [("mobile", 1), ("fixed", 2)];
    let kind = fields.take("kind").and_then(|node| node.choice(&kinds, &mut complaints));
    let label = fields.take("label").and_then(|node| node.text(&mut complaints));
    fields.required("name", &mut complaints);
    fields.finish(&mut complaints);
    assert_eq!((size, wait, beep, digits, kind), (None, None, None, None, None));
    assert_eq!(label, Some("x"));
    let found: Vec<_> = complaints
        .into_sorted()
        .into_iter()
        .map(|c| (c.place.line, c.code.name(), c.help.unwrap_or_default()))
        .collect();
    let found: Vec<_> = found.iter().map(|(line, code, help)| (*line, *code, &**help)).collect();
    assert_eq!(
        found,
        [
            (1, "missing-key", ""),
            (1, "wrong-value", ""),
            (2, "wrong-value", "give a unit: `5s` is seconds, `5m` minutes, `5ms` thousandths"),
            (3, "wrong-value", ""),
            (4, "wrong-value", ""),
            (5, "wrong-value", "did you mean `mobile`?"),
            (7, "unknown-key", "did you mean `label`?"),
        ]
    );
}

#[test]
fn a_range_may_be_one_number() {
    let node = read("a: 4\nb: 9..15\n");
    let mut complaints = Complaints::new();
    let range = |key: &str, c: &mut Complaints| node.child(key).and_then(|node| node.range(c));
    assert_eq!(range("a", &mut complaints), Some(4..=4));
    assert_eq!(range("b", &mut complaints), Some(9..=15));
    assert!(complaints.is_empty());
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "[ a-c:{}\\[\\]\"'#&*!|>\\-\\?,\t\n%\u{e9}@`~0-2]{0,80}") {
        let _ = try_read(&text);
    }

    #[test]
    fn no_unicode_breaks_the_reader(text in "\\PC{0,60}") {
        let _ = try_read(&text);
    }
}

fn read(text: &str) -> Node {
    let (node, complaints) = try_read(text);
    assert_eq!(complaints, []);
    node.expect("a tree")
}

fn try_read(text: &str) -> (Option<Node>, Vec<Complaint>) {
    let mut complaints = Complaints::new();
    let node = parse("a.yaml", text, &mut complaints);
    (node, complaints.into_sorted())
}

fn at(node: &Node) -> (u32, u32) {
    (node.place.line, node.place.column)
}
