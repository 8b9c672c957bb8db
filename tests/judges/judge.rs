//! Runs the scripts beside this file. The tests of several crates include it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Python with all that `requirements.txt` names, about to run a script of this folder. Nothing on this machine sets
/// it up otherwise: no variable, no file of the user.
///
/// # Panics
/// Where it is not installed.
pub fn judge(script: &str) -> Command {
    let python = python();
    assert!(python.exists(), "{} is missing; install it: scripts/setup test", python.display());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/judges");
    let mut command = Command::new(python);
    command.arg("-B").arg(folder.join(script));
    for (name, _) in std::env::vars_os() {
        let begins = |prefix: &str| name.to_string_lossy().starts_with(prefix);
        if ["AWS_", "PG", "PYTHON"].into_iter().any(begins) {
            command.env_remove(name);
        }
    }
    command.env("HOME", "/nonexistent");
    command
}

/// Where `scripts/setup test` installs it: below the target folder, wherever that is.
fn python() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("judges").join("venv/bin/python")
}

/// Runs a judge, which must be content.
///
/// # Panics
/// With what it printed, where it is not.
#[track_caller]
pub fn content(command: &mut Command) {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(output.status.success(), "{command:?} ended with {}:\n{}{}", output.status, said[0], said[1]);
}
