//! The lists of fields and columns.

use pgloader_core::transform::{NullIf, Trim};

use super::Grammar;
use super::clauses::Clauses;
use crate::command::{ColumnDefinition, FieldDefinition};
use crate::diagnostic::Diagnostic;
use crate::reader::Read;

impl Grammar<'_> {
    /// The list of fields; its clause begins at `start`.
    pub(super) fn field_clause(&mut self, start: usize, clauses: &mut Clauses) -> Read<()> {
        let mut fields = Vec::new();
        self.reader.expect_mark("(")?;
        loop {
            fields.push(self.field(&mut clauses.warnings)?);
            if self.list_ends()? {
                break;
            }
        }
        if clauses.fields.replace(fields).is_some() {
            return Err(self.reader.error(self.reader.since(start), "the fields are given twice"));
        }
        Ok(())
    }

    /// The list of columns; its clause begins at `start`.
    pub(super) fn column_clause(&mut self, start: usize, clauses: &mut Clauses) -> Read<()> {
        let mut columns = Vec::new();
        self.reader.expect_mark("(")?;
        loop {
            columns.push(self.column()?);
            if self.list_ends()? {
                break;
            }
        }
        if clauses.columns.replace(columns).is_some() {
            return Err(self.reader.error(self.reader.since(start), "the columns are given twice"));
        }
        Ok(())
    }

    /// Whether `)` stands here rather than `,`.
    fn list_ends(&mut self) -> Read<bool> {
        if self.reader.take_mark(",").is_some() {
            return Ok(false);
        }
        self.reader.expect_mark(")").map(|_| true)
    }

    /// The error that no name stands here.
    fn no_name(&self) -> Diagnostic {
        let error = self.reader.unexpected();
        match self.reader.rest().starts_with(')') {
            true => error.help("a list has at least one entry and no comma behind its last one"),
            false => error,
        }
    }

    /// A name and its options, in brackets or not.
    fn field(&mut self, warnings: &mut Vec<Diagnostic>) -> Read<FieldDefinition> {
        let name = self.reader.take_field_name("a field name")?.ok_or_else(|| self.no_name())?;
        let mut field = FieldDefinition { name, null_if: Vec::new(), trim: None };
        loop {
            if self.reader.take_mark("[").is_some() {
                self.bracketed_options(&mut field, warnings)?;
            } else if !self.field_option(&mut field, warnings)? {
                return Ok(field);
            }
        }
    }

    /// What follows `[`.
    fn bracketed_options(&mut self, field: &mut FieldDefinition, warnings: &mut Vec<Diagnostic>) -> Read<()> {
        loop {
            if !self.field_option(field, warnings)? {
                return Err(self.reader.unexpected());
            }
            if self.reader.take_mark(",").is_none() {
                return self.reader.expect_mark("]").map(|_| ());
            }
        }
    }

    /// One option of a field; `false` where none stands here.
    fn field_option(&mut self, field: &mut FieldDefinition, warnings: &mut Vec<Diagnostic>) -> Read<bool> {
        let start = self.reader.at();
        if self.reader.take("NULL IF").is_some() {
            field.null_if.push(self.null_if()?);
        } else if let Some(trim) = self.trim()? {
            if field.trim.is_some() {
                let message = "a field is trimmed once; the first `trim` holds";
                warnings.push(self.reader.warning(self.reader.since(start), message));
            }
            field.trim.get_or_insert(trim);
        } else if let Some(length) = self.reader.length_of("TERMINATED BY") {
            self.reader.advance(length);
            self.reader.take_separator()?.ok_or_else(|| self.reader.unexpected())?;
            let message = "`terminated by` has no effect on a single field";
            warnings.push(self.reader.warning(self.reader.since(start), message));
        } else if let Some(length) = self.reader.length_of("DATE FORMAT") {
            let span = self.reader.advance(length);
            return Err(self.reader.error(span, "the field option `date format` is not built yet"));
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// What follows `NULL IF`.
    fn null_if(&mut self) -> Read<NullIf> {
        if self.reader.take("BLANKS").is_some() {
            return Ok(NullIf::Blanks);
        }
        let text = self.reader.take_string()?.ok_or_else(|| self.reader.unexpected())?;
        Ok(NullIf::Text(text.value.into_bytes()))
    }

    /// `TRIM … WHITESPACE`.
    fn trim(&mut self) -> Read<Option<Trim>> {
        let forms = [
            ("TRIM BOTH WHITESPACE", Trim::Both),
            ("TRIM LEFT WHITESPACE", Trim::Left),
            ("TRIM RIGHT WHITESPACE", Trim::Right),
        ];
        for (words, trim) in forms {
            if let Some(length) = self.reader.length_of(words) {
                self.reader.advance(length);
                return Ok(Some(trim));
            }
        }
        if self.reader.take("TRIM").is_none() {
            return Ok(None);
        }
        for word in ["BOTH WHITESPACE", "LEFT WHITESPACE", "RIGHT WHITESPACE"] {
            self.reader.want(format!("`{word}`"));
        }
        Err(self.reader.unexpected())
    }

    /// A name and a type.
    fn column(&mut self) -> Read<ColumnDefinition> {
        let name = self.reader.take_field_name("a column name")?.ok_or_else(|| self.no_name())?;
        self.refuse_using()?;
        let type_name = self.column_type()?;
        self.refuse_using()?;
        Ok(ColumnDefinition { name, type_name })
    }

    fn refuse_using(&mut self) -> Read<()> {
        match self.reader.length_of("USING") {
            Some(length) => {
                let span = self.reader.advance(length);
                Err(self.reader.error(span, "USING expressions are not built yet"))
            }
            None => Ok(()),
        }
    }

    /// `name`, `name(10,2)`, `name[]`.
    fn column_type(&mut self) -> Read<Option<String>> {
        let Some(name) = self.reader.take_field_name("a type")? else { return Ok(None) };
        let mut text = name.value;
        if self.reader.take_mark("(").is_some() {
            text.push('(');
            loop {
                let number = self.reader.take_number()?.ok_or_else(|| self.reader.unexpected())?;
                text.push_str(&number.to_string());
                if self.list_ends()? {
                    break;
                }
                text.push(',');
            }
            text.push(')');
        }
        while self.reader.take_mark("[").is_some() {
            self.reader.expect_mark("]")?;
            text.push_str("[]");
        }
        Ok(Some(text))
    }
}
