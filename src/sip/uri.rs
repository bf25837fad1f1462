//! URIs and name-addrs (RFC 3261 §19.1, §20.10; RFC 3966 for `tel:`).

/// A URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri {}

/// `"Display" <uri>;params`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAddr {}
