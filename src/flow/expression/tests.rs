//! Stories of conditions.

use super::*;
use crate::base::calendar::civil::ClockTime;
use crate::base::number::PhoneNumber;
use crate::flow::scope::Declared;
use crate::flow::types::Type;
use proptest::prelude::*;
use std::time::Duration;

#[test]
fn the_conditions_of_a_waiting_caller_hold_or_not() {
    let cases = [
        ("not open(\"office-hours\")", true),
        ("open(\"sundays\")", false),
        ("holiday(\"office-hours\")", true),
        ("holiday(\"sundays\")", false),
        ("queue.wait_estimate > 2m", true),
        ("queue.wait_estimate > 2h", false),
        ("queue.waiting == 4 and queue.position <= 3", true),
        ("outcome.result == \"registered\"", true),
        ("outcome.result != \"registered\"", false),
        ("verify(caller.number, $country)", true),
        ("verify($typed, \"PL\")", false),
        ("confirmed", true),
        ("not confirmed or (confirmed and $line == \"sales\")", true),
        ("$line in [\"sales\", \"service\"]", true),
        ("line not in [\"sales\"]", false),
        ("len(typed) == 4", true),
        ("starts_with(caller.number, \"+48\")", true),
        ("matches($typed, \"[0-9]{4}\")", true),
        ("matches($typed, \"[0-9]{3}\")", false),
        ("time.now >= 20:00 and time.now < 21:30", true),
        ("caller.number == \"+48221112233\"", true),
        ("confirmed == yes", true),
        ("time.now == 8:30", false),
        ("time.today == 2026-11-23 and time.today < 2026-12-24", true),
        ("time.weekday in [\"saturday\", \"sunday\"]", false),
        ("$price >= 12.50 PLN and price < 13 PLN", true),
        ("price == 12.50 EUR or price < 100 EUR", false),
    ];
    for (text, expected) in cases {
        assert_eq!(holds(text), expected, "{text}");
    }
}

#[test]
fn every_comparison_with_something_unknown_is_false() {
    for how in ["==", "!=", "<", "<=", ">", ">="] {
        assert!(!holds(&format!("callback.position {how} 3")), "{how}");
    }
    assert!(!holds("callback.queue in [\"sales\"]"));
    assert!(!holds("callback.pending"));
    assert!(holds("not callback.pending"));
    assert!(!holds("known(callback.position)"));
    assert!(holds("known(queue.wait_estimate)"));
}

#[test]
fn what_the_call_exports_wins_over_the_fact_of_its_name() {
    let expression = parse("callback.position == 2").expect("a condition");
    let exported = Value::Record([("position".to_owned(), Value::Number(2))].into());
    let vars = [("callback".to_owned(), exported)].into();
    assert!(expression.evaluate(&vars, &Site, Now::default()));
}

#[test]
fn a_mistake_is_found_at_its_word() {
    let cases = [
        ("confrimed", 1, "unknown-name"),
        ("queue.wait_estimat > 2m", 1, "unknown-name"),
        ("queue > 2m", 1, "unknown-name"),
        ("outcome.resul == \"registered\"", 1, "unknown-name"),
        ("outcome.result == \"registred\"", 19, "wrong-value"),
        ("outcome", 1, "type-mismatch"),
        ("queue.waiting", 1, "type-mismatch"),
        ("queue.waiting > 2m", 17, "type-mismatch"),
        ("queue.wait_estimate > 120", 23, "type-mismatch"),
        ("line > \"a\"", 1, "type-mismatch"),
        ("confirmed == \"yes\"", 14, "type-mismatch"),
        ("note == \"a\"", 1, "type-mismatch"),
        ("caller.number == \"48221112233\"", 18, "wrong-value"),
        ("country == \"Poland\"", 12, "wrong-value"),
        ("verify(caller.number, \"POL\")", 23, "wrong-value"),
        ("verify(caller.number)", 1, "wrong-arguments"),
        ("opne(\"office-hours\")", 1, "unknown-function"),
        ("open(\"ofice-hours\")", 6, "unknown-hours"),
        ("len(queue.waiting) == 2", 5, "type-mismatch"),
        ("matches(typed, \"[0-9\")", 16, "wrong-pattern"),
        ("confirmed = true", 11, "expression-syntax"),
        ("confirmed && true", 11, "expression-syntax"),
        ("confirmed and", 14, "expression-syntax"),
        ("line == sales", 9, "unknown-name"),
        ("line == \"sales", 9, "expression-syntax"),
        ("confirmed confirmed", 11, "expression-syntax"),
        ("queue.wait_estimate > 2minutes", 23, "expression-syntax"),
        ("time.now > 25:00", 12, "expression-syntax"),
        ("", 1, "expression-syntax"),
    ];
    for (text, column, code) in cases {
        let complaints = parse(text).expect_err(text);
        let found: Vec<_> = complaints.iter().map(|c| (c.place.column, c.code.name())).collect();
        assert_eq!(found, [(column, code)], "{text}");
    }
}

#[test]
fn two_mistakes_of_one_condition_are_both_told() {
    let complaints = parse("confrimed and queue.waitin > 3").expect_err("mistakes");
    let helps: Vec<_> = complaints.iter().filter_map(|c| c.help.as_deref()).collect();
    assert_eq!(helps, ["did you mean `confirmed`?", "did you mean `waiting`?"]);
}

#[test]
fn a_condition_tells_which_numbers_it_verifies() {
    let expression = parse("confirmed or verify(caller.number, $country)").expect("a condition");
    assert_eq!(expression.verified(), [["caller".to_owned(), "number".to_owned()]]);
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "[a-z0-9$.,()\\[\\]<>=!\"' é:]{0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_mix_of_words_breaks_the_parser(
        words in prop::collection::vec(prop::sample::select(&[
            "not", "and", "or", "in", "(", ")", "[", "]", ",", ".", "confirmed", "$line", "queue",
            "waiting", "==", ">", "2m", "3", "20:00", "\"a\"", "open(", "verify(", "known(",
        ][..]), 0..40)
    ) {
        if let Ok(expression) = parse(&words.join(" ")) {
            let _ = expression.evaluate(&variables(), &Site, Now::default());
        }
    }
}

#[test]
fn brackets_without_end_are_refused() {
    let text = "(".repeat(900);
    assert!(parse(&text).is_err());
    let text = "not ".repeat(200) + "confirmed";
    assert!(parse(&text).is_err());
}

struct Site;

impl Facts for Site {
    fn fact(&self, object: &str, field: &str) -> Value {
        match (object, field) {
            ("caller", "number") => phone("+48221112233"),
            ("queue", "wait_estimate") => Value::Duration(Duration::from_secs(360)),
            ("queue", "waiting") => Value::Number(4),
            ("queue", "position") => Value::Number(3),
            ("time", "today") => Value::read(Type::Date, "2026-11-23").unwrap_or(Value::Unknown),
            ("time", "weekday") => Value::Text("monday".to_owned()),
            ("time", "now") => ClockTime::new(20, 5, 0).map_or(Value::Unknown, Value::Time),
            _ => Value::Unknown,
        }
    }

    fn open(&self, hours: &str, _now: Now) -> Option<bool> {
        (hours == "office-hours").then_some(false)
    }

    fn holiday(&self, hours: &str, _now: Now) -> Option<bool> {
        (hours == "office-hours").then_some(true)
    }
}

fn holds(text: &str) -> bool {
    let expression = parse(text).expect(text);
    expression.evaluate(&variables(), &Site, Now::default())
}

fn parse(text: &str) -> Result<Expression, Vec<Complaint>> {
    let place = Place { file: "a.flow.yaml".into(), line: 1, column: 1 };
    Expression::parse(text, &place, &scope())
}

fn scope() -> Scope {
    let result = Declared {
        one_of: vec!["registered".to_owned(), "dismissed".to_owned()],
        ..Declared::of(Type::Text)
    };
    let outcome = Declared {
        fields: Some([("result".to_owned(), result)].into()),
        ..Declared::of(Type::Record)
    };
    let variables = [
        ("confirmed", Declared::of(Type::YesNo)),
        ("country", Declared::of(Type::Country)),
        ("line", Declared::of(Type::Queue)),
        ("note", Declared::of(Type::Recording)),
        ("outcome", outcome),
        ("price", Declared::of(Type::Money)),
        ("typed", Declared::of(Type::Text)),
    ];
    Scope {
        variables: variables.map(|(name, declared)| (name.to_owned(), declared)).into(),
        hours: Some(["office-hours".to_owned(), "sundays".to_owned()].into()),
    }
}

fn variables() -> BTreeMap<String, Value> {
    let result = Value::Text("registered".to_owned());
    [
        ("confirmed", Value::YesNo(true)),
        ("country", Value::Text("PL".to_owned())),
        ("line", Value::Text("sales".to_owned())),
        ("outcome", Value::Record([("result".to_owned(), result)].into())),
        ("price", Value::read(Type::Money, "12.50 PLN").unwrap_or(Value::Unknown)),
        ("typed", Value::Text("1234".to_owned())),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn phone(text: &str) -> Value {
    PhoneNumber::from_e164(text).map_or(Value::Unknown, Value::Phone)
}
