//! The ways of the arrows: down along their card, across between two layers, down again.
//!
//! Between two layers lies a channel. Each net has at most one track in it, a height at which it
//! runs across; nets that would touch have different ones, in the order that crosses least.

use super::face::Face;
use super::layers::Grid;
use super::place::{Columns, LANE, net_of};
use super::sketch::{CardKind, Sketch};
use super::{Arrow, Place};
use std::collections::BTreeMap;

/// Room between a layer and the first track below it.
const ABOVE: i32 = 18;
/// Room between the last track and the layer below it: an arrow's head fits.
const BELOW: i32 = 26;
/// How near to each other two lines look like one.
const NEAR: i32 = 6;

/// What the tracks and the heights of cards come to.
pub(super) struct Rows {
    /// The upper edge of each layer.
    pub(super) tops: Vec<i32>,
    /// By the layer below the channel and the net: the height of its track.
    tracks: BTreeMap<(usize, usize), i32>,
    /// The lower edge of each layer.
    pub(super) bottoms: Vec<i32>,
    /// Where the last layer ends.
    pub(super) end: i32,
}

/// Gives every layer its height and every net its tracks.
pub(super) fn rows(faces: &[Face], grid: &Grid, columns: &Columns, from: i32) -> Rows {
    let mut rows =
        Rows { tops: Vec::new(), bottoms: Vec::new(), tracks: BTreeMap::new(), end: from };
    for (layer, spots) in grid.layers.iter().enumerate() {
        let crossers = crossers(grid, columns, layer);
        let levels = levels(&crossers);
        let count = levels.iter().max().map_or(0, |deepest| deepest + 1);
        let first = rows.end + if layer == 0 { 0 } else { ABOVE };
        for (crosser, level) in crossers.iter().zip(levels) {
            rows.tracks.insert((layer, crosser.net), first + level * LANE);
        }
        let below = if layer == 0 && count == 0 { 0 } else { BELOW };
        let top = first + (count - 1).max(0) * LANE + below;
        rows.tops.push(top);
        let height = spots.iter().filter_map(|spot| faces.get(*spot)).map(|face| face.height).max();
        rows.end = top + height.unwrap_or(0);
        rows.bottoms.push(rows.end);
    }
    rows
}

/// A net in one channel.
struct Crosser {
    net: usize,
    /// Where it comes to the channel's upper edge.
    tops: Vec<i32>,
    /// Where it comes to its lower edge.
    bottoms: Vec<i32>,
    /// How far it runs across.
    span: (i32, i32),
}

/// The nets that pass the channel above a layer.
fn crossers(grid: &Grid, columns: &Columns, layer: usize) -> Vec<Crosser> {
    let mut found = Vec::new();
    for (index, net) in grid.nets.iter().enumerate() {
        let on = |layer: usize| {
            let cards = net.from.iter().filter(move |card| grid.layer(**card) == layer);
            let aside = cards.clone().filter(|card| columns.ways.contains_key(&(**card, index)));
            let aside = aside.map(|card| columns.x[*card] + columns.way(*card, index));
            let exits = cards.filter(|card| columns.exits.get(card) == Some(&index));
            let lane = net.lanes.get(&layer).into_iter();
            let xs = aside.chain(exits.chain(lane).map(|spot| columns.x[*spot]));
            xs.collect::<Vec<i32>>()
        };
        let entry = columns.x[net.to] + columns.entries[index];
        let arrives = grid.layer(net.to) == layer;
        let upper = layer.checked_sub(1);
        let (tops, mut bottoms) = if net.back {
            let above = upper.and_then(|upper| net.lanes.get(&upper));
            (above.map(|spot| columns.x[*spot]).into_iter().collect(), on(layer))
        } else {
            let lane = net.lanes.get(&layer).map(|spot| columns.x[*spot]);
            (upper.map(on).unwrap_or_default(), lane.into_iter().collect())
        };
        let passes = if net.back { !bottoms.is_empty() } else { !tops.is_empty() };
        if !passes {
            continue;
        }
        if arrives {
            bottoms.push(entry);
        }
        let all = tops.iter().chain(&bottoms);
        let span = (all.clone().min().copied(), all.max().copied());
        if let (Some(low), Some(high)) = span {
            found.push(Crosser { net: index, tops, bottoms, span: (low, high) });
        }
    }
    found
}

/// The level of each net in a channel, from above.
fn levels(nets: &[Crosser]) -> Vec<i32> {
    let order = order(nets);
    let mut levels = vec![0; nets.len()];
    for (at, &index) in order.iter().enumerate() {
        let touching = order[..at].iter().filter(|other| touch(&nets[index], &nets[**other]));
        levels[index] = touching.map(|other| levels[*other] + 1).max().unwrap_or(0);
    }
    levels
}

const fn touch(one: &Crosser, other: &Crosser) -> bool {
    one.span.0 <= other.span.1 + LANE && other.span.0 <= one.span.1 + LANE
}

/// The nets from the upper to the lower, so that few cross and none lies on another.
fn order(nets: &[Crosser]) -> Vec<usize> {
    let cost: Vec<Vec<usize>> =
        nets.iter().map(|one| nets.iter().map(|other| crossed(one, other)).collect()).collect();
    let whole = |order: &[usize]| -> usize {
        let pairs = order.iter().enumerate();
        pairs
            .map(|(at, one)| order[at + 1..].iter().map(|two| cost[*one][*two]).sum::<usize>())
            .sum()
    };
    let mut order: Vec<usize> = (0..nets.len()).collect();
    order.sort_by_key(|index| nets[*index].span);
    let mut best = whole(&order);
    for _ in 0..8 {
        let before = best;
        for from in 0..order.len() {
            for to in 0..order.len() {
                let mut tried = order.clone();
                let moved = tried.remove(from);
                tried.insert(to, moved);
                let found = whole(&tried);
                if found < best {
                    best = found;
                    order = tried;
                }
            }
        }
        if best == before {
            break;
        }
    }
    order
}

/// What it costs that `upper` runs above `lower`: crossings, and far more for lying on each other.
fn crossed(upper: &Crosser, lower: &Crosser) -> usize {
    let within = |x: i32, span: (i32, i32)| span.0 - NEAR < x && x < span.1 + NEAR;
    let down = upper.bottoms.iter().filter(|x| within(**x, lower.span)).count();
    let up = lower.tops.iter().filter(|x| within(**x, upper.span)).count();
    let on = |x: &&i32| lower.tops.iter().any(|other| (**x - other).abs() < NEAR);
    2 * (down + up) + 1000 * upper.bottoms.iter().filter(on).count()
}

/// All arrows of a sketch, from their rows to their cards.
pub(super) fn arrows(
    sketch: &Sketch,
    grid: &Grid,
    columns: &Columns,
    rows: &Rows,
    places: &[Place],
) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for (card, row, port) in sketch.arrows() {
        let Some(net) = net_of(grid, card, port.to) else { continue };
        let at = &places[card];
        let middle = columns.x[card];
        let is_beginning = sketch.cards[card].kind != CardKind::Section;
        let leaves_below = port.exit && columns.exits.get(&card) == Some(&net);
        let mut points = Vec::new();
        let run = if leaves_below || is_beginning {
            points.push((middle, at.y + at.face.height));
            middle
        } else {
            let y = at.y + at.face.lines[row].middle();
            let run = middle + columns.way(card, net);
            points.push((if run < middle { at.x } else { at.x + at.face.width }, y));
            points.push((run, y));
            run
        };
        follow(&mut points, run, (card, net), (grid, columns, rows));
        let to = &grid.nets[net];
        points.push((columns.x[to.to] + columns.entries[net], places[to.to].y));
        arrows.push(Arrow {
            from: card,
            row,
            to: port.to,
            net,
            back: to.back,
            escalation: port.escalation,
            points: straightened(&points),
        });
    }
    arrows
}

/// Leads a way from a card to above its target, channel by channel.
fn follow(
    points: &mut Vec<(i32, i32)>,
    mut x: i32,
    (card, net): (usize, usize),
    (grid, columns, rows): (&Grid, &Columns, &Rows),
) {
    let bundle = &grid.nets[net];
    let mut layer = grid.layer(card);
    loop {
        let channel = if bundle.back { layer } else { layer + 1 };
        let track = rows.tracks.get(&(channel, net)).copied().unwrap_or(0);
        let next = match bundle.next(layer) {
            Some(next) if grid.spots[next].net.is_some() => next,
            _ => {
                points.extend([(x, track), (columns.x[bundle.to] + columns.entries[net], track)]);
                return;
            }
        };
        points.extend([(x, track), (columns.x[next], track)]);
        x = columns.x[next];
        layer = grid.layer(next);
    }
}

/// The corners only.
fn straightened(points: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut kept: Vec<(i32, i32)> = Vec::new();
    for &point in points {
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., a, b] = kept.as_slice() {
            let upright = a.0 == b.0 && b.0 == point.0;
            let level = a.1 == b.1 && b.1 == point.1;
            if upright || level {
                kept.pop();
            }
        }
        kept.push(point);
    }
    kept
}
