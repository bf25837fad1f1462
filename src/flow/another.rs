//! Files that were given to the wrong command: what they are, and which command is meant.

use crate::base::code;
use crate::base::complaint::Complaints;
use crate::base::document::{Kind, Node};

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// What happens to a call.
    Flow,
    /// Calls that try flows out.
    Test,
    /// The configuration of a site.
    Configuration,
}

/// Sections that only a configuration has.
const OF_CONFIGURATION: [&str; 6] = ["agents", "media", "numbers", "queues", "sip", "trunks"];

impl Purpose {
    /// What a file is for, as far as its first keys tell.
    fn of(node: &Node) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else { return None };
        let has = |key: &str| entries.iter().any(|(known, _)| known.text == key);
        if has("cases") {
            Some(Self::Test)
        } else if has("sections") {
            Some(Self::Flow)
        } else if !has("flow") && !has("test") && OF_CONFIGURATION.iter().any(|key| has(key)) {
            Some(Self::Configuration)
        } else {
            None
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Flow => "a flow",
            Self::Test => "a test of flows",
            Self::Configuration => "the configuration of a site",
        }
    }

    const fn command(self) -> &'static str {
        match self {
            Self::Flow => "`ringback flow check FILE` checks a flow",
            Self::Test => "`ringback flow test FILE` plays a test",
            Self::Configuration => "`ringback check --config FILE` checks a configuration",
        }
    }
}

/// Whether a file is certainly for something else than `wanted`, which is complained about.
pub fn is_another(node: &Node, wanted: Purpose, complaints: &mut Complaints) -> bool {
    let Some(found) = Purpose::of(node).filter(|found| *found != wanted) else { return false };
    let message = format!("this is {}, not {}", found.word(), wanted.word());
    complaints.error(code::ANOTHER_FILE, &node.place, message).help(found.command());
    true
}
