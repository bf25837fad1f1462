//! The picture of a flow, drawn by the program itself.
//!
//! ```text
//! Flow ──words──► Sketch ──layers, order──► Grid ──place──► columns ──route──► Picture ──► SVG
//!                    └──────────────────────────────────────────────► Mermaid, DOT
//! ```
//!
//! A section is a card, a step or an outcome a row of it, and an arrow leaves at the row that it
//! belongs to. The same flow gives the same picture, byte for byte; all positions are whole
//! pixels.

pub mod dot;
mod face;
mod layers;
mod measure;
pub mod mermaid;
mod order;
mod place;
mod route;
pub mod sketch;
pub mod svg;
mod words;

pub use face::{Face, Line};

use super::graph::Flow;
use sketch::{CardKind, Sketch};

/// Room around the whole.
const MARGIN: i32 = 28;
/// Height of the flow's title and what stands below it.
const TITLE: i32 = 34;
/// Height of a line of notes.
const NOTE: i32 = 18;

/// A sketch with positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What it shows.
    pub sketch: Sketch,
    /// Its width.
    pub width: i32,
    /// Its height.
    pub height: i32,
    /// Where each card of the sketch stands.
    pub places: Vec<Place>,
    /// The arrows, in the order of the text.
    pub arrows: Vec<Arrow>,
}

/// Where a card stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its left edge.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
    /// Its size and its lines.
    pub face: Face,
}

/// One arrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// The card it leaves.
    pub from: usize,
    /// The row it leaves at.
    pub row: usize,
    /// The card it comes to.
    pub to: usize,
    /// Arrows of the same net run together.
    pub net: usize,
    /// Whether it leads back in the text, upwards.
    pub back: bool,
    /// Whether an escalation leads this way.
    pub escalation: bool,
    /// Its corners, from beginning to end.
    pub points: Vec<(i32, i32)>,
}

impl Picture {
    /// Draws a flow.
    #[must_use]
    pub fn of_flow(flow: &Flow) -> Self {
        Self::of(Sketch::of(flow))
    }

    /// Lays a sketch out.
    #[must_use]
    pub fn of(sketch: Sketch) -> Self {
        let faces: Vec<Face> = sketch.cards.iter().map(Face::of).collect();
        let mut grid = layers::Grid::of(&sketch);
        order::sort(&mut grid);
        let mut columns = place::place(&sketch, &faces, &grid);
        let notes = i32::try_from(sketch.notes.len()).unwrap_or(0);
        let from = MARGIN + TITLE + notes * NOTE;
        let rows = route::rows(&faces, &grid, &columns, from);
        let titled = sketch.notes.iter().map(|note| measure::mono(note, measure::TEXT_PX));
        let titled = titled.chain([measure::sans(sketch.heading(), 20)]).max().unwrap_or(0);
        let (left, right) = columns.bounds(&faces, &grid);
        columns.shift(MARGIN - left);
        let width = (right - left).max(titled) + 2 * MARGIN;
        let place = |(card, face): (usize, &Face)| {
            let layer = grid.layer(card);
            let y = match sketch.cards[card].kind {
                CardKind::Section => rows.tops[layer],
                // Close to the card below it, which it leads to.
                CardKind::Start | CardKind::Event => rows.bottoms[layer] - face.height,
            };
            Place { x: columns.x[card] - face.width / 2, y, face: face.clone() }
        };
        let places: Vec<Place> = faces.iter().enumerate().map(place).collect();
        let arrows = route::arrows(&sketch, &grid, &columns, &rows, &places);
        Self { sketch, width, height: rows.end + MARGIN, places, arrows }
    }
}

#[cfg(test)]
mod tests;
