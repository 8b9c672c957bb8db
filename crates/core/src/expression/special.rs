//! Special forms: those that do not evaluate all of their arguments.

use std::sync::Arc;

use super::builtins::FUNCALL;
use super::code::{Call, Case, Code, Lambda, Signature, Target, ValuesBind};
use super::compile::{Compiled, Compiler, Frame, Local, keyword};
use super::fault::Fault;
use super::node::{Kind, Node, bare_name};
use super::value::{Callee, Value};

/// Their names.
pub(super) const SPECIAL_FORMS: [&str; 20] = [
    "and",
    "case",
    "cond",
    "function",
    "handler-case",
    "if",
    "ignore-errors",
    "lambda",
    "let",
    "let*",
    "load-time-value",
    "multiple-value-bind",
    "or",
    "progn",
    "quote",
    "setf",
    "setq",
    "unless",
    "when",
    "fn",
];

/// What pgloader 4 puts before the names of transforms.
const CLOJURE_PREFIX: &str = "pgloader.transforms/";

impl Compiler<'_> {
    /// A list whose head is a special form; `None` where it is none.
    pub(super) fn special(&mut self, name: &str, node: &Node, arguments: &[Node]) -> Option<Compiled> {
        Some(match name {
            "if" => self.conditional(node, arguments),
            "when" | "unless" => self.when(node, arguments, name == "unless"),
            "cond" => self.cond(node, arguments),
            "case" => self.case(node, arguments),
            "and" => self.forms(arguments).map(Code::And),
            "or" => self.forms(arguments).map(Code::Or),
            "progn" => self.body(arguments),
            "let" | "let*" => self.bindings(node, arguments, name == "let*"),
            "setq" | "setf" => self.set(node, arguments),
            "lambda" => self.lambda(node, arguments),
            "fn" => self.clojure_function(node, arguments),
            "quote" => self.only(node, arguments).and_then(|node| self.quoted(node)).map(Code::Constant),
            "function" => self.only(node, arguments).and_then(|node| self.function_named(node)),
            "load-time-value" => match arguments.first() {
                Some(form) => self.form(form),
                None => Err(wrong(node, "(load-time-value form)")),
            },
            "ignore-errors" => self.body(arguments).map(|body| Code::IgnoreErrors(Box::new(body))),
            "handler-case" => self.handler_case(node, arguments),
            "multiple-value-bind" => self.multiple_value_bind(node, arguments),
            _ => return None,
        })
    }

    fn only<'n>(&self, node: &Node, arguments: &'n [Node]) -> Result<&'n Node, Fault> {
        match arguments {
            [one] => Ok(one),
            _ => Err(Fault::new(node.range.clone(), format!("one form is needed, not {}", arguments.len()))),
        }
    }

    fn conditional(&mut self, node: &Node, arguments: &[Node]) -> Compiled {
        let parts = match arguments {
            [test, then] => [self.form(test)?, self.form(then)?, Code::Constant(Value::Nil)],
            [test, then, otherwise] => [self.form(test)?, self.form(then)?, self.form(otherwise)?],
            _ => return Err(wrong(node, "(if test then else)")),
        };
        Ok(Code::If(Box::new(parts)))
    }

    fn when(&mut self, node: &Node, arguments: &[Node], is_unless: bool) -> Compiled {
        let Some((test, body)) = arguments.split_first() else {
            return Err(wrong(node, "(when test form…)"));
        };
        let (test, body, nil) = (self.form(test)?, self.body(body)?, Code::Constant(Value::Nil));
        Ok(Code::If(Box::new(if is_unless { [test, nil, body] } else { [test, body, nil] })))
    }

    fn cond(&mut self, node: &Node, clauses: &[Node]) -> Compiled {
        let mut compiled = Vec::new();
        for clause in clauses {
            let Some((test, body)) = clause.list().and_then(<[Node]>::split_first) else {
                return Err(wrong(node, "(cond (test form…) …)"));
            };
            let body = if body.is_empty() { None } else { Some(self.body(body)?) };
            compiled.push((self.form(test)?, body));
        }
        let nil = Code::Constant(Value::Nil);
        Ok(compiled.into_iter().rev().fold(nil, |otherwise, (test, body)| match body {
            Some(body) => Code::If(Box::new([test, body, otherwise])),
            None => Code::Or(vec![test, otherwise]),
        }))
    }

    fn case(&mut self, node: &Node, arguments: &[Node]) -> Compiled {
        const SHAPE: &str = "(case key (constant form…) … (otherwise form…))";
        let Some((key, clauses)) = arguments.split_first() else { return Err(wrong(node, SHAPE)) };
        let mut case =
            Case { key: self.form(key)?, clauses: Vec::new(), otherwise: Code::Constant(Value::Nil) };
        for clause in clauses {
            let Some((keys, body)) = clause.list().and_then(<[Node]>::split_first) else {
                return Err(wrong(node, SHAPE));
            };
            let body = self.body(body)?;
            if matches!(keys.name().as_deref(), Some("t" | "otherwise")) {
                case.otherwise = body;
                continue;
            }
            let keys = match keys.list() {
                Some(keys) => keys.iter().map(|key| self.quoted(key)).collect::<Result<_, _>>()?,
                None => vec![self.quoted(keys)?],
            };
            case.clauses.push((keys, body));
        }
        Ok(Code::Case(Box::new(case)))
    }

    /// The values of a `let` do not see its names, those of a `let*` see the ones before.
    fn bindings(&mut self, node: &Node, arguments: &[Node], one_by_one: bool) -> Compiled {
        const SHAPE: &str = "(let ((name value) …) form…)";
        let split = arguments.split_first().and_then(|(bindings, body)| Some((bindings.list()?, body)));
        let Some((bindings, body)) = split else { return Err(wrong(node, SHAPE)) };
        let first = self.depth();
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for binding in bindings {
            let (name, value) = match (&binding.kind, binding.list()) {
                (Kind::Symbol(_), _) => (binding, None),
                (_, Some([name])) => (name, None),
                (_, Some([name, value])) => (name, Some(value)),
                _ => return Err(wrong(binding, SHAPE)),
            };
            let name = name.name().ok_or_else(|| wrong(binding, SHAPE))?;
            values.push(value.map_or(Ok(Code::Constant(Value::Nil)), |value| self.form(value))?);
            self.add_local(one_by_one.then(|| name.clone()));
            names.push(name);
        }
        if let Some(frame) = self.frames.last_mut() {
            for (local, name) in frame.locals[first..].iter_mut().zip(names) {
                local.name = Some(name);
            }
        }
        let body = self.body(body)?;
        self.end_scope(first, node)?;
        Ok(Code::Let(values, Box::new(body)))
    }

    fn set(&mut self, node: &Node, arguments: &[Node]) -> Compiled {
        let mut codes = Vec::new();
        for pair in arguments.chunks(2) {
            let [place, value] = pair else { return Err(wrong(node, "(setq name value)")) };
            let slot = self.place(place)?;
            codes.push(Code::Set(slot, Box::new(self.form(value)?)));
        }
        Ok(Code::Progn(codes))
    }

    /// The local variable that is to be changed: one of the function itself.
    fn place(&mut self, place: &Node) -> Result<usize, Fault> {
        let wrong = |message: &str| {
            Fault::new(place.range.clone(), message)
                .hint("only a variable of a `let` or a parameter can be changed")
        };
        let name = place.name().ok_or_else(|| wrong("this is not the name of a variable"))?;
        let frame = self.frames.last_mut().ok_or_else(|| wrong("there is no such variable"))?;
        let found = frame.locals.iter().rposition(|local| local.name.as_deref() == Some(&name));
        match found {
            Some(slot) if slot < frame.captured => {
                Err(wrong("a lambda cannot change a variable from around it"))
            }
            Some(slot) => {
                frame.locals[slot].is_set = true;
                Ok(slot)
            }
            None => Err(wrong("there is no such variable")),
        }
    }

    fn lambda(&mut self, node: &Node, parts: &[Node]) -> Compiled {
        if parts.first().is_none_or(|parameters| parameters.list().is_none()) {
            return Err(wrong(node, "(lambda (parameter…) form…)"));
        }
        self.function(parts).map(|lambda| Code::Lambda(Arc::new(lambda)))
    }

    /// A function from its parameters and its body, in which the local variables around it are seen.
    pub(super) fn function(&mut self, parts: &[Node]) -> Result<Lambda, Fault> {
        let Some((parameters, body)) = parts.split_first() else {
            return Err(Fault::new(0..0, "a function has parameters and a body"));
        };
        let around = self.frames.last().map_or(&[][..], |frame| &frame.locals);
        let locals: Vec<Local> = around.iter().map(|local| Local::new(local.name.clone())).collect();
        let captured = locals.len();
        self.frames.push(Frame { locals, captured });
        let (signature, defaults) = self.parameters(parameters)?;
        // A text before the body documents it.
        let body = match body {
            [Node { kind: Kind::Text(_), .. }, rest @ ..] if !rest.is_empty() => rest,
            body => body,
        };
        let body = self.body(body)?;
        self.end_scope(captured, parameters)?;
        self.frames.pop();
        Ok(Lambda { captured, signature, defaults, body })
    }

    /// Adds a local variable for each parameter.
    fn parameters(&mut self, list: &Node) -> Result<(Signature, Vec<Code>), Fault> {
        let (mut signature, mut defaults) = (Signature::default(), Vec::new());
        let mut section = "";
        for node in list.list().unwrap_or_default() {
            let (name, default) = match (&node.kind, node.list()) {
                (Kind::Symbol(_), _) => (node.name(), None),
                (_, Some([name, default])) if !section.is_empty() => (name.name(), Some(default)),
                _ => (None, None),
            };
            let wrong = || Fault::new(node.range.clone(), "this parameter is not understood");
            let name = name.ok_or_else(wrong)?;
            match (name.as_str(), section) {
                ("&optional", "") => section = "&optional",
                ("&key", "" | "&optional") => section = "&key",
                (other, _) if other.starts_with('&') => {
                    return Err(wrong().hint("parameters are plain, &optional or &key"));
                }
                _ => {
                    match section {
                        "&key" => signature.keys.push(name.clone()),
                        "&optional" => signature.most += 1,
                        _ => (signature.least, signature.most) = (signature.least + 1, signature.most + 1),
                    }
                    if !section.is_empty() {
                        let nil = Ok(Code::Constant(Value::Nil));
                        defaults.push(default.map_or(nil, |default| self.form(default))?);
                    }
                    self.add_local(Some(name));
                }
            }
        }
        Ok((signature, defaults))
    }

    /// The name and the parameters of a `defun`, whose body may use functions that are not known yet.
    pub(super) fn declaration(&mut self, form: &Node, parts: &[Node]) -> Result<(String, Signature), Fault> {
        const SHAPE: &str = "(defun name (parameter…) form…)";
        let [name, parameters, _, ..] = parts else { return Err(wrong(form, SHAPE)) };
        let known = name.name().filter(|_| parameters.list().is_some());
        let known = known.ok_or_else(|| wrong(form, SHAPE))?;
        if SPECIAL_FORMS.contains(&known.as_str()) || known == "format" {
            return Err(Fault::new(name.range.clone(), format!("`{known}` cannot be defined anew")));
        }
        // Defaults may call any function: they are looked at with the body.
        let mut signature = Signature::default();
        let mut section = "";
        for node in parameters.list().unwrap_or_default() {
            let parameter = node.list().and_then(<[Node]>::first).unwrap_or(node).name().unwrap_or_default();
            match (parameter.as_str(), section) {
                ("&optional", _) => section = "&optional",
                ("&key", _) => section = "&key",
                (_, "&key") => signature.keys.push(parameter),
                (_, "&optional") => signature.most += 1,
                _ => (signature.least, signature.most) = (signature.least + 1, signature.most + 1),
            }
        }
        Ok((known, signature))
    }

    /// `(fn [v] (f v))`, the one spelling of Clojure that is understood.
    fn clojure_function(&mut self, node: &Node, arguments: &[Node]) -> Compiled {
        let refused = || {
            Fault::new(node.range.clone(), "of Clojure's functions only `(fn [v] (f v))` is understood")
                .hint("write `(lambda (x) …)`")
        };
        let [Node { kind: Kind::Vector(parameters), .. }, body] = arguments else { return Err(refused()) };
        let ([parameter], Some([head, argument])) = (&parameters[..], body.list()) else {
            return Err(refused());
        };
        let Kind::Symbol(written) = &head.kind else { return Err(refused()) };
        if parameter.name().is_none() || parameter.name() != argument.name() {
            return Err(refused());
        }
        let name = bare_name(written.strip_prefix(CLOJURE_PREFIX).unwrap_or(written));
        let target = self.target(&name, head)?;
        let captured = self.depth();
        let signature = Signature { least: 1, most: 1, keys: Vec::new() };
        let body = Code::Call(Box::new(Call {
            target,
            arguments: vec![Code::Local(captured)],
            text: format!("({name} {})", argument.name().unwrap_or_default()).into(),
        }));
        Ok(Code::Lambda(Arc::new(Lambda { captured, signature, defaults: Vec::new(), body })))
    }

    pub(super) fn function_named(&mut self, node: &Node) -> Compiled {
        let Some(name) = node.name() else { return self.form(node) };
        match self.functions.find(&name) {
            Some(callee) => Ok(Code::Constant(Value::Function(callee))),
            None => Err(super::names::unknown(&name, node, self.functions)),
        }
    }

    /// The constant that a quoted form is.
    fn quoted(&self, node: &Node) -> Result<Value<'static>, Fault> {
        Ok(match &node.kind {
            Kind::Integer(number) => Value::Integer(*number),
            Kind::Float(number) => Value::Float(*number),
            Kind::Character(char) => Value::Character(*char),
            Kind::Text(text) => Value::text(text.as_str()),
            Kind::Keyword(name) => keyword(name),
            Kind::Symbol(written) => match bare_name(written).as_str() {
                "nil" => Value::Nil,
                "t" => Value::True,
                name => Value::Symbol(name.into()),
            },
            Kind::List(nodes) => {
                Value::list(nodes.iter().map(|node| self.quoted(node)).collect::<Result<_, _>>()?)
            }
            Kind::Vector(_) => {
                return Err(Fault::new(node.range.clone(), "square brackets have no meaning here"));
            }
        })
    }

    fn handler_case(&mut self, node: &Node, arguments: &[Node]) -> Compiled {
        const SHAPE: &str = "(handler-case form (error (e) form…))";
        let [form, clause] = arguments else { return Err(wrong(node, SHAPE)) };
        let Some((condition, [parameters, body @ ..])) = clause.call() else {
            return Err(wrong(node, SHAPE));
        };
        let name = match parameters.list() {
            Some([]) => None,
            Some([name]) => name.name(),
            _ => return Err(wrong(node, SHAPE)),
        };
        if condition != "error" && condition != "condition" {
            return Err(wrong(clause, SHAPE));
        }
        let form = self.form(form)?;
        let first = self.depth();
        self.add_local(name);
        let body = self.body(body)?;
        self.end_scope(first, node)?;
        Ok(Code::HandlerCase(Box::new([form, body])))
    }

    fn multiple_value_bind(&mut self, node: &Node, arguments: &[Node]) -> Compiled {
        const SHAPE: &str = "(multiple-value-bind (name…) form form…)";
        let [names, form, body @ ..] = arguments else { return Err(wrong(node, SHAPE)) };
        let names: Option<Vec<String>> =
            names.list().and_then(|names| names.iter().map(Node::name).collect());
        let names = names.ok_or_else(|| wrong(node, SHAPE))?;
        let form = self.form(form)?;
        let (first, count) = (self.depth(), names.len());
        names.into_iter().for_each(|name| self.add_local(Some(name)));
        let body = self.body(body)?;
        self.end_scope(first, node)?;
        Ok(Code::Values(Box::new(ValuesBind { count, form, body })))
    }
}

fn wrong(node: &Node, shape: &str) -> Fault {
    Fault::new(node.range.clone(), format!("this form is written {shape}"))
}

/// The call of a function that is a value with one argument; directly where the function is known.
pub(super) fn applied(function: Code, argument: Code, text: &str) -> Code {
    let (target, arguments) = match function {
        Code::Constant(Value::Function(Callee::Transform(transform))) => {
            (Target::Transform(transform), vec![argument])
        }
        function => (Target::Builtin(&FUNCALL), vec![function, argument]),
    };
    Code::Call(Box::new(Call { target, arguments, text: text.into() }))
}

/// Whether a form is a function rather than a value.
pub(super) fn is_function(node: &Node) -> bool {
    node.call().is_some_and(|(name, _)| matches!(name.as_str(), "lambda" | "fn" | "function"))
}
