//! `ringback flow publish` and `ringback flow back`: which version of the flows is live.

use crate::io::cli::SiteArguments;
use crate::io::cli::asking::{carry_out, user};
use crate::io::order::Order;
use crate::io::versions::PREVIOUS;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct PublishArguments {
    #[command(flatten)]
    site: SiteArguments,
    /// Why, for those who read the list
    #[arg(short, long, value_name = "TEXT", default_value = "")]
    message: String,
}

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct BackArguments {
    /// The version, or the first letters of its name
    #[arg(value_name = "VERSION", default_value = PREVIOUS)]
    to: String,
    #[command(flatten)]
    site: SiteArguments,
    /// Why, for those who read the list
    #[arg(short, long, value_name = "TEXT", default_value = "")]
    message: String,
}

/// Makes the files live.
pub(super) fn publish(arguments: &PublishArguments) -> ExitCode {
    let order = Order::Publish { by: user(), message: arguments.message.clone() };
    carry_out(&arguments.site, &order, true)
}

/// Makes an older version live.
pub(super) fn back(arguments: &BackArguments) -> ExitCode {
    let BackArguments { to, site, message } = arguments;
    let order = Order::Back { by: user(), to: to.clone(), message: message.clone() };
    carry_out(site, &order, true)
}
