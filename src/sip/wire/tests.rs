//! temp
use super::*;

#[test]
fn corpora() {
    for dir in ["rfc4475", "rfc5118", "nist-jsip"] {
        let base = format!("/work/shared/corpora/{dir}");
        let index = std::fs::read(format!("{base}/index.tsv")).unwrap();
        let index = String::from_utf8_lossy(&index).into_owned();
        for line in index.lines().skip(1) {
            let cols: Vec<&str> = line.split('\t').collect();
            let bytes = std::fs::read(format!("{base}/{}", cols[0])).unwrap();
            let result = read_datagram(&bytes);
            let mut stream = StreamReader::new();
            for byte in &bytes {
                stream.push(&[*byte]);
                while stream.next_piece().is_some() {}
            }
            let answer =
                result.as_ref().err().and_then(answer_to).map(|a| {
                    String::from_utf8_lossy(&a.to_bytes()).lines().next().unwrap().to_owned()
                });
            let what = match &result {
                Ok(m) => {
                    let again = read_datagram(&m.to_bytes());
                    format!(
                        "READ  {}",
                        if again.as_ref().map(|a| a.to_bytes()).ok() == Some(m.to_bytes()) {
                            "same".to_owned()
                        } else {
                            format!("DIFFERS {:?}", again)
                        }
                    )
                }
                Err(r) => format!("REFUSED {:?} -> {answer:?}", r.fault),
            };
            println!(
                "{dir}/{} [{} {}] {}",
                cols[0],
                cols[1],
                if dir == "nist-jsip" {
                    cols.get(3).copied().unwrap_or("").chars().take(60).collect::<String>()
                } else {
                    cols[4].to_owned()
                },
                what
            );
        }
    }
}
#[test]
fn speed() {
    let text = "INVITE sip:5000@192.0.2.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK776asdhds;rport\r\nMax-Forwards: 70\r\nFrom: \"Alice Example\" <sip:+15550100@198.51.100.7>;tag=1928301774\r\nTo: <sip:5000@192.0.2.1>\r\nCall-ID: a84b4c76e66710@198.51.100.7\r\nCSeq: 314159 INVITE\r\nContact: <sip:+15550100@198.51.100.7:5060;transport=udp>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER\r\nSupported: timer, 100rel, replaces\r\nUser-Agent: Example/1.0\r\nP-Asserted-Identity: <sip:+15550100@198.51.100.7>\r\nContent-Type: application/sdp\r\nContent-Length: 142\r\n\r\n".to_owned() + &"x".repeat(142);
    let m = read_datagram(text.as_bytes()).unwrap();
    for _ in 0..3 {
        let n = 100_000;
        let t = std::time::Instant::now();
        for _ in 0..n {
            std::hint::black_box(read_datagram(std::hint::black_box(text.as_bytes())).unwrap());
        }
        println!("read {} ns", t.elapsed().as_nanos() / n);
        let t = std::time::Instant::now();
        for _ in 0..n {
            std::hint::black_box(read_head(std::hint::black_box(text.as_bytes())));
        }
        println!("head {} ns", t.elapsed().as_nanos() / n);
        let t = std::time::Instant::now();
        for _ in 0..n {
            std::hint::black_box(m.fault());
        }
        println!("fault {} ns", t.elapsed().as_nanos() / n);
        let t = std::time::Instant::now();
        for _ in 0..n {
            std::hint::black_box(m.to_bytes());
        }
        println!("write {} ns", t.elapsed().as_nanos() / n);
    }
}
