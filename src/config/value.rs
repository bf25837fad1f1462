//! Single values of a configuration: addresses, networks, numbers, countries, secrets.

use super::reader::Reader;
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::base::document::{Fields, Node, scalar::clip};
use crate::base::number::{Country, PhoneNumber, verify};
use std::net::{IpAddr, SocketAddr};

/// The port of SIP over UDP and TCP (RFC 3261 §19.1.2).
pub(super) const SIP_PORT: u16 = 5060;

/// An IPv4 or IPv6 address.
pub(super) fn address(node: &Node, complaints: &mut Complaints) -> Option<IpAddr> {
    let text = node.text(complaints)?;
    let address = text.parse().ok();
    if address.is_none() {
        wrong(node, text, "an IP address such as 192.0.2.7", complaints);
    }
    address
}

/// A network such as `10.0.0.0/8`; an address alone is a network of one.
pub(super) fn network(node: &Node, complaints: &mut Complaints) -> Option<(IpAddr, u8)> {
    let text = node.text(complaints)?;
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let network = address.parse::<IpAddr>().ok().and_then(|address| {
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Some(most), |prefix| prefix.parse().ok())?;
        (prefix <= most).then_some((address, prefix))
    });
    let Some((address, prefix)) = network else {
        wrong(node, text, "a network such as 10.0.0.0/8", complaints);
        return None;
    };
    let first = first_of(address, prefix);
    if first != address {
        let message = format!("`{text}` is an address inside the network {first}/{prefix}");
        complaints.warning(code::NOT_A_NETWORK, &node.place, message).help(format!(
            "write `{first}/{prefix}` for the network, or `{address}` for the address alone"
        ));
    }
    Some((first, prefix))
}

/// An address with a port; without one it is SIP's.
pub(super) fn peer(node: &Node, complaints: &mut Complaints) -> Option<SocketAddr> {
    let text = node.text(complaints)?;
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let alone = bare.parse::<IpAddr>().ok().map(|address| SocketAddr::new(address, SIP_PORT));
    let peer = text.parse::<SocketAddr>().ok().or(alone).filter(|peer| peer.port() != 0);
    if peer.is_none() {
        let message = format!("`{}` is no address with a port", clip(text));
        complaints
            .error(code::WRONG_VALUE, &node.place, message)
            .help("write `192.0.2.7:5060` or `[2001:db8::7]:5060`; names are not looked up");
    }
    peer
}

/// Where HTTP is spoken: `https://` or `http://`, a host, perhaps a path; nobody's name and
/// password, which have keys of their own.
pub(super) fn web_address(node: &Node, complaints: &mut Complaints) -> Option<String> {
    let text = node.text(complaints)?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or("");
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    if host.is_empty() || host.starts_with(':') || host.contains('@') || !plain {
        wrong(node, text, "an address such as https://crm.example.com/hooks", complaints);
        return None;
    }
    Some(text.to_owned())
}

/// Two letters of ISO 3166.
pub(super) fn country(node: &Node, complaints: &mut Complaints) -> Option<Country> {
    let text = node.text(complaints)?;
    let country = Country::new(text);
    if country.is_none() {
        wrong(node, text, "a country by its two letters, such as PL", complaints);
    }
    country
}

/// A number with its `+`, or as it is dialled inside `home`.
pub(super) fn number(
    node: &Node,
    home: Option<Country>,
    complaints: &mut Complaints,
) -> Option<PhoneNumber> {
    let text = node.text(complaints)?;
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let number = if plain.starts_with('+') {
        PhoneNumber::from_e164(&plain)
    } else {
        home.and_then(|home| verify(&plain, home).ok()).map(|verified| verified.number)
    };
    if number.is_none() {
        let message = format!("`{}` is no telephone number", clip(text));
        complaints
            .error(code::WRONG_NUMBER, &node.place, message)
            .help("write it with `+` and the country, such as `+48221234567`");
    }
    number
}

/// The beginning of numbers, with its `+`.
pub(super) fn prefix(node: &Node, complaints: &mut Complaints) -> Option<String> {
    let text = node.text(complaints)?;
    let digits = text.strip_prefix('+').unwrap_or("");
    if (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    wrong(node, text, "the beginning of numbers with `+`, such as +4870", complaints);
    None
}

/// A text that is not empty.
pub(super) fn filled(node: &Node, complaints: &mut Complaints) -> Option<String> {
    let text = node.text(complaints)?;
    if text.trim().is_empty() {
        complaints.error(code::EMPTY, &node.place, "nothing stands here");
        return None;
    }
    Some(text.to_owned())
}

/// A count of at least one.
pub(super) fn count(node: &Node, complaints: &mut Complaints) -> Option<usize> {
    let number = node.integer(1..=1_000_000, complaints)?;
    usize::try_from(number).ok()
}

/// All items of a list that can be read.
pub(super) fn list<T>(
    node: Option<&Node>,
    complaints: &mut Complaints,
    read: impl Fn(&Node, &mut Complaints) -> Option<T>,
) -> Vec<T> {
    let items = node.map(Node::one_or_many).unwrap_or_default();
    items.into_iter().filter_map(|item| read(item, complaints)).collect()
}

/// `password`, or the content of `password_file`; never both. The secret is in no message.
pub(super) fn secret(fields: &mut Fields, reader: &mut Reader) -> Option<String> {
    secret_named("password", fields, reader)
}

/// As [`secret`], of another name: `token`, or the content of `token_file`.
pub(super) fn secret_named(name: &str, fields: &mut Fields, reader: &mut Reader) -> Option<String> {
    let typed = fields.take(name);
    let file = fields.take(&format!("{name}_file"));
    match (typed, file) {
        (Some(_), Some(file)) => {
            let message = format!("either `{name}` or `{name}_file`, not both");
            reader.complaints.error(code::TWO_SECRETS, &file.place, message);
            None
        }
        (Some(typed), None) => filled(typed, &mut reader.complaints),
        (None, Some(file)) => {
            let path = filled(file, &mut reader.complaints)?;
            match (reader.read_secret)(&path) {
                Ok(text) if !text.trim().is_empty() => Some(text.trim_end().to_owned()),
                Ok(_) => {
                    reader.complaints.error(code::EMPTY, &file.place, "this file holds no secret");
                    None
                }
                Err(why) => {
                    let message = format!("this file cannot be read: {}", clip(&why));
                    reader.complaints.error(code::UNREADABLE, &file.place, message);
                    None
                }
            }
        }
        (None, None) => None,
    }
}

/// The first address of a network.
fn first_of(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4((v4.to_bits() & mask).into())
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V6((v6.to_bits() & mask).into())
        }
    }
}

fn wrong(node: &Node, text: &str, expected: &str, complaints: &mut Complaints) {
    let message = format!("expected {expected}, found `{}`", clip(text));
    complaints.error(code::WRONG_VALUE, &node.place, message);
}
