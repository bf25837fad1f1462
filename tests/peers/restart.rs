//! `kill -9` while callbacks wait and one is being dialled: after it all are there, and nobody is
//! called twice at once.

use super::callback_by_sipp::{asks_for_a_callback, phone};
use super::server::Server;
use super::site::{AGENT, AGENT_SOUND, FAR_END, FOR_YOU_HZ, Site, TRUNK};
use super::{sipp, store};
use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

/// How long nobody may be called after a restart.
const WATCHED: Duration = Duration::from_secs(4);

#[test]
fn a_killed_server_keeps_every_promise_and_does_not_dial_again_at_once() {
    let site = Site::new();
    let mut server = Server::start(&site);
    for number in ["601234561", "601234562", "601234563"] {
        asks_for_a_callback(&site, &mut server, number);
        server.tells("call.ended");
    }
    let far_end = UdpSocket::bind((TRUNK, site.ports.other(FAR_END))).expect("a free port");
    let agent_port = site.ports.other(AGENT);
    sipp::registers(&site, &server, agent_port);
    let at = (Ipv4Addr::LOCALHOST, agent_port);
    let (agent, mut agent_ear) = phone(&site, &server, at, site.ports.other(AGENT_SOUND));
    agent_ear.hears(FOR_YOU_HZ);
    far_end.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    let mut packet = [0; 4_096];
    let (length, _) = far_end.recv_from(&mut packet).expect("the customer's INVITE");
    let text = String::from_utf8_lossy(&packet[..length]).into_owned();
    assert!(text.starts_with("INVITE sip:+48601234561@"), "the first in line comes first: {text}");
    server.dies();
    drop(agent);
    let waiting = ["dialing: open", "waiting:", "waiting:"];
    assert_eq!(store::callbacks(&site), waiting, "on disk when it was killed");

    // What the dead process had sent is not the new one's doing.
    far_end.set_nonblocking(true).expect("a socket");
    while far_end.recv_from(&mut packet).is_ok() {}
    far_end.set_nonblocking(false).expect("a socket");
    let mut server = Server::start(&site);
    far_end.set_read_timeout(Some(WATCHED)).expect("a socket");
    let dialled = far_end.recv_from(&mut packet).ok();
    let text = dialled.map(|(length, _)| String::from_utf8_lossy(&packet[..length]).into_owned());
    assert_eq!(text.as_deref(), None, "nobody is dialled at once");
    assert!(server.is_alive());
    assert_eq!(server.count("agent.offered"), 1, "the agent's phone is gone");
    server.ends();
    assert_eq!(store::callbacks(&site), ["retry: orphaned", "waiting:", "waiting:"]);
}
