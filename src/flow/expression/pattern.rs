//! Regular expressions that match a text as a whole.

use regex::{Regex, RegexBuilder};

/// Largest compiled pattern, in bytes.
const COMPILED_BYTES_MAX: usize = 256 * 1024;

/// A pattern that a text matches from its first to its last character.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
}

impl Pattern {
    /// Compiles a regular expression.
    ///
    /// # Errors
    /// One line that says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        // The text must be a whole pattern by itself: `a)(b` must not become one.
        build(text)?;
        build(&format!("^(?:{text})$")).map(|regex| Self { regex })
    }

    /// Whether the whole of `text` matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

fn build(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).size_limit(COMPILED_BYTES_MAX).build().map_err(|error| {
        let text = error.to_string();
        let last = text.lines().next_back().unwrap_or("not a pattern");
        last.trim_start_matches("error: ").to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_whole_text() {
        let pattern = Pattern::new("48|48[0-9]+").expect("a pattern");
        assert!(pattern.matches("48600"));
        assert!(!pattern.matches("148600"));
        assert!(Pattern::new("a)(b").is_err());
        assert!(Pattern::new("(((a{1000}){1000}){1000})").is_err());
    }
}
