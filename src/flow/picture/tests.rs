//! What holds for every picture, whatever the flow.

use super::measure::{TEXT_PX, mono};
use super::sketch::{Card, CardKind, Lead, Port, Row, Sketch, Tone};
use super::{Arrow, Picture, Place, dot, mermaid, svg};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_two_cards_touch(sketch in sketches()) {
        let picture = Picture::of(sketch);
        for (index, one) in picture.places.iter().enumerate() {
            for other in &picture.places[index + 1..] {
                let ends = |at: &Place| (at.x + at.face.width, at.y + at.face.height);
                let beside = ends(one).0 < other.x || ends(other).0 < one.x;
                let apart = ends(one).1 < other.y || ends(other).1 < one.y;
                prop_assert!(beside || apart, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn every_arrow_begins_and_ends_at_its_card(sketch in sketches()) {
        let picture = Picture::of(sketch);
        prop_assert_eq!(picture.arrows.len(), picture.sketch.arrows().count());
        for arrow in &picture.arrows {
            let (from, to) = (&picture.places[arrow.from], &picture.places[arrow.to]);
            let (first, last) = (arrow.points[0], arrow.points[arrow.points.len() - 1]);
            let at_side = [from.x, from.x + from.face.width].contains(&first.0)
                && from.y < first.1 && first.1 < from.y + from.face.height;
            let below = first.1 == from.y + from.face.height;
            prop_assert!(at_side || below, "{arrow:?}");
            prop_assert!(last.1 == to.y && to.x < last.0 && last.0 < to.x + to.face.width);
        }
    }

    #[test]
    fn no_arrow_passes_through_a_card_or_leaves_the_picture(sketch in sketches()) {
        let picture = Picture::of(sketch);
        for arrow in &picture.arrows {
            for pair in arrow.points.windows(2) {
                let [a, b] = [pair[0], pair[1]];
                prop_assert!(a.0 == b.0 || a.1 == b.1, "{arrow:?} runs aslant");
                prop_assert!(a.0 > 0 && a.0 < picture.width && a.1 > 0 && a.1 < picture.height);
                for place in &picture.places {
                    prop_assert!(!passes(a, b, place), "{arrow:?} passes {place:?}");
                }
            }
        }
    }

    #[test]
    fn no_arrow_lies_on_one_that_leads_elsewhere(sketch in sketches()) {
        let picture = Picture::of(sketch);
        let level = |arrow: &Arrow| -> Vec<(i32, i32, i32)> {
            let pairs = arrow.points.windows(2).filter(|pair| pair[0].1 == pair[1].1);
            pairs.map(|p| (p[0].1, p[0].0.min(p[1].0), p[0].0.max(p[1].0))).collect()
        };
        for (index, one) in picture.arrows.iter().enumerate() {
            for other in picture.arrows[index + 1..].iter().filter(|arrow| arrow.net != one.net) {
                for (y, from, to) in level(one) {
                    let on = |o: &(i32, i32, i32)| o.0 == y && o.1 < to && from < o.2;
                    prop_assert!(!level(other).iter().any(on), "{one:?} lies on {other:?}");
                }
            }
        }
    }

    #[test]
    fn every_text_stays_on_its_card_and_below_the_one_above(sketch in sketches()) {
        let picture = Picture::of(sketch);
        for place in &picture.places {
            let mut end = 0;
            for line in &place.face.lines {
                prop_assert!(line.top >= end && line.top + line.height <= place.face.height);
                end = line.top + line.height;
                prop_assert!(line.lead + line.lead_width <= place.face.width, "{place:?}");
                for words in &line.words {
                    let right = line.text + mono(words, TEXT_PX);
                    prop_assert!(words.is_empty() || right <= place.face.width, "{place:?}");
                }
            }
        }
    }

    #[test]
    fn the_same_sketch_gives_the_same_text(sketch in sketches()) {
        let draw = || svg::write(&Picture::of(sketch.clone()), svg::Theme::Auto);
        prop_assert_eq!(draw(), draw());
    }
}

#[test]
fn what_xml_would_read_is_escaped_and_polish_letters_are_not() {
    let text = svg::write(&Picture::of(odd()), svg::Theme::Auto);
    assert!(text.contains("Zażółć &lt;gęślą&gt; &amp; &quot;jaźń&quot;"), "{text}");
    assert!(!text.contains("<gęślą>") && !text.contains('\u{7}'), "{text}");
}

#[test]
fn an_svg_stands_alone_and_names_what_it_shows() {
    let text = svg::write(&Picture::of(odd()), svg::Theme::Auto);
    for wanted in
        ["<title id=", "<desc id=", "prefers-color-scheme:dark", "aria-label=\"start, 1 → a_b\""]
    {
        assert!(text.contains(wanted), "{wanted}");
    }
    for banned in ["<script", "@import", "url(", "<image", "@font-face"] {
        assert!(!text.contains(banned), "{banned}");
    }
    assert!(!svg::write(&Picture::of(odd()), svg::Theme::Light).contains("prefers-color-scheme"));
}

#[test]
fn mermaid_has_a_node_for_each_card_and_a_line_for_each_arrow() {
    insta::assert_snapshot!(mermaid::write(&odd()));
}

#[test]
fn dot_has_a_record_for_each_section_and_an_edge_from_each_port() {
    insta::assert_snapshot!(dot::write(&odd()));
}

/// Whether a level or upright line passes through a card, not only along its edge.
fn passes(a: (i32, i32), b: (i32, i32), place: &Place) -> bool {
    let (left, right) = (place.x, place.x + place.face.width);
    let (top, bottom) = (place.y, place.y + place.face.height);
    a.0.min(b.0) < right
        && left < a.0.max(b.0).max(a.0.min(b.0) + 1)
        && a.1.min(b.1) < bottom
        && top < a.1.max(b.1).max(a.1.min(b.1) + 1)
        && a.0.max(b.0) > left
        && a.1.max(b.1) > top
}

/// A small sketch with everything that is hard to write.
fn odd() -> Sketch {
    let row = |depth, lead, text: &str, port| Row {
        depth,
        lead,
        text: text.to_owned(),
        link: None,
        port,
    };
    let to = |to, escalation, exit| Some(Port { to, escalation, exit });
    let begin = row(0, Lead::Step("goto", Tone::Control), "", to(1, false, true));
    let start = vec![
        row(0, Lead::Step("if", Tone::Control), "name == \"<a> & {b}|c\\d\"", to(2, false, false)),
        row(0, Lead::Step("menu", Tone::Sound), "main-menu ×3", None),
        row(1, Lead::Key("1".to_owned()), "a_b", to(2, false, false)),
        row(1, Lead::Key("*".to_owned()), "start", to(1, false, false)),
        row(1, Lead::Escalation("gave-up".to_owned()), "a_b", to(2, true, false)),
    ];
    let card = |title: &str, kind, rows| Card { title: title.to_owned(), kind, rows };
    Sketch {
        name: "odd".to_owned(),
        title: Some("Zażółć <gęślą> & \"jaźń\"\u{7}".to_owned()),
        notes: vec!["takes x: text".to_owned()],
        cards: vec![
            card("The flow begins", CardKind::Start, vec![begin]),
            card("start", CardKind::Section, start),
            card("a_b", CardKind::Section, vec![row(0, Lead::End("return"), "result: ok", None)]),
        ],
    }
}

/// Sketches of up to 24 sections whose rows lead anywhere.
fn sketches() -> impl Strategy<Value = Sketch> {
    let row = (
        0..3usize,
        0..5u8,
        "[a-zą-ż_$ ]{0,40}",
        proptest::option::of(any::<prop::sample::Index>()),
    );
    let rows = prop::collection::vec(row, 1..7);
    let sections = prop::collection::vec(("[a-zł_]{1,30}", rows), 1..24);
    let events = prop::collection::vec(any::<prop::sample::Index>(), 0..3);
    (sections, events).prop_map(|(sections, events)| {
        let first = 1 + events.len();
        let count = sections.len();
        let port = |to: usize, escalation, exit| Some(Port { to, escalation, exit });
        let begin = |title: &str, kind, to| {
            let lead = Lead::Step("goto", Tone::Control);
            let port = port(to, kind == CardKind::Event, true);
            let row = Row { depth: 0, lead, text: String::new(), link: None, port };
            Card { title: title.to_owned(), kind, rows: vec![row] }
        };
        let mut cards = vec![begin("A call comes in", CardKind::Start, first)];
        let event =
            |at: prop::sample::Index| begin("catch x", CardKind::Event, first + at.index(count));
        cards.extend(events.into_iter().map(event));
        for (title, written) in sections {
            let last = written.len() - 1;
            let rows = written.into_iter().enumerate().map(|(at, (depth, lead, text, to))| {
                let exit = at == last && lead == 0;
                let port = to.and_then(|to| port(first + to.index(count), lead == 4, exit));
                let lead = match lead {
                    0 => Lead::Step("goto", Tone::Control),
                    1 => Lead::Step("register_callback", Tone::Callback),
                    2 => Lead::Key("1".to_owned()),
                    3 => Lead::Outcome("timed out".to_owned()),
                    _ => Lead::Escalation("callback-outside-window".to_owned()),
                };
                Row { depth, lead, text, link: None, port }
            });
            cards.push(Card { title, kind: CardKind::Section, rows: rows.collect() });
        }
        Sketch { name: "random".to_owned(), title: None, notes: Vec::new(), cards }
    })
}
