//! Stories of promised entries.

use super::*;

fn promise(hall: &mut Hall, id: u64, in_s: u32) -> Vec<Effect> {
    let not_before = hall.now.utc + in_s * SECOND;
    hall.tell(Event::Promise { entry: caller(id), priority: 0, skills: Skills::none(), not_before })
}

fn requeue(hall: &mut Hall, id: u64, in_s: u32) -> Vec<Effect> {
    let not_before = hall.now.utc + in_s * SECOND;
    hall.tell(Event::Requeue { entry: caller(id), not_before })
}

#[test]
fn a_promise_keeps_the_place_and_blocks_nobody_until_it_is_due() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    hall.suspends(1);
    promise(&mut hall, 1, 60);
    hall.joins(2);
    assert_eq!((hall.position(1), hall.position(2)), (Some(1), Some(1)));
    let job = only_offer(&hall.ready("anna")).0;
    hall.accepts(job);
    hall.joins(3);
    hall.passes(60 * SECOND);
    assert_eq!(hall.order(), [1, 3]);
}

#[test]
fn a_callback_that_comes_due_while_an_agent_is_free_is_offered() {
    let mut hall = Hall::sales(&["anna"]);
    hall.ready("anna");
    hall.joins_as(5, "sales", |_| {});
    hall.suspends(5);
    promise(&mut hall, 5, 60);
    assert_eq!(hall.passes(59 * SECOND), []);
    assert_eq!(pairs(&hall.passes(SECOND)), pair(5, "anna"));
}

#[test]
fn a_promise_has_no_time_out() {
    let mut hall = Hall::sales(&[]);
    hall.joins_as(1, "sales", |join| join.timeout = Some(10 * SECOND));
    hall.suspends(1);
    promise(&mut hall, 1, 0);
    assert_eq!(hall.passes(600 * SECOND), []);
    assert_eq!(hall.order(), [1]);
}

#[test]
fn a_promise_may_change_the_priority() {
    let mut hall = Hall::sales(&[]);
    hall.joins(1);
    hall.joins(2);
    hall.suspends(2);
    let not_before = hall.now.utc;
    hall.tell(Event::Promise { entry: caller(2), priority: 3, skills: Skills::none(), not_before });
    assert_eq!(hall.order(), [2, 1]);
}

#[test]
fn a_refused_offer_holds_the_callback_until_its_room_has_stored_that() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    hall.ready("anna");
    hall.ready("jan");
    let job = only_offer(&hall.promised(1)).0;
    assert_eq!(pairs(&hall.fails(job, Blame::Rejected)), []);
    assert_eq!(hall.order(), [1]);
    assert_eq!(pairs(&requeue(&mut hall, 1, 0)), pair(1, "jan"));
}

#[test]
fn a_callback_whose_room_stays_silent_stands_in_line_again_after_five_seconds() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    hall.ready("anna");
    hall.ready("jan");
    let job = only_offer(&hall.promised(1)).0;
    hall.fails(job, Blame::NoAnswer);
    assert_eq!(hall.passes(4 * SECOND), []);
    assert_eq!(pairs(&hall.passes(SECOND)), pair(1, "jan"));
}

#[test]
fn a_customer_who_did_not_answer_is_tried_again_later_at_the_old_place() {
    let mut hall = Hall::sales(&["anna"]);
    hall.promised(1);
    hall.joins(2);
    let job = only_offer(&hall.ready("anna")).0;
    hall.accepts(job);
    requeue(&mut hall, 1, 900);
    assert_eq!(hall.state("anna"), AgentState::Talking);
    let effects = hall.ends(job, AfterWork::Ready, None);
    assert_eq!(pairs(&effects), pair(2, "anna"));
    hall.passes(900 * SECOND);
    assert_eq!(hall.order(), [1, 2]);
}

#[test]
fn between_work_and_requeue_a_callback_is_away() {
    let mut hall = Hall::sales(&["anna"]);
    hall.promised(1);
    let job = only_offer(&hall.ready("anna")).0;
    hall.accepts(job);
    hall.ends(job, AfterWork::Ready, None);
    assert_eq!(hall.passes(3_600 * SECOND), []);
    assert_eq!(pairs(&requeue(&mut hall, 1, 0)), pair(1, "anna"));
}

#[test]
fn a_requeue_while_an_agent_rings_withdraws_the_offer() {
    let mut hall = Hall::sales(&["anna"]);
    hall.promised(1);
    let job = only_offer(&hall.ready("anna")).0;
    let effects = requeue(&mut hall, 1, 60);
    assert_eq!(effects, [Effect::Withdraw { job }, changed("anna", AgentState::Ready)]);
}

#[test]
fn a_cancelled_callback_releases_its_agent() {
    let mut hall = Hall::sales(&["anna"]);
    hall.promised(1);
    let job = only_offer(&hall.ready("anna")).0;
    let effects = hall.leaves(1, Leaving::CallbackEnded);
    assert_eq!(effects.first(), Some(&Effect::Withdraw { job }));
    assert_eq!(hall.state("anna"), AgentState::Ready);
    assert_eq!(hall.queues.counters("sales").unwrap().callbacks_ended, 1);
}

#[test]
fn a_completed_callback_leaves_after_its_work() {
    let mut hall = Hall::sales(&["anna"]);
    hall.promised(1);
    let job = only_offer(&hall.ready("anna")).0;
    hall.accepts(job);
    hall.ends(job, AfterWork::WrapUp, Some(120));
    assert!(matches!(hall.leaves(1, Leaving::CallbackEnded)[..], [Effect::Left { .. }]));
    assert_eq!(hall.position(1), None);
}

#[test]
fn callers_and_callbacks_share_one_order() {
    let mut hall = Hall::sales(&[]);
    hall.joins(1);
    hall.promised(2);
    hall.joins(3);
    assert_eq!(hall.order(), [1, 2, 3]);
}

#[test]
fn a_stored_promise_is_never_refused_for_want_of_room_but_a_new_one_can_be() {
    let mut sales = queue("sales", &[]);
    sales.callbacks_max = Some(1);
    let mut hall = Hall::of(vec![sales], &[]);
    assert!(hall.queues.room_for_callback("sales"));
    hall.promised(1);
    assert!(!hall.queues.room_for_callback("sales"));
    assert_eq!(hall.promised(2), [Effect::Joined { entry: caller(2) }]);
}

#[test]
fn the_wall_clock_set_back_makes_nothing_due_early() {
    let mut hall = Hall::sales(&["anna"]);
    hall.ready("anna");
    let not_before = hall.now.utc + 60 * SECOND;
    hall.joins_as(1, "sales", |join| join.kind = EntryKind::Promised { not_before });
    hall.now.utc = Utc::from_millis(hall.now.utc.as_millis() - 3_600_000);
    assert_eq!(hall.tell(Event::Timer), []);
    assert_eq!(hall.passes(3_600 * SECOND), []);
    assert_eq!(pairs(&hall.passes(60 * SECOND)), pair(1, "anna"));
}

#[test]
fn the_wall_clock_set_back_holds_nobody_whose_offer_failed() {
    let mut hall = Hall::sales(&["anna", "jan"]);
    hall.ready("anna");
    hall.ready("jan");
    let job = only_offer(&hall.promised(1)).0;
    hall.fails(job, Blame::NoAnswer);
    hall.now.utc = Utc::from_millis(hall.now.utc.as_millis() - 3_600_000);
    assert_eq!(pairs(&hall.passes(5 * SECOND)), pair(1, "jan"));
}

#[test]
fn a_promise_from_before_a_restart_counts_its_whole_wait() {
    let mut hall = Hall::sales(&[]);
    let not_before = hall.now.utc;
    hall.joins_as(1, "sales", |join| {
        join.enqueued_at = Utc::from_millis(join.enqueued_at.as_millis() - 7_200_000);
        join.kind = EntryKind::Promised { not_before };
    });
    let effects = hall.leaves(1, Leaving::CallbackEnded);
    assert!(matches!(effects[..], [Effect::Left { waited, .. }] if waited >= 7_200 * SECOND));
}

#[test]
fn a_promise_for_one_who_talks_changes_nothing() {
    let mut hall = Hall::sales(&["anna"]);
    let job = hall.talks(1, "anna");
    promise(&mut hall, 1, 0);
    hall.ends(job, AfterWork::Ready, Some(5));
    assert_eq!(hall.queues.waiting("sales"), 0);
}

#[test]
fn a_requeue_that_is_due_leaves_the_offer_alone() {
    let mut hall = Hall::sales(&["anna"]);
    hall.promised(1);
    let job = only_offer(&hall.ready("anna")).0;
    assert_eq!(requeue(&mut hall, 1, 0), [], "the offer would come and go for ever");
    assert!(hall.queues.accepts(job));
}
