//! A hash that is the same on every machine and in every release: eight bytes at a time, each word mixed into all that came before.
//!
//! It tells slips apart, not attacks: whoever can write the log can do as they like. What differs in one word only never has the same
//! hash, for each step can be undone.

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// Odd, and its bits in no order: 2^64 by the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Bytes of a word.
const WORD: usize = size_of::<u64>();

/// What was hashed so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Digest {
        Digest(BASIS)
    }
}

impl Digest {
    /// The hash of these bytes alone.
    pub fn of(bytes: &[u8]) -> u64 {
        Digest::default().bytes(bytes).finish()
    }

    /// The hash of these numbers alone.
    pub fn of_numbers(numbers: &[u64]) -> u64 {
        numbers.iter().fold(Digest::default(), |digest, &number| digest.number(number)).finish()
    }

    /// Adds bytes, as one piece: in two pieces the same bytes have another hash. Where one text ends and the next begins is for the caller
    /// to make clear, by the length or a mark.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Digest {
        let (words, rest) = bytes.as_chunks::<WORD>();
        let digest = words.iter().fold(self, |digest, word| digest.number(u64::from_le_bytes(*word)));
        if rest.is_empty() {
            return digest;
        }
        // The last place has how many there are of the others: behind the last byte is no zero.
        let mut last = [0; WORD];
        last[..rest.len()].copy_from_slice(rest);
        last[WORD - 1] = rest.len() as u8;
        digest.number(u64::from_le_bytes(last))
    }

    /// Adds a text with its length.
    #[must_use]
    pub fn text(self, text: &str) -> Digest {
        self.number(text.len() as u64).bytes(text.as_bytes())
    }

    /// Adds a number.
    #[must_use]
    pub fn number(self, number: u64) -> Digest {
        let mixed = (self.0 ^ number).wrapping_mul(FACTOR);
        // The low bits of a product follow from those of its factors alone: the high ones come down there.
        Digest(mixed ^ mixed >> 32)
    }

    /// The hash of all that.
    pub fn finish(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_is_the_same_on_every_machine() {
        // Computed by hand of the rule: eight bytes are a number whose first byte is the least.
        let known: [(&[u8], u64); 6] = [
            (b"", 0xcbf2_9ce4_8422_2325),
            (b"a", 0x0c73_5040_41fa_84d4),
            (b"a\0", 0xf773_5040_bafa_84d4),
            (b"12345678", 0x759d_bc57_e4e9_aaf3),
            (b"123456789", 0x401f_0356_ca57_d9c4),
            (b"hola, mundo: un registro", 0xe6c2_c341_f523_b5ca),
        ];
        for (bytes, digest) in known {
            assert_eq!(Digest::of(bytes), digest, "{}", bytes.escape_ascii());
        }
        assert_eq!(Digest::of_numbers(&[1, 2, u64::MAX]), 0x3067_420b_1f0a_29dc);
    }

    #[test]
    fn digest_differs_where_one_bit_does_or_a_zero_follows() {
        let bytes: Vec<u8> = (1..=40).collect();
        for length in 0..bytes.len() {
            let (digest, mut other) = (Digest::of(&bytes[..length]), bytes[..length].to_vec());
            for bit in 0..8 * length {
                other[bit / 8] ^= 1 << (bit % 8);
                assert_ne!(Digest::of(&other), digest, "bit {bit} of {length} bytes");
                other[bit / 8] ^= 1 << (bit % 8);
            }
            other.push(0);
            assert_ne!(Digest::of(&other), digest, "{length} bytes and a zero");
        }
    }
}
