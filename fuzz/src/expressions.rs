//! `USING` expressions, and files of functions.

use pgloader_core::expression::{Expression, Form, Library, Scope, read};
use pgloader_core::{Row, Span};

/// What stands between a file of functions and the expression that may call them.
const END_OF_LIBRARY: &str = "\n===\n";

/// The fields of the rows.
const FIELDS: [&str; 4] = ["a", "b", "n", "Lon"];
const ROWS: [[Option<&str>; 4]; 3] = [
    [Some("alpha"), None, Some("12"), Some("-1.5")],
    [Some(""), Some("  two é words "), Some("0"), Some("1e400")],
    [Some("20041002152952"), Some("\\N,\"x"), Some("170141183460469231731687303715884105727"), None],
];

/// Any text is an expression or a fault within it; any expression has, for any row, text or a reason why it has none,
/// and has it soon: whoever calls limits the time.
///
/// # Panics
///
/// One of that is not so.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (library, text) = match text.split_once(END_OF_LIBRARY) {
        Some((file, text)) => match Library::default().with_file("f.lisp", file) {
            Ok(library) => (library, text),
            Err(error) => return assert!(error.context.is_some_and(|place| place.starts_with("f.lisp:"))),
        },
        None => (Library::default(), &*text),
    };
    match read(text, &library) {
        Ok((form, length)) => {
            let again = read(&text[..length], &library).map(|(form, _)| form);
            assert_eq!(again.as_ref(), Ok(&form), "read again");
            compile(&form);
        }
        Err(fault) => assert!(text.get(fault.range.clone()).is_some(), "{fault:?}"),
    }
}

fn compile(form: &Form) {
    let fields = FIELDS.map(str::to_owned);
    let scope = Scope { fields: &fields };
    for compiled in [form.compile(&scope), form.compile_function(&scope, 0)] {
        match compiled {
            Ok(expression) => ROWS.iter().for_each(|row| evaluate(&expression, row)),
            Err(fault) => assert!(form.text().get(fault.range.clone()).is_some(), "{fault:?}"),
        }
    }
}

fn evaluate(expression: &Expression, fields: &[Option<&str>]) {
    let (mut bytes, mut spans) = (Vec::new(), Vec::new());
    for field in fields {
        let start = bytes.len();
        bytes.extend_from_slice(field.unwrap_or_default().as_bytes());
        spans.push(field.map_or(Span::NULL, |_| Span::new(start, bytes.len())));
    }
    let mut out = b"before".to_vec();
    let outcome = expression.evaluate(&Row::new(&bytes, &spans), &mut out);
    let made = out.strip_prefix(b"before").expect("what was there is left");
    assert!(std::str::from_utf8(made).is_ok(), "{made:?}");
    assert!(made.is_empty() || outcome == Ok(pgloader_core::transform::IsNull::No), "{made:?} {outcome:?}");
}
