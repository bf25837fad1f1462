//! Which of our own addresses a far end should see.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses of this machine, and the one that the world outside sees.
///
/// A server that listens on all interfaces must write the right one into Via, Contact and SDP,
/// or sound never comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interfaces {
    /// Own addresses with the prefix length of their networks.
    pub own: Vec<(IpAddr, u8)>,
    /// For far ends in none of these networks: the configured public address, or that of the
    /// default route.
    pub outside: IpAddr,
}

impl Interfaces {
    /// One address for everybody.
    #[must_use]
    pub const fn only(address: IpAddr) -> Self {
        Self { own: Vec::new(), outside: address }
    }

    /// The same, and `before` too, at which we were seen until now.
    #[must_use]
    pub fn and_before(&self, before: IpAddr) -> Self {
        let mut own = self.own.clone();
        if before != self.outside && own.iter().all(|(known, _)| *known != before) {
            let whole = if before.is_ipv4() { 32 } else { 128 };
            own.push((before, whole));
        }
        Self { own, outside: self.outside }
    }

    /// The address that `remote` should see.
    #[must_use]
    pub fn address_for(&self, remote: IpAddr) -> IpAddr {
        self.own
            .iter()
            .filter(|(own, prefix)| is_in_network(remote, *own, *prefix))
            .max_by_key(|(_, prefix)| *prefix)
            .map_or(self.outside, |(own, _)| *own)
    }
}

/// Whether `address` lies in the network of `base` with this prefix length. An IPv4 address
/// mapped into IPv6 counts as IPv4.
#[must_use]
pub fn is_in_network(address: IpAddr, base: IpAddr, prefix: u8) -> bool {
    match (address.to_canonical(), base.to_canonical()) {
        (IpAddr::V4(address), IpAddr::V4(base)) => {
            let shift = 32_u32.saturating_sub(u32::from(prefix));
            address.to_bits().checked_shr(shift) == base.to_bits().checked_shr(shift)
        }
        (IpAddr::V6(address), IpAddr::V6(base)) => {
            let shift = 128_u32.saturating_sub(u32::from(prefix));
            address.to_bits().checked_shr(shift) == base.to_bits().checked_shr(shift)
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// Networks that the public Internet does not route to one place (RFC 6890 and its successors).
const NOT_PUBLIC: [(IpAddr, u8); 20] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 3),
    v6([0, 0, 0, 0, 0, 0, 0, 0], 96),
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 32),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 9),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
];

const fn v4(octets: [u8; 4], prefix: u8) -> (IpAddr, u8) {
    let [a, b, c, d] = octets;
    (IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix)
}

const fn v6(parts: [u16; 8], prefix: u8) -> (IpAddr, u8) {
    let [a, b, c, d, e, f, g, h] = parts;
    (IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), prefix)
}

/// Whether an address belongs to the public Internet, and not to this machine, a network behind
/// it, or nobody.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    !NOT_PUBLIC.iter().any(|(base, prefix)| is_in_network(address, *base, *prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_behind_this_machine_are_not_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.20.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "::1",
            "::",
            "::ffff:10.0.0.1",
            "fd00::1",
            "fe80::1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
        ] {
            assert!(!is_public(ip(inside)), "{inside}");
        }
        for outside in ["8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(is_public(ip(outside)), "{outside}");
        }
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_phone_on_the_same_network_sees_the_address_of_that_network() {
        let interfaces = Interfaces {
            own: vec![(ip("127.0.0.1"), 8), (ip("192.168.7.2"), 24), (ip("::1"), 128)],
            outside: ip("203.0.113.9"),
        };
        assert_eq!(interfaces.address_for(ip("127.0.0.5")), ip("127.0.0.1"));
        assert_eq!(interfaces.address_for(ip("192.168.7.77")), ip("192.168.7.2"));
        assert_eq!(interfaces.address_for(ip("8.8.8.8")), ip("203.0.113.9"));
        assert_eq!(interfaces.address_for(ip("::1")), ip("::1"));
    }

    #[test]
    fn a_prefix_of_zero_holds_the_whole_family() {
        assert!(is_in_network(ip("8.8.8.8"), ip("0.0.0.0"), 0));
        assert!(!is_in_network(ip("::1"), ip("0.0.0.0"), 0));
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let holds = |network, prefix, address| is_in_network(ip(address), ip(network), prefix);
        assert!(holds("10.1.0.0", 16, "10.1.200.3"));
        assert!(holds("10.1.0.0", 16, "::ffff:10.1.200.3"));
        assert!(!holds("10.1.0.0", 16, "10.2.0.1"));
        assert!(holds("0.0.0.0", 0, "203.0.113.9"));
        assert!(!holds("0.0.0.0", 0, "2001:db8::1"));
        assert!(holds("2001:db8::", 32, "2001:db8:1::1"));
        assert!(holds("192.0.2.1", 32, "192.0.2.1"));
        assert!(!holds("192.0.2.1", 32, "192.0.2.2"));
    }
}
