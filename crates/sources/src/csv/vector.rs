//! Compares 64 bytes at once, with whatever the machine has for it.

use std::fmt;

/// How many bytes are compared at once: one for each bit of a mask.
pub const BLOCK: usize = 64;

/// Comparisons of one kind of machine.
pub trait Compare {
    /// One bit for each byte of the block, from the lowest: whether it is `byte`.
    ///
    /// # Safety
    ///
    /// The machine is of that kind.
    unsafe fn equal(block: &[u8; BLOCK], byte: u8) -> u64;

    /// For each bit whether the number of ones up to it, itself included, is odd.
    ///
    /// # Safety
    ///
    /// The machine is of that kind.
    unsafe fn parity(bits: u64) -> u64;
}

/// A kind of machine that this one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vectors(Kind);

/// The kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// With AVX2 and carry-less multiplication.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// With SSE2, as every x86_64.
    #[cfg(target_arch = "x86_64")]
    Sse2,
    /// With 64-bit registers.
    Plain,
}

impl Vectors {
    /// All that this machine is, fastest first.
    pub fn all() -> impl Iterator<Item = Vectors> {
        #[cfg(target_arch = "x86_64")]
        let kinds = has_avx2().then_some(Kind::Avx2).into_iter().chain([Kind::Sse2, Kind::Plain]);
        #[cfg(not(target_arch = "x86_64"))]
        let kinds = [Kind::Plain].into_iter();
        kinds.map(Vectors)
    }

    /// The fastest.
    pub fn best() -> Vectors {
        Vectors::all().next().unwrap_or(Vectors(Kind::Plain))
    }

    pub(super) fn kind(self) -> Kind {
        self.0
    }
}

impl fmt::Display for Vectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Kind::Sse2 => "SSE2",
            Kind::Plain => "no vectors",
        })
    }
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("pclmulqdq")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("bmi1")
}

/// Two halves of 32 bytes.
#[cfg(target_arch = "x86_64")]
pub struct Avx2;

#[cfg(target_arch = "x86_64")]
impl Compare for Avx2 {
    #[inline(always)]
    unsafe fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        // SAFETY: as the caller promises; both are 32 bytes of the block.
        let (low, high) =
            unsafe { (equal_in_half(block.as_ptr(), byte), equal_in_half(block.as_ptr().add(32), byte)) };
        u64::from(low) | u64::from(high) << 32
    }

    #[inline(always)]
    unsafe fn parity(bits: u64) -> u64 {
        use std::arch::x86_64::{_mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_set1_epi8};
        // SAFETY: the machine multiplies without carry, as the caller promises. Times all ones, each bit of the product
        // is the sum of the bits up to it, without carry.
        unsafe {
            let product = _mm_clmulepi64_si128(_mm_cvtsi64_si128(bits.cast_signed()), _mm_set1_epi8(-1), 0);
            _mm_cvtsi128_si64(product).cast_unsigned()
        }
    }
}

/// No closure: that would be compiled for a machine without AVX2 wherever it is not inlined.
///
/// # Safety
///
/// The machine has AVX2, and 32 bytes can be read.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn equal_in_half(bytes: *const u8, byte: u8) -> u32 {
    use std::arch::x86_64::{_mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8};
    // SAFETY: as the caller promises; the load asks for no alignment.
    unsafe {
        let bytes = _mm256_loadu_si256(bytes.cast());
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed()))).cast_unsigned()
    }
}

/// Four quarters of 16 bytes.
#[cfg(target_arch = "x86_64")]
pub struct Sse2;

#[cfg(target_arch = "x86_64")]
impl Compare for Sse2 {
    #[inline(always)]
    unsafe fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_set1_epi8};
        let quarter = |index: usize| {
            // SAFETY: every x86_64 has SSE2; 16 bytes from there are part of the block, and the load asks for no
            // alignment.
            let mask = unsafe {
                let bytes = _mm_loadu_si128(block.as_ptr().add(16 * index).cast());
                _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte.cast_signed())))
            };
            u64::from(mask.cast_unsigned()) << (16 * index)
        };
        quarter(0) | quarter(1) | quarter(2) | quarter(3)
    }

    #[inline(always)]
    unsafe fn parity(bits: u64) -> u64 {
        plain_parity(bits)
    }
}

/// Eight bytes at a time in ordinary registers.
pub struct Plain;

impl Compare for Plain {
    #[inline(always)]
    unsafe fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        let words = block.as_chunks::<8>().0.iter().enumerate();
        words
            .fold(0, |mask, (index, word)| mask | equal_bytes(u64::from_le_bytes(*word), byte) << (8 * index))
    }

    #[inline(always)]
    unsafe fn parity(bits: u64) -> u64 {
        plain_parity(bits)
    }
}

#[inline(always)]
fn plain_parity(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// One bit for each byte of `word`, from the lowest: whether it is `byte`.
#[inline(always)]
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

    fn equal(vectors: Vectors, block: &[u8; BLOCK], byte: u8) -> u64 {
        // SAFETY: whoever has `vectors` has a machine of that kind.
        unsafe {
            match vectors.kind() {
                #[cfg(target_arch = "x86_64")]
                Kind::Avx2 => Avx2::equal(block, byte),
                #[cfg(target_arch = "x86_64")]
                Kind::Sse2 => Sse2::equal(block, byte),
                Kind::Plain => Plain::equal(block, byte),
            }
        }
    }

    fn parity(vectors: Vectors, bits: u64) -> u64 {
        // SAFETY: whoever has `vectors` has a machine of that kind.
        unsafe {
            match vectors.kind() {
                #[cfg(target_arch = "x86_64")]
                Kind::Avx2 => Avx2::parity(bits),
                #[cfg(target_arch = "x86_64")]
                Kind::Sse2 => Sse2::parity(bits),
                Kind::Plain => Plain::parity(bits),
            }
        }
    }

    proptest! {
        #[test]
        fn every_machine_finds_the_same_bytes(bytes: [u8; 32], byte: u8, bits: u64) {
            let mut block = [byte; BLOCK];
            block[16..48].copy_from_slice(&bytes);
            for wanted in [byte, byte ^ 1, byte ^ 0x80, bytes[0], 0] {
                let expected = (0..BLOCK).filter(|&at| block[at] == wanted).fold(0, |mask, at| mask | 1 << at);
                for vectors in Vectors::all() {
                    prop_assert_eq!(equal(vectors, &block, wanted), expected, "{}", vectors);
                }
            }
            let odd = |at: usize| (bits << (63 - at)).count_ones() % 2 == 1;
            let expected = (0..64).filter(|&at| odd(at)).fold(0, |mask, at| mask | 1 << at);
            for vectors in Vectors::all() {
                prop_assert_eq!(parity(vectors, bits), expected, "{}", vectors);
            }
        }
    }
}
