//! Steps about the call itself: refusing and ending it, its language.

use super::Decoder;
use super::header::language;
use super::parameters::Parameters;
use super::value::UNREADABLE;
use crate::flow::graph::{Action, Operand};
use crate::flow::types::Type;
use crate::flow::value::Value;

/// Words for final statuses (RFC 3261 §21).
const CAUSES: [(&str, u16); 5] =
    [("busy", 486), ("declined", 603), ("unavailable", 480), ("not_found", 404), ("gone", 410)];

/// The status of `reject` without a cause: Temporarily Unavailable.
pub(super) const UNAVAILABLE: u16 = 480;

impl<'a> Decoder<'a> {
    /// Why a call is refused or ended, as a final status.
    pub(super) fn cause(&mut self, parameters: &mut Parameters<'a>) -> Option<u16> {
        let node = parameters.take("cause")?;
        if node.scalar().is_some_and(|text| text.parse::<i64>().is_ok()) {
            let status = node.integer(400..=699, self.complaints);
            return status.and_then(|status| u16::try_from(status).ok());
        }
        node.choice(&CAUSES, self.complaints)
    }

    pub(super) fn language(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let Some(node) = parameters.take("tag") else { return Action::Language(UNREADABLE) };
        if node.scalar().is_some_and(|text| text.starts_with('$')) {
            return Action::Language(self.operand(node, &[Type::Text]));
        }
        let language = language(node, self.around.site, self.complaints);
        Action::Language(language.map_or(UNREADABLE, |language| {
            Operand::Literal(Value::Text(language.tag().to_owned()))
        }))
    }
}
