//! Name: how cases and body samples are named; the one place that writes and reads such names.

use std::fmt;

use crate::seed::Seed;

/// The name of a case that asks a raw request.
pub(super) fn of_raw_request(name: &str) -> String {
    format!("wire.{name}")
}

/// The name of a listed body sample.
pub(super) fn of_body(way: &str) -> String {
    format!("body.{way}")
}

/// A name that a user gives, to make the same case again.
pub(super) enum Name<'a> {
    /// One that a catalogue lists.
    Listed(&'a str),
    Random(Origin),
    /// The way stands in the name for people; it follows from the seed.
    RandomBody(Origin, Option<&'a str>),
}

impl<'a> Name<'a> {
    /// Reads what `Display` writes; `None` if the origin of a random one cannot be read.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        if let Some(origin) = text.strip_prefix("random.") {
            return Some(Name::Random(Origin::parse(origin)?));
        }
        let Some(rest) = text.strip_prefix("body.random.") else { return Some(Name::Listed(text)) };
        let (origin, way) = rest.split_once(':').map_or((rest, None), |(origin, way)| (origin, Some(way)));
        Some(Name::RandomBody(Origin::parse(origin)?, way))
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Listed(name) => f.write_str(name),
            Name::Random(origin) => write!(f, "random.{origin}"),
            Name::RandomBody(origin, way) => {
                write!(f, "body.random.{origin}")?;
                way.iter().try_for_each(|way| write!(f, ":{way}"))
            }
        }
    }
}

/// Where a random case comes from: its seed, and which of the simpler sketches was taken at each step.
/// It is written `4d2`, or `4d2.0.3` for one that was made simpler twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) seed: Seed,
    pub(super) steps: Vec<u16>,
}

impl Origin {
    pub(super) fn new(seed: Seed) -> Self {
        Origin { seed, steps: Vec::new() }
    }

    /// The origin of the simpler sketch with a number.
    pub(super) fn then(&self, step: u16) -> Self {
        let mut origin = self.clone();
        origin.steps.push(step);
        origin
    }

    fn parse(text: &str) -> Option<Origin> {
        let mut pieces = text.split('.');
        let seed = Seed(u64::from_str_radix(pieces.next()?, 16).ok()?);
        let steps = pieces.map(|step| step.parse().ok()).collect::<Option<_>>()?;
        Some(Origin { seed, steps })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.seed.0)?;
        self.steps.iter().try_for_each(|step| write!(f, ".{step}"))
    }
}
