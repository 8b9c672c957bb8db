//! Where keys come from, in which order.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use common::home::Home;
use common::{BUCKET, REGION, check_secrecy, environment};
use pgloader_s3::{Error, Keys, Kind, Settings, Store};
use private_s3::Server;
use secrecy::ExposeSecret as _;

/// The ids say where each key is set.
const ENVIRONMENT: &str = "AKIAENVIRONMENT00000";
const DEFAULT: &str = "AKIADEFAULTPROFILE00";
const OTHER: &str = "ASIAOTHERPROFILE0000";
const CONFIG: &str = "AKIACONFIGFILE000000";
const PROCESS: &str = "ASIAPROCESS000000000";

const CONFIG_FILE: &str = "\
[default]
region = ap-south-1

[profile other]
region = eu-west-1

[profile in-config]
aws_access_key_id = AKIACONFIGFILE000000
aws_secret_access_key = secret-of-config

[profile halved]
region = eu-west-1
";

const CREDENTIALS_FILE: &str = "\
[default]
aws_access_key_id = AKIADEFAULTPROFILE00
aws_secret_access_key = secret-of-default

[other]
aws_access_key_id = ASIAOTHERPROFILE0000
aws_secret_access_key = secret-of-other
aws_session_token = token-of-other
";

fn server() -> Server {
    Server::builder()
        .key(ENVIRONMENT, "secret-of-environment", None)
        .key(DEFAULT, "secret-of-default", None)
        .key(OTHER, "secret-of-other", Some("token-of-other"))
        .key(CONFIG, "secret-of-config", None)
        .key(PROCESS, "secret-of-process", Some("token-of-process"))
        .bucket(BUCKET, REGION)
        .start()
        .unwrap()
}

/// Opens the store with profile files and nothing else set but `more`.
async fn keys(
    server: &Server,
    home: &Home,
    profile: Option<&str>,
    more: &[(&str, &str)],
) -> Result<Keys, Error> {
    let none = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", ""), ("HOME", home.text())];
    let environment = environment(server, &[none.as_slice(), more].concat());
    let settings = Settings { profile: profile.map(str::to_owned), ..Settings::default() };
    let keys = Store::open(&settings, &environment).await?.keys().await?;
    check_secrecy(&format!("{keys:?} {environment:?}"));
    Ok(keys)
}

const BOTH: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", ENVIRONMENT), ("AWS_SECRET_ACCESS_KEY", "secret-of-environment")];

#[tokio::test]
async fn the_order_holds() {
    let (server, home) = (server(), Home::new(CONFIG_FILE, CREDENTIALS_FILE));
    let with = |more: &[(&'static str, &'static str)]| [BOTH.as_slice(), more].concat();
    let table = [
        ("files alone", None, vec![], DEFAULT),
        ("the environment wins over the files", None, with(&[]), ENVIRONMENT),
        ("also over AWS_PROFILE", None, with(&[("AWS_PROFILE", "other")]), ENVIRONMENT),
        ("AWS_PROFILE chooses", None, vec![("AWS_PROFILE", "other")], OTHER),
        ("the option wins over the environment", Some("other"), with(&[]), OTHER),
        ("the option wins over AWS_PROFILE", Some("other"), vec![("AWS_PROFILE", "default")], OTHER),
        ("the config file may have keys", Some("in-config"), vec![], CONFIG),
        ("a blank option is none", Some(" "), with(&[]), ENVIRONMENT),
        (
            "blank variables are none",
            None,
            with(&[("AWS_ACCESS_KEY_ID", " "), ("AWS_SECRET_ACCESS_KEY", "")]),
            DEFAULT,
        ),
        ("a token alone is nothing", None, vec![("AWS_SESSION_TOKEN", "stray")], DEFAULT),
    ];
    for (name, profile, more, expected) in table {
        let keys =
            keys(&server, &home, profile, &more).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(keys.access_key_id, expected, "{name}");
        assert_eq!(keys.session_token.is_some(), expected == OTHER, "{name}");
    }
}

#[tokio::test]
async fn files_may_be_elsewhere() {
    let (server, home) = (server(), Home::new(CONFIG_FILE, ""));
    let elsewhere = home.path().join("elsewhere");
    fs::write(&elsewhere, CREDENTIALS_FILE).unwrap();
    let absolute = [("AWS_SHARED_CREDENTIALS_FILE", elsewhere.to_str().unwrap())];
    for more in [absolute, [("AWS_SHARED_CREDENTIALS_FILE", "~/elsewhere")]] {
        assert_eq!(keys(&server, &home, None, &more).await.unwrap().access_key_id, DEFAULT);
    }
}

#[tokio::test]
async fn half_an_environment_is_completed() {
    let (server, home) = (server(), Home::new(CONFIG_FILE, CREDENTIALS_FILE));
    let id = [("AWS_ACCESS_KEY_ID", DEFAULT)];
    let secret = [("AWS_SECRET_ACCESS_KEY", "secret-of-default")];
    for half in [id, secret] {
        assert_eq!(keys(&server, &home, None, &half).await.unwrap().access_key_id, DEFAULT);
    }
    // The session token goes with the id.
    let other = [
        ("AWS_SECRET_ACCESS_KEY", "secret-of-other"),
        ("AWS_PROFILE", "other"),
        ("AWS_SESSION_TOKEN", "stray"),
    ];
    let completed = keys(&server, &home, None, &other).await.unwrap();
    assert_eq!(completed.session_token.unwrap().expose_secret(), "token-of-other");

    let lost = [("AWS_ACCESS_KEY_ID", DEFAULT), ("AWS_PROFILE", "halved")];
    let error = keys(&server, &home, None, &lost).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NoKeys);
    let expected = format!(
        "AWS_ACCESS_KEY_ID is set, but not AWS_SECRET_ACCESS_KEY, and aws_secret_access_key is not set by \
         profile halved in {home}/.aws/config and {home}/.aws/credentials",
        home = home.text()
    );
    assert_eq!(error.message(), expected);
}

#[tokio::test]
async fn missing_keys_name_each_place() {
    let (server, home) = (server(), Home::new("", ""));
    let error = keys(&server, &home, None, &[]).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NoKeys);
    let places = [
        "the environment (AWS_ACCESS_KEY_ID is not set)".to_owned(),
        format!("profile default in {home}/.aws/config and {home}/.aws/credentials (", home = home.text()),
        "a web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set)".to_owned(),
        "a container's role (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set)".to_owned(),
        "the instance's role (AWS_EC2_METADATA_DISABLED is true)".to_owned(),
    ];
    for place in places {
        assert!(error.message().contains(&place), "{place} is not in: {error}");
    }
    assert!(server.requests().is_empty());

    let error = keys(&server, &home, Some("absent"), &BOTH).await.unwrap_err();
    assert!(error.message().starts_with("there is no profile absent in "), "{error}");
}

#[tokio::test]
async fn a_program_gives_keys() {
    let home = Home::new("", "");
    let script = home.path().join("keys");
    let answer = r#"{"Version": 1, "AccessKeyId": "ASIAPROCESS000000000", "SecretAccessKey": "secret-of-process",
        "SessionToken": "token-of-process", "Expiration": "2999-01-01T00:00:00Z"}"#;
    fs::write(&script, format!("#!/bin/sh\necho >>\"$0.calls\"\ncat <<'END'\n{answer}\nEND\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(
        home.path().join(".aws/config"),
        format!("[default]\ncredential_process = {}\n", script.display()),
    )
    .unwrap();
    let keys = keys(&server(), &home, None, &[]).await.unwrap();
    assert_eq!(keys.access_key_id, PROCESS);
    assert!(keys.expires.is_some());
    // The keys are asked for once and kept.
    assert_eq!(fs::read_to_string(home.path().join("keys.calls")).unwrap(), "\n");
}

#[tokio::test]
async fn unreachable_sources_are_clear_errors() {
    let config = "\
[profile program]
credential_process = /nonexistent/program

[profile role]
role_arn = arn:aws:iam::123456789012:role/loader
source_profile = other
region = eu-west-1
endpoint_url = http://127.0.0.1:1

[profile sso]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 123456789012
sso_role_name = loader

[profile loop]
role_arn = arn:aws:iam::123456789012:role/loader
source_profile = nowhere
";
    let (server, home) = (server(), Home::new(config, CREDENTIALS_FILE));
    for profile in ["program", "role", "sso", "loop"] {
        let error = keys(&server, &home, Some(profile), &[]).await.unwrap_err();
        assert_eq!(error.kind(), Kind::NoKeys, "{error}");
        let expected = format!("cannot get AWS keys from profile {profile} in ");
        assert!(error.message().starts_with(&expected), "{error}");
        assert!(!format!("{error:?}").contains("secret-of"), "{error:?}");
    }
    let identity = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent/token"),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/loader"),
    ];
    let error = keys(&server, &Home::new("", ""), None, &identity).await.unwrap_err();
    assert_eq!(error.kind(), Kind::NoKeys);
    assert!(error.message().contains("a web identity"), "{error}");
    assert!(error.message().contains("/nonexistent/token"), "{error}");
}

#[tokio::test]
async fn unusable_settings_are_clear_errors() {
    let server = server();
    let home = Home::new("[default\nregion", "");
    let error = keys(&server, &home, None, &BOTH).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Settings);
    assert!(error.message().starts_with("cannot read profile default in "), "{error}");

    let home = Home::new("", "");
    let table = [
        (
            "AWS_ENDPOINT_URL_S3",
            "s3.example.com",
            "the S3 endpoint s3.example.com begins neither with https://",
        ),
        (
            "AWS_REQUEST_CHECKSUM_CALCULATION",
            "never",
            "AWS_REQUEST_CHECKSUM_CALCULATION is never, but must be",
        ),
        ("AWS_MAX_ATTEMPTS", "0", "AWS_MAX_ATTEMPTS is 0, but must be"),
        ("AWS_CA_BUNDLE", "/nonexistent.pem", "cannot use AWS_CA_BUNDLE /nonexistent.pem: "),
        ("AWS_CA_BUNDLE", "/etc/hostname", "cannot use AWS_CA_BUNDLE /etc/hostname: it holds no certificate"),
    ];
    for (variable, value, expected) in table {
        let more = [BOTH.as_slice(), &[(variable, value)]].concat();
        let error = keys(&server, &home, None, &more).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Settings, "{error}");
        assert!(error.message().starts_with(expected), "{error}");
    }
}
