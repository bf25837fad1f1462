//! Commands that ask the running server, and do without it where they can.

use super::SiteArguments;
use super::output::{answer, tell};
use crate::io::control;
use crate::io::order::{Order, Report, UNAVAILABLE};
use crate::io::site::Site;
use crate::io::steward::Steward;
use crate::io::versions::Versions;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Who uses the program, as the system calls them.
pub(super) fn user() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    named.unwrap_or_else(|| format!("user {}", rustix::process::getuid().as_raw()))
}

/// The data directory of a site.
pub(super) fn data_of(arguments: &SiteArguments) -> Result<PathBuf, Report> {
    let mut site = Site::default();
    let data = arguments.place().data_dir(&mut site);
    data.map_err(|error| Report::wrong(site.explain(&error)))
}

/// Lets the running server do it; without one it is done here, if it `may` be.
pub(super) fn carry_out(arguments: &SiteArguments, order: &Order, may: bool) -> ExitCode {
    let report = match data_of(arguments) {
        Ok(data) => asked(&data, order).unwrap_or_else(|| {
            if may {
                let versions = Versions::in_data(&data);
                return Steward::without_server(arguments.place(), versions).perform(order);
            }
            Report::unavailable(format!(
                "error: no server runs on {}\n  help: name its data directory with --data, or its \
                 settings with --config",
                data.display()
            ))
        }),
        Err(report) => report,
    };
    finish(&report)
}

/// What the server says, if one runs.
pub(super) fn asked(data: &Path, order: &Order) -> Option<Report> {
    match control::ask(data, order) {
        Ok(report) => report,
        Err(fault) => Some(Report {
            code: UNAVAILABLE,
            text: format!(
                "error: the server on {} cannot be asked: {fault}\n  help: ask it as the user that \
                 it runs as",
                data.display()
            ),
        }),
    }
}

/// Shows a report; its code is the command's.
pub(super) fn finish(report: &Report) -> ExitCode {
    let text = report.text.trim_end();
    if report.code == 0 {
        answer(text);
    } else {
        tell(text);
    }
    ExitCode::from(report.code)
}
