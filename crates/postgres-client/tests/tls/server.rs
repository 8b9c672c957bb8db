//! Every kind of server certificate × root file × sslmode.

use pgloader_postgres_client::{Config, Environment};
use private_postgres::{Server, StopMode};

use crate::certificates::Place;
use crate::judge::{self, Verdict, agreed};

const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
/// Other hosts than localhost, at the same address.
const ELSEWHERE: [&str; 3] =
    ["127.0.0.1", "db.example.com hostaddr=127.0.0.1", "a.db.example.com hostaddr=127.0.0.1"];
const CA: &[&str] = &["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"];
const LOCALHOST: &str = "subjectAltName=DNS:localhost";

/// The certificates that a server can show: its name, and the files that make up what it shows.
fn server_certificates(place: &Place) -> Vec<(&'static str, Vec<&'static str>)> {
    place.self_signed("root", "Root", &["keyUsage=critical,keyCertSign,cRLSign"]);
    place.self_signed("other-root", "Other", &[]);
    place.issued("middle", "Middle", "root", CA);
    place.issued("no-ca", "NoCA", "root", &["basicConstraints=CA:FALSE"]);
    place.issued(
        "narrow",
        "Narrow",
        "root",
        &[
            "basicConstraints=critical,CA:TRUE,pathlen:0",
            "nameConstraints=critical,permitted;DNS:example.com",
        ],
    );
    place.issued("below-narrow", "Below", "narrow", CA);
    place.issued("good", "localhost", "root", &[LOCALHOST]);
    place.issued("wrong-host", "localhost", "root", &["subjectAltName=DNS:db.example.com"]);
    place.issued("wildcard", "x", "root", &["subjectAltName=DNS:*.example.com,DNS:LOCALHOST"]);
    place.issued("common-name", "localhost", "root", &["basicConstraints=CA:FALSE"]);
    place.issued("address", "localhost", "root", &["subjectAltName=IP:127.0.0.1"]);
    place.issued("address-as-name", "x", "root", &["subjectAltName=DNS:127.0.0.1"]);
    place.issued_for(-1, "expired", "localhost", "root", &[LOCALHOST]);
    place.issued("version-1", "localhost", "root", &[]);
    place.issued("for-clients", "localhost", "root", &[LOCALHOST, "extendedKeyUsage=clientAuth"]);
    place.issued("for-both", "localhost", "root", &[LOCALHOST, "extendedKeyUsage=clientAuth,serverAuth"]);
    place.issued("signs-only", "localhost", "root", &[LOCALHOST, "keyUsage=critical,keyCertSign"]);
    place.issued("unknown-demand", "localhost", "root", &[LOCALHOST, "1.2.3.4=critical,DER:05:00"]);
    place.issued("below-middle", "localhost", "middle", &[LOCALHOST]);
    place.issued("below-no-ca", "localhost", "no-ca", &[LOCALHOST]);
    place.issued("outside-names", "localhost", "narrow", &[LOCALHOST]);
    place.issued("inside-names", "x", "narrow", &["subjectAltName=DNS:db.example.com"]);
    place.issued("too-deep", "x", "below-narrow", &["subjectAltName=DNS:db.example.com"]);
    place.self_signed("self-signed", "localhost", &[]);
    // Of two roots of the same name OpenSSL knows the first one only: this one has another name.
    place.self_signed("self-v1", "unused", &[]);
    place.openssl("req -new -key self-v1.key -subj /O=Old/CN=localhost -out self-v1.csr");
    place.openssl("x509 -req -in self-v1.csr -signkey self-v1.key -out self-v1.crt");
    let mut shown: Vec<(&str, Vec<&str>)> = [
        "good",
        "wrong-host",
        "wildcard",
        "common-name",
        "address",
        "address-as-name",
        "expired",
        "version-1",
        "for-clients",
        "for-both",
        "signs-only",
        "unknown-demand",
        "below-middle",
        "self-signed",
        "self-v1",
    ]
    .map(|name| (name, vec![]))
    .into();
    shown.push(("below-middle", vec!["middle.crt"]));
    shown.push(("below-no-ca", vec!["no-ca.crt"]));
    shown.push(("outside-names", vec!["narrow.crt"]));
    shown.push(("inside-names", vec!["narrow.crt"]));
    shown.push(("too-deep", vec!["below-narrow.crt", "narrow.crt"]));
    shown
}

/// The root files: name and the certificates in it.
const ROOTS: [(&str, &[&str]); 6] = [
    ("none", &[]),
    ("right", &["root.crt"]),
    ("other", &["other-root.crt"]),
    ("middle-only", &["middle.crt"]),
    ("with-middle", &["other-root.crt", "root.crt", "middle.crt"]),
    ("itself", &["self-signed.crt", "self-v1.crt", "version-1.crt"]),
];

fn server(place: &Place) -> Server {
    let hba = "host all all 127.0.0.1/32 trust\n";
    let builder = Server::builder().hba(hba).config("ssl = on");
    builder
        .file("server.crt", place.read("good.crt"))
        .file("server.key", place.read("good.key"))
        .start()
        .unwrap()
}

fn show(server: &Server, place: &Place, name: &str, others: &[&str]) {
    server.stop(StopMode::Fast).unwrap();
    let own = format!("{name}.crt");
    let chain = [&[own.as_str()], others].concat();
    server.write_file("server.crt", place.join(&chain)).unwrap();
    server.write_file("server.key", place.read(&format!("{name}.key"))).unwrap();
    server.start_again().unwrap();
}

/// What the client is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Case {
    root: &'static str,
    mode: &'static str,
    host: &'static str,
}

/// All modes with and without the right root file; with the others those that make a difference.
fn cases(root: &'static str) -> Vec<Case> {
    let (modes, hosts) = match root {
        "none" => (&MODES[..], &[][..]),
        "right" => (&MODES[..], &ELSEWHERE[..]),
        _ => (&["prefer", "require", "verify-full"][..], &[][..]),
    };
    let by_mode = modes.iter().map(|mode| Case { root, mode, host: "localhost" });
    by_mode.chain(hosts.iter().map(|host| Case { root, mode: "verify-full", host })).collect()
}

fn judge_all(place: &Place, port: u16, cases: &[Case]) -> Vec<(Case, Result<Verdict, String>)> {
    let judge = |case: &Case| {
        let Case { root, mode, host } = case;
        let conninfo = format!("host={host} port={port} user=postgres dbname=postgres sslmode={mode}");
        (*case, judge::both(&conninfo, &place.path(root)).map(|(verdict, _)| verdict))
    };
    cases.iter().map(judge).collect()
}

#[test]
fn every_certificate_and_mode_ends_as_with_libpq() {
    let place = Place::new();
    let certificates = server_certificates(&place);
    for (root, parts) in ROOTS.iter().filter(|(_, parts)| !parts.is_empty()) {
        place.write(&format!("{root}/.postgresql/root.crt"), place.join(parts));
    }
    let server = server(&place);
    let mut verdicts = Vec::new();
    for (name, others) in &certificates {
        show(&server, &place, name, others);
        let cases: Vec<_> = ROOTS.iter().flat_map(|(root, _)| cases(root)).collect();
        let judged = std::thread::scope(|scope| {
            let (place, port) = (&place, server.port());
            let threads = cases.chunks(cases.len().div_ceil(4));
            let threads = threads.map(|cases| scope.spawn(move || judge_all(place, port, cases)));
            let threads: Vec<_> = threads.collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        verdicts.extend(judged.into_iter().map(|(case, verdict)| (*name, case, verdict)));
    }
    let differences = verdicts.iter().filter_map(|(name, case, verdict)| {
        verdict.as_ref().err().map(|difference| format!("{name}, {case:?}: {difference}"))
    });
    let differences: Vec<String> = differences.collect();
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
    let of = |name, root, mode, host| {
        let wanted = Case { root, mode, host };
        let found = verdicts.iter().find(|(n, case, _)| *n == name && *case == wanted);
        *found.unwrap().2.as_ref().unwrap()
    };
    // The judge could be fooled by a server that refuses or takes everything.
    assert_eq!(of("good", "right", "verify-full", "localhost"), Verdict::Encrypted);
    assert_eq!(of("good", "right", "verify-full", "127.0.0.1"), Verdict::Refused);
    assert_eq!(of("good", "other", "require", "localhost"), Verdict::Refused);
    assert_eq!(of("good", "other", "prefer", "localhost"), Verdict::Plain);
    assert_eq!(of("good", "none", "require", "localhost"), Verdict::Encrypted);
    assert_eq!(of("expired", "right", "verify-ca", "localhost"), Verdict::Refused);
    assert_eq!(of("self-signed", "itself", "verify-full", "localhost"), Verdict::Encrypted);
    assert_eq!(of("version-1", "right", "verify-full", "localhost"), Verdict::Encrypted);
}

// shows: sslrootcert; sslcrl
#[test]
fn revoked_certificates() {
    let place = Place::new();
    server_certificates(&place);
    place.revocation_list("empty", "root", &[]);
    place.revocation_list("revokes-good", "root", &["good"]);
    place.revocation_list("revokes-middle", "root", &["middle"]);
    place.revocation_list("of-middle", "middle", &[]);
    place.revocation_list("foreign", "other-root", &[]);
    let both = place.join(&["empty.crl", "of-middle.crl"]);
    place.write("both.crl", both);
    let middle_revoked = place.join(&["revokes-middle.crl", "of-middle.crl"]);
    place.write("middle-revoked.crl", middle_revoked);
    let root = place.write("home/.postgresql/root.crt", place.read("root.crt"));
    let server = server(&place);
    let mut seen = Vec::new();
    for (name, others) in [("good", vec![]), ("version-1", vec![]), ("below-middle", vec!["middle.crt"])] {
        show(&server, &place, name, &others);
        for list in ["empty", "revokes-good", "foreign", "both", "middle-revoked"] {
            let conninfo = format!(
                "host=localhost port={} user=postgres dbname=postgres sslmode=verify-full sslrootcert={} sslcrl={}",
                server.port(),
                root.display(),
                place.path(&format!("{list}.crl")).display()
            );
            let (verdict, message) = agreed(&conninfo, &place.path("home"));
            seen.push((name, list, verdict, message));
        }
    }
    let find = |name, list| seen.iter().find(|(n, l, ..)| (*n, *l) == (name, list)).unwrap();
    assert_eq!(find("good", "empty").2, Verdict::Encrypted);
    assert_eq!(find("below-middle", "both").2, Verdict::Encrypted);
    assert!(find("good", "revokes-good").3.contains("has been revoked"));
    assert!(find("below-middle", "middle-revoked").3.contains("has been revoked"));
    assert!(find("good", "foreign").3.contains("revocation lists have none"));
}

/// libpq finds a list by the hash of its issuer's name.
// shows: sslcrldir
#[test]
fn revoked_certificates_of_a_directory_of_lists() {
    let place = Place::new();
    server_certificates(&place);
    place.revocation_list("revokes-good", "root", &["good"]);
    let server = server(&place);
    show(&server, &place, "good", &[]);
    let mut openssl = std::process::Command::new("openssl");
    let hash = openssl.args(["crl", "-hash", "-noout", "-in"]).arg(place.path("revokes-good.crl")).output();
    let hash = String::from_utf8(hash.unwrap().stdout).unwrap();
    let list = place.write(&format!("lists/{}.r0", hash.trim()), place.read("revokes-good.crl"));
    let conninfo = format!(
        "host=localhost port={} user=postgres dbname=postgres sslmode=verify-full sslrootcert={}",
        server.port(),
        place.path("root.crt").display()
    );
    let home = place.path("nowhere");
    assert_eq!(agreed(&conninfo, &home).0, Verdict::Encrypted);
    let lists = list.parent().unwrap().display();
    let (verdict, message) = agreed(&format!("{conninfo} sslcrldir={lists}"), &home);
    assert_eq!(verdict, Verdict::Refused);
    assert!(message.contains("has been revoked"), "{message}");
}

// shows: bad: certificate
#[test]
fn refusals_say_what_is_wrong_and_what_to_do() {
    let place = Place::new();
    server_certificates(&place);
    let server = server(&place);
    let refused = |parameters: &str| {
        let conninfo = format!("host=localhost port={} user=postgres {parameters}", server.port());
        let (verdict, message) = judge::ours(&conninfo, &place.path("nowhere"));
        assert_eq!(verdict, Verdict::Refused);
        message
    };
    let file = |name: &str| place.path(name).display().to_string();
    let message = refused("sslmode=verify-ca");
    assert!(message.contains("nowhere/.postgresql/root.crt does not exist"), "{message}");
    assert!(message.contains("sslrootcert=system"), "{message}");
    let message = refused(&format!("sslmode=verify-ca sslrootcert={}", file("other-root.crt")));
    assert!(message.contains("not issued by a CA"), "{message}");
    let named = format!("sslmode=verify-full sslrootcert={} host=db hostaddr=127.0.0.1", file("root.crt"));
    let message = refused(&named);
    assert!(message.contains("it is for \"localhost\", not for \"db\""), "{message}");
    assert!(message.contains("HINT: connect by a name of the certificate"), "{message}");
    let message = refused(&format!("sslmode=require sslrootcert={}", file("good.key")));
    assert!(message.contains("good.key holds no certificate"), "{message}");
    let lists = format!("sslmode=require sslrootcert={} sslcrl=/nonexistent", file("root.crt"));
    let message = refused(&lists);
    assert!(message.contains("/nonexistent cannot be read"), "{message}");
}

#[test]
fn checks_can_be_turned_off() {
    let place = Place::new();
    server_certificates(&place);
    let server = server(&place);
    let other = place.path("other-root.crt");
    let conninfo = format!(
        "host=localhost port={} user=postgres sslmode=verify-full sslrootcert={}",
        server.port(),
        other.display()
    );
    let (mut config, ..) = Config::from_uri(&conninfo, &Environment::empty()).unwrap();
    assert_eq!(judge::connect(&config).0, Verdict::Refused);
    config.skip_certificate_verification();
    assert_eq!(judge::connect(&config).0, Verdict::Encrypted);
}
