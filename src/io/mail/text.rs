//! The words of an e-mail about a message, in the language of the call.

use crate::base::number::PhoneNumber;
use crate::switchboard::output::MessageNotice;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::{Environment, context};

const ENGLISH: &str = include_str!("templates/message.en.txt");
const POLISH: &str = include_str!("templates/message.pl.txt");

/// Subject and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) text: String,
}

/// The words about one message; `attached` is whether its sound comes along.
///
/// # Errors
///
/// The template is wrong; a sentence.
pub(super) fn words(notice: &MessageNotice, attached: bool) -> Result<Words, String> {
    let message = &notice.message;
    let (template, nobody) = match message.caller.language.tag() {
        "pl" => (POLISH, "numer nieznany"),
        _ => (ENGLISH, "unknown number"),
    };
    let number = message.caller.number.as_ref().map(PhoneNumber::as_str);
    let name = message.caller.name.as_deref().map(plain);
    let from = match (name, number) {
        (Some(name), Some(number)) => format!("{name} ({number})"),
        (Some(name), None) => name,
        (None, number) => number.unwrap_or(nobody).to_owned(),
    };
    let seconds = message.length.as_secs();
    let facts = context! {
        mailbox => plain(&notice.title),
        from => from,
        length => format!("{}:{:02}", seconds / 60, seconds % 60),
        at => local(message.left_at.as_millis()),
        called => plain(&message.caller.called),
        attached => attached,
    };
    let rendered = Environment::new().render_str(template, facts).map_err(|e| e.to_string())?;
    let (subject, text) = rendered.split_once('\n').unwrap_or((&rendered, ""));
    Ok(Words { subject: subject.to_owned(), text: text.to_owned() })
}

/// On one line: a name that came with a call shall write no headers.
fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// As the clock of this machine shows it.
fn local(millis: i64) -> String {
    let at = Timestamp::from_millisecond(millis).unwrap_or_default();
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}
