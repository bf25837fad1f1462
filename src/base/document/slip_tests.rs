//! Stories of slips that make a text no YAML, or another text than was meant: each is told where it
//! happened, in words of ours, with what to type.

use super::letters::text_of;
use super::parse;
use crate::base::complaint::Complaints;

/// A text, the place of its slip, a part of what is said, and of the help.
type Slip = (&'static str, (u32, u32), &'static str, &'static str);

#[test]
fn a_slip_is_told_where_it_is_and_what_to_type() {
    let slips: [Slip; 22] = [
        ("a:\n\tb: 1\n", (2, 1), "a tab stands", "indent with spaces"),
        ("a:\n  - b: c d\n\t- e\n", (3, 1), "a tab stands", "two for each level"),
        ("a:\n  - b\n  -c\n  - d: 1\n", (3, 3), "a dash begins a step only", "`- c`"),
        ("- a:\n  - b\n  else\n  - c\n", (3, 3), "a colon is missing", "`else:`"),
        ("a:\n  - play it\n    loud: no\n", (2, 5), "a colon is missing", "`play: it`"),
        ("a:\n  - b: 1\n    - c\n", (3, 5), "begins in column 5", "column 3, below `-` of line 2"),
        ("a:\n  - b: 1\n - c\n", (3, 2), "begins in column 2", "column 3"),
        (
            "a:\n  b:\n    - c: 1\n    d:\n      - e\n",
            (4, 5),
            "begins in column 5",
            "column 3, below `b:` of line 2, or in column 7, below `c:` of line 3",
        ),
        ("a: { 1: b, *: c }\n", (1, 12), "begins an alias", "`\"*\":` or `star:`"),
        ("a:\n  1: b\n  *: c\n  2: d\n", (3, 3), "begins an alias", "`star:`"),
        ("a: { 1: b, #: c }\n", (1, 12), "begins a comment", "`hash:`"),
        ("a: Zo\u{eb}: one\n", (1, 4), "a colon in a text", "quotes: `\"Zo\u{eb}: one\"`"),
        ("a: { b: Say: \u{201e}c\u{201d} }\n", (1, 9), "a colon", "quotes: `\"Say: c\"`"),
        ("a: { 3: goto: b }\n", (1, 9), "a colon in a text", "`[ { goto: b } ]`"),
        ("a: \"b \"c\" d\"\n", (1, 7), "the text ends at this `\"`", "write `\\\"`"),
        ("a: 'b'c'\n", (1, 6), "the text ends at this `'`", "write `''`"),
        ("a: \"b\nc: d\n", (1, 4), "opened and not closed", "another `\"`"),
        ("a: @b\n", (1, 4), "cannot begin with `@`", "quotes"),
        ("a: *b\n", (1, 4), "cannot begin with `*`", "quotes"),
        ("a: [b, , c]\n", (1, 8), "nothing stands before this comma", "take it away"),
        ("a: [b, c\nd: [e]\n", (1, 4), "this `[` is not closed", "`]`"),
        ("\u{a0}\u{a0}- a\n- b: c\n", (1, 1), "no space but a no-break space", "ordinary"),
    ];
    for (text, place, message, help) in slips {
        let told = told(text);
        let (line, column, said, helped) = told.first().expect("a complaint");
        assert_eq!((*line, *column), place, "{text}\n{said}");
        assert!(said.contains(message), "{text}\n{said}");
        assert!(helped.contains(help), "{text}\n{helped}");
    }
}

#[test]
fn a_slip_that_is_not_known_is_told_in_the_words_of_the_parser() {
    let told = told("a: b\n...x\n");
    let (_, _, said, help) = told.first().expect("a complaint");
    assert!(said.starts_with("this cannot be read as YAML: "), "{said}");
    assert!(help.contains("in the line above"), "{help}");
}

#[test]
fn a_space_that_is_none_is_found_where_words_are_parted() {
    let told_of = |text: &str| told(text).first().map(|(line, column, ..)| (*line, *column));
    assert_eq!(told_of("- play:\u{a0}welcome\n"), Some((1, 8)));
    assert_eq!(told_of("-\u{a0}play\n"), Some((1, 2)));
    assert_eq!(told_of("a: welcome\u{200b}\n"), Some((1, 11)));
    assert_eq!(told_of("a: 600\u{a0}z\u{142} brutto\nb: \"\u{a0}c\"\n"), None);
}

#[test]
fn look_alikes_of_quotes_and_keys_are_warned_of() {
    let said = |text: &str| told(text).into_iter().map(|(.., said, _)| said).collect::<Vec<_>>();
    assert_eq!(said("a: \u{201c}vip\u{201d}\n"), ["these quotes are read as letters of the text"]);
    assert_eq!(
        said("keys:\n  1: a\n  #: b\n"),
        ["this line is a comment: `#` without quotes begins one"]
    );
    assert_eq!(said("#: b\n#:\n#:b\na: \"\u{201c}\"\n").len(), 1);
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    let complaint = text_of("a.yaml", b"a: b\nc: z\xc5\x82 Zam\xf3w\n").expect_err("no UTF-8");
    assert_eq!((complaint.place.line, complaint.place.column), (2, 10));
    assert_eq!(complaint.message, "the byte F3 here is no letter of UTF-8");
    assert_eq!(text_of("a.yaml", "\u{142}".as_bytes()), Ok("\u{142}"));
}

/// What is said of a text: line, column, message, help.
fn told(text: &str) -> Vec<(u32, u32, String, String)> {
    let mut complaints = Complaints::new();
    let _ = parse("a.yaml", text, &mut complaints);
    let one = |c: crate::base::complaint::Complaint| {
        (c.place.line, c.place.column, c.message, c.help.unwrap_or_default())
    };
    complaints.into_sorted().into_iter().map(one).collect()
}
