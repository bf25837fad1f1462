//! A directory that is gone when its owner is.

use super::clock;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Letters of the name that come from chance.
const NAME_LETTERS: usize = 12;
/// Only its owner may look in.
const MODE: u32 = 0o700;

/// A directory among the system's temporary ones; dropping it deletes it with all it holds.
#[derive(Debug)]
pub struct Temporary(PathBuf);

impl Temporary {
    /// A new, empty directory.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn new() -> io::Result<Self> {
        let name = format!("ringback-{}", clock::entropy()?.token(NAME_LETTERS));
        let path = std::env::temp_dir().join(name);
        DirBuilder::new().mode(MODE).create(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "a temporary directory stays");
        }
    }
}
