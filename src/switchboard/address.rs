//! Addresses as we write them into requests.

use crate::sip::uri::{Host, NameAddr, Uri};

/// `<sip:user@host:port>`
pub(super) fn address(user: Option<&str>, host: &str, port: Option<u16>) -> NameAddr {
    NameAddr::new(uri(user, host, port))
}

/// `sip:user@host:port`; IPv6 addresses get their brackets.
pub(super) fn uri(user: Option<&str>, host: &str, port: Option<u16>) -> Uri {
    let host = match host.parse() {
        Ok(address) => Host::Ip(address),
        Err(_) => Host::Name(host.to_owned()),
    };
    Uri::sip(user, host, port)
}
