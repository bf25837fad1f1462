//! Which card stands on which layer, and the lanes that lead arrows past the layers between.
//!
//! Arrows run downwards, from one layer to the next. The few that must run upwards are those
//! that lead back to an earlier section of the text within a loop. All arrows to one card come
//! together in at most two nets, one from above and one from below; where a net passes a layer
//! it has a lane there, which stands between the cards as if it were one.

use super::sketch::{CardKind, Sketch};
use std::collections::{BTreeMap, BTreeSet};

/// Most cards side by side, so that a picture can be read without turning the head.
const ACROSS_MAX: usize = 4;

/// The cards and lanes of a picture, layer by layer.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    /// Cards and lanes; a card has the index that it has in the sketch.
    pub(super) spots: Vec<Spot>,
    /// The spots of each layer, from left to right.
    pub(super) layers: Vec<Vec<usize>>,
    /// The bundles of arrows.
    pub(super) nets: Vec<Net>,
}

/// What takes room on a layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    /// Its layer.
    pub(super) layer: usize,
    /// The net whose lane it is; a card is none.
    pub(super) net: Option<usize>,
}

/// All arrows to one card that come from the same side.
#[derive(Debug, Clone)]
pub(super) struct Net {
    /// The card that they lead to.
    pub(super) to: usize,
    /// Whether they run upwards.
    pub(super) back: bool,
    /// The cards that they come from, each once.
    pub(super) from: BTreeSet<usize>,
    /// Its lanes, by layer.
    pub(super) lanes: BTreeMap<usize, usize>,
}

impl Net {
    /// The spot that the net comes to next from a layer; `None`: it turns to its card.
    pub(super) fn next(&self, layer: usize) -> Option<usize> {
        if self.back {
            layer.checked_sub(1).and_then(|above| self.lanes.get(&above).copied())
        } else {
            Some(self.lanes.get(&(layer + 1)).copied().unwrap_or(self.to))
        }
    }
}

impl Grid {
    /// Puts the cards of a sketch on layers, in the order of the text.
    pub(super) fn of(sketch: &Sketch) -> Self {
        let count = sketch.cards.len();
        let mut arrows: BTreeSet<(usize, usize)> =
            sketch.arrows().map(|(from, _, port)| (from, port.to)).collect();
        arrows.retain(|(_, to)| *to < count);
        let back = backward(count, &arrows);
        let layer_of = layering(sketch, &arrows, &back);
        let height = layer_of.iter().max().map_or(0, |deepest| deepest + 1);
        let mut grid = Self {
            spots: layer_of.iter().map(|layer| Spot { layer: *layer, net: None }).collect(),
            layers: vec![Vec::new(); height],
            nets: Vec::new(),
        };
        for (card, layer) in layer_of.iter().enumerate() {
            if let Some(list) = grid.layers.get_mut(*layer) {
                list.push(card);
            }
        }
        for to in 0..count {
            for upwards in [false, true] {
                let from = arrows.iter().filter(|arrow| arrow.1 == to);
                let rises = |arrow: &(usize, usize)| layer_of[arrow.1] <= layer_of[arrow.0];
                let from = from.filter(|arrow| rises(arrow) == upwards);
                grid.bundle(to, upwards, from.map(|arrow| arrow.0).collect());
            }
        }
        grid
    }

    /// The layer of a spot.
    pub(super) fn layer(&self, spot: usize) -> usize {
        self.spots.get(spot).map_or(0, |spot| spot.layer)
    }

    /// Adds a net with its lanes.
    fn bundle(&mut self, to: usize, back: bool, from: BTreeSet<usize>) {
        let layers = from.iter().map(|card| self.layer(*card));
        let end = self.layer(to);
        let passed = if back {
            layers.max().map_or(0..0, |lowest| end..lowest)
        } else {
            layers.min().map_or(0..0, |highest| highest + 1..end)
        };
        if from.is_empty() {
            return;
        }
        let index = self.nets.len();
        let mut lanes = BTreeMap::new();
        for layer in passed {
            lanes.insert(layer, self.spots.len());
            if let Some(list) = self.layers.get_mut(layer) {
                list.push(self.spots.len());
            }
            self.spots.push(Spot { layer, net: Some(index) });
        }
        self.nets.push(Net { to, back, from, lanes });
    }
}

/// The arrows that lead back: of a loop those that go up in the text.
fn backward(count: usize, arrows: &BTreeSet<(usize, usize)>) -> BTreeSet<(usize, usize)> {
    let mut edges = vec![Vec::new(); count];
    for (from, to) in arrows {
        if let Some(list) = edges.get_mut(*from) {
            list.push(*to);
        }
    }
    let mut loop_of = vec![None; count];
    for (index, group) in crate::flow::loops::loops(&edges).into_iter().enumerate() {
        for card in group {
            if let Some(known) = loop_of.get_mut(card) {
                *known = Some(index);
            }
        }
    }
    let in_loop = |from: usize, to: usize| {
        let (from, to) = (loop_of.get(from), loop_of.get(to));
        from == to && from.is_some_and(Option::is_some)
    };
    arrows.iter().filter(|(from, to)| to <= from && in_loop(*from, *to)).copied().collect()
}

/// The layer of each card: below everything that leads to it, near what it leads to.
fn layering(
    sketch: &Sketch,
    arrows: &BTreeSet<(usize, usize)>,
    back: &BTreeSet<(usize, usize)>,
) -> Vec<usize> {
    let count = sketch.cards.len();
    let mut above = vec![Vec::new(); count];
    let mut below = vec![Vec::new(); count];
    for (from, to) in arrows.difference(back) {
        above[*to].push(*from);
        below[*from].push(*to);
    }
    let order = downwards(&above, &below);
    let mut layer_of = vec![0; count];
    let mut used: BTreeMap<usize, usize> = BTreeMap::new();
    for &card in &order {
        let mut layer = above[card].iter().map(|from| layer_of[*from] + 1).max().unwrap_or(0);
        if sketch.cards[card].kind == CardKind::Section {
            while used.get(&layer).copied().unwrap_or(0) >= ACROSS_MAX {
                layer += 1;
            }
            *used.entry(layer).or_default() += 1;
        }
        layer_of[card] = layer;
    }
    let is_section = |card: usize| sketch.cards[card].kind == CardKind::Section;
    for &card in order.iter().rev() {
        let Some(limit) = below[card].iter().map(|to| layer_of[*to] - 1).min() else { continue };
        if !is_section(card) {
            // It stands straight above what it leads to, however full that layer is.
            layer_of[card] = limit;
            continue;
        }
        if above[card].iter().filter(|from| is_section(**from)).count() >= below[card].len() {
            continue;
        }
        let own = layer_of[card];
        let room = |layer: &usize| used.get(layer).copied().unwrap_or(0) < ACROSS_MAX;
        if let Some(lower) = (own + 1..=limit).rev().find(room) {
            *used.entry(own).or_default() -= 1;
            *used.entry(lower).or_default() += 1;
            layer_of[card] = lower;
        }
    }
    let taken: BTreeSet<usize> = layer_of.iter().copied().collect();
    layer_of.iter().map(|layer| taken.range(..layer).count()).collect()
}

/// The cards so that each comes after all that lead to it: the highest first, then as in the text.
fn downwards(above: &[Vec<usize>], below: &[Vec<usize>]) -> Vec<usize> {
    let mut missing: Vec<usize> = above.iter().map(Vec::len).collect();
    let mut depth = vec![0; above.len()];
    let mut open: BTreeSet<(usize, usize)> =
        (0..above.len()).filter(|card| missing[*card] == 0).map(|card| (0, card)).collect();
    let mut order = Vec::new();
    while let Some((layer, card)) = open.pop_first() {
        order.push(card);
        for &next in &below[card] {
            depth[next] = depth[next].max(layer + 1);
            missing[next] -= 1;
            if missing[next] == 0 {
                open.insert((depth[next], next));
            }
        }
    }
    order
}
