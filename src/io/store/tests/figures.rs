//! How fast promises become durable; run in a release build.

use super::*;
use std::time::Instant;

fn percentile(times: &mut [Duration], of_thousand: usize) -> Duration {
    times.sort_unstable();
    times.get(times.len() * of_thousand / 1_000).copied().unwrap_or_default()
}

/// 500 promises a second for ten seconds: from asking to the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn promises_at_five_hundred_a_second() {
    const COUNT: u64 = 5_000;
    let place = Place::new();
    let mut store = open(&place).await;
    let mut asked = Vec::with_capacity(5_000);
    let mut times = Vec::with_capacity(5_000);
    let mut tick = tokio::time::interval(Duration::from_millis(2));
    while times.len() < 5_000 {
        tokio::select! {
            _ = tick.tick(), if asked.len() < 5_000 => {
                let id = asked.len() as u64 + 1;
                asked.push(Instant::now());
                let what = What::Promise(Box::new(row(id)));
                assert!(store.ask(Request { ticket: TicketId::from(id), what }));
            }
            reply = store.reply() => {
                let reply = reply.expect("an answer");
                assert_eq!(reply.result, Ok(Done::Durable));
                let index = usize::try_from(reply.ticket.raw() - 1).expect("small");
                times.push(asked[index].elapsed());
            }
        }
    }
    let (median, most) = (percentile(&mut times, 500), percentile(&mut times, 990));
    let worst = percentile(&mut times, 999);
    eprintln!("{COUNT} promises at 500/s: median {median:?}, p99 {most:?}, p99.9 {worst:?}");
    assert!(most <= Duration::from_millis(10), "p99 {most:?}");
}

/// As many as the disk takes, and how long a restart with all of them needs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn promises_and_calls_as_fast_as_they_go() {
    const COUNT: u64 = 100_000;
    let place = Place::new();
    let mut store = open(&place).await;
    for (name, calls) in [("calls", true), ("promises", false)] {
        let began = Instant::now();
        let (mut asked, mut answered) = (0, 0);
        while answered < COUNT {
            while asked < COUNT {
                let what = if calls {
                    What::Interaction(Box::new(interaction(asked)))
                } else {
                    What::Promise(Box::new(row(asked + 1)))
                };
                if !store.ask(Request { ticket: TicketId::from(asked), what }) {
                    break;
                }
                asked += 1;
            }
            assert!(store.reply().await.is_some_and(|reply| reply.result.is_ok()));
            answered += 1;
        }
        let rate = COUNT as f64 / began.elapsed().as_secs_f64();
        eprintln!("{COUNT} {name}: {rate:.0} a second");
    }
    store.close().await;
    let began = Instant::now();
    let mut store = open(&place).await;
    let rows = store.loaded().await.len();
    eprintln!("{rows} callbacks are back in {:?}", began.elapsed());
}
