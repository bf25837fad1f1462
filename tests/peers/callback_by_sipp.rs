//! The whole story of a callback, with sipp as trunk, as agent's phone and as customer.

use super::ear::Ear;
use super::server::Server;
use super::sipp::{self, Plan, Sipp};
use super::site::{
    AGENT, AGENT_SOUND, ANI, CALLER, CALLER_SOUND, ENTER_NUMBER_HZ, FAR_END, FAR_END_SOUND,
    FOR_YOU_HZ, LEAVE_NOTE_HZ, MENU_HZ, MUSIC_HZ, REGISTERED_HZ, SECOND_CALLER,
    SECOND_CALLER_SOUND, Site, TRUNK,
};
use super::{store, tone};
use ringback::audio::g711::Law;
use std::net::{Ipv4Addr, UdpSocket};
use std::time::Duration;

/// The number that the caller keys.
pub(super) const CUSTOMER: &str = "601234567";
/// What the caller leaves as a message.
pub(super) const NOTE_HZ: u32 = 1_000;

/// Somebody on the trunk calls in; what they hear and say goes through the ear.
pub(super) fn calls_in(site: &Site, server: &Server) -> (Sipp, Ear) {
    caller(site, server, (CALLER, CALLER_SOUND))
}

/// One more.
pub(super) fn second_calls_in(site: &Site, server: &Server) -> (Sipp, Ear) {
    caller(site, server, (SECOND_CALLER, SECOND_CALLER_SOUND))
}

fn caller(site: &Site, server: &Server, (port, sound): (u16, u16)) -> (Sipp, Ear) {
    let sound = site.ports.other(sound);
    let ear = Ear::open(TRUNK, sound, Law::A);
    let plan = Plan {
        scenario: "caller.xml",
        at: (TRUNK, site.ports.other(port)),
        service: "5000",
        sound,
        more: &["-key", "from_number", "+48221112233"],
    };
    (Sipp::start(site, server, &plan), ear)
}

/// A phone that waits to be called.
pub(super) fn phone(site: &Site, server: &Server, at: (Ipv4Addr, u16), sound: u16) -> (Sipp, Ear) {
    let ear = Ear::open(at.0, sound, Law::Mu);
    let plan = Plan { scenario: "called.xml", at, service: "phone", sound, more: &[] };
    (Sipp::start(site, server, &plan), ear)
}

/// From the menu through the queue to the end of the first call.
pub(super) fn asks_for_a_callback(site: &Site, server: &mut Server, number: &str) {
    let (caller, mut ear) = calls_in(site, server);
    ear.hears(MENU_HZ).presses("1").hears(MUSIC_HZ).presses("1");
    ear.hears(ENTER_NUMBER_HZ).presses("1").hears(ENTER_NUMBER_HZ);
    ear.presses(number).presses("#").hears(LEAVE_NOTE_HZ);
    ear.says(0, 500).says(NOTE_HZ, 1_500).presses("#").hears(REGISTERED_HZ);
    let registered = server.tells("callback.registered");
    let last_two = &number[number.len() - 2..];
    assert!(registered.fact("number").ends_with(last_two), "{registered:?}");
    caller.succeeds();
}

#[test]
fn a_caller_leaves_the_queue_and_is_called_back_once() {
    let site = Site::new();
    let mut server = Server::start(&site);
    asks_for_a_callback(&site, &mut server, CUSTOMER);
    let far_end = (TRUNK, site.ports.other(FAR_END));
    let agent_port = site.ports.other(AGENT);
    let (customer, mut customer_ear) =
        phone(&site, &server, far_end, site.ports.other(FAR_END_SOUND));
    sipp::registers(&site, &server, agent_port);
    let at = (Ipv4Addr::LOCALHOST, agent_port);
    let (agent, mut agent_ear) = phone(&site, &server, at, site.ports.other(AGENT_SOUND));

    agent_ear.hears(FOR_YOU_HZ).hears(NOTE_HZ);
    assert!(!server.has_told("callback.attempted"), "dialled before the agent heard the note");
    server.tells("callback.attempted");
    server.tells("callback.connected");
    customer_ear.says(440, 600);
    agent_ear.hears(440).says(1_500, 600);
    customer_ear.hears(1_500);
    customer.hangs_up();
    server.tells("callback.over");
    let received = customer.succeeds();
    agent.succeeds();

    let invite = sipp::request(&received, "INVITE");
    let uri = format!("INVITE sip:+48{CUSTOMER}@{TRUNK}:{} SIP/2.0", far_end.1);
    assert_eq!(invite.first_line(), uri);
    let ours = format!("<sip:{ANI}@127.0.0.1>");
    assert_eq!(invite.header("P-Asserted-Identity"), ours);
    assert!(invite.header("From").starts_with(&format!("{ours};tag=")), "{invite:?}");
    assert_eq!(server.errors(), Vec::<String>::new());
    server.ends();
    assert_eq!(store::callbacks(&site), ["completed: answered"]);
    assert_eq!(store::results(&site), ["registered"]);
}

#[test]
fn the_keys_of_sipp_itself_are_heard() {
    let site = Site::new();
    let mut server = Server::start(&site);
    let media = site.ports.other(CALLER_SOUND).to_string();
    let plan = Plan {
        scenario: "keys.xml",
        at: (TRUNK, site.ports.other(CALLER)),
        service: "5000",
        sound: 0,
        more: &["-mi", "127.0.0.2", "-mp", &media],
    };
    let caller = Sipp::start(&site, &server, &plan);
    assert_eq!(server.tells("queue.joined").fact("queue"), "sales");
    caller.hangs_up();
    assert_eq!(server.tells("call.ended").fact("result"), "Abandoned");
    caller.succeeds();
    server.ends();
}

#[test]
fn the_agent_has_heard_the_whole_message_when_the_customer_is_dialled() {
    let site = Site::new();
    let mut server = Server::start(&site);
    asks_for_a_callback(&site, &mut server, CUSTOMER);
    let far_end = UdpSocket::bind((TRUNK, site.ports.other(FAR_END))).expect("a free port");
    let agent_port = site.ports.other(AGENT);
    sipp::registers(&site, &server, agent_port);
    let at = (Ipv4Addr::LOCALHOST, agent_port);
    let (agent, agent_ear) = phone(&site, &server, at, site.ports.other(AGENT_SOUND));

    far_end.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    let mut packet = [0; 4_096];
    let (length, from) = far_end.recv_from(&mut packet).expect("the customer's INVITE");
    let heard = agent_ear.heard();

    let invite = String::from_utf8_lossy(&packet[..length]).into_owned();
    assert!(invite.starts_with(&format!("INVITE sip:+48{CUSTOMER}@")), "{invite}");
    let prompt = tone::find(&heard, FOR_YOU_HZ, 100).expect("the agent hears the prompt");
    let note = tone::find(&heard, NOTE_HZ, 100).expect("the agent hears the message");
    assert!(prompt < note, "the message comes before the prompt");
    let said = tone::total_ms(&heard, NOTE_HZ);
    assert!((1_300..1_700).contains(&said), "1500 ms were left, {said} ms were heard");
    far_end.send_to(busy(&invite).as_bytes(), from).expect("a socket");
    server.tells("callback.missed");
    agent.succeeds();
    server.ends();
    assert_eq!(store::callbacks(&site), ["retry: busy"]);
}

/// 486 for a request.
fn busy(request: &str) -> String {
    let copied = |line: &&str| {
        ["Via:", "From:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name))
    };
    let headers: Vec<&str> = request.lines().filter(copied).collect();
    let to = request.lines().find(|line| line.starts_with("To:")).unwrap_or_default();
    format!(
        "SIP/2.0 486 Busy Here\r\n{}\r\n{to};tag=busy\r\nContent-Length: 0\r\n\r\n",
        headers.join("\r\n"),
    )
}
