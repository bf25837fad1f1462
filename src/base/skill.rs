//! What agents can do, and what callers need.

use std::collections::BTreeMap;
use std::fmt;

/// The highest level of a skill.
pub const LEVEL_MAX: u8 = 10;

/// Skills by name, each with a level from 1 to [`LEVEL_MAX`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Skills(BTreeMap<String, u8>);

impl Skills {
    /// None.
    #[must_use]
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds one, or changes its level.
    pub fn set(&mut self, name: &str, level: u8) {
        self.0.insert(name.to_owned(), level);
    }

    /// Whether somebody with these can do what is needed: each skill, at least at its level.
    #[must_use]
    pub fn cover(&self, needed: &Self) -> bool {
        needed.0.iter().all(|(name, level)| self.0.get(name).is_some_and(|own| own >= level))
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Reads what [`Display`](fmt::Display) has written; what has no meaning is left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let each = text.split(' ').filter_map(|one| one.rsplit_once(':'));
        Self(
            each.filter_map(|(name, level)| Some((name.to_owned(), level.parse().ok()?))).collect(),
        )
    }
}

/// As `billing:3 polish:1`.
impl fmt::Display for Skills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, level)) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{name}:{level}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_covers_what_every_skill_covers_at_its_level() {
        let own = Skills::read("billing:3 polish:1");
        assert!(own.cover(&Skills::none()));
        assert!(own.cover(&Skills::read("billing:2 polish:1")));
        assert!(!own.cover(&Skills::read("billing:4")));
        assert!(!own.cover(&Skills::read("english:1")));
    }

    #[test]
    fn skills_are_read_as_they_are_written() {
        let mut skills = Skills::none();
        skills.set("polish", 1);
        skills.set("billing", 3);
        assert_eq!(skills.to_string(), "billing:3 polish:1");
        assert_eq!(Skills::read(&skills.to_string()), skills);
        assert_eq!(Skills::read(""), Skills::none());
    }
}
