//! Ctrl-C and SIGTERM: once, the run ends in order; twice, at once. A terminal that goes away ends nothing.

use pgloader_engine::Interrupt;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Starts to listen. To be called within the runtime, once.
pub fn listen(interrupt: Interrupt) -> Result<(), String> {
    let catch = |kind| signal(kind).map_err(|error| format!("FATAL cannot catch signals: {error}"));
    let (keyboard, terminate) = (catch(SignalKind::interrupt())?, catch(SignalKind::terminate())?);
    tokio::spawn(wait(keyboard, terminate, interrupt));
    tokio::spawn(outlive_terminal(catch(SignalKind::hangup())?));
    Ok(())
}

/// A load may take hours, and the session in which it was started may not.
async fn outlive_terminal(mut hangup: Signal) {
    while hangup.recv().await.is_some() {
        tracing::warn!("the terminal is gone (SIGHUP): the load goes on");
    }
}

async fn wait(mut keyboard: Signal, mut terminate: Signal, interrupt: Interrupt) {
    loop {
        tokio::select! {
            _ = keyboard.recv() => {}
            _ = terminate.recv() => {}
        }
        if interrupt.is_triggered() {
            end_at_once(&interrupt);
        }
        tracing::warn!("interrupted: ending the load; once more to end at once");
        interrupt.trigger();
    }
}

/// Says what is left to do at the target, and ends the program.
fn end_at_once(interrupt: &Interrupt) -> ! {
    let statements = interrupt.left_to_do();
    say!(err, "pgloader ends at once.");
    if !statements.is_empty() {
        say!(err, "These statements bring the target back to what it was:");
    }
    for statement in statements {
        say!(err, "{statement};");
    }
    let objects = interrupt.leftovers();
    if !objects.is_empty() {
        say!(err, "These objects are left in S3; `pgloader --s3-gc` finds them after a day:");
    }
    for object in objects {
        say!(err, "{object}");
    }
    std::process::exit(130)
}
