//! The command line: one word for each thing that the program does.

mod actor;
mod asking;
mod call;
mod check;
mod demo;
mod explain;
mod flow;
mod free_ports;
mod init;
mod keys;
mod logging;
mod output;
mod phone;
mod prompts;
mod reload;
mod run;
mod say;
mod stop;
mod telephone;

use crate::io::place::Place;
use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Wrong arguments.
pub(super) const EXIT_USAGE: u8 = 2;
/// The server, or what a command needed, could not start.
pub(super) const EXIT_UNAVAILABLE: u8 = 69;
/// Wrong configuration (`EX_CONFIG` of sysexits).
pub(super) const EXIT_CONFIG: u8 = 78;

/// The name of a site's configuration where none is named.
const CONFIGURATION: &str = "ringback.yaml";

const EXAMPLES: &str = "Examples:
  ringback demo                                  the whole story in one terminal
  ringback init my-site                          settings and flows of your own, to begin from
  ringback run                                   the server on ./ringback.yaml, else built-in
  ringback run --config config/ringback.yaml     the server on your settings
  ringback check --config config/ringback.yaml   every mistake, and nothing starts
  ringback flow check config/flows/*.yaml        every mistake in these flows
  ringback flow test config/flows                their tests, without a telephone
  ringback explain run-off                       what a mistake means, and how to mend it
  ringback flow publish -m 'shorter welcome'     make them live; `flow back` takes them back
  ringback say pl duration 125s                  what a caller would hear
  ringback call sip:5000@127.0.0.1 --press 1,2,601234567#   a test call that presses keys
  ringback phone sip:anna@127.0.0.1 --password demo-anna       an agent's phone

Exit codes: 0 done, 1 a test failed, 2 usage, 69 cannot start, 78 wrong configuration.";

/// A telephony server whose callers can leave the queue and be called back.
#[derive(Debug, Parser)]
#[command(name = "ringback", version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server in the foreground; works with no file at all
    Run(SiteArguments),
    /// Check configuration, flows and prompts; nothing listens
    Check(CheckArguments),
    /// Begin a site of your own: the shipped settings and flows, to change
    Init(init::InitArguments),
    /// Tell what a mistake means and how to mend it
    Explain(explain::ExplainArguments),
    /// Let the running server take its files anew; on any mistake it keeps what it has
    Reload(SiteArguments),
    /// Work with flows
    #[command(subcommand)]
    Flow(flow::FlowCommand),
    /// Call somebody as a test: speak, press keys, listen, judge
    Call(call::CallArguments),
    /// Be an agent's phone: register, answer, speak, press keys, hang up
    Phone(phone::PhoneArguments),
    /// See and hear the whole story: a queue, a callback, an agent, over real SIP and RTP
    Demo(demo::DemoArguments),
    /// Look at what callers can be played
    #[command(subcommand)]
    Prompts(prompts::PromptsCommand),
    /// Show what would be spoken, as the names of prompts
    Say(say::SayArguments),
}

/// Where a site's files are.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct SiteArguments {
    /// The configuration; its flows stand in `flows/` beside it, its own prompts in `prompts/`;
    /// default: `ringback.yaml` in this directory, else the built-in one
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Keep store and recordings here, whatever the configuration says
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl SiteArguments {
    /// Where the site is.
    fn place(&self) -> Place {
        Place { config: config_or_here(self.config.clone()), data: self.data.clone() }
    }
}

/// The configuration that was named, else the one in this directory, if there is one.
fn config_or_here(named: Option<PathBuf>) -> Option<PathBuf> {
    let here = || Some(PathBuf::from(CONFIGURATION)).filter(|path| path.is_file());
    named.or_else(here)
}

/// Which configuration it is, in words.
fn named_in_words(config: Option<&Path>) -> String {
    config.map_or_else(|| "the built-in site".to_owned(), |path| path.display().to_string())
}

#[derive(Debug, clap::Args)]
struct CheckArguments {
    #[command(flatten)]
    site: SiteArguments,
    #[command(flatten)]
    telling: check::Telling,
}

/// Runs what the arguments ask for.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Command::Run(site) => run::run(&site),
        Command::Check(CheckArguments { site, telling }) => check::check(&site, telling),
        Command::Init(arguments) => init::init(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Reload(site) => reload::reload(&site),
        Command::Flow(command) => flow::flow(&command),
        Command::Call(arguments) => call::call(&arguments),
        Command::Phone(arguments) => phone::phone(&arguments),
        Command::Demo(arguments) => demo::demo(&arguments),
        Command::Prompts(command) => prompts::prompts(&command),
        Command::Say(arguments) => say::say(&arguments),
    }
}
