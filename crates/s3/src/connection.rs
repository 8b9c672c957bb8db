//! How S3 is reached: region, endpoint, retries, time limits.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    BehaviorVersion, Region, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient,
    StalledStreamProtectionConfig,
};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::environment::Environment;
use crate::error::{Error, Kind};
use crate::http;
use crate::profiles::Profiles;
use crate::settings::Settings;
use crate::sources::KeySource;

/// What clients for any region have in common.
pub(crate) struct Connection {
    pub keys: KeySource,
    /// Where to begin looking for the bucket.
    pub region: String,
    /// Other than Amazon's.
    pub endpoint: Option<String>,
    /// Whether uploads carry checksums.
    pub checksums: bool,
    http: SharedHttpClient,
    attempts: u32,
    fips: bool,
    dual_stack: bool,
}

const CONNECT: Duration = Duration::from_secs(5);

/// How long S3 may take to answer once a request is begun. A request carries 16 MB at most, so only a
/// dead connection reaches it; a transfer that stands still is noticed earlier.
const ANSWER: Duration = Duration::from_secs(600);

/// How long a transfer may stand still.
const STALL: Duration = Duration::from_secs(20);

const ATTEMPTS: u32 = 5;

impl Connection {
    /// Puts together what options, environment and profile say. Asks nobody.
    ///
    /// # Errors
    /// [`Kind::Settings`].
    pub async fn new(settings: &Settings, environment: &Environment) -> Result<Self, Error> {
        let profiles = Profiles::read(environment, settings.profile()).await?;
        let http = http::client(environment)?;
        let region = region(settings, environment, &profiles);
        let profile = settings.profile().map(str::to_owned);
        let keys = KeySource::new(environment.clone(), profile, http.clone(), region.clone());
        Ok(Self {
            keys,
            region,
            endpoint: endpoint(environment, &profiles)?,
            checksums: checksums(&profiles)?,
            http,
            attempts: attempts(&profiles)?,
            fips: is_true(&profiles, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
            dual_stack: is_true(&profiles, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
        })
    }

    /// A client for one region.
    pub fn client(&self, region: &str) -> Client {
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(ANSWER).build();
        let stalls = StalledStreamProtectionConfig::enabled().grace_period(STALL).build();
        let mut config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(self.keys.clone())
            .http_client(self.http.clone())
            .retry_config(RetryConfig::standard().with_max_attempts(self.attempts))
            .timeout_config(timeouts)
            .stalled_stream_protection(stalls)
            .response_checksum_validation(ResponseChecksumValidation::WhenSupported)
            .use_fips(self.fips)
            .use_dual_stack(self.dual_stack)
            // Buckets have no names of their own below other hosts than Amazon's.
            .force_path_style(self.endpoint.is_some());
        if !self.checksums {
            config = config
                .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
                .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        }
        config.set_endpoint_url(self.endpoint.clone());
        Client::from_conf(config.build())
    }
}

fn region(settings: &Settings, environment: &Environment, profiles: &Profiles) -> String {
    let named = settings
        .region()
        .or_else(|| environment.get("AWS_REGION"))
        .or_else(|| environment.get("AWS_DEFAULT_REGION"))
        .or_else(|| profiles.get("region"));
    named.unwrap_or("us-east-1").to_owned()
}

fn endpoint(environment: &Environment, profiles: &Profiles) -> Result<Option<String>, Error> {
    let ignored = environment.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        || profiles
            .get("ignore_configured_endpoint_urls")
            .is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    match profiles.of_s3("AWS_ENDPOINT_URL", "endpoint_url") {
        Some(url) if !ignored => checked(url).map(Some),
        _ => Ok(None),
    }
}

/// A password in the URL would stand in every message that names the endpoint, and S3 takes none.
fn checked(url: String) -> Result<String, Error> {
    if url.split("://").nth(1).is_some_and(|rest| rest.split('/').next().unwrap_or(rest).contains('@')) {
        return Err(Error::new(Kind::Settings, "the S3 endpoint holds a user or a password")
            .with_hint("S3 takes keys only: leave out what stands before the @ of AWS_ENDPOINT_URL"));
    }
    if ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    let message = format!("the S3 endpoint {url} begins neither with https:// nor with http://");
    Err(Error::new(Kind::Settings, message)
        .with_hint("correct AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or endpoint_url of the profile"))
}

fn checksums(profiles: &Profiles) -> Result<bool, Error> {
    const NAME: &str = "AWS_REQUEST_CHECKSUM_CALCULATION";
    let value = profiles.of_s3(NAME, "request_checksum_calculation").unwrap_or_default().to_ascii_lowercase();
    match value.as_str() {
        "" | "when_supported" => Ok(true),
        "when_required" => Ok(false),
        other => Err(unknown(NAME, other, "when_supported or when_required")),
    }
}

fn attempts(profiles: &Profiles) -> Result<u32, Error> {
    const NAME: &str = "AWS_MAX_ATTEMPTS";
    match profiles.of_s3(NAME, "max_attempts") {
        None => Ok(ATTEMPTS),
        Some(text) => match text.parse() {
            Ok(attempts) if attempts > 0 => Ok(attempts),
            _ => Err(unknown(NAME, &text, "a number of 1 or more")),
        },
    }
}

fn is_true(profiles: &Profiles, variable: &str, property: &str) -> bool {
    profiles.of_s3(variable, property).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn unknown(name: &str, value: &str, expected: &str) -> Error {
    Error::new(Kind::Settings, format!("{name} is {value}, but must be {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_with_a_password_is_refused_and_not_shown() {
        for url in ["http://user:s3cret@localhost:9000/", "https://s3cret@host", "s3cret://a:s3cret@b"] {
            let error = checked(url.to_owned()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
        assert_eq!(checked("http://localhost:9000/a@b".to_owned()).unwrap(), "http://localhost:9000/a@b");
    }
}
