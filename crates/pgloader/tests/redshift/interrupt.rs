//! Ctrl-C while objects are staged.

use std::process::Child;

use redshift_sandbox::fault::Fault;

use crate::bench::{Bench, numbers};
use crate::kit::{Run, start, wait_until};

fn signal(child: &Child) {
    let pid = i32::try_from(child.id()).unwrap();
    let killed = std::process::Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap();
    assert!(killed.success());
}

/// A run whose first COPY takes a minute, once its object is there and the server is at it.
fn slow(bench: &Bench, with: &str) -> Child {
    bench.place.write("data.csv", numbers(1000));
    bench.inject(Fault::SlowCopy(60_000));
    let file = bench.place.write("test.load", bench.load_csv("t", with));
    let child = start(bench.command().arg(file));
    wait_until("the COPY", || !bench.copies().is_empty());
    child
}

#[test]
fn ctrl_c_between_upload_and_copy_leaves_nothing() {
    for mode in ["copy per batch, batch rows = 100", "copy per table, batch rows = 100"] {
        let bench = Bench::table("id int, v varchar(20)");
        let child = slow(&bench, mode);
        assert!(!bench.objects().is_empty());
        signal(&child);
        let run: Run = bench.searched(child.wait_with_output().unwrap().into());
        let run = run.expect(130, &["interrupted: ending the load"]);
        assert_eq!(bench.sql("SELECT count(*) FROM t"), "0", "{run:#?}");
        bench.is_tidy();
    }
}

#[test]
fn a_second_ctrl_c_ends_at_once_and_tells_of_the_objects() {
    let bench = Bench::table("id int, v varchar(20)");
    let child = slow(&bench, "batch rows = 100000");
    let objects = bench.objects();
    signal(&child);
    signal(&child);
    let run: Run = bench.searched(child.wait_with_output().unwrap().into());
    assert_eq!(run.code, Some(130), "{run:#?}");
    // Either the run was quick enough to tidy up, or it says what is left.
    let left = bench.objects();
    assert!(
        left.is_empty() || objects.iter().all(|object| run.stderr.contains(&format!("s3://{object}"))),
        "{run:#?}"
    );
}

/// The batch is large enough to go in parts, of which none may stay.
#[test]
fn ctrl_c_in_the_middle_of_an_upload_leaves_no_part() {
    let bench = Bench::table("id int, v varchar(2000)");
    let text = "x".repeat(1500);
    let data: String = (0..40_000).map(|id| format!("{id},{text}\n")).collect();
    bench.place.write("data.csv", data);
    let file = bench.place.write("test.load", bench.load_csv("t", ""));
    let child = start(bench.command().arg(file));
    wait_until("the first part", || bench.sandbox.s3().uploads() > 0);
    signal(&child);
    let run: Run = bench.searched(child.wait_with_output().unwrap().into());
    run.expect(130, &["interrupted: ending the load"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
    bench.is_tidy();
}
