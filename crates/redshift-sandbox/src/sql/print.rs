//! Writes what was parsed anew, in the backing server's SQL.

use std::fmt::Write as _;

use crate::model::ColumnType;
use crate::sql::expr::Expr;
use crate::sql::facts::{Facts, HiddenErrors, literal};
use crate::sql::functions::{Fact, Function, Target};
use crate::sql::query::{From, On, Output, Query, Select};
use crate::sql::relations::{Relation, is_catalog, shows_errors};
use crate::sql::stored::{stored, type_label};
use crate::sql::types::TypeName;

/// Collects SQL.
pub(super) struct Printer<'a> {
    facts: &'a Facts<'a>,
    sql: String,
}

impl<'a> Printer<'a> {
    /// What is printed with those facts.
    pub fn printed(facts: &'a Facts<'a>, print: impl FnOnce(&mut Printer<'a>)) -> String {
        let mut printer = Printer { facts, sql: String::new() };
        print(&mut printer);
        printer.sql
    }

    fn push(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    fn separated<T>(&mut self, each: &[T], separator: &str, mut print: impl FnMut(&mut Self, &T)) {
        for (at, one) in each.iter().enumerate() {
            if at > 0 {
                self.push(separator);
            }
            print(self, one);
        }
    }

    pub fn query(&mut self, query: &Query) {
        self.select(&query.first);
        for (operator, select) in &query.more {
            self.push(" ");
            self.push(operator);
            self.push(" ");
            self.select(select);
        }
        if !query.order.is_empty() {
            self.push(" ORDER BY ");
            self.separated(&query.order, ", ", |printer, (key, direction)| {
                printer.sort_key(key);
                printer.push(" ");
                printer.push(direction);
            });
        }
        self.clause(" LIMIT ", query.limit.as_ref());
        self.clause(" OFFSET ", query.offset.as_ref());
    }

    fn clause(&mut self, word: &str, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.push(word);
            self.expr(expr);
        }
    }

    /// A number is the place of a column here, and must not get parentheses.
    fn sort_key(&mut self, key: &Expr) {
        match key {
            Expr::Number(number) => self.push(number),
            other => self.expr(other),
        }
    }

    fn select(&mut self, select: &Select) {
        self.push(if select.distinct { "SELECT DISTINCT " } else { "SELECT " });
        self.separated(&select.outputs, ", ", Printer::output);
        if !select.from.is_empty() {
            self.push(" FROM ");
            self.separated(&select.from, ", ", Printer::from);
        }
        self.clause(" WHERE ", select.filter.as_ref());
        if !select.group.is_empty() {
            self.push(" GROUP BY ");
            self.separated(&select.group, ", ", Printer::sort_key);
        }
        self.clause(" HAVING ", select.having.as_ref());
    }

    fn output(&mut self, output: &Output) {
        match output {
            Output::All(names) => {
                for name in names {
                    let name = self.facts.name(name);
                    self.push(&name);
                    self.push(".");
                }
                self.push("*");
            }
            Output::One(value, name) => {
                self.expr(value);
                let name = self.facts.name(name.as_deref().unwrap_or_else(|| label(value)));
                let _ = write!(self.sql, " AS {name}");
            }
        }
    }

    fn from(&mut self, from: &From) {
        match from {
            From::Relation(relation, alias) => self.relation(relation, alias.as_deref()),
            From::Query(query, alias) => {
                self.push("(");
                self.query(query);
                let _ = write!(self.sql, ") AS {}", self.facts.name(alias));
            }
            From::Join(left, kind, right, on) => self.join(left, kind, right, on),
        }
    }

    fn join(&mut self, left: &From, kind: &str, right: &From, on: &On) {
        self.push("(");
        self.from(left);
        let _ = write!(self.sql, " {kind} ");
        self.from(right);
        match on {
            On::Nothing => {}
            On::Condition(condition) => self.clause(" ON ", Some(condition)),
            On::Columns(columns) => {
                let _ = write!(self.sql, " USING ({})", self.facts.names(columns));
            }
        }
        self.push(")");
    }

    fn relation(&mut self, relation: &Relation, alias: Option<&str>) {
        match relation {
            Relation::Table(name) => {
                let name = self.facts.object(name);
                self.push(&name);
            }
            Relation::System(name) => {
                let empty = match self.facts.hide_errors {
                    HiddenErrors::None => false,
                    HiddenErrors::Stl => *name == "stl_load_errors",
                    HiddenErrors::All => shows_errors(name),
                };
                let _ = write!(self.sql, "rs_catalog.{}{name}", if empty { "no_" } else { "" });
            }
        }
        let alias = match relation {
            Relation::System(name) => Some(alias.unwrap_or(name)),
            Relation::Table(_) => alias,
        };
        if let Some(alias) = alias {
            let _ = write!(self.sql, " AS {}", self.facts.name(alias));
        }
    }

    pub fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Column(names) => self.column(names),
            Expr::Literal(value) => self.push(&literal(value)),
            Expr::Number(number) => self.push(number),
            Expr::Null => self.push("NULL"),
            Expr::Bool(value) => self.push(if *value { "true" } else { "false" }),
            Expr::Parameter(index) => {
                self.push(self.facts.parameters.get(*index).map_or("NULL", String::as_str));
            }
            Expr::Word(printed) => self.push(printed),
            Expr::Call { function, star, distinct, arguments } => {
                self.call(function, *star, *distinct, arguments);
            }
            Expr::Cast(inner, ty) => self.cast(inner, ty),
            operation => {
                self.push("(");
                self.operation(operation);
                self.push(")");
            }
        }
    }

    fn column(&mut self, names: &[String]) {
        let names: Vec<String> = names.iter().map(|name| self.facts.name(name)).collect();
        self.push(&names.join("."));
    }

    /// What gets parentheses around it.
    fn operation(&mut self, expr: &Expr) {
        match expr {
            Expr::Prefix(operator, inner) => {
                self.push(operator);
                self.push(" ");
                self.expr(inner);
            }
            Expr::Infix(left, operator, right) => self.infix(left, operator, right),
            Expr::Suffix(inner, suffix) => {
                self.expr(inner);
                self.push(" ");
                self.push(suffix);
            }
            Expr::Like(left, operator, pattern, escape) => {
                self.infix(left, operator, pattern);
                if let Some(escape) = escape {
                    let _ = write!(self.sql, " ESCAPE {}", literal(escape));
                }
            }
            Expr::Between(inner, operator, bounds) => {
                self.infix(inner, operator, &bounds.0);
                self.clause(" AND ", Some(&bounds.1));
            }
            Expr::Case(operand, pairs, otherwise) => {
                self.case(operand.as_deref(), pairs, otherwise.as_deref());
            }
            other => self.nested(other),
        }
    }

    fn infix(&mut self, left: &Expr, operator: &str, right: &Expr) {
        self.expr(left);
        let _ = write!(self.sql, " {operator} ");
        self.expr(right);
    }

    /// Lists and queries within an expression.
    fn nested(&mut self, expr: &Expr) {
        match expr {
            Expr::InList(left, operator, list) => {
                self.expr(left);
                let _ = write!(self.sql, " {operator} (");
                self.separated(list, ", ", Printer::expr);
                self.push(")");
            }
            Expr::InQuery(left, operator, query) => {
                self.expr(left);
                let _ = write!(self.sql, " {operator} (");
                self.query(query);
                self.push(")");
            }
            Expr::EqualsAny(left, array) => {
                self.expr(left);
                self.push(" = ANY (");
                self.expr(array);
                self.push(")");
            }
            Expr::Exists(query) => {
                self.push("EXISTS (");
                self.query(query);
                self.push(")");
            }
            Expr::Subquery(query) => self.query(query),
            // All others are printed by the callers.
            other => self.expr(other),
        }
    }

    fn case(&mut self, operand: Option<&Expr>, pairs: &[(Expr, Expr)], otherwise: Option<&Expr>) {
        self.push("CASE");
        self.clause(" ", operand);
        for (when, then) in pairs {
            self.clause(" WHEN ", Some(when));
            self.clause(" THEN ", Some(then));
        }
        self.clause(" ELSE ", otherwise);
        self.push(" END");
    }

    fn call(&mut self, function: &Function, star: bool, distinct: bool, arguments: &[Expr]) {
        let name = match function.target {
            Target::Function(name) => name,
            Target::Fact(fact) => return self.fact(fact),
        };
        self.push(name);
        self.push(match (star, distinct) {
            (true, _) => "(*",
            (false, true) => "(DISTINCT ",
            (false, false) => "(",
        });
        self.separated(arguments, ", ", Printer::expr);
        self.push(")");
    }

    fn fact(&mut self, fact: Fact) {
        let facts = self.facts;
        let _ = match fact {
            Fact::Version => write!(self.sql, "{}::text", literal(facts.version)),
            Fact::Database => write!(self.sql, "{}::name", literal(facts.database)),
            Fact::LastCopyCount => write!(self.sql, "({})::int8", facts.last_copy_count),
            Fact::LastCopyId => write!(self.sql, "({})::int4", facts.last_copy_id),
        };
    }

    fn cast(&mut self, inner: &Expr, ty: &TypeName) {
        match (ty, inner) {
            (TypeName::Catalog("regclass"), Expr::Literal(name)) if is_catalog(name) => {
                let _ = write!(self.sql, "{}::regclass", literal(&format!("pg_catalog.{name}")));
            }
            (TypeName::Column(ColumnType::Varchar(_) | ColumnType::Char(_)), _) => {
                self.push("rs_catalog.as_varchar(");
                self.expr(inner);
                self.push(")");
            }
            _ => {
                self.push("(");
                self.expr(inner);
                let _ = write!(self.sql, ")::{}", cast_type(ty));
            }
        }
    }
}

fn cast_type(ty: &TypeName) -> String {
    match ty {
        TypeName::Column(ty) => stored(*ty),
        TypeName::Catalog(name) => (*name).to_owned(),
        // Refused by the parser.
        TypeName::Unsupported(_) | TypeName::Unknown(_) => String::from("text"),
    }
}

/// The name of an output column that was given none, as PostgreSQL chooses it.
fn label(expr: &Expr) -> &str {
    match expr {
        Expr::Column(names) => names.last().map_or("?column?", String::as_str),
        Expr::Call { function, .. } => function.name,
        Expr::Word(printed) => printed.strip_prefix("rs_catalog.").unwrap_or(printed).trim_end_matches("()"),
        Expr::Cast(inner, ty) => match (label(inner), ty) {
            ("?column?", TypeName::Column(ty)) => type_label(*ty),
            ("?column?", TypeName::Catalog(name)) => name,
            (name, _) => name,
        },
        Expr::Case(..) => "case",
        Expr::Bool(_) => "bool",
        _ => "?column?",
    }
}
