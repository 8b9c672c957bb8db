//! Cuts text into records and fields. Changes no byte: values that need it are rewritten afterwards.

use std::ops::Range;

use pgloader_core::Span;

use super::dialect::{Dialect, Quoting};
use super::scan::{Needles, Scanner};
use super::state::{Place, State};
use super::value::Rewrite;

/// How many fields of a record are told of; those beyond are read and dropped, so that a wide record of nothing but
/// separators takes no more memory than others. No table has nearly as many columns.
pub const MAX_FIELDS: usize = 1 << 16;

/// What a call of [`Splitter::split`] came to. Places are counted from the start of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The record is complete; the next one begins here.
    Record(usize),
    /// The text ended before the record did.
    More,
    /// Something other than a separator or a line end follows a closing quote, here.
    TextAfterQuote(usize),
    /// The text, which does not go on, ended inside quotes.
    Unclosed,
}

/// Cuts records into fields, one record after the other.
#[derive(Debug)]
pub struct Splitter {
    dialect: Dialect,
    /// Whether all special characters are single bytes, quotes are doubled and lines end with LF.
    common: bool,
    blanks: [bool; 256],
    scanner: Scanner,
    /// The length of the text that the scanner looks at; `usize::MAX` where it has to look anew.
    seen: usize,
    state: State,
    /// Where the record begins.
    start: usize,
    spans: Vec<Span>,
    rewrites: Vec<Rewrite>,
}

impl Splitter {
    /// A splitter for this dialect.
    pub fn new(dialect: Dialect) -> Splitter {
        let separator = dialect.separator.first();
        let quote = dialect.quote().map_or(separator, |quote| quote.first());
        let escape = match dialect.quoting {
            Quoting::Following { escape, .. } => escape.first(),
            _ => quote,
        };
        let needles =
            Needles { outside: [separator, dialect.terminator.first()], everywhere: [quote, escape] };
        let common = dialect.ends_with_lf()
            && dialect.separator.len() == 1
            && matches!(dialect.quoting, Quoting::Doubled(quote) if quote.len() == 1);
        Splitter {
            common,
            blanks: std::array::from_fn(|byte| dialect.is_blank(byte as u8)),
            scanner: Scanner::new(needles),
            seen: usize::MAX,
            state: State::start(0),
            start: 0,
            spans: Vec::new(),
            rewrites: Vec::new(),
            dialect,
        }
    }

    /// How far the record has been looked at.
    pub fn state(&self) -> State {
        self.state
    }

    /// The fields of the record last completed, counted from where it begins, and those to be rewritten.
    pub fn fields(&mut self) -> (&mut Vec<Span>, &mut Vec<Rewrite>) {
        (&mut self.spans, &mut self.rewrites)
    }

    /// Begins a record at `start`. Where that is not the end of the record before,
    /// [`forget`](Splitter::forget) has to be called too.
    #[inline]
    pub fn begin(&mut self, start: usize) {
        self.start = start;
        self.state = State::start(start);
        self.spans.clear();
        self.rewrites.clear();
    }

    /// Goes on from `state`, which belongs to another record with the same end: its fields will be wrong.
    pub fn resume(&mut self, state: State) {
        self.state = state;
        self.forget();
    }

    /// Has the text looked at anew from the current place, because its bytes or the place changed.
    pub fn forget(&mut self) {
        self.seen = usize::MAX;
    }

    /// The text lost its first `by` bytes, and changed otherwise. The current record lies behind them, or ended.
    pub fn moved(&mut self, by: usize) {
        self.start = self.start.wrapping_sub(by);
        self.state = self.state.moved(by);
        self.forget();
    }

    /// Goes on with the current record up to its end or that of `text`; `last` says that nothing follows the text.
    #[inline]
    pub fn split(&mut self, text: &[u8], last: bool) -> Step {
        if self.seen != text.len() {
            self.seen = text.len();
            self.scanner.seek(text, self.state.at);
        }
        if self.common { self.run::<true>(text, last) } else { self.run::<false>(text, last) }
    }

    fn run<const COMMON: bool>(&mut self, text: &[u8], last: bool) -> Step {
        loop {
            let Some(at) = self.scanner.next(text, self.state.place == Place::Inside) else {
                self.state.at = text.len();
                return if last { self.end_of_text(text) } else { Step::More };
            };
            let step = if COMMON { self.common(text, at, last) } else { self.special(text, at, last) };
            if let Some(step) = step {
                // Nothing but the fields changed: from here, the same step comes again.
                self.state.at = at;
                return step;
            }
        }
    }

    /// The common dialect at a byte that is one of its special characters.
    #[inline(always)]
    fn common(&mut self, text: &[u8], at: usize, last: bool) -> Option<Step> {
        let byte = text[at];
        if self.state.place == Place::Inside {
            self.doubled(text, at, 1, last)
        } else if byte == self.dialect.separator.first() {
            self.separator(text, at, at + 1)
        } else if byte == b'\n' {
            Some(self.line_feed(text, at))
        } else {
            self.opening(text, at)
        }
    }

    /// Any dialect at a byte that may begin one of its special characters.
    fn special(&mut self, text: &[u8], at: usize, last: bool) -> Option<Step> {
        let rest = &text[at..];
        if !last && self.is_cut(rest) {
            return Some(Step::More);
        }
        let starts = |mark: &[u8]| rest.starts_with(mark);
        let inside = self.state.place == Place::Inside;
        if !inside && starts(&self.dialect.separator) {
            let next = at + self.dialect.separator.len();
            self.scanner.skip_to(text, next);
            return self.separator(text, at, next);
        }
        if !inside && starts(&self.dialect.terminator) {
            return Some(self.end_of_record(text, at));
        }
        if self.dialect.quote().is_some_and(|quote| starts(&quote)) {
            return self.quote(text, at, last);
        }
        match self.dialect.quoting {
            Quoting::Following { escape, .. } if starts(&escape) => self.escape(text, at, last),
            _ => None,
        }
    }

    /// A separator outside quotes, after which the field at `next` begins.
    #[inline(always)]
    fn separator(&mut self, text: &[u8], at: usize, next: usize) -> Option<Step> {
        if let Err(step) = self.end_field(text, at, at) {
            return Some(step);
        }
        self.state.next_field(next);
        None
    }

    /// Whether the text ends amid what may be a special character.
    fn is_cut(&self, rest: &[u8]) -> bool {
        let marks = [
            Some(self.dialect.separator),
            Some(self.dialect.terminator),
            self.dialect.quote(),
            self.dialect.escape(),
        ];
        rest.len() < 4
            && marks.into_iter().flatten().any(|mark| mark.len() > rest.len() && mark.starts_with(rest))
    }

    fn quote(&mut self, text: &[u8], at: usize, last: bool) -> Option<Step> {
        let inside = self.state.place == Place::Inside;
        match self.dialect.quoting {
            Quoting::Doubled(quote) if inside => return self.doubled(text, at, quote.len(), last),
            Quoting::Prefixed { quote, escape } => {
                let from = if inside { self.state.opened + quote.len() } else { self.state.field };
                if self.state.place != Place::Closed && text[from..at].ends_with(&escape) {
                    self.state.rewrite = true;
                    return None;
                }
            }
            _ => {}
        }
        if inside {
            (self.state.place, self.state.closed) = (Place::Closed, at);
            return None;
        }
        self.opening(text, at)
    }

    /// A quote inside quotes where a doubled one is one of the value.
    #[inline(always)]
    fn doubled(&mut self, text: &[u8], at: usize, len: usize, last: bool) -> Option<Step> {
        let after = &text[at + len..];
        if after.starts_with(&text[at..at + len]) {
            self.state.rewrite = true;
            self.scanner.skip_to(text, at + 2 * len);
        } else if after.len() < len && !last {
            return Some(Step::More);
        } else {
            (self.state.place, self.state.closed) = (Place::Closed, at);
        }
        None
    }

    /// A quote outside quotes.
    fn opening(&mut self, text: &[u8], at: usize) -> Option<Step> {
        if self.state.place == Place::Closed {
            return Some(self.after_quote(text, at, at).err().unwrap_or(Step::TextAfterQuote(at)));
        }
        let leading = &text[self.state.field..at];
        let first = leading.is_empty() || (self.dialect.trim && self.all_blank(leading));
        if first || matches!(self.dialect.quoting, Quoting::Doubled(_)) {
            (self.state.place, self.state.opened) = (Place::Inside, at);
            self.state.midway = !first;
            self.state.rewrite |= !first;
        }
        None
    }

    /// An escape that makes what follows literal.
    fn escape(&mut self, text: &[u8], at: usize, last: bool) -> Option<Step> {
        if self.state.place == Place::Closed {
            return Some(self.after_quote(text, at, at).err().unwrap_or(Step::TextAfterQuote(at)));
        }
        let from = at + self.dialect.escape().map_or(0, |escape| escape.len());
        let Some(len) = self.dialect.escaped_len(&text[from..], last, self.state.place == Place::Inside)
        else {
            return Some(Step::More);
        };
        self.state.rewrite |= len > 0;
        self.scanner.skip_to(text, from + len);
        None
    }

    /// Ends the record at an LF, before which a CR belongs to the line end.
    #[inline(always)]
    fn line_feed(&mut self, text: &[u8], at: usize) -> Step {
        let cr = at > self.state.field && text[at - 1] == b'\r';
        match self.end_field(text, at - usize::from(cr), at) {
            Ok(()) => Step::Record(at + 1),
            Err(step) => step,
        }
    }

    fn end_of_record(&mut self, text: &[u8], at: usize) -> Step {
        if self.dialect.ends_with_lf() {
            return self.line_feed(text, at);
        }
        let next = at + self.dialect.terminator.len();
        match self.end_field(text, at, at) {
            Ok(()) => {
                self.scanner.skip_to(text, next);
                Step::Record(next)
            }
            Err(step) => step,
        }
    }

    fn end_of_text(&mut self, text: &[u8]) -> Step {
        if self.state.place == Place::Inside {
            return Step::Unclosed;
        }
        match self.end_field(text, text.len(), text.len()) {
            Ok(()) => Step::Record(text.len()),
            Err(step) => step,
        }
    }

    /// Ends the field before `end`; `at` is where the character stands that ends it.
    #[inline(always)]
    fn end_field(&mut self, text: &[u8], end: usize, at: usize) -> Result<(), Step> {
        let span = if self.state.place == Place::Plain {
            self.plain(text, self.state.field..end)
        } else {
            self.after_quote(text, end, at)?;
            Span::new(self.state.opened + self.quote_len() - self.start, self.state.closed - self.start)
        };
        if self.spans.len() < MAX_FIELDS {
            if self.state.rewrite {
                self.note_rewrite(end);
            }
            self.spans.push(span);
        }
        Ok(())
    }

    /// Adds a field of the record begun that is known to be quoted as a whole, by `quote`, or not at all; `doubled` says
    /// that there are quotes inside its quotes.
    #[inline(always)]
    pub fn add_regular(&mut self, text: &[u8], field: Range<usize>, quote: Option<u8>, doubled: bool) {
        if self.spans.len() >= MAX_FIELDS {
            return;
        }
        if field.is_empty() || Some(text[field.start]) != quote {
            let span = self.plain(text, field);
            self.spans.push(span);
            return;
        }
        let field = field.start - self.start..field.end - self.start;
        let section = field.start + 1..field.end - 1;
        self.spans.push(Span::new(section.start, section.end));
        if doubled {
            let index = self.spans.len() - 1;
            self.rewrites.push(Rewrite { index, field, section: Some(section) });
        }
    }

    fn quote_len(&self) -> usize {
        if self.common { 1 } else { self.dialect.quote().map_or(0, |quote| quote.len()) }
    }

    /// The unquoted field at `range`.
    #[inline(always)]
    fn plain(&self, text: &[u8], range: Range<usize>) -> Span {
        let field = &text[range.clone()];
        let Range { start: mut from, end: mut to } = range;
        if let (Some(first), Some(last)) = (field.first(), field.last())
            && self.dialect.trim
            && (*first <= b' ' || *last <= b' ')
        {
            from += field.iter().take_while(|&&byte| self.blanks[usize::from(byte)]).count();
            to -= text[from..to].iter().rev().take_while(|&&byte| self.blanks[usize::from(byte)]).count();
        }
        if from == to { Span::NULL } else { Span::new(from - self.start, to - self.start) }
    }

    #[cold]
    fn note_rewrite(&mut self, end: usize) {
        let State { field, place, opened, closed, midway, .. } = self.state;
        let relative = |place: usize| place - self.start;
        let section = (place == Place::Closed).then(|| relative(opened + self.quote_len())..relative(closed));
        let from = if section.is_some() && !midway { opened } else { field };
        self.rewrites.push(Rewrite {
            index: self.spans.len(),
            field: relative(from)..relative(end),
            section,
        });
    }

    /// Whether only blanks that may be there stand between the closing quote, where there is one, and `end`.
    ///
    /// # Errors
    ///
    /// The step that says what else stands there.
    #[inline(always)]
    fn after_quote(&self, text: &[u8], end: usize, at: usize) -> Result<(), Step> {
        let from = self.state.closed + self.quote_len();
        if from == at { Ok(()) } else { self.blanks_after_quote(text, from, end) }
    }

    fn blanks_after_quote(&self, text: &[u8], from: usize, end: usize) -> Result<(), Step> {
        let foreign = |byte: &u8| !self.dialect.trim || !self.blanks[usize::from(*byte)];
        match text[from..end].iter().position(foreign) {
            Some(index) => Err(Step::TextAfterQuote(from + index)),
            None => Ok(()),
        }
    }

    /// What is wrong with a record that is given up at the end of `text`: text after a closing quote, if there is
    /// any, was not looked at yet.
    pub fn given_up(&self, text: &[u8]) -> Option<Step> {
        if self.state.place != Place::Closed {
            return None;
        }
        self.after_quote(text, text.len(), text.len()).err()
    }

    fn all_blank(&self, bytes: &[u8]) -> bool {
        bytes.iter().all(|&byte| self.blanks[usize::from(byte)])
    }
}
