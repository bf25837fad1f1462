//! Spans of time as people write them: `45s`, `1h30m`, `500ms`.

use std::time::Duration;

const UNITS: [(&str, u64); 5] =
    [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Longest span, in milliseconds: ten years.
const MILLIS_MAX: u64 = 10 * 366 * 86_400_000;

/// Reads one or more numbers with a unit (`ms`, `s`, `m`, `h`, `d`), largest unit first.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut millis = 0_u64;
    let mut above = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at_checked(digits)?;
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at_checked(letters)?;
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        if *factor >= above {
            return None;
        }
        let part = number.parse::<u64>().ok()?.checked_mul(*factor)?;
        millis = millis.checked_add(part)?;
        above = *factor;
        rest = tail;
    }
    (above != u64::MAX && millis <= MILLIS_MAX).then(|| Duration::from_millis(millis))
}

/// Writes a span the way [`parse_duration`] reads it.
#[must_use]
pub fn write_duration(span: Duration) -> String {
    let mut millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, factor) in UNITS.iter().rev() {
        if millis >= *factor {
            text.push_str(&format!("{}{unit}", millis / factor));
            millis %= factor;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_carries_its_unit() {
        assert_eq!(parse_duration("45s"), Some(Duration::from_secs(45)));
        assert_eq!(parse_duration("1h30m"), Some(Duration::from_secs(5_400)));
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("0s"), Some(Duration::ZERO));
        for wrong in ["45", "", "s", "5 s", "30m1h", "1s1s", "-1s", "1.5h", "99999999d", "5é"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_written_span_is_read_back() {
        for text in ["45s", "1h30m", "500ms", "2m5s", "0s", "3d"] {
            assert_eq!(parse_duration(text).map(write_duration).as_deref(), Some(text));
        }
    }
}
