//! The Town: phones, trunks and agents around one rehearsed Ringback.
//!
//! Phones speak SIP from hand-written text and RTP from hand-made bytes, and share no code with
//! the house, or both sides would share a mistake.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of the Town")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "what cannot be done in a story ends the story"
)]

pub mod calling;
pub mod digest;
pub mod ear;
pub mod g711;
pub mod handset;
pub mod light;
pub mod line;
pub mod mouth;
pub mod phone;
pub mod post;
pub mod site;
pub mod text;
pub mod town;
