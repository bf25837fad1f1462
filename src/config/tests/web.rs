//! Stories of other systems: webhooks, web services, tables.

use super::*;
use crate::config::outside::{Credentials, Secret};
use crate::flow::table::Table;
use crate::flow::types::Type;
use crate::flow::value::Value;

pub(super) const VIP: &str = "\u{feff}number;name;tier;calls\n\
    601 234 567;\"Nowak; Ewa\";gold;12\n+48221234567;Jan;;\n\n";
pub(super) const WRONG: &str = "number,name,calls\n601234567,Ewa,1\n12,Jan,2\n\
    +48601234567,Ewa,3\n602234567,\"Nowak, Jan\",many\n603234567,Jan\n,Jan,1\n";

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

#[test]
fn the_commented_service_is_right() {
    let io = good(&uncommented("services", 2)).io;
    let crm = io.services.get("crm").expect("a service");
    let token = Some(Credentials::Bearer(Secret::new(b"canary-from-file".to_vec())));
    assert_eq!((crm.url.as_str(), &crm.credentials), ("https://crm.example.com/api", &token));
    assert_eq!(crm.headers.get("accept-language").map(String::as_str), Some("pl"));
}

#[test]
fn every_mistake_of_a_service_is_told() {
    let text = "services:\n  a: { headers: { \"a b\": c, d: ż } }\n  \
                b: { url: http://h/, token: t, user: u, password: p }\n  \
                c: { url: http://h/, user: u }\n";
    assert_eq!(
        errors(text),
        ["missing-key", "wrong-header", "wrong-header", "wrong-credentials", "wrong-credentials"]
    );
}

fn vip(text: &str) -> Table {
    good(text).settings.tables.get("vip").cloned().expect("a table")
}

#[test]
fn the_commented_table_is_right() {
    let table = vip(&uncommented("tables", 2));
    assert_eq!((table.len(), table.key_kind), (2, Type::Phone));
}

#[test]
fn a_row_is_found_by_its_number_and_keeps_its_types() {
    let columns = "{ number: phone, calls: number }";
    let table = format!(
        "tables: {{ vip: {{ file: tables/vip.csv, key: number, country: PL, \
         columns: {columns} }} }}"
    );
    let table = vip(&table);
    let row = table.find(&Value::Phone(number("+48601234567"))).expect("a row");
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    assert_eq!(
        (row.get("name").cloned(), row.get("calls")),
        (text("Nowak; Ewa"), Some(&Value::Number(12)))
    );
    let other = table.find(&Value::Text("22 123 45 67".to_owned())).expect("a row");
    assert_eq!(
        (other.get("tier"), other.get("name").cloned()),
        (Some(&Value::Unknown), text("Jan"))
    );
}

#[test]
fn cells_may_be_times_days_and_sums() {
    let text = "tables: { due: { file: tables/due.csv, key: number, \
                columns: { until: time, due: date, debt: money } } }";
    let table = good(text).settings.tables.get("due").cloned().expect("a table");
    let row = table.find(&Value::Text("7".to_owned())).expect("a row");
    let texts = ["until", "due", "debt"].map(|column| row.get(column).and_then(Value::to_text));
    assert_eq!(texts.map(Option::unwrap_or_default), ["08:30", "2026-11-23", "12.50 PLN"]);
    let wrong = text.replace("due: date", "until: date");
    assert_eq!(errors(&wrong.replace("until: time, ", "")), ["wrong-cell"]);
}

#[test]
fn every_mistake_of_a_table_is_told_with_its_line_and_column() {
    let text = "tables: { vip: { file: tables/wrong.csv, key: number, country: PL, \
                columns: { number: phone, calls: number } } }";
    let complaints = read(text).expect_err("mistakes");
    let ours = complaints.iter().filter(|one| &*one.place.file == "tables/wrong.csv");
    let mistakes: Vec<_> = ours.map(|c| (c.place.line, c.place.column, c.code.name())).collect();
    let expected = [
        (3, 1, "wrong-cell"),
        (4, 1, "duplicate-key"),
        (5, 24, "wrong-cell"),
        (6, 1, "wrong-row"),
        (7, 1, "missing-cell"),
    ];
    assert_eq!(mistakes, expected);
}

#[test]
fn a_table_that_is_not_there_and_columns_that_are_not_in_it_are_told() {
    let there = "file: tables/vip.csv";
    let codes = |table: &str| errors(&format!("tables: {{ vip: {{ {table} }} }}"));
    assert_eq!(codes("file: tables/none.csv, key: number"), ["unreadable"]);
    assert_eq!(codes(&format!("{there}, key: nubmer")), ["unknown-column"]);
    let stated = format!("{there}, key: number, columns: {{ teir: text, calls: recording }}");
    assert_eq!(codes(&stated), ["unknown-column", "wrong-value"]);
    assert_eq!(codes("key: number"), ["missing-key"]);
}
