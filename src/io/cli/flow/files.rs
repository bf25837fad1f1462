//! The flow files that a tool works on, and the site whose names they use.

use crate::base::complaint::{Complaint, Severity};
use crate::flow::load::FILE_END;
use crate::io::cli::check::refuse;
use crate::io::cli::output::tell;
use crate::io::cli::{CONFIGURATION, EXIT_USAGE, config_or_here};
use crate::io::site::{Site, SiteError};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Flow files, and the site whose names they use.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct FlowFiles {
    /// The files, or directories of them
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The configuration whose queues, hours and languages they name; default: the
    /// `ringback.yaml` above their directory, else the one in this directory, else the built-in one
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The site of some flow files: they stand over its own.
pub(super) struct Read {
    /// The texts.
    pub(super) site: Site,
    /// The named files.
    pub(super) files: Vec<PathBuf>,
    /// The configuration, if it is not the built-in one.
    pub(super) config: Option<PathBuf>,
    /// All that is wrong with the site and its flows.
    pub(super) complaints: Vec<Complaint>,
}

impl FlowFiles {
    /// The site with these flows over its own, and what is wrong with it.
    ///
    /// # Errors
    ///
    /// Something cannot be read: told, and the exit code of the program.
    pub(super) fn read(&self) -> Result<Read, ExitCode> {
        let mut site = Site::default();
        let files = below(&self.files, &[FILE_END]).map_err(|error| refuse(&site, &error))?;
        if let Some(empty) = self.files.iter().find(|path| holds_none(path, &files)) {
            tell(&format!("error: {} holds no flow{}", empty.display(), strays(empty)));
            return Err(ExitCode::from(EXIT_USAGE));
        }
        let config = configuration(self.config.as_deref(), &self.files);
        let complaints = match site.load_with(config.as_deref(), &files) {
            Ok((_, complaints)) | Err(SiteError::Mistakes(complaints)) => complaints,
            Err(error) => return Err(refuse(&site, &error)),
        };
        Ok(Read { site, files, config, complaints })
    }
}

/// The files; a directory stands for those in it that end like this, in the order of their names.
///
/// # Errors
///
/// A directory cannot be read.
pub(super) fn below(named: &[PathBuf], ends: &[&str]) -> Result<Vec<PathBuf>, SiteError> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let unreadable = |fault| SiteError::Unreadable(path.clone(), fault);
        let entries = std::fs::read_dir(path).map_err(unreadable)?.flatten();
        let ends_so = |file: &PathBuf| {
            let file = file.to_string_lossy();
            ends.iter().any(|end| file.ends_with(end))
        };
        let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(ends_so).collect();
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
}

/// The configuration: the one that is named, or the one above a directory of these files, as
/// `config/ringback.yaml` is above `config/flows`.
pub(super) fn configuration(named: Option<&Path>, files: &[PathBuf]) -> Option<PathBuf> {
    let above = || files.iter().map(|path| above(path)).find(|path| path.is_file());
    config_or_here(named.map(Path::to_owned).or_else(above))
}

impl Read {
    /// What is wrong with the named files, and with the settings that they depend on.
    pub(super) fn of_these_files(&self) -> Vec<Complaint> {
        let is_named = |one: &Complaint| self.files.iter().any(|path| is_in(one, path));
        let of_site = |one: &Complaint| {
            one.severity == Severity::Error && !one.place.file.ends_with(FILE_END)
        };
        self.complaints.iter().filter(|one| is_named(one) || of_site(one)).cloned().collect()
    }
}

/// Whether nothing was found in a directory that was named.
pub(super) fn holds_none(path: &Path, files: &[PathBuf]) -> bool {
    path.is_dir() && !files.iter().any(|file| file.parent() == Some(path))
}

/// What may have been meant by files that are not named as flows are.
fn strays(dir: &Path) -> String {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut stray: Vec<String> =
        names.filter(|name| name.ends_with(".yaml") || name.ends_with(".yml")).collect();
    stray.sort();
    match stray.first() {
        Some(first) => format!("; a flow's file is named NAME.flow.yaml, and this is {first}"),
        None => "; a flow's file is named NAME.flow.yaml".to_owned(),
    }
}

fn is_in(complaint: &Complaint, path: &Path) -> bool {
    path.to_string_lossy() == *complaint.place.file
}

/// Where the configuration of a flow file, or of a directory of them, is looked for.
fn above(path: &Path) -> PathBuf {
    let directory = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let around = match (directory.file_name(), directory.parent()) {
        (Some(_), Some(parent)) => parent.to_owned(),
        _ => directory.join(".."),
    };
    around.join(CONFIGURATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_looked_for_above_the_flows() {
        let found = |path: &str| above(Path::new(path)).to_string_lossy().to_string();
        assert_eq!(found("config/flows/main.flow.yaml"), "config/ringback.yaml");
        assert_eq!(found("flows/main.flow.yaml"), "ringback.yaml");
        assert_eq!(found("main.flow.yaml"), "../ringback.yaml");
        assert_eq!(found("../main.flow.yaml"), "../../ringback.yaml");
    }
}
