//! The program `redshift-sandbox`.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_redshift-sandbox"))
}

#[test]
fn a_command_finds_everything_in_its_environment_and_ends_as_it_ends() {
    let script = "psql -XAtc 'select 1' && psql -XAt \"$REDSHIFT_URI\" -c 'select current_database()' &&
                  echo $AWS_S3_BUCKET_NAME $AWS_DEFAULT_REGION $AWS_EC2_METADATA_DISABLED $AWS_SESSION_TOKEN && exit 7";
    let output = program()
        .args([
            "--key",
            "AKIAX:secret:token",
            "--bucket",
            "b=us-west-2",
            "--auth",
            "cleartext",
            "--",
            "sh",
            "-c",
            script,
        ])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\ndev\nb us-west-2 true token\n");
    assert_eq!(output.status.code(), Some(7));
}

#[test]
fn exit_codes_of_what_did_not_run() {
    for (arguments, code) in [
        (vec!["--", "sh", "-c", "kill -TERM $$"], 143),
        (vec!["--", "/nonexistent"], 127),
        (vec!["--inject", "smoke"], 2),
        (vec!["--listen", "203.0.113.1:1", "--", "true"], 3),
    ] {
        let output = program().args(&arguments).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn without_a_command_it_says_how_to_connect_and_stops_at_a_signal() {
    let mut child = program().stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let said: Vec<String> = lines.by_ref().take_while(|line| !line.starts_with("# sslrootcert=")).collect();
    assert!(said.iter().any(|line| line.contains("NOT Amazon Redshift")));
    assert!(said.iter().any(|line| line.starts_with("postgresql://loader:Loader-1@127.0.0.1:")));
    assert!(said.iter().any(|line| line.starts_with("export AWS_ENDPOINT_URL_S3='http://127.0.0.1:")));
    private_postgres::signals::send(child.id(), 15).unwrap();
    assert!(child.wait().unwrap().success());
}
