//! The same scripts as real calls: real SIP, real sound, and an ear.
//!
//! Without an address a server of the site is started in this process, with its clock set to the
//! time of the case, real callers in its queues and real telephones of agents. With one, a server
//! that runs somewhere is called; what cannot be seen from outside is told as not checked.

mod play;
mod scene;

use self::play::Play;
use self::scene::Scene;
use crate::config::load::Loaded;
use crate::io::cli::output::{answer, tell};
use crate::rehearsal::house::log::Log;
use crate::rehearsal::script::Case;
use crate::rehearsal::stage::Stage;
use crate::rehearsal::trial::{Failure, Outcome};
use crate::sip::uri::Uri;
use std::net::SocketAddr;
use std::time::Duration;

/// What one case came to.
pub(super) struct Judged {
    /// As without a telephone.
    pub(super) outcome: Outcome,
    /// What could not be looked at, each with its line.
    pub(super) unchecked: Vec<(u32, String)>,
}

impl Judged {
    /// A case that could not be played at all has failed.
    pub(super) fn unplayed(case: &Case, why: String) -> Self {
        let failures = vec![Failure { line: case.place.line, why, since: 0 }];
        let (log, lasted) = (Log::default(), Duration::ZERO);
        Self { outcome: Outcome { failures, log, lasted, turns: 0 }, unchecked: Vec::new() }
    }
}

/// Where the calls go.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// A server of our own.
    Own(Box<Loaded>),
    /// Somebody's server, and what is dialled there if the address says so.
    Other { server: SocketAddr, user: Option<String> },
}

impl Target {
    /// From `sip:5000@192.0.2.1:5060`; the host is an address, for names are not looked up.
    pub(super) fn other(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no address; write sip:5000@192.0.2.1:5060");
        let uri = Uri::parse(text).ok_or_else(wrong)?;
        let host = uri.host().to_string();
        let ip = host.trim_matches(['[', ']']).parse().map_err(|_| wrong())?;
        let server = SocketAddr::new(ip, uri.port().unwrap_or(5_060));
        Ok(Self::Other { server, user: uri.user().map(|user| user.into_owned()) })
    }
}

/// Plays one case; the error says why it could not be played at all.
pub(super) async fn play(case: &Case, stage: &Stage, target: &Target) -> Result<Judged, String> {
    let scene = Scene::build(case, stage, target).await?;
    let mut play = Play::new(scene, stage);
    let judged = tokio::select! {
        judged = play.all(case) => judged,
        _ = tokio::signal::ctrl_c() => Err("it was interrupted".to_owned()),
    };
    play.clear().await;
    judged
}

/// Tells what was not looked at.
pub(super) fn tell_unchecked(case: &Case, unchecked: &[(u32, String)]) {
    if unchecked.is_empty() {
        return;
    }
    answer(&format!("NOT CHECKED {}: {}", case.place, case.name));
    for (line, what) in unchecked {
        answer(&format!("  {line:>4}  {what}"));
    }
}

/// Tells that a case begins: real calls take real time.
pub(super) fn tell_begin(case: &Case) {
    tell(&format!("calling: {}", case.name));
}
