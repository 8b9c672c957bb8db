//! Sending and awaiting signals, as a program does that runs another.

use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::ptr;

/// Signals that are held back until [`Held::next`] takes them.
pub struct Held {
    set: libc::sigset_t,
}

/// A signal that has arrived.
pub struct Arrived {
    /// Its number.
    pub number: i32,
    /// Sent by a program to this process alone; otherwise by the kernel, as for Ctrl-C, which
    /// reaches every process of the terminal's group.
    pub from_program: bool,
}

impl Held {
    /// Call it before the process starts a thread: threads inherit it, and so do child processes
    /// but for those prepared with [`Held::release_in`].
    ///
    /// # Errors
    /// A number that is no signal's.
    pub fn new(signals: &[i32]) -> io::Result<Self> {
        let mut set = MaybeUninit::uninit();
        // SAFETY: sigemptyset initializes the set it is given.
        let mut set = unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            set.assume_init()
        };
        for &signal in signals {
            // SAFETY: the set is initialized; a wrong number is reported as an error.
            checked(unsafe { libc::sigaddset(&raw mut set, signal) })?;
        }
        change_mask(libc::SIG_BLOCK, &set)?;
        Ok(Self { set })
    }

    /// Makes the program that `command` starts get its signals as usual.
    pub fn release_in(&self, command: &mut Command) {
        let set = self.set;
        // SAFETY: pthread_sigmask may be called between fork and exec, and nothing is allocated.
        unsafe { command.pre_exec(move || change_mask(libc::SIG_UNBLOCK, &set)) };
    }

    /// Waits for the next one.
    ///
    /// # Errors
    /// The system's; an interrupted wait goes on.
    pub fn next(&self) -> io::Result<Arrived> {
        loop {
            let mut info = MaybeUninit::<libc::siginfo_t>::uninit();
            // SAFETY: the set is initialized, and the system fills the info when it returns a signal.
            let number = unsafe { libc::sigwaitinfo(&raw const self.set, info.as_mut_ptr()) };
            match checked(number) {
                Ok(()) => {
                    // SAFETY: filled, because the call succeeded.
                    let code = unsafe { info.assume_init() }.si_code;
                    return Ok(Arrived { number, from_program: code <= 0 });
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits for the end of a command prepared with [`Held::release_in`]; SIGCHLD must be among the
    /// signals held. Those that a program sent to us are passed on: the command decides how it ends.
    ///
    /// # Errors
    /// The system's.
    pub fn attend(&self, child: &mut Child) -> io::Result<ExitStatus> {
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            let signal = self.next()?;
            if signal.number != libc::SIGCHLD && signal.from_program {
                send(child.id(), signal.number)?;
            }
        }
    }
}

/// The exit code of a program that ends as its command ended: the command's, or 128 and the number
/// of the signal that ended it.
pub fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// Sends a signal to a process.
///
/// # Errors
/// The system's, such as no such process.
pub fn send(pid: u32, signal: i32) -> io::Result<()> {
    let pid = libc::pid_t::try_from(pid).map_err(io::Error::other)?;
    // SAFETY: kill takes no pointer; a wrong process or signal is reported as an error.
    checked(unsafe { libc::kill(pid, signal) })
}

fn change_mask(how: i32, set: &libc::sigset_t) -> io::Result<()> {
    // SAFETY: the set is initialized, and null asks for no copy of the former mask.
    match unsafe { libc::pthread_sigmask(how, set, ptr::null_mut()) } {
        0 => Ok(()),
        number => Err(io::Error::from_raw_os_error(number)),
    }
}

fn checked(result: i32) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
