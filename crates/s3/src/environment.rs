use std::collections::HashMap;
use std::env;
use std::fmt;

use aws_types::os_shim_internal::Env;

/// The environment variables that matter here, as they were when this was made.
///
/// A variable that is empty or blank counts as not set. `Debug` shows names only.
#[derive(Clone, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
}

impl Environment {
    /// The variables of this process whose names begin with `AWS_`, and `HOME`. One that is no UTF-8
    /// is left out.
    pub fn from_process() -> Self {
        let text = |(name, value): (_, std::ffi::OsString)| {
            Some((std::ffi::OsString::into_string(name).ok()?, value.into_string().ok()?))
        };
        let matters = |(name, _): &(String, String)| name.starts_with("AWS_") || name == "HOME";
        env::vars_os().filter_map(text).filter(matters).collect()
    }

    /// A variable's value without blanks around it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Whether a variable says `true`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// What the SDK takes for the environment. Its `Debug` shows the values: never print it.
    pub(crate) fn for_sdk(&self) -> Env {
        Env::from(self.variables.clone())
    }
}

/// The last value of a name counts.
impl<N: Into<String>, V: AsRef<str>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let trimmed = |(name, value): (N, V)| (name.into(), value.as_ref().trim().to_owned());
        let mut variables: HashMap<String, String> = variables.into_iter().map(trimmed).collect();
        variables.retain(|_, value| !value.is_empty());
        Self { variables }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<&String> = self.variables.keys().collect();
        names.sort();
        f.debug_tuple("Environment").field(&names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_is_unset_and_values_stay_secret() {
        let set = [("AWS_SECRET_ACCESS_KEY", " s3cr3t\n"), ("AWS_REGION", "  "), ("AWS_PROFILE", "")];
        let environment: Environment = set.into_iter().collect();
        assert_eq!(environment.get("AWS_SECRET_ACCESS_KEY"), Some("s3cr3t"));
        assert_eq!(environment.get("AWS_REGION"), None);
        assert_eq!(format!("{environment:?}"), r#"Environment(["AWS_SECRET_ACCESS_KEY"])"#);
    }
}
