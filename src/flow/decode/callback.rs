//! Steps of queues, telephone numbers and callbacks.

use super::Decoder;
use super::parameters::Parameters;
use super::value::UNREADABLE;
use crate::base::code;
use crate::base::document::duration::parse_duration;
use crate::base::document::scalar::clip;
use crate::base::document::{Fields, Node};
use crate::base::skill::Skills;
use crate::flow::effect::QueueOutcome;
use crate::flow::graph::{
    Action, QueryCallback, QueueStep, RegisterCallback, Requeue, Revoke, Target, VerifyNumber,
};
use crate::flow::types::Type;
use std::collections::BTreeMap;
use std::time::Duration;

/// Largest and smallest priority.
const PRIORITY: std::ops::RangeInclusive<i64> = -100..=100;
/// Most attempts of one callback.
const ATTEMPTS_MAX: u32 = 20;

const NUMBER: [Type; 2] = [Type::Phone, Type::Text];

const OUTCOMES: [(&str, QueueOutcome); 6] = [
    ("answered", QueueOutcome::Answered),
    ("full", QueueOutcome::Full),
    ("closed", QueueOutcome::Closed),
    ("timed_out", QueueOutcome::TimedOut),
    ("left", QueueOutcome::Left),
    ("no_agents", QueueOutcome::NoAgents),
];

impl<'a> Decoder<'a> {
    pub(super) fn verify_number(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let value = parameters.take("value").map(|node| self.operand(node, &NUMBER));
        let country = parameters.take("country");
        let country = country.map(|node| self.operand(node, &[Type::Country]));
        let kinds = self.number_kinds(parameters.take("kinds"));
        let national = self.yes_no(parameters.take("national"), false);
        let save_as = self.save_as(parameters.take("save_as"), Type::Phone);
        let invalid = self.outcome(parameters.take("invalid"));
        let wrong_kind = self.outcome(parameters.take("wrong_kind"));
        let foreign = self.outcome(parameters.take("foreign"));
        let blocked = self.outcome(parameters.take("blocked"));
        Action::VerifyNumber(VerifyNumber {
            value: value.unwrap_or(UNREADABLE),
            country: country.unwrap_or(UNREADABLE),
            kinds,
            national,
            save_as,
            invalid,
            wrong_kind,
            foreign,
            blocked,
        })
    }

    pub(super) fn queue(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let name = parameters.take("name").map(|node| self.operand(node, &[Type::Queue]));
        let flow = parameters.take("flow");
        let with = parameters.take("with");
        if let (None, Some(node)) = (flow, with) {
            let message = "`with` gives inputs to a flow, and no `flow` is named";
            self.complaints.error(code::WRONG_VALUE, &node.place, message);
        }
        let place = parameters.place.clone();
        let (flow, with) = self.flow_with(flow, with, &place);
        let priority = self.priority(parameters.take("priority")).unwrap_or(0);
        let skills = self.skills(parameters.take("skills")).unwrap_or_default();
        let mut outcomes = BTreeMap::new();
        let timeout = self.timeout(parameters.take("timeout"), &mut outcomes);
        for (key, outcome) in OUTCOMES {
            if let Some(node) = parameters.take(key) {
                outcomes.insert(outcome, self.target(node));
            }
        }
        let name = name.unwrap_or(UNREADABLE);
        Action::Queue(QueueStep { name, flow, with, priority, skills, timeout, outcomes })
    }

    /// `timeout` is the longest wait, or where it leads when that is the queue's own.
    fn timeout(
        &mut self,
        node: Option<&'a Node>,
        outcomes: &mut BTreeMap<QueueOutcome, Target>,
    ) -> Option<Duration> {
        let node = node?;
        let text = node.scalar();
        let leads = text.is_none_or(|text| {
            parse_duration(text).is_none()
                && (matches!(text, "again" | "end") || self.sections.contains(text))
        });
        if leads {
            outcomes.insert(QueueOutcome::TimedOut, self.target(node));
            return None;
        }
        node.duration(self.complaints)
    }

    /// Skills by name, which agents of the site have, each at its level or at 1.
    fn skills(&mut self, node: Option<&'a Node>) -> Option<Skills> {
        let read = node?.skills(self.complaints);
        let known = self.around.site.skills.as_ref();
        let mut skills = Skills::none();
        for (name, level, place) in read {
            if let Some(known) = known.filter(|known| !known.contains(&name)) {
                let message = format!("no agent has the skill `{}`", clip(&name));
                let complaint = self.complaints.error(code::UNKNOWN_SKILL, &place, message);
                complaint.suggest(&name, known.iter().map(String::as_str));
            }
            skills.set(&name, level);
        }
        Some(skills)
    }

    fn priority(&mut self, node: Option<&Node>) -> Option<i32> {
        let number = node?.integer(PRIORITY, self.complaints)?;
        i32::try_from(number).ok()
    }

    pub(super) fn start_callback(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let queue = parameters.take("queue").map(|node| self.operand(node, &[Type::Queue]));
        let on_hangup = parameters.take("on_hangup");
        let fields = on_hangup.and_then(|node| Fields::of(node, "`on_hangup`", self.complaints));
        let register_on_hang_up = fields.and_then(|mut fields| {
            let number = fields.required("register", self.complaints);
            fields.finish(self.complaints);
            number.map(|node| self.operand(node, &NUMBER))
        });
        Action::StartCallback { queue, register_on_hang_up }
    }

    pub(super) fn register_callback(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let number = parameters.take("number").map(|node| self.callee(node));
        let queue = parameters.take("queue").map(|node| self.operand(node, &[Type::Queue]));
        let ani = parameters.take("ani").map(|node| self.shown(node));
        let attempts = parameters.take("attempts");
        let end = parameters.take("expires");
        let expires = self.some_time(end);
        let initial_delay = self.maybe_span(parameters.take("initial_delay"));
        if let (Some(node), Some(expires), Some(delay)) = (end, expires, initial_delay)
            && expires <= delay
        {
            node.wrong("more than `initial_delay`, or nobody is ever called", self.complaints);
        }
        let attempts = attempts.map(|node| self.count(Some(node), ATTEMPTS_MAX, 1));
        Action::RegisterCallback(Box::new(RegisterCallback {
            number,
            queue,
            ani,
            agent_media: self.prompts(parameters.take("agent_media")),
            priority: self.priority(parameters.take("priority")),
            skills: self.skills(parameters.take("skills")),
            attempts,
            retry_after: self.maybe_span(parameters.take("retry_after")),
            busy_retry_after: self.maybe_span(parameters.take("busy_retry_after")),
            ring: self.some_time(parameters.take("ring")),
            initial_delay,
            expires,
            data: self.any_values(parameters.take("data")),
        }))
    }

    pub(super) fn query_callback(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let queue = parameters.take("queue").map(|node| self.operand(node, &[Type::Queue]));
        let save_as = self.save_as(parameters.take("save_as"), Type::Record);
        let none = self.outcome(parameters.take("none"));
        Action::QueryCallback(QueryCallback { queue, save_as, none })
    }

    /// `cancel_callback`, `take_over_callback`
    pub(super) fn revoke(&mut self, parameters: &mut Parameters<'a>) -> Revoke {
        let queue = parameters.take("queue").map(|node| self.operand(node, &[Type::Queue]));
        let none = self.outcome(parameters.take("none"));
        let too_late = self.outcome(parameters.take("too_late"));
        Revoke { queue, none, too_late }
    }

    pub(super) fn requeue(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let queue = parameters.take("queue").map(|node| self.operand(node, &[Type::Queue]));
        let priority = self.priority(parameters.take("priority"));
        let refusals = [QueueOutcome::Full, QueueOutcome::Closed, QueueOutcome::NoAgents];
        let mut outcomes = BTreeMap::new();
        for (key, outcome) in OUTCOMES {
            if refusals.contains(&outcome)
                && let Some(node) = parameters.take(key)
            {
                outcomes.insert(outcome, self.target(node));
            }
        }
        Action::Requeue(Requeue { queue: queue.unwrap_or(UNREADABLE), priority, outcomes })
    }
}
