//! `CAST`.

use super::Grammar;
use super::clauses::Clauses;
use crate::command::{CastRule, CastSource, Guard, Kept, NotNull};
use crate::reader::Read;
use crate::text::{Span, Spanned};

/// Types of more than one word, as the source and the target of a rule. The list is closed: an open one would take
/// the words of the next clause for a part of the type. Longer ones first.
const LONG_TYPES: [&str; 7] = [
    "double precision",
    "character varying",
    "bit varying",
    "timestamp with time zone",
    "timestamp without time zone",
    "time with time zone",
    "time without time zone",
];

/// What may stand behind the typemod of `time` and `timestamp`.
const ZONES: [&str; 2] = ["with time zone", "without time zone"];

impl Grammar<'_> {
    /// What follows `CAST`.
    pub(super) fn casts(&mut self, clauses: &mut Clauses) -> Read<()> {
        loop {
            let rule = self.cast_rule(clauses)?;
            if !rule.has_definition() && rule.using.is_none() {
                clauses.warnings.push(self.reader.warning(rule.span, "this cast rule changes nothing"));
            }
            clauses.tables.casts.push(rule);
            if self.reader.take_mark(",").is_none() {
                return Ok(());
            }
        }
    }

    /// `source { guard } { def } [ USING fn ]`.
    pub(super) fn cast_rule(&mut self, clauses: &mut Clauses) -> Read<CastRule> {
        let start = self.reader.at();
        let mut rule = CastRule {
            span: Span { start, end: start },
            source: self.cast_source()?,
            guards: Vec::new(),
            target: None,
            default: None,
            typemod: None,
            not_null: None,
            extra: None,
            using: None,
        };
        while let Some(guard) = self.guard()? {
            rule.guards.push(guard);
        }
        while self.definition(&mut rule, clauses)? {}
        if self.reader.take("USING").is_some() {
            rule.using = Some(self.form()?);
        }
        rule.span = self.reader.since(start);
        Ok(rule)
    }

    fn cast_source(&mut self) -> Read<CastSource> {
        if self.reader.take("TYPE").is_some() {
            return self.cast_type().map(CastSource::Type);
        }
        self.reader.expect("COLUMN")?;
        let start = self.reader.at();
        let mut parts = self.reader.expect_name_parts("a column name")?;
        let span = self.reader.since(start);
        let too_many =
            || self.reader.error(span, "a column name has at most three parts, `schema.table.column`");
        let column = parts.pop().ok_or_else(too_many)?;
        let (table, schema) = (parts.pop(), parts.pop());
        match parts.is_empty() {
            true => Ok(CastSource::Column { schema, table, column, span }),
            false => Err(too_many()),
        }
    }

    /// A type without typemod: a word, several words of the closed list, or anything in double quotes.
    fn cast_type(&mut self) -> Read<Spanned<String>> {
        for words in LONG_TYPES {
            if let Some(length) = self.reader.length_of(words) {
                return Ok(Spanned { value: words.to_owned(), span: self.reader.advance(length) });
            }
        }
        self.reader.take_type_name()?.ok_or_else(|| self.reader.unexpected())
    }

    /// One guard; `None` where none stands here.
    fn guard(&mut self) -> Read<Option<Guard>> {
        let guards = [
            ("WHEN UNSIGNED", Guard::Unsigned),
            ("WHEN SIGNED", Guard::Signed),
            ("AND NOT NULL", Guard::NotNull),
            ("WITH EXTRA AUTO_INCREMENT", Guard::AutoIncrement),
            ("WITH EXTRA ON UPDATE CURRENT TIMESTAMP", Guard::OnUpdateCurrentTimestamp),
            ("WITH EXTRA ON UPDATE CURRENT_TIMESTAMP", Guard::OnUpdateCurrentTimestamp),
        ];
        for (words, guard) in guards {
            if self.reader.take(words).is_some() {
                return Ok(Some(guard));
            }
        }
        if self.reader.take("WHEN DEFAULT").is_some() {
            let text = match self.reader.next_char() {
                Some('\'' | '"') => self.reader.take_string()?,
                _ => self.reader.take_name()?,
            };
            return text.map(|text| Some(Guard::Default(text))).ok_or_else(|| self.reader.unexpected());
        }
        if self.reader.take("WHEN").is_none() {
            return Ok(None);
        }
        match self.reader.rest().starts_with('(') {
            true => self.form().map(|form| Some(Guard::Typemod(form))),
            false => {
                self.reader.want("`(`");
                Err(self.reader.unexpected())
            }
        }
    }

    /// One part of what a rule defines; `false` where none stands here. Said twice, the first holds.
    fn definition(&mut self, rule: &mut CastRule, clauses: &mut Clauses) -> Read<bool> {
        let start = self.reader.at();
        let first = if self.reader.take("TO").is_some() {
            let target = self.target_type()?;
            set(&mut rule.target, target)
        } else if let Some(kept) = self.kept("DEFAULT") {
            set(&mut rule.default, kept)
        } else if let Some(kept) = self.kept("TYPEMOD") {
            set(&mut rule.typemod, kept)
        } else if let Some(kept) = self.kept("EXTRA") {
            set(&mut rule.extra, kept)
        } else if let Some(not_null) = self.not_null() {
            set_not_null(&mut rule.not_null, not_null)
        } else {
            return Ok(false);
        };
        if !first {
            let message = "a cast rule says this once; the first holds";
            clauses.warnings.push(self.reader.warning(self.reader.since(start), message));
        }
        Ok(true)
    }

    fn kept(&mut self, what: &str) -> Option<Kept> {
        if self.reader.take(&format!("KEEP {what}")).is_some() {
            return Some(Kept::Keep);
        }
        self.reader.take(&format!("DROP {what}")).map(|_| Kept::Drop)
    }

    fn not_null(&mut self) -> Option<NotNull> {
        let ways = [
            ("KEEP NOT NULL", NotNull::Keep),
            ("DROP NOT NULL", NotNull::Drop),
            ("SET NOT NULL", NotNull::Set),
        ];
        ways.into_iter().find_map(|(words, not_null)| self.reader.take(words).map(|_| not_null))
    }

    /// What follows `TO`: a type, perhaps with a typemod.
    fn target_type(&mut self) -> Read<Spanned<String>> {
        let start = self.reader.at();
        let mut target = self.cast_type()?;
        if self.reader.rest().starts_with('(') {
            target.value.push_str(&self.typemod()?);
            for words in ZONES {
                if let Some(length) = self.reader.length_of(words) {
                    self.reader.advance(length);
                    target.value.push(' ');
                    target.value.push_str(words);
                }
            }
            target.span = self.reader.since(start);
        }
        Ok(target)
    }
}

/// Fills what is empty; `false` where it is not.
fn set<T>(place: &mut Option<T>, value: T) -> bool {
    let first = place.is_none();
    place.get_or_insert(value);
    first
}

/// The same, but that `SET NOT NULL` wins over `DROP NOT NULL`.
fn set_not_null(place: &mut Option<NotNull>, value: NotNull) -> bool {
    let wins = *place == Some(NotNull::Drop) && value == NotNull::Set;
    if wins {
        *place = Some(value);
    }
    wins || set(place, value)
}
