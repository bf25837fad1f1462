//! Settings that only the outermost room needs: files, logs, where to listen.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

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
    /// Who is told what happens.
    pub webhooks: Vec<Webhook>,
    /// Where e-mail is handed in, if anywhere.
    pub mail: Option<MailServer>,
    /// Web services that flows ask.
    pub services: BTreeMap<String, Service>,
    /// The program that speaks texts, if there is one.
    pub speech: Option<SpeechSettings>,
}

impl IoSettings {
    /// Files and directories; a relative path is meant from where the settings stand.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let cache = self.speech.as_mut().map(|speech| &mut speech.cache);
        [&mut self.store, &mut self.recordings].into_iter().chain(cache)
    }
}

/// How texts are spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpeechSettings {
    /// The program and its arguments, with `{language}` and `{text}` in them.
    pub command: Vec<String>,
    /// How long a caller waits for it at most.
    pub timeout: Duration,
    /// How many of it run at once at most.
    pub at_once: usize,
    /// Where what it has spoken is kept.
    pub cache: PathBuf,
    /// How much of it is kept.
    pub cache_bytes_max: u64,
}

/// Where e-mail is handed in (RFC 6409).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the way is encrypted.
    pub tls: MailTls,
    /// Who hands in, where it wants to know.
    pub login: Option<(String, Secret)>,
    /// Who writes: `ringback@example.com`, or with a name before it.
    pub from: String,
}

/// Whether the way to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// From the first byte (RFC 8314).
    Always,
    /// After a word in the open (RFC 3207), and never without.
    StartTls,
    /// Never: only for a server on this machine.
    Never,
}

impl MailTls {
    /// The port that servers of this kind listen on.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::Always => 465,
            Self::StartTls => 587,
            Self::Never => 25,
        }
    }
}

/// One web service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its address; the paths of flows stand below it.
    pub url: String,
    /// Headers of every question; names in small letters.
    pub headers: BTreeMap<String, String>,
    /// Who asks.
    pub credentials: Option<Credentials>,
}

/// How a service knows who asks (RFC 9110 §11.6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A token (RFC 6750).
    Bearer(Secret),
    /// A name and a password (RFC 7617).
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: Secret,
    },
}

/// One webhook: who is told what happens, and of which events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its name.
    pub name: String,
    /// Where notices are posted.
    pub url: String,
    /// The key of their signatures.
    pub key: Secret,
    /// The events it wants; empty is all but single steps of flows.
    pub events: Vec<EventPattern>,
}

/// An event's name, `noun.*` for all of one noun, or `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPattern(String);

/// The event of each single step of a flow, which only those get who name it.
const EVERY_STEP: &str = "flow.step";

impl Webhook {
    /// Whether it wants to be told of this event.
    #[must_use]
    pub fn wants(&self, event: &str) -> bool {
        match self.events.as_slice() {
            [] => event != EVERY_STEP,
            events => events.iter().any(|pattern| pattern.matches(event)),
        }
    }
}

impl EventPattern {
    /// From `callback.registered`, `callback.*` or `*`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let is_word = |part: &str| !part.is_empty() && part.chars().all(letter);
        let mut parts = text.split('.').rev();
        let last = parts.next().unwrap_or_default();
        let fits = (last == "*" || is_word(last)) && parts.all(is_word);
        fits.then(|| Self(text.to_owned()))
    }

    /// Whether an event is meant.
    #[must_use]
    pub fn matches(&self, event: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some("") => event != EVERY_STEP,
            Some(noun) => event.starts_with(noun),
            None => event == self.0,
        }
    }
}

/// Bytes that nobody shall see; its `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Keeps these bytes.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
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
