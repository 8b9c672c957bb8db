use crate::environment::Environment;

/// What the options of a command say; the environment and the profile files say the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The profile to take keys, region and endpoint from; keys in the environment do not count then.
    pub profile: Option<String>,
    /// Where to begin looking for the bucket, instead of `AWS_REGION`, `AWS_DEFAULT_REGION` or the
    /// profile's region.
    pub region: Option<String>,
    /// Instead of `AWS_S3_BUCKET_NAME`, or else `pgloader`.
    pub bucket: Option<String>,
}

impl Settings {
    pub(crate) fn bucket(&self, environment: &Environment) -> String {
        let named = chosen(&self.bucket).or_else(|| environment.get("AWS_S3_BUCKET_NAME"));
        named.unwrap_or("pgloader").to_owned()
    }

    pub(crate) fn profile(&self) -> Option<&str> {
        chosen(&self.profile)
    }

    pub(crate) fn region(&self) -> Option<&str> {
        chosen(&self.region)
    }
}

/// A blank option counts as not given.
fn chosen(option: &Option<String>) -> Option<&str> {
    option.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_bucket() {
        let variable: Environment = [("AWS_S3_BUCKET_NAME", "from-variable")].into_iter().collect();
        let option = Settings { bucket: Some("from-option".to_owned()), ..Settings::default() };
        assert_eq!(option.bucket(&variable), "from-option");
        assert_eq!(Settings::default().bucket(&variable), "from-variable");
        assert_eq!(Settings::default().bucket(&Environment::default()), "pgloader");
    }
}
