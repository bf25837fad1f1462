//! `ringback flow …`: the designer's tools, one file for each word.

mod check;
mod files;
mod graph;
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
}

/// Runs one of the tools.
pub(in crate::io::cli) fn flow(command: &FlowCommand) -> ExitCode {
    match command {
        FlowCommand::Check(arguments) => check::check(arguments),
        FlowCommand::Run(arguments) => run::run(arguments),
        FlowCommand::Test(arguments) => test::test(arguments),
        FlowCommand::Graph(arguments) => graph::graph(arguments),
    }
}
