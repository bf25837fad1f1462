//! A picture as SVG: one text that stands alone, with no script and no font of its own.
//!
//! Text is text, every card and arrow has a name for those who hear the picture, and nothing is
//! told by colour alone: escalations are dashed, ways back carry a mark on their way up.

mod style;

pub use style::Theme;

use super::face::{HEAD, LINE, Line, PAD};
use super::sketch::{CardKind, Lead, Row, Tone};
use super::{Arrow, MARGIN, Picture, Place};
use crate::base::xml;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Radius of the corners of arrows.
const TURN: i32 = 9;
/// Length of an arrow's head.
const HEAD_PX: i32 = 8;

/// Writes a picture.
#[must_use]
pub fn write(picture: &Picture, theme: Theme) -> String {
    let mut out = String::new();
    let (width, height) = (picture.width, picture.height);
    let (id, heading) = (escaped(&picture.sketch.name), escaped(picture.sketch.heading()));
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flow\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" style=\"max-width:100%;height:auto\" \
         role=\"graphics-document document\" aria-labelledby=\"{id}-title {id}-told\">\n\
         <title id=\"{id}-title\">{heading}</title>\n<desc id=\"{id}-told\">{}</desc>\n\
         <style>{}</style>\n\
         <rect class=\"sheet\" width=\"{width}\" height=\"{height}\" rx=\"14\"/>\n",
        escaped(&told(picture)),
        style::sheet(theme),
    );
    head(&mut out, picture);
    arrows(&mut out, picture);
    for index in 0..picture.places.len() {
        card(&mut out, picture, index);
    }
    ports(&mut out, picture);
    out.push_str("</svg>\n");
    out
}

/// The whole picture in words.
fn told(picture: &Picture) -> String {
    let cards = &picture.sketch.cards;
    let sections = cards.iter().filter(|card| card.kind == CardKind::Section).count();
    let mut text = format!("The flow {} with {sections} sections.", picture.sketch.name);
    for (index, card) in cards.iter().enumerate() {
        let ways: Vec<String> = card
            .rows
            .iter()
            .filter_map(|row| {
                let to = cards.get(row.port?.to)?;
                let arrow = row.arrow();
                let by = if arrow.is_empty() { String::new() } else { format!("{arrow} ") };
                Some(format!("{by}to {}", to.title))
            })
            .collect();
        if !ways.is_empty() {
            let kind = if card.kind == CardKind::Section { "Section " } else { "" };
            let _ = write!(text, " {kind}{}: {}.", cards[index].title, ways.join(", "));
        }
    }
    text
}

fn head(out: &mut String, picture: &Picture) {
    let mut y = MARGIN + 14;
    let heading = escaped(picture.sketch.heading());
    let _ = writeln!(out, "<text class=\"heading\" x=\"{MARGIN}\" y=\"{y}\">{heading}</text>");
    y += 6;
    for note in &picture.sketch.notes {
        y += 18;
        let note = escaped(note);
        let _ = writeln!(out, "<text class=\"code quiet\" x=\"{MARGIN}\" y=\"{y}\">{note}</text>");
    }
}

/// The arrows net by net. Below each net lies a broad line in the colour of the sheet, so that
/// what crosses it seems to pass under it.
fn arrows(out: &mut String, picture: &Picture) {
    let mut nets: BTreeMap<usize, Vec<&Arrow>> = BTreeMap::new();
    for arrow in &picture.arrows {
        nets.entry(arrow.net).or_default().push(arrow);
    }
    for net in nets.values() {
        let lines: BTreeSet<String> = net.iter().map(|arrow| line(&arrow.points)).collect();
        for line in &lines {
            let _ = writeln!(out, "<path class=\"under\" d=\"{line}\"/>");
        }
        // What is dashed comes first, so that what is not lies over it.
        for arrow in net.iter().filter(|arrow| arrow.escalation) {
            one_arrow(out, picture, arrow);
        }
        for arrow in net.iter().filter(|arrow| !arrow.escalation) {
            one_arrow(out, picture, arrow);
        }
        let calm = net.iter().all(|arrow| arrow.escalation);
        if let Some(arrow) = net.first() {
            tip(out, arrow, calm);
        }
    }
}

fn class(arrow: &Arrow) -> &'static str {
    match (arrow.back, arrow.escalation) {
        (false, false) => "arrow",
        (false, true) => "arrow calm",
        (true, false) => "arrow back",
        (true, true) => "arrow back calm",
    }
}

fn one_arrow(out: &mut String, picture: &Picture, arrow: &Arrow) {
    let cards = &picture.sketch.cards;
    let (from, to) = (&cards[arrow.from], &cards[arrow.to]);
    let by = from.rows.get(arrow.row).map_or("", Row::arrow);
    let by = if by.is_empty() { String::new() } else { format!(", {by}") };
    let name = escaped(&format!("{}{by} → {}", from.title, to.title));
    let _ = writeln!(
        out,
        "<g class=\"{}\" role=\"graphics-symbol\" aria-label=\"{name}\"><title>{name}</title>\
         <path d=\"{}\"/></g>",
        class(arrow),
        line(&arrow.points)
    );
}

/// The head of a net's arrows, and of one that leads back the mark that it runs upwards.
fn tip(out: &mut String, arrow: &Arrow, calm: bool) {
    let class = match (arrow.back, calm) {
        (false, false) => "tip",
        (false, true) => "tip calm",
        (true, _) => "tip back",
    };
    if let Some((x, y)) = arrow.points.last() {
        let (left, right, top) = (x - 5, x + 5, y - HEAD_PX - 1);
        let _ = writeln!(out, "<path class=\"{class}\" d=\"M{x} {y}L{left} {top}H{right}Z\"/>");
    }
    if !arrow.back {
        return;
    }
    let rising = arrow.points.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    let longest = rising.max_by_key(|pair| pair[0].1 - pair[1].1);
    if let Some([(x, low), (_, high)]) = longest
        && low - high > 24
    {
        let y = i32::midpoint(*low, *high) - 4;
        let (left, right, bottom) = (x - 4, x + 4, y + 7);
        let _ = writeln!(out, "<path class=\"{class}\" d=\"M{x} {y}L{left} {bottom}H{right}Z\"/>");
    }
}

/// A way with rounded corners, up to the arrow's head.
fn line(points: &[(i32, i32)]) -> String {
    let mut text = String::new();
    for (index, &(x, y)) in points.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| points.get(before));
        match (before, points.get(index + 1)) {
            (None, _) => {
                let _ = write!(text, "M{x} {y}");
            }
            (Some(_), None) => {
                let _ = write!(text, "L{x} {}", y - HEAD_PX);
            }
            (Some(&before), Some(&after)) => {
                let reach = |other: (i32, i32)| (other.0 - x).abs() + (other.1 - y).abs();
                let turn = TURN.min(reach(before) / 2).min(reach(after) / 2);
                let to = |other: (i32, i32)| {
                    (x + (other.0 - x).signum() * turn, y + (other.1 - y).signum() * turn)
                };
                let ((ax, ay), (bx, by)) = (to(before), to(after));
                let _ = write!(text, "L{ax} {ay}Q{x} {y} {bx} {by}");
            }
        }
    }
    text
}

/// The places where arrows leave at the side of a card.
fn ports(out: &mut String, picture: &Picture) {
    let mut seen = BTreeSet::new();
    for arrow in &picture.arrows {
        let (Some(&(x, y)), Some(next)) = (arrow.points.first(), arrow.points.get(1)) else {
            continue;
        };
        if next.1 == y && seen.insert((x, y)) {
            let class = class(arrow).replacen("arrow", "port", 1);
            let _ = writeln!(out, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"3.5\"/>");
        }
    }
}

fn card(out: &mut String, picture: &Picture, index: usize) {
    let (card, place) = (&picture.sketch.cards[index], &picture.places[index]);
    let name = escaped(&card.title);
    let _ = writeln!(
        out,
        "<g role=\"graphics-object group\" aria-label=\"{name}\" transform=\"translate({} {})\">",
        place.x, place.y
    );
    match card.kind {
        CardKind::Section => section(out, place, &card.rows),
        CardKind::Start | CardKind::Event => beginning(out, place, card.kind),
    }
    out.push_str("</g>\n");
}

fn beginning(out: &mut String, place: &Place, kind: CardKind) {
    let (width, height) = (place.face.width, place.face.height);
    let class = if kind == CardKind::Start { "begin" } else { "begin event" };
    let title = place.face.title.first().map_or("", String::as_str);
    let mark =
        if kind == CardKind::Start { "M13 10l9 5-9 5z" } else { "M18 8l-6 8h5l-2 6 6-8h-5z" };
    let radius = height / 2;
    let _ = writeln!(
        out,
        "<g class=\"{class}\"><rect width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>\
         <path d=\"{mark}\"/><text x=\"29\" y=\"19\">{}</text></g>",
        escaped(title)
    );
}

fn section(out: &mut String, place: &Place, rows: &[Row]) {
    let (width, height) = (place.face.width, place.face.height);
    let titles = i32::try_from(place.face.title.len()).unwrap_or(1);
    let head = HEAD + (titles - 1) * (LINE + 1);
    let _ = writeln!(
        out,
        "<rect class=\"shade\" y=\"2\" width=\"{width}\" height=\"{height}\" rx=\"10\"/>\
         <rect class=\"card\" width=\"{width}\" height=\"{height}\" rx=\"10\"/>\
         <path class=\"band\" d=\"M.5 {head}V10Q.5 .5 10 .5H{}Q{right} .5 {right} 10V{head}Z\"/>",
        width - 10,
        right = f64::from(width) - 0.5,
    );
    for (y, title) in (23..).step_by(18).zip(&place.face.title) {
        let title = escaped(title);
        let _ = writeln!(out, "<text class=\"title\" x=\"{PAD}\" y=\"{y}\">{title}</text>");
    }
    for (row, line) in rows.iter().zip(&place.face.lines) {
        self::row(out, row, line, width);
    }
}

fn row(out: &mut String, row: &Row, line: &Line, width: i32) {
    let base = line.top + LINE;
    lead(out, row, line, (base, width));
    if row.depth > 0 {
        let (x, end) = (line.lead - 8, line.top + line.height);
        let _ = writeln!(out, "<path class=\"inset\" d=\"M{x} {}V{end}\"/>", line.top);
    }
    let class = if matches!(row.lead, Lead::Step("goto", _)) { "code quiet" } else { "code" };
    if let Some(flow) = &row.link {
        let _ = write!(out, "<a href=\"{}.svg\">", escaped(flow));
    }
    for (y, words) in (base..).step_by(17).zip(&line.words) {
        if !words.is_empty() {
            let (x, words) = (line.text, escaped(words));
            let _ = writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{words}</text>");
        }
    }
    if row.link.is_some() {
        out.push_str("</a>\n");
    }
}

fn lead(out: &mut String, row: &Row, line: &Line, (base, width): (i32, i32)) {
    let (x, wide, top) = (line.lead, line.lead_width, line.top + 4);
    let middle = x + wide / 2;
    match &row.lead {
        Lead::Step(word, tone) => {
            let tone = tone_name(*tone);
            let _ =
                writeln!(out, "<text class=\"word {tone}\" x=\"{x}\" y=\"{base}\">{word}</text>");
        }
        Lead::End(word) => {
            let (left, high) = (x - 7, line.height - 2);
            let (right, y) = (width - left - 7, line.top + 1);
            let (square, at) = (base - 9, x + 16);
            let _ = writeln!(
                out,
                "<rect class=\"end\" x=\"{left}\" y=\"{y}\" width=\"{right}\" height=\"{high}\" \
                 rx=\"6\"/><rect class=\"stop\" x=\"{x}\" y=\"{square}\" width=\"9\" height=\"9\" \
                 rx=\"2\"/><text class=\"word\" x=\"{at}\" y=\"{base}\">{word}</text>"
            );
        }
        Lead::Key(word) => {
            let word = escaped(word);
            let _ = writeln!(
                out,
                "<rect class=\"cap\" x=\"{x}\" y=\"{top}\" width=\"{wide}\" height=\"17\" \
                 rx=\"4\"/><text class=\"code key\" x=\"{middle}\" y=\"{base}\">{word}</text>"
            );
        }
        Lead::Outcome(word) | Lead::Escalation(word) => {
            let class =
                if matches!(row.lead, Lead::Escalation(_)) { "outcome calm" } else { "outcome" };
            let word = escaped(word);
            let _ = writeln!(
                out,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{top}\" width=\"{wide}\" height=\"17\" \
                 rx=\"8.5\"/>\
                 <text class=\"small\" x=\"{middle}\" y=\"{base}\">{word}</text>"
            );
        }
    }
}

const fn tone_name(tone: Tone) -> &'static str {
    match tone {
        Tone::Control => "control",
        Tone::Call => "call",
        Tone::Sound => "sound",
        Tone::Queue => "queue",
        Tone::Callback => "callback",
        Tone::Data => "data",
    }
}

/// Text on one line, fit for XML.
fn escaped(text: &str) -> String {
    xml::escaped(&text.replace(char::is_control, ""))
}
