//! Conditions in `if:`, typed.

/// A parsed and typed condition.
#[derive(Debug, Clone)]
pub struct Expression {}
