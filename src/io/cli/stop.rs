//! Being asked to end.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGTERM and SIGINT. One that listens all the time: a signal between two listeners would be
/// lost.
pub(super) struct Stop(Option<(Signal, Signal)>);

impl Stop {
    pub(super) fn listen() -> Self {
        let term = signal(SignalKind::terminate());
        Self(term.ok().zip(signal(SignalKind::interrupt()).ok()))
    }

    pub(super) async fn asked(&mut self) {
        let Some((term, int)) = &mut self.0 else { return std::future::pending().await };
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    }
}
