//! The extended query protocol, as far as AWS's Python driver needs it: one portal at a time, all rows at once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::SqlError;
use crate::lexer::{self, Kind, Token};
use crate::session::Session;
use crate::session::execute::Form;
use crate::session::outcome::Interrupted;
use crate::session::rows::text_field;
use crate::sql::facts::literal;
use crate::sql::statement::{Parsed, Statement, parse};
use crate::wire::body::Body;
use crate::wire::messages::format_of;
use crate::wire::{Field, Front};

/// Statements and portals by name.
#[derive(Default)]
pub struct Prepared {
    statements: HashMap<String, Arc<Source>>,
    portals: HashMap<String, Portal>,
    /// After an error: everything up to the next Sync is passed over.
    skipping: bool,
}

/// A parsed statement; None is an empty one.
struct Source {
    parsed: Option<Parsed>,
    types: Vec<u32>,
}

/// A statement with its values.
#[derive(Clone)]
struct Portal {
    source: Arc<Source>,
    /// As expressions of the backing server.
    parameters: Vec<String>,
    formats: Vec<i16>,
}

impl Session {
    /// Any message but Query and Terminate.
    pub(super) async fn extended(
        &mut self,
        front: &mut Front,
        tag: u8,
        body: &[u8],
    ) -> Result<(), Interrupted> {
        if tag == b'S' {
            self.prepared.skipping = false;
            front.out.ready(self.transaction.status());
            return Ok(());
        }
        if self.prepared.skipping {
            return Ok(());
        }
        match self.step(front, tag, Body(body)).await {
            Err(Interrupted::Sql(error)) => {
                self.prepared.skipping = true;
                self.fail().await?;
                front.out.error("ERROR", &error);
                Ok(())
            }
            other => other,
        }
    }

    async fn step(&mut self, front: &mut Front, tag: u8, body: Body<'_>) -> Result<(), Interrupted> {
        match tag {
            b'P' => self.prepare(front, body),
            b'B' => self.bind(front, body),
            b'D' => self.describe(front, body).await,
            b'E' => self.execute_portal(front, body).await,
            b'C' => self.close(front, body),
            b'H' => Ok(front.flush().await?),
            _ => Err(SqlError::new("08P01", format!("invalid frontend message type {tag}")).into()),
        }
    }

    fn prepare(&mut self, front: &mut Front, mut body: Body<'_>) -> Result<(), Interrupted> {
        let (name, text) = (body.text()?.to_owned(), body.text()?);
        let mut types = body.list(|body| body.i32().map(i32::cast_unsigned))?;
        let tokens = self.lexed(text)?;
        let statements: Vec<&[Token]> = lexer::statements(&tokens).collect();
        let parsed = match statements.as_slice() {
            [] => None,
            [statement] => Some(parse(text, statement)?),
            _ => {
                let message = "cannot insert multiple commands into a prepared statement";
                return Err(SqlError::new("42601", message).into());
            }
        };
        types.resize(types.len().max(parameters_in(&tokens)), 0);
        self.prepared.statements.insert(name, Arc::new(Source { parsed, types }));
        front.out.bare(b'1');
        Ok(())
    }

    fn statement(&self, name: &str) -> Result<Arc<Source>, SqlError> {
        let found = self.prepared.statements.get(name).map(Arc::clone);
        found.ok_or_else(|| SqlError::new("26000", format!("prepared statement \"{name}\" does not exist")))
    }

    fn portal(&self, name: &str) -> Result<Portal, SqlError> {
        let found = self.prepared.portals.get(name).cloned();
        found.ok_or_else(|| SqlError::new("34000", format!("portal \"{name}\" does not exist")))
    }

    fn bind(&mut self, front: &mut Front, mut body: Body<'_>) -> Result<(), Interrupted> {
        let portal = body.text()?.to_owned();
        let source = self.statement(body.text()?)?;
        let formats = body.list(Body::i16)?;
        let values = body.list(|body| body.value().map(|value| value.map(<[u8]>::to_vec)))?;
        let results = body.list(Body::i16)?;
        if values.len() != source.types.len() {
            let message = format!(
                "bind message supplies {} parameters, but prepared statement requires {}",
                values.len(),
                source.types.len()
            );
            return Err(SqlError::new("08P01", message).into());
        }
        let mut parameters = Vec::with_capacity(values.len());
        for (at, (value, oid)) in values.iter().zip(&source.types).enumerate() {
            let binary = format_of(&formats, at) == 1;
            parameters.push(printed(value.as_deref(), *oid, binary)?);
        }
        self.prepared.portals.insert(portal, Portal { source, parameters, formats: results });
        front.out.bare(b'2');
        Ok(())
    }

    async fn describe(&mut self, front: &mut Front, mut body: Body<'_>) -> Result<(), Interrupted> {
        let kind = body.byte()?;
        let name = body.text()?;
        let portal = if kind == b'S' {
            let source = self.statement(name)?;
            front.out.parameter_description(&source.types);
            let parameters =
                source.types.iter().map(|oid| printed(None, *oid, false)).collect::<Result<_, _>>()?;
            Portal { source, parameters, formats: Vec::new() }
        } else {
            self.portal(name)?
        };
        match self.fields(front, &portal).await? {
            Some(fields) => front.out.row_description(&fields, &portal.formats),
            None => front.out.bare(b'n'),
        }
        Ok(())
    }

    /// The columns that a statement answers with; None where it answers with none.
    async fn fields(&self, front: &mut Front, portal: &Portal) -> Result<Option<Vec<Field>>, Interrupted> {
        let Some(parsed) = &portal.source.parsed else { return Ok(None) };
        match &parsed.statement {
            Statement::Select(query) => {
                let sql = self.printed_query(front, query, &parsed.seen, &portal.parameters)?;
                self.columns_of(&sql).await.map(Some)
            }
            Statement::Show(name) => Ok(Some(vec![text_field(name)])),
            _ => Ok(None),
        }
    }

    async fn execute_portal(&mut self, front: &mut Front, mut body: Body<'_>) -> Result<(), Interrupted> {
        let portal = self.portal(body.text()?)?;
        let Some(parsed) = &portal.source.parsed else {
            front.out.bare(b'I');
            return Ok(());
        };
        let form = Form {
            several: false,
            describe: false,
            formats: &portal.formats,
            parameters: &portal.parameters,
        };
        let tag = self.execute(front, parsed, form).await?;
        front.out.complete(&tag);
        Ok(())
    }

    fn close(&mut self, front: &mut Front, mut body: Body<'_>) -> Result<(), Interrupted> {
        let kind = body.byte()?;
        let name = body.text()?;
        if kind == b'S' {
            self.prepared.statements.remove(name);
        } else {
            self.prepared.portals.remove(name);
        }
        front.out.bare(b'3');
        Ok(())
    }
}

/// The highest number of a `$n`.
fn parameters_in(tokens: &[Token]) -> usize {
    let numbers = tokens.windows(2).filter_map(|pair| match (&pair[0].kind, &pair[1].kind) {
        (Kind::Symbol("$"), Kind::Number(number)) => number.parse().ok(),
        _ => None,
    });
    numbers.filter(|number| *number <= 32_767).max().unwrap_or(0)
}

/// A parameter's value as an expression of the backing server.
fn printed(value: Option<&[u8]>, oid: u32, binary: bool) -> Result<String, Interrupted> {
    let cast = cast_of(oid);
    let Some(bytes) = value else { return Ok(format!("NULL{cast}")) };
    if binary {
        return from_binary(bytes, oid);
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| SqlError::new("22021", "invalid byte sequence for encoding"))?;
    Ok(format!("{}{cast}", literal(text)))
}

/// The cast for a parameter's type; none where the context decides.
fn cast_of(oid: u32) -> &'static str {
    match oid {
        16 => "::boolean",
        20 => "::int8",
        21 => "::int2",
        23 => "::int4",
        26 => "::oid",
        25 | 1042 | 1043 => "::text",
        700 => "::float4",
        701 => "::float8",
        1082 => "::date",
        1083 => "::time",
        1114 => "::timestamp",
        1184 => "::timestamptz",
        1266 => "::timetz",
        1700 => "::numeric",
        _ => "",
    }
}

fn from_binary(bytes: &[u8], oid: u32) -> Result<String, Interrupted> {
    let mut body = Body(bytes);
    let cast = cast_of(oid);
    let value = match oid {
        16 => (body.byte()? != 0).to_string(),
        21 => body.i16()?.to_string(),
        23 => body.i32()?.to_string(),
        20 => body.i64()?.to_string(),
        700 => f32::from_bits(body.i32()?.cast_unsigned()).to_string(),
        701 => f64::from_bits(body.i64()?.cast_unsigned()).to_string(),
        1082 => return Ok(format!("('2000-01-01'::date + {})", body.i32()?)),
        1114 | 1184 => {
            let microseconds = body.i64()?;
            let start = if oid == 1114 { "2000-01-01" } else { "2000-01-01 00:00:00+00" };
            return Ok(format!("('{start}'{cast} + '{microseconds} microseconds'::interval)"));
        }
        0 | 25 | 705 | 1042 | 1043 => return printed(Some(bytes), oid, false),
        _ => {
            let message = format!("binary parameters of type {oid} are not implemented in sandbox");
            return Err(SqlError::new("0A000", message).into());
        }
    };
    Ok(format!("{}{cast}", literal(&value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_expressions() {
        for (value, oid, binary, expected) in [
            (Some(b"it's".as_slice()), 705, false, "'it''s'"),
            (None, 23, false, "NULL::int4"),
            (Some(&[0, 0, 0, 7]), 23, true, "'7'::int4"),
            (Some(&[1]), 16, true, "'true'::boolean"),
            (Some(&1.5_f64.to_be_bytes()), 701, true, "'1.5'::float8"),
            (
                Some(&1_i64.to_be_bytes()),
                1114,
                true,
                "('2000-01-01'::timestamp + '1 microseconds'::interval)",
            ),
        ] {
            assert_eq!(printed(value, oid, binary).unwrap(), expected);
        }
        assert_eq!(parameters_in(&lexer::tokens("a = $2 AND b = $11", false).unwrap()), 11);
    }
}
