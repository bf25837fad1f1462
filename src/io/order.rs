//! What a running server may be asked, and what it answers.

use serde_json::{Value, json};

/// Done.
pub const DONE: u8 = 0;
/// There is no server, or it is ending, or its disk gives trouble.
pub const UNAVAILABLE: u8 = 69;
/// Mistakes in settings or flows; the old ones stay.
pub const WRONG: u8 = 78;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Read everything again.
    Reload {
        /// Who asks.
        by: String,
    },
    /// Publish the files of flows.
    Publish {
        /// Who asks.
        by: String,
        /// Why.
        message: String,
    },
    /// Make an older version live.
    Back {
        /// Who asks.
        by: String,
        /// Which: the beginning of its name, or `previous`.
        to: String,
        /// Why.
        message: String,
    },
    /// Calls in progress by version, as a JSON object.
    Calls,
}

/// What became of it: an exit code, and lines for whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// As of the command that asked.
    pub code: u8,
    /// For people.
    pub text: String,
}

impl Report {
    /// It is done.
    pub fn done(text: impl Into<String>) -> Self {
        Self { code: DONE, text: text.into() }
    }

    /// Mistakes: nothing has changed.
    pub fn wrong(text: impl Into<String>) -> Self {
        Self { code: WRONG, text: text.into() }
    }

    /// It cannot be done now.
    pub fn unavailable(text: impl Into<String>) -> Self {
        Self { code: UNAVAILABLE, text: text.into() }
    }
}

impl Order {
    /// One line.
    #[must_use]
    pub fn to_line(&self) -> String {
        let value = match self {
            Self::Reload { by } => json!({ "do": "reload", "by": by }),
            Self::Publish { by, message } => {
                json!({ "do": "publish", "by": by, "message": message })
            }
            Self::Back { by, to, message } => {
                json!({ "do": "back", "by": by, "to": to, "message": message })
            }
            Self::Calls => json!({ "do": "calls" }),
        };
        format!("{value}\n")
    }

    /// Reads one line.
    #[must_use]
    pub fn from_line(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| value.get(key)?.as_str().map(str::to_owned);
        match text("do")?.as_str() {
            "reload" => Some(Self::Reload { by: text("by")? }),
            "publish" => Some(Self::Publish { by: text("by")?, message: text("message")? }),
            "back" => {
                Some(Self::Back { by: text("by")?, to: text("to")?, message: text("message")? })
            }
            "calls" => Some(Self::Calls),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_as_it_was_written() {
        let by = "ada".to_owned();
        let message = "two\nlines, \"quoted\"".to_owned();
        let orders = [
            Order::Reload { by: by.clone() },
            Order::Publish { by: by.clone(), message: message.clone() },
            Order::Back { by, to: "previous".to_owned(), message },
            Order::Calls,
        ];
        for order in orders {
            let line = order.to_line();
            assert_eq!(line.lines().count(), 1);
            assert_eq!(Order::from_line(&line), Some(order));
        }
    }

    #[test]
    fn what_is_no_order_is_none() {
        for line in ["", "reload", "{}", "{\"do\":\"dance\"}", "{\"do\":\"back\"}", "[1]"] {
            assert_eq!(Order::from_line(line), None, "{line}");
        }
    }
}
