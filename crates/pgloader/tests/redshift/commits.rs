//! Connections that are lost around a COPY and its commit, and transactions in each other's way.

use redshift_sandbox::fault::Fault;

use crate::bench::{Bench, numbers};
use crate::kit::{start, wait_until};

#[test]
fn a_connection_lost_before_the_commit_is_made_again() {
    for fault in [Fault::DropBeforeCopy, Fault::DropBeforeCommit] {
        for mode in ["copy per batch", "copy per table"] {
            let bench = Bench::table("id int, v varchar(20)");
            bench.inject(fault.clone());
            let run = bench.load(numbers(1000), &format!("{mode}, batch rows = 100"));
            run.expect(0, &["1000 read = 1000 written"]);
            assert_eq!(bench.sql("SELECT count(*), sum(id) FROM t"), "1000|500500", "{fault:?} {mode}");
            bench.is_tidy();
        }
    }
}

#[test]
fn a_commit_whose_answer_is_lost_is_found_in_a_table_that_was_empty() {
    for mode in ["copy per batch", "copy per table"] {
        let bench = Bench::table("id int, v varchar(20)");
        bench.inject(Fault::DropAfterCommit);
        let run = bench.load(numbers(1000), &format!("{mode}, batch rows = 100, concurrency = 2"));
        run.expect(0, &["lost while a batch was being committed", "1000 read = 1000 written"]);
        assert_eq!(bench.sql("SELECT count(*), sum(id) FROM t"), "1000|500500", "{mode}");
        bench.is_tidy();
    }
}

#[test]
fn truncate_makes_lost_commits_decidable() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.sql("INSERT INTO t VALUES (0, 'old')");
    bench.inject(Fault::DropAfterCommit);
    bench.load(numbers(300), "truncate, batch rows = 100").expect(0, &["300 read = 300 written"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "300");
}

#[test]
fn a_lost_commit_into_a_table_with_rows_ends_the_load_and_says_so() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.sql("INSERT INTO t VALUES (0, 'old')");
    bench.inject(Fault::DropAfterCommit);
    let run = bench.load(numbers(100), "");
    run.expect(1, &["whether its 100 rows are in the table is not known", "look into the table"]);
    bench.is_tidy();
}

#[test]
fn bad_rows_of_a_lost_commit_are_rejected_once() {
    let bench = Bench::table("id int, d date");
    bench.inject(Fault::DropAfterCommit);
    bench.load("1,2024-01-31\n2,xx\n3,2024-01-31\n", "").expect(0, &["3 read = 2 written + 1 rejected"]);
    assert_eq!(bench.place.rejected("t/t.dat"), "2\txx\n");
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "2");
}

#[test]
fn transactions_in_each_others_way_are_tried_again() {
    for fault in [Fault::SerializationFailure, Fault::ConcurrentDrop, Fault::Deadlock] {
        let bench = Bench::table("id int, v varchar(20)");
        bench.inject(fault.clone());
        bench.load(numbers(100), "").expect(0, &["trying again", "100 written"]);
        assert_eq!(bench.sql("SELECT count(*) FROM t"), "100", "{fault:?}");
        bench.is_tidy();
    }
}

/// Another loader's rows are not taken for one's own: as many of them would look like a commit that worked.
#[test]
fn another_load_at_the_same_time_leaves_a_lost_commit_in_doubt() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.place.write("data.csv", numbers(100));
    let file = bench.place.write("test.load", bench.load_csv("t", ""));
    bench.inject(Fault::SlowCopy(3000));
    bench.inject(Fault::DropBeforeCommit);
    let first = start(bench.command().arg(&file));
    wait_until("the COPY", || !bench.copies().is_empty());
    let mut command = bench.command();
    let second = bench.finish(command.arg("--root-dir").arg(bench.place.path("second")).arg(&file));
    second.expect(0, &["100 read = 100 written"]);
    let first = bench.searched(first.wait_with_output().unwrap().into());
    first.expect(1, &["another load into the table was at work", "is not known"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "100");
    bench.is_tidy();
}
