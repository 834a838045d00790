//! Suite: which cases are asked, of whom, and in which order.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::Error;
use super::asked::{About, AnyCase, Asked, CaseId, OfBody};
use super::laws;
use super::results::{Run, Side};
use crate::case::{
    Case, Catalogue, ForOperation, Level, asks_for_a_body, body_catalogue, catalogue, for_operation, random,
    random_named, raw_requests,
};
use crate::format::Format;
use crate::seed::Seed;
use crate::services::{operation, operations};
use crate::shard::Shard;

/// Which cases are asked: by default the whole catalogue of every operation, in JSON.
///
/// A field that is an empty list leaves nothing out. What is selected has to exist: a name, a fact, an
/// operation or a field to ignore that fits nothing is an error, so that a typing error does not pass
/// for a run. Cases are named `operation/encoding/name`, such as `ehpc.list_tasks/json/page_size.max`.
///
/// ```
/// use taskmock::case::Level;
/// use taskmock::conformance::{Side, Suite};
/// let suite = Suite { levels: vec![Level::Must], names: vec!["*/page_size.*".into()], ..Suite::default() };
/// let listed = suite.list(Side::Client)?;
/// assert!(listed.iter().any(|case| case.id == "ehpc.list_tasks/json/page_size.max"));
/// assert!(listed.iter().all(|case| case.level == Level::Must));
/// # Ok::<(), taskmock::conformance::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Suite {
    /// The ids of the operations.
    pub operations: Vec<String>,
    /// The encodings.
    pub formats: Vec<Format>,
    /// Patterns of which one has to fit the name of a case, whole or without operation and encoding; `*`
    /// stands for anything. `random.*` is any random case, and `random.4d2` a certain one.
    pub names: Vec<String>,
    /// Patterns of which one has to fit the id of a fact that the case shows.
    pub facts: Vec<String>,
    /// The levels.
    pub levels: Vec<Level>,
    /// How many random cases are asked after the catalogue. What is selected holds for them too, so
    /// with `names` there are none unless a pattern such as `random.*` lets them in.
    pub random: u64,
    /// What the random cases are drawn from.
    pub seed: Seed,
    /// Which part of the cases this run asks.
    pub shard: Shard,
    /// How many cases are asked side by side; a server is always asked one after the other. Default: one
    /// for each core.
    pub jobs: usize,
    /// What a server is called in the header Host, which signatures cover. Default: `localhost`.
    pub host: Option<String>,
    /// Fields that are not compared, as a failure names them, without places in lists: `output.RequestId`,
    /// `output.Tasks.Errors`, `error.request_id`.
    pub ignore: Vec<String>,
    /// Whose signatures are verified of a client; with what requests to a server are signed. Default:
    /// nobody's, with nothing.
    #[cfg(feature = "signatures")]
    pub signatures: super::Signatures,
}

impl Default for Suite {
    fn default() -> Self {
        Suite {
            operations: Vec::new(),
            formats: vec![Format::Json],
            names: Vec::new(),
            facts: Vec::new(),
            levels: Vec::new(),
            random: 0,
            seed: Seed(0),
            shard: Shard::default(),
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            host: None,
            ignore: Vec::new(),
            #[cfg(feature = "signatures")]
            signatures: super::Signatures::default(),
        }
    }
}

/// A case that is to be asked, and its place in the whole run.
pub(crate) struct Next<'a> {
    pub(crate) place: u64,
    case: Kept<'a>,
}

enum Kept<'a> {
    Listed(&'a dyn AnyCase),
    Drawn(Box<dyn AnyCase>),
}

impl Next<'_> {
    pub(crate) fn case(&self) -> &dyn AnyCase {
        match &self.case {
            Kept::Listed(case) => *case,
            Kept::Drawn(case) => case.as_ref(),
        }
    }

    pub(crate) fn is_drawn(&self) -> bool {
        matches!(self.case, Kept::Drawn(_))
    }
}

/// How a random case of an operation in an encoding is made.
type Draw = fn(Seed) -> Box<dyn AnyCase>;

/// The cases of a run, ready to be asked in any order.
pub(crate) struct Cases<'a> {
    suite: &'a Suite,
    pub(crate) side: Side,
    /// With their places in the whole run.
    listed: Vec<(u64, Box<dyn AnyCase>)>,
    /// How many are listed in the whole run.
    listed_in_all: u64,
    /// From what the random ones are drawn; empty if there are none.
    draws: Vec<Draw>,
}

impl Cases<'_> {
    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        let drawn = if self.draws.is_empty() { 0 } else { self.suite.shard.share(self.suite.random) };
        self.listed.len() as u64 + drawn
    }

    /// The case with a number, from 0. None if none that is selected is drawn in so many tries.
    pub(crate) fn at(&self, number: u64) -> Option<Next<'_>> {
        const MOST_TRIES: u64 = 200;
        if let Some((place, case)) = self.listed.get(usize::try_from(number).ok()?) {
            return Some(Next { place: *place, case: Kept::Listed(case.as_ref()) });
        }
        let Suite { shard, seed, .. } = self.suite;
        let number = shard.nth(number - self.listed.len() as u64);
        let place = self.listed_in_all + number;
        // The first try of each is the sequence of the seed; the others are drawn from it.
        let first = Seed(seed.number(number));
        let seeds = [first].into_iter().chain((0..MOST_TRIES).map(|index| Seed(first.number(index))));
        let mut drawn = seeds.map(|seed| self.draws[(seed.0 % self.draws.len() as u64) as usize](seed));
        let case = drawn.find(|case| self.suite.has_beside_name(&case.about(self.side)))?;
        Some(Next { place, case: Kept::Drawn(case) })
    }

    /// Every one of the catalogue.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &dyn AnyCase> {
        self.listed.iter().map(|(_, case)| case.as_ref())
    }
}

/// A case of a catalogue, as [`Suite::list`] shows it.
///
/// ```
/// use taskmock::conformance::{Side, Suite};
/// let listed = Suite::default().list(Side::Client)?;
/// assert_eq!(listed[0].id, "ehpc.list_tasks/json/empty");
/// # Ok::<(), taskmock::conformance::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// `operation/encoding/name`.
    pub id: String,
    /// How much it binds.
    pub level: Level,
    /// The ids of the facts that it shows; the first is the one that it is about.
    pub facts: Vec<&'static str>,
}

impl Suite {
    /// The cases of the catalogue that are selected.
    ///
    /// # Errors
    ///
    /// A selection that fits nothing.
    ///
    /// ```
    /// use taskmock::conformance::{Side, Suite};
    /// let listed = Suite::default().list(Side::Server)?;
    /// assert!(listed.iter().any(|case| case.id == "ehpc.list_tasks/json/wire.page_size.not_a_number"));
    /// let error = Suite { names: vec!["page_siez.max".into()], ..Suite::default() }.list(Side::Client).unwrap_err();
    /// assert_eq!(error.to_string(), "no case fits the name `page_siez.max`");
    /// # Ok::<(), taskmock::conformance::Error>(())
    /// ```
    pub fn list(&self, side: Side) -> Result<Vec<Listed>, Error> {
        let line = |About { id, level, facts }| Listed { id: id.to_string(), level, facts };
        Ok(self.cases(side)?.listed().map(|case| line(case.about(side))).collect())
    }

    /// How many cases there are to ask, random ones included.
    ///
    /// # Errors
    ///
    /// A selection that fits nothing.
    ///
    /// ```
    /// use taskmock::conformance::{Side, Suite};
    /// let suite = Suite { names: vec!["page_size.max".into(), "random.*".into()], random: 100, ..Suite::default() };
    /// assert_eq!(suite.count(Side::Client)?, 101);
    /// # Ok::<(), taskmock::conformance::Error>(())
    /// ```
    pub fn count(&self, side: Side) -> Result<u64, Error> {
        Ok(self.cases(side)?.count())
    }

    /// What is selected, in a line.
    pub(crate) fn selection(&self) -> String {
        let formats = self.formats.iter().map(ToString::to_string).collect();
        let levels = self.levels.iter().map(ToString::to_string).collect();
        #[cfg(feature = "signatures")]
        let signed = self.signatures.credentials().map(|by| by.access_key().to_owned()).into_iter().collect();
        #[cfg(not(feature = "signatures"))]
        let signed = Vec::new();
        let lists = [
            ("credentials", &signed),
            ("operation", &self.operations),
            ("format", &formats),
            ("case", &self.names),
            ("fact", &self.facts),
            ("level", &levels),
            ("ignore", &self.ignore),
        ];
        let said = lists.iter().flat_map(|(name, list)| list.iter().map(move |item| format!("{name} {item}")));
        let said: Vec<String> = said.collect();
        if said.is_empty() { "everything".to_owned() } else { said.join(", ") }
    }

    pub(crate) fn run_of(&self) -> Run {
        Run { selection: self.selection(), random: self.random, seed: self.seed, shards: vec![self.shard] }
    }

    /// The cases of every operation that is selected.
    pub(crate) fn cases(&self, side: Side) -> Result<Cases<'_>, Error> {
        if let Some(id) = self.operations.iter().find(|id| operation(id).is_none()) {
            let ids: Vec<&str> = operations().map(|operation| operation.id).collect();
            return Err(Error(format!("`{id}` is no operation; there are {}", ids.join(", "))));
        }
        let mut unfit: Vec<(&str, &String)> = self.names.iter().map(|name| ("name", name)).collect();
        unfit.extend(self.facts.iter().map(|fact| ("fact", fact)));
        let (mut all, mut draws) = (Vec::<Box<dyn AnyCase>>::new(), Vec::new());
        for operation in operations() {
            for format in operation.formats {
                // What is not selected is made only to see whether a pattern fits it.
                let is_selected = self.has_operation(operation.id, *format);
                if !is_selected && unfit.is_empty() {
                    continue;
                }
                let (mut listed, draw) =
                    for_operation(operation.id, OfOperation { side, format: *format }).expect("it exists");
                listed.extend(self.names.iter().filter_map(|name| random_case_named(name, operation.id, *format)));
                for case in &listed {
                    let about = case.about(side);
                    unfit.retain(|(of, pattern)| match *of {
                        "name" => !fits_name(pattern, &about.id),
                        _ => !fits_any(pattern, &about.facts),
                    });
                }
                let any_random = CaseId { operation: operation.id, format: *format, name: ANY_RANDOM.to_owned() };
                unfit.retain(|(of, pattern)| *of != "name" || self.random == 0 || !fits_name(pattern, &any_random));
                if !is_selected {
                    continue;
                }
                all.extend(listed);
                if self.random > 0 && self.has_name(&any_random) {
                    draws.push(draw);
                }
            }
        }
        if let Some((what, pattern)) = unfit.first() {
            return Err(Error(format!("no case fits the {what} `{pattern}`")));
        }
        all.retain(|case| {
            let about = case.about(side);
            self.has_name(&about.id) && self.has_beside_name(&about)
        });
        let listed_in_all = all.len() as u64;
        let mut listed: Vec<_> = (0..).zip(all).collect();
        listed.retain(|(place, _)| self.shard.has(*place as usize));
        Ok(Cases { suite: self, side, listed, listed_in_all, draws })
    }

    fn has_operation(&self, id: &str, format: Format) -> bool {
        (self.operations.is_empty() || self.operations.iter().any(|wanted| wanted == id))
            && (self.formats.is_empty() || self.formats.contains(&format))
    }

    fn has_name(&self, id: &CaseId) -> bool {
        self.names.is_empty() || self.names.iter().any(|pattern| fits_name(pattern, id))
    }

    fn has_beside_name(&self, about: &About) -> bool {
        (self.facts.is_empty() || self.facts.iter().any(|pattern| fits_any(pattern, &about.facts)))
            && (self.levels.is_empty() || self.levels.contains(&about.level))
    }
}

/// A name that only patterns fit that fit every random case.
const ANY_RANDOM: &str = "random.\u{0}";

fn fits_name(pattern: &str, id: &CaseId) -> bool {
    fits(pattern, &id.name) || fits(pattern, &id.to_string())
}

fn fits_any(pattern: &str, facts: &[&str]) -> bool {
    facts.iter().any(|fact| fits(pattern, fact))
}

/// Returns whether a text fits a pattern, in which `*` stands for anything.
///
/// Each piece between stars is taken where it first comes: what fits further on fits then too, so
/// there is nothing to try again.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let between = text.strip_prefix(start).and_then(|text| text.strip_suffix(end));
    let Some(mut text) = between else { return false };
    middle.split('*').all(|piece| match text.find(piece) {
        Some(at) => {
            text = &text[at + piece.len()..];
            true
        }
        None => false,
    })
}

/// Lists the cases of one operation in one encoding, and how a random one is made.
struct OfOperation {
    side: Side,
    format: Format,
}

impl ForOperation for OfOperation {
    type Output = (Vec<Box<dyn AnyCase>>, Draw);

    fn run<I: Catalogue>(self) -> Self::Output {
        let format = self.format;
        // Request ids of its own for each case, so that one that is kept from another shows.
        let mut seeds = (0..).map(|number| Seed(Seed(u64::MAX).number(number)));
        let boxed = |case: Case<I>| {
            let case = case.with_seed(seeds.next().unwrap_or_default());
            Box::new(Asked::Case(Box::new(case))) as Box<dyn AnyCase>
        };
        let catalogue = catalogue::<I>(format);
        let asks = asks_for_a_body::<I>(format);
        // No client has to read an answer of another shape; what it may make of one, bodies ask.
        let is_meant = |case: &Case<I>| self.side == Side::Server || !case.has_other_shape();
        let mut listed: Vec<Box<dyn AnyCase>> = catalogue.into_iter().filter(is_meant).map(boxed).collect();
        match self.side {
            Side::Client => listed.extend(body_catalogue::<I>(format).into_iter().filter_map(|body| {
                let given = body.state();
                let of = OfBody { body, given, asks: asks.clone()? };
                Some(Box::new(Asked::Body(Box::new(of))) as Box<dyn AnyCase>)
            })),
            Side::Server => {
                let wire = raw_requests::<I>(format).into_iter();
                listed.extend(wire.map(|case| Box::new(Asked::Case(Box::new(case))) as Box<dyn AnyCase>));
                listed.extend(laws::of::<I>(format));
            }
        }
        let draw: Draw = match format {
            Format::Json => |seed| Box::new(Asked::Case(Box::new(random::<I>(seed, Format::Json).with_seed(seed)))),
            Format::Xml => |seed| Box::new(Asked::Case(Box::new(random::<I>(seed, Format::Xml).with_seed(seed)))),
        };
        (listed, draw)
    }
}

/// What some case for a client, or for a server, shows, and is called.
struct Everything {
    facts: Vec<&'static str>,
    names: HashSet<String>,
}

fn everything(side: Side) -> &'static Everything {
    static OF_CLIENTS: OnceLock<Everything> = OnceLock::new();
    static OF_SERVERS: OnceLock<Everything> = OnceLock::new();
    let known = match side {
        Side::Client => &OF_CLIENTS,
        Side::Server => &OF_SERVERS,
    };
    known.get_or_init(|| {
        let suite = Suite { formats: Vec::new(), ..Suite::default() };
        let listed = suite.list(side).expect("everything is selected");
        let shown: HashSet<&str> = listed.iter().flat_map(|case| case.facts.iter().copied()).collect();
        let facts = crate::backend::facts().map(|fact| fact.id).filter(|id| shown.contains(id)).collect();
        Everything { facts, names: listed.into_iter().map(|case| case.id).collect() }
    })
}

/// Every fact that some case for a client, or for a server, shows.
pub(crate) fn facts_of(side: Side) -> &'static [&'static str] {
    &everything(side).facts
}

/// Whether a client, or a server, can be asked a case of that name.
pub(crate) fn exists(side: Side, id: &str) -> bool {
    let is_random =
        || CaseId::parse(id).is_some_and(|id| random_case_named(&id.name, id.operation, id.format).is_some());
    everything(side).names.contains(id) || is_random()
}

/// The random case with a name, whole or without operation and encoding.
fn random_case_named(name: &str, operation: &'static str, format: Format) -> Option<Box<dyn AnyCase>> {
    struct Named<'a>(&'a str, Format);
    impl ForOperation for Named<'_> {
        type Output = Option<Box<dyn AnyCase>>;
        fn run<I: Catalogue>(self) -> Self::Output {
            Some(Box::new(Asked::Case(Box::new(random_named::<I>(self.0, self.1)?))))
        }
    }
    let name = match CaseId::parse(name) {
        Some(id) if (id.operation, id.format) == (operation, format) => id.name,
        Some(_) => return None,
        None => name.to_owned(),
    };
    for_operation(operation, Named(&name, format))?
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("**", "é", true),
            ("a*", "ab", true),
            ("a*", "ba", false),
            ("*b", "ab", true),
            ("*b", "ba", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*/xml/*.max", "a/xml/page_size.max", true),
            ("*/xml/*.max", "a/xml/page_size.max_plus_1", false),
            ("*ab*b*", "aabab", true),
            ("*ab*ab*", "aab", false),
            ("*a*b*c*", "acb", false),
            ("é*é", "é😀é", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_is_quick() {
        // With a try at each place for each star this would not end.
        let pattern = format!("{}b", "a*".repeat(1000));
        assert!(!fits(&pattern, &"a".repeat(100_000)));
        assert!(!fits(&format!("{pattern}*c"), &"a".repeat(100_000)));
    }
}
