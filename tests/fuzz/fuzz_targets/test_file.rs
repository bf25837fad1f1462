//! Test files of flows: what is read of them, and the cases that can be played.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

#[path = "../common.rs"]
mod common;

fuzz_target!(|text: &str| {
    common::judge().test_file("main", text);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    common::mutate(data, size, max_size, seed)
});
