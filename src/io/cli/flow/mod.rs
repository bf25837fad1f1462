//! `ringback flow …`: the designer's tools, one file for each word.

mod check;
mod diff;
mod files;
mod fmt;
mod graph;
mod list;
mod over_sip;
mod publish;
mod run;
mod test;

use clap::Subcommand;
use files::FlowFiles;
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
    }
}
