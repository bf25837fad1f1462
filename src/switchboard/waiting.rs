//! A caller between the queue and a callback: carries the intent's words to queue and flow, and
//! ends calls.

use super::store::CallResult;
use super::switchboard::{Alarm, Switchboard};
use super::turn::{Turn, Work};
use crate::base::id::{CallId, PortId, RecordingId};
use crate::base::number::PhoneNumber;
use crate::base::outbox::Outbox;
use crate::callback::intent::{Effect, Event};
use crate::flow::effect::Event as FlowEvent;
use crate::media::command::RecordOutcome;
use std::sync::Arc;

impl Switchboard {
    /// Tells a call's intent what happened; what it asks is done later in this turn.
    pub(super) fn tell_intent(&mut self, call: CallId, event: Event, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        let mut out = Outbox::new();
        record.intent.handle(turn.now, event, &mut out);
        self.timers.follow(Alarm::Intent(call), record.intent.deadline());
        turn.work.extend(out.drain().map(|effect| Work::Intent(call, effect)));
    }
}
