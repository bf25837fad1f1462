//! What the heart is told about its site: typed, checked, ready.

use super::address::uri;
use crate::audio::sound::Sound;
use crate::base::calendar::Calendar;
use crate::base::calendar::zone::Zone;
use crate::base::interfaces::Interfaces;
use crate::base::language::Language;
use crate::base::number::{Country, PhoneNumber};
use crate::base::skill::Skills;
use crate::callback::policy::Policy;
use crate::flow::graph::FlowSet;
use crate::flow::table::Tables;
use crate::queue::settings::{AgentSettings, QueueSettings};
use crate::sip;
use crate::sip::event::{Path, Transport};
use crate::sip::user_agent::settings::{Limits, TrunkAccess, TrunkRegistration, UserAgentSettings};
use crate::voicemail::settings::MailboxSettings;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Everything configurable, as meant.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Addresses and ports.
    pub site: Site,
    /// Trunks in order.
    pub trunks: Vec<Trunk>,
    /// Called number (as it arrives, normalised to E.164 or the bare user part) → flow.
    pub numbers: BTreeMap<String, String>,
    /// The flow of numbers that are not listed, if any.
    pub default_flow: Option<String>,
    /// Queues.
    pub queues: Vec<Queue>,
    /// Agents.
    pub agents: Vec<Agent>,
    /// Mailboxes.
    pub mailboxes: Vec<MailboxSettings>,
    /// Opening hours by name.
    pub hours: BTreeMap<String, Arc<Calendar>>,
    /// What may be dialled.
    pub policy: Policy,
    /// Flows.
    pub flows: Arc<FlowSet>,
    /// Tables that flows look things up in.
    pub tables: Arc<Tables>,
    /// Prompts: language → name → sound. Music lives under the name `music/NAME`.
    pub prompts: Arc<Prompts>,
}

/// The prompts of a site.
pub type Prompts = BTreeMap<Language, BTreeMap<String, Arc<Sound>>>;

/// Addresses and ports of this server.
#[derive(Debug, Clone)]
pub struct Site {
    /// What Contact, Via and SDP show to whom.
    pub interfaces: Interfaces,
    /// The one address to listen on; `None` is all.
    pub bind: Option<IpAddr>,
    /// SIP port for UDP and TCP.
    pub sip_port: u16,
    /// First and last RTP port; pairs, the first even.
    pub rtp_ports: (u16, u16),
    /// How many media shards there are.
    pub shards: usize,
    /// Realm of our challenges.
    pub realm: String,
    /// Hashes that our challenges offer, the preferred first.
    pub digests: Vec<sip::digest::Algorithm>,
    /// Whether phones are told of waiting messages although they have not subscribed.
    pub lights_unasked: bool,
    /// The language of a call before a flow says otherwise.
    pub language: Language,
    /// The clock that flows ask.
    pub time_zone: Zone,
    /// Most calls at once; the next gets 503.
    pub calls_max: usize,
}

/// One trunk. Table: a key each in the configuration.
#[derive(Debug, Clone)]
pub struct Trunk {
    /// Its name.
    pub name: String,
    /// Networks its requests come from: address and prefix length.
    pub sources: Vec<(IpAddr, u8)>,
    /// Where we send to; the first is preferred. Empty: inbound only.
    pub peers: Vec<SocketAddr>,
    /// UDP or TCP, outbound.
    pub transport: Transport,
    /// The host part of request URIs; `None` is the peer's address.
    pub domain: Option<String>,
    /// Credentials for 401 and 407.
    pub login: Option<Login>,
    /// Whether to REGISTER with the login, and how often.
    pub register: Option<Duration>,
    /// Country of national numbers.
    pub country: Country,
    /// How called numbers are written in request URIs.
    pub number_out: NumberForm,
    /// How the ANI is told: headers in which it is put.
    pub identity_out: Vec<Identity>,
    /// Whether P-Asserted-Identity of this trunk is believed.
    pub trust: bool,
    /// ANIs we may show; empty: any.
    pub anis: Vec<PhoneNumber>,
    /// The ANI when nobody says one.
    pub ani: Option<PhoneNumber>,
    /// Most calls at once on this trunk, both ways.
    pub calls_max: usize,
}

/// User name and password at a peer.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// User name.
    pub user: String,
    /// Password; never shown.
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Login({}, …)", self.user)
    }
}

/// How a number is written for a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberForm {
    /// `+48601234567`
    PlusE164,
    /// `48601234567`
    E164,
    /// `0048601234567`
    ZeroZero,
    /// As dialled inside the trunk's country.
    National,
}

/// A header that tells the ANI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// From
    From,
    /// P-Asserted-Identity (RFC 3325)
    PAsserted,
    /// P-Preferred-Identity (RFC 3325)
    PPreferred,
    /// Remote-Party-ID
    RemoteParty,
}

/// One queue: the line itself, and what calls need to know of it.
#[derive(Debug, Clone)]
pub struct Queue {
    /// The line.
    pub line: QueueSettings,
    /// Opening hours; `None` is always.
    pub hours: Option<String>,
    /// The music of those who wait.
    pub music: String,
    /// The flow that runs for those who wait, where the `queue` step names none.
    pub waiting_flow: Option<String>,
    /// Trunks of its callbacks, in order; empty: all.
    pub trunks: Vec<String>,
    /// The outbound number shown.
    pub ani: Option<PhoneNumber>,
    /// A hang-up while Started counts as an abandon.
    pub incomplete_counts_as_abandon: bool,
}

/// One agent.
#[derive(Debug, Clone)]
pub struct Agent {
    /// The agent's name, the user part of the address-of-record.
    pub name: String,
    /// Password of the agent's phones.
    pub login: Login,
    /// A title for people.
    pub title: String,
    /// Becomes Ready by registering a phone.
    pub auto_ready: bool,
    /// What they can do.
    pub skills: Skills,
}

impl Trunk {
    /// Whether it dials out, and may show this ANI.
    fn may_show(&self, ani: Option<&PhoneNumber>) -> bool {
        let shown = ani.is_none_or(|ani| self.anis.is_empty() || self.anis.contains(ani));
        shown && !self.peers.is_empty()
    }
}

impl Settings {
    /// The country of numbers that come from our own phones: that of the first trunk.
    #[must_use]
    pub fn home_country(&self) -> Option<Country> {
        self.trunks.first().map(|trunk| trunk.country)
    }

    /// Agents as the queues know them.
    #[must_use]
    pub fn queue_agents(&self) -> Vec<AgentSettings> {
        let known = |agent: &Agent| AgentSettings {
            name: agent.name.clone(),
            skills: agent.skills.clone(),
        };
        self.agents.iter().map(known).collect()
    }

    /// The queue of this name.
    #[must_use]
    pub fn queue(&self, name: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.line.name == name)
    }

    /// The trunk of this name.
    #[must_use]
    pub fn trunk(&self, name: &str) -> Option<&Trunk> {
        self.trunks.iter().find(|trunk| trunk.name == name)
    }

    /// Trunks for callbacks of a queue, in its order: those that dial out and may show this ANI.
    #[must_use]
    pub fn trunks_for(&self, queue: &str, ani: Option<&PhoneNumber>) -> Vec<&Trunk> {
        let named = self.queue(queue).map_or(&[][..], |queue| &queue.trunks);
        if named.is_empty() {
            return self.trunks.iter().filter(|trunk| trunk.may_show(ani)).collect();
        }
        let named = named.iter().filter_map(|name| self.trunk(name));
        named.filter(|trunk| trunk.may_show(ani)).collect()
    }

    /// Trunks that dial out and may show this ANI.
    pub fn trunks_out<'s>(
        &'s self,
        ani: Option<&'s PhoneNumber>,
    ) -> impl Iterator<Item = &'s Trunk> {
        self.trunks.iter().filter(move |trunk| trunk.may_show(ani))
    }

    /// The music of those who wait in a queue.
    #[must_use]
    pub fn music_of(&self, queue: &str) -> &str {
        self.queue(queue).map_or("default", |queue| &queue.music)
    }
}

impl Settings {
    /// What the SIP room is told of this site.
    #[must_use]
    pub fn user_agent(&self) -> UserAgentSettings {
        let access = |trunk: &Trunk| TrunkAccess {
            networks: trunk.sources.clone(),
            login: trunk.login.as_ref().map(|login| sip::digest::Login {
                user: login.user.clone(),
                password: login.password.clone(),
            }),
            registration: registration(trunk),
        };
        let account = |agent: &Agent| (agent.login.user.clone(), agent.login.password.clone());
        UserAgentSettings {
            identity: sip::identity::Identity {
                interfaces: Arc::new(self.site.interfaces.clone()),
                port: self.site.sip_port,
            },
            realm: self.site.realm.clone(),
            digests: self.site.digests.clone(),
            trunks: self.trunks.iter().map(|trunk| (trunk.name.clone(), access(trunk))).collect(),
            accounts: self.agents.iter().map(account).collect(),
            limits: Limits::default(),
        }
    }
}

/// How we register at a trunk that wants it.
fn registration(trunk: &Trunk) -> Option<TrunkRegistration> {
    let (expiry, login) = (trunk.register?, trunk.login.as_ref()?);
    let peer = *trunk.peers.first()?;
    let host = trunk.domain.clone().unwrap_or_else(|| peer.ip().to_string());
    Some(TrunkRegistration {
        registrar: uri(None, &host, None),
        aor: uri(Some(&login.user), &host, None),
        path: Path { transport: trunk.transport, remote: peer, connection: None },
        expiry,
    })
}
