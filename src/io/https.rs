//! The clients that speak HTTP for the house: TLS, time-outs, no redirects, answers of limited
//! length, and who may be reached.

use crate::base::interfaces::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::lookup_host;

/// How long a connection may take to come about.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Idle connections kept for the next request to the same host.
const IDLE_MAX: usize = 4;
/// What we call ourselves.
const USER_AGENT: &str = concat!("ringback/", env!("CARGO_PKG_VERSION"));

/// Whom a client may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Any address: the administrator has named the place.
    Everywhere,
    /// Public addresses only: a flow has named the place.
    PublicOnly,
}

/// A client. It follows no redirects: the place that was named answers, or nobody does.
///
/// # Errors
///
/// The certificates of this machine cannot be read; a sentence.
pub(super) fn client(reach: Reach) -> Result<reqwest::Client, String> {
    // Only the first of several calls can install it; the others find the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_MAX)
        .pool_max_idle_per_host(IDLE_MAX);
    if reach == Reach::PublicOnly {
        builder = builder.dns_resolver(Arc::new(PublicAddresses));
    }
    builder.build().map_err(|fault| sentence(&fault))
}

/// Whether a host that is written as an address may be reached; names are judged when they are
/// looked up.
pub(super) fn may_reach(url: &reqwest::Url, reach: Reach) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    reach == Reach::Everywhere || bare.parse::<IpAddr>().map_or(true, is_public)
}

/// The body of an answer; `None` if it is longer than `bytes_max` or breaks off.
pub(super) async fn read_body(
    mut response: reqwest::Response,
    bytes_max: usize,
) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > bytes_max {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
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

/// Looks names up and leaves out every address that is not public, so that no name leads into
/// the networks behind this machine.
struct PublicAddresses;

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let public: Vec<_> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
pub(super) mod testing;
