//! Runs compiled code over one row.

use std::sync::Arc;

use super::builtins::Run;
use super::code::{Call, Case, Code, FormatCall, Lambda, Target, ValuesBind};
use super::library::Functions;
use super::raised::Raised;
use super::value::{Callee, Text, Value};
use crate::row::Row;
use crate::transform::{Field, IsNull, Transform};

/// What a step or a call gives.
pub(super) type Evaluated<'r> = Result<Value<'r>, Raised>;

/// How many steps an expression may take for one row.
const MOST_STEPS: u32 = 1_000_000;
/// How deep evaluation may be nested. A level takes below 5 kB of stack without optimisation, threads have 2 MB.
const MOST_NESTED: u32 = 300;
/// How many bytes of text and lists an expression may make for one row.
const MOST_MADE: usize = 256 << 20;

/// The evaluation of one expression for one row.
pub(super) struct Evaluator<'r> {
    row: Row<'r>,
    functions: &'r Functions,
    /// Local variables, those of the innermost function from `base` on.
    locals: Vec<Value<'r>>,
    base: usize,
    /// Arguments being gathered.
    arguments: Vec<Value<'r>>,
    /// What the last call gave besides its value.
    more: Vec<Value<'r>>,
    steps: u32,
    nested: u32,
    made: usize,
}

impl<'r> Evaluator<'r> {
    pub(super) fn new(row: Row<'r>, functions: &'r Functions) -> Evaluator<'r> {
        Evaluator {
            row,
            functions,
            locals: Vec::new(),
            base: 0,
            arguments: Vec::new(),
            more: Vec::new(),
            steps: 0,
            nested: 0,
            made: 0,
        }
    }

    /// The value of `code`.
    ///
    /// # Errors
    /// It has none. Local variables and arguments may be left behind.
    pub(super) fn value(&mut self, code: &'r Code) -> Evaluated<'r> {
        match code {
            Code::Constant(value) => return Ok(borrowed(value)),
            Code::Field(index) => return Ok(field(&self.row, *index)),
            Code::Local(slot) => return Ok(self.locals[self.base + slot].clone()),
            _ => {}
        }
        self.steps += 1;
        self.nested += 1;
        if self.steps > MOST_STEPS {
            return Err(Raised::limit(format!("more than {MOST_STEPS} steps are taken"))
                .within("this expression: does a function call itself without end?"));
        }
        if self.nested > MOST_NESTED {
            return Err(Raised::limit(format!("calls are nested more than {MOST_NESTED} deep"))
                .within("this expression: does a function call itself without end?"));
        }
        let value = self.compound(code);
        self.nested -= 1;
        value
    }

    fn compound(&mut self, code: &'r Code) -> Evaluated<'r> {
        match code {
            Code::If(parts) => {
                let [test, then, otherwise] = &**parts;
                let chosen = if self.value(test)?.is_nil() { otherwise } else { then };
                self.value(chosen)
            }
            Code::And(codes) => self.and(codes),
            Code::Or(codes) => self.or(codes),
            Code::Progn(codes) => self.progn(codes),
            Code::Let(values, body) => self.bind(values, body),
            Code::Set(slot, code) => {
                let value = self.value(code)?;
                self.locals[self.base + slot] = value.clone();
                Ok(value)
            }
            Code::Case(case) => self.case(case),
            Code::Call(call) => self.call(call).map_err(|raised| raised.within(&call.text)),
            Code::Format(call) => self.format(call),
            Code::Lambda(lambda) => Ok(self.closure(lambda)),
            Code::IgnoreErrors(code) => self.ignore_errors(code),
            Code::HandlerCase(codes) => self.handler_case(codes),
            Code::Values(bind) => self.values(bind),
            Code::Constant(_) | Code::Field(_) | Code::Local(_) => self.value(code),
        }
    }

    fn and(&mut self, codes: &'r [Code]) -> Evaluated<'r> {
        let mut last = Value::True;
        for code in codes {
            last = self.value(code)?;
            if last.is_nil() {
                break;
            }
        }
        Ok(last)
    }

    fn or(&mut self, codes: &'r [Code]) -> Evaluated<'r> {
        for code in codes {
            let value = self.value(code)?;
            if !value.is_nil() {
                return Ok(value);
            }
        }
        Ok(Value::Nil)
    }

    fn progn(&mut self, codes: &'r [Code]) -> Evaluated<'r> {
        let mut last = Value::Nil;
        for code in codes {
            last = self.value(code)?;
        }
        Ok(last)
    }

    fn bind(&mut self, values: &'r [Code], body: &'r Code) -> Evaluated<'r> {
        let locals = self.locals.len();
        for code in values {
            let value = self.value(code)?;
            self.locals.push(value);
        }
        let value = self.value(body)?;
        self.locals.truncate(locals);
        Ok(value)
    }

    fn case(&mut self, case: &'r Case) -> Evaluated<'r> {
        let key = self.value(&case.key)?;
        let chosen =
            case.clauses.iter().find(|(keys, _)| keys.iter().any(|one| super::compare::eql(one, &key)));
        self.value(chosen.map_or(&case.otherwise, |(_, body)| body))
    }

    fn call(&mut self, call: &'r Call) -> Evaluated<'r> {
        let start = self.arguments.len();
        for code in &call.arguments {
            let value = self.value(code)?;
            self.arguments.push(value);
        }
        let value = match call.target {
            Target::Builtin(builtin) => match builtin.run {
                Run::Plain(function) => {
                    self.more.clear();
                    let value = function(&self.arguments[start..])?;
                    self.arguments.truncate(start);
                    value
                }
                _ => self.apply(&Callee::Builtin(builtin), start)?,
            },
            Target::Transform(transform) => self.apply(&Callee::Transform(transform), start)?,
            Target::Library(number) => self.apply(&Callee::Library(number), start)?,
        };
        self.charge(value.size())?;
        Ok(value)
    }

    /// Calls a function with these arguments, which may be too many or too few.
    pub(super) fn funcall(&mut self, callee: &Callee<'r>, arguments: &[Value<'r>]) -> Evaluated<'r> {
        let start = self.arguments.len();
        self.arguments.extend_from_slice(arguments);
        self.steps += 1;
        self.apply(callee, start)
    }

    /// Calls a function with the arguments gathered from `start` on, and takes them away.
    fn apply(&mut self, callee: &Callee<'r>, start: usize) -> Evaluated<'r> {
        self.more.clear();
        match callee {
            Callee::Builtin(builtin) => {
                builtin.check(&self.arguments[start..])?;
                let value = match builtin.run {
                    Run::Plain(function) => function(&self.arguments[start..])?,
                    Run::Several(function) => function(&self.arguments[start..], &mut self.more)?,
                    Run::Calling(function) => {
                        let arguments = self.arguments.split_off(start);
                        function(self, &arguments)?
                    }
                };
                self.arguments.truncate(start);
                Ok(value)
            }
            Callee::Transform(transform) => {
                let value = transformed(transform, &self.arguments[start..])?;
                self.arguments.truncate(start);
                Ok(value)
            }
            Callee::Library(number) => {
                let functions = self.functions;
                match functions.lambda(*number) {
                    Some(lambda) => self.enter(lambda, &[], start),
                    None => Err(Raised::new("the function is not defined")),
                }
            }
            Callee::Lambda(lambda, captured) => self.enter(lambda, captured, start),
        }
    }

    /// Runs the body of a function with the arguments gathered from `start` on, and takes them away.
    fn enter(&mut self, lambda: &'r Lambda, captured: &[Value<'r>], start: usize) -> Evaluated<'r> {
        let (base, end) = (self.base, self.locals.len());
        let arguments = self.arguments.split_off(start);
        self.base = end;
        self.locals.extend_from_slice(captured);
        self.parameters(lambda, &arguments)?;
        let value = self.value(&lambda.body)?;
        self.locals.truncate(end);
        self.base = base;
        Ok(value)
    }

    /// Adds a local variable for each parameter.
    fn parameters(&mut self, lambda: &'r Lambda, arguments: &[Value<'r>]) -> Result<(), Raised> {
        let signature = &lambda.signature;
        let given = arguments.len();
        if given < signature.least || (given > signature.most && signature.keys.is_empty()) {
            return Err(Raised::new(format!("a function gets {given} values")));
        }
        let by_position = given.min(signature.most);
        self.locals.extend_from_slice(&arguments[..by_position]);
        let (optional, keyed) = lambda.defaults.split_at(signature.most - signature.least);
        for code in &optional[by_position - signature.least..] {
            let value = self.value(code)?;
            self.locals.push(value);
        }
        for (name, code) in signature.keys.iter().zip(keyed) {
            let value = match super::builtins::keyword(&arguments[by_position..], name) {
                Some(value) => value.clone(),
                None => self.value(code)?,
            };
            self.locals.push(value);
        }
        Ok(())
    }

    fn closure(&self, lambda: &'r Arc<Lambda>) -> Value<'r> {
        let captured = &self.locals[self.base..self.base + lambda.captured];
        Value::Function(Callee::Lambda(lambda, captured.into()))
    }

    fn format(&mut self, call: &'r FormatCall) -> Evaluated<'r> {
        let mut text = String::new();
        match self.write_format(call, &mut text)? {
            true => {
                self.charge(text.len())?;
                Ok(Value::text(text))
            }
            false => Ok(Value::Nil),
        }
    }

    /// Appends what a `format` makes; `false` where that is nil.
    pub(super) fn write_format(&mut self, call: &'r FormatCall, out: &mut String) -> Result<bool, Raised> {
        let start = self.arguments.len();
        for code in &call.arguments {
            let value = self.value(code)?;
            self.arguments.push(value);
        }
        let written = call.template.write(&self.arguments[start..], out);
        self.arguments.truncate(start);
        written.map_err(|raised| raised.within(&call.text))
    }

    fn ignore_errors(&mut self, code: &'r Code) -> Evaluated<'r> {
        match self.attempt(code) {
            Err(raised) if !raised.is_limit => Ok(Value::Nil),
            result => result,
        }
    }

    fn handler_case(&mut self, codes: &'r [Code; 2]) -> Evaluated<'r> {
        match self.attempt(&codes[0]) {
            Err(raised) if !raised.is_limit => {
                self.locals.push(Value::text(raised.message));
                let value = self.value(&codes[1])?;
                self.locals.pop();
                Ok(value)
            }
            result => result,
        }
    }

    /// The value of `code`; after an error everything is as before.
    fn attempt(&mut self, code: &'r Code) -> Evaluated<'r> {
        let (locals, base, arguments, nested) =
            (self.locals.len(), self.base, self.arguments.len(), self.nested);
        let result = self.value(code);
        if result.is_err() {
            self.locals.truncate(locals);
            self.arguments.truncate(arguments);
            (self.base, self.nested) = (base, nested);
        }
        result
    }

    fn values(&mut self, bind: &'r ValuesBind) -> Evaluated<'r> {
        self.more.clear();
        let first = self.value(&bind.form)?;
        let locals = self.locals.len();
        let all = std::iter::once(first).chain(std::mem::take(&mut self.more));
        self.locals.extend(all.chain(std::iter::repeat_n(Value::Nil, bind.count)).take(bind.count));
        let value = self.value(&bind.body)?;
        self.locals.truncate(locals);
        Ok(value)
    }

    /// The function that a value is, or that a symbol names.
    pub(super) fn callee(&self, value: &Value<'r>) -> Result<Callee<'r>, Raised> {
        match value {
            Value::Function(callee) => Ok(callee.clone()),
            Value::Symbol(name) => {
                self.functions.find(name).ok_or_else(|| Raised::new(format!("there is no function {name}")))
            }
            other => Err(Raised::new(format!("{} is not a function", other.kind()))),
        }
    }

    fn charge(&mut self, bytes: usize) -> Result<(), Raised> {
        self.made += bytes;
        match self.made > MOST_MADE {
            true => Err(Raised::limit(format!("more than {} MB of text are made", MOST_MADE >> 20))),
            false => Ok(()),
        }
    }
}

fn borrowed<'r>(value: &'r Value<'static>) -> Value<'r> {
    match value {
        Value::Text(text) => Value::Text(Text::Borrowed(text)),
        other => other.clone(),
    }
}

fn field<'r>(row: &Row<'r>, index: usize) -> Value<'r> {
    match row.field(index).map(|bytes| (bytes, std::str::from_utf8(bytes))) {
        None => Value::Nil,
        Some((_, Ok(text))) => Value::Text(Text::Borrowed(text)),
        Some((bytes, Err(_))) => Value::Bytes(bytes),
    }
}

fn transformed<'r>(transform: &'static Transform, arguments: &[Value<'r>]) -> Evaluated<'r> {
    let mut printed = [const { String::new() }; 2];
    let mut fields = [Field::Null; 2];
    if arguments.len() != transform.arity() {
        return Err(Raised::new(format!("{} gets {} values", transform.name, arguments.len())));
    }
    for ((argument, field), text) in arguments.iter().zip(&mut fields).zip(&mut printed) {
        *field = match argument {
            Value::Nil => Field::Null,
            Value::Text(text) => Field::Text(text.as_bytes()),
            Value::Bytes(bytes) => Field::Bytes(bytes),
            Value::Integer(_) | Value::Float(_) => {
                argument.print(text);
                Field::Number(text.as_bytes())
            }
            other => {
                other.print(text);
                Field::Text(text.as_bytes())
            }
        };
    }
    let mut out = Vec::new();
    match transform.apply(&fields[..arguments.len()], &mut out).map_err(Raised::new)? {
        IsNull::Yes => Ok(Value::Nil),
        IsNull::No => match String::from_utf8(out) {
            Ok(text) => Ok(Value::text(text)),
            Err(_) => Err(Raised::new("what comes of it is not valid UTF-8")),
        },
    }
}
