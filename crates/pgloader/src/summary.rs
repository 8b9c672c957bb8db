//! Where the reports of a run's commands go: to stdout, or to the file that `--summary` names.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pgloader_engine::Observer;
use pgloader_engine::report::{Document, Format, Report, Verdict};

use crate::cli::{self, Output};
use crate::journal::Journal;
use crate::progress::Progress;

/// Takes each command's report when it has ended.
pub struct Summary {
    is_verbose: bool,
    progress: Progress,
    journal: Journal,
    file: Option<SummaryFile>,
    reports: Vec<Report>,
    is_lost: bool,
}

/// The file, which holds what is known at any time.
struct SummaryFile {
    path: PathBuf,
    file: File,
    format: Format,
}

impl Summary {
    /// Opens the file, if any, before anything is loaded.
    ///
    /// # Errors
    ///
    /// The file cannot be written; the text is for people.
    pub fn open(output: &Output, progress: Progress, journal: Journal) -> Result<Summary, String> {
        let path = output.summary.as_ref().map(|name| output.root_dir.join(name));
        let file =
            path.map(|path| SummaryFile::open(path.clone()).map_err(|error| cannot_open(&path, &error)));
        Ok(Summary {
            is_verbose: output.is_verbose(),
            progress,
            journal,
            file: file.transpose()?,
            reports: Vec::new(),
            is_lost: false,
        })
    }

    /// Who is to be told how tables come on.
    pub fn observer(&self) -> Arc<dyn Observer> {
        self.progress.observer()
    }

    /// Tells of a command that has ended. Where the file cannot take that, stdout gets all it lacks.
    pub fn add(&mut self, mut report: Report) {
        report.messages = self.journal.take();
        self.progress.command_done(self.reports.len() + 1, &report);
        let verdict = report.verdict();
        self.reports.push(report);
        match &self.file {
            None => self.print_last(),
            Some(_) => self.write(verdict),
        }
    }

    /// The run has ended. Returns whether all reports are where they belong.
    pub fn finish(mut self, verdict: Verdict) -> bool {
        if self.file.as_ref().is_some_and(|file| file.format == Format::Html) {
            self.write(verdict);
        }
        !self.is_lost
    }

    fn print_last(&self) {
        if let Some(report) = self.reports.last() {
            say!(out, "{}", report.text(self.is_verbose).trim_end());
        }
    }

    fn write(&mut self, verdict: Verdict) {
        let Some(file) = &mut self.file else { return };
        let messages = self.journal.take();
        let document =
            Document { version: cli::VERSION, reports: &self.reports, messages: &messages, verdict };
        let Err(error) = file.write(&document) else { return };
        tracing::error!("cannot write the summary to {}: {error}", file.path.display());
        for report in &self.reports {
            say!(out, "{}", report.text(self.is_verbose).trim_end());
        }
        self.file = None;
        self.is_lost = true;
    }
}

impl SummaryFile {
    /// Makes the directories, and sets a file that is there aside.
    fn open(path: PathBuf) -> io::Result<SummaryFile> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        match path.metadata() {
            Ok(known) if known.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(known) if known.is_file() => set_aside(&path)?,
            // A device or a pipe is written to as it is.
            Ok(_) | Err(_) => {}
        }
        // Not truncated: what was there is aside.
        let file = File::options().create(true).truncate(false).write(true).open(&path)?;
        Ok(SummaryFile { format: Format::of(&path), path, file })
    }

    /// Adds the last report; a page is written anew, since it holds all.
    fn write(&mut self, document: &Document<'_>) -> io::Result<()> {
        let report = document.reports.last();
        let text = match self.format {
            Format::Text => report.map(|report| report.text(false)),
            Format::Csv => report.map(Report::csv),
            Format::Copy => report.map(Report::copy),
            Format::Json => report.map(Report::json),
            Format::Html => {
                self.file.rewind()?;
                self.file.set_len(0)?;
                Some(document.to_string())
            }
        };
        self.file.write_all(text.unwrap_or_default().as_bytes())?;
        match self.file.sync_all() {
            // A device or a pipe.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            result => result,
        }
    }
}

fn set_aside(path: &Path) -> io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".bak");
    std::fs::rename(path, aside)
}

fn cannot_open(path: &Path, error: &io::Error) -> String {
    format!(
        "FATAL cannot write the summary to {}: {error}\nHINT: name another file with --summary; a relative name is below the root directory",
        path.display()
    )
}
