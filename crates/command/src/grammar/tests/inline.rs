//! `FROM inline`: where the data begins in the file.

use super::*;
use crate::template::{Lookup, expand};

/// The data of a load file, as the file has it.
fn data(file: &[u8]) -> Vec<u8> {
    let library = Library::default();
    let surroundings = Surroundings { options: &declared, file_exists: &|_| false, library: &library };
    let statements = parse(&expanded(file), &surroundings);
    match statements.unwrap_or_else(|error| panic!("{error}")).remove(0) {
        Statement::Load(command) => match command.source {
            Origin::Inline(offset) => file[offset.value..].to_vec(),
            other => unreachable!("not inline: {other:?}"),
        },
        Statement::Archive(_) => unreachable!("an archive"),
    }
}

#[test]
fn data_is_found_to_the_byte_behind_templates_and_other_alphabets() {
    let cases = [
        "LOAD CSV FROM inline INTO a://b;\n",
        "LOAD CSV FROM INLINE(é) WITH ENCODING latin1 INTO {{PGDATABASE}} -- ÿ\n WITH truncate; -- 漢\n\n/* {{ */\n",
        "{{! é; }}LOAD CSV FROM inline INTO a://b BEFORE LOAD DO $$ {{ROWS}}; é $$;",
        "{{#ROWS}}LOAD CSV FROM inline INTO a://b {{/ROWS}};\r\n",
        "\u{FEFF}LOAD CSV FROM inline INTO a://b;\n",
    ];
    let datas: [&[u8]; 8] = [
        b"1,a\n2,b\n",
        b"{{NONE}}\n{{#ROWS}}\n{{",
        b"{{ROWS}}{{PGDATABASE}},;\n",
        b"x\xff\xfe\x00",
        b"\xe9,1\n",
        "é;'$$ \" -- /*\n".as_bytes(),
        b"{{^ROWS}}hidden{{/ROWS}}",
        b"{{=<% %>=}}<%NONE%>\n",
    ];
    for command in cases {
        for rest in datas {
            let file = [command.as_bytes(), rest].concat();
            assert_eq!(data(&file), rest, "{}", String::from_utf8_lossy(&file));
        }
    }
}

#[test]
fn a_semicolon_from_a_variable_ends_the_command() {
    let end = |name: &str| (name == "END").then(|| "INTO a://b;".to_owned());
    let ending = Lookup { value: &end, partial: &|_| Err(String::new()) };
    let file = b"LOAD CSV FROM inline {{END}}\n1,a";
    let library = Library::default();
    let surroundings = Surroundings { options: &declared, file_exists: &|_| false, library: &library };
    let statements = parse(&expand("t.load", file, &ending), &surroundings).unwrap();
    let Statement::Load(command) = &statements[0] else { unreachable!("an archive") };
    assert!(matches!(&command.source, Origin::Inline(offset) if offset.value == file.len() - 3));
}

#[test]
fn bytes_that_are_no_text_are_an_error_elsewhere() {
    let library = Library::default();
    let surroundings = Surroundings { options: &declared, file_exists: &|_| false, library: &library };
    for file in [&b"LOAD CSV FROM a INTO a://b;\n-- \xff"[..], b"LOAD CSV FROM '\xff' INTO a://b;"] {
        let error = parse(&expanded(file), &surroundings).unwrap_err();
        assert_eq!(error.message(), "the file is not UTF-8 here");
    }
}
