//! Rows that the server refuses.

use redshift_sandbox::fault::Fault;

use crate::bench::{Bench, builder, numbers};

/// Makes the server refuse the record of this number in the next COPYs: as many as it takes to find it.
fn refuse(bench: &Bench, record: u64, code: i32, times: usize) {
    for _ in 0..times {
        bench.inject(Fault::RefuseRow(record, code, format!("Reason of {code}")));
    }
}

#[test]
fn one_bad_row_in_a_hundred_thousand_is_the_only_one_rejected() {
    let bench = Bench::table("id int, v varchar(20), d date");
    let mut data: String = (1..=100_000).map(|id| format!("{id},row {id},2024-01-31\n")).collect();
    data = data.replace("\n77777,row 77777,2024-01-31\n", "\n77777,row 77777,31-31-2024\n");
    let run = bench.load(&data, "");
    let run = run.expect(0, &["100000 read = 99999 written + 1 rejected", "1 row was rejected"]);
    assert!(run.stderr.contains("column d:") && run.stderr.contains("Redshift error 1205"), "{run:#?}");
    assert_eq!(bench.place.rejected("t/t.dat"), "77777\trow 77777\t31-31-2024\n");
    assert!(bench.place.rejected("t/t.log").contains("line 77777 of s3://pgloader/pgloader-"));
    assert_eq!(bench.copies().len(), 2);
    bench.is_tidy();
}

#[test]
fn the_same_without_the_error_views() {
    let bench = Bench::table("id int, v varchar(20), d date");
    bench.inject(Fault::ErrorViewsForbidden);
    let mut data: String = (1..=3000).map(|id| format!("{id},row {id},2024-01-31\n")).collect();
    data = data.replace("\n777,row 777,2024-01-31\n", "\n777,row 777,31-31-2024\n");
    data = data.replace("\n2999,row 2999,2024-01-31\n", "\n2999,row 2999,xx\n");
    let run = bench.load(&data, "");
    run.expect(0, &["3000 read = 2998 written + 2 rejected", "Load into table 't' failed"]);
    assert_eq!(bench.place.rejected("t/t.dat"), "777\trow 777\t31-31-2024\n2999\trow 2999\txx\n");
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "2998");
    bench.is_tidy();
}

#[test]
fn views_that_tell_late_are_asked_again() {
    let bench = Bench::table("id int, d date");
    bench.inject(Fault::ErrorViewEmpty);
    bench.inject(Fault::ErrorViewEmpty);
    bench.load("1,2024-01-31\n2,xx\n3,2024-01-31\n", "").expect(0, &["2 written + 1 rejected", "1205"]);
    assert_eq!(bench.copies().len(), 2);
}

/// Where values hold line breaks the views' lines cannot be trusted: whatever they count, the right row is rejected.
#[test]
fn rows_of_several_lines_are_told_apart_in_either_count() {
    for physical in [true, false] {
        let bench = Bench::with(builder().physical_lines(physical));
        bench.sql("CREATE TABLE t (id int, v varchar(20), d date)");
        let data: String = (1..=200)
            .map(|id| {
                let day = if [5, 60, 61, 200].contains(&id) { "xx" } else { "2024-01-31" };
                let text = if id % 10 == 0 { "\"a\nb\"" } else { "ab" };
                format!("{id},{text},{day}\n")
            })
            .collect();
        bench.load(data, "").expect(0, &["200 read = 196 written + 4 rejected"]);
        assert_eq!(
            bench.place.rejected("t/t.dat"),
            "5\tab\txx\n60\ta\\nb\txx\n61\tab\txx\n200\ta\\nb\txx\n",
            "physical: {physical}"
        );
        bench.is_tidy();
    }
}

#[test]
fn many_bad_rows_cost_two_copies() {
    let bench = Bench::table("id int, d date");
    let data: String =
        (1..=2000).map(|id| format!("{id},{}\n", if id % 2 == 0 { "xx" } else { "2024-01-31" })).collect();
    bench.load(data, "").expect(0, &["2000 read = 1000 written + 1000 rejected", "1000 rows were rejected"]);
    assert_eq!(bench.copies().len(), 2);
    assert!(bench.copies()[1].contains("MAXERROR 10000"));
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "1000");
}

#[test]
fn nothing_but_bad_rows() {
    let bench = Bench::table("id int, d date");
    bench.load("1,x\n2,y\n3,z\n", "").expect(0, &["3 read = 0 written + 3 rejected"]);
    bench.load("1,x\n2,y\n3,z\n", "max errors = 2").expect(1, &["max errors = 2"]);
    bench.is_tidy();
}

#[test]
fn bad_rows_of_a_group_are_read_back_from_their_objects() {
    for codec in ["none", "gzip", "zstd"] {
        let bench = Bench::table("id int, d date");
        let data: String = (1..=1000)
            .map(|id| {
                format!("{id},{}\n", if [1, 500, 501, 1000].contains(&id) { "xx" } else { "2024-01-31" })
            })
            .collect();
        let with = format!("copy per table, batch rows = 100, compression = {codec}");
        bench.load(data, &with).expect(0, &["1000 read = 996 written + 4 rejected"]);
        let mut rejected: Vec<String> = bench.place.rejected("t/t.dat").lines().map(str::to_owned).collect();
        rejected.sort();
        assert_eq!(rejected, ["1\txx", "1000\txx", "500\txx", "501\txx"]);
        assert_eq!(bench.copies().len(), 2);
        bench.is_tidy();
    }
}

#[test]
fn a_group_whose_views_are_silent_is_taken_apart() {
    let bench = Bench::table("id int, d date");
    bench.inject(Fault::ErrorViewsForbidden);
    let data: String =
        (1..=400).map(|id| format!("{id},{}\n", if id == 123 { "xx" } else { "2024-01-31" })).collect();
    bench.load(data, "copy per table, batch rows = 50").expect(0, &["400 read = 399 written + 1 rejected"]);
    assert_eq!(bench.place.rejected("t/t.dat"), "123\txx\n");
    bench.is_tidy();
}

/// Every code that is a row's fault ends in the reject files; those of a whole file end the load.
#[test]
fn every_code_of_the_error_views() {
    let bench = Bench::table("id int, v varchar(20)");
    for code in 1200..=1224 {
        bench.sql("DELETE FROM t");
        refuse(&bench, 3, code, 2);
        let run = bench.load(numbers(5), "");
        if [1212, 1221].contains(&code) {
            run.expect(1, &[&format!("Redshift error {code}")]);
            assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
            // Of the two refusals that were prepared, one is left.
            bench.load(numbers(5), "").expect(1, &[]);
        } else {
            run.expect(
                0,
                &["5 read = 4 written + 1 rejected", &format!("Reason of {code} (Redshift error {code})")],
            );
            assert_eq!(bench.place.rejected("t/t.dat"), "3\trow 3\n", "{code}");
        }
        bench.is_tidy();
    }
}

#[test]
fn on_error_stop_tells_the_first_reason() {
    let bench = Bench::table("id int, d date");
    bench
        .load("1,2024-01-31\n2,xx\n", "on error stop")
        .expect(1, &["column d:", "Redshift error 1205", "line 2 of", "the row is: 2\txx"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
    assert_eq!(bench.copies().len(), 1);
    bench.is_tidy();
}

#[test]
fn serverless_has_its_reasons_in_the_other_view() {
    let bench = Bench::with(builder().serverless(true));
    bench.sql("CREATE TABLE t (id int, d date)");
    bench.load("1,2024-01-31\n2,xx\n", "").expect(0, &["1 written + 1 rejected", "Redshift error 1205"]);
    assert!(bench.sandbox.statements().iter().any(|sql| sql.contains("sys_load_error_detail")));
}
