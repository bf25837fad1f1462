//! Settings that only the outermost room needs: files, logs, where to listen.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

/// What only `io` needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IoSettings {
    /// Where SIP listens; unspecified is everywhere.
    pub address: IpAddr,
    /// SIP port of UDP and TCP.
    pub port: u16,
    /// Path of the store's file.
    pub store: PathBuf,
    /// Directory of recordings.
    pub recordings: PathBuf,
    /// What is logged.
    pub log: LogSettings,
}

/// What is logged, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSettings {
    /// The least important level that is written.
    pub level: LogLevel,
    /// Text or JSON.
    pub format: LogFormat,
}

/// How important a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// `error`: wakes somebody.
    Error,
    /// `warn`
    Warn,
    /// `info`: a human would care.
    Info,
    /// `debug`: changes of state.
    Debug,
    /// `trace`: single packets.
    Trace,
}

impl LogLevel {
    /// The word for it in settings and filters.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// `auto`: text on a terminal, JSON otherwise.
    Auto,
    /// `text`
    Text,
    /// `json`
    Json,
}
