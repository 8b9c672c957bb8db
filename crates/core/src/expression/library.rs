//! Functions of the user's own: `--load-lisp-file`.

use std::sync::Arc;

use super::builtins::Builtin;
use super::code::{Lambda, Signature};
use super::compile::Compiler;
use super::evaluate::Evaluator;
use super::fault::Fault;
use super::node::{Kind, Node};
use super::reader::Reader;
use super::value::{Callee, Value};
use crate::error::{Error, Result};
use crate::row::Row;
use crate::transform::Transform;

/// Functions that expressions may call besides those built in. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Library(pub(super) Arc<Functions>);

/// What library files define.
#[derive(Debug, Clone, Default)]
pub(super) struct Functions {
    names: Vec<(String, Signature)>,
    /// As many as `names` once a file is read.
    lambdas: Vec<Arc<Lambda>>,
    variables: Vec<(String, Value<'static>)>,
}

/// What a library file may be made of.
const KNOWN: &str =
    "a library file is made of defun, defparameter, defvar, in-package, defpackage and declaim";

impl Library {
    /// These functions and those of a file, whose text this is; `name` is for messages. A function of a name that
    /// is there already replaces it.
    ///
    /// # Errors
    /// A form is none of those that are understood, or one of them is wrong: with its file, line and column.
    pub fn with_file(&self, name: &str, text: &str) -> Result<Library> {
        let mut functions = Functions::clone(&self.0);
        functions.read(text).map_err(|fault| described(&fault, name, text))?;
        Ok(Library(Arc::new(functions)))
    }
}

fn described(fault: &Fault, name: &str, text: &str) -> Error {
    let before = &text[..fault.range.start];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&char| char != '\n').count() + 1;
    let error = Error::new(fault.message.clone()).context(format!("{name}:{line}:{column}"));
    match &fault.hint {
        Some(hint) => error.hint(hint.clone()),
        None => error,
    }
}

impl Functions {
    /// A function by its lower-case name: the library's come first.
    pub(super) fn find(&self, name: &str) -> Option<Callee<'static>> {
        let own = self.names.iter().position(|(known, _)| known == name).map(Callee::Library);
        own.or_else(|| Builtin::find(name).map(Callee::Builtin))
            .or_else(|| Transform::find(name).map(Callee::Transform))
    }

    /// The body of a function of the library.
    pub(super) fn lambda(&self, number: usize) -> Option<&Lambda> {
        self.lambdas.get(number).map(|lambda| &**lambda)
    }

    /// How a function of the library is called.
    pub(super) fn signature(&self, number: usize) -> Option<&Signature> {
        self.names.get(number).map(|(_, signature)| signature)
    }

    /// The value of a variable of the library.
    pub(super) fn variable(&self, name: &str) -> Option<&Value<'static>> {
        self.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The names of the library's functions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| name.as_str())
    }

    /// Functions are named first, so that they can call each other in any order.
    fn read(&mut self, text: &str) -> Result<(), Fault> {
        let mut reader = Reader::new(text);
        let mut forms = Vec::new();
        reader.skip_blanks()?;
        while reader.at() < text.len() {
            forms.push(reader.form()?);
            reader.skip_blanks()?;
        }
        let mut defined = Vec::new();
        for form in &forms {
            self.declare(form, text, &mut defined)?;
        }
        for (number, parts) in defined {
            let lambda = Compiler::new(text, Some(&[]), self).function(parts)?;
            match self.lambdas.get_mut(number) {
                Some(earlier) => *earlier = Arc::new(lambda),
                None => self.lambdas.push(Arc::new(lambda)),
            }
        }
        Ok(())
    }

    /// Takes the name of a function, or all of another form.
    fn declare<'n>(
        &mut self,
        form: &'n Node,
        text: &str,
        defined: &mut Vec<(usize, &'n [Node])>,
    ) -> Result<(), Fault> {
        let Some((head, parts)) = form.call() else {
            return Err(Fault::new(form.range.clone(), "this form defines nothing").hint(KNOWN));
        };
        match head.as_str() {
            "in-package" | "defpackage" | "declaim" => Ok(()),
            "defun" => {
                let (name, signature) = Compiler::new(text, Some(&[]), self).declaration(form, parts)?;
                let known = self.names.iter().position(|(known, _)| *known == name);
                let number = known.unwrap_or(self.names.len());
                match self.names.get_mut(number) {
                    Some(entry) => entry.1 = signature,
                    None => self.names.push((name, signature)),
                }
                // One defined twice in a file is the later one.
                defined.retain(|(earlier, _)| *earlier != number);
                let at = defined.partition_point(|(earlier, _)| *earlier < number);
                defined.insert(at, (number, &parts[1..]));
                Ok(())
            }
            "defparameter" | "defvar" => self.set_variable(form, parts, text),
            other => Err(Fault::new(
                form.range.start..form.range.start + 1,
                format!("`{other}` is not understood"),
            )
            .hint(KNOWN)),
        }
    }

    fn set_variable(&mut self, form: &Node, parts: &[Node], text: &str) -> Result<(), Fault> {
        let [name, value, rest @ ..] = parts else {
            return Err(Fault::new(form.range.clone(), "a variable is defined by a name and a value"));
        };
        let is_documented = matches!(rest, [] | [Node { kind: Kind::Text(_), .. }]);
        let Some(name) = name.name().filter(|_| is_documented) else {
            return Err(Fault::new(form.range.clone(), "a variable is defined by a name and a value"));
        };
        let code = Compiler::new(text, Some(&[]), self).form(value)?;
        let wrong = |message: String| Fault::new(value.range.clone(), message);
        let value = Evaluator::new(Row::new(&[], &[]), self).value(&code);
        let value = value.map_err(|raised| wrong(raised.message))?.into_owned();
        let value = value.ok_or_else(|| wrong("a lambda cannot be the value of a variable".to_owned()))?;
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value));
        Ok(())
    }
}
