//! Shard: one of several equal parts of a long work.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One of several equal parts: every case is in exactly one of them.
///
/// ```
/// let shard: taskmock::Shard = "2/4".parse()?;
/// assert_eq!(shard.to_string(), "2/4");
/// assert!("5/4".parse::<taskmock::Shard>().is_err());
/// # Ok::<(), taskmock::ShardError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    count: u32,
    /// From 1 to `count`.
    number: u32,
}

impl Default for Shard {
    /// The whole.
    fn default() -> Self {
        Shard { number: 1, count: 1 }
    }
}

impl Shard {
    /// Whether the case at a place, from 0, is in it.
    pub(crate) fn has(self, place: usize) -> bool {
        place % self.count as usize == (self.number - 1) as usize
    }

    /// Of how many it is one.
    #[cfg(feature = "conformance")]
    pub(crate) fn count(self) -> u32 {
        self.count
    }

    /// All of which it is one.
    #[cfg(feature = "conformance")]
    pub(crate) fn all(self) -> impl Iterator<Item = Shard> {
        (1..=self.count).map(move |number| Shard { number, ..self })
    }

    /// Of so many cases, how many are in it.
    #[cfg(feature = "conformance")]
    pub(crate) fn share(self, of: u64) -> u64 {
        let (first, count) = (u64::from(self.number - 1), u64::from(self.count));
        of.saturating_sub(first).div_ceil(count)
    }

    /// The place of the `number`-th case that is in it, both from 0.
    #[cfg(feature = "conformance")]
    pub(crate) fn nth(self, number: u64) -> u64 {
        u64::from(self.number - 1) + number * u64::from(self.count)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

impl std::str::FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parts = text.split_once('/').and_then(|(number, count)| Some((number.parse().ok()?, count.parse().ok()?)));
        match parts {
            Some((number, count)) if (1..=count).contains(&number) => Ok(Shard { number, count }),
            _ => Err(ShardError(text.to_owned())),
        }
    }
}

impl Serialize for Shard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Shard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that names no part.
///
/// ```
/// let error = "5/4".parse::<taskmock::Shard>().unwrap_err();
/// assert_eq!(error.to_string(), "`5/4` is no part such as 2/4, the second of four");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardError(String);

impl fmt::Display for ShardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no part such as 2/4, the second of four", self.0)
    }
}

impl std::error::Error for ShardError {}

#[cfg(all(test, feature = "conformance"))]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_the_whole() {
        for of in 0..20 {
            let shards = (1..=3).map(|number| Shard { number, count: 3 });
            let mut places: Vec<u64> =
                shards.flat_map(|shard| (0..shard.share(of)).map(move |n| shard.nth(n))).collect();
            places.sort();
            assert_eq!(places, (0..of).collect::<Vec<_>>());
        }
    }
}
