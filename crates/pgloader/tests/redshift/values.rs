//! What becomes of values: nothing is lost, and nothing is invented.

use private_postgres::Server;

use crate::bench::{Bench, builder, numbers};

#[test]
fn null_empty_blank_and_words_for_null_stay_what_they_are() {
    for harmful in [true, false] {
        let bench = Bench::with(builder().quoted_sentinel_is_null(harmful));
        bench.sql("CREATE TABLE t (id int, v varchar(50), c char(5))");
        let data = "1,,\n2,\"\",\"\"\n3,\"  \",\"  \"\n4,\"\\N\",\"\\N\"\n5,NULL,NULL\n6,~pgl-null~,\n\
                    7,~pgl-null-1~,\n8,null,null\n";
        bench.load(data, "").expect(0, &["8 read = 8 written + 0 rejected"]);
        let found = bench.sql(
            "SELECT id, CASE WHEN v IS NULL THEN '<null>' ELSE v END, CASE WHEN c IS NULL THEN '<null>' ELSE trim(c) END \
             FROM t ORDER BY id",
        );
        let expected = "1|<null>|<null>\n2||\n3|  |\n4|\\N|\\N\n5|NULL|NULL\n6|~pgl-null~|<null>\n\
                        7|~pgl-null-1~|<null>\n8|null|null";
        assert_eq!(found, expected, "harmful: {harmful}");
        bench.is_tidy();
    }
}

#[test]
fn null_in_every_type() {
    let bench = Bench::table(
        "id int, a smallint, b bigint, c decimal(10,2), d real, e double precision, f boolean, g char(3), \
         h varchar(10), i date, j time, k timestamp, l timestamptz, m super, n varbyte(10)",
    );
    bench.load(format!("1{}\n", ",".repeat(14)), "").expect(0, &["1 written"]);
    let nulls: Vec<String> = "abcdefghijklmn".chars().map(|column| format!("{column} IS NULL")).collect();
    assert_eq!(bench.sql(&format!("SELECT count(*) FROM t WHERE {}", nulls.join(" AND "))), "1");
}

#[test]
fn every_kind_of_text_comes_back_as_it_was() {
    let bench = Bench::table("id int, v varchar(65535)");
    let values = [
        "say \"hi\"",
        "a\rb",
        "a\nb",
        "a\r\nb",
        "tab\there",
        "back\\slash\\n",
        "a,b",
        "😀 é ß 漢",
        "'",
        "\\",
    ];
    let mut data = String::new();
    for (id, value) in values.iter().enumerate() {
        data += &format!("{id},\"{}\"\n", value.replace('"', "\"\""));
    }
    let widest = "x".repeat(65_535);
    data += &format!("100,{widest}\n101,{widest}y\n102,{widest}  \n");
    bench.load(data, "").expect(
        0,
        &["column v: the value has 65536 bytes, its column 65535", "13 read = 12 written + 1 rejected"],
    );
    for (id, value) in values.iter().enumerate() {
        let literal = value.replace('\\', "\\\\").replace('\'', "''");
        let found = bench.sql(&format!("SELECT count(*) FROM t WHERE id = {id} AND v = '{literal}'"));
        assert_eq!(found, "1", "{value:?}");
    }
    assert_eq!(bench.sql("SELECT octet_length(v) FROM t WHERE id = 100"), "65535");
    assert!(bench.place.rejected("t/t.dat").starts_with("101\txxx"));
    bench.is_tidy();
}

#[test]
fn nul_characters_are_stripped_and_counted_where_asked_for() {
    let bench = Bench::table("id int, v varchar(10)");
    bench.load("1,a\0b\n2,c\n", "nul bytes = strip").expect(0, &["1 NUL characters stripped", "2 written"]);
    assert_eq!(bench.sql("SELECT v FROM t WHERE id = 1"), "ab");
    bench.load("3,a\0b\n", "").expect(0, &["0 written + 1 rejected"]);
}

#[test]
fn what_redshift_does_not_take_is_rejected_with_a_reason() {
    let bench = Bench::table("id int, n decimal(6,2), f double precision, d date, s timestamp, h time");
    let cases = [
        ("NaN,1,,,", "Redshift does not load NaN"),
        ("1,inf,,,", "Redshift does not load infinity"),
        ("1,-Infinity,,,", "Redshift does not load infinity"),
        ("12345.6,,,,", "too many digits before the point"),
        (",,infinity,,", "Redshift does not load infinity"),
        (",,0044-03-15 BC,,", "before Christ"),
        (",,12024-01-01,,", "beyond 9999"),
        (",,,2024-01-31 24:00:00,", "24:00"),
        (",,,,24:00:00", "24:00"),
        ("\"\",,,,", "an empty value"),
    ];
    for (id, (values, reason)) in cases.iter().enumerate() {
        let run = bench.load(format!("{id},{values}\n"), "");
        let run = run.expect(0, &[reason, "1 read = 0 written + 1 rejected", "record 1 of"]);
        assert!(run.stderr.contains("1 row was rejected"), "{run:#?}");
    }
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
    bench.is_tidy();
}

#[test]
fn numbers_are_rounded_as_postgres_rounds_them() {
    let bench = Bench::table("n decimal(6,2)");
    bench.load("1.005\n-1.005\n2.994999\n0.1\n", "").expect(0, &["4 written"]);
    assert_eq!(bench.sql("SELECT n FROM t ORDER BY n"), "-1.01\n0.10\n1.01\n2.99");
}

// shows: truncate columns
#[test]
fn text_too_wide_is_measured_in_bytes() {
    let bench = Bench::table("id int, v varchar(4), c char(3)");
    let data = "1,éé,abc\n2,ééx,abc\n3,abcd,é\n4,abcd  ,abcd\n";
    let words =
        ["the value has 5 bytes, its column 4", "it is not ASCII", "the value has 4 bytes, its column 3"];
    bench.load(data, "").expect(0, &words).expect(0, &["4 read = 1 written + 3 rejected"]);
    assert_eq!(bench.place.rejected("t/t.dat"), "2\tééx\tabc\n3\tabcd\té\n4\tabcd  \tabcd\n");
    bench.sql("DELETE FROM t");
    bench.load(data, "truncate columns").expect(0, &["3 written + 1 rejected", "2 values truncated"]);
    assert_eq!(bench.sql("SELECT id, v, c FROM t ORDER BY id"), "1|éé|abc\n2|éé|abc\n4|abcd|abc");
}

#[test]
fn a_row_over_four_megabytes_is_rejected() {
    let bench = Bench::table("id int, a varchar(65535), b super");
    let wide = format!("1,x,\"[{}1]\"\n2,y,1\n", "1,".repeat(2_200_000));
    bench.load(wide, "").expect(0, &["4400", "bytes as CSV", "2 read = 1 written + 1 rejected"]);
}

#[test]
fn identity_columns_get_the_files_values_or_the_servers() {
    let bench = Bench::table("id int identity(10,5), v varchar(10)");
    bench.load("a\nb\n", "").expect(0, &["column id: it is not a whole number", "0 written + 2 rejected"]);
    bench.place.write("data.csv", "a\nb\n");
    let load = bench.load_csv("t", "").replace(" WITH", " TARGET COLUMNS (v) WITH");
    bench.run(&load).expect(0, &["2 written"]);
    bench.load("7,c\n", "").expect(0, &["1 written"]);
    assert!(bench.copies().last().unwrap().contains("EXPLICIT_IDS"));
    assert_eq!(bench.sql("SELECT v FROM t WHERE id = 7"), "c");
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "3");
}

#[test]
fn a_column_that_needs_a_value_is_missed_before_anything_is_sent() {
    let bench = Bench::table("id int, v varchar(10) not null");
    bench.place.write("data.csv", "1\n");
    let load = bench.load_csv("t", "").replace(" WITH", " TARGET COLUMNS (id) WITH");
    bench.run(&load).expect(1, &["no field for v of public.t, which is NOT NULL"]);
    bench
        .load("1,\n2,x\n", "")
        .expect(0, &["column v: NULL in a column that is NOT NULL", "1 written + 1 rejected"]);
    assert!(bench.copies().len() == 1);
}

/// The same file into PostgreSQL by COPY and into the sandbox through S3 gives equal tables.
#[test]
fn both_targets_get_the_same_table() {
    let columns =
        "id int, n numeric(10,2), f double precision, b boolean, v varchar(100), d date, s timestamp";
    let bench = Bench::table(columns);
    let server = Server::shared();
    let database = server.create_database();
    server.psql(&database, &format!("CREATE TABLE t ({columns})")).unwrap();
    let mut data = String::new();
    for id in 0..2000 {
        let text = ["", "\"\"", "plain", "\"q \"\"x\"\"\"", "\"a\nb\"", "é\\n😀", "  blanks "][id % 7];
        let number = if id % 5 == 0 { String::new() } else { format!("{}.{:03}", id * 7, id % 1000) };
        let day = format!("20{:02}-{:02}-{:02}", id % 100, 1 + id % 12, 1 + id % 28);
        let moment = if id % 3 == 0 { String::new() } else { format!("{day} 10:20:30.{id:06}") };
        data +=
            &format!("{id},{number},{}.5,{},{text},{day},{moment}\n", id * 3, ["t", "false", "yes"][id % 3]);
    }
    bench.load(&data, "batch rows = 300").expect(0, &["2000 read = 2000 written"]);
    let uri = server.uri(&database);
    let load = bench.load_csv("t", "").replace(&bench.sandbox.uri(), &uri);
    bench.run(&load).expect(0, &["2000 read = 2000 written"]);
    let query = "SELECT id, n, f, b, coalesce(v, '<null>'), d, s FROM t ORDER BY id";
    assert_eq!(bench.sql(query), server.psql(&database, query).unwrap().trim_end());
}

#[test]
fn empty_files_and_files_of_one_blank_column() {
    let bench = Bench::table("v varchar(10)");
    bench.load("", "").expect(0, &["0 read = 0 written"]);
    assert!(bench.copies().is_empty());
    bench.load("\"\"\na\n\"\"\n", "").expect(0, &["3 read = 3 written"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t WHERE v = ''"), "2");
    bench.load(numbers(3).replace(',', ";"), "").expect(0, &["3 written"]);
}
