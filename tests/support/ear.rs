//! An ear: knows by their very bytes which prompts it hears, and how loud everything else is.

use super::g711;
use ringback::audio::sound::Sound;
use ringback::base::time::Moment;
use std::collections::HashMap;
use std::rc::Rc;

/// Bytes that tell one place of one prompt from all others.
const ANCHOR_BYTES: usize = 8;
/// A prompt has an anchor at every so many bytes, so one is found within one packet.
const ANCHOR_EVERY: usize = 40;

/// All prompts of a site, encoded by the test's own G.711.
pub struct Catalogue {
    prompts: Vec<(String, [Vec<u8>; 2])>,
    anchors: HashMap<[u8; ANCHOR_BYTES], Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    prompt: usize,
    law: usize,
    offset: usize,
}

impl Catalogue {
    /// From names and sounds; sounds must differ everywhere, as noise does.
    pub fn new<'p>(prompts: impl Iterator<Item = (String, &'p Sound)>) -> Rc<Self> {
        let mut catalogue = Self { prompts: Vec::new(), anchors: HashMap::new() };
        for (name, sound) in prompts {
            let mu: Vec<u8> = sound.samples().iter().map(|s| g711::to_mu(*s)).collect();
            let a: Vec<u8> = sound.samples().iter().map(|s| g711::to_a(*s)).collect();
            let prompt = catalogue.prompts.len();
            for (law, bytes) in [&mu, &a].into_iter().enumerate() {
                for offset in (0..bytes.len().saturating_sub(ANCHOR_BYTES)).step_by(ANCHOR_EVERY) {
                    let anchor = bytes[offset..offset + ANCHOR_BYTES].try_into().expect("a size");
                    catalogue.anchors.insert(anchor, Place { prompt, law, offset });
                }
            }
            catalogue.prompts.push((name, [mu, a]));
        }
        Rc::new(catalogue)
    }

    fn bytes(&self, place: Place) -> &[u8] {
        &self.prompts[place.prompt].1[place.law]
    }
}

/// One prompt that was heard, or is being heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub name: String,
    /// When its first bytes came.
    pub at: Moment,
    /// Whether its last bytes came.
    pub whole: bool,
}

/// What one leg of a phone hears.
pub struct Ear {
    catalogue: Rc<Catalogue>,
    following: Option<Place>,
    pub heard: Vec<Heard>,
    /// RTP packets with sound, and when the last came.
    pub packets: u64,
    pub last_at: Option<Moment>,
    /// Sound that is no prompt, decoded, the newest second of it.
    pub speech: Vec<i16>,
    pub digits: Vec<char>,
    last_sequence: Option<u16>,
    last_event: Option<u32>,
}

impl Ear {
    pub fn new(catalogue: Rc<Catalogue>) -> Self {
        Self {
            catalogue,
            following: None,
            heard: Vec::new(),
            packets: 0,
            last_at: None,
            speech: Vec::new(),
            digits: Vec::new(),
            last_sequence: None,
            last_event: None,
        }
    }

    /// Takes one RTP packet (RFC 3550 §5.1); late and repeated ones are dropped.
    pub fn take(&mut self, now: Moment, bytes: &[u8], event_payload_type: Option<u8>) {
        assert!(bytes.len() >= 12 && bytes[0] >> 6 == 2, "not RTP: {bytes:02x?}");
        let payload_type = bytes[1] & 0x7f;
        let sequence = u16::from_be_bytes([bytes[2], bytes[3]]);
        let timestamp = u32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
        let payload = &bytes[12 + 4 * usize::from(bytes[0] & 0x0f)..];
        if Some(payload_type) == event_payload_type {
            if self.last_event.replace(timestamp) != Some(timestamp) {
                let keys = "0123456789*#ABCD";
                self.digits.extend(payload.first().and_then(|e| keys.chars().nth((*e).into())));
            }
            return;
        }
        let step = self.last_sequence.map_or(1, |last| sequence.wrapping_sub(last));
        if step == 0 || step > 0x8000 {
            return;
        }
        self.last_sequence = Some(sequence);
        self.packets += 1;
        self.last_at = Some(now);
        if step > 1 {
            self.skip((usize::from(step) - 1).saturating_mul(payload.len()));
        }
        self.listen(now, payload, payload_type);
    }

    /// Sound that was lost: the prompt went on.
    fn skip(&mut self, bytes: usize) {
        if let Some(place) = &mut self.following {
            place.offset += bytes;
        }
    }

    fn listen(&mut self, now: Moment, payload: &[u8], payload_type: u8) {
        let mut rest = payload;
        while !rest.is_empty() {
            if let Some(place) = self.following {
                let taken = self.follow(place, rest);
                rest = &rest[taken..];
                if taken > 0 {
                    continue;
                }
                self.following = None;
            }
            let strange = self.search(now, rest);
            self.overhear(&rest[..strange], payload_type);
            rest = &rest[strange..];
        }
    }

    /// How many bytes go on with the prompt that is followed.
    fn follow(&mut self, place: Place, rest: &[u8]) -> usize {
        let catalogue = Rc::clone(&self.catalogue);
        let bytes = catalogue.bytes(place).get(place.offset..).unwrap_or(&[]);
        let same = bytes.iter().zip(rest).take_while(|(one, other)| one == other).count();
        let offset = place.offset + same;
        let ended = offset == catalogue.bytes(place).len();
        if ended && let Some(last) = self.heard.last_mut() {
            last.whole = true;
        }
        let broken = same < rest.len() && !ended;
        self.following = (!ended && !broken).then_some(Place { offset, ..place });
        same
    }

    /// Looks for an anchor. Tells how many bytes come before it, which are no prompt; from the
    /// anchor on, where at least one byte is known, the prompt is followed.
    fn search(&mut self, now: Moment, rest: &[u8]) -> usize {
        for (index, window) in rest.windows(ANCHOR_BYTES).enumerate() {
            let Some(place) = self.catalogue.anchors.get(window).copied() else { continue };
            // The prompt may have begun before the anchor, in bytes of this packet.
            let before = index.min(place.offset);
            let start = Place { offset: place.offset - before, ..place };
            let same = self.catalogue.bytes(place)[start.offset..place.offset]
                == rest[index - before..index];
            let start = if same { start } else { place };
            let skipped = if same { index - before } else { index };
            self.begin(now, start);
            return skipped;
        }
        rest.len()
    }

    fn begin(&mut self, now: Moment, place: Place) {
        let name = self.catalogue.prompts[place.prompt].0.clone();
        self.following = Some(place);
        self.heard.push(Heard { name, at: now, whole: false });
    }

    fn overhear(&mut self, payload: &[u8], payload_type: u8) {
        let decode = if payload_type == 8 { g711::from_a } else { g711::from_mu };
        self.speech.extend(payload.iter().map(|code| decode(*code)));
        let surplus = self.speech.len().saturating_sub(8_000);
        self.speech.drain(..surplus);
    }

    /// The strongest of these tones in the newest half second of speech, if it is a tone.
    pub fn tone_among(&self, candidates: &[u32]) -> Option<u32> {
        let from = self.speech.len().checked_sub(4_000)?;
        let samples = &self.speech[from..];
        let energy: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum();
        candidates.iter().copied().find(|hz| {
            let power = tone_power(samples, f64::from(*hz));
            energy > 0.0 && power > energy * samples.len() as f64 * 0.2
        })
    }
}

/// |Σ x·e^(-iωt)|², which is energy × n ⁄ 2 for a pure tone.
fn tone_power(samples: &[i16], hz: f64) -> f64 {
    let step = std::f64::consts::TAU * hz / 8_000.0;
    let (mut re, mut im) = (0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        let (sin, cos) = (step * index as f64).sin_cos();
        re += f64::from(*sample) * cos;
        im += f64::from(*sample) * sin;
    }
    re * re + im * im
}
