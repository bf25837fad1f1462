//! The only room that awaits, binds, reads clocks, draws chance and opens files.

pub mod clock;
pub mod listening;
pub mod media_engine;
pub mod prompts;
pub mod recordings;
mod sip_inbox;
pub mod sip_ports;
mod sip_stream;
mod sip_udp;
pub mod softphone;
pub mod store;
pub mod temporary;
