//! The profile files, `~/.aws/config` and `~/.aws/credentials`.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use aws_config::profile::{self, ProfileSet};
use aws_runtime::env_config::EnvConfigValue;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use crate::environment::Environment;
use crate::error::{Error, Kind};

/// The profile that is in force, with the files it is from.
pub(crate) struct Profiles {
    environment: Env,
    /// The files that exist.
    pub files: EnvConfigFiles,
    set: ProfileSet,
    /// For messages: `profile default in /home/me/.aws/config and /home/me/.aws/credentials`.
    pub place: String,
}

impl Profiles {
    /// Reads the files anew. A file that does not exist, or may not be read, counts as empty.
    ///
    /// # Errors
    /// A file that cannot be read or parsed.
    pub async fn read(environment: &Environment, profile: Option<&str>) -> Result<Self, Error> {
        let config = path(environment, "AWS_CONFIG_FILE", "config");
        let credentials = path(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
        let name = profile.or_else(|| environment.get("AWS_PROFILE")).unwrap_or("default").to_owned();
        let place = format!("profile {name} in {} and {}", config.display(), credentials.display());
        let mut files = EnvConfigFiles::builder();
        for (kind, path) in
            [(EnvConfigFileKind::Config, config), (EnvConfigFileKind::Credentials, credentials)]
        {
            // The SDK panics without any file.
            files = match is_readable(&path)? {
                true => files.with_file(kind, path),
                false => files.with_contents(kind, ""),
            };
        }
        let files = files.build();
        let environment = environment.for_sdk();
        let set = profile::load(&Fs::real(), &environment, &files, Some(name.into()))
            .await
            .map_err(|error| Error::new(Kind::Settings, format!("cannot read {place}: {}", chain(&error))))?;
        Ok(Self { environment, files, set, place })
    }

    /// The name of the profile in force.
    pub fn name(&self) -> &str {
        self.set.selected_profile()
    }

    /// Whether the profile in force is in either file.
    pub fn exists(&self) -> bool {
        self.set.get_profile(self.name()).is_some()
    }

    /// A property of the profile in force, unless blank.
    pub fn get(&self, property: &str) -> Option<&str> {
        self.set.get(property).map(str::trim).filter(|value| !value.is_empty())
    }

    /// A setting that S3 has a variable or property of its own for, such as `AWS_ENDPOINT_URL_S3` beside
    /// `AWS_ENDPOINT_URL`: the own variable, the common one, the own property (below `services`), the
    /// common one. Not for secrets, since the SDK traces it.
    pub fn of_s3(&self, variable: &str, property: &str) -> Option<String> {
        let value = EnvConfigValue::new().env(variable).profile(property).service_id("s3");
        let (value, _) = value.load(&self.environment, Some(&self.set))?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

/// The file that a variable names, or else the one below `~/.aws`.
fn path(environment: &Environment, variable: &str, name: &str) -> PathBuf {
    let home = environment.get("HOME").map(PathBuf::from).unwrap_or_default();
    match environment.get(variable) {
        Some(path) => match path.strip_prefix("~/") {
            Some(below) => home.join(below),
            None => PathBuf::from(path),
        },
        None => home.join(".aws").join(name),
    }
}

fn is_readable(path: &Path) -> Result<bool, Error> {
    match File::open(path) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            tracing::warn!("{} is left out: {error}", path.display());
            Ok(false)
        }
        Err(error) => Err(Error::new(Kind::Settings, format!("cannot read {}: {error}", path.display()))),
    }
}

/// An error and what caused it, without the `Debug` output that the SDK would add.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
