//! What a call's flow wants of other systems, and the words it leaves for the agent.

use super::heart::Switchboard;
use super::output::{Announcement, Output};
use super::store::Remarks;
use super::turn::Turn;
use crate::base::id::{CallId, TicketId};
use crate::base::json::Json;
use crate::flow::effect::Event;
use crate::flow::web::{WebFault, WebReply, WebRequest};
use std::collections::BTreeMap;

/// Most tags of one call, and most notes.
const REMARKS_MAX: usize = 20;
/// Longest tag, in characters; longer ones are cut.
const TAG_LETTERS_MAX: usize = 40;
/// Longest note, in characters; longer ones are cut.
const NOTE_LETTERS_MAX: usize = 1_000;

impl Switchboard {
    /// Asks a web service.
    pub(super) fn ask_web(
        &mut self,
        call: CallId,
        ask: u32,
        request: Box<WebRequest>,
        turn: &mut Turn<'_>,
    ) {
        let ticket: TicketId = self.ids.mint();
        self.tickets.web.insert(ticket, (call, ask));
        turn.put(Output::Ask { ticket, request });
    }

    /// A web service has answered, or will not. The call may be over.
    pub(super) fn replied(
        &mut self,
        ticket: TicketId,
        reply: Result<WebReply, WebFault>,
        turn: &mut Turn<'_>,
    ) {
        if let Some((call, ask)) = self.tickets.web.remove(&ticket) {
            self.tell_flow(call, Event::Replied { ask, reply }, turn);
        }
    }

    /// Nobody waits for the answers to a call's questions any more.
    pub(super) fn forget_questions(&mut self, call: CallId) {
        self.tickets.web.retain(|_, (asked_by, _)| *asked_by != call);
    }

    /// `tag`: one that is there already is kept once.
    pub(super) fn tag(&mut self, call: CallId, text: &str, turn: &mut Turn<'_>) {
        let Some(tag) = trimmed(text, TAG_LETTERS_MAX) else { return };
        let tags = self.calls.get_mut(&call).map(|call| &mut call.record.remarks.tags);
        let Some(tags) = tags.filter(|tags| !tags.contains(&tag)) else { return };
        if keep(tags, &tag) {
            turn.tell(Some(call), "call.tagged", vec![("tag", tag)]);
        }
    }

    /// `note`
    pub(super) fn remark(&mut self, call: CallId, text: &str, turn: &mut Turn<'_>) {
        let Some(note) = trimmed(text, NOTE_LETTERS_MAX) else { return };
        let Some(record) = self.calls.get_mut(&call) else { return };
        if keep(&mut record.record.remarks.notes, &note) {
            turn.tell(Some(call), "call.noted", vec![("note", note)]);
        }
    }

    /// `event`
    pub(super) fn announce(
        &self,
        call: CallId,
        event: String,
        data: BTreeMap<String, Json>,
        turn: &mut Turn<'_>,
    ) {
        tracing::info!(%call, event, "announced by the flow");
        turn.put(Output::Announce(Announcement { call, event, data }));
    }

    /// What the agent should see of a caller, as facts of a tale.
    pub(super) fn remarks_of(&self, call: CallId) -> Vec<(&'static str, String)> {
        self.calls.get(&call).map(|call| facts_of(&call.record.remarks)).unwrap_or_default()
    }
}

/// Tags and notes, where there are any.
fn facts_of(remarks: &Remarks) -> Vec<(&'static str, String)> {
    let both = [("tags", remarks.tags.join(", ")), ("notes", remarks.notes.join("\n"))];
    both.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// The text without what surrounds it, cut; `None` if nothing is left.
fn trimmed(text: &str, letters_max: usize) -> Option<String> {
    let text: String = text.trim().chars().take(letters_max).collect();
    (!text.is_empty()).then_some(text)
}

/// Keeps one more, unless there are too many.
fn keep(list: &mut Vec<String>, text: &str) -> bool {
    let room = list.len() < REMARKS_MAX;
    if room {
        list.push(text.to_owned());
    } else {
        tracing::warn!(most = REMARKS_MAX, "a call keeps no more tags or notes; this is dropped");
    }
    room
}
