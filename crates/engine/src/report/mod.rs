//! What a command did, told in five forms: text, CSV, COPY text, JSON and HTML. Each is a pure function of the
//! [`Report`].

mod fields;
pub mod figures;
mod html;
mod json;
mod model;
mod text;

use std::path::Path;

pub use html::Document;
pub use json::quoted;
pub use model::{Details, Line, Report, Section, Verdict};

/// The form of a report in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns for people.
    Text,
    /// A line of six fields for each step and table, separated by semicolons.
    Csv,
    /// The same fields as COPY reads them.
    Copy,
    /// One object on one line.
    Json,
    /// A page; see [`Document`], which holds all commands of a run.
    Html,
}

impl Format {
    /// The form of a file of this name: its extension says, in lower case; any other means text.
    pub fn of(path: &Path) -> Format {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => Format::Csv,
            Some("copy") => Format::Copy,
            Some("json") => Format::Json,
            Some("html" | "htm") => Format::Html,
            _ => Format::Text,
        }
    }
}

impl Report {
    /// The report as a table of text that ends with a line break; `verbose` adds what was read and both sides'
    /// times.
    pub fn text(&self, verbose: bool) -> String {
        text::render(self, verbose)
    }

    /// The report as lines of CSV: `"label";read;rows;errors;bytes;"time"`.
    pub fn csv(&self) -> String {
        fields::csv(self)
    }

    /// The report as COPY reads it, with the fields of the CSV.
    pub fn copy(&self) -> String {
        fields::copy(self)
    }

    /// The report as one line of JSON.
    pub fn json(&self) -> String {
        json::render(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_names_the_form_in_lower_case() {
        let forms = ["r.csv", "a/b.copy", "r.json", "r.html", "r.htm", "r.CSV", "r.txt", "csv", "r.csv.bak"];
        let found = forms.map(|name| Format::of(Path::new(name)));
        use Format::*;
        assert_eq!(found, [Csv, Copy, Json, Html, Html, Text, Text, Text, Text]);
    }
}
