//! Templates and secrets in errors.

use super::*;

#[test]
fn values_take_the_place_of_tags() {
    let command =
        one("LOAD CSV FROM '{{DBPATH}}' INTO {{PGDATABASE}}?schema.table {{#ROWS}}WITH truncate{{/ROWS}};");
    assert_eq!(path(&command), "/data/x.csv");
    assert_eq!(command.into.value, "postgresql://me:hidden@localhost/db?schema.table");
    assert!(command.options.is_yes(&TRUNCATE));
}

#[test]
fn partials_are_read_in_their_place() {
    let command = one("LOAD CSV FROM a {{> into}} WITH truncate;");
    assert_eq!(command.into.value, "postgresql://me:hidden@localhost/db");
    let shown = error("LOAD CSV FROM a {{> into}} WIHT").to_string();
    assert!(shown.contains("LOAD CSV FROM a {{> into}} WIHT") && !shown.contains("hidden"), "{shown}");
}

#[test]
fn the_first_error_of_the_file_is_reported() {
    let cases = [
        ("LOAD CSV FRM a {{NONE}}", "unexpected `FRM`"),
        ("LOAD CSV FROM {{NONE}} INTOO", "the template variable `NONE` is not defined"),
        ("LOAD CSV FROM a INTO a://b -- {{NONE}}", "the template variable `NONE` is not defined"),
        ("LOAD CSV FROM '{{NONE}}' INTO {{ALSO}}", "the template variable `NONE` is not defined"),
        (
            "LOAD CSV FROM a INTO a://b {{#ROWS}}; LOAD CSV FROM b INTO a://b",
            "the template section `ROWS` is never closed",
        ),
        (
            "LOAD CSV FROM a INTO a://b {{^ROWS}}; LOAD CSV FROM b INTO a://b",
            "the template section `ROWS` is never closed",
        ),
        ("LOAD CSV FROM a {{^ROWS}}INTO a://b", "the template section `ROWS` is never closed"),
        (
            "LOAD CSV FROM a INTO a://b BEFORE LOAD DO $$ select '{{1}' $$",
            "this template tag is never closed",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(error(text).message(), message, "{text}");
    }
}

/// Neither values nor passwords appear, wherever the error is.
#[test]
fn nothing_secret_is_shown() {
    let cases = [
        "LOAD CSV FROM a INTO {{PGDATABASE}} oops",
        "LOAD CSV FROM a INTO {{SECRET}}",
        "LOAD CSV FROM a INTO '{{SECRET}}'",
        "LOAD {{SECRET}}",
        "LOAD CSV FROM a INTO a://b WITH {{SECRET}}",
        "LOAD CSV FROM a INTO a://b WITH batch rows = {{SECRET}}",
        "LOAD CSV FROM a INTO a://b WITH fields terminated by '{{SECRET}}'",
        "LOAD CSV FROM a INTO a://b WITH null if 'x{{BROKEN}}'",
        "LOAD CSV FROM a INTO a://b SET {{SECRET}} to 'x', {{SECRET}} to",
        "LOAD CSV FROM a ({{SECRET}} {{SECRET}}) INTO a://b",
        "LOAD CSV FROM a://{{SECRET}} INTO a://b",
        "LOAD CSV FROM a INTO postgresql://u:hidden@h/d oops",
        "LOAD CSV FROM a INTO postgresql://u:hidden@h/d; oops",
        "LOAD CSV FROM a INTO postgresql://u:hid:/den@@hidden@h/d WITH nonsense",
        "LOAD CSV FROM a INTO postgresql://u:x hidden@h/d",
        "LOAD CSV FROM a INTO 'postgresql://u:hidden@h/d",
        "LOAD CSV FROM a INTO 'postgresql://u:hidden@h/d' oops",
        "LOAD CSV FROM a INTO postgresql:///d?user=u&password=hidden oops",
        "LOAD CSV FROM a postgresql://u:hidden@h/d",
        "LOAD CSV FROM postgresql://u:hidden@h/d INTO a://b",
        "postgresql://u:hidden@h/d",
        "LOAD CSV FROM a INTO a://b WITH postgresql://u:hidden@h/d",
        "LOAD CSV FROM a INTO a://b BEFORE LOAD EXECUTE postgresql://u:hidden@h/d",
        "LOAD CSV FROM a INTO a://{{SECRET}}:hidden@h/d oops",
        "LOAD CSV FROM a INTO {{PGDATABASE}}/hidden? /* hidden",
    ];
    for text in cases {
        let shown = error(text).to_string();
        let allowed = text.contains("/hidden?");
        assert!(allowed || !shown.contains("hidden"), "{shown}");
    }
}
