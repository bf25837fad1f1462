//! Polish: "dwa tysiące sto pięć", "na dwudziestym trzecim miejscu", "dwie minuty i jedna
//! sekunda". Units of time are feminine; a thousand is masculine.

/// A whole number, 0 to 999,999, as one counts: jeden, dwa, trzy.
pub(super) fn number(number: u32, words: &mut Vec<String>) {
    cardinal(number, Gender::Masculine, words);
}

/// An ordinal in the locative, 1 to 99: both words are inflected.
pub(super) fn ordinal(place: u32, words: &mut Vec<String>) {
    let (tens, unit) = (place / 10 * 10, place % 10);
    if place < 20 || unit == 0 {
        words.push(format!("ordinal/{place}"));
    } else {
        words.push(format!("ordinal/{tens}"));
        words.push(format!("ordinal/{unit}"));
    }
}

/// So many units of time: jedna minuta, dwie minuty, pięć minut, dwadzieścia jeden minut.
pub(super) fn counted(count: u32, unit: &str, words: &mut Vec<String>) {
    cardinal(count, Gender::Feminine, words);
    words.push(match Form::of(count) {
        Form::One => unit.to_owned(),
        Form::Few => format!("{unit}s"),
        Form::Many => format!("{unit}s-many"),
    });
}

/// What is counted; one and two agree with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gender {
    Masculine,
    Feminine,
}

/// The form of a noun after a number.
enum Form {
    One,
    /// After 2, 3, 4, 22, 23 …, but not 12, 13, 14.
    Few,
    Many,
}

impl Form {
    const fn of(count: u32) -> Self {
        match (count, count % 100, count % 10) {
            (1, ..) => Self::One,
            (_, 12..=14, _) => Self::Many,
            (_, _, 2..=4) => Self::Few,
            _ => Self::Many,
        }
    }
}

fn cardinal(number: u32, gender: Gender, words: &mut Vec<String>) {
    let (thousands, rest) = (number / 1_000, number % 1_000);
    // A thousand alone goes without its "one".
    if thousands > 1 {
        below_thousand(thousands, Gender::Masculine, words);
    }
    if thousands > 0 {
        let form = match Form::of(thousands) {
            Form::One => "number/thousand",
            Form::Few => "number/thousands",
            Form::Many => "number/thousands-many",
        };
        words.push(form.to_owned());
    }
    if number == 1 && gender == Gender::Feminine {
        words.push("number/1-feminine".to_owned());
    } else if rest > 0 || number == 0 {
        below_thousand(rest, gender, words);
    }
}

/// In a longer number "one" stays jeden, while "two" agrees: dwadzieścia dwie minuty.
fn below_thousand(number: u32, gender: Gender, words: &mut Vec<String>) {
    let (hundreds, rest) = (number / 100 * 100, number % 100);
    if hundreds > 0 {
        words.push(format!("number/{hundreds}"));
        if rest == 0 {
            return;
        }
    }
    let unit = if rest < 20 { rest } else { rest % 10 };
    if rest >= 20 {
        words.push(format!("number/{}", rest - unit));
        if unit == 0 {
            return;
        }
    }
    let agrees = unit == 2 && gender == Gender::Feminine;
    words.push(if agrees { "number/2-feminine".to_owned() } else { format!("number/{unit}") });
}
