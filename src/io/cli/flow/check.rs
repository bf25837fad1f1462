//! `ringback flow check`: every mistake in flow files.

use super::FlowFiles;
use crate::io::cli::check::Telling;
use crate::io::cli::named_in_words;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct CheckArguments {
    #[command(flatten)]
    flows: FlowFiles,
    #[command(flatten)]
    telling: Telling,
}

/// Checks flow files against the names of a site; other flows of the site are there too.
pub(super) fn check(arguments: &CheckArguments) -> ExitCode {
    let read = match arguments.flows.read() {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    let count = read.files.len();
    let files = if count == 1 { "flow file" } else { "flow files" };
    let names = named_in_words(read.config.as_deref());
    let good = format!("{count} {files}, with the names of {names}");
    arguments.telling.verdict(&read.site, &read.of_these_files(), &good)
}
