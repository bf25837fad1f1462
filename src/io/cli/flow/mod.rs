//! `ringback flow …`: the designer's tools, one file for each word.

mod check;
mod graph;
mod run;
mod test;

use clap::Subcommand;
use std::path::PathBuf;
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

/// Flow files, and the site whose names they use.
#[derive(Debug, Clone, clap::Args)]
struct FlowFiles {
    /// The files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The configuration whose queues, hours and languages they name; default: built in
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
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
