//! The server's side of digest: nonces that need no memory until they are used, and a bounded
//! memory of those that were.

use super::{Algorithm, Answer, Challenge, to_hex};
use crate::base::entropy::Entropy;
use crate::base::time::Moment;
use crate::sip::header::Headers;
use crate::sip::method::Method;
use crate::sip::uri::Uri;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a nonce may be used.
pub const NONCE_LIFE: Duration = Duration::from_secs(300);
/// Most used nonces that are remembered; the oldest is forgotten and becomes stale.
pub const NONCES_MAX: usize = 10_000;

/// How far behind the highest `nc` a late one may come; requests overtake each other on UDP.
const COUNT_WINDOW: u32 = 64;

/// What came of checking a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The password was right; this user stands behind the request.
    Ok(String),
    /// The password was right, but the nonce has expired or is of an earlier life of this
    /// server: challenge again with `stale`.
    Stale,
    /// The password was right, but this count of this nonce was used before: challenge again
    /// with `stale`, and count it.
    Replay,
    /// Unknown user, wrong password, other realm or other URI: challenge again, count it.
    Wrong,
    /// There is an answer for our realm that cannot be read.
    Malformed,
    /// No answer for us at all: challenge.
    Absent,
}

/// Which counts of one nonce were used.
#[derive(Debug, Clone, Copy)]
struct Used {
    highest: u32,
    /// Bit n: `highest − n` was used.
    recent: u64,
}

impl Used {
    /// Notes a count; `false` when it was used before or is too far behind.
    fn note(&mut self, count: u32) -> bool {
        if count > self.highest {
            let ahead = count - self.highest;
            self.recent = self.recent.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = count;
            return true;
        }
        let behind = self.highest - count;
        if behind >= COUNT_WINDOW || self.recent & (1 << behind) != 0 {
            return false;
        }
        self.recent |= 1 << behind;
        true
    }
}

/// Challenges requests and checks the answers.
#[derive(Debug)]
pub struct Gate {
    realm: String,
    algorithms: Vec<Algorithm>,
    key: [u8; 32],
    /// Number of the last nonce.
    serial: u64,
    /// Used nonces by their number.
    used: BTreeMap<u64, Used>,
    /// Nonces up to this number are no longer remembered.
    forgotten: u64,
}

impl Gate {
    /// A gate for one realm that offers these algorithms, the preferred first.
    #[must_use]
    pub fn new(realm: &str, algorithms: &[Algorithm], entropy: &mut Entropy) -> Self {
        let mut key = [0; 32];
        for chunk in key.chunks_exact_mut(8) {
            chunk.copy_from_slice(&entropy.u64().to_be_bytes());
        }
        let (realm, algorithms) = (realm.to_owned(), algorithms.to_vec());
        Self { realm, algorithms, key, serial: 0, used: BTreeMap::new(), forgotten: 0 }
    }

    /// The values of WWW-Authenticate, each a line of its own (RFC 8760 §2.4).
    #[must_use]
    pub fn challenges(&mut self, now: Moment, stale: bool) -> Vec<String> {
        self.serial += 1;
        let nonce = self.nonce(now, self.serial);
        let challenge = |&algorithm: &Algorithm| {
            Challenge {
                realm: self.realm.clone(),
                nonce: nonce.clone(),
                opaque: None,
                algorithm,
                auth: true,
                stale,
            }
            .to_string()
        };
        self.algorithms.iter().map(challenge).collect()
    }

    /// Checks the Authorization headers of a request. `password_of` knows the accounts.
    ///
    /// An unknown user costs the same time as a wrong password.
    pub fn verify<'p>(
        &mut self,
        now: Moment,
        (method, uri): (&Method, &Uri),
        headers: &Headers,
        password_of: impl FnOnce(&str) -> Option<&'p str>,
    ) -> Verdict {
        let answer = match self.find_answer(headers) {
            Ok(answer) => answer,
            Err(verdict) => return verdict,
        };
        let password = password_of(&answer.user);
        let expected = answer.expected(password.unwrap_or("no such user"), method);
        let right = same(expected.as_bytes(), answer.response.to_ascii_lowercase().as_bytes());
        if password.is_none() || !right || !names(&answer.uri, uri) {
            return Verdict::Wrong;
        }
        let Some(serial) = self.fresh(now, &answer.nonce) else { return Verdict::Stale };
        // Without `qop` there is no count, so the nonce serves once.
        let count = answer.counted.as_ref().map_or(1, |counted| counted.count);
        if self.note(serial, count) { Verdict::Ok(answer.user) } else { Verdict::Replay }
    }

    /// Accepts only answers for our realm, others are for proxies on the way, with a hash that was
    /// offered.
    fn find_answer(&self, headers: &Headers) -> Result<Answer, Verdict> {
        let mut verdict = Verdict::Absent;
        for line in headers.lines("Authorization") {
            match Answer::parse(line) {
                Some(answer)
                    if answer.realm == self.realm
                        && self.algorithms.contains(&answer.algorithm) =>
                {
                    return Ok(answer);
                }
                Some(_) => verdict = Verdict::Wrong,
                None if starts_with_digest(line) => verdict = Verdict::Malformed,
                None => {}
            }
        }
        Err(verdict)
    }

    /// 8 bytes of time, 8 of number, 16 of their keyed hash.
    fn nonce(&self, now: Moment, serial: u64) -> String {
        let mut bytes = [0; 16];
        let (time, number) = bytes.split_at_mut(8);
        time.copy_from_slice(&now.as_millis().to_be_bytes());
        number.copy_from_slice(&serial.to_be_bytes());
        let mac = keyed_hash(&self.key, &bytes);
        to_hex(&bytes) + to_hex(&mac).get(..32).unwrap_or_default()
    }

    /// The number of a nonce that we made and that still holds.
    fn fresh(&self, now: Moment, nonce: &str) -> Option<u64> {
        let time = u64::from_str_radix(nonce.get(..16)?, 16).ok()?;
        let serial = u64::from_str_radix(nonce.get(16..32)?, 16).ok()?;
        let ours = self.nonce(Moment::from_millis(time), serial);
        let alive = now.since(Moment::from_millis(time)) <= NONCE_LIFE;
        let known = serial > self.forgotten || self.used.contains_key(&serial);
        (same(ours.as_bytes(), nonce.as_bytes()) && alive && known).then_some(serial)
    }

    fn note(&mut self, serial: u64, count: u32) -> bool {
        if count == 0 {
            return false;
        }
        if let Some(used) = self.used.get_mut(&serial) {
            return used.note(count);
        }
        self.used.insert(serial, Used { highest: count, recent: 1 });
        if self.used.len() > NONCES_MAX
            && let Some((oldest, _)) = self.used.pop_first()
        {
            self.forgotten = self.forgotten.max(oldest);
        }
        true
    }
}

/// Whether the URI that was hashed is that of the request.
fn names(hashed: &str, uri: &Uri) -> bool {
    hashed == uri.to_string() || Uri::parse(hashed).is_some_and(|hashed| hashed.same_as(uri))
}

fn starts_with_digest(line: &str) -> bool {
    line.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("Digest"))
}

/// Compares without telling by its time where the difference is.
fn same(one: &[u8], two: &[u8]) -> bool {
    let differences = one.iter().zip(two).fold(0, |sum, (a, b)| sum | (a ^ b));
    one.len() == two.len() && std::hint::black_box(differences) == 0
}

/// HMAC-SHA-256 (RFC 2104).
fn keyed_hash(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    let mut inner_key = [0x36; 64];
    let mut outer_key = [0x5c; 64];
    for ((inner, outer), byte) in inner_key.iter_mut().zip(&mut outer_key).zip(key) {
        *inner ^= byte;
        *outer ^= byte;
    }
    let inner = Sha256::new().chain_update(inner_key).chain_update(text).finalize();
    Sha256::new().chain_update(outer_key).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests;
