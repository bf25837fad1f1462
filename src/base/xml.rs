//! Text inside XML: pictures and reports of tests.

/// Text fit for elements and attributes in double quotes. Characters that XML 1.0 cannot hold
/// (§2.2) are left out, and so are control characters other than newline and tab.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text_and_what_xml_cannot_hold_goes() {
        assert_eq!(
            escaped("a<b> & \"ż\"\n\t\u{7}\u{ffff}."),
            "a&lt;b&gt; &amp; &quot;ż&quot;\n\t."
        );
    }
}
