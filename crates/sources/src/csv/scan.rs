//! Finds the bytes that may mean something, 64 at a time.
//!
//! [`masks`] is the seam for wider vectors: it alone knows how a block is compared.

/// How many bytes one mask covers.
const BLOCK: usize = 64;

/// The first bytes of the special characters. Where there is no quote or escape, another one stands in its place.
#[derive(Debug, Clone, Copy)]
pub struct Needles {
    /// What is looked for outside quotes only.
    pub outside: [u8; 2],
    /// What is looked for inside quotes and outside.
    pub everywhere: [u8; 2],
}

/// A place in a text and the needles after it.
#[derive(Debug, Clone)]
pub struct Scanner {
    needles: Needles,
    /// Where the current block begins.
    base: usize,
    /// One bit for each byte of the block: is it one of the needles?
    any: u64,
    /// The same for the needles that count inside quotes.
    everywhere: u64,
}

impl Scanner {
    /// A scanner that stands nowhere: [`seek`](Scanner::seek) comes first.
    pub fn new(needles: Needles) -> Scanner {
        Scanner { needles, base: 0, any: 0, everywhere: 0 }
    }

    /// Stands before the byte at `at`. To be called whenever the text changes or grows.
    pub fn seek(&mut self, text: &[u8], at: usize) {
        self.base = at;
        self.load(text);
    }

    /// Passes over everything before `at`, which is not before the place where the scanner stands.
    #[inline]
    pub fn skip_to(&mut self, text: &[u8], at: usize) {
        if at < self.base + BLOCK {
            let rest = u64::MAX << (at - self.base);
            self.any &= rest;
            self.everywhere &= rest;
        } else {
            self.seek(text, at);
        }
    }

    /// The place of the next needle, which is then passed over; `None` at the end of the text.
    #[inline(always)]
    pub fn next(&mut self, text: &[u8], inside: bool) -> Option<usize> {
        loop {
            let mask = if inside { self.everywhere } else { self.any };
            if mask != 0 {
                // All bits up to and including the lowest one of the mask.
                let passed = mask ^ (mask - 1);
                self.any &= !passed;
                self.everywhere &= !passed;
                return Some(self.base + mask.trailing_zeros() as usize);
            }
            if text.len().saturating_sub(self.base) <= BLOCK {
                return None;
            }
            self.base += BLOCK;
            self.load(text);
        }
    }

    #[inline(always)]
    fn load(&mut self, text: &[u8]) {
        let rest = text.get(self.base..).unwrap_or_default();
        (self.any, self.everywhere) = match rest.first_chunk() {
            Some(block) => masks(block, self.needles),
            None => masks_of_tail(rest, self.needles),
        };
    }
}

#[cold]
fn masks_of_tail(tail: &[u8], needles: Needles) -> (u64, u64) {
    let mut block = [0; BLOCK];
    block[..tail.len()].copy_from_slice(tail);
    let present = (1 << tail.len()) - 1;
    let (any, everywhere) = masks(&block, needles);
    (any & present, everywhere & present)
}

/// For each byte of the block, from the lowest bit: whether it is any needle; whether it is one of `everywhere`.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn masks(block: &[u8; BLOCK], needles: Needles) -> (u64, u64) {
    // SAFETY: every x86_64 has SSE2.
    unsafe { sse2_masks(block, needles) }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
fn sse2_masks(block: &[u8; BLOCK], needles: Needles) -> (u64, u64) {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
    };

    let [outside, everywhere] = [needles.outside, needles.everywhere]
        .map(|pair| pair.map(|needle| _mm_set1_epi8(needle.cast_signed())));
    let (mut any_mask, mut everywhere_mask) = (0, 0);
    for (index, quarter) in block.as_chunks::<16>().0.iter().enumerate() {
        // SAFETY: `quarter` points to 16 readable bytes, and the load asks for no alignment.
        let bytes = unsafe { _mm_loadu_si128(quarter.as_ptr().cast()) };
        let [outside, everywhere] = [outside, everywhere]
            .map(|[one, other]| _mm_or_si128(_mm_cmpeq_epi8(bytes, one), _mm_cmpeq_epi8(bytes, other)));
        let shift = 16 * index;
        any_mask |= u64::from(_mm_movemask_epi8(_mm_or_si128(outside, everywhere)).cast_unsigned()) << shift;
        everywhere_mask |= u64::from(_mm_movemask_epi8(everywhere).cast_unsigned()) << shift;
    }
    (any_mask, everywhere_mask)
}

/// For each byte of the block, from the lowest bit: whether it is any needle; whether it is one of `everywhere`.
#[cfg(not(target_arch = "x86_64"))]
fn masks(block: &[u8; BLOCK], needles: Needles) -> (u64, u64) {
    portable_masks(block, needles)
}

/// The same eight bytes at a time in ordinary registers, for machines without SSE2.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn portable_masks(block: &[u8; BLOCK], needles: Needles) -> (u64, u64) {
    let (mut any, mut everywhere) = (0, 0);
    for (index, eight) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        let [outside_bits, everywhere_bits] = [needles.outside, needles.everywhere]
            .map(|[one, other]| equal_bytes(word, one) | equal_bytes(word, other));
        any |= (outside_bits | everywhere_bits) << (8 * index);
        everywhere |= everywhere_bits << (8 * index);
    }
    (any, everywhere)
}

/// One bit for each byte of `word`, from the lowest: whether it is `byte`.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn equal_bytes(word: u64, byte: u8) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const SEVEN: u64 = 0x7f * LOW;
    let differing = word ^ (u64::from(byte) * LOW);
    let zero = !(((differing & SEVEN) + SEVEN) | differing | SEVEN);
    // The product moves bit 8i to bit 56 + i.
    (zero >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NEEDLES: Needles = Needles { outside: [b',', b'\n'], everywhere: [b'"', b'\\'] };

    fn is_any(byte: u8) -> bool {
        b",\n\"\\".contains(&byte)
    }

    proptest! {
        #[test]
        fn both_ways_to_compare_a_block_agree(bytes in prop::collection::vec(any::<u8>(), 64), zero: bool) {
            let block = bytes.first_chunk().unwrap();
            let outside = if zero { [0, 1] } else { [b',', 0x80] };
            let needles = Needles { outside, everywhere: [bytes[0], bytes[63]] };
            prop_assert_eq!(masks(block, needles), portable_masks(block, needles));
        }

        #[test]
        fn every_needle_is_found_once_and_in_order(text in "[a,\n\"\\\\]{0,200}", from in 0usize..200, inside: bool) {
            let text = text.as_bytes();
            let from = from.min(text.len());
            let mut scanner = Scanner::new(NEEDLES);
            scanner.seek(text, from);
            let found: Vec<usize> = std::iter::from_fn(|| scanner.next(text, inside)).collect();
            let wanted = |byte: u8| if inside { b"\"\\".contains(&byte) } else { is_any(byte) };
            let expected: Vec<usize> = (from..text.len()).filter(|&at| wanted(text[at])).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn what_is_skipped_is_not_found(text in "[a,\n\"\\\\]{1,200}", jumps in prop::collection::vec(0usize..80, 0..20)) {
            let text = text.as_bytes();
            let mut scanner = Scanner::new(NEEDLES);
            scanner.seek(text, 0);
            let mut at = 0;
            for jump in jumps {
                at += jump;
                scanner.skip_to(text, at);
                let expected = (at..text.len()).find(|&place| is_any(text[place]));
                prop_assert_eq!(scanner.next(text, false), expected);
                at = expected.map_or(text.len(), |place| place + 1).max(at);
            }
        }
    }
}
