//! What the commands that are telephones share: where to call, what to speak, what to tell.

use super::output::{answer, tell};
use super::{EXIT_UNAVAILABLE, EXIT_USAGE};
use crate::audio::level;
use crate::audio::sound::Sound;
use crate::audio::wav;
use crate::base::document::duration::parse_duration;
use crate::base::id::RecordingId;
use crate::io::softphone::Softphone;
use crate::sdp::description::Encoding;
use crate::sip::event::{Failure, Path, Transport};
use crate::sip::message::{Message, reason_phrase};
use crate::sip::uri::Uri;
use clap::ValueEnum;
use std::fs;
use std::future::Future;
use std::net::SocketAddr;
use std::path::{self, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The port of URIs that name none.
const SIP_PORT: u16 = 5060;

/// A codec as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Codec {
    /// G.711 A-law
    Pcma,
    /// G.711 µ-law
    Pcmu,
}

impl Codec {
    /// What to offer: the one that was asked for, or both.
    pub(super) fn offered(asked: Option<Self>) -> Vec<Encoding> {
        match asked {
            Some(Self::Pcma) => vec![Encoding::Pcma],
            Some(Self::Pcmu) => vec![Encoding::Pcmu],
            None => vec![Encoding::Pcma, Encoding::Pcmu],
        }
    }
}

/// Why a command cannot do its work, and what helps.
#[derive(Debug)]
pub(super) struct Trouble {
    what: String,
    help: String,
    exit: u8,
}

impl Trouble {
    /// Wrong arguments.
    pub(super) fn usage(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into(), exit: EXIT_USAGE }
    }

    /// Something that the command needs is not there.
    pub(super) fn missing(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into(), exit: EXIT_UNAVAILABLE }
    }

    /// What was to be tested is not so.
    pub(super) fn failed(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into(), exit: 1 }
    }
}

/// Runs a command on a runtime, and tells its trouble.
pub(super) fn run<F>(command: F) -> ExitCode
where
    F: Future<Output = Result<ExitCode, Trouble>>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(command),
        Err(fault) => Err(Trouble::missing(
            format!("no threads can be had: {fault}"),
            "end other programs, or raise the limit of processes",
        )),
    };
    result.unwrap_or_else(|trouble| {
        tell(&format!("error: {}\n  help: {}", trouble.what, trouble.help));
        ExitCode::from(trouble.exit)
    })
}

/// Reads a SIP URI, and finds out where it leads.
pub(super) async fn target(text: &str, tcp: bool) -> Result<(Uri, Path), Trouble> {
    const HELP: &str = "write it as sip:5000@127.0.0.1:5060";
    let uri = Uri::parse(text).filter(Uri::is_sip);
    let uri = uri.ok_or_else(|| Trouble::usage(format!("{text:?} is no SIP URI"), HELP))?;
    let port = uri.port().unwrap_or(SIP_PORT);
    let remote = match uri.host().ip() {
        Some(ip) => SocketAddr::new(ip, port),
        None => {
            let name = uri.host().to_string();
            let missing = |why: String| {
                Trouble::missing(format!("the host {name:?} is not known{why}"), HELP)
            };
            let found = tokio::net::lookup_host((name.as_str(), port)).await;
            let mut found = found.map_err(|fault| missing(format!(": {fault}")))?;
            found.next().ok_or_else(|| missing(String::new()))?
        }
    };
    let asked = uri.param("transport").is_some_and(|name| name.eq_ignore_ascii_case("tcp"));
    let transport = if tcp || asked { Transport::Tcp } else { Transport::Udp };
    Ok((uri, Path { transport, remote, connection: None }))
}

/// A transport as people write it.
pub(super) const fn name_of(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "UDP",
        Transport::Tcp => "TCP",
    }
}

/// Reads a WAV file that shall be spoken.
pub(super) fn voice(file: &path::Path) -> Result<Arc<Sound>, Trouble> {
    const HELP: &str = "give a WAV file, 8 to 192 kHz, such as a prompt from prompts/en";
    let name = file.display();
    let bytes = fs::read(file)
        .map_err(|fault| Trouble::usage(format!("{name} cannot be read: {fault}"), HELP))?;
    let sound = wav::parse(&bytes)
        .map_err(|fault| Trouble::usage(format!("{name} cannot be played: {fault}"), HELP))?;
    Ok(Arc::new(sound))
}

/// A span of time as an argument.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "write a time with its unit, such as 20s".to_owned())
}

/// What was heard in one call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HeardSound {
    /// How long it was, from the first sound to the last.
    pub(super) length: Duration,
    /// Its mean level in dBov.
    pub(super) level: f32,
}

/// Measures a recording of a telephone, and moves it to where it was wanted.
pub(super) fn keep(
    phone: &Softphone,
    recording: RecordingId,
    wanted: Option<&path::Path>,
) -> Result<Option<HeardSound>, Trouble> {
    let Some(sound) = phone.recording(recording) else { return Ok(None) };
    if let (Some(wanted), Some(made)) = (wanted, phone.recordings().find(recording)) {
        fs::copy(made, wanted).map_err(|fault| {
            Trouble::missing(
                format!("{} cannot be written: {fault}", wanted.display()),
                "name a file in a directory that you may write to",
            )
        })?;
    }
    Ok(Some(HeardSound { length: sound.duration(), level: level::of(sound.samples()) }))
}

/// The file of the n-th recording, from 1: `heard.wav`, `heard-2.wav`, …
pub(super) fn numbered(file: &path::Path, number: u32) -> PathBuf {
    if number <= 1 {
        return file.to_owned();
    }
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let ending = file.extension().map_or_else(String::new, |e| format!(".{}", e.to_string_lossy()));
    file.with_file_name(format!("{stem}-{number}{ending}"))
}

/// Why a call came to nothing: the status, and a sentence.
pub(super) fn in_words(failure: &Failure, remote: SocketAddr) -> (u16, String) {
    match failure {
        Failure::Refused { status, reason, .. } => {
            let phrase = if reason.is_empty() { reason_phrase(*status) } else { reason };
            (*status, format!("refused with {status} {phrase}"))
        }
        Failure::Unreachable { rang: false } => {
            (408, format!("nobody answers at {remote}; does a server listen there?"))
        }
        Failure::Unreachable { rang: true } => (408, format!("{remote} rang, and then was silent")),
        Failure::Cancelled => (487, "not answered in time; cancelled".to_owned()),
    }
}

/// Who calls, as an invitation shows it.
pub(super) fn shown(invite: &Message) -> String {
    let from = invite.from();
    let user = from.as_ref().and_then(|from| from.uri.user().map(|user| user.into_owned()));
    let user = user.unwrap_or_else(|| "somebody unknown".to_owned());
    match from.and_then(|from| from.display) {
        Some(display) => format!("{user} ({display})"),
        None => user,
    }
}

/// Tells line by line what happens, with the seconds since the beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Teller {
    began: Instant,
    silent: bool,
}

impl Teller {
    /// One that begins now.
    pub(super) fn start(silent: bool) -> Self {
        Self { began: Instant::now(), silent }
    }

    /// One line.
    pub(super) fn line(&self, text: &str) {
        if !self.silent {
            answer(&format!("{:8.3}  {text}", self.began.elapsed().as_secs_f64()));
        }
    }

    /// The time since the beginning.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_of_later_calls_get_numbers() {
        let file = path::Path::new("out/heard.wav");
        assert_eq!(numbered(file, 1), file);
        assert_eq!(numbered(file, 2), path::Path::new("out/heard-2.wav"));
        assert_eq!(numbered(path::Path::new("heard"), 3), path::Path::new("heard-3"));
    }

    #[tokio::test]
    async fn a_uri_says_where_and_how() {
        let (uri, path) = target("sip:5000@127.0.0.1", false).await.expect("a target");
        assert_eq!(uri.user().as_deref(), Some("5000"));
        assert_eq!((path.remote.port(), path.transport), (5060, Transport::Udp));
        let tcp = target("sip:5000@127.0.0.1:5070;transport=TCP", false).await.expect("a target");
        assert_eq!((tcp.1.remote.port(), tcp.1.transport), (5070, Transport::Tcp));
        for wrong in ["5000", "tel:+48601234567", "sip:"] {
            assert!(target(wrong, false).await.is_err(), "{wrong}");
        }
    }
}
