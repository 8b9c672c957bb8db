//! `--upgrade-config`: load commands for the INI files of pgloader 2.
//!
//! A section with a `filename` and a `field_sep` is one command. What it does not say is looked up in the section that
//! its `use_template` names, then in `[pgsql]`.

use std::path::{Path, PathBuf};

use pgloader_command::ini::{self, Section};
use pgloader_postgres_client::{Config, Connection, Environment, quote_identifier};

use crate::files::read_text;

/// The section of the connection and of defaults.
const SERVER: &str = "pgsql";

/// Asks a server for the columns of a table: its connection string, the table's name.
type Columns<'a> = &'a dyn Fn(&str, &str) -> Result<Vec<String>, String>;

/// The commands for INI files, in their order.
pub fn upgrade(files: &[PathBuf]) -> Result<String, String> {
    let mut commands = Vec::new();
    for file in files {
        commands.extend(upgrade_file(file, &columns_of)?);
    }
    Ok(commands.join("\n\n\n"))
}

/// The commands for a file's sections, in file order.
fn upgrade_file(path: &Path, columns: Columns<'_>) -> Result<Vec<String>, String> {
    let text = read_text(path).map_err(|error| error.to_string())?;
    upgrade_text(&path.display().to_string(), &text, columns)
}

fn upgrade_text(name: &str, text: &str, columns: Columns<'_>) -> Result<Vec<String>, String> {
    let sections = ini::parse(name, text).map_err(|error| error.to_string())?;
    let of_files =
        sections.iter().filter(|section| section.name != SERVER && !is_yes(section.get("template")));
    let mut commands = Vec::new();
    for section in of_files {
        let settings = Settings { section, all: &sections };
        if settings.get("filename").is_some() && settings.get("field_sep").is_some() {
            let command = settings.command(columns);
            commands.push(command.map_err(|error| format!("{name}: section [{}]: {error}", section.name))?);
        }
    }
    Ok(commands)
}

/// The columns of a table as its server has them.
fn columns_of(uri: &str, table: &str) -> Result<Vec<String>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    let (config, _, _) =
        Config::from_uri(uri, &Environment::from_process()).map_err(|error| error.to_string())?;
    let query = format!(
        "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = '{}'::pg_catalog.regclass \
         AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        table.replace('\'', "''")
    );
    let rows = runtime.block_on(async {
        let mut connection = Connection::connect(&config).await?;
        connection.simple_query(&query).await
    });
    let results = rows.map_err(|error| format!("columns = * asks the server, which cannot tell: {error}"))?;
    Ok(results.into_iter().flat_map(|result| result.rows).filter_map(|row| row.into_iter().next()?).collect())
}

/// What one section says, with its template and the defaults.
struct Settings<'a> {
    section: &'a Section,
    all: &'a [Section],
}

impl<'a> Settings<'a> {
    fn get(&self, key: &str) -> Option<&'a str> {
        let named = |name: &str| self.all.iter().find(|section| section.name == name);
        let template = self.section.get("use_template").and_then(named);
        let places = [Some(self.section), template, named(SERVER)];
        places.into_iter().flatten().find_map(|section| section.get(key)).filter(|value| !value.is_empty())
    }

    /// The keys that begin with `prefix` and their values, each once, that prefix taken off.
    fn beginning_with(&self, prefix: &str) -> Vec<(String, &'a str)> {
        let template = self.get("use_template");
        let is_place = |section: &&Section| {
            section.name == self.section.name
                || Some(section.name.as_str()) == template
                || section.name == SERVER
        };
        let mut found: Vec<(String, &str)> = Vec::new();
        for (key, _) in self.all.iter().filter(is_place).flat_map(|section| &section.entries) {
            let Some(name) = key.to_lowercase().strip_prefix(prefix).map(str::to_owned) else { continue };
            if let Some(value) = self.get(key).filter(|_| !found.iter().any(|(known, _)| *known == name)) {
                found.push((name, value));
            }
        }
        found
    }

    fn table(&self) -> &'a str {
        self.get("table").unwrap_or(&self.section.name)
    }

    fn command(&self, columns: Columns<'_>) -> Result<String, String> {
        let fields = self.fields(columns)?;
        let targets = self.columns(&fields)?;
        let mut names: Vec<String> = named_in_order(&fields);
        names.extend(is_yes(self.get("trailing_sep")).then(|| "trailing".to_owned()));
        let from = self.get("filename").unwrap_or_default();
        let encoding = self.get("input_encoding").map(|name| format!(" WITH ENCODING {}", unquoted(name)));
        let mut text = format!("LOAD CSV\n     FROM '{from}'{}\n", encoding.unwrap_or_default());
        text += &list(names.iter().map(|name| identifier(name)));
        text += &format!("     INTO {}\n", self.uri());
        text += &list(targets.into_iter());
        text += &format!("\n     WITH {}", self.options().join(",\n          "));
        let settings = self.settings();
        if !settings.is_empty() {
            text += &format!("\n\n      SET {}", settings.join(",\n          "));
        }
        Ok(text + ";")
    }

    /// The fields in the order of `columns`, each with its position in the file, from 1.
    fn fields(&self, columns: Columns<'_>) -> Result<Vec<(String, usize)>, String> {
        let written = self.get("columns").unwrap_or("*");
        if written == "*" {
            let server = self.server();
            let names = columns(&server, self.table())?;
            return Ok(names.into_iter().zip(1..).collect());
        }
        let mut fields: Vec<(String, usize)> = Vec::new();
        for word in words(written) {
            let (name, position) = match word.split_once(':') {
                Some((name, position)) => (name, number(position)?),
                None => (word, fields.last().map_or(1, |(_, position)| position + 1)),
            };
            fields.push((name.trim().to_owned(), position));
        }
        Ok(fields)
    }

    /// The target's columns: all, or those that `only_cols` counts or `copy_columns` names; and the constants.
    fn columns(&self, fields: &[(String, usize)]) -> Result<Vec<String>, String> {
        let constants = self.beginning_with("udc_");
        let constant = |(name, value): &(String, &str)| {
            format!("{} text using \"{}\"", identifier(name), unquoted(value))
        };
        if let Some(names) = self.get("copy_columns") {
            let line = |name: &str| match constants.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
            {
                Some(known) => constant(known),
                None => identifier(name),
            };
            return Ok(words(names).map(line).collect());
        }
        let mut columns: Vec<String> = match self.get("only_cols") {
            Some(ranges) => chosen(fields, ranges)?,
            None => fields.iter().map(|(name, _)| identifier(name)).collect(),
        };
        columns.extend(constants.iter().map(constant));
        Ok(columns)
    }

    /// The connection string without a table.
    fn server(&self) -> String {
        let escaped = |text: &str| text.replace('@', "@@").replace(':', "::");
        let user = self.get("user").map(|user| {
            let password = self.get("pass").map(|pass| format!(":{}", pass.replace('@', "@@")));
            format!("{}{}@", escaped(user), password.unwrap_or_default())
        });
        let port = self.get("port").map(|port| format!(":{port}"));
        format!(
            "postgresql://{}{}{}/{}",
            user.unwrap_or_default(),
            self.get("host").unwrap_or_default(),
            port.unwrap_or_default(),
            self.get("base").unwrap_or_default()
        )
    }

    fn uri(&self) -> String {
        format!("{}?{}", self.server(), self.table())
    }

    fn options(&self) -> Vec<String> {
        let separator = self.get("field_sep").map(|written| match written {
            "\t" => "\\t",
            "'" => "''",
            other => unquoted(other),
        });
        let mut options = Vec::new();
        options.extend(is_yes(self.get("truncate")).then(|| "truncate".to_owned()));
        options.extend(self.get("skip_head_lines").map(|lines| format!("skip header = {lines}")));
        options.push("fields optionally enclosed by '\"'".to_owned());
        options.push("fields escaped by double-quote".to_owned());
        options.extend(separator.map(|separator| format!("fields terminated by '{separator}'")));
        options
    }

    fn settings(&self) -> Vec<String> {
        let of_server = ["client_encoding", "datestyle"].map(|name| Some((name.to_owned(), self.get(name)?)));
        let settings = of_server.into_iter().flatten().chain(self.beginning_with("pg_option_"));
        settings.map(|(name, value)| format!("{name} to '{}'", unquoted(value).replace('\'', "''"))).collect()
    }
}

/// The names at their positions; a field that nobody names is called by its number.
fn named_in_order(fields: &[(String, usize)]) -> Vec<String> {
    let last = fields.iter().map(|(_, position)| *position).max().unwrap_or(0);
    let name = |position| fields.iter().find(|(_, at)| *at == position).map(|(name, _)| name.clone());
    (1..=last).map(|position| name(position).unwrap_or_else(|| format!("field_{position}"))).collect()
}

/// The names that ranges such as `1-3, 5` count.
fn chosen(fields: &[(String, usize)], ranges: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for range in words(ranges) {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        for position in number(first)?..=number(last)? {
            let field = fields.get(position.saturating_sub(1));
            let (name, _) = field.ok_or_else(|| format!("only_cols: there is no column {position}"))?;
            names.push(identifier(name));
        }
    }
    Ok(names)
}

/// More fields than PostgreSQL has columns are a slip of the pen.
fn number(written: &str) -> Result<usize, String> {
    let number = written.trim().parse().ok().filter(|number| (1..=1664).contains(number));
    number.ok_or_else(|| format!("`{}` is no number of a column", written.trim()))
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', '\n']).map(str::trim).filter(|word| !word.is_empty())
}

fn is_yes(value: Option<&str>) -> bool {
    value.is_some_and(|value| ["true", "t", "yes", "on", "1"].contains(&value.to_lowercase().as_str()))
}

fn unquoted(value: &str) -> &str {
    let inner = ['\'', '"'].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.unwrap_or(value)
}

/// A name as the load language takes it: bare where that says the same.
fn identifier(name: &str) -> String {
    let is_bare = name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
    match is_bare && name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_') {
        true => name.to_owned(),
        false => quote_identifier(name),
    }
}

fn list(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.map(|line| format!("          {line}")).collect();
    format!("        (\n{}\n        )\n", lines.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upgraded(text: &str) -> Vec<String> {
        let columns = |uri: &str, table: &str| {
            assert_eq!((uri, table), ("postgresql://loader:p@@ss@localhost:5432/db", "simple"));
            Ok(vec!["a".to_owned(), "b c".to_owned()])
        };
        upgrade_text("old.ini", text, &columns).unwrap()
    }

    const SERVER: &str = "[pgsql]\nhost = localhost\nport = 5432\nbase = db\nuser = loader\npass = p@ss\n\
                          client_encoding = 'latin1'\npg_option_work_mem = 128MB\n";

    #[test]
    fn a_section_becomes_a_command() {
        let text = format!(
            "{SERVER}[simple]\nfilename = simple/simple.data\nfield_sep = |\ntruncate = True\nskip_head_lines = 2\n\
             input_encoding = 'utf-8'\ncolumns = a:1, b:3, c:2\ntrailing_sep = True\nudc_d = const\n"
        );
        assert_eq!(
            upgraded(&text),
            ["LOAD CSV
     FROM 'simple/simple.data' WITH ENCODING utf-8
        (
          a,
          c,
          b,
          trailing
        )
     INTO postgresql://loader:p@@ss@localhost:5432/db?simple
        (
          a,
          b,
          c,
          d text using \"const\"
        )

     WITH truncate,
          skip header = 2,
          fields optionally enclosed by '\"',
          fields escaped by double-quote,
          fields terminated by '|'

      SET client_encoding to 'latin1',
          work_mem to '128MB';"]
        );
    }

    #[test]
    fn templates_and_choices_of_columns() {
        let template = "[tmpl]\ntemplate = True\nformat = csv\nfield_sep = ,\nfilename = never.csv\n";
        let text = format!(
            "{SERVER}{template}[a]\nuse_template = tmpl\ntable = s.t\nfilename = a.csv\ncolumns = x, y, z:5\n\
             only_cols = 1-2, 3\n[b]\nuse_template = tmpl\nfilename = b.csv\ncolumns = x, y\ncopy_columns = y, k\n\
             udc_k = 7\n[c]\nfilename = no separator\n"
        );
        let commands = upgraded(&text);
        assert_eq!(commands.len(), 2);
        let squeezed: Vec<String> =
            commands.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert!(squeezed[0].contains("FROM 'a.csv' ( x, y, field_3, field_4, z ) INTO"), "{}", squeezed[0]);
        assert!(squeezed[0].contains("db?s.t ( x, y, z ) WITH fields optionally"), "{}", squeezed[0]);
        assert!(squeezed[1].contains("db?b ( y, k text using \"7\" ) WITH"), "{}", squeezed[1]);
    }

    #[test]
    fn an_asterisk_asks_the_server() {
        let text = format!("{SERVER}[simple]\nfilename = x\nfield_sep = \\t\ncolumns = *\n");
        let command = &upgraded(&text)[0];
        assert!(command.contains("          a,\n          \"b c\"\n"), "{command}");
        assert!(command.contains("fields terminated by '\\t'"), "{command}");
    }

    #[test]
    fn what_cannot_be_upgraded_names_its_section() {
        let text = "[t]\nfilename = x\nfield_sep = ,\ncolumns = a:zero\n";
        let error = upgrade_text("old.ini", text, &|_, _| Ok(Vec::new())).unwrap_err();
        assert_eq!(error, "old.ini: section [t]: `zero` is no number of a column");
    }
}
