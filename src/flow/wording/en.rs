//! English: "one hundred and five", "twenty third", "two minutes and one second".

/// A whole number, 0 to 999,999.
pub(super) fn number(number: u32, words: &mut Vec<String>) {
    let (thousands, rest) = (number / 1_000, number % 1_000);
    if thousands > 0 {
        below_thousand(thousands, words);
        words.push("number/thousand".to_owned());
        if (1..100).contains(&rest) {
            words.push("number/and".to_owned());
        }
    }
    if rest > 0 || thousands == 0 {
        below_thousand(rest, words);
    }
}

/// An ordinal, 1 to 99.
pub(super) fn ordinal(place: u32, words: &mut Vec<String>) {
    let (tens, unit) = (place / 10 * 10, place % 10);
    if place < 20 || unit == 0 {
        words.push(format!("ordinal/{place}"));
    } else {
        words.push(format!("number/{tens}"));
        words.push(format!("ordinal/{unit}"));
    }
}

/// So many units.
pub(super) fn counted(count: u32, unit: &str, words: &mut Vec<String>) {
    number(count, words);
    words.push(if count == 1 { unit.to_owned() } else { format!("{unit}s") });
}

fn below_thousand(number: u32, words: &mut Vec<String>) {
    let (hundreds, rest) = (number / 100, number % 100);
    if hundreds > 0 {
        words.push(format!("number/{hundreds}"));
        words.push("number/hundred".to_owned());
        if rest == 0 {
            return;
        }
        words.push("number/and".to_owned());
    }
    if rest < 20 || rest % 10 == 0 {
        words.push(format!("number/{rest}"));
    } else {
        words.push(format!("number/{}", rest / 10 * 10));
        words.push(format!("number/{}", rest % 10));
    }
}
