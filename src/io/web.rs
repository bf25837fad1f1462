//! Asks web services for flows.
//!
//! ```text
//! heart ── ask ──► one task for each question ──► service
//!       ◄─ answer ── the node's inbox ◄───────────┘    busy: answered at once
//! ```
//! Every question is answered exactly once, at the latest when its time is over. A whole address
//! of a flow leads to public addresses only; the services of the site may stand anywhere.

use super::https::{self, Reach};
use crate::base::id::TicketId;
use crate::base::json::Json;
use crate::config::outside::{Credentials, Service};
use crate::flow::web::{Method, WebFault, WebReply, WebRequest};
use crate::switchboard::input::Input;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, RequestBuilder, Url};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};

/// Questions under way at once; the next is answered as busy.
const QUESTIONS_MAX: usize = 256;
/// Longest answer that is read.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// The flow stops waiting first, so that it tells of the time-out by its own clock.
const GRACE: Duration = Duration::from_millis(250);

/// Speaks with web services.
#[derive(Debug, Clone)]
pub struct Web {
    services: Arc<BTreeMap<String, Service>>,
    clients: Arc<Clients>,
    free: Arc<Semaphore>,
}

/// Made when they are first needed: a site whose flows ask nobody needs no certificates.
#[derive(Debug, Default)]
struct Clients {
    anywhere: OnceLock<Option<Client>>,
    public: OnceLock<Option<Client>>,
}

impl Web {
    /// For these services.
    #[must_use]
    pub fn new(services: BTreeMap<String, Service>) -> Self {
        Self {
            services: Arc::new(services),
            clients: Arc::default(),
            free: Arc::new(Semaphore::new(QUESTIONS_MAX)),
        }
    }

    /// Asks; the answer is sent as [`Input::Replied`]. Full: the answer comes back at once.
    pub fn ask(
        &self,
        ticket: TicketId,
        request: WebRequest,
        answer: mpsc::Sender<Input>,
    ) -> Option<Input> {
        let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() else {
            tracing::error!(most = QUESTIONS_MAX, "too many questions to web services");
            return Some(Input::Replied { ticket, reply: Err(WebFault::Busy) });
        };
        let web = self.clone();
        tokio::spawn(async move {
            let reply = web.reply(request).await;
            drop(permit);
            // Nobody listens any more when the node ends meanwhile.
            let _ = answer.send(Input::Replied { ticket, reply }).await;
        });
        None
    }

    /// The answer to one question.
    async fn reply(&self, request: WebRequest) -> Result<WebReply, WebFault> {
        let timeout = request.timeout + GRACE;
        let prepared = self.prepare(request)?;
        match tokio::time::timeout(timeout, exchange(prepared)).await {
            Ok(reply) => reply,
            Err(_) => Err(WebFault::TimedOut),
        }
    }

    fn prepare(&self, request: WebRequest) -> Result<RequestBuilder, WebFault> {
        let service = match &request.service {
            Some(name) => Some(self.services.get(name).ok_or(WebFault::Unreachable)?),
            None => None,
        };
        let reach = if service.is_some() { Reach::Everywhere } else { Reach::PublicOnly };
        let client = self.clients.of(reach).ok_or(WebFault::Unreachable)?;
        let url = Url::parse(&whole_address(service, &request.address));
        let url = url.map_err(|_| WebFault::Unreachable)?;
        if !matches!(url.scheme(), "http" | "https") || !https::may_reach(&url, reach) {
            tracing::warn!(host = url.host_str(), "a flow may not reach this address");
            return Err(WebFault::Forbidden);
        }
        let mut builder = match request.method {
            Method::Get => client.get(url),
            Method::Post => client.post(url),
            Method::Put => client.put(url),
            Method::Patch => client.patch(url),
            Method::Delete => client.delete(url),
        };
        builder = builder.header("accept", "application/json");
        let of_service = service.map(|service| &service.headers);
        let overridden = |name: &String| request.headers.contains_key(name);
        for (name, value) in of_service.into_iter().flatten().filter(|(name, _)| !overridden(name))
        {
            builder = builder.header(name, value);
        }
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(credentials) = service.and_then(|service| service.credentials.as_ref()) {
            builder = builder.header("authorization", authorization(credentials));
        }
        if let Some(body) = request.body {
            builder = builder.header("content-type", body.kind).body(body.text);
        }
        Ok(builder)
    }
}

impl Clients {
    fn of(&self, reach: Reach) -> Option<&Client> {
        let made = match reach {
            Reach::Everywhere => &self.anywhere,
            Reach::PublicOnly => &self.public,
        };
        let make = || match https::client(reach) {
            Ok(client) => Some(client),
            Err(fault) => {
                tracing::error!(fault, "HTTP cannot be spoken; install ca-certificates");
                None
            }
        };
        made.get_or_init(make).as_ref()
    }
}

async fn exchange(request: RequestBuilder) -> Result<WebReply, WebFault> {
    let response = match request.send().await {
        Ok(response) => response,
        Err(fault) => {
            let why = https::sentence(&fault);
            tracing::info!(why, "a web service cannot be reached");
            return Err(WebFault::Unreachable);
        }
    };
    let status = response.status().as_u16();
    let body = https::read_body(response, ANSWER_BYTES_MAX).await.ok_or(WebFault::TooLong)?;
    Ok(WebReply { status, body: Json::read(&body) })
}

/// The service's address with the path below it, or the address itself.
fn whole_address(service: Option<&Service>, address: &str) -> String {
    match service {
        None => address.to_owned(),
        Some(service) if address.is_empty() => service.url.clone(),
        Some(service) if address.starts_with('?') => format!("{}{address}", service.url),
        Some(service) => {
            let base = service.url.trim_end_matches('/');
            format!("{base}/{}", address.trim_start_matches('/'))
        }
    }
}

fn authorization(credentials: &Credentials) -> Vec<u8> {
    match credentials {
        Credentials::Bearer(token) => [b"Bearer ", token.bytes()].concat(),
        Credentials::Basic { user, password } => {
            let both = [user.as_bytes(), b":", password.bytes()].concat();
            format!("Basic {}", STANDARD.encode(both)).into_bytes()
        }
    }
}

#[cfg(test)]
mod tests;
