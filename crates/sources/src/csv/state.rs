//! How far a record has been looked at.

/// Where in a field the splitter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before the first quote, or in an unquoted field.
    Plain,
    /// Inside quotes.
    Inside,
    /// After the closing quote.
    Closed,
}

/// How far the splitter has come. Places are counted from the start of the text.
#[derive(Debug, Clone, Copy)]
pub struct State {
    /// The next byte to look at.
    pub at: usize,
    /// The first byte of the current field.
    pub field: usize,
    pub place: Place,
    /// The opening quote, once there was one.
    pub opened: usize,
    /// The closing quote, once there was one.
    pub closed: usize,
    /// Unquoted text precedes the opening quote.
    pub midway: bool,
    /// The field holds escapes, or unquoted text before a quote.
    pub rewrite: bool,
}

impl State {
    /// Before the first byte of a record, which is at `at`.
    pub fn start(at: usize) -> State {
        State { at, field: at, place: Place::Plain, opened: at, closed: at, midway: false, rewrite: false }
    }

    /// The same state after the text lost its first `by` bytes. What lies in these is lost.
    pub fn moved(self, by: usize) -> State {
        let moved = |place: usize| place.wrapping_sub(by);
        State {
            at: moved(self.at),
            field: moved(self.field),
            opened: moved(self.opened),
            closed: moved(self.closed),
            ..self
        }
    }

    /// The quote that is open.
    pub fn open_quote(&self) -> Option<usize> {
        (self.place == Place::Inside).then_some(self.opened)
    }

    /// The quote of the current field, else where that begins. Never goes back as the splitter goes on.
    pub fn mark(&self) -> usize {
        if self.place == Place::Plain { self.field } else { self.opened }
    }

    /// Begins a field at `at`.
    #[inline(always)]
    pub fn next_field(&mut self, at: usize) {
        (self.field, self.place, self.midway, self.rewrite) = (at, Place::Plain, false, false);
    }
}
