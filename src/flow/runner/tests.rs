//! Stories of flows, told by driving a runner with events.

mod asking;
mod callbacks;
mod control;
mod data;
mod hanging_up;
mod queueing;
mod shipped;
mod speaking;
mod stage;
mod voicemail;
