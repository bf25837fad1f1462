//! Agents: who may be offered work.

/// What an agent does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentState {
    /// Signed out.
    Off,
    /// Waits for work.
    Ready,
    /// An offer rings.
    Ringing,
    /// In a conversation, or in the material before one.
    Talking,
    /// Notes after a conversation.
    WrapUp,
    /// Signed in, no work wanted; why.
    NotReady(&'static str),
}
