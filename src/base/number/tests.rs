//! Stories of numbers.

use super::*;

fn country(code: &str) -> Country {
    Country::new(code).expect("a country")
}

fn e164(value: &str, code: &str) -> Result<String, NumberFault> {
    verify(value, country(code)).map(|verified| verified.number.to_string())
}

#[test]
fn a_number_is_understood_in_every_way_people_write_it() {
    for value in [
        "601234567",
        "0048601234567",
        "+48601234567",
        "+48 601 234 567",
        "+48 (601) 234-567",
        "601-234-567",
        "601.234.567",
        "48601234567",
        "tel:+48601234567",
        "TEL:+48-601-234-567",
        "tel:601234567;phone-context=+48",
        "tel:601234567;phone-context=example.com",
    ] {
        assert_eq!(e164(value, "PL").as_deref(), Ok("+48601234567"), "{value}");
    }
    assert_eq!(e164("(201) 555-0123", "US").as_deref(), Ok("+12015550123"));
    assert_eq!(e164("011 48 601 234 567", "US").as_deref(), Ok("+48601234567"));
    assert_eq!(e164("020 7946 0018", "GB").as_deref(), Ok("+442079460018"));
    assert_eq!(e164("06 698 12345", "IT").as_deref(), Ok("+390669812345"));
}

#[test]
fn a_number_of_another_country_is_judged_and_named_there() {
    let verified = verify("+49 30 123456", country("PL")).expect("a number in Berlin");
    assert_eq!((verified.country, verified.kind), (country("DE"), NumberKind::Fixed));
    let verified = verify("416 555 0123", country("US")).expect("a number in Toronto");
    assert_eq!((verified.country, verified.kind), (country("CA"), NumberKind::FixedOrMobile));
    let verified = verify("07400 123456", country("GB")).expect("a mobile phone");
    assert_eq!((verified.country, verified.kind), (country("GB"), NumberKind::Mobile));
}

#[test]
fn what_is_no_number_is_refused_with_its_fault() {
    let table = [
        ("", "PL", NumberFault::NotANumber),
        ("+", "PL", NumberFault::NotANumber),
        ("anonymous", "PL", NumberFault::NotANumber),
        ("1-800-FLOWERS", "US", NumberFault::NotANumber),
        ("601234567*", "PL", NumberFault::NotANumber),
        ("601234567#1", "PL", NumberFault::NotANumber),
        ("60+1234567", "PL", NumberFault::NotANumber),
        ("６０１２３４５６７", "PL", NumberFault::NotANumber),
        ("٦٠١٢٣٤٥٦٧", "PL", NumberFault::NotANumber),
        ("tel:+48601234567;ext=5", "PL", NumberFault::NotANumber),
        ("60123", "PL", NumberFault::TooShort),
        ("+481", "PL", NumberFault::TooShort),
        ("+4860123456789", "PL", NumberFault::TooLong),
        ("123456789012345678901", "PL", NumberFault::TooLong),
        ("+999123456789", "PL", NumberFault::UnknownCountry),
        ("601234567", "ZZ", NumberFault::UnknownCountry),
        ("60123456", "PL", NumberFault::NotInPlan),
        ("000000000", "PL", NumberFault::NotInPlan),
        ("112", "PL", NumberFault::Short),
        ("+48112", "PL", NumberFault::Short),
        ("0048 112", "PL", NumberFault::Short),
        ("911", "US", NumberFault::Short),
        ("+1911", "PL", NumberFault::Short),
        ("+881612345678", "PL", NumberFault::Global),
        ("+80012345678", "PL", NumberFault::Global),
    ];
    for (value, code, fault) in table {
        assert_eq!(e164(value, code), Err(fault), "{value} in {code}");
    }
}

#[test]
fn short_numbers_are_known_in_disguise() {
    let poland = country("PL");
    for value in ["112", "997", "19115", "116123", "+48112", "0048112", "12345", "9393"] {
        assert!(is_short_or_emergency(value, poland), "{value}");
    }
    for value in ["601234567", "+4930123456", "nobody", "+881612345678"] {
        assert!(!is_short_or_emergency(value, poland), "{value}");
    }
}

#[test]
fn a_trunk_dials_nationally_inside_and_with_its_prefix_outside() {
    let number = PhoneNumber::from_e164("+48601234567").expect("a number");
    assert_eq!(national(&number, country("PL")), "601234567");
    assert_eq!(national(&number, country("DE")), "0048601234567");
    assert_eq!(national(&number, country("US")), "01148601234567");
    let number = PhoneNumber::from_e164("+4930123456").expect("a number");
    assert_eq!(national(&number, country("DE")), "030123456");
    let number = PhoneNumber::from_e164("+12015550123").expect("a number");
    assert_eq!(national(&number, country("US")), "2015550123");
}

#[test]
fn a_number_is_grouped_as_its_country_writes_it() {
    let number = PhoneNumber::from_e164("+48601234567").expect("a number");
    assert_eq!(grouped(&number), "+48 601 234 567");
    assert_eq!(national_groups(&number), ["601", "234", "567"]);
    assert_eq!(country_of(&number), Some(country("PL")));
}

#[test]
fn every_kind_is_read_back_from_its_name() {
    for kind in NumberKind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
    }
    assert_eq!("Mobile".parse::<NumberKind>(), Err(UnknownKind));
    assert!(NumberKind::Mobile.allows(NumberKind::FixedOrMobile));
    assert!(!NumberKind::Mobile.allows(NumberKind::Premium));
}

/// Prints the cost of first use, of each further call, and of the memory of all countries.
#[test]
#[ignore = "a measurement"]
fn figures() {
    let resident = || {
        let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
        text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4
    };
    let (start, before) = (std::time::Instant::now(), resident());
    assert!(e164("601234567", "PL").is_ok());
    eprintln!("first: {:?}, {} KiB", start.elapsed(), resident() - before);
    let start = std::time::Instant::now();
    for last in 0..10_000 {
        assert!(e164(&format!("60123{last:04}"), "PL").is_ok());
    }
    eprintln!("each: {:?}, {} KiB", start.elapsed() / 10_000, resident() - before);
    for code in ["US", "DE", "GB", "FR"] {
        let at = resident();
        let _ = e164("2015550123", code);
        eprintln!("{code}: +{} KiB", resident() - at);
    }
    let util = &*lib::PHONE_NUMBER_UTIL;
    for region in util.get_supported_regions() {
        if let Ok(example) = util.get_example_number(region) {
            let text = util.format(&example, lib::PhoneNumberFormat::E164).into_owned();
            assert!(e164(&text, "PL").is_ok(), "{text}");
        }
    }
    eprintln!("all countries: {} KiB", resident() - before);
}
