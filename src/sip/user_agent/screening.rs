//! Who may do what outside dialogs; everything else is denied.
//!
//! ```text
//!               trunk            account's phone      stranger
//!  INVITE       taken            after digest         403
//!  OPTIONS      200, details     200, details         200, bare
//!  REGISTER     after digest     after digest         401, then digest or 403
//!  SUBSCRIBE    405              after digest         403
//!  CANCEL       of a transaction that it fits; else 481
//!  ACK          of a transaction or session that it fits; else dropped
//!  BYE INFO UPDATE               only inside a dialog (tags are the key); else 481
//!  other known  405              405                  403
//!  unknown      501              501                  403
//! ```
//!
//! An INVITE is an account's when its From names a configured account, when it carries
//! credentials for one, or when it comes from where a registered phone sends from: it must show
//! a digest even when its source lies in a trunk's network, as agents' phones on loopback do.

use super::phones::Phones;
use super::settings::UserAgentSettings;
use crate::sip::digest::Answer;
use crate::sip::event::Path;
use crate::sip::message::Message;
use crate::sip::method::Method;

/// Who seems to stand behind a request outside dialogs, before any digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    /// A trunk, by its name: its network is proof enough.
    Trunk(String),
    /// An account's phone, which a digest must prove.
    Phone,
    /// Anybody else.
    Stranger,
}

/// What is done with a request outside dialogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// Taken as it is.
    Free,
    /// Taken when its digest is right.
    Digest,
    /// Answered with the bare status, and nothing is kept.
    Bare(u16),
}

/// The table above.
#[must_use]
pub fn leave(class: &Class, method: &Method) -> Leave {
    match (class, method) {
        (_, &Method::REGISTER) => Leave::Digest,
        (_, &Method::CANCEL | &Method::BYE | &Method::INFO | &Method::UPDATE) => Leave::Bare(481),
        (Class::Stranger, &Method::OPTIONS) => Leave::Bare(200),
        (Class::Stranger, _) => Leave::Bare(403),
        (Class::Phone, &Method::INVITE | &Method::SUBSCRIBE) => Leave::Digest,
        (Class::Trunk(_), &Method::INVITE) | (_, &Method::OPTIONS) => Leave::Free,
        (Class::Trunk(_) | Class::Phone, Method::Known(_)) => Leave::Bare(405),
        (Class::Trunk(_) | Class::Phone, Method::Other(_)) => Leave::Bare(501),
    }
}

/// Who a request seems to come from.
pub(super) fn classify(
    request: &Message,
    path: Path,
    settings: &UserAgentSettings,
    phones: &Phones,
) -> Class {
    let named = |user: &str| settings.accounts.contains_key(user);
    let from = request.from();
    let by_from = from.is_some_and(|from| from.uri.user().is_some_and(|user| named(&user)));
    let by_answer = || {
        let answers = request.headers.lines("Authorization").filter_map(Answer::parse);
        answers.into_iter().any(|answer| answer.realm == settings.realm && named(&answer.user))
    };
    if by_from || phones.sends_from(path) || by_answer() {
        return Class::Phone;
    }
    settings
        .trunk_of(path.remote.ip())
        .map_or(Class::Stranger, |name| Class::Trunk(name.to_owned()))
}
