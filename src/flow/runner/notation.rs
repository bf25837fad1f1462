//! The name of each notation, as flows write it.

use crate::flow::graph::Action;

/// As in the flow's text, such as `menu`.
#[must_use]
pub const fn name(action: &Action) -> &'static str {
    match action {
        Action::Goto(_) => "goto",
        Action::If { .. } => "if",
        Action::Set(_) => "set",
        Action::CallFlow { .. } => "call_flow",
        Action::Return(_) => "return",
        Action::Escalate(_) => "escalate",
        Action::Wait(_) => "wait",
        Action::End => "end",
        Action::Answer => "answer",
        Action::HangUp(_) => "hangup",
        Action::Reject(_) => "reject",
        Action::Ringing => "ringing",
        Action::Language(_) => "language",
        Action::Transfer(_) => "transfer",
        Action::Play { .. } => "play",
        Action::Say { .. } | Action::SayText { .. } => "say",
        Action::Music { .. } => "music",
        Action::Menu(_) => "menu",
        Action::Collect(_) => "collect",
        Action::Record(_) => "record",
        Action::VerifyNumber(_) => "verify_number",
        Action::Queue(_) => "queue",
        Action::ExitQueue => "exit_queue",
        Action::Requeue(_) => "requeue",
        Action::StartCallback { .. } => "start_callback",
        Action::RegisterCallback(_) => "register_callback",
        Action::DismissCallback => "dismiss_callback",
        Action::QueryCallback(_) => "query_callback",
        Action::CancelCallback(_) => "cancel_callback",
        Action::TakeOverCallback(_) => "take_over_callback",
        Action::Http(_) => "http",
        Action::Lookup(_) => "lookup",
        Action::Tag(_) => "tag",
        Action::Note(_) => "note",
        Action::Event(_) => "event",
        Action::Voicemail(_) => "voicemail",
        Action::Listen => "listen",
    }
}
