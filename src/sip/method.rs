//! Methods of requests, those of the RFCs and any other.

use super::text::is_token;
use std::cmp::Ordering;
use std::fmt;

/// A method. Compared with case, as RFC 3261 §7.1 demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// One of those that an RFC names.
    Known(rsip::Method),
    /// Any other token, carried as it came.
    Other(Box<str>),
}

macro_rules! methods {
    ($($constant:ident $variant:ident $text:literal;)*) => {
        impl Method {
            $(
                #[doc = concat!("`", $text, "`")]
                pub const $constant: Self = Self::Known(rsip::Method::$variant);
            )*

            /// From the first word of a request line; `None` when it is no token.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$constant),)*
                    _ => is_token(text).then(|| Self::Other(text.into())),
                }
            }

            /// As written on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::Known(rsip::Method::$variant) => $text,)*
                    Self::Other(text) => text,
                }
            }
        }
    };
}

methods! {
    ACK Ack "ACK";
    BYE Bye "BYE";
    CANCEL Cancel "CANCEL";
    INFO Info "INFO";
    INVITE Invite "INVITE";
    MESSAGE Message "MESSAGE";
    NOTIFY Notify "NOTIFY";
    OPTIONS Options "OPTIONS";
    PRACK PRack "PRACK";
    PUBLISH Publish "PUBLISH";
    REFER Refer "REFER";
    REGISTER Register "REGISTER";
    SUBSCRIBE Subscribe "SUBSCRIBE";
    UPDATE Update "UPDATE";
}

impl Ord for Method {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Method {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_in_small_letters_is_another_method() {
        assert_eq!(Method::parse("INVITE"), Some(Method::INVITE));
        assert_eq!(Method::parse("invite"), Some(Method::Other("invite".into())));
        assert_eq!(Method::parse("IN VITE"), None);
    }
}
