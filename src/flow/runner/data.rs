//! Steps of the data group: a question to a web service, a row of a table, words for the agent
//! and for other systems.

use super::moves::Move;
use super::pending::{Caller, Pending, Web};
use super::position::Exit;
use super::scope::Scope;
use super::{Runner, Turn};
use crate::base::document::duration::parse_duration;
use crate::base::json::Json;
use crate::base::number::PhoneNumber;
use crate::flow::effect::{Effect, Escalation};
use crate::flow::graph::{Action, Announce, Http, HttpBody, Lookup, Shape, Take};
use crate::flow::template::{Part, Template};
use crate::flow::types::Type;
use crate::flow::value::Value;
use crate::flow::web::{Body, WebFault, WebReply, WebRequest, encoded};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What a step fails with whose address holds something unknown: it would ask for another thing.
const UNKNOWN_VALUE: &str = "unknown-value";
/// What a step fails with that cannot take its variables from the answer.
const NOT_JSON: &str = "not-json";
/// What a step fails with whose service says that it went wrong.
const REFUSED: &str = "refused";

/// Statuses by which a service says that there is no such thing (RFC 9110 §15.5).
const MISSING: [u16; 2] = [404, 410];

impl Runner {
    /// `http`. Where nobody is on the line any more the question is asked all the same, and the
    /// answer is not waited for.
    pub(super) fn http(&mut self, http: &Http, turn: &mut Turn<'_>) -> Move {
        let Some(request) = web_request(http, &self.scope(turn)) else {
            return self.http_failed(None, UNKNOWN_VALUE);
        };
        let ask = self.next_ask;
        self.next_ask += 1;
        turn.out.push(Effect::Ask { ask, request: Box::new(request) });
        if self.line.caller != Caller::Present {
            return Move::Advance;
        }
        if let Some(music) = &http.music {
            let clip = self.prompt(format!("music/{music}"));
            self.start_play(vec![clip], true, turn);
        }
        let until = turn.now.monotonic + http.timeout;
        Move::Wait(Pending::Asking(Web { ask, until, plays: http.music.is_some() }))
    }

    /// A service has answered, or will not. An answer that no step waits for means nothing.
    pub(super) fn replied(
        &mut self,
        ask: u32,
        reply: Result<WebReply, WebFault>,
        turn: &mut Turn<'_>,
    ) -> Option<Move> {
        if !matches!(self.pending, Pending::Asking(web) if web.ask == ask) {
            return None;
        }
        self.stop_play(turn);
        let flow = Arc::clone(&self.frames.last()?.flow);
        let Action::Http(http) = &self.frames.last()?.position.step(&flow)?.action else {
            return None;
        };
        Some(match reply {
            Ok(reply) => self.answered_by_service(http, &reply),
            Err(fault) => self.http_failed(None, fault.word()),
        })
    }

    /// The answer did not come in time.
    pub(super) fn no_reply(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        self.stop_play(turn);
        Some(self.http_failed(None, WebFault::TimedOut.word()))
    }

    fn answered_by_service(&mut self, http: &Http, reply: &WebReply) -> Move {
        let status = Some(reply.status);
        if MISSING.contains(&reply.status) && http.missing.is_some() {
            self.export_http(status, None);
            return Move::Take(Exit::Missing);
        }
        if !(200..300).contains(&reply.status) {
            return self.http_failed(status, REFUSED);
        }
        let body = match &reply.body {
            Some(body) => body,
            None if http.take.is_empty() => &Json::NOTHING,
            None => return self.http_failed(status, NOT_JSON),
        };
        if let Some(top) = self.frames.last_mut() {
            for take in &http.take {
                top.variables.insert(take.name.clone(), taken(take, body));
            }
        }
        self.export_http(status, None);
        Move::Advance
    }

    fn http_failed(&mut self, status: Option<u16>, error: &str) -> Move {
        tracing::info!(status, error, "a web service did not help");
        let details = self.export_http(status, Some(error));
        Move::Escalate(Escalation { name: "http-failed".to_owned(), details })
    }

    /// What `http.status` and `http.error` are from now on.
    fn export_http(&mut self, status: Option<u16>, error: Option<&str>) -> BTreeMap<String, Value> {
        let status = status.map_or(Value::Unknown, |status| Value::Number(i64::from(status)));
        let error = error.map_or(Value::Unknown, |error| Value::Text(error.to_owned()));
        let record = BTreeMap::from([("status".to_owned(), status), ("error".to_owned(), error)]);
        self.exports.insert("http".to_owned(), Value::Record(record.clone()));
        record
    }

    /// `lookup`
    pub(super) fn lookup(&mut self, lookup: &Lookup, turn: &Turn<'_>) -> Move {
        let key = self.scope(turn).value(&lookup.key);
        let row = turn.facts.row(&lookup.table, &key);
        let found = row.is_some();
        if let Some(top) = self.frames.last_mut() {
            top.variables.insert(lookup.save_as.clone(), Value::Record(row.unwrap_or_default()));
        }
        if found { Move::Advance } else { Move::Take(Exit::Missing) }
    }

    /// `tag`
    pub(super) fn tag(&self, text: &Template, turn: &mut Turn<'_>) -> Move {
        let text = written(text, &self.scope(turn));
        turn.out.push(Effect::Tag(text));
        Move::Advance
    }

    /// `note`
    pub(super) fn note(&self, text: &Template, turn: &mut Turn<'_>) -> Move {
        let text = written(text, &self.scope(turn));
        turn.out.push(Effect::Remark(text));
        Move::Advance
    }

    /// `event`
    pub(super) fn announce(&self, event: &Announce, turn: &mut Turn<'_>) -> Move {
        let data = shapes(&event.data, &self.scope(turn));
        turn.out.push(Effect::Announce { name: event.name.clone(), data });
        Move::Advance
    }
}

/// The question of a step; `None` if its address holds a variable that is unknown, empty, or
/// would lead elsewhere.
fn web_request(http: &Http, scope: &Scope<'_>) -> Option<WebRequest> {
    let part = |path: &[String]| {
        let text = scope.look_up(path).to_text()?;
        let leads_elsewhere = text.chars().all(|letter| letter == '.');
        (!leads_elsewhere).then(|| encoded(&text))
    };
    let mut address = http.address.fill(part)?;
    for (name, operand) in &http.query {
        if let Some(value) = scope.value(operand).to_text() {
            let mark = if address.contains('?') { '&' } else { '?' };
            address.push_str(&format!("{mark}{}={}", encoded(name), encoded(&value)));
        }
    }
    let header = |(name, template): (&String, &Template)| {
        let value = template.fill(|path| scope.look_up(path).to_text())?;
        Some((name.clone(), value.replace(char::is_control, " ")))
    };
    Some(WebRequest {
        service: http.service.clone(),
        address,
        method: http.method,
        headers: http.headers.iter().filter_map(header).collect(),
        body: http.body.as_ref().map(|body| match body {
            HttpBody::Json(body) => {
                Body { kind: "application/json", text: shape(body, scope).to_string() }
            }
            HttpBody::Text(text) => {
                Body { kind: "text/plain; charset=utf-8", text: written(text, scope) }
            }
        }),
        timeout: http.timeout,
    })
}

/// A text with its variables; what is unknown is nothing.
fn written(text: &Template, scope: &Scope<'_>) -> String {
    let write = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Variable(path) => scope.look_up(path).to_text().unwrap_or_default(),
    };
    text.parts.iter().map(write).collect()
}

fn shapes(map: &BTreeMap<String, Shape>, scope: &Scope<'_>) -> BTreeMap<String, Json> {
    map.iter().map(|(name, value)| (name.clone(), shape(value, scope))).collect()
}

fn shape(value: &Shape, scope: &Scope<'_>) -> Json {
    match value {
        Shape::Value(operand) => scope.value(operand).to_json(),
        Shape::Text(text) => Json::from(written(text, scope)),
        Shape::List(items) => Json::list(items.iter().map(|item| shape(item, scope))),
        Shape::Map(fields) => Json::object(shapes(fields, scope)),
    }
}

/// What a variable takes from an answer: unknown where it is missing or of another type.
fn taken(take: &Take, body: &Json) -> Value {
    let Some(found) = body.at(&take.at) else { return Value::Unknown };
    let value = match take.kind {
        Type::Text | Type::Queue | Type::Mailbox | Type::Country => {
            found.as_text().map(Value::Text)
        }
        Type::Number => found.as_integer().map(Value::Number),
        Type::YesNo => found.as_yes_no().map(Value::YesNo),
        Type::Phone => found.as_text().and_then(|text| phone(&text)).map(Value::Phone),
        Type::Duration => span(&found).map(Value::Duration),
        Type::Time | Type::Date | Type::Money => {
            found.as_text().and_then(|text| Value::read(take.kind, &text))
        }
        Type::Recording | Type::Record => None,
    };
    value.unwrap_or(Value::Unknown)
}

/// A number in E.164, however it is spaced.
fn phone(text: &str) -> Option<PhoneNumber> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
    PhoneNumber::from_e164(&plain)
}

/// Seconds, or a span with its unit.
fn span(found: &Json) -> Option<Duration> {
    let seconds = found.as_integer().and_then(|seconds| u64::try_from(seconds).ok());
    seconds.map(Duration::from_secs).or_else(|| parse_duration(&found.as_text()?))
}
