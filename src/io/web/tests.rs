//! Questions to a real server on loopback.

use super::*;
use crate::config::outside::Secret;
use crate::flow::web::Body;
use crate::io::https::testing::{Reply, Server};

fn service(server: &Server, credentials: Option<Credentials>) -> Service {
    let headers = BTreeMap::from([("x-site".to_owned(), "warsaw".to_owned())]);
    Service { url: format!("{}/api/", server.url()), headers, credentials }
}

fn web(server: &Server) -> Web {
    let token = Credentials::Bearer(Secret::new(b"a-token".to_vec()));
    Web::new(BTreeMap::from([("crm".to_owned(), service(server, Some(token)))]))
}

fn question(path: &str) -> WebRequest {
    WebRequest {
        service: Some("crm".to_owned()),
        address: path.to_owned(),
        method: Method::Get,
        headers: BTreeMap::new(),
        body: None,
        timeout: Duration::from_secs(20),
    }
}

async fn asked(web: &Web, request: WebRequest) -> Result<WebReply, WebFault> {
    let (answer, mut answers) = mpsc::channel(1);
    let at_once = web.ask(TicketId::from(1), request, answer);
    let answer = if at_once.is_some() { at_once } else { answers.recv().await };
    let Some(Input::Replied { reply, .. }) = answer else { panic!("no answer") };
    reply
}

#[tokio::test]
async fn a_service_is_asked_with_its_token_and_its_headers() {
    let mut server = Server::start(vec![Reply::Say(200, r#"{"tier":"gold"}"#.to_owned())]).await;
    let reply = asked(&web(&server), question("/customers/%2B48601234567?deep=yes")).await;
    let seen = server.asked().await;
    let header = |name: &str| seen.headers.get(name).cloned().unwrap_or_default();
    assert_eq!(seen.line, "GET /api/customers/%2B48601234567?deep=yes HTTP/1.1");
    assert_eq!(
        (header("authorization"), header("x-site")),
        ("Bearer a-token".into(), "warsaw".into())
    );
    let body = Json::read(br#"{"tier":"gold"}"#);
    assert_eq!(reply, Ok(WebReply { status: 200, body }));
}

#[tokio::test]
async fn a_body_is_sent_as_it_is_and_a_page_is_no_json() {
    let mut server = Server::start(vec![Reply::Say(500, "<html>".to_owned())]).await;
    let body = Some(Body { kind: "application/json", text: "{\"a\":1}".to_owned() });
    let request = WebRequest { method: Method::Put, body, ..question("orders") };
    let reply = asked(&web(&server), request).await;
    let seen = server.asked().await;
    assert_eq!((seen.line.as_str(), seen.body.as_str()), ("PUT /api/orders HTTP/1.1", "{\"a\":1}"));
    assert_eq!(reply, Ok(WebReply { status: 500, body: None }));
}

#[tokio::test]
async fn nobody_is_led_elsewhere() {
    let other = Server::start(Vec::new()).await;
    let server = Server::start(vec![Reply::Redirect(other.url())]).await;
    let reply = asked(&web(&server), question("orders")).await;
    assert_eq!(reply.map(|reply| reply.status), Ok(302));
}

#[tokio::test]
async fn an_address_of_a_flow_does_not_lead_behind_this_machine() {
    let mut server = Server::start(Vec::new()).await;
    let web = web(&server);
    let port = server.address.port();
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433"] {
        let address = format!("http://{host}:{port}/");
        let reply = asked(&web, WebRequest { service: None, address, ..question("") }).await;
        assert_eq!(reply, Err(WebFault::Forbidden), "{host}");
    }
    let address = format!("http://localhost:{port}/");
    let reply = asked(&web, WebRequest { service: None, address, ..question("") }).await;
    assert_eq!(reply, Err(WebFault::Unreachable));
    assert!(server.is_quiet());
}

#[tokio::test]
async fn an_answer_without_end_and_one_that_never_comes_are_given_up() {
    let long = Reply::Say(200, "x".repeat(ANSWER_BYTES_MAX + 1));
    let server = Server::start(vec![long, Reply::Silence]).await;
    let web = web(&server);
    assert_eq!(asked(&web, question("a")).await, Err(WebFault::TooLong));
    let hasty = WebRequest { timeout: Duration::from_millis(1), ..question("b") };
    assert_eq!(asked(&web, hasty).await, Err(WebFault::TimedOut));
}

#[tokio::test]
async fn too_many_questions_are_answered_as_busy() {
    let server = Server::start(vec![Reply::Silence; QUESTIONS_MAX]).await;
    let web = web(&server);
    let (answer, _answers) = mpsc::channel(1);
    let ask = |_| web.ask(TicketId::from(1), question("a"), answer.clone());
    let refused: Vec<Input> = (0..=QUESTIONS_MAX).filter_map(ask).collect();
    assert!(matches!(refused.as_slice(), [Input::Replied { reply: Err(WebFault::Busy), .. }]));
}
