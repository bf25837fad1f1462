//! Stories of the data group: services that are asked, rows, words for agents and others.

use super::stage::Stage;
use crate::base::json::Json;
use crate::flow::effect::{Effect, Event};
use crate::flow::load::load;
use crate::flow::site::Site;
use crate::flow::types::Type;
use crate::flow::value::Value;
use crate::flow::web::{Method, WebFault, WebReply, WebRequest};
use std::collections::BTreeMap;

/// A flow of these steps, then `say` what `tier` is; the site has a table `vip`.
fn begin(steps: &str) -> Stage {
    let steps: String = steps.lines().map(|line| format!("    {line}\n")).collect();
    let text = format!(
        "flow: main\nformat: 1\nsections:\n  start:\n{steps}    - play: $tier\n    - end\n  \
         gone: [ {{ play: gone }}, end ]\n"
    );
    let columns = BTreeMap::from([("tier".to_owned(), Type::Text)]);
    let tables = Some(BTreeMap::from([("vip".to_owned(), columns)]));
    let site = Site { tables, ..Site::default() };
    let (flows, _) = load(&[("main.flow.yaml".to_owned(), text)], &site).expect("a flow");
    Stage::begin_set(flows, "main", |_| {})
}

const ASKS: &str = "- http: { service: crm, path: customers/$caller.number, \
                    take: { tier: { at: customer.tier, type: text } } }";

fn says(status: u16, body: &str) -> Event {
    let body = Json::read(body.as_bytes());
    Event::Replied { ask: 1, reply: Ok(WebReply { status, body }) }
}

#[test]
fn a_variable_takes_what_the_service_says() {
    let mut stage = begin(ASKS);
    stage.sees("ask GET crm customers/%2B48221112233");
    stage.gets(says(200, r#"{"customer": {"tier": "gold"}}"#)).sees("play gold");
}

#[test]
fn what_is_missing_or_of_another_type_is_unknown() {
    for body in ["{}", r#"{"customer": {"tier": ["gold"]}}"#, "7"] {
        begin(ASKS).gets(says(200, body)).sees("ask GET crm customers/%2B48221112233; finished");
    }
}

#[test]
fn types_are_kept_to() {
    let steps = "- http:\n    service: crm\n    take: { calls: number, back: phone, open: yes_no, \
                 wait: duration, tier: text }\n- set: { tier: none }\n\
                 - if: calls == 7 and back == \"+48601234567\" and open and wait > 1m\n  \
                 then: [ { set: { tier: right } } ]";
    let body = r#"{"calls": "7", "back": "+48 601 234 567", "open": true, "wait": 90}"#;
    begin(steps).gets(says(200, body)).sees("ask GET crm ; play right");
}

#[test]
fn times_days_and_sums_are_taken_as_such() {
    let steps = "- http:\n    service: crm\n    take: { until: time, due: date, debt: money, \
                 box: mailbox, tier: text }\n- set: { tier: none }\n\
                 - if: until == 8:30 and due < 2026-12-24 and debt > 12 PLN and box == \
                 \"support\"\n  then: [ { set: { tier: right } } ]";
    let body = |debt: &str| {
        format!(r#"{{"until": "08:30", "due": "2026-11-23", "debt": "{debt}", "box": "support"}}"#)
    };
    begin(steps).gets(says(200, &body("12.50 PLN"))).sees("ask GET crm ; play right");
    begin(steps).gets(says(200, &body("12.50"))).sees("ask GET crm ; play none");
}

#[test]
fn a_service_that_does_not_help_is_a_failure_with_its_reason() {
    let failed = "- set: { tier: none }\n- http: { service: crm, take: { tier: text }, \
                  failed: [ { set: { tier: $http.error } } ] }";
    begin(failed).waits(5_000).sees("ask GET crm ; play timed-out");
    begin(failed).gets(says(500, "{}")).sees("ask GET crm ; play refused");
    begin(failed).gets(says(404, "{}")).sees("ask GET crm ; play refused");
    begin(failed).gets(says(200, "<html>")).sees("ask GET crm ; play not-json");
    let busy = Event::Replied { ask: 1, reply: Err(WebFault::Busy) };
    begin(failed).gets(busy).sees("ask GET crm ; play busy");
    begin("- set: { tier: none }\n- http: { service: crm }")
        .gets(says(503, ""))
        .sees("ask GET crm ; finished http-failed");
}

#[test]
fn a_status_can_be_asked_for_and_a_page_is_enough_where_nothing_is_taken() {
    let steps = "- set: { tier: none }\n- http: { service: crm }\n\
                 - if: http.status == 201 and not known(http.error)\n  \
                 then: [ { set: { tier: made } } ]";
    begin(steps).gets(says(201, "<html>")).sees("ask GET crm ; play made");
}

#[test]
fn a_customer_who_is_not_known_may_lead_elsewhere() {
    let steps = "- http: { service: crm, take: { tier: text }, missing: gone }";
    begin(steps).gets(says(404, "{}")).sees("ask GET crm ; play gone");
}

#[test]
fn a_late_answer_means_nothing() {
    let steps = "- set: { tier: none }\n- http: { service: crm, failed: [ { wait: 9s } ] }";
    let mut stage = begin(steps);
    stage.waits(5_000).gets(says(200, "{}")).sees("ask GET crm ");
    stage.waits(9_000).sees("play none");
}

#[test]
fn music_plays_until_the_answer_comes() {
    let steps = "- http: { service: crm, music: default, take: { tier: text } }";
    let mut stage = begin(steps);
    stage.sees("ask GET crm ; music music/default");
    stage.gets(says(200, r#"{"tier": "gold"}"#)).sees("stop; play gold");
}

#[test]
fn a_hang_up_ends_the_question() {
    let mut stage = begin(ASKS);
    stage.gets(Event::HungUp).sees("ask GET crm customers/%2B48221112233; finished");
    stage.gets(says(200, "{}")).sees("");
}

#[test]
fn the_last_words_of_a_flow_may_ask_and_do_not_wait() {
    let text = "flow: main\nformat: 1\nwhen_caller_hangs_up: gone\nsections:\n  start:\n    \
                - start_callback: { queue: sales }\n    - wait: 1h\n    - dismiss_callback\n    \
                - end\n  gone:\n    - http: { service: crm, body: { left: true } }\n    \
                - tag: left\n    - dismiss_callback\n    - return\n";
    let files = [("main.flow.yaml".to_owned(), text.to_owned())];
    let (flows, _) = load(&files, &Site::default()).expect("a flow");
    let mut stage = Stage::begin_set(flows, "main", |_| {});
    stage
        .gets(Event::HungUp)
        .sees("start; ask POST crm  {\"left\":true}; tag left; dismiss; finished");
}

#[test]
fn a_question_about_nobody_is_not_asked() {
    let steps = "- set: { tier: none, dots: \"..\" }\n\
                 - http: { service: crm, path: customers/$caller.name, failed: [ { tag: a } ] }\n\
                 - http: { service: crm, path: customers/$dots/x, failed: [ { tag: b } ] }";
    begin(steps).sees("tag a; tag b; play none");
}

#[test]
fn a_question_carries_query_headers_and_typed_json() {
    let steps = "- set: { tier: gold, count: 3, nobody: $caller.name }\n\
                 - http:\n    service: crm\n    path: /orders\n    method: put\n    \
                 query: { tier: $tier, q: \"a b\", none: $nobody }\n    \
                 headers: { X-Caller: \"${caller.number}!\", X-None: $nobody }\n    \
                 body: { count: $count, text: \"$count of $tier\", who: $nobody, \
                 list: [ 1, { deep: yes } ] }";
    let mut stage = begin(steps);
    let Some(Effect::Ask { request, .. }) = stage.take_question() else { panic!("no question") };
    let WebRequest { address, method, headers, body, .. } = *request;
    assert_eq!((address.as_str(), method), ("/orders?q=a%20b&tier=gold", Method::Put));
    assert_eq!(headers, BTreeMap::from([("x-caller".into(), "+48221112233!".into())]));
    let text = body.map(|body| body.text).expect("a body");
    assert_eq!(text, r#"{"count":3,"list":[1,{"deep":true}],"text":"3 of gold","who":null}"#);
}

#[test]
fn a_row_of_a_table_is_a_record() {
    let steps = "- lookup: { table: vip, key: $caller.number, save_as: vip, missing: gone }\n\
                 - set: { tier: $vip.tier }";
    let row = BTreeMap::from([("tier".to_owned(), Value::Text("gold".to_owned()))]);
    let mut stage = begin(&format!("- wait: 1s\n{steps}"));
    stage.has_row("vip", row);
    stage.waits(1_000).sees("play gold");
    begin(steps).sees("play gone");
}

#[test]
fn without_missing_a_row_that_is_not_there_is_unknown() {
    let steps = "- set: { tier: none }\n- lookup: { table: vip, key: \"7\", save_as: vip }\n\
                 - if: known(vip.tier)\n  then: [ { set: { tier: $vip.tier } } ]";
    begin(steps).sees("play none");
}

#[test]
fn tags_notes_and_events_hold_variables() {
    let steps = "- set: { tier: gold, order: 71 }\n- tag: $tier\n\
                 - note: \"order $order, called from ${caller.number}; $caller.name\"\n\
                 - event: { name: order.asked, data: { order: $order, tier: \"is $tier\" } }";
    begin(steps).sees(
        "tag gold; note order 71, called from +48221112233; ; \
         event order.asked {\"order\":71,\"tier\":\"is gold\"}; play gold",
    );
}
