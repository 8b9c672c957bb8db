//! The command line: its words become [`Arguments`], and those choose a [`Mode`].

mod arguments;
mod mode;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command, CommandFactory, Error, FromArgMatches};

pub use arguments::{Arguments, Clauses, GarbageAction, Generated, Output};
pub use mode::{Mode, Topic, Work};

/// This program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Reads the command line, the program's name first. Where that is all, because there is an error or help is asked
/// for, that is printed, and the exit code returned as the error.
pub fn parse(words: impl Iterator<Item = OsString>) -> Result<(Mode, Arguments), ExitCode> {
    let read = || {
        let arguments = Arguments::from_arg_matches(&definition().try_get_matches_from(words)?)?;
        Ok((Mode::of(&arguments)?, arguments))
    };
    read().map_err(|error: Error| {
        tell(&error);
        ExitCode::from(u8::from(error.use_stderr()) * 2)
    })
}

/// Options with a value and flags of the Lisp system that ran pgloader 3: accepted without effect.
const OF_LISP: ([&str; 2], [&str; 3]) =
    (["dynamic-space-size", "control-stack-size"], ["no-sysinit", "no-userinit", "disable-debugger"]);

/// All that is accepted: what [`Arguments`] offer, for each flag of them another that takes it back, and what has no
/// effect.
fn definition() -> Command {
    let command = Arguments::command();
    let negations: Vec<Arg> = command.get_arguments().filter_map(negation).collect();
    let (with_value, flags) = OF_LISP;
    let of_lisp = with_value.into_iter().map(|name| (name, ArgAction::Set));
    let of_lisp = of_lisp.chain(flags.into_iter().map(|name| (name, ArgAction::SetTrue)));
    let of_lisp = of_lisp.map(|(name, action)| Arg::new(name).long(name).action(action).hide(true));
    command.args(negations).args(of_lisp)
}

/// `--no-NAME` for the flag `--NAME`.
fn negation(flag: &Arg) -> Option<Arg> {
    let name = flag.get_long().filter(|_| matches!(flag.get_action(), ArgAction::SetTrue))?;
    let name = format!("no-{name}");
    let arg = Arg::new(name.clone()).long(name).action(ArgAction::SetTrue).hide(true);
    Some(arg.overrides_with(flag.get_id().clone()))
}

/// In clap's words, but for the one message that scripts know from pgloader 3.
fn tell(error: &Error) {
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let text = error.render().to_string();
            say!(err, "{}", text.replacen("unexpected argument", "Undefined option", 1).trim_end());
        }
        // Where it cannot be printed there is nobody to tell.
        _ => drop(error.print()),
    }
}

#[cfg(test)]
mod tests;
