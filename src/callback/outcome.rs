//! What a failed attempt to reach the customer means for the request.
//!
//! SIP is told in plain facts here, so that the table can be read and tested as one.

use super::event::Miss;

/// How the INVITE to the customer failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// A final answer, 300 to 699.
    Refused {
        /// The status.
        status: u16,
        /// Whether any 18x had come.
        rang: bool,
    },
    /// We gave it up because the ring time was over; whatever the answer to that is.
    RingTimeOver {
        /// Whether any 18x had come.
        rang: bool,
    },
    /// No final answer: time-out, no connection, no route, or the pacing limit of a trunk.
    Unreachable {
        /// Whether any 18x had come.
        rang: bool,
    },
}

/// What it means. Unknown 6xx are read as 600, as RFC 3261 §8.1.3.2 tells; everything that
/// says nothing of the customer is trouble of the trunk.
#[must_use]
pub const fn miss(failure: Failure) -> Miss {
    match failure {
        Failure::RingTimeOver { rang: true }
        | Failure::Unreachable { rang: true }
        | Failure::Refused { status: 480, .. }
        | Failure::Refused { status: 408, rang: true } => Miss::NoAnswer,
        Failure::RingTimeOver { rang: false } | Failure::Unreachable { rang: false } => {
            Miss::TrunkTrouble
        }
        Failure::Refused { status, .. } => match status {
            404 | 410 | 484 | 604 => Miss::NoSuchNumber,
            486 => Miss::Busy,
            603 => Miss::Declined,
            607 | 608 => Miss::Unwanted,
            // 606 is about the media, as 488 is.
            606 => Miss::TrunkTrouble,
            600..=699 => Miss::Busy,
            _ => Miss::TrunkTrouble,
        },
    }
}

/// Whether another trunk may be tried at once: the trunk failed and no phone has rung. A call
/// that we have just given up may still be on its way, and nobody is called twice.
#[must_use]
pub const fn may_try_next_trunk(failure: Failure) -> bool {
    let rang = match failure {
        Failure::RingTimeOver { .. } => true,
        Failure::Refused { rang, .. } | Failure::Unreachable { rang } => rang,
    };
    !rang && matches!(miss(failure), Miss::TrunkTrouble)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, rang: bool) -> Miss {
        miss(Failure::Refused { status, rang })
    }

    #[test]
    fn every_final_answer_is_decided() {
        for status in 300..=699 {
            let (silent, rung) = match status {
                404 | 410 | 484 | 604 => (Miss::NoSuchNumber, Miss::NoSuchNumber),
                480 => (Miss::NoAnswer, Miss::NoAnswer),
                408 => (Miss::TrunkTrouble, Miss::NoAnswer),
                486 | 600..=602 | 605 | 609..=699 => (Miss::Busy, Miss::Busy),
                603 => (Miss::Declined, Miss::Declined),
                607 | 608 => (Miss::Unwanted, Miss::Unwanted),
                _ => (Miss::TrunkTrouble, Miss::TrunkTrouble),
            };
            assert_eq!(of(status, false), silent, "{status} before ringing");
            assert_eq!(of(status, true), rung, "{status} after ringing");
        }
    }

    #[test]
    fn silence_after_ringing_is_no_answer_and_before_it_is_trouble() {
        assert_eq!(miss(Failure::RingTimeOver { rang: true }), Miss::NoAnswer);
        assert_eq!(miss(Failure::RingTimeOver { rang: false }), Miss::TrunkTrouble);
        assert_eq!(miss(Failure::Unreachable { rang: true }), Miss::NoAnswer);
        assert_eq!(miss(Failure::Unreachable { rang: false }), Miss::TrunkTrouble);
    }

    #[test]
    fn no_second_trunk_is_tried_once_the_phone_rang_or_the_customer_spoke() {
        assert!(may_try_next_trunk(Failure::Refused { status: 503, rang: false }));
        assert!(may_try_next_trunk(Failure::Unreachable { rang: false }));
        for (status, rang) in [(503, true), (486, false), (603, false), (404, false)] {
            assert!(!may_try_next_trunk(Failure::Refused { status, rang }), "{status}");
        }
        assert!(!may_try_next_trunk(Failure::RingTimeOver { rang: true }));
        assert!(!may_try_next_trunk(Failure::RingTimeOver { rang: false }));
    }
}
