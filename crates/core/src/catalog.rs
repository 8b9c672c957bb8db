//! What is known of the tables on either end.

use std::fmt;

use crate::encode::copy_binary::Codec;

/// The name of a table as its server spells it, without quotes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableName {
    /// The schema; `None` is whatever the search path finds.
    pub schema: Option<String>,
    /// The table.
    pub name: String,
}

/// For people: parts joined by a dot, unquoted.
impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}

/// What a source or a target holds, in its own order.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// The tables; a file is one table.
    pub tables: Vec<Table>,
}

/// One table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name; for a table of a target always with the schema.
    pub name: TableName,
    /// Its columns in order, dropped ones left out. A file whose fields have no names has none.
    pub columns: Vec<Column>,
    /// Its indexes that can be dropped and made again.
    pub indexes: Vec<Index>,
    /// Foreign keys of other tables that need one of `indexes`.
    pub referencing_keys: Vec<ForeignKey>,
    /// How many indexes there are, those not in `indexes` included.
    pub index_count: usize,
    /// Actions of ALTER TABLE that give those triggers their state which are not in the ordinary one: disabled,
    /// or for replicas.
    pub trigger_states: Vec<String>,
    /// Whether a user's trigger runs for each inserted row, so that the order of rows may matter.
    pub row_triggers: bool,
}

/// One column.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Its name as the server spells it, or as the file's header does.
    pub name: String,
    /// Computed by the server from other columns, so that no value may be sent.
    pub generated: bool,
    /// Its default is drawn from a sequence, so that a row left without a value gets one that depends on the
    /// order of rows.
    pub numbered: bool,
    /// `numbered`, and a value of one's own is taken only from a statement that asks for it.
    pub always_numbered: bool,
    /// NULL is refused.
    pub not_null: bool,
    /// A row left without a value gets one.
    pub has_default: bool,
    /// What its values must look like, for targets whose batches are checked before they are sent.
    pub ty: ColumnType,
    /// How its values are sent in binary; `None` where they are not.
    pub codec: Option<Codec>,
}

/// A column's type as far as values can be checked without the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColumnType {
    /// Anything that is not text; the server is the judge.
    #[default]
    Unchecked,
    /// A whole number of 16 bits.
    Smallint,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Bigint,
    /// An exact number.
    Decimal {
        /// Digits in all.
        precision: u8,
        /// Digits behind the point.
        scale: u8,
    },
    /// A floating-point number.
    Float,
    /// True or false.
    Boolean,
    /// So many bytes of ASCII, padded.
    Char(u32),
    /// At most so many bytes of UTF-8.
    Varchar(u32),
    /// A day.
    Date,
    /// A time of day, with or without zone.
    Time,
    /// A day and a time of day, with or without zone.
    Timestamp,
    /// JSON.
    Super,
    /// At most so many bytes, in hexadecimal digits.
    Varbyte(u32),
}

/// One index, with what is needed to make it again.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// Its name, in the schema of its table.
    pub name: String,
    /// The statement that makes it.
    pub definition: String,
    /// Whether it is unique.
    pub unique: bool,
    /// The constraint that owns it.
    pub constraint: Option<Constraint>,
    /// Statements that give back what the definition does not say (comment, cluster mark, replica identity).
    pub attributes: Vec<String>,
}

/// A constraint that owns an index.
#[derive(Debug, Clone)]
pub struct Constraint {
    /// Its name.
    pub name: String,
    /// What follows `ADD CONSTRAINT name`, made from the finished index where that is possible.
    pub definition: String,
    /// Whether `definition` takes over an index that was made before it.
    pub uses_index: bool,
}

/// A foreign key of another table.
#[derive(Debug, Clone)]
pub struct ForeignKey {
    /// The table that has it.
    pub table: TableName,
    /// Its name.
    pub name: String,
    /// What follows `ADD CONSTRAINT name`.
    pub definition: String,
    /// Its comment.
    pub comment: Option<String>,
}
