//! RTP as values: packets, sequences, telephone-events, playout buffer, reports. Knows nothing
//! of calls or sockets.

pub mod event;
pub mod jitter;
pub mod packet;
pub mod rtcp;
pub mod sequence;
