//! Ringback, a telephony server: the map of the house.
//!
//! A caller's whole life — ringing, prompt, digits, queue, callback, bridge — is decided by one
//! deterministic value, the `Switchboard`; everything that waits, listens, stores or knows what
//! time it is lives in one directory, [`io`].
//!
//! ```text
//!  roof     main
//!  floor 5  io            the only room that awaits, binds, reads clocks, draws chance,
//!                         opens files
//!  floor 4  config        text → typed settings of the rooms below
//!           rehearsal     the whole house on a virtual clock
//!  floor 3  switchboard   binds the rooms: calls, legs, bridges
//!  floor 2  media         one leg's sound
//!  floor 1  audio   rtp   sdp   sip   flow   queue   callback   voicemail
//!  floor 0  base          time, ids, digits, numbers, outbox, timers
//! ```

pub mod audio;
pub mod base;
pub mod callback;
pub mod config;
pub mod flow;
pub mod handbook;
pub mod io;
pub mod media;
pub mod queue;
pub mod rehearsal;
pub mod rtp;
pub mod sdp;
pub mod sip;
pub mod switchboard;
pub mod voicemail;
