//! Both copy modes, the codecs, and several objects.

use crate::bench::{Bench, builder, numbers};

// shows: copy per batch; batch rows
#[test]
fn each_batch_is_one_object_and_one_copy() {
    let bench = Bench::table("id int, v varchar(20)");
    let run = bench.load(numbers(1000), "batch rows = 100, concurrency = 2");
    run.expect(0, &["1000 read = 1000 written"]);
    assert_eq!(bench.sql("SELECT count(*), sum(id) FROM t"), "1000|500500");
    let copies = bench.copies();
    assert!((7..=15).contains(&copies.len()), "{} COPYs", copies.len());
    assert!(copies.iter().all(|copy| !copy.contains("MANIFEST") && !copy.contains("MAXERROR")));
    bench.is_tidy();
}

// shows: copy per table
#[test]
fn copy_per_table_is_one_copy_through_a_manifest() {
    for codec in ["none", "gzip", "zstd"] {
        let bench = Bench::table("id int, v varchar(20)");
        let with = format!("copy per table, compression = {codec}, batch rows = 100, concurrency = 2");
        bench.load(numbers(1000), &with).expect(0, &["1000 read = 1000 written"]);
        assert_eq!(bench.sql("SELECT count(*), sum(id) FROM t"), "1000|500500");
        let copies = bench.copies();
        assert_eq!(copies.len(), 1, "{copies:?}");
        assert!(copies[0].contains(" MANIFEST"), "{copies:?}");
        bench.is_tidy();
    }
}

#[test]
fn a_table_of_one_batch_needs_no_manifest() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.load(numbers(10), "copy per table").expect(0, &["10 written"]);
    assert!(!bench.copies()[0].contains("MANIFEST"));
}

#[test]
fn objects_are_compressed_where_asked_for() {
    for (codec, suffix, word) in
        [("none", ".csv'", None), ("gzip", ".csv.gz'", Some("GZIP")), ("zstd", ".csv.zst'", Some("ZSTD"))]
    {
        let bench = Bench::table("id int, v varchar(20)");
        bench.load(numbers(50_000), &format!("compression = {codec}")).expect(0, &["50000 written"]);
        let copies = bench.copies();
        assert!(copies[0].contains(suffix), "{copies:?}");
        assert_eq!(["GZIP", "ZSTD"].into_iter().find(|word| copies[0].contains(&format!(" {word} "))), word);
        assert_eq!(bench.sql("SELECT count(*), sum(id) FROM t"), "50000|1250025000");
    }
}

/// A value that is the NULL marker begins a group of its own in both modes.
#[test]
fn markers_in_the_data_split_groups() {
    for mode in ["copy per batch", "copy per table"] {
        let bench = Bench::with(builder().quoted_sentinel_is_null(true));
        bench.sql("CREATE TABLE t (id int, v varchar(20))");
        let mut data = String::new();
        for id in 0..300 {
            let value = match id {
                100 | 101 | 250 => "~pgl-null~",
                200 => "~pgl-null-1~",
                _ if id % 2 == 0 => "",
                _ => "x",
            };
            data += &format!("{id},{value}\n");
        }
        bench.load(data, &format!("{mode}, batch rows = 50")).expect(0, &["300 written"]);
        assert_eq!(bench.sql("SELECT count(*) FROM t WHERE v IS NULL"), "147");
        let marked = bench.sql("SELECT id FROM t WHERE v LIKE '%pgl%' ORDER BY id");
        assert_eq!(marked, "100\n101\n200\n250");
        let copies = bench.copies();
        for marker in ["'~pgl-null~'", "'~pgl-null-1~'", "'~pgl-null-2~'"] {
            assert!(
                copies.iter().any(|copy| copy.contains(&format!("NULL AS {marker}"))),
                "{mode}: {copies:?}"
            );
        }
        bench.is_tidy();
    }
}

#[test]
fn many_writers_stage_at_once() {
    let bench = Bench::table("id int, v varchar(20)");
    let run = bench.load(numbers(20_000), "copy per table, batch rows = 500, concurrency = 8");
    run.expect(0, &["20000 read = 20000 written"]);
    assert_eq!(bench.sql("SELECT count(*), sum(id) FROM t"), "20000|200010000");
}

#[test]
fn on_error_stop_ends_the_load_at_the_first_bad_batch() {
    let bench = Bench::table("id int, v varchar(20)");
    let data = numbers(1000).replace("\n600,", "\nsix hundred,");
    let run = bench.load(&data, "batch rows = 100, on error stop");
    run.expect(1, &["it is not a whole number: \"six hundred\"", "record 600 of"]);
    let kept: u64 = bench.sql("SELECT count(*) FROM t").parse().unwrap();
    assert!(kept < 600, "{kept}");
    bench.sql("DELETE FROM t");
    bench.load(&data, "batch rows = 100, on error stop, copy per table").expect(1, &["six hundred"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
    bench.is_tidy();
}
