//! Changes that a slip of the hand, an editor, or somebody of ill will makes to a text.

use ringback::base::entropy::Entropy;

/// Longest text that a change makes; more is cut.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// Pieces that mean something to a reader of flows, or to one of YAML.
const PIECES: [&str; 36] = [
    "again",
    "end",
    "$line",
    "$",
    "${",
    "$a.b.c.d",
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    "? ",
    "!!str ",
    "&a ",
    "*a",
    "<<: *a",
    "%YAML 9.9",
    "---",
    "...",
    "|",
    ">-",
    "#",
    " #",
    "\"",
    "'",
    "\\",
    "\t",
    "\r",
    "\r\n",
    "~",
    "null",
    "start",
    "failed: again",
    "gave_up: end",
    "- goto: start\n",
];

/// Pieces at the edge of what their readers take.
const LIMITS: [&str; 14] = [
    "0..99999999999",
    "99999999999999999999d",
    "-1s",
    "0s",
    "9..1",
    "not not",
    "==",
    "(((",
    "matches($typed, \"(a*)*\")",
    "known()",
    "24:00",
    "2026-02-30",
    "1.999 PLN",
    "9223372036854775808",
];

/// Letters that are wider, narrower, or other than they look.
const LETTERS: [&str; 16] = [
    "\0",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{301}",
    "\u{200b}",
    "\u{202e}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{fffd}",
    "\u{ffff}",
    "ß",
    "İ",
    "𝟘",
    "👩\u{200d}👩",
];

/// Changes a text once or a few times, gently or roughly; `other` gives words and parts of its own.
pub(crate) fn changed(text: &str, other: &str, dice: &mut Entropy) -> String {
    let mut text = text.to_owned();
    let gently = dice.below(2) == 0;
    for _ in 0..=dice.below(2) {
        text = if gently { gentle(&text, other, dice) } else { rough(&text, other, dice) };
    }
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// What is often still a flow.
fn gentle(text: &str, other: &str, dice: &mut Entropy) -> String {
    match dice.below(4) {
        0 => word(text, text, dice),
        1 => line(text, text, dice),
        2 => part(text, text, dice),
        _ => part(text, other, dice),
    }
}

fn rough(text: &str, other: &str, dice: &mut Entropy) -> String {
    match dice.below(10) {
        0 => bytes(text, dice),
        1 => inserted(text, pick(&LETTERS, dice), dice),
        2 => inserted(text, pick(&PIECES, dice), dice),
        3 => inserted(text, pick(&LIMITS, dice), dice),
        4 => word(text, other, dice),
        5 => line(text, other, dice),
        6 => part(text, other, dice),
        7 => deep(text, dice),
        8 => long(text, dice),
        _ => bomb(text, dice),
    }
}

/// Some bytes are others, or are not there.
fn bytes(text: &str, dice: &mut Entropy) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=dice.below(4) {
        let at = index(bytes.len(), dice);
        match dice.below(3) {
            0 => bytes.insert(at, dice.u32().to_le_bytes()[0]),
            1 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            _ if at < bytes.len() => drop(bytes.remove(at)),
            _ => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn inserted(text: &str, piece: &str, dice: &mut Entropy) -> String {
    let mut at = index(text.len() + 1, dice);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    format!("{}{piece}{}", &text[..at], &text[at..])
}

/// A word is another one.
fn word(text: &str, other: &str, dice: &mut Entropy) -> String {
    let own = words(text);
    let new = words(if dice.below(2) == 0 { text } else { other });
    let (Some((start, end)), Some((from, to))) = (own_pick(&own, dice), own_pick(&new, dice))
    else {
        return text.to_owned();
    };
    let source = if new == own { text } else { other };
    let new = match dice.below(4) {
        0 => pick(&PIECES, dice),
        _ => source.get(from..to).unwrap_or_default(),
    };
    format!("{}{new}{}", &text[..start], &text[end..])
}

/// A line comes twice, or never, or elsewhere, or deeper.
fn line(text: &str, other: &str, dice: &mut Entropy) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let others: Vec<&str> = other.lines().collect();
    let (at, to) = (index(lines.len(), dice), index(lines.len(), dice));
    let Some(line) = lines.get(at).cloned() else { return text.to_owned() };
    match dice.below(6) {
        0 => lines.insert(to, line),
        1 => drop(lines.remove(at)),
        2 => lines.swap(at, to),
        3 => lines[at] = format!("  {line}"),
        4 => lines[at] = line.strip_prefix("  ").unwrap_or(&line).to_owned(),
        _ => lines.insert(to, others.get(index(others.len(), dice)).copied().unwrap_or("").into()),
    }
    lines.join("\n") + "\n"
}

/// A line with everything below it comes twice, or never, or from another text.
fn part(text: &str, other: &str, dice: &mut Entropy) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let (start, end) = subtree(&lines, dice);
    let taken: Vec<&str> = lines[start..end].to_vec();
    match dice.below(4) {
        0 => drop(lines.drain(start..end)),
        1 => drop(lines.splice(start..start, taken)),
        2 => {
            let to = index(lines.len() + 1, dice);
            drop(lines.splice(to..to, taken));
        }
        _ => {
            let others: Vec<&str> = other.lines().collect();
            let (from, until) = subtree(&others, dice);
            drop(lines.splice(start..end, others[from..until].to_vec()));
        }
    }
    lines.join("\n") + "\n"
}

/// A line and the lines below it that stand further to the right.
fn subtree(lines: &[&str], dice: &mut Entropy) -> (usize, usize) {
    let start = index(lines.len(), dice);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let Some(first) = lines.get(start) else { return (0, 0) };
    let below = lines[start + 1..].iter().take_while(|line| indent(line) > indent(first));
    (start, start + 1 + below.count())
}

/// Braces, brackets, conditions or steps within each other.
fn deep(text: &str, dice: &mut Entropy) -> String {
    let depth = [3, 12, 40, 200, 5_000][index(5, dice)];
    let piece = match dice.below(6) {
        0 => format!("{}a{}", "[".repeat(depth), "]".repeat(depth)),
        1 => "[".repeat(depth),
        2 => format!("{}b{}", "{a: ".repeat(depth), "}".repeat(depth)),
        3 => format!("{}confirmed{}", "(".repeat(depth), ")".repeat(depth)),
        4 => format!("{}confirmed", "not ".repeat(depth)),
        _ => {
            let open = "{ if: known(caller.number), then: [ ".repeat(depth);
            format!("{open}end{}", " ] }".repeat(depth))
        }
    };
    if dice.below(2) == 0 {
        return inserted(text, &piece, dice);
    }
    let lines: Vec<&str> = text.lines().collect();
    let at = index(lines.len(), dice);
    let value = lines.get(at).and_then(|line| line.split_once(": ")).map_or("- ", |(key, _)| key);
    let line = if value == "- " { format!("- {piece}") } else { format!("{value}: {piece}") };
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    match lines.get_mut(at) {
        Some(old) => *old = line,
        None => lines.push(line),
    }
    lines.join("\n") + "\n"
}

/// One word, line or comment without end.
fn long(text: &str, dice: &mut Entropy) -> String {
    let piece = ["a", "é", " ", "# ", "x, ", "- answer\n", "a: b\n", "\n", "1 and ", "$line "];
    let times = [20, 300, 4_000][index(3, dice)];
    inserted(text, &pick(&piece, dice).repeat(times), dice)
}

/// Few letters that stand for many.
fn bomb(text: &str, dice: &mut Entropy) -> String {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x]\n");
    for depth in 1..12 {
        let many = vec![format!("*a{}", depth - 1); 8].join(", ");
        bomb.push_str(&format!("a{depth}: &a{depth} [{many}]\n"));
    }
    match dice.below(3) {
        0 => format!("{bomb}{text}"),
        1 => format!("{text}{bomb}"),
        _ => inserted(text, "&a [*a, *a]", dice),
    }
}

fn words(text: &str) -> Vec<(usize, usize)> {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '$');
    let mut found = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices() {
        match (is_part(letter), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((from, at));
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    found
}

fn own_pick(words: &[(usize, usize)], dice: &mut Entropy) -> Option<(usize, usize)> {
    words.get(index(words.len(), dice)).copied()
}

fn pick<'a>(from: &[&'a str], dice: &mut Entropy) -> &'a str {
    from[index(from.len(), dice)]
}

/// A place among so many; 0 of none.
pub(crate) fn index(count: usize, dice: &mut Entropy) -> usize {
    usize::try_from(dice.below(count as u64)).unwrap_or_default()
}
