//! One leg's sound: playing, recording, keys, bridges. Pure: datagrams in, datagrams out.

pub mod command;
