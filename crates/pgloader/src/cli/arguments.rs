//! What the command line can say.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum, ValueHint};
use pgloader_core::Result as CoreResult;
use pgloader_s3::Settings;
use pgloader_targets::redshift::{Role, Staging, checked_prefix};

use crate::log::Level;
use crate::progress::Shown;

const AFTER_HELP: &str = "\
Exit codes: 0 done (rejected rows included), 1 something failed, 2 wrong usage, 4 a source, target or clause that \
cannot be read, 5 a regression test failed, 130 interrupted.";

/// Loads data into PostgreSQL and Amazon Redshift, as load files or the options for SOURCE TARGET say.
///
/// A short option may be glued to its value and to other short options. `--no-NAME` takes a flag back, a repeated
/// option's last value holds, `--` ends the options.
#[derive(Debug, Parser)]
#[command(name = "pgloader", disable_version_flag = true, args_override_self = true)]
#[command(override_usage = "pgloader [OPTIONS] LOAD-FILE...\n       pgloader [OPTIONS] SOURCE TARGET")]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Load files, run in this order; or one source and the connection string of its target
    #[arg(value_name = "LOAD-FILE | SOURCE TARGET")]
    pub words: Vec<OsString>,

    /// Show the version
    #[arg(short = 'V', long)]
    pub version: bool,

    /// Connect, check and show what would be done; load nothing
    #[arg(long)]
    pub dry_run: bool,

    /// End the run at the first error, whatever the load files say
    #[arg(long)]
    pub on_error_stop: bool,

    /// More rejected rows than this in one command make the exit code 1
    #[arg(long, value_name = "N")]
    pub max_errors: Option<u64>,

    /// Read template variables from this INI file, before the environment
    #[arg(short = 'C', long, value_name = "FILE")]
    pub context: Option<PathBuf>,

    /// Read functions for USING from this Lisp file (lisp, lsp, cl, asd); repeatable
    #[arg(short = 'l', long, value_name = "FILE")]
    pub load_lisp_file: Vec<PathBuf>,

    /// Encrypt without asking who the server is
    #[arg(long)]
    pub no_ssl_cert_verification: bool,

    /// What is shown and written.
    #[command(flatten)]
    pub output: Output,

    /// The clauses of a command that comes from SOURCE and TARGET.
    #[command(flatten)]
    pub clauses: Clauses,

    /// Where batches for Redshift are staged.
    #[command(flatten)]
    pub redshift: Redshift,

    /// What is done instead of loading.
    #[command(flatten)]
    pub instead: Instead,
}

/// What is shown and written, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// Show errors only
    #[arg(short, long)]
    quiet: bool,

    /// Show notices, and a summary with more columns
    #[arg(short, long)]
    verbose: bool,

    /// Show what is done in detail
    #[arg(short, long)]
    debug: bool,

    /// Least level shown on the console
    #[arg(long, value_name = "LEVEL", default_value = "warning", ignore_case = true)]
    client_min_messages: Level,

    /// Least level written to the log file
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "notice",
        ignore_case = true,
        hide_possible_values = true
    )]
    log_min_messages: Level,

    /// Where reject files and the log go; made where it is missing
    #[arg(short = 'D', long, value_name = "DIR", default_value = "/tmp/pgloader/")]
    pub root_dir: PathBuf,

    /// The log file; a relative name is below the root directory
    #[arg(short = 'L', long, value_name = "FILE", default_value = "pgloader.log")]
    pub logfile: PathBuf,

    /// Write the summary to this file instead of stdout, as its extension says: csv, copy, json, html, or text; a
    /// relative name is below the root directory
    #[arg(short = 'S', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub summary: Option<PathBuf>,

    /// How running tables are shown on stderr
    #[arg(long, value_name = "HOW", default_value = "auto")]
    pub progress: Shown,
}

/// The clauses of the command that SOURCE and TARGET make.
#[derive(Debug, Args)]
#[command(next_help_heading = "SOURCE TARGET only")]
pub struct Clauses {
    /// What SOURCE is, where its scheme or extension does not tell: csv, fixed, copy, dbf, ixf, sqlite, mysql,
    /// mssql, pgsql
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<String>,

    /// Encoding of the source, as WITH ENCODING
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,

    /// An option of the WITH clause, or several with commas between; repeatable
    #[arg(long, value_name = "OPTION")]
    pub with: Vec<String>,

    /// A parameter of the target's sessions, as "name='value'"; repeatable
    #[arg(long, value_name = "SETTING")]
    pub set: Vec<String>,

    /// A field of the source, or several with commas between, as in HAVING FIELDS; repeatable
    #[arg(long, value_name = "FIELD")]
    pub field: Vec<String>,

    /// A cast rule for a database; repeatable
    #[arg(long, value_name = "RULE")]
    pub cast: Vec<String>,

    /// SQL file run before the load
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub before: Option<String>,

    /// SQL file run after the load
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub after: Option<String>,
}

/// Where batches for Redshift are staged.
#[derive(Debug, Args)]
#[command(next_help_heading = "Amazon Redshift and S3")]
pub struct Redshift {
    /// Profile to take AWS keys and region from
    #[arg(long, value_name = "NAME")]
    aws_profile: Option<String>,

    /// Region in which to look for the bucket first
    #[arg(long, value_name = "REGION")]
    aws_region: Option<String>,

    /// Bucket in which batches are staged [default: AWS_S3_BUCKET_NAME, or pgloader]
    #[arg(long, value_name = "BUCKET")]
    s3_bucket: Option<String>,

    /// What the keys of staged objects begin with
    #[arg(long, value_name = "PREFIX")]
    s3_prefix: Option<String>,

    /// Role with which Redshift reads S3: an ARN, or default
    #[arg(long, value_name = "ARN")]
    iam_role: Option<String>,
}

/// What is done instead of loading, or beside it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Other things to do")]
pub struct Instead {
    /// List the encodings that files may have
    #[arg(short = 'E', long)]
    pub list_encodings: bool,

    /// Print load commands for the pgloader 2 INI files given
    #[arg(short = 'U', long)]
    pub upgrade_config: bool,

    /// Run one load file, then compare its table with regress/expected/NAME.out beside it
    #[arg(long)]
    pub regress: bool,

    /// List what killed runs have left in the bucket a day ago or earlier, or remove it
    #[arg(long, value_name = "list|remove", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "list", conflicts_with = "words")]
    pub s3_gc: Option<GarbageAction>,

    /// Print the man page, or a shell's completion script
    #[arg(long, value_name = "WHAT", conflicts_with = "words")]
    pub generate: Option<Generated>,

    /// Accepted without effect: there are no Lisp sources to load
    #[arg(long, value_name = "DIR")]
    pub self_upgrade: Option<PathBuf>,
}

/// What is done with what killed runs have left in S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GarbageAction {
    /// It is shown.
    List,
    /// It is removed.
    Remove,
}

/// What is made from the definition of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Generated {
    /// The man page.
    Man,
    /// Completions for bash.
    CompleteBash,
    /// Completions for zsh.
    CompleteZsh,
    /// Completions for fish.
    CompleteFish,
}

impl Output {
    /// Whether the summary has the columns of the verbose layout.
    pub fn is_verbose(&self) -> bool {
        self.console_level() <= Level::Notice
    }

    /// The least level shown on the console.
    pub fn console_level(&self) -> Level {
        self.level(self.client_min_messages)
    }

    /// The least level written to the log file.
    pub fn file_level(&self) -> Level {
        self.level(self.log_min_messages)
    }

    fn level(&self, otherwise: Level) -> Level {
        match (self.debug, self.verbose, self.quiet) {
            (true, true, _) => Level::Data,
            (true, false, _) => Level::Debug,
            (false, true, _) => Level::Notice,
            (false, false, true) => Level::Error,
            (false, false, false) => otherwise,
        }
    }
}

impl Clauses {
    /// The options that were given, as they are written.
    pub fn given(&self) -> impl Iterator<Item = &'static str> {
        let all = [
            ("--type", self.kind.is_some()),
            ("--encoding", self.encoding.is_some()),
            ("--set", !self.set.is_empty()),
            ("--with", !self.with.is_empty()),
            ("--field", !self.field.is_empty()),
            ("--cast", !self.cast.is_empty()),
            ("--before", self.before.is_some()),
            ("--after", self.after.is_some()),
        ];
        all.into_iter().filter(|(_, given)| *given).map(|(name, _)| name)
    }
}

impl Redshift {
    /// How batches are staged, as far as the command line says.
    pub fn staging(&self) -> CoreResult<Staging> {
        Ok(Staging {
            s3: Settings {
                profile: self.aws_profile.clone(),
                region: self.aws_region.clone(),
                bucket: self.s3_bucket.clone(),
            },
            prefix: self.s3_prefix.as_deref().map(checked_prefix).transpose()?.unwrap_or_default(),
            role: self.iam_role.as_deref().map(Role::parse).transpose()?,
            ..Staging::default()
        })
    }
}
