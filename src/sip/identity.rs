//! What this user agent says of itself: Via, Contact, Allow.

use super::event::{Path, Transport};
use super::header::Via;
use super::transaction::key::Branch;
use super::uri::{NameAddr, Uri};
use crate::base::entropy::Entropy;
use crate::base::interfaces::Interfaces;
use crate::base::time::Moment;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The methods that we take in a session, as Allow tells them.
pub const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE";
/// The bodies that we read, as Accept tells them.
pub const ACCEPT: &str = "application/sdp";
/// Who we are, as Server and User-Agent tell it.
pub const PRODUCT: &str = "Ringback";
/// Letters of a tag, 5 random bits each (RFC 3261 §19.3 wants 32 bits at least).
pub const TAG_LETTERS: usize = 12;

/// Our address as shown in Via and Contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The addresses that peers reach us at.
    pub interfaces: Arc<Interfaces>,
    /// The port, for UDP and TCP.
    pub port: u16,
}

impl Identity {
    /// One address for everybody.
    #[must_use]
    pub fn only(address: IpAddr, port: u16) -> Self {
        Self { interfaces: Arc::new(Interfaces::only(address)), port }
    }

    /// The address that the far end of a path shall see.
    #[must_use]
    pub fn address_for(&self, path: &Path) -> IpAddr {
        self.interfaces.address_for(path.remote.ip())
    }

    /// Whether an address is one of ours.
    #[must_use]
    pub fn is_ours(&self, address: IpAddr) -> bool {
        self.interfaces.outside == address
            || self.interfaces.own.iter().any(|(own, _)| *own == address)
    }

    /// The top Via of a request of ours.
    #[must_use]
    pub fn via(&self, path: &Path, branch: Branch) -> String {
        let name = match path.transport {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
        };
        Via::new(name, self.address_for(path), self.port, &branch.to_string()).to_string()
    }

    /// Our Contact, reached by the transport of the dialog.
    #[must_use]
    pub fn contact(&self, path: &Path) -> String {
        NameAddr::new(self.contact_uri(path)).to_string()
    }

    /// The URI of our Contact.
    #[must_use]
    pub fn contact_uri(&self, path: &Path) -> Uri {
        let uri = Uri::sip(Some("ringback"), self.address_for(path), Some(self.port));
        match path.transport {
            Transport::Udp => uri,
            Transport::Tcp => uri.with_param("transport", Some("tcp")),
        }
    }
}

/// What a machine of this room may use while it handles one event.
#[derive(Debug)]
pub struct Context<'a> {
    /// The time of the event.
    pub now: Moment,
    /// Chance, for tags, branches and waits.
    pub entropy: &'a mut Entropy,
    /// Who we are.
    pub identity: Identity,
}

impl Context<'_> {
    /// A new branch.
    pub fn branch(&mut self) -> Branch {
        Branch(self.entropy.u64())
    }

    /// A new tag.
    pub fn tag(&mut self) -> String {
        self.entropy.token(TAG_LETTERS)
    }
}

/// Where the responses to a request go (RFC 3261 §18.2.2, RFC 3581 §4).
///
/// Over UDP to the true source, to the port of `rport` when it was asked for, else to that of
/// sent-by; over TCP on the connection that the request came on, or a new one to the port of
/// sent-by. `maddr` is not obeyed: with it, a stranger could aim us at anybody.
#[must_use]
pub fn reply_path(via: &Via, came: Path) -> Path {
    let asked = came.transport == Transport::Udp && via.params.has("rport");
    let port = if asked { came.remote.port() } else { via.port.unwrap_or(5060) };
    Path { remote: SocketAddr::new(came.remote.ip(), port), ..came }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(transport: Transport, connection: Option<u64>) -> Path {
        let remote = "192.0.2.9:40001".parse().expect("an address");
        Path { transport, remote, connection }
    }

    fn replies_to(via: &str, came: Path) -> String {
        reply_path(&Via::parse(via).expect("a Via"), came).remote.to_string()
    }

    #[test]
    fn a_response_goes_to_the_true_source_and_never_where_maddr_points() {
        let udp = came(Transport::Udp, None);
        let plain = "SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKa";
        assert_eq!(replies_to(plain, udp), "192.0.2.9:5070");
        assert_eq!(replies_to(&format!("{plain};rport"), udp), "192.0.2.9:40001");
        assert_eq!(replies_to(&format!("{plain};maddr=203.0.113.1"), udp), "192.0.2.9:5070");
        let tcp = came(Transport::Tcp, Some(3));
        assert_eq!(replies_to("SIP/2.0/TCP 10.0.0.1;branch=z9hG4bKa", tcp), "192.0.2.9:5060");
    }
}
