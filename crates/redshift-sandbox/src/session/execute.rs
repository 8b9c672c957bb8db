//! Runs one statement, whatever it is.

use crate::error::SqlError;
use crate::fault::Fault;
use crate::session::Session;
use crate::session::outcome::Interrupted;
use crate::session::transaction::{Transaction, aborted};
use crate::sql::Seen;
use crate::sql::facts::HiddenErrors;
use crate::sql::query::Query;
use crate::sql::statement::{Parsed, Statement};
use crate::wire::Front;

/// How a statement arrived and how its rows are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// Together with others in one message.
    pub several: bool,
    /// Whether rows are described before they are sent.
    pub describe: bool,
    /// The formats of columns: 0 text, 1 binary.
    pub formats: &'a [i16],
    /// The values of `$1` …, as expressions of the backing server.
    pub parameters: &'a [String],
}

impl Session {
    /// Runs a statement and answers its tag. Rows are on their way to the client then.
    pub(super) async fn execute(
        &mut self,
        front: &mut Front,
        parsed: &Parsed,
        form: Form<'_>,
    ) -> Result<String, Interrupted> {
        let statement = &parsed.statement;
        if self.transaction == Transaction::Failed
            && !matches!(statement, Statement::Commit | Statement::Rollback)
        {
            return Err(aborted().into());
        }
        self.allowed_here(statement, form)?;
        match statement {
            Statement::Begin(read_only) => self.begin(*read_only).await.map(|()| "BEGIN".into()),
            Statement::Commit => self.commit().await.map(str::to_owned),
            Statement::Rollback => self.rollback().await.map(|()| "ROLLBACK".into()),
            Statement::Select(query) => self.select(front, query, &parsed.seen, form).await,
            Statement::Set(assignment) => self.set(front, assignment).await,
            Statement::Show(name) => self.show(front, name, form).await,
            Statement::Truncate(name) => self.truncate(name).await,
            Statement::Copy(tokens) => self.copy(front, tokens).await,
            _ => self.transacted(front, parsed, form).await,
        }
    }

    /// Whether the statement may stand in a block or beside others.
    fn allowed_here(&self, statement: &Statement, form: Form<'_>) -> Result<(), SqlError> {
        let Some(command) = outside_blocks(statement) else { return Ok(()) };
        if form.several {
            let message = format!("{command} cannot be executed from a function or multi-command string");
            return Err(SqlError::new("25001", message));
        }
        if self.in_transaction() && command != "COPY" {
            return Err(SqlError::new("25001", format!("{command} cannot run inside a transaction block")));
        }
        Ok(())
    }

    /// Runs a statement that may take several of the backing server's: all or none.
    async fn transacted(
        &mut self,
        front: &mut Front,
        parsed: &Parsed,
        form: Form<'_>,
    ) -> Result<String, Interrupted> {
        let alone = self.begin_alone().await?;
        let result = self.change(front, parsed, form).await;
        self.end_alone(alone, result.is_ok()).await?;
        result
    }

    async fn change(
        &mut self,
        front: &mut Front,
        parsed: &Parsed,
        form: Form<'_>,
    ) -> Result<String, Interrupted> {
        refuse_leader_only(front, &parsed.seen)?;
        match &parsed.statement {
            Statement::CreateSchema(name, if_not_exists) => {
                self.create_schema(front, name, *if_not_exists).await
            }
            Statement::DropSchema(drop) => self.drop_schemas(front, drop).await,
            Statement::CreateTable(table) => self.create_table(front, table).await,
            Statement::DropTable(drop) => self.drop_tables(front, drop).await,
            Statement::AlterTable(name, change) => self.alter_table(name, change).await,
            Statement::Delete(name, filter) => self.delete(name, filter.as_ref(), form).await,
            Statement::Update(name, assignments, filter) => {
                self.update(name, assignments, filter.as_ref(), form).await
            }
            Statement::Insert(insert) => self.insert(insert, form).await,
            Statement::Comment(what, text) => self.comment(what, text.as_deref()).await,
            Statement::Analyze(name) => self.visit(name.as_ref(), "ANALYZE").await,
            Statement::Vacuum(name) => self.visit(name.as_ref(), "VACUUM").await,
            Statement::Lock(names) => self.lock(names).await,
            // All others are run by `execute`.
            _ => Err(SqlError::new("XX000", "statement without a place to run").into()),
        }
    }

    async fn select(
        &mut self,
        front: &mut Front,
        query: &Query,
        seen: &Seen,
        form: Form<'_>,
    ) -> Result<String, Interrupted> {
        let mut sql = self.printed_query(front, query, seen, form.parameters)?;
        if seen.errors && self.shared.faults.strikes(&Fault::ErrorViewEmpty) {
            let mut facts = self.facts(form.parameters);
            facts.hide_errors = HiddenErrors::All;
            sql = facts.query(query);
        }
        self.rows(front, &sql, form).await?;
        Ok("SELECT".into())
    }

    /// A query for the backing server, if Redshift would run it.
    pub(super) fn printed_query(
        &self,
        front: &mut Front,
        query: &Query,
        seen: &Seen,
        parameters: &[String],
    ) -> Result<String, SqlError> {
        refuse_leader_only(front, seen)?;
        if seen.slices && self.shared.copy.serverless {
            return Err(SqlError::new("42501", "permission denied for relation stv_slices"));
        }
        if seen.errors && self.shared.faults.has(|fault| *fault == Fault::ErrorViewsForbidden) {
            return Err(SqlError::new("42501", "permission denied for relation stl_load_errors"));
        }
        Ok(self.facts(parameters).query(query))
    }
}

/// What may not stand in a block, or, for COPY, not beside other statements.
fn outside_blocks(statement: &Statement) -> Option<&'static str> {
    use crate::sql::table::Change;
    match statement {
        Statement::Vacuum(_) => Some("VACUUM"),
        Statement::Copy(_) => Some("COPY"),
        Statement::AlterTable(_, Change::Append) => Some("ALTER TABLE APPEND"),
        Statement::AlterTable(_, Change::Type(..)) => Some("ALTER TABLE ALTER COLUMN"),
        _ => None,
    }
}

/// Functions of the leader node do not meet what only the compute nodes have.
fn refuse_leader_only(front: &mut Front, seen: &Seen) -> Result<(), SqlError> {
    if !seen.compute || seen.leader_only.is_empty() {
        return Ok(());
    }
    for function in &seen.leader_only {
        front.out.info(&format!("Function \"{function}()\" not supported."));
    }
    Err(SqlError::new(
        "0A000",
        "Specified types or functions (one per INFO message) not supported on Redshift tables.",
    ))
}
