//! The keys of a flow: what stands above its steps.

use super::{Kind, Parameter};

const fn key(name: &'static str, kind: Kind, doc: &'static str) -> Parameter {
    Parameter { name, kind, required: false, built: true, doc }
}

const fn must(name: &'static str, kind: Kind, doc: &'static str) -> Parameter {
    Parameter { required: true, ..key(name, kind, doc) }
}

const TYPE: Parameter = must("type", Kind::Type, "its type");
const DEFAULT: Parameter =
    key("default", Kind::Value(&[]), "its value where none is given; else it is unknown");

const INPUT: &[Parameter] = &[
    TYPE,
    key("required", Kind::YesNo, "whether who runs the flow has to give it; default false"),
    DEFAULT,
];
const OUTPUT: &[Parameter] = &[
    TYPE,
    key("one_of", Kind::Texts, "the texts that it may be"),
    key("optional", Kind::YesNo, "whether it may stay unknown; default false"),
];
const VARIABLE: &[Parameter] = &[TYPE, DEFAULT];

/// The keys of a flow.
pub const HEADER: &[Parameter] = &[
    must("flow", Kind::Text, "the name, as in the file's name"),
    must("format", Kind::Integer(1, 1), "the format of the file"),
    key("title", Kind::Text, "what people call it"),
    key("language", Kind::Language, "of prompts and spoken values; default: the site's"),
    key("inputs", Kind::Named(INPUT), "what the flow is given"),
    key("outputs", Kind::Named(OUTPUT), "what the flow gives to whoever called it"),
    key("vars", Kind::Named(VARIABLE), "its variables, with a stated type"),
    key("defaults", Kind::Defaults, "keys that hold where a step does not say otherwise"),
    key(
        "when_caller_hangs_up",
        Kind::Section,
        "runs when the caller hangs up while a callback is started",
    ),
    key("catch", Kind::Catch, "where escalations of the whole flow lead"),
    must("sections", Kind::Sections, "what happens; the first one is `start`"),
];
