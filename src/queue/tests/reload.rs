//! Stories of new settings.

use super::*;

fn update(hall: &mut Hall, settings: Vec<QueueSettings>, agents: &[&str]) -> Vec<Effect> {
    let mut out = Outbox::new();
    hall.queues.update(hall.now, settings, names(agents), &mut out);
    out.drain().collect()
}

#[test]
fn new_settings_keep_those_who_wait_and_what_agents_do() {
    let mut hall = Hall::sales(&["anna"]);
    let job = hall.talks(1, "anna");
    hall.joins(2);
    let mut sales = queue("sales", &["anna"]);
    sales.ring = 5 * SECOND;
    assert_eq!(update(&mut hall, vec![sales], &["anna"]), []);
    assert_eq!((hall.order(), hall.state("anna")), (vec![2], AgentState::Talking));
    let effects = hall.ends(job, AfterWork::Ready, Some(9));
    assert!(effects.iter().any(|e| matches!(e, Effect::Offer { ring, .. } if *ring == 5 * SECOND)));
}

#[test]
fn an_agent_who_is_added_to_a_queue_gets_those_who_wait() {
    let mut hall = Hall::of(vec![queue("sales", &[])], &["anna"]);
    hall.ready("anna");
    hall.joins(1);
    let effects = update(&mut hall, vec![queue("sales", &["anna"])], &["anna"]);
    assert_eq!(pairs(&effects), pair(1, "anna"));
}

#[test]
fn a_queue_that_is_gone_takes_nobody_and_serves_those_who_stand_in_it() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    update(&mut hall, vec![], &["anna"]);
    assert_eq!(hall.joins(2), refused(2, Refusal::Unknown));
    assert_eq!(pairs(&hall.ready("anna")), pair(1, "anna"));
}

#[test]
fn a_queue_that_comes_back_goes_on_as_it_was() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    update(&mut hall, vec![], &["anna"]);
    update(&mut hall, vec![queue("sales", &["anna"])], &["anna"]);
    hall.joins(2);
    assert_eq!(hall.order(), [1, 2]);
}

#[test]
fn an_agent_who_is_gone_finishes_the_conversation_and_is_off() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    let job = hall.talks(1, "anna");
    hall.joins(2);
    update(&mut hall, vec![queue("sales", &["jan"])], &["jan"]);
    let effects = hall.ends(job, AfterWork::WrapUp, Some(10));
    assert_eq!(effects, [changed("anna", AgentState::Off)]);
    assert_eq!(hall.wish("anna", AgentWish::Ready), []);
}

#[test]
fn signing_out_in_a_conversation_survives_new_settings() {
    let mut hall = Hall::sales(&["anna"]);
    let job = hall.talks(1, "anna");
    hall.wish("anna", AgentWish::SignOut);
    update(&mut hall, vec![queue("sales", &["anna"])], &["anna"]);
    hall.ends(job, AfterWork::WrapUp, Some(10));
    assert_eq!(hall.state("anna"), AgentState::Off);
}

#[test]
fn an_agent_who_is_gone_while_the_phone_rings_loses_the_offer() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    hall.ready("anna");
    let job = only_offer(&hall.joins(1)).0;
    hall.ready("jan");
    let effects = update(&mut hall, vec![queue("sales", &["jan"])], &["jan"]);
    assert_eq!(effects.first(), Some(&Effect::Withdraw { job }));
    assert_eq!(pairs(&effects), pair(1, "jan"));
}
