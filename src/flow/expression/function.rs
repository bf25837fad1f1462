//! The functions of conditions.

use crate::flow::types::Type;

/// One function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Open,
    Holiday,
    Verify,
    Len,
    StartsWith,
    Matches,
    Known,
}

/// How a function is written, and what it gives.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    pub(super) function: Function,
    /// Its name.
    pub name: &'static str,
    /// What it takes, a word for each.
    pub arguments: &'static [&'static str],
    /// What it gives.
    pub returns: Type,
    /// One line for people.
    pub doc: &'static str,
    /// As a flow writes it.
    pub example: &'static str,
}

impl Signature {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|known| known.name == name)
    }
}

/// All of them.
pub const FUNCTIONS: &[Signature] = &[
    Signature {
        function: Function::Open,
        name: "open",
        arguments: &["hours"],
        returns: Type::YesNo,
        doc: "whether these opening hours are open now",
        example: "open(\"office-hours\")",
    },
    Signature {
        function: Function::Holiday,
        name: "holiday",
        arguments: &["hours"],
        returns: Type::YesNo,
        doc: "whether today is listed among their `holidays`, open or not",
        example: "holiday(\"office-hours\")",
    },
    Signature {
        function: Function::Verify,
        name: "verify",
        arguments: &["number", "country"],
        returns: Type::YesNo,
        doc: "whether this is a number, dialled in that country",
        example: "verify($number, $country)",
    },
    Signature {
        function: Function::Len,
        name: "len",
        arguments: &["text"],
        returns: Type::Number,
        doc: "how many characters",
        example: "len($typed)",
    },
    Signature {
        function: Function::StartsWith,
        name: "starts_with",
        arguments: &["text", "start"],
        returns: Type::YesNo,
        doc: "whether the text begins so",
        example: "starts_with($typed, \"48\")",
    },
    Signature {
        function: Function::Matches,
        name: "matches",
        arguments: &["text", "pattern"],
        returns: Type::YesNo,
        doc: "whether the whole text matches a regular expression, written out in quotes",
        example: "matches($typed, \"[0-9]{4}\")",
    },
    Signature {
        function: Function::Known,
        name: "known",
        arguments: &["value"],
        returns: Type::YesNo,
        doc: "whether it has a value",
        example: "known(queue.wait_estimate)",
    },
];
