//! COPY, and what the COPY engine asks of the session.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::SinkExt as _;

use crate::backing::errors::canceled;
use crate::copy::{self, Copied, Failed, Host, LoadError};
use crate::error::SqlError;
use crate::fault::Fault;
use crate::lexer::{Kind, Token};
use crate::model::UserTable;
use crate::session::Session;
use crate::session::outcome::Interrupted;
use crate::sql::cursor::ObjectName;
use crate::sql::facts::literal;
use crate::wire::Front;

/// How much of a COPY goes to the backing server at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// A COPY under way, as the engine's host.
struct Loading<'a> {
    session: &'a Session,
    query: i32,
    transaction_id: i64,
}

impl Session {
    /// COPY … FROM; answers its tag.
    pub(super) async fn copy(&mut self, front: &mut Front, tokens: &[Token]) -> Result<String, Interrupted> {
        if self.shared.faults.strikes(&Fault::DropBeforeCopy) {
            return Err(Interrupted::Dropped);
        }
        let alone = self.begin_alone().await?;
        let result = self.load(tokens).await;
        self.end_alone(alone, result.is_ok()).await?;
        self.report(front, &result?);
        Ok("COPY".into())
    }

    /// Runs the engine, until it ends or the client cancels it, and notes what came of it.
    async fn load(&mut self, tokens: &[Token]) -> Result<Copied, SqlError> {
        let query = self.shared.next_query();
        if let Some(rows) = self.shared.null_copy {
            (self.copies.last_id, self.copies.last_count) = (query, rows);
            return Ok(Copied { table: target(tokens), loaded: rows, refused: 0 });
        }
        let started = self.transaction_now().await?;
        let shared = Arc::clone(&self.shared);
        let cancelled = Arc::clone(&self.cancelled);
        let mut loading = Loading { session: self, query, transaction_id: started.0 };
        let result = tokio::select! {
            biased;
            () = cancelled.notified() => Err(Failed { error: canceled(), loading_began: false }),
            result = copy::run(tokens, &mut loading, &shared.copy, &shared.faults) => result,
        };
        let began = result.as_ref().map_or_else(|failed| failed.loading_began, |_| true);
        if began {
            self.copies.last_id = query;
            self.copies.last_count = result.as_ref().map_or(0, |copied| copied.loaded);
            self.record_load(tokens, query, &started, result.as_ref().ok()).await?;
        }
        result.map_err(|failed| failed.error)
    }

    /// The number of the backing transaction, and when it is.
    async fn transaction_now(&self) -> Result<(i64, String), SqlError> {
        let sql = "SELECT txid_current(), (clock_timestamp() AT TIME ZONE 'UTC')::text";
        let row = self.backing.client.query_one(sql, &[]).await?;
        Ok((row.get(0), row.get(1)))
    }

    /// Adds a row to the views of loads, whatever becomes of the transaction.
    async fn record_load(
        &self,
        tokens: &[Token],
        query: i32,
        (transaction_id, start): &(i64, String),
        copied: Option<&Copied>,
    ) -> Result<(), SqlError> {
        let status = if copied.is_some() { "completed" } else { "aborted" };
        let (loaded, refused) = copied.map_or((0, 0), |copied| (copied.loaded, copied.refused));
        let sql = format!(
            "INSERT INTO rs_catalog.loads
                 (username, query, xid, session, status, table_name, start_time, source, loaded, refused)
             VALUES ({}, {query}, {transaction_id}, {}, '{status}', {}, {}, {}, {loaded}, {refused})",
            literal(&self.user),
            self.backing.pid,
            literal(&target(tokens)),
            literal(start),
            literal(source(tokens))
        );
        Ok(self.shared.recorder.batch_execute(&sql).await?)
    }

    fn report(&self, front: &mut Front, copied: &Copied) {
        let Copied { table, loaded, refused } = copied;
        front
            .out
            .info(&format!("Load into table '{table}' completed, {loaded} record(s) loaded successfully."));
        if *refused > 0 {
            let view = if self.shared.copy.serverless { "sys_load_error_detail" } else { "stl_load_errors" };
            front.out.info(&format!(
                "Load into table '{table}' completed, {refused} record(s) could not be loaded.  \
                 Check '{view}' system table for details."
            ));
        }
    }
}

#[async_trait]
impl Host for Loading<'_> {
    async fn table(&mut self, schema: Option<&str>, name: &str) -> Result<Option<UserTable>, SqlError> {
        let name = ObjectName { schema: schema.map(str::to_owned), name: name.to_owned() };
        let Some(_) = self.session.user_table(&name).await? else { return Ok(None) };
        // Other writers come first or wait; what the table is like is known only after that.
        self.session.lock_for_adding(&name).await?;
        self.session.user_table(&name).await
    }

    async fn insert(&mut self, table: &UserTable, columns: &[usize], rows: Bytes) -> Result<(), SqlError> {
        let facts = self.session.facts(&[]);
        let names: Vec<String> = columns
            .iter()
            .filter_map(|at| table.columns.get(*at))
            .map(|column| column.name.clone())
            .collect();
        let sql = format!(
            "COPY {}.{} ({}) FROM STDIN",
            facts.name(&table.schema),
            facts.name(&table.name),
            facts.names(&names)
        );
        Ok(self.copy_in(&sql, rows).await?)
    }

    async fn record_errors(&mut self, table: &UserTable, errors: &[LoadError]) -> Result<(), SqlError> {
        let Some(rows) = self.printed_errors(table, errors) else { return Ok(()) };
        let sql = format!(
            "INSERT INTO rs_catalog.load_errors
                 (username, query, xid, session, tbl, filename, line_number, colname, type, col_length, position,
                  raw_line, raw_field_value, err_code, err_reason)
             VALUES {rows}"
        );
        Ok(self.session.shared.recorder.batch_execute(&sql).await?)
    }
}

impl Loading<'_> {
    async fn copy_in(&self, sql: &str, mut rows: Bytes) -> Result<(), tokio_postgres::Error> {
        let mut sink = std::pin::pin!(self.session.backing.client.copy_in::<_, Bytes>(sql).await?);
        while !rows.is_empty() {
            let chunk = rows.split_to(rows.len().min(CHUNK));
            sink.send(chunk).await?;
        }
        sink.finish().await.map(drop)
    }

    /// The rows of the errors for the side table; None where there are none.
    fn printed_errors(&self, table: &UserTable, errors: &[LoadError]) -> Option<String> {
        let rows: Vec<String> = errors.iter().map(|error| self.printed_error(table, error)).collect();
        (!rows.is_empty()).then(|| rows.join(", "))
    }

    fn printed_error(&self, table: &UserTable, error: &LoadError) -> String {
        // The backing server takes no NUL.
        let text = |text: &str| literal(&text.replace('\0', "."));
        format!(
            "({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
            literal(&self.session.user),
            self.query,
            self.transaction_id,
            self.session.backing.pid,
            table.oid,
            text(&error.filename),
            error.line_number,
            text(&error.colname),
            text(&error.type_name),
            text(&error.col_length),
            error.position,
            text(&error.raw_line),
            text(&error.raw_field_value),
            error.err_code,
            text(&error.err_reason)
        )
    }
}

/// The table as written: what follows COPY.
fn target(tokens: &[Token]) -> String {
    let mut name = String::new();
    for token in tokens.iter().skip(1) {
        match &token.kind {
            Kind::Symbol(".") => name.push('.'),
            Kind::Word(word) | Kind::Quoted(word) if word != "from" => name.push_str(word),
            _ => break,
        }
    }
    name
}

/// The first literal: what follows FROM.
fn source(tokens: &[Token]) -> &str {
    let literal = tokens.iter().find_map(|token| match &token.kind {
        Kind::Literal(value) => Some(value.as_str()),
        _ => None,
    });
    literal.unwrap_or_default()
}
