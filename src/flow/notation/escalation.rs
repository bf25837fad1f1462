//! The escalations that the house raises; flows add their own with `escalate`.

/// One escalation.
#[derive(Debug, Clone, Copy)]
pub struct KnownEscalation {
    /// Its name, a key of the steps that may catch it.
    pub name: &'static str,
    /// The notations that may end in it.
    pub raised_by: &'static [&'static str],
    /// When, one line.
    pub doc: &'static str,
}

impl KnownEscalation {
    /// Whether the house raises an escalation of this name.
    #[must_use]
    pub fn is_known(name: &str) -> bool {
        ESCALATIONS.iter().any(|known| known.name == name)
    }

    /// Whether the house raises it at a step of this notation.
    #[must_use]
    pub fn is_raised_by(&self, notation: &str) -> bool {
        self.raised_by.contains(&notation)
    }

    /// The names of all.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ESCALATIONS.iter().map(|known| known.name)
    }
}

const fn row(
    name: &'static str,
    raised_by: &'static [&'static str],
    doc: &'static str,
) -> KnownEscalation {
    KnownEscalation { name, raised_by, doc }
}

const REVOKE: &[&str] = &["cancel_callback", "take_over_callback"];
const QUEUES: &[&str] = &["queue", "requeue", "transfer"];
const REGISTER: &[&str] = &["register_callback"];
const TRANSFER: &[&str] = &["transfer"];
const VOICEMAIL: &[&str] = &["voicemail"];

/// All of them, by name.
pub const ESCALATIONS: &[KnownEscalation] = &[
    row(
        "callback-already-registered",
        &["start_callback", "register_callback", "dismiss_callback", "queue", "transfer"],
        "this call has registered a callback",
    ),
    row("callback-already-started", &["start_callback"], "a callback is started"),
    row("callback-ani-not-allowed", REGISTER, "no trunk may show this `ani`"),
    row("callback-blocked-number", REGISTER, "such a number may not be dialled"),
    row(
        "callback-caller-gone",
        &["start_callback", "take_over_callback"],
        "in the section of `when_caller_hangs_up`: nobody is there any more",
    ),
    row("callback-duplicate", REGISTER, "this number waits for a callback from this queue"),
    row("callback-invalid-number", REGISTER, "no number, or none that can be dialled"),
    row(
        "callback-limit-reached",
        &["start_callback", "register_callback"],
        "the queue, the caller or the number has as many as the site allows",
    ),
    row("callback-not-started", REGISTER, "nothing was started"),
    row("callback-number-not-trusted", REVOKE, "no trusted trunk vouches for the caller's number"),
    row(
        "callback-queue-closed",
        &["start_callback", "register_callback"],
        "outside the queue's hours, or there is no such queue",
    ),
    row(
        "callback-started-too-long",
        &["start_callback"],
        "five minutes later, at whatever step the flow stands: neither registered nor dismissed",
    ),
    row(
        "callback-store-failed",
        &["register_callback", "cancel_callback", "take_over_callback"],
        "it could not be kept on the disk",
    ),
    row("callback-too-late", REVOKE, "it is called just now, and `too_late` has no target"),
    row("flow-missing", &["call_flow"], "there is no such flow; `check` finds it before"),
    row(
        "flow-runs-in-circles",
        &["goto", "call_flow"],
        "very many steps in no time; `check` finds most of that before",
    ),
    row("flow-section-missing", &["goto"], "there is no such section; `check` finds it before"),
    row("flow-too-deep", &["call_flow"], "more than 16 flows inside each other"),
    row("gave-up", &["menu", "collect"], "the tries are used up, and `gave_up` has no target"),
    row("http-failed", &["http"], "no answer, or none that fits; `http.error` tells why"),
    row("number-invalid", &["verify_number"], "`invalid` has no target"),
    row("queue-already-joined", &["queue", "transfer"], "the caller stands in a queue"),
    row("queue-closed", QUEUES, "`closed` has no target"),
    row("queue-full", QUEUES, "`full` has no target"),
    row("queue-left", &["queue"], "`left` has no target"),
    row("queue-no-agents", QUEUES, "`no_agents` has no target"),
    row("queue-not-joined", &["exit_queue", "requeue"], "the caller stands in no queue"),
    row("queue-timeout", &["queue", "transfer"], "the longest wait is over, and has no target"),
    row("queue-unknown", QUEUES, "the name of the queue is unknown"),
    row("speech-failed", &["say"], "a `text` could not be spoken; only if it is caught"),
    row("transfer-ani-not-allowed", TRANSFER, "no trunk may show this `ani`"),
    row("transfer-blocked-number", TRANSFER, "such a number may not be dialled"),
    row("transfer-busy", TRANSFER, "`busy` has no target"),
    row("transfer-failed", TRANSFER, "no trunk can carry it, or the number does not exist"),
    row("transfer-invalid-number", TRANSFER, "no number, or none that can be dialled"),
    row("transfer-no-answer", TRANSFER, "`no_answer` has no target"),
    row("voicemail-full", VOICEMAIL, "`full` has no target"),
    row("voicemail-store-failed", VOICEMAIL, "the message could not be kept on the disk"),
    row("voicemail-unknown-mailbox", VOICEMAIL, "the name of the mailbox is unknown"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::notation::Notation;

    #[test]
    fn escalations_stand_in_order_and_name_notations_that_are_there() {
        let names: Vec<&str> = KnownEscalation::names().collect();
        assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
        for escalation in ESCALATIONS {
            assert!(!escalation.raised_by.is_empty(), "{}", escalation.name);
            for notation in escalation.raised_by {
                assert!(Notation::named(notation).is_some(), "{}: {notation}", escalation.name);
            }
        }
    }
}
