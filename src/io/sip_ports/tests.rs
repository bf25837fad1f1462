//! Real sockets on loopback: what comes in, what goes out, and what happens when it cannot.

use super::*;
use crate::sip::message::Message;
use crate::sip::wire::read_datagram;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

const NEVER: Duration = Duration::from_secs(10);

fn loopback() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

fn request(method: &str, to: &str) -> String {
    format!(
        "{method} sip:ivr@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;rport\r\n\
         From: <sip:a@b>;tag=1\r\nTo: <sip:ivr@b>{to}\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

async fn event(events: &mut mpsc::Receiver<Event>) -> Event {
    tokio::time::timeout(NEVER, events.recv()).await.unwrap().unwrap()
}

async fn received(events: &mut mpsc::Receiver<Event>) -> (Message, Path) {
    let Event::Received { message, path } = event(events).await else { panic!("no message") };
    (message, path)
}

async fn undeliverable(events: &mut mpsc::Receiver<Event>) -> Path {
    let Event::Undeliverable { path } = event(events).await else { panic!("delivered") };
    path
}

/// What the peer reads on its connection until it has this many bytes, or the end.
async fn reads(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut limited = stream.take(length as u64);
    tokio::time::timeout(NEVER, limited.read_to_end(&mut bytes)).await.unwrap().unwrap();
    bytes
}

struct UdpPhone {
    socket: UdpSocket,
}

impl UdpPhone {
    async fn near(ports: &SipPorts) -> Self {
        let socket = UdpSocket::bind(loopback()).await.unwrap();
        socket.connect(ports.local_addr()).await.unwrap();
        Self { socket }
    }

    async fn says(&self, text: &str) {
        self.socket.send(text.as_bytes()).await.unwrap();
    }

    async fn hears(&self) -> Message {
        let mut buffer = [0; 2_000];
        let heard = tokio::time::timeout(NEVER, self.socket.recv(&mut buffer)).await;
        read_datagram(&buffer[..heard.unwrap().unwrap()]).unwrap()
    }
}

#[tokio::test]
async fn a_datagram_reaches_the_heart_stamped_and_an_answer_goes_back() {
    let (ports, mut events) = SipPorts::bind(loopback(), Limits::default()).await.unwrap();
    let phone = UdpPhone::near(&ports).await;
    phone.says("\r\n\r\n").await;
    phone.says(&request("OPTIONS", "")).await;
    let (message, path) = received(&mut events).await;
    assert_eq!(message.via().unwrap().reply_address(), Some(path.remote));
    ports.send(path, Message::response_to(&message, 200, None).to_bytes());
    assert_eq!(phone.hears().await.status(), Some(200));
}

#[tokio::test]
async fn a_datagram_that_makes_no_sense_is_answered_at_the_door() {
    let (ports, mut events) = SipPorts::bind(loopback(), Limits::default()).await.unwrap();
    let phone = UdpPhone::near(&ports).await;
    phone.says("not sip at all").await;
    phone.says(&request("INVITE", "").replace("CSeq: 1 INVITE", "CSeq: one INVITE")).await;
    let mut buffer = [0; 2_000];
    let length = phone.socket.recv(&mut buffer).await.unwrap();
    assert!(buffer[..length].starts_with(b"SIP/2.0 400 Malformed CSeq Header\r\n"));
    phone.says(&request("OPTIONS", "")).await;
    received(&mut events).await;
    assert_eq!(ports.counters().refused.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn when_the_heart_is_behind_new_work_is_turned_away_and_calls_are_still_served() {
    let limits = Limits { events_max: 4, ..Limits::default() };
    let (ports, mut events) = SipPorts::bind(loopback(), limits).await.unwrap();
    let phone = UdpPhone::near(&ports).await;
    for _ in 0..4 {
        phone.says(&request("INVITE", "")).await;
    }
    let answer = phone.hears().await;
    assert_eq!((answer.status(), answer.retry_after()), (Some(503), Some(RETRY_AFTER)));
    assert!(answer.to_tag().is_some());
    phone.says(&request("BYE", ";tag=2")).await;
    let mut methods = Vec::new();
    for _ in 0..4 {
        methods.push(received(&mut events).await.0.method().unwrap().to_string());
    }
    assert_eq!(methods, ["INVITE", "INVITE", "INVITE", "BYE"]);
    assert_eq!(ports.counters().shed.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_connection_carries_messages_and_keep_alives_both_ways() {
    let (ports, mut events) = SipPorts::bind(loopback(), Limits::default()).await.unwrap();
    let mut peer = TcpStream::connect(ports.local_addr()).await.unwrap();
    let text = request("OPTIONS", "") + "\r\n\r\n" + &request("OPTIONS", "");
    let (first, second) = text.split_at(50);
    peer.write_all(first.as_bytes()).await.unwrap();
    peer.flush().await.unwrap();
    peer.write_all(second.as_bytes()).await.unwrap();
    let (_, path) = received(&mut events).await;
    received(&mut events).await;
    assert_eq!(reads(&mut peer, 2).await, b"\r\n");
    ports.send(path, Bytes::from_static(b"by number"));
    assert_eq!(reads(&mut peer, 9).await, b"by number");
    ports.send(Path { connection: None, ..path }, Bytes::from_static(b"by address"));
    assert_eq!(reads(&mut peer, 10).await, b"by address");
    assert_eq!(ports.connections(), 1);
}

#[tokio::test]
async fn a_connection_is_made_when_none_is_there_or_the_old_one_is_gone() {
    let (ports, mut events) = SipPorts::bind(loopback(), Limits::default()).await.unwrap();
    let listener = TcpListener::bind(loopback()).await.unwrap();
    let remote = listener.local_addr().unwrap();
    let path = Path { transport: Transport::Tcp, remote, connection: Some(77) };
    ports.send(path, Bytes::from_static(b"one"));
    ports.send(path, Bytes::from_static(b"two"));
    let (mut peer, _) = listener.accept().await.unwrap();
    assert_eq!(reads(&mut peer, 6).await, b"onetwo");
    peer.write_all(request("OPTIONS", "").as_bytes()).await.unwrap();
    let (_, path) = received(&mut events).await;
    assert_eq!((path.remote, ports.connections()), (remote, 1));
}

#[tokio::test]
async fn what_nobody_takes_is_told_undeliverable() {
    let (ports, mut events) = SipPorts::bind(loopback(), Limits::default()).await.unwrap();
    let closed = TcpListener::bind(loopback()).await.unwrap();
    let remote = closed.local_addr().unwrap();
    drop(closed);
    let path = Path { transport: Transport::Tcp, remote, connection: None };
    ports.send(path, Bytes::from_static(b"x"));
    ports.send(path, Bytes::from_static(b"y"));
    assert_eq!(undeliverable(&mut events).await, path);
    assert_eq!(undeliverable(&mut events).await, path);
    let too_long = Bytes::from(vec![b'x'; 70_000]);
    let path = Path { transport: Transport::Udp, ..path };
    ports.send(path, too_long);
    assert_eq!(undeliverable(&mut events).await, path);
}

#[tokio::test]
async fn a_broken_stream_is_answered_and_closed() {
    let (ports, _events) = SipPorts::bind(loopback(), Limits::default()).await.unwrap();
    let mut peer = TcpStream::connect(ports.local_addr()).await.unwrap();
    let text = request("INVITE", "").replace("Length: 0", "Length: -1");
    peer.write_all(text.as_bytes()).await.unwrap();
    let answer = reads(&mut peer, 100_000).await;
    assert!(answer.starts_with(b"SIP/2.0 400 Malformed Content-Length Header\r\n"));
}

#[tokio::test]
async fn a_connection_that_brings_nothing_or_half_a_message_is_closed() {
    let stream = StreamLimits { half_way: Duration::from_millis(300), ..StreamLimits::default() };
    let limits = Limits { stream, ..Limits::default() };
    let (ports, mut events) = SipPorts::bind(loopback(), limits).await.unwrap();
    let mut silent = TcpStream::connect(ports.local_addr()).await.unwrap();
    assert!(reads(&mut silent, 1).await.is_empty());
    let mut half = TcpStream::connect(ports.local_addr()).await.unwrap();
    half.write_all((request("OPTIONS", "") + "INVITE sip:").as_bytes()).await.unwrap();
    received(&mut events).await;
    assert!(reads(&mut half, 1).await.is_empty());
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_the_others_go_on() {
    let stream = StreamLimits { connections_max: 1, ..StreamLimits::default() };
    let limits = Limits { stream, ..Limits::default() };
    let (ports, mut events) = SipPorts::bind(loopback(), limits).await.unwrap();
    let mut first = TcpStream::connect(ports.local_addr()).await.unwrap();
    first.write_all(request("OPTIONS", "").as_bytes()).await.unwrap();
    received(&mut events).await;
    let mut second = TcpStream::connect(ports.local_addr()).await.unwrap();
    assert!(reads(&mut second, 1).await.is_empty());
    first.write_all(request("OPTIONS", "").as_bytes()).await.unwrap();
    received(&mut events).await;
    assert_eq!(ports.counters().turned_away.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn closing_the_ports_closes_every_connection() {
    let (ports, mut events) = SipPorts::bind(loopback(), Limits::default()).await.unwrap();
    let mut peer = TcpStream::connect(ports.local_addr()).await.unwrap();
    peer.write_all(request("OPTIONS", "").as_bytes()).await.unwrap();
    received(&mut events).await;
    drop(ports);
    assert!(reads(&mut peer, 1).await.is_empty());
    let none = tokio::time::timeout(NEVER, events.recv()).await.unwrap();
    assert!(none.is_none());
}
