//! Steps beside the copy: what is replaced, what is skipped, what users write themselves.

use crate::bench::{Bench, builder, numbers};

// shows: no analyze
#[test]
fn no_analyze_holds_where_it_comes_first() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.load(numbers(10), "no analyze, analyze").expect(0, &["10 written", "WARNING"]);
    assert!(bench.sandbox.statements().iter().all(|statement| !statement.starts_with("ANALYZE")));
}

// shows: analyze
#[test]
fn truncate_hooks_and_analyze() {
    let bench = Bench::new();
    bench.place.write("data.csv", numbers(10));
    let load = bench.load_csv("t", "truncate, analyze").replace(
        ';',
        " BEFORE LOAD DO $$ CREATE TABLE IF NOT EXISTS t (id int, v varchar(20)) $$, \
                         $$ INSERT INTO t VALUES (0, 'it''s \\\\ old') $$ \
          AFTER LOAD DO $$ DELETE FROM t WHERE id = 1 $$;",
    );
    for _ in 0..2 {
        bench.run(&load).expect(0, &["10 written", "Truncate", "Analyze", "before load", "after load"]);
        assert_eq!(bench.sql("SELECT count(*) FROM t"), "9");
    }
    let statements = bench.sandbox.statements();
    for wanted in ["TRUNCATE \"public\".\"t\"", "ANALYZE \"public\".\"t\""] {
        assert!(statements.iter().any(|statement| statement == wanted), "{statements:#?}");
    }
    assert!(statements.iter().all(|statement| !statement.contains("client_min_messages")));
}

#[test]
fn a_failing_hook_ends_the_command() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.place.write("data.csv", numbers(10));
    let load = bench
        .load_csv("t", "")
        .replace(';', " BEFORE LOAD DO $$ DELETE FROM t $$, $$ CREATE INDEX i ON t (id) $$;");
    bench.run(&load).expect(1, &["not supported on Redshift tables", "CREATE INDEX i ON t (id)"]);
    assert!(bench.copies().is_empty());
}

#[test]
fn what_redshift_does_not_have_is_skipped_with_a_notice() {
    let bench = Bench::table("id int primary key, v varchar(20)");
    let run = bench.load(numbers(10), "drop indexes, disable triggers");
    run.expect(
        0,
        &[
            "drop indexes is skipped: Amazon Redshift has no indexes",
            "disable triggers is skipped: Amazon Redshift has no triggers",
            "10 written",
        ],
    );
}

/// Keys and constraints are not enforced: pgloader does not pretend.
#[test]
fn duplicates_of_a_primary_key_are_loaded() {
    let bench = Bench::table("id int primary key, v varchar(20)");
    bench.load("1,a\n1,b\n", "").expect(0, &["2 written"]);
}

#[test]
fn names_are_folded_as_the_server_folds_them() {
    let bench = Bench::new();
    bench.sql("CREATE SCHEMA other; CREATE TABLE other.\"Orders\" (\"Id\" int, \"Order\" varchar(20))");
    bench.place.write("data.csv", numbers(10));
    let load = bench.load_csv_into("\"Other\".\"Orders\"", "");
    bench.run(&load).expect(0, &["10 written"]);
    let sensitive = Bench::with(builder().case_sensitive(true));
    sensitive.sql("CREATE TABLE \"Orders\" (id int, v varchar(20)); CREATE TABLE orders (x date)");
    sensitive.place.write("data.csv", numbers(10));
    let load = sensitive.load_csv_into("\"Orders\"", "");
    sensitive.run(&load).expect(0, &["10 written"]);
    assert_eq!(sensitive.sql("SELECT count(*) FROM \"Orders\""), "10");
}

#[test]
fn a_dry_run_tells_where_batches_go_and_stages_nothing() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.place.write("data.csv", numbers(10));
    for (with, staged, copy) in [
        (
            "",
            "stage CSV uncompressed, batch by batch, below s3://pgloader/pgloader-… in region eu-west-1",
            "NULL AS",
        ),
        (
            "copy per table, compression = gzip, s3 prefix 'a/b', keep s3 files, truncate",
            "stage CSV as gzip, all batches first, below s3://pgloader/a/b/pgloader-… in region eu-west-1, kept",
            "MANIFEST GZIP",
        ),
    ] {
        let file = bench.place.write("test.load", bench.load_csv("t", with));
        let run = bench.finish(bench.command().arg("--dry-run").arg(file));
        let copy = ["COPY \"public\".\"t\" (\"id\", \"v\") FROM 's3://pgloader/", copy];
        run.expect(0, &[staged, copy[0], copy[1], "ACCESS_KEY_ID '***'", "copy per = ", "Success, opened"]);
    }
    assert!(bench.copies().is_empty() && bench.objects().is_empty());
    let elsewhere = bench.place.write("test.load", bench.load_csv("t", "s3 bucket 'not-there'"));
    bench.finish(bench.command().arg("--dry-run").arg(elsewhere)).expect(1, &["not-there"]);
}
