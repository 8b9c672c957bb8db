//! Progress on stderr, and a terminal that goes away.

use std::ffi::CStr;
use std::fs::File;
use std::io::Read;
use std::os::fd::FromRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::kit::{Bench, Run, load_csv, wait_until};

/// A pair of ends: what is written to the second, the terminal, can be read from the first. No process that another
/// test starts inherits either.
fn terminal() -> (File, File) {
    let done = |result: libc::c_int| assert!(result >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: the flags are those that posix_openpt(3) takes.
    let ours = unsafe { libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC) };
    done(ours);
    let mut name = [0; 64];
    // SAFETY: `ours` is a terminal's master end; `name` has the length that is told.
    unsafe {
        done(libc::grantpt(ours));
        done(libc::unlockpt(ours));
        done(-libc::ptsname_r(ours, name.as_mut_ptr(), name.len()));
    }
    // SAFETY: ptsname_r has ended the name with a NUL, and `name` outlives its use.
    let name = unsafe { CStr::from_ptr(name.as_ptr()) }.to_str().unwrap();
    let theirs = File::options().read(true).write(true).custom_flags(libc::O_NOCTTY).open(name).unwrap();
    // SAFETY: posix_openpt has just made it, and nobody else has it.
    (unsafe { File::from_raw_fd(ours) }, theirs)
}

/// Starts a command in a session of its own whose terminal is the one returned.
fn start_in_terminal(command: &mut Command) -> (Child, File) {
    let (ours, theirs) = terminal();
    let end = || theirs.try_clone().unwrap();
    command.stdin(end()).stdout(end()).stderr(end());
    // SAFETY: both calls are safe between fork and exec (signal-safety(7)).
    unsafe {
        command.pre_exec(|| {
            if libc::setsid() == -1 || libc::ioctl(0, libc::TIOCSCTTY, 0) == -1 {
                return Err(std::io::Error::last_os_error());
            }
            Ok(())
        });
    }
    let child = command.spawn().unwrap();
    // The command would keep the terminal open.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    (child, ours)
}

/// All that is shown until the program ends.
fn shown(mut terminal: File, child: &mut Child) -> String {
    let mut bytes = Vec::new();
    // Linux ends a terminal whose other end is gone with an error.
    let _ended = terminal.read_to_end(&mut bytes);
    assert!(child.wait().unwrap().success(), "{}", String::from_utf8_lossy(&bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A load of a second or more: the server sleeps at every fifth row. One row is bad.
fn slow() -> (Bench, Command) {
    let bench = Bench::new();
    bench.sql(
        "CREATE TABLE t (id int, name text);
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN IF NEW.id % 5 = 0 THEN PERFORM pg_sleep(0.3); END IF; RETURN NEW; END $$;
         CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f()",
    );
    let rows: String = (1..=30).map(|id| format!("{id},{}\n", "x".repeat(500))).collect();
    bench.place.write("data.csv", rows + "bad,row\n");
    let file = bench.place.write("test.load", load_csv("t", "concurrency = 1, batch rows = 4"));
    let mut command = bench.command();
    command.env("TERM", "xterm").arg(file);
    (bench, command)
}

#[test]
fn a_terminal_shows_a_line_that_log_lines_do_not_tear() {
    let (_bench, mut command) = slow();
    let (mut child, terminal) = start_in_terminal(&mut command);
    let text = shown(terminal, &mut child);
    for part in [">", "] public.t: ", " rows, ", " of 14.8 kB, ", " MB/s", " s left", "Total import time"] {
        assert!(text.contains(part), "no {part:?} in {text:?}");
    }
    let at = text.find(" ERROR Database error 22P02").unwrap();
    let before = &text[..at];
    // A time stamp of 27 characters, at the beginning of a line that is empty.
    let line = &before[..before.len() - 27];
    assert!(line.is_empty() || line.ends_with(['\n', '\r', 'K']), "{line:?}");
    assert!(text[at..].lines().next().unwrap().ends_with("\"bad\""), "{text:?}");
}

// shows: --progress
#[test]
fn nothing_is_shown_where_nobody_could_or_wants_to_see_it() {
    for (terminal, arguments) in
        [("dumb", &[][..]), ("xterm", &["--quiet"]), ("xterm", &["--progress", "none"])]
    {
        let (_bench, mut command) = slow();
        let (mut child, ours) = start_in_terminal(command.env("TERM", terminal).args(arguments));
        let text = shown(ours, &mut child);
        assert!(!text.contains(" MB/s") && !text.contains('\u{1b}'), "{text:?}");
        assert!(text.contains("Total import time"), "{text:?}");
    }
    let (_bench, mut command) = slow();
    let piped = Run::of(&mut command).expect(0, &["Total import time"]);
    assert!(!piped.stderr.contains(" MB/s") && !piped.stderr.contains('\u{1b}'), "{piped:?}");
}

/// The kernel sends SIGHUP and lets every write to the terminal fail.
// shows: bad: terminal that goes away
#[test]
fn a_load_goes_on_when_its_terminal_goes_away() {
    let (bench, mut command) = slow();
    command.args(["--summary", "r.html"]);
    let (mut child, terminal) = start_in_terminal(&mut command);
    wait_until("the first batch is loaded", || bench.sql("SELECT count(*) > 0 FROM t") == "t");
    drop(terminal);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "30");
    let log = bench.place.rejected("pgloader.log");
    assert!(log.contains("the terminal is gone (SIGHUP): the load goes on"), "{log}");
    assert!(log.contains("1 row was rejected"), "{log}");
    // Whoever shows progress has come to its end: its looks are in the report.
    let page = bench.place.rejected("r.html");
    assert!(page.contains("30 rows loaded, 1 rejected") && page.contains("<svg"), "{page}");
}

/// Both ends are pipes that nobody reads any more.
// shows: bad: pipe that is closed
#[test]
fn a_load_goes_on_when_its_pipes_are_closed() {
    for progress in ["auto", "json"] {
        let (bench, mut command) = slow();
        let mut child = crate::kit::start(command.args(["--progress", progress]));
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(0));
        assert_eq!(bench.sql("SELECT count(*) FROM t"), "30");
    }
}

// shows: --progress
#[test]
fn json_progress_makes_every_line_of_stderr_an_object() {
    let (_bench, mut command) = slow();
    let run = Run::of(command.args(["--progress", "json", "--verbose"])).expect(0, &[]);
    let events: Vec<Value> = run
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| unreachable!("{line}")))
        .collect();
    let of_load: Vec<&Value> = events.iter().filter(|event| event["event"] != "log").collect();
    let names: Vec<&str> = of_load.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names[..2], ["start", "progress"], "{names:?}");
    assert_eq!(names[names.len() - 2..], ["table-done", "command-done"], "{names:?}");
    let (progress, table, command) = (of_load[1], of_load[names.len() - 2], of_load[names.len() - 1]);
    assert_eq!(progress["table"], "public.t");
    assert_eq!(progress["source_total"], 15119, "{progress}");
    assert!(progress["seconds_left"].as_f64().unwrap() > 0.0, "{progress}");
    for end in [table, command] {
        let counts = ["read", "written", "rejected", "skipped"].map(|name| end[name].as_u64().unwrap());
        assert_eq!(counts, [31, 30, 1, 0], "{end}");
    }
    assert_eq!((&command["result"], &command["errors"]), (&"done".into(), &1.into()));
    let logged = events.iter().find(|event| event["level"] == "ERROR").unwrap();
    assert!(logged["message"].as_str().unwrap().contains("22P02"), "{logged}");
    assert!(run.stdout.contains("Total import time"), "{}", run.stdout);
}
