//! The statements of the specification, one test each.

use crate::bench::{Bench, KEY, SECRET, numbers};

/// "Each batch becomes one CSV file and one COPY … FORMAT CSV TIMEFORMAT 'auto' REGION … ACCESS_KEY_ID …".
#[test]
fn copy_has_the_specified_clauses() {
    let bench = Bench::table("id int, v varchar(20), s timestamp");
    bench.load("1,a,2024-01-31 10:20:30.5\n", "").expect(0, &["1 written"]);
    let copy = bench.copies().pop().unwrap();
    let mut rest = copy.as_str();
    for clause in [
        "COPY \"public\".\"t\" (\"id\", \"v\", \"s\") FROM 's3://pgloader/pgloader-",
        "/0000/00000000.csv' FORMAT CSV TIMEFORMAT 'auto' ",
        "REGION 'eu-west-1' ACCESS_KEY_ID '",
        KEY,
        "' SECRET_ACCESS_KEY '",
        SECRET,
    ] {
        let at = rest.find(clause).unwrap_or_else(|| unreachable!("{clause} is not in {copy}"));
        rest = &rest[at + clause.len()..];
    }
    assert_eq!(bench.sql("SELECT s FROM t"), "2024-01-31 10:20:30.5");
}

/// "Bucket from AWS_S3_BUCKET_NAME, default pgloader".
#[test]
fn the_bucket_is_pgloader_where_nothing_is_said() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.place.write("data.csv", numbers(10));
    let file = bench.place.write("test.load", bench.load_csv("t", ""));
    bench.finish(bench.command().env_remove("AWS_S3_BUCKET_NAME").arg(file)).expect(0, &["10 written"]);
    assert!(bench.copies()[0].contains("FROM 's3://pgloader/"), "{:?}", bench.copies());
}

/// "Region from ~/.aws/config, overridden by AWS_DEFAULT_REGION": the bucket's own wins over both.
#[test]
fn the_region_of_the_statement_is_the_buckets() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.place.write("home/.aws/config", "[default]\nregion = us-west-2\n");
    bench.place.write("data.csv", numbers(10));
    let file = bench.place.write("test.load", bench.load_csv("t", ""));
    bench.finish(bench.command().env_remove("AWS_DEFAULT_REGION").arg(&file)).expect(0, &["10 written"]);
    bench
        .finish(bench.command().env("AWS_DEFAULT_REGION", "us-east-2").arg(&file))
        .expect(0, &["10 written"]);
    assert!(bench.copies().iter().all(|copy| copy.contains("REGION 'eu-west-1'")), "{:?}", bench.copies());
}
