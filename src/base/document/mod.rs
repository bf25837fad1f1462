//! YAML as a node tree with positions and raw text, and the readers that decode it.
//!
//! ```text
//! text ──parse──► Node ──Fields::of──► take · required · finish ──► typed settings
//!          │                                   │
//!          └──────────── Complaints ◄──────────┘      every mistake, none stops the reading
//! ```
//!
//! Values are never guessed: `0601234567` is ten digits, `20:00` and `no` are text until a reader
//! asks for something else.

pub mod duration;
pub mod fields;
pub mod letters;
mod likely;
pub mod node;
pub mod parse;
pub mod print;
pub mod scalar;
mod skills;
pub mod written;

pub use fields::Fields;
pub use node::{Key, Kind, Node};
pub use parse::parse;

#[cfg(test)]
mod slip_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod writing_tests;
