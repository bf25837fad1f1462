//! One leg's sound: playing, recording, keys, bridges. Pure: datagrams in, datagrams out.
//!
//! ```text
//!  Command ──►┌───────┐──► ShardOutput (events, sockets, recorded sound)
//! datagram ──►│ Shard │
//!  1 ms beat ►└───────┘──► Sink (packets, at once)
//!               └ Port: source · stream · playout · recorder · keypad · bridge
//! ```
//!
//! What a port sends when nothing plays: nothing, but one packet of silence each five seconds,
//! which keeps address translators and watchdogs of the far end content. RTP knows such gaps
//! (RFC 3551 §4.1): timestamps go on with the clock, and the next sound carries the marker.

pub mod bridge;
pub mod command;
pub mod keypad;
pub mod playout;
mod port;
pub mod recorder;
mod reports;
pub mod shard;
pub mod source;
pub mod stream;
pub mod traffic;
mod wheel;
