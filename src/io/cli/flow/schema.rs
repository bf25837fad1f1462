//! `ringback flow schema`: what editors complete and check flow files by.

use super::keep;
use crate::config::schema::{Names, schema};
use crate::io::cli::check::refuse;
use crate::io::cli::config_or_here;
use crate::io::site::Site;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct SchemaArguments {
    /// Add the names of a site: its queues, prompts, flows, hours, skills …
    #[arg(long)]
    site: bool,
    /// The configuration of that site; default: `ringback.yaml` in this directory, else the
    /// built-in one
    #[arg(long, value_name = "FILE", requires = "site")]
    config: Option<PathBuf>,
    /// Write here and not to the terminal
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes the JSON Schema of flow files.
pub(super) fn write(arguments: &SchemaArguments) -> ExitCode {
    let mut site = Site::default();
    let names = if arguments.site {
        match site.names(config_or_here(arguments.config.clone()).as_deref()) {
            Ok(names) => names,
            Err(error) => return refuse(&site, &error),
        }
    } else {
        Names::default()
    };
    let text = format!("{:#}\n", schema(&names));
    keep(arguments.output.as_deref(), &text)
}
