//! Names of types: what a column may have, and what a cast may name.

use crate::error::SqlError;
use crate::lexer::Kind;
use crate::model::ColumnType;
use crate::sql::cursor::Cursor;
use crate::sql::reserved::is_reserved;

/// A type as it stands in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeName {
    /// One that columns may have.
    Column(ColumnType),
    /// `regclass`, `name` or `oid`: for casts in catalog queries.
    Catalog(&'static str),
    /// A type of PostgreSQL 8.0 that Redshift lets nobody use.
    Unsupported(String),
    /// A type that Redshift has never heard of.
    Unknown(String),
}

impl TypeName {
    /// The type, for a column named `table.column`.
    ///
    /// # Errors
    /// Redshift's for types that columns cannot have.
    pub fn of_column(self, table: &str, column: &str) -> Result<ColumnType, SqlError> {
        match self {
            TypeName::Column(ty) => Ok(ty),
            TypeName::Unknown(name) => Err(unknown(&name)),
            TypeName::Catalog(name) => Err(unsupported(table, column, name)),
            TypeName::Unsupported(name) => Err(unsupported(table, column, &name)),
        }
    }
}

/// The error for a type that does not exist.
pub fn unknown(name: &str) -> SqlError {
    SqlError::new("42704", format!("type \"{name}\" does not exist"))
}

fn unsupported(table: &str, column: &str, name: &str) -> SqlError {
    SqlError::new("0A000", format!("Column \"{table}.{column}\" has unsupported type \"{name}\"."))
}

/// Types of the catalog of PostgreSQL 8.0, and those that only stand for a sequence.
const UNSUPPORTED: &[&str] = &[
    "abstime",
    "aclitem",
    "bit",
    "box",
    "bytea",
    "cid",
    "cidr",
    "circle",
    "hllsketch",
    "geometry",
    "geography",
    "inet",
    "int2vector",
    "interval",
    "line",
    "lseg",
    "macaddr",
    "money",
    "oidvector",
    "path",
    "point",
    "polygon",
    "refcursor",
    "reltime",
    "regproc",
    "regtype",
    "serial",
    "serial2",
    "serial4",
    "serial8",
    "bigserial",
    "smallserial",
    "tid",
    "tinterval",
    "unknown",
    "varbit",
    "xid",
];

/// Parses the name of a type with its lengths.
pub fn parse(cursor: &mut Cursor<'_>) -> Result<TypeName, SqlError> {
    let Some(Kind::Word(word) | Kind::Quoted(word)) = cursor.peek() else { return Err(cursor.unexpected()) };
    cursor.advance();
    let ty = named(cursor, word)?;
    if cursor.accept_symbol("[") {
        let _ = cursor.integer();
        cursor.expect_symbol("]")?;
        return Ok(TypeName::Unsupported(format!("{word}[]")));
    }
    Ok(ty)
}

fn named(cursor: &mut Cursor<'_>, word: &str) -> Result<TypeName, SqlError> {
    use ColumnType as C;
    Ok(TypeName::Column(match word {
        "smallint" | "int2" => C::Int2,
        "integer" | "int" | "int4" => C::Int4,
        "bigint" | "int8" => C::Int8,
        "decimal" | "numeric" => decimal(cursor)?,
        "real" | "float4" => C::Float4,
        "float8" => C::Float8,
        "double" => {
            cursor.expect("precision")?;
            C::Float8
        }
        "float" => float(cursor)?,
        "boolean" | "bool" => C::Bool,
        "date" => C::Date,
        "time" | "timetz" | "timestamp" | "timestamptz" => moment(cursor, word)?,
        "super" => C::Super,
        "varbyte" | "varbinary" => C::Varbyte(length(cursor, "varbyte", 64_000, 16_777_216)?),
        "binary" => {
            cursor.expect("varying")?;
            C::Varbyte(length(cursor, "varbyte", 64_000, 16_777_216)?)
        }
        "char" | "character" | "nchar" | "varchar" | "nvarchar" | "text" | "bpchar" => {
            return text(cursor, word);
        }
        "regclass" => return Ok(TypeName::Catalog("regclass")),
        "name" => return Ok(TypeName::Catalog("name")),
        "oid" => return Ok(TypeName::Catalog("oid")),
        // `EXCLUDE USING …` and the like, where a column was expected.
        _ if is_reserved(word) && word != "interval" => return Err(cursor.unexpected_before()),
        _ => return Ok(other(cursor, word)),
    }))
}

fn other(cursor: &mut Cursor<'_>, word: &str) -> TypeName {
    if !UNSUPPORTED.contains(&word) {
        return TypeName::Unknown(word.to_owned());
    }
    // `bit varying(n)`, `bit(n)`: the length says nothing any more.
    let varying = word == "bit" && cursor.accept("varying");
    if cursor.accept_symbol("(") {
        let _ = cursor.integer();
        cursor.accept_symbol(")");
    }
    TypeName::Unsupported(if varying { "varbit" } else { word }.to_owned())
}

/// Character types: everything but TEXT and BPCHAR takes a length.
fn text(cursor: &mut Cursor<'_>, word: &str) -> Result<TypeName, SqlError> {
    let varying = match word {
        "text" => return Ok(TypeName::Column(ColumnType::Varchar(256))),
        "bpchar" => return Ok(TypeName::Column(ColumnType::Char(256))),
        "varchar" | "nvarchar" => true,
        _ => cursor.accept("varying"),
    };
    Ok(TypeName::Column(if varying {
        ColumnType::Varchar(length(cursor, "varchar", 256, 65_535)?)
    } else {
        ColumnType::Char(length(cursor, "char", 1, 4_096)?)
    }))
}

/// `(n)`, `(MAX)` or nothing.
fn length(cursor: &mut Cursor<'_>, ty: &str, default: u32, max: u32) -> Result<u32, SqlError> {
    if !cursor.accept_symbol("(") {
        return Ok(default);
    }
    let length = if cursor.accept("max") { i64::from(max) } else { cursor.integer()? };
    cursor.expect_symbol(")")?;
    match u32::try_from(length) {
        Ok(0) | Err(_) => Err(SqlError::new("22023", format!("length for type {ty} must be at least 1"))),
        Ok(length) if length > max => {
            Err(SqlError::new("22023", format!("length for type {ty} cannot exceed {max}")))
        }
        Ok(length) => Ok(length),
    }
}

fn decimal(cursor: &mut Cursor<'_>) -> Result<ColumnType, SqlError> {
    if !cursor.accept_symbol("(") {
        return Ok(ColumnType::Decimal { precision: 18, scale: 0 });
    }
    let precision = cursor.integer()?;
    let scale = if cursor.accept_symbol(",") { cursor.integer()? } else { 0 };
    cursor.expect_symbol(")")?;
    let wrong = |message: String| Err(SqlError::new("22023", message));
    match (u8::try_from(precision), u8::try_from(scale)) {
        (Ok(precision @ 1..=38), Ok(scale)) if scale <= precision.min(37) => {
            Ok(ColumnType::Decimal { precision, scale })
        }
        (Ok(1..=38), _) => {
            wrong(format!("DECIMAL scale {scale} must be between 0 and {}", precision.min(37)))
        }
        _ => wrong(format!("DECIMAL precision {precision} must be between 1 and 38")),
    }
}

fn float(cursor: &mut Cursor<'_>) -> Result<ColumnType, SqlError> {
    if !cursor.accept_symbol("(") {
        return Ok(ColumnType::Float8);
    }
    let bits = cursor.integer()?;
    cursor.expect_symbol(")")?;
    match bits {
        1..=24 => Ok(ColumnType::Float4),
        25..=53 => Ok(ColumnType::Float8),
        _ => Err(SqlError::new("22023", "precision for type float must be between 1 and 53 bits")),
    }
}

/// TIME and TIMESTAMP, WITH or WITHOUT TIME ZONE.
fn moment(cursor: &mut Cursor<'_>, word: &str) -> Result<ColumnType, SqlError> {
    let zoned = word.ends_with("tz")
        || (!cursor.accept_all(&["without", "time", "zone"]) && cursor.accept_all(&["with", "time", "zone"]));
    Ok(match (word.starts_with("timestamp"), zoned) {
        (true, true) => ColumnType::TimestampTz,
        (true, false) => ColumnType::Timestamp,
        (false, true) => ColumnType::TimeTz,
        (false, false) => ColumnType::Time,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::tokens;

    fn parsed(text: &str) -> Result<TypeName, SqlError> {
        let tokens = tokens(text, false).unwrap();
        let mut cursor = Cursor::new(text, &tokens);
        let ty = parse(&mut cursor)?;
        cursor.end()?;
        Ok(ty)
    }

    #[test]
    fn types_of_columns() {
        for (text, ty) in [
            ("text", ColumnType::Varchar(256)),
            ("varchar", ColumnType::Varchar(256)),
            ("CHARACTER VARYING(12)", ColumnType::Varchar(12)),
            ("varchar(max)", ColumnType::Varchar(65_535)),
            ("char", ColumnType::Char(1)),
            ("bpchar", ColumnType::Char(256)),
            ("decimal", ColumnType::Decimal { precision: 18, scale: 0 }),
            ("numeric(38,37)", ColumnType::Decimal { precision: 38, scale: 37 }),
            ("double precision", ColumnType::Float8),
            ("float(24)", ColumnType::Float4),
            ("timestamp without time zone", ColumnType::Timestamp),
            ("timestamp with time zone", ColumnType::TimestampTz),
            ("timetz", ColumnType::TimeTz),
            ("varbyte", ColumnType::Varbyte(64_000)),
            ("binary varying(7)", ColumnType::Varbyte(7)),
        ] {
            assert_eq!(parsed(text), Ok(TypeName::Column(ty)), "{text}");
        }
    }

    #[test]
    fn types_that_columns_cannot_have() {
        for (text, sqlstate, message) in [
            ("bytea", "0A000", "Column \"t.c\" has unsupported type \"bytea\"."),
            ("serial", "0A000", "Column \"t.c\" has unsupported type \"serial\"."),
            ("interval", "0A000", "Column \"t.c\" has unsupported type \"interval\"."),
            ("int[]", "0A000", "Column \"t.c\" has unsupported type \"int[]\"."),
            ("bit varying(3)", "0A000", "Column \"t.c\" has unsupported type \"varbit\"."),
            ("uuid", "42704", "type \"uuid\" does not exist"),
            ("jsonb", "42704", "type \"jsonb\" does not exist"),
        ] {
            let error = parsed(text).unwrap().of_column("t", "c").unwrap_err();
            assert_eq!((error.sqlstate, error.message.as_str()), (sqlstate, message), "{text}");
        }
    }

    #[test]
    fn lengths_have_limits() {
        for text in [
            "varchar(65536)",
            "char(4097)",
            "varbyte(16777217)",
            "decimal(39,0)",
            "decimal(38,38)",
            "varchar(0)",
        ] {
            assert_eq!(parsed(text).unwrap_err().sqlstate, "22023", "{text}");
        }
        assert_eq!(
            parsed("numeric(39)").unwrap_err().message,
            "DECIMAL precision 39 must be between 1 and 38"
        );
    }
}
