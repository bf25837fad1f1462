//! Who a softphone is, and which server it belongs to.

use crate::sdp::description::Encoding;
use crate::sip::digest::Login;
use crate::sip::event::Path;
use crate::sip::identity::Identity;
use crate::sip::uri::Uri;
use crate::sip::user_agent::settings::{Limits, TrunkAccess, TrunkRegistration, UserAgentSettings};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::time::Duration;

/// The name of the server among the softphone's trunks.
pub(super) const SERVER: &str = "server";

/// How a softphone is set up.
#[derive(Debug, Clone)]
pub struct SoftphoneSettings {
    /// The address it sits on, one that the server reaches; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Where recordings of what it hears go; its own directory.
    pub recordings: PathBuf,
    /// The codecs it speaks, in order.
    pub encodings: Vec<Encoding>,
    /// The server: calls are taken from its address only.
    pub server: Path,
    /// What answers the server's challenges.
    pub login: Option<Login>,
    /// Whom to register at the server, and for how long each time.
    pub register: Option<(Uri, Duration)>,
}

impl SoftphoneSettings {
    pub(super) fn user_agent(&self) -> UserAgentSettings {
        let server = self.server.remote.ip();
        let prefix = if server.is_ipv4() { 32 } else { 128 };
        let registration = self.register.as_ref().map(|(aor, expiry)| TrunkRegistration {
            registrar: Uri::sip(None, aor.host().clone(), aor.port()),
            aor: aor.clone(),
            path: self.server,
            expiry: *expiry,
        });
        let access = TrunkAccess {
            networks: vec![(server, prefix)],
            login: self.login.clone(),
            registration,
        };
        UserAgentSettings {
            identity: Identity::only(self.bind.ip(), self.bind.port()),
            realm: "softphone".to_owned(),
            digests: Vec::new(),
            trunks: BTreeMap::from([(SERVER.to_owned(), access)]),
            accounts: BTreeMap::new(),
            limits: Limits::default(),
        }
    }
}

/// The address of this machine from which `remote` is reached. Nothing is sent: a connected UDP
/// socket only looks the route up.
///
/// # Errors
///
/// There is no way there.
pub fn address_towards(remote: SocketAddr) -> io::Result<IpAddr> {
    let any = match remote {
        SocketAddr::V4(_) => IpAddr::from([0; 4]),
        SocketAddr::V6(_) => IpAddr::from([0_u16; 8]),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(remote)?;
    Ok(socket.local_addr()?.ip())
}
