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
use crate::io::cli::output::tell;
use crate::rehearsal::house::log::Log;
use crate::rehearsal::report::Unchecked;
use crate::rehearsal::script::{Case, Given};
use crate::rehearsal::stage::Stage;
use crate::rehearsal::trial::{Failure, Outcome};
use crate::sip::uri::Uri;
use std::net::SocketAddr;
use std::time::Duration;

/// What one case came to.
pub(super) struct Judged {
    /// As without a telephone.
    pub(super) outcome: Outcome,
    /// What could not be looked at.
    pub(super) unchecked: Unchecked,
}

impl Judged {
    /// A case that could not be played at all has failed.
    pub(super) fn unplayed(case: &Case, why: String) -> Self {
        let failures = vec![Failure { line: case.place.line, why, since: 0 }];
        Self { outcome: nothing(failures), unchecked: Unchecked::default() }
    }

    /// A case that cannot be played there: nothing of it is judged.
    fn beyond(case: &Case, why: &str) -> Self {
        Self { outcome: nothing(Vec::new()), unchecked: Unchecked::all(case, why) }
    }
}

fn nothing(failures: Vec<Failure>) -> Outcome {
    Outcome { failures, log: Log::default(), lasted: Duration::ZERO, turns: 0 }
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

    /// Why a case is about another call than the one that would be made.
    fn misleads(&self, case: &Case, stage: &Stage) -> Option<String> {
        let Self::Other { user: Some(dialled), .. } = self else { return None };
        let (settings, given) = (stage.settings(), &case.given);
        let flow = settings.numbers.get(dialled).or(settings.default_flow.as_ref());
        match (&given.called, &given.flow, flow) {
            (Some(called), _, _) if called != dialled => {
                Some(format!("the case calls {called}, and {dialled} was to be dialled"))
            }
            (_, Some(wanted), Some(flow)) if wanted != flow => {
                Some(format!("{dialled} leads to the flow {flow}, and the case is about {wanted}"))
            }
            (_, _, _) => None,
        }
    }
}

/// Plays one case; the error says why it could not be played at all.
pub(super) async fn play(case: &Case, stage: &Stage, target: &Target) -> Result<Judged, String> {
    let unlikely = not_in_a_call(&case.given).map(str::to_owned);
    if let Some(why) = unlikely.or_else(|| target.misleads(case, stage)) {
        return Ok(Judged::beyond(case, &why));
    }
    let scene = Scene::build(case, stage, target).await?;
    let mut play = Play::new(scene, stage);
    let judged = tokio::select! {
        judged = play.all(case) => judged,
        _ = tokio::signal::ctrl_c() => Err("it was interrupted".to_owned()),
    };
    play.clear().await;
    judged
}

/// What is given and has no place in a call; without it the case would say nothing.
fn not_in_a_call(given: &Given) -> Option<&'static str> {
    let all = [
        (given.store_fails == Some(true), "given: a store that fails is not arranged over SIP"),
        (!given.callbacks.is_empty(), "given: callbacks from before are not arranged over SIP"),
        (!given.web.is_empty(), "given: answers of web services are not arranged over SIP"),
    ];
    all.into_iter().find(|(given, _)| *given).map(|(_, why)| why)
}

/// Tells that a case begins: real calls take real time.
pub(super) fn tell_begin(case: &Case) {
    tell(&format!("calling: {}", case.name));
}
