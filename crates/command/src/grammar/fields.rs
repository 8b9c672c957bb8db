//! The lists of fields and columns.

use pgloader_core::expression::{self, Form};
use pgloader_core::transform::{DateFormat, NullIf, Trim};

use super::Grammar;
use super::clauses::Clauses;
use crate::command::{ColumnDefinition, CommandKind, FieldDefinition, Position};
use crate::diagnostic::Diagnostic;
use crate::reader::Read;
use crate::text::Spanned;

impl Grammar<'_> {
    /// The list of fields; its clause begins at `start`.
    pub(super) fn field_clause(&mut self, clauses: &mut Clauses, start: usize) -> Read<()> {
        self.reader.expect_mark("(")?;
        let mut fields = Vec::new();
        loop {
            fields.push(self.field(clauses)?);
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
    pub(super) fn column_clause(&mut self, clauses: &mut Clauses, start: usize) -> Read<()> {
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
    pub(super) fn field(&mut self, clauses: &mut Clauses) -> Read<FieldDefinition> {
        let name = self.reader.take_field_name("a field name")?.ok_or_else(|| self.no_name())?;
        let position = match clauses.kind {
            CommandKind::Fixed => Some(self.position()?),
            _ => None,
        };
        let mut field =
            FieldDefinition { name, position, null_if: Vec::new(), trim: None, date_format: None };
        if clauses.kind == CommandKind::Copy {
            return Ok(field);
        }
        loop {
            if self.reader.take_mark("[").is_some() {
                self.bracketed_options(&mut field, &mut clauses.warnings)?;
            } else if !self.field_option(&mut field, &mut clauses.warnings)? {
                return Ok(field);
            }
        }
    }

    /// `[FROM] start [FOR] length`.
    fn position(&mut self) -> Read<Position> {
        self.reader.take("FROM");
        let start = self.reader.take_position()?.ok_or_else(|| self.reader.unexpected())?;
        self.reader.take("FOR");
        let length = self.reader.take_position()?.ok_or_else(|| self.reader.unexpected())?;
        Ok(Position { start, length })
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
        let warning = if self.reader.take("NULL IF").is_some() {
            field.null_if.push(self.null_if()?);
            None
        } else if self.reader.take("DATE FORMAT").is_some() {
            let format = self.date_format()?;
            field.date_format.replace(format).map(|_| "a field has one date format; the last one holds")
        } else if let Some(trim) = self.trim()? {
            let twice = field.trim.is_some().then_some("a field is trimmed once; the first `trim` holds");
            field.trim.get_or_insert(trim);
            twice
        } else if let Some(length) = self.reader.length_of("TERMINATED BY") {
            self.reader.advance(length);
            self.reader.take_separator()?.ok_or_else(|| self.reader.unexpected())?;
            Some("`terminated by` has no effect on a single field")
        } else {
            return Ok(false);
        };
        warnings.extend(warning.map(|message| self.reader.warning(self.reader.since(start), message)));
        Ok(true)
    }

    /// What follows `DATE FORMAT`.
    pub(super) fn date_format(&mut self) -> Read<Spanned<DateFormat>> {
        let text = self.reader.take_string()?.ok_or_else(|| self.reader.unexpected())?;
        let format = DateFormat::parse(&text.value);
        let value = format.map_err(|fault| self.reader.fault(text.span.start + 1, &fault))?;
        Ok(Spanned { value, span: text.span })
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

    /// A name, perhaps with a type and an expression.
    fn column(&mut self) -> Read<ColumnDefinition> {
        let name = self.reader.take_field_name("a column name")?.ok_or_else(|| self.no_name())?;
        let has_type = !self.reader.sees("USING");
        let type_name = if has_type { self.column_type()? } else { None };
        let expression = match self.reader.take("USING") {
            Some(_) => Some(self.form()?),
            None => None,
        };
        Ok(ColumnDefinition { name, type_name, expression })
    }

    /// What follows `USING`.
    pub(super) fn form(&mut self) -> Read<Spanned<Form>> {
        if matches!(self.reader.next_char(), None | Some(';' | ')' | ',')) {
            self.reader.want("an expression");
            return Err(self.reader.unexpected());
        }
        let read = expression::read(self.reader.rest(), self.surroundings.library);
        let (value, length) = read.map_err(|fault| self.reader.fault(self.reader.at(), &fault))?;
        Ok(Spanned { value, span: self.reader.advance(length) })
    }

    /// `name`, `name(10,2)`, `name[]`.
    fn column_type(&mut self) -> Read<Option<String>> {
        let Some(name) = self.reader.take_field_name("a type")? else { return Ok(None) };
        let mut text = name.value;
        if self.reader.rest().starts_with('(') {
            text.push_str(&self.typemod()?);
        }
        while self.reader.take_mark("[").is_some() {
            self.reader.expect_mark("]")?;
            text.push_str("[]");
        }
        Ok(Some(text))
    }

    /// `(10, 2)`, without blanks.
    pub(super) fn typemod(&mut self) -> Read<String> {
        self.reader.expect_mark("(")?;
        let mut numbers = Vec::new();
        loop {
            let number = self.reader.take_number()?.ok_or_else(|| self.reader.unexpected())?;
            numbers.push(number.to_string());
            if self.list_ends()? {
                return Ok(format!("({})", numbers.join(",")));
            }
        }
    }
}
