//! Our answer to a 401 or 407 (RFC 3261 §22.2, §22.3).

use crate::base::entropy::Entropy;
use crate::sip::digest::{Asked, Challenge, Login, header_names, put_answer};
use crate::sip::message::Message;
use crate::sip::method::Method;

/// A login at the peer, and the challenge that it gave last.
#[derive(Debug, Clone)]
pub struct Credentials {
    login: Login,
    asked: Option<Known>,
}

/// A challenge that was taken up.
#[derive(Debug, Clone)]
struct Known {
    challenge: Challenge,
    /// The header that answers.
    header: &'static str,
    cnonce: String,
    /// How often the nonce was used.
    count: u32,
    /// Challenges in a row that brought no success.
    tries: u32,
    /// What the latest INVITE said, for its ACK.
    said: Option<String>,
}

/// Most challenges in a row; a peer may call every nonce stale.
const TRIES_MAX: u32 = 3;

impl Credentials {
    /// Not asked for yet.
    #[must_use]
    pub const fn new(login: Login) -> Self {
        Self { login, asked: None }
    }

    /// Takes up the challenge of a 401 or 407.
    ///
    /// `false` when there is nothing to try: no challenge that we can compute, the nonce that
    /// was answered already, or a new nonce that does not call the old one stale — the password
    /// is wrong then, and asking again would only lock us out.
    pub fn learn(&mut self, response: &Message, entropy: &mut Entropy) -> bool {
        let Some(challenge) = Challenge::of(response) else { return false };
        let names = response.status().and_then(header_names);
        let Some((_, header)) = names else { return false };
        let mut tries = 1;
        if let Some(known) = &self.asked {
            let same_asker = known.challenge.realm == challenge.realm && known.header == header;
            // A nonce that was good for requests before this one has simply grown old.
            let worn = known.count > 1;
            let again = known.challenge.nonce == challenge.nonce;
            tries = if worn { 1 } else { known.tries + 1 };
            if tries > TRIES_MAX || (same_asker && (again || !(challenge.stale || worn))) {
                return false;
            }
        }
        let cnonce = entropy.token(16);
        self.asked = Some(Known { challenge, header, cnonce, count: 0, tries, said: None });
        true
    }

    /// Puts the answer into a request, once a challenge is known. An ACK repeats what its
    /// INVITE said (RFC 3261 §22.1).
    pub fn apply(&mut self, request: &mut Message) {
        let (Some(known), Some(uri)) = (&mut self.asked, request.uri()) else { return };
        let Some(method) = request.method().cloned() else { return };
        if method == Method::ACK {
            if let Some(said) = &known.said {
                request.headers.push(known.header, said.clone());
            }
            return;
        }
        known.count = known.count.saturating_add(1);
        let uri = uri.to_string();
        let asked = Asked { method: &method, uri: &uri, cnonce: &known.cnonce, count: known.count };
        let answer = known.challenge.answer(&self.login, asked);
        put_answer(&mut request.headers, known.header, &answer);
        if method == Method::INVITE {
            known.said = Some(answer.to_string());
        }
    }
}
