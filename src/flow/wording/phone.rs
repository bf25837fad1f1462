//! Digits one by one, and the groups in which people say a telephone number.

use crate::base::number::{Country, PhoneNumber, country_of, grouped, national_groups, verify};

/// Most digits that are said in one breath.
const GROUP_MAX: usize = 4;

/// Each key by its name; what only separates is not spoken.
pub(super) fn spelled(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for key in text.chars().filter(|key| !separates(*key)) {
        words.push(match key {
            '0'..='9' => format!("digits/{key}"),
            '*' => "digits/star".to_owned(),
            '#' => "digits/hash".to_owned(),
            '+' => "digits/plus".to_owned(),
            _ => return None,
        });
    }
    (!words.is_empty()).then_some(words)
}

/// Group by group, with a pause between two.
pub(super) fn spoken(groups: &[String]) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for group in groups {
        if !words.is_empty() {
            words.push("pause/group".to_owned());
        }
        words.extend(spelled(group)?);
    }
    (!words.is_empty()).then_some(words)
}

/// The groups of a number, as its own country writes them: a number of `country` as it is dialled
/// there, any other with `+` and its country. Where no country is given, Polish numbers are at
/// home. What is no number of any plan goes in groups of three, with one or two pairs at the end.
pub(super) fn groups(text: &str, country: Option<Country>) -> Vec<String> {
    let digits: String = text.chars().filter(|key| !separates(*key)).collect();
    let home = country.or_else(|| Country::new("PL"));
    let number = PhoneNumber::from_e164(&digits).or_else(|| keyed(&digits, country?));
    let Some(number) = number else { return cut(&digits) };
    if home.is_some() && country_of(&number) == home {
        return short_groups(national_groups(&number));
    }
    let written = grouped(&number);
    short_groups(written.split([' ', '-']).map(str::to_owned).collect())
}

/// Digits as they were keyed in a country, if they are a number of its plan.
fn keyed(digits: &str, country: Country) -> Option<PhoneNumber> {
    verify(digits, country).ok().map(|verified| verified.number)
}

/// Long groups are cut: nobody remembers eight digits in a row.
fn short_groups(groups: Vec<String>) -> Vec<String> {
    let each = groups.into_iter().filter(|group| !group.is_empty());
    each.flat_map(|group| if group.len() > GROUP_MAX { cut(&group) } else { vec![group] }).collect()
}

/// In threes, with one or two pairs at the end; a country code that is not known stays whole.
fn cut(digits: &str) -> Vec<String> {
    let keys: Vec<char> = digits.chars().collect();
    let mut rest = keys.as_slice();
    let mut groups = Vec::new();
    while !rest.is_empty() {
        let size = match rest.len() {
            2 | 4 => 2,
            _ => 3,
        };
        let (group, after) = rest.split_at(size.min(rest.len()));
        groups.push(group.iter().collect());
        rest = after;
    }
    groups
}

fn separates(key: char) -> bool {
    " -./()".contains(key)
}
