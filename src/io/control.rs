//! The control socket of a running server: its owner's commands come in here, and nobody else's.
//!
//! A Unix domain socket in the data directory. One connection is one line in, an [`Order`], and
//! out the exit code on a line of its own and then text until the end.

use super::order::{Order, Report};
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream as Line;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;

/// The socket's name in the data directory.
const NAME: &str = "control.socket";
/// Only the owner.
const MODE: u32 = 0o600;
/// Longest path that fits a socket's address, its end included (`sockaddr_un`: 108).
const PATH_BYTES_MAX: usize = 100;
/// Longest order.
const ORDER_BYTES_MAX: u64 = 4_096;
/// Longest report that a command reads.
const REPORT_BYTES_MAX: u64 = 4 * 1_024 * 1_024;
/// Commands at once; the next is told to come again.
const COMMANDS_MAX: usize = 8;
/// How long a command may take to say what it wants, or to read the answer.
const SPEAK_MAX: Duration = Duration::from_secs(5);
/// How long the server may take to do it.
const ANSWER_MAX: Duration = Duration::from_secs(120);

/// An order, and where its report goes.
pub type Asked = (Order, oneshot::Sender<Report>);

/// A socket that is listened at; it is gone when this is dropped.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
    task: tokio::task::JoinHandle<()>,
}

impl Control {
    /// Listens. The caller owns the data directory: a socket that is there is left from a
    /// process that is dead.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn listen(data: &Path, orders: mpsc::Sender<Asked>) -> io::Result<Self> {
        let path = data.join(NAME);
        match fs::remove_file(&path) {
            Err(fault) if fault.kind() != ErrorKind::NotFound => return Err(fault),
            Ok(()) | Err(_) => {}
        }
        let listener = with_short_path(data, |short| UnixListener::bind(short))?;
        fs::set_permissions(&path, Permissions::from_mode(MODE))?;
        let task = tokio::spawn(serve(listener, orders));
        Ok(Self { path, task })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.task.abort();
        // One that cannot be taken away is taken away by the next start.
        let _ = fs::remove_file(&self.path);
    }
}

async fn serve(listener: UnixListener, orders: mpsc::Sender<Asked>) {
    let room = Arc::new(Semaphore::new(COMMANDS_MAX));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(fault) => {
                tracing::warn!(%fault, "the control socket");
                // Out of descriptors: they come back, and nobody is served faster by asking.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (room, orders) = (Arc::clone(&room), orders.clone());
        tokio::spawn(async move {
            let report = match room.try_acquire() {
                Ok(_place) => attend(stream, &orders).await,
                Err(_) => say(stream, &Report::unavailable("too many commands at once")).await,
            };
            if let Err(fault) = report {
                tracing::debug!(%fault, "a command is gone");
            }
        });
    }
}

async fn attend(mut stream: UnixStream, orders: &mpsc::Sender<Asked>) -> io::Result<()> {
    // Between `bind` and the change of its mode others could have connected.
    if !is_ours(stream.peer_cred()?.uid()) {
        return Ok(());
    }
    let mut line = String::new();
    let mut reader = BufReader::new((&mut stream).take(ORDER_BYTES_MAX));
    timeout(SPEAK_MAX, reader.read_line(&mut line)).await??;
    let report = match Order::from_line(&line) {
        Some(order) => perform(order, orders).await,
        None => Report::wrong("this is no order; are command and server of one version?"),
    };
    say(stream, &report).await
}

async fn perform(order: Order, orders: &mpsc::Sender<Asked>) -> Report {
    let (answer, report) = oneshot::channel();
    let asked = orders.send((order, answer)).await.is_ok();
    let report = if asked { report.await.ok() } else { None };
    report.unwrap_or_else(|| Report::unavailable("error: the server is ending"))
}

async fn say(mut stream: UnixStream, report: &Report) -> io::Result<()> {
    let text = format!("{}\n{}", report.code, report.text);
    timeout(SPEAK_MAX, stream.write_all(text.as_bytes())).await??;
    stream.shutdown().await
}

/// The server's own user, or the one who may do everything.
fn is_ours(user: u32) -> bool {
    user == 0 || user == rustix::process::getuid().as_raw()
}

/// Asks the server on this data; `None` if there is none.
///
/// # Errors
///
/// There is one, and it cannot be talked to.
pub fn ask(data: &Path, order: &Order) -> io::Result<Option<Report>> {
    let mut stream = match with_short_path(data, |short| Line::connect(short)) {
        Ok(stream) => stream,
        Err(fault) if is_nobody(&fault) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    stream.set_read_timeout(Some(ANSWER_MAX))?;
    stream.write_all(order.to_line().as_bytes())?;
    let mut answer = String::new();
    stream.take(REPORT_BYTES_MAX).read_to_string(&mut answer)?;
    let report = answer
        .split_once('\n')
        .and_then(|(code, text)| Some(Report { code: code.parse().ok()?, text: text.to_owned() }));
    report.map(Some).ok_or_else(|| io::Error::other("the server broke off"))
}

/// No socket, or nobody behind it.
fn is_nobody(fault: &io::Error) -> bool {
    matches!(fault.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused)
}

/// Does something with the socket's path, by way of the open directory where the whole path is
/// too long for a socket's address.
fn with_short_path<T>(data: &Path, act: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = data.join(NAME);
    if path.as_os_str().len() < PATH_BYTES_MAX {
        return act(&path);
    }
    let dir = File::open(data)?;
    act(Path::new(&format!("/proc/self/fd/{}/{NAME}", dir.as_raw_fd())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::temporary::Temporary;

    /// A server that answers every order with its line.
    fn echo(data: &Path) -> Control {
        let (orders, mut asked) = mpsc::channel::<Asked>(1);
        let control = Control::listen(data, orders).expect("a socket");
        tokio::spawn(async move {
            while let Some((order, answer)) = asked.recv().await {
                let _ = answer.send(Report { code: 78, text: order.to_line() });
            }
        });
        control
    }

    async fn asks(data: &Path, order: Order) -> io::Result<Option<Report>> {
        let data = data.to_owned();
        tokio::task::spawn_blocking(move || ask(&data, &order)).await.expect("a thread")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_order_is_answered_with_its_report() {
        let dir = Temporary::new().expect("a directory");
        let control = echo(dir.path());
        let report = asks(dir.path(), Order::Calls).await.expect("a server").expect("a report");
        assert_eq!(report, Report { code: 78, text: Order::Calls.to_line() });
        let mode = fs::metadata(dir.path().join(NAME)).expect("a socket").permissions().mode();
        assert_eq!(mode & 0o777, MODE);
        drop(control);
        assert_eq!(asks(dir.path(), Order::Calls).await.expect("nobody"), None);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_socket_that_a_dead_server_left_is_nobody_and_is_taken_over() {
        let dir = Temporary::new().expect("a directory");
        drop(std::os::unix::net::UnixListener::bind(dir.path().join(NAME)).expect("a socket"));
        assert_eq!(asks(dir.path(), Order::Calls).await.expect("nobody"), None);
        let _control = echo(dir.path());
        assert!(asks(dir.path(), Order::Calls).await.expect("a server").is_some());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_long_path_is_no_hindrance() {
        let dir = Temporary::new().expect("a directory");
        let deep = dir.path().join("d".repeat(120));
        fs::create_dir(&deep).expect("a directory");
        let _control = echo(&deep);
        assert!(asks(&deep, Order::Calls).await.expect("a server").is_some());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_line_that_never_ends_is_cut() {
        let dir = Temporary::new().expect("a directory");
        let _control = echo(dir.path());
        let path = dir.path().join(NAME);
        let answer = tokio::task::spawn_blocking(move || {
            let mut line = Line::connect(path).expect("a server");
            // The server may answer and close before all of it is taken.
            let _ = line.write_all(&[b'x'; 8_192]);
            let mut answer = [0; 2];
            line.read_exact(&mut answer).map(|()| answer)
        });
        let answer = answer.await.expect("a thread");
        assert!(answer.is_err() || answer.is_ok_and(|answer| &answer == b"78"));
    }
}
