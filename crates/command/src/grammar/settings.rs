//! `SET`: parameters of sessions.

use super::Grammar;
use super::clauses::Clauses;
use crate::command::Setting;
use crate::diagnostic::Diagnostic;
use crate::reader::{Read, Reader};

impl Grammar<'_> {
    /// What follows `SET`.
    pub(super) fn target_settings(&mut self, clauses: &mut Clauses) -> Read<()> {
        for words in ["PGSQL PARAMETERS", "POSTGRESQL PARAMETERS"] {
            if let Some(length) = self.reader.length_of(words) {
                self.reader.advance(length);
            }
        }
        let settings = self.setting_list()?;
        merge(&self.reader, settings, &mut clauses.settings, &mut clauses.warnings);
        Ok(())
    }

    /// What follows `SET MYSQL PARAMETERS` and the like.
    pub(super) fn source_settings(&mut self, clauses: &mut Clauses) -> Read<()> {
        let settings = self.setting_list()?;
        merge(&self.reader, settings, &mut clauses.tables.source_settings, &mut clauses.warnings);
        Ok(())
    }

    /// Settings with commas between.
    pub(super) fn setting_list(&mut self) -> Read<Vec<Setting>> {
        let mut settings = Vec::new();
        loop {
            settings.push(self.setting()?);
            if self.reader.take_mark(",").is_none() {
                return Ok(settings);
            }
        }
    }

    fn setting(&mut self) -> Read<Setting> {
        let name = self.reader.take_parameter_name().ok_or_else(|| self.reader.unexpected())?;
        if self.reader.take_mark("=").is_none() {
            self.reader.expect("TO")?;
        }
        match self.reader.take_setting_value()? {
            Some(value) => Ok(Setting { name, value }),
            None => Err(self.reader.unexpected().help("the value of a parameter stands in single quotes")),
        }
    }
}

/// Adds settings whose names are new; the others are warned about.
fn merge(
    reader: &Reader<'_>,
    settings: Vec<Setting>,
    so_far: &mut Vec<Setting>,
    warnings: &mut Vec<Diagnostic>,
) {
    for setting in settings {
        let same = |other: &Setting| other.name.value.eq_ignore_ascii_case(&setting.name.value);
        if so_far.iter().any(same) {
            let message =
                format!("`{}` is set twice; the first value holds", reader.shown(setting.name.span));
            warnings.push(reader.warning(setting.name.span, message));
        } else {
            so_far.push(setting);
        }
    }
}
