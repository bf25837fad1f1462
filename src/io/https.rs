//! The clients that speak HTTP for the house: TLS, time-outs, no redirects.

use reqwest::redirect::Policy;
use std::time::Duration;

/// How long a connection may take to come about.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Idle connections kept for the next request to the same host.
const IDLE_MAX: usize = 4;
/// What we call ourselves.
const USER_AGENT: &str = concat!("ringback/", env!("CARGO_PKG_VERSION"));

/// A client. It follows no redirects: the place that was named answers, or nobody does.
///
/// # Errors
///
/// The certificates of this machine cannot be read; a sentence.
pub(super) fn client() -> Result<reqwest::Client, String> {
    // Only the first of several calls can install it; the others find the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_MAX)
        .pool_max_idle_per_host(IDLE_MAX);
    builder.build().map_err(|fault| sentence(&fault))
}

/// A fault with its causes, without the address, in which secrets may stand.
pub(super) fn sentence(fault: &dyn std::error::Error) -> String {
    let mut text = fault.to_string();
    let mut cause = fault.source();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    text
}

#[cfg(test)]
pub(super) mod testing;
