//! Webhooks against a real server on loopback.

use super::*;
use crate::config::outside::{EventPattern, Secret};
use crate::io::https::testing::{Reply, Server};
use signature::sign;

const KEY: &[u8] = b"a secret of the site";

fn hook(server: &Server, events: &[&str]) -> Webhook {
    Webhook {
        name: "crm".to_owned(),
        url: format!("{}/hooks", server.url()),
        key: Secret::new(KEY.to_vec()),
        events: events.iter().filter_map(|event| EventPattern::new(event)).collect(),
    }
}

fn at_once(tried: u32) -> Option<Duration> {
    (tried < 3).then_some(Duration::from_millis(1))
}

fn start(hooks: &[Webhook]) -> Webhooks {
    Webhooks::start_with(hooks, Entropy::from_number(7), at_once).expect("webhooks")
}

fn notice(event: &str) -> Notice {
    Notice {
        event: event.to_owned(),
        at: Utc::from_millis(1_700_000_000_000),
        call: Some("call-1".to_owned()),
        data: BTreeMap::from([("order".to_owned(), Json::from(71))]),
    }
}

fn say(status: u16) -> Reply {
    Reply::Say(status, String::new())
}

#[tokio::test]
async fn a_notice_is_signed_as_the_scheme_says() {
    let mut server = Server::start(Vec::new()).await;
    let webhooks = start(&[hook(&server, &[])]);
    webhooks.tell(&notice("order.placed"));
    let asked = server.asked().await;
    webhooks.close().await;
    let header = |name: &str| asked.headers.get(name).cloned().unwrap_or_default();
    let seconds = header("webhook-timestamp").parse().expect("seconds");
    let expected = sign(KEY, &header("webhook-id"), seconds, &asked.body);
    assert_eq!(
        (asked.line.as_str(), asked.body.as_str(), header("webhook-signature")),
        (
            "POST /hooks HTTP/1.1",
            "{\"call\":\"call-1\",\"data\":{\"order\":71},\
             \"timestamp\":\"2023-11-14T22:13:20Z\",\"type\":\"order.placed\"}",
            expected
        )
    );
}

#[tokio::test]
async fn a_notice_that_was_not_taken_comes_again_with_the_same_id() {
    let away = Reply::Redirect("http://127.0.0.1:1/".to_owned());
    let mut server = Server::start(vec![say(500), away, say(204)]).await;
    let webhooks = start(&[hook(&server, &[])]);
    webhooks.tell(&notice("order.placed"));
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(server.asked().await.headers.remove("webhook-id").expect("an id"));
    }
    webhooks.close().await;
    assert!(ids.windows(2).all(|two| two.first() == two.last()), "{ids:?}");
    assert!(server.is_quiet(), "it was taken");
}

#[tokio::test]
async fn what_a_webhook_did_not_ask_for_it_is_not_told() {
    let mut server = Server::start(Vec::new()).await;
    let webhooks = start(&[hook(&server, &["callback.*"])]);
    webhooks.tell(&notice("queue.joined"));
    webhooks.tell(&notice("callback.registered"));
    webhooks.tell_one("crm", &notice("voicemail.left"));
    webhooks.close().await;
    let mut told = vec![server.asked().await.body, server.asked().await.body];
    told.sort();
    assert!(told.iter().any(|body| body.contains("callback.registered")), "{told:?}");
    assert!(told.iter().any(|body| body.contains("voicemail.left")), "{told:?}");
    assert!(server.is_quiet());
}

#[tokio::test]
async fn a_far_end_that_is_gone_is_told_nothing_more() {
    let mut server = Server::start(vec![say(410)]).await;
    let webhooks = start(&[hook(&server, &[])]);
    webhooks.tell(&notice("order.placed"));
    server.asked().await;
    webhooks.close().await;
    assert!(server.is_quiet());
}

#[tokio::test]
async fn a_slow_webhook_loses_notices_and_holds_nobody_up() {
    let server = Server::start(vec![Reply::Silence; 16]).await;
    let webhooks = start(&[hook(&server, &[])]);
    for _ in 0..2 * NOTICES_WAITING_MAX {
        webhooks.tell(&notice("order.placed"));
    }
    let waiting = webhooks.hooks.first().map(|hook| hook.letters.capacity());
    assert_eq!(waiting, Some(0));
}

#[test]
fn tries_go_on_for_a_day() {
    let waits: Vec<Duration> = (1..).map_while(back_off).collect();
    let whole: Duration = waits.iter().sum();
    assert!(whole >= Duration::from_secs(23 * 3_600), "{whole:?}");
    assert!(waits.is_sorted());
}
