//! Finding out that a server is Redshift, and getting in.

use redshift_sandbox::{Auth, Tls};

use crate::bench::{Bench, PASSWORD, builder, numbers};

#[test]
fn redshift_is_known_by_its_version() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.load(numbers(10), "").expect(0, &["The target is Amazon Redshift", "10 written"]);
    bench.place.write("data.csv", numbers(10));
    let load = bench.load_csv("t", "");
    bench.run(&load.replace("postgresql://", "redshift://")).expect(0, &["10 written"]);
    bench.run(&load.replace("postgresql://", "mysql://")).expect(1, &["mysql:// is not known"]);
    let first = bench.sandbox.statements();
    assert!(first.iter().any(|statement| statement == "SELECT version()"));
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "20");
}

#[test]
fn every_authentication_of_redshift() {
    for auth in [Auth::Cleartext, Auth::Md5, Auth::Sha256] {
        let bench = Bench::with(builder().auth(auth));
        bench.sql("CREATE TABLE t (id int, v varchar(20))");
        bench.load(numbers(10), "").expect(0, &["10 written"]);
        bench.place.write("data.csv", numbers(10));
        let wrong = bench.load_csv("t", "").replace(PASSWORD, "wrong");
        bench.run(&wrong).expect(1, &["password authentication failed"]);
    }
}

#[test]
fn a_server_that_demands_tls() {
    let bench = Bench::with(builder().tls(Tls::Required));
    bench.sql("CREATE TABLE t (id int, v varchar(20))");
    bench.load(numbers(10), "").expect(0, &["10 written"]);
    bench.place.write("data.csv", numbers(10));
    let load = bench.load_csv("t", "").replace("?tablename=t", "?tablename=t&sslmode=disable");
    bench.run(&load).expect(1, &["SSL off"]);
}

#[test]
fn settings_that_redshift_does_not_know_are_left_out() {
    let bench = Bench::table("id int, v varchar(20)");
    bench.place.write("data.csv", numbers(10));
    let set = " SET work_mem TO '64MB', statement_timeout TO '600000', query_group TO 'loads';";
    let load = bench.load_csv("t", "").replace(';', set);
    let run = bench.run(&load).expect(0, &["SET work_mem is left out", "10 written"]);
    assert!(!run.stderr.contains("SET query_group is left out"), "{run:#?}");
}

#[test]
fn options_for_redshift_are_moot_elsewhere() {
    let bench = Bench::new();
    let server = private_postgres::Server::shared();
    let database = server.create_database();
    server.psql(&database, "CREATE TABLE t (id int, v text)").unwrap();
    bench.place.write("data.csv", numbers(10));
    let load = bench.load_csv("t", "copy per table, s3 bucket 'b', compression = gzip");
    let run = bench.run(&load.replace(&bench.sandbox.uri(), &server.uri(&database)));
    let words =
        ["copy per has no effect", "s3 bucket has no effect", "compression has no effect", "10 written"];
    run.expect(0, &words);
}
