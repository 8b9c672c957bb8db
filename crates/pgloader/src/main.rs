//! The binary `pgloader`: arguments, the registries of sources and targets, exit codes.

#[macro_use]
mod say;

mod cli;
mod command;
mod files;
mod garbage;
mod hooks;
mod log;
mod registry;
mod signals;

use std::process::ExitCode;

use pgloader_engine::Interrupt;

use cli::{Arguments, Start};
use command::{Ended, Session};

fn main() -> ExitCode {
    let arguments = match cli::parse(std::env::args_os()) {
        Start::Run(arguments) => arguments,
        Start::Done(code) => return code,
    };
    match run(&arguments) {
        Ok(code) => code,
        Err(message) => {
            say!(err, "{message}");
            ExitCode::from(1)
        }
    }
}

/// Runs every load file. An error is one that came before there was a log.
fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let log_file = log::start(arguments)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("FATAL cannot start threads: {error}"))?;
    let interrupt = Interrupt::default();
    let ended = runtime.block_on(async {
        signals::listen(interrupt.clone())?;
        announce(arguments, &log_file);
        Ok::<_, String>(match arguments.s3_gc {
            Some(action) => garbage::run(arguments, action, &interrupt).await,
            None => run_files(Session::new(arguments, interrupt.clone())).await,
        })
    })?;
    // Nothing that a reader left behind in the system still does can matter.
    runtime.shutdown_background();
    Ok(ended.exit_code())
}

fn announce(arguments: &Arguments, log_file: &std::path::Path) {
    tracing::info!("Starting pgloader, log system is ready.");
    tracing::info!(severity = "LOG", "pgloader version {:?}", cli::VERSION);
    tracing::info!(severity = "LOG", "Main logs in '{}'", log_file.display());
    tracing::info!(severity = "LOG", "Data errors in '{}'", arguments.root_dir.display());
}

async fn run_files(mut session: Session<'_>) -> Ended {
    let mut ended = Ended::Well;
    for file in &session.arguments.files {
        if ended.stops_the_run() {
            break;
        }
        ended = ended.and(files::run(&mut session, file).await);
    }
    ended
}
