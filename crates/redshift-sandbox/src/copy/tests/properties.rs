//! What holds for all files.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// All of a file through the engine without S3, in windows of `window` more bytes each time.
fn taken(case: &Case, options: &str, file: &[u8], window: usize) -> (String, Vec<LoadError>) {
    let tokens = tokens(&format!("COPY t FROM 's3://b/k' CSV IGNOREALLERRORS {options}"));
    let options = statement::Statement::parse(&tokens).unwrap().options;
    let columns: Vec<usize> = (0..case.table.columns.len()).collect();
    let shape = Shape::new(&case.table, &columns, &options, case.settings.quoted_sentinel_is_null);
    let mut intake = Intake::new(shape, &options, case.settings.physical_lines, Default::default());
    intake.begin_file("s3://b/k".to_owned());
    let (mut from, mut to) = (0, 0);
    while to < file.len() {
        to = (to + window).min(file.len());
        from += intake.take(&file[from..to], to == file.len()).unwrap();
    }
    assert_eq!(from, file.len(), "all bytes are taken");
    (String::from_utf8(intake.rows).unwrap(), intake.errors)
}

fn csv_field(field: &Option<String>) -> String {
    field.as_ref().map_or("~null~".to_owned(), |text| format!("\"{}\"", text.replace('"', "\"\"")))
}

fn copy_field(field: &Option<String>) -> String {
    let Some(text) = field else { return "\\N".to_owned() };
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

proptest! {
    #[test]
    fn what_the_recommended_writer_writes_is_loaded_as_it_was(
        rows in vec(vec(proptest::option::of("[a\",\n\r\t\\\\N é𝄞~]{0,5}"), 3), 1..6),
        window in 1..20_usize,
        quoted_is_null in any::<bool>(),
        physical_lines in any::<bool>(),
    ) {
        let mut case = Case::new(&[ColumnType::Varchar(99); 3]);
        case.settings.quoted_sentinel_is_null = quoted_is_null;
        case.settings.physical_lines = physical_lines;
        let text = |field: fn(&Option<String>) -> String, between: &str| -> String {
            rows.iter().map(|row| row.iter().map(field).collect::<Vec<_>>().join(between) + "\n").collect()
        };
        let (loaded, errors) = taken(&case, "NULL AS '~null~'", text(csv_field, ",").as_bytes(), window);
        prop_assert_eq!(errors, []);
        prop_assert_eq!(loaded, text(copy_field, "\t"));
    }

    #[test]
    fn any_bytes_become_whole_rows_or_errors(
        file in vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), b'0'..=b'9', any::<u8>()], 1..200),
        window in 1..50_usize,
    ) {
        let case = Case::new(&[ColumnType::Varchar(5), ColumnType::Decimal { precision: 3, scale: 1 }]);
        let (rows, errors) = taken(&case, "ROUNDEC TRUNCATECOLUMNS", &file, window);
        prop_assert!(rows.is_empty() || rows.ends_with('\n'));
        prop_assert!(rows.lines().all(|row| row.split('\t').count() == 2), "{rows:?}");
        prop_assert!(errors.iter().all(|error| (1201..=1224).contains(&error.err_code) && error.line_number > 0));
    }

    #[test]
    fn no_value_makes_a_converter_panic(value in vec(any::<u8>(), 1..40), ascii in "[-+0-9.eE:/ TZ\\\\u\"{}\\[\\]]{1,30}") {
        use ColumnType::*;
        let types = [
            Int2, Int4, Int8, Decimal { precision: 38, scale: 37 }, Float4, Float8, Bool, Char(3), Varchar(3), Date,
            Time, TimeTz, Timestamp, TimestampTz, Super, Varbyte(3),
        ];
        let options = "DATEFORMAT 'auto' TIMEFORMAT 'auto' ROUNDEC TRUNCATECOLUMNS";
        let ascii = format!("\"{}\"\n", ascii.replace('"', "\"\""));
        for ty in types {
            taken(&Case::new(&[ty]), options, &value, 100);
            taken(&Case::new(&[ty]), options, ascii.as_bytes(), 100);
        }
    }
}
