//! Tells what was heard: a known sound inside a recorded one, and tones.
//!
//! A known sound is found by normalised correlation: 1 where the recorded sound is the known one
//! at any loudness, about 0 where it is something else. The search goes at a quarter of the
//! sample rate with the most telling part of the known sound; what it finds is then compared at
//! the full rate, sample by sample.

use crate::audio::SAMPLES_PER_MS;
use crate::audio::goertzel;
use crate::audio::sound::Sound;
use std::ops::Range;
use std::time::Duration;

/// From this score on, a sound counts as found. Speech that went through G.711 and came back in
/// its place scores more than 0.95; other speech by the same voice less than 0.4.
pub const SAME_MIN: f32 = 0.8;

/// The search goes at 2 kHz.
const COARSE: usize = 4;
/// The part that is looked for: half a second.
const PART: usize = 500 * SAMPLES_PER_MS as usize;
/// The part lies within the beginning, for a listener may interrupt the rest.
const BEGINNING: usize = 2_000 * SAMPLES_PER_MS as usize;
/// Candidates of the search that are looked at closely.
const CANDIDATES_MAX: usize = 3;
/// A tone is listened to in pieces of 100 ms.
const TONE_PIECE: usize = 100 * SAMPLES_PER_MS as usize;

/// Where a known sound was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// The sample of the recorded sound at which the known one begins; negative when its
    /// beginning was not recorded.
    pub at: i64,
    /// How alike they are where they overlap, up to 1.
    pub score: f32,
    /// Part of the known sound that lies inside the recorded one, up to 1.
    pub covered: f32,
}

impl Found {
    /// The time from the beginning of the recorded sound to the end of the known one.
    #[must_use]
    pub fn end(&self, known: &Sound) -> usize {
        usize::try_from(self.at + length(known.samples())).unwrap_or(0)
    }
}

/// Looks for the most telling half second of the beginning of `known` in `heard`, from sample
/// `from` on. The score is that of this part; the rest may have been interrupted.
#[must_use]
pub fn find_beginning(known: &Sound, heard: &[i16], from: usize) -> Option<Found> {
    let part = telling_part(known.samples());
    let at = best_place(known.samples(), &part, heard, from)?;
    let score = likeness_of_part(known.samples(), &part, heard, at);
    let covered = covered(known.samples(), heard, at);
    (score >= SAME_MIN).then_some(Found { at, score, covered })
}

/// Looks for all of `known` in `heard`, from sample `from` on. The score is that of everything
/// that overlaps.
#[must_use]
pub fn find(known: &Sound, heard: &[i16], from: usize) -> Option<Found> {
    let found = find_beginning(known, heard, from)?;
    let score = likeness_of_part(known.samples(), &(0..known.samples().len()), heard, found.at);
    (score >= SAME_MIN).then_some(Found { score, ..found })
}

/// The loudest that a tone was for 100 ms, in dBov; see [`goertzel::level`].
#[must_use]
pub fn loudest(heard: &[i16], hz: f32) -> f32 {
    let pieces = heard.chunks_exact(TONE_PIECE);
    pieces.map(|piece| goertzel::level(piece, hz)).fold(f32::NEG_INFINITY, f32::max)
}

/// How long a tone of at least `dbov` was heard.
#[must_use]
pub fn how_long(heard: &[i16], hz: f32, dbov: f32) -> Duration {
    let pieces = heard.chunks_exact(TONE_PIECE);
    let loud = pieces.filter(|piece| goertzel::level(piece, hz) >= dbov).count();
    Duration::from_millis(100) * u32::try_from(loud).unwrap_or(u32::MAX)
}

/// The half second of the beginning that holds most energy, or all of a shorter sound.
fn telling_part(known: &[i16]) -> Range<usize> {
    let beginning = known.get(..BEGINNING).unwrap_or(known);
    let energy = |range: &Range<usize>| -> f64 {
        known.get(range.clone()).unwrap_or_default().iter().map(|one| square(*one)).sum()
    };
    let starts = (0..beginning.len().saturating_sub(PART)).step_by(PART / 5);
    let parts = starts.map(|start| start..start + PART);
    parts
        .map(|part| (energy(&part), part))
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map_or(0..beginning.len(), |(_, part)| part)
}

/// Where `known` must begin so that its `part` fits `heard` best.
fn best_place(known: &[i16], part: &Range<usize>, heard: &[i16], from: usize) -> Option<i64> {
    let sought = coarse(known.get(part.clone())?);
    let searched = coarse(heard.get(from..)?);
    let mut scores: Vec<(f32, usize)> = searched
        .windows(sought.len().max(1))
        .enumerate()
        .map(|(place, window)| (likeness(&sought, window), place))
        .collect();
    scores.sort_unstable_by(|(one, _), (other, _)| other.total_cmp(one));
    let fine = scores.iter().take(CANDIDATES_MAX).flat_map(|(_, place)| {
        let middle = signed(from + place * COARSE) - signed(part.start);
        let reach = signed(COARSE) + 1;
        (middle - reach..=middle + reach).map(|at| (likeness_of_part(known, part, heard, at), at))
    });
    fine.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, at)| at)
}

/// How alike `part` of `known` and what was heard are when `known` begins at `at`.
fn likeness_of_part(known: &[i16], part: &Range<usize>, heard: &[i16], at: i64) -> f32 {
    let first = signed(part.start).max(-at);
    let last = signed(part.end).min(signed(heard.len()) - at);
    let slice = |samples: &[i16], offset: i64| -> Vec<f32> {
        let place = |end: i64| usize::try_from(end + offset).unwrap_or(0);
        let part = samples.get(place(first)..place(last)).unwrap_or_default();
        part.iter().map(|one| f32::from(*one)).collect()
    };
    likeness(&slice(known, 0), &slice(heard, at))
}

/// Cosine of the angle between two pieces of sound; 0 when one of them is silent.
fn likeness(one: &[f32], other: &[f32]) -> f32 {
    let (mut both, mut of_one, mut of_other) = (0.0_f32, 0.0_f32, 0.0_f32);
    for (a, b) in one.iter().zip(other) {
        both += a * b;
        of_one += a * a;
        of_other += b * b;
    }
    let scale = (of_one * of_other).sqrt();
    if scale <= f32::EPSILON { 0.0 } else { both / scale }
}

/// Four samples each become their mean.
fn coarse(samples: &[i16]) -> Vec<f32> {
    let mean = |four: &[i16]| four.iter().map(|one| f32::from(*one)).sum::<f32>() / COARSE as f32;
    samples.chunks_exact(COARSE).map(mean).collect()
}

fn covered(known: &[i16], heard: &[i16], at: i64) -> f32 {
    let first = at.max(0);
    let last = (at + length(known)).min(signed(heard.len()));
    (last - first).max(0) as f32 / known.len().max(1) as f32
}

fn square(sample: i16) -> f64 {
    f64::from(sample) * f64::from(sample)
}

fn length(samples: &[i16]) -> i64 {
    signed(samples.len())
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::g711::Law;
    use crate::audio::tone;
    use crate::base::language::Language;
    use crate::io::prompts::Library;
    use std::sync::Arc;

    #[test]
    fn a_prompt_is_found_where_it_was_spoken() {
        let [menu, note] = prompts(["demo-menu", "demo-note"]);
        let mut line = vec![0; 4_321];
        line.extend(note.samples());
        line.extend(vec![0; 1_234]);
        let at = line.len();
        line.extend(menu.samples().iter().map(|one| one / 2));
        let line = through_the_line(&line);
        let found = find(&menu, &line, 0).expect("the menu");
        assert_eq!(found.at, signed(at));
        assert!(found.score > 0.95 && found.covered > 0.999, "{found:?}");
        assert_eq!(find(&note, &line, 0).map(|found| found.at), Some(4_321));
    }

    #[test]
    fn a_prompt_that_was_not_spoken_is_not_found() {
        let [menu, note, agent] = prompts(["demo-menu", "demo-note", "demo-agent"]);
        let mut line = through_the_line(note.samples());
        line.extend(through_the_line(agent.samples()));
        assert_eq!(find_beginning(&menu, &line, 0), None);
        assert_eq!(find_beginning(&menu, &[0; 40_000], 0), None);
        assert_eq!(find_beginning(&menu, &[], 0), None);
        assert_eq!(find_beginning(&menu, &line, usize::MAX), None);
    }

    #[test]
    fn an_interrupted_prompt_is_known_by_its_beginning_but_is_not_whole() {
        let [menu, music] = prompts(["demo-menu", "music/default"]);
        let mut line = menu.samples()[..20_000].to_vec();
        line.extend(music.samples());
        let line = through_the_line(&line);
        assert_eq!(find_beginning(&menu, &line, 0).map(|found| found.at), Some(0));
        assert_eq!(find(&menu, &line, 0), None);
    }

    #[test]
    fn what_was_found_before_is_not_found_again() {
        let [menu] = prompts(["demo-menu"]);
        let line = through_the_line(menu.samples());
        let found = find(&menu, &line, 0).expect("the menu");
        assert_eq!(find_beginning(&menu, &line, found.end(&menu)), None);
    }

    #[test]
    fn a_tone_is_measured_for_as_long_as_it_sounds() {
        let mut line = vec![0; 8_000];
        line.extend(tone::steady(&[700.0], -20.0, 1_000));
        line.extend(vec![0; 8_000]);
        let line = through_the_line(&line);
        assert!((loudest(&line, 700.0) + 20.0).abs() < 0.5);
        assert!(loudest(&line, 900.0) < -40.0);
        assert_eq!(how_long(&line, 700.0, -23.0), Duration::from_secs(1));
    }

    fn prompts<const N: usize>(names: [&str; N]) -> [Arc<Sound>; N] {
        let prompts = Library::default().load(None).expect("the shipped prompts");
        let english = &prompts[&Language::english()];
        names.map(|name| Arc::clone(&english[name]))
    }

    fn through_the_line(samples: &[i16]) -> Vec<i16> {
        samples.iter().map(|one| Law::A.decode(Law::A.encode(*one))).collect()
    }
}
