//! A hash that is the same on every machine and in every release: FNV-1a of 64 bits.
//!
//! It tells slips apart, not attacks: whoever can write the log can do as they like.

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

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

    /// Adds bytes. Where one text ends and the next begins is for the caller to make clear, by the length or a mark.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Digest {
        let add = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        Digest(bytes.iter().fold(self.0, add))
    }

    /// Adds a text with its length.
    #[must_use]
    pub fn text(self, text: &str) -> Digest {
        self.number(text.len() as u64).bytes(text.as_bytes())
    }

    /// Adds a number, the least byte first.
    #[must_use]
    pub fn number(self, number: u64) -> Digest {
        self.bytes(&number.to_le_bytes())
    }

    /// The hash of all that.
    pub fn finish(self) -> u64 {
        self.0
    }
}
