//! Stories of callers who need an agent that can do something.

use super::*;

fn hall(agents: &[&str], but: impl FnOnce(&mut QueueSettings)) -> Hall {
    let mut sales = queue("sales", agents);
    but(&mut sales);
    Hall::of(vec![sales], agents)
}

fn needs(id: u64, hall: &mut Hall, skills: &str) -> Vec<Effect> {
    hall.joins_as(id, "sales", |join| join.skills = Skills::read(skills))
}

#[test]
fn a_caller_goes_to_an_agent_who_can_do_what_is_needed() {
    let mut hall = hall(&["anna", "jan billing:3"], |_| {});
    hall.ready("anna");
    hall.ready("jan");
    assert_eq!(pairs(&needs(1, &mut hall, "billing:2")), pair(1, "jan"));
    assert_eq!(pairs(&hall.joins(2)), pair(2, "anna"));
}

#[test]
fn one_whom_nobody_free_can_serve_is_passed_over_and_keeps_the_place() {
    let mut hall = hall(&["anna billing:1", "jan billing:3"], |_| {});
    hall.ready("anna");
    assert_eq!(pairs(&needs(1, &mut hall, "billing:3")), []);
    assert_eq!(pairs(&hall.joins(2)), pair(2, "anna"));
    assert_eq!(hall.position(1), Some(1));
    assert_eq!(pairs(&hall.ready("jan")), pair(1, "jan"));
}

#[test]
fn after_a_long_wait_any_agent_will_do() {
    let mut hall = hall(&["anna"], |sales| sales.skills_relax_after = Some(30 * SECOND));
    hall.ready("anna");
    needs(1, &mut hall, "billing:3");
    assert_eq!(pairs(&hall.passes(29 * SECOND)), []);
    assert_eq!(pairs(&hall.passes(2 * SECOND)), pair(1, "anna"));
}

#[test]
fn where_nobody_signed_in_can_serve_the_queue_that_does_not_wait_refuses() {
    let mut hall = hall(&["anna", "jan billing:3"], |sales| sales.waits_without_agents = false);
    hall.ready("anna");
    assert_eq!(needs(1, &mut hall, "billing:1"), refused(1, Refusal::NoAgents));
    hall.ready("jan");
    assert_eq!(pairs(&needs(1, &mut hall, "billing:1")), pair(1, "jan"));
}
