use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use pgloader_core::Row;
use pgloader_core::option::{Escape, Options, Value};
use pgloader_core::source::{Given, Intake, Source, Stopped};
use pgloader_core::transform::NullIf;

use super::*;

/// A file that goes with the value.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new(content: &[u8]) -> TemporaryFile {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("pgloader-csv-{}-{number}.csv", std::process::id()));
        std::fs::write(&path, content).unwrap();
        TemporaryFile(path)
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _gone_already = std::fs::remove_file(&self.0);
    }
}

#[derive(Default)]
struct Shown(String);

impl Intake for Shown {
    fn row(&mut self, row: Row<'_>) -> Result<Given, Stopped> {
        for index in 0..row.len() {
            let value = row.field(index).map_or("NULL".into(), String::from_utf8_lossy);
            self.0 += &format!("[{value}]");
        }
        self.0 += ";";
        Ok(Given::Taken)
    }

    fn malformed(&mut self, raw: &[u8], _: &str) -> Result<(), Stopped> {
        self.0 += &format!("{{{}}};", String::from_utf8_lossy(raw));
        Ok(())
    }

    fn malformed_rest(&mut self, _: &[u8]) -> Result<(), Stopped> {
        Ok(())
    }

    fn skipped(&mut self) -> Result<(), Stopped> {
        self.0 += "-;";
        Ok(())
    }

    fn stripped_nuls(&mut self, _: u64) {}
}

fn settings(path: &Path, written: &[(&'static str, Value)]) -> CsvSettings {
    let mut options = Options::default();
    for (name, value) in written {
        let spec = OPTIONS.iter().find(|spec| spec.name == *name).unwrap();
        assert!(options.insert(spec, value.clone()));
    }
    options.insert(&FIELDS_TERMINATED_BY, Value::Char(','));
    settings_with(path, options)
}

fn settings_with(path: &Path, options: Options) -> CsvSettings {
    let inputs = Inputs::One(Location::File(path.to_owned()));
    CsvSettings { inputs, options, encoding: None, fields: None }
}

fn fields(names: &[&str]) -> Option<Vec<Field>> {
    Some(names.iter().map(|&name| Field { name: name.into(), ..Field::default() }).collect())
}

/// The names of the columns, and what is read.
fn load(csv: &Csv) -> Result<(Vec<String>, String)> {
    let table = csv.catalog()?.tables.remove(0);
    let part = csv.parts(&table, 4)?.remove(0);
    let mut shown = Shown::default();
    csv.read(&table, &part, &mut shown)?;
    Ok((table.columns.into_iter().map(|column| column.name).collect(), shown.0))
}

const HEADER: (&str, Value) = ("csv header", Value::Word("yes"));

fn skip(lines: u64) -> (&'static str, Value) {
    ("skip header", Value::Number(lines))
}

#[test]
fn header_and_skipped_lines() {
    type Case<'a> = (&'a [(&'static str, Value)], Option<Vec<Field>>, &'a str, &'a [&'a str], &'a str);
    let cases: &[Case<'_>] = &[
        (&[], None, "a,b\n", &[], "[a][b];"),
        (&[], fields(&["x", "y"]), "a,b\n", &["x", "y"], "[a][b];"),
        (&[HEADER], None, " a ,\" b,c \"\n1,2\n", &["a", "b,c"], "[1][2];"),
        (&[HEADER], None, "a,,\n1,2\n", &["a", "", ""], "[1][2];"),
        (&[HEADER], None, "\u{feff}a,\"b\"\"\n\"\n1,2\n", &["a", "b\""], "[1][2];"),
        (&[HEADER], fields(&["x"]), "a,b\n1,2\n", &["x"], "[1][2];"),
        (&[HEADER], fields(&["x"]), "a,\"b\nc\"\n1,2\n", &["x"], "[1][2];"),
        (&[HEADER], fields(&["x"]), "a,\"b\n1,2\n", &["x"], "[1][2];"),
        (&[HEADER], fields(&["x"]), "", &["x"], ""),
        (&[skip(2)], None, "say \"what\n\"\n1,2\n", &[], "[1][2];"),
        (&[skip(1)], None, "\u{feff}\"\n1,2\n", &[], "[1][2];"),
        (&[skip(5)], None, "a\n1,2\n", &[], ""),
        (&[skip(1), HEADER], None, "# junk\na,b\n1,2\n\n", &["a", "b"], "[1][2];-;"),
    ];
    for (written, fields, text, names, rows) in cases {
        let file = TemporaryFile::new(text.as_bytes());
        let settings = CsvSettings { fields: fields.clone(), ..settings(&file.0, written) };
        let csv = Csv::new(settings).unwrap();
        let loaded = load(&csv).unwrap();
        assert_eq!(loaded.0, *names, "{text:?}");
        assert_eq!(loaded.1, *rows, "{text:?}");
        assert_eq!(load(&csv).unwrap(), loaded, "again {text:?}");
    }
}

#[test]
fn a_named_pipe_is_read_once_header_included() {
    let path = std::env::temp_dir().join(format!("pgloader-csv-{}-pipe", std::process::id()));
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let pipe = TemporaryFile(path.clone());
    let writer = std::thread::spawn(move || std::fs::write(path, "a,b\n1,2\n"));
    let loaded = load(&Csv::new(settings(&pipe.0, &[HEADER])).unwrap()).unwrap();
    assert_eq!(loaded, (vec!["a".into(), "b".into()], "[1][2];".into()));
    writer.join().unwrap().unwrap();
}

#[test]
fn headers_that_give_no_names_are_errors() {
    let cases = [
        ("", "is empty, and `csv header` asks for a line of names"),
        ("\na,\"b\"c\n", ":2: text follows a closing quote; "),
        ("\n\u{0}\n", ":2: there is a NUL byte on line 2"),
    ];
    for (text, expected) in cases {
        let file = TemporaryFile::new(text.as_bytes());
        let written: &[_] = if text.is_empty() { &[HEADER] } else { &[skip(1), HEADER] };
        let error = Csv::new(settings(&file.0, written)).unwrap().catalog().unwrap_err();
        assert!(error.message.contains(expected), "{error}");
        assert!(error.message.contains(&file.0.display().to_string()), "{error}");
    }
}

#[test]
fn a_header_in_skipping_following_mode_does_not_swallow_lines() {
    let file = TemporaryFile::new(b"from C:\\\n1,2\n");
    let escape = ("fields escaped by", Value::Escape(Escape::Char('\\')));
    let written = [escape, ("csv escape mode", Value::Word("following")), skip(1)];
    assert_eq!(load(&Csv::new(settings(&file.0, &written)).unwrap()).unwrap().1, "[1][2];");
}

#[test]
fn the_default_null_if_holds_for_fields_without_their_own() {
    let file = TemporaryFile::new(b"-,-,-\n");
    let null_if = ("null if", Value::Text("-".into()));
    let own = Field { name: "own".into(), null_if: vec![NullIf::Blanks], trim: None };
    let list = Some(vec![own, Field { name: "none".into(), ..Field::default() }]);
    let csv = |fields, null_if| Csv::new(CsvSettings { fields, ..settings(&file.0, &[null_if]) }).unwrap();
    assert_eq!(load(&csv(list, null_if.clone())).unwrap().1, "[-][NULL][NULL];");
    assert_eq!(load(&csv(None, null_if)).unwrap().1, "[NULL][NULL][NULL];");
    let blanks = TemporaryFile::new(b"\"  \",\"\",a\n");
    let csv = Csv::new(settings(&blanks.0, &[("null if", Value::Word("blanks"))])).unwrap();
    assert_eq!(load(&csv).unwrap().1, "[NULL][NULL][a];");
}

#[test]
fn contradictory_settings_are_refused() {
    let char = |name, char| (name, Value::Char(char));
    let cases: &[(&[(&'static str, Value)], &str)] = &[
        (&[char("fields enclosed by", ',')], "`fields terminated by` and `fields enclosed by` are both ','"),
        (
            &[char("lines terminated by", ',')],
            "`fields terminated by` and `lines terminated by` are both ','",
        ),
        (&[("fields escaped by", Value::Escape(Escape::Char(',')))], "`fields escaped by` are both ','"),
        (&[char("fields terminated by", '\n')], "are both '\\n'"),
        (
            &[char("fields terminated by", '\r')],
            "`fields terminated by` is '\\r', which is part of line ends",
        ),
        (
            &[char("fields enclosed by", '\r'), ("lines terminated by", Value::Text("\r\n".into()))],
            "`fields enclosed by` is '\\r', which is part of line ends",
        ),
        (&[char("fields enclosed by", '\0')], "NUL cannot be a quote"),
        (&[("max record size", Value::Number(1023))], "`max record size` is 1023 bytes"),
        (&[("max record size", Value::Number((1 << 30) + 1))], "`max record size` is 1073741825 bytes"),
        (&[("encoding", Value::Text("latin0".into()))], "The encoding 'latin0' is unknown"),
    ];
    for (written, expected) in cases {
        let error = Csv::new(settings(Path::new("f"), written)).err().unwrap();
        assert!(error.message.contains(expected), "{error}");
        assert!(error.hint.is_some());
    }
    // The limits themselves are allowed, and an escape that is the quote means doubling it.
    for size in [1024, 1 << 30] {
        assert!(Csv::new(settings(Path::new("f"), &[("max record size", Value::Number(size))])).is_ok());
    }
}

#[test]
fn the_encoding_of_the_clause_and_of_the_option() {
    let file = TemporaryFile::new(b"\xe9\n");
    let encoding = |clause: Option<&str>, option: Option<&str>| {
        let option = option.map(|name| ("encoding", Value::Text(name.into())));
        let settings = settings(&file.0, option.as_slice());
        Csv::new(CsvSettings { encoding: clause.map(str::to_owned), ..settings })
    };
    assert_eq!(load(&encoding(Some("latin1"), None).unwrap()).unwrap().1, "[é];");
    assert_eq!(load(&encoding(None, Some("LATIN1")).unwrap()).unwrap().1, "[é];");
    assert!(encoding(Some("latin1"), Some("iso-8859-1")).is_ok());
    assert_eq!(
        encoding(Some("latin1"), Some("utf-8")).err().unwrap().message,
        "two different encodings are given"
    );
}

#[test]
fn the_table_is_called_after_the_file_and_a_missing_one_is_found_early() {
    let file = TemporaryFile::new(b"a\n");
    let csv = Csv::new(settings(&file.0, &[])).unwrap();
    let table = csv.catalog().unwrap().tables.remove(0);
    assert_eq!(Some(table.name.name.as_str()), file.0.file_stem().and_then(|stem| stem.to_str()));
    let parts = csv.parts(&table, 8).unwrap();
    assert_eq!(parts, [Part { number: 0, name: file.0.display().to_string() }]);
    let error = Csv::new(settings(Path::new("/no/such.csv"), &[])).unwrap().catalog().unwrap_err();
    assert_eq!(error.message, "cannot open /no/such.csv: there is no such file");
}

#[test]
fn a_cancelled_source_reads_no_more() {
    let file = TemporaryFile::new(b"a\n");
    let csv = Csv::new(settings(&file.0, &[])).unwrap();
    csv.cancel();
    assert_eq!(load(&csv).unwrap_err().message, "reading was cancelled");
}

#[test]
fn every_option_has_its_own_name_and_lower_case_forms() {
    for (index, option) in OPTIONS.iter().enumerate() {
        assert!(OPTIONS[..index].iter().all(|other| other.name != option.name));
        assert!(option.forms.iter().all(|form| form.words == form.words.to_lowercase()));
        assert!(option.help.ends_with('.'));
    }
}

/// Refuses rows whose first field begins with `!`; takes the raw records with their reasons.
#[derive(Default)]
struct Refusing(Vec<(Vec<u8>, String)>);

impl Intake for Refusing {
    fn row(&mut self, row: Row<'_>) -> Result<Given, Stopped> {
        match row.field(0) {
            Some([b'!', ..]) => Ok(Given::Refused("refused".to_owned())),
            _ => Ok(Given::Taken),
        }
    }

    fn malformed(&mut self, raw: &[u8], why: &str) -> Result<(), Stopped> {
        self.0.push((raw.to_vec(), why.to_owned()));
        Ok(())
    }

    fn malformed_rest(&mut self, _: &[u8]) -> Result<(), Stopped> {
        Ok(())
    }

    fn skipped(&mut self) -> Result<(), Stopped> {
        Ok(())
    }

    fn stripped_nuls(&mut self, _: u64) {}
}

#[test]
fn the_record_of_a_refused_row_is_handed_over_as_it_stands_in_the_file() {
    let text = b"\"a\"\"b\",1\n!x,1\n\"!\"\"\xe9\"\"\",\"two\nlines\"\n\"!\0\"\"\",1\n ok,1\n! , 1\n";
    let file = TemporaryFile::new(text);
    let written = [HEADER, ("nul bytes", Value::Word("strip"))];
    let encoding = Some("latin1".to_owned());
    let csv = Csv::new(CsvSettings { encoding, ..settings(&file.0, &written) }).unwrap();
    let table = csv.catalog().unwrap().tables.remove(0);
    let part = csv.parts(&table, 1).unwrap().remove(0);
    let mut refusing = Refusing::default();
    csv.read(&table, &part, &mut refusing).unwrap();
    let raw: Vec<&[u8]> = refusing.0.iter().map(|(raw, _)| &raw[..]).collect();
    let expected: [&[u8]; 4] =
        [b"!x,1\n", b"\"!\"\"\xe9\"\"\",\"two\nlines\"\n", b"\"!\0\"\"\",1\n", b"! , 1\n"];
    assert_eq!(raw, expected);
    for ((_, why), line) in refusing.0.iter().zip([2, 3, 5, 7]) {
        assert_eq!(*why, format!("{}:{line}: refused", file.0.display()));
    }
}
