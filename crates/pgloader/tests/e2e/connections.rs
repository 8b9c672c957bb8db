//! Connection strings and certificates, as a load file's user meets them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use private_postgres::Server;

use crate::kit::{Bench, Place, Run, load_csv, pgloader};

const LOAD: &str = "LOAD CSV FROM 'data.csv' INTO TARGET WITH fields terminated by ',';";

fn run(bench: &Bench, target: &str) -> Run {
    bench.sql("CREATE TABLE IF NOT EXISTS t (id int, name text)");
    bench.place.write("data.csv", "1,a\n2,b\n");
    bench.run(&LOAD.replace("TARGET", target))
}

// shows: INTO 'name=value …'; INTO jdbc:…; host; port; user; dbname; target_session_attrs
#[test]
fn every_form_of_a_connection_string() {
    let bench = Bench::new();
    let (port, database) = (bench.server.port(), bench.database.clone());
    let targets = [
        format!("'host=127.0.0.1 port={port} user=postgres dbname={database} tablename=t'"),
        format!(
            "jdbc:postgresql://127.0.0.1:{port}/{database}?user=postgres&currentSchema=public&tablename=t"
        ),
        format!(
            "postgresql://postgres@127.0.0.1:1,127.0.0.1:{port}/{database}?target_session_attrs=read-write&t"
        ),
    ];
    for target in targets {
        run(&bench, &target).expect(0, &["2 written"]);
    }
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "6");
}

// shows: service; bad: service file
#[test]
fn services() {
    let bench = Bench::new();
    let entries =
        format!("[here]\nhost={}\nbad=1\n[loop]\nservice=here\n", bench.server.socket_dir().display());
    bench.place.write("home/.pg_service.conf", entries);
    run(&bench, "postgresql:///?service=here&t")
        .expect(0, &["2 written", "\"bad\"", "is not known and is ignored"]);
    let nested = ["line 5: a service cannot name another service"];
    run(&bench, "postgresql:///?service=loop&t").expect(1, &nested);
    let missing = ["there is no service \"none\" in", ".pg_service.conf", "check the service's name"];
    run(&bench, "postgresql:///?service=none&t").expect(1, &missing);
}

// shows: bad: password file that others can read
#[test]
fn a_password_file_that_others_can_read_is_not_used() {
    let bench = Bench::new();
    let file = bench.place.write("home/.pgpass", "*:*:*:*:sesame\n");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let warned =
        run(&bench, "postgresql:///?t").expect(0, &["can be read by others", "chmod 0600", "2 written"]);
    assert!(!warned.stderr.contains("sesame"));
}

fn openssl(directory: &Path, arguments: &str) {
    let status =
        Command::new("openssl").args(arguments.split(' ')).current_dir(directory).output().unwrap().status;
    assert!(status.success(), "openssl {arguments}");
}

// shows: PGSSLMODE; PGSSLROOTCERT; PGHOST; --no-ssl-cert-verification; bad: certificate
#[test]
fn certificates_are_checked_unless_told_otherwise() {
    let place = Place::new();
    let directory = place.write("data.csv", "1,a\n2,b\n").parent().unwrap().to_owned();
    for (name, host) in [("own", "localhost"), ("foreign", "localhost")] {
        openssl(
            &directory,
            &format!(
                "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={host} -keyout {name}.key -out {name}.crt"
            ),
        );
    }
    let read = |name: &str| std::fs::read(place.path(name)).unwrap();
    let server = Server::builder()
        .hba("hostssl all all 127.0.0.1/32 trust\n")
        .config("ssl = on")
        .file("server.crt", read("own.crt"))
        .file("server.key", read("own.key"))
        .start()
        .unwrap();
    server.psql("postgres", "CREATE TABLE t (id int, name text)").unwrap();
    let file = place.write("test.load", load_csv("t", ""));
    let run = |mode: &str, root: &str, host: &str, options: &[&str]| {
        let mut command = pgloader(&server, "postgres", &place);
        command.env("PGSSLMODE", mode).env("PGSSLROOTCERT", place.path(root)).env("PGHOST", host);
        Run::of(command.args(options).arg(&file))
    };
    run("verify-full", "own.crt", "localhost", &[]).expect(0, &["2 written"]);
    run("verify-full", "own.crt", "127.0.0.1", &[])
        .expect(1, &["it is for \"localhost\", not for \"127.0.0.1\""]);
    run("verify-ca", "foreign.crt", "localhost", &[])
        .expect(1, &["self-signed, and not in the root certificate file", "sslrootcert names others"]);
    run("verify-full", "absent.crt", "localhost", &[]).expect(1, &["absent.crt does not exist"]);
    let unchecked = ["--no-ssl-cert-verification"];
    run("verify-full", "foreign.crt", "localhost", &unchecked).expect(0, &["2 written"]);
}
