//! Where the demonstration plays: a server with a site of its own, and two telephones.

use super::Missed;
use crate::audio::sound::Sound;
use crate::base::language::Language;
use crate::io::cli::actor::Actor;
use crate::io::cli::free_ports::{RTP_PORTS, free_rtp_ports, free_sip_port};
use crate::io::node::Word;
use crate::io::server::Server;
use crate::io::site::{Site, SiteError};
use crate::io::softphone::Softphone;
use crate::io::softphone::settings::SoftphoneSettings;
use crate::io::temporary::Temporary;
use crate::sdp::description::Encoding;
use crate::sip::digest::Login;
use crate::sip::event::{Path, Transport};
use crate::sip::uri::Uri;
use crate::switchboard::settings::Prompts;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The configuration, with words in braces to be filled in.
const SETTINGS: &str = include_str!("site/ringback.yaml");
/// The flows by their files' names.
const FLOWS: [(&str, &str); 3] = [
    ("main-line.flow.yaml", include_str!("site/flows/main-line.flow.yaml")),
    ("demo-waiting.flow.yaml", include_str!("site/flows/demo-waiting.flow.yaml")),
    ("demo-callback.flow.yaml", include_str!("site/flows/demo-callback.flow.yaml")),
];
const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// The agent's account.
const AGENT: &str = "anna";
const PASSWORD: &str = "demo-anna";
/// How long the server may take to end.
const STOP_MAX: Duration = Duration::from_secs(10);

/// Everybody, and where they stand.
pub(super) struct Stage {
    /// The customer's telephone, which is also the trunk's far end.
    pub(super) customer: Actor,
    /// Anna's telephone.
    pub(super) agent: Actor,
    /// Where the server listens.
    pub(super) server: SocketAddr,
    prompts: Arc<Prompts>,
    running: Server,
    dir: Temporary,
}

/// Who is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Customer,
    Agent,
}

impl Stage {
    /// Builds everything. `password` is Anna's as her telephone knows it.
    pub(super) async fn build(password: Option<&str>) -> Result<Self, Missed> {
        let cannot = |what: &str| {
            let what = what.to_owned();
            move |fault: io::Error| Missed::new(&what, fault.to_string())
        };
        let dir = Temporary::new().map_err(cannot("making a temporary directory"))?;
        let sip_port = free_sip_port().map_err(cannot("finding a free port for SIP"))?;
        let server = SocketAddr::new(HOST, sip_port);
        let customer = Softphone::start(telephone(&dir, "customer", server))
            .await
            .map_err(cannot("starting the customer's telephone"))?;
        let config = write_site(&dir, sip_port, customer.address())
            .map_err(cannot("writing the site of the demonstration"))?;
        let mut site = Site::default();
        // What the user has set for a server of their own must not reach this one.
        let loaded = site.load_in(Some(&config), &[], &[]);
        let (loaded, _) = loaded.map_err(|error| {
            Missed::new("loading the site of the demonstration", told(&site, error))
        })?;
        let prompts = Arc::clone(&loaded.settings.prompts);
        let running = Server::start(loaded)
            .await
            .map_err(|error| Missed::new("starting the server", error.to_string()))?;
        let mut settings = telephone(&dir, "agent", server);
        settings.login = Some(Login {
            user: AGENT.to_owned(),
            password: password.unwrap_or(PASSWORD).to_owned(),
        });
        settings.register = Some((aor(server), Duration::from_secs(300)));
        let agent =
            Softphone::start(settings).await.map_err(cannot("starting the agent's telephone"))?;
        let (customer, agent) = (Actor::new(customer), Actor::new(agent));
        Ok(Self { customer, agent, server, prompts, running, dir })
    }

    /// Somebody.
    pub(super) const fn who(&mut self, who: Who) -> &mut Actor {
        match who {
            Who::Customer => &mut self.customer,
            Who::Agent => &mut self.agent,
        }
    }

    /// Lets something happen, at most until `until`.
    pub(super) async fn pass(&mut self, until: Instant) {
        tokio::select! {
            heard = self.customer.phone.next(Some(until)) => self.customer.happens(heard),
            heard = self.agent.phone.next(Some(until)) => self.agent.happens(heard),
        }
    }

    /// A shipped prompt.
    pub(super) fn prompt(&self, name: &str) -> Result<Arc<Sound>, Missed> {
        let found = self.prompts.get(&Language::english()).and_then(|names| names.get(name));
        let missing = || Missed::new("playing a prompt", format!("there is no `{name}`"));
        found.cloned().ok_or_else(missing)
    }

    /// Anna's address-of-record.
    pub(super) fn agent_address(&self) -> Uri {
        aor(self.server)
    }

    /// The file of the store.
    pub(super) fn store(&self) -> PathBuf {
        self.dir.path().join("ringback.sqlite")
    }

    /// Ends everybody; the directory goes when the result is dropped.
    pub(super) async fn clear(self) -> Result<Temporary, Missed> {
        self.customer.phone.stop().await;
        self.agent.phone.stop().await;
        // A server that has ended already needs no word.
        let _ = self.running.say.send(Word::Stop).await;
        let ended = tokio::time::timeout(STOP_MAX, self.running.task).await;
        match ended {
            Ok(Ok(())) => Ok(self.dir),
            Ok(Err(fault)) => Err(Missed::new("ending the server", fault.to_string())),
            Err(_) => Err(Missed::new("ending the server", "it goes on".to_owned())),
        }
    }
}

fn aor(server: SocketAddr) -> Uri {
    Uri::sip(Some(AGENT), server.ip(), Some(server.port()))
}

fn telephone(dir: &Temporary, name: &str, server: SocketAddr) -> SoftphoneSettings {
    SoftphoneSettings {
        bind: SocketAddr::new(HOST, 0),
        recordings: dir.path().join(name),
        encodings: vec![Encoding::Pcma, Encoding::Pcmu],
        server: Path { transport: Transport::Udp, remote: server, connection: None },
        login: None,
        register: None,
    }
}

/// Writes configuration and flows; gives the configuration's path.
fn write_site(dir: &Temporary, sip_port: u16, customer: SocketAddr) -> io::Result<PathBuf> {
    let rtp_first = free_rtp_ports(RTP_PORTS)?;
    let settings = filled(&[
        ("{sip_port}", sip_port.to_string()),
        ("{rtp_first}", rtp_first.to_string()),
        ("{rtp_last}", (rtp_first + RTP_PORTS - 1).to_string()),
        ("{customer}", customer.to_string()),
        ("{password}", PASSWORD.to_owned()),
        ("{dir}", dir.path().display().to_string()),
    ]);
    let config = dir.path().join("ringback.yaml");
    fs::write(&config, settings)?;
    let flows = dir.path().join("flows");
    fs::create_dir(&flows)?;
    for (name, text) in FLOWS {
        fs::write(flows.join(name), text)?;
    }
    Ok(config)
}

fn filled(words: &[(&str, String)]) -> String {
    words.iter().fold(SETTINGS.to_owned(), |text, (word, value)| text.replace(word, value))
}

/// Why the site cannot be used, in one text.
fn told(site: &Site, error: SiteError) -> String {
    match error {
        SiteError::Unreadable(path, fault) => format!("{}: {fault}", path.display()),
        SiteError::Prompts(faults) => {
            faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        }
        SiteError::Mistakes(complaints) => {
            let told = complaints.iter().map(|one| one.render(site.text(&one.place.file)));
            told.collect::<Vec<_>>().join("\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_of_the_demonstration_is_without_mistake_and_without_warning() {
        let dir = Temporary::new().expect("a directory");
        let customer = SocketAddr::new(HOST, 5_070);
        let config = write_site(&dir, 5_060, customer).expect("a site");
        let mut site = Site::default();
        let loaded = site.load_in(Some(&config), &[], &[]);
        let (loaded, warnings) = loaded.map_err(|error| told(&site, error)).expect("a site");
        assert_eq!(warnings, Vec::new());
        let flow = loaded.settings.numbers.get("+48221234567").map(String::as_str);
        assert_eq!(flow, Some("main-line"));
        assert!(!filled(&[("{dir}", String::new())]).contains("{dir}"));
    }
}
