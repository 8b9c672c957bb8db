//! Which field of a file goes to which column of the table.

use std::sync::Arc;

use pgloader_core::catalog::{Column, ColumnType, Table};
use pgloader_core::expression::{Fault, Form, Scope, Shape};
use pgloader_core::projection::{ColumnValue, FieldFormat, ProjectedColumn, Projection};
use pgloader_core::transform::DateFormat;
use pgloader_core::{Error, Result};

/// A column of the command's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedColumn {
    /// Its name.
    pub name: String,
    /// What stands behind `using`; without it the column gets the field of its name.
    pub using: Option<Form>,
}

/// How dates of the file are written.
#[derive(Debug, Clone, Copy, Default)]
pub struct DateFormats<'a> {
    /// By field, as the field list has them; possibly fewer than fields.
    pub fields: &'a [Option<DateFormat>],
    /// Of other fields, where the target's column is a date or a time.
    pub others: Option<&'a DateFormat>,
}

/// The columns that get a value, and which.
#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) columns: Vec<Column>,
    pub(crate) values: Vec<ColumnValue>,
    pub(crate) warning: Option<String>,
    /// The names of the fields, where they have any.
    field_names: Vec<String>,
}

impl Mapping {
    fn new(field_names: Vec<String>) -> Mapping {
        Mapping { columns: Vec::new(), values: Vec::new(), warning: None, field_names }
    }

    fn add(&mut self, column: &Column, value: ColumnValue) {
        self.columns.push(column.clone());
        self.values.push(value);
    }

    /// The fields that columns get as they are.
    fn plain_fields(&self) -> Vec<usize> {
        let plain = |value: &ColumnValue| match value {
            ColumnValue::Field(field) => Some(*field),
            _ => None,
        };
        self.values.iter().filter_map(plain).collect()
    }

    /// The field of each column: of the source's rows, or of the projected ones where there is a projection.
    pub(crate) fn project(&self, dates: &DateFormats<'_>) -> (Vec<usize>, Option<Arc<Projection>>) {
        let projected = |(column, value): (&Column, &ColumnValue)| ProjectedColumn {
            name: column.name.clone(),
            ty: column.ty,
            value: value.clone(),
        };
        let columns = self.columns.iter().zip(&self.values).map(projected).collect();
        match Projection::new(columns, self.field_formats(dates)) {
            Some(projection) => ((0..self.columns.len()).collect(), Some(Arc::new(projection))),
            None => (self.plain_fields(), None),
        }
    }

    fn field_formats(&self, dates: &DateFormats<'_>) -> Vec<Option<FieldFormat>> {
        let mut formats: Vec<Option<DateFormat>> = dates.fields.to_vec();
        for (column, value) in self.columns.iter().zip(&self.values) {
            let is_temporal =
                matches!(column.ty, ColumnType::Date | ColumnType::Time | ColumnType::Timestamp);
            if let (ColumnValue::Field(field), true) = (value, is_temporal) {
                if formats.len() <= *field {
                    formats.resize(field + 1, None);
                }
                formats[*field] = formats[*field].take().or(dates.others.cloned());
            }
        }
        let name = |field: usize| match self.field_names.get(field) {
            Some(name) => name.clone(),
            None => (field + 1).to_string(),
        };
        let named = |(field, format): (usize, Option<DateFormat>)| {
            format.map(|format| FieldFormat { name: name(field), format })
        };
        formats.into_iter().enumerate().map(named).collect()
    }
}

/// Columns of `table` that `mapping` leaves out although NULL is refused and nothing else would be put there.
pub(crate) fn left_without_value(mapping: &Mapping, table: &Table) -> Result<()> {
    let is_mapped = |column: &Column| mapping.columns.iter().any(|mapped| mapped.name == column.name);
    let needs_value = |column: &&Column| column.not_null && !column.has_default && !column.generated;
    let missing: Vec<Column> =
        table.columns.iter().filter(needs_value).filter(|column| !is_mapped(column)).cloned().collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(Error::new(format!(
            "no field for {} of {}, which is NOT NULL and has no default",
            names(&missing),
            table.name
        ))
        .hint("list the column with a field of its own, or give it a default")),
    }
}

/// Maps the named `fields` (none where the file's fields have no names) to `listed` columns of `table`, or to all
/// of them. With field names, fields are found by name; without, by position, and called as the listed columns.
pub(crate) fn map(fields: &[Column], listed: Option<&[ListedColumn]>, table: &Table) -> Result<Mapping> {
    match listed {
        Some(listed) if fields.is_empty() => {
            let name = |column: &ListedColumn| Column { name: column.name.clone(), ..Column::default() };
            map_listed(&listed.iter().map(name).collect::<Vec<_>>(), listed, table)
        }
        Some(listed) => map_listed(fields, listed, table),
        None => map_all(fields, table),
    }
}

fn map_listed(fields: &[Column], listed: &[ListedColumn], table: &Table) -> Result<Mapping> {
    let field_names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let mut mapping = Mapping::new(field_names);
    let columns = columns_called(listed, table)?;
    for (column, ListedColumn { name, using }) in columns.into_iter().zip(listed) {
        let value = match using {
            None => ColumnValue::Field(field_called(fields, name)?),
            Some(form) => value_of(form, name, fields, &mapping.field_names)?,
        };
        mapping.add(column, value);
    }
    Ok(mapping)
}

/// The columns of these names, each once, none of which the server computes.
fn columns_called<'t>(listed: &[ListedColumn], table: &'t Table) -> Result<Vec<&'t Column>> {
    let mut columns: Vec<&Column> = Vec::new();
    for ListedColumn { name, .. } in listed {
        let column = find(&table.columns, name).ok_or_else(|| no_column(name, table))?;
        let column = &table.columns[column];
        if column.generated {
            return Err(Error::new(format!("column {name} of {} is generated by the server", table.name))
                .hint("leave it out of the column list"));
        }
        if columns.iter().any(|known| known.name == column.name) {
            return Err(Error::new(format!("column {name} is listed twice")));
        }
        columns.push(column);
    }
    Ok(columns)
}

/// What `using` gives the column `name`.
fn value_of(form: &Form, name: &str, fields: &[Column], names: &[String]) -> Result<ColumnValue> {
    let wrong = |fault: Fault| in_expression(fault, form, name);
    let scope = Scope { fields: names };
    Ok(match form.shape() {
        Shape::Nil => ColumnValue::Constant(None),
        Shape::Text(text) => match names.iter().position(|field| field == text) {
            Some(field) => ColumnValue::Field(field),
            None => ColumnValue::Constant(Some(text.to_owned())),
        },
        Shape::Symbol(symbol) => match find_field(fields, symbol)? {
            Some(field) => ColumnValue::Field(field),
            None => ColumnValue::Expression(form.compile(&scope).map_err(wrong)?),
        },
        Shape::Other if form.is_function() => {
            let field = field_called(fields, name)?;
            ColumnValue::Expression(form.compile_function(&scope, field).map_err(wrong)?)
        }
        Shape::Other => ColumnValue::Expression(form.compile(&scope).map_err(wrong)?),
    })
}

fn in_expression(fault: Fault, form: &Form, column: &str) -> Error {
    let error = Error::new(format!("column {column}: {}", fault.message));
    let error = error.context(format!("using {}", form.text()));
    match fault.hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

fn map_all(fields: &[Column], table: &Table) -> Result<Mapping> {
    let columns = table.columns.iter().filter(|column| !column.generated);
    let mut mapping = Mapping::new(fields.iter().map(|field| field.name.clone()).collect());
    if fields.is_empty() {
        columns.enumerate().for_each(|(field, column)| mapping.add(column, ColumnValue::Field(field)));
        return Ok(mapping);
    }
    let mut missing = Vec::new();
    for column in columns {
        match find_field(fields, &column.name)? {
            Some(field) => mapping.add(column, ColumnValue::Field(field)),
            None => missing.push(column.name.as_str()),
        }
    }
    if mapping.columns.is_empty() {
        return Err(Error::new(format!("no column of {} has the name of a field", table.name))
            .hint(format!("the fields are {}; the columns are {}", names(fields), names(&table.columns))));
    }
    if !missing.is_empty() {
        mapping.warning = Some(without_field(&missing, fields, &mapping.plain_fields()));
    }
    Ok(mapping)
}

/// Tells of fields that nobody uses too: one of them may be a column's, misspelt.
fn without_field(missing: &[&str], fields: &[Column], used: &[usize]) -> String {
    let unused = fields.iter().enumerate().filter(|(index, _)| !used.contains(index));
    let unused: Vec<&str> = unused.map(|(_, field)| field.name.as_str()).collect();
    let columns = if missing.len() == 1 { "column" } else { "columns" };
    let text = format!("no field for {columns} {}: the default applies", missing.join(", "));
    match unused.is_empty() {
        true => text,
        false => format!("{text}; no column for {}", unused.join(", ")),
    }
}

/// The column of exactly this name, else one that differs only in case.
fn find(columns: &[Column], name: &str) -> Option<usize> {
    let exact = columns.iter().position(|column| column.name == name);
    exact.or_else(|| columns.iter().position(|column| column.name.to_lowercase() == name.to_lowercase()))
}

/// The field for a column; one whose name stands twice cannot be told from the other.
fn find_field(fields: &[Column], name: &str) -> Result<Option<usize>> {
    let Some(field) = find(fields, name) else { return Ok(None) };
    let name = fields[field].name.to_lowercase();
    match fields.iter().filter(|other| other.name.to_lowercase() == name).count() {
        1 => Ok(Some(field)),
        _ => Err(Error::new(format!("two fields are called {name}, the name of a column")).hint(
            "correct the header, or pass over it with `skip header = 1` and list the fields in the command",
        )),
    }
}

fn field_called(fields: &[Column], name: &str) -> Result<usize> {
    find_field(fields, name)?.ok_or_else(|| no_field(name, fields))
}

fn no_column(name: &str, table: &Table) -> Error {
    Error::new(format!("table {} has no column {name}", table.name))
        .hint(format!("its columns are {}", names(&table.columns)))
}

fn no_field(name: &str, fields: &[Column]) -> Error {
    Error::new(format!("no field is called {name}, the name of a listed column"))
        .hint(format!("the fields are {}", names(fields)))
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgloader_core::catalog::TableName;
    use pgloader_core::expression::{Library, read};

    fn columns(names: &[&str]) -> Vec<Column> {
        let column = |name: &&str| Column {
            name: name.trim_start_matches('*').to_owned(),
            generated: name.starts_with('*'),
            ..Column::default()
        };
        names.iter().map(column).collect()
    }

    fn table() -> Table {
        Table {
            name: TableName { schema: Some("s".into()), name: "t".into() },
            columns: columns(&["id", "Name", "*total", "note"]),
            indexes: Vec::new(),
            referencing_keys: Vec::new(),
            trigger_states: Vec::new(),
            index_count: 0,
            row_triggers: false,
        }
    }

    fn sent(mapping: &Mapping) -> Vec<&str> {
        mapping.columns.iter().map(|column| column.name.as_str()).collect()
    }

    /// `name`, or `name using form`.
    fn listed_column(text: &&str) -> ListedColumn {
        let (name, form) = text.split_once(" using ").unwrap_or((text, ""));
        let using = (!form.is_empty()).then(|| read(form, &Library::default()).unwrap().0);
        ListedColumn { name: name.to_owned(), using }
    }

    fn mapped(fields: &[&str], listed: Option<&[&str]>) -> Result<Mapping> {
        let listed: Option<Vec<ListedColumn>> =
            listed.map(|columns| columns.iter().map(listed_column).collect());
        map(&columns(fields), listed.as_deref(), &table())
    }

    #[test]
    fn the_four_cases_of_field_and_column_lists() {
        // Fields, columns listed, columns sent, fields sent.
        type Case<'a> = (&'a [&'a str], Option<&'a [&'a str]>, &'a [&'a str], &'a [usize]);
        let cases: [Case<'_>; 5] = [
            (&[], None, &["id", "Name", "note"], &[0, 1, 2]),
            (&[], Some(&["note", "id"]), &["note", "id"], &[0, 1]),
            (&["NOTE", "id", "name"], None, &["id", "Name", "note"], &[1, 2, 0]),
            (&["x", "note", "id"], Some(&["id", "note"]), &["id", "note"], &[2, 1]),
            (&["x", "id", "x"], Some(&["id"]), &["id"], &[1]),
        ];
        for (fields, listed, sent_columns, sent_fields) in cases {
            let mapping = mapped(fields, listed).unwrap();
            assert_eq!(sent(&mapping), sent_columns);
            assert_eq!(mapping.project(&DateFormats::default()).0, sent_fields);
            assert_eq!(mapping.plain_fields(), sent_fields);
            assert_eq!(mapping.warning, None);
        }
    }

    fn described(value: &ColumnValue) -> String {
        match value {
            ColumnValue::Field(field) => format!("field {field}"),
            ColumnValue::Constant(None) => "NULL".to_owned(),
            ColumnValue::Constant(Some(text)) => format!("constant {text}"),
            ColumnValue::Expression(expression) => format!("expression {}", expression.text()),
        }
    }

    #[test]
    fn column_definitions_say_what_a_column_gets() {
        let fields = ["x", "note", "id", "Odd Name"];
        for (definition, expected) in [
            ("note", "field 1"),
            ("note using \"note\"", "field 1"),
            ("note using \"Odd Name\"", "field 3"),
            ("note using \"NOTE\"", "constant NOTE"),
            ("note using \"\"", "constant "),
            ("note using x", "field 0"),
            ("note using X", "field 0"),
            ("note using nil", "NULL"),
            ("note using 12", "expression 12"),
            ("note using (or x id)", "expression (or x id)"),
            ("note using (fn [v] (right-trim v))", "expression (fn [v] (right-trim v))"),
            ("note using t", "expression t"),
        ] {
            let mapping = mapped(&fields, Some(&[definition])).unwrap();
            assert_eq!(described(&mapping.values[0]), expected, "{definition}");
        }
        // Without a field list the fields are called as the columns.
        let mapping = mapped(&[], Some(&["id", "note using id", "Name using (or name id)"])).unwrap();
        let values: Vec<String> = mapping.values.iter().map(described).collect();
        assert_eq!(values, ["field 0", "field 0", "expression (or name id)"]);
        assert_eq!(mapping.project(&DateFormats::default()).0, [0, 1, 2]);
    }

    #[test]
    fn an_expression_of_unknown_names_is_an_error_with_what_was_written() {
        let error = mapped(&["a"], Some(&["note using (or b a)"])).unwrap_err();
        assert_eq!(error.message, "column note: there is no field or variable b");
        assert_eq!(error.context.as_deref(), Some("using (or b a)"));
        assert_eq!(error.hint.as_deref(), Some("the fields are a"));
        let error = mapped(&["a"], Some(&["note using (lambda (x) x)"])).unwrap_err();
        assert_eq!(error.message, "no field is called note, the name of a listed column");
    }

    #[test]
    fn date_formats_are_those_of_fields_and_of_columns_that_are_dates() {
        let mut table = table();
        table.columns[0].ty = ColumnType::Date;
        table.columns[3].ty = ColumnType::Timestamp;
        let [own, other] = ["DD", "YYYY"].map(|pattern| DateFormat::parse(pattern).unwrap());
        let mapping = map(&columns(&["id", "name", "note"]), None, &table).unwrap();
        let dates = DateFormats { fields: &[Some(own.clone())], others: Some(&other) };
        let formats: Vec<_> =
            mapping.field_formats(&dates).into_iter().map(|f| f.map(|f| f.format)).collect();
        assert_eq!(formats, [Some(own), None, Some(other)]);
        assert!(mapping.project(&DateFormats::default()).1.is_none());
    }

    #[test]
    fn a_column_without_a_field_is_left_to_its_default_with_a_warning() {
        let mapping = mapped(&["id", "noet"], None).unwrap();
        assert_eq!(sent(&mapping), ["id"]);
        assert_eq!(
            mapping.warning.unwrap(),
            "no field for columns Name, note: the default applies; no column for noet"
        );
    }

    #[test]
    fn a_column_that_needs_a_value_must_get_one() {
        let mut table = table();
        table.columns[3].not_null = true;
        let mapping = mapped(&["id"], None).unwrap();
        let error = left_without_value(&mapping, &table).unwrap_err();
        assert_eq!(error.message, "no field for note of s.t, which is NOT NULL and has no default");
        table.columns[3].has_default = true;
        assert!(left_without_value(&mapping, &table).is_ok());
    }

    #[test]
    fn what_does_not_fit_is_an_error_that_names_it() {
        let message = |fields: &[&str], listed| mapped(fields, listed).unwrap_err().message;
        assert_eq!(message(&[], Some(&["nope"])), "table s.t has no column nope");
        assert_eq!(message(&["a"], Some(&["id"])), "no field is called id, the name of a listed column");
        assert_eq!(message(&[], Some(&["total"])), "column total of s.t is generated by the server");
        assert_eq!(message(&[], Some(&["id", "ID"])), "column ID is listed twice");
        assert_eq!(message(&["ID", "id"], None), "two fields are called id, the name of a column");
        assert_eq!(message(&["a", "b"], None), "no column of s.t has the name of a field");
    }
}
