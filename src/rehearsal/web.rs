//! Web services that answer as they were told, and the events that flows have told.

use crate::base::id::TicketId;
use crate::base::json::Json;
use crate::base::time::Moment;
use crate::flow::web::{WebFault, WebReply, WebRequest};
use crate::switchboard::output::Announcement;
use std::time::Duration;

/// How long a service takes, unless it was told otherwise.
const QUICK: Duration = Duration::from_millis(50);

/// The web services of a rehearsal. A question that nobody prepared an answer for finds the
/// service unreachable.
#[derive(Debug, Default)]
pub struct Web {
    /// Every question, and when it was asked.
    pub asked: Vec<(Moment, WebRequest)>,
    /// Every event that a flow has told, and when.
    pub announced: Vec<(Moment, Announcement)>,
    answers: Vec<Answer>,
    under_way: Vec<(Moment, TicketId, Result<WebReply, WebFault>)>,
}

/// What is answered to some questions.
#[derive(Debug)]
struct Answer {
    /// The service's name, or the beginning of a whole address; then the beginning of the path.
    to: String,
    /// `None` never comes.
    reply: Option<Result<WebReply, WebFault>>,
    after: Duration,
}

impl Web {
    /// Questions to this place are answered with a status, and with JSON or some other text. A
    /// place is a service and perhaps a path (`crm/customers`), or the beginning of a whole
    /// address; the answer that was prepared last goes before the others.
    pub fn reply(&mut self, to: &str, status: u16, body: &str) {
        self.reply_after(to, QUICK, status, body);
    }

    /// As [`Self::reply`], after this time.
    pub fn reply_after(&mut self, to: &str, after: Duration, status: u16, body: &str) {
        let reply = WebReply { status, body: Json::read(body.as_bytes()) };
        self.answer(to, after, Some(Ok(reply)));
    }

    /// Questions to this place go wrong.
    pub fn fail(&mut self, to: &str, fault: WebFault) {
        self.answer(to, QUICK, Some(Err(fault)));
    }

    /// Questions to this place are never answered.
    pub fn silence(&mut self, to: &str) {
        self.answer(to, QUICK, None);
    }

    fn answer(&mut self, to: &str, after: Duration, reply: Option<Result<WebReply, WebFault>>) {
        self.answers.push(Answer { to: to.to_owned(), reply, after });
    }

    /// A flow asks.
    pub(super) fn ask(&mut self, now: Moment, ticket: TicketId, request: WebRequest) {
        let place = place_of(&request);
        self.asked.push((now, request));
        let answer = self.answers.iter().rev().find(|answer| place.starts_with(&answer.to));
        let (reply, after) = match answer {
            Some(answer) => (answer.reply.clone(), answer.after),
            None => (Some(Err(WebFault::Unreachable)), QUICK),
        };
        self.under_way.extend(reply.map(|reply| (now + after, ticket, reply)));
    }

    /// The next answer that is due.
    pub(super) fn take_due(
        &mut self,
        now: Moment,
    ) -> Option<(TicketId, Result<WebReply, WebFault>)> {
        let due = self.under_way.iter().position(|(at, ..)| *at <= now)?;
        let (_, ticket, reply) = self.under_way.remove(due);
        Some((ticket, reply))
    }

    /// When the next answer comes.
    pub(super) fn deadline(&self) -> Option<Moment> {
        self.under_way.iter().map(|(at, ..)| *at).min()
    }

    /// Nobody waits for answers any more: the process has died.
    pub(super) fn crash(&mut self) {
        self.under_way.clear();
    }
}

/// `crm/customers/7`, or a whole address.
fn place_of(request: &WebRequest) -> String {
    match &request.service {
        Some(service) => format!("{service}/{}", request.address.trim_start_matches('/')),
        None => request.address.clone(),
    }
}
