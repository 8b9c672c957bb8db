//! `CAST` rules.

use pgloader_core::expression::Form;

use crate::name::NamePart;
use crate::text::{Span, Spanned};

/// One rule: what becomes of columns of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CastRule {
    /// The whole rule.
    pub span: Span,
    /// Which columns.
    pub source: CastSource,
    /// What must be true of them besides.
    pub guards: Vec<Guard>,
    /// `TO`: the type of the target, typemod included, words separated by single blanks.
    pub target: Option<Spanned<String>>,
    /// What becomes of the default.
    pub default: Option<Kept>,
    /// What becomes of the typemod.
    pub typemod: Option<Kept>,
    /// What becomes of NOT NULL.
    pub not_null: Option<NotNull>,
    /// What becomes of `auto_increment` and the like.
    pub extra: Option<Kept>,
    /// `USING`: the name of a function of one argument, or a form such as a lambda.
    pub using: Option<Spanned<Form>>,
}

impl CastRule {
    /// Whether it says more than which function to use.
    pub fn has_definition(&self) -> bool {
        let kept = self.default.is_some() || self.typemod.is_some() || self.extra.is_some();
        self.target.is_some() || self.not_null.is_some() || kept
    }
}

/// Which columns a rule is about. Names match whatever their case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CastSource {
    /// Columns of this type, words separated by single blanks.
    Type(Spanned<String>),
    /// One column, of one table or of all.
    Column {
        /// The table's schema.
        schema: Option<NamePart>,
        /// The table.
        table: Option<NamePart>,
        /// The column.
        column: NamePart,
        /// Where it stands.
        span: Span,
    },
}

/// A condition of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// `WHEN (form)`, over `precision` and `scale`.
    Typemod(Spanned<Form>),
    /// `WHEN DEFAULT 'text'`.
    Default(Spanned<String>),
    /// `WHEN UNSIGNED`.
    Unsigned,
    /// `WHEN SIGNED`.
    Signed,
    /// `AND NOT NULL`.
    NotNull,
    /// `WITH EXTRA AUTO_INCREMENT`.
    AutoIncrement,
    /// `WITH EXTRA ON UPDATE CURRENT_TIMESTAMP`.
    OnUpdateCurrentTimestamp,
}

/// Whether a part of a column is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// `KEEP`.
    Keep,
    /// `DROP`.
    Drop,
}

/// What becomes of NOT NULL. `SET` wins over `DROP`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotNull {
    /// `KEEP NOT NULL`.
    Keep,
    /// `DROP NOT NULL`.
    Drop,
    /// `SET NOT NULL`.
    Set,
}
