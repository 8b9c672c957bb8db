//! From the fields of a source's row to the columns of a target: dates in a format of their own, constants,
//! expressions.
//!
//! Where each column is a plain field there is no projection, and the encoder picks the fields itself.

use std::sync::Arc;

use crate::catalog::ColumnType;
use crate::expression::Expression;
use crate::row::{Row, Span};
use crate::transform::{DateFormat, IsNull};

/// The widest row that is made, in bytes.
const WIDEST_ROW: usize = 1 << 30;
/// A buffer that has grown beyond this is given back after a row.
const KEPT: usize = 1 << 20;

/// What goes into each column. A projected row has one field for each, in order.
#[derive(Debug, Clone)]
pub struct Projection {
    columns: Vec<ProjectedColumn>,
    formats: Vec<Option<FieldFormat>>,
    /// Fields with a format are read before expressions see them.
    dates_first: bool,
}

/// One column.
#[derive(Debug, Clone)]
pub struct ProjectedColumn {
    /// Its name, for messages.
    pub name: String,
    /// Its type: of a date read by a format only that part is kept which it takes.
    pub ty: ColumnType,
    /// What goes into it.
    pub value: ColumnValue,
}

/// What goes into a column.
#[derive(Debug, Clone)]
pub enum ColumnValue {
    /// A field of the row, from 0.
    Field(usize),
    /// The same for each row; `None` is NULL.
    Constant(Option<String>),
    /// What an expression makes of the row.
    Expression(Expression),
}

/// How the dates of one field are written.
#[derive(Debug, Clone)]
pub struct FieldFormat {
    /// The field's name, for messages.
    pub name: String,
    /// Its format.
    pub format: DateFormat,
}

impl Projection {
    /// What goes into `columns`, where `formats` has an entry for each field, or fewer. `None` where that is plain
    /// fields only.
    pub fn new(columns: Vec<ProjectedColumn>, formats: Vec<Option<FieldFormat>>) -> Option<Projection> {
        let has_format = |field: usize| formats.get(field).is_some_and(Option::is_some);
        let is_plain = |column: &ProjectedColumn| match column.value {
            ColumnValue::Field(field) => !has_format(field),
            _ => false,
        };
        if columns.iter().all(is_plain) {
            return None;
        }
        let is_expression = |column: &ProjectedColumn| matches!(column.value, ColumnValue::Expression(_));
        let dates_first = columns.iter().any(is_expression) && formats.iter().any(Option::is_some);
        Some(Projection { columns, formats, dates_first })
    }

    /// How the dates of a field, from 0, are written, where that is said.
    pub fn format(&self, field: usize) -> Option<&DateFormat> {
        self.formats.get(field)?.as_ref().map(|known| &known.format)
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[ProjectedColumn] {
        &self.columns
    }
}

/// Projects row after row. Allocates nothing a row for fields, constants, dates and transforms.
#[derive(Debug)]
pub struct Projector {
    projection: Arc<Projection>,
    dated: Buffer,
    projected: Buffer,
}

impl Projector {
    /// A projector of its own buffers.
    pub fn new(projection: Arc<Projection>) -> Projector {
        Projector { projection, dated: Buffer::default(), projected: Buffer::default() }
    }

    /// The row that the target gets.
    ///
    /// # Errors
    /// A column has no value, for this reason: the row is to be rejected.
    pub fn project(&mut self, row: &Row<'_>) -> Result<Row<'_>, String> {
        let Projector { projection, dated, projected } = self;
        let row = match projection.dates_first {
            true => date_fields(projection, row, dated)?,
            false => *row,
        };
        projected.clear();
        for column in &projection.columns {
            column
                .write(projection, &row, projected)
                .map_err(|why| format!("column {}: {why}", column.name))?;
            projected.end_field(&column.name)?;
        }
        Ok(projected.row())
    }
}

/// The row with the dates of its fields as PostgreSQL reads them.
fn date_fields<'b>(projection: &Projection, row: &Row<'_>, dated: &'b mut Buffer) -> Result<Row<'b>, String> {
    dated.clear();
    for field in 0..row.len() {
        let format = projection.formats.get(field).and_then(Option::as_ref);
        dated.is_null = match (row.field(field), format) {
            (None, _) => IsNull::Yes,
            (Some(value), None) => dated.put(value),
            (Some(value), Some(FieldFormat { name, format })) => {
                format.apply(value, &mut dated.bytes).map_err(|why| format!("field {name}: {why}"))?
            }
        };
        dated.end_field("")?;
    }
    Ok(dated.row())
}

impl ProjectedColumn {
    fn write(&self, projection: &Projection, row: &Row<'_>, out: &mut Buffer) -> Result<(), String> {
        out.is_null = match &self.value {
            ColumnValue::Field(field) => match (row.field(*field), projection.formats.get(*field)) {
                (None, _) => IsNull::Yes,
                (Some(value), Some(Some(format))) => self.date(value, &format.format, projection, out)?,
                (Some(value), _) => out.put(value),
            },
            ColumnValue::Constant(None) => IsNull::Yes,
            ColumnValue::Constant(Some(text)) => out.put(text.as_bytes()),
            ColumnValue::Expression(expression) => expression.evaluate(row, &mut out.bytes)?,
        };
        Ok(())
    }

    /// Of a date with a time of day, dates and times keep their part: it is what the server would keep, in the form
    /// that it prints.
    fn date(
        &self,
        value: &[u8],
        format: &DateFormat,
        projection: &Projection,
        out: &mut Buffer,
    ) -> Result<IsNull, &'static str> {
        const DATE: usize = "YYYY-MM-DD".len();
        let start = out.bytes.len();
        let is_null = match projection.dates_first {
            true => out.put(value),
            false => format.apply(value, &mut out.bytes)?,
        };
        let has_both = out.bytes.get(start + DATE) == Some(&b' ');
        match self.ty {
            ColumnType::Date if has_both => out.bytes.truncate(start + DATE),
            ColumnType::Time if has_both => drop(out.bytes.drain(start..start + DATE + 1)),
            _ => {}
        }
        Ok(is_null)
    }
}

/// A row being made.
#[derive(Debug)]
struct Buffer {
    bytes: Vec<u8>,
    spans: Vec<Span>,
    /// Where the field being made begins.
    start: usize,
    /// Whether it is NULL.
    is_null: IsNull,
}

impl Default for Buffer {
    fn default() -> Buffer {
        Buffer { bytes: Vec::new(), spans: Vec::new(), start: 0, is_null: IsNull::Yes }
    }
}

impl Buffer {
    fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
        self.spans.clear();
        self.start = 0;
    }

    fn put(&mut self, value: &[u8]) -> IsNull {
        self.bytes.extend_from_slice(value);
        IsNull::No
    }

    /// Ends the field made of what was put since the one before; `column` is for messages.
    fn end_field(&mut self, column: &str) -> Result<(), String> {
        let end = self.bytes.len();
        if end > WIDEST_ROW {
            return Err(format!("column {column}: the row becomes wider than 1 GB"));
        }
        self.spans.push(match self.is_null {
            IsNull::Yes => Span::NULL,
            IsNull::No => Span::new(self.start, end),
        });
        self.start = end;
        Ok(())
    }

    fn row(&self) -> Row<'_> {
        Row::new(&self.bytes, &self.spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{Library, Scope, read};

    fn column(ty: ColumnType, value: ColumnValue) -> ProjectedColumn {
        ProjectedColumn { name: "c".into(), ty, value }
    }

    fn expression(text: &str, fields: &[&str]) -> ColumnValue {
        let fields: Vec<String> = fields.iter().map(|&field| field.to_owned()).collect();
        let form = read(text, &Library::default()).unwrap().0;
        ColumnValue::Expression(form.compile(&Scope { fields: &fields }).unwrap())
    }

    fn format(pattern: &str) -> Option<FieldFormat> {
        Some(FieldFormat { name: "f".into(), format: DateFormat::parse(pattern).unwrap() })
    }

    fn projected(projection: &Projection, fields: &[&str]) -> Result<Vec<Option<String>>, String> {
        let (mut bytes, mut spans) = (Vec::new(), Vec::new());
        for field in fields {
            let start = bytes.len();
            bytes.extend_from_slice(field.as_bytes());
            spans.push(Span::new(start, bytes.len()));
        }
        let mut projector = Projector::new(Arc::new(projection.clone()));
        let row = projector.project(&Row::new(&bytes, &spans))?;
        let text = |field: usize| row.field(field).map(|value| String::from_utf8(value.to_vec()).unwrap());
        Ok((0..row.len()).map(text).collect())
    }

    fn some(texts: &[&str]) -> Vec<Option<String>> {
        texts.iter().map(|&text| Some(text.to_owned())).collect()
    }

    #[test]
    fn plain_fields_need_no_projection() {
        let columns = || vec![column(ColumnType::Date, ColumnValue::Field(1))];
        assert!(Projection::new(columns(), Vec::new()).is_none());
        assert!(Projection::new(columns(), vec![format("YYYY"), None]).is_none());
        assert!(Projection::new(columns(), vec![None, format("YYYY")]).is_some());
    }

    #[test]
    fn columns_get_fields_constants_and_values_of_expressions() {
        let columns = vec![
            column(ColumnType::Unchecked, ColumnValue::Field(1)),
            column(ColumnType::Unchecked, ColumnValue::Constant(None)),
            column(ColumnType::Unchecked, ColumnValue::Constant(Some(String::new()))),
            column(ColumnType::Unchecked, expression("(empty-string-to-null a)", &["a", "b"])),
            column(ColumnType::Unchecked, expression("(concatenate 'string b a b)", &["a", "b"])),
            column(ColumnType::Unchecked, ColumnValue::Field(9)),
        ];
        let projection = Projection::new(columns, Vec::new()).unwrap();
        let mut expected = some(&["y", "", "", "x", "yxy", ""]);
        (expected[1], expected[5]) = (None, None);
        assert_eq!(projected(&projection, &["x", "y"]), Ok(expected));
    }

    #[test]
    fn dates_keep_the_part_that_their_column_takes() {
        let field = |ty| column(ty, ColumnValue::Field(0));
        let columns = [ColumnType::Date, ColumnType::Time, ColumnType::Timestamp, ColumnType::Unchecked];
        let formats = vec![format("DD/MM/YYYY HH24:MI")];
        let mut columns: Vec<ProjectedColumn> = columns.into_iter().map(field).collect();
        let expected = ["2026-02-01", "03:04:00", "2026-02-01 03:04:00", "2026-02-01 03:04:00"];
        let projection = Projection::new(columns.clone(), formats.clone()).unwrap();
        assert_eq!(projected(&projection, &["01/02/2026 03:04"]), Ok(some(&expected)));
        // An expression sees the date as it was read.
        columns.push(column(ColumnType::Unchecked, expression("(subseq d 0 4)", &["d"])));
        let projection = Projection::new(columns, formats).unwrap();
        let expected = some(&[&expected[..], &["2026"]].concat());
        assert_eq!(projected(&projection, &["01/02/2026 03:04"]), Ok(expected));
        assert_eq!(projected(&projection, &[""]).unwrap()[..4], [None, None, None, None]);
    }

    #[test]
    fn what_has_no_value_names_its_column_or_field() {
        let field = column(ColumnType::Unchecked, ColumnValue::Field(0));
        let divided = column(ColumnType::Unchecked, expression("(/ 1 a)", &["a"]));
        let dated = Projection::new(vec![field.clone()], vec![format("YYYY-MM-DD")]).unwrap();
        assert_eq!(
            projected(&dated, &["2026"]),
            Err("column c: the text is shorter than its date format".into())
        );
        let both = Projection::new(vec![field, divided.clone()], vec![format("YYYY-MM-DD")]).unwrap();
        assert_eq!(
            projected(&both, &["2026"]),
            Err("field f: the text is shorter than its date format".into())
        );
        let divided = Projection::new(vec![divided], Vec::new()).unwrap();
        assert_eq!(projected(&divided, &["0"]), Err("column c: division by zero in (/ 1 a)".into()));
    }
}
