use std::ffi::CString;
use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::*;

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("pgloader-files-{}-{name}", std::process::id()))
}

fn refusal(path: &Path) -> String {
    let error = open(path).unwrap_err();
    assert!(error.hint.is_some(), "{error}");
    error.message
}

#[test]
fn a_file_is_read_whole_and_its_length_known() {
    let path = temporary("file");
    fs::write(&path, "hello").unwrap();
    let meter = Arc::new(Meter::default());
    let mut input = open(&path).unwrap().metered(&meter);
    assert_eq!(input.len, Some(5));
    let mut text = String::new();
    input.read_to_string(&mut text).unwrap();
    assert_eq!(text, "hello");
    assert_eq!((meter.read(), meter.total()), (5, Some(5)));
    fs::remove_file(&path).unwrap();
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let missing = temporary("missing");
    assert_eq!(refusal(&missing), format!("cannot open {}: there is no such file", missing.display()));
    let directory = std::env::temp_dir();
    assert_eq!(refusal(&directory), format!("cannot read {}: it is a directory", directory.display()));
    let file = temporary("no-directory");
    fs::write(&file, "").unwrap();
    let below = file.join("x");
    assert_eq!(
        refusal(&below),
        format!("cannot open {}: a part of the path is not a directory", below.display())
    );
    fs::remove_file(&file).unwrap();
}

#[test]
fn a_refused_permission_is_told_as_such() {
    // Root may read anything, so the error is made rather than provoked.
    let error = cannot_open(Path::new("/secret"), &io::Error::from(ErrorKind::PermissionDenied));
    assert_eq!(error.message, "cannot open /secret: permission denied");
    assert!(error.hint.is_some());
}

#[test]
fn a_named_pipe_is_read_and_has_no_length() {
    let path = temporary("pipe");
    let name = CString::new(path.as_os_str().as_bytes()).unwrap();
    // SAFETY: `name` is a C string that outlives the call.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    let writer = std::thread::spawn({
        let path = path.clone();
        move || fs::write(path, "through a pipe")
    });
    let mut input = open(&path).unwrap();
    assert_eq!(input.len, None);
    let mut text = String::new();
    input.read_to_string(&mut text).unwrap();
    assert_eq!(text, "through a pipe");
    writer.join().unwrap().unwrap();
    fs::remove_file(&path).unwrap();
}
