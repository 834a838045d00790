//! Seed: the same seed gives the same value, on every machine.

use serde::{Deserialize, Serialize};

/// A number that names a sequence of values for ever.
///
/// A backend draws its request ids from it, so that each is fresh and yet the same in every run.
///
/// ```
/// use taskmock::Seed;
/// assert_eq!(Seed(7).uuid(1), Seed(7).uuid(1));
/// assert_ne!(Seed(7).uuid(1), Seed(7).uuid(2));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Seed(pub u64);

impl Seed {
    /// The `index`-th number of the sequence (SplitMix64).
    ///
    /// ```
    /// // The first value of the reference implementation for the seed 1234567.
    /// assert_eq!(taskmock::Seed(1234567).number(0), 6457827717110365317);
    /// ```
    pub fn number(self, index: u64) -> u64 {
        let mut z = self.0.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The `index`-th UUID of the sequence, in upper case as Alibaba writes its ids.
    ///
    /// ```
    /// assert_eq!(taskmock::Seed(0).uuid(0).len(), 36);
    /// ```
    pub fn uuid(self, index: u64) -> String {
        let digits = self.digits(index, b"0123456789ABCDEF");
        let mut uuid = String::with_capacity(36);
        for (at, digit) in digits.into_iter().enumerate() {
            if matches!(at, 8 | 12 | 16 | 20) {
                uuid.push('-');
            }
            // Version 4 and its variant, as in the ids of the documents' samples.
            uuid.push(match at {
                12 => '4',
                16 => char::from(b"89AB"[usize::from(digit) % 4]),
                _ => char::from(digit),
            });
        }
        uuid
    }

    /// The `index`-th run of 32 lower-case hexadecimal digits, as Huawei writes its request ids.
    ///
    /// ```
    /// assert_eq!(taskmock::Seed(0).hex(0).len(), 32);
    /// ```
    pub fn hex(self, index: u64) -> String {
        self.digits(index, b"0123456789abcdef").into_iter().map(char::from).collect()
    }

    fn digits(self, index: u64, alphabet: &[u8; 16]) -> [u8; 32] {
        let first = index.wrapping_mul(2);
        let halves = [self.number(first), self.number(first.wrapping_add(1))];
        std::array::from_fn(|at| alphabet[(halves[at / 16] >> (60 - 4 * (at % 16))) as usize & 15])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_for_ever() {
        assert_eq!(Seed(0).number(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(Seed(0).hex(0), "e220a8397b1dcdaf6e789e6aa1b965f4");
        assert_eq!(Seed(0).uuid(0), "E220A839-7B1D-4DAF-AE78-9E6AA1B965F4");
    }

    #[test]
    fn uuids_differ_over_many_indices() {
        let mut seen = std::collections::HashSet::new();
        assert!((0..10_000).all(|index| seen.insert(Seed(3).uuid(index))));
    }
}
