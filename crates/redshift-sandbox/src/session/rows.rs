//! Rows from the backing server to the client.

use std::borrow::Cow;

use futures_util::StreamExt as _;
use tokio_postgres::types::Type;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow, Statement};

use crate::backing::Names;
use crate::error::SqlError;
use crate::session::Session;
use crate::session::binary;
use crate::session::execute::Form;
use crate::session::outcome::Interrupted;
use crate::wire::messages::format_of;
use crate::wire::{Field, Front};

impl Session {
    /// Runs a query of the backing server and sends its rows.
    pub(super) async fn rows(
        &mut self,
        front: &mut Front,
        sql: &str,
        form: Form<'_>,
    ) -> Result<(), Interrupted> {
        let client = &self.backing.client;
        let fields = described(&client.prepare(sql).await?, &self.shared.backing.names);
        if form.describe {
            front.out.row_description(&fields, form.formats);
        }
        let mut messages = std::pin::pin!(client.simple_query_raw(sql).await?);
        while let Some(message) = messages.next().await {
            if let SimpleQueryMessage::Row(row) = message? {
                send(front, &row, &fields, form.formats)?;
                front.relieve().await?;
            }
        }
        Ok(())
    }

    /// The columns of a query of the backing server.
    pub(super) async fn columns_of(&self, sql: &str) -> Result<Vec<Field>, Interrupted> {
        Ok(described(&self.backing.client.prepare(sql).await?, &self.shared.backing.names))
    }
}

/// One row of text columns that the session itself makes.
pub(super) fn own_row(front: &mut Front, name: &str, value: &str, form: Form<'_>) {
    if form.describe {
        front.out.row_description(&[text_field(name)], form.formats);
    }
    front.out.row([Some(Cow::Borrowed(value.as_bytes()))].into_iter());
}

/// A column of type VARCHAR.
pub(super) fn text_field(name: &str) -> Field {
    Field { name: name.to_owned(), oid: 1043, size: -1, typmod: -1 }
}

fn described(statement: &Statement, names: &Names) -> Vec<Field> {
    statement
        .columns()
        .iter()
        .map(|column| {
            let (oid, size) = redshift_type(column.type_());
            // A length on the backing server says nothing of the one declared.
            let typmod = if oid == 1700 || oid == 1042 { column.type_modifier() } else { -1 };
            Field { name: names.lengthen(column.name()), oid, size, typmod }
        })
        .collect()
}

/// The OID of a type in Redshift, and the bytes of its values or -1.
fn redshift_type(ty: &Type) -> (u32, i16) {
    match *ty {
        Type::TEXT => (1043, -1),
        Type::JSON => (4000, -1),
        Type::BYTEA => (6551, -1),
        Type::BOOL | Type::CHAR => (ty.oid(), 1),
        Type::INT2 => (ty.oid(), 2),
        Type::INT4 | Type::FLOAT4 | Type::OID | Type::DATE => (ty.oid(), 4),
        Type::INT8 | Type::FLOAT8 | Type::TIME | Type::TIMESTAMP | Type::TIMESTAMPTZ => (ty.oid(), 8),
        _ => (ty.oid(), -1),
    }
}

fn send(front: &mut Front, row: &SimpleQueryRow, fields: &[Field], formats: &[i16]) -> Result<(), SqlError> {
    let mut values = Vec::with_capacity(fields.len());
    for (at, field) in fields.iter().enumerate() {
        let value = row.get(at).map(|text| match format_of(formats, at) {
            0 => Ok(Cow::Borrowed(shown(text, field.oid).as_bytes())),
            _ => binary::encode(shown(text, field.oid), field.oid).map(Cow::Owned),
        });
        values.push(value.transpose()?);
    }
    front.out.row(values.into_iter());
    Ok(())
}

/// VARBYTE prints as bare hex.
fn shown(text: &str, oid: u32) -> &str {
    match oid {
        6551 => text.strip_prefix("\\x").unwrap_or(text),
        _ => text,
    }
}
