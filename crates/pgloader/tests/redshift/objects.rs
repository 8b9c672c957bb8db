//! Objects in S3: their names, and that none stays.

use crate::bench::{Bench, numbers};
use crate::kit::start;

#[test]
fn objects_stay_where_that_is_asked_for() {
    let bench = Bench::table("id int, v varchar(20)");
    bench
        .load(numbers(100), "keep s3 files, s3 prefix 'loads/today'")
        .expect(0, &["staged objects are kept below"]);
    let objects = bench.objects();
    assert_eq!(objects.len(), 1, "{objects:?}");
    assert!(objects[0].starts_with("pgloader/loads/today/pgloader-"), "{objects:?}");
    assert!(objects[0].ends_with("/0000/00000000.csv"), "{objects:?}");
}

#[test]
fn no_name_of_a_table_is_in_a_key() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE \"t'1.a/b\" (id int, v varchar(20))");
    bench.place.write("data.csv", numbers(100));
    let load = bench.load_csv_into("\"t'1.a/b\"", "keep s3 files");
    bench.run(&load).expect(0, &["100 written"]);
    assert_eq!(bench.sql("SELECT count(*) FROM \"t'1.a/b\""), "100");
    assert!(
        bench.objects().iter().all(|key| !key.contains('\'') && !key.contains("a/b")),
        "{:?}",
        bench.objects()
    );
}

#[test]
fn two_runs_at_once_share_no_object() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.place.write("data.csv", numbers(2000));
    let file = bench.place.write("test.load", bench.load_csv("t", "batch rows = 200"));
    let runs: Vec<_> = (0..2)
        .map(|number| {
            let mut command = bench.command();
            command.arg("--root-dir").arg(bench.place.path(&format!("root-{number}"))).arg(&file);
            start(&mut command)
        })
        .collect();
    for run in runs {
        let run = bench.searched(run.wait_with_output().unwrap().into());
        run.expect(0, &["2000 read = 2000 written"]);
    }
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "4000");
    bench.is_tidy();
}

/// What is left of a run that is still at work, or has just ended, is nobody's garbage.
#[test]
fn fresh_objects_are_not_collected() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.load(numbers(100), "keep s3 files").expect(0, &[]);
    for action in ["--s3-gc", "--s3-gc=remove"] {
        bench
            .finish(bench.command().arg(action))
            .expect(0, &["Nothing that is older than a day is left in s3://pgloader/"]);
    }
    assert_eq!(bench.objects().len(), 1);
}

#[test]
fn the_collector_says_what_it_lacks() {
    let bench = Bench::new();
    bench
        .finish(bench.command().args(["--s3-gc", "--s3-bucket", "no-such-bucket"]))
        .expect(1, &["no-such-bucket"]);
    bench.finish(bench.command().args(["--s3-gc=all"])).expect(2, &["all"]);
    bench.finish(bench.command().args(["--s3-gc", "x.load"])).expect(2, &["--s3-gc"]);
}
