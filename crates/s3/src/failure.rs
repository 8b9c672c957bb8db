//! From the SDK's errors to ours.

use std::error::Error as StdError;
use std::fmt;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;

use crate::error::{Error, Kind};
use crate::profiles::chain;

/// What was being done, and the permission it needs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    FindBucket,
    Read,
    Write,
    Delete,
    List,
    ListUploads,
    AbortUpload,
}

/// Where it was being done.
pub(crate) struct Place<'a> {
    pub bucket: &'a str,
    pub key: Option<&'a str>,
    /// Other than Amazon's.
    pub endpoint: Option<&'a str>,
    /// The key in use, as it may be shown.
    pub key_id: &'a str,
}

/// In the text of every error of rustls that is about the server's certificate.
const CERTIFICATE: &str = "invalid peer certificate";

/// What S3 or the connection said.
struct Said {
    kind: Kind,
    text: String,
    request: Option<String>,
}

/// The error to report for one of the SDK.
pub(crate) fn failure<E>(error: &SdkError<E, HttpResponse>, action: Action, place: &Place<'_>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    if let Some(ours) = ours(error) {
        return ours;
    }
    let Said { kind, text, request } = said(error);
    let request = request.map(|id| format!(" (request {id})")).unwrap_or_default();
    let message = format!("cannot {} {place}: {text}{request}", action.verb());
    if text.contains(CERTIFICATE) {
        let hint = "name a file with the certificate of the endpoint's authority in AWS_CA_BUNDLE";
        return Error::new(kind, message).with_hint(hint);
    }
    explained(kind, message, action, place)
}

/// An error with what the user can do, where that is known.
pub(crate) fn explained(kind: Kind, message: String, action: Action, place: &Place<'_>) -> Error {
    let error = Error::new(kind, message);
    match hint(kind, action, place) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// What an error code of S3 means. `status` decides where the code is unknown or absent, as it is in
/// answers to HEAD.
pub(crate) fn kind(code: Option<&str>, status: u16) -> Kind {
    match (code.unwrap_or_default(), status) {
        ("NoSuchBucket", _) => Kind::NoBucket,
        ("NoSuchKey" | "NoSuchUpload" | "NotFound", _) => Kind::NoObject,
        ("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" | "InvalidClientTokenId", _) => {
            Kind::WrongKey
        }
        ("ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired", _) => Kind::ExpiredToken,
        ("RequestTimeTooSkewed" | "RequestExpired", _) => Kind::ClockSkew,
        ("AuthorizationHeaderMalformed" | "PermanentRedirect" | "TemporaryRedirect", _)
        | ("IllegalLocationConstraintException" | "IncorrectEndpoint", _)
        | (_, 301 | 307) => Kind::WrongRegion,
        ("SlowDown" | "RequestTimeout" | "Throttling" | "RequestLimitExceeded" | "OperationAborted", _)
        | (_, 429 | 500..=599) => Kind::Transient,
        ("AccessDenied" | "AllAccessDisabled" | "AccountProblem", _) | (_, 401 | 403) => Kind::Denied,
        _ => Kind::Other,
    }
}

/// An error of ours that went through the SDK, such as one of looking for keys.
fn ours(error: &(dyn StdError + 'static)) -> Option<Error> {
    match error.downcast_ref::<Error>() {
        Some(ours) => Some(ours.clone()),
        None => error.source().and_then(self::ours),
    }
}

fn said<E>(error: &SdkError<E, HttpResponse>) -> Said
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    match error {
        SdkError::ServiceError(refused) => {
            let status = refused.raw().status().as_u16();
            let (code, message) = (refused.err().code(), refused.err().message());
            let text = match (code, message) {
                (Some(code), Some(message)) => format!("{code}: {}", message.trim_end_matches('.')),
                (Some(code), None) => code.to_owned(),
                (None, _) => format!("HTTP status {status}"),
            };
            Said { kind: kind(code, status), text, request: error.request_id().map(str::to_owned) }
        }
        SdkError::DispatchFailure(failed) => {
            let text = failed.as_connector_error().map_or_else(|| chain(error), |error| chain(error));
            let text = text.strip_prefix("io error: ").map(str::to_owned).unwrap_or(text);
            let kind = if text.contains(CERTIFICATE) { Kind::Other } else { Kind::Transient };
            Said { kind, text, request: None }
        }
        SdkError::TimeoutError(_) => {
            Said { kind: Kind::Transient, text: "S3 does not answer".to_owned(), request: None }
        }
        SdkError::ResponseError(broken) => {
            let kind = kind(None, broken.raw().status().as_u16());
            let kind = if kind == Kind::Other { Kind::Transient } else { kind };
            Said { kind, text: chain(error), request: error.request_id().map(str::to_owned) }
        }
        _ => Said { kind: Kind::Other, text: chain(error), request: None },
    }
}

fn hint(kind: Kind, action: Action, place: &Place<'_>) -> Option<String> {
    let Place { bucket, key_id, .. } = place;
    Some(match kind {
        Kind::Denied => {
            let permission = action.permission();
            format!("the key {key_id} needs the permission {permission} for the bucket {bucket}")
        }
        Kind::NoBucket => "create the bucket, or name another by option or by AWS_S3_BUCKET_NAME".to_owned(),
        Kind::WrongKey => {
            format!("check the key {key_id}: its id, its secret, and the session token if it is temporary")
        }
        Kind::ExpiredToken => "get new temporary keys, for instance with: aws sso login".to_owned(),
        Kind::ClockSkew => "set this machine's clock; S3 tolerates 15 minutes".to_owned(),
        Kind::WrongRegion => "name the bucket's region by option or by AWS_REGION".to_owned(),
        _ => return None,
    })
}

impl Action {
    fn verb(self) -> &'static str {
        match self {
            Self::FindBucket => "use",
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete from",
            Self::List => "list",
            Self::ListUploads => "list the uploads to",
            Self::AbortUpload => "abort an upload to",
        }
    }

    fn permission(self) -> &'static str {
        match self {
            Self::FindBucket | Self::List => "s3:ListBucket",
            Self::Read => "s3:GetObject",
            Self::Write => "s3:PutObject",
            Self::Delete => "s3:DeleteObject",
            Self::ListUploads => "s3:ListBucketMultipartUploads",
            Self::AbortUpload => "s3:AbortMultipartUpload",
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.bucket)?;
        if let Some(key) = self.key {
            write!(f, "/{key}")?;
        }
        match self.endpoint {
            Some(endpoint) => write!(f, " at {endpoint}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_kinds_apart() {
        assert_eq!(kind(Some("SlowDown"), 503), Kind::Transient);
        assert_eq!(kind(None, 500), Kind::Transient);
        assert_eq!(kind(Some("AccessDenied"), 403), Kind::Denied);
        assert_eq!(kind(None, 403), Kind::Denied);
        assert_eq!(kind(Some("RequestTimeTooSkewed"), 403), Kind::ClockSkew);
        assert_eq!(kind(Some("ExpiredToken"), 400), Kind::ExpiredToken);
        assert_eq!(kind(None, 301), Kind::WrongRegion);
        assert_eq!(kind(Some("NoSuchBucket"), 404), Kind::NoBucket);
        assert_eq!(kind(Some("EntityTooSmall"), 400), Kind::Other);
    }
}
