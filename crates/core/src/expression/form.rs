//! One form as a command has it: read and checked, not yet tied to fields.

use std::sync::Arc;

use super::code::Code;
use super::compile::Compiler;
use super::expression::Expression;
use super::fault::Fault;
use super::library::Library;
use super::node::{Kind, Node, bare_name};
use super::reader::Reader;
use super::special;

/// An expression as it is written behind `USING`. Cheap to clone; equal to one of the same text.
#[derive(Debug, Clone)]
pub struct Form {
    text: Arc<str>,
    node: Arc<Node>,
    library: Library,
}

/// What kind of form it is, for those who give plain ones a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape<'f> {
    /// `"text"`, without its quotes and escapes.
    Text(&'f str),
    /// A name as written; never `nil`.
    Symbol(&'f str),
    /// `nil`.
    Nil,
    /// A number, a list.
    Other,
}

/// Reads one form at the start of `text`, blanks and comments before it included, and says how many bytes it took.
/// What follows is not looked at: a bare symbol ends at blanks, brackets, `,` `;` and quotes.
///
/// # Errors
/// What is there is no form, or a form that calls a function which is neither built in nor in `library`, or calls
/// one in the wrong way. The fault's range is within `text`. Names of fields are not checked.
pub fn read(text: &str, library: &Library) -> Result<(Form, usize), Fault> {
    let mut reader = Reader::new(text);
    let node = reader.form()?;
    let length = reader.at();
    Compiler::new(text, None, &library.0).form(&node)?;
    let form = Form { text: text[..length].into(), node: Arc::new(node), library: library.clone() };
    Ok((form, length))
}

/// The variables that an expression sees: the fields of a row, in order.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'s> {
    /// Their names, as a field list or a header has them.
    pub fields: &'s [String],
}

impl Form {
    /// What was written.
    pub fn text(&self) -> &str {
        &self.text[self.node.range.clone()]
    }

    /// What kind of form it is.
    pub fn shape(&self) -> Shape<'_> {
        match &self.node.kind {
            Kind::Text(text) => Shape::Text(text),
            Kind::Symbol(name) if bare_name(name) == "nil" => Shape::Nil,
            Kind::Symbol(name) => Shape::Symbol(name),
            _ => Shape::Other,
        }
    }

    /// Whether it is a function, to be applied to a value, rather than a value: `(lambda (x) …)`, `(fn [v] (f v))`.
    pub fn is_function(&self) -> bool {
        special::is_function(&self.node)
    }

    /// Ties the form's names to fields.
    ///
    /// # Errors
    /// There is no field of a name. The fault's range is within [`text`](Form::text).
    pub fn compile(&self, scope: &Scope<'_>) -> Result<Expression, Fault> {
        let code = self.compiler(scope).form(&self.node).map_err(|fault| self.within_text(fault))?;
        Ok(Expression::new(code, self.library.clone(), self.text()))
    }

    /// Ties a function, be it a name, a lambda or a `fn`, to one field, from 0, to which it is applied.
    ///
    /// # Errors
    /// As of [`compile`](Form::compile); there is no such function.
    pub fn compile_function(&self, scope: &Scope<'_>, field: usize) -> Result<Expression, Fault> {
        let mut compiler = self.compiler(scope);
        let function = match self.node.name() {
            Some(_) => compiler.function_named(&self.node),
            None => compiler.form(&self.node),
        };
        let function = function.map_err(|fault| self.within_text(fault))?;
        let code = special::applied(function, Code::Field(field), self.text());
        Ok(Expression::new(code, self.library.clone(), self.text()))
    }

    fn compiler<'c>(&'c self, scope: &Scope<'c>) -> Compiler<'c> {
        Compiler::new(&self.text, Some(scope.fields), &self.library.0)
    }

    fn within_text(&self, fault: Fault) -> Fault {
        let start = self.node.range.start;
        Fault { range: fault.range.start - start..fault.range.end - start, ..fault }
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Form) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Form {}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> (String, usize) {
        let (form, length) = read(text, &Library::default()).unwrap();
        (form.text().to_owned(), length)
    }

    #[test]
    fn a_form_ends_where_the_next_thing_begins() {
        let cases = [
            ("(or (or \")\") x) , y", "(or (or \")\") x)", 15),
            ("sym, other", "sym", 3),
            ("sym)", "sym", 3),
            ("sym;", "sym", 3),
            ("\"a \\\" b\" rest", "\"a \\\" b\"", 8),
            ("  12\n)", "12", 4),
            ("-- why\n x)", "x", 9),
            ("'(a b) c", "'(a b)", 6),
            ("#\\( x", "#\\(", 3),
            ("(fn [v] (none v))", "(fn [v] (none v))", 17),
        ];
        for (text, form, length) in cases {
            assert_eq!(taken(text), (form.to_owned(), length), "{text}");
        }
    }

    #[test]
    fn plain_forms_are_told_apart() {
        let shape = |text: &str| match read(text, &Library::default()).unwrap().0.shape() {
            Shape::Text(text) => format!("text {text}"),
            Shape::Symbol(name) => format!("symbol {name}"),
            Shape::Nil => "nil".to_owned(),
            Shape::Other => "other".to_owned(),
        };
        let cases = [
            ("\"a\\\\b\"", "text a\\b"),
            ("Name", "symbol Name"),
            ("NIL", "nil"),
            ("cl:nil", "nil"),
            ("-1.5", "other"),
            ("(or a b)", "other"),
            ("#\\Space", "other"),
        ];
        for (text, expected) in cases {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_form_is_a_fault_at_its_place() {
        let deep = "(".repeat(100);
        let cases = [
            ("", 0..0, "an expression is missing"),
            (" )", 1..2, "an expression is missing"),
            ("(f (g x)", 0..1, "this bracket has no `)`"),
            ("(f \"x)", 3..4, "this string has no closing `\"`"),
            ("(f #\\spoon)", 3..10, "no character has this name"),
            ("(f #(inc %))", 3..5, "`#(` is not understood"),
            ("(f /* x)", 3..5, "this comment has no `*/`"),
            (&deep, 60..61, "the expression is nested more than 60 deep"),
        ];
        for (text, range, message) in cases {
            let fault = read(text, &Library::default()).unwrap_err();
            assert_eq!((fault.range, fault.message.as_str()), (range, message), "{text}");
        }
    }
}
