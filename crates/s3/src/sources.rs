//! Where AWS keys come from.
//!
//! A profile named by an option is the only source. Otherwise: the environment; the profile files;
//! a web identity; a container's role; the instance's role, whose look-up is slow off EC2 and so last.

use std::fmt;
use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_s3::config::{Region, SharedHttpClient};
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::environment::Environment;
use crate::error::{Error, Kind};
use crate::keys::shown;
use crate::profiles::{Profiles, chain};

/// Gives keys, and gets new ones in time.
#[derive(Clone)]
pub(crate) struct KeySource(Arc<Inner>);

struct Inner {
    environment: Environment,
    profile: Option<String>,
    http: SharedHttpClient,
    region: String,
    known: Mutex<Option<Known>>,
}

struct Known {
    credentials: Credentials,
    since: Instant,
}

/// Where keys may be, besides the environment.
#[derive(Clone, Copy)]
enum Place {
    Profile,
    WebIdentity,
    Container,
    Instance,
}

/// In the order of looking.
const PLACES: [Place; 4] = [Place::Profile, Place::WebIdentity, Place::Container, Place::Instance];

/// What one place had.
type Looked = Result<Credentials, CredentialsError>;

/// Keys must be good for as long when they are given out, where the source can help it: a COPY that
/// begins with them may take some time.
const LONG_ENOUGH: Duration = Duration::from_secs(15 * 60);

/// Keys without an end are looked up again after this time: some programs rewrite the profile files.
const FRESH: Duration = Duration::from_secs(5 * 60);

impl KeySource {
    pub fn new(
        environment: Environment,
        profile: Option<String>,
        http: SharedHttpClient,
        region: String,
    ) -> Self {
        Self(Arc::new(Inner { environment, profile, http, region, known: Mutex::default() }))
    }

    /// Keys that are good for some time yet, where the source has such.
    ///
    /// # Errors
    /// [`Kind::NoKeys`], naming each place searched; [`Kind::Settings`] for files that cannot be read.
    pub async fn credentials(&self) -> Result<Credentials, Error> {
        let mut known = self.0.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| known.is_good()) {
            return Ok(known.credentials.clone());
        }
        match (self.0.search().await, known.as_ref()) {
            (Ok(credentials), _) => {
                *known = Some(Known { credentials: credentials.clone(), since: Instant::now() });
                Ok(credentials)
            }
            (Err(error), Some(old)) if old.is_alive() => {
                tracing::warn!("AWS keys cannot be renewed yet: {}", error.message());
                Ok(old.credentials.clone())
            }
            (Err(error), _) => Err(error),
        }
    }
}

impl ProvideCredentials for KeySource {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.credentials().await.map_err(CredentialsError::not_loaded)
        })
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySource")
    }
}

impl Place {
    fn name(self, profiles: &Profiles) -> &str {
        match self {
            Self::Profile => &profiles.place,
            Self::WebIdentity => "a web identity",
            Self::Container => "a container's role",
            Self::Instance => "the instance's role",
        }
    }
}

impl Known {
    fn is_good(&self) -> bool {
        match self.credentials.expiry() {
            Some(end) => end > SystemTime::now() + LONG_ENOUGH,
            None => self.since.elapsed() < FRESH,
        }
    }

    fn is_alive(&self) -> bool {
        self.credentials.expiry().is_none_or(|end| end > SystemTime::now())
    }
}

impl Inner {
    async fn search(&self) -> Result<Credentials, Error> {
        if self.profile.is_some() {
            return self.only_profile().await;
        }
        let profiles = Profiles::read(&self.environment, None).await?;
        if let Some(credentials) = environment_keys(&self.environment, &profiles)? {
            tracing::debug!("AWS keys {} are from the environment", shown(credentials.access_key_id()));
            return Ok(credentials);
        }
        let mut searched = vec!["the environment (AWS_ACCESS_KEY_ID is not set)".to_owned()];
        for place in PLACES {
            let name = place.name(&profiles);
            match self.look(place, &profiles).await {
                Ok(credentials) => {
                    tracing::debug!("AWS keys {} are from {name}", shown(credentials.access_key_id()));
                    return Ok(credentials);
                }
                Err(error @ CredentialsError::CredentialsNotLoaded(_)) => {
                    searched.push(format!("{name} ({})", reason(&error)));
                }
                Err(error) => return Err(failed(name, &error)),
            }
        }
        Err(none_found(&searched))
    }

    async fn only_profile(&self) -> Result<Credentials, Error> {
        let profiles = Profiles::read(&self.environment, self.profile.as_deref()).await?;
        if !profiles.exists() {
            let place = &profiles.place;
            return Err(Error::new(Kind::NoKeys, format!("there is no {place}")));
        }
        self.in_profile(&profiles).await.map_err(|error| failed(&profiles.place, &error))
    }

    async fn look(&self, place: Place, profiles: &Profiles) -> Looked {
        match place {
            Place::Profile => self.in_profile(profiles).await,
            Place::WebIdentity => self.as_web_identity().await,
            Place::Container => self.in_container().await,
            Place::Instance => self.in_instance().await,
        }
    }

    async fn in_profile(&self, profiles: &Profiles) -> Looked {
        let provider = ProfileFileCredentialsProvider::builder()
            .configure(&self.sdk())
            .profile_files(profiles.files.clone())
            .profile_name(profiles.name())
            .build();
        provider.provide_credentials().await
    }

    async fn as_web_identity(&self) -> Looked {
        let file = self.configured("AWS_WEB_IDENTITY_TOKEN_FILE")?;
        if let Err(error) = File::open(file) {
            // The SDK would not name it.
            return Err(CredentialsError::provider_error(format!("{file}: {error}")));
        }
        let session = self.environment.get("AWS_ROLE_SESSION_NAME").unwrap_or("pgloader");
        let configuration = StaticConfiguration {
            web_identity_token_file: file.into(),
            role_arn: self.configured("AWS_ROLE_ARN")?.to_owned(),
            session_name: session.to_owned(),
        };
        let provider = WebIdentityTokenCredentialsProvider::builder()
            .configure(&self.sdk())
            .static_configuration(configuration)
            .build();
        provider.provide_credentials().await
    }

    async fn in_container(&self) -> Looked {
        if self.environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI").is_none() {
            self.configured("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")?;
        }
        EcsCredentialsProvider::builder().configure(&self.sdk()).build().provide_credentials().await
    }

    async fn in_instance(&self) -> Looked {
        if self.environment.flag("AWS_EC2_METADATA_DISABLED") {
            return Err(CredentialsError::not_loaded("AWS_EC2_METADATA_DISABLED is true"));
        }
        let provider = ImdsCredentialsProvider::builder().configure(&self.sdk()).build();
        provider.provide_credentials().await
    }

    fn configured(&self, variable: &str) -> Result<&str, CredentialsError> {
        let missing = || CredentialsError::not_loaded(format!("{variable} is not set"));
        self.environment.get(variable).ok_or_else(missing)
    }

    /// How the SDK's own clients for keys (STS, SSO) connect.
    fn sdk(&self) -> ProviderConfig {
        let connect = Duration::from_secs(5);
        let timeouts =
            TimeoutConfig::builder().connect_timeout(connect).operation_timeout(Duration::from_secs(60));
        ProviderConfig::without_region()
            .with_region(Some(Region::new(self.region.clone())))
            .with_http_client(self.http.clone())
            .with_timeout_config(timeouts.build())
    }
}

/// Keys from the two variables. Where only one is set, the other half is the profile's, as in earlier
/// versions of pgloader; the session token goes with the id.
fn environment_keys(environment: &Environment, profiles: &Profiles) -> Result<Option<Credentials>, Error> {
    const ID: &str = "AWS_ACCESS_KEY_ID";
    const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
    let token = environment.get("AWS_SESSION_TOKEN");
    match (environment.get(ID), environment.get(SECRET)) {
        (None, None) => Ok(None),
        (Some(id), Some(secret)) => Ok(Some(keys(id, secret, token))),
        (Some(id), None) => {
            let secret = completing(profiles, ID, SECRET, "aws_secret_access_key")?;
            Ok(Some(keys(id, secret, token)))
        }
        (None, Some(secret)) => {
            let id = completing(profiles, SECRET, ID, "aws_access_key_id")?;
            Ok(Some(keys(id, secret, profiles.get("aws_session_token"))))
        }
    }
}

fn keys(id: &str, secret: &str, token: Option<&str>) -> Credentials {
    Credentials::new(id, secret, token.map(str::to_owned), None, "pgloader")
}

fn completing<'a>(profiles: &'a Profiles, set: &str, unset: &str, property: &str) -> Result<&'a str, Error> {
    profiles.get(property).ok_or_else(|| {
        let place = &profiles.place;
        Error::new(
            Kind::NoKeys,
            format!("{set} is set, but not {unset}, and {property} is not set by {place}"),
        )
        .with_hint("set both variables, or neither")
    })
}

fn none_found(searched: &[String]) -> Error {
    Error::new(Kind::NoKeys, format!("no AWS keys found; searched: {}", searched.join("; ")))
        .with_hint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run: aws configure")
}

fn failed(place: &str, error: &CredentialsError) -> Error {
    let reason = reason(error);
    let is_sso = reason.contains("/sso/cache/");
    let error = Error::new(Kind::NoKeys, format!("cannot get AWS keys from {place}: {reason}"));
    if is_sso { error.with_hint("log in with: aws sso login") } else { error }
}

/// Why a place has no keys: the causes, since the SDK's outer errors say nothing of their own.
fn reason(error: &CredentialsError) -> String {
    match std::error::Error::source(error) {
        None => error.to_string(),
        Some(cause) => cause.downcast_ref::<CredentialsError>().map_or_else(|| chain(cause), reason),
    }
}
