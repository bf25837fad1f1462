//! Digest answers as a phone makes them (RFC 2617 §3.2.2), MD5 with qop=auth.

use md5::{Digest, Md5};
use std::fmt::Write;

/// The value of `Authorization` for a challenge.
pub fn answer(challenge: &str, login: (&str, &str), method: &str, uri: &str, count: u32) -> String {
    let (user, password) = login;
    let realm = field(challenge, "realm").expect("a realm");
    let nonce = field(challenge, "nonce").expect("a nonce");
    let cnonce = format!("c{count:07x}");
    let nc = format!("{count:08x}");
    let secret = hex(&format!("{user}:{realm}:{password}"));
    let request = hex(&format!("{method}:{uri}"));
    let with_qop = field(challenge, "qop").is_some();
    let response = if with_qop {
        hex(&format!("{secret}:{nonce}:{nc}:{cnonce}:auth:{request}"))
    } else {
        hex(&format!("{secret}:{nonce}:{request}"))
    };
    let mut text = format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
         response=\"{response}\", algorithm=MD5"
    );
    if with_qop {
        let _ = write!(text, ", qop=auth, nc={nc}, cnonce=\"{cnonce}\"");
    }
    if let Some(opaque) = field(challenge, "opaque") {
        let _ = write!(text, ", opaque=\"{opaque}\"");
    }
    text
}

/// Whether a challenge is for MD5, which all phones know.
pub fn is_md5(challenge: &str) -> bool {
    field(challenge, "algorithm").is_none_or(|algorithm| algorithm.eq_ignore_ascii_case("md5"))
}

fn field(challenge: &str, name: &str) -> Option<String> {
    let start = challenge.find(&format!("{name}="))? + name.len() + 1;
    let rest = &challenge[start..];
    Some(match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or("").to_owned(),
        None => rest.split([',', ' ']).next().unwrap_or("").to_owned(),
    })
}

fn hex(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[test]
fn the_example_of_the_rfc_comes_out() {
    let challenge = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
                     nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc\"";
    let login = ("Mufasa", "Circle Of Life");
    let answer = answer(challenge, login, "GET", "/dir/index.html", 1);
    let secret = hex("Mufasa:testrealm@host.com:Circle Of Life");
    assert_eq!(secret, "939e7578ed9e3c518a452acee763bce9");
    assert_eq!(hex("GET:/dir/index.html"), "39aff3a2bab6126f332b942af96d3366");
    assert!(answer.contains("qop=auth, nc=00000001"), "{answer}");
}
