//! The SQL of BEFORE LOAD and AFTER LOAD, read before anything runs.

use std::path::{Path, PathBuf};

use pgloader_command::{Command, SqlSource, sql};

use crate::files::read_text;
use crate::registry::resolve;

/// How deep files may include files.
const DEEPEST_INCLUDE: usize = 50;

/// Statements in order.
#[derive(Debug, Default)]
pub struct Hooks {
    /// BEFORE LOAD.
    pub before: Vec<String>,
    /// AFTER LOAD.
    pub after: Vec<String>,
}

/// Reads the SQL files that a command names; relative names are below `directory`.
pub fn read(command: &Command, directory: &Path) -> Result<Hooks, String> {
    Ok(Hooks {
        before: statements(&command.before, directory)?,
        after: statements(&command.after, directory)?,
    })
}

fn statements(sources: &[SqlSource], directory: &Path) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for source in sources {
        match source {
            SqlSource::Block(block) if block.value.is_empty() => {}
            SqlSource::Block(block) => all.push(block.value.clone()),
            SqlSource::File(name) => read_file(&resolve(&name.value, directory), 0, &mut all)?,
        }
    }
    Ok(all)
}

fn read_file(path: &Path, depth: usize, all: &mut Vec<String>) -> Result<(), String> {
    let text = read_text(path).map_err(|error| error.to_string())?;
    let directory = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    for item in sql::split(&path.display().to_string(), &text).map_err(|error| error.to_string())? {
        match item {
            sql::Item::Statement { sql, .. } => all.push(sql),
            sql::Item::Include { path: name, line } if depth >= DEEPEST_INCLUDE => {
                return Err(format!(
                    "{}:{line}: \\i {name}: files include each other more than {DEEPEST_INCLUDE} deep",
                    path.display()
                ));
            }
            sql::Item::Include { path: name, .. } => read_file(&resolve(&name, &directory), depth + 1, all)?,
        }
    }
    Ok(())
}
