//! The whole story of a callback with a real softphone as the caller and another as the agent's.

use super::baresip::{Baresip, Phone};
use super::callback_by_sipp::{CUSTOMER, NOTE_HZ, phone};
use super::server::Server;
use super::site::{
    AGENT, AGENT_SOUND, CALLER, CALLER_SOUND, CONTROL, FAR_END, FAR_END_SOUND, FOR_YOU_HZ,
    REGISTERED_HZ, Site, TRUNK,
};
use super::{store, tone};
use std::net::Ipv4Addr;

const AGENT_HZ: u32 = 1_500;

/// The agent's phone, registered by digest; it answers by itself.
fn agents_phone(site: &Site, server: &Server) -> Baresip {
    let account = format!(
        "<sip:anna@{};transport=udp>;auth_pass=secret-anna;answermode=auto;\
         audio_codecs=pcmu;regint=60",
        server.address(),
    );
    let phone = Phone {
        name: "agent",
        account,
        at: (Ipv4Addr::LOCALHOST, site.ports.other(AGENT)),
        sound: site.ports.other(AGENT_SOUND),
        control: site.ports.other(CONTROL),
        tone_hz: AGENT_HZ,
    };
    Baresip::start(site, &phone).registers()
}

/// Somebody behind the trunk.
fn callers_phone(site: &Site) -> Baresip {
    let phone = Phone {
        name: "caller",
        account: format!("<sip:+48221112233@{TRUNK}>;audio_codecs=pcma;regint=0"),
        at: (TRUNK, site.ports.other(CALLER)),
        sound: site.ports.other(CALLER_SOUND),
        control: site.ports.other(CONTROL + 1),
        tone_hz: NOTE_HZ,
    };
    Baresip::start(site, &phone)
}

#[test]
fn a_softphone_is_called_back_and_the_agents_softphone_hears_the_message_first() {
    let site = Site::new();
    let mut server = Server::start(&site);
    let caller = callers_phone(&site);
    caller.does("dial", &format!("sip:5000@{}", server.address()));
    server.reaches("front", "menu");
    caller.presses("1");
    server.reaches("wait", "music");
    caller.presses("1");
    server.reaches("ask", "menu");
    caller.presses("1");
    server.reaches("ask", "collect");
    caller.presses(CUSTOMER);
    caller.presses("#");
    server.reaches("ask", "record");
    server.tells("recording.saved");
    server.tells("callback.registered");
    server.tells("call.ended");

    let far_end = (TRUNK, site.ports.other(FAR_END));
    let (customer, mut customer_ear) =
        phone(&site, &server, far_end, site.ports.other(FAR_END_SOUND));
    let agent = agents_phone(&site, &server);
    server.tells("callback.agent_media");
    server.tells("callback.connected");
    customer_ear.hears(AGENT_HZ).says(440, 1_000).has_said_all();
    customer.hangs_up();
    server.tells("callback.over");
    customer.succeeds();
    server.ends();

    let heard = &agent.heard()[0];
    let note = tone::find(heard, NOTE_HZ, 500).expect("the agent hears the message");
    let customer = tone::find(heard, 440, 100).expect("the agent hears the customer");
    let prompt = tone::find(heard, FOR_YOU_HZ, 100).expect("the agent hears the prompt");
    assert!(prompt < note && note < customer, "{prompt} {note} {customer}");
    let heard = &caller.heard()[0];
    assert!(tone::find(heard, REGISTERED_HZ, 100).is_some(), "the caller hears the promise");
    assert_eq!(store::callbacks(&site), ["completed: answered"]);
}
