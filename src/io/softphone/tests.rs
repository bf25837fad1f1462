//! Two telephones on loopback, talking to each other without a server.

use super::settings::SoftphoneSettings;
use super::*;
use crate::audio::tone;
use crate::io::listening;
use crate::io::temporary::Temporary;
use crate::sip::event::{Path, Transport};

#[tokio::test]
async fn two_telephones_talk_and_both_hear_it() {
    let dirs = [Temporary::new().expect("a directory"), Temporary::new().expect("a directory")];
    let mut called = phone(&dirs[0], "127.0.0.1:9".parse().expect("an address")).await;
    let mut calling = phone(&dirs[1], called.address()).await;
    let uri = Uri::sip(Some("600"), called.address().ip(), Some(called.address().port()));
    let from = NameAddr::new(Uri::sip(Some("+48601234567"), calling.address().ip(), None));
    let ours = calling.call(uri, from, Vec::new()).expect("a port");
    let theirs = loop {
        if let Heard::Incoming(session, invite) = called.next(soon()).await {
            assert_eq!(invite.uri().and_then(Uri::user).as_deref(), Some("600"));
            break session;
        }
    };
    called.ring(theirs);
    wait(&mut calling, |heard| matches!(heard, Heard::Ringing(session, 180) if *session == ours))
        .await;
    called.accept(theirs).expect("an answer");
    wait(&mut calling, |heard| matches!(heard, Heard::Answered(_))).await;
    wait(&mut called, |heard| matches!(heard, Heard::Confirmed(_))).await;
    calling.record(ours);
    called.record(theirs);
    calling.play(ours, tone_of(700.0));
    called.play(theirs, tone_of(900.0));
    wait(&mut calling, |heard| matches!(heard, Heard::Played(_))).await;
    wait(&mut called, |heard| matches!(heard, Heard::Played(_))).await;
    calling.hang_up(ours);
    for (phone, hz) in [(&mut calling, 900.0), (&mut called, 700.0)] {
        let recording = loop {
            if let Heard::Recorded(_, recording, _) = phone.next(soon()).await {
                break recording;
            }
        };
        let sound = phone.recording(recording).expect("a recording");
        let long = listening::how_long(sound.samples(), hz, -22.0);
        assert!(long >= Duration::from_millis(800), "{hz} Hz for {long:?}");
        wait(phone, |heard| matches!(heard, Heard::Closed(_, totals) if totals.received > 40))
            .await;
    }
    calling.stop().await;
    called.stop().await;
}

#[tokio::test]
async fn a_refused_caller_learns_the_status() {
    let dirs = [Temporary::new().expect("a directory"), Temporary::new().expect("a directory")];
    let mut called = phone(&dirs[0], "127.0.0.1:9".parse().expect("an address")).await;
    let mut calling = phone(&dirs[1], called.address()).await;
    let uri = Uri::sip(Some("600"), called.address().ip(), Some(called.address().port()));
    let from = NameAddr::new(Uri::sip(Some("601"), calling.address().ip(), None));
    calling.call(uri, from, Vec::new()).expect("a port");
    let theirs = loop {
        if let Heard::Incoming(session, _) = called.next(soon()).await {
            break session;
        }
    };
    called.refuse(theirs, 486);
    let busy =
        |heard: &Heard| matches!(heard, Heard::Failed(_, Failure::Refused { status: 486, .. }));
    wait(&mut calling, busy).await;
    calling.stop().await;
    called.stop().await;
}

async fn phone(dir: &Temporary, server: SocketAddr) -> Softphone {
    let bind = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Path { transport: Transport::Udp, remote: server, connection: None };
    let settings = SoftphoneSettings {
        bind,
        recordings: dir.path().to_owned(),
        encodings: vec![Encoding::Pcma, Encoding::Pcmu],
        server,
        login: None,
        register: None,
    };
    Softphone::start(settings).await.expect("a telephone")
}

fn tone_of(hz: f32) -> Arc<Sound> {
    Arc::new(Sound::new(tone::steady(&[hz], -20.0, 1_000)))
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_secs(10))
}

async fn wait(phone: &mut Softphone, awaited: impl Fn(&Heard) -> bool) {
    loop {
        let heard = phone.next(soon()).await;
        assert!(!matches!(heard, Heard::Moment), "it did not happen");
        if awaited(&heard) {
            return;
        }
    }
}
