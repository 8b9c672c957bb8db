//! The variables of templates: those of the `--context` file, then the environment's.

use std::collections::HashMap;
use std::path::Path;

use pgloader_command::ini;

use crate::files::read_text;

/// Variables by their upper-cased names. Their values may be secret: there is no `Debug`.
#[derive(Default)]
pub struct Variables(HashMap<String, String>);

impl Variables {
    /// Those of an INI file, all its sections together; of two that have one name the later one holds.
    pub fn read(file: Option<&Path>) -> Result<Variables, String> {
        let Some(file) = file else { return Ok(Variables::default()) };
        let text = read_text(file).map_err(|error| error.to_string())?;
        let sections = ini::parse(&file.display().to_string(), &text).map_err(|error| error.to_string())?;
        let entries = sections.into_iter().flat_map(|section| section.entries);
        Ok(Variables(entries.map(|(name, value)| (name.to_uppercase(), value)).collect()))
    }

    /// The value of a variable. Asked for the upper-cased name first, then for the one that is written.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned().or_else(|| std::env::var(name).ok())
    }
}
