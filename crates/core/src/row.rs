//! A row as a source hands it over: borrowed bytes and where each field lies in them.

/// Where one field lies in a row's bytes, or SQL NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// SQL NULL.
    pub const NULL: Span = Span { start: u32::MAX, end: u32::MAX };

    /// The bytes from `start` up to `end`, both counted from the first byte of the row's buffer. Buffers are below
    /// 4 GiB (`max record size` sees to it).
    pub fn new(start: usize, end: usize) -> Span {
        debug_assert!(start <= end && end < u32::MAX as usize);
        Span { start: start as u32, end: end as u32 }
    }

    /// The first byte and the one after the last; `None` for NULL.
    pub fn range(self) -> Option<std::ops::Range<usize>> {
        (self != Span::NULL).then_some(self.start as usize..self.end as usize)
    }
}

/// One row: text as the database prints it, in UTF-8.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    bytes: &'a [u8],
    spans: &'a [Span],
}

impl<'a> Row<'a> {
    /// A row whose fields lie in `bytes` at `spans`.
    pub fn new(bytes: &'a [u8], spans: &'a [Span]) -> Row<'a> {
        Row { bytes, spans }
    }

    /// The field at `index` from 0; `None` is SQL NULL, as is a field that a short record lacks.
    pub fn field(&self, index: usize) -> Option<&'a [u8]> {
        self.bytes.get(self.spans.get(index)?.range()?)
    }

    /// How many fields the record has.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether the record has no field at all.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}
