//! The program `private-postgres`: its command's environment, exit code and signals, and what a
//! killed run leaves behind.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use private_postgres::Server;
use private_postgres::signals::send;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_private-postgres"));
    command.args(arguments);
    command
}

fn output(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

#[test]
fn tells_the_command_where_the_server_is() {
    let output = output(&["--config", "work_mem = 3MB", "--", "psql", "-XAtc", "SHOW work_mem"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "3MB\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn ends_as_the_command_ends() {
    for (script, code) in [("exit 7", 7), ("kill -KILL $$", 137)] {
        assert_eq!(output(&["--", "sh", "-c", script]).status.code(), Some(code));
    }
    assert_eq!(output(&["--", "/no/such/program"]).status.code(), Some(127));
}

#[test]
fn holds_no_signal_back_from_the_command() {
    let output = output(&["--", "grep", "SigBlk", "/proc/self/status"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "SigBlk:\t0000000000000000\n");
}

#[test]
fn refuses_a_wrong_command_line() {
    for arguments in [&[][..], &["--"], &["--config"], &["psql"]] {
        let output = output(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("usage"));
    }
}

#[test]
fn says_what_is_missing() {
    let output = program(&["--", "true"]).env("PG_BIN", "/nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("apt-get install postgresql"), "{message}");
}

/// Starts the program with a command that tells the server's directory and then waits.
fn waiting() -> (Child, String) {
    let script = "trap 'exit 5' TERM; echo $PGHOST; while test -d $PGHOST; do sleep 0.05; done";
    let mut child = program(&["--", "sh", "-c", script]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim_end().to_owned())
}

#[test]
fn passes_signals_on_and_then_stops_the_server() {
    let (mut child, directory) = waiting();
    assert!(Path::new(&directory).join("data").exists());
    send(child.id(), libc::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(5));
    assert!(!Path::new(&directory).exists());
}

#[test]
fn a_killed_run_leaves_no_server_and_the_next_start_removes_its_directory() {
    let (mut child, directory) = waiting();
    let pid_file = Path::new(&directory).join("data/postmaster.pid");
    let text = std::fs::read_to_string(&pid_file).unwrap();
    // A process that has ended but was not yet collected has no working directory.
    let process = Path::new("/proc").join(text.lines().next().unwrap()).join("cwd");
    assert!(process.read_link().is_ok());
    child.kill().unwrap();
    child.wait().unwrap();
    let limit = Instant::now() + Duration::from_secs(20);
    while process.read_link().is_ok() && Instant::now() < limit {
        thread::sleep(Duration::from_millis(20));
    }
    assert!(process.read_link().is_err(), "the server outlived its program");
    drop(Server::builder().start().unwrap());
    assert!(!Path::new(&directory).exists());
}
