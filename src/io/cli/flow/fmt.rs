//! `ringback flow fmt`: flow and test files in their standard form.

use super::files::{below, configuration, holds_none};
use crate::flow::load::FILE_END as FLOW_FILE_END;
use crate::flow::standard::{NoStandard, standard};
use crate::io::cli::check::refuse;
use crate::io::cli::output::{answer, tell};
use crate::io::cli::{EXIT_CONFIG, EXIT_UNAVAILABLE};
use crate::io::site::{Site, SiteError};
use crate::rehearsal::script::FILE_END;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct FmtArguments {
    /// The files (NAME.flow.yaml, NAME.test.yaml), or directories of them
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The configuration beside which the flows stand that these run; default: the
    /// `ringback.yaml` above their directory
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Change nothing; exit code 1 names the files that are not in standard form
    #[arg(long)]
    check: bool,
}

/// A file that is not in standard form, and what it should be.
struct Change {
    path: PathBuf,
    text: String,
}

/// Why nothing is written.
enum Refused {
    /// Files that cannot be read, or mistakes in them.
    Site(SiteError),
    /// This file would not say the same.
    WouldChange(PathBuf),
}

/// Writes files anew. Where one of them has mistakes, all stay as they are.
pub(super) fn fmt(arguments: &FmtArguments) -> ExitCode {
    let mut site = Site::default();
    let changes = match changes(&mut site, arguments) {
        Ok(changes) => changes,
        Err(Refused::Site(error)) => return refuse(&site, &error),
        Err(Refused::WouldChange(path)) => {
            let sentence = "cannot be put in standard form without changing what it says";
            tell(&format!("error: {} {sentence}; it stays as it is", path.display()));
            return ExitCode::from(EXIT_CONFIG);
        }
    };
    for change in &changes {
        if !arguments.check
            && let Err(fault) = std::fs::write(&change.path, &change.text)
        {
            tell(&format!("error: {} cannot be written: {fault}", change.path.display()));
            return ExitCode::from(EXIT_UNAVAILABLE);
        }
        let done = if arguments.check { "not in standard form" } else { "written anew" };
        answer(&format!("{}: {done}", change.path.display()));
    }
    ExitCode::from(u8::from(arguments.check && !changes.is_empty()))
}

fn changes(site: &mut Site, arguments: &FmtArguments) -> Result<Vec<Change>, Refused> {
    let files = below(&arguments.files, &[FLOW_FILE_END, FILE_END]).map_err(Refused::Site)?;
    if let Some(empty) = arguments.files.iter().find(|path| holds_none(path, &files)) {
        let none = io::Error::other("it holds neither NAME.flow.yaml nor NAME.test.yaml");
        return Err(Refused::Site(SiteError::Unreadable(empty.clone(), none)));
    }
    let is_flow = |path: &&PathBuf| path.to_string_lossy().ends_with(FLOW_FILE_END);
    let flows: Vec<PathBuf> = files.iter().filter(is_flow).cloned().collect();
    if !flows.is_empty() {
        let config = configuration(arguments.config.as_deref(), &flows);
        site.flows_alone(config.as_deref(), &flows).map_err(Refused::Site)?;
    }
    let mut changes = Vec::new();
    for path in files {
        let (name, text) = site.read(&path).map_err(Refused::Site)?;
        let new = standard(&name, &text).map_err(|fault| match fault {
            NoStandard::Unreadable(mistakes) => Refused::Site(SiteError::Mistakes(mistakes)),
            NoStandard::WouldChange => Refused::WouldChange(path.clone()),
        })?;
        if new != text {
            changes.push(Change { path, text: new });
        }
    }
    Ok(changes)
}
