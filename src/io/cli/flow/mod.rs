//! `ringback flow …`: the designer's tools, one file for each word.

mod check;
mod diff;
mod files;
mod fmt;
mod graph;
mod list;
mod over_sip;
mod publish;
mod reference;
mod run;
mod schema;
mod show;
mod test;

use crate::io::cli::EXIT_UNAVAILABLE;
use crate::io::cli::output::{answer, tell};
use clap::Subcommand;
use files::FlowFiles;
use std::path::Path;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(in crate::io::cli) enum FlowCommand {
    /// Tell every mistake in flow files
    Check(check::CheckArguments),
    /// Be the caller of a flow, in a terminal
    Run(run::RunArguments),
    /// Play the cases of test files on a virtual clock, and judge them
    Test(test::TestArguments),
    /// Draw a flow: SVG, Mermaid or DOT
    Graph(graph::GraphArguments),
    /// Make the flow files live: for new calls, on the running server and after a restart
    Publish(publish::PublishArguments),
    /// Make an older version of the flows live again
    Back(publish::BackArguments),
    /// Show the published versions
    List(list::ListArguments),
    /// Show what is not the same in two versions, or on the disk
    Diff(diff::DiffArguments),
    /// Write flow and test files in their standard form, comments kept
    Fmt(fmt::FmtArguments),
    /// Show the words of the language: notations with their keys, functions, facts, escalations
    Reference(reference::ReferenceArguments),
    /// Print a flow of the site, or a shipped one
    Show(show::ShowArguments),
    /// Write the JSON Schema of flow files, for editors
    Schema(schema::SchemaArguments),
}

/// Runs one of the tools.
pub(in crate::io::cli) fn flow(command: &FlowCommand) -> ExitCode {
    match command {
        FlowCommand::Check(arguments) => check::check(arguments),
        FlowCommand::Run(arguments) => run::run(arguments),
        FlowCommand::Test(arguments) => test::test(arguments),
        FlowCommand::Graph(arguments) => graph::graph(arguments),
        FlowCommand::Publish(arguments) => publish::publish(arguments),
        FlowCommand::Back(arguments) => publish::back(arguments),
        FlowCommand::List(arguments) => list::list(arguments),
        FlowCommand::Diff(arguments) => diff::diff(arguments),
        FlowCommand::Fmt(arguments) => fmt::fmt(arguments),
        FlowCommand::Reference(arguments) => reference::write(arguments),
        FlowCommand::Show(arguments) => show::show(arguments),
        FlowCommand::Schema(arguments) => schema::write(arguments),
    }
}

/// Writes a result to this file, or to the terminal.
fn keep(path: Option<&Path>, text: &str) -> ExitCode {
    let Some(path) = path else {
        answer(text.trim_end());
        return ExitCode::SUCCESS;
    };
    match std::fs::write(path, text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            tell(&format!("error: {} cannot be written: {fault}", path.display()));
            ExitCode::from(EXIT_UNAVAILABLE)
        }
    }
}
