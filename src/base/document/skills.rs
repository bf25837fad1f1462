//! Skills as they are written: a list of names, or names with levels.

use super::{Kind, Node};
use crate::base::code;
use crate::base::complaint::{Complaints, Place};
use crate::base::skill::LEVEL_MAX;

impl Node {
    /// `billing`, `[billing, polish]` or `{ billing: 3, polish: 1 }`: each name with its level,
    /// which is 1 where none is written, and where it stands.
    pub fn skills(&self, complaints: &mut Complaints) -> Vec<(String, u8, Place)> {
        let mut skills = Vec::new();
        if let Kind::Map(entries) = &self.kind {
            for (key, node) in entries {
                let level = node.integer(1..=i64::from(LEVEL_MAX), complaints);
                let level = level.and_then(|level| u8::try_from(level).ok()).unwrap_or(1);
                skills.push((key.text.clone(), level, key.place.clone()));
            }
        } else {
            for node in self.one_or_many() {
                let name = node.text(complaints).map(str::to_owned);
                skills.extend(name.map(|name| (name, 1, node.place.clone())));
            }
        }
        let is_plain = |name: &str| !name.is_empty() && !name.contains([' ', ':']);
        skills.retain(|(name, _, place)| {
            if !is_plain(name) {
                let message = "the name of a skill is one word without a colon";
                complaints.error(code::WRONG_NAME, place, message);
            }
            is_plain(name)
        });
        skills
    }
}
