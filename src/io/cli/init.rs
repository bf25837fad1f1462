//! `ringback init`: a site of one's own, with the shipped settings and flows to begin from.

use super::output::{answer, tell};
use super::{CONFIGURATION, EXIT_UNAVAILABLE, EXIT_USAGE};
use crate::config::defaults::SETTINGS;
use crate::io::site::SHIPPED_FLOWS;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct InitArguments {
    /// Where; it is made if it is not there
    #[arg(default_value = ".")]
    directory: PathBuf,
}

/// Writes the files of a new site; what is there is never overwritten.
pub(super) fn init(arguments: &InitArguments) -> ExitCode {
    let directory = &arguments.directory;
    if let Some(taken) = files(directory).map(|(path, _)| path).find(|path| path.exists()) {
        tell(&format!("error: {} is there already; nothing was written", taken.display()));
        return ExitCode::from(EXIT_USAGE);
    }
    if let Err((path, fault)) = write(directory) {
        tell(&format!("error: {} cannot be written: {fault}", path.display()));
        return ExitCode::from(EXIT_UNAVAILABLE);
    }
    answer(&next(directory));
    ExitCode::SUCCESS
}

/// Each file with its text.
fn files(directory: &Path) -> impl Iterator<Item = (PathBuf, &'static [u8])> {
    let flows = directory.join("flows");
    let shipped = SHIPPED_FLOWS.files().map(move |file| (flows.join(file.path()), file.contents()));
    [(directory.join(CONFIGURATION), SETTINGS.as_bytes())].into_iter().chain(shipped)
}

fn write(directory: &Path) -> Result<(), (PathBuf, io::Error)> {
    let flows = directory.join("flows");
    fs::create_dir_all(&flows).map_err(|fault| (flows, fault))?;
    for (path, text) in files(directory) {
        fs::write(&path, text).map_err(|fault| (path, fault))?;
    }
    Ok(())
}

fn next(directory: &Path) -> String {
    let count = SHIPPED_FLOWS.files().count();
    let there = match directory.to_str() {
        Some(".") => String::new(),
        Some(_) | None => format!("  cd {}\n", directory.display()),
    };
    format!(
        "{CONFIGURATION} and {count} files in flows/ are yours now. Recordings of your own go to \
         prompts/LANG/NAME.wav.\n\n{there}  ringback check              every mistake, and nothing \
         starts\n  ringback flow test flows    the tests of the flows, without a telephone\n  \
         ringback run                the server"
    )
}
