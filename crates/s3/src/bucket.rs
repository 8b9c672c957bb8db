//! Finding the region of a bucket.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::head_bucket::HeadBucketError;

use crate::connection::Connection;
use crate::error::{Error, Kind};
use crate::failure::{Action, Place, failure};

/// A bucket that may be used.
pub(crate) struct Found {
    pub client: Client,
    pub region: String,
}

/// What asking for a bucket in one region shows.
enum Seen {
    Here,
    In(String),
}

/// Regions to try: where we were told to begin, where S3 then sends us, and one to spare.
const TRIES: usize = 3;

/// Finds where the bucket is, and asks there whether it may be used.
///
/// # Errors
/// Any but [`Kind::NoKeys`], which the caller has ruled out.
pub(crate) async fn find(connection: &Connection, place: &Place<'_>) -> Result<Found, Error> {
    let mut region = connection.region.clone();
    for _ in 0..TRIES {
        let client = connection.client(&region);
        match ask(&client, &region, place).await? {
            Seen::Here => return Ok(Found { client, region }),
            Seen::In(other) => {
                tracing::debug!("{place} is in {other}, not in {region}");
                region = other;
            }
        }
    }
    Err(Error::new(
        Kind::WrongRegion,
        format!("cannot find the region of {place}; the last tried is {region}"),
    ))
}

async fn ask(client: &Client, region: &str, place: &Place<'_>) -> Result<Seen, Error> {
    let answer = client.head_bucket().bucket(place.bucket).send().await;
    let told = match &answer {
        Ok(head) => head.bucket_region().map(str::to_owned),
        Err(refused) => told_region(refused),
    };
    match (answer, told) {
        (_, Some(told)) if told != region => Ok(Seen::In(told)),
        (Ok(_), Some(_)) => Ok(Seen::Here),
        (Ok(_), None) => Ok(location(client, place).await.map_or(Seen::Here, |told| seen(told, region))),
        (Err(refused), _) if is_final(&refused) => Err(failure(&refused, Action::FindBucket, place)),
        (Err(_), _) => ask_further(client, region, place).await,
    }
}

/// The answer to HEAD has no body, so no reason. Ask in other ways.
async fn ask_further(client: &Client, region: &str, place: &Place<'_>) -> Result<Seen, Error> {
    if let Some(Seen::In(other)) = location(client, place).await.map(|told| seen(told, region)) {
        return Ok(Seen::In(other));
    }
    match client.list_objects_v2().bucket(place.bucket).max_keys(1).send().await {
        Ok(_) => Ok(Seen::Here),
        Err(refused) => Err(failure(&refused, Action::FindBucket, place)),
    }
}

fn seen(told: String, region: &str) -> Seen {
    if told == region { Seen::Here } else { Seen::In(told) }
}

/// Whether a refusal is clear without a reason: S3 cannot answer.
fn is_final(refused: &SdkError<HeadBucketError, HttpResponse>) -> bool {
    match refused.raw_response() {
        Some(answer) => answer.status().as_u16() >= 500,
        None => true,
    }
}

/// The region that the bucket's location or the refusal to tell it names.
async fn location(client: &Client, place: &Place<'_>) -> Option<String> {
    match client.get_bucket_location().bucket(place.bucket).send().await {
        Ok(location) => Some(match location.location_constraint().map(|region| region.as_str()) {
            // The oldest two regions have names of their own here.
            None | Some("") => "us-east-1".to_owned(),
            Some("EU") => "eu-west-1".to_owned(),
            Some(region) => region.to_owned(),
        }),
        Err(refused) => told_region(&refused),
    }
}

/// The bucket's region in a refusal: in a header, or in the body of `AuthorizationHeaderMalformed`.
fn told_region<E: ProvideErrorMetadata>(refused: &SdkError<E, HttpResponse>) -> Option<String> {
    let answer = refused.raw_response()?;
    if let Some(region) = answer.headers().get("x-amz-bucket-region") {
        return Some(region.to_owned());
    }
    let body = std::str::from_utf8(answer.body().bytes()?).ok()?;
    let (_, rest) = body.split_once("<Region>")?;
    let (region, _) = rest.split_once("</Region>")?;
    Some(region.trim().to_owned()).filter(|region| !region.is_empty())
}
