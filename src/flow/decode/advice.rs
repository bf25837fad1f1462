//! What a beginner probably meant by a word that the language does not have.

use crate::flow::notation::Notation;

/// Words of other languages, and what they are called here.
const FOREIGN: [(&str, &str); 10] = [
    ("call", "transfer"),
    ("dial", "transfer"),
    ("exit", "end"),
    ("gather", "collect"),
    ("input", "collect"),
    ("jump", "goto"),
    ("pause", "wait"),
    ("prompt", "play"),
    ("sleep", "wait"),
    ("stop", "end"),
];

/// Notations that need a value although no single key of theirs must be there.
const NEED_A_VALUE: [&str; 2] = ["say", "transfer"];

/// What to do about a step that begins with `word`, which is no notation.
pub(super) fn of_notation(word: &str) -> Option<String> {
    if matches!(word, "then" | "else") {
        let help = "`then` and `else` belong to the `if` above: without a dash, in its column";
        return Some(help.to_owned());
    }
    if word.contains(" -") {
        return Some("a dash begins a step only with a space after it: `- answer`".to_owned());
    }
    if let Some((first, rest)) = word.split_once([':', ' '])
        && Notation::named(first).is_some()
    {
        let rest = rest.trim();
        return Some(format!("write `{first}: {rest}`, with a colon and a space"));
    }
    let known = FOREIGN.iter().find(|(foreign, _)| *foreign == word)?;
    Some(format!("it is called `{}` here", known.1))
}

/// What to do about a key that `notation` does not have.
pub(super) fn of_key(notation: &Notation, key: &str) -> Option<&'static str> {
    if notation.name == "if" && matches!(key, "elseif" | "elif" | "elsif" | "else_if") {
        return Some("a second question stands under `else`: `else: [ { if: …, then: … } ]`");
    }
    let of_telephone = super::value::digit(key).is_some();
    (of_telephone && notation.parameter("keys").is_some())
        .then_some("keys of the telephone stand below `keys:`, further in than it")
}

/// How a notation stands where a target does.
pub(super) fn at_once(notation: &Notation) -> String {
    let name = notation.name;
    let needs = notation.parameters.iter().any(|parameter| parameter.required);
    let list = if needs || NEED_A_VALUE.contains(&name) {
        format!("[ {{ {name}: … }} ]")
    } else {
        format!("[ {name} ]")
    };
    format!("to do it at once, write a list: `{list}`")
}
