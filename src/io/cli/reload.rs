//! `ringback reload`: the running server reads its files again, or says what is wrong with them.

use super::SiteArguments;
use super::asking::{carry_out, user};
use crate::io::order::Order;
use std::process::ExitCode;

/// Asks for a reload.
pub(super) fn reload(arguments: &SiteArguments) -> ExitCode {
    carry_out(arguments, &Order::Reload { by: user() }, false)
}
