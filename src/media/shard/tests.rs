//! Stories of a shard in virtual time: no socket, no sleep, datagrams in memory.

mod world;

use super::*;
use crate::audio::g711::Law;
use crate::audio::sound::Sound;
use crate::audio::tone;
use crate::base::digit::Digit;
use crate::rtp::event::EventReceiver;
use crate::rtp::rtcp::FarReport;
use world::{Phone, World, far, far_rtcp, one, terms, two};

const FAR: u8 = 1;
const STRANGER: u8 = 66;

#[test]
fn a_prompt_is_sent_to_the_beat_and_its_end_is_told_when_it_has_been_heard() {
    let mut world = World::with_port();
    world.play(7, 1_000, false);
    world.run_ms(3_000);
    let sent = world.sent_to(FAR);
    let start = sent[0].at_ms;
    for (number, packet) in (0_u16..50).zip(&sent) {
        assert_eq!(packet.at_ms, start + u64::from(number) * 20);
        let first = &sent[0].header;
        assert_eq!(packet.header.sequence, first.sequence.wrapping_add(number));
        let timestamp = first.timestamp.wrapping_add(u32::from(number) * 160);
        assert_eq!(packet.header.timestamp, timestamp);
        assert_eq!(packet.header.marker, number == 0);
    }
    assert_eq!(sent.len(), 50);
    assert_eq!(world.events(), [(start + 1_000, Event::PlayEnded { port: one(), play: 7 })]);
}

#[test]
fn a_stopped_prompt_sends_no_more_packet_and_tells_no_end() {
    let mut world = World::with_port();
    world.play(7, 1_000, false);
    world.run_ms(500);
    world.say(Command::StopPlay { port: one() });
    let before = world.sent_to(FAR).len();
    world.run_ms(3_000);
    assert_eq!((world.sent_to(FAR).len(), world.events().len()), (before, 0));
}

#[test]
fn one_stream_goes_on_from_prompt_to_prompt() {
    let mut world = World::with_port();
    world.play(1, 200, false);
    world.run_ms(1_003);
    world.play(2, 200, false);
    world.run_ms(1_000);
    let sent = world.sent_to(FAR);
    let (one, two) = (&sent[9], &sent[10]);
    assert_eq!(one.header.ssrc, two.header.ssrc);
    assert_eq!(two.header.sequence, one.header.sequence.wrapping_add(1));
    let passed = u32::try_from(two.at_ms - one.at_ms).expect("short");
    assert_eq!(two.header.timestamp, one.header.timestamp.wrapping_add(passed * 8));
    assert!(two.header.marker && !one.header.marker);
}

#[test]
fn a_thousand_keys_are_heard_exactly_through_loss_repeats_and_disorder() {
    let mut world = World::with_port();
    let mut lines = Entropy::from_number(20);
    let mut phone = Phone::new(FAR);
    let mut pressed = String::new();
    for _ in 0..1_000 {
        let digit = Digit::from_event((lines.below(12)) as u8).expect("a key");
        pressed.push(digit.as_char());
        let mut late: Option<Vec<u8>> = None;
        for datagram in phone.press(digit) {
            world.run_ms(20);
            match lines.below(100) {
                0..20 => {}
                20..25 => {
                    world.hears(one(), FAR, &datagram);
                    world.hears(one(), FAR, &datagram);
                }
                25..30 => late = Some(datagram),
                _ => {
                    world.hears(one(), FAR, &datagram);
                    if let Some(datagram) = late.take() {
                        world.hears(one(), FAR, &datagram);
                    }
                }
            }
        }
        world.run_ms(60);
    }
    assert_eq!(world.digits(), pressed);
}

#[test]
fn a_stranger_gets_nothing_and_says_nothing() {
    let mut world = World::with_port();
    let (mut phone, mut stranger) = (Phone::new(FAR), Phone::new(STRANGER));
    world.play(1, 10_000, false);
    for step in 0..300 {
        world.run_ms(20);
        world.hears(one(), STRANGER, &stranger.sound(&[1; 160]));
        let key = stranger.press(Digit::STAR).swap_remove(0);
        world.hears(one(), STRANGER, &key);
        if step % 2 == 0 {
            world.hears(one(), FAR, &phone.sound(&[2; 160]));
        }
    }
    let totals = world.close();
    assert!(world.sent_to(STRANGER).is_empty());
    assert_eq!((world.digits().as_str(), totals.strangers, totals.received), ("", 600, 150));
}

#[test]
fn a_phone_behind_a_translator_is_found_where_it_speaks_from() {
    let mut world = World::with_port();
    let mut phone = Phone::new(9);
    world.play(1, 10_000, false);
    for _ in 0..100 {
        world.run_ms(20);
        world.hears(one(), 9, &phone.sound(&[2; 160]));
    }
    assert!(world.sent_to(FAR).len() <= 5);
    assert!(world.sent_to(9).len() >= 95);
}

#[test]
fn bridged_phones_of_one_code_hear_each_other_byte_for_byte() {
    let mut world = World::bridged(Law::A, Law::A, 20);
    let (mut caller, mut agent) = (Phone::new(FAR), Phone::new(FAR + 1));
    let mut lines = Entropy::from_number(4);
    let mut said: [Vec<Vec<u8>>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..200 {
        world.run_ms(20);
        let payloads = [0, 1].map(|_| (0..160).map(|_| lines.u32() as u8).collect::<Vec<u8>>());
        world.hears(one(), FAR, &caller.sound(&payloads[0]));
        world.hears(two(), FAR + 1, &agent.sound(&payloads[1]));
        for (said, payload) in said.iter_mut().zip(payloads) {
            said.push(payload);
        }
    }
    let [by_one, by_other] = said;
    assert!(world.payloads_to(FAR + 1) == by_one && world.payloads_to(FAR) == by_other);
}

#[test]
fn bridged_phones_of_two_codes_hear_each_other_by_table() {
    let mut world = World::bridged(Law::A, Law::Mu, 20);
    let mut phone = Phone::new(FAR);
    let payload: Vec<u8> = (0..160).collect();
    world.hears(one(), FAR, &phone.sound(&payload));
    let mut expected = payload;
    Law::A.transcode(Law::Mu, &mut expected);
    assert_eq!(world.payloads_to(FAR + 1), [expected]);
    assert_eq!(world.sent_to(FAR + 1)[0].header.payload_type, 0);
}

#[test]
fn a_bridge_between_two_packet_times_loses_no_sound() {
    let mut world = World::bridged(Law::A, Law::A, 30);
    let mut phone = Phone::new(FAR);
    for word in 1..=60_u8 {
        world.run_ms(20);
        world.hears(one(), FAR, &phone.sound(&[word; 160]));
    }
    world.run_ms(200);
    let sent = world.payloads_to(FAR + 1);
    assert!(sent.iter().all(|payload| payload.len() == 240));
    let silence = Law::A.silence();
    let sound: Vec<u8> = sent.concat().into_iter().filter(|&word| word != silence).collect();
    assert!(sound == (1..=60_u8).flat_map(|word| [word; 160]).collect::<Vec<u8>>());
}

#[test]
fn parted_ports_hear_each_other_no_more() {
    let mut world = World::bridged(Law::A, Law::A, 20);
    let mut phone = Phone::new(FAR);
    world.say(Command::Unbridge { port: two() });
    world.hears(one(), FAR, &phone.sound(&[1; 160]));
    assert!(world.sent_to(FAR + 1).is_empty());
}

#[test]
fn a_phone_on_hold_is_sent_nothing_and_the_prompt_takes_its_time() {
    let mut world = World::with_port();
    world.play(3, 400, false);
    world.run_ms(100);
    world.say(Command::Configure { port: one(), terms: Terms { sends: false, ..terms(FAR) } });
    let before = world.sent_to(FAR).len();
    world.run_ms(20_000);
    assert_eq!(world.sent_to(FAR).len(), before);
    let (at_ms, event) = world.events().remove(0);
    assert_eq!(event, Event::PlayEnded { port: one(), play: 3 });
    assert!(at_ms <= 411, "{at_ms}");
}

#[test]
fn an_idle_port_sends_a_sign_of_life_each_five_seconds() {
    let mut world = World::with_port();
    world.run_ms(19_990);
    let times: Vec<u64> = world.sent_to(FAR).iter().map(|packet| packet.at_ms / 1_000).collect();
    assert_eq!(times, [0, 5, 10, 15]);
}

#[test]
fn reports_come_every_five_seconds_or_so_and_the_last_says_bye() {
    let mut world = World::with_port();
    world.play(1, 60_000, false);
    world.run_ms(60_000);
    world.close();
    let ssrc = world.sent_to(FAR)[0].header.ssrc;
    let reports = std::mem::take(&mut world.wire.reports);
    let gaps: Vec<u64> = reports.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    assert!(gaps.iter().rev().skip(1).all(|gap| (2_500..=7_500).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().any(|gap| *gap != gaps[0]), "no spread: {gaps:?}");
    let last = FarReport::read(&reports[reports.len() - 1].2, ssrc).expect("a report");
    assert!(last.bye && reports.iter().all(|(_, to, _)| *to == far_rtcp(FAR)));
}

#[test]
fn a_silent_phone_is_told_once_until_it_speaks_again() {
    let mut world = World::with_port();
    let mut phone = Phone::new(FAR);
    world.run_ms(100_000);
    world.hears(one(), FAR, &phone.sound(&[1; 160]));
    world.run_ms(100_000);
    let silent = Event::Silent { port: one() };
    let events = world.events();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|(_, event)| *event == silent));
}

#[test]
fn what_is_said_is_recorded_and_the_finish_key_ends_it_unheard_by_the_flow() {
    let mut world = World::with_port();
    let mut phone = Phone::new(FAR);
    world.record(Some(Digit::HASH), true);
    world.run_ms(600);
    let word = tone::steady(&[440.0], -20.0, 2_000);
    for frame in word.chunks(160) {
        world.run_ms(20);
        let payload: Vec<u8> = frame.iter().map(|&sample| Law::A.encode(sample)).collect();
        world.hears(one(), FAR, &phone.sound(&payload));
    }
    for key in ["5", "#"] {
        for datagram in phone.press(Digit::from_char(key.chars().next().unwrap()).unwrap()) {
            world.run_ms(20);
            world.hears(one(), FAR, &datagram);
        }
    }
    let (samples, kept) = world.recording();
    let level = crate::audio::level::of(&samples[8_000..12_000]);
    assert!((level + 20.0).abs() < 1.0, "{level}");
    // The word, and the quiet of at most 300 ms on either side.
    assert!((16_000..=16_000 + 4_800).contains(&kept), "{kept}");
    assert_eq!(world.digits(), "");
}

#[test]
fn a_port_that_closes_while_recording_is_closed_after_its_file_is_safe() {
    let mut world = World::with_port();
    world.record(None, false);
    world.run_ms(100);
    world.say(Command::Close { port: one() });
    world.run_ms(1_000);
    assert_eq!(world.events(), []);
    let outcome = RecordOutcome::Empty;
    let recording = RecordingId::from(5);
    world.shard.recorded(one(), recording, outcome, &mut world.out);
    let events: Vec<Event> = world.events().into_iter().map(|(_, event)| event).collect();
    assert_eq!(events[0], Event::Recorded { port: one(), recording, outcome });
    assert!(matches!(events[1], Event::Closed { .. }));
}

#[test]
fn keys_that_we_send_are_heard_as_presses() {
    let mut world = World::with_port();
    let digits: Vec<Digit> = "1225#".chars().filter_map(Digit::from_char).collect();
    world.say(Command::SendDigits { port: one(), digits });
    world.run_ms(3_000);
    let mut ears = EventReceiver::default();
    let heard: String = world
        .sent_to(FAR)
        .iter()
        .filter(|packet| packet.header.payload_type == 101)
        .filter_map(|packet| ears.take(packet.header.timestamp, &packet.payload))
        .map(Digit::as_char)
        .collect();
    assert_eq!(heard, "1225#");
}

#[test]
fn a_prompt_waits_for_the_terms() {
    let mut world = World::new();
    world.open(one());
    world.play(1, 100, false);
    world.run_ms(500);
    assert_eq!(world.wire.packets.len(), 0);
    world.say(Command::Configure { port: one(), terms: terms(FAR) });
    world.run_ms(500);
    assert_eq!(world.sent_to(FAR).len(), 5);
}

#[test]
fn prompts_that_begin_together_do_not_beat_together() {
    let mut world = World::new();
    for number in 1..=200 {
        let port = PortId::from(number);
        world.open(port);
        world.say(Command::Configure { port, terms: terms(FAR) });
        let sound = Arc::new(Sound::new(vec![100; 8_000]));
        world.say(Command::Play { port, play: 1, clips: vec![sound], repeat: false });
    }
    world.wire.packets.clear();
    world.run_ms(900);
    let mut crowds = BTreeMap::new();
    for packet in &world.wire.packets {
        *crowds.entry(packet.at_ms).or_insert(0) += 1;
    }
    assert!(crowds.values().all(|&crowd| crowd <= 20), "{crowds:?}");
}

#[test]
fn the_socket_is_connected_only_to_the_address_in_sdp() {
    let mut world = World::with_port();
    let mut phone = Phone::new(FAR);
    world.hears(one(), FAR, &phone.sound(&[1; 160]));
    world.hears(one(), FAR, &phone.sound(&[1; 160]));
    let slot = Slot(0);
    assert_eq!(world.outputs(), [ShardOutput::ConnectSocket { slot, remote: far(FAR) }]);
    world.say(Command::Configure { port: one(), terms: terms(FAR + 1) });
    assert_eq!(world.outputs(), [ShardOutput::DisconnectSocket { slot }]);
}

#[test]
fn a_socket_that_fails_takes_only_its_port() {
    let mut world = World::bridged(Law::A, Law::A, 20);
    world.shard.fail(Slot(0), "address in use".into(), &mut world.out);
    let events = world.events();
    assert!(matches!(&events[..], [(_, Event::Failed { .. })]), "{events:?}");
    assert_eq!(world.shard.ports().collect::<Vec<_>>(), [two()]);
    world.open(one());
    assert_eq!(world.shard.len(), 2);
}

#[test]
fn no_datagram_makes_a_port_fall() {
    let mut world = World::bridged(Law::A, Law::Mu, 30);
    world.record(None, false);
    let mut chance = Entropy::from_number(99);
    for _ in 0..20_000 {
        let length = chance.below(40) as usize;
        let mut bytes: Vec<u8> = (0..length).map(|_| chance.u32() as u8).collect();
        if let [first, second, ..] = &mut bytes[..] {
            *first = 0x80 | (*first & 0x3F);
            *second = [8, 101, 13, 0x88][chance.below(4) as usize];
        }
        let kind = if chance.below(2) == 0 { Kind::Rtp } else { Kind::Rtcp };
        world.arrive(one(), kind, far(FAR), &bytes);
        world.run_ms(1);
    }
    assert_eq!(world.shard.len(), 2);
}

#[test]
fn comfort_noise_and_empty_packets_are_passed_to_nobody() {
    let mut world = World::bridged(Law::A, Law::A, 20);
    let mut phone = Phone::new(FAR);
    world.hears(one(), FAR, &phone.packet(13, false, &[30]));
    world.hears(one(), FAR, &phone.packet(8, false, &[]));
    assert!(world.sent_to(FAR + 1).is_empty());
}
