//! How Redshift spells what a plan wants.

use pgloader_core::Error;
use pgloader_core::catalog::{Table, TableName};
use pgloader_core::load::Phase;
use pgloader_core::target::Dialect;
use pgloader_postgres_client::quote_identifier;

/// Redshift's dialect.
#[derive(Debug)]
pub struct Redshift;

/// Source: AWS documentation, "Reserved words", and words that later syntax took.
const RESERVED: &str = " aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup \
    between binary blanksasnull both bytedict bzip2 case cast check collate column connect constraint create \
    credentials cross current_date current_time current_timestamp current_user current_user_id default deferrable \
    deflate defrag delta delta32k desc disable distinct do else emptyasnull enable encode encrypt encryption end \
    except exclude explicit false for foreign freeze from full globaldict256 globaldict64k grant group gzip having \
    identity ignore ilike in initially inner intersect interval into is isnull join language leading left like limit \
    localtime localtimestamp lun luns lzo lzop merge minus mostly16 mostly32 mostly8 natural new not notnull null \
    nulls off offline offset oid old on only open or order outer overlaps parallel partition percent permissions \
    pivot placing primary qualify raw readratio recover references rejectlog resort respect restore right select \
    session_user similar snapshot some start sysdate system table tag tdes text255 text32k then timestamp to top \
    trailing true truncatecolumns union unique unnest unpivot user using verbose wallet when where with without ";

impl Dialect for Redshift {
    fn identifier(&self, name: &str) -> String {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let starts_well = name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
        match starts_well && name.bytes().all(plain) && !RESERVED.contains(&format!(" {name} ")) {
            true => name.to_owned(),
            false => quote_identifier(name),
        }
    }

    /// One table a statement; it commits the transaction that it runs in.
    fn truncate(&self, table: &Table) -> String {
        format!("TRUNCATE {}", quote_table(&table.name))
    }

    fn analyze(&self, table: &Table) -> Option<String> {
        Some(format!("ANALYZE {}", quote_table(&table.name)))
    }

    fn is_staged(&self) -> bool {
        true
    }

    /// There are no triggers: a plan does not ask.
    fn disable_triggers(&self, _: &Table) -> String {
        String::new()
    }

    fn enable_triggers(&self, _: &Table) -> String {
        String::new()
    }

    fn is_there_already(&self, error: &Error) -> bool {
        matches!(error.sqlstate.as_deref(), Some("42P07" | "42P06"))
    }

    /// There are no indexes.
    fn drop_indexes(&self, _: &Table) -> Vec<String> {
        Vec::new()
    }

    fn create_indexes(&self, _: &Table, _: usize) -> Vec<Phase> {
        Vec::new()
    }
}

/// A table's name for a statement: every part quoted.
pub(super) fn quote_table(name: &TableName) -> String {
    let schema = name.schema.iter().map(|schema| quote_identifier(schema) + ".");
    schema.collect::<String>() + &quote_identifier(&name.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_redshift_needs_it() {
        let plain = ["t", "measures_2", "_x"];
        assert!(plain.iter().all(|name| Redshift.identifier(name) == *name));
        for name in ["tag", "System", "9x", "a b", "é", ""] {
            assert_eq!(Redshift.identifier(name), format!("\"{name}\""));
        }
    }
}
