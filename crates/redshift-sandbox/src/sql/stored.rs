//! What the backing server and the catalog call the types of columns.

use crate::model::ColumnType;

/// The type in which the backing server keeps a column's values.
pub fn stored(ty: ColumnType) -> String {
    match ty {
        ColumnType::Int2 => "smallint".into(),
        ColumnType::Int4 => "integer".into(),
        ColumnType::Int8 => "bigint".into(),
        ColumnType::Decimal { precision, scale } => format!("numeric({precision},{scale})"),
        ColumnType::Float4 => "real".into(),
        ColumnType::Float8 => "double precision".into(),
        ColumnType::Bool => "boolean".into(),
        // ASCII only, so that characters are bytes.
        ColumnType::Char(length) => format!("character({length})"),
        ColumnType::Varchar(_) => "text".into(),
        ColumnType::Date => "date".into(),
        ColumnType::Time => "time".into(),
        ColumnType::TimeTz => "time with time zone".into(),
        ColumnType::Timestamp => "timestamp".into(),
        ColumnType::TimestampTz => "timestamp with time zone".into(),
        ColumnType::Super => "json".into(),
        ColumnType::Varbyte(_) => "bytea".into(),
    }
}

/// The catalog's name of a type.
pub fn type_label(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Int2 => "int2",
        ColumnType::Int4 => "int4",
        ColumnType::Int8 => "int8",
        ColumnType::Decimal { .. } => "numeric",
        ColumnType::Float4 => "float4",
        ColumnType::Float8 => "float8",
        ColumnType::Bool => "bool",
        ColumnType::Char(_) => "bpchar",
        ColumnType::Varchar(_) => "varchar",
        ColumnType::Date => "date",
        ColumnType::Time => "time",
        ColumnType::TimeTz => "timetz",
        ColumnType::Timestamp => "timestamp",
        ColumnType::TimestampTz => "timestamptz",
        ColumnType::Super => "super",
        ColumnType::Varbyte(_) => "varbyte",
    }
}
