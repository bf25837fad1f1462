//! The decoder of flows, and all that is done with a flow that it takes: standard form, picture,
//! rehearsal.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

#[path = "../common.rs"]
mod common;

fuzz_target!(|text: &str| {
    common::judge().flow("main", text);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    common::mutate(data, size, max_size, seed)
});
