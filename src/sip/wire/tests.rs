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
