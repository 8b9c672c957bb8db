//! SET and SHOW.

use crate::error::SqlError;
use crate::session::Session;
use crate::session::execute::Form;
use crate::session::outcome::Interrupted;
use crate::session::rows::own_row;
use crate::sql::facts::literal;
use crate::sql::settings::{self, Assignment};
use crate::wire::Front;

impl Session {
    /// SET, and what clients are told of it.
    pub(super) async fn set(
        &mut self,
        front: &mut Front,
        assignment: &Assignment,
    ) -> Result<String, Interrupted> {
        self.assign(assignment).await?;
        let told = match assignment.name {
            "datestyle" => Some("DateStyle"),
            "timezone" => Some("TimeZone"),
            "client_encoding" => Some("client_encoding"),
            _ => None,
        };
        if let Some(told) = told {
            let value = self.kept(assignment.name).to_owned();
            front.out.parameter_status(told, &value);
        }
        Ok(if assignment.values.is_some() { "SET" } else { "RESET" }.into())
    }

    /// Changes a setting.
    pub(super) async fn assign(&mut self, assignment: &Assignment) -> Result<(), SqlError> {
        let name = assignment.name;
        let values = assignment.values.clone().unwrap_or_default();
        if assignment.is_backing() {
            self.backing.client.batch_execute(&self.printed_assignment(assignment)).await?;
        }
        let shown = match (name, assignment.values.is_some()) {
            (_, false) => settings::default(name).to_owned(),
            ("datestyle" | "timezone" | "search_path", _) => self.backing_value(name).await?,
            _ => values.join(", "),
        };
        self.settings.insert(name, shown);
        Ok(())
    }

    fn printed_assignment(&self, assignment: &Assignment) -> String {
        let name = assignment.name;
        match (name, &assignment.values) {
            ("search_path", None) => format!("SET {name} = \"$user\", public"),
            ("search_path", Some(schemas)) => format!("SET {name} = {}", self.facts(&[]).names(schemas)),
            (_, None) => format!("SET {name} = {}", literal(settings::default(name))),
            (_, Some(values)) => format!("SET {name} = {}", literal(&values.join(", "))),
        }
    }

    async fn backing_value(&self, name: &str) -> Result<String, SqlError> {
        let sql = format!("SELECT current_setting({})", literal(name));
        Ok(self.backing.client.query_one(&sql, &[]).await?.get(0))
    }

    /// What the session believes the setting to be.
    pub(super) fn kept<'a>(&'a self, name: &str) -> &'a str {
        self.settings.get(name).map_or(settings::default(name), String::as_str)
    }

    /// Whether quoted identifiers keep their case.
    pub(super) fn keeps_case(&self) -> bool {
        match self.settings.get("enable_case_sensitive_identifier") {
            Some(value) => matches!(value.to_ascii_lowercase().as_str(), "on" | "true" | "1" | "yes"),
            None => self.shared.case_sensitive,
        }
    }

    /// SHOW.
    pub(super) async fn show(
        &mut self,
        front: &mut Front,
        name: &str,
        form: Form<'_>,
    ) -> Result<String, Interrupted> {
        let value = self.shown(name).await?;
        own_row(front, name, &value, form);
        Ok("SHOW".into())
    }

    async fn shown(&self, name: &str) -> Result<String, SqlError> {
        if name == "server_version" {
            return Err(SqlError::new("42501", "must be superuser to examine \"server_version\""));
        }
        let name = settings::known(name).ok_or_else(|| settings::unrecognized(name))?;
        Ok(match name {
            "enable_case_sensitive_identifier" => if self.keeps_case() { "on" } else { "off" }.to_owned(),
            // A ROLLBACK may have changed them back.
            "datestyle" | "search_path" | "timezone" => self.backing_value(name).await?,
            name => self.kept(name).to_owned(),
        })
    }
}
