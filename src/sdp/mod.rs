//! Session descriptions (RFC 8866) and how two of them agree (RFC 3264). Text only: no sockets,
//! no sound.

pub mod description;
pub mod offer;
pub mod parse;
pub mod terms;

#[cfg(test)]
mod tests;
