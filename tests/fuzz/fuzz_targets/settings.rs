//! The settings of a site.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

#[path = "../common.rs"]
mod common;

fuzz_target!(|text: &str| {
    common::judge().settings(text);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    common::mutate(data, size, max_size, seed)
});
