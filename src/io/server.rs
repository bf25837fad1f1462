//! A whole server in this process: store, sound, sockets, heart, in the order in which they can
//! fail.

use super::clock::{self, Clock};
use super::mail::Mail;
use super::media_engine::{EngineSettings, MediaEngine};
use super::node::{Node, Word, World};
use super::recordings::Recordings;
use super::sip_ports::{Limits, SipPorts};
use super::speech::Speech;
use super::store::Store;
use super::web::Web;
use super::webhooks::Webhooks;
use crate::base::entropy::Entropy;
use crate::base::id::Ids;
use crate::base::language::Language;
use crate::config::load::Loaded;
use crate::switchboard::output::Tale;
use crate::switchboard::settings::Settings;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Which node this is; one until there are many.
const NODE: u16 = 0;

/// Silence of a far end that should send, after which it is asked whether it is still there.
const SILENT_AFTER: Duration = Duration::from_secs(15);

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    /// Where it listens for SIP.
    pub address: SocketAddr,
    /// How to end it.
    pub say: mpsc::Sender<Word>,
    /// What happens in it.
    pub tales: mpsc::Receiver<Tale>,
    /// Ends when the server has ended.
    pub task: JoinHandle<()>,
}

/// Why a server could not start; nothing of it runs.
#[derive(Debug)]
pub struct StartError {
    what: String,
    help: &'static str,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  help: {}", self.what, self.help)
    }
}

impl std::error::Error for StartError {}

impl Server {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// The store, the sound or the sockets cannot be had; whatever was opened is closed again.
    pub async fn start(loaded: Loaded) -> Result<Self, StartError> {
        Self::start_at(loaded, Clock::start()).await
    }

    /// Starts a server that lives by this clock.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub async fn start_at(loaded: Loaded, clock: Clock) -> Result<Self, StartError> {
        let Loaded { mut settings, io } = loaded;
        let mut entropy = clock::entropy().map_err(|fault| StartError {
            what: format!("/dev/urandom cannot be read: {fault}"),
            help: "the server needs a source of chance; mount /dev",
        })?;
        let bind = SocketAddr::new(io.address, io.port);
        // The sockets come first: a second server on the same data must not touch its store.
        let sip = SipPorts::bind(bind, Limits::default()).await;
        let (sip, sip_events) = sip.map_err(|fault| StartError {
            what: format!("SIP cannot listen on {bind}: {fault}"),
            help: "end the other program on this port, or set sip.port",
        })?;
        let address = sip.local_addr();
        settings.site.sip_port = address.port();
        let recordings = Recordings::new(&io.recordings);
        let (store, epoch) = open_store(Path::new(&io.store), &recordings).await?;
        let repaired = recordings.repair();
        if repaired > 0 {
            tracing::info!(repaired, "recordings of the last run were cut short and are repaired");
        }
        let mut media = start_media(&settings, clock, recordings.clone(), entropy.child())?;
        let media_events = media.events().ok_or_else(|| StartError {
            what: "the sound has no events".to_owned(),
            help: "this is a fault of the program; please report it",
        })?;
        let speech = io.speech.map(Speech::new);
        if let Some(speech) = speech.clone() {
            tokio::spawn(speech.warm(texts(&settings)));
        }
        let webhooks = Webhooks::start(&io.webhooks, entropy.child());
        let webhooks = webhooks.map_err(|fault| StartError {
            what: format!("webhooks cannot be told anything: {fault}"),
            help: "install the certificates of this system (package ca-certificates)",
        })?;
        let mail = Mail::start(io.mail.as_ref(), &recordings).map_err(|fault| StartError {
            what: format!("e-mail cannot be written: {fault}"),
            help: "check the section `mail`, and the certificates of this system",
        })?;
        let web = Web::new(io.services);
        let world = World {
            clock,
            sip,
            sip_events,
            media,
            media_events,
            store,
            recordings,
            speech,
            webhooks,
            web,
            mail,
        };
        let (mut node, say) = Node::new(Arc::new(settings), Ids::new(NODE, epoch), entropy, world);
        let tales = node.tales();
        let task = tokio::spawn(node.run());
        Ok(Self { address, say, tales, task })
    }
}

/// What flows say that stands in them word for word.
fn texts(settings: &Settings) -> Vec<(Language, String)> {
    let flows = settings.flows.flows.values();
    let each = flows.flat_map(|flow| {
        let language = flow.language.as_ref().unwrap_or(&settings.site.language);
        flow.spoken.iter().map(|text| (language.clone(), text.clone()))
    });
    each.collect()
}

async fn open_store(path: &Path, recordings: &Recordings) -> Result<(Store, u32), StartError> {
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir).map_err(|fault| StartError {
            what: format!("{} cannot be made: {fault}", dir.display()),
            help: "check store.path and its permissions",
        })?;
    }
    let files = recordings.clone();
    let forget = move |recording| {
        if let Err(fault) = files.delete(recording) {
            tracing::error!(%recording, %fault, "a recording's file could not be deleted");
        }
    };
    let opened = Store::open_with(path, Box::new(forget)).await;
    opened.map_err(|fault| StartError {
        what: fault.to_string(),
        help: "check store.path and its permissions",
    })
}

fn start_media(
    settings: &Settings,
    clock: Clock,
    recordings: Recordings,
    entropy: Entropy,
) -> Result<MediaEngine, StartError> {
    let started = MediaEngine::start(EngineSettings {
        shards: settings.site.shards,
        recordings,
        zero: clock.zero(),
        utc_at_zero: clock.utc_at_zero(),
        name: "ringback".into(),
        silent_after: SILENT_AFTER,
        entropy,
    });
    started.map_err(|fault| StartError {
        what: format!("the sound cannot start: {fault}"),
        help: "the system gives no more threads; look at its limits",
    })
}
