//! Digest authentication, both sides (RFC 7616, RFC 8760; RFC 2617 for those who know no more).
//!
//! This file holds what both sides say: challenges and their answers. [`gate`] is the server.

pub mod gate;

use super::header::Headers;
use super::message::Message;
use super::method::Method;
use super::text::{self, is_token, quote, trim, unquote};
use md5::Md5;
use sha2::{Digest, Sha256};
use std::fmt;

/// A hash that we can compute. The stronger is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// `MD5`, also when none is named.
    Md5,
    /// `SHA-256`
    Sha256,
}

impl Algorithm {
    /// By its name in any case; `-sess` and others are unknown.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Md5, Self::Sha256].into_iter().find(|one| one.as_str().eq_ignore_ascii_case(name))
    }

    /// As written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// The hash of the parts joined by colons, in small hexadecimal letters.
    fn hash(self, parts: &[&str]) -> String {
        match self {
            Self::Md5 => hash_with::<Md5>(parts),
            Self::Sha256 => hash_with::<Sha256>(parts),
        }
    }
}

fn hash_with<H: Digest>(parts: &[&str]) -> String {
    let mut hash = H::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hash.update(b":");
        }
        hash.update(part.as_bytes());
    }
    to_hex(&hash.finalize())
}

fn to_hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// User name and password.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// User name.
    pub user: String,
    /// Password; never shown.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({}, …)", self.user)
    }
}

/// What a server asks in WWW-Authenticate or Proxy-Authenticate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// For which realm.
    pub realm: String,
    /// The server's number.
    pub nonce: String,
    /// Comes back as it is.
    pub opaque: Option<String>,
    /// The hash.
    pub algorithm: Algorithm,
    /// Whether `qop=auth` is offered; servers of RFC 2069 offer none.
    pub auth: bool,
    /// The password was right, only the nonce is too old.
    pub stale: bool,
}

/// One request that shall be answered for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The request's method.
    pub method: &'a Method,
    /// The request URI as written.
    pub uri: &'a str,
    /// The client's random number.
    pub cnonce: &'a str,
    /// How often this nonce was used, this time included.
    pub count: u32,
}

impl Challenge {
    /// Reads one header value; `None` for other schemes and for what we cannot compute.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fields = Fields::parse(text)?;
        let offers = fields.value("qop");
        let auth = offers
            .as_deref()
            .is_some_and(|qop| qop.split(',').any(|one| trim(one).eq_ignore_ascii_case("auth")));
        if offers.is_some() && !auth {
            return None;
        }
        Some(Self {
            realm: fields.value("realm")?,
            nonce: fields.value("nonce")?,
            opaque: fields.value("opaque"),
            algorithm: fields.algorithm()?,
            auth,
            stale: fields.value("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// The challenge of a 401 or 407 to answer: the first we can compute (RFC 8760 §2.4).
    #[must_use]
    pub fn of(response: &Message) -> Option<Self> {
        let (asks, _) = header_names(response.status()?)?;
        response.headers.lines(asks).find_map(Self::parse)
    }

    /// The answer to this challenge for one request.
    #[must_use]
    pub fn answer(&self, login: &Login, asked: Asked<'_>) -> Answer {
        let mut answer = Answer {
            user: login.user.clone(),
            realm: self.realm.clone(),
            nonce: self.nonce.clone(),
            uri: asked.uri.to_owned(),
            response: String::new(),
            algorithm: self.algorithm,
            opaque: self.opaque.clone(),
            counted: self
                .auth
                .then(|| Counted { cnonce: asked.cnonce.to_owned(), count: asked.count }),
        };
        answer.response = answer.expected(&login.password, asked.method);
        answer
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest realm={}, nonce={}", quote(&self.realm), quote(&self.nonce))?;
        if let Some(opaque) = &self.opaque {
            write!(f, ", opaque={}", quote(opaque))?;
        }
        if self.stale {
            f.write_str(", stale=true")?;
        }
        write!(f, ", algorithm={}", self.algorithm.as_str())?;
        if self.auth { f.write_str(", qop=\"auth\"") } else { Ok(()) }
    }
}

/// The counter of `qop=auth`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The client's random number.
    pub cnonce: String,
    /// `nc`, from 1.
    pub count: u32,
}

/// What a client answers in Authorization or Proxy-Authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// User name.
    pub user: String,
    /// The realm of the challenge.
    pub realm: String,
    /// The nonce of the challenge.
    pub nonce: String,
    /// The request URI that was hashed.
    pub uri: String,
    /// The hash of it all.
    pub response: String,
    /// The hash function.
    pub algorithm: Algorithm,
    /// As the challenge had it.
    pub opaque: Option<String>,
    /// Present with `qop=auth`.
    pub counted: Option<Counted>,
}

impl Answer {
    /// Reads one header value; `None` for other schemes and for what we cannot compute.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fields = Fields::parse(text)?;
        let counted = match fields.value("qop") {
            None => None,
            Some(qop) if qop.eq_ignore_ascii_case("auth") => {
                let count = fields.value("nc").filter(|count| count.len() == 8)?;
                let count = u32::from_str_radix(&count, 16).ok()?;
                Some(Counted { cnonce: fields.value("cnonce")?, count })
            }
            Some(_) => return None,
        };
        Some(Self {
            user: fields.value("username")?,
            realm: fields.value("realm")?,
            nonce: fields.value("nonce")?,
            uri: fields.value("uri")?,
            response: fields.value("response")?,
            algorithm: fields.algorithm()?,
            opaque: fields.value("opaque"),
            counted,
        })
    }

    /// What `response` must be for this password (RFC 7616 §3.4.1).
    #[must_use]
    pub fn expected(&self, password: &str, method: &Method) -> String {
        let hash = |parts: &[&str]| self.algorithm.hash(parts);
        let secret = hash(&[&self.user, &self.realm, password]);
        let request = hash(&[method.as_str(), &self.uri]);
        match &self.counted {
            Some(Counted { cnonce, count }) => {
                let count = format!("{count:08x}");
                hash(&[&secret, &self.nonce, &count, cnonce, "auth", &request])
            }
            None => hash(&[&secret, &self.nonce, &request]),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest username={}, realm={}", quote(&self.user), quote(&self.realm))?;
        write!(f, ", nonce={}, uri={}", quote(&self.nonce), quote(&self.uri))?;
        write!(f, ", response=\"{}\"", self.response)?;
        write!(f, ", algorithm={}", self.algorithm.as_str())?;
        if let Some(Counted { cnonce, count }) = &self.counted {
            write!(f, ", cnonce={}, qop=auth, nc={count:08x}", quote(cnonce))?;
        }
        match &self.opaque {
            Some(opaque) => write!(f, ", opaque={}", quote(opaque)),
            None => Ok(()),
        }
    }
}

/// The header that asks and the header that answers, for 401 and 407.
#[must_use]
pub const fn header_names(status: u16) -> Option<(&'static str, &'static str)> {
    match status {
        401 => Some(("WWW-Authenticate", "Authorization")),
        407 => Some(("Proxy-Authenticate", "Proxy-Authorization")),
        _ => None,
    }
}

/// Puts an answer into a request, in the place of an older one for the same realm.
pub fn put_answer(headers: &mut Headers, name: &str, answer: &Answer) {
    let realm_of = |line: &str| Fields::parse(line).and_then(|fields| fields.value("realm"));
    let others: Vec<String> = headers
        .lines(name)
        .filter(|line| realm_of(line).as_ref() != Some(&answer.realm))
        .map(str::to_owned)
        .collect();
    headers.remove(name);
    for line in others {
        headers.push(name, line);
    }
    headers.push(name, answer.to_string());
}

/// `Digest a=b, c="d"` as names and values.
struct Fields<'a> {
    parts: Vec<(&'a str, &'a str)>,
}

/// Most fields in one header; more is junk.
const FIELDS_MAX: usize = 32;

impl<'a> Fields<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = trim(text).split_once([' ', '\t'])?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let mut parts: Vec<(&str, &str)> = Vec::with_capacity(12);
        for part in text::list(rest) {
            let (name, value) = part.split_once('=')?;
            let name = trim(name);
            let again = parts.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
            if !is_token(name) || again || parts.len() == FIELDS_MAX {
                return None;
            }
            parts.push((name, trim(value)));
        }
        Some(Self { parts })
    }

    fn value(&self, name: &str) -> Option<String> {
        let (_, value) = self.parts.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(unquote(value).into_owned())
    }

    fn algorithm(&self) -> Option<Algorithm> {
        self.value("algorithm").map_or(Some(Algorithm::Md5), |name| Algorithm::parse(&name))
    }
}

#[cfg(test)]
mod tests;
