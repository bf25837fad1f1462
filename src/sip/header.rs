//! Headers in their order: canonical names, lists, and the Via (RFC 3261 §7.3, §20).

use super::text::{self, Params, is_token, trim};
use super::uri::Host;
use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The names that RFCs give to headers of this length.
const fn known_names(length: usize) -> &'static [&'static str] {
    match length {
        2 => &["To"],
        3 => &["Via"],
        4 => &["From", "CSeq", "Path", "Date", "Join", "RAck", "RSeq"],
        5 => &["Allow", "Route", "Event"],
        6 => &["Accept", "Reason", "Min-SE", "Server"],
        7 => &["Contact", "Call-ID", "Require", "Subject", "Warning", "Expires", "Privacy"],
        8 => &["Reply-To", "Priority", "Identity", "Replaces", "Refer-To", "SIP-ETag"],
        9 => &["Supported", "Timestamp", "Call-Info", "Diversion", "Refer-Sub"],
        10 => &["User-Agent", "Alert-Info", "Error-Info"],
        11 => &[
            "Retry-After",
            "Unsupported",
            "In-Reply-To",
            "Min-Expires",
            "Referred-By",
            "Answer-Mode",
        ],
        12 => &[
            "Max-Forwards",
            "Content-Type",
            "Record-Route",
            "MIME-Version",
            "Organization",
            "Allow-Events",
            "History-Info",
            "SIP-If-Match",
        ],
        13 => &[
            "Authorization",
            "Proxy-Require",
            "Service-Route",
            "Identity-Info",
            "Target-Dialog",
            "P-Early-Media",
        ],
        14 => &["Content-Length", "Accept-Contact", "Reject-Contact"],
        15 => &["Session-Expires", "Accept-Encoding", "Accept-Language", "Remote-Party-ID"],
        16 => &["WWW-Authenticate", "Content-Encoding", "Content-Language", "P-Associated-URI"],
        18 => &["Proxy-Authenticate", "Subscription-State"],
        19 => &[
            "Authentication-Info",
            "Proxy-Authorization",
            "Content-Disposition",
            "P-Asserted-Identity",
            "Request-Disposition",
        ],
        20 => &["P-Preferred-Identity"],
        _ => &[],
    }
}

/// What a one-letter name stands for (RFC 3261 §7.3.3 and the RFCs after it).
const fn expand(letter: u8) -> Option<&'static str> {
    Some(match letter.to_ascii_lowercase() {
        b'a' => "Accept-Contact",
        b'b' => "Referred-By",
        b'c' => "Content-Type",
        b'd' => "Request-Disposition",
        b'e' => "Content-Encoding",
        b'f' => "From",
        b'i' => "Call-ID",
        b'j' => "Reject-Contact",
        b'k' => "Supported",
        b'l' => "Content-Length",
        b'm' => "Contact",
        b'n' => "Identity-Info",
        b'o' => "Event",
        b'r' => "Refer-To",
        b's' => "Subject",
        b't' => "To",
        b'u' => "Allow-Events",
        b'v' => "Via",
        b'x' => "Session-Expires",
        b'y' => "Identity",
        _ => return None,
    })
}

/// The name as its RFC writes it, compact forms expanded; unknown names stay as they came.
#[must_use]
pub fn canonical_name(name: &str) -> Cow<'static, str> {
    if let [letter] = name.as_bytes()
        && let Some(long) = expand(*letter)
    {
        return Cow::Borrowed(long);
    }
    known_names(name.len())
        .iter()
        .find(|known| known.eq_ignore_ascii_case(name))
        .map_or_else(|| Cow::Owned(name.to_owned()), |known| Cow::Borrowed(*known))
}

/// Whether commas in this header part values (RFC 3261 §7.3.1 and each header's grammar).
#[must_use]
pub fn is_list(name: &str) -> bool {
    const LISTS: &[&str] = &[
        "Via",
        "Contact",
        "Route",
        "Record-Route",
        "Allow",
        "Supported",
        "Require",
        "Accept",
        "Accept-Contact",
        "Accept-Encoding",
        "Accept-Language",
        "Alert-Info",
        "Allow-Events",
        "Call-Info",
        "Content-Encoding",
        "Content-Language",
        "Diversion",
        "Error-Info",
        "History-Info",
        "In-Reply-To",
        "P-Asserted-Identity",
        "P-Associated-URI",
        "P-Preferred-Identity",
        "Path",
        "Proxy-Require",
        "Reason",
        "Reject-Contact",
        "Remote-Party-ID",
        "Request-Disposition",
        "Service-Route",
        "Unsupported",
        "Warning",
    ];
    LISTS.iter().any(|list| list.eq_ignore_ascii_case(name))
}

/// Headers in their order; names are canonical (`Via`, also when `v` came).
///
/// Names given to its functions are full names in any case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers {
    lines: Vec<(Cow<'static, str>, String)>,
}

impl Headers {
    /// No headers.
    #[must_use]
    pub const fn new() -> Self {
        Self { lines: Vec::new() }
    }

    /// No headers, with room for this many lines.
    #[must_use]
    pub fn with_capacity(lines: usize) -> Self {
        Self { lines: Vec::with_capacity(lines) }
    }

    /// All lines as name and unfolded value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.iter().map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    /// How many lines there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no line.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The values of all lines of this name, lists not split.
    pub fn lines<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.lines
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether a line of this name is there.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.lines(name).next().is_some()
    }

    /// All values of this name in their order, lists split.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        // A header that is no list is one part: this byte is never in a text.
        let list = is_list(name);
        self.lines(name).flat_map(move |line| {
            let separator = if list { b',' } else { 0xFF };
            text::Parts::new(line, separator).filter(move |part| !list || !part.is_empty())
        })
    }

    /// The first value of this name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        let lines = self.lines.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let mut values = lines.map(|(_, value)| value.as_str());
        if is_list(name) { values.find_map(|line| text::list(line).next()) } else { values.next() }
    }

    /// Adds a line at the end.
    ///
    /// Line breaks, and NULs that are no quoted pair, become blanks; a name that is no token is
    /// our bug and adds nothing.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        if let Some(line) = clean(name, value.into()) {
            self.lines.push(line);
        }
    }

    /// Adds a line as the reader found it.
    pub(super) fn push_read(&mut self, name: &str, value: String) {
        self.lines.push((canonical_name(name), value));
    }

    /// Adds a folded part to the last line; gives its length now, `None` without any line.
    pub(super) fn fold(&mut self, part: &str) -> Option<usize> {
        let (_, value) = self.lines.last_mut()?;
        if !value.is_empty() && !part.is_empty() {
            value.push(' ');
        }
        value.push_str(part);
        Some(value.len())
    }

    /// Adds a line before all others.
    pub fn insert_first(&mut self, name: &str, value: impl Into<String>) {
        if let Some(line) = clean(name, value.into()) {
            self.lines.insert(0, line);
        }
    }

    /// Makes this the only line of its name, at the place of the first or at the end.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let Some(line) = clean(name, value.into()) else { return };
        let place = self.lines.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        self.remove(name);
        let place = place.unwrap_or(self.lines.len());
        self.lines.insert(place, line);
    }

    /// Takes all lines of this name away.
    pub fn remove(&mut self, name: &str) {
        self.lines.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// Puts `value` in the place of the first value of a list, or of the first line.
    pub fn replace_first(&mut self, name: &str, value: &str) {
        let list = is_list(name);
        let found = self.lines.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some((_, line)) = found else { return };
        let mut joined = text::tidy(value);
        if list {
            for part in text::list(line).skip(1) {
                joined.push_str(", ");
                joined.push_str(part);
            }
        }
        *line = joined;
    }

    /// Copies all lines of this name from another message, as they are.
    pub fn copy(&mut self, name: &str, from: &Self) {
        let lines = from.lines.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        self.lines.extend(lines.cloned());
    }

    /// Copies the first line of this name only.
    pub(super) fn copy_first(&mut self, name: &str, from: &Self) {
        let line = from.lines.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        self.lines.extend(line.cloned());
    }
}

/// A line that may leave this server, or nothing.
fn clean(name: &str, value: String) -> Option<(Cow<'static, str>, String)> {
    debug_assert!(is_token(name), "a header name must be a token");
    let value = if value.contains(['\r', '\n', '\0']) { text::tidy(&value) } else { value };
    is_token(name).then(|| (canonical_name(name), value))
}

/// One Via value (RFC 3261 §20.42).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// `UDP`, `TCP`, or any other, in capitals.
    pub transport: String,
    /// Host of sent-by.
    pub host: Host,
    /// Port of sent-by, when written.
    pub port: Option<u16>,
    /// `branch`, `received`, `rport` and others.
    pub params: Params,
}

impl Via {
    /// For a request of ours; asks for `rport` (RFC 3581 §3).
    #[must_use]
    pub fn new(transport: &str, host: impl Into<Host>, port: u16, branch: &str) -> Self {
        let mut params = Params::new();
        params.set("branch", Some(branch));
        params.set("rport", None);
        Self { transport: transport.to_owned(), host: host.into(), port: Some(port), params }
    }

    /// Reads one value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('/')?;
        let (version, rest) = rest.split_once('/')?;
        if !trim(name).eq_ignore_ascii_case("SIP") || trim(version) != "2.0" {
            return None;
        }
        let rest = trim(rest);
        let (transport, rest) = rest.split_once([' ', '\t'])?;
        if !is_token(transport) {
            return None;
        }
        let end = rest.find(';').unwrap_or(rest.len());
        let (host, port) = Host::parse_with_port(trim(rest.get(..end)?))?;
        if matches!(&host, Host::Name(name) if name.is_empty()) {
            return None;
        }
        let params = Params::parse(rest.get(end..)?)?;
        Some(Self { transport: transport.to_ascii_uppercase(), host, port, params })
    }

    /// The branch; requests of RFC 2543 have none.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.params.value("branch").filter(|branch| !branch.is_empty())
    }

    /// Whether the branch is unique over time, as RFC 3261 §8.1.1.7 makes it.
    #[must_use]
    pub fn has_magic_branch(&self) -> bool {
        const MAGIC: &str = "z9hG4bK";
        self.branch().is_some_and(|branch| {
            branch.len() > MAGIC.len()
                && branch
                    .get(..MAGIC.len())
                    .is_some_and(|cookie| cookie.eq_ignore_ascii_case(MAGIC))
        })
    }

    /// Where the request came from, as the next hop saw it.
    #[must_use]
    pub fn received(&self) -> Option<IpAddr> {
        Host::parse_address(self.params.value("received")?)
    }

    /// The source port, as the next hop saw it.
    #[must_use]
    pub fn rport(&self) -> Option<u16> {
        text::number(self.params.value("rport")?)
    }

    /// Notes where the request really came from (RFC 3261 §18.2.1, RFC 3581 §4).
    pub fn stamp(&mut self, source: SocketAddr) {
        let asked = self.params.has("rport");
        if asked || self.host.ip() != Some(source.ip()) {
            self.params.set("received", Some(&source.ip().to_string()));
        }
        if asked {
            self.params.set("rport", Some(&source.port().to_string()));
        }
    }

    /// Where a response over UDP goes (RFC 3261 §18.2.2, RFC 3581 §4); `None` when that would
    /// need a name to be resolved.
    #[must_use]
    pub fn reply_address(&self) -> Option<SocketAddr> {
        let maddr = self.params.value("maddr").and_then(Host::parse_address);
        if let Some(ip) = maddr {
            return Some(SocketAddr::new(ip, self.port.unwrap_or(5060)));
        }
        let ip = self.received().or_else(|| self.host.ip())?;
        Some(SocketAddr::new(ip, self.rport().or(self.port).unwrap_or(5060)))
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}", self.transport, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)
    }
}
