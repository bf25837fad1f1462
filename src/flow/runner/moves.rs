//! Moving through a flow: what a step's end means for the stack of frames.

use super::frame::{Frame, Role, escalation_of};
use super::pending::{AfterDismiss, Callback, Caller, Pending};
use super::position::{Exit, target};
use super::{Pace, Runner, Turn};
use crate::flow::effect::{Effect, Escalation, TransferOutcome};
use crate::flow::graph::Target;
use crate::flow::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most frames; deeper calls escalate as `flow-too-deep`.
const FRAMES_MAX: usize = 16;

/// Most steps without time passing; then `flow-runs-in-circles`.
const STEPS_MAX: u32 = 10_000;

/// Further steps in which a flow may still answer `flow-runs-in-circles`; then it is over.
const STEPS_OF_GRACE: u32 = 1_000;

/// What comes next.
#[derive(Debug)]
pub(super) enum Move {
    /// The step that the top frame stands at.
    Repeat,
    /// The step after it.
    Advance,
    /// The target of one of its exits.
    Take(Exit),
    /// A section of the same flow.
    Goto(String),
    /// Waiting.
    Wait(Pending),
    /// Whoever catches this.
    Escalate(Escalation),
    /// The flow that called, with outputs.
    Return(BTreeMap<String, Value>),
    /// The end of the call's whole flow, or of the waiting flow.
    End,
    /// The first step of another flow.
    Enter(Box<Frame>),
    /// Nothing: the call was told its end.
    Close,
}

impl Move {
    /// An escalation without details.
    pub(super) fn escalate(name: &str) -> Self {
        Self::Escalate(Escalation::named(name))
    }
}

impl Runner {
    /// Makes this move and all steps after it, until one waits.
    pub(super) fn settle(&mut self, first: Move, turn: &mut Turn<'_>) {
        let mut next = Some(first);
        while let Some(this) = next {
            next = self.make(this, turn);
            if next.is_none() && matches!(self.pending, Pending::Running) {
                next = Some(self.step(turn));
            }
        }
    }

    /// Makes one move; tells a further one if it meant that.
    fn make(&mut self, this: Move, turn: &mut Turn<'_>) -> Option<Move> {
        self.pending = Pending::Running;
        match this {
            Move::Repeat => None,
            Move::Advance => {
                if let Some(top) = self.frames.last_mut() {
                    top.advance();
                }
                None
            }
            Move::Take(exit) => self.take_exit(exit, turn),
            Move::Goto(section) => self.goto(&section),
            Move::Wait(pending) => {
                self.pending = pending;
                None
            }
            Move::Escalate(escalation) => Some(self.bubble(escalation, turn)),
            Move::Return(outputs) => self.return_from_top(outputs, turn),
            Move::End => Some(self.end(turn)),
            Move::Enter(frame) => {
                if self.frames.len() >= FRAMES_MAX {
                    return Some(Move::escalate("flow-too-deep"));
                }
                self.frames.push(*frame);
                None
            }
            Move::Close => {
                self.pending = Pending::Over;
                self.frames.clear();
                self.visit = None;
                None
            }
        }
    }

    /// Begins the step that the top frame stands at.
    fn step(&mut self, turn: &mut Turn<'_>) -> Move {
        if let Some(escape) = self.count_step(turn) {
            return escape;
        }
        let Some(top) = self.frames.last() else { return self.finish(None, turn) };
        let flow = Arc::clone(&top.flow);
        let Some(step) = top.position.step(&flow) else {
            let text =
                format!("flow {} ran off the end of section {}", flow.name, top.position.section());
            tracing::warn!("{text}");
            turn.out.push(Effect::Note { text });
            return Move::Return(BTreeMap::new());
        };
        turn.out.push(Effect::Step {
            flow: flow.name.clone(),
            section: top.position.section().to_owned(),
            notation: step.action.word(),
        });
        self.execute(step, turn)
    }

    /// A flow that runs without time passing is stopped before it stops the whole house.
    fn count_step(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        let at = turn.now.monotonic;
        if self.pace.at != at {
            self.pace = Pace { at, steps: 0 };
        }
        self.pace.steps += 1;
        let over = self.pace.steps.checked_sub(STEPS_MAX)?;
        if over == 0 {
            let text = format!("flow runs in circles: {STEPS_MAX} steps at one moment");
            tracing::warn!("{text}");
            turn.out.push(Effect::Note { text });
            return Some(Move::escalate("flow-runs-in-circles"));
        }
        (over > STEPS_OF_GRACE)
            .then(|| self.uncaught(Escalation::named("flow-runs-in-circles"), turn))
    }

    fn take_exit(&mut self, exit: Exit, turn: &mut Turn<'_>) -> Option<Move> {
        let top = self.frames.last_mut()?;
        let flow = Arc::clone(&top.flow);
        let step = top.position.step(&flow);
        if let Some(step) = step {
            let (flow, place) = (flow.name.clone(), step.place.clone());
            turn.out.push(Effect::Exit { flow, place, outcome: exit.word() });
        }
        let named = step.and_then(|step| target(&flow, step, &exit));
        match named {
            Some(Target::Section(section)) => Some(Move::Goto(section.clone())),
            Some(Target::Steps(_)) => {
                top.position.enter(exit, &flow);
                None
            }
            Some(Target::Again) => None,
            Some(Target::End) => Some(Move::End),
            None => Some(unnamed(&exit)),
        }
    }

    fn goto(&mut self, section: &str) -> Option<Move> {
        let top = self.frames.last_mut()?;
        if !top.flow.sections.contains_key(section) {
            return Some(Move::escalate("flow-section-missing"));
        }
        top.position = super::position::Position::start_of(section);
        None
    }

    fn return_from_top(
        &mut self,
        outputs: BTreeMap<String, Value>,
        turn: &mut Turn<'_>,
    ) -> Option<Move> {
        let role = self.frames.last()?.role.clone();
        match role {
            Role::Main | Role::LastWords => Some(self.finish(None, turn)),
            Role::Waiting => Some(self.waiting_flow_over(turn)),
            Role::Called { save_as } => {
                self.frames.pop();
                let below = self.frames.last_mut()?;
                if let Some(name) = save_as {
                    below.variables.insert(name, Value::Record(outputs));
                }
                Some(Move::Advance)
            }
        }
    }

    /// `end`: of the waiting flow where one runs, else of the call's flow.
    pub(super) fn end(&mut self, turn: &mut Turn<'_>) -> Move {
        let waits = self.visit.is_some_and(|visit| self.frames.len() > visit.depth);
        if waits && self.line.caller == Caller::Present {
            self.waiting_flow_over(turn)
        } else {
            self.finish(None, turn)
        }
    }

    /// The call's whole flow is over; what was started is dismissed first.
    pub(super) fn finish(&mut self, escalation: Option<Escalation>, turn: &mut Turn<'_>) -> Move {
        if self.callback == Callback::Started && self.line.caller == Caller::Present {
            let reason = escalation.as_ref().map_or("flow-ended", |e| e.name.as_str());
            self.dismiss_implicitly(reason, turn);
            return Move::Wait(Pending::Dismissing(AfterDismiss::Finish(escalation)));
        }
        if let Some(escalation) = &escalation {
            tracing::info!(escalation = escalation.name, "flow ended by an escalation");
        }
        turn.out.push(Effect::Finished { escalation });
        Move::Close
    }
}

/// What an exit means whose target the flow does not name.
fn unnamed(exit: &Exit) -> Move {
    match exit {
        Exit::Then
        | Exit::Otherwise
        | Exit::Key(_)
        | Exit::NoInput
        | Exit::NoMatch
        | Exit::Missing
        | Exit::Empty
        | Exit::Left
        | Exit::NoCallback
        | Exit::Caught(_)
        | Exit::FlowCaught(_) => Move::Advance,
        Exit::GaveUp => Move::escalate("gave-up"),
        Exit::Full => Move::escalate("voicemail-full"),
        Exit::TooLate => Move::escalate("callback-too-late"),
        Exit::Transfer(TransferOutcome::Answered) => Move::Advance,
        Exit::Transfer(TransferOutcome::Busy) => Move::escalate("transfer-busy"),
        Exit::Transfer(TransferOutcome::NoAnswer) => Move::escalate("transfer-no-answer"),
        Exit::Invalid => Move::escalate("number-invalid"),
        Exit::WrongKind | Exit::Foreign | Exit::Blocked => Move::Take(Exit::Invalid),
        Exit::Queue(outcome) => escalation_of(*outcome).map_or(Move::Advance, Move::escalate),
    }
}
