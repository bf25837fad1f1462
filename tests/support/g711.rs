//! G.711 as a phone does it: bit by bit from ITU-T G.711, no tables.

/// One sample to µ-law.
pub fn to_mu(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let upper = i32::from(if sample < 0 { !sample } else { sample }) >> 2;
    let magnitude = (upper + 33).min(8_191);
    let exponent = (5..13).rev().find(|bit| magnitude & (1 << bit) != 0).map_or(0, |b| b - 5);
    let mantissa = (magnitude >> (exponent + 1)) & 0x0f;
    !(sign | (exponent << 4) as u8 | mantissa as u8)
}

/// One sample from µ-law.
pub fn from_mu(code: u8) -> i16 {
    let code = !code;
    let exponent = i32::from(code >> 4 & 7);
    let magnitude = (((i32::from(code & 0x0f) << 3) + 132) << exponent) - 132;
    (if code & 0x80 == 0 { magnitude } else { -magnitude }) as i16
}

/// One sample to A-law.
pub fn to_a(sample: i16) -> u8 {
    let positive = sample >= 0;
    let mut magnitude = i32::from(if positive { sample } else { !sample }) >> 4;
    let mut exponent = 0;
    if magnitude > 15 {
        exponent = 1;
        while magnitude > 31 {
            magnitude >>= 1;
            exponent += 1;
        }
        magnitude -= 16;
    }
    let code = (exponent << 4) | magnitude;
    (code as u8 | if positive { 0x80 } else { 0 }) ^ 0x55
}

/// One sample from A-law.
pub fn from_a(code: u8) -> i16 {
    let code = code ^ 0x55;
    let exponent = i32::from(code >> 4 & 7);
    let mantissa = i32::from(code & 0x0f);
    let magnitude = match exponent {
        0 => (mantissa << 4) + 8,
        _ => ((mantissa << 4) + 264) << (exponent - 1),
    };
    (if code & 0x80 != 0 { magnitude } else { -magnitude }) as i16
}

#[test]
fn every_code_survives_its_sample() {
    for code in 0..=255_u8 {
        // µ-law knows two zeros.
        let mu = to_mu(from_mu(code));
        assert!(mu == code || from_mu(code) == 0, "µ {code:#x} → {mu:#x}");
        assert_eq!(to_a(from_a(code)), code, "A {code:#x}");
    }
}

#[test]
fn the_house_encodes_as_we_do() {
    use ringback::audio::g711::Law;
    use ringback::audio::sound::Sound;
    let samples: Vec<i16> = (i16::MIN..=i16::MAX).collect();
    let sound = Sound::new(samples.clone());
    let (mu, a) = (sound.encoded(Law::Mu), sound.encoded(Law::A));
    let differ = |ours: fn(i16) -> u8, theirs: &[u8]| {
        let pairs = samples.iter().zip(theirs);
        pairs.filter(|(sample, theirs)| ours(**sample) != **theirs).count()
    };
    assert_eq!((differ(to_mu, mu), differ(to_a, a)), (0, 0));
}
