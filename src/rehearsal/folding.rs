//! Finds what comes again and again, so that a report shows it once.

/// Longest round of things that is seen as one.
const ROUND_MAX: usize = 8;

/// Things in a row, and how often the row came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Round<'a, T> {
    /// The things, as they came the first time.
    pub(super) once: &'a [T],
    /// How often.
    pub(super) times: usize,
}

/// All things in order, what comes again and again as one round; `same` compares two.
pub(super) fn rounds<T>(all: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<Round<'_, T>> {
    let mut found = Vec::new();
    let mut rest = all;
    while !rest.is_empty() {
        let mut best = Round { once: rest.split_at(1).0, times: 1 };
        for long in 1..=ROUND_MAX.min(rest.len() / 2) {
            let (once, after) = rest.split_at(long);
            let again = |next: &&[T]| once.iter().zip(*next).all(|(one, other)| same(one, other));
            let times = 1 + after.chunks_exact(long).take_while(again).count();
            // Of rounds that cover the same, the shortest says it best.
            if times > 1 && times * long > best.times * best.once.len() {
                best = Round { once, times };
            }
        }
        rest = rest.get(best.once.len() * best.times..).unwrap_or_default();
        found.push(best);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(all: &str) -> String {
        let all: Vec<char> = all.chars().collect();
        let found = rounds(&all, |one, other| one == other);
        let written = found.into_iter().map(|round| {
            let once: String = round.once.iter().collect();
            if round.times == 1 { once } else { format!("({once}{})", round.times) }
        });
        written.collect()
    }

    #[test]
    fn what_comes_again_and_again_stands_once() {
        assert_eq!(shown(""), "");
        assert_eq!(shown("abc"), "abc");
        assert_eq!(shown("aaab"), "(a3)b");
        assert_eq!(shown("xababababy"), "x(ab4)y");
        // The shortest round, and what is left of one that was broken off.
        assert_eq!(shown("abcabcabcab"), "(abc3)ab");
        assert_eq!(shown("aaaa"), "(a4)");
    }

    #[test]
    fn nothing_is_lost() {
        for all in ["abcabcx", "aabaabaab", "abababcababab", "mississippi"] {
            let things: Vec<char> = all.chars().collect();
            let found = rounds(&things, |one, other| one == other);
            let back: String = found.iter().flat_map(|r| r.once.repeat(r.times)).collect();
            assert_eq!(back, all);
        }
    }
}
