//! The face of a card: how large it is, and where its lines stand on it.

use super::measure::{TEXT_PX, TITLE_PX, mono, sans, wrap};
use super::sketch::{Card, CardKind, Lead, Row};

/// Height of the title's band.
pub(super) const HEAD: i32 = 36;
/// Height of a line of text.
pub(super) const LINE: i32 = 17;
/// Room at the left and right of everything.
pub(super) const PAD: i32 = 14;
/// How far the outcomes of a step stand to the right of it.
const INDENT: i32 = 14;
/// Room between a row's lead and its text.
const SPACE: i32 = 7;
/// Room above and below the text of a row.
const ROW_PAD: i32 = 4;
/// Least width of the cap of a key.
const CAP: i32 = 20;
const NARROWEST: i32 = 148;
const WIDEST: i32 = 336;
/// Most lines of one row.
const LINES_MAX: usize = 4;

/// A card's size and lines; everything counts from its upper left corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// Its width.
    pub width: i32,
    /// Its height.
    pub height: i32,
    /// The title, broken.
    pub title: Vec<String>,
    /// Its rows.
    pub lines: Vec<Line>,
}

/// A row on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its upper edge.
    pub top: i32,
    /// Its height.
    pub height: i32,
    /// Where its lead begins.
    pub lead: i32,
    /// How wide its lead is.
    pub lead_width: i32,
    /// Where its text begins.
    pub text: i32,
    /// Its text, broken.
    pub words: Vec<String>,
}

impl Line {
    /// The middle of its first line, where an arrow leaves.
    #[must_use]
    pub const fn middle(&self) -> i32 {
        self.top + ROW_PAD + LINE / 2
    }
}

impl Face {
    /// Measures a card.
    pub(super) fn of(card: &Card) -> Self {
        if card.kind != CardKind::Section {
            return Self::beginning(card);
        }
        let rows = card.rows.iter().map(wanted).max().unwrap_or(0);
        let title = sans(&card.title, TITLE_PX) + 2 * PAD;
        let width = rows.max(title).clamp(NARROWEST, WIDEST);
        // The title's letters are the widest; so many of them fit in any case.
        let columns = usize::try_from((width - 2 * PAD) * 100 / (TITLE_PX * 64)).unwrap_or(0);
        let fits = title <= width;
        let title = if fits { vec![card.title.clone()] } else { wrap(&card.title, columns, 2) };
        let extra = i32::try_from(title.len().saturating_sub(1)).unwrap_or(0) * (LINE + 1);
        let mut top = HEAD + extra + 5;
        let mut lines = Vec::new();
        for row in &card.rows {
            let line = line(row, top, width);
            top += line.height;
            lines.push(line);
        }
        Self { width, height: top + 6, title, lines }
    }

    /// A way to begin is a title only.
    fn beginning(card: &Card) -> Self {
        let title = wrap(&card.title, 40, 1);
        let width = title.iter().map(|line| sans(line, TEXT_PX)).max().unwrap_or(0);
        Self { width: width + 2 * PAD + 18, height: 30, title, lines: Vec::new() }
    }
}

/// The width that a row would like.
fn wanted(row: &Row) -> i32 {
    let text = if row.text.is_empty() { 0 } else { SPACE + mono(&shown(row), TEXT_PX) };
    start(row) + lead_width(&row.lead) + text + PAD + 4
}

fn start(row: &Row) -> i32 {
    PAD + i32::try_from(row.depth.min(6)).unwrap_or(0) * INDENT
}

fn lead_width(lead: &Lead) -> i32 {
    match lead {
        // These are bold, a tenth wider.
        Lead::Step(word, _) => sans(word, TEXT_PX) * 11 / 10,
        Lead::End(word) => sans(word, TEXT_PX) * 11 / 10 + 16,
        Lead::Key(word) => (mono(word, TEXT_PX) + 12).max(CAP),
        Lead::Outcome(word) | Lead::Escalation(word) => sans(word, TEXT_PX - 1) + 12,
    }
}

/// The text of a row as it stands in the picture.
fn shown(row: &Row) -> String {
    let arrow = match row.lead {
        Lead::Key(_) | Lead::Outcome(_) | Lead::Escalation(_) => {
            !row.text.is_empty() && (row.port.is_some() || row.link.is_some())
        }
        Lead::Step(..) | Lead::End(_) => false,
    };
    let linked = if row.link.is_some() { " ↗" } else { "" };
    if arrow { format!("→ {}{linked}", row.text) } else { format!("{}{linked}", row.text) }
}

fn line(row: &Row, top: i32, width: i32) -> Line {
    let lead = start(row);
    let lead_width = lead_width(&row.lead);
    let mut text = lead + lead_width + SPACE;
    let columns =
        |from: i32| usize::try_from((width - from - PAD - 2) * 100 / (TEXT_PX * 61)).unwrap_or(0);
    // Where a long lead leaves no room, the text goes below it.
    let below = columns(text) < 12 && mono(&shown(row), TEXT_PX) > width - text - PAD;
    if below {
        text = lead + 8;
    }
    let mut words = wrap(&shown(row), columns(text), LINES_MAX);
    if below {
        words.insert(0, String::new());
    }
    let lines = i32::try_from(words.len()).unwrap_or(1);
    Line { top, height: 2 * ROW_PAD + lines * LINE, lead, lead_width, text, words }
}
