//! Stories of those who wait.

use super::*;

#[test]
fn a_caller_who_finds_a_free_agent_is_offered_at_once() {
    let mut hall = Hall::sales(&["anna"]);
    hall.ready("anna");
    let effects = hall.joins(1);
    let job = only_offer(&effects).0;
    let offer = Effect::Offer {
        job,
        entry: caller(1),
        agent: "anna".to_owned(),
        queue: "sales".to_owned(),
        ring: 20 * SECOND,
    };
    let joined = Effect::Joined { entry: caller(1) };
    assert_eq!(effects, [joined, offer, changed("anna", AgentState::Ringing)]);
}

#[test]
fn the_first_who_came_is_the_first_to_be_served() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(2);
    hall.joins(1);
    assert_eq!(pairs(&hall.ready("anna")), pair(2, "anna"));
}

#[test]
fn higher_priority_goes_first_and_equal_priority_keeps_its_order() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    hall.joins_as(2, "sales", |join| join.priority = 5);
    hall.joins(3);
    hall.joins_as(4, "sales", |join| join.priority = 5);
    assert_eq!(hall.order(), [2, 4, 1, 3]);
}

#[test]
fn a_recovered_customer_stands_at_the_head_of_a_full_queue() {
    let mut sales = queue("sales", &["anna"]);
    sales.callers_max = Some(1);
    sales.waits_without_agents = false;
    let mut hall = Hall::of(vec![sales], &["anna"]);
    hall.wish("anna", AgentWish::SignIn);
    hall.wish("anna", AgentWish::NotReady);
    hall.joins_as(1, "sales", |join| join.priority = 9);
    hall.wish("anna", AgentWish::SignOut);
    hall.joins_as(2, "sales", |join| join.recovered = true);
    assert_eq!(hall.order(), [2, 1]);
}

#[test]
fn an_earlier_place_brought_from_another_queue_is_kept() {
    let mut hall = Hall::of(vec![queue("sales", &[]), queue("service", &[])], &[]);
    let begun = hall.now.utc;
    hall.joins_as(1, "service", |_| {});
    hall.joins(2);
    hall.joins_as(1, "sales", |join| join.enqueued_at = begun);
    assert_eq!((hall.order(), hall.queues.waiting("service")), (vec![1, 2], 0));
}

#[test]
fn a_caller_who_joins_twice_has_one_place() {
    let mut hall = Hall::sales(&[]);
    hall.joins(1);
    hall.joins(1);
    assert_eq!(hall.order(), [1]);
}

#[test]
fn a_suspended_caller_is_counted_but_not_offered() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    hall.joins(2);
    assert_eq!(hall.suspends(1), [Effect::Suspended { entry: caller(1) }]);
    assert_eq!(pairs(&hall.ready("anna")), pair(2, "anna"));
    assert_eq!((hall.position(1), hall.position(2)), (Some(1), Some(2)));
}

#[test]
fn a_caller_who_dismisses_keeps_the_place() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    hall.joins(2);
    hall.suspends(1);
    hall.joins(3);
    assert_eq!(hall.resumes(1), [Effect::Resumed { entry: caller(1) }]);
    assert_eq!(hall.order(), [1, 2, 3]);
}

#[test]
fn a_caller_who_dismisses_while_an_agent_is_free_is_offered_at_once() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    hall.suspends(1);
    hall.ready("anna");
    assert_eq!(pairs(&hall.resumes(1)), pair(1, "anna"));
}

#[test]
fn starting_a_callback_while_an_agent_rings_withdraws_the_offer_first() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    let job = only_offer(&hall.ready("anna")).0;
    let ready = changed("anna", AgentState::Ready);
    let expected = [Effect::Withdraw { job }, ready, Effect::Suspended { entry: caller(1) }];
    assert_eq!(hall.suspends(1), expected);
}

#[test]
fn an_answer_that_crossed_the_withdrawal_is_refused() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    let job = only_offer(&hall.ready("anna")).0;
    assert!(hall.queues.accepts(job));
    hall.suspends(1);
    assert!(!hall.queues.accepts(job));
    assert_eq!(hall.accepts(job), [Effect::Withdraw { job }]);
    assert_eq!(hall.state("anna"), AgentState::Ready);
}

#[test]
fn starting_a_callback_after_the_agents_answer_is_too_late() {
    let mut hall = Hall::sales(&["anna"]);
    hall.talks(1, "anna");
    assert_eq!(hall.suspends(1), [Effect::TooLate { entry: caller(1) }]);
    assert_eq!(hall.state("anna"), AgentState::Talking);
}

#[test]
fn a_start_without_a_place_is_answered_all_the_same() {
    let mut hall = Hall::sales(&[]);
    assert_eq!(hall.suspends(7), [Effect::TooLate { entry: caller(7) }]);
}

#[test]
fn the_time_out_gives_the_place_up_and_frees_the_ringing_agent() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins_as(1, "sales", |join| join.timeout = Some(30 * SECOND));
    hall.passes(25 * SECOND);
    let job = only_offer(&hall.ready("anna")).0;
    let ready = changed("anna", AgentState::Ready);
    let expected = [Effect::Withdraw { job }, ready, Effect::TimedOut { entry: caller(1) }];
    assert_eq!(hall.passes(6 * SECOND), expected);
    assert_eq!(hall.queues.waiting("sales"), 0);
}

#[test]
fn the_time_out_stands_still_while_a_callback_is_started() {
    let mut hall = Hall::sales(&[]);
    hall.joins_as(1, "sales", |join| join.timeout = Some(30 * SECOND));
    hall.passes(20 * SECOND);
    hall.suspends(1);
    assert_eq!(hall.passes(600 * SECOND), []);
    hall.resumes(1);
    assert_eq!(hall.passes(9 * SECOND), []);
    assert_eq!(hall.passes(SECOND), [Effect::TimedOut { entry: caller(1) }]);
}

#[test]
fn a_queue_has_its_own_time_out_for_callers_who_bring_none() {
    let mut sales = queue("sales", &[]);
    sales.timeout = Some(5 * SECOND);
    let mut hall = Hall::of(vec![sales], &[]);
    hall.joins(1);
    assert_eq!(hall.passes(5 * SECOND), [Effect::TimedOut { entry: caller(1) }]);
}

#[test]
fn a_hang_up_while_an_agent_rings_stops_the_ringing() {
    let mut hall = Hall::sales(&["anna"]);
    hall.joins(1);
    hall.passes(3 * SECOND);
    let job = only_offer(&hall.ready("anna")).0;
    let effects = hall.leaves(1, Leaving::Abandoned);
    assert_eq!(effects.first(), Some(&Effect::Withdraw { job }));
    assert!(matches!(
        effects.last(),
        Some(Effect::Left { reason: Leaving::Abandoned, waited, .. }) if *waited >= 3 * SECOND
    ));
    assert_eq!(hall.queues.counters("sales").unwrap().abandoned, 1);
}

#[test]
fn the_wait_includes_the_time_while_started() {
    let mut hall = Hall::sales(&[]);
    hall.joins(1);
    hall.suspends(1);
    hall.passes(60 * SECOND);
    let effects = hall.leaves(1, Leaving::Incomplete);
    assert!(matches!(effects[..], [Effect::Left { waited, .. }] if waited >= 60 * SECOND));
    let counters = hall.queues.counters("sales").unwrap();
    assert_eq!((counters.abandoned, counters.incomplete), (0, 1));
}

#[test]
fn a_full_queue_refuses_and_a_suspended_caller_still_fills_it() {
    let mut sales = queue("sales", &[]);
    sales.callers_max = Some(1);
    let mut hall = Hall::of(vec![sales], &[]);
    hall.joins(1);
    hall.suspends(1);
    assert_eq!(hall.joins(2), refused(2, Refusal::Full));
}

#[test]
fn a_queue_that_does_not_wait_for_agents_refuses_while_all_are_off() {
    let mut sales = queue("sales", &["anna"]);
    sales.waits_without_agents = false;
    let mut hall = Hall::of(vec![sales], &["anna"]);
    assert_eq!(hall.joins(1), refused(1, Refusal::NoAgents));
    hall.wish("anna", AgentWish::SignIn);
    hall.wish("anna", AgentWish::NotReady);
    assert_eq!(hall.joins(2), [Effect::Joined { entry: caller(2) }]);
}

#[test]
fn a_wish_for_an_unknown_queue_is_refused() {
    let mut hall = Hall::sales(&[]);
    assert_eq!(hall.joins_as(1, "salse", |_| {}), refused(1, Refusal::Unknown));
}

#[test]
fn one_who_talks_has_no_position_and_those_behind_move_up() {
    let mut hall = Hall::sales(&["anna"]);
    hall.talks(1, "anna");
    hall.joins(2);
    assert_eq!((hall.position(1), hall.position(2)), (None, Some(1)));
}

#[test]
fn the_estimate_is_units_ahead_times_handling_time_by_effective_agents() {
    let settings = vec![queue("sales", &["anna", "jan"]), queue("service", &["jan"])];
    let mut hall = Hall::of(settings, &["anna", "jan"]);
    hall.wish("jan", AgentWish::SignIn);
    hall.wish("jan", AgentWish::NotReady);
    let job = hall.talks(1, "anna");
    hall.joins(2);
    hall.joins(3);
    assert_eq!(hall.queues.wait_estimate(caller(3)), None);
    hall.passes(80 * SECOND);
    hall.ends(job, AfterWork::WrapUp, Some(80));
    let job = only_offer(&hall.passes(10 * SECOND)).0;
    assert_eq!(hall.queues.wait_estimate(caller(3)), Some(90 * SECOND));
    hall.joins_as(9, "service", |_| {});
    let jan = hall.ready("jan");
    assert_eq!(pairs(&jan), pair(3, "jan"));
    assert!(hall.queues.accepts(job));
    // One whole agent and one half: 90 s / 1.5.
    assert_eq!(hall.queues.wait_estimate(caller(3)), Some(60 * SECOND));
}

#[test]
fn counters_tell_what_became_of_everybody() {
    let mut hall = Hall::sales(&["anna"]);
    let job = hall.talks(1, "anna");
    hall.ends(job, AfterWork::WrapUp, Some(5));
    hall.joins(2);
    hall.joins(3);
    hall.leaves(2, Leaving::Abandoned);
    hall.leaves(3, Leaving::Exited);
    let counters = hall.queues.counters("sales").unwrap();
    assert_eq!((counters.offered, counters.answered), (3, 1));
    assert_eq!((counters.abandoned, counters.exited), (1, 1));
    assert_eq!((counters.offers.made, counters.offers.accepted), (1, 1));
}

#[test]
fn who_moves_to_another_queue_keeps_the_place() {
    let mut hall = Hall::of(vec![queue("sales", &[]), queue("service", &[])], &[]);
    hall.joins(1);
    hall.joins_as(2, "service", |_| {});
    hall.tell(moves(1, "service"));
    assert_eq!(hall.queues.order("service").map(EntryId::raw).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(hall.queues.waiting("sales"), 0);
    let counted = |queue: &str| {
        let counters = hall.queues.counters(queue).expect("a queue");
        (counters.offered, counters.exited, counters.abandoned)
    };
    assert_eq!((counted("sales"), counted("service")), ((1, 1, 0), (2, 0, 0)));
}

#[test]
fn a_full_queue_takes_nobody_from_another_one_who_stays_in_line() {
    let full = QueueSettings { callers_max: Some(1), ..queue("service", &[]) };
    let mut hall = Hall::of(vec![queue("sales", &[]), full], &[]);
    hall.joins_as(9, "service", |_| {});
    hall.joins(1);
    let not_moved = Effect::NotMoved { entry: caller(1), refusal: Refusal::Full };
    assert_eq!(hall.tell(moves(1, "service")), [not_moved]);
    assert_eq!(hall.order(), [1]);
}

#[test]
fn an_agent_who_rings_for_one_who_moves_away_is_free_without_blame() {
    let mut hall =
        Hall::of(vec![queue("sales", &["anna"]), queue("service", &["jan"])], &["anna", "jan"]);
    hall.ready("anna");
    hall.joins(1);
    assert_eq!(hall.state("anna"), AgentState::Ringing);
    let effects = hall.tell(moves(1, "service"));
    assert!(matches!(effects.first(), Some(Effect::Withdraw { .. })), "{effects:?}");
    assert_eq!(hall.state("anna"), AgentState::Ready);
}

fn moves(id: u64, queue: &str) -> Event {
    let (entry, queue) = (caller(id), queue.to_owned());
    Event::Move(Move { entry, queue, priority: None, enqueued_at: None })
}
