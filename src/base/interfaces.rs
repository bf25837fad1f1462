//! Which of our own addresses a far end should see.

use std::net::IpAddr;

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

#[cfg(test)]
mod tests {
    use super::*;

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
