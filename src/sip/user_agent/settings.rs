//! What a user agent is told about its site.

use crate::base::interfaces::is_in_network;
use crate::sip::digest::{Algorithm, Login};
use crate::sip::event::Path;
use crate::sip::identity::Identity;
use crate::sip::uri::Uri;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// Who we are, whom we know, and how much we take.
#[derive(Clone)]
pub struct UserAgentSettings {
    /// Our address and port as shown in Via and Contact.
    pub identity: Identity,
    /// The realm of our challenges.
    pub realm: String,
    /// Hashes that our challenges offer, the preferred first.
    pub digests: Vec<Algorithm>,
    /// Trunks by name.
    pub trunks: BTreeMap<String, TrunkAccess>,
    /// Accounts of agents' phones: user name → password.
    pub accounts: BTreeMap<String, String>,
    /// How much we take.
    pub limits: Limits,
}

/// The passwords stay out of logs.
impl fmt::Debug for UserAgentSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserAgentSettings")
            .field("identity", &self.identity)
            .field("realm", &self.realm)
            .field("digests", &self.digests)
            .field("trunks", &self.trunks)
            .field("accounts", &self.accounts.keys())
            .field("limits", &self.limits)
            .finish()
    }
}

/// What the user agent knows of a trunk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrunkAccess {
    /// Networks that its requests come from: address and prefix length.
    pub networks: Vec<(IpAddr, u8)>,
    /// What answers its 401 and 407.
    pub login: Option<Login>,
    /// Our registration at it, if it wants one.
    pub registration: Option<TrunkRegistration>,
}

/// How we register at a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkRegistration {
    /// The request URI, such as `sip:example.com`.
    pub registrar: Uri,
    /// Whom we register.
    pub aor: Uri,
    /// Where the requests go.
    pub path: Path,
    /// The expiry that we ask for.
    pub expiry: Duration,
}

/// How much we take before we say 503.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Transactions, ours and theirs. Requests inside dialogs may use twice as many: calls
    /// that stand are served when new ones are not.
    pub transactions_max: usize,
    /// Sessions, in either direction and any state.
    pub sessions_max: usize,
    /// What a 503 tells in Retry-After, in seconds.
    pub retry_after_s: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { transactions_max: 100_000, sessions_max: 50_000, retry_after_s: 5 }
    }
}

impl UserAgentSettings {
    /// The trunk whose networks hold this address, by the longest prefix.
    #[must_use]
    pub fn trunk_of(&self, source: IpAddr) -> Option<&str> {
        let nets = self.trunks.iter().flat_map(|(name, trunk)| {
            trunk.networks.iter().map(move |(network, prefix)| (name, *network, *prefix))
        });
        nets.filter(|(_, network, prefix)| is_in_network(source, *network, *prefix))
            .max_by_key(|(_, _, prefix)| *prefix)
            .map(|(name, _, _)| name.as_str())
    }
}
