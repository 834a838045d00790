//! Suite: which cases are asked, of whom, and in which order.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::asked::{About, AnyCase, Asked, CaseId, OfBody};
use super::ignored::Ignored;
use super::laws;
use super::results::Kind;
use crate::case::{
    Case, ForOperation, Level, OperationInput, body_catalogue, case, catalogue, for_operation, random_case,
    wire_catalogue,
};
use crate::format::Format;
use crate::seed::Seed;
use crate::services::{operation, operations};
use crate::shard::Shard;

/// Which cases are asked: by default the whole catalogue of every operation, in JSON.
///
/// A field that is an empty list leaves nothing out. Cases are named `operation/encoding/name`, such as
/// `ehpc.list_tasks/json/page_size.max`.
///
/// ```
/// use taskmock::{Level, Suite};
/// let suite = Suite { levels: vec![Level::Must], names: vec!["*/page_size.*".into()], ..Suite::default() };
/// let listed = suite.list(taskmock::conformance::Kind::Client);
/// assert!(listed.iter().any(|(id, _, _)| id == "ehpc.list_tasks/json/page_size.max"));
/// assert!(listed.iter().all(|(_, level, _)| *level == Level::Must));
/// ```
#[derive(Clone, Debug)]
pub struct Suite {
    /// The ids of the operations.
    pub operations: Vec<String>,
    /// The encodings.
    pub formats: Vec<Format>,
    /// Patterns of which one has to fit the name of a case, whole or after its last `/`; `*` stands for
    /// anything.
    pub names: Vec<String>,
    /// Patterns of which one has to fit the id of a fact that the case shows.
    pub facts: Vec<String>,
    /// The levels.
    pub levels: Vec<Level>,
    /// How many random cases are asked after the catalogue. They are not selected by name.
    pub random: u64,
    /// What the random cases are drawn from.
    pub seed: Seed,
    /// Which part of the cases this run asks.
    pub shard: Shard,
    /// How many cases are asked side by side. Default: one for each core.
    pub jobs: usize,
    /// Fields that are not compared, as a failure names them: `output.RequestId`,
    /// `output.Tasks.Errors`, `error.request_id`.
    pub ignore: Vec<String>,
    /// Whose signatures are verified. Default: nobody's.
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
            ignore: Vec::new(),
            #[cfg(feature = "signatures")]
            signatures: super::Signatures::default(),
        }
    }
}

/// A case, or what makes one.
pub(crate) enum Next<'a> {
    Listed(&'a dyn AnyCase),
    Random(Box<dyn AnyCase>),
}

impl Next<'_> {
    pub(crate) fn case(&self) -> &dyn AnyCase {
        match self {
            Next::Listed(case) => *case,
            Next::Random(case) => case.as_ref(),
        }
    }
}

/// The cases of a run, ready to be asked in any order.
pub(crate) struct Cases {
    listed: Vec<Box<dyn AnyCase>>,
    /// From where the random ones come, in turn; none if there are none.
    random: Vec<fn(Seed) -> Box<dyn AnyCase>>,
    random_count: u64,
    seed: Seed,
    shard: Shard,
    pub(crate) ignored: Ignored,
}

impl Cases {
    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.listed.len() as u64 + self.random_count
    }

    /// The case at a place; none if there is no such place.
    pub(crate) fn at(&self, place: u64) -> Option<Next<'_>> {
        if let Some(case) = self.listed.get(usize::try_from(place).ok()?) {
            return Some(Next::Listed(case.as_ref()));
        }
        let number = place - self.listed.len() as u64;
        if number >= self.random_count {
            return None;
        }
        // Each shard has random cases of its own.
        let number = self.shard.nth(number);
        let make = self.random[(number % self.random.len() as u64) as usize];
        Some(Next::Random(make(Seed(self.seed.number(number)))))
    }

    /// Every one of the catalogue.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &dyn AnyCase> {
        self.listed.iter().map(|case| case.as_ref())
    }
}

impl Suite {
    /// The cases, one a line as it were: name, level, and facts.
    ///
    /// ```
    /// use taskmock::{Suite, conformance::Kind};
    /// let servers = Suite::default().list(Kind::Server);
    /// assert!(servers.iter().any(|(id, _, _)| id == "ehpc.list_tasks/json/wire.page_size.not_a_number"));
    /// ```
    pub fn list(&self, kind: Kind) -> Vec<(String, Level, Vec<&'static str>)> {
        let cases = Suite { random: 0, ignore: Vec::new(), ..self.clone() }.cases(kind);
        let line = |about: About| (about.id.to_string(), about.level, about.facts);
        cases.unwrap_or_else(|_| unreachable!("nothing is ignored")).listed().map(|case| line(case.about())).collect()
    }

    /// The cases of every operation that is selected.
    ///
    /// # Errors
    ///
    /// A field to ignore that is none, in a sentence.
    pub(crate) fn cases(&self, kind: Kind) -> Result<Cases, String> {
        let ids = operations().map(|operation| operation.id);
        let wanted = |id: &&str| self.operations.is_empty() || self.operations.iter().any(|wanted| wanted == id);
        self.cases_of(kind, ids.filter(wanted))
    }

    pub(crate) fn cases_of(&self, kind: Kind, ids: impl Iterator<Item = &'static str>) -> Result<Cases, String> {
        let (mut listed, mut random) = (Vec::<Box<dyn AnyCase>>::new(), Vec::new());
        let mut named: Vec<CaseId> = self.names.iter().filter_map(|name| CaseId::parse(name)).collect();
        for id in ids {
            let formats = operation(id).map_or(&[][..], |operation| operation.formats);
            for format in formats.iter().filter(|format| self.formats.is_empty() || self.formats.contains(format)) {
                let (of_operation, make) = for_operation(id, Listed { kind, format: *format }).expect("it exists");
                listed.extend(of_operation);
                // A random case that is asked again by its name.
                listed.extend(
                    named
                        .extract_if(.., |named| (named.operation, named.format) == (id, *format))
                        .filter_map(|named| by_name(&named)),
                );
                random.push(make);
            }
        }
        listed.retain(|case| self.has(&case.about()));
        let mut place = 0..;
        listed.retain(|_| self.shard.has(place.next().unwrap_or_default()));
        let random_count = if random.is_empty() { 0 } else { self.shard.share(self.random) };
        let ignored = Ignored::of(&self.ignore)?;
        Ok(Cases { listed, random, random_count, seed: self.seed, shard: self.shard, ignored })
    }

    fn has(&self, about: &About) -> bool {
        let id = about.id.to_string();
        let fits_name = |pattern: &String| fits(pattern, &id) || fits(pattern, &about.id.name);
        let fits_fact = |pattern: &String| about.facts.iter().any(|fact| fits(pattern, fact));
        (self.names.is_empty() || self.names.iter().any(fits_name))
            && (self.facts.is_empty() || self.facts.iter().any(fits_fact))
            && (self.levels.is_empty() || self.levels.contains(&about.level))
    }
}

/// Whether a text fits a pattern, in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(start) else { return false };
    text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| fits(rest, &text[at..]))
}

/// Lists the cases of one operation in one encoding, and how a random one is made.
struct Listed {
    kind: Kind,
    format: Format,
}

type OfOperation = (Vec<Box<dyn AnyCase>>, fn(Seed) -> Box<dyn AnyCase>);

impl ForOperation for Listed {
    type Output = OfOperation;

    fn run<I: OperationInput>(self) -> OfOperation {
        let format = self.format;
        let boxed = |case: Case<I>| Box::new(Asked::Case(Box::new(case))) as Box<dyn AnyCase>;
        let catalogue = catalogue::<I>(format);
        let asks = catalogue.iter().find(|case| case.name == ASKS_FOR_A_BODY).cloned();
        // No client has to read an answer of another shape; what it may make of one, bodies ask.
        let is_meant = |case: &Case<I>| self.kind == Kind::Server || !case.has_other_shape();
        let mut listed: Vec<Box<dyn AnyCase>> = catalogue.into_iter().filter(is_meant).map(boxed).collect();
        match self.kind {
            Kind::Client => listed.extend(body_catalogue::<I>(format).into_iter().filter_map(|body| {
                let given = body.state();
                let of = OfBody { body, given, asks: asks.clone()? };
                Some(Box::new(Asked::Body(Box::new(of))) as Box<dyn AnyCase>)
            })),
            Kind::Server => {
                let wire = wire_catalogue::<I>(format).into_iter();
                listed.extend(wire.map(|case| Box::new(Asked::Case(Box::new(case))) as Box<dyn AnyCase>));
                listed.extend(laws::of::<I>(format));
            }
        }
        let random: fn(Seed) -> Box<dyn AnyCase> = match format {
            Format::Json => |seed| Box::new(Asked::Case(Box::new(random_case::<I>(seed, Format::Json)))),
            Format::Xml => |seed| Box::new(Asked::Case(Box::new(random_case::<I>(seed, Format::Xml)))),
        };
        (listed, random)
    }
}

/// The case whose input gets a body; every operation has it.
const ASKS_FOR_A_BODY: &str = "one";

/// Every fact that some case for a client, or for a server, shows.
pub(crate) fn facts_of(kind: Kind) -> &'static [&'static str] {
    static OF_CLIENTS: OnceLock<Vec<&str>> = OnceLock::new();
    static OF_SERVERS: OnceLock<Vec<&str>> = OnceLock::new();
    let known = match kind {
        Kind::Client => &OF_CLIENTS,
        Kind::Server => &OF_SERVERS,
    };
    known.get_or_init(|| {
        let everything = Suite { formats: Vec::new(), ..Suite::default() };
        let shown: HashSet<&str> = everything.list(kind).into_iter().flat_map(|(_, _, facts)| facts).collect();
        crate::backend::facts().map(|fact| fact.id).filter(|id| shown.contains(id)).collect()
    })
}

/// The names of all cases that a client, or a server, can be asked.
pub(crate) struct Names {
    listed: HashSet<String>,
}

impl Names {
    pub(crate) fn of(kind: Kind) -> Names {
        let everything = Suite { formats: Vec::new(), ..Suite::default() };
        Names { listed: everything.list(kind).into_iter().map(|(id, _, _)| id).collect() }
    }

    pub(crate) fn have(&self, id: &str) -> bool {
        self.listed.contains(id) || CaseId::parse(id).is_some_and(|id| by_name(&id).is_some())
    }
}

/// The random case with a name, of either kind.
fn by_name(id: &CaseId) -> Option<Box<dyn AnyCase>> {
    struct Named<'a>(&'a CaseId);
    impl ForOperation for Named<'_> {
        type Output = Option<Box<dyn AnyCase>>;
        fn run<I: OperationInput>(self) -> Self::Output {
            Some(Box::new(Asked::Case(Box::new(case::<I>(&self.0.name, self.0.format)?))))
        }
    }
    if !id.name.starts_with("random.") {
        return None;
    }
    for_operation(id.operation, Named(id))?
}
