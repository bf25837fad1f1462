//! What a step does, in a few words: what stands beside its notation in the picture.

use crate::base::document::duration::write_duration;
use crate::flow::graph::{
    Action, Collect, Destination, Operand, QueueStep, RegisterCallback, SayKind, VerifyNumber,
};
use crate::flow::template::Template;
use crate::flow::value::Value;

/// The words beside a notation.
pub(super) fn text(action: &Action) -> String {
    match action {
        Action::Goto(section) => section.clone(),
        Action::If { condition, .. } => condition.text().to_owned(),
        Action::Set(values) => {
            let values = values.iter().map(|(name, value)| format!("{name} = {}", operand(value)));
            values.collect::<Vec<_>>().join(", ")
        }
        Action::CallFlow { flow, .. } => flow.clone(),
        Action::Return(outputs) => {
            let outputs = outputs.iter().map(|(name, value)| format!("{name}: {}", operand(value)));
            outputs.collect::<Vec<_>>().join(", ")
        }
        Action::Escalate(name) => name.clone(),
        Action::Wait(span) => write_duration(*span),
        Action::HangUp(status) => status.map(|status| status.to_string()).unwrap_or_default(),
        Action::Reject(status) => status.to_string(),
        Action::Language(tag) => operand(tag),
        Action::Play { items, .. } => list(items),
        Action::Say { kind, value, .. } => format!("{} {}", said(*kind), operand(value)),
        Action::Music { name, length, .. } => match length {
            Some(length) => format!("{name}, {}", write_duration(*length)),
            None => name.clone(),
        },
        Action::Menu(menu) => format!("{} ×{}", list(&menu.prompt), menu.tries),
        Action::Collect(collect) => collected(collect),
        Action::Record(record) => {
            format!("up to {} → ${}", write_duration(record.longest), record.save_as)
        }
        Action::VerifyNumber(verify) => verified(verify),
        Action::Queue(queue) => queued(queue),
        Action::Requeue(requeue) => operand(&requeue.queue),
        Action::Transfer(transfer) => match &transfer.to {
            Destination::Number { number: to, .. }
            | Destination::Agent(to)
            | Destination::Queue(to) => operand(to),
        },
        Action::QueryCallback(query) => {
            query.save_as.as_ref().map(|name| format!("→ ${name}")).unwrap_or_default()
        }
        Action::CancelCallback(revoke) | Action::TakeOverCallback(revoke) => {
            revoke.queue.as_ref().map(operand).unwrap_or_default()
        }
        Action::StartCallback { queue, .. } => queue.as_ref().map(operand).unwrap_or_default(),
        Action::RegisterCallback(registered) => promised(registered),
        Action::Http(http) => {
            let service = http.service.iter().cloned();
            service.chain([template(&http.address)]).collect::<Vec<_>>().join(" ")
        }
        Action::Lookup(lookup) => {
            format!("{} of {} → ${}", operand(&lookup.key), lookup.table, lookup.save_as)
        }
        Action::Tag(text) | Action::Note(text) | Action::SayText { text, .. } => template(text),
        Action::Event(event) => event.name.clone(),
        Action::Voicemail(voicemail) => operand(&voicemail.mailbox),
        Action::End
        | Action::Listen
        | Action::Answer
        | Action::Ringing
        | Action::ExitQueue
        | Action::DismissCallback => String::new(),
    }
}

fn collected(collect: &Collect) -> String {
    let digits = if collect.fewest == collect.most {
        collect.most.to_string()
    } else {
        format!("{}..{}", collect.fewest, collect.most)
    };
    let (prompt, tries) = (list(&collect.prompt), collect.tries);
    format!("{prompt} ×{tries}, {digits} digits → ${}", collect.save_as)
}

fn verified(verify: &VerifyNumber) -> String {
    let saved = verify.save_as.as_ref().map(|name| format!(" → ${name}")).unwrap_or_default();
    format!("{} in {}{saved}", operand(&verify.value), operand(&verify.country))
}

fn queued(queue: &QueueStep) -> String {
    let name = operand(&queue.name);
    queue.timeout.map_or_else(|| name.clone(), |most| format!("{name}, {}", write_duration(most)))
}

fn promised(registered: &RegisterCallback) -> String {
    let number = registered.number.as_ref().map(operand);
    let queue = registered.queue.as_ref().map(|queue| format!("in {}", operand(queue)));
    number.into_iter().chain(queue).collect::<Vec<_>>().join(" ")
}

const fn said(kind: SayKind) -> &'static str {
    match kind {
        SayKind::Digits => "digits",
        SayKind::Phone(_) => "phone",
        SayKind::Number(_) => "number",
        SayKind::Duration => "duration",
        SayKind::Position => "position",
        SayKind::Time => "time",
        SayKind::Date => "date",
        SayKind::Day => "day",
        SayKind::Weekday => "weekday",
        SayKind::Money => "money",
    }
}

fn list(items: &[Operand]) -> String {
    items.iter().map(operand).collect::<Vec<_>>().join(", ")
}

fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Literal(literal) => value(literal),
        Operand::Variable(path) => format!("${}", path.join(".")),
    }
}

fn template(text: &Template) -> String {
    text.fill(|path| Some(format!("${}", path.join(".")))).unwrap_or_default()
}

/// A value as a flow writes it.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Unknown => "unknown".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Duration(span) => write_duration(*span),
        Value::Time(time) => time.to_string(),
        Value::Date(day) => day.to_string(),
        Value::Money(sum) => sum.to_string(),
        Value::YesNo(yes) => yes.to_string(),
        Value::Phone(number) => number.to_string(),
        Value::Recording(_) => "recording".to_owned(),
        Value::Record(_) => "record".to_owned(),
    }
}
