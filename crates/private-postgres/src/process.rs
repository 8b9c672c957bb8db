//! The server process: started, awaited, stopped.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use std::{io, os::unix::process::CommandExt};

use crate::error::{Acting, Error};
use crate::programs::not_started;
use crate::signals::send;

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopMode {
    /// Ends all sessions, writes a checkpoint, and ends.
    Fast,
    /// Ends at once as in a crash; the next start recovers.
    Immediate,
}

/// What became of a start.
pub(crate) enum Started {
    Ready(Postmaster),
    /// The port was taken between choosing and listening.
    PortTaken,
}

/// A running server.
pub(crate) struct Postmaster {
    child: Child,
}

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(5);

impl Postmaster {
    /// Starts `command`, whose output is appended to `log`, and returns once it accepts
    /// connections. A server that is not ready within a minute is stopped.
    pub fn start(mut command: Command, data: &Path, log: &Path) -> Result<Started, Error> {
        let output = File::options().create(true).append(true).open(log).at("open", log)?;
        let before = output.metadata().at("inspect", log)?.len();
        let errors = output.try_clone().at("open", log)?;
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        // Its own process group: a Ctrl-C at the terminal is for the programs that use the server.
        command.process_group(0).current_dir("/");
        let program = command.get_program().to_owned();
        let child = spawn(command).map_err(|error| not_started(error, &program))?;
        let mut postmaster = Self { child };
        let ready = postmaster.wait_until_ready(data);
        let text = || log_since(log, before);
        match ready {
            Ok(true) => Ok(Started::Ready(postmaster)),
            Ok(false) if text().contains("Address already in use") => Ok(Started::PortTaken),
            Ok(false) => Err(failed("ended while starting", &text())),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                postmaster.stop(StopMode::Immediate)?;
                Err(failed("was not ready within a minute", &text()))
            }
            Err(source) => Err(source).acting("wait for the server"),
        }
    }

    /// Stops the server and waits for its end; kills it when it takes more than a minute.
    pub fn stop(&mut self, mode: StopMode) -> Result<(), Error> {
        let signal = match mode {
            StopMode::Fast => libc::SIGINT,
            StopMode::Immediate => libc::SIGQUIT,
        };
        send(self.child.id(), signal).acting("stop the server")?;
        let limit = Instant::now() + STOP_LIMIT;
        while self.ended()?.is_none() {
            if Instant::now() > limit {
                self.child.kill().acting("kill the server")?;
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>, Error> {
        self.child.try_wait().acting("wait for the server")
    }

    /// False when the server has ended.
    fn wait_until_ready(&mut self, data: &Path) -> io::Result<bool> {
        let limit = Instant::now() + START_LIMIT;
        let mine = self.child.id().to_string();
        while Instant::now() < limit {
            if self.child.try_wait()?.is_some() {
                return Ok(false);
            }
            if says_ready(data, &mine) {
                return Ok(true);
            }
            thread::sleep(POLL);
        }
        Err(io::ErrorKind::TimedOut.into())
    }
}

/// The postmaster writes its state into the eighth line of its pid file
/// (PostgreSQL's `src/include/utils/pidfile.h`); a file left by a crash names another process.
fn says_ready(data: &Path, pid: &str) -> bool {
    let text = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let mut lines = text.lines();
    lines.next() == Some(pid) && lines.nth(6).is_some_and(|state| state.trim_end() == "ready")
}

/// The end of a server's log, for an error.
fn failed(what: &'static str, log: &str) -> Error {
    let lines: Vec<&str> = log.lines().collect();
    let log = lines[lines.len().saturating_sub(20)..].join("\n");
    Error::Server { what, log }
}

fn log_since(log: &Path, start: u64) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let start = usize::try_from(start).unwrap_or(0).min(bytes.len());
    String::from_utf8_lossy(&bytes[start..]).into_owned()
}

type Request = (Command, Sender<io::Result<Child>>);

/// Spawns from a thread that lives as long as the process: the kernel signals a server when the
/// thread that spawned it ends, and test threads end early.
fn spawn(command: Command) -> io::Result<Child> {
    static SPAWNER: LazyLock<Mutex<Sender<Request>>> = LazyLock::new(|| {
        let (requests, queue) = channel();
        thread::spawn(move || serve(&queue));
        Mutex::new(requests)
    });
    let (reply, answer) = channel();
    let requests = SPAWNER.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let gone = |_| io::Error::other("the spawning thread has ended");
    requests.send((command, reply)).map_err(|_| gone(()))?;
    answer.recv().map_err(|_| gone(()))?
}

/// The sender in the static is never dropped, so this never returns.
fn serve(queue: &Receiver<Request>) {
    for (mut command, reply) in queue {
        // A caller that has gone away gets no answer.
        let _ = reply.send(command.spawn());
    }
}
