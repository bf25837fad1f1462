//! What a queue is told about itself.

use crate::base::skill::Skills;
use std::time::Duration;

/// One agent, as queues know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentSettings {
    /// The name.
    pub name: String,
    /// What they can do.
    pub skills: Skills,
}

/// One queue's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSettings {
    /// Its name.
    pub name: String,
    /// Agents who serve it, by name.
    pub agents: Vec<String>,
    /// How long an offer rings; default 20 s.
    pub ring: Duration,
    /// Wrap-up after a conversation; default 10 s.
    pub wrap_up: Duration,
    /// Most live callers; `None` is no limit.
    pub callers_max: Option<usize>,
    /// Most promised callbacks; `None` is no limit.
    pub callbacks_max: Option<usize>,
    /// Longest wait of a live caller; `None` is for ever.
    pub timeout: Option<Duration>,
    /// The estimate that is told instead of the reckoned one; `None` reckons.
    pub wait_estimate: Option<Duration>,
    /// Whether callers may wait although no agent is signed in.
    pub waits_without_agents: bool,
    /// After so long a wait any agent of the queue will do; `None` is never.
    pub skills_relax_after: Option<Duration>,
}

impl QueueSettings {
    /// A queue that nobody serves, with the rules of one of which nothing is said.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            agents: Vec::new(),
            ring: Duration::from_secs(20),
            wrap_up: Duration::from_secs(10),
            callers_max: None,
            callbacks_max: None,
            timeout: None,
            waits_without_agents: true,
            wait_estimate: None,
            skills_relax_after: None,
        }
    }
}
