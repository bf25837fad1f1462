//! Logs on stderr: text on a terminal, JSON otherwise.

use crate::config::outside::{LogFormat, LogSettings};
use std::io::{self, IsTerminal};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

/// Starts logging; a second start in one process changes nothing. `RUST_LOG` wins over the
/// configuration.
pub(super) fn start(settings: &LogSettings) {
    let level = format!("ringback={}", settings.level.word());
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let text = match settings.format {
        LogFormat::Auto => io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let log = fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    let _ = if text { log.try_init() } else { log.json().flatten_event(true).try_init() };
}
