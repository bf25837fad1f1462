//! A block of port numbers that no other story on this machine uses at the same time.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

/// Ports of one block; the last is the lock.
const BLOCK: u16 = 100;
/// Below the range from which the system hands out ports by itself.
const FIRST: u16 = 12_000;
const LAST: u16 = 32_000;

/// Ports that are free as long as this lives. A TCP listener on the last one tells other stories,
/// in this process or another, that the block is taken.
pub(super) struct Ports {
    base: u16,
    _lock: TcpListener,
}

impl Ports {
    /// Looks for a block in which everything can be bound.
    pub(super) fn new() -> Self {
        let blocks = (LAST - FIRST) / BLOCK;
        let start = u16::try_from(std::process::id() % u32::from(blocks)).expect("a small number");
        (0..blocks)
            .map(|step| FIRST + (start + step) % blocks * BLOCK)
            .find_map(Self::take)
            .expect("a free block of ports")
    }

    fn take(base: u16) -> Option<Self> {
        let lock = TcpListener::bind((Ipv4Addr::LOCALHOST, base + BLOCK - 1)).ok()?;
        let free = |port| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
        let tcp = TcpListener::bind((Ipv4Addr::UNSPECIFIED, base)).is_ok();
        (tcp && (base..base + BLOCK).all(free)).then_some(Self { base, _lock: lock })
    }

    /// SIP of the server.
    pub(super) const fn server(&self) -> u16 {
        self.base
    }

    /// RTP of the server: first and last port.
    pub(super) const fn rtp(&self) -> (u16, u16) {
        (self.base + 20, self.base + 59)
    }

    /// Ports for others, each for whatever the story wants: `0..10`, two apart.
    pub(super) fn other(&self, index: u16) -> u16 {
        assert!(index < 18, "there are 18 other ports");
        self.base + 60 + index * 2
    }
}
