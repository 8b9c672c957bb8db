//! Connection strings, by their public face: [`Config::from_uri`].

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that meets what it does not expect has failed")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pgloader_postgres_client::{Config, Environment, Host, PasswordOrigin, SslMode, UriError};
use proptest::prelude::*;
use secrecy::ExposeSecret;

fn environment() -> Environment {
    Environment::empty().with_account("account")
}

fn config(uri: &str) -> Config {
    match Config::from_uri(uri, &environment()) {
        Ok((config, _, _)) => config,
        Err(error) => panic!("{uri}: {error}"),
    }
}

fn fault(uri: &str) -> UriError {
    match Config::from_uri(uri, &environment()) {
        Ok((config, ..)) => panic!("{uri} was read as {config}"),
        Err(error) => error,
    }
}

fn table(uri: &str) -> Option<String> {
    Config::from_uri(uri, &environment()).unwrap().1
}

fn password(config: &Config) -> Option<&str> {
    config.password.as_ref().map(ExposeSecret::expose_secret)
}

fn tcp(name: &str) -> Host {
    Host::Tcp(name.into())
}

fn unix(directory: &str) -> Host {
    Host::Unix(directory.into())
}

// shows: host; port; user; dbname; password
#[test]
fn the_whole_form() {
    for scheme in ["postgresql", "postgres", "pgsql", "PostgreSQL"] {
        let config = config(&format!("{scheme}://dim:secret@db.example.com:6432/pgloader"));
        assert_eq!(config.user, "dim");
        assert_eq!(password(&config), Some("secret"));
        assert_eq!(config.host, tcp("db.example.com"));
        assert_eq!(config.port, 6432);
        assert_eq!(config.database, "pgloader");
        assert_eq!(config.to_string(), "postgresql://dim@db.example.com:6432/pgloader");
    }
    assert_eq!(fault("mysql://h/d").offset, 0);
}

#[test]
fn everything_may_be_missing() {
    for uri in ["postgresql://", "postgresql:///", "postgresql://:/"] {
        let config = config(uri);
        assert_eq!(config.user, "account");
        assert_eq!(config.database, "account");
        assert_eq!(password(&config), None);
        assert_eq!(config.host, Host::DefaultSocket);
        assert_eq!(config.port, 5432);
        assert_eq!(config.sslmode, SslMode::Prefer);
        assert_eq!(config.application_name, "pgloader");
        assert_eq!(config.connect_timeout, Some(Duration::from_secs(15)));
    }
    assert_eq!(config("postgresql://h").host, tcp("h"));
    assert_eq!(config("postgresql://h?sslmode=require").database, "account");
    assert_eq!(config("postgresql://h:/d").port, 5432);
    assert!(Config::from_uri("postgresql://h/d", &Environment::empty()).is_err());
}

#[test]
fn users() {
    assert_eq!(config("postgresql://a.b-c_d$e%40f\\g@h/d").user, "a.b-c_d$e%40f\\g");
    assert_eq!(config("postgresql://me@@corp::x@h/d").user, "me@corp:x");
    assert_eq!(config("postgresql://é è@h/d".replace(' ', "").as_str()).user, "éè");
    assert_eq!(config("postgresql://:pw@h/d").user, "account");
}

#[test]
fn passwords_are_literal() {
    let cases = [
        ("p@@w", "p@w"),
        ("@@@@", "@@"),
        ("a:b::c/d#e?f", "a:b::c/d#e?f"),
        ("a%40b", "a%40b"),
        ("", ""),
        ("a/b", "a/b"),
        ("';(--", "';("),
    ];
    for (written, meant) in cases {
        let written = written.trim_end_matches("--");
        let config = config(&format!("postgresql://u:{written}@h:1/d"));
        assert_eq!(password(&config), Some(meant), "{written}");
        assert_eq!(config.host, tcp("h"));
        assert_eq!(config.password_origin, Some(PasswordOrigin::Uri));
    }
}

#[test]
fn an_at_sign_may_belong_to_an_option() {
    let plain = config("postgresql://h:5432/d?application_name=me@home");
    assert_eq!((plain.host, plain.application_name.as_str()), (tcp("h"), "me@home"));
    let plain = config("postgresql://h/d?application_name=me@home");
    assert_eq!(plain.host, tcp("h"));
    let plain = config("postgresql://unix:/tmp:5/d?application_name=me@home");
    assert_eq!(plain.host, unix("/tmp"));
    let plain = config("postgresql://[::1]:5/d?application_name=me@home");
    assert_eq!(plain.host, tcp("::1"));
    let user = config("postgresql://u:a/b?c@h/d");
    assert_eq!((password(&user), user.host.clone()), (Some("a/b?c"), tcp("h")));
    let user = config("postgresql://u:a/b@h");
    assert_eq!((password(&user), user.host.clone()), (Some("a/b"), tcp("h")));
}

#[test]
fn hosts() {
    for host in ["my_host", "a--b.example.com", "10.0.0.1", "xn--bcher-kva.example", "h#1"] {
        assert_eq!(config(&format!("postgresql://u@{host}:1/d")).host, tcp(host));
    }
    for address in ["::1", "FE80::1%eth0", "2001:db8::a.b"] {
        let config = config(&format!("postgresql://u@[{address}]:1/d"));
        assert_eq!(config.host, tcp(address));
        assert_eq!(config.to_string(), format!("postgresql://u@[{address}]:1/d"));
    }
    assert!(fault("postgresql://u@[::1/d").message.contains("bracket"));
}

#[test]
fn sockets() {
    assert_eq!(config("postgresql://unix:/tmp:54321/d").host, unix("/tmp"));
    assert_eq!(config("postgresql://unix:/tmp:54321/d").port, 54321);
    assert_eq!(config("postgresql://u@UNIX:/a::b:/d").host, unix("/a:b"));
    assert_eq!(config("postgresql://unix::5/d").host, Host::DefaultSocket);
    assert_eq!(config("postgresql://u@unix:/t:1/d").to_string(), "postgresql://u@unix:/t:1/d");
    let fault = fault("postgresql://u@unix:/tmp/d");
    assert_eq!((fault.offset, fault.length), (15, 11));
    assert!(fault.hint.unwrap().contains("unix:/var/run/postgresql:5432/database"));
    assert_eq!(config("postgresql:///d?host=/var/tmp&port=7").host, unix("/var/tmp"));
}

#[test]
fn ports() {
    for uri in ["postgresql://h:0/d", "postgresql://h:65536/d", "postgresql://h:5x/d", "postgresql://h:+5/d"]
    {
        assert_eq!(fault(uri).offset, 15, "{uri}");
    }
}

#[test]
fn databases() {
    assert_eq!(config("postgresql://h/a-b_c$d%20e.f:g").database, "a-b_c$d%20e.f:g");
    assert_eq!(config("postgresql://h/'a b;c('?t").database, "a b;c(");
    for (uri, offset) in [("postgresql://h/a b", 16), ("postgresql://h/a;", 16), ("postgresql://h/a(b)", 16)]
    {
        assert_eq!(fault(uri).offset, offset, "{uri}");
    }
    assert!(fault("postgresql://h/'a").message.contains("quote"));
}

// shows: host; port; user; dbname; password; sslmode
#[test]
fn options_override_the_main_parts() {
    let config = config(
        "postgresql://a:b@c:1/d?user=u%40v&password=p%26q%3D&HOST=h&port=2&dbname=x%20y&sslmode=Disable",
    );
    assert_eq!(config.user, "u@v");
    assert_eq!(password(&config), Some("p&q="));
    assert_eq!((config.host, config.port), (tcp("h"), 2));
    assert_eq!((config.database.as_str(), config.sslmode), ("x y", SslMode::Disable));
}

#[test]
fn options_that_are_passed_on() {
    let (config, _, warnings) = Config::from_uri(
        "postgresql://h/d?application_name=n&connect_timeout=3&options=-c%20geqo%3Doff",
        &environment(),
    )
    .unwrap();
    assert!(warnings.is_empty());
    assert_eq!(config.application_name, "n");
    assert_eq!(config.connect_timeout, Some(Duration::from_secs(3)));
    assert_eq!(config.options.as_deref(), Some("-c geqo=off"));
    let timeout = |uri: &str| Config::from_uri(uri, &environment()).map(|c| c.0.connect_timeout);
    assert_eq!(timeout("postgresql://h/d?connect_timeout=0"), Ok(None));
    assert_eq!(timeout("postgresql://h/d?connect_timeout=-1"), Ok(None));
    assert!(timeout("postgresql://h/d?connect_timeout=soon").is_err());
}

// shows: bad: unknown parameter of a connection
#[test]
fn unknown_options_are_warned_of_without_their_value() {
    let uri = "postgresql://h/d?pass=sesame&t";
    let (_, table, warnings) = Config::from_uri(uri, &environment()).unwrap();
    assert_eq!(table.as_deref(), Some("t"));
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("\"pass\"") && !warnings[0].contains("sesame"));
}

// shows: tablename
#[test]
fn tables() {
    assert_eq!(table("postgresql://h/d"), None);
    assert_eq!(table("postgresql://h/d?"), None);
    assert_eq!(table("postgresql://h/d?t").as_deref(), Some("t"));
    assert_eq!(table("postgresql://h/d?s.t").as_deref(), Some("s.t"));
    assert_eq!(table("postgresql://h/d?sslmode=require&t").as_deref(), Some("t"));
    assert_eq!(table("postgresql://h/d?tablename=s.t&port=1").as_deref(), Some("s.t"));
    let odd = r#""S x"."T=&;""#;
    assert_eq!(table(&format!("postgresql://h/d?{odd}&port=1")).as_deref(), Some(odd));
    assert_eq!(table(&format!("postgresql://h/d?tablename={odd}")).as_deref(), Some(odd));
    assert_eq!(fault("postgresql://h/d?t&u").offset, 19);
}

#[test]
fn ssl_modes() {
    for (text, mode) in [
        ("disable", SslMode::Disable),
        ("allow", SslMode::Allow),
        ("prefer", SslMode::Prefer),
        ("require", SslMode::Require),
        ("verify-ca", SslMode::VerifyCa),
        ("verify-full", SslMode::VerifyFull),
    ] {
        assert_eq!(config(&format!("postgresql://h/d?sslmode={text}")).sslmode, mode);
        let from_variable = environment().with("PGSSLMODE", text);
        let config = Config::from_uri("postgresql://h/d", &from_variable).unwrap().0;
        assert_eq!(config.sslmode, mode);
    }
    let wrong = fault("postgresql://h/d?sslmode=no");
    assert_eq!((wrong.offset, wrong.length), (17, 10));
    assert!(wrong.hint.unwrap().contains("verify-ca or verify-full"));
    let system = config("postgresql://h/d?sslrootcert=system");
    assert_eq!(system.sslmode, SslMode::VerifyFull);
    assert!(fault("postgresql://h/d?sslrootcert=system&sslmode=verify-ca").message.contains("verify-full"));
    assert!(fault("postgresql://h/d?sslmode=no").message.contains("\"no\""));
    let wrong = environment().with("PGSSLMODE", "maybe");
    let fault = Config::from_uri("postgresql://h/d", &wrong).unwrap_err();
    assert!(fault.message.contains("PGSSLMODE"));
}

// shows: USER; PGHOST; PGPORT; PGDATABASE; PGPASSWORD; PGAPPNAME; PGCONNECT_TIMEOUT; PGUSER
#[test]
fn variables_fill_in() {
    let environment = environment()
        .with("USER", "login")
        .with("PGHOST", "/run/pg")
        .with("PGPORT", "7")
        .with("PGDATABASE", "db")
        .with("PGPASSWORD", "pw")
        .with("PGAPPNAME", "app")
        .with("PGCONNECT_TIMEOUT", "9");
    let read = |uri: &str| Config::from_uri(uri, &environment).unwrap().0;
    let config = read("postgresql:///");
    assert_eq!(config.to_string(), "postgresql://login@unix:/run/pg:7/db");
    assert_eq!(password(&config), Some("pw"));
    assert_eq!(config.password_origin, Some(PasswordOrigin::Variable));
    assert_eq!(config.application_name, "app");
    assert_eq!(config.connect_timeout, Some(Duration::from_secs(9)));
    let written = read("postgresql://u:x@h:1/d");
    assert_eq!((written.to_string().as_str(), password(&written)), ("postgresql://u@h:1/d", Some("x")));
    let empty = read("postgresql://u:@h:1/d");
    assert_eq!(password(&empty), Some(""));
    let pguser = environment.clone().with("PGUSER", "pg");
    assert_eq!(Config::from_uri("postgresql:///", &pguser).unwrap().0.user, "pg");
    let bad = environment.clone().with("PGPORT", "x");
    assert!(Config::from_uri("postgresql:///", &bad).unwrap_err().message.contains("PGPORT"));
}

/// A parameter, its variable, and a value that is not its default.
const VARIABLES: [(&str, &str, &str); 20] = [
    ("host", "PGHOST", "h"),
    ("hostaddr", "PGHOSTADDR", "10.0.0.1"),
    ("port", "PGPORT", "7"),
    ("user", "PGUSER", "somebody"),
    ("dbname", "PGDATABASE", "db"),
    ("passfile", "PGPASSFILE", "/nonexistent/passwords"),
    ("application_name", "PGAPPNAME", "app"),
    ("options", "PGOPTIONS", "-cgeqo=off"),
    ("connect_timeout", "PGCONNECT_TIMEOUT", "9"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS", "standby"),
    ("load_balance_hosts", "PGLOADBALANCEHOSTS", "random"),
    ("sslmode", "PGSSLMODE", "require"),
    ("sslrootcert", "PGSSLROOTCERT", "/roots"),
    ("sslcrl", "PGSSLCRL", "/list"),
    ("sslcrldir", "PGSSLCRLDIR", "/lists"),
    ("sslcert", "PGSSLCERT", "/certificate"),
    ("sslkey", "PGSSLKEY", "/key"),
    ("sslcertmode", "PGSSLCERTMODE", "disable"),
    ("sslsni", "PGSSLSNI", "0"),
    ("channel_binding", "PGCHANNELBINDING", "require"),
];

// shows: PGHOST; PGHOSTADDR; PGPORT; PGUSER; PGDATABASE; PGPASSFILE; PGAPPNAME; PGOPTIONS; PGCONNECT_TIMEOUT
// shows: PGTARGETSESSIONATTRS; PGLOADBALANCEHOSTS; PGSSLMODE; PGSSLROOTCERT; PGSSLCRL; PGSSLCRLDIR; PGSSLCERT; PGSSLKEY
// shows: PGSSLCERTMODE; PGSSLSNI; PGCHANNELBINDING
#[test]
fn a_variable_means_what_its_parameter_means() {
    let environment = environment().with_home("/home/of/nobody");
    let read = |text: &str, environment: &Environment| {
        format!("{:?}", Config::from_uri(text, environment).unwrap().0)
    };
    let without = read("tablename=t", &environment);
    for (name, variable, value) in VARIABLES {
        let from_variable = read("tablename=t", &environment.clone().with(variable, value));
        assert_eq!(from_variable, read(&format!("{name}={value}"), &environment), "{variable}");
        assert_ne!(from_variable, without, "{variable}");
    }
}

// shows: PGGSSENCMODE; PGREQUIREAUTH; PGREQUIREPEER; PGSSLCERTMODE
#[test]
fn variables_that_are_not_supported_are_refused() {
    for (variable, value) in [
        ("PGGSSENCMODE", "require"),
        ("PGREQUIREAUTH", "scram-sha-256"),
        ("PGREQUIREPEER", "root"),
        ("PGSSLCERTMODE", "require"),
    ] {
        let message = Config::from_uri("host=h", &environment().with(variable, value)).unwrap_err().message;
        assert!(message.contains("not supported") && message.contains(variable), "{message}");
    }
}

// shows: fallback_application_name; search_path; client_encoding
#[test]
fn parameters_of_the_session() {
    assert_eq!(config("fallback_application_name=f").application_name, "f");
    assert_eq!(config("fallback_application_name=f application_name=n").application_name, "n");
    let read = Config::from_uri("search_path='a, b' client_encoding=latin1", &environment()).unwrap();
    assert_eq!(read.0.settings(), [("search_path".to_owned(), "a, b".to_owned())]);
    assert!(read.2[0].contains("client_encoding has been forced to 'utf8'"), "{:?}", read.2);
}

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("pg-client-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn passfile_password(uri: &str, environment: &Environment) -> Option<String> {
    let (config, ..) = Config::from_uri(uri, environment).unwrap();
    password(&config).map(str::to_owned)
}

// shows: PGPASSFILE
#[test]
fn the_password_file() {
    let home = Scratch::new("home");
    home.file(".pgpass", "h:1:d:u:own\nlocalhost:*:*:u:local\n/sock:*:*:u:dir\n");
    let other = home.file("other", "h:1:d:u:other\n");
    let from_home = environment().with_home(&home.0);
    let find = |uri| passfile_password(uri, &from_home);
    assert_eq!(find("postgresql://u@h:1/d").as_deref(), Some("own"));
    assert_eq!(find("postgresql://u:x@h:1/d").as_deref(), Some("x"));
    assert_eq!(find("postgresql://u@h:2/d"), None);
    assert_eq!(find("postgresql://u@/d").as_deref(), Some("local"));
    assert_eq!(find("postgresql://u@unix:/sock:/d").as_deref(), Some("local"));
    assert_eq!(find("postgresql://u@localhost/d").as_deref(), Some("local"));
    let from_variable = from_home.clone().with("PGPASSFILE", other.to_str().unwrap());
    assert_eq!(passfile_password("postgresql://u@h:1/d", &from_variable).as_deref(), Some("other"));
    let both = from_home.with("PGPASSWORD", "variable");
    assert_eq!(passfile_password("postgresql://u@h:1/d", &both).as_deref(), Some("variable"));
}

// shows: service; PGSERVICE; PGSYSCONFDIR
#[test]
fn service_files() {
    let home = Scratch::new("service");
    home.file(
        ".pg_service.conf",
        "[one]\nhost=h\nport=6\ndbname=d\nuser=u\npassword=sesame\nsslmode=require\nsslthing=x\n",
    );
    home.file("pg_service.conf", "[two]\nhost=two\n");
    let environment =
        environment().with_home(&home.0).with("PGSYSCONFDIR", home.0.to_str().unwrap()).with("PGPORT", "9");
    let (config, _, warnings) = Config::from_uri("postgresql:///e?service=one", &environment).unwrap();
    assert_eq!(config.to_string(), "postgresql://u@h:6/e");
    assert_eq!(config.sslmode, SslMode::Require);
    assert_eq!(password(&config), Some("sesame"));
    assert!(matches!(config.password_origin, Some(PasswordOrigin::Service(_))));
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let by_variable = environment.clone().with("PGSERVICE", "two");
    let config = Config::from_uri("postgresql:///d", &by_variable).unwrap().0;
    assert_eq!((config.host, config.port), (tcp("two"), 9));
    let missing = Config::from_uri("postgresql:///d?service=three", &environment);
    assert!(missing.unwrap_err().message.contains("\"three\""));
}

/// Wrongly written passwords fail without being shown.
#[test]
fn faults_do_not_quote_passwords() {
    for uri in [
        "postgresql://u:ses@ame@h/d",
        "postgresql://u:ses@ame:x@h/d",
        "postgresql://u:x@ses@ame/d",
        "postgresql://u:x@ses/ame@h/d",
        "postgresql://u:ses ame@h/d",
        "postgresql://h/d?password=sesame&port=x",
        "postgresql://u:sesame@h/d?sslmode=verify-half",
        "host=h password='sesame",
        "host=h password=ses ame",
        "host=h password=sesame port=x",
        "jdbc:postgresql://h/d?password=sesame&port=x",
    ] {
        let fault = format!("{:?} {0}", fault(uri));
        assert!(!fault.contains("ses") && !fault.contains("ame@"), "{fault}");
    }
}

#[test]
fn nothing_printable_holds_the_password() {
    let environment = environment().with("PGPASSWORD", "sesame-variable");
    assert!(!format!("{environment:?}").contains("sesame"));
    for uri in ["postgresql://u:sesame@h/d", "postgresql:///d?password=sesame", "postgresql://u@h/d"] {
        let config = Config::from_uri(uri, &environment).unwrap().0;
        assert!(password(&config).unwrap().contains("sesame"));
        assert!(!format!("{config} {config:?} {config:#?}").contains("sesame"));
    }
}

#[test]
fn client_encoding_is_not_taken() {
    let mut config = config("postgresql://h/d");
    let pairs = [("Client_Encoding", "latin1"), ("work_mem", "1MB"), ("client_encoding", "UTF8")];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let warnings = config.add_settings(pairs);
    assert_eq!(
        warnings,
        ["pgloader always talk to PostgreSQL in utf-8, client_encoding has been forced to 'utf8'."]
    );
    assert_eq!(config.settings(), [("work_mem".to_owned(), "1MB".to_owned())]);
}

#[test]
fn a_home_that_does_not_exist_is_no_fault() {
    let environment = environment().with_home(Path::new("/nonexistent"));
    let (_, _, warnings) = Config::from_uri("postgresql://u@h/d", &environment).unwrap();
    assert!(warnings.is_empty());
}

fn uri_of(text: &str) -> String {
    config(text).to_string()
}

#[test]
fn names_and_values() {
    assert!(Config::is_connection_string("host = h"));
    assert!(Config::is_connection_string("JDBC:postgresql://h/d"));
    assert!(!Config::is_connection_string("mysql://h/d?a=b"));
    assert!(!Config::is_connection_string("data.csv"));
    let config = config(r" host=h port = 7 dbname='my db'  user=o\'brien password='p\'w\\' sslmode=require ");
    assert_eq!(config.to_string(), "postgresql://o'brien@h:7/my db");
    assert_eq!(password(&config), Some(r"p'w\"));
    assert_eq!(config.sslmode, SslMode::Require);
    assert_eq!(table("dbname=d tablename=s.t").as_deref(), Some("s.t"));
    assert_eq!(uri_of("dbname=d host=''"), "postgresql://account@:5432/d");
    let unknown = Config::from_uri("dbname=d nonsense=x", &environment()).unwrap().2;
    assert!(unknown[0].contains("nonsense"));
    for (text, part) in [("host=h sslmode", "sslmode"), ("host=h port=x", "port=x"), ("user='a", "user='a")] {
        let fault = fault(text);
        assert_eq!(&text[fault.offset..fault.offset + fault.length], part);
    }
}

#[test]
fn jdbc() {
    let config =
        config("jdbc:postgresql://u:p@h:6/d?ssl=true&currentSchema=app&ApplicationName=job&connectTimeout=3");
    assert_eq!(config.to_string(), "postgresql://u@h:6/d");
    assert_eq!((password(&config), config.sslmode), (Some("p"), SslMode::Require));
    assert_eq!(config.settings(), [("search_path".to_owned(), "app".to_owned())]);
    assert_eq!(config.application_name, "job");
    assert_eq!(config.connect_timeout, Some(Duration::from_secs(3)));
    assert_eq!(uri_of("jdbc:pgsql://h/d?user=u&password=x"), "postgresql://u@h:5432/d");
    assert_eq!(uri_of("jdbc:postgresql:d"), "postgresql://account@:5432/d");
    assert_eq!(uri_of("jdbc:redshift://h/d"), "postgresql://account@h:5439/d");
    for uri in ["jdbc:pgsql://h/d?ssl=true&sslmode=verify-ca", "jdbc:pgsql://h/d?sslmode=verify-ca&ssl=true"]
    {
        assert_eq!(self::config(uri).sslmode, SslMode::VerifyCa, "{uri}");
    }
    let ignored = Config::from_uri("jdbc:postgresql://h/d?socketFactory=x", &environment()).unwrap().2;
    assert!(ignored[0].contains("socketFactory"));
}

#[test]
fn several_hosts() {
    let list = "postgresql://u@a:1,[::1]:2,unix:/tmp:3,b:5432/d";
    assert_eq!(uri_of("postgresql://u@a:1,[::1]:2,unix:/tmp:3,b/d"), list);
    assert_eq!(uri_of("host=a,::1,/tmp,b port=1,2,3, user=u dbname=d"), list);
    assert_eq!(uri_of("postgresql://u@a,b/d?port=7"), "postgresql://u@a:7,b:7/d");
    assert_eq!(uri_of("postgresql://u@a,b:6/d"), "postgresql://u@a:5432,b:6/d");
    assert_eq!(uri_of("postgresql://a:1,b:2/d?application_name=x@y"), "postgresql://account@a:1,b:2/d");
    assert_eq!(
        uri_of("host=a,b hostaddr=10.0.0.1,10.0.0.2 dbname=d"),
        "postgresql://account@a:5432,b:5432/d"
    );
    assert_eq!(uri_of("hostaddr=10.0.0.1 dbname=d"), "postgresql://account@10.0.0.1:5432/d");
    let counts = ["host=a,b,c port=1,2", "host=a,b hostaddr=10.0.0.1", "postgresql://a:1,b:2/d?host=c"];
    for text in counts {
        assert!(fault(text).message.contains("hosts, but"), "{text}");
    }
    assert!(fault("hostaddr=name").hint.unwrap().contains("host"));
    let variables = environment().with("PGHOST", "a,b").with("PGPORT", "1,2").with("PGHOSTADDR", "::1,::2");
    let (config, ..) = Config::from_uri("postgresql:///d", &variables).unwrap();
    assert_eq!(config.to_string(), "postgresql://account@a:1,b:2/d");
    assert_eq!(config.address, Some("::1".parse().unwrap()));
}

// shows: passfile
#[test]
fn each_host_has_its_line_in_the_password_file() {
    let home = Scratch::new("hosts");
    let file = home.file("passwords", "b:*:*:*:of-b\na:*:*:*:of-a\n");
    let text = format!("postgresql://u@a,b/d?passfile={}", file.display());
    assert_eq!(passfile_password(&text, &environment()).as_deref(), Some("of-a"));
    let text = text.replace("a,b", "b,a");
    assert_eq!(passfile_password(&text, &environment()).as_deref(), Some("of-b"));
}

// shows: requirepeer; require_auth; gssencmode; sslcertmode
#[test]
fn what_is_not_supported_is_refused_rather_than_ignored() {
    for option in
        ["requirepeer=root", "require_auth=scram-sha-256", "gssencmode=require", "sslcertmode=require"]
    {
        assert!(fault(&format!("postgresql://h/d?{option}")).message.contains("not supported"), "{option}");
    }
    config("postgresql://h/d?gssencmode=disable&sslcertmode=disable");
    for option in ["channel_binding=maybe", "target_session_attrs=best", "load_balance_hosts=1", "sslsni=2"] {
        assert_eq!(fault(&format!("host=h {option}")).offset, 7, "{option}");
    }
}

// shows: PGSERVICEFILE; bad: service file
#[test]
fn bad_service_files() {
    let home = Scratch::new("bad-service");
    let file = home.file("services", "[loop]\nservice=loop\n[odd]\nnonsense\n");
    let environment = environment().with("PGSERVICEFILE", file.to_str().unwrap());
    let fault =
        |uri: &str, environment: &Environment| Config::from_uri(uri, environment).unwrap_err().message;
    let message = fault("postgresql:///d?service=loop", &environment);
    assert!(message.contains("line 2: a service cannot name another service"), "{message}");
    let message = fault("service=odd", &environment);
    assert!(message.contains("line 4"), "{message}");
    let message = fault("service=none", &environment);
    assert!(message.contains("\"none\"") && message.contains("services"), "{message}");
    let nowhere = environment.clone().with("PGSERVICEFILE", "/nonexistent/services");
    assert!(fault("service=none", &nowhere).contains("/nonexistent/services"));
    let directory = environment.with("PGSERVICEFILE", home.0.to_str().unwrap());
    assert!(fault("service=none", &directory).contains("cannot be read"));
}

/// Found by fuzzing: libpq takes the next word for the value, and here it was shown as a wrong one.
#[test]
fn an_option_without_a_value_does_not_take_the_next_one() {
    for text in
        ["sslmode= password=Hush4711", "host=h port =\n PASSWORD = 'Hush4711'", "host= password=Hush4711"]
    {
        let fault = fault(text);
        assert_eq!(fault.message, "this has no value: another option follows", "{text}");
        assert!(!format!("{fault} {fault:?}").contains("Hush4711"), "{text}");
    }
    assert_eq!(uri_of("host = h user = u dbname = d=e"), "postgresql://u@h:5432/d=e");
    assert_eq!(uri_of("host='' port= '' user=u dbname=d sslmode="), uri_of("user=u dbname=d"));
}

proptest! {
    #[test]
    fn any_user_and_password_come_back(
        user in "[^:@\\s?/][^\\s]{0,12}",
        secret in "[^\\s]{0,20}",
    ) {
        let written_user = user.replace(':', "::").replace('@', "@@");
        let uri = format!("postgresql://{written_user}:{}@h:1/d", secret.replace('@', "@@"));
        // A user and password that look like a host, a port and options are read as such.
        prop_assume!(!secret.starts_with(|c: char| c.is_ascii_digit()) && !secret.starts_with('@'));
        prop_assume!(!user.ends_with(':') && !secret.starts_with(':'));
        prop_assume!(!user.contains(['/', '?', '[']) && !user.starts_with("unix"));
        let config = config(&uri);
        prop_assert_eq!(&config.user, &user);
        prop_assert_eq!(password(&config), Some(secret.as_str()));
        prop_assert_eq!(config.host, tcp("h"));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}") {
        let _ = Config::from_uri(&format!("host={text}"), &environment());
        let _ = Config::from_uri(&text, &environment());
        let _ = Config::from_uri(&format!("postgresql://{text}"), &environment());
    }

    #[test]
    fn faults_point_into_the_text(text in "[a-z:@/?&='\" \\[\\]0-9é]{0,30}") {
        let uri = format!("pgsql://{text}");
        if let Err(fault) = Config::from_uri(&uri, &environment()) {
            prop_assert!(uri.get(fault.offset..fault.offset + fault.length).is_some());
        }
    }
}
