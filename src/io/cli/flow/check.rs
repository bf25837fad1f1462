//! `ringback flow check`: every mistake in flow files.

use super::FlowFiles;
use crate::io::cli::EXIT_CONFIG;
use crate::io::cli::check::{refuse, show};
use crate::io::cli::output::answer;
use crate::io::site::Site;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct CheckArguments {
    #[command(flatten)]
    flows: FlowFiles,
    /// Warnings count as mistakes
    #[arg(long)]
    deny_warnings: bool,
}

/// Checks flow files against the names of a site; other flows of the site are there too.
pub(super) fn check(arguments: &CheckArguments) -> ExitCode {
    let FlowFiles { files, config } = &arguments.flows;
    let mut site = Site::default();
    match site.load_with(config.as_deref(), files) {
        Ok((_, warnings)) => {
            show(&site, &warnings);
            if arguments.deny_warnings && !warnings.is_empty() {
                return ExitCode::from(EXIT_CONFIG);
            }
            answer(&format!("good: {} flow files", files.len()));
            ExitCode::SUCCESS
        }
        Err(error) => refuse(&site, &error),
    }
}
