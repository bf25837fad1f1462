//! The texts of one version, and the name that their content gives it.

use crate::flow::load::FILE_END;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Letters of a version's name: 48 bits are enough to tell all versions of a site apart.
const NAME_LETTERS: usize = 12;

/// File names and texts of flows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowTexts(BTreeMap<String, String>);

/// One flow that is not the same in two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Only in the second.
    Added,
    /// Only in the first.
    Removed,
    /// In both, and different.
    Changed,
}

impl FlowTexts {
    /// Of flows as `(path, text)`.
    #[must_use]
    pub fn of(flows: &[(String, String)]) -> Self {
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        Self(flows.iter().map(|(path, text)| (name(path), text.clone())).collect())
    }

    /// The flows in a directory.
    pub(super) fn read(dir: &Path) -> io::Result<Self> {
        let mut texts = BTreeMap::new();
        for entry in fs::read_dir(dir)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_string();
            if name.ends_with(FILE_END) {
                texts.insert(name, fs::read_to_string(&path)?);
            }
        }
        Ok(Self(texts))
    }

    /// The name of the version: the beginning of the SHA-256 over all names and texts in the
    /// order of their names, each after its length in eight bytes, the highest first.
    #[must_use]
    pub fn version(&self) -> String {
        let mut hash = Sha256::new();
        for part in self.0.iter().flat_map(|(name, text)| [name, text]) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let letters = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        letters.chars().take(NAME_LETTERS).collect()
    }

    /// As `(path, text)`, the files standing in `dir`.
    #[must_use]
    pub fn in_dir(&self, dir: &Path) -> Vec<(String, String)> {
        let path = |name: &String| dir.join(name).display().to_string();
        self.0.iter().map(|(name, text)| (path(name), text.clone())).collect()
    }

    /// File names and texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// One text; empty if it is not there.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The flows that are not the same in `other`, in the order of their names.
    #[must_use]
    pub fn changes_to(&self, other: &Self) -> Vec<(String, Change)> {
        let mut names: Vec<&String> = self.0.keys().chain(other.0.keys()).collect();
        names.sort();
        names.dedup();
        let change = |name: &&String| match (self.0.get(*name), other.0.get(*name)) {
            (None, Some(_)) => Some(Change::Added),
            (Some(_), None) => Some(Change::Removed),
            (one, two) if one != two => Some(Change::Changed),
            (_, _) => None,
        };
        names.iter().filter_map(|name| Some(((*name).clone(), change(name)?))).collect()
    }

    /// The same in a few words: `main-line, +promo, -old`.
    #[must_use]
    pub fn changes_in_words(&self, other: &Self) -> String {
        let word = |(name, change): (String, Change)| {
            let flow = name.trim_end_matches(FILE_END).to_owned();
            match change {
                Change::Added => format!("+{flow}"),
                Change::Removed => format!("-{flow}"),
                Change::Changed => flow,
            }
        };
        self.changes_to(other).into_iter().map(word).collect::<Vec<_>>().join(", ")
    }
}
