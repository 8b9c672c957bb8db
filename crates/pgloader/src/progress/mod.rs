//! How far tables have come, on stderr beside the log: bars for people, JSON for programs, or nothing.

mod bars;
mod json;

use std::io::{IsTerminal, Write};
use std::sync::Arc;

use clap::ValueEnum;
use pgloader_engine::Observer;
use pgloader_engine::report::Report;

use crate::cli::Output;
use crate::log::Level;
use bars::Bars;
use json::Json;

/// What `--progress` can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shown {
    /// A line for each running table, where stderr is a terminal
    Auto,
    /// Nothing
    None,
    /// One JSON object a line, log lines included
    Json,
}

/// Where progress and log lines go: the one writer to stderr while tables are loaded. Clones write to the same place.
#[derive(Clone)]
pub enum Progress {
    /// Log lines only.
    Silent,
    /// Log lines above bars.
    Bars(Arc<Bars>),
    /// JSON.
    Json(Arc<Json>),
}

impl Progress {
    /// As the command line and the terminal want it.
    pub fn new(output: &Output) -> Progress {
        let is_quiet = output.console_level() > Level::Warning;
        let is_dumb =
            std::env::var_os("TERM").is_none_or(|terminal| terminal == "dumb" || terminal.is_empty());
        match output.progress {
            Shown::Json => Progress::Json(Arc::default()),
            Shown::Auto if std::io::stderr().is_terminal() && !is_dumb && !is_quiet => {
                Progress::Bars(Arc::default())
            }
            Shown::Auto | Shown::None => Progress::Silent,
        }
    }

    /// Who is to be told how tables come on.
    pub fn observer(&self) -> Arc<dyn Observer> {
        match self {
            Progress::Silent => Arc::new(()),
            Progress::Bars(bars) => bars.clone(),
            Progress::Json(json) => json.clone(),
        }
    }

    /// Shows a line of the log. Where nobody listens any more, that is no reason to end.
    pub fn log(&self, time: &str, level: Level, message: &str) {
        let write = || {
            let _ = std::io::stderr().write_all(format!("{time} {} {message}\n", level.name()).as_bytes());
        };
        match self {
            Progress::Silent => write(),
            Progress::Bars(bars) => bars.beside(write),
            Progress::Json(json) => json.log(time, level, message),
        }
    }

    /// The command of this number, from 1, has ended.
    pub fn command_done(&self, number: usize, report: &Report) {
        if let Progress::Json(json) = self {
            json.command_done(number, report);
        }
    }
}
