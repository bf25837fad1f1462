//! A web server for tests: on loopback, on a port of the system's choice, with answers by a list.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What came in.
#[derive(Debug, Clone)]
pub(in crate::io) struct Asked {
    /// `POST /hooks HTTP/1.1`
    pub(in crate::io) line: String,
    /// Names in lower case.
    pub(in crate::io) headers: BTreeMap<String, String>,
    pub(in crate::io) body: String,
}

/// What goes out.
#[derive(Debug, Clone)]
pub(in crate::io) enum Reply {
    /// A status with a body.
    Say(u16, String),
    /// A redirect to there.
    Redirect(String),
    /// Nothing, for as long as the other side likes.
    Silence,
}

/// A server that runs until it is dropped.
pub(in crate::io) struct Server {
    pub(in crate::io) address: SocketAddr,
    asked: mpsc::Receiver<Asked>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers in this order, then with `200` and `{}`.
    pub(in crate::io) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a socket");
        let address = listener.local_addr().expect("an address");
        let (tell, asked) = mpsc::channel(64);
        let task = tokio::spawn(async move {
            let mut replies = replies.into_iter();
            let mut silent = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                let _ = tell.send(request).await;
                let reply = replies.next().unwrap_or_else(|| Reply::Say(200, "{}".to_owned()));
                if matches!(reply, Reply::Silence) {
                    silent.push(stream);
                } else {
                    write(&mut stream, &reply).await;
                }
            }
        });
        Self { address, asked, task }
    }

    pub(in crate::io) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request.
    pub(in crate::io) async fn asked(&mut self) -> Asked {
        self.asked.recv().await.expect("a request")
    }

    /// Whether nobody asked anything that was not taken.
    pub(in crate::io) fn is_quiet(&mut self) -> bool {
        self.asked.try_recv().is_err()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes.get(..head)?.to_vec()).ok()?;
    let mut lines = text.lines();
    let line = lines.next()?.to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(bytes.get(head + 4..)?.to_vec()).ok()?;
    Some(Asked { line, headers, body })
}

async fn write(stream: &mut TcpStream, reply: &Reply) {
    let (status, place, body) = match reply {
        Reply::Say(status, body) => (*status, String::new(), body.as_str()),
        Reply::Redirect(to) => (302, format!("location: {to}\r\n"), ""),
        Reply::Silence => return,
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\n{place}connection: close\r\n\r\n"
    );
    // The other side may have hung up already.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body.as_bytes()).await;
}
