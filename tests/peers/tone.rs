//! Tones: made, and found again in what was heard.

/// Samples in a millisecond.
pub(super) const SAMPLES_PER_MS: usize = 8;
/// Length of the windows in which a tone is looked for, in samples: 50 ms.
const WINDOW: usize = 400;
/// How much of a window's power a tone must have to be the one that sounds.
const SHARE: f64 = 0.6;
/// Root mean square below which a window is silence.
const SILENCE: f64 = 300.0;

/// A tone of this length at a third of full scale.
pub(super) fn tone(hz: u32, ms: usize) -> Vec<i16> {
    (0..ms * SAMPLES_PER_MS).map(|n| sample(hz, n)).collect()
}

/// The sample with this number of an endless tone.
pub(super) fn sample(hz: u32, n: usize) -> i16 {
    let turn = f64::from(hz) * n as f64 / 8_000.0;
    ((turn * std::f64::consts::TAU).sin() * 11_000.0) as i16
}

/// Whether the window sounds like this tone and like little else.
fn sounds(window: &[i16], hz: u32) -> bool {
    let power: f64 = window.iter().map(|&s| f64::from(s).powi(2)).sum();
    if (power / window.len() as f64).sqrt() < SILENCE {
        return false;
    }
    let (mut re, mut im) = (0.0, 0.0);
    for (n, &s) in window.iter().enumerate() {
        let turn = std::f64::consts::TAU * f64::from(hz) * n as f64 / 8_000.0;
        re += f64::from(s) * turn.cos();
        im += f64::from(s) * turn.sin();
    }
    let tone = 2.0 * (re * re + im * im) / window.len() as f64;
    tone / power > SHARE
}

/// Where the tone first lasts that long: the sample after its first `ms`.
pub(super) fn find(samples: &[i16], hz: u32, ms: usize) -> Option<usize> {
    let wanted = (ms * SAMPLES_PER_MS).div_ceil(WINDOW);
    let mut run = 0;
    for (index, window) in samples.chunks_exact(WINDOW).enumerate() {
        run = if sounds(window, hz) { run + 1 } else { 0 };
        if run == wanted {
            return Some((index + 1) * WINDOW);
        }
    }
    None
}

/// How long the tone sounds altogether, in milliseconds.
pub(super) fn total_ms(samples: &[i16], hz: u32) -> usize {
    let windows = samples.chunks_exact(WINDOW).filter(|window| sounds(window, hz)).count();
    windows * WINDOW / SAMPLES_PER_MS
}

#[test]
fn a_tone_is_found_where_it_sounds_and_nowhere_else() {
    let mut samples = tone(700, 500);
    samples.extend(tone(1_000, 500));
    assert_eq!(total_ms(&samples, 1_000), 500);
    assert_eq!(find(&samples, 1_000, 200), Some(700 * SAMPLES_PER_MS));
    assert_eq!(find(&samples, 440, 50), None);
}
