//! Rows sent in binary: the same table and the same rejects as through text.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::kit::{Bench, Run};

/// How many COPY statements of either form the server has got for a table, whose name is of one test only:
/// binary, text.
fn copies(bench: &Bench, table: &str) -> (usize, usize) {
    let log = bench.server.log();
    let begins = format!("COPY \"public\".\"{table}\" (");
    let copies = log.lines().filter(|line| line.contains("statement:") && line.contains(&begins));
    let (binary, text): (Vec<&str>, Vec<&str>) = copies.partition(|line| line.contains("(FORMAT binary)"));
    (binary.len(), text.len())
}

/// Has the server log its statements.
fn watched() -> Bench {
    let bench = Bench::new();
    bench.sql(&format!("ALTER DATABASE {} SET log_statement = 'all'", bench.database));
    bench
}

#[test]
fn a_clean_file_is_sent_in_binary_and_odd_rows_beside_it_as_text() {
    let bench = watched();
    bench.sql("CREATE TABLE odd (id int, day date, price numeric(8,2))");
    let one_writer = "concurrency = 1";
    bench.load("1,2024-01-05,1.50\n2,,\n", "odd", one_writer).expect(0, &["2 read = 2 written"]);
    assert_eq!(copies(&bench, "odd"), (1, 0));
    let run = bench.load("3,5 Jan 2024,1e1\n4,2024-01-06,7\n5,2024-13-01,7\n", "odd", one_writer);
    run.expect(0, &["3 read = 2 written + 1 rejected"]);
    assert_eq!(copies(&bench, "odd").0, 2);
    assert_eq!(
        bench.sql("SELECT * FROM odd ORDER BY id"),
        "1|2024-01-05|1.50\n2||\n3|2024-01-05|10.00\n4|2024-01-06|7.00"
    );
    assert_eq!(bench.place.rejected("odd/odd.dat"), "5\t2024-13-01\t7\n");
}

#[test]
fn a_refused_batch_is_judged_and_rejected_as_text() {
    let bench = watched();
    bench.sql("CREATE TABLE refused (id int PRIMARY KEY, at timestamptz, paid boolean, weight float8 CHECK (weight < 9))");
    let rows = "1,2024-01-05T10:20:30.100+02:00,true,1.50\n1,2024-01-05 10:20Z,False,0.30000000000000004\n\
                2,2024-03-31 01:00:00-0330,0,9.00\n3,2024-01-05 10:20:30+00,y,-0\n";
    bench.load(rows, "refused", "concurrency = 1").expect(0, &["4 read = 2 written + 2 rejected"]);
    assert_eq!(copies(&bench, "refused").0, 1);
    assert_eq!(
        bench.place.rejected("refused/refused.dat"),
        "1\t2024-01-05 10:20Z\tFalse\t0.30000000000000004\n2\t2024-03-31 01:00:00-0330\t0\t9.00\n",
        "as they stand in the file"
    );
    let log = bench.place.rejected("refused/refused.log");
    assert!(log.contains("CONTEXT: COPY refused, line 1: \"2\t2024-03-31 01:00:00-0330\t0\t9.00\""), "{log}");
    assert_eq!(bench.sql("SELECT id FROM refused ORDER BY 1"), "1\n3");
}

#[test]
fn where_the_order_of_rows_shows_no_row_overtakes_another() {
    let bench = watched();
    bench.sql("CREATE TABLE numbered (number serial, id int)");
    let rows: String =
        (1..=2000).map(|id| if id % 100 == 50 { format!(" {id} \n") } else { format!("{id}\n") }).collect();
    bench.place.write("data.csv", rows);
    let load = "LOAD CSV FROM 'data.csv' (id) INTO postgresql:///?tablename=numbered (id)
                WITH fields terminated by ',', keep unquoted blanks, batch rows = 70;";
    bench.run(load).expect(0, &["2000 read = 2000 written"]);
    assert_eq!(bench.sql("SELECT count(*), min(number - id), max(number - id) FROM numbered"), "2000|0|0");
    let (binary, text) = copies(&bench, "numbered");
    assert!(binary >= 10 && text >= 10, "{binary} binary, {text} text");
}

#[test]
fn a_column_without_binary_form_and_on_error_stop_are_loaded_as_text() {
    let bench = watched();
    bench.sql("CREATE TABLE addresses (id int, address inet); CREATE TABLE stops (id int)");
    bench.load("1,10.0.0.1\n", "addresses", "").expect(0, &["1 written"]);
    bench.load("1\n", "stops", "on error stop").expect(0, &["1 written"]);
    assert_eq!((copies(&bench, "addresses"), copies(&bench, "stops")), ((0, 1), (0, 1)));
}

#[test]
fn a_server_that_refuses_binary_gets_text_from_then_on() {
    let bench = watched();
    // A domain whose check does not hold in binary COPY stands for a server that is unusual.
    bench.sql(
        "CREATE FUNCTION is_text() RETURNS boolean LANGUAGE sql AS $$ SELECT current_query() NOT LIKE '%binary%' $$;
         CREATE TABLE unusual (id int CHECK (is_text()))",
    );
    let rows: String = (1..=1000).map(|id| format!("{id}\n")).collect();
    let run = bench.load(rows, "unusual", "concurrency = 1, batch rows = 10");
    run.expect(0, &["1000 read = 1000 written + 0 rejected", "the load goes on in text"]);
    let (binary, text) = copies(&bench, "unusual");
    assert!(binary < 60 && text >= 60, "{binary} binary, {text} text");
}

#[test]
fn the_bytes_of_the_report_are_those_of_copy_text() {
    let bench = Bench::new();
    bench.sql("CREATE TABLE a (id int, note text, at timestamp); CREATE TABLE b (LIKE a, filler int[])");
    let rows: String = (0..3000).map(|id| format!("{id},\"a\tb\\\",2024-01-05 10:20:30\n,,\n")).collect();
    let bytes = |run: &Run, table: &str| {
        let line = run.stdout.lines().find(|line| line.contains(&format!("public.{table} "))).unwrap();
        line.split_whitespace().nth(3).unwrap().to_owned()
    };
    let in_binary = bench.load(&rows, "a", "").expect(0, &[]);
    bench.sql("ALTER TABLE b DROP COLUMN filler; ALTER TABLE b ALTER at TYPE text");
    let as_text = bench.load(&rows, "b", "on error stop").expect(0, &[]);
    assert_eq!(bytes(&in_binary, "a"), bytes(&as_text, "b"));
}

/// The columns of a table, of which each row has one value; and values at the borders of their grammars and ranges.
const TYPES: [(&[&str], &str); 6] = [
    (
        &[
            "smallint",
            "integer",
            "bigint",
            "real",
            "double precision",
            "numeric",
            "numeric(6,2)",
            "numeric(4,0)",
            "numeric(30,20)",
            "positive",
            "price",
        ],
        NUMBERS,
    ),
    (&["integer NOT NULL"], NUMBERS),
    (&["short"], WORDS),
    (
        &[
            "boolean",
            "text",
            "varchar(5)",
            "varchar",
            "char(5)",
            "char",
            "json",
            "jsonb",
            "mood",
            "text CHECK (length(v9) < 9)",
        ],
        WORDS,
    ),
    (
        &[
            "date",
            "time",
            "time(0)",
            "time(3)",
            "timestamp",
            "timestamp(0)",
            "timestamp(3)",
            "timestamptz",
            "timestamptz(0)",
            "timestamptz(2)",
            "soon",
        ],
        TIMES,
    ),
    (&["uuid", "bytea"], CODES),
];

const DOMAINS: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', '1', 'true');
    CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
    CREATE DOMAIN short AS varchar(5) NOT NULL;
    CREATE DOMAIN cents AS numeric(8,2) CHECK (VALUE < 1000);
    CREATE DOMAIN price AS cents CHECK (VALUE >= 0);
    CREATE DOMAIN soon AS timestamp(1) CHECK (VALUE > '2000-01-01');";

const NUMBERS: &str = "0|-0|+0|1|-1|7|+5|007| 12 |1e3|1E-2|1e-400|1e400|NaN|nan|infinity|-infinity|inf|Infinity\
    |32767|32768|-32768|-32769|2147483647|2147483648|-2147483648|-2147483649|9223372036854775807\
    |9223372036854775808|-9223372036854775808|-9223372036854775809|0x1F|1_000|.5|5.|-.5|0.5|00.5|-0.0|1.50|1.5000\
    |9999.99|9999.994|9999.995|9999.999|-9999.995|0.005|0.004999|12345678901234567890.123456789|3.4028235e38\
    |340282350000000000000000000000|0.30000000000000004|0.30000000000000005|16777217|16777216|33554433\
    |7.038531e-26|8.5899346|1.1754944|0.1|0.10|123456|1234567|12345678|123456789|0.000001|0.00000001|4.35|9.95\
    |123456789012345|1234567890123456|9007199254740993";

const WORDS: &str = "a|ab|abc|abcde|abcdef|abcde   |  abc  |\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}|\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\
    |{}|{\"a\": 1, \"a\": 2}|[1,2|\"x\"|null|{\"b\":1.50, \"a\":[]}|\"\\u0000\"|sad|ok|happy|Happy|sad \
    |t|f|true|false|TRUE|False|T|F|y|n|yes|no|on|off|tr|fa|2|1|0";

const TIMES: &str = "2024-02-29|2023-02-29|1900-02-29|2000-02-29|0001-01-01|0000-01-01|9999-12-31|10000-01-01|2024-13-01|2024-1-5\
    |20240105|05.01.2024|01/02/2024|5 Jan 2024|0044-03-15 BC|today|epoch|2024-01-05 BC\
    |2024-01-05 10:20|2024-01-05 10:20:30|2024-01-05T10:20:30|2024-01-05T10:20|2024-01-05t10:20:30|2024-01-05  10:20:30\
    |2024-01-05 10:20:30.1|2024-01-05 10:20:30.123|2024-01-05 10:20:30.123456|2024-01-05 10:20:30.1234565|2024-01-05 10:20:30.\
    |2024-01-05 10:20:30.95|2024-01-05 10:20:30.949999|2024-01-05 10:20:30.0005|2024-01-05 10:20:30.4999995\
    |2024-01-05 23:59:59.999999|2024-12-31 23:59:59.95|2024-01-05 24:00:00|2024-01-05 10:20:60|2024-01-05 10:60:00\
    |2024-01-05 10:20:30Z|2024-01-05T10:20:30.123Z|2024-01-05 10:20:30+01|2024-01-05 10:20:30-01|2024-01-05 10:20:30+0530\
    |2024-01-05 10:20:30-05:30|2024-01-05 10:20:30+15:59|2024-01-05 10:20:30+16|2024-01-05 10:20:30-00|2024-01-05 10:20+02\
    |2024-01-05T10:20-02|2024-01-05T10:20Z|2024-01-05+02|2024-01-05Z|0001-01-01 00:00+15|9999-12-31 23:59:59-15\
    |2024-01-05 10:20:30 UTC|2024-01-05 10:20:30 Europe/Berlin|2024-01-05 10:20:30 +01|2024-01-05 10:20:30.9999999+00\
    |10:20|10:20:30|10:20:30.5|10:20:30.123456|10:20:30.1234567|24:00:00|23:59:59.9999995|23:59:60|00:00|1:20:30\
    |10:20 PM|102030|10:20:30+01|10:20:30.9995|10:20:30.|allballs|23:59:59.9";

const CODES: &str = "0190a6b8-1c2d-7e3f-8a4b-5c6d7e8f9a0b|0190A6B8-1C2D-7E3F-8A4B-5C6D7E8F9A0B|0190A6b8-1c2d-7e3f-8a4b-5c6d7e8f9a0b\
    |0190a6b81c2d7e3f8a4b5c6d7e8f9a0b|{0190a6b8-1c2d-7e3f-8a4b-5c6d7e8f9a0b}|0190a6b8-1c2d-7e3f-8a4b-5c6d7e8f9a0g\
    |\\x|\\x00ff|\\x00FF|\\xABCD|\\x0|\\x00 ff|\\\\|a\\001b|\\xzz|a\tb|a\\nb|\\N|\\.";

/// Text that is canonical for some type, or nearly so.
fn near_canonical() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[1-9][0-9]{0,18}",
        "-?(0|[1-9][0-9]{0,6})[.][0-9]{1,8}",
        "-?(0|[1-9][0-9]{0,20})[.][0-9]{1,22}",
        "[-+]?[0-9]{0,9}[.]?[0-9]{0,9}(e[-+]?[0-9]{1,2})?",
        "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]",
        "[0-9]{4}-0[1-9]-[012][0-9][ T][012][0-9]:[0-5][0-9](:[0-6][0-9]([.][0-9]{0,7})?)?(Z|[-+][01][0-9](:?[0-6][0-9])?)?",
        "[012][0-9]:[0-5][0-9](:[0-6][0-9]([.][0-9]{0,7})?)?",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        r"\\x([0-9a-f]{2}){0,9}[0-9A-F]?",
        any::<f32>().prop_map(|value| value.to_string()),
        any::<f64>().prop_map(|value| value.to_string()),
        r"[a-eé東 \\\t]{0,8}",
        r#"[{]"[ab]": ?(1|1.0|null|"x\\n"|[\[]1, 2[\]])[}]?"#,
    ]
}

fn samples(seed: u64, count: usize) -> Vec<String> {
    let config = Config { rng_seed: RngSeed::Fixed(seed), ..Config::default() };
    let mut runner = TestRunner::new(config);
    let strategy = near_canonical();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// Rejected values in order, and the messages.
fn rejects(bench: &Bench, table: &str) -> (Vec<String>, Vec<String>) {
    let rows = bench.place.rejected(&format!("{table}/{table}.dat"));
    let mut rows: Vec<String> = rows.lines().map(|row| row.trim_end_matches("\t\\N").to_owned()).collect();
    let log = bench.place.rejected(&format!("{table}/{table}.log"));
    let messages = log.lines().filter(|line| line.starts_with("Database error"));
    let mut messages: Vec<String> = messages.map(|line| line.replace("text_", "binary_")).collect();
    rows.sort_unstable();
    messages.sort_unstable();
    (rows, messages)
}

#[test]
fn every_type_gets_the_same_values_and_rejects_in_either_form() {
    let bench = watched();
    bench.sql(DOMAINS);
    // Nothing that is canonical may depend on these.
    let database = &bench.database;
    bench.sql(&format!(
        "ALTER DATABASE {database} SET DateStyle = 'SQL, DMY'; ALTER DATABASE {database} SET TimeZone = 'America/St_Johns'"
    ));
    for (number, (types, borders)) in TYPES.iter().enumerate() {
        let (binary, text) = (format!("binary_{number}"), format!("text_{number}"));
        let columns: Vec<String> = types.iter().enumerate().map(|(at, ty)| format!(", v{at} {ty}")).collect();
        let columns = columns.concat();
        bench.sql(&format!(
            "CREATE TABLE {binary} (n int{columns}); CREATE TABLE {text} (n int{columns}, filler int[])"
        ));
        let rows = rows_of(types.len(), borders, number as u64);
        let names: String = (0..types.len()).map(|at| format!(", v{at}")).collect();
        load(&bench, &text, &format!("n{names}, filler"), &rows);
        load(&bench, &binary, &format!("n{names}"), &rows);
        assert_eq!(rejects(&bench, &binary), rejects(&bench, &text), "{types:?}");
        assert_same(&bench, &binary, &text, &names);

        // Without the rows that are rejected, which have their batch sent again.
        let good = bench.sql(&format!("TRUNCATE {binary}; SELECT n FROM {text}"));
        let good: Vec<String> = good.lines().map(|n| rows[n.parse::<usize>().unwrap()].clone()).collect();
        let run = load(&bench, &binary, &format!("n{names}"), &good).expect(0, &["+ 0 rejected"]);
        assert!(!run.stderr.contains("the load goes on in text"), "{types:?}: {run:?}");
        assert_same(&bench, &binary, &text, &names);
        assert_eq!((copies(&bench, &binary).0, copies(&bench, &text).0), (2, 0), "{types:?}");
    }
}

/// Records of a number, so many columns, and an empty field.
fn rows_of(columns: usize, borders: &str, seed: u64) -> Vec<String> {
    let mut rows = vec![format!("0{}\n", ",".repeat(columns + 1))];
    for column in 0..columns {
        let values = borders.split('|').map(str::to_owned).chain(samples(seed * 100 + column as u64, 25));
        for value in values {
            let (n, value) = (rows.len(), value.replace('"', "\"\""));
            let (before, after) = (",".repeat(column + 1), ",".repeat(columns - column));
            rows.push(format!("{n}{before}\"{value}\"{after}\n"));
        }
    }
    rows
}

fn load(bench: &Bench, table: &str, columns: &str, rows: &[String]) -> Run {
    bench.place.write("data.csv", rows.concat());
    let fields = columns.trim_end_matches(", filler");
    let load = format!(
        "LOAD CSV FROM 'data.csv' ({fields}, filler) INTO postgresql:///?tablename={table} ({columns})
         WITH fields terminated by ',', concurrency = 1;"
    );
    bench.run(&load).expect(0, &[])
}

#[track_caller]
fn assert_same(bench: &Bench, table: &str, other: &str, names: &str) {
    let rows = |table: &str| format!("SELECT ROW(n{names})::text FROM {table}");
    let (rows, others) = (rows(table), rows(other));
    let differing = format!("({rows} EXCEPT ALL {others}) UNION ALL ({others} EXCEPT ALL {rows})");
    assert_eq!(bench.sql(&differing), "", "{table} and {other}");
    assert_ne!(bench.sql(&format!("SELECT count(*) FROM {table}")), "0", "{table}");
}
