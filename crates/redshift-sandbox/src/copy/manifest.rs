//! Manifests: JSON that names the files to load.

use serde_json::{Map, Value};

use super::statement::Location;
use super::trouble::Trouble;

/// One file of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The exact key.
    pub object: Location,
    /// Whether the COPY fails if there is no such object.
    pub mandatory: bool,
}

/// Reads a manifest strictly. Members that are not known are passed over, a known one of a wrong type is not.
/// `url` is the manifest's own, for messages.
pub(super) fn parse(bytes: &[u8], url: &str) -> Result<Vec<Entry>, Trouble> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| problem(url, &error.to_string()))?;
    let entries = value.get("entries").and_then(Value::as_array);
    let entries = entries.ok_or_else(|| problem(url, "\"entries\" must be an array"))?;
    entries.iter().map(|value| entry(value, url)).collect()
}

fn entry(value: &Value, manifest: &str) -> Result<Entry, Trouble> {
    let members = value.as_object().ok_or_else(|| problem(manifest, "an entry must be an object"))?;
    let url = members.get("url").and_then(Value::as_str);
    let url = url.ok_or_else(|| problem(manifest, "\"url\" must be a string"))?;
    let object = Location::parse(url).filter(|location| !location.key.is_empty());
    let object =
        object.ok_or_else(|| problem(manifest, &format!("\"{url}\" is no full path of an object")))?;
    let mandatory = match members.get("mandatory") {
        None => false,
        Some(Value::Bool(mandatory)) => *mandatory,
        Some(_) => return Err(problem(manifest, "\"mandatory\" must be true or false")),
    };
    check_meta(members, manifest)?;
    Ok(Entry { object, mandatory })
}

fn check_meta(members: &Map<String, Value>, manifest: &str) -> Result<(), Trouble> {
    let length = match members.get("meta") {
        None => return Ok(()),
        Some(Value::Object(meta)) => meta.get("content_length"),
        Some(_) => return Err(problem(manifest, "\"meta\" must be an object")),
    };
    match length {
        Some(length) if !length.is_u64() => {
            Err(problem(manifest, "\"content_length\" must be a whole number"))
        }
        _ => Ok(()),
    }
}

fn problem(url: &str, why: &str) -> Trouble {
    Trouble::new(8001, format!("Problem reading manifest file - {url}: {why}"))
}
