//! The SIP wire: one datagram, or the bytes of a stream.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../common.rs"]
mod common;

fuzz_target!(|bytes: &[u8]| {
    common::sip(bytes);
});
