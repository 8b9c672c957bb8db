use super::*;

fn words(line: &str) -> impl Iterator<Item = OsString> {
    std::iter::once("pgloader")
        .chain(line.split_whitespace())
        .map(OsString::from)
        .collect::<Vec<_>>()
        .into_iter()
}

fn read(line: &str) -> (Mode, Arguments) {
    parse(words(line)).unwrap()
}

fn error(line: &str) -> Error {
    match definition().try_get_matches_from(words(line)) {
        Err(error) => error,
        Ok(matches) => Mode::of(&Arguments::from_arg_matches(&matches).unwrap()).unwrap_err(),
    }
}

#[test]
fn the_definition_is_sound() {
    definition().debug_assert();
}

#[test]
fn options_stand_anywhere_glued_or_apart() {
    for line in
        ["-vd -D/x a.load", "a.load -v --debug --root-dir /x", "-v a.load --root-dir=/x -d", "-dvD /x a.load"]
    {
        let (mode, arguments) = read(line);
        assert_eq!(mode, Mode::Work(Work::Files(vec!["a.load".into()])), "{line}");
        assert_eq!(arguments.output.console_level(), crate::log::Level::Data, "{line}");
        assert_eq!(arguments.output.root_dir, std::path::Path::new("/x"), "{line}");
    }
}

#[test]
fn two_dashes_end_the_options() {
    let (mode, _) = read("-- --x -q z");
    assert_eq!(mode, Mode::Work(Work::Files(vec!["--x".into(), "-q".into(), "z".into()])));
}

#[test]
fn the_last_of_an_option_holds_and_repeatable_ones_add_up() {
    let (_, arguments) = read("--type csv --type copy --with a --with b x y");
    assert_eq!(arguments.clauses.kind.as_deref(), Some("copy"));
    assert_eq!(arguments.clauses.with, ["a", "b"]);
}

#[test]
fn flags_can_be_taken_back() {
    for (line, expected) in [
        ("--dry-run x", true),
        ("--dry-run --no-dry-run x", false),
        ("--no-dry-run --dry-run x", true),
        ("--no-dry-run x", false),
        ("--dry-run x --no-dry-run --dry-run", true),
    ] {
        assert_eq!(read(line).1.dry_run, expected, "{line}");
    }
    assert!(read("--no-ssl-cert-verification x").1.no_ssl_cert_verification);
}

#[test]
fn options_of_the_lisp_system_have_no_effect() {
    let (mode, _) = read(
        "--dynamic-space-size 4096 --control-stack-size 2 --no-sysinit --no-userinit --disable-debugger a.load",
    );
    assert_eq!(mode, Mode::Work(Work::Files(vec!["a.load".into()])));
}

#[test]
fn the_mode_is_the_first_that_is_asked_for() {
    let work = |work| Mode::Work(work);
    for (line, expected) in [
        ("--version --no-such-thing-is-asked x --list-encodings", None),
        ("-V -E", Some(Mode::Tell(Topic::Version))),
        ("-E -U", Some(Mode::Tell(Topic::Encodings))),
        ("-U a b", Some(Mode::Tell(Topic::Upgraded(vec!["a".into(), "b".into()])))),
        ("--generate man", Some(Mode::Tell(Topic::Generated(Generated::Man)))),
        ("--regress a", Some(work(Work::Regress("a".into())))),
        ("--s3-gc", Some(work(Work::Garbage(GarbageAction::List)))),
        ("--s3-gc=remove", Some(work(Work::Garbage(GarbageAction::Remove)))),
        ("a b", Some(work(Work::Pair("a".into(), "b".into())))),
        ("- b --type csv", Some(work(Work::Pair("-".into(), "b".into())))),
        ("a b c", Some(work(Work::Files(vec!["a".into(), "b".into(), "c".into()])))),
        ("-U", None),
        ("--regress a b", None),
        ("--client-min-messages loud a", None),
        ("--max-errors few a", None),
        ("--s3-gc a", None),
        ("", None),
    ] {
        match expected {
            Some(expected) => assert_eq!(read(line).0, expected, "{line}"),
            None => assert!(error(line).use_stderr(), "{line}"),
        }
    }
}
