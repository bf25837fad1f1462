//! Stories of those who serve.

use super::*;
use crate::queue::agent::reason;

#[test]
fn the_agent_who_has_been_idle_longest_is_rung() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    hall.ready("jan");
    hall.ready("anna");
    assert_eq!(pairs(&hall.joins(1)), pair(1, "jan"));
}

#[test]
fn idle_time_is_kept_through_an_offer_that_was_withdrawn() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    hall.ready("jan");
    hall.ready("anna");
    hall.joins(1);
    hall.suspends(1);
    assert_eq!(pairs(&hall.joins(2)), pair(2, "jan"));
}

#[test]
fn an_agent_never_has_two_offers() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    hall.joins(2);
    hall.ready("anna");
    assert_eq!(hall.wish("anna", AgentWish::Ready), []);
    assert_eq!(pairs(&hall.joins(3)), []);
}

#[test]
fn a_busy_phone_is_left_alone_for_five_seconds_without_blame() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    let job = only_offer(&hall.ready("anna")).0;
    assert_eq!(hall.fails(job, Blame::Busy), [changed("anna", AgentState::Ready)]);
    assert_eq!(hall.passes(Duration::from_millis(4_999)), []);
    assert_eq!(pairs(&hall.passes(Duration::from_millis(1))), pair(1, "anna"));
}

#[test]
fn while_one_phone_is_busy_the_next_agent_is_rung_and_idle_time_is_kept() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    hall.ready("anna");
    hall.ready("jan");
    let job = only_offer(&hall.joins(1)).0;
    let effects = hall.fails(job, Blame::Busy);
    assert_eq!(pairs(&effects), pair(1, "jan"));
    hall.fails(only_offer(&effects).0, Blame::Busy);
    assert_eq!(pairs(&hall.passes(5 * SECOND)), pair(1, "anna"));
}

#[test]
fn no_answer_makes_not_ready_and_the_caller_goes_to_the_next_with_the_place_kept() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    hall.ready("anna");
    hall.ready("jan");
    let job = only_offer(&hall.joins(1)).0;
    hall.joins(2);
    let effects = hall.fails(job, Blame::NoAnswer);
    assert_eq!(effects.first(), Some(&changed("anna", AgentState::NotReady(reason::NO_ANSWER))));
    assert_eq!(hall.order(), [1, 2]);
}

#[test]
fn a_rejection_and_an_unreachable_phone_make_not_ready_with_their_reason() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    hall.ready("anna");
    let job = only_offer(&hall.joins(1)).0;
    hall.fails(job, Blame::Rejected);
    let job = only_offer(&hall.ready("jan")).0;
    hall.fails(job, Blame::Unreachable);
    assert_eq!(hall.state("anna"), AgentState::NotReady(reason::REJECTED));
    assert_eq!(hall.state("jan"), AgentState::NotReady(reason::UNREACHABLE));
}

#[test]
fn after_wrap_up_the_agent_is_ready_and_gets_the_next() {
    let mut hall = Hall::sales(&["anna"]);
    let job = hall.talks(1, "anna");
    hall.joins(2);
    let effects = hall.ends(job, AfterWork::WrapUp, Some(60));
    assert_eq!(effects, [changed("anna", AgentState::WrapUp)]);
    assert_eq!(hall.passes(Duration::from_millis(9_998)), []);
    assert_eq!(pairs(&hall.passes(2 * SECOND)), pair(2, "anna"));
}

#[test]
fn ready_ends_a_wrap_up() {
    let mut hall = Hall::sales(&["anna"]);
    let job = hall.talks(1, "anna");
    hall.ends(job, AfterWork::WrapUp, Some(60));
    hall.ready("anna");
    assert_eq!(hall.state("anna"), AgentState::Ready);
    assert_eq!(hall.passes(60 * SECOND), []);
}

#[test]
fn a_queue_without_wrap_up_gives_the_next_at_once() {
    let mut sales = queue("sales", &["anna"]);
    sales.wrap_up = Duration::ZERO;
    let mut hall = Hall::of(vec![sales], &["anna"]);
    let job = hall.talks(1, "anna");
    hall.joins(2);
    assert_eq!(pairs(&hall.ends(job, AfterWork::WrapUp, Some(60))), pair(2, "anna"));
}

#[test]
fn signing_out_while_the_phone_rings_withdraws_and_the_next_agent_is_rung() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    hall.ready("anna");
    hall.ready("jan");
    let job = only_offer(&hall.joins(1)).0;
    let effects = hall.wish("anna", AgentWish::SignOut);
    let off = changed("anna", AgentState::Off);
    assert_eq!(effects.get(..2), Some(&[Effect::Withdraw { job }, off][..]));
    assert_eq!(pairs(&effects), pair(1, "jan"));
}

#[test]
fn signing_out_in_a_conversation_holds_from_its_end() {
    let mut hall = Hall::sales(&["anna"]);
    let job = hall.talks(1, "anna");
    hall.joins(2);
    assert_eq!(hall.wish("anna", AgentWish::SignOut), []);
    let effects = hall.ends(job, AfterWork::WrapUp, Some(60));
    assert_eq!(effects, [changed("anna", AgentState::Off)]);
}

#[test]
fn a_wish_in_a_conversation_can_be_taken_back() {
    let mut hall = Hall::sales(&["anna"]);
    let job = hall.talks(1, "anna");
    hall.wish("anna", AgentWish::NotReady);
    hall.wish("anna", AgentWish::Ready);
    hall.ends(job, AfterWork::WrapUp, Some(60));
    assert_eq!(hall.state("anna"), AgentState::WrapUp);
}

#[test]
fn registering_a_phone_again_does_not_make_a_paused_agent_ready() {
    let mut hall = Hall::sales(&["anna"]);
    hall.wish("anna", AgentWish::SignIn);
    hall.wish("anna", AgentWish::NotReady);
    assert_eq!(hall.wish("anna", AgentWish::SignIn), []);
    assert_eq!(hall.state("anna"), AgentState::NotReady(reason::WISH));
}

#[test]
fn an_agent_of_two_queues_gets_the_oldest_of_both_heads() {
    let settings = vec![queue("sales", &["anna"]), queue("service", &["anna"])];
    let mut hall = Hall::of(settings, &["anna"]);
    hall.joins_as(1, "service", |_| {});
    hall.joins_as(2, "sales", |_| {});
    assert_eq!(pairs(&hall.ready("anna")), pair(1, "anna"));
}

#[test]
fn an_agent_of_two_queues_does_one_thing_at_a_time() {
    let settings = vec![queue("sales", &["anna"]), queue("service", &["anna"])];
    let mut hall = Hall::of(settings, &["anna"]);
    hall.talks(1, "anna");
    assert_eq!(pairs(&hall.joins_as(2, "service", |_| {})), []);
}

#[test]
fn an_agent_lost_in_a_conversation_leaves_the_customer_at_the_head() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    let job = hall.talks(1, "anna");
    hall.joins(2);
    hall.joins_as(1, "sales", |join| join.recovered = true);
    hall.ends(job, AfterWork::NotReady, Some(10));
    assert_eq!(hall.state("anna"), AgentState::NotReady(reason::HUNG_UP));
    assert_eq!(hall.order(), [1, 2]);
    assert_eq!(pairs(&hall.ready("jan")), pair(1, "jan"));
}

#[test]
fn words_about_unknown_jobs_and_agents_change_nothing() {
    let mut hall = Hall::sales(&["anna"]);
    let job = JobId::from(99);
    assert_eq!(hall.fails(job, Blame::NoAnswer), []);
    assert_eq!(hall.ends(job, AfterWork::WrapUp, None), []);
    assert_eq!(hall.wish("nobody", AgentWish::Ready), []);
}

#[test]
fn an_answer_told_twice_counts_once() {
    let mut hall = Hall::sales(&["anna"]);
    let job = hall.talks(1, "anna");
    assert_eq!(hall.accepts(job), []);
    assert_eq!(hall.queues.counters("sales").unwrap().answered, 1);
}

#[test]
fn an_offer_that_fails_at_once_without_blame_is_not_made_for_ever() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    let job = only_offer(&hall.ready("anna")).0;
    assert_eq!(hall.fails(job, Blame::None), [changed("anna", AgentState::Ready)]);
    assert_eq!(hall.order(), [1]);
    assert_eq!(pairs(&hall.passes(Duration::from_millis(500))), pair(1, "anna"));
}
