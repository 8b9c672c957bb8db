//! What stands where in 64 bytes of a text.
//!
//! A place is inside quotes where the number of quotes before it is odd, as long as each quote is where one is expected:
//!
//! * The first that may close a section is followed by a separator, a line end or, where quotes are doubled, a quote.
//! * One that opens a section follows a separator or a line end. Where quotes are doubled it may be anywhere.
//! * None follows an escape, and there is no escape that makes other characters literal.

use std::marker::PhantomData;

use super::dialect::{Dialect, Mark, Quoting};
use super::vector::{BLOCK, Compare};

/// The special characters, of one byte each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    pub(super) separator: u8,
    /// The last byte of a line end.
    pub(super) end: u8,
    pub(super) quote: Option<u8>,
    cr: Cr,
    escape: Escape,
}

/// What CR is at a line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cr {
    /// Nothing special.
    Ordinary,
    /// May precede it.
    Optional,
    /// Precedes it, or it is none.
    Required,
}

/// How a quote inside quotes is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    Doubled,
    /// After this byte.
    Prefixed(u8),
    /// After this byte, which makes other bytes literal too.
    Following(u8),
}

impl Marks {
    /// Those of this dialect; `None` where one has several bytes.
    pub(super) fn new(dialect: &Dialect) -> Option<Marks> {
        let (end, cr) = match *dialect.terminator {
            [b'\r', b'\n'] => (b'\n', Cr::Required),
            [b'\n'] => (b'\n', Cr::Optional),
            [end] => (end, Cr::Ordinary),
            _ => return None,
        };
        let only = |mark: Mark| (mark.len() == 1).then_some(mark.first());
        let (quote, escape) = match dialect.quoting {
            Quoting::None => (None, Escape::Doubled),
            Quoting::Doubled(quote) => (Some(only(quote)?), Escape::Doubled),
            Quoting::Prefixed { quote, escape } => (Some(only(quote)?), Escape::Prefixed(only(escape)?)),
            Quoting::Following { quote, escape } => (Some(only(quote)?), Escape::Following(only(escape)?)),
        };
        Some(Marks { separator: only(dialect.separator)?, end, cr, quote, escape })
    }

    /// How many bytes of the line end whose last one is at `at` precede that; `field` is where the field before begins.
    #[inline(always)]
    pub(super) fn before_end(&self, text: &[u8], field: usize, at: usize) -> usize {
        match self.cr {
            Cr::Ordinary => 0,
            Cr::Optional => usize::from(at > field && text[at - 1] == b'\r'),
            Cr::Required => 1,
        }
    }

    /// Whether a closing quote may precede `rest`; nobody knows yet where that is cut off.
    fn may_follow_quote(&self, rest: &[u8]) -> bool {
        match *rest {
            [] => true,
            [byte, ..] if byte == self.separator => true,
            [byte, ..] if Some(byte) == self.quote => self.escape == Escape::Doubled,
            [b'\r'] if self.cr != Cr::Ordinary => true,
            [b'\r', byte, ..] if self.cr != Cr::Ordinary => byte == self.end,
            [byte, ..] => self.cr != Cr::Required && byte == self.end,
        }
    }

    /// Whether a field may begin behind `before`.
    fn may_precede_field(&self, before: &[u8]) -> bool {
        match *before {
            [] => true,
            [.., b'\r', byte] if self.cr == Cr::Required && byte == self.end => true,
            [.., byte] => byte == self.separator || (self.cr != Cr::Required && byte == self.end),
        }
    }
}

/// 64 bytes of a text, or what is left of it.
pub(super) struct Window<'a> {
    pub(super) text: &'a [u8],
    pub(super) base: usize,
}

/// What is where in a window: one bit for each byte.
pub(super) struct Seen {
    /// The last bytes of record ends.
    pub(super) ends: u64,
    /// Separators outside quotes.
    pub(super) separators: u64,
    /// The second of two quotes that stand for one.
    pub(super) doubled: u64,
    /// Quotes and escapes out of place.
    pub(super) irregular: u64,
    /// Quotes that open a section behind other characters of its field.
    pub(super) midway: u64,
}

/// The bytes of a window, compared on machines of one kind. No closure does that: where one is not inlined, it is
/// compiled for any machine, and many times as slow.
struct Bytes<'a, C> {
    block: &'a [u8; BLOCK],
    /// Beyond the end of the text.
    absent: u64,
    machine: PhantomData<C>,
}

impl<C: Compare> Bytes<'_, C> {
    /// One bit for each byte: whether it is `byte`.
    ///
    /// # Safety
    ///
    /// As [`Compare`] asks for.
    #[inline(always)]
    unsafe fn equal(&self, byte: u8) -> u64 {
        // SAFETY: as the caller promises.
        unsafe { C::equal(self.block, byte) & !self.absent }
    }
}

impl Window<'_> {
    /// Looks at the window, which begins inside quotes where `inside` is all ones, and outside where it is 0; from
    /// then on `inside` is that of the next one.
    ///
    /// # Safety
    ///
    /// As [`Compare`] asks for.
    #[inline(always)]
    pub(super) unsafe fn look<C: Compare>(&self, marks: &Marks, inside: &mut u64) -> Seen {
        let mut tail = [0; BLOCK];
        let rest = &self.text[self.base..];
        let (block, absent) = match rest.first_chunk() {
            Some(block) => (block, 0),
            None => {
                tail[..rest.len()].copy_from_slice(rest);
                (&tail, u64::MAX << rest.len())
            }
        };
        let bytes = Bytes::<C> { block, absent, machine: PhantomData };
        // SAFETY: as the caller promises.
        unsafe { self.look_at(&bytes, marks, inside) }
    }

    /// The same, once the bytes are at hand.
    #[inline(always)]
    unsafe fn look_at<C: Compare>(&self, bytes: &Bytes<'_, C>, marks: &Marks, inside: &mut u64) -> Seen {
        // SAFETY: as the caller promises.
        let (mut ends, separators) = unsafe { (bytes.equal(marks.end), bytes.equal(marks.separator)) };
        if marks.cr == Cr::Required {
            // SAFETY: as the caller promises.
            ends &= self.after(unsafe { bytes.equal(b'\r') }, |before| before.last() == Some(&b'\r'));
        }
        let mut irregular = match marks.escape {
            // SAFETY: as the caller promises.
            Escape::Following(escape) => unsafe { bytes.equal(escape) },
            Escape::Doubled | Escape::Prefixed(_) => 0,
        };
        let quotes = match marks.quote {
            // SAFETY: as the caller promises.
            Some(quote) => unsafe { bytes.equal(quote) },
            None => 0,
        };
        if quotes == 0 {
            let outside = !*inside;
            let (ends, separators) = (ends & outside, separators & outside);
            return Seen { ends, separators, doubled: 0, irregular, midway: 0 };
        }
        // SAFETY: as the caller promises.
        let odd = unsafe { C::parity(quotes) } ^ *inside;
        *inside = (odd.cast_signed() >> 63).cast_unsigned();
        // SAFETY: as the caller promises.
        irregular |= quotes & !odd & !unsafe { self.before_followers(bytes, marks, quotes) };
        let doubled = quotes & odd & self.after(quotes, |before| before.last().copied() == marks.quote);
        let first = self.after(separators | ends, |before| marks.may_precede_field(before));
        let midway = quotes & odd & !doubled & !first;
        if marks.escape != Escape::Doubled {
            irregular |= midway | doubled;
        }
        if let Escape::Prefixed(escape) = marks.escape {
            // SAFETY: as the caller promises.
            let escapes = unsafe { bytes.equal(escape) };
            irregular |= quotes & self.after(escapes, |before| before.last() == Some(&escape));
        }
        Seen { ends: ends & !odd, separators: separators & !odd, doubled, irregular, midway }
    }

    /// The places behind those of `bits`; `first` tells of the first one by what precedes it.
    #[inline(always)]
    fn after(&self, bits: u64, first: impl Fn(&[u8]) -> bool) -> u64 {
        bits << 1 | u64::from(first(&self.text[..self.base]))
    }

    /// The places before something that may follow a closing quote.
    #[inline(always)]
    unsafe fn before_followers<C: Compare>(&self, bytes: &Bytes<'_, C>, marks: &Marks, quotes: u64) -> u64 {
        // SAFETY: as the caller promises.
        let (ends, separators) = unsafe { (bytes.equal(marks.end), bytes.equal(marks.separator)) };
        let next = self.text.get(self.base + BLOCK..).unwrap_or_default();
        let mut followers = separators | bytes.absent;
        if marks.escape == Escape::Doubled {
            followers |= quotes;
        }
        if marks.cr != Cr::Required {
            followers |= ends;
        }
        if marks.cr != Cr::Ordinary {
            let last = next.first().is_none_or(|&byte| byte == marks.end);
            // SAFETY: as the caller promises.
            let crs = unsafe { bytes.equal(b'\r') };
            followers |= crs & ((ends | bytes.absent) >> 1 | u64::from(last) << 63);
        }
        followers >> 1 | u64::from(marks.may_follow_quote(next)) << 63
    }
}

/// The places before the first of `bits`: of what follows a byte out of place nothing is known.
#[inline(always)]
pub(super) fn before_first(bits: u64) -> u64 {
    (bits & bits.wrapping_neg()).wrapping_sub(1)
}
