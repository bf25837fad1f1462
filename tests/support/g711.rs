//! G.711 as a phone does it: bit by bit from ITU-T G.711, no tables.

/// One sample to µ-law.
pub fn to_mu(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(sample).abs().min(32_635) + 132;
    let exponent = (7..15).rev().find(|bit| magnitude & (1 << bit) != 0).map_or(0, |b| b - 7);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !(sign | (exponent << 4) as u8 | mantissa as u8)
}

/// One sample from µ-law.
pub fn from_mu(code: u8) -> i16 {
    let code = !code;
    let exponent = i32::from(code >> 4 & 7);
    let magnitude = ((i32::from(code & 0x0f) << 3) + 132 << exponent) - 132;
    (if code & 0x80 == 0 { magnitude } else { -magnitude }) as i16
}

/// One sample to A-law.
pub fn to_a(sample: i16) -> u8 {
    let positive = sample >= 0;
    let magnitude = (if positive { i32::from(sample) } else { -i32::from(sample) - 1 }) >> 4;
    let code = if magnitude < 32 {
        magnitude >> 1
    } else {
        let exponent = (5..12).rev().find(|bit| magnitude & (1 << bit) != 0).map_or(1, |b| b - 4);
        (exponent << 4) | ((magnitude >> exponent) & 0x0f)
    };
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
