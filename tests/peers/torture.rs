//! Broken and odd messages on real sockets: each is answered or dropped, and the server lives.

use super::server::Server;
use super::site::{Site, TRUNK};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// Longest wait for an answer.
const SOON: Duration = Duration::from_secs(5);

/// What goes into a message where the text says so.
const PLACES: [(&str, &str); 2] = [("\n", "\r\n"), ("{via}", "SIP/2.0/UDP 127.0.0.2")];

/// The messages, one after the other, each behind a line `== why`.
const MESSAGES: &str = include_str!("../sipp/torture/messages.txt");

/// Name and text of each message.
fn messages() -> Vec<(String, Vec<u8>)> {
    let parts = MESSAGES.split("\n== ").skip(1);
    parts
        .map(|part| {
            let (name, text) = part.split_once('\n').expect("a message behind its name");
            let mut text = text.trim_end_matches('\n').to_owned() + "\n";
            if !text.contains("\n\n") && !name.contains("unfinished") {
                text += "\n";
            }
            for (place, value) in PLACES {
                text = text.replace(place, value);
            }
            (name.to_owned(), unescaped(&text))
        })
        .collect()
}

/// `\xNN` is a byte, `\long` are 4000 letters.
fn unescaped(text: &str) -> Vec<u8> {
    let text = text.replace("\\long", &"a".repeat(4_000));
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits"));
        bytes.extend(rest.bytes());
    }
    bytes
}

fn options(transport: &str, port: u16, number: usize) -> String {
    format!(
        "OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{transport} {TRUNK}:{port};\
         branch=z9hG4bKalive{number}\r\nFrom: <sip:alive@{TRUNK}>;tag=a\r\n\
         To: <sip:127.0.0.1>\r\nCall-ID: alive-{transport}-{number}\r\nCSeq: 1 OPTIONS\r\n\
         Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
}

/// Whether this is the 200 of that OPTIONS.
fn is_answer(text: &str, transport: &str, number: usize) -> bool {
    text.contains("SIP/2.0 200 ") && text.contains(&format!("alive-{transport}-{number}\r\n"))
}

/// A UDP socket of the trunk.
fn udp(server: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind((TRUNK, 0)).expect("a socket");
    socket.connect(server).expect("a server");
    socket.set_read_timeout(Some(SOON)).expect("a socket");
    socket
}

fn lives_on_udp(socket: &UdpSocket, number: usize, after: &str) {
    let port = socket.local_addr().expect("an address").port();
    socket.send(options("UDP", port, number).as_bytes()).expect("a server");
    let mut packet = [0; 65_535];
    loop {
        let length = socket
            .recv(&mut packet)
            .unwrap_or_else(|fault| panic!("no answer to OPTIONS after `{after}`: {fault}"));
        if is_answer(&String::from_utf8_lossy(&packet[..length]), "UDP", number) {
            return;
        }
    }
}

/// Asks on a connection of its own: the one before may rightly have been closed.
fn lives_on_tcp(server: SocketAddr, number: usize, after: &str) {
    let mut stream = TcpStream::connect(server).expect("a connection");
    stream.set_read_timeout(Some(SOON)).expect("a socket");
    let port = stream.local_addr().expect("an address").port();
    stream.write_all(options("TCP", port, number).as_bytes()).expect("a server");
    let (mut answer, mut bytes) = (String::new(), [0; 4_096]);
    while !is_answer(&answer, "TCP", number) {
        let length = stream.read(&mut bytes).unwrap_or(0);
        assert!(length > 0, "no answer to OPTIONS over TCP after `{after}`: {answer}");
        answer += &String::from_utf8_lossy(&bytes[..length]);
    }
}

#[test]
fn broken_messages_over_udp_leave_the_server_alive() {
    let site = Site::new();
    let mut server = Server::start(&site);
    let socket = udp(server.address());
    let messages = messages();
    assert!(messages.len() >= 25, "{} messages", messages.len());
    for (number, (name, bytes)) in messages.iter().enumerate() {
        socket.send(bytes).expect("a server");
        lives_on_udp(&socket, number, name);
    }
    assert!(server.is_alive());
    assert_eq!(server.errors(), Vec::<String>::new());
}

#[test]
fn broken_messages_over_tcp_leave_the_server_alive() {
    let site = Site::new();
    let mut server = Server::start(&site);
    for (number, (name, bytes)) in messages().iter().enumerate() {
        let mut stream = TcpStream::connect(server.address()).expect("a connection");
        stream.write_all(bytes).expect("a server");
        lives_on_tcp(server.address(), number, name);
    }
    assert!(server.is_alive());
    assert_eq!(server.errors(), Vec::<String>::new());
}

#[test]
fn a_message_in_many_pieces_over_tcp_is_one_message() {
    let site = Site::new();
    let server = Server::start(&site);
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    stream.set_read_timeout(Some(SOON)).expect("a socket");
    let port = stream.local_addr().expect("an address").port();
    let both = options("TCP", port, 1) + "\r\n\r\n" + &options("TCP", port, 2);
    for piece in both.as_bytes().chunks(7) {
        stream.write_all(piece).expect("a server");
    }
    let (mut answers, mut bytes) = (String::new(), [0; 4_096]);
    while !is_answer(&answers, "TCP", 2) {
        let length = stream.read(&mut bytes).unwrap_or(0);
        assert!(length > 0, "{answers}");
        answers += &String::from_utf8_lossy(&bytes[..length]);
    }
    assert!(is_answer(&answers, "TCP", 1), "{answers}");
}

#[test]
fn noise_on_the_sip_port_from_nobody_known_is_not_even_answered_twice() {
    let site = Site::new();
    let server = Server::start(&site);
    let stranger = UdpSocket::bind((Ipv4Addr::new(127, 0, 0, 9), 0)).expect("a socket");
    stranger.connect(server.address()).expect("a server");
    for number in 0..200_u32 {
        let noise: Vec<u8> = (0..200).map(|n| ((n * 31 + number * 17) % 251) as u8).collect();
        stranger.send(&noise).expect("a server");
    }
    lives_on_udp(&udp(server.address()), 1, "noise");
    stranger.set_nonblocking(true).expect("a socket");
    let mut packet = [0; 2_048];
    assert!(stranger.recv(&mut packet).is_err(), "noise is answered");
}
