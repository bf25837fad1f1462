//! URIs and name-addrs (RFC 3261 §19.1, §20.10; RFC 3966 for `tel:`).

use super::text::{self, Params, is_token_byte, leading_quoted, trim, write_escaped};
use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What stands before the first colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// `sip`
    Sip,
    /// `sips`
    Sips,
    /// `tel`
    Tel,
    /// Any other, in small letters; the rest of the URI is carried unread.
    Other(Box<str>),
}

impl Scheme {
    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sip => "sip",
            Self::Sips => "sips",
            Self::Tel => "tel",
            Self::Other(name) => name,
        }
    }
}

/// A host: a name or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name, in the case it came in.
    Name(String),
    /// `192.0.2.1`, or `[2001:db8::1]` when IPv6.
    Ip(IpAddr),
}

impl Host {
    /// Reads a name, an IPv4 address or an IPv6 reference in brackets.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('[') {
            return parse_ipv6(inner.strip_suffix(']')?).map(|ip| Self::Ip(IpAddr::V6(ip)));
        }
        if text.bytes().next()?.is_ascii_digit()
            && let Ok(ip) = text.parse::<Ipv4Addr>()
        {
            return Some(Self::Ip(IpAddr::V4(ip)));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        text.bytes().all(plain).then(|| Self::Name(text.to_owned()))
    }

    /// Reads `host` or `host:port`.
    #[must_use]
    pub fn parse_with_port(text: &str) -> Option<(Self, Option<u16>)> {
        let bracket = text.rfind(']').map_or(0, |end| end + 1);
        let (host, port) = match text.get(bracket..)?.find(':') {
            Some(colon) => (text.get(..bracket + colon)?, Some(text.get(bracket + colon + 1..)?)),
            None => (text, None),
        };
        let port = match port {
            Some(port) => Some(text::number::<u16>(trim(port))?),
            None => None,
        };
        Some((Self::parse(trim(host))?, port))
    }

    /// An address with or without brackets, as in `received` and `maddr`.
    #[must_use]
    pub fn parse_address(text: &str) -> Option<IpAddr> {
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        inner.unwrap_or(text).parse().ok()
    }

    /// The address, when it is one.
    #[must_use]
    pub const fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::Ip(ip) => Some(*ip),
        }
    }

    /// Whether both name the same host: names without case.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(one), Self::Name(two)) => one.eq_ignore_ascii_case(two),
            _ => self == other,
        }
    }
}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Self {
        Self::Ip(ip)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(IpAddr::V4(ip)) => write!(f, "{ip}"),
            Self::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
        }
    }
}

/// Also takes three colons, which a mistake in RFC 3261's grammar allows (RFC 5118 §4.10).
fn parse_ipv6(text: &str) -> Option<Ipv6Addr> {
    if text.len() > 64 {
        return None;
    }
    text.parse().ok().or_else(|| text.replace(":::", "::").parse().ok())
}

/// A URI. `==` compares as written; [`Uri::same_as`] as RFC 3261 §19.1.4 does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri {
    scheme: Scheme,
    /// Escaped, as it came or better. For `tel` the number; for other schemes everything.
    user: Option<String>,
    password: Option<String>,
    /// Empty name for schemes without a host.
    host: Host,
    port: Option<u16>,
    params: Params,
    /// After the question mark, as it came.
    headers: String,
}

impl Uri {
    /// `sip:user@host:port`; the user is escaped where needed.
    #[must_use]
    pub fn sip(user: Option<&str>, host: impl Into<Host>, port: Option<u16>) -> Self {
        let user = user.map(|user| escaped(user, |byte| byte != b'%' && is_user_byte(byte)));
        Self { user, host: host.into(), port, ..Self::bare(Scheme::Sip) }
    }

    /// `tel:+48601234567`
    #[must_use]
    pub fn tel(number: &str) -> Self {
        let kept = |letter: &char| {
            letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.' | '*' | '#')
        };
        Self { user: Some(number.chars().filter(kept).collect()), ..Self::bare(Scheme::Tel) }
    }

    const fn bare(scheme: Scheme) -> Self {
        Self {
            scheme,
            user: None,
            password: None,
            host: Host::Name(String::new()),
            port: None,
            params: Params::new(),
            headers: String::new(),
        }
    }

    /// Reads a URI as it stands alone or between angle brackets.
    ///
    /// `None` when it holds blanks, controls or quotes, or its host or port makes no sense.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let outlaw = |byte: u8| byte <= b' ' || matches!(byte, 0x7F | b'<' | b'>' | b'"');
        if text.bytes().any(outlaw) {
            return None;
        }
        let (scheme, rest) = text.split_once(':')?;
        if scheme.eq_ignore_ascii_case("sip") {
            Self::parse_sip(Scheme::Sip, rest)
        } else if scheme.eq_ignore_ascii_case("sips") {
            Self::parse_sip(Scheme::Sips, rest)
        } else if scheme.eq_ignore_ascii_case("tel") {
            Self::parse_tel(rest)
        } else {
            Self::parse_other(scheme, rest)
        }
    }

    fn parse_sip(scheme: Scheme, rest: &str) -> Option<Self> {
        // The user part may hold `;` and `?`, but never a bare `@` (RFC 3261 §25.1).
        let (user, password, rest) = match rest.split_once('@') {
            Some((info, rest)) => match info.split_once(':') {
                Some((user, password)) => (Some(user), Some(password), rest),
                None => (Some(info), None, rest),
            },
            None => (None, None, rest),
        };
        if user == Some("") {
            return None;
        }
        let (rest, headers) = rest.split_once('?').unwrap_or((rest, ""));
        let end = rest.find(';').unwrap_or(rest.len());
        let (host, port) = Host::parse_with_port(rest.get(..end)?)?;
        let params = Params::parse(rest.get(end..)?)?;
        Some(Self {
            scheme,
            user: user.map(|user| escaped(user, is_user_byte)),
            password: password.map(|password| escaped(password, is_user_byte)),
            host,
            port,
            params,
            headers: headers.to_owned(),
        })
    }

    fn parse_tel(rest: &str) -> Option<Self> {
        let end = rest.find(';').unwrap_or(rest.len());
        let number = rest.get(..end).filter(|number| !number.is_empty())?;
        let params = Params::parse(rest.get(end..)?)?;
        Some(Self { user: Some(number.to_owned()), params, ..Self::bare(Scheme::Tel) })
    }

    fn parse_other(scheme: &str, rest: &str) -> Option<Self> {
        let first = scheme.bytes().next()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        if !first.is_ascii_alphabetic() || !scheme.bytes().all(plain) || rest.is_empty() {
            return None;
        }
        let scheme = Scheme::Other(scheme.to_ascii_lowercase().into());
        Some(Self { user: Some(rest.to_owned()), ..Self::bare(scheme) })
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Whether it is `sip:` or `sips:`; others are answered with 416 as a request URI.
    #[must_use]
    pub const fn is_sip(&self) -> bool {
        matches!(self.scheme, Scheme::Sip | Scheme::Sips)
    }

    /// The user, unescaped; the number of a `tel:` as written.
    #[must_use]
    pub fn user(&self) -> Option<Cow<'_, str>> {
        self.user.as_deref().map(text::unescape)
    }

    /// The host; an empty name when the scheme has none.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// The port, when written.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// The parameters.
    #[must_use]
    pub const fn params(&self) -> &Params {
        &self.params
    }

    /// The value of a parameter, unescaped; empty for one without a value.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Cow<'_, str>> {
        if !self.params.has(name) {
            return None;
        }
        Some(text::unescape(self.params.value(name).unwrap_or("")))
    }

    /// What follows the question mark, as it came; empty when nothing does.
    #[must_use]
    pub fn headers(&self) -> &str {
        &self.headers
    }

    /// With a parameter set.
    #[must_use]
    pub fn with_param(mut self, name: &str, value: Option<&str>) -> Self {
        self.params.set(name, value);
        self
    }

    /// Without headers and without the `method` parameter, as a request URI must be
    /// (RFC 3261 §19.1.1, table 1).
    #[must_use]
    pub fn as_request_uri(&self) -> Self {
        let mut uri = self.clone();
        uri.headers.clear();
        uri.params.remove("method");
        uri
    }

    /// Whether both name the same resource (RFC 3261 §19.1.4, RFC 3966 §5).
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        if self.scheme != other.scheme {
            return false;
        }
        match self.scheme {
            Scheme::Sip | Scheme::Sips => {
                self.user() == other.user()
                    && self.password == other.password
                    && self.host.same_as(&other.host)
                    && self.port == other.port
                    && same_params(&self.params, &other.params)
                    && same_headers(&self.headers, &other.headers)
            }
            Scheme::Tel => {
                tel_digits(self) == tel_digits(other)
                    && self.param("phone-context") == other.param("phone-context")
            }
            Scheme::Other(_) => self.user == other.user,
        }
    }
}

/// Without visual separators (RFC 3966 §5.1.1).
fn tel_digits(uri: &Uri) -> String {
    let digits = uri.user.as_deref().unwrap_or("").chars();
    digits.filter(|letter| !"-.()".contains(*letter)).map(|c| c.to_ascii_lowercase()).collect()
}

/// Parameters in both must be equal; of those in one only, these five count.
fn same_params(one: &Params, two: &Params) -> bool {
    const NEVER_IGNORED: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];
    let covers = |left: &Params, right: &Params| {
        left.iter().all(|(name, value)| {
            if right.has(name) {
                let mine = text::unescape(value.unwrap_or(""));
                let theirs = text::unescape(right.value(name).unwrap_or(""));
                mine.eq_ignore_ascii_case(&theirs)
            } else {
                !NEVER_IGNORED.iter().any(|never| never.eq_ignore_ascii_case(name))
            }
        })
    };
    covers(one, two) && covers(two, one)
}

/// Headers are never ignored; their order is.
fn same_headers(one: &str, two: &str) -> bool {
    let sorted = |headers: &str| {
        let mut parts: Vec<String> =
            headers.split('&').map(|part| text::unescape(part).into_owned()).collect();
        parts.sort_unstable();
        parts
    };
    one == two || sorted(one) == sorted(two)
}

/// With escapes where a peer, or a person, left them out.
fn escaped(text: &str, allowed: impl Fn(u8) -> bool) -> String {
    if text.bytes().all(&allowed) {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    // Writing to a String cannot fail.
    let _ = write_escaped(&mut escaped, text, allowed);
    escaped
}

/// Bytes that a user part may hold without escape, and the percent sign of escapes that are
/// already there (RFC 3261 §25.1 `user`).
const fn is_user_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'_'
                | b'.'
                | b'!'
                | b'~'
                | b'*'
                | b'\''
                | b'('
                | b')'
                | b'&'
                | b'='
                | b'+'
                | b'$'
                | b','
                | b';'
                | b'?'
                | b'/'
                | b'%'
        )
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.scheme.as_str())?;
        let user = self.user.as_deref().unwrap_or("");
        if !self.is_sip() {
            f.write_str(user)?;
            return write!(f, "{}", self.params);
        }
        if self.user.is_some() {
            f.write_str(user)?;
            if let Some(password) = &self.password {
                write!(f, ":{password}")?;
            }
            f.write_str("@")?;
        }
        write!(f, "{}", self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)?;
        if self.headers.is_empty() { Ok(()) } else { write!(f, "?{}", self.headers) }
    }
}

/// `"Display" <uri>;params`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAddr {
    /// The display name without quotes and escapes.
    pub display: Option<String>,
    /// The URI.
    pub uri: Uri,
    /// The header's parameters, such as `tag`.
    pub params: Params,
}

impl NameAddr {
    /// Without display name and parameters.
    #[must_use]
    pub const fn new(uri: Uri) -> Self {
        Self { display: None, uri, params: Params::new() }
    }

    /// With a display name; an empty one is none.
    #[must_use]
    pub fn with_display(mut self, display: &str) -> Self {
        self.display = (!display.is_empty()).then(|| display.to_owned());
        self
    }

    /// With this tag instead of any other.
    #[must_use]
    pub fn with_tag(mut self, tag: &str) -> Self {
        self.params.set("tag", Some(tag));
        self
    }

    /// The tag of a From or To.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.params.value("tag")
    }

    /// Reads one value of From, To, Contact, Route and the like.
    ///
    /// `None` when a quote or bracket is not closed, when an unquoted display name holds
    /// ASCII that is no token, or when a bare URI holds what needs brackets (RFC 3261 §20).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = trim(text);
        if text.starts_with('"') {
            let (display, rest) = leading_quoted(text)?;
            return Self::parse_bracketed(display, trim(rest));
        }
        if let Some(bracket) = text.find('<') {
            let (display, rest) = text.split_at(bracket);
            let display = trim(display);
            let fits = |byte: u8| is_token_byte(byte) || matches!(byte, b' ' | b'\t' | 0x80..);
            if !display.bytes().all(fits) {
                return None;
            }
            return Self::parse_bracketed(display.to_owned(), rest);
        }
        let end = text.find(';').unwrap_or(text.len());
        let bare = trim(text.get(..end)?);
        if bare.contains(['?', ',']) {
            return None;
        }
        let params = Params::parse(text.get(end..)?)?;
        Some(Self { display: None, uri: Uri::parse(bare)?, params })
    }

    fn parse_bracketed(display: String, rest: &str) -> Option<Self> {
        let (uri, params) = rest.strip_prefix('<')?.split_once('>')?;
        let display = (!display.is_empty()).then_some(display);
        Some(Self { display, uri: Uri::parse(uri)?, params: Params::parse(params)? })
    }
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = &self.display {
            write!(f, "{} ", text::quote(display))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

#[cfg(test)]
mod tests;
