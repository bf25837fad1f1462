//! Stories of what may be dialled.

use super::*;

fn country(code: &str) -> Country {
    Country::new(code).expect("a country")
}

fn poland() -> Policy {
    Policy::of_countries([country("PL")])
}

/// Numbers that may never be dialled from Poland, in every spelling that a keypad, a SIP
/// request or a flow could bring.
const FORBIDDEN: &[&str] = &[
    // Emergency and short numbers.
    "112",
    "997",
    "998",
    "999",
    "911",
    "984",
    "986",
    "991",
    "994",
    "000",
    "110",
    "08",
    "19115",
    "19457",
    "116111",
    "116123",
    "118913",
    "12345",
    "9393",
    "2900",
    "60",
    "+48112",
    "+48 112",
    "0048112",
    "00 48 112",
    "+48997",
    "+48 999",
    "0048 997",
    "+48-112",
    "+48116123",
    "+4819115",
    "+1911",
    "+1 911",
    "001911",
    "+44999",
    "+44 999",
    "+49110",
    "1-1-2",
    "1.1.2",
    "(112)",
    "1 1 2",
    "tel:112",
    "tel:112;phone-context=+48",
    "tel:+48112",
    "TEL:911",
    "tel:911;phone-context=+1",
    "tel:999;phone-context=example.com",
    // Premium rate and shared cost.
    "701123456",
    "+48701123456",
    "0048701123456",
    "+48 70 112 34 56",
    "703123456",
    "tel:+48-701-123-456",
    "tel:701123456;phone-context=+48",
    "+48 701-123-456",
    "801123456",
    "+48801123456",
    "+48 801 123 456",
    "0048 801 123 456",
    "804123456",
    "+19005550123",
    "+1 900 555 0123",
    "0019005550123",
    "+1-900-555-0123",
    "19005550123",
    "+449098790123",
    "+44 909 879 0123",
    "00449098790123",
    "+4990012345678",
    "+49 900 1 234567",
    "+33899123456",
    "+33 8 99 12 34 56",
    "+390899123456",
    "+448431234567",
    "+491801234567",
    // Satellites, international networks, global services.
    "+881612345678",
    "+8816 1234 5678",
    "00881612345678",
    "tel:+881612345678",
    "+882161234567",
    "+88213300655",
    "+883510012345678",
    "+870301234567",
    "+870773111632",
    "00870773111632",
    "+80012345678",
    "+80812345678",
    "+979123456789",
    "+8881234567",
    "tel:+870-773-111-632",
    "tel:870773111632;phone-context=+",
    // Countries that are not listed, among them those with the dearest calls.
    "+12015550123",
    "001 201 555 0123",
    "+1 876 555 0123",
    "+18095551234",
    "+14735551234",
    "+53 7 8301234",
    "+2527123456",
    "+3725123456",
    "+37060123456",
    "+380501234567",
    "+442079460018",
    "0044 20 7946 0018",
    "+4930123456",
    "004930123456",
    "+2348031234567",
    "+96170123456",
    "+6745551234",
    "+247 62889",
    "+5350123456",
    "+371 21 234 567",
    "01148601234567",
    "011 44 20 7946 0018",
    // Digits of other scripts, letters, signs, and what only looks like a number.
    "１１２",
    "９９７",
    "６０１２３４５６７",
    "＋４８６０１２３４５６７",
    "+４８601234567",
    "٦٠١٢٣٤٥٦٧",
    "١١٢",
    "۱۱۲",
    "९११",
    "१०८",
    "𝟏𝟏𝟐",
    "𝟨𝟢𝟣𝟤𝟥𝟦𝟧𝟨𝟩",
    "①①②",
    "+48６01234567",
    "60123456a",
    "1-800-FLOWERS",
    "+48601234567;ext=112",
    "tel:+48601234567;ext=1",
    "tel:+48601234567;isub=5",
    "sip:+48601234567@example.com;user=phone",
    "sip:112@example.com;user=phone",
    "sips:+48701123456@example.com;user=phone",
    "+48601234567,112",
    "+48601234567p112",
    "601234567#112",
    "*112#",
    "#31#601234567",
    "*#06#",
    "+48+601234567",
    "601234567+",
    "++48601234567",
    "+48601234567\n112",
    "601234567\u{200b}",
    "\u{202e}112",
    "601\u{00a0}234567",
    "601'234'567",
    "0",
    "+",
    "",
    "    ",
    "+0048601234567",
    "anonymous",
    "unavailable",
    "%2B48112",
    "+48601234567@example.com",
    "60123456",
    "6012345678",
    "+486012345678901234",
    "00000000000000000000000",
    "+000000000",
    "000000000",
    "+999123456789",
    "+21012345678",
];

#[test]
fn what_may_never_be_dialled_is_refused_in_every_spelling() {
    assert!(FORBIDDEN.len() >= 150, "{}", FORBIDDEN.len());
    let policy = poland();
    let passed: Vec<_> = FORBIDDEN
        .iter()
        .filter_map(|value| policy.judge(value, country("PL")).ok().map(|v| (value, v.kind)))
        .collect();
    assert_eq!(passed, []);
}

#[test]
fn numbers_of_the_country_pass() {
    for value in ["601234567", "+48601234567", "0048 601 234 567", "22 123 45 67"] {
        let verified = poland().judge(value, country("PL")).expect("dialable");
        assert_eq!(poland().check_number(&verified.number), Ok(()), "{value}");
    }
}

#[test]
fn each_fault_has_its_escalation() {
    let fault = |value: &str| poland().judge(value, country("PL")).expect_err("refused");
    assert_eq!(fault("nobody"), PolicyFault::Invalid(NumberFault::NotANumber));
    assert_eq!(fault("nobody").escalation(), "callback-invalid-number");
    assert_eq!(fault("112"), PolicyFault::Short);
    assert_eq!(fault("12345").escalation(), "callback-blocked-number");
    assert_eq!(fault("+881612345678"), PolicyFault::Global);
    assert_eq!(fault("701123456"), PolicyFault::KindNotAllowed(NumberKind::Premium));
    assert_eq!(fault("+4930123456"), PolicyFault::CountryNotAllowed(country("DE")));
    assert_eq!(fault("800123456"), PolicyFault::KindNotAllowed(NumberKind::TollFree));
}

#[test]
fn premium_numbers_stay_forbidden_even_when_listed() {
    let mut policy = poland();
    policy.kinds.insert(NumberKind::Premium);
    policy.allowed.insert("+48".to_owned());
    let fault = policy.judge("701123456", country("PL"));
    assert_eq!(fault, Err(PolicyFault::KindNotAllowed(NumberKind::Premium)));
}

#[test]
fn we_never_call_ourselves() {
    let mut policy = poland();
    let own = PhoneNumber::from_e164("+48221234567").expect("a number");
    policy.own_numbers.insert(own);
    assert_eq!(policy.judge("221234567", country("PL")), Err(PolicyFault::Own));
}

#[test]
fn the_longer_beginning_wins() {
    let mut policy = poland();
    policy.blocked.insert("+4860".to_owned());
    policy.allowed.insert("+486012".to_owned());
    policy.allowed.insert("+4930".to_owned());
    assert_eq!(policy.judge("605123456", country("PL")), Err(PolicyFault::Blocked));
    assert!(policy.judge("601234567", country("PL")).is_ok());
    assert!(policy.judge("+4930123456", country("PL")).is_ok(), "an exception by its beginning");
}

#[test]
fn without_countries_nothing_is_dialled() {
    let fault = Policy::default().judge("601234567", country("PL"));
    assert_eq!(fault, Err(PolicyFault::CountryNotAllowed(country("PL"))));
}

#[test]
fn a_plan_that_cannot_tell_fixed_from_mobile_passes_where_either_may() {
    let policy = Policy::of_countries([country("US")]);
    assert!(policy.judge("201-555-0123", country("US")).is_ok());
}
