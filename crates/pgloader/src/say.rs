//! What is said outside the log.

/// Writes a line to stdout (`out`) or stderr (`err`). Where nobody listens any more, that is no reason to end: the
/// load goes on, and the exit code tells how it went.
macro_rules! say {
    (out, $($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
    (err, $($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($text)*);
    }};
}
