//! `ringback demo`: the whole story in one terminal, with real SIP and RTP over loopback.
//!
//! A server runs in this process. A customer calls it through a trunk, waits, asks for a
//! callback and leaves a message; an agent signs in, hears the message, and talks to the customer,
//! whom the server has called. Whatever somebody should hear is looked for in what their
//! telephone recorded; nothing is believed because a log says so.

mod ladder;
mod listener;
mod stage;
mod story;

use super::actor::CallOver;
use super::output::tell;
use super::telephone;
use clap::ValueEnum;
use std::process::ExitCode;
use story::Story;

/// How the story goes.
#[derive(Debug, clap::Args)]
pub(super) struct DemoArguments {
    /// What the customer does when called back
    #[arg(long, value_name = "MANNER", default_value = "answers")]
    customer: Customer,
    /// What the agent's telephone believes the password to be; a wrong one must be noticed
    #[arg(long, value_name = "PASSWORD", hide = true)]
    agent_password: Option<String>,
}

/// What the customer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Customer {
    /// Leaves a message and answers the callback
    Answers,
    /// Leaves a message and is busy when called back: the place is kept for the next attempt
    Busy,
    /// Leaves no message; the demonstration must fail, because the agent does not hear it
    #[value(hide = true)]
    Silent,
}

/// What did not happen.
#[derive(Debug)]
struct Missed {
    what: String,
    why: String,
}

impl Missed {
    fn new(what: &str, why: impl Into<String>) -> Self {
        Self { what: what.to_owned(), why: why.into() }
    }
}

impl From<CallOver> for Missed {
    fn from(_: CallOver) -> Self {
        Self::new("listening to the call", "it is over already")
    }
}

/// Tells the story; fails with what did not happen.
pub(super) fn demo(arguments: &DemoArguments) -> ExitCode {
    telephone::run(async {
        let told = Story::tell(arguments.customer, arguments.agent_password.as_deref()).await;
        Ok(match told {
            Ok(()) => ExitCode::SUCCESS,
            Err(missed) => {
                tell(&format!(
                    "\nTHE DEMONSTRATION FAILED at: {}\n  {}\n  help: run it again with \
                     RUST_LOG=ringback=debug to see what everybody did",
                    missed.what, missed.why
                ));
                ExitCode::FAILURE
            }
        })
    })
}
