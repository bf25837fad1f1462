//! What may be dialled, and what never.

/// The rules; checked at Register and again before each INVITE.
#[derive(Debug, Clone, Default)]
pub struct Policy {}
