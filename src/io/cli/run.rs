//! `ringback run`: the server in the foreground.

use super::asking::{finish, user};
use super::output::tell;
use super::stop::Stop;
use super::{EXIT_UNAVAILABLE, SiteArguments, logging};
use crate::config::load::Loaded;
use crate::io::control::{Asked, Control};
use crate::io::node::Word;
use crate::io::order::Order;
use crate::io::place::dir_of;
use crate::io::server::Server;
use crate::io::steward::Opening;
use std::path::Path;
use std::process::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

/// Runs until told to end.
pub(super) fn run(arguments: &SiteArguments) -> ExitCode {
    let opening = match Opening::read(arguments.place(), &user()) {
        Ok(opening) => opening,
        Err(report) => return finish(&report),
    };
    if !opening.notes.is_empty() {
        tell(opening.notes.trim_end());
    }
    logging::start(&opening.loaded.io.log);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            tell(&format!("error: no threads can be had: {fault}"));
            return ExitCode::from(EXIT_UNAVAILABLE);
        }
    };
    runtime.block_on(serve(opening))
}

async fn serve(opening: Opening) -> ExitCode {
    let greeting = greeting(&opening.loaded);
    let data = dir_of(&opening.loaded.io.store);
    let mut server = match Server::start(opening.loaded.clone()).await {
        Ok(server) => server,
        Err(error) => {
            tell(&format!("error: {error}"));
            return ExitCode::from(EXIT_UNAVAILABLE);
        }
    };
    let orders = match opening.keep(server.say.clone()) {
        Ok(orders) => orders,
        Err(fault) => {
            tell(&format!("error: no threads can be had: {fault}"));
            return ExitCode::from(EXIT_UNAVAILABLE);
        }
    };
    // Listened to before anybody is told that the server runs.
    let mut stop = Stop::listen();
    let mut hang_up = signal(SignalKind::hangup()).ok();
    let _control = listen(&data, &orders);
    tell(&greeting);
    // The log has them already; a console will show them.
    drop(server.tales);
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
            () = hung_up(&mut hang_up) => {
                let (answer, _) = oneshot::channel();
                // While so many wait, one more reload would find nothing new.
                let _ = orders.try_send((Order::Reload { by: "SIGHUP".to_owned() }, answer));
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

/// Without its socket a server still serves calls, and reloads by SIGHUP.
fn listen(data: &Path, orders: &mpsc::Sender<Asked>) -> Option<Control> {
    match Control::listen(data, orders.clone()) {
        Ok(control) => Some(control),
        Err(fault) => {
            tracing::error!(%fault, data = %data.display(), "no control socket: commands cannot \
                reach this server");
            None
        }
    }
}

async fn hung_up(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
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
