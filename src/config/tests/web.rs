//! Stories of other systems: webhooks.

use super::*;

#[test]
fn the_commented_webhook_is_right() {
    let io = good(&uncommented("webhooks", 2)).io;
    let crm = io.webhooks.first().expect("a webhook");
    let wanted = ["callback.registered", "call.ended", "call.started", "flow.step"];
    assert_eq!(wanted.map(|event| crm.wants(event)), [true, true, false, false]);
    assert_eq!(crm.key.bytes(), b"canary-from-file");
}

#[test]
fn a_webhook_without_events_gets_everything_but_single_steps() {
    let text = "webhooks: { all: { url: http://h/, secret: whsec_AAEC } }";
    let io = good(text).io;
    let all = io.webhooks.first().expect("a webhook");
    assert_eq!((all.wants("queue.left"), all.wants("flow.step")), (true, false));
    assert_eq!(all.key.bytes(), [0, 1, 2]);
    assert!(!format!("{io:?}").contains("AAEC"));
}

#[test]
fn every_mistake_of_a_webhook_is_told() {
    let text = "webhooks:\n  a: { url: ftp://h/, secret: x }\n  b: { url: http://u:p@h/ }\n  \
                c: { url: http://h/, secret: whsec_!, events: [\"*.ended\"] }\n";
    let codes = errors(text);
    assert_eq!(codes, ["wrong-value", "missing-key", "wrong-value", "wrong-secret", "wrong-event"]);
}
