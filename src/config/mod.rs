//! From configuration text to typed settings of the rooms below: "as typed" becomes "as meant".
//!
//! ```text
//! (path, text) ─parse─► Node ─overrides─► Node ─sections─► Settings ─check─► Loaded
//!                         │                        │           │
//!                         └───────── every mistake with its place ┘
//! ```
//!
//! Nothing here reads files, clocks or the environment: `io` hands all of it in. One mistake
//! never hides another; a setting that could not be read takes its default until the reading
//! is over, so that what follows is still checked.

pub mod defaults;
pub mod load;
pub mod outside;
pub mod report;
pub mod schema;

mod agents;
mod callbacks;
mod check;
mod flows;
mod hours;
mod mail;
mod mailboxes;
mod numbers;
mod overrides;
mod queues;
mod reader;
mod services;
mod site;
mod speech;
mod tables;
mod trunks;
mod value;
mod webhooks;

#[cfg(test)]
mod tests;
