//! Runs a program and measures it.

use std::fs::{self, File};
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::Result;

/// What a program used, with the processes it waited for.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub wall: Duration,
    /// User and system time.
    pub cpu: Duration,
    /// Largest resident set in bytes. Linux counts the moment before exec too, in which a new
    /// process is as large as this one: so this one must stay small.
    pub peak: u64,
}

/// Runs a program to its end with its output in the file `log`; a failed one is an error that shows
/// the end of it.
pub fn measure(mut command: Command, log: &Path) -> Result<Usage> {
    let output = File::create(log)?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    let begin = Instant::now();
    let child = command.spawn().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let (status, resources) = wait(&child)?;
    let wall = begin.elapsed();
    if !status.success() {
        let program = command.get_program().display();
        return Err(format!("{program} ended with {status}:\n{}", last_lines(log)).into());
    }
    let cpu = duration(resources.ru_utime) + duration(resources.ru_stime);
    // Kibibytes on Linux (getrusage(2)), never negative.
    let peak = resources.ru_maxrss.unsigned_abs() * 1024;
    Ok(Usage { wall, cpu, peak })
}

/// Waits for the child, which must not have been waited for.
fn wait(child: &Child) -> io::Result<(ExitStatus, libc::rusage)> {
    let pid = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    loop {
        let mut status = 0;
        let mut resources = MaybeUninit::<libc::rusage>::uninit();
        // SAFETY: both pointers are to live values of the types that wait4 writes.
        if unsafe { libc::wait4(pid, &raw mut status, 0, resources.as_mut_ptr()) } == pid {
            // SAFETY: wait4 has written it, because it succeeded.
            return Ok((ExitStatus::from_raw(status), unsafe { resources.assume_init() }));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

fn duration(time: libc::timeval) -> Duration {
    // Neither part is negative, and the second one is below a million.
    Duration::from_secs(time.tv_sec.unsigned_abs()) + Duration::from_micros(time.tv_usec.unsigned_abs())
}

fn last_lines(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::measure;

    #[test]
    fn measures_time_and_memory_and_shows_a_failure() {
        let log = std::env::temp_dir().join(format!("measure-{}", std::process::id()));
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 0.1; i=0; while [ $i -lt 30000 ]; do i=$((i + 1)); done"]);
        let usage = measure(command, &log).unwrap();
        assert!(usage.wall.as_secs_f64() >= 0.1);
        assert!(!usage.cpu.is_zero() && usage.cpu < usage.wall);
        assert!(usage.peak > 100_000);
        let mut command = Command::new("sh");
        command.args(["-c", "echo why; exit 3"]);
        let error = measure(command, &log).unwrap_err().to_string();
        assert!(error.contains("exit status: 3:\nwhy"), "{error}");
        std::fs::remove_file(&log).unwrap();
    }
}
