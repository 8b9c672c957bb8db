//! One transaction: BEGIN, COPY, what it has loaded, COMMIT; and the rows that the server refuses.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use pgloader_core::Error;
use pgloader_core::encode::{Format, redshift_csv};
use pgloader_core::load::OnError;
use pgloader_core::target::{BadRow, CommitToken, Staged, Taken, WriteError};
use pgloader_postgres_client as client;

use super::errors::{self, Failure};
use super::ledger::{Doubt, Entries, count_in};
use super::reasons::{self, Patience, Reason};
use super::secret::mask;
use super::staged;
use super::statement::{Authorization, Copy};
use super::write::RedshiftWriter;
use crate::server::{log_notices, redact};

/// As many errors as one COPY is told to tolerate: what it names is held in memory. With more, the rows are halved.
const MOST_ERRORS: u64 = 10_000;
/// How much of a row is shown in an error.
const SHOWN_ROW: usize = 200;

/// What one attempt at a COPY has come to; nothing of it is committed.
enum Copied {
    /// In the open transaction, so many rows.
    Loaded(u64),
    /// Rolled back, since a row was refused.
    Refused(Error),
}

/// The user wants an end.
struct Interrupted;

impl From<Interrupted> for WriteError {
    fn from(_: Interrupted) -> WriteError {
        WriteError::Fatal(Error::new("interrupted"))
    }
}

/// What one COPY reads.
struct Source<'a> {
    objects: &'a [Staged],
    manifest: Option<&'a str>,
}

impl Source<'_> {
    fn rows(&self) -> u64 {
        self.objects.iter().map(|object| object.rows).sum()
    }

    fn from(&self) -> &str {
        let first = self.objects.first().map(|object| object.name.as_str());
        self.manifest.or(first).unwrap_or_default()
    }

    fn null(&self) -> String {
        match self.objects.first().map(|object| object.format) {
            Some(Format::RedshiftCsv { null }) => redshift_csv::null_marker(null),
            _ => redshift_csv::null_marker(0),
        }
    }
}

impl RedshiftWriter {
    /// Loads objects in one transaction. Where a row is refused, COPY is told to tolerate bad rows, and what it has
    /// loaded is committed if it and the rows that the error views name are exactly what was sent.
    pub(super) async fn copy(&mut self, objects: &[Staged]) -> Result<Taken, WriteError> {
        let table = self.table.clone();
        let manifest = self.manifest(objects).await?;
        let source = Source { objects, manifest: manifest.as_deref() };
        let result = match table.ledger.turn(self.cancelled.subscribe()).await {
            Ok(mut entries) => self.copy_source(&source, &mut entries).await,
            Err(error) => Err(error),
        };
        if let Some(manifest) = manifest {
            self.delete(&[manifest]).await;
        }
        result
    }

    async fn copy_source(&mut self, source: &Source<'_>, entries: &mut Entries) -> Result<Taken, WriteError> {
        let sent = source.rows();
        let refusal = match self.attempt(source, None).await? {
            Copied::Loaded(loaded) if loaded == sent => {
                return self.finish(Taken { rows: loaded, bad: Vec::new() }, entries).await;
            }
            Copied::Loaded(loaded) => return Err(self.miscounted(loaded, sent).await),
            Copied::Refused(error) => error,
        };
        let reasons = self.reasons(source, |reasons| !reasons.is_empty()).await;
        if let Some(reason) = reasons::of_a_file(&reasons) {
            return Err(WriteError::Fatal(reason.error()));
        }
        if self.table.on_error == OnError::Stop {
            return Err(WriteError::SomeRow(self.first_refused(source, &reasons, refusal).await));
        }
        if reasons.is_empty() {
            return Err(WriteError::SomeRow(refusal));
        }
        self.tolerate(source, refusal, entries).await
    }

    async fn tolerate(
        &mut self,
        source: &Source<'_>,
        refusal: Error,
        entries: &mut Entries,
    ) -> Result<Taken, WriteError> {
        let loaded = match self.attempt(source, Some(MOST_ERRORS)).await? {
            Copied::Refused(error) => return Err(WriteError::SomeRow(error)),
            Copied::Loaded(loaded) => loaded,
        };
        let Some(missing) = source.rows().checked_sub(loaded) else {
            return Err(self.miscounted(loaded, source.rows()).await);
        };
        let reasons = self.reasons_beside(source, |reasons| reasons.len() as u64 >= missing).await;
        let named = self.named(source, &reasons).filter(|bad| bad.len() as u64 == missing);
        let Some(bad) = named else {
            self.roll_back().await;
            return Err(WriteError::SomeRow(reasons.first().map_or(refusal, Reason::error)));
        };
        // Before the commit: afterwards nobody could tell which rows are missing, should they not be had.
        let bad = match self.with_rows(source, bad).await {
            Ok(bad) => bad,
            Err(error) => {
                self.roll_back().await;
                return Err(error);
            }
        };
        self.finish(Taken { rows: loaded, bad }, entries).await
    }

    /// BEGIN, COPY, and the number of rows that it has loaded. The three go one by one: COPY is refused in a
    /// message with others.
    async fn attempt(&mut self, source: &Source<'_>, max_errors: Option<u64>) -> Result<Copied, WriteError> {
        let table = self.table.clone();
        if table.role.is_none() {
            self.keys = Some(table.objects.store().keys().await.map_err(staged::Failure::from)?);
        }
        let keys = self.keys.clone();
        let (null, from) = (source.null(), table.objects.url(source.from()));
        let copy = Copy {
            table: &table.name,
            columns: &table.columns,
            from: &from,
            manifest: source.manifest.is_some(),
            null: &null,
            compression: table.compression,
            region: table.objects.store().region(),
            authorization: match (&table.role, &keys) {
                (Some(role), _) => Authorization::Role(role),
                (None, Some(keys)) => Authorization::Keys(keys),
                (None, None) => return Err(WriteError::Fatal(Error::new("neither keys nor a role"))),
            },
            explicit_ids: table.explicit_ids,
            owned: table.owned,
            max_errors,
        };
        tracing::debug!(severity = "SQL", "{}", copy.shown());
        let error = match self.run_copy(&copy).await? {
            Ok(loaded) => return Ok(Copied::Loaded(loaded)),
            Err(error) => error,
        };
        if error.database().is_none() {
            table.lose(self.connection.process_id());
        }
        self.roll_back().await;
        match self.sort(&error) {
            Failure::Row(error) => Ok(Copied::Refused(error)),
            Failure::Transient(error) => Err(WriteError::Transient(error)),
            Failure::Fatal(error) => Err(WriteError::Fatal(error.query(copy.shown()))),
        }
    }

    async fn run_copy(&mut self, copy: &Copy<'_>) -> Result<Result<u64, client::Error>, WriteError> {
        use secrecy::ExposeSecret;
        let statements =
            ["BEGIN".to_owned().into(), copy.sql(), "SELECT pg_last_copy_count()".to_owned().into()];
        let mut results = Vec::new();
        for statement in &statements {
            self.go_on()?;
            let answer = self.connection.simple_query(statement.expose_secret()).await;
            let keys = self.keys.clone();
            log_notices(&mut self.connection, |text| redact(&mask(text, keys.as_ref())));
            match answer {
                Ok(answer) => results = answer,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(count_in(&results).unwrap_or_default()))
    }

    /// Between two statements there is nothing that the server could cancel.
    fn go_on(&self) -> Result<(), Interrupted> {
        match *self.cancelled.borrow() {
            true => Err(Interrupted),
            false => Ok(()),
        }
    }

    /// An error of the load's statements. A cancel that is not the user's is the queue's, and may pass.
    fn sort(&self, error: &client::Error) -> Failure {
        match errors::sort(error, self.keys.as_ref()) {
            Failure::Fatal(shown) if error.sqlstate() == Some("57014") && self.go_on().is_ok() => {
                Failure::Transient(shown)
            }
            failure => failure,
        }
    }

    /// Commits what is loaded. An answer that is lost, or cut short by the session's end, names what it was about.
    async fn finish(&mut self, taken: Taken, entries: &mut Entries) -> Result<Taken, WriteError> {
        self.go_on()?;
        self.commits.store(true, Ordering::Relaxed);
        let answer = self.connection.simple_query("COMMIT").await;
        self.commits.store(false, Ordering::Relaxed);
        let error = match answer {
            Ok(results) if results.iter().any(|result| result.tag == "ROLLBACK") => {
                return Err(WriteError::Fatal(Error::new(
                    "the server rolled the transaction back at its end",
                )));
            }
            Ok(_) => {
                entries.committed += taken.rows;
                return Ok(taken);
            }
            Err(error) => error,
        };
        let is_lost = error.database().is_none_or(client::DbError::ends_session) || error.is_transient();
        match (is_lost, self.sort(&error)) {
            (true, Failure::Row(lost) | Failure::Transient(lost) | Failure::Fatal(lost)) => {
                entries.doubt = Doubt::Open;
                let session = i64::from(self.connection.process_id());
                let token = CommitToken { transaction: None, session, rows: taken.rows, bad: taken.bad };
                Err(WriteError::Unknown(token, lost))
            }
            (false, Failure::Transient(error)) => Err(WriteError::Transient(error)),
            (false, Failure::Row(error) | Failure::Fatal(error)) => Err(WriteError::Fatal(error)),
        }
    }

    /// Where even this fails the connection is gone, and the transaction with it.
    async fn roll_back(&mut self) {
        let _ = self.connection.simple_query("ROLLBACK").await;
    }

    async fn miscounted(&mut self, loaded: u64, sent: u64) -> WriteError {
        self.roll_back().await;
        WriteError::Fatal(
            Error::new(format!("COPY has loaded {loaded} rows of {sent}, and nothing is kept of it"))
                .hint("somebody else may write to the same bucket, or this is a defect of pgloader"),
        )
    }

    /// What the views say of a COPY that was rolled back.
    async fn reasons(&mut self, source: &Source<'_>, enough: impl Fn(&[Reason]) -> bool) -> Vec<Reason> {
        let (files, patience) = (self.files(source), self.patience());
        let reasons = reasons::ask(&mut self.connection, &files, enough, patience).await;
        self.table.views_are_silent.store(reasons.is_empty(), Ordering::Relaxed);
        reasons
    }

    /// The same, while this connection's transaction is open: over another one, which no snapshot binds.
    async fn reasons_beside(&self, source: &Source<'_>, enough: impl Fn(&[Reason]) -> bool) -> Vec<Reason> {
        match super::connect(&self.table.config).await {
            Ok(mut connection) => {
                reasons::ask(&mut connection, &self.files(source), enough, self.patience()).await
            }
            Err(_) => Vec::new(),
        }
    }

    fn patience(&self) -> Patience {
        let silent = self.table.views_are_silent.load(Ordering::Relaxed);
        Patience { waits: !silent, cancelled: self.cancelled.subscribe() }
    }

    fn files(&self, source: &Source<'_>) -> reasons::Files {
        let urls: Vec<String> =
            source.objects.iter().map(|object| self.table.objects.url(&object.name)).collect();
        let prefix = match urls.as_slice() {
            [url] => url.clone(),
            _ => self.table.objects.url_prefix(),
        };
        reasons::Files { prefix, urls }
    }

    /// The rows that the reasons name, counted through all objects; `None` unless each is certain.
    fn named(&self, source: &Source<'_>, reasons: &[Reason]) -> Option<Vec<BadRow>> {
        let mut by_file: HashMap<&str, Vec<Reason>> = HashMap::new();
        for reason in reasons {
            by_file.entry(&reason.file).or_default().push(reason.clone());
        }
        let (mut all, mut first) = (Vec::new(), 0);
        for object in source.objects {
            if let Some(mine) = by_file.get(self.table.objects.url(&object.name).as_str()) {
                let bad = reasons::rows(mine, object.rows, object.lines)?;
                all.extend(bad.into_iter().map(|row| BadRow { index: row.index + first, ..row }));
            }
            first += object.rows as usize;
        }
        Some(all)
    }

    /// Reads the named rows back from their objects.
    async fn with_rows(&self, source: &Source<'_>, mut bad: Vec<BadRow>) -> Result<Vec<BadRow>, WriteError> {
        bad.sort_by_key(|row| row.index);
        let (mut named, mut first) = (bad.iter_mut().peekable(), 0);
        for object in source.objects {
            let end = first + object.rows as usize;
            let mut mine = Vec::new();
            while let Some(row) = named.next_if(|row| row.index < end) {
                mine.push(row);
            }
            if !mine.is_empty() {
                self.read_rows(object, first, &mut mine).await?;
            }
            first = end;
        }
        Ok(bad)
    }

    async fn read_rows(
        &self,
        object: &Staged,
        first: usize,
        wanted: &mut [&mut BadRow],
    ) -> Result<(), WriteError> {
        use pgloader_core::target::Fetched;
        let table = &self.table;
        let mut fetch = staged::Fetch::open(table.objects.store(), object, table.compression).await?;
        let (mut done, mut wanted) = (first, wanted.iter_mut().peekable());
        while wanted.peek().is_some() {
            self.go_on()?;
            let Some(batch) = fetch.next().await.map_err(WriteError::Fatal)? else {
                let message = format!("{} has fewer rows than were staged", object.name);
                return Err(WriteError::Fatal(Error::new(message)));
            };
            let rows = std::sync::Arc::new(batch).rows();
            while let Some(bad) = wanted.next_if(|bad| bad.index < done + rows.len()) {
                bad.row = rows.row(bad.index - done).map(<[u8]>::to_vec);
            }
            done += rows.len();
        }
        Ok(())
    }

    /// The first reason, with the row where it can be told: with on error stop no reject file holds it.
    async fn first_refused(&self, source: &Source<'_>, reasons: &[Reason], refusal: Error) -> Error {
        let Some(reason) = reasons.first() else { return refusal };
        let error = reason.error();
        let Some(bad) = self.named(source, std::slice::from_ref(reason)) else { return error };
        let rows = self.with_rows(source, bad).await.unwrap_or_default();
        let row = rows.into_iter().next().and_then(|bad| bad.row);
        let Some((row, object)) = row.zip(source.objects.first()) else { return error };
        let mut line = Vec::new();
        if object.format.to_copy_text(&row, &mut line).is_err() {
            return error;
        }
        line.truncate(SHOWN_ROW);
        let row = String::from_utf8_lossy(&line);
        Error { detail: Some(format!("the row is: {}", row.trim_end()).into()), ..error }
    }

    /// Lists several objects in one that COPY reads; `None` for a single one.
    async fn manifest(&self, objects: &[Staged]) -> Result<Option<String>, WriteError> {
        if objects.len() < 2 {
            return Ok(None);
        }
        let all = &self.table.objects;
        let text = staged::manifest(objects.iter().map(|object| all.url(&object.name)));
        let name = all.create("manifest");
        all.store().put(&name, vec![text.into()]).await.map_err(staged::Failure::from)?;
        Ok(Some(name))
    }
}
