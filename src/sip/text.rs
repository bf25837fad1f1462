//! The small grammar under every header: tokens, quoted strings, lists, parameters, escapes
//! (RFC 3261 §7.3.1, §25.1).

use std::borrow::Cow;
use std::fmt;

/// Whether a byte may stand in a token (RFC 3261 §25.1).
#[must_use]
pub const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
}

/// Whether a text is a token: not empty, token bytes only.
#[must_use]
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Without blanks and tabs at both ends.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The number that a text of digits says; `None` when it is anything else or too big.
#[must_use]
pub fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// Follows quotes and angle brackets through a value, byte by byte.
///
/// ```text
///          `"`                    `<`
/// Quoted ◄────► Plain ──────────────────► Bracketed
///          `"`        ◄──────────────────
///                          `>`
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Plain,
    Quoted { escaped: bool },
    Bracketed,
}

impl Within {
    const fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Plain, b'"') => Self::Quoted { escaped: false },
            (Self::Plain, b'<') => Self::Bracketed,
            (Self::Quoted { escaped: true }, _) => Self::Quoted { escaped: false },
            (Self::Quoted { escaped: false }, b'\\') => Self::Quoted { escaped: true },
            (Self::Quoted { escaped: false }, b'"') | (Self::Bracketed, b'>') => Self::Plain,
            (same, _) => same,
        }
    }
}

/// Where `separator` first stands outside quotes and angle brackets.
fn find_outside(text: &str, separator: u8) -> Option<usize> {
    // Only what stands before the separator is looked at, or long lists would cost its square.
    let first = text.bytes().position(|byte| byte == separator)?;
    if !text.bytes().take(first).any(|byte| matches!(byte, b'"' | b'<')) {
        return Some(first);
    }
    let mut within = Within::Plain;
    for (index, byte) in text.bytes().enumerate() {
        if byte == separator && within == Within::Plain {
            return Some(index);
        }
        within = within.after(byte);
    }
    None
}

/// The parts of a text between separators outside quotes and angle brackets.
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Parts<'a> {
    /// The parts of `text`; `separator` is an ASCII byte.
    #[must_use]
    pub const fn new(text: &'a str, separator: u8) -> Self {
        Self { rest: Some(text), separator }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest?;
        let end = find_outside(text, self.separator);
        self.rest = end.and_then(|end| text.get(end + 1..));
        let part = end.and_then(|end| text.get(..end)).unwrap_or(text);
        Some(trim(part))
    }
}

/// The values of a comma-separated list; empty ones are skipped.
pub fn list(text: &str) -> impl Iterator<Item = &str> + Clone {
    Parts::new(text, b',').filter(|part| !part.is_empty())
}

/// Splits a leading quoted string off; gives its meaning and what follows it.
#[must_use]
pub fn leading_quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut meaning = String::with_capacity(inner.len());
    let mut escaped = false;
    for (index, letter) in inner.char_indices() {
        match letter {
            _ if escaped => {
                meaning.push(letter);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((meaning, inner.get(index + 1..).unwrap_or(""))),
            _ => meaning.push(letter),
        }
    }
    None
}

/// The meaning of a text that may be a quoted string.
#[must_use]
pub fn unquote(text: &str) -> Cow<'_, str> {
    match leading_quoted(text) {
        Some((meaning, "")) => Cow::Owned(meaning),
        _ => Cow::Borrowed(text),
    }
}

/// As a quoted string: quotes and backslashes escaped, control characters made blanks.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(if letter.is_control() { ' ' } else { letter });
    }
    quoted.push('"');
    quoted
}

/// The value of one hexadecimal digit.
const fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Undoes `%41` once (RFC 3261 §19.1.2). A percent sign without two digits stands for itself.
#[must_use]
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let pair = match (first, tail) {
            (b'%', &[high, low, ..]) => hex(high).zip(hex(low)),
            _ => None,
        };
        if let Some((high, low)) = pair {
            bytes.push(high << 4 | low);
            rest = tail.get(2..).unwrap_or(&[]);
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes `text` with every byte escaped for which `allowed` says no.
///
/// # Errors
/// Those of the formatter.
pub fn write_escaped(
    f: &mut impl fmt::Write,
    text: &str,
    allowed: impl Fn(u8) -> bool,
) -> fmt::Result {
    for letter in text.chars() {
        match u8::try_from(letter) {
            Ok(byte) if letter.is_ascii() && allowed(byte) => f.write_char(letter)?,
            _ if is_stray(letter) => write!(f, "%{:02X}", u32::from(letter) & 0xFF)?,
            _ => {
                for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                    write!(f, "%{byte:02X}")?;
                }
            }
        }
    }
    Ok(())
}

/// First of the private characters that stand for bytes which are not UTF-8.
const STRAY_FIRST: u32 = 0xEF00;
/// The first UTF-8 byte of all such characters; few others begin with it.
const STRAY_LEAD: u8 = 0xEE;

/// Bytes as text, such that [`write_bytes`] gives exactly the same bytes back.
///
/// A byte that is not UTF-8 becomes a private character (U+EF80 to U+EFFF); such characters
/// themselves are taken apart the same way, so that nothing is lost.
#[must_use]
pub fn from_bytes(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.as_bytes().contains(&STRAY_LEAD) => Cow::Borrowed(text),
        _ => Cow::Owned(decode_strays(bytes)),
    }
}

fn is_stray(letter: char) -> bool {
    (STRAY_FIRST + 0x80..=STRAY_FIRST + 0xFF).contains(&u32::from(letter))
}

fn stray(byte: u8) -> char {
    char::from_u32(STRAY_FIRST + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn decode_strays(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if is_stray(letter) {
                text.extend(letter.encode_utf8(&mut [0; 4]).bytes().map(stray));
            } else {
                text.push(letter);
            }
        }
        text.extend(chunk.invalid().iter().copied().map(stray));
    }
    text
}

/// Adds the bytes of `text` to `out`; the other half of [`from_bytes`].
///
/// A line break becomes a blank, so does a NUL that is no quoted pair: nothing that is written
/// through here can begin a line of its own.
pub fn write_bytes(out: &mut Vec<u8>, text: &str) {
    let start = out.len();
    if text.as_bytes().contains(&STRAY_LEAD) {
        for letter in text.chars() {
            match u8::try_from(u32::from(letter) & 0xFF) {
                Ok(byte) if is_stray(letter) => out.push(byte),
                _ => out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
    } else {
        out.extend_from_slice(text.as_bytes());
    }
    let mut before = 0;
    for byte in out.iter_mut().skip(start) {
        if is_unwritable(before, *byte) {
            *byte = b' ';
        }
        before = *byte;
    }
}

/// Line breaks, and a NUL that is no quoted pair.
const fn is_unwritable(before: u8, byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n') || (byte == 0 && before != b'\\')
}

/// A value as [`write_bytes`] would write it, without blanks at its ends.
#[must_use]
pub fn tidy(value: &str) -> String {
    let value = trim(value);
    // Without a branch for each byte, so that many are looked at together.
    let odd = value.bytes().fold(false, |odd, byte| odd | matches!(byte, b'\r' | b'\n' | 0));
    if !odd {
        return value.to_owned();
    }
    let mut before = 0;
    let mut blank = |letter: char| {
        let byte = u8::try_from(letter).unwrap_or(b'x');
        let unwritable = is_unwritable(before, byte);
        before = if unwritable { b' ' } else { byte };
        if unwritable { ' ' } else { letter }
    };
    trim(&value.chars().map(&mut blank).collect::<String>()).to_owned()
}

/// Most parameters of one value; some of what is done with them takes their square.
pub const PARAMS_MAX: usize = 64;

/// Parameters after a value: `;branch=z9hG4bK1;rport`. Names are compared without case.
///
/// Kept as they came, with blanks taken out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Params {
    raw: String,
}

impl Params {
    /// No parameters.
    #[must_use]
    pub const fn new() -> Self {
        Self { raw: String::new() }
    }

    /// Reads `;a=b;c`; empty text is no parameters, empty parameters are skipped.
    ///
    /// `None` when there are more than [`PARAMS_MAX`], a name is no token, or a value holds a
    /// blank, a control character, a bracket or an unfinished quote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = trim(text);
        if text.is_empty() {
            return Some(Self::new());
        }
        let body = text.strip_prefix(';')?;
        let mut raw = String::with_capacity(text.len());
        let parts = Parts::new(body, b';').filter(|part| !part.is_empty());
        for (index, part) in parts.enumerate() {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (trim(name), Some(trim(value))),
                None => (part, None),
            };
            if index == PARAMS_MAX || name.is_empty() || !name.bytes().all(is_param_byte) {
                return None;
            }
            raw.push(';');
            raw.push_str(name);
            if let Some(value) = value {
                if !is_param_value(value) {
                    return None;
                }
                raw.push('=');
                raw.push_str(value);
            }
        }
        Some(Self { raw })
    }

    /// Names and values in their order; a value as written, so perhaps with its quotes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let body = self.raw.strip_prefix(';').unwrap_or("");
        Parts::new(body, b';').filter(|part| !part.is_empty()).map(|part| {
            match part.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (part, None),
            }
        })
    }

    /// Whether the parameter is there, with or without a value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// The value as written; `None` when the parameter is absent or has no value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?.1
    }

    /// Sets a parameter, in its old place or at the end.
    ///
    /// A value that is neither a token nor an address is written as a quoted string.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        let mut raw = String::with_capacity(self.raw.len() + name.len() + 16);
        let mut done = false;
        for (known, old) in self.iter() {
            if !known.eq_ignore_ascii_case(name) {
                write_param(&mut raw, known, old);
            } else if !done {
                write_param(&mut raw, known, value);
                done = true;
            }
        }
        if !done && is_token(name) {
            write_param(&mut raw, name, value);
        }
        self.raw = raw;
    }

    /// Takes a parameter away.
    pub fn remove(&mut self, name: &str) {
        let mut raw = String::with_capacity(self.raw.len());
        for (known, value) in self.iter().filter(|(known, _)| !known.eq_ignore_ascii_case(name)) {
            write_param(&mut raw, known, value);
        }
        self.raw = raw;
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// As written: empty, or with the first semicolon.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.raw
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.raw)
    }
}

fn write_param(raw: &mut String, name: &str, value: Option<&str>) {
    raw.push(';');
    raw.push_str(name);
    if let Some(value) = value {
        raw.push('=');
        if is_param_value(value) {
            raw.push_str(value);
        } else {
            raw.push_str(&quote(value));
        }
    }
}

/// Parameter names: tokens, and what URIs allow beside them (RFC 3261 §25.1 `paramchar`).
const fn is_param_byte(byte: u8) -> bool {
    is_token_byte(byte)
        || matches!(byte, b'[' | b']' | b'/' | b':' | b'&' | b'$' | b'(' | b')' | 0x80..)
}

/// Values: a quoted string, or anything without blanks, controls, brackets and separators.
fn is_param_value(value: &str) -> bool {
    if value.starts_with('"') {
        return matches!(leading_quoted(value), Some((_, "")));
    }
    value.bytes().all(|byte| {
        byte > b' ' && byte != 0x7F && !matches!(byte, b'<' | b'>' | b'"' | b';' | b',')
    })
}
