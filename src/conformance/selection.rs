//! Selection: which cases run, and in which order.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::any_case::{AnyCase, BodyCase, CatalogueCase};
use super::case_id::{About, CaseId, Side};
use super::error::Error;
use super::laws;
use crate::case::{
    Case, Catalogue, ForOperation, Level, asks_for_a_body, body_catalogue, catalogue, for_operation, random,
    random_named, raw_requests,
};
use crate::format::Format;
use crate::seed::Seed;
use crate::services::{operation, operations};
use crate::shard::Shard;

/// Which cases run: by default the whole catalogue of every operation, in JSON.
///
/// Each list that is left empty leaves nothing out. What is selected has to exist: a name, fact or operation
/// that matches nothing is an error, so that a typing error does not pass for a run. Cases are named
/// `operation/encoding/name`, such as `ehpc.list_tasks/json/page_size.max`.
///
/// ```
/// use taskmock::case::Level;
/// use taskmock::conformance::{Selection, Side};
/// let selection = Selection::new().levels([Level::Must]).cases(["*/page_size.*"]);
/// let listed = selection.list(Side::Client)?;
/// assert!(listed.iter().any(|case| case.id == "ehpc.list_tasks/json/page_size.max"));
/// assert!(listed.iter().all(|case| case.level == Level::Must));
/// # Ok::<(), taskmock::conformance::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Selection {
    operations: Vec<String>,
    formats: Vec<Format>,
    cases: Vec<String>,
    facts: Vec<String>,
    levels: Vec<Level>,
    random: u64,
    seed: Seed,
    shard: Shard,
}

impl Default for Selection {
    fn default() -> Self {
        Selection {
            operations: Vec::new(),
            formats: vec![Format::Json],
            cases: Vec::new(),
            facts: Vec::new(),
            levels: Vec::new(),
            random: 0,
            seed: Seed(0),
            shard: Shard::default(),
        }
    }
}

/// A value for each item of an iterator of texts.
fn texts(items: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    items.into_iter().map(Into::into).collect()
}

impl Selection {
    /// Returns the whole catalogue of every operation, in JSON.
    ///
    /// ```
    /// assert!(taskmock::conformance::Selection::new().count(taskmock::conformance::Side::Client).unwrap() > 300);
    /// ```
    pub fn new() -> Self {
        Selection::default()
    }

    /// Selects only these operations, by their ids.
    ///
    /// ```
    /// let selection = taskmock::conformance::Selection::new().operations(["ehpc.list_tasks"]);
    /// ```
    pub fn operations(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.operations = texts(ids);
        self
    }

    /// Selects these encodings; none selects every encoding.
    ///
    /// ```
    /// let both = taskmock::conformance::Selection::new().formats([]);
    /// ```
    pub fn formats(mut self, formats: impl IntoIterator<Item = Format>) -> Self {
        self.formats = formats.into_iter().collect();
        self
    }

    /// Selects only cases whose name matches a pattern, with operation and encoding or without; `*` matches
    /// any text. `random.*` matches any random case, and `random.4d2` one of them.
    ///
    /// ```
    /// let selection = taskmock::conformance::Selection::new().cases(["page_size.*", "*/xml/empty"]);
    /// ```
    pub fn cases(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.cases = texts(patterns);
        self
    }

    /// Selects only cases that show a fact whose id matches a pattern.
    ///
    /// ```
    /// let selection = taskmock::conformance::Selection::new().facts(["*.page_size.max"]);
    /// ```
    pub fn facts(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.facts = texts(patterns);
        self
    }

    /// Selects only cases of these levels.
    ///
    /// ```
    /// let selection = taskmock::conformance::Selection::new().levels([taskmock::case::Level::Must]);
    /// ```
    pub fn levels(mut self, levels: impl IntoIterator<Item = Level>) -> Self {
        self.levels = levels.into_iter().collect();
        self
    }

    /// Adds so many random cases after the catalogue. The selection holds for them too, so with
    /// [`Selection::cases`] there are none unless a pattern such as `random.*` matches them.
    ///
    /// ```
    /// let selection = taskmock::conformance::Selection::new().random(100).seed(taskmock::Seed(7));
    /// ```
    pub fn random(mut self, count: u64) -> Self {
        self.random = count;
        self
    }

    /// Draws the random cases from this seed: the same seed gives the same cases on every machine.
    ///
    /// ```
    /// let selection = taskmock::conformance::Selection::new().random(100).seed(taskmock::Seed(7));
    /// ```
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Selects one of several equal parts.
    ///
    /// ```
    /// let half = taskmock::conformance::Selection::new().shard("1/2".parse()?);
    /// # Ok::<(), taskmock::ShardError>(())
    /// ```
    pub fn shard(mut self, shard: Shard) -> Self {
        self.shard = shard;
        self
    }
}

/// What a run was told to do. Only runs that were told the same merge.
///
/// ```
/// use taskmock::conformance::{ClientAnswer, ClientRun, Selection};
/// use taskmock::ehpc::list_tasks::{Input, Output};
/// let run = ClientRun::new(Selection::new().cases(["empty"]));
/// let results = run.run(|_: &str, _: &Input| ClientAnswer::<Output>::Unsupported("an example".into()));
/// assert_eq!(results.run.shards, [taskmock::Shard::default()]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Run {
    /// What was selected.
    pub selection: String,
    /// The options that change what is compared, such as `ignore output.RequestId`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// How many random cases were drawn, over all shards.
    pub random: u64,
    /// The seed that they were drawn from.
    pub seed: Seed,
    /// The shards that the results cover, such as `1/2`.
    pub shards: Vec<Shard>,
}

/// A case that is to run, and its place in the whole run.
pub(super) struct Next<'a> {
    pub(super) place: u64,
    case: Kept<'a>,
}

enum Kept<'a> {
    Listed(&'a dyn AnyCase),
    Drawn(Box<dyn AnyCase>),
}

impl Next<'_> {
    pub(super) fn case(&self) -> &dyn AnyCase {
        match &self.case {
            Kept::Listed(case) => *case,
            Kept::Drawn(case) => case.as_ref(),
        }
    }

    pub(super) fn is_drawn(&self) -> bool {
        matches!(self.case, Kept::Drawn(_))
    }
}

/// How a random case of an operation in an encoding is made.
type Draw = fn(Seed) -> Box<dyn AnyCase>;

/// The cases of a run, to be taken in any order.
pub(super) struct Cases<'a> {
    selection: &'a Selection,
    pub(super) side: Side,
    /// With their places in the whole run.
    listed: Vec<(u64, Box<dyn AnyCase>)>,
    /// How many are listed in the whole run.
    listed_in_all: u64,
    /// From what the random ones are drawn; empty if there are none.
    draws: Vec<Draw>,
}

impl Cases<'_> {
    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        let drawn = if self.draws.is_empty() { 0 } else { self.selection.shard.share(self.selection.random) };
        self.listed.len() as u64 + drawn
    }

    /// The case with a number, from 0. None if no selected case is drawn within 200 tries.
    pub(super) fn at(&self, number: u64) -> Option<Next<'_>> {
        const MOST_TRIES: u64 = 200;
        if let Some((place, case)) = self.listed.get(usize::try_from(number).ok()?) {
            return Some(Next { place: *place, case: Kept::Listed(case.as_ref()) });
        }
        let Selection { shard, seed, .. } = self.selection;
        let number = shard.nth(number - self.listed.len() as u64);
        let place = self.listed_in_all + number;
        // The first try of each is the sequence of the seed; the others are drawn from it.
        let first = Seed(seed.number(number));
        let seeds = [first].into_iter().chain((0..MOST_TRIES).map(|index| Seed(first.number(index))));
        let mut drawn = seeds.map(|seed| self.draws[(seed.0 % self.draws.len() as u64) as usize](seed));
        let case = drawn.find(|case| self.selection.has_beside_name(&case.about(self.side)))?;
        Some(Next { place, case: Kept::Drawn(case) })
    }

    /// Every one of the catalogue.
    pub(super) fn listed(&self) -> impl Iterator<Item = &dyn AnyCase> {
        self.listed.iter().map(|(_, case)| case.as_ref())
    }
}

/// A case of a catalogue, as [`Selection::list`] shows it.
///
/// ```
/// use taskmock::conformance::{Selection, Side};
/// let listed = Selection::new().list(Side::Client)?;
/// assert_eq!(listed[0].id, "ehpc.list_tasks/json/empty");
/// # Ok::<(), taskmock::conformance::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// `operation/encoding/name`.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// The ids of the facts that it shows; the first is the one that it is about.
    pub facts: Vec<&'static str>,
}

impl Selection {
    /// Returns the selected cases of the catalogue.
    ///
    /// # Errors
    ///
    /// A selection that matches nothing.
    ///
    /// ```
    /// use taskmock::conformance::{Selection, Side};
    /// let listed = Selection::new().list(Side::Server)?;
    /// assert!(listed.iter().any(|case| case.id == "ehpc.list_tasks/json/wire.page_size.not_a_number"));
    /// let error = Selection::new().cases(["page_siez.max"]).list(Side::Client).unwrap_err();
    /// assert_eq!(error.to_string(), "no case matches the name `page_siez.max`");
    /// # Ok::<(), taskmock::conformance::Error>(())
    /// ```
    pub fn list(&self, side: Side) -> Result<Vec<Listed>, Error> {
        let line = |About { id, level, facts }| Listed { id: id.to_string(), level, facts };
        Ok(self.take(side)?.listed().map(|case| line(case.about(side))).collect())
    }

    /// Returns how many cases are selected, random ones included.
    ///
    /// # Errors
    ///
    /// A selection that matches nothing.
    ///
    /// ```
    /// use taskmock::conformance::{Selection, Side};
    /// let selection = Selection::new().cases(["page_size.max", "random.*"]).random(100);
    /// assert_eq!(selection.count(Side::Client)?, 101);
    /// # Ok::<(), taskmock::conformance::Error>(())
    /// ```
    pub fn count(&self, side: Side) -> Result<u64, Error> {
        Ok(self.take(side)?.count())
    }

    /// The selection in a line.
    fn told(&self) -> String {
        let formats = self.formats.iter().map(ToString::to_string).collect();
        let levels = self.levels.iter().map(ToString::to_string).collect();
        let lists = [
            ("operation", &self.operations),
            ("format", &formats),
            ("case", &self.cases),
            ("fact", &self.facts),
            ("level", &levels),
        ];
        let said = lists.iter().flat_map(|(name, list)| list.iter().map(move |item| format!("{name} {item}")));
        let said: Vec<String> = said.collect();
        if said.is_empty() { "everything".to_owned() } else { said.join(", ") }
    }

    /// What a run of it, with these options, was told to do.
    pub(super) fn run_with(&self, options: Vec<String>) -> Run {
        let Selection { random, seed, shard, .. } = *self;
        Run { selection: self.told(), options, random, seed, shards: vec![shard] }
    }

    /// The cases of every selected operation.
    pub(super) fn take(&self, side: Side) -> Result<Cases<'_>, Error> {
        if let Some(id) = self.operations.iter().find(|id| operation(id).is_none()) {
            let ids: Vec<&str> = operations().map(|operation| operation.id).collect();
            return Err(Error(format!("there is no operation `{id}`; the operations are {}", ids.join(", "))));
        }
        let mut unfit: Vec<(&str, &String)> = self.cases.iter().map(|name| ("name", name)).collect();
        unfit.extend(self.facts.iter().map(|fact| ("fact", fact)));
        let (mut all, mut draws) = (Vec::<Box<dyn AnyCase>>::new(), Vec::new());
        for operation in operations() {
            for format in operation.formats {
                // A case that is not selected is made only to see whether a pattern matches it.
                let is_selected = self.has_operation(operation.id, *format);
                if !is_selected && unfit.is_empty() {
                    continue;
                }
                let (mut listed, draw) =
                    for_operation(operation.id, OfOperation { side, format: *format }).expect("it exists");
                listed.extend(self.cases.iter().filter_map(|name| random_case_named(name, operation.id, *format)));
                for case in &listed {
                    let about = case.about(side);
                    unfit.retain(|(of, pattern)| match *of {
                        "name" => !matches_name(pattern, &about.id),
                        _ => !matches_any(pattern, &about.facts),
                    });
                }
                let any_random = CaseId { operation: operation.id, format: *format, name: ANY_RANDOM.to_owned() };
                unfit.retain(|(of, pattern)| *of != "name" || self.random == 0 || !matches_name(pattern, &any_random));
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
            return Err(Error(format!("no case matches the {what} `{pattern}`")));
        }
        all.retain(|case| {
            let about = case.about(side);
            self.has_name(&about.id) && self.has_beside_name(&about)
        });
        let listed_in_all = all.len() as u64;
        let mut listed: Vec<_> = (0..).zip(all).collect();
        listed.retain(|(place, _)| self.shard.has(*place as usize));
        Ok(Cases { selection: self, side, listed, listed_in_all, draws })
    }

    fn has_operation(&self, id: &str, format: Format) -> bool {
        (self.operations.is_empty() || self.operations.iter().any(|wanted| wanted == id))
            && (self.formats.is_empty() || self.formats.contains(&format))
    }

    fn has_name(&self, id: &CaseId) -> bool {
        self.cases.is_empty() || self.cases.iter().any(|pattern| matches_name(pattern, id))
    }

    fn has_beside_name(&self, about: &About) -> bool {
        (self.facts.is_empty() || self.facts.iter().any(|pattern| matches_any(pattern, &about.facts)))
            && (self.levels.is_empty() || self.levels.contains(&about.level))
    }
}

/// A name that only those patterns match that match every random case.
const ANY_RANDOM: &str = "random.\u{0}";

fn matches_name(pattern: &str, id: &CaseId) -> bool {
    matches(pattern, &id.name) || matches(pattern, &id.to_string())
}

fn matches_any(pattern: &str, facts: &[&str]) -> bool {
    facts.iter().any(|fact| matches(pattern, fact))
}

/// Returns whether a text matches a pattern, in which `*` matches any text.
///
/// Each piece between stars is taken at its first place: what matches later in the text then matches too, so
/// there is nothing to try again and the time is linear.
fn matches(pattern: &str, text: &str) -> bool {
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

/// Makes the cases of one operation in one encoding, and the function that draws a random one.
struct OfOperation {
    side: Side,
    format: Format,
}

impl ForOperation for OfOperation {
    type Output = (Vec<Box<dyn AnyCase>>, Draw);

    fn run<I: Catalogue>(self) -> Self::Output {
        let format = self.format;
        // Each case has request ids of its own, so that an id that a client kept from another case shows.
        let mut seeds = (0..).map(|number| Seed(Seed(u64::MAX).number(number)));
        let boxed = |case: Case<I>| {
            let case = case.with_seed(seeds.next().unwrap_or_default());
            Box::new(CatalogueCase::Case(Box::new(case))) as Box<dyn AnyCase>
        };
        let catalogue = catalogue::<I>(format);
        let request_of = asks_for_a_body::<I>(format);
        // No client has to read an answer of another shape; the bodies test what a client may make of one.
        let is_meant = |case: &Case<I>| self.side == Side::Server || !case.has_other_shape();
        let mut listed: Vec<Box<dyn AnyCase>> = catalogue.into_iter().filter(is_meant).map(boxed).collect();
        match self.side {
            Side::Client => listed.extend(body_catalogue::<I>(format).into_iter().filter_map(|body| {
                let given = body.state();
                let of = BodyCase { body, given, request_of: request_of.clone()? };
                Some(Box::new(CatalogueCase::Body(Box::new(of))) as Box<dyn AnyCase>)
            })),
            Side::Server => {
                let raw = raw_requests::<I>(format).into_iter();
                listed.extend(raw.map(|case| Box::new(CatalogueCase::Case(Box::new(case))) as Box<dyn AnyCase>));
                listed.extend(laws::of::<I>(format));
            }
        }
        let draw: Draw = match format {
            Format::Json => {
                |seed| Box::new(CatalogueCase::Case(Box::new(random::<I>(seed, Format::Json).with_seed(seed))))
            }
            Format::Xml => {
                |seed| Box::new(CatalogueCase::Case(Box::new(random::<I>(seed, Format::Xml).with_seed(seed))))
            }
        };
        (listed, draw)
    }
}

/// The facts and names of all cases of one side.
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
        let listed = Selection::new().formats([]).list(side).expect("everything is selected");
        let shown: HashSet<&str> = listed.iter().flat_map(|case| case.facts.iter().copied()).collect();
        let facts = crate::backend::facts().map(|fact| fact.id).filter(|id| shown.contains(id)).collect();
        Everything { facts, names: listed.into_iter().map(|case| case.id).collect() }
    })
}

/// Every fact that some case of a side shows.
pub(super) fn facts_of(side: Side) -> &'static [&'static str] {
    &everything(side).facts
}

/// Whether a side has a case of that name.
pub(super) fn exists(side: Side, id: &str) -> bool {
    let is_random =
        || CaseId::parse(id).is_some_and(|id| random_case_named(&id.name, id.operation, id.format).is_some());
    everything(side).names.contains(id) || is_random()
}

/// The random case with a name, with operation and encoding or without.
fn random_case_named(name: &str, operation: &'static str, format: Format) -> Option<Box<dyn AnyCase>> {
    struct Named<'a>(&'a str, Format);
    impl ForOperation for Named<'_> {
        type Output = Option<Box<dyn AnyCase>>;
        fn run<I: Catalogue>(self) -> Self::Output {
            Some(Box::new(CatalogueCase::Case(Box::new(random_named::<I>(self.0, self.1)?))))
        }
    }
    let name = match CaseId::parse(name) {
        Some(id) if (id.operation, id.format) == (operation, format) => id.name,
        Some(_) => return None,
        None => name.to_owned(),
    };
    for_operation(operation, Named(&name, format))?
}

/// The cases of one side by their names.
pub(super) struct CasesByName(HashMap<String, Box<dyn AnyCase>>);

impl CasesByName {
    pub(super) fn of(side: Side) -> Self {
        let selection = Selection::new().formats([]);
        let cases = selection.take(side).expect("everything is selected").listed;
        CasesByName(cases.into_iter().map(|(_, case)| (case.about(side).id.to_string(), case)).collect())
    }

    /// The input of a case and its given state; None if this version has no such case.
    pub(super) fn input_and_state(&self, id: &str) -> Option<(Value, String)> {
        let shown = |case: &dyn AnyCase| (case.input(), case.given().to_json());
        if let Some(case) = self.0.get(id) {
            return Some(shown(case.as_ref()));
        }
        let id = CaseId::parse(id)?;
        Some(shown(random_case_named(&id.name, id.operation, id.format)?.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

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
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_is_quick() {
        // With a try at each place for each star this would not end.
        let pattern = format!("{}b", "a*".repeat(1000));
        assert!(!matches(&pattern, &"a".repeat(100_000)));
        assert!(!matches(&format!("{pattern}*c"), &"a".repeat(100_000)));
    }
}
