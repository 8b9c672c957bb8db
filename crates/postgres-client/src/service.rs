//! Connection service files (PostgreSQL documentation, "The Connection Service File").

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::environment::Environment;

/// A section of a service file.
pub(crate) struct Service {
    pub(crate) file: PathBuf,
    entries: Vec<(String, String)>,
}

impl Service {
    /// The value of an entry; the first one counts.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let entry = self.entries.iter().find(|(key, _)| key == name)?;
        Some(&entry.1)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }
}

/// Looks a service up in the user's file, then in the system's. The error tells where it looked.
pub(crate) fn lookup(name: &str, environment: &Environment) -> Result<Service, String> {
    let files = files(environment);
    for file in &files {
        let text = match std::fs::read_to_string(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            text => {
                text.map_err(|error| format!("the service file {} cannot be read: {error}", file.display()))?
            }
        };
        if let Some(entries) = section(&text, name, file)? {
            let file = file.clone();
            return Ok(Service { file, entries });
        }
    }
    let places: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    Err(format!(
        "there is no service \"{name}\" in {}",
        match places.is_empty() {
            true => "any file: neither PGSERVICEFILE, HOME nor PGSYSCONFDIR is set".to_owned(),
            false => places.join(" or "),
        }
    ))
}

fn files(environment: &Environment) -> Vec<PathBuf> {
    let own = match environment.variable("PGSERVICEFILE") {
        Some(file) => Some(PathBuf::from(file)),
        None => environment.home_file(".pg_service.conf"),
    };
    let system = environment.variable("PGSYSCONFDIR");
    let system = system.map(|directory| Path::new(directory).join("pg_service.conf"));
    own.into_iter().chain(system).collect()
}

/// The lines `key=value` below `[name]`, without blanks around key and value.
fn section(text: &str, name: &str, file: &Path) -> Result<Option<Vec<(String, String)>>, String> {
    let mut entries = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(heading) = line.strip_prefix('[') {
            if entries.is_some() {
                break;
            }
            entries = (heading.strip_suffix(']') == Some(name)).then(Vec::new);
        } else if let Some(entries) = &mut entries {
            let entry = line.split_once('=').ok_or_else(|| {
                let line = index + 1;
                format!("{}, line {line}: not of the form key=value", file.display())
            })?;
            if entry.0.trim() == "service" {
                let line = index + 1;
                return Err(format!(
                    "{}, line {line}: a service cannot name another service",
                    file.display()
                ));
            }
            entries.push((entry.0.trim().to_owned(), entry.1.trim().to_owned()));
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections() {
        let text = "# x\n[a]\nhost=one\n[b]\nhost = two\nport=1\nhost=three\n\n[c]\nnonsense\n";
        let find = |name| section(text, name, Path::new("f"));
        let entries = find("b").unwrap().unwrap();
        let service = Service { file: "f".into(), entries };
        assert_eq!(service.get("host"), Some("two"));
        assert_eq!(service.get("port"), Some("1"));
        assert_eq!(service.get("user"), None);
        assert!(find("d").unwrap().is_none());
        assert!(find("c").unwrap_err().contains("line 10"));
    }
}
