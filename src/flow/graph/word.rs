//! The word of each step, as flows write it.

use super::Action;

impl Action {
    /// Its notation, as in the flow's text, such as `menu`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Goto(_) => "goto",
            Self::If { .. } => "if",
            Self::Set(_) => "set",
            Self::CallFlow { .. } => "call_flow",
            Self::Return(_) => "return",
            Self::Escalate(_) => "escalate",
            Self::Wait(_) => "wait",
            Self::End => "end",
            Self::Answer => "answer",
            Self::HangUp(_) => "hangup",
            Self::Reject(_) => "reject",
            Self::Ringing => "ringing",
            Self::Language(_) => "language",
            Self::Transfer(_) => "transfer",
            Self::Play { .. } => "play",
            Self::Say { .. } | Self::SayText { .. } => "say",
            Self::Music { .. } => "music",
            Self::Menu(_) => "menu",
            Self::Collect(_) => "collect",
            Self::Record(_) => "record",
            Self::VerifyNumber(_) => "verify_number",
            Self::Queue(_) => "queue",
            Self::ExitQueue => "exit_queue",
            Self::Requeue(_) => "requeue",
            Self::StartCallback { .. } => "start_callback",
            Self::RegisterCallback(_) => "register_callback",
            Self::DismissCallback => "dismiss_callback",
            Self::QueryCallback(_) => "query_callback",
            Self::CancelCallback(_) => "cancel_callback",
            Self::TakeOverCallback(_) => "take_over_callback",
            Self::Http(_) => "http",
            Self::Lookup(_) => "lookup",
            Self::Tag(_) => "tag",
            Self::Note(_) => "note",
            Self::Event(_) => "event",
            Self::Voicemail(_) => "voicemail",
            Self::Listen => "listen",
        }
    }
}
