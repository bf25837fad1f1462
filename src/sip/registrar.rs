//! The registrar of agents' phones (RFC 3261 §10.3).

use super::event::Path;
use super::uri::Uri;
use crate::base::time::Utc;

/// One contact of an account: where one of its phones is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The Contact URI, put into the request URI of calls to it.
    pub contact: Uri,
    /// Where the REGISTER came from, so where its phone really is (RFC 3581).
    pub path: Path,
    /// End of validity.
    pub expires_at: Utc,
    /// Call-ID of the registration (RFC 3261 §10.3 step 7).
    pub call_id: String,
    /// CSeq of the registration.
    pub cseq: u32,
    /// The phone's User-Agent, for people.
    pub user_agent: String,
}
