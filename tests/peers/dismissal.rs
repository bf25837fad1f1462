//! Callers who think again: a dismissed callback gives the place back, an unfinished one is none.

use super::callback_by_sipp::{CUSTOMER, NOTE_HZ, calls_in};
use super::ear::Ear;
use super::server::Server;
use super::sipp::Sipp;
use super::site::{DISMISSED_HZ, ENTER_NUMBER_HZ, LEAVE_NOTE_HZ, MENU_HZ, MUSIC_HZ, Site};
use super::store;

/// A caller who stands in the queue and has begun a callback.
fn begins_a_callback(site: &Site, server: &mut Server) -> (Sipp, Ear) {
    let (caller, mut ear) = calls_in(site, server);
    ear.hears(MENU_HZ).presses("1").hears(MUSIC_HZ);
    assert_eq!(server.tells("queue.joined").fact("position"), "1");
    ear.presses("1").hears(ENTER_NUMBER_HZ);
    server.tells("callback.started");
    (caller, ear)
}

#[test]
fn who_dismisses_has_the_old_place_and_abandons_it_by_hanging_up() {
    let site = Site::new();
    let mut server = Server::start(&site);
    let (first, mut ear) = begins_a_callback(&site, &mut server);
    let second_caller = joins_behind(&site, &mut server);
    ear.presses("*").hears(DISMISSED_HZ).hears(MUSIC_HZ);
    server.tells("callback.dismissed");
    assert_eq!(server.tells("queue.resumed").fact("position"), "1", "the place was lost");
    first.hangs_up();
    let ended = server.tells("call.ended");
    assert_eq!(ended.fact("result"), "Abandoned");
    first.succeeds();
    drop(second_caller);
    server.ends_now();
    assert_eq!(store::callbacks(&site), [""; 0]);
    assert_eq!(store::results(&site)[0], "abandoned");
}

/// Another caller, who comes later and stands behind.
fn joins_behind(site: &Site, server: &mut Server) -> (Sipp, Ear) {
    let (caller, mut ear) = super::callback_by_sipp::second_calls_in(site, server);
    ear.hears(MENU_HZ).presses("1").hears(MUSIC_HZ);
    assert_eq!(server.tells("queue.joined").fact("position"), "2", "the place is not held");
    (caller, ear)
}

#[test]
fn who_hangs_up_before_the_callback_is_registered_is_incomplete_and_no_abandon() {
    let site = Site::new();
    let mut server = Server::start(&site);
    let (caller, mut ear) = begins_a_callback(&site, &mut server);
    ear.presses("1").hears(ENTER_NUMBER_HZ).presses(CUSTOMER).presses("#");
    ear.hears(LEAVE_NOTE_HZ).says(NOTE_HZ, 300).has_said_all();
    caller.hangs_up();
    server.tells("callback.incomplete");
    assert_eq!(server.tells("call.ended").fact("result"), "Incomplete");
    assert_eq!(server.tells("queue.left").fact("why"), "Incomplete");
    caller.succeeds();
    server.ends();
    assert_eq!(store::callbacks(&site), [""; 0]);
    assert_eq!(store::results(&site), ["incomplete"]);
}
