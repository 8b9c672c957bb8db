//! Clients that others wrote, against the sandbox. Their checks are in `tests/judges`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../tests/judges/judge.rs"]
mod judge;

use judge::{content, judge};
use redshift_sandbox::{Auth, Builder, Sandbox};

/// A temporary key: id, secret and token.
const TEMPORARY: (&str, &str, &str) = ("ASIATEMPORARY0000001", "secret/of+a-temporary/key", "token==");

/// Runs a script in the environment of a sandbox, whose authority OpenSSL trusts alone.
fn run(script: &str, builder: Builder) {
    let sandbox = builder.start().unwrap();
    content(
        judge(script)
            .envs(sandbox.environment())
            .envs(sandbox.postgres_environment())
            .env("SSL_CERT_FILE", sandbox.ca_certificate().unwrap())
            .envs([("TEMPORARY_KEY", TEMPORARY.0), ("TEMPORARY_SECRET", TEMPORARY.1)])
            .envs([("TEMPORARY_TOKEN", TEMPORARY.2), ("OTHERS_BUCKET", "others")]),
    );
}

/// By a SHA-256 digest, as Redshift asks AWS's drivers for passwords.
#[test]
fn aws_driver_connects_runs_and_reads() {
    run("aws_driver.py", Sandbox::builder().auth(Auth::Sha256));
}

#[test]
fn psycopg2_connects_runs_and_reads() {
    run("libpq.py", Sandbox::builder().auth(Auth::Md5));
}

#[test]
fn boto3_writes_and_reads_and_is_refused() {
    let builder = Sandbox::builder()
        .key("AKIAJUDGE00000000001", "lasting/Secret+Key", None)
        .key(TEMPORARY.0, TEMPORARY.1, Some(TEMPORARY.2))
        .foreign_bucket("others", "eu-west-1");
    run("s3_client.py", builder);
}
