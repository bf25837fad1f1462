//! Emergency and short numbers of the countries we know best, for the metadata has none.
//!
//! Sources: the national numbering plans as published by ITU-T (Operational Bulletin, national
//! numbering plans) and the European harmonised ranges 112, 116xxx (Decision 2007/116/EC).

/// Numbers that are short everywhere: emergency calls of the two great systems, which mobile
/// networks honour abroad too (3GPP TS 22.101 §10.1).
const EVERYWHERE: &str = "112 911 000 08 110 118 119 999";

/// Per country, by its two letters: patterns whose `x` stands for any digit.
const PLANS: &[(&str, &str)] = &[
    ("AT", "112 122 128 130 133 140 141 142 144 147 116xxx 118xx 118xxx 15xx 17xx"),
    ("AU", "000 106 112 12xx 13xxxx 19xx 19xxxx 1831 1832 1194 1196"),
    ("BE", "100 101 102 103 105 106 107 110 112 116xxx 12xx 13xx 17xx 19xx"),
    ("CA", "x11 988 112"),
    ("CH", "112 117 118 140 143 144 145 147 161 162 163 164 166 175 187 116xxx 14xx 18xx"),
    ("CZ", "112 150 155 156 158 116xxx 11xx 12xx 13xx 14xx 11xxx 12xxx 14xxx"),
    ("DE", "110 112 115 116xxx 118xx 118xxx 19222"),
    ("DK", "112 114 116xxx 118 18xx"),
    ("ES", "0xx 112 116xxx 118xx 1004 1485"),
    ("FI", "112 116xxx 118 118xx 118xxx 100xx"),
    ("FR", "15 17 18 110 112 114 115 119 191 196 197 116xxx 118xxx 10xx 3xxx"),
    ("GB", "999 112 100 101 105 111 119 123 155 159 18000 116xxx 118xxx 14xx 15xx 17xx"),
    ("IE", "999 112 116xxx 118xx 119xx 19xx"),
    ("IT", "112 113 114 115 116 117 118 116xxx 15xx 12xx 4xxxx 4xxxxx 1xx"),
    ("LT", "112 01 02 03 04 011 022 033 116xxx 118 15xx 18xx"),
    ("NL", "112 116xxx 144 14xxx 14xxxx 18xx"),
    ("NO", "110 112 113 116xxx 1xx 18xx 0xxxx"),
    ("PL", "112 911 98x 99x 116xxx 118xxx 19xxx 12xxx"),
    ("PT", "112 115 117 116xxx 118 118xx 16xx 15xxx"),
    ("SE", "112 11414 1177 116xxx 118xxx 90xxx 90xxxx"),
    ("SK", "112 150 155 158 159 116xxx 11xx 12xx 18xxx"),
    ("UA", "101 102 103 104 112 15xx 116xxx 118x"),
    ("US", "x11 988 112"),
];

/// Whether `digits`, dialled as they are inside the country `code`, reach an emergency or short
/// service.
pub(super) fn is_listed(digits: &str, code: &str) -> bool {
    let plan = PLANS.iter().find(|(country, _)| *country == code).map_or("", |(_, plan)| plan);
    EVERYWHERE.split(' ').chain(plan.split(' ')).any(|pattern| matches(pattern, digits))
}

fn matches(pattern: &str, digits: &str) -> bool {
    !digits.is_empty()
        && pattern.len() == digits.len()
        && pattern.bytes().zip(digits.bytes()).all(|(want, digit)| want == b'x' || want == digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_emergency_call_is_short_in_every_country() {
        assert!(is_listed("112", "PL") && is_listed("112", "ZZ") && is_listed("911", "US"));
        assert!(is_listed("116123", "PL") && is_listed("999", "GB") && is_listed("411", "US"));
        assert!(!is_listed("601234567", "PL") && !is_listed("", "PL"));
    }
}
