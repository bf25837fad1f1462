//! States and outcomes as the words that stand in the database.

use crate::callback::request::{AttemptOutcome, State};
use crate::switchboard::store::CallResult;

const STATES: [(State, &str); 14] = [
    (State::Waiting, "waiting"),
    (State::Offered, "offered"),
    (State::AgentMedia, "agent_media"),
    (State::Dialing, "dialing"),
    (State::Connected, "connected"),
    (State::Requeued, "requeued"),
    (State::Retry, "retry"),
    (State::Completed, "completed"),
    (State::Abandoned, "abandoned"),
    (State::Exhausted, "exhausted"),
    (State::Failed, "failed"),
    (State::Expired, "expired"),
    (State::Cancelled, "cancelled"),
    (State::Superseded, "superseded"),
];

const OUTCOMES: [(AttemptOutcome, &str); 10] = [
    (AttemptOutcome::Answered, "answered"),
    (AttemptOutcome::NoAnswer, "no_answer"),
    (AttemptOutcome::Busy, "busy"),
    (AttemptOutcome::Declined, "declined"),
    (AttemptOutcome::Unwanted, "unwanted"),
    (AttemptOutcome::NoSuchNumber, "no_such_number"),
    (AttemptOutcome::TrunkTrouble, "trunk_trouble"),
    (AttemptOutcome::AgentLost, "agent_lost"),
    (AttemptOutcome::Forbidden, "forbidden"),
    (AttemptOutcome::Orphaned, "orphaned"),
];

/// The word of a state.
pub(super) fn of_state(state: State) -> &'static str {
    STATES.iter().find(|(known, _)| *known == state).map_or("", |(_, word)| word)
}

/// The state of a word.
pub(super) fn state(word: &str) -> Option<State> {
    STATES.iter().find(|(_, known)| *known == word).map(|(state, _)| *state)
}

/// The word of an outcome.
pub(super) fn of_outcome(outcome: AttemptOutcome) -> &'static str {
    OUTCOMES.iter().find(|(known, _)| *known == outcome).map_or("", |(_, word)| word)
}

/// The outcome of a word.
pub(super) fn outcome(word: &str) -> Option<AttemptOutcome> {
    OUTCOMES.iter().find(|(_, known)| *known == word).map(|(outcome, _)| *outcome)
}

/// The word of a call's result.
pub(super) const fn of_result(result: CallResult) -> &'static str {
    match result {
        CallResult::Unfinished => "unfinished",
        CallResult::Answered => "answered",
        CallResult::Abandoned => "abandoned",
        CallResult::Incomplete => "incomplete",
        CallResult::Registered => "registered",
        CallResult::FlowOnly => "flow_only",
        CallResult::Rejected => "rejected",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for (known, word) in STATES {
            assert_eq!((of_state(known), state(word)), (word, Some(known)));
            let alive = super::super::callbacks::ALIVE.contains(&format!("'{word}'"));
            assert_eq!(alive, !known.is_end(), "{word}");
        }
        for (known, word) in OUTCOMES {
            assert_eq!((of_outcome(known), outcome(word)), (word, Some(known)));
        }
    }
}
