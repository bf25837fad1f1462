//! Where everything stands from left to right, and on which side of a card its arrows leave.
//!
//! Each layer is settled in turn: every spot wants to stand straight above and below its
//! neighbours, and none may touch the next. Settling is exact for one layer (an isotonic median
//! regression), and a few rounds over all layers bring them into line.

use super::face::Face;
use super::layers::{Grid, Net};
use super::sketch::Sketch;
use std::collections::BTreeMap;

/// Room between the edge of a card and the first arrow that runs along it.
const GUTTER: i32 = 16;
/// Room between arrows that run side by side.
pub(super) const LANE: i32 = 13;
/// Room between cards, and between a card's arrows and the next card.
const APART: i32 = 32;
/// How often all layers are settled: first from above and from below in turn, then by both.
const ROUGH_ROUNDS: usize = 4;
const FINE_ROUNDS: usize = 16;

/// Where spots stand and arrows leave.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    /// The middle of each spot.
    pub(super) x: Vec<i32>,
    /// By card and net: how far from the card's middle its arrows run along it.
    pub(super) ways: BTreeMap<(usize, usize), i32>,
    /// By card: the net that its lower edge leads to.
    pub(super) exits: BTreeMap<usize, usize>,
    /// How far from the middle of its card each net arrives.
    pub(super) entries: Vec<i32>,
}

/// Gives every spot its column.
pub(super) fn place(sketch: &Sketch, faces: &[Face], grid: &Grid) -> Columns {
    let mut columns = Columns {
        x: pack(faces, grid),
        ways: BTreeMap::new(),
        exits: exits(sketch, grid),
        entries: vec![0; grid.nets.len()],
    };
    settle(&mut columns, faces, grid);
    for _ in 0..2 {
        columns.ways = ways(sketch, faces, grid, &columns);
        columns.entries = entries(faces, grid, &columns);
        settle(&mut columns, faces, grid);
    }
    close_up(&mut columns, faces, grid);
    columns.entries = entries(faces, grid, &columns);
    columns
}

/// The net that a row of a card leads to.
pub(super) fn net_of(grid: &Grid, card: usize, to: usize) -> Option<usize> {
    grid.nets.iter().position(|net| net.to == to && net.from.contains(&card))
}

/// All spots side by side, as a beginning.
fn pack(faces: &[Face], grid: &Grid) -> Vec<i32> {
    let mut x = vec![0; grid.spots.len()];
    for spots in &grid.layers {
        let mut right = 0;
        for &spot in spots {
            let half = half(faces, spot);
            x[spot] = right + half;
            right += 2 * half + APART;
        }
        spots.iter().for_each(|spot| x[*spot] -= right / 2);
    }
    x
}

fn half(faces: &[Face], spot: usize) -> i32 {
    faces.get(spot).map_or(0, |face| (face.width + 1) / 2)
}

/// The nets that begin at the lower edge of a card: those of its last `goto`, if it leads down.
fn exits(sketch: &Sketch, grid: &Grid) -> BTreeMap<usize, usize> {
    let exits = sketch.arrows().filter(|(_, _, port)| port.exit);
    let nets = exits.filter_map(|(card, _, port)| Some((card, net_of(grid, card, port.to)?)));
    nets.filter(|(_, net)| !grid.nets[*net].back).collect()
}

/// On which side of its card each net runs, and how far out.
fn ways(
    sketch: &Sketch,
    faces: &[Face],
    grid: &Grid,
    columns: &Columns,
) -> BTreeMap<(usize, usize), i32> {
    let mut ways = BTreeMap::new();
    for (card, face) in faces.iter().enumerate() {
        let mut sides: [Vec<Run>; 2] = [Vec::new(), Vec::new()];
        for (net, rows) in rows_by_net(sketch, grid, columns, card) {
            let bundle = &grid.nets[net];
            let aim = aim(grid, columns, bundle, card) - columns.x[card];
            let fewer = usize::from(sides[0].len() >= sides[1].len());
            let side = if aim < -8 {
                0
            } else if aim > 8 {
                1
            } else {
                fewer
            };
            sides[side].push(Run { net, back: bundle.back, rows });
        }
        for (side, runs) in sides.iter_mut().enumerate() {
            for (net, step) in out(runs) {
                let far = (face.width + 1) / 2 + GUTTER + step * LANE;
                ways.insert((card, net), if side == 0 { -far } else { far });
            }
        }
    }
    ways
}

/// A net that runs along one side of a card.
struct Run {
    net: usize,
    back: bool,
    /// The rows that lead to it, first and last.
    rows: (usize, usize),
}

/// The rows of a card that leave at its sides, by their nets.
fn rows_by_net(
    sketch: &Sketch,
    grid: &Grid,
    columns: &Columns,
    card: usize,
) -> Vec<(usize, (usize, usize))> {
    let mut found: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (_, row, port) in sketch.arrows().filter(|arrow| arrow.0 == card) {
        let Some(net) = net_of(grid, card, port.to) else { continue };
        if port.exit && columns.exits.get(&card) == Some(&net) {
            continue;
        }
        let rows = found.entry(net).or_insert((row, row));
        *rows = (rows.0.min(row), rows.1.max(row));
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(_, rows)| *rows);
    found
}

/// Where a net goes next from a card.
fn aim(grid: &Grid, columns: &Columns, net: &Net, card: usize) -> i32 {
    net.next(grid.layer(card)).map_or(columns.x[net.to], |next| columns.x[next])
}

/// How far out each net of one side runs: among those downwards the upper row is outside, among
/// those upwards the lower, so that they do not cross.
fn out(runs: &mut [Run]) -> Vec<(usize, i32)> {
    runs.sort_by_key(|run| (run.back, if run.back { run.rows.1 } else { usize::MAX - run.rows.0 }));
    let down = runs.iter().filter(|run| !run.back);
    let first_down = down.clone().map(|run| run.rows.0).min();
    let last_up = runs.iter().filter(|run| run.back).map(|run| run.rows.1).max();
    let apart = first_down.zip(last_up).is_none_or(|(down, up)| up < down);
    let downs = i32::try_from(down.count()).unwrap_or(0);
    let mut found = Vec::new();
    for (index, run) in (0..).zip(runs.iter()) {
        let step = if run.back && apart { index - downs } else { index };
        found.push((run.net, step));
    }
    found
}

/// Where nets arrive: those from above in the middle of a card, those from below beside it.
fn entries(faces: &[Face], grid: &Grid, columns: &Columns) -> Vec<i32> {
    let entry = |(index, net): (usize, &Net)| {
        if !net.back {
            return 0;
        }
        let layer = grid.layer(net.to);
        let lane = net.lanes.get(&layer).map(|lane| columns.x[*lane]);
        let own = || {
            let sources = net.from.iter().filter(|card| grid.layer(**card) == layer);
            let ways = sources.map(|card| columns.x[*card] + columns.way(*card, index));
            ways.min_by_key(|x| (x - columns.x[net.to]).abs())
        };
        let from = lane.or_else(own).unwrap_or(0);
        let aside = (half(faces, net.to) - 24).clamp(0, 44);
        if from < columns.x[net.to] { -aside } else { aside }
    };
    grid.nets.iter().enumerate().map(entry).collect()
}

impl Columns {
    /// How far from the middle of a card its arrows to a net run.
    pub(super) fn way(&self, card: usize, net: usize) -> i32 {
        self.ways.get(&(card, net)).copied().unwrap_or(0)
    }

    /// The leftmost and the rightmost of everything.
    pub(super) fn bounds(&self, faces: &[Face], grid: &Grid) -> (i32, i32) {
        let edges = (0..grid.spots.len()).map(|spot| {
            let (left, right) = self.reach(faces, spot);
            (self.x[spot] - left, self.x[spot] + right)
        });
        let both = edges.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
        both.unwrap_or((0, 0))
    }

    /// Moves everything to the right.
    pub(super) fn shift(&mut self, by: i32) {
        self.x.iter_mut().for_each(|x| *x += by);
    }

    /// The outermost arrows of a card, to the left and to the right of its middle.
    fn reach(&self, faces: &[Face], spot: usize) -> (i32, i32) {
        let half = half(faces, spot);
        let ways = self.ways.range((spot, 0)..=(spot, usize::MAX)).map(|(_, way)| *way);
        ways.fold((half, half), |(left, right), way| (left.max(-way), right.max(way)))
    }
}

/// A wish of a spot: to stand here, and how much.
type Wish = (i32, i32);

/// Brings all layers into line.
fn settle(columns: &mut Columns, faces: &[Face], grid: &Grid) {
    let wishes = Wishes::of(columns, grid);
    for round in 0..ROUGH_ROUNDS + FINE_ROUNDS {
        let count = grid.layers.len();
        for step in 0..count {
            let down = round % 2 == 0;
            let layer = if down { step } else { count - 1 - step };
            let both = round >= ROUGH_ROUNDS;
            let Some(spots) = grid.layers.get(layer) else { continue };
            let home = columns.x[0];
            let wanted = spots.iter().map(|spot| {
                let mut wanted = wishes.of_spot(*spot, both || down, both || !down, &columns.x);
                if both && *spot > 0 && grid.spots[*spot].net.is_none() {
                    wanted.push((home, 1));
                }
                wanted
            });
            let wanted: Vec<Vec<Wish>> = wanted.collect();
            let gaps = gaps(columns, faces, grid, spots);
            let now: Vec<i32> = spots.iter().map(|spot| columns.x[*spot]).collect();
            for (spot, x) in spots.iter().zip(line_up(&wanted, &gaps, &now, both)) {
                columns.x[*spot] = x;
            }
        }
    }
}

/// Moves parts that no arrow joins to the first one up to what stands beside them.
fn close_up(columns: &mut Columns, faces: &[Face], grid: &Grid) {
    let parts = parts(grid);
    let count = parts.iter().max().map_or(0, |last| last + 1);
    for part in 1..count {
        let (mut left, mut right): (Option<i32>, Option<i32>) = (None, None);
        for spots in &grid.layers {
            for (pair, gap) in spots.windows(2).zip(gaps(columns, faces, grid, spots)) {
                let room = columns.x[pair[1]] - columns.x[pair[0]] - gap;
                match (parts[pair[0]] == part, parts[pair[1]] == part) {
                    (false, true) => left = Some(left.map_or(room, |known| known.min(room))),
                    (true, false) => right = Some(right.map_or(room, |known| known.min(room))),
                    _ => {}
                }
            }
        }
        let by = left.map(|room| -room).or(right).unwrap_or(0);
        let own = (0..grid.spots.len()).filter(|spot| parts[*spot] == part);
        own.for_each(|spot| columns.x[spot] += by);
    }
}

/// The part of each spot; arrows join the spots of a part, and the first card is of part 0.
fn parts(grid: &Grid) -> Vec<usize> {
    let mut parts = vec![usize::MAX; grid.spots.len()];
    let mut count = 0;
    for first in 0..parts.len() {
        if parts[first] != usize::MAX {
            continue;
        }
        parts[first] = count;
        let mut grows = true;
        while std::mem::take(&mut grows) {
            for net in &grid.nets {
                let members = || net.from.iter().chain(net.lanes.values()).chain([&net.to]);
                let joined = members().any(|spot| parts[*spot] == count);
                for &spot in members().filter(|_| joined) {
                    grows |= std::mem::replace(&mut parts[spot], count) != count;
                }
            }
        }
        count += 1;
    }
    parts
}

/// The least distances between the middles of neighbours.
fn gaps(columns: &Columns, faces: &[Face], grid: &Grid, spots: &[usize]) -> Vec<i32> {
    let is_card = |spot: usize| grid.spots[spot].net.is_none();
    let gap = |pair: &[usize]| {
        let (left, right) = (pair[0], pair[1]);
        let room = columns.reach(faces, left).1 + columns.reach(faces, right).0;
        room + match (is_card(left), is_card(right)) {
            (true, true) => APART,
            (false, false) => LANE + 2,
            _ => LANE + 8,
        }
    };
    spots.windows(2).map(gap).collect()
}

/// Who wants to stand in line with whom: the other spot, how far from it, and how much.
struct Wishes {
    above: Vec<Vec<(usize, i32, i32)>>,
    below: Vec<Vec<(usize, i32, i32)>>,
}

impl Wishes {
    fn of(columns: &Columns, grid: &Grid) -> Self {
        let none = vec![Vec::new(); grid.spots.len()];
        let mut wishes = Self { above: none.clone(), below: none };
        for (index, net) in grid.nets.iter().enumerate() {
            let entry = columns.entries[index];
            for &spot in net.from.iter().chain(net.lanes.values()) {
                let is_card = grid.spots[spot].net.is_none();
                let exit = columns.exits.get(&spot) == Some(&index);
                let own = if is_card && !exit { columns.way(spot, index) } else { 0 };
                // A lane beside its own card wishes nothing of it: the two would drift together.
                let Some(next) = net.next(grid.layer(spot)) else { continue };
                let to_card = grid.spots[next].net.is_none();
                let end = if to_card { entry } else { 0 };
                let weight = match (is_card, to_card) {
                    (false, false) => 64,
                    (true, _) if exit => 24,
                    (false, true) => 8,
                    _ => 4,
                };
                let (upper, lower) = if net.back { (next, spot) } else { (spot, next) };
                let shift = if net.back { end - own } else { own - end };
                wishes.above[lower].push((upper, shift, weight));
                wishes.below[upper].push((lower, -shift, weight));
            }
        }
        wishes
    }

    fn of_spot(&self, spot: usize, above: bool, below: bool, x: &[i32]) -> Vec<Wish> {
        let upper = self.above[spot].iter().filter(|_| above);
        let lower = self.below[spot].iter().filter(|_| below);
        upper.chain(lower).map(|(other, shift, weight)| (x[*other] + shift, *weight)).collect()
    }
}

/// Spots that stand as close as they may, and what they want, counted from the first of them.
struct Block {
    first: usize,
    wishes: Vec<Wish>,
    at: i32,
}

/// Places one layer: as near to the wishes as the gaps allow.
fn line_up(wanted: &[Vec<Wish>], gaps: &[i32], now: &[i32], stay: bool) -> Vec<i32> {
    let mut offsets = vec![0];
    for gap in gaps {
        offsets.push(offsets.last().copied().unwrap_or(0) + gap);
    }
    let mut blocks: Vec<Block> = Vec::new();
    for (index, wishes) in wanted.iter().enumerate() {
        let here = now[index] - offsets[index];
        let wishes: Vec<Wish> =
            wishes.iter().map(|(at, weight)| (at - offsets[index], *weight)).collect();
        let at = middle(&wishes, here, stay);
        blocks.push(Block { first: index, wishes, at });
        while let [.., before, last] = blocks.as_mut_slice() {
            if before.at <= last.at {
                break;
            }
            before.wishes.append(&mut last.wishes);
            before.at = middle(&before.wishes, i32::midpoint(before.at, last.at), stay);
            blocks.pop();
        }
    }
    let mut placed = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let end = blocks.get(index + 1).map_or(wanted.len(), |next| next.first);
        placed.extend((block.first..end).map(|spot| block.at + offsets[spot]));
    }
    placed
}

/// The weighted median; of several, that in the middle, or the one nearest to `now`.
fn middle(wishes: &[Wish], now: i32, stay: bool) -> i32 {
    let total: i32 = wishes.iter().map(|wish| wish.1).sum();
    if total == 0 {
        return now;
    }
    let mut sorted = wishes.to_vec();
    sorted.sort_unstable();
    let at = |enough: &dyn Fn(i32) -> bool| {
        let mut sum = 0;
        let found = sorted.iter().find(|wish| {
            sum += wish.1;
            enough(2 * sum)
        });
        found.map_or(now, |wish| wish.0)
    };
    let (low, high) = (at(&|twice| twice >= total), at(&|twice| twice > total));
    if stay { now.clamp(low, high) } else { i32::midpoint(low, high) }
}
