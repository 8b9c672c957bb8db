//! Client certificates.

use private_postgres::Server;

use crate::certificates::Place;
use crate::judge::{self, Verdict, agreed};

struct Bench {
    place: Place,
    server: Server,
}

impl Bench {
    fn new() -> Bench {
        let place = Place::new();
        place.self_signed("root", "Root", &[]);
        place.self_signed("other-root", "Other", &[]);
        place.issued("server", "localhost", "root", &["subjectAltName=DNS:localhost"]);
        place.issued("client", "postgres", "root", &["basicConstraints=CA:FALSE"]);
        place.issued("version-1", "postgres", "root", &[]);
        place.issued("somebody", "somebody", "root", &["basicConstraints=CA:FALSE"]);
        place.issued("foreign", "postgres", "other-root", &["basicConstraints=CA:FALSE"]);
        place.issued("revoked", "postgres", "root", &["basicConstraints=CA:FALSE"]);
        place.issued_for(-1, "expired", "postgres", "root", &["basicConstraints=CA:FALSE"]);
        place.revocation_list("list", "root", &["revoked"]);
        let server = Server::builder()
            .hba("hostssl all all 127.0.0.1/32 trust clientcert=verify-full\n")
            .config("ssl = on")
            .config("ssl_ca_file = 'root.crt'")
            .config("ssl_crl_file = 'list.crl'")
            .file("server.crt", place.read("server.crt"))
            .file("server.key", place.read("server.key"))
            .file("root.crt", place.read("root.crt"))
            .file("list.crl", place.read("list.crl"))
            .start()
            .unwrap();
        Bench { place, server }
    }

    fn conninfo(&self, parameters: &str) -> String {
        format!(
            "host=localhost port={} user=postgres dbname=postgres sslmode=require {parameters}",
            self.server.port()
        )
    }

    fn with_files(&self, certificate: &str, key: &str) -> String {
        let file = |name: &str| self.place.path(name).display().to_string();
        self.conninfo(&format!("sslcert={} sslkey={}", file(certificate), file(key)))
    }
}

// shows: sslcert; sslkey
#[test]
fn every_client_certificate_ends_as_with_libpq() {
    let bench = Bench::new();
    let nowhere = bench.place.path("nowhere");
    let kinds = [
        ("client", Verdict::Encrypted),
        ("version-1", Verdict::Encrypted),
        ("somebody", Verdict::Refused),
        ("foreign", Verdict::Refused),
        ("revoked", Verdict::Refused),
        ("expired", Verdict::Refused),
        ("missing", Verdict::Refused),
    ];
    for (name, expected) in kinds {
        let conninfo = bench.with_files(&format!("{name}.crt"), &format!("{name}.key"));
        let (verdict, message) = agreed(&conninfo, &nowhere);
        assert_eq!(verdict, expected, "{name}: {message}");
    }
    assert_eq!(agreed(&bench.conninfo(""), &nowhere).0, Verdict::Refused);
}

// shows: sslcertmode
#[test]
fn certificate_and_key_are_taken_from_the_home_directory() {
    let bench = Bench::new();
    let home = bench.place.path("home");
    bench.place.write("home/.postgresql/postgresql.crt", bench.place.read("client.crt"));
    let (_, message) = agreed(&bench.conninfo(""), &home);
    assert!(message.contains("but no private key"), "{message}");
    bench.place.write("home/.postgresql/postgresql.key", bench.place.read("client.key"));
    assert_eq!(agreed(&bench.conninfo(""), &home).0, Verdict::Encrypted);
    let disabled = bench.conninfo("sslcertmode=disable");
    assert_eq!(judge::ours(&disabled, &home).0, Verdict::Refused);
}

// shows: sslpassword; bad: private key
#[test]
fn keys_that_cannot_be_used() {
    let bench = Bench::new();
    let place = &bench.place;
    place.openssl("pkey -in client.key -out encrypted.key -aes256 -passout pass:sesame");
    place.openssl("pkey -in client.key -outform DER -out der.key");
    place.protect("encrypted.key", 0o600);
    place.protect("der.key", 0o600);
    place.write("readable.key", place.read("client.key"));
    place.write("nonsense.key", "no key");
    std::fs::create_dir(place.path("directory.key")).unwrap();
    let nowhere = place.path("nowhere");
    for (mode, expected) in [(0o600, true), (0o400, true), (0o640, true), (0o644, false), (0o660, false)] {
        place.protect("readable.key", mode);
        let (verdict, message) = agreed(&bench.with_files("client.crt", "readable.key"), &nowhere);
        // Group may read a key that belongs to root.
        let root =
            std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(nowhere.parent().unwrap()).unwrap()) == 0;
        let expected = expected && (root || mode != 0o640);
        assert_eq!(verdict == Verdict::Encrypted, expected, "{mode:o}: {message}");
        assert_eq!(message.contains("HINT: run: chmod 0600"), !expected, "{mode:o}: {message}");
    }
    assert_eq!(agreed(&bench.with_files("client.crt", "der.key"), &nowhere).0, Verdict::Encrypted);
    let refused = [
        ("nonsense.key", "holds no key"),
        ("directory.key", "not a plain file"),
        ("somebody.key", "does not belong to the private key"),
        ("absent.key", "no private key"),
    ];
    for (key, words) in refused {
        let (verdict, message) = agreed(&bench.with_files("client.crt", key), &nowhere);
        assert_eq!(verdict, Verdict::Refused, "{key}");
        assert!(message.contains(words), "{key}: {message}");
    }
    let encrypted = format!("{} sslpassword=sesame", bench.with_files("client.crt", "encrypted.key"));
    let (verdict, message) = judge::ours(&encrypted, &nowhere);
    assert_eq!(verdict, Verdict::Refused);
    assert!(message.contains("is encrypted") && message.contains("openssl pkey"), "{message}");
    assert!(!message.contains("sesame"));
}

// shows: channel_binding
#[test]
fn channel_binding_can_be_required() {
    let place = Place::new();
    place.self_signed("server", "localhost", &[]);
    let server = Server::builder()
        .hba("host all scram 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n")
        .config("ssl = on")
        .config("password_encryption = 'scram-sha-256'")
        .file("server.crt", place.read("server.crt"))
        .file("server.key", place.read("server.key"))
        .start()
        .unwrap();
    server.psql("postgres", "CREATE ROLE scram LOGIN PASSWORD 'secret'").unwrap();
    let home = place.path("nowhere");
    let cases = [
        ("scram", "require", "require", Verdict::Encrypted),
        ("scram", "require", "disable", Verdict::Encrypted),
        ("scram", "disable", "prefer", Verdict::Plain),
        ("scram", "disable", "require", Verdict::Refused),
        ("postgres", "require", "require", Verdict::Refused),
    ];
    for (user, sslmode, binding, expected) in cases {
        let conninfo = format!(
            "host=localhost port={} user={user} dbname=postgres password=secret sslmode={sslmode} \
             channel_binding={binding}",
            server.port()
        );
        let (verdict, message) = agreed(&conninfo, &home);
        assert_eq!(verdict, expected, "{user} {sslmode} {binding}: {message}");
    }
}
