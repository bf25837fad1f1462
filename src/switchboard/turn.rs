//! One turn of the heart: the moment, what it puts out, and what it still has to do.

use super::output::{Output, Tale};
use super::store;
use crate::base::id::{CallId, CallbackId};
use crate::base::outbox::Outbox;
use crate::base::time::Now;
use crate::callback;
use crate::flow;
use crate::media::command::Command;
use crate::queue;
use crate::sip;
use crate::voicemail;
use std::collections::VecDeque;
use tracing::Level;

/// An effect of one room that the heart has yet to carry to another.
#[derive(Debug)]
pub enum Work {
    /// Of the user agent.
    Sip(sip::event::Effect),
    /// Of the queues.
    Queue(queue::event::Effect),
    /// Of a call's flow.
    Flow(CallId, flow::effect::Effect),
    /// Of a call's intent.
    Intent(CallId, callback::intent::Effect),
    /// Of a callback request.
    Callback(CallbackId, callback::event::Effect),
    /// Of the mailboxes.
    Mailboxes(voicemail::event::Effect),
    /// The flow of a call is over, and so is the call.
    Bury(CallId),
}

/// What one input leads to. Effects are carried in the order in which they arose, so the same
/// input in the same state always gives the same outputs.
#[derive(Debug)]
pub struct Turn<'o> {
    /// When.
    pub now: Now,
    /// Effects still to be carried.
    pub work: VecDeque<Work>,
    out: &'o mut Outbox<Output>,
}

impl<'o> Turn<'o> {
    /// A turn with nothing to do yet.
    pub const fn new(now: Now, out: &'o mut Outbox<Output>) -> Self {
        Self { now, work: VecDeque::new(), out }
    }

    /// Puts one output out.
    pub fn put(&mut self, output: Output) {
        self.out.push(output);
    }

    /// Tells a media shard.
    pub fn media(&mut self, shard: usize, command: Command) {
        self.put(Output::Media { shard, command });
    }

    /// Asks the store.
    pub fn store(&mut self, request: store::Request) {
        self.put(Output::Store(request));
    }

    /// Tells those who watch.
    pub fn tell(
        &mut self,
        call: Option<CallId>,
        event: &'static str,
        facts: Vec<(&'static str, String)>,
    ) {
        let tale = Tale { call, event, facts };
        log(&tale);
        self.put(Output::Tell(tale));
    }
}

/// Steps of flows are for those who look closely; the rest a human would care about.
fn log(tale: &Tale) {
    let quiet = tale.event.starts_with("flow.");
    let wanted =
        if quiet { tracing::enabled!(Level::DEBUG) } else { tracing::enabled!(Level::INFO) };
    if !wanted {
        return;
    }
    let call = tale.call.map(tracing::field::display);
    let facts: Vec<String> = tale.facts.iter().map(shown).collect();
    let facts = facts.join(" ");
    if quiet {
        tracing::debug!(call, facts, "{}", tale.event);
    } else {
        tracing::info!(call, facts, "{}", tale.event);
    }
}

/// Facts that hold what callers keyed or flows know of them: for agents, and not for logs.
const PRIVATE: [&str; 4] = ["note", "notes", "tag", "tags"];

fn shown((name, value): &(&'static str, String)) -> String {
    if PRIVATE.contains(name) { format!("{name}=…") } else { format!("{name}={value}") }
}
