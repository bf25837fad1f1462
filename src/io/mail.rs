//! E-mail about messages that callers have left, handed in by SMTP.
//!
//! ```text
//! send ──► bounded queue ──► courier ──► SMTP ──► taken: Input::Notified
//!             │ full            ▲          │ else
//!             └──► logged       └ back-off ┘   for a day, then given up
//! ```
//! The heart never waits. A letter that is not out when the process ends is written again at the
//! next start, for its message still says that somebody has to be told.

mod courier;
mod text;

use super::recordings::Recordings;
use super::webhooks::BackOff;
use crate::config::outside::{MailServer, MailTls};
use crate::switchboard::input::Input;
use crate::switchboard::output::MessageNotice;
use courier::{Courier, Letter};
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Letters that may wait for the courier.
const LETTERS_WAITING_MAX: usize = 256;
/// Longest that the server may take for one step.
const STEP_MAX: Duration = Duration::from_secs(30);

/// The way out for e-mail; nothing goes out where no server is configured.
#[derive(Debug)]
pub struct Mail {
    way: Option<(mpsc::Sender<Letter>, JoinHandle<()>)>,
}

impl Mail {
    /// A courier for this server; within a runtime.
    ///
    /// # Errors
    ///
    /// TLS cannot be spoken on this machine, or the sender is no address; a sentence.
    pub fn start(server: Option<&MailServer>, recordings: &Recordings) -> Result<Self, String> {
        Self::start_with(server, recordings, super::webhooks::back_off)
    }

    /// As [`Self::start`], with another back-off.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub fn start_with(
        server: Option<&MailServer>,
        recordings: &Recordings,
        back_off: BackOff,
    ) -> Result<Self, String> {
        let Some(server) = server else { return Ok(Self { way: None }) };
        let from: Mailbox =
            server.from.parse().map_err(|fault| format!("mail.from is no address: {fault}"))?;
        let transport = transport(server)?;
        let (letters, waiting) = mpsc::channel(LETTERS_WAITING_MAX);
        let courier = Courier::new(transport, from, recordings.clone(), back_off);
        Ok(Self { way: Some((letters, tokio::spawn(courier.run(waiting)))) })
    }

    /// Writes to everybody who is to be told; `told` hears when all have been, or when it is
    /// given up.
    pub fn send(&self, notice: MessageNotice, told: mpsc::Sender<Input>) {
        let message = notice.message.id;
        let Some((letters, _)) = &self.way else {
            return tracing::error!(%message, "nobody is written to: there is no mail server");
        };
        if letters.try_send(Letter::new(notice, told)).is_err() {
            tracing::error!(%message, "too many letters wait; this goes out at the next start");
        }
    }

    /// Ends; what is not out is written at the next start.
    pub fn close(self) {
        if let Some((_, courier)) = self.way {
            courier.abort();
        }
    }
}

fn transport(server: &MailServer) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    // Only the first of several calls can install it; the others find the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let host = server.host.as_str();
    let builder = match server.tls {
        MailTls::Always => AsyncSmtpTransport::<Tokio1Executor>::relay(host),
        MailTls::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host),
        MailTls::Never => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)),
    };
    let mut builder = builder.map_err(|fault| fault.to_string())?;
    builder = builder.port(server.port).timeout(Some(STEP_MAX));
    if let Some((user, password)) = &server.login {
        let password = String::from_utf8_lossy(password.bytes()).into_owned();
        builder = builder.credentials(Credentials::new(user.clone(), password));
    }
    Ok(builder.build())
}

#[cfg(test)]
mod tests;
