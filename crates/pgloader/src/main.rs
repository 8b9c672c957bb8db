//! The binary `pgloader`: arguments, the registries of sources and targets, exit codes.

#[macro_use]
mod say;

mod cli;
mod command;
mod dry_run;
mod encodings;
mod ended;
mod files;
mod garbage;
mod generate;
mod hooks;
mod journal;
#[cfg(test)]
mod language;
mod library;
mod log;
mod outline;
mod pair;
mod probe;
mod progress;
mod registry;
mod regress;
mod signals;
mod summary;
mod unbuilt;
mod upgrade;
mod variables;

use std::path::Path;
use std::process::ExitCode;

use pgloader_engine::Interrupt;

use cli::{Arguments, Mode, Topic, Work};
use command::Session;
use ended::Ended;
use journal::Journal;
use progress::Progress;
use summary::Summary;
use variables::Variables;

fn main() -> ExitCode {
    let (mode, arguments) = match cli::parse(std::env::args_os()) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let ended = match mode {
        Mode::Tell(topic) => tell(&topic),
        Mode::Work(work) => run(&work, &arguments),
    };
    match ended {
        Ok(ended) => ended.exit_code(),
        Err(message) => {
            say!(err, "{message}");
            ExitCode::from(1)
        }
    }
}

/// Prints what was asked for.
fn tell(topic: &Topic) -> Result<Ended, String> {
    match topic {
        Topic::Version => say!(out, "pgloader version \"{}\"\ncompiled with rustc", cli::VERSION),
        Topic::Generated(what) => {
            let text = generate::generate(*what).map_err(|error| format!("FATAL {error}"))?;
            say!(out, "{}", String::from_utf8_lossy(&text).trim_end());
        }
        Topic::Upgraded(files) => say!(out, "{}", upgrade::upgrade(files)?),
        Topic::Encodings => say!(out, "{}", encodings::table(pgloader_files::encoding::listing())),
    }
    Ok(Ended::Well)
}

/// Does what was asked for. An error is one that came before there was a log.
fn run(work: &Work, arguments: &Arguments) -> Result<Ended, String> {
    let (progress, journal) = (Progress::new(&arguments.output), Journal::default());
    let log_file = log::start(&arguments.output, progress.clone(), journal.clone())?;
    let summary = Summary::open(&arguments.output, progress, journal)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("FATAL cannot start threads: {error}"))?;
    let interrupt = Interrupt::default();
    let ended = runtime.block_on(async {
        signals::listen(interrupt.clone())?;
        announce(arguments, &log_file);
        let mut session = Session::new(arguments, interrupt, summary);
        let ended = act(work, &mut session).await;
        Ok::<_, String>(session.finish(ended))
    })?;
    // Nothing that a reader left behind in the system still does can matter.
    runtime.shutdown_background();
    Ok(ended)
}

/// Does it in a session that is still empty.
async fn act(work: &Work, session: &mut Session<'_>) -> Ended {
    if let Err(message) = prepare(session) {
        return Ended::give_up(&message);
    }
    match work {
        Work::Garbage(action) => garbage::run(session.arguments, *action, &session.interrupt).await,
        Work::Files(files) => files::run(session, files).await,
        Work::Regress(file) => regress::run(session, file).await,
        Work::Pair(source, target) => pair::run(session, source, target).await,
    }
}

/// Reads the files that the command line names for all load files.
fn prepare(session: &mut Session<'_>) -> Result<(), String> {
    session.variables = Variables::read(session.arguments.context.as_deref())?;
    session.library = library::read(&session.arguments.load_lisp_file)?;
    Ok(())
}

fn announce(arguments: &Arguments, log_file: &Path) {
    tracing::info!("Starting pgloader, log system is ready.");
    tracing::info!(severity = "LOG", "pgloader version {:?}", cli::VERSION);
    tracing::info!(severity = "LOG", "Main logs in '{}'", log_file.display());
    tracing::info!(severity = "LOG", "Data errors in '{}'", arguments.output.root_dir.display());
    if arguments.instead.self_upgrade.is_some() {
        tracing::warn!("--self-upgrade has no effect: there are no Lisp sources to load");
    }
}
