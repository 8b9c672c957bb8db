//! Which relations a SELECT may read, and where the backing server has them.

use crate::error::SqlError;
use crate::sql::cursor::ObjectName;

/// A relation in a FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// A table of the users'.
    Table(ObjectName),
    /// A system relation: a view of the same name in `rs_catalog`.
    System(&'static str),
}

/// What kind of system relation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// On the leader node.
    Catalog,
    /// On the compute nodes.
    Log,
    /// On the compute nodes, rows about refused records.
    Errors,
}

const SYSTEM: &[(&str, Kind)] = &[
    ("pg_attrdef", Kind::Catalog),
    ("pg_attribute", Kind::Catalog),
    ("pg_class", Kind::Catalog),
    ("pg_constraint", Kind::Catalog),
    ("pg_description", Kind::Catalog),
    ("pg_index", Kind::Catalog),
    ("pg_indexes", Kind::Catalog),
    ("pg_namespace", Kind::Catalog),
    ("pg_tables", Kind::Catalog),
    ("pg_type", Kind::Catalog),
    ("pg_user", Kind::Catalog),
    ("pg_views", Kind::Catalog),
    ("stl_load_commits", Kind::Log),
    ("stl_load_errors", Kind::Errors),
    ("stl_replacements", Kind::Log),
    ("stv_slices", Kind::Log),
    ("sys_load_error_detail", Kind::Errors),
    ("sys_load_history", Kind::Log),
];

/// Whether a name is one of the catalog's, so that a literal cast to regclass means it.
pub fn is_catalog(name: &str) -> bool {
    find(name).is_some_and(|(_, kind)| *kind == Kind::Catalog)
}

/// Whether the relation shows refused records.
pub fn shows_errors(name: &str) -> bool {
    find(name).is_some_and(|(_, kind)| *kind == Kind::Errors)
}

fn find(name: &str) -> Option<&'static (&'static str, Kind)> {
    SYSTEM.iter().find(|(known, _)| *known == name)
}

impl Relation {
    /// What a name in a FROM means.
    ///
    /// # Errors
    /// 42P01 for everything of the system's that the sandbox does not show.
    pub fn named(name: ObjectName) -> Result<Relation, SqlError> {
        let system = match name.schema.as_deref() {
            None => find(&name.name),
            Some("pg_catalog") => Some(find(&name.name).ok_or_else(|| missing(&name))?),
            Some("information_schema" | "rs_catalog") => return Err(missing(&name)),
            Some(schema) if schema.starts_with("pg_") => return Err(missing(&name)),
            Some(_) => None,
        };
        match system {
            Some((known, _)) => Ok(Relation::System(known)),
            None if name.name == "svv_table_info" => {
                Err(SqlError::new("42501", "permission denied for relation svv_table_info"))
            }
            // Else the backing server would find its own.
            None if name.schema.is_none() && name.name.starts_with("pg_") => Err(missing(&name)),
            None => Ok(Relation::Table(name)),
        }
    }

    /// Whether reading it needs the compute nodes.
    pub fn on_compute_nodes(&self) -> bool {
        match self {
            Relation::Table(_) => true,
            Relation::System(name) => find(name).is_some_and(|(_, kind)| *kind != Kind::Catalog),
        }
    }
}

/// Guards names of tables that are written to or made.
///
/// # Errors
/// 42501 for the system's schemas.
pub fn writable(name: ObjectName) -> Result<ObjectName, SqlError> {
    match name.schema.as_deref() {
        Some(schema) if is_system_schema(schema) => {
            Err(SqlError::new("42501", format!("permission denied for schema {schema}")))
        }
        None if find(&name.name).is_some() || name.name.starts_with("pg_") => {
            Err(SqlError::new("42501", format!("permission denied: \"{}\" is a system catalog", name.name)))
        }
        _ => Ok(name),
    }
}

/// Whether a schema is not for users.
pub fn is_system_schema(name: &str) -> bool {
    name.starts_with("pg_") || name == "information_schema" || name == "rs_catalog"
}

/// 42P01.
pub fn missing(name: &ObjectName) -> SqlError {
    SqlError::new("42P01", format!("relation \"{name}\" does not exist"))
}
