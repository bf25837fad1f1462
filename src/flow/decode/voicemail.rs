//! The step that leaves a message.

use super::Decoder;
use super::media::LONGEST_MAX;
use super::parameters::Parameters;
use super::value::UNREADABLE;
use crate::base::code;
use crate::base::digit::Digit;
use crate::flow::graph::{Action, Voicemail};
use crate::flow::types::Type;

impl<'a> Decoder<'a> {
    pub(super) fn voicemail(&mut self, parameters: &mut Parameters<'a>) -> Action {
        let mailbox = parameters.take("mailbox");
        let mailbox = mailbox.map(|node| self.operand(node, &[Type::Mailbox]));
        let greeting = self.prompts(parameters.take("greeting"));
        let node = parameters.take("longest");
        let longest = self.maybe_span(node);
        let least = parameters.take("shortest");
        let shortest = self.maybe_span(least);
        let most = longest.unwrap_or(LONGEST_MAX);
        if let Some(node) = node.or(least)
            && (most > LONGEST_MAX || most.is_zero() || shortest.is_some_and(|least| most < least))
        {
            let message = "a message is longer than `shortest` and at most one hour long";
            self.complaints.error(code::WRONG_VALUE, &node.place, message);
        }
        Action::Voicemail(Voicemail {
            mailbox: mailbox.unwrap_or(UNREADABLE),
            greeting,
            longest,
            shortest,
            silence: self.silence(parameters),
            finish: self.key(parameters.take("finish"), Some(Digit::HASH)),
            beep: self.yes_no(parameters.take("beep"), true),
            left: self.outcome(parameters.take("left")),
            empty: self.outcome(parameters.take("empty")),
            full: self.outcome(parameters.take("full")),
        })
    }
}
