//! Whose rights a COPY has. Only the statement is asked, never the environment.

use super::Settings;
use super::options::{Clauses, Role};
use super::trouble::Trouble;
use crate::error::SqlError;
use crate::secret::{Key, Secret};

/// One way of authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Authorization {
    /// A key in the statement.
    Key(Key),
    /// Roles, each assumed by the one before.
    Roles(Vec<String>),
    /// The cluster's default role.
    DefaultRole,
}

impl Authorization {
    /// What the clauses mean together: exactly one way.
    pub fn new(clauses: &Clauses) -> Result<Authorization, SqlError> {
        let keys = clauses.id.is_some() || clauses.secret.is_some() || clauses.token.is_some();
        match (keys, &clauses.credentials, &clauses.role) {
            (true, None, None) => from_keys(clauses),
            (false, Some(text), None) => from_credentials(&text.0),
            (false, None, Some(Role::Default)) => Ok(Authorization::DefaultRole),
            (false, None, Some(Role::Arns(arns))) => from_arns(arns),
            (false, None, None) => Err(SqlError::new(
                "XX000",
                "COPY needs authorization: IAM_ROLE, ACCESS_KEY_ID or CREDENTIALS",
            )),
            _ => Err(SqlError::new("42601", "conflicting or redundant options: more than one authorization")),
        }
    }

    /// The key that stands behind it, if it is good.
    pub fn key(self, settings: &Settings) -> Result<Key, Trouble> {
        match self {
            Authorization::Key(key) => check(key, settings),
            Authorization::Roles(arns) => {
                arns.iter().try_for_each(|arn| check_role(arn, settings))?;
                behind_roles(settings)
            }
            Authorization::DefaultRole if settings.default_role.is_some() => behind_roles(settings),
            Authorization::DefaultRole => {
                Err(Trouble::new(8001, "Default IAM role is not set for the cluster"))
            }
        }
    }
}

fn from_keys(clauses: &Clauses) -> Result<Authorization, SqlError> {
    match (&clauses.id, &clauses.secret) {
        (Some(id), Some(secret)) => {
            let key = Key { id: id.clone(), secret: secret.clone(), token: clauses.token.clone() };
            Ok(Authorization::Key(key))
        }
        _ => Err(SqlError::new("42601", "ACCESS_KEY_ID and SECRET_ACCESS_KEY need each other")),
    }
}

/// Pairs with semicolons between, without any white space.
fn from_credentials(text: &str) -> Result<Authorization, SqlError> {
    if text.contains(char::is_whitespace) {
        return Err(invalid());
    }
    let (mut id, mut secret, mut token, mut role) = (None, None, None, None);
    for pair in text.split(';') {
        let (name, value) = pair.split_once('=').ok_or_else(invalid)?;
        let place = match name {
            "aws_access_key_id" => &mut id,
            "aws_secret_access_key" => &mut secret,
            "token" => &mut token,
            "aws_iam_role" => &mut role,
            _ => return Err(invalid()),
        };
        if value.is_empty() || place.replace(value.to_owned()).is_some() {
            return Err(invalid());
        }
    }
    match (id, secret, role) {
        (Some(id), Some(secret), None) => {
            Ok(Authorization::Key(Key { id, secret: Secret(secret), token: token.map(Secret) }))
        }
        (None, None, Some(arns)) if token.is_none() => from_arns(&arns),
        _ => Err(invalid()),
    }
}

fn from_arns(arns: &str) -> Result<Authorization, SqlError> {
    let arns: Vec<String> = arns.split(',').map(str::to_owned).collect();
    let valid = |arn: &String| arn.starts_with("arn:") && !arn.contains(char::is_whitespace);
    if arns.iter().all(valid) { Ok(Authorization::Roles(arns)) } else { Err(invalid()) }
}

fn invalid() -> SqlError {
    let message = "Invalid credentials. Must be of the format: credentials 'aws_iam_role=...' or \
                   'aws_access_key_id=...;aws_secret_access_key=...[;token=...]'";
    SqlError::new("XX000", message)
}

/// Compares with the keys that S3 knows, as S3 does. Temporary keys mean nothing without their token.
fn check(key: Key, settings: &Settings) -> Result<Key, Trouble> {
    let mut trouble = unknown_key();
    for known in settings.keys.iter().filter(|known| known.id == key.id) {
        match (&known.token, &key.token) {
            (Some(_), None) => continue,
            (wanted, given) if wanted != given => trouble = invalid_token(),
            _ if known.secret != key.secret => trouble = wrong_secret(),
            _ => return Ok(key),
        }
    }
    Err(trouble)
}

fn unknown_key() -> Trouble {
    let text = "The AWS Access Key Id you provided does not exist in our records.";
    Trouble::s3(text, 403, "InvalidAccessKeyId")
}

fn invalid_token() -> Trouble {
    Trouble::s3("The provided token is malformed or otherwise invalid.", 400, "InvalidToken")
}

fn wrong_secret() -> Trouble {
    let text = "The request signature we calculated does not match the signature you provided. \
                Check your key and signing method.";
    Trouble::s3(text, 403, "SignatureDoesNotMatch")
}

fn check_role(arn: &str, settings: &Settings) -> Result<(), Trouble> {
    if settings.roles.iter().any(|role| role == arn) || settings.default_role.as_deref() == Some(arn) {
        return Ok(());
    }
    let user = "arn:aws:redshift:sandbox:000000000000:dbuser:sandbox/sandbox";
    Err(Trouble::new(30000, format!("User {user} is not authorized to assume IAM Role {arn}")))
}

/// Roles have no keys of their own here: the first that S3 knows stands in.
fn behind_roles(settings: &Settings) -> Result<Key, Trouble> {
    settings.keys.first().cloned().ok_or_else(unknown_key)
}
