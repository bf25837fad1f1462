//! A flow as points (its steps) and what each leads to.

use crate::flow::effect::QueueOutcome;
use crate::flow::graph::{Action, Flow, Step, Target};
use crate::flow::notation::{ESCALATIONS, KnownEscalation, Notation};
use crate::flow::ways::named_ways;
use std::collections::BTreeMap;

/// All steps of a flow, nested ones among them.
#[derive(Debug)]
pub(super) struct Web<'f> {
    pub(super) points: Vec<Point<'f>>,
    /// The first step of each section.
    starts: BTreeMap<&'f str, Leads<'f>>,
    /// Where it goes on when the caller hangs up.
    hang_up: Option<Leads<'f>>,
    /// Where what the whole flow catches leads.
    catches: Vec<Leads<'f>>,
}

/// One step.
#[derive(Debug)]
pub(super) struct Point<'f> {
    pub(super) step: &'f Step,
    pub(super) section: &'f str,
    pub(super) edges: Vec<Edge<'f>>,
    /// What comes after it in its list.
    next: Leads<'f>,
}

/// One way on from a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edge<'f> {
    pub(super) to: Leads<'f>,
    /// Whether an escalation leads this way.
    pub(super) failure: bool,
    /// Whether time passes or the caller does something before it.
    pub(super) timed: bool,
}

/// Where a way leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Leads<'f> {
    /// To a step.
    To(usize),
    /// To a section.
    Section(&'f str),
    /// Off the end of the section.
    RunOff,
    /// Out of this flow.
    Return,
    /// To the end of the call or its flow.
    End,
    /// Out of the queue that runs this flow.
    LeaveQueue,
    /// After the step that escalated, whichever it was.
    Resume,
}

impl<'f> Web<'f> {
    /// Draws a flow.
    pub(super) fn of(flow: &'f Flow) -> Self {
        let mut web = Self {
            points: Vec::new(),
            starts: BTreeMap::new(),
            hang_up: flow.when_caller_hangs_up.as_deref().map(Leads::Section),
            catches: Vec::new(),
        };
        for (name, steps) in &flow.sections {
            let entry = web.list(steps, name, &Leads::RunOff);
            web.starts.insert(name, entry);
        }
        let mut caught = Vec::new();
        for (name, target) in &flow.catch {
            caught.push((name.as_str(), web.target(target, "catch", None, &Leads::Resume)));
        }
        web.catch_everywhere(&caught);
        web.catches.extend(caught.into_iter().map(|(_, to)| to));
        web
    }

    /// What the whole flow catches can come from every step that can raise it.
    fn catch_everywhere(&mut self, caught: &[(&str, Leads<'f>)]) {
        let resumes = |point: &Point<'_>| point.edges.iter().any(|edge| edge.to == Leads::Resume);
        let resumed = self.points.iter().any(resumes);
        for point in &mut self.points {
            let Step { action, catch, .. } = point.step;
            for (name, to) in caught {
                let is_caught = catch.contains_key("failed") || catch.contains_key(*name);
                if !is_caught && raises(action, name) {
                    let timed = asks(action);
                    point.edges.push(Edge { to: to.clone(), failure: true, timed });
                    if resumed {
                        let to = point.next.clone();
                        point.edges.push(Edge { to, failure: true, timed });
                    }
                }
            }
        }
    }

    /// All steps.
    pub(super) fn steps(&self) -> impl Iterator<Item = &'f Step> {
        self.points.iter().map(|point| point.step)
    }

    /// Whether some step of it takes time.
    pub(super) fn takes_time(&self) -> bool {
        self.points.iter().any(|point| point.edges.iter().any(|edge| edge.timed))
    }

    /// The first steps of all sections, and what else can begin.
    pub(super) fn entries(&self) -> Vec<usize> {
        let all = self.starts.values().chain(&self.hang_up).chain(&self.catches);
        all.filter_map(|leads| self.point_of(leads)).collect()
    }

    /// Where the flow begins: `start`, on hang-up, and what it catches.
    pub(super) fn roots(&self) -> Vec<usize> {
        let mut roots = self.roots_of_a_call();
        roots.extend(self.root_of_a_hang_up());
        roots
    }

    /// Where the flow begins while the caller is there.
    pub(super) fn roots_of_a_call(&self) -> Vec<usize> {
        let start = self.starts.get("start");
        start.into_iter().chain(&self.catches).filter_map(|leads| self.point_of(leads)).collect()
    }

    /// Where the flow begins when the caller has hung up.
    pub(super) fn root_of_a_hang_up(&self) -> Option<usize> {
        self.hang_up.as_ref().and_then(|leads| self.point_of(leads))
    }

    /// Where what the whole flow catches begins.
    pub(super) fn roots_of_catches(&self) -> Vec<usize> {
        self.catches.iter().filter_map(|leads| self.point_of(leads)).collect()
    }

    /// Where a point leads inside this flow.
    pub(super) fn after(&self, index: usize) -> Vec<usize> {
        let edges = self.points.get(index).into_iter().flat_map(|point| &point.edges);
        edges.filter_map(|edge| self.point_of(&edge.to)).collect()
    }

    /// The first step of a section.
    pub(super) fn entry(&self, section: &str) -> Option<usize> {
        self.starts.get(section).and_then(|leads| self.point_of(leads))
    }

    /// The step that a way leads to, if it leads to one of this flow.
    pub(super) fn point_of(&self, leads: &Leads<'_>) -> Option<usize> {
        match leads {
            Leads::To(index) => Some(*index),
            Leads::Section(name) => match self.starts.get(name) {
                Some(Leads::To(index)) => Some(*index),
                _ => None,
            },
            Leads::RunOff | Leads::Return | Leads::End | Leads::LeaveQueue | Leads::Resume => None,
        }
    }

    /// Which points can be reached from these.
    pub(super) fn reached(&self, mut open: Vec<usize>) -> Vec<bool> {
        let mut seen = vec![false; self.points.len()];
        while let Some(index) = open.pop() {
            let Some(known) = seen.get_mut(index) else { continue };
            if std::mem::replace(known, true) {
                continue;
            }
            let edges = self.points.get(index).map(|point| &point.edges);
            open.extend(edges.into_iter().flatten().filter_map(|edge| self.point_of(&edge.to)));
        }
        seen
    }

    /// Adds a list of steps; `after` is where its end leads. The answer is where it begins.
    fn list(&mut self, steps: &'f [Step], section: &'f str, after: &Leads<'f>) -> Leads<'f> {
        let first = self.points.len();
        for step in steps {
            self.points.push(Point { step, section, edges: Vec::new(), next: Leads::RunOff });
        }
        for (offset, step) in steps.iter().enumerate() {
            let own = first + offset;
            let last = offset + 1 == steps.len();
            let next = if last { after.clone() } else { Leads::To(own + 1) };
            let edges = self.edges(step, section, own, &next);
            if let Some(point) = self.points.get_mut(own) {
                point.edges = edges;
                point.next = next;
            }
        }
        if steps.is_empty() { after.clone() } else { Leads::To(first) }
    }

    fn target(
        &mut self,
        target: &'f Target,
        section: &'f str,
        own: Option<usize>,
        next: &Leads<'f>,
    ) -> Leads<'f> {
        match target {
            Target::Section(name) => Leads::Section(name),
            Target::Steps(steps) => self.list(steps, section, next),
            Target::Again => own.map_or(Leads::Resume, Leads::To),
            Target::End => Leads::End,
        }
    }

    fn edges(
        &mut self,
        step: &'f Step,
        section: &'f str,
        own: usize,
        next: &Leads<'f>,
    ) -> Vec<Edge<'f>> {
        let mut edges: Vec<Edge<'f>> = Vec::new();
        for way in named_ways(&step.action) {
            let to = self.target(way.target, section, Some(own), next);
            edges.push(Edge { to, failure: false, timed: way.timed });
        }
        if let Some(to) = unnamed_way(&step.action, next) {
            edges.push(Edge { to, failure: false, timed: takes_time(&step.action) });
        }
        for target in step.catch.values() {
            let to = self.target(target, section, Some(own), next);
            edges.push(Edge { to, failure: true, timed: asks(&step.action) });
        }
        edges
    }
}

impl Point<'_> {
    /// Whether it is a `queue` step.
    pub(super) const fn is_queue(&self) -> bool {
        matches!(self.step.action, Action::Queue(_))
    }
}

/// Where a step leads when no named outcome applies.
fn unnamed_way<'f>(action: &'f Action, next: &Leads<'f>) -> Option<Leads<'f>> {
    match action {
        Action::Goto(section) => Some(Leads::Section(section)),
        Action::Return(_) => Some(Leads::Return),
        Action::End | Action::HangUp(_) | Action::Reject(_) => Some(Leads::End),
        Action::ExitQueue => Some(Leads::LeaveQueue),
        Action::Escalate(_) | Action::Menu(_) => None,
        Action::If { otherwise, .. } => otherwise.is_none().then(|| next.clone()),
        Action::Music { length, .. } => length.is_some().then(|| next.clone()),
        Action::Queue(queue) => {
            let goes_on = !queue.outcomes.contains_key(&QueueOutcome::Answered);
            goes_on.then(|| next.clone())
        }
        Action::Voicemail(voicemail) => {
            let goes_on = voicemail.left.is_none() || voicemail.empty.is_none();
            goes_on.then(|| next.clone())
        }
        Action::Transfer(transfer) => transfer.answered.is_none().then(|| next.clone()),
        Action::Set(_)
        | Action::CallFlow { .. }
        | Action::Wait(_)
        | Action::Answer
        | Action::Ringing
        | Action::Language(_)
        | Action::Play { .. }
        | Action::Say { .. }
        | Action::SayText { .. }
        | Action::Collect(_)
        | Action::Record(_)
        | Action::VerifyNumber(_)
        | Action::StartCallback { .. }
        | Action::RegisterCallback(_)
        | Action::Listen
        | Action::DismissCallback
        | Action::Http(_)
        | Action::Lookup(_)
        | Action::Tag(_)
        | Action::Note(_)
        | Action::Event(_)
        | Action::Requeue(_)
        | Action::QueryCallback(_)
        | Action::CancelCallback(_)
        | Action::TakeOverCallback(_) => Some(next.clone()),
    }
}

/// Whether time passes before a step leads to the next one. A web service may answer or fail at
/// once, so that asking it is no wait.
fn takes_time(action: &Action) -> bool {
    let is_over_at_once = matches!(
        action,
        Action::Wait(span) | Action::Music { length: Some(span), .. } if span.is_zero()
    );
    !is_over_at_once && Notation::named(action.word()).is_some_and(|known| known.takes_time)
}

/// Whether an escalation of the step comes only after the caller was asked.
const fn asks(action: &Action) -> bool {
    matches!(action, Action::Menu(_) | Action::Collect(_))
}

/// Whether the step can end in the escalation of this name.
fn raises(action: &Action, name: &str) -> bool {
    if let Action::Escalate(raised) = action {
        return raised == name;
    }
    let raised = |known: &KnownEscalation| known.name == name && known.is_raised_by(action.word());
    matches!(action, Action::CallFlow { .. }) || ESCALATIONS.iter().any(raised)
}
