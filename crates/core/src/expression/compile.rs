//! Nodes → code: resolves names and checks calls.

use super::builtins::Builtin;
use super::code::{Call, Code, FormatCall, Signature, Target};
use super::fault::Fault;
use super::format::Template;
use super::library::Functions;
use super::names;
use super::node::{Kind, Node, bare_name};
use super::pattern;
use super::value::{Callee, Value};

/// Compiles one form.
pub(super) struct Compiler<'c> {
    text: &'c str,
    /// The names of the row's fields; `None` where they are not known yet and every name may be one.
    fields: Option<&'c [String]>,
    pub(super) functions: &'c Functions,
    /// The functions around the place being compiled, the innermost last.
    pub(super) frames: Vec<Frame>,
}

/// The local variables of one function.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) locals: Vec<Local>,
    /// How many of them are copies of those of the function around.
    pub(super) captured: usize,
}

/// One local variable. Its place in its frame is its place at evaluation.
pub(super) struct Local {
    /// `None` where it cannot be named yet.
    pub(super) name: Option<String>,
    is_captured: bool,
    pub(super) is_set: bool,
}

impl Local {
    pub(super) fn new(name: Option<String>) -> Local {
        Local { name, is_captured: false, is_set: false }
    }
}

pub(super) type Compiled = Result<Code, Fault>;

impl<'c> Compiler<'c> {
    pub(super) fn new(text: &'c str, fields: Option<&'c [String]>, functions: &'c Functions) -> Compiler<'c> {
        Compiler { text, fields, functions, frames: vec![Frame::default()] }
    }

    pub(super) fn form(&mut self, node: &Node) -> Compiled {
        let constant = |value| Ok(Code::Constant(value));
        match &node.kind {
            Kind::Integer(number) => constant(Value::Integer(*number)),
            Kind::Float(number) => constant(Value::Float(*number)),
            Kind::Character(char) => constant(Value::Character(*char)),
            Kind::Text(text) => constant(Value::text(text.as_str())),
            Kind::Keyword(name) => constant(keyword(name)),
            Kind::Symbol(name) => self.variable(name, node),
            Kind::Vector(_) => Err(Fault::new(node.range.clone(), "square brackets have no meaning here")),
            Kind::List(nodes) => match nodes.split_first() {
                None => constant(Value::Nil),
                Some((head, arguments)) => self.list(node, head, arguments),
            },
        }
    }

    fn list(&mut self, node: &Node, head: &Node, arguments: &[Node]) -> Compiled {
        let Some(name) = head.name() else {
            return Err(Fault::new(head.range.clone(), "the first of a list must be the name of a function")
                .hint("a constant list is written '(…)"));
        };
        match self.special(&name, node, arguments) {
            Some(compiled) => compiled,
            None => self.call(&name, node, head, arguments),
        }
    }

    /// A name that stands for a value.
    fn variable(&mut self, written: &str, node: &Node) -> Compiled {
        let name = bare_name(written);
        if name == "nil" {
            return Ok(Code::Constant(Value::Nil));
        }
        if let Some(slot) = self.local(&name) {
            return Ok(Code::Local(slot));
        }
        let is_prefixed = written.contains(':');
        match self.field(written, &name) {
            _ if name == "t" && is_prefixed => Ok(Code::Constant(Value::True)),
            Some(index) => Ok(Code::Field(index)),
            None if name == "t" => Ok(Code::Constant(Value::True)),
            None => match (self.functions.variable(&name), self.fields) {
                (Some(value), _) => Ok(Code::Constant(value.clone())),
                (None, None) => Ok(Code::Constant(Value::Nil)),
                (None, Some(fields)) => Err(no_variable(written, node, fields)),
            },
        }
    }

    /// The place of a local variable; a function's own hides those around it.
    fn local(&mut self, name: &str) -> Option<usize> {
        let frame = self.frames.last()?;
        let slot = frame.locals.iter().rposition(|local| local.name.as_deref() == Some(name))?;
        for index in (1..self.frames.len()).rev() {
            if slot >= self.frames[index].captured {
                break;
            }
            self.frames[index - 1].locals[slot].is_captured = true;
        }
        Some(slot)
    }

    /// The field of exactly this name, else one that differs in case, else one without the package.
    fn field(&self, written: &str, name: &str) -> Option<usize> {
        let fields = self.fields?;
        let place = |same: &dyn Fn(&String) -> bool| fields.iter().position(same);
        place(&|field| field == written)
            .or_else(|| place(&|field| field.to_lowercase() == written.to_lowercase()))
            .or_else(|| place(&|field| field == name))
            .or_else(|| place(&|field| field.to_lowercase() == name))
    }

    pub(super) fn forms(&mut self, nodes: &[Node]) -> Result<Vec<Code>, Fault> {
        nodes.iter().map(|node| self.form(node)).collect()
    }

    /// The forms of a body, declarations left out.
    pub(super) fn body(&mut self, nodes: &[Node]) -> Compiled {
        let is_declaration = |node: &&Node| node.call().is_some_and(|(name, _)| name == "declare");
        let codes: Result<Vec<Code>, Fault> =
            nodes.iter().filter(|node| !is_declaration(node)).map(|node| self.form(node)).collect();
        let mut codes = codes?;
        Ok(match codes.len() {
            1 => codes.remove(0),
            0 => Code::Constant(Value::Nil),
            _ => Code::Progn(codes),
        })
    }

    /// Ends the scope of the local variables from `first` on.
    pub(super) fn end_scope(&mut self, first: usize, node: &Node) -> Result<(), Fault> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        for local in frame.locals.drain(first..) {
            if local.is_captured && local.is_set {
                let name = local.name.unwrap_or_default();
                return Err(Fault::new(
                    node.range.clone(),
                    format!("the variable {name} is changed, and also used inside a lambda"),
                )
                .hint("give what changes and what the lambda uses two names"));
            }
        }
        Ok(())
    }

    /// How many local variables there are here.
    pub(super) fn depth(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.locals.len())
    }

    pub(super) fn add_local(&mut self, name: Option<String>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.locals.push(Local::new(name));
        }
    }

    fn call(&mut self, name: &str, node: &Node, head: &Node, arguments: &[Node]) -> Compiled {
        if name == "format"
            && let Some(call) = self.format(node, arguments)?
        {
            return Ok(call);
        }
        let target = self.target(name, head)?;
        self.check_arguments(name, target, node, arguments)?;
        if matches!(name, "regex-replace" | "regex-replace-all" | "scan")
            && let Some(Node { kind: Kind::Text(expression), range }) = arguments.first()
        {
            pattern::compile(expression).map_err(|message| Fault::new(range.clone(), message))?;
        }
        let call = Call { target, arguments: self.forms(arguments)?, text: self.excerpt(node) };
        Ok(Code::Call(Box::new(call)))
    }

    /// The function of this name, or a fault that lists what there is.
    pub(super) fn target(&self, name: &str, head: &Node) -> Result<Target, Fault> {
        match self.functions.find(name) {
            Some(Callee::Library(number)) => Ok(Target::Library(number)),
            Some(Callee::Builtin(builtin)) => Ok(Target::Builtin(builtin)),
            Some(Callee::Transform(transform)) => Ok(Target::Transform(transform)),
            Some(Callee::Lambda(..)) | None => Err(names::unknown(name, head, self.functions)),
        }
    }

    fn check_arguments(
        &self,
        name: &str,
        target: Target,
        node: &Node,
        arguments: &[Node],
    ) -> Result<(), Fault> {
        let signature = self.signature(target);
        let is_keyword = |node: &Node| matches!(node.kind, Kind::Keyword(_));
        let by_position = match signature.keys.is_empty() {
            true => arguments.len(),
            false => arguments
                .iter()
                .enumerate()
                .position(|(at, node)| at >= signature.least && is_keyword(node))
                .unwrap_or(arguments.len()),
        };
        if !(signature.least..=signature.most).contains(&by_position) {
            return Err(Fault::new(
                node.range.clone(),
                format!("`{name}` takes {}, not {by_position}", names::counted(&signature)),
            ));
        }
        for pair in arguments[by_position..].chunks(2) {
            self.check_keyword(name, &signature, pair)?;
        }
        Ok(())
    }

    fn check_keyword(&self, name: &str, signature: &Signature, pair: &[Node]) -> Result<(), Fault> {
        let key = &pair[0];
        match (&key.kind, pair.len()) {
            (Kind::Keyword(word), 2) if signature.keys.contains(word) => Ok(()),
            (Kind::Keyword(word), 1) => {
                Err(Fault::new(key.range.clone(), format!("a value for :{word} is missing")))
            }
            _ => {
                let keys: Vec<String> = signature.keys.iter().map(|key| format!(":{key}")).collect();
                Err(Fault::new(key.range.clone(), format!("`{name}` has no such option"))
                    .hint(format!("its options are {}", keys.join(", "))))
            }
        }
    }

    pub(super) fn signature(&self, target: Target) -> Signature {
        match target {
            Target::Builtin(Builtin { least, most, keys, .. }) => Signature {
                least: *least,
                most: *most,
                keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            },
            Target::Transform(transform) => {
                Signature { least: transform.arity(), most: transform.arity(), keys: Vec::new() }
            }
            Target::Library(number) => self.functions.signature(number).cloned().unwrap_or_default(),
        }
    }

    /// `(format nil "…" …)`; `None` where the control string is not known yet.
    fn format(&mut self, node: &Node, arguments: &[Node]) -> Result<Option<Code>, Fault> {
        let [destination, control, arguments @ ..] = arguments else { return Ok(None) };
        if destination.name().as_deref() != Some("nil") {
            return Err(Fault::new(destination.range.clone(), "the first argument of `format` must be nil"));
        }
        let Kind::Text(control_text) = &control.kind else { return Ok(None) };
        let template = Template::parse(control_text)
            .map_err(|(message, hint)| Fault::new(control.range.clone(), message).hint(hint))?;
        let call = FormatCall { template, arguments: self.forms(arguments)?, text: self.excerpt(node) };
        Ok(Some(Code::Format(Box::new(call))))
    }

    /// A form as it is written, on one line and not too long.
    fn excerpt(&self, node: &Node) -> Box<str> {
        const MOST: usize = 60;
        let written = self.text.get(node.range.clone()).unwrap_or_default();
        let line = written.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(MOST) {
            Some((end, _)) => format!("{}…", &line[..end]).into(),
            None => line.into(),
        }
    }
}

pub(super) fn keyword(name: &str) -> Value<'static> {
    Value::Symbol(format!(":{name}").into())
}

fn no_variable(name: &str, node: &Node, fields: &[String]) -> Fault {
    let fault = Fault::new(node.range.clone(), format!("there is no field or variable {name}"));
    match fields.is_empty() {
        true => fault,
        false => fault.hint(format!("the fields are {}", fields.join(", "))),
    }
}
