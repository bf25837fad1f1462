//! Stories of what follows from a section that cannot be read: nothing is told of it twice.

use super::*;

#[test]
fn agents_and_trunks_that_cannot_be_read_are_told_once() {
    let queue = "queues: { sales: { agents: [ewa], trunks: [carrier] } }\n";
    let list = format!("agents: [ewa]\ntrunks: [carrier]\n{queue}");
    assert_eq!(errors(&list), ["wrong-value", "wrong-value"]);
    let misspelt = format!("agent: {{ ewa: {{}} }}\ntrunk: {{ carrier: {{}} }}\n{queue}");
    assert_eq!(errors(&misspelt), ["unknown-key", "unknown-key"]);
    assert_eq!(errors(queue), ["unknown-agent", "unknown-trunk"]);
}

#[test]
fn a_table_that_cannot_be_read_is_not_missed_by_flows() {
    let flow = "flow: main\nformat: 1\nsections:\n  start:\n    - lookup: { table: vip, key: a, \
                save_as: row }\n    - tag: $row.tier\n    - end\n";
    let codes = |text: &str| {
        let found = read_flows(text, &[("main", flow)], &[]).expect_err("mistakes");
        let errors = found.iter().filter(|one| one.severity == Severity::Error);
        errors.map(|one| one.code.name()).collect::<Vec<_>>()
    };
    assert_eq!(codes("tables: { vip: { file: nowhere.csv, key: a } }"), ["unreadable"]);
    assert_eq!(
        codes("tables: { other: { file: tables/vip.csv, key: number } }"),
        ["unknown-table"]
    );
}

#[test]
fn a_day_is_open_in_one_line_only() {
    let hours = |days: &str| errors(&format!("hours: {{ h: {{ time_zone: UTC, {days} }} }}"));
    assert_eq!(hours("mon-fri: 09:00-17:00, fri: closed"), ["listed-twice"]);
    assert_eq!(hours("sat-mon: 09:00-17:00, mon: 08:00-09:00"), ["listed-twice"]);
    good("hours: { h: { time_zone: UTC, mon-thu: 09:00-17:00, fri: closed } }");
}

#[test]
fn a_flow_is_no_configuration() {
    assert_eq!(errors("flow: a\nformat: 1\nsections: { start: [ end ] }\n"), ["another-file"]);
}
