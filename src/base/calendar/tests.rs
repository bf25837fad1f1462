//! Stories of opening hours.

use super::*;
use proptest::prelude::*;

fn at(text: &str) -> Utc {
    let instant: Timestamp = text.parse().expect("a timestamp");
    Utc::from_millis(instant.as_millisecond())
}

fn hours(zone: &str, week: &[(&str, &str)], holidays: &[(&str, &[&str])]) -> Calendar {
    let week = week.iter().flat_map(|(days, range)| {
        let range: Opening = range.parse().expect("a range");
        days.split(' ').map(move |day| (day.parse::<Day>().expect("a day"), range))
    });
    let holidays = holidays.iter().map(|(date, ranges)| {
        let ranges = ranges.iter().map(|range| range.parse().expect("a range")).collect();
        (date.parse::<Date>().expect("a date"), ranges)
    });
    Calendar::new(zone, week, holidays).expect("a calendar")
}

const OFFICE: &str = "mon tue wed thu fri";
const ALWAYS: &str = "mon tue wed thu fri sat sun";

fn office() -> Calendar {
    let week = [(OFFICE, "08:00-12:00"), (OFFICE, "13:00-17:00")];
    hours("Europe/Warsaw", &week, &[("12-25", &[]), ("2026-12-24", &["09:00-11:00"])])
}

#[test]
fn an_office_is_open_in_its_hours_and_closed_at_lunch() {
    let office = office();
    assert!(!office.is_open(at("2026-11-23T06:59:59Z")));
    assert!(office.is_open(at("2026-11-23T07:00:00Z")));
    assert!(!office.is_open(at("2026-11-23T11:00:00Z")));
    assert!(office.is_open(at("2026-11-23T12:00:00Z")));
    assert!(!office.is_open(at("2026-11-23T16:00:00Z")));
    assert!(!office.is_open(at("2026-11-22T10:00:00Z")));
}

#[test]
fn every_change_of_a_week_is_foretold() {
    let office = office();
    let mut now = at("2026-11-20T15:30:00Z");
    let mut seen = Vec::new();
    for _ in 0..4 {
        now = office.next_change(now).expect("a change");
        seen.push(now);
    }
    let told = ["20T16:00", "23T07:00", "23T11:00", "23T12:00"];
    assert_eq!(seen, told.map(|time| at(&format!("2026-11-{time}:00Z"))));
}

#[test]
fn a_holiday_is_closed_or_has_hours_of_its_own() {
    let office = office();
    assert!(office.is_open(at("2026-12-24T09:00:00Z")));
    assert!(!office.is_open(at("2026-12-24T10:00:00Z")));
    assert!(!office.is_open(at("2026-12-25T10:00:00Z")));
    assert!(!office.is_open(at("2028-12-25T10:00:00Z")), "every year");
    assert_eq!(office.next_change(at("2026-12-24T10:00:00Z")), Some(at("2026-12-28T07:00:00Z")));
}

#[test]
fn fixed_hours_never_change() {
    let told = [Standing::Open, Standing::Closed, Standing::Holiday].map(|standing| {
        let hours = Calendar::fixed(standing);
        let leap_day = at("2028-02-29T23:59:00Z");
        (hours.is_open(leap_day), hours.is_holiday(leap_day), hours.next_change(leap_day))
    });
    assert_eq!(told, [(true, false, None), (false, false, None), (false, true, None)]);
}

#[test]
fn hours_past_midnight_belong_to_the_day_on_which_they_begin() {
    let bar = hours("Europe/Warsaw", &[("fri", "22:00-02:00")], &[("2026-11-28", &[])]);
    assert!(bar.is_open(at("2026-11-28T00:30:00Z")), "the night that began on Friday");
    assert!(!bar.is_open(at("2026-11-28T01:00:00Z")));
    assert!(!bar.is_open(at("2026-11-28T21:30:00Z")), "Saturday night");
    assert_eq!(bar.next_change(at("2026-11-27T22:30:00Z")), Some(at("2026-11-28T01:00:00Z")));
}

#[test]
fn round_the_clock_never_changes() {
    let always = hours("Europe/Warsaw", &[(ALWAYS, "00:00-24:00")], &[]);
    let now = at("2026-03-28T23:59:00Z");
    assert!(always.is_open(now));
    assert_eq!(always.next_change(now), None);
    let never = hours("Europe/Warsaw", &[], &[]);
    assert!(!never.is_open(now));
    assert_eq!(never.next_change(now), None);
}

#[test]
fn ranges_that_touch_across_midnight_are_one() {
    let week = [("fri", "18:00-24:00"), ("sat", "00:00-06:00")];
    let night = hours("Europe/Warsaw", &week, &[]);
    assert_eq!(night.next_change(at("2026-11-27T20:00:00Z")), Some(at("2026-11-28T05:00:00Z")));
}

#[test]
fn round_the_clock_ends_at_a_holiday() {
    let always = hours("Europe/Warsaw", &[(ALWAYS, "00:00-24:00")], &[("2026-12-25", &[])]);
    let closes = always.next_change(at("2026-12-01T00:00:00Z")).expect("closes");
    assert_eq!(closes, at("2026-12-24T23:00:00Z"));
    assert_eq!(always.next_change(closes), Some(at("2026-12-25T23:00:00Z")));
}

#[test]
fn summer_time_shifts_the_hours_and_opens_nobody_twice() {
    let early = hours("Europe/Warsaw", &[(ALWAYS, "02:30-10:00")], &[]);
    // 2026-03-29: 02:00 becomes 03:00, so 02:30 is 03:30 summer time.
    assert!(!early.is_open(at("2026-03-29T01:29:59Z")));
    assert!(early.is_open(at("2026-03-29T01:30:00Z")));
    assert!(!early.is_open(at("2026-03-29T08:00:00Z")));
    // 2026-10-25: 03:00 becomes 02:00; the first 02:30 opens, the second changes nothing.
    assert!(early.is_open(at("2026-10-25T00:30:00Z")));
    assert!(early.is_open(at("2026-10-25T01:15:00Z")));
    assert_eq!(early.next_change(at("2026-10-25T00:30:00Z")), Some(at("2026-10-25T09:00:00Z")));
}

#[test]
fn mistakes_are_told_by_value() {
    let zone = Calendar::new("Europe/Atlantis", [], []);
    assert_eq!(zone, Err(CalendarFault::UnknownZone("Europe/Atlantis".to_owned())));
    for text in ["8", "25:00", "24:01", "08:60", "-1:00", "08:5", "ab:cd", "008:00"] {
        assert_eq!(text.parse::<TimeOfDay>(), Err(CalendarFault::NotATime(text.to_owned())));
    }
    for text in ["2026-02-30", "2026-13-01", "1-1", "christmas", "2026-1-1", "13-01"] {
        assert_eq!(text.parse::<Date>(), Err(CalendarFault::NotADate(text.to_owned())));
    }
    assert_eq!("08:00-08:00".parse::<Opening>(), Err(CalendarFault::EmptyRange));
    assert_eq!("someday".parse::<Day>(), Err(CalendarFault::NotADay("someday".to_owned())));
    let date: Date = "12-25".parse().expect("a date");
    let twice = Calendar::new("UTC", [], [(date, Vec::new()), (date, Vec::new())]);
    assert_eq!(twice, Err(CalendarFault::DateTwice(date)));
}

proptest! {
    /// `next_change` against asking every minute.
    #[test]
    fn the_next_change_is_the_first_minute_that_differs(
        ranges in prop::collection::vec((0usize..7, 0u8..24, 0u8..4, 0u8..24, 0u8..4), 0..8),
        start in 0i64..400 * 24 * 60,
    ) {
        let week = ranges.iter().filter_map(|&(day, h1, q1, h2, q2)| {
            let (from, until) = (TimeOfDay::new(h1, q1 * 15)?, TimeOfDay::new(h2, q2 * 15)?);
            Some((Day::ALL[day], Opening::new(from, until).ok()?))
        });
        let calendar = Calendar::new("America/New_York", week, []).expect("a calendar");
        let now = Utc::from_millis(1_770_000_000_000 + start * 60_000);
        let quarter = |utc: Utc| utc.as_millis() - utc.as_millis().rem_euclid(900_000);
        let mut probe = Utc::from_millis(quarter(now) + 900_000);
        let mut first = None;
        for _ in 0..8 * 24 * 4 {
            if calendar.is_open(probe) != calendar.is_open(now) {
                first = Some(probe);
                break;
            }
            probe = Utc::from_millis(probe.as_millis() + 900_000);
        }
        prop_assert_eq!(calendar.next_change(now), first);
    }
}
