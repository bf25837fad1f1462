//! The language a caller hears.

use std::fmt;
use std::sync::Arc;

/// A language tag as in `prompts/LANG`, such as `en` or `pl`; lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(Arc<str>);

impl Language {
    /// From a tag of letters and hyphens (BCP 47); anything else is refused.
    #[must_use]
    pub fn new(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase();
        let letters = tag.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        (letters && (2..=12).contains(&tag.len())).then(|| Self(tag.into()))
    }

    /// The language of the shipped prompts that is there whatever else is missing.
    #[must_use]
    pub fn english() -> Self {
        Self("en".into())
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
