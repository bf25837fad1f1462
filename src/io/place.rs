//! Where a site's settings and its data are, as somebody named them on the command line.

use super::site::{Instead, Site, SiteError, below, environment};
use crate::base::complaint::Complaint;
use crate::config::load::{self, Loaded};
use std::path::{Path, PathBuf};

/// The name of the store's file in a data directory that was named.
const STORE: &str = "ringback.sqlite";
/// The name of the directory of recordings there.
const RECORDINGS: &str = "recordings";

/// Where a site is.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The settings; without them what is built in.
    pub config: Option<PathBuf>,
    /// The data directory, whatever the settings say.
    pub data: Option<PathBuf>,
}

impl Place {
    /// Reads and checks everything; see [`Site::load`].
    ///
    /// # Errors
    ///
    /// As [`Site::load`].
    pub fn load(
        &self,
        site: &mut Site,
        instead: Instead,
    ) -> Result<(Loaded, Vec<Complaint>), SiteError> {
        let (mut loaded, warnings) = site.load_instead(self.config.as_deref(), instead)?;
        if let Some(dir) = &self.data {
            loaded.io.store = dir.join(STORE);
            loaded.io.recordings = dir.join(RECORDINGS);
        }
        Ok((loaded, warnings))
    }

    /// The data directory: the one that was named, or that of the store, whatever else is wrong
    /// with the settings.
    ///
    /// # Errors
    ///
    /// The settings cannot be read at all.
    pub fn data_dir(&self, site: &mut Site) -> Result<PathBuf, SiteError> {
        if let Some(dir) = &self.data {
            return Ok(dir.clone());
        }
        let (file, text) = site.settings_text(self.config.as_deref())?;
        let environment = environment();
        match load::store_path((&file, &text), &environment) {
            Some(store) => Ok(dir_of(&below(self.config.as_deref(), &store))),
            // Without a tree the settings have no keys; this tells every mistake.
            None => match self.load(site, Instead::default()) {
                Ok((loaded, _)) => Ok(dir_of(&loaded.io.store)),
                Err(error) => Err(error),
            },
        }
    }
}

/// The directory that holds a store.
#[must_use]
pub fn dir_of(store: &Path) -> PathBuf {
    let parent = store.parent().filter(|dir| !dir.as_os_str().is_empty());
    parent.unwrap_or_else(|| Path::new(".")).to_owned()
}
