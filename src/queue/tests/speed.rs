//! How long a decision takes with everybody there; run by hand with
//! `cargo test --release --lib queue::tests::speed -- --ignored --nocapture`.

use super::*;

const WAITING: u64 = 100_000;
const AGENTS: u64 = 1_000;
const DECISIONS: u64 = 20_000;
/// The goal for one decision.
const DECISION_MAX: Duration = Duration::from_micros(100);

#[test]
#[ignore = "measures, so it wants a release build and a quiet machine"]
fn a_decision_with_a_hundred_thousand_waiting_takes_at_most_100_microseconds() {
    let staff: Vec<String> = (0..AGENTS).map(|n| format!("agent-{n}")).collect();
    let staff: Vec<&str> = staff.iter().map(String::as_str).collect();
    let settings = vec![queue("sales", &staff), queue("service", &staff)];
    let mut hall = Hall::of(settings, &staff);
    for id in 0..WAITING {
        hall.joins_as(id, "sales", |join| {
            join.priority = i32::try_from(id % 3).unwrap();
            join.timeout = Some(36_000 * SECOND);
        });
    }
    let mut jobs: Vec<JobId> = staff.iter().map(|agent| only_offer(&hall.ready(agent)).0).collect();
    let mut spans = Vec::new();
    for turn in 0..DECISIONS {
        let job = jobs[usize::try_from(turn % AGENTS).unwrap()];
        hall.accepts(job);
        let begun = std::time::Instant::now();
        let effects = hall.ends(job, AfterWork::Ready, Some(60));
        spans.push(begun.elapsed());
        jobs[usize::try_from(turn % AGENTS).unwrap()] = only_offer(&effects).0;
        hall.joins(WAITING + turn);
    }
    spans.sort();
    let at = |share: usize| spans[(spans.len() - 1) * share / 1_000];
    println!("decision: median {:?}, p99 {:?}, worst {:?}", at(500), at(990), at(1_000));

    let begun = std::time::Instant::now();
    let asked = (0..WAITING).filter(|id| hall.position(*id).is_some()).count();
    let each = begun.elapsed() / u32::try_from(WAITING).unwrap();
    println!("position: {each:?} each, {asked} of {WAITING} have one");
    let begun = std::time::Instant::now();
    let known = (0..1_000).filter(|id| hall.queues.wait_estimate(caller(WAITING + id)).is_some());
    let known = known.count();
    println!("estimate: {:?} each, {known} of 1000 known", begun.elapsed() / 1_000);
    assert!(at(990) <= DECISION_MAX, "{:?}", at(990));
}
