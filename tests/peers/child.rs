//! A program started by a story; it is gone when the story is, however that ends.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longest wait for a program that was told to end.
const END_MAX: Duration = Duration::from_secs(10);

/// Everything that a program has said so far.
#[derive(Default)]
struct Said {
    lines: Vec<String>,
    /// Streams that still may say something.
    open: usize,
}

type Shared = Arc<(Mutex<Said>, Condvar)>;

/// A running program and what it says.
pub(super) struct Program {
    name: String,
    child: Child,
    said: Shared,
    readers: Vec<JoinHandle<()>>,
}

impl Program {
    /// Starts it; both its outputs are listened to.
    pub(super) fn start(name: &str, command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let said = Shared::default();
        let out = child.stdout.take().expect("a pipe");
        let err = child.stderr.take().expect("a pipe");
        said.0.lock().expect("a lock").open = 2;
        let readers = vec![listen(out, Arc::clone(&said)), listen(err, Arc::clone(&said))];
        Self { name: name.to_owned(), child, said, readers }
    }

    /// Waits for the first line at or after `from` of which `find` makes something, and says
    /// where it stood. `None` when it does not come in time or the program has ended.
    pub(super) fn waits_for<T>(
        &self,
        from: usize,
        within: Duration,
        find: impl Fn(&str) -> Option<T>,
    ) -> Option<(usize, T)> {
        let until = Instant::now() + within;
        let (lock, news) = &*self.said;
        let mut said = lock.lock().expect("a lock");
        let mut next = from;
        loop {
            while next < said.lines.len() {
                if let Some(found) = find(&said.lines[next]) {
                    return Some((next, found));
                }
                next += 1;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || said.open == 0 {
                return None;
            }
            said = news.wait_timeout(said, left).expect("a lock").0;
        }
    }

    /// All that it said.
    pub(super) fn lines(&self) -> Vec<String> {
        self.said.0.lock().expect("a lock").lines.clone()
    }

    /// Whether it has not ended.
    pub(super) fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }

    /// SIGKILL, and waits until it is gone.
    pub(super) fn kill(&mut self) {
        // One that has ended already needs no signal.
        let _ = self.child.kill();
        let _ = self.child.wait();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }

    /// SIGTERM.
    pub(super) fn terminate(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    /// Any signal.
    pub(super) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).expect("a process");
    }

    /// Waits for its end.
    pub(super) fn ends(&mut self, within: Duration) -> ExitStatus {
        // Both outputs close when the program ends, and are read to their end first.
        let never = |_: &str| None::<()>;
        self.waits_for(usize::MAX, within, never);
        let until = Instant::now() + END_MAX;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(Instant::now() < until, "{} does not end:\n{}", self.name, self.tail());
            std::thread::yield_now();
        }
    }

    /// The last lines, for the reader of a failed story.
    pub(super) fn tail(&self) -> String {
        let lines = self.lines();
        let first = lines.len().saturating_sub(40);
        format!("--- {} ---\n{}", self.name, lines[first..].join("\n"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.tail());
        }
        self.kill();
    }
}

fn listen(stream: impl Read + Send + 'static, said: Shared) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut bytes = Vec::new();
        while stream.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
            let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            bytes.clear();
            said.0.lock().expect("a lock").lines.push(line);
            said.1.notify_all();
        }
        said.0.lock().expect("a lock").open -= 1;
        said.1.notify_all();
    })
}
