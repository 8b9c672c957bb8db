//! How things end, and the exit codes.

use std::process::ExitCode;

use pgloader_engine::report::Verdict;

/// How a command, a file or the run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// As asked for.
    Well,
    /// Something failed; later commands run all the same.
    Incomplete,
    /// It failed, and nothing else is to run.
    Badly,
    /// Nothing was done: the command line's source, target or clauses cannot be read.
    Unreadable,
    /// All was loaded, and it is not what is expected.
    Different,
    /// The user wanted it.
    Interrupted,
}

impl Ended {
    /// What ends the run, told.
    pub fn give_up(message: &str) -> Ended {
        tracing::error!(severity = "FATAL", "{message}");
        Ended::Badly
    }

    /// The worse of both.
    pub fn and(self, other: Ended) -> Ended {
        self.max(other)
    }

    /// Whether no further command is to run.
    pub fn stops_the_run(self) -> bool {
        self >= Ended::Badly
    }

    /// What the report says of it.
    pub fn verdict(self) -> Verdict {
        match self {
            Ended::Well => Verdict::Done,
            Ended::Incomplete | Ended::Badly | Ended::Different | Ended::Unreadable => Verdict::Failed,
            Ended::Interrupted => Verdict::Interrupted,
        }
    }

    /// What the program returns.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Ended::Well => ExitCode::SUCCESS,
            Ended::Incomplete | Ended::Badly => ExitCode::from(1),
            Ended::Unreadable => ExitCode::from(4),
            Ended::Different => ExitCode::from(5),
            Ended::Interrupted => ExitCode::from(130),
        }
    }
}
