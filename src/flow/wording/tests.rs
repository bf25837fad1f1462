//! Tables of what is spoken, read back as text through the manifests of the shipped prompts.

use super::*;
use crate::base::number::PhoneNumber;
use std::collections::BTreeMap;

const ENGLISH: &str = include_str!("../../../prompts/en.txt");
const POLISH: &str = include_str!("../../../prompts/pl.txt");

#[test]
fn english_numbers() {
    let table = [
        (0, "zero"),
        (7, "seven"),
        (13, "thirteen"),
        (20, "twenty"),
        (42, "forty two"),
        (100, "one hundred"),
        (105, "one hundred and five"),
        (342, "three hundred and forty two"),
        (1_000, "one thousand"),
        (1_005, "one thousand and five"),
        (1_100, "one thousand one hundred"),
        (12_345, "twelve thousand three hundred and forty five"),
        (100_000, "one hundred thousand"),
        (999_999, "nine hundred and ninety nine thousand nine hundred and ninety nine"),
    ];
    for (number, words) in table {
        assert_eq!(heard("en", SayKind::Number, &Value::Number(number)), words, "{number}");
    }
}

#[test]
fn polish_numbers() {
    let table = [
        (0, "zero"),
        (1, "jeden"),
        (2, "dwa"),
        (15, "piętnaście"),
        (21, "dwadzieścia jeden"),
        (60, "sześćdziesiąt"),
        (100, "sto"),
        (212, "dwieście dwanaście"),
        (944, "dziewięćset czterdzieści cztery"),
        (1_000, "tysiąc"),
        (1_001, "tysiąc jeden"),
        (2_000, "dwa tysiące"),
        (5_000, "pięć tysięcy"),
        (12_000, "dwanaście tysięcy"),
        (21_000, "dwadzieścia jeden tysięcy"),
        (22_300, "dwadzieścia dwa tysiące trzysta"),
        (113_000, "sto trzynaście tysięcy"),
        (123_456, "sto dwadzieścia trzy tysiące czterysta pięćdziesiąt sześć"),
    ];
    for (number, words) in table {
        assert_eq!(heard("pl", SayKind::Number, &Value::Number(number)), words, "{number}");
    }
}

#[test]
fn english_spans_of_time() {
    let table = [
        (0, "zero seconds"),
        (1, "one second"),
        (60, "one minute"),
        (125, "two minutes and five seconds"),
        (3_600, "one hour"),
        (3_661, "one hour one minute and one second"),
        (7_205, "two hours and five seconds"),
        (259_200, "seventy two hours"),
    ];
    for (seconds, words) in table {
        let span = Value::Duration(Duration::from_secs(seconds));
        assert_eq!(heard("en", SayKind::Duration, &span), words, "{seconds} s");
    }
}

#[test]
fn polish_spans_of_time_agree_in_gender_and_number() {
    let table = [
        (0, "zero sekund"),
        (1, "jedna sekunda"),
        (2, "dwie sekundy"),
        (5, "pięć sekund"),
        (12, "dwanaście sekund"),
        (21, "dwadzieścia jeden sekund"),
        (22, "dwadzieścia dwie sekundy"),
        (60, "jedna minuta"),
        (125, "dwie minuty i pięć sekund"),
        (14 * 60, "czternaście minut"),
        (34 * 60, "trzydzieści cztery minuty"),
        (3_661, "jedna godzina jedna minuta i jedna sekunda"),
        (2 * 3_600, "dwie godziny"),
        (72 * 3_600, "siedemdziesiąt dwie godziny"),
        (101 * 3_600, "sto jeden godzin"),
        (1_002 * 3_600, "tysiąc dwie godziny"),
        (2_001 * 3_600, "dwa tysiące jeden godzin"),
    ];
    for (seconds, words) in table {
        let span = Value::Duration(Duration::from_secs(seconds));
        assert_eq!(heard("pl", SayKind::Duration, &span), words, "{seconds} s");
    }
}

#[test]
fn places_in_line() {
    let table = [
        (1, "You are first in line.", "Są Państwo na pierwszym miejscu w kolejce."),
        (3, "You are third in line.", "Są Państwo na trzecim miejscu w kolejce."),
        (12, "You are twelfth in line.", "Są Państwo na dwunastym miejscu w kolejce."),
        (20, "You are twentieth in line.", "Są Państwo na dwudziestym miejscu w kolejce."),
        (
            23,
            "You are twenty third in line.",
            "Są Państwo na dwudziestym trzecim miejscu w kolejce.",
        ),
        (
            99,
            "You are ninety ninth in line.",
            "Są Państwo na dziewięćdziesiątym dziewiątym miejscu w kolejce.",
        ),
        (100, "Your place in line is one hundred", "Państwa miejsce w kolejce to sto"),
    ];
    for (place, english, polish) in table {
        let place = Value::Number(place);
        assert_eq!(heard("en", SayKind::Position, &place), english);
        assert_eq!(heard("pl", SayKind::Position, &place), polish);
    }
}

#[test]
fn telephone_numbers_are_grouped_as_people_say_them() {
    let table = [
        ("+48601234567", "601 234 567"),
        ("+48221234567", "22 123 45 67"),
        ("+12125550123", "+1 212 555 0123"),
        ("+4930123456", "+49 301 234 56"),
        ("+442079460123", "+44 207 946 01 23"),
        ("+35312345678", "+353 123 456 78"),
        ("+79161234567", "+7 916 123 45 67"),
        ("601234567", "601 234 567"),
        ("(22) 123-45-67", "221 234 567"),
        ("5000", "50 00"),
        ("112", "112"),
        ("12345", "123 45"),
        ("1", "1"),
    ];
    for (number, groups) in table {
        let typed = Value::Text(number.to_owned());
        assert_eq!(shown(SayKind::Phone, &typed).as_deref(), Some(groups));
        if let Some(phone) = PhoneNumber::from_e164(number) {
            assert_eq!(shown(SayKind::Phone, &Value::Phone(phone)).as_deref(), Some(groups));
        }
    }
}

#[test]
fn a_telephone_number_is_spoken_digit_by_digit_with_a_pause_between_groups() {
    let phone = Value::Phone(PhoneNumber::from_e164("+48601234567").expect("a number"));
    let words = say(&language("pl"), SayKind::Phone, &phone).expect("words");
    let expected = "digits/6 digits/0 digits/1 pause/group digits/2 digits/3 digits/4 \
                    pause/group digits/5 digits/6 digits/7";
    assert_eq!(words.join(" "), expected);
}

#[test]
fn digits_are_spoken_one_by_one() {
    let typed = Value::Text("10*#".to_owned());
    assert_eq!(heard("pl", SayKind::Digits, &typed), "jeden zero gwiazdka krzyżyk");
    assert_eq!(heard("en", SayKind::Digits, &Value::Number(42)), "four two");
}

#[test]
fn what_has_no_words_is_told_as_such() {
    let none = [
        (SayKind::Number, Value::Number(-1)),
        (SayKind::Number, Value::Number(1_000_000)),
        (SayKind::Number, Value::Text("twelve".to_owned())),
        (SayKind::Position, Value::Number(0)),
        (SayKind::Duration, Value::Number(5)),
        (SayKind::Duration, Value::Duration(Duration::MAX)),
        (SayKind::Digits, Value::Text(String::new())),
        (SayKind::Digits, Value::Text("12a".to_owned())),
        (SayKind::Phone, Value::Text("+".to_owned() + "é")),
        (SayKind::Phone, Value::Unknown),
    ];
    for (kind, value) in none {
        assert_eq!(say(&language("en"), kind, &value), None, "{kind:?} {value:?}");
        assert_eq!(shown(kind, &value), None, "{kind:?} {value:?}");
    }
    assert_eq!(say(&language("de"), SayKind::Number, &Value::Number(1)), None);
    assert!(say(&language("en-gb"), SayKind::Number, &Value::Number(1)).is_some());
}

#[test]
fn a_span_is_shown_in_the_units_of_flows() {
    let shown = |seconds| shown(SayKind::Duration, &Value::Duration(Duration::from_secs(seconds)));
    assert_eq!(shown(125).as_deref(), Some("2m 5s"));
    assert_eq!(shown(3_600).as_deref(), Some("1h"));
    assert_eq!(shown(0).as_deref(), Some("0s"));
}

/// `heard` fails on a name that the manifest does not have.
#[test]
fn every_word_is_a_shipped_prompt() {
    for language in ["en", "pl"] {
        for number in (0..=1_200).chain((2_000..=NUMBER_MAX).step_by(997)) {
            heard(language, SayKind::Number, &Value::Number(number.into()));
            heard(language, SayKind::Position, &Value::Number((number + 1).into()));
            let span = Duration::from_secs(u64::from(number) * 61);
            heard(language, SayKind::Duration, &Value::Duration(span));
        }
        heard(language, SayKind::Digits, &Value::Text("+0123456789*#".to_owned()));
        heard(language, SayKind::Phone, &Value::Text("+4930123456".to_owned()));
    }
}

/// The texts of the prompts that are spoken, one after another.
fn heard(tag: &str, kind: SayKind, value: &Value) -> String {
    let manifest = if tag == "en" { ENGLISH } else { POLISH };
    let texts: BTreeMap<&str, &str> =
        manifest.lines().filter_map(|line| line.split_once('\t')).collect();
    let names = say(&language(tag), kind, value).expect("words");
    let words: Vec<&str> = names
        .iter()
        .map(|name| *texts.get(name.as_str()).unwrap_or_else(|| panic!("{tag}: no prompt {name}")))
        .collect();
    words.join(" ")
}

fn language(tag: &str) -> Language {
    Language::new(tag).expect("a tag")
}
