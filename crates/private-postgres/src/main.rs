//! `private-postgres [--config 'NAME = VALUE']... -- COMMAND [ARGUMENT]...`
//!
//! Runs a command with a private PostgreSQL server, which `PGHOST`, `PGPORT`, `PGUSER` and
//! `PGDATABASE` tell it of, and ends as the command ends: with its exit code, or 128 and the number
//! of the signal that ended it. Exit code 2 is a wrong command line, 3 a server that does not start,
//! 127 a command that does not.

use std::ffi::OsString;
use std::io;
use std::process::{Command, ExitCode, ExitStatus};

use private_postgres::signals::{Held, exit_code};
use private_postgres::{Builder, Error, Server};

const USAGE: &str = "usage: private-postgres [--config 'NAME = VALUE']... -- COMMAND [ARGUMENT]...";

struct Request {
    builder: Builder,
    command: Vec<OsString>,
}

fn main() -> ExitCode {
    let Some(request) = parse(std::env::args_os().skip(1)) else {
        return complain(&USAGE, 2);
    };
    // Before the server starts a thread.
    let held = match Held::new(&[libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGCHLD]) {
        Ok(held) => held,
        Err(error) => return complain(&error, 3),
    };
    let server = match request.builder.start() {
        Ok(server) => server,
        Err(error) => return complain(&error, 3),
    };
    match run(&request.command, &server, &held) {
        Ok(status) => ExitCode::from(exit_code(status)),
        Err(error) => complain(&error, 127),
    }
}

/// Prints why this program, not the command, ends here.
fn complain(message: &dyn std::fmt::Display, code: u8) -> ExitCode {
    eprintln!("private-postgres: {message}");
    ExitCode::from(code)
}

/// None for a command line that does not follow [`USAGE`].
fn parse(mut arguments: impl Iterator<Item = OsString>) -> Option<Request> {
    let mut builder = Server::builder();
    loop {
        let argument = arguments.next()?;
        if argument == "--" {
            break;
        }
        if argument != "--config" {
            return None;
        }
        builder = builder.config(arguments.next()?.to_str()?);
    }
    let command: Vec<OsString> = arguments.collect();
    (!command.is_empty()).then_some(Request { builder, command })
}

fn run(command: &[OsString], server: &Server, held: &Held) -> Result<ExitStatus, Error> {
    let name = command[0].display();
    let mut command = described(command, server);
    held.release_in(&mut command);
    let mut child = command.spawn().map_err(|source| failed(format!("run {name}"), source))?;
    held.attend(&mut child).map_err(|source| failed("wait for the command".to_owned(), source))
}

/// The command, told where the server is.
fn described(words: &[OsString], server: &Server) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command.env("PGHOST", server.socket_dir()).env("PGPORT", server.port().to_string());
    command.env("PGUSER", "postgres").env("PGDATABASE", "postgres");
    command
}

fn failed(action: String, source: io::Error) -> Error {
    Error::System { action, source }
}
