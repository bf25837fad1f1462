//! The section `callbacks`: what may be dialled, and what never.

use super::reader::Reader;
use super::site::section;
use super::value;
use crate::base::code;
use crate::base::document::{Fields, Node, scalar::clip};
use crate::base::number::{NumberKind, PhoneNumber};
use crate::callback::policy::{Policy, is_never_dialled};
use crate::switchboard::settings::Trunk;
use std::collections::{BTreeMap, BTreeSet};

/// The policy: without `countries` those of the trunks that dial out. Our own numbers and ANIs
/// are never called.
pub(super) fn read(
    root: &mut Fields,
    trunks: &[Trunk],
    numbers: &BTreeMap<String, String>,
    reader: &mut Reader,
) -> Policy {
    let outward = trunks.iter().filter(|trunk| !trunk.peers.is_empty());
    let mut policy = Policy::of_countries(outward.map(|trunk| trunk.country));
    policy.own_numbers = own_numbers(trunks, numbers);
    let Some(mut fields) = section(root.take("callbacks"), "callbacks", reader) else {
        return policy;
    };
    if let Some(node) = fields.take("countries") {
        let countries = value::list(Some(node), &mut reader.complaints, value::country);
        policy.countries = countries.into_iter().collect();
    }
    if let Some(node) = fields.take("kinds") {
        policy.kinds = node.one_or_many().into_iter().filter_map(|n| kind(n, reader)).collect();
    }
    let complaints = &mut reader.complaints;
    policy.blocked =
        value::list(fields.take("blocked"), complaints, value::prefix).into_iter().collect();
    policy.allowed =
        value::list(fields.take("allowed"), complaints, value::prefix).into_iter().collect();
    fields.finish(complaints);
    policy
}

fn own_numbers(trunks: &[Trunk], numbers: &BTreeMap<String, String>) -> BTreeSet<PhoneNumber> {
    let called = numbers.keys().filter_map(|number| PhoneNumber::from_e164(number));
    let shown = trunks.iter().flat_map(|trunk| trunk.anis.iter().chain(&trunk.ani).cloned());
    called.chain(shown).collect()
}

fn kind(node: &Node, reader: &mut Reader) -> Option<NumberKind> {
    let text = node.text(&mut reader.complaints)?;
    let found = NumberKind::ALL.into_iter().find(|kind| kind.name() == text);
    match found {
        Some(kind) if is_never_dialled(kind) => {
            let message = format!("`{text}` is never dialled, whatever stands here");
            reader.complaints.error(code::NEVER_DIALLED, &node.place, message);
            None
        }
        Some(kind) => Some(kind),
        None => {
            let names = NumberKind::ALL.map(NumberKind::name);
            let message = format!("there is no kind of number `{}`", clip(text));
            reader
                .complaints
                .error(code::WRONG_VALUE, &node.place, message)
                .help(format!("one of: {}", names.join(", ")))
                .suggest(text, names);
            None
        }
    }
}
