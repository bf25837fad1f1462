//! How a message finds its transaction (RFC 3261 §17.1.3, §17.2.3).

use crate::sip::message::Message;
use crate::sip::method::Method;
use std::fmt;

/// The branch of a request of ours: 64 random bits behind the magic cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Branch(pub u64);

const MAGIC: &str = "z9hG4bK";

impl Branch {
    /// Reads a branch that we wrote; `None` for anybody else's.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (cookie, bits) = text.split_at_checked(MAGIC.len())?;
        let ours = cookie.eq_ignore_ascii_case(MAGIC) && bits.len() == 16;
        ours.then(|| u64::from_str_radix(bits, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MAGIC}{:016x}", self.0)
    }
}

/// A transaction of ours. A CANCEL shares the branch of its INVITE (RFC 3261 §9.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientKey {
    /// The branch of the top Via.
    pub branch: Branch,
    /// Whether the request is the CANCEL.
    pub cancel: bool,
}

impl ClientKey {
    /// The transaction that a response belongs to, if its branch is one of ours.
    #[must_use]
    pub fn of_response(response: &Message) -> Option<Self> {
        let branch = Branch::parse(response.via()?.branch()?)?;
        let (_, method) = response.cseq()?;
        Some(Self { branch, cancel: method == Method::CANCEL })
    }
}

/// A transaction of theirs, by its number in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(pub u64);

/// What is equal in all repeats of one request of theirs, and in its ACK.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerKey(String);

impl ServerKey {
    /// The key of a request; an ACK has that of its INVITE. `None` for what is no request or
    /// lacks a Via.
    #[must_use]
    pub fn of_request(request: &Message) -> Option<Self> {
        let method = request.method()?;
        let method = if *method == Method::ACK { &Method::INVITE } else { method };
        Self::with_method(request, method)
    }

    /// The key of the INVITE that a CANCEL means (RFC 3261 §9.2).
    #[must_use]
    pub fn of_cancelled(cancel: &Message) -> Option<Self> {
        Self::with_method(cancel, &Method::INVITE)
    }

    fn with_method(request: &Message, method: &Method) -> Option<Self> {
        let via = request.via()?;
        let port = via.port.unwrap_or(5060);
        if via.has_magic_branch() {
            let (branch, host) = (via.branch().unwrap_or(""), &via.host);
            let key = format!("{branch} {host}:{port}").to_ascii_lowercase();
            return Some(Self(format!("{key} {method}")));
        }
        // RFC 2543 made no unique branches: request URI, From tag, Call-ID, CSeq number and
        // the top Via as it was sent. The To tag is left out, since ACK has one more.
        let (cseq, _) = request.cseq()?;
        let from = request.from_tag().unwrap_or_default();
        let branch = via.branch().unwrap_or("");
        Some(Self(format!(
            "{}\n{from}\n{}\n{cseq}\n{}:{port};{branch}\n{method}",
            request.uri()?,
            request.call_id()?,
            via.host,
        )))
    }
}

/// What is equal in a request that reached us by several ways (RFC 3261 §8.2.2.2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MergeKey(String);

impl MergeKey {
    /// The key of a request outside dialogs; `None` for others.
    #[must_use]
    pub fn of_request(request: &Message) -> Option<Self> {
        if request.to_tag().is_some() {
            return None;
        }
        let (cseq, method) = request.cseq()?;
        let from = request.from_tag()?;
        Some(Self(format!("{}\n{from}\n{cseq}\n{method}", request.call_id()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_of_ours_is_read_back_and_no_other() {
        let branch = Branch(0x0123_4567_89ab_cdef);
        assert_eq!(Branch::parse(&branch.to_string()), Some(branch));
        assert_eq!(Branch::parse("z9hG4bK-524287-1---0123456789ab"), None);
        assert_eq!(Branch::parse("ż9hG4bK"), None);
    }
}
