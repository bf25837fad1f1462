//! The sections about the server itself: `sip`, `media`, `recordings`, `store`, `log`.

use super::outside::{IoSettings, LogFormat, LogLevel, LogSettings};
use super::reader::{Reader, Sort};
use super::value::{self, SIP_PORT};
use crate::base::calendar::zone::Zone;
use crate::base::code;
use crate::base::complaint::Place;
use crate::base::document::{Fields, Node};
use crate::base::interfaces::Interfaces;
use crate::base::language::Language;
use crate::sip::digest::Algorithm;
use crate::switchboard::settings::Site;
use std::net::{IpAddr, Ipv4Addr};

/// Most media shards.
const SHARDS_MAX: i64 = 64;
/// RTP ports of one call: the caller's, the agent's, and one to spare for a transfer.
const PORTS_A_CALL: usize = 3;
const CALLS_MAX: usize = 150;
const DIGESTS: [(&str, Algorithm); 2] = [("sha256", Algorithm::Sha256), ("md5", Algorithm::Md5)];
/// Whether phones are told of waiting messages although they have not asked.
const LIGHTS: [(&str, bool); 2] = [("subscribed", false), ("unsolicited", true)];
const RTP_PORTS: (u16, u16) = (10_000, 10_999);
/// Ports below need privileges and belong to other services.
const RTP_PORT_MIN: i64 = 1_024;

/// What `sip`, `media` and `language` say.
pub(super) fn read_site(
    root: &mut Fields,
    interfaces: Interfaces,
    cores: usize,
    reader: &mut Reader,
) -> Site {
    let mut site = Site {
        interfaces,
        bind: None,
        sip_port: SIP_PORT,
        rtp_ports: RTP_PORTS,
        shards: cores.clamp(1, 8),
        realm: "ringback".to_owned(),
        digests: vec![Algorithm::Sha256, Algorithm::Md5],
        lights_unasked: false,
        language: Language::english(),
        time_zone: Zone::utc(),
        calls_max: CALLS_MAX,
    };
    read_sip(root.take("sip"), &mut site, reader);
    read_media(root.take("media"), &mut site, reader);
    if let Some(node) = root.take("language") {
        let tag = reader.want(Sort::Language, node);
        site.language = tag.and_then(|tag| Language::new(&tag)).unwrap_or_else(Language::english);
    }
    if let Some(node) = root.take("time_zone") {
        read_zone(node, &mut site, reader);
    }
    site
}

fn read_zone(node: &Node, site: &mut Site, reader: &mut Reader) {
    let Some(name) = node.text(&mut reader.complaints) else { return };
    match Zone::named(name) {
        Some(zone) => site.time_zone = zone,
        None => {
            let message = format!("there is no time zone `{name}`");
            let complaint = reader.complaints.error(code::UNKNOWN_ZONE, &node.place, message);
            complaint.help("take a name such as Europe/Warsaw");
        }
    }
}

fn read_sip(node: Option<&Node>, site: &mut Site, reader: &mut Reader) {
    let Some(mut fields) = section(node, "sip", reader) else { return };
    let complaints = &mut reader.complaints;
    if let Some(address) = fields.take("address").and_then(|n| value::address(n, complaints)) {
        site.bind = Some(address).filter(|address| !address.is_unspecified());
    }
    if let Some(port) = fields.take("port").and_then(|n| n.integer(1..=65_535, complaints)) {
        site.sip_port = u16::try_from(port).unwrap_or(SIP_PORT);
    }
    if let Some(realm) = fields.take("realm").and_then(|n| value::filled(n, complaints)) {
        site.realm = realm;
    }
    if let Some(node) = fields.take("digest") {
        let digests = value::list(Some(node), complaints, |n, c| n.choice(&DIGESTS, c));
        if !digests.is_empty() {
            site.digests = digests;
        }
    }
    let public = fields.take("public_address");
    if let Some(node) = public
        && let Some(address) = value::address(node, complaints)
    {
        if address.is_unspecified() || address.is_multicast() {
            let message = format!("{address} is nobody's address");
            complaints.error(code::WRONG_VALUE, &node.place, message);
        } else {
            site.interfaces.outside = address;
        }
    } else if let Some(bind) = site.bind {
        site.interfaces = Interfaces::only(bind);
    }
    if let Some(how) = fields.take("message_waiting").and_then(|n| n.choice(&LIGHTS, complaints)) {
        site.lights_unasked = how;
    }
    if let Some(most) = fields.take("calls_max").and_then(|n| value::count(n, complaints)) {
        site.calls_max = most;
    }
    fields.finish(complaints);
}

fn read_media(node: Option<&Node>, site: &mut Site, reader: &mut Reader) {
    let place = node.map(|node| node.place.clone());
    let Some(mut fields) = section(node, "media", reader) else { return };
    let ports = fields.take("rtp_ports");
    let complaints = &mut reader.complaints;
    if let Some(shards) = fields.take("shards").and_then(|n| n.integer(1..=SHARDS_MAX, complaints))
    {
        site.shards = usize::try_from(shards).unwrap_or(1);
    }
    fields.finish(complaints);
    if let Some(range) = ports.and_then(|node| read_ports(node, reader)) {
        site.rtp_ports = range;
    }
    let place = ports.map(|node| node.place.clone()).or(place);
    if let Some(place) = place {
        check_ports(site, &place, reader);
    }
}

/// Pairs of an even RTP port and the odd RTCP port above it (RFC 3550 §11).
fn read_ports(node: &Node, reader: &mut Reader) -> Option<(u16, u16)> {
    let range = node.range(&mut reader.complaints)?;
    let (first, last) = (i64::from(*range.start()), i64::from(*range.end()));
    if first < RTP_PORT_MIN || last > 65_535 {
        node.wrong("ports between 1024 and 65535", &mut reader.complaints);
        return None;
    }
    if first % 2 != 0 || last % 2 != 1 {
        let message = format!("{first}..{last} does not consist of pairs");
        let even = first + first % 2;
        let odd = if last % 2 == 1 { last } else { last - 1 };
        reader
            .complaints
            .error(code::ODD_PORTS, &node.place, message)
            .help(format!("the first is even and the last is odd: `{even}..{odd}`"));
        return None;
    }
    Some((u16::try_from(first).ok()?, u16::try_from(last).ok()?))
}

fn check_ports(site: &Site, place: &Place, reader: &mut Reader) {
    let (first, last) = site.rtp_ports;
    if (first..=last).contains(&site.sip_port) {
        let message = format!("the SIP port {} lies inside {first}..{last}", site.sip_port);
        reader.complaints.error(code::PORTS_OVERLAP, place, message);
    }
    let pairs = usize::from(last.saturating_sub(first)).div_ceil(2);
    if pairs < site.shards {
        let message = format!("{pairs} pairs of ports cannot be shared by {} shards", site.shards);
        reader.complaints.error(code::PORTS_TOO_FEW, place, message);
    } else if pairs < site.calls_max.saturating_mul(PORTS_A_CALL) {
        let message = format!(
            "{pairs} pairs of ports are few for {} calls of up to {PORTS_A_CALL} legs",
            site.calls_max
        );
        reader
            .complaints
            .warning(code::PORTS_FEW, place, message)
            .help(format!("widen the range, or set sip.calls_max to {}", pairs / PORTS_A_CALL));
    }
}

/// What only `io` needs: `recordings`, `store`, `log`, and where to listen.
pub(super) fn read_io(root: &mut Fields, site: &Site, reader: &mut Reader) -> IoSettings {
    let mut io = IoSettings {
        address: site.bind.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        port: site.sip_port,
        store: "data/ringback.sqlite".into(),
        recordings: "data/recordings".into(),
        log: LogSettings { level: LogLevel::Info, format: LogFormat::Auto },
        webhooks: super::webhooks::read(root, reader),
        mail: super::mail::read(root, reader),
        services: super::services::read(root, reader),
        speech: super::speech::read(root, reader),
    };
    if let Some(mut fields) = section(root.take("store"), "store", reader) {
        let path = fields.take("path");
        if let Some(path) = path.and_then(|n| value::filled(n, &mut reader.complaints)) {
            io.store = path.into();
        }
        fields.finish(&mut reader.complaints);
    }
    if let Some(mut fields) = section(root.take("recordings"), "recordings", reader) {
        let dir = fields.take("dir");
        if let Some(dir) = dir.and_then(|n| value::filled(n, &mut reader.complaints)) {
            io.recordings = dir.into();
        }
        fields.finish(&mut reader.complaints);
    }
    if let Some(mut fields) = section(root.take("log"), "log", reader) {
        let complaints = &mut reader.complaints;
        let level = fields.take("level").and_then(|n| n.choice(&LEVELS, complaints));
        let format = fields.take("format").and_then(|n| n.choice(&FORMATS, complaints));
        io.log.level = level.unwrap_or(io.log.level);
        io.log.format = format.unwrap_or(io.log.format);
        fields.finish(complaints);
    }
    io
}

const LEVELS: [(&str, LogLevel); 5] = [
    ("error", LogLevel::Error),
    ("warn", LogLevel::Warn),
    ("info", LogLevel::Info),
    ("debug", LogLevel::Debug),
    ("trace", LogLevel::Trace),
];

const FORMATS: [(&str, LogFormat); 3] =
    [("auto", LogFormat::Auto), ("text", LogFormat::Text), ("json", LogFormat::Json)];

/// The fields of a section that is there.
pub(super) fn section<'n>(
    node: Option<&'n Node>,
    what: &str,
    reader: &mut Reader,
) -> Option<Fields<'n>> {
    Fields::of(node?, what, &mut reader.complaints)
}
