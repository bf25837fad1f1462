//! Ports of loopback that are free at this moment, for a server of a few seconds.

use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};

const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// RTP and RTCP ports of the server: more than the calls of one story need.
pub(super) const RTP_PORTS: u16 = 40;
/// Where free ports are looked for: below those that systems give to clients.
const RTP_FIRST: u16 = 20_000;
const RTP_LAST: u16 = 32_000;

/// A port that is free for UDP and TCP at this moment.
pub(super) fn free_sip_port() -> io::Result<u16> {
    const TRIES: usize = 64;
    for _ in 0..TRIES {
        let tcp = TcpListener::bind((HOST, 0))?;
        let port = tcp.local_addr()?.port();
        if UdpSocket::bind((HOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}

/// The first of so many ports that are all free at this moment; it is even.
pub(super) fn free_rtp_ports(count: u16) -> io::Result<u16> {
    const TRIES: usize = 200;
    let mut chance = crate::io::clock::entropy()?;
    let blocks = u64::from((RTP_LAST - RTP_FIRST) / count);
    for _ in 0..TRIES {
        let block = u16::try_from(chance.below(blocks)).unwrap_or(0);
        let first = RTP_FIRST + block * count;
        let mut all = first..first + count;
        if all.all(|port| UdpSocket::bind((HOST, port)).is_ok()) {
            return Ok(first);
        }
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}
