//! Conditions, as they stand behind `if:`.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../common.rs"]
mod common;

fuzz_target!(|text: &str| {
    common::judge().condition(text);
});
