//! `ringback check`: every mistake at once, and nothing starts.

use super::output::{answer, tell};
use super::{EXIT_CONFIG, SiteArguments};
use crate::base::complaint::{Complaint, Severity};
use crate::io::site::{Site, SiteError};
use std::process::ExitCode;

/// Checks a whole site.
pub(super) fn check(arguments: &SiteArguments, deny_warnings: bool) -> ExitCode {
    let mut site = Site::default();
    match site.load(arguments.config.as_deref()) {
        Ok((loaded, warnings)) => {
            show(&site, &warnings);
            if deny_warnings && !warnings.is_empty() {
                return ExitCode::from(EXIT_CONFIG);
            }
            let settings = &loaded.settings;
            answer(&format!(
                "good: {} trunks, {} numbers, {} queues, {} agents, {} flows, {} languages",
                settings.trunks.len(),
                settings.numbers.len(),
                settings.queues.len(),
                settings.agents.len(),
                settings.flows.flows.len(),
                settings.prompts.len(),
            ));
            ExitCode::SUCCESS
        }
        Err(error) => refuse(&site, &error),
    }
}

/// Tells why a site cannot be used.
pub(super) fn refuse(site: &Site, error: &SiteError) -> ExitCode {
    match error {
        SiteError::Unreadable(path, fault) => {
            tell(&format!("error: {} cannot be read: {fault}", path.display()));
        }
        SiteError::Prompts(faults) => {
            for fault in faults {
                tell(&format!("error: {fault}"));
            }
        }
        SiteError::Mistakes(complaints) => show(site, complaints),
    }
    ExitCode::from(EXIT_CONFIG)
}

/// Shows mistakes with their lines, and how many there are.
pub(super) fn show(site: &Site, complaints: &[Complaint]) {
    for complaint in complaints {
        tell(&complaint.render(site.text(&complaint.place.file)));
    }
    let count = |severity| complaints.iter().filter(|one| one.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if errors + warnings > 0 {
        tell(&format!("{errors} errors, {warnings} warnings"));
    }
}
