//! How many rows a second a projection makes of one column: `cargo run --release -p pgloader-core --example
//! expressions`.
#![expect(clippy::unwrap_used, reason = "a measurement stops where it cannot go on")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use pgloader_core::catalog::ColumnType;
use pgloader_core::expression::{Library, Scope, read};
use pgloader_core::projection::{ColumnValue, FieldFormat, ProjectedColumn, Projection, Projector};
use pgloader_core::transform::DateFormat;
use pgloader_core::{Row, Span};

const ROWS: u32 = 2_000_000;

fn main() {
    let forms = [
        "(empty-string-to-null x)",
        "(empty-string-to-null (right-trim x))",
        "(format nil \"(~a,~a)\" lon lat)",
        "(or x \"none\")",
        "(+ n 28800)",
        "(concatenate 'string x \"-\" n)",
        "(regex-replace-all \"[0-9]+\" x \"#\")",
    ];
    for form in forms {
        let fields = ["x", "lon", "lat", "n", "day"].map(str::to_owned);
        let form = read(form, &Library::default()).unwrap().0;
        let expression = form.compile(&Scope { fields: &fields }).unwrap();
        measure(form.text(), ColumnValue::Expression(expression), None);
    }
    let format = FieldFormat { name: "day".into(), format: DateFormat::parse("DD/MM/YYYY HH:MI").unwrap() };
    measure("date format 'DD/MM/YYYY HH:MI'", ColumnValue::Field(4), Some(format));
    measure("\"constant\"", ColumnValue::Constant(Some("constant".into())), None);
}

fn measure(name: &str, value: ColumnValue, format: Option<FieldFormat>) {
    let bytes = b"order 1234548.8566141-2.3522219170001/02/2026 03:04";
    let ends = [0, 10, 20, 30, 35, 51];
    let spans: Vec<Span> = ends.windows(2).map(|pair| Span::new(pair[0], pair[1])).collect();
    let column = ProjectedColumn { name: "c".into(), ty: ColumnType::Unchecked, value };
    let projection = Projection::new(vec![column], vec![None, None, None, None, format]).unwrap();
    let mut projector = Projector::new(Arc::new(projection));
    let start = Instant::now();
    for _ in 0..ROWS {
        let row = Row::new(black_box(bytes), black_box(&spans));
        black_box(projector.project(&row).unwrap());
    }
    let taken = start.elapsed();
    let rows = f64::from(ROWS) / taken.as_secs_f64() / 1e6;
    println!("{rows:6.1} million rows a second, {:4} ns a row: {name}", taken.as_nanos() / u128::from(ROWS));
}
