//! The only room that awaits, binds, reads clocks, draws chance and opens files.

mod sip_inbox;
pub mod sip_ports;
mod sip_stream;
mod sip_udp;
pub mod prompts;
pub mod clock;
pub mod store;
