//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use pgloader_core::Result as CoreResult;
use pgloader_s3::Settings;
use pgloader_targets::redshift::{Role, Staging, checked_prefix};

use crate::log::Level;

/// This program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Loads data into PostgreSQL and Amazon Redshift as the commands of load files say.
#[derive(Debug, Parser)]
#[command(name = "pgloader", disable_version_flag = true, args_override_self = true)]
#[command(
    after_help = "Exit codes: 0 done (rejected rows included), 1 something failed, 2 wrong usage, 130 interrupted."
)]
pub struct Arguments {
    /// Load files, run in this order
    #[arg(value_name = "LOAD-FILE", required_unless_present = "s3_gc")]
    pub files: Vec<PathBuf>,

    /// Show the version
    #[arg(short = 'V', long)]
    pub version: bool,

    /// Show errors only
    #[arg(short, long)]
    pub quiet: bool,

    /// Show notices, and a summary with more columns
    #[arg(short, long)]
    pub verbose: bool,

    /// Show what is done in detail
    #[arg(short, long)]
    pub debug: bool,

    /// Least level shown on the console
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub client_min_messages: Level,

    /// Least level written to the log file
    #[arg(long, value_name = "LEVEL", default_value = "notice")]
    pub log_min_messages: Level,

    /// Where reject files and the log go
    #[arg(short = 'D', long, value_name = "DIR", default_value = "/tmp/pgloader/")]
    pub root_dir: PathBuf,

    /// The log file; a relative name is below the root directory
    #[arg(short = 'L', long, value_name = "FILE", default_value = "pgloader.log")]
    pub logfile: PathBuf,

    /// End the run at the first error, whatever the load files say
    #[arg(long)]
    pub on_error_stop: bool,

    /// More rejected rows than this in one command make the exit code 1
    #[arg(long, value_name = "N")]
    pub max_errors: Option<u64>,

    /// Profile to take AWS keys and region from
    #[arg(long, value_name = "NAME", help_heading = "Amazon Redshift and S3")]
    pub aws_profile: Option<String>,

    /// Region in which to look for the bucket first
    #[arg(long, value_name = "REGION", help_heading = "Amazon Redshift and S3")]
    pub aws_region: Option<String>,

    /// Bucket in which batches are staged [default: AWS_S3_BUCKET_NAME, or pgloader]
    #[arg(long, value_name = "BUCKET", help_heading = "Amazon Redshift and S3")]
    pub s3_bucket: Option<String>,

    /// What the keys of staged objects begin with
    #[arg(long, value_name = "PREFIX", help_heading = "Amazon Redshift and S3")]
    pub s3_prefix: Option<String>,

    /// Role with which Redshift reads S3: an ARN, or default
    #[arg(long, value_name = "ARN", help_heading = "Amazon Redshift and S3")]
    pub iam_role: Option<String>,

    /// List what killed runs have left in the bucket a day ago or earlier, or remove it
    #[arg(long, value_name = "list|remove", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "list", conflicts_with = "files", help_heading = "Amazon Redshift and S3")]
    pub s3_gc: Option<GarbageAction>,
}

/// What is done with what killed runs have left in S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GarbageAction {
    /// It is shown.
    List,
    /// It is removed.
    Remove,
}

impl Arguments {
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

/// What the command line asks for.
pub enum Start {
    /// Load files are to be run.
    Run(Box<Arguments>),
    /// All is said; the program ends with this code.
    Done(ExitCode),
}

/// Options of the language's reference that this program does not have yet, with their short forms.
const NOT_BUILT: [(&str, &str); 18] = [
    ("--summary", "-S"),
    ("--upgrade-config", "-U"),
    ("--list-encodings", "-E"),
    ("--load-lisp-file", "-l"),
    ("--dry-run", ""),
    ("--no-ssl-cert-verification", ""),
    ("--context", "-C"),
    ("--with", ""),
    ("--set", ""),
    ("--field", ""),
    ("--cast", ""),
    ("--type", ""),
    ("--encoding", ""),
    ("--before", ""),
    ("--after", ""),
    ("--self-upgrade", ""),
    ("--regress", ""),
    ("--progress", ""),
];

/// Reads the command line. Usage errors are printed here and end in exit code 2.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Start {
    let all: Vec<OsString> = arguments.collect();
    let words = || all.iter().skip(1).filter_map(|word| word.to_str());
    if words().any(|word| matches!(word, "--version" | "-V")) {
        say!(out, "pgloader version \"{VERSION}\"\ncompiled with rustc");
        return Start::Done(ExitCode::SUCCESS);
    }
    if let Some(option) = words().take_while(|word| *word != "--").find_map(not_built) {
        return usage(&format!("option {option} is not built yet"));
    }
    let arguments = match Arguments::try_parse_from(&all) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Where even this cannot be printed there is nobody to tell.
            let _ = error.print();
            return Start::Done(ExitCode::from(u8::from(error.use_stderr()) * 2));
        }
    };
    match arguments.files.iter().find(|file| file.to_string_lossy().contains("://")) {
        Some(_) => usage("SOURCE TARGET command lines are not built yet: write a load file"),
        None => Start::Run(Box::new(arguments)),
    }
}

fn not_built(word: &str) -> Option<&'static str> {
    let name = word.split('=').next().unwrap_or(word);
    let known = |(long, short): &&(&str, &str)| name == *long || (!short.is_empty() && name == *short);
    NOT_BUILT.iter().find(known).map(|(long, _)| *long)
}

fn usage(message: &str) -> Start {
    say!(
        err,
        "error: {message}\n\nUsage: pgloader [OPTIONS] LOAD-FILE...\n\nFor more information, try '--help'."
    );
    Start::Done(ExitCode::from(2))
}
