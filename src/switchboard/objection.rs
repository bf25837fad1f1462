//! Why new settings cannot be taken while the house lives, in words for whoever asked.

use std::fmt;

/// Why new settings cannot be taken while the house lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Objection {
    /// What this setting says is fixed when the process starts.
    NeedsRestart {
        /// Its key, with dots.
        key: &'static str,
    },
    /// Somebody stands in a queue that the new settings do not know.
    QueueInUse {
        /// The queue.
        queue: String,
        /// Callers on the line.
        callers: usize,
        /// Callbacks that were promised and have not ended.
        callbacks: usize,
    },
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedsRestart { key } => write!(
                f,
                "`{key}` is not as it was when the server started\n  help: it needs a restart; \
                 set it back to change the rest now"
            ),
            Self::QueueInUse { queue, callers, callbacks } => write!(
                f,
                "the queue `{queue}` is gone, but {} in it\n  help: keep the queue, let no flow \
                 lead into it, and take it away when it is empty",
                standing(*callers, *callbacks)
            ),
        }
    }
}

/// `1 caller waits`, `2 callers wait and 1 callback is promised`
fn standing(callers: usize, callbacks: usize) -> String {
    let callers = match callers {
        0 => None,
        1 => Some("1 caller waits".to_owned()),
        many => Some(format!("{many} callers wait")),
    };
    let callbacks = match callbacks {
        0 => None,
        1 => Some("1 callback is promised".to_owned()),
        many => Some(format!("{many} callbacks are promised")),
    };
    let both: Vec<String> = callers.into_iter().chain(callbacks).collect();
    both.join(" and ")
}
