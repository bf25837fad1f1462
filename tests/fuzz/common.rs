//! What all targets share: the judge of `tests/hostile`, made once, and its changes of texts.
#![allow(dead_code, unused_imports, reason = "each target uses a part")]

use ringback::base::entropy::Entropy;
use std::sync::OnceLock;

#[path = "../hostile/judge.rs"]
mod judge;
#[path = "../hostile/mutation.rs"]
mod mutation;

pub(crate) use judge::sip;

/// The judge of this process.
pub(crate) fn judge() -> &'static judge::Judge {
    static JUDGE: OnceLock<judge::Judge> = OnceLock::new();
    JUDGE.get_or_init(judge::Judge::new)
}

/// Half of the changes are those of `tests/hostile`, which know lines and parts; the others are
/// the fuzzer's own.
pub(crate) fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let text = data.get(..size).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let mut dice = Entropy::from_number(u64::from(seed));
    let Some(text) = text.filter(|_| dice.below(2) == 0) else {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    };
    let new = mutation::changed(text, text, &mut dice);
    let mut length = new.len().min(max_size).min(data.len());
    while !new.is_char_boundary(length) {
        length -= 1;
    }
    data[..length].copy_from_slice(&new.as_bytes()[..length]);
    length
}
