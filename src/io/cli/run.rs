//! `ringback run`: the server in the foreground.

use super::output::tell;
use super::{EXIT_UNAVAILABLE, SiteArguments, check, logging};
use crate::config::load::Loaded;
use crate::io::node::Word;
use crate::io::server::Server;
use crate::io::site::Site;
use std::process::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Runs until told to end.
pub(super) fn run(arguments: &SiteArguments) -> ExitCode {
    let mut site = Site::default();
    let (mut loaded, warnings) = match site.load(arguments.config.as_deref()) {
        Ok(loaded) => loaded,
        Err(error) => return check::refuse(&site, &error),
    };
    check::show(&site, &warnings);
    if let Some(dir) = &arguments.data {
        loaded.io.store = dir.join("ringback.sqlite");
        loaded.io.recordings = dir.join("recordings");
    }
    logging::start(&loaded.io.log);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            tell(&format!("error: no threads can be had: {fault}"));
            return ExitCode::from(EXIT_UNAVAILABLE);
        }
    };
    runtime.block_on(serve(loaded))
}

async fn serve(loaded: Loaded) -> ExitCode {
    let greeting = greeting(&loaded);
    let mut server = match Server::start(loaded).await {
        Ok(server) => server,
        Err(error) => {
            tell(&format!("error: {error}"));
            return ExitCode::from(EXIT_UNAVAILABLE);
        }
    };
    tell(&greeting);
    // The log has them already; a console will show them.
    drop(server.tales);
    let mut stop = Stop::listen();
    let mut draining = false;
    loop {
        tokio::select! {
            () = stop.asked() => {
                let word = if draining { Word::Stop } else { Word::Drain };
                tell(if draining { "ending now" } else { "draining; once more to end now" });
                draining = true;
                // A node that has ended needs no word.
                let _ = server.say.try_send(word);
            }
            ended = &mut server.task => {
                return match ended {
                    Ok(()) => ExitCode::SUCCESS,
                    Err(fault) => {
                        tell(&format!("error: the server broke: {fault}"));
                        ExitCode::FAILURE
                    }
                };
            }
        }
    }
}

/// SIGTERM and SIGINT. One that listens all the time: a signal between two listeners would be
/// lost.
struct Stop(Option<(Signal, Signal)>);

impl Stop {
    fn listen() -> Self {
        let term = signal(SignalKind::terminate());
        Self(term.ok().zip(signal(SignalKind::interrupt()).ok()))
    }

    async fn asked(&mut self) {
        let Some((term, int)) = &mut self.0 else { return std::future::pending().await };
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    }
}

/// What to do now, for somebody who has never seen this before.
fn greeting(loaded: &Loaded) -> String {
    let settings = &loaded.settings;
    let host = match loaded.io.address {
        address if address.is_unspecified() => settings.site.interfaces.outside,
        address => address,
    };
    let port = settings.site.sip_port;
    let mut lines =
        vec![format!("Ringback listens for SIP on {}:{port} (UDP and TCP).", loaded.io.address)];
    for (number, flow) in &settings.numbers {
        lines.push(format!("  call  sip:{number}@{host}:{port}   flow {flow}"));
    }
    for agent in &settings.agents {
        let user = &agent.login.user;
        lines
            .push(format!("  agent sip:{user}@{host}:{port}   register a phone with this account"));
    }
    lines.push(
        "Agents dial *10 to sign in, *11 out, *12 not ready, *13 ready. End with Ctrl-C."
            .to_owned(),
    );
    lines.join("\n")
}
