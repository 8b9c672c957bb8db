//! Expressions: what is parsed, nothing that is not known.

use crate::error::SqlError;
use crate::lexer::Kind;
use crate::sql::Seen;
use crate::sql::call::{column, named};
use crate::sql::cursor::Cursor;
use crate::sql::functions::Function;
use crate::sql::query::{self, Query};
use crate::sql::types::{self, TypeName};

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// A column's name, with the names before it.
    Column(Vec<String>),
    /// `'…'`
    Literal(String),
    /// A number without sign.
    Number(String),
    /// NULL.
    Null,
    /// TRUE or FALSE.
    Bool(bool),
    /// `$n`, counted from 0.
    Parameter(usize),
    /// A value that is called without parentheses, such as `current_user`.
    Word(&'static str),
    /// A call.
    Call {
        /// Of what.
        function: &'static Function,
        /// `count(*)`.
        star: bool,
        /// DISTINCT before the argument.
        distinct: bool,
        /// With these.
        arguments: Vec<Expr>,
    },
    /// `x::type` in any spelling.
    Cast(Box<Expr>, TypeName),
    /// NOT, or a sign.
    Prefix(&'static str, Box<Expr>),
    /// Two operands.
    Infix(Box<Expr>, &'static str, Box<Expr>),
    /// `IS NULL` and the like, after its operand.
    Suffix(Box<Expr>, &'static str),
    /// LIKE, ILIKE or with NOT; pattern and escape.
    Like(Box<Expr>, &'static str, Box<Expr>, Option<String>),
    /// BETWEEN or NOT BETWEEN.
    Between(Box<Expr>, &'static str, Box<(Expr, Expr)>),
    /// IN or NOT IN a list.
    InList(Box<Expr>, &'static str, Vec<Expr>),
    /// IN or NOT IN a query.
    InQuery(Box<Expr>, &'static str, Box<Query>),
    /// `x = ANY(column)`.
    EqualsAny(Box<Expr>, Box<Expr>),
    /// EXISTS (query).
    Exists(Box<Query>),
    /// A query with one value.
    Subquery(Box<Query>),
    /// CASE with the operand, pairs, and ELSE.
    Case(Option<Box<Expr>>, Vec<(Expr, Expr)>, Option<Box<Expr>>),
}

/// How tightly operators bind, the loosest first.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const IS: u8 = 4;
const COMPARE: u8 = 5;
const MATCH: u8 = 6;
const OTHER: u8 = 7;
const ADD: u8 = 8;
const MULTIPLY: u8 = 9;
const SIGN: u8 = 10;

const INFIX: &[(&str, u8)] = &[
    ("=", COMPARE),
    ("<", COMPARE),
    (">", COMPARE),
    ("<=", COMPARE),
    (">=", COMPARE),
    ("<>", COMPARE),
    ("!=", COMPARE),
    ("||", OTHER),
    ("~", OTHER),
    ("!~", OTHER),
    ("~~", OTHER),
    ("!~~", OTHER),
    ("+", ADD),
    ("-", ADD),
    ("*", MULTIPLY),
    ("/", MULTIPLY),
    ("%", MULTIPLY),
];

/// Values that are called without parentheses, and what the backing server calls them.
const WORDS: &[(&str, &str)] = &[
    ("current_user", "current_user"),
    ("session_user", "session_user"),
    ("user", "current_user"),
    ("sysdate", "rs_catalog.sysdate()"),
    ("current_date", "current_date"),
];

/// Parses an expression.
pub fn parse(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Expr, SqlError> {
    tighter(cursor, seen, OR)
}

/// Parses a DEFAULT, which ends before NOT NULL and other attributes of a column.
pub fn parse_default(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Expr, SqlError> {
    tighter(cursor, seen, OTHER)
}

/// An expression of operators that bind at least so tightly.
fn tighter(cursor: &mut Cursor<'_>, seen: &mut Seen, least: u8) -> Result<Expr, SqlError> {
    cursor.deeper(|cursor| {
        let mut left = prefixed(cursor, seen, least)?;
        while let Some(longer) = extended(cursor, seen, least, &mut left)? {
            left = longer;
        }
        Ok(left)
    })
}

fn prefixed(cursor: &mut Cursor<'_>, seen: &mut Seen, least: u8) -> Result<Expr, SqlError> {
    if least <= NOT && cursor.accept("not") {
        return Ok(Expr::Prefix("NOT", Box::new(tighter(cursor, seen, NOT)?)));
    }
    match cursor.operator().as_str() {
        "-" => signed(cursor, seen, "-"),
        "+" => signed(cursor, seen, "+"),
        _ => casts(cursor, seen),
    }
}

fn signed(cursor: &mut Cursor<'_>, seen: &mut Seen, sign: &'static str) -> Result<Expr, SqlError> {
    cursor.advance();
    Ok(Expr::Prefix(sign, Box::new(tighter(cursor, seen, SIGN)?)))
}

/// The expression with the operator behind it, if that binds at least so tightly; else None, and `left` is as
/// it was.
fn extended(
    cursor: &mut Cursor<'_>,
    seen: &mut Seen,
    least: u8,
    left: &mut Expr,
) -> Result<Option<Expr>, SqlError> {
    let operand = |left: &mut Expr| Box::new(std::mem::replace(left, Expr::Null));
    for (word, operator, binds) in [("or", "OR", OR), ("and", "AND", AND)] {
        if least <= binds && cursor.accept(word) {
            let right = tighter(cursor, seen, binds + 1)?;
            return Ok(Some(Expr::Infix(operand(left), operator, Box::new(right))));
        }
    }
    if least <= IS && cursor.accept("is") {
        return Ok(Some(Expr::Suffix(operand(left), is(cursor)?)));
    }
    if least <= MATCH && sees_match(cursor) {
        return matched(cursor, seen, operand(left)).map(Some);
    }
    let written = cursor.operator();
    let Some((operator, binds)) = INFIX.iter().find(|(known, _)| *known == written) else {
        return if written.is_empty() { Ok(None) } else { Err(cursor.unexpected()) };
    };
    if *binds < least {
        return Ok(None);
    }
    cursor.take_operator(operator);
    if *operator == "=" && cursor.accept("any") {
        return any(cursor, operand(left)).map(Some);
    }
    let right = tighter(cursor, seen, binds + 1)?;
    Ok(Some(Expr::Infix(operand(left), operator, Box::new(right))))
}

fn is(cursor: &mut Cursor<'_>) -> Result<&'static str, SqlError> {
    const FORMS: &[(&[&str], &str)] = &[
        (&["null"], "IS NULL"),
        (&["not", "null"], "IS NOT NULL"),
        (&["true"], "IS TRUE"),
        (&["not", "true"], "IS NOT TRUE"),
        (&["false"], "IS FALSE"),
        (&["not", "false"], "IS NOT FALSE"),
        (&["unknown"], "IS UNKNOWN"),
        (&["not", "unknown"], "IS NOT UNKNOWN"),
    ];
    let form = FORMS.iter().find(|(words, _)| cursor.accept_all(words));
    form.map(|(_, printed)| *printed).ok_or_else(|| cursor.unexpected())
}

fn sees_match(cursor: &Cursor<'_>) -> bool {
    let at = usize::from(cursor.sees("not"));
    ["like", "ilike", "between", "in"].iter().any(|word| cursor.sees_at(at, word))
}

/// LIKE, BETWEEN and IN, or with NOT before.
fn matched(cursor: &mut Cursor<'_>, seen: &mut Seen, left: Box<Expr>) -> Result<Expr, SqlError> {
    let not = cursor.accept("not");
    let either = |plain, negated| if not { negated } else { plain };
    if cursor.accept("between") {
        let low = tighter(cursor, seen, OTHER)?;
        cursor.expect("and")?;
        let high = tighter(cursor, seen, OTHER)?;
        return Ok(Expr::Between(left, either("BETWEEN", "NOT BETWEEN"), Box::new((low, high))));
    }
    if cursor.accept("in") {
        return within(cursor, seen, left, either("IN", "NOT IN"));
    }
    let operator = if cursor.accept("ilike") {
        either("ILIKE", "NOT ILIKE")
    } else {
        cursor.expect("like")?;
        either("LIKE", "NOT LIKE")
    };
    let pattern = tighter(cursor, seen, OTHER)?;
    let escape = if cursor.accept("escape") { Some(cursor.literal()?.to_owned()) } else { None };
    Ok(Expr::Like(left, operator, Box::new(pattern), escape))
}

fn within(
    cursor: &mut Cursor<'_>,
    seen: &mut Seen,
    left: Box<Expr>,
    operator: &'static str,
) -> Result<Expr, SqlError> {
    cursor.expect_symbol("(")?;
    let found = if cursor.sees("select") {
        Expr::InQuery(left, operator, Box::new(query::parse(cursor, seen)?))
    } else {
        Expr::InList(left, operator, cursor.list(|cursor| parse(cursor, seen))?)
    };
    cursor.expect_symbol(")")?;
    Ok(found)
}

fn any(cursor: &mut Cursor<'_>, left: Box<Expr>) -> Result<Expr, SqlError> {
    cursor.expect_symbol("(")?;
    let array = Expr::Column(column(cursor)?);
    cursor.expect_symbol(")")?;
    Ok(Expr::EqualsAny(left, Box::new(array)))
}

/// A primary expression and the casts behind it.
fn casts(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Expr, SqlError> {
    let mut expr = primary(cursor, seen)?;
    while cursor.accept_symbol("::") {
        expr = cast(expr, types::parse(cursor)?)?;
    }
    Ok(expr)
}

fn cast(expr: Expr, ty: TypeName) -> Result<Expr, SqlError> {
    match ty {
        TypeName::Unknown(name) => Err(types::unknown(&name)),
        TypeName::Unsupported(name) => {
            Err(SqlError::new("0A000", format!("casts to {name} are not implemented in sandbox")))
        }
        ty => Ok(Expr::Cast(Box::new(expr), ty)),
    }
}

fn primary(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Expr, SqlError> {
    match cursor.peek() {
        Some(Kind::Literal(value)) => {
            cursor.advance();
            Ok(Expr::Literal(value.clone()))
        }
        Some(Kind::Number(number)) => {
            cursor.advance();
            Ok(Expr::Number(number.clone()))
        }
        Some(Kind::Symbol("$")) => parameter(cursor),
        Some(Kind::Symbol("(")) => parenthesised(cursor, seen),
        Some(Kind::Word(word)) => worded(cursor, seen, word),
        Some(Kind::Quoted(_)) => named(cursor, seen),
        _ => Err(cursor.unexpected()),
    }
}

fn parameter(cursor: &mut Cursor<'_>) -> Result<Expr, SqlError> {
    cursor.advance();
    match usize::try_from(cursor.integer()?) {
        Ok(number @ 1..=32_767) => Ok(Expr::Parameter(number - 1)),
        _ => Err(SqlError::new("42P02", "there is no such parameter")),
    }
}

fn parenthesised(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Expr, SqlError> {
    cursor.advance();
    let inner = if cursor.sees("select") {
        Expr::Subquery(Box::new(query::parse(cursor, seen)?))
    } else {
        parse(cursor, seen)?
    };
    cursor.expect_symbol(")")?;
    Ok(inner)
}

/// What begins with an unquoted word.
fn worded(cursor: &mut Cursor<'_>, seen: &mut Seen, word: &str) -> Result<Expr, SqlError> {
    if let Some((_, printed)) = WORDS.iter().find(|(known, _)| *known == word)
        && !matches!(cursor.ahead(1), Some(Kind::Symbol("(" | ".")))
    {
        cursor.advance();
        return Ok(Expr::Word(printed));
    }
    match word {
        "null" | "true" | "false" => {
            cursor.advance();
            Ok(if word == "null" { Expr::Null } else { Expr::Bool(word == "true") })
        }
        "case" => case(cursor, seen),
        "cast" => cast_call(cursor, seen),
        "exists" if matches!(cursor.ahead(1), Some(Kind::Symbol("("))) => exists(cursor, seen),
        "date" | "time" | "timestamp" | "timestamptz" | "timetz"
            if matches!(cursor.ahead(1), Some(Kind::Literal(_))) =>
        {
            let ty = types::parse(cursor)?;
            cast(Expr::Literal(cursor.literal()?.to_owned()), ty)
        }
        _ => named(cursor, seen),
    }
}

fn case(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Expr, SqlError> {
    cursor.advance();
    let operand = if cursor.sees("when") { None } else { Some(Box::new(parse(cursor, seen)?)) };
    let mut pairs = Vec::new();
    while cursor.accept("when") {
        let when = parse(cursor, seen)?;
        cursor.expect("then")?;
        pairs.push((when, parse(cursor, seen)?));
    }
    if pairs.is_empty() {
        return Err(cursor.unexpected());
    }
    let otherwise = if cursor.accept("else") { Some(Box::new(parse(cursor, seen)?)) } else { None };
    cursor.expect("end")?;
    Ok(Expr::Case(operand, pairs, otherwise))
}

fn cast_call(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Expr, SqlError> {
    cursor.advance();
    cursor.expect_symbol("(")?;
    let expr = parse(cursor, seen)?;
    cursor.expect("as")?;
    let ty = types::parse(cursor)?;
    cursor.expect_symbol(")")?;
    cast(expr, ty)
}

fn exists(cursor: &mut Cursor<'_>, seen: &mut Seen) -> Result<Expr, SqlError> {
    cursor.advance();
    cursor.expect_symbol("(")?;
    let inner = query::parse(cursor, seen)?;
    cursor.expect_symbol(")")?;
    Ok(Expr::Exists(Box::new(inner)))
}
