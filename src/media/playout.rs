//! Plays clips one after another, cut into packets without a gap between them.

use crate::audio::g711::Law;
use crate::audio::sound::Sound;
use std::sync::Arc;

/// Longest packet: 60 ms of 8 kHz sound at one byte a sample.
pub const FRAME_BYTES_MAX: usize = 480;

/// Room in which a frame is put together that does not lie in one clip.
pub type Scratch = [u8; FRAME_BYTES_MAX];

/// Clips being played.
#[derive(Debug, Clone)]
pub struct Playout {
    clips: Vec<Arc<Sound>>,
    clip: usize,
    /// Samples of the current clip that have been played.
    at: usize,
    repeat: bool,
}

impl Playout {
    /// Plays `clips` in order; with `repeat` again and again. Sounds without a sample are over
    /// at once, also when repeated.
    #[must_use]
    pub fn new(mut clips: Vec<Arc<Sound>>, repeat: bool) -> Self {
        clips.retain(|clip| !clip.samples().is_empty());
        Self { clips, clip: 0, at: 0, repeat }
    }

    /// Whether everything has been played.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.clip >= self.clips.len()
    }

    /// The next `samples` (at most [`FRAME_BYTES_MAX`]) in the law's code: a slice of the clip,
    /// or put together in `scratch` where two clips meet; the last one is filled with silence.
    /// `None` once it is over.
    pub fn frame<'a>(
        &'a mut self,
        law: Law,
        samples: usize,
        scratch: &'a mut Scratch,
    ) -> Option<&'a [u8]> {
        let clip = self.clips.get(self.clip)?;
        let words = clip.encoded(law);
        let end = self.at + samples;
        if end < words.len() {
            let start = std::mem::replace(&mut self.at, end);
            return words.get(start..end);
        }
        let frame = scratch.get_mut(..samples)?;
        Self::join(&self.clips, (&mut self.clip, &mut self.at), self.repeat, (law, &mut *frame));
        Some(frame)
    }

    fn join(
        clips: &[Arc<Sound>],
        (clip, at): (&mut usize, &mut usize),
        repeat: bool,
        (law, frame): (Law, &mut [u8]),
    ) {
        let mut filled = 0;
        while filled < frame.len() {
            let Some(words) = clips.get(*clip).map(|sound| sound.encoded(law)) else { break };
            let part = words.len().saturating_sub(*at).min(frame.len() - filled);
            if let (Some(to), Some(from)) =
                (frame.get_mut(filled..filled + part), words.get(*at..*at + part))
            {
                to.copy_from_slice(from);
            }
            filled += part;
            *at += part;
            if *at >= words.len() {
                *at = 0;
                *clip += 1;
                if repeat && *clip >= clips.len() {
                    *clip = 0;
                }
            }
        }
        if let Some(rest) = frame.get_mut(filled..) {
            rest.fill(law.silence());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_meet_without_a_gap_and_the_last_frame_is_filled() {
        let one = sound(1_000, 250);
        let two = sound(-1_000, 100);
        let mut playout = Playout::new(vec![one, two], false);
        let loud = Law::A.encode(1_000);
        let soft = Law::A.encode(-1_000);
        let mut expected = vec![loud; 250];
        expected.extend([soft; 100]);
        expected.resize(480, Law::A.silence());
        assert_eq!(all(&mut playout, 3), expected);
        assert!(playout.is_over());
        assert_eq!(playout.frame(Law::A, 160, &mut [0; FRAME_BYTES_MAX]), None);
    }

    #[test]
    fn music_begins_again_within_a_frame() {
        let mut playout = Playout::new(vec![sound(500, 100), sound(-500, 1)], true);
        let words = all(&mut playout, 4);
        let low = Law::A.encode(-500);
        let lows: Vec<usize> = (0..640).filter(|&at| words[at] == low).collect();
        assert_eq!(lows, [100, 201, 302, 403, 504, 605]);
    }

    #[test]
    fn a_clip_that_ends_with_a_frame_is_over_with_it() {
        let mut playout = Playout::new(vec![sound(1, 320)], false);
        all(&mut playout, 2);
        assert!(playout.is_over());
    }

    #[test]
    fn empty_sounds_are_over_at_once_even_as_music() {
        assert!(Playout::new(vec![sound(0, 0)], true).is_over());
    }

    #[test]
    fn a_change_of_law_goes_on_at_the_same_place() {
        let samples: Vec<i16> = (0..640).map(|n| n * 20).collect();
        let mut playout = Playout::new(vec![Arc::new(Sound::new(samples))], false);
        let mut scratch = [0; FRAME_BYTES_MAX];
        playout.frame(Law::A, 160, &mut scratch);
        let frame = playout.frame(Law::Mu, 160, &mut scratch).expect("sound");
        assert_eq!(frame[0], Law::Mu.encode(160 * 20));
    }

    fn sound(level: i16, samples: usize) -> Arc<Sound> {
        Arc::new(Sound::new(vec![level; samples]))
    }

    fn all(playout: &mut Playout, frames: usize) -> Vec<u8> {
        let mut scratch = [0; FRAME_BYTES_MAX];
        (0..frames)
            .flat_map(|_| playout.frame(Law::A, 160, &mut scratch).expect("sound").to_vec())
            .collect()
    }
}
