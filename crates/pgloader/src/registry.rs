//! Which source a command has, and which target a connection string names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pgloader_command::{Command, CommandKind, Diagnostic, Origin, SourceText, Span, Spanned, WrittenName};
use pgloader_core::Error;
use pgloader_core::option::{OptionSpec, Options};
use pgloader_core::source::Source;
use pgloader_core::target::Target;
use pgloader_core::transform::DateFormat;
use pgloader_files::{Inputs, Location, Matching};
use pgloader_plan::options::STAGED_ONLY;
use pgloader_plan::schema_options;
use pgloader_postgres_client::{Config, Environment, Product};
use pgloader_sources::csv::{self, Csv, CsvSettings};
use pgloader_sources::options as sources;
use pgloader_targets::postgres::PostgresTarget;
use pgloader_targets::redshift::{self, RedshiftTarget, Staging};

use crate::files::LoadFile;
use crate::unbuilt;

/// Every option that a command may have.
pub fn options(kind: CommandKind) -> Vec<&'static OptionSpec> {
    let of_target = redshift::OPTIONS.into_iter();
    pgloader_plan::options::ALL.into_iter().chain(options_of_source(kind)).chain(of_target).collect()
}

fn options_of_source(kind: CommandKind) -> Vec<&'static OptionSpec> {
    let of_lines = [&csv::SKIP_HEADER, &csv::LINES_TERMINATED_BY, &csv::MAX_RECORD_SIZE, &csv::NUL_BYTES];
    let of_fixed = [&sources::FIXED_HEADER, &csv::NULL_IF, &csv::DATE_FORMAT];
    let of_copy = [&sources::DELIMITER, &sources::NULL, &csv::DATE_FORMAT];
    match kind {
        CommandKind::Csv => csv::OPTIONS.to_vec(),
        CommandKind::Fixed => of_lines.into_iter().chain(of_fixed).collect(),
        CommandKind::Copy => of_lines.into_iter().chain(of_copy).collect(),
        CommandKind::Dbf => schema_options::OF_FILES.into_iter().chain([&sources::TABLE_NAME]).collect(),
        CommandKind::Ixf => {
            let own = [&sources::TABLE_NAME, &sources::TIMEZONE];
            schema_options::OF_FILES.into_iter().chain(own).collect()
        }
        CommandKind::MySql | CommandKind::Postgres | CommandKind::MsSql | CommandKind::SQLite => {
            schema_options::OF_DATABASES.to_vec()
        }
    }
}

/// The options that only matter where batches are staged.
fn staged_only() -> impl Iterator<Item = &'static OptionSpec> {
    redshift::OPTIONS.into_iter().chain(STAGED_ONLY)
}

/// Whether an option only matters where batches are staged.
pub fn is_for_staged_targets(option: &OptionSpec) -> bool {
    staged_only().any(|known| known.name == option.name)
}

/// The source of a command of this file.
pub fn source(command: &Command, file: &LoadFile) -> Result<Arc<dyn Source>, Diagnostic> {
    let text = &file.text;
    if let Some(name) = &command.encoding {
        csv::check_encoding(&name.value).map_err(|error| in_command(&error, text, name.span))?;
    }
    let source = match command.kind {
        CommandKind::Csv => Csv::new(csv_settings(command, inputs(command, file)?)),
        _ => return Err(unbuilt::refusal(command, text)),
    };
    source
        .map(|source| Arc::new(source) as _)
        .map_err(|error| in_command(&error, text, command.source.span()))
}

/// What a command reads.
fn inputs(command: &Command, file: &LoadFile) -> Result<Inputs, Diagnostic> {
    Ok(match &command.source {
        Origin::File(path) => Inputs::One(Location::File(resolve(&path.value, &file.directory))),
        Origin::Stdin(_) => Inputs::One(Location::Stdin),
        Origin::Inline(offset) => {
            Inputs::One(Location::Inline { path: file.path.clone(), offset: offset.value as u64 })
        }
        Origin::Matching(matching) => Inputs::Matching(Matching {
            directory: match &matching.directory {
                Some(directory) => resolve(&directory.value, &file.directory),
                None => file.directory.clone(),
            },
            pattern: matching.pattern.value.as_str().to_owned(),
            all: matching.all,
        }),
        Origin::Url(_) | Origin::Server(_) => return Err(unbuilt::refusal(command, &file.text)),
    })
}

fn csv_settings(command: &Command, inputs: Inputs) -> CsvSettings {
    let field = |field: &pgloader_command::FieldDefinition| csv::Field {
        name: field.name.value.clone(),
        null_if: field.null_if.clone(),
        trim: field.trim,
    };
    CsvSettings {
        inputs,
        options: command.options.clone(),
        encoding: command.encoding.as_ref().map(|name| name.value.clone()),
        fields: command.fields.as_ref().map(|fields| fields.iter().map(field).collect()),
    }
}

/// How dates are written of which no field says it, in a file of any kind.
pub fn date_format(options: &Options) -> Option<&DateFormat> {
    options.date_format(&csv::DATE_FORMAT)
}

/// A file as a load file names it.
pub fn resolve(name: &str, directory: &Path) -> PathBuf {
    match (name.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => directory.join(name),
    }
}

/// What a connection string says.
pub struct Destination {
    /// The server and the database.
    pub config: Config,
    /// How batches are staged, should it be Redshift.
    staging: Staging,
    /// The target as it may be shown.
    pub shown: String,
    /// The table that the connection string names.
    pub table: Option<WrittenName>,
    /// For the log.
    pub warnings: Vec<String>,
}

/// Whether a word is the connection string of a target; else why not.
pub fn check_target(word: &str) -> Result<(), String> {
    if !Config::is_connection_string(word) {
        return Err(format!("expected {TARGET_FORM}"));
    }
    let checked = Config::from_uri(word, &Environment::from_process());
    checked.map(drop).map_err(|error| error.message)
}

/// How a target is written.
const TARGET_FORM: &str = "postgresql://[user[:password]@][host][:port]/[database][?table]";

/// What the INTO of a command names.
pub fn destination(
    command: &Command,
    text: &SourceText,
    staging: &Staging,
) -> Result<Destination, Diagnostic> {
    if !Config::is_connection_string(&command.into.value) {
        return Err(unknown_scheme(command, text));
    }
    let staging = staging.clone().with_options(&command.options);
    let staging = staging.map_err(|error| in_command(&error, text, command.span))?;
    let environment = Environment::from_process();
    let (mut config, table, mut warnings) = Config::from_uri(&command.into.value, &environment)
        .map_err(|error| uri_error(&command.into, text, &error))?;
    let settings = command.settings.iter();
    let settings = settings.map(|setting| (setting.name.value.clone(), setting.value.value.clone()));
    warnings.extend(config.add_settings(settings));
    let table = table.map(|table| WrittenName::parse(&table)).transpose();
    Ok(Destination {
        shown: config.to_string(),
        config,
        staging,
        table: table.map_err(|message| Diagnostic::error(text, command.into.span, message))?,
        warnings,
    })
}

/// Asks the server what it is, and makes the target that it needs.
pub async fn target(destination: &Destination, options: &Options) -> Result<Arc<dyn Target>, Error> {
    let config = destination.config.clone();
    match pgloader_targets::product(&config).await? {
        Product::PostgreSql => {
            let moot = staged_only().filter(|option| options.get(option).is_some());
            for option in moot {
                tracing::warn!("option {} has no effect: the target is not Redshift", option.name);
            }
            Ok(Arc::new(PostgresTarget::new(config)))
        }
        Product::Redshift => {
            tracing::info!("The target is Amazon Redshift");
            let environment = pgloader_s3::Environment::from_process();
            let target = RedshiftTarget::open(&config, destination.staging.clone(), &environment).await?;
            Ok(Arc::new(target))
        }
    }
}

/// The table that a connection string names, if it is a good one.
pub fn table_in_uri(command: &Command) -> Option<WrittenName> {
    let (_, table, _) = Config::from_uri(&command.into.value, &Environment::from_process()).ok()?;
    WrittenName::parse(&table?).ok()
}

fn unknown_scheme(command: &Command, text: &SourceText) -> Diagnostic {
    let scheme = command.into.value.split("://").next().unwrap_or_default().to_ascii_lowercase();
    let message = format!("a target of the scheme {scheme}:// is not known");
    Diagnostic::error(text, command.into.span, message).label(format!("expected {TARGET_FORM}"))
}

/// The error at its place in the load file, as far as that holds the connection string literally.
fn uri_error(
    into: &Spanned<String>,
    text: &SourceText,
    error: &pgloader_postgres_client::UriError,
) -> Diagnostic {
    let quote = (into.span.end - into.span.start).saturating_sub(into.value.len()) / 2;
    let start = into.span.start + quote + error.offset;
    let span = Span { start: start.min(into.span.end), end: (start + error.length).min(into.span.end) };
    let diagnostic = Diagnostic::error(text, span, &error.message);
    match &error.hint {
        Some(hint) => diagnostic.help(hint),
        None => diagnostic,
    }
}

/// That a command lacks its table.
pub fn no_table(command: &Command, text: &SourceText) -> Diagnostic {
    Diagnostic::error(text, command.into.span, format!("{} needs a target table", command.kind))
        .help("add `TARGET TABLE name`, or `?tablename=name` behind the connection string")
}

/// An error of a clause that has no place of its own, at its command.
fn in_command(error: &Error, text: &SourceText, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(text, span, &error.message);
    match &error.hint {
        Some(hint) => diagnostic.help(hint),
        None => diagnostic,
    }
}
