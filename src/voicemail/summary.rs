//! The summary of waiting messages that a phone's light is told (RFC 3842).

use std::fmt::Write as _;
use std::ops::Add;

/// The type of the body (RFC 3842 §5.2).
pub const CONTENT_TYPE: &str = "application/simple-message-summary";

/// How many messages wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Nobody has listened to them.
    pub new: usize,
    /// Heard or saved.
    pub old: usize,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { new: self.new + other.new, old: self.old + other.old }
    }
}

/// The body; `account` is the URI that calls the mailbox. None of ours is urgent, which stands
/// in brackets.
#[must_use]
pub fn body(account: &str, counts: Counts) -> String {
    let Counts { new, old } = counts;
    let waiting = if new > 0 { "yes" } else { "no" };
    let mut text = format!("Messages-Waiting: {waiting}\r\n");
    let _ = write!(text, "Message-Account: {account}\r\n");
    let _ = write!(text, "Voice-Message: {new}/{old} (0/0)\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_light_is_on_while_a_message_is_new() {
        let lit = body("sip:anna@example.com", Counts { new: 2, old: 5 });
        assert_eq!(
            lit,
            "Messages-Waiting: yes\r\nMessage-Account: sip:anna@example.com\r\n\
             Voice-Message: 2/5 (0/0)\r\n"
        );
        let dark = body("sip:anna@example.com", Counts { new: 0, old: 5 });
        assert!(dark.starts_with("Messages-Waiting: no\r\n"));
    }
}
