//! What a form is compiled to: a tree in which every name is resolved.

use std::sync::Arc;

use super::builtins::Builtin;
use super::format::Template;
use super::value::Value;
use crate::transform::Transform;

/// A compiled form.
#[derive(Debug, Clone)]
pub(super) enum Code {
    Constant(Value<'static>),
    /// A field of the row, from 0.
    Field(usize),
    /// A local variable, counted from the first one of the function.
    Local(usize),
    If(Box<[Code; 3]>),
    And(Vec<Code>),
    Or(Vec<Code>),
    /// The value of the last one.
    Progn(Vec<Code>),
    /// Adds local variables one after the other.
    Let(Vec<Code>, Box<Code>),
    /// Changes a local variable.
    Set(usize, Box<Code>),
    Case(Box<Case>),
    Call(Box<Call>),
    Format(Box<FormatCall>),
    Lambda(Arc<Lambda>),
    IgnoreErrors(Box<Code>),
    /// The second has one local variable more: what went wrong.
    HandlerCase(Box<[Code; 2]>),
    /// The body has as many more local variables as values are asked for.
    Values(Box<ValuesBind>),
}

/// `case`.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) key: Code,
    pub(super) clauses: Vec<(Vec<Value<'static>>, Code)>,
    pub(super) otherwise: Code,
}

/// The call of a function.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) target: Target,
    pub(super) arguments: Vec<Code>,
    /// As it is written, for messages.
    pub(super) text: Box<str>,
}

/// What is called.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Builtin(&'static Builtin),
    Transform(&'static Transform),
    /// A function of the library, by its number.
    Library(usize),
}

/// `format` with a template that is known.
#[derive(Debug, Clone)]
pub(super) struct FormatCall {
    pub(super) template: Template,
    pub(super) arguments: Vec<Code>,
    /// As it is written, for messages.
    pub(super) text: Box<str>,
}

/// `multiple-value-bind`.
#[derive(Debug, Clone)]
pub(super) struct ValuesBind {
    pub(super) count: usize,
    pub(super) form: Code,
    pub(super) body: Code,
}

/// A function with its parameters.
#[derive(Debug, Clone)]
pub(super) struct Lambda {
    /// How many local variables of the functions around it come before the parameters.
    pub(super) captured: usize,
    pub(super) signature: Signature,
    /// What parameters are that no argument is given for: those behind `&optional`, then those behind `&key`.
    pub(super) defaults: Vec<Code>,
    pub(super) body: Code,
}

/// How a function is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Signature {
    /// Arguments by position, at least.
    pub(super) least: usize,
    /// Arguments by position, at most.
    pub(super) most: usize,
    /// Names of arguments behind those.
    pub(super) keys: Vec<String>,
}
