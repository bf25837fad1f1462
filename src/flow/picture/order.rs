//! The order of each layer from left to right, so that few arrows cross.
//!
//! Sweeps put every spot near the middle of its neighbours (barycentres), then neighbours that
//! cross less when swapped are swapped. The best order that was ever seen is kept.

use super::layers::Grid;
use std::collections::BTreeMap;

/// How often all layers are swept; more has not been seen to help.
const SWEEPS: usize = 16;
/// How often neighbours are tried, unless nothing got better before.
const SWAPS: usize = 4;

/// Sorts the layers of a grid.
pub(super) fn sort(grid: &mut Grid) {
    let links = links(grid);
    let mut best = grid.layers.clone();
    let mut fewest = crossings(&grid.layers, &links);
    for start in 0..2 {
        let mut layers = grid.layers.clone();
        if start == 1 {
            by_depth(&mut layers, &links);
        }
        for sweep in 0..SWEEPS {
            let down = sweep % 2 == 0;
            let count = layers.len();
            for step in 0..count {
                let layer = if down { step } else { count - 1 - step };
                centre(&mut layers, layer, &links, down);
            }
            swap(&mut layers, &links);
            let found = crossings(&layers, &links);
            if found < fewest {
                fewest = found;
                best.clone_from(&layers);
            }
        }
    }
    grid.layers = best;
}

/// Who is joined to whom by a piece of an arrow.
struct Links {
    /// The pieces between each layer and the next: the upper spot, the lower one, the net.
    between: Vec<Vec<(usize, usize, usize)>>,
    /// The last lane of an upward net and its card, which stand on the same layer.
    beside: Vec<(usize, usize)>,
}

fn links(grid: &Grid) -> Links {
    let mut between = vec![Vec::new(); grid.layers.len()];
    let mut beside = Vec::new();
    for (index, net) in grid.nets.iter().enumerate() {
        for &spot in net.from.iter().chain(net.lanes.values()) {
            let layer = grid.layer(spot);
            match net.next(layer) {
                Some(next) if net.back => between[layer - 1].push((next, spot, index)),
                Some(next) => between[layer].push((spot, next, index)),
                None if spot != net.to => beside.push((spot, net.to)),
                None => {}
            }
        }
    }
    Links { between, beside }
}

/// The order in which a walk downwards from the first card meets the spots.
fn by_depth(layers: &mut [Vec<usize>], links: &Links) {
    let mut rank = BTreeMap::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (layer, spots) in layers.iter().enumerate() {
        for &spot in spots {
            open.push((layer, spot));
            while let Some((layer, spot)) = open.pop() {
                let next = rank.len();
                if rank.contains_key(&spot) {
                    continue;
                }
                rank.insert(spot, next);
                let lower = links.between.get(layer).into_iter().flatten();
                let lower = lower.filter(|link| link.0 == spot).map(|link| (layer + 1, link.1));
                let mut lower: Vec<(usize, usize)> = lower.collect();
                lower.reverse();
                open.extend(lower);
            }
        }
    }
    for spots in layers {
        spots.sort_by_key(|spot| rank.get(spot).copied());
    }
}

/// Moves the spots of one layer to the middle of their neighbours on the layer before.
fn centre(layers: &mut [Vec<usize>], layer: usize, links: &Links, down: bool) {
    let place = places(layers);
    let other = if down { layer.checked_sub(1) } else { Some(layer) };
    let pieces = other.and_then(|other| links.between.get(other)).map_or(&[][..], Vec::as_slice);
    let mut wanted: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    let mut pull = |spot: usize, to: usize| {
        let at = place.get(&to).copied().unwrap_or(0.0);
        let sum = wanted.entry(spot).or_insert((0.0, 0.0));
        *sum = (sum.0 + at, sum.1 + 1.0);
    };
    for &(upper, lower, _) in pieces {
        if down { pull(lower, upper) } else { pull(upper, lower) }
    }
    for &(lane, card) in &links.beside {
        pull(lane, card);
    }
    let Some(spots) = layers.get_mut(layer) else { return };
    let target = |spot: &usize| {
        let own = place.get(spot).copied().unwrap_or(0.0);
        wanted.get(spot).map_or(own, |(sum, count)| sum / count)
    };
    spots.sort_by(|a, b| target(a).total_cmp(&target(b)));
}

/// Where each spot stands, from 0 to 1 of its layer.
fn places(layers: &[Vec<usize>]) -> BTreeMap<usize, f64> {
    let mut places = BTreeMap::new();
    for spots in layers {
        for (index, spot) in spots.iter().enumerate() {
            places.insert(*spot, (index as f64 + 0.5) / spots.len() as f64);
        }
    }
    places
}

/// Swaps neighbours as long as that takes crossings away.
fn swap(layers: &mut [Vec<usize>], links: &Links) {
    let mut at = positions(layers);
    for _ in 0..SWAPS {
        let mut better = false;
        for (layer, spots) in layers.iter_mut().enumerate() {
            for right in 1..spots.len() {
                let before = around(&at, layer, links);
                let pair = (spots[right - 1], spots[right]);
                at.swap(pair.0, pair.1);
                if around(&at, layer, links) < before {
                    spots.swap(right - 1, right);
                    better = true;
                } else {
                    at.swap(pair.0, pair.1);
                }
            }
        }
        if !better {
            break;
        }
    }
}

/// How many spots stand to the left of each on its layer.
fn positions(layers: &[Vec<usize>]) -> Vec<usize> {
    let mut at = vec![0; layers.iter().map(Vec::len).sum()];
    for spots in layers {
        spots.iter().enumerate().for_each(|(index, spot)| at[*spot] = index);
    }
    at
}

/// What one layer costs.
fn around(at: &[usize], layer: usize, links: &Links) -> usize {
    let above = layer.checked_sub(1).map_or(0, |above| crossed(at, above, links));
    above + crossed(at, layer, links) + strayed(at, links)
}

/// What the whole order costs.
fn crossings(layers: &[Vec<usize>], links: &Links) -> usize {
    let at = positions(layers);
    strayed(&at, links) + (0..layers.len()).map(|layer| crossed(&at, layer, links)).sum::<usize>()
}

/// How many pieces cross between a layer and the next.
fn crossed(at: &[usize], layer: usize, links: &Links) -> usize {
    let pieces = &links.between[layer];
    let mut count = 0;
    for (index, (upper, lower, net)) in pieces.iter().enumerate() {
        for (other_upper, other_lower, other) in &pieces[index + 1..] {
            let above = at[*upper].cmp(&at[*other_upper]);
            let below = at[*lower].cmp(&at[*other_lower]);
            count += usize::from(net != other && above.is_ne() && above == below.reverse());
        }
    }
    2 * count
}

/// How many spots stand between a lane that turns to a card and that card.
fn strayed(at: &[usize], links: &Links) -> usize {
    let apart = |(lane, card): &(usize, usize)| at[*lane].abs_diff(at[*card]).saturating_sub(1);
    links.beside.iter().map(apart).sum()
}
