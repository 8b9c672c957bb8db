//! Answers that are given before the request reaches the S3 protocol proper.

use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use s3s::{Body, HttpResponse};

use crate::fault::Fault;

/// An error answer of S3.
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    region: Option<String>,
}

impl Refusal {
    /// The answer that a fault stands for; `None` for those that break the connection.
    pub fn of(fault: &Fault) -> Option<Self> {
        let (status, code, message) = match fault {
            Fault::SlowDown => (503, "SlowDown", "Please reduce your request rate."),
            Fault::InternalError => (500, "InternalError", "We encountered an internal error."),
            Fault::ExpiredToken => (400, "ExpiredToken", "The provided token has expired."),
            Fault::ClockSkew => {
                (403, "RequestTimeTooSkewed", "The request's time is too far from the server's.")
            }
            Fault::AccessDenied => (403, "AccessDenied", "Access Denied"),
            Fault::ResetMidUpload | Fault::ResetMidDownload | Fault::LostAnswer | Fault::ForbidKey(_) => {
                return None;
            }
        };
        Some(Self::new(status, code, message))
    }

    /// The answer to a request signed for another region than the bucket's.
    pub fn wrong_region(region: &str, redirect: bool) -> Self {
        let refusal = if redirect {
            Self::new(301, "PermanentRedirect", "The bucket must be addressed at another endpoint.")
        } else {
            let message = "The authorization header is malformed; the region is wrong.";
            Self::new(400, "AuthorizationHeaderMalformed", message)
        };
        Self { region: Some(region.to_owned()), ..refusal }
    }

    fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, code, message, region: None }
    }

    pub fn into_answer(self) -> HttpResponse {
        let Self { status, code, message, region } = self;
        let region = region.map(|region| format!("<Region>{region}</Region>")).unwrap_or_default();
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Error><Code>{code}</Code><Message>{message}</Message>{region}</Error>"
        );
        let mut answer = HttpResponse::new(Body::from(xml));
        *answer.status_mut() = status;
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        answer
    }
}
