//! A caller who is passed on to a number outside, with sipp at both ends.

use super::callback_by_sipp::{calls_in, phone};
use super::server::Server;
use super::site::{ANI, FAR_END, FAR_END_SOUND, MENU_HZ, REGISTERED_HZ, Site, TRUNK};
use super::{sipp, store};

const FRONT: &str = "flow: front
format: 1
sections:
  start:
    - answer
    - menu: { prompt: main-menu, wait: 10s, keys: { 1: out }, gave_up: over }
  out:
    - transfer: { number: \"601234567\", answered: over, busy: over, no_answer: over }
  over:
    - play: callback-registered
    - hangup: gone
";

fn site() -> Site {
    let site = Site::new();
    site.write("flows/front.flow.yaml", FRONT);
    site
}

#[test]
fn a_caller_talks_to_a_number_outside_and_the_flow_goes_on_after_it() {
    let site = site();
    let mut server = Server::start(&site);
    let at = (TRUNK, site.ports.other(FAR_END));
    let (far, mut far_ear) = phone(&site, &server, at, site.ports.other(FAR_END_SOUND));
    let (caller, mut ear) = calls_in(&site, &server);
    ear.hears(MENU_HZ).presses("1");
    server.tells("transfer.connected");
    far_ear.says(440, 600);
    ear.hears(440).says(1_500, 600);
    far_ear.hears(1_500);
    far.hangs_up();
    server.tells("transfer.over");
    ear.hears(REGISTERED_HZ);
    let bye = sipp::request(&caller.succeeds(), "BYE").header("Reason");
    let received = far.succeeds();
    let invite = sipp::request(&received, "INVITE");
    assert_eq!(invite.first_line(), format!("INVITE sip:+48601234567@{TRUNK}:{} SIP/2.0", at.1));
    assert_eq!(invite.header("P-Asserted-Identity"), format!("<sip:{ANI}@127.0.0.1>"));
    assert_eq!(bye, "SIP ;cause=410 ;text=\"Gone\"");
    assert_eq!(server.errors(), Vec::<String>::new());
    server.ends();
    assert_eq!(store::results(&site), ["flow_only"]);
}

#[test]
fn a_caller_who_hangs_up_ends_the_call_to_the_number() {
    let site = site();
    let mut server = Server::start(&site);
    let at = (TRUNK, site.ports.other(FAR_END));
    let (far, _) = phone(&site, &server, at, site.ports.other(FAR_END_SOUND));
    let (caller, mut ear) = calls_in(&site, &server);
    ear.hears(MENU_HZ).presses("1");
    server.tells("transfer.connected");
    caller.hangs_up();
    server.tells("call.ended");
    caller.succeeds();
    sipp::request(&far.succeeds(), "BYE");
    server.ends();
}
