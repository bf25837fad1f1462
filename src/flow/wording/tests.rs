//! Tables of what is spoken, read back as text through the manifests of the shipped prompts.

use super::*;
use crate::base::money::Currency;
use crate::base::number::{Country, PhoneNumber};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static ENGLISH: LazyLock<BTreeMap<&str, &str>> =
    LazyLock::new(|| manifest(include_str!("../../../prompts/en.txt")));
static POLISH: LazyLock<BTreeMap<&str, &str>> =
    LazyLock::new(|| manifest(include_str!("../../../prompts/pl.txt")));

/// The pages of the handbook.
const SPOKEN: [(&str, &str); 2] = [
    ("en", include_str!("../../handbook/spoken_english.md")),
    ("pl", include_str!("../../handbook/spoken_polish.md")),
];

/// Fewest rows of a table whose grammar varies.
const ROWS_MIN: usize = 40;

#[test]
fn every_row_of_the_handbook_is_spoken_as_it_says() {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut kind = "";
    for (tag, line) in SPOKEN.iter().flat_map(|(tag, page)| page.lines().map(|line| (*tag, line))) {
        if let Some(title) = line.strip_prefix("### ") {
            kind = title;
        } else if let Some((value, words)) = row(line) {
            let said = heard(tag, kind_of(kind), &value_of(kind, value));
            assert_eq!(said, words, "{tag} {kind} {value}");
            *counts.entry((tag, kind)).or_default() += 1;
        }
    }
    for tag in ["en", "pl"] {
        for kind in ["`number`", "`duration`", "`time`", "`date`", "`money`"] {
            let rows = counts.get(&(tag, kind)).copied().unwrap_or(0);
            assert!(rows >= ROWS_MIN, "{tag} {kind}: only {rows} rows");
        }
    }
}

/// "| `12` | twelve |"
fn row(line: &str) -> Option<(&str, &str)> {
    let (value, words) = line.strip_prefix("| `")?.split_once("` | ")?;
    Some((value, words.strip_suffix(" |")?))
}

fn kind_of(title: &str) -> SayKind {
    match title {
        "`number`" => SayKind::Number(Gender::Masculine),
        "`number`, `gender: feminine`" => SayKind::Number(Gender::Feminine),
        "`number`, `gender: neuter`" => SayKind::Number(Gender::Neuter),
        "`position`" => SayKind::Position,
        "`duration`" => SayKind::Duration,
        "`time`" => SayKind::Time,
        "`date`" => SayKind::Date,
        "`day`" => SayKind::Day,
        "`weekday`" => SayKind::Weekday,
        "`money`" => SayKind::Money,
        other => panic!("no kind {other}"),
    }
}

fn value_of(title: &str, text: &str) -> Value {
    let kind = match title {
        "`duration`" => Type::Duration,
        "`time`" => Type::Time,
        "`date`" | "`day`" | "`weekday`" => Type::Date,
        "`money`" => Type::Money,
        _ => Type::Number,
    };
    Value::read(kind, text).unwrap_or_else(|| panic!("{text} is no {}", kind.word()))
}

#[test]
fn telephone_numbers_are_grouped_as_people_say_them() {
    let table = [
        ("+48601234567", "601 234 567"),
        ("+48221234567", "22 123 45 67"),
        ("+12125550123", "+1 212 555 0123"),
        ("+4930123456", "+49 30 123 456"),
        ("+442079460123", "+44 20 7946 0123"),
        ("+33612345678", "+33 6 12 34 56 78"),
        ("+35312345678", "+353 1 234 5678"),
        ("601234567", "601 234 567"),
        ("(22) 123-45-67", "221 234 567"),
        ("5000", "50 00"),
        ("112", "112"),
        ("12345", "123 45"),
        ("1", "1"),
    ];
    for (number, groups) in table {
        let typed = Value::Text(number.to_owned());
        assert_eq!(shown(SayKind::Phone(None), &typed).as_deref(), Some(groups));
        if let Some(phone) = PhoneNumber::from_e164(number) {
            assert_eq!(shown(SayKind::Phone(None), &Value::Phone(phone)).as_deref(), Some(groups));
        }
    }
}

#[test]
fn a_number_is_said_as_it_is_dialled_in_the_country_of_the_listener() {
    let table = [
        ("+442079460123", "GB", "020 7946 0123"),
        ("+442079460123", "PL", "+44 20 7946 0123"),
        ("+48601234567", "GB", "+48 601 234 567"),
        ("+48601234567", "PL", "601 234 567"),
        ("+12125550123", "US", "212 555 0123"),
        ("020 7946 0123", "GB", "020 7946 0123"),
        ("221234567", "PL", "22 123 45 67"),
        ("99", "PL", "99"),
    ];
    for (number, country, groups) in table {
        let kind = SayKind::Phone(Country::new(country));
        let typed = Value::Text(number.to_owned());
        assert_eq!(shown(kind, &typed).as_deref(), Some(groups), "{number} in {country}");
    }
}

#[test]
fn a_telephone_number_is_spoken_digit_by_digit_with_a_pause_between_groups() {
    let phone = Value::Phone(PhoneNumber::from_e164("+48601234567").expect("a number"));
    let words = say(&language("pl"), SayKind::Phone(None), &phone).expect("words");
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
    let number = SayKind::Number(Gender::Masculine);
    let text = |text: &str| Value::Text(text.to_owned());
    let none = [
        (number, Value::Number(-1_000_000_000_000)),
        (number, Value::Number(i64::MIN)),
        (number, text("twelve")),
        (SayKind::Position, Value::Number(0)),
        (SayKind::Duration, Value::Number(5)),
        (SayKind::Duration, Value::Duration(Duration::MAX)),
        (SayKind::Time, text("24:00")),
        (SayKind::Time, text("soon")),
        (SayKind::Date, text("23.11.2026")),
        (SayKind::Date, text("1899-12-31")),
        (SayKind::Day, Value::Number(23)),
        (SayKind::Weekday, text("monday")),
        (SayKind::Money, text("12 SEK")),
        (SayKind::Money, Value::Number(12)),
        (SayKind::Digits, text("")),
        (SayKind::Digits, text("12a")),
        (SayKind::Phone(None), text("+é")),
        (SayKind::Phone(None), Value::Unknown),
    ];
    for (kind, value) in none {
        assert_eq!(say(&language("en"), kind, &value), None, "{kind:?} {value:?}");
        assert_eq!(shown(kind, &value), None, "{kind:?} {value:?}");
    }
    assert_eq!(say(&language("de"), number, &Value::Number(1)), None);
    assert!(say(&language("en-gb"), number, &Value::Number(1)).is_some());
}

#[test]
fn a_value_is_shown_as_flows_write_it() {
    let shown = |kind, of: Type, text: &str| shown(kind, &Value::read(of, text)?);
    let same = |text: &str| Some(text.to_owned());
    assert_eq!(shown(SayKind::Duration, Type::Duration, "125s"), same("2m 5s"));
    assert_eq!(shown(SayKind::Duration, Type::Duration, "60m"), same("1h"));
    assert_eq!(shown(SayKind::Duration, Type::Duration, "0s"), same("0s"));
    assert_eq!(shown(SayKind::Time, Type::Time, "8:05"), same("08:05"));
    assert_eq!(shown(SayKind::Date, Type::Date, "2026-11-23"), same("2026-11-23"));
    assert_eq!(shown(SayKind::Day, Type::Date, "2026-11-23"), same("11-23"));
    assert_eq!(shown(SayKind::Weekday, Type::Date, "2026-11-23"), same("monday"));
    assert_eq!(shown(SayKind::Money, Type::Money, "12 PLN"), same("12.00 PLN"));
}

#[test]
fn what_data_has_as_text_is_spoken_as_what_it_means() {
    let text = |text: &str| Value::Text(text.to_owned());
    assert_eq!(heard("pl", SayKind::Time, &text("20:15")), "dwudziesta piętnaście");
    assert_eq!(heard("en", SayKind::Day, &text("2026-11-23")), "November twenty third");
    assert_eq!(heard("pl", SayKind::Money, &text("2.00 PLN")), "dwa złote");
}

/// `heard` fails on a name that the manifest does not have.
#[test]
fn every_word_is_a_shipped_prompt() {
    for language in ["en", "pl"] {
        for number in (0..=1_200).chain((2_000..=NUMBER_MAX).step_by(997_000_997)) {
            let value = Value::Number(i64::try_from(number).expect("a number"));
            for gender in [Gender::Masculine, Gender::Feminine, Gender::Neuter] {
                heard(language, SayKind::Number(gender), &value);
            }
            let span = Duration::from_secs(number * 61 % 4_000_000);
            heard(language, SayKind::Duration, &Value::Duration(span));
        }
        for place in 1..=1_200 {
            heard(language, SayKind::Position, &Value::Number(place));
        }
        for minute in 0..24 * 60_u16 {
            let part = |part: u16| u8::try_from(part).expect("a part");
            let time = ClockTime::new(part(minute / 60), part(minute % 60), 0).expect("a time");
            heard(language, SayKind::Time, &Value::Time(time));
        }
        for year in YEARS {
            for (month, day) in (1..=12).zip((1..=31).rev()).chain([(1, 31), (10, 30), (5, 10)]) {
                let year = i16::try_from(year).expect("a year");
                let Some(day) = CalendarDay::new(year, month, day) else { continue };
                heard(language, SayKind::Date, &Value::Date(day));
                heard(language, SayKind::Weekday, &Value::Date(day));
            }
        }
        for currency in Currency::ALL {
            for minor in 0..3_000 {
                let sum = Money::new(minor * 7 - 9_000, currency).expect("a sum");
                heard(language, SayKind::Money, &Value::Money(sum));
            }
        }
        heard(language, SayKind::Digits, &Value::Text("+0123456789*#".to_owned()));
        heard(language, SayKind::Phone(None), &Value::Text("+4930123456".to_owned()));
    }
}

/// The texts of the prompts that are spoken, one after another.
fn heard(tag: &str, kind: SayKind, value: &Value) -> String {
    let texts = if tag == "en" { &*ENGLISH } else { &*POLISH };
    let names = say(&language(tag), kind, value)
        .unwrap_or_else(|| panic!("{tag}: no words for {kind:?} {value:?}"));
    let words = names
        .iter()
        .map(|name| *texts.get(name.as_str()).unwrap_or_else(|| panic!("{tag}: no prompt {name}")));
    words.collect::<Vec<_>>().join(" ")
}

fn manifest(text: &'static str) -> BTreeMap<&'static str, &'static str> {
    text.lines().filter_map(|line| line.split_once('\t')).collect()
}

fn language(tag: &str) -> Language {
    Language::new(tag).expect("a tag")
}
