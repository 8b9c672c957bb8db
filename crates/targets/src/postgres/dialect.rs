//! How PostgreSQL spells what a plan wants.

use pgloader_core::Error;
use pgloader_core::catalog::{ForeignKey, Index, Table, TableName};
use pgloader_core::load::Phase;
use pgloader_core::target::Dialect;
use pgloader_postgres_client::{quote_identifier, quote_literal};

/// PostgreSQL's dialect.
#[derive(Debug)]
pub struct Postgres;

/// Words that PostgreSQL wants quoted as names (reserved ones, and those that no function or type may be called).
/// Source: PostgreSQL documentation, appendix "SQL Key Words".
const QUOTED_WORDS: &str = " all analyse analyze and any array as asc asymmetric authorization between bigint binary \
    bit boolean both case cast char character check coalesce collate collation column concurrently constraint \
    create cross current_catalog current_date current_role current_schema current_time current_timestamp \
    current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch float \
    for foreign freeze from full grant greatest group grouping having ilike in initially inner inout int integer \
    intersect interval into is isnull join lateral leading least left like limit localtime localtimestamp natural \
    nchar none not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position \
    precision primary real references returning right row select session_user setof similar smallint some \
    substring symmetric system_user table tablesample then time timestamp to trailing treat trim true union unique \
    user using values varchar variadic verbose when where window with ";

impl Dialect for Postgres {
    fn identifier(&self, name: &str) -> String {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let starts_well = name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
        let is_word = QUOTED_WORDS.contains(&format!(" {name} "));
        match starts_well && name.bytes().all(plain) && !is_word {
            true => name.to_owned(),
            false => quote_identifier(name),
        }
    }

    fn truncate(&self, table: &Table) -> String {
        format!("TRUNCATE {}", quote_table(&table.name))
    }

    fn quiet(&self) -> &'static [&'static str] {
        &["SET LOCAL client_min_messages TO error"]
    }

    fn disable_triggers(&self, table: &Table) -> String {
        format!("ALTER TABLE {} DISABLE TRIGGER ALL", quote_table(&table.name))
    }

    fn enable_triggers(&self, table: &Table) -> String {
        let enabled = "ENABLE TRIGGER ALL".to_owned();
        let actions: Vec<String> =
            std::iter::once(enabled).chain(table.trigger_states.iter().cloned()).collect();
        format!("ALTER TABLE {} {}", quote_table(&table.name), actions.join(", "))
    }

    /// Duplicate table or index, duplicate object, a second primary key.
    fn is_there_already(&self, error: &Error) -> bool {
        matches!(error.sqlstate.as_deref(), Some("42P07" | "42710" | "42P16"))
    }

    fn drop_indexes(&self, table: &Table) -> Vec<String> {
        let keys = table.referencing_keys.iter().map(drop_key);
        keys.chain(table.indexes.iter().map(|index| drop_index(table, index))).collect()
    }

    /// Unique indexes come first, so that what depends on them can follow as early as possible.
    fn create_indexes(&self, table: &Table, parallel: usize) -> Vec<Phase> {
        let mut indexes: Vec<&Index> = table.indexes.iter().filter(|index| is_made_alone(index)).collect();
        indexes.sort_by_key(|index| !index.unique);
        let definitions = indexes.iter().map(|index| index.definition.clone()).collect();
        let constraints = table.indexes.iter().filter_map(|index| add_constraint(table, index));
        let attributes = table.indexes.iter().flat_map(|index| index.attributes.iter().cloned());
        let keys = table.referencing_keys.iter().map(add_key);
        let phases = [
            ("Create Indexes", definitions, parallel),
            ("Constraints", constraints.chain(attributes).collect(), 1),
            ("Create Foreign Keys", keys.collect(), 1),
        ];
        let phase = |(label, statements, parallel)| Phase { label, statements, parallel };
        phases.into_iter().map(phase).filter(|phase: &Phase| !phase.statements.is_empty()).collect()
    }
}

/// A table's name for a statement: every part quoted.
pub(super) fn quote_table(name: &TableName) -> String {
    let schema = name.schema.iter().map(|schema| quote_identifier(schema) + ".");
    schema.collect::<String>() + &quote_identifier(&name.name)
}

fn drop_key(key: &ForeignKey) -> String {
    format!("ALTER TABLE {} DROP CONSTRAINT {}", quote_table(&key.table), quote_identifier(&key.name))
}

fn add_key(key: &ForeignKey) -> String {
    let (table, name) = (quote_table(&key.table), quote_identifier(&key.name));
    let add = format!("ALTER TABLE {table} ADD CONSTRAINT {name} {}", key.definition);
    match &key.comment {
        Some(comment) => {
            format!("{add}; COMMENT ON CONSTRAINT {name} ON {table} IS {}", quote_literal(comment))
        }
        None => add,
    }
}

fn drop_index(table: &Table, index: &Index) -> String {
    match &index.constraint {
        Some(constraint) => {
            let (table, name) = (quote_table(&table.name), quote_identifier(&constraint.name));
            format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        }
        None => {
            let name = TableName { schema: table.name.schema.clone(), name: index.name.clone() };
            format!("DROP INDEX IF EXISTS {}", quote_table(&name))
        }
    }
}

fn is_made_alone(index: &Index) -> bool {
    index.constraint.as_ref().is_none_or(|constraint| constraint.uses_index)
}

fn add_constraint(table: &Table, index: &Index) -> Option<String> {
    let constraint = index.constraint.as_ref()?;
    let (table, name) = (quote_table(&table.name), quote_identifier(&constraint.name));
    Some(format!("ALTER TABLE {table} ADD CONSTRAINT {name} {}", constraint.definition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_only_where_postgres_needs_it() {
        let table = |schema: &str, name: &str| {
            Postgres.table(&TableName { schema: Some(schema.into()), name: name.into() })
        };
        assert_eq!(table("public", "measures_2"), "public.measures_2");
        assert_eq!(table("Public", "order"), "\"Public\".\"order\"");
        assert_eq!(table("a b", "9x"), "\"a b\".\"9x\"");
        assert_eq!(Postgres.identifier(""), "\"\"");
    }
}
