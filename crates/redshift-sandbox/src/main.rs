//! `redshift-sandbox [OPTION]... [-- COMMAND [ARGUMENT]...]`
//!
//! Ends as the command ends: with its exit code, or 128 and the number of the signal that ended it. Exit code
//! 2 is a wrong command line, 3 a sandbox that does not start, 127 a command that does not.

mod arguments;

use std::ffi::OsString;
use std::io;
use std::process::{Command, ExitCode, ExitStatus};

use arguments::Arguments;
use clap::Parser as _;
use private_postgres::signals::{Held, exit_code};
use redshift_sandbox::Sandbox;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Before the sandbox starts a thread.
    let held = match Held::new(&[libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGCHLD]) {
        Ok(held) => held,
        Err(error) => return complain(&error, 3),
    };
    let sandbox = match arguments.builder().start() {
        Ok(sandbox) => sandbox,
        Err(error) => return complain(&error, 3),
    };
    arguments.inject.iter().for_each(|fault| sandbox.inject(fault.clone()));
    let ended = match arguments.command.as_slice() {
        [] => stay(&sandbox, &held).map(|()| 0),
        [program, words @ ..] => run(program, words, &sandbox, &held).map(exit_code),
    };
    ended.map_or_else(|error| complain(&error, 127), ExitCode::from)
}

/// Prints why this program, not the command, ends here.
fn complain(message: &dyn std::fmt::Display, code: u8) -> ExitCode {
    eprintln!("redshift-sandbox: {message}");
    ExitCode::from(code)
}

/// Says how to connect, and waits for a signal.
fn stay(sandbox: &Sandbox, held: &Held) -> io::Result<()> {
    banner(sandbox);
    loop {
        if held.next()?.number != libc::SIGCHLD {
            return Ok(());
        }
    }
}

fn banner(sandbox: &Sandbox) {
    println!("# ****************************************************************");
    println!("# * This is NOT Amazon Redshift. It is a stand-in for tests, and *");
    println!("# * everything in it is gone when it stops (Ctrl-C).             *");
    println!("# ****************************************************************");
    println!("{}", sandbox.uri());
    for (name, value) in sandbox.environment() {
        println!("export {name}='{}'", value.replace('\'', "'\\''"));
    }
    if let Some(path) = sandbox.ca_certificate() {
        println!("# sslrootcert={}", path.display());
    }
}

fn run(program: &OsString, words: &[OsString], sandbox: &Sandbox, held: &Held) -> io::Result<ExitStatus> {
    let mut command = Command::new(program);
    command.args(words).envs(sandbox.environment()).envs(sandbox.postgres_environment());
    held.release_in(&mut command);
    let failed = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", program.display()));
    let mut child = command.spawn().map_err(failed)?;
    held.attend(&mut child)
}
