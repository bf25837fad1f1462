//! The section `mailboxes`: who may leave how much, who listens, how long it is kept.

use super::reader::{Reader, Sort};
use super::site::section;
use super::value;
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::base::document::{Fields, Key, Node};
use crate::switchboard::settings::Prompts;
use crate::voicemail::settings::{MailboxSettings, MessageLimits, Notify};
use std::time::Duration;

const GREETING: &str = "voicemail-greeting";
const LONGEST: Duration = Duration::from_secs(3 * 60);
/// The longest that `longest` may be.
const LONGEST_MAX: Duration = Duration::from_secs(3_600);
const SHORTEST: Duration = Duration::from_secs(1);
const SILENCE: Duration = Duration::from_secs(5);
const MESSAGES_MAX: usize = 100;
const RETENTION: Duration = Duration::from_secs(30 * 24 * 3_600);

/// All mailboxes.
pub(super) fn read(
    root: &mut Fields,
    prompts: &Prompts,
    reader: &mut Reader,
) -> Vec<MailboxSettings> {
    let Some(mut mailboxes) = section(root.take("mailboxes"), "mailboxes", reader) else {
        return Vec::new();
    };
    let entries = mailboxes.take_rest();
    entries.iter().filter_map(|(key, node)| read_one(key, node, prompts, reader)).collect()
}

fn read_one(
    key: &Key,
    node: &Node,
    prompts: &Prompts,
    reader: &mut Reader,
) -> Option<MailboxSettings> {
    let name = reader.define(Sort::Mailbox, key);
    let mut fields = Fields::of(node, "a mailbox", &mut reader.complaints)?;
    let agents = fields.take("agents").map(|node| reader.want_many(Sort::Agent, node));
    let greeting = fields.take("greeting").and_then(|node| prompt(node, prompts, reader));
    let limits = limits(&mut fields, reader);
    let notify = fields.take("notify").map(|node| notify(node, reader));
    let complaints = &mut reader.complaints;
    let title = fields.take("title").and_then(|node| value::filled(node, complaints));
    let most = fields.take("messages_max").and_then(|node| value::count(node, complaints));
    let retention = fields.take("retention");
    let retention = retention.map_or(Some(RETENTION), |node| unless_none(node, complaints));
    fields.finish(complaints);
    Some(MailboxSettings {
        title: title.unwrap_or_else(|| name.clone()),
        name,
        greeting: greeting.unwrap_or_else(|| GREETING.to_owned()),
        limits,
        messages_max: most.unwrap_or(MESSAGES_MAX),
        retention,
        agents: agents.unwrap_or_default(),
        notify: notify.unwrap_or_default(),
    })
}

fn limits(fields: &mut Fields, reader: &mut Reader) -> MessageLimits {
    let complaints = &mut reader.complaints;
    let node = fields.take("longest");
    let longest = node.and_then(|node| node.duration(complaints)).unwrap_or(LONGEST);
    let shortest = fields.take("shortest").and_then(|node| node.duration(complaints));
    let shortest = shortest.unwrap_or(SHORTEST);
    if let Some(node) = node
        && (longest > LONGEST_MAX || longest <= shortest)
    {
        let message = "a message is longer than `shortest` and at most one hour long";
        complaints.error(code::WRONG_VALUE, &node.place, message);
    }
    let silence = fields.take("silence");
    let silence = silence.map_or(Some(SILENCE), |node| unless_none(node, complaints));
    MessageLimits { longest, shortest, silence }
}

/// A span of time, or `none`.
fn unless_none(node: &Node, complaints: &mut Complaints) -> Option<Duration> {
    if node.scalar() == Some("none") { None } else { node.duration(complaints) }
}

/// The name of a prompt that is there.
fn prompt(node: &Node, prompts: &Prompts, reader: &mut Reader) -> Option<String> {
    let name = value::filled(node, &mut reader.complaints)?;
    let known = || prompts.values().flat_map(|names| names.keys());
    if !prompts.is_empty() && !known().any(|prompt| *prompt == name) {
        let message = format!("there is no prompt `{name}`");
        let complaint = reader.complaints.error(code::UNKNOWN_PROMPT, &node.place, message);
        complaint.suggest(&name, known().map(String::as_str));
    }
    Some(name)
}

fn notify(node: &Node, reader: &mut Reader) -> Notify {
    let complaints = &mut reader.complaints;
    let Some(mut fields) = Fields::of(node, "`notify`", complaints) else {
        return Notify::default();
    };
    let emails = value::list(fields.take("email"), complaints, email);
    let attach = fields.take("attach").and_then(|node| node.yes_no(complaints));
    let webhook = fields.take("webhook");
    fields.finish(complaints);
    let webhook = webhook.and_then(|node| reader.want(Sort::Webhook, node));
    Notify { emails, attach: attach.unwrap_or(false), webhook }
}

/// One address such as `anna@example.com`; whether it exists only a letter can tell.
fn email(node: &Node, complaints: &mut Complaints) -> Option<String> {
    let text = value::filled(node, complaints)?;
    let plain = |part: &str| {
        !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "<>,;".contains(c))
    };
    let fits = text.rsplit_once('@').is_some_and(|(user, host)| plain(user) && plain(host));
    if !fits {
        node.wrong("an address such as anna@example.com", complaints);
        return None;
    }
    Some(text)
}
