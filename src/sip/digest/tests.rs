//! Digest by the figures that the RFCs print.

use super::*;

fn login(user: &str, password: &str) -> Login {
    Login { user: user.to_owned(), password: password.to_owned() }
}

fn mufasa(algorithm: &str) -> Answer {
    let challenge = Challenge::parse(&format!(
        "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
         nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
         opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
    ))
    .unwrap();
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    let method = Method::parse("GET").unwrap();
    let asked = Asked { method: &method, uri: "/dir/index.html", cnonce, count: 1 };
    challenge.answer(&login("Mufasa", "Circle of Life"), asked)
}

#[test]
fn the_examples_of_rfc_7616_come_out_as_printed() {
    assert_eq!(mufasa("MD5").response, "8ca523f5e9506fed4657c9700eebdbec");
    assert_eq!(
        mufasa("SHA-256").response,
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    );
}

#[test]
fn a_server_without_qop_gets_the_old_form() {
    // RFC 2617 §3.5 with the qop taken out, computed by RFC 2069's formula.
    let challenge = Challenge::parse("Digest realm=\"r\", nonce=\"n\"").unwrap();
    let asked = Asked { method: &Method::REGISTER, uri: "sip:r", cnonce: "c", count: 1 };
    let answer = challenge.answer(&login("u", "p"), asked);
    let ha1 = Algorithm::Md5.hash(&["u", "r", "p"]);
    let ha2 = Algorithm::Md5.hash(&["REGISTER", "sip:r"]);
    assert_eq!(answer.response, Algorithm::Md5.hash(&[&ha1, "n", &ha2]));
    assert!(!answer.to_string().contains("nc="));
}

#[test]
fn an_answer_is_read_back_as_it_was_written() {
    let answer = Answer { user: "o\"neill\\".to_owned(), ..mufasa("SHA-256") };
    assert_eq!(Answer::parse(&answer.to_string()), Some(answer));
}

#[test]
fn the_first_challenge_that_can_be_computed_is_answered() {
    let response = Message::response_to(
        &Message::request(Method::INVITE, crate::sip::uri::Uri::tel("1")),
        407,
        None,
    )
    .with("Proxy-Authenticate", "Basic realm=\"x\"")
    .with("Proxy-Authenticate", "Digest realm=\"a\", nonce=\"1\", algorithm=SHA-512-256")
    .with("Proxy-Authenticate", "Digest realm=\"a\", nonce=\"2\", algorithm=SHA-256, stale=TRUE")
    .with("Proxy-Authenticate", "Digest realm=\"a\", nonce=\"3\"");
    let challenge = Challenge::of(&response).unwrap();
    assert_eq!((challenge.nonce.as_str(), challenge.stale), ("2", true));
}

#[test]
fn a_new_answer_takes_the_place_of_the_old_one_for_its_realm() {
    let mut headers = Headers::new();
    headers.push("Authorization", "Digest realm=\"elsewhere\", username=\"u\"");
    put_answer(&mut headers, "Authorization", &mufasa("MD5"));
    put_answer(&mut headers, "Authorization", &mufasa("SHA-256"));
    let lines: Vec<&str> = headers.lines("Authorization").collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(Answer::parse(lines[1]).unwrap().algorithm, Algorithm::Sha256);
}

#[test]
fn mangled_answers_are_not_read() {
    for text in [
        "Digest",
        "Digest username",
        "Digest username=\"u\", username=\"v\"",
        "Digest username=u, realm=r, nonce=n, uri=x, response=y, qop=auth, cnonce=c, nc=1",
        "Digest username=u, realm=r, nonce=n, uri=x, response=y, qop=auth-int",
    ] {
        assert_eq!(Answer::parse(text), None, "{text}");
    }
}
