//! The only room that awaits, binds, reads clocks, draws chance and opens files.

pub mod cli;
pub mod clock;
pub mod control;
mod https;
pub mod listening;
pub mod mail;
pub mod media_engine;
pub mod node;
pub mod order;
pub mod place;
pub mod prompts;
pub mod recordings;
pub mod server;
mod sip_inbox;
pub mod sip_ports;
mod sip_stream;
mod sip_udp;
pub mod site;
pub mod softphone;
pub mod speech;
pub mod steward;
pub mod store;
pub mod temporary;
pub mod versions;
pub mod web;
pub mod webhooks;
