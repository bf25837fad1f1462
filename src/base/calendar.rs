//! Opening hours, holidays and time zones.

/// Opening hours in one time zone.
#[derive(Debug, Clone)]
pub struct Calendar {}
