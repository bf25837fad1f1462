//! New settings for queues that live: entries and agents keep what they have.
//!
//! A queue that the settings know no more is *retired*: it takes nobody new (`Unknown`), and
//! its agents, as far as they are still agents, go on serving those who stand in it, for a
//! promise and a caller's wait outlive a line of configuration. If the queue comes back, it
//! goes on as it was. A promise from before a restart, whose queue is not there, stands in a
//! retired one that nobody serves until it comes back. An agent who is gone from the settings
//! ends work and is Off.

use super::agent::{Agent, Duty, Rest};
use super::event::{Effect, EntryKind, Join};
use super::line::Line;
use super::queues::Queues;
use super::settings::{AgentSettings, QueueSettings};
use crate::base::outbox::Outbox;
use crate::base::skill::Skills;
use crate::base::time::Now;
use std::collections::BTreeMap;

impl Queues {
    /// Takes new settings; time-outs of those who wait already stay as they were.
    pub fn update(
        &mut self,
        now: Now,
        settings: Vec<QueueSettings>,
        agents: Vec<AgentSettings>,
        out: &mut Outbox<Effect>,
    ) {
        self.now = now;
        self.learn(settings, agents, out);
        self.dispatch(out);
    }

    pub(super) fn learn(
        &mut self,
        settings: Vec<QueueSettings>,
        agents: Vec<AgentSettings>,
        out: &mut Outbox<Effect>,
    ) {
        self.learn_agents(agents, out);
        for line in &mut self.lines {
            line.retired = true;
        }
        for one in settings {
            if let Some(line) = self.line_of.get(&one.name).and_then(|i| self.lines.get_mut(*i)) {
                line.settings = one;
                line.retired = false;
            } else {
                self.line_of.insert(one.name.clone(), self.lines.len());
                self.lines.push(Line::new(one));
            }
        }
        self.assign();
    }

    /// The line that somebody wishes to join.
    pub(super) fn line_for(&mut self, join: &Join) -> Option<usize> {
        let known = self.line_of.get(&join.queue).copied();
        if known.is_some() || join.kind == EntryKind::Live {
            return known;
        }
        tracing::error!(queue = join.queue, "a promise without a queue waits for its return");
        let index = self.lines.len();
        let mut line = Line::new(QueueSettings::named(&join.queue));
        line.retired = true;
        self.line_of.insert(join.queue.clone(), index);
        self.lines.push(line);
        Some(index)
    }

    fn learn_agents(&mut self, agents: Vec<AgentSettings>, out: &mut Outbox<Effect>) {
        let listed: BTreeMap<&String, &Skills> =
            agents.iter().map(|agent| (&agent.name, &agent.skills)).collect();
        for agent in &mut self.agents {
            let skills = listed.get(&agent.name);
            let back = !agent.listed && skills.is_some();
            agent.listed = skills.is_some();
            if let Some(skills) = skills {
                agent.skills = (*skills).clone();
            }
            // Gone and back within one conversation: the wish to leave was not theirs.
            if let Duty::Talking { wish, .. } = &mut agent.duty
                && back
            {
                *wish = None;
            }
        }
        for AgentSettings { name, skills } in agents {
            if !self.agent_of.contains_key(&name) {
                self.agent_of.insert(name.clone(), self.agents.len());
                self.agents.push(Agent::new(name, skills));
            }
        }
        for index in 0..self.agents.len() {
            if self.agents.get(index).is_some_and(|agent| !agent.listed) {
                self.rest(index, Rest::Off, out);
            }
        }
    }

    /// Who serves where, anew.
    fn assign(&mut self) {
        for agent in &mut self.agents {
            agent.lines.clear();
        }
        for (number, line) in self.lines.iter_mut().enumerate() {
            line.agents.clear();
            line.free.clear();
            if line.retired && line.callers == 0 && line.callbacks == 0 {
                continue;
            }
            for name in &line.settings.agents {
                let Some(&index) = self.agent_of.get(name) else { continue };
                let Some(agent) = self.agents.get_mut(index).filter(|agent| agent.listed) else {
                    continue;
                };
                if agent.lines.contains(&number) {
                    continue;
                }
                agent.lines.push(number);
                line.agents.push(index);
                if agent.is_free() {
                    line.free.insert((agent.idle_since, index));
                }
            }
            self.touched.insert(number);
        }
    }
}
