//! A dialog: who talks to whom, by which route, with which numbers (RFC 3261 §12).

use super::event::{Path, Transport};
use super::identity::Context;
use super::message::Message;
use super::method::Method;
use super::transaction::key::Branch;
use super::uri::{NameAddr, Uri};
use std::net::{IpAddr, SocketAddr};

/// How the far end is reached within a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Where the route set or the remote target says, when that is an address; for trunks.
    Routed,
    /// Always by the path of the first message: a phone behind a NAT tells a Contact that
    /// nobody can reach.
    Pinned,
}

/// One side's view of a dialog, early or confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialog {
    /// Call-ID.
    pub call_id: String,
    /// Our From (or To, in their requests), with our tag.
    pub local: NameAddr,
    /// Theirs; its tag comes with their first answer.
    pub remote: NameAddr,
    /// The CSeq number of our latest request.
    pub local_cseq: u32,
    /// The CSeq number of their latest request, once there was one.
    pub remote_cseq: Option<u32>,
    /// The URI of their Contact.
    pub target: Uri,
    /// The proxies to pass, the nearest first.
    pub routes: Vec<NameAddr>,
    /// Where the first message went, or came from.
    pub path: Path,
    /// How requests travel.
    pub reach: Reach,
}

/// How a request of theirs stands in the order of the dialog (RFC 3261 §12.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// It is new.
    New,
    /// It is older than one that we have seen, or the same: 500.
    Late,
}

impl Dialog {
    /// The dialog that an INVITE of theirs begins; `tag` is ours (RFC 3261 §12.1.1).
    ///
    /// `None` when From, To or Call-ID cannot be read.
    #[must_use]
    pub fn called(invite: &Message, tag: &str, path: Path, reach: Reach) -> Option<Self> {
        let remote = invite.from()?;
        let target = invite.contact().map_or_else(|| remote.uri.clone(), |contact| contact.uri);
        Some(Self {
            call_id: invite.call_id()?.to_owned(),
            local: invite.to()?.with_tag(tag),
            remote,
            local_cseq: 0,
            remote_cseq: invite.cseq().map(|(number, _)| number),
            target,
            routes: invite.record_routes(),
            path,
            reach,
        })
    }

    /// This dialog as a response of theirs makes it (RFC 3261 §12.1.2): their tag, their
    /// Contact and the route set, reversed.
    #[must_use]
    pub fn answered(&self, response: &Message) -> Self {
        let mut dialog = self.clone();
        if let Some(tag) = response.to_tag() {
            dialog.remote = dialog.remote.with_tag(&tag);
        }
        if let Some(contact) = response.contact() {
            dialog.target = contact.uri;
        }
        dialog.routes = response.record_routes();
        dialog.routes.reverse();
        dialog
    }

    /// Takes the Contact of a re-INVITE or UPDATE, or of its 2xx (RFC 3261 §12.2.1.2).
    pub fn refresh_target(&mut self, message: &Message) {
        if let Some(contact) = message.contact() {
            self.target = contact.uri;
        }
    }

    /// Our tag.
    #[must_use]
    pub fn local_tag(&self) -> &str {
        self.local.tag().unwrap_or("")
    }

    /// Their tag; empty before they gave one, and for peers of RFC 2543.
    #[must_use]
    pub fn remote_tag(&self) -> &str {
        self.remote.tag().unwrap_or("")
    }

    /// Notes the CSeq number of a request of theirs.
    pub fn order(&mut self, request: &Message) -> Order {
        let Some((number, _)) = request.cseq() else { return Order::Late };
        if self.remote_cseq.is_some_and(|last| number <= last) {
            return Order::Late;
        }
        self.remote_cseq = Some(number);
        Order::New
    }

    /// A new request in the dialog, with the next CSeq number (RFC 3261 §12.2.1.1).
    pub fn request(&mut self, method: &Method, context: &mut Context) -> (Branch, Message) {
        self.local_cseq += 1;
        let branch = context.branch();
        (branch, self.numbered(method, self.local_cseq, branch, context))
    }

    /// The ACK to a 2xx that answered the INVITE with this CSeq number (RFC 3261 §13.2.2.4).
    pub fn ack(&self, cseq: u32, context: &mut Context) -> Message {
        let branch = context.branch();
        self.numbered(&Method::ACK, cseq, branch, context)
    }

    fn numbered(&self, method: &Method, cseq: u32, branch: Branch, context: &Context) -> Message {
        let (uri, routes) = self.addressed();
        let mut request = Message::request(method.clone(), uri);
        let via = context.identity.via(&self.next_hop(), branch);
        request.headers.push("Via", via);
        request.headers.push("Max-Forwards", "70");
        for route in routes {
            request.headers.push("Route", route.to_string());
        }
        request
            .with("From", self.local.to_string())
            .with("To", self.remote.to_string())
            .with("Call-ID", self.call_id.clone())
            .with("CSeq", format!("{cseq} {method}"))
    }

    /// The request URI and the Route values. The first proxy is loose (`lr`), or it is a
    /// strict one of RFC 2543 that wants itself in the request URI and the target last.
    fn addressed(&self) -> (Uri, Vec<NameAddr>) {
        let target = self.target.as_request_uri();
        match self.routes.split_first() {
            Some((first, rest)) if !first.uri.params().has("lr") => {
                let last = NameAddr::new(target);
                let routes = rest.iter().cloned().chain([last]).collect();
                (first.uri.as_request_uri(), routes)
            }
            Some(_) | None => (target, self.routes.clone()),
        }
    }

    /// Where the next request goes.
    #[must_use]
    pub fn next_hop(&self) -> Path {
        match self.reach {
            Reach::Pinned => self.path,
            Reach::Routed => {
                let uri = self.routes.first().map_or(&self.target, |route| &route.uri);
                self.path_to(uri).unwrap_or(self.path)
            }
        }
    }

    /// The path to a URI whose host is an address that can be meant: a private one is
    /// believed only from a private peer, else it is behind a NAT.
    fn path_to(&self, uri: &Uri) -> Option<Path> {
        let came = self.path.remote.ip();
        let ip = uri.host().ip().filter(|ip| !ip.is_unspecified() && !ip.is_multicast())?;
        if is_private(ip) && !is_private(came) {
            return None;
        }
        let transport = match uri.param("transport") {
            Some(name) if name.eq_ignore_ascii_case("tcp") => Transport::Tcp,
            Some(name) if name.eq_ignore_ascii_case("udp") => Transport::Udp,
            Some(_) | None => self.path.transport,
        };
        // The same host by the same connection: its Contact may show another port than the
        // one that the connection came from.
        if transport == Transport::Tcp && self.path.transport == transport && ip == came {
            return Some(self.path);
        }
        let port = uri.port().filter(|port| *port != 0).unwrap_or(5060);
        Some(Path { transport, remote: SocketAddr::new(ip, port), connection: None })
    }
}

/// Whether an address means nothing outside its own network.
const fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local(),
    }
}
