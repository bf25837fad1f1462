//! A whole server in this process: store, sound, sockets, heart, in the order in which they can
//! fail.

use super::clock::{self, Clock};
use super::media_engine::{EngineSettings, MediaEngine};
use super::node::{Node, Word, World};
use super::recordings::Recordings;
use super::sip_ports::{Limits, SipPorts};
use super::store::Store;
use crate::base::id::Ids;
use crate::config::load::Loaded;
use crate::switchboard::output::Tale;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Which node this is; one until there are many.
const NODE: u16 = 0;

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
        let clock = Clock::start();
        let Loaded { mut settings, io } = loaded;
        let entropy = clock::entropy().map_err(|fault| StartError {
            what: format!("/dev/urandom cannot be read: {fault}"),
            help: "the server needs a source of chance; mount /dev",
        })?;
        let bind = SocketAddr::new(io.sip_address, settings.site.sip_port);
        // The sockets come first: a second server on the same data must not touch its store.
        let (sip, sip_events) = SipPorts::bind(bind, Limits::default()).await.map_err(|fault| StartError {
            what: format!("SIP cannot listen on {bind}: {fault}"),
            help: "end the other program on this port, or set sip.port",
        })?;
        let address = sip.local_addr();
        settings.site.sip_port = address.port();
        let (store, epoch) = Store::open(&io.store).await.map_err(|fault| StartError {
            what: fault.to_string(),
            help: "check store.path and its permissions",
        })?;
        let recordings = Recordings::new(io.recordings.clone());
        let engine = EngineSettings {
            shards: settings.site.shards,
            recordings: io.recordings.clone(),
            clock,
        };
        let media = MediaEngine::start(engine).map_err(|fault| StartError {
            what: format!("the sound cannot start: {fault}"),
            help: "check recordings.dir and its permissions",
        })?;
        let world = World { clock, sip, media, store, recordings };
        let (mut node, say) = Node::new(Arc::new(settings), Ids::new(NODE, epoch), entropy, world);
        let tales = node.tales();
        let task = tokio::spawn(node.run());
        Ok(Self { address, say, tales, task })
    }
}
