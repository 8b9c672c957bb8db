//! What sees every request first: the log, the faults, and the region it is signed for.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::Request;
use hyper::body::{Frame, Incoming};
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use s3s::service::S3Service;
use s3s::{Body, HttpError, HttpResponse, StdError};

use crate::fault::{Fault, Faults};
use crate::objects::Objects;
use crate::refusal::Refusal;

pub(crate) struct Front {
    pub service: S3Service,
    pub objects: Arc<Objects>,
    pub faults: Arc<Faults>,
    pub redirects: bool,
    pub log: Mutex<Vec<String>>,
    pub answers: AtomicU64,
}

impl Front {
    /// # Errors
    /// Makes hyper close the connection without an answer.
    pub async fn answer(&self, request: Request<Incoming>) -> Result<HttpResponse, HttpError> {
        self.note(&request);
        let bucket = bucket_of(request.uri().path()).to_owned();
        let mut answer = match self.faults.take(request.method()) {
            Some(fault) => self.fail(&fault, request).await?,
            None => self.judge(&bucket, request).await?,
        };
        self.sign(&bucket, answer.headers_mut());
        Ok(answer)
    }

    fn note(&self, request: &Request<Incoming>) {
        let line = format!("{} {}", request.method(), request.uri());
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    async fn fail(&self, fault: &Fault, request: Request<Incoming>) -> Result<HttpResponse, HttpError> {
        if let Some(refusal) = Refusal::of(fault) {
            drain(request.into_body()).await;
            return Ok(refusal.into_answer());
        }
        match fault {
            Fault::LostAnswer => {
                self.service.call(request.map(Body::from)).await?;
                Err(HttpError::new("the answer is lost on purpose".into()))
            }
            Fault::ResetMidDownload => {
                let answer = self.service.call(request.map(Body::from)).await?;
                Ok(answer.map(|body| Body::http_body_unsync(Cut { body, started: false })))
            }
            _ => {
                // What is left unread makes the system reset the connection.
                let _ = request.into_body().frame().await;
                Err(HttpError::new("reset on purpose".into()))
            }
        }
    }

    async fn judge(&self, bucket: &str, request: Request<Incoming>) -> Result<HttpResponse, HttpError> {
        let signed_for = signed_region(request.headers());
        match (self.objects.find(bucket), signed_for) {
            (Some((region, _)), Some(signed)) if signed != region => {
                drain(request.into_body()).await;
                Ok(Refusal::wrong_region(&region, self.redirects).into_answer())
            }
            _ => self.service.call(request.map(Body::from)).await,
        }
    }

    /// Adds the headers that S3 sends with every answer.
    fn sign(&self, bucket: &str, headers: &mut HeaderMap) {
        let id = format!("PRIVATE{:09}", self.answers.fetch_add(1, Ordering::Relaxed));
        let region = self.objects.find(bucket).map(|(region, _)| region);
        let named = [("x-amz-request-id", Some(id)), ("x-amz-bucket-region", region)];
        for (name, value) in named {
            if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

/// A body that breaks after its first frame.
struct Cut {
    body: Body,
    started: bool,
}

impl hyper::body::Body for Cut {
    type Data = Bytes;
    type Error = StdError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StdError>>> {
        if self.started {
            return Poll::Ready(Some(Err("cut on purpose".into())));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        self.started = true;
        Poll::Ready(frame)
    }
}

/// Takes the whole body, so that the client is not cut off while it writes.
async fn drain(mut body: Incoming) {
    while let Some(Ok(_)) = body.frame().await {}
}

fn bucket_of(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// The region in `Credential=<id>/<day>/<region>/s3/aws4_request` of the authorization header.
fn signed_region(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, scope) = authorization.split_once("Credential=")?;
    scope.split(',').next()?.split('/').nth(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_bucket_and_region() {
        assert_eq!(bucket_of("/staging/a/b.csv"), "staging");
        assert_eq!(bucket_of("/"), "");
        let mut headers = HeaderMap::new();
        assert_eq!(signed_region(&headers), None);
        let value = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host";
        headers.insert(AUTHORIZATION, HeaderValue::from_static(value));
        assert_eq!(signed_region(&headers), Some("eu-west-1"));
    }
}
