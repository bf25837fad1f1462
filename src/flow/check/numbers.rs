//! Whether the number of a callback was ever verified.

use super::web::Web;
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::flow::graph::{Action, Flow, Operand};
use crate::flow::types::Type;
use std::collections::BTreeSet;

type Path = Vec<String>;

/// Warns where `register_callback` takes a number that nothing in this flow has verified.
///
/// The order of steps is not looked at: one verification anywhere is enough. Inputs of the type
/// `phone` were verified by whoever gave them.
pub(super) fn check(flow: &Flow, web: &Web<'_>, complaints: &mut Complaints) {
    let verified = verified(flow, web);
    for step in web.steps() {
        let Action::RegisterCallback(register) = &step.action else { continue };
        let own = own_number();
        let path = match &register.number {
            None => &own,
            Some(Operand::Variable(path)) => path,
            Some(Operand::Literal(_)) => continue,
        };
        let of_record = path.len() > 1 && path.first() != own.first();
        if !of_record && !verified.contains(path) {
            let message = format!("`{}` is never verified in this flow", path.join("."));
            complaints
                .warning(code::NUMBER_NOT_VERIFIED, &step.place, message)
                .help("`verify_number` before it, or `if: verify(…)`");
        }
    }
}

fn own_number() -> Path {
    ["caller", "number"].map(str::to_owned).to_vec()
}

fn verified(flow: &Flow, web: &Web<'_>) -> BTreeSet<Path> {
    let phones = flow.inputs.iter().filter(|(_, input)| input.kind == Type::Phone);
    let mut found: BTreeSet<Path> = phones.map(|(name, _)| vec![name.clone()]).collect();
    let mut copies: Vec<(&Path, Path)> = Vec::new();
    for step in web.steps() {
        if let Action::VerifyNumber(verify) = &step.action {
            found.extend(verify.save_as.iter().map(|name| vec![name.clone()]));
            if let Operand::Variable(path) = &verify.value {
                found.insert(path.clone());
            }
        } else if let Action::If { condition, .. } = &step.action {
            found.extend(condition.verified().iter().cloned());
        } else if let Action::Set(values) = &step.action {
            for (name, value) in values {
                if let Operand::Variable(path) = value {
                    copies.push((path, vec![name.clone()]));
                }
            }
        }
    }
    loop {
        let before = found.len();
        for (from, to) in &copies {
            if found.contains(*from) {
                found.insert(to.clone());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}
