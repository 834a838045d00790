//! Results: how each case of a run ended, and which facts the run exercised.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::case_id::{About, CaseId, Side};
use super::error::Error;
use super::outcome::{Failure, Outcome};
use super::selection::{self, Next, Run};
use super::time::now;
use crate::case::{GENERATOR_VERSION, Level};
use crate::shard::Shard;

/// The results of a run. Those of shards merge into one; as JSON they are a report, and every other report is
/// made from them.
///
/// ```
/// use taskmock::conformance;
/// use taskmock::ehpc::list_tasks::{Input, Output};
/// # fn my_client(endpoint: &str, input: &Input) -> conformance::ClientAnswer<Output> {
/// #     conformance::ClientAnswer::Unsupported("it is an example".into())
/// # }
/// let results = conformance::run::<Input, _>(my_client);
/// assert_eq!(results.ran(), 0);
/// assert!(!results.summarize(&Default::default(), taskmock::case::Level::Must).conforms());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Results {
    /// The version of taskmock.
    pub version: String,
    /// The version of the catalogue and of everything that is made from a seed.
    pub generator_version: u32,
    /// What the run tested: `client` or `server`.
    pub side: Side,
    /// The client or server: a command, an address, or the id of an operation for a closure.
    pub subject: String,
    /// What the run was told to do.
    pub run: Run,
    /// When the run started, as an RFC 3339 time; of merged shards, the first.
    #[serde(default)]
    pub started: String,
    /// How long the run took, in microseconds; of merged shards, the sum.
    #[serde(default)]
    pub micros: u64,
    /// Why the run ended early, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<String>,
    /// The cases of the catalogue in their order, then the first random cases that failed, at most
    /// [`MOST_RANDOM_FAILURES`] of each level.
    pub cases: Vec<CaseResult>,
    /// How the random cases of each level ended, in numbers.
    pub random: BTreeMap<Level, Tally>,
    /// How the cases that show each fact ended, in numbers; a fact is absent if none of its cases was
    /// selected.
    pub facts: BTreeMap<String, Tally>,
}

/// At most this many random failures are kept for each level; the others are counted.
///
/// ```
/// assert_eq!(taskmock::conformance::MOST_RANDOM_FAILURES, 100);
/// ```
pub const MOST_RANDOM_FAILURES: usize = 100;

/// How many cases ended how.
///
/// ```
/// assert_eq!(taskmock::conformance::Tally::default().ran(), 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Tally {
    /// The answer is right.
    pub passed: u64,
    /// The answer is wrong.
    pub failed: u64,
    /// No answer came: the client crashed, hung or printed something else, or the server did not respond.
    pub no_answer: u64,
    /// The case did not run.
    pub unsupported: u64,
}

impl Tally {
    /// Returns how many ran.
    ///
    /// ```
    /// let mut tally = taskmock::conformance::Tally::default();
    /// (tally.passed, tally.no_answer, tally.unsupported) = (2, 1, 4);
    /// assert_eq!(tally.ran(), 3);
    /// ```
    pub fn ran(self) -> u64 {
        self.passed + self.wrong()
    }

    /// How many ran and did not pass.
    pub(super) fn wrong(self) -> u64 {
        self.failed + self.no_answer
    }

    pub(super) fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Crashed(_) | Outcome::Hung(_) | Outcome::Garbled(_) | Outcome::NoResponse(_) => {
                self.no_answer += 1;
            }
            Outcome::RefusedByClient { .. } | Outcome::Unsupported { .. } => self.unsupported += 1,
        }
    }

    fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.no_answer += other.no_answer;
        self.unsupported += other.unsupported;
    }
}

/// The result of one case.
///
/// ```
/// # use taskmock::conformance::CaseResult;
/// fn is_bad(result: &CaseResult) -> bool {
///     result.level == taskmock::case::Level::Must && result.failure().is_some()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CaseResult {
    /// Its place in the whole run, from 0.
    pub place: u64,
    /// Whether it was drawn at random rather than selected by its name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_drawn: bool,
    /// `operation/encoding/name`.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// The ids of the facts that it shows; the first is the one that it is about.
    pub facts: Vec<String>,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How long it took, in microseconds.
    pub micros: u64,
}

impl CaseResult {
    pub(super) fn new(next: &Next<'_>, side: Side, outcome: Outcome, since: Instant) -> Self {
        let About { id, level, facts } = next.case().about(side);
        let facts = facts.into_iter().map(str::to_owned).collect();
        let micros = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        CaseResult { place: next.place, is_drawn: next.is_drawn(), id: id.to_string(), level, facts, outcome, micros }
    }

    /// Returns what went wrong, if something did.
    ///
    /// ```
    /// # use taskmock::conformance::CaseResult;
    /// fn headline(result: &CaseResult) -> Option<String> {
    ///     Some(result.failure()?.headline())
    /// }
    /// ```
    pub fn failure(&self) -> Option<&Failure> {
        self.outcome.failure()
    }

    /// Returns the operation, the encoding and the name of the case.
    ///
    /// ```
    /// # use taskmock::conformance::CaseResult;
    /// fn is_xml(result: &CaseResult) -> bool {
    ///     result.pieces().1 == "xml"
    /// }
    /// ```
    pub fn pieces(&self) -> (&str, &str, &str) {
        let mut pieces = self.id.splitn(3, '/');
        let mut next = || pieces.next().unwrap_or("");
        (next(), next(), next())
    }
}

impl Results {
    pub(super) fn new(side: Side, subject: &str, run: Run) -> Self {
        Results {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            generator_version: GENERATOR_VERSION,
            side,
            subject: subject.to_owned(),
            run,
            started: now().to_string(),
            micros: 0,
            given_up: None,
            cases: Vec::new(),
            random: BTreeMap::new(),
            facts: BTreeMap::new(),
        }
    }

    /// Adds a result. Of the random cases only the first failures are kept; the result is returned if it is.
    pub(super) fn add(&mut self, result: CaseResult) -> Option<&CaseResult> {
        for fact in &result.facts {
            match self.facts.get_mut(fact) {
                Some(tally) => tally.count(&result.outcome),
                None => self.facts.entry(fact.clone()).or_default().count(&result.outcome),
            }
        }
        if result.is_drawn {
            self.random.entry(result.level).or_default().count(&result.outcome);
            if result.failure().is_none() || self.drawn(result.level) >= MOST_RANDOM_FAILURES {
                return None;
            }
        }
        self.cases.push(result);
        self.cases.last()
    }

    /// How many random failures of a level are kept. They come last.
    pub(super) fn drawn(&self, level: Level) -> usize {
        let drawn = self.cases.iter().rev().take_while(|result| result.is_drawn);
        drawn.filter(|result| result.level == level).count()
    }

    /// The random cases of all levels, in numbers.
    pub(super) fn random_tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.random.values().for_each(|of_level| tally.add(*of_level));
        tally
    }

    /// Reads the JSON that a run wrote.
    ///
    /// # Errors
    ///
    /// JSON that is not results, or that has a name that no case can have.
    ///
    /// ```
    /// use taskmock::conformance::Results;
    /// let error = Results::from_json(b"{}").unwrap_err();
    /// assert!(error.to_string().ends_with("; it should be the JSON that a run wrote"));
    /// ```
    pub fn from_json(json: &[u8]) -> Result<Results, Error> {
        let wrong = |why: &dyn fmt::Display| Error(format!("{why}; it should be the JSON that a run wrote"));
        let results: Results = serde_json::from_slice(json).map_err(|error| wrong(&error))?;
        match results.cases.iter().find(|result| CaseId::parse(&result.id).is_none()) {
            Some(result) => Err(wrong(&format_args!("`{}` is not the name of a case", result.id.escape_debug()))),
            None => Ok(results),
        }
    }

    /// Returns how many cases ran.
    ///
    /// ```
    /// # fn done(results: &taskmock::conformance::Results) -> bool {
    /// results.ran() > 0
    /// # }
    /// ```
    pub fn ran(&self) -> u64 {
        self.tally().ran()
    }

    /// Returns how all cases ended, in numbers.
    ///
    /// ```
    /// # fn all_passed(results: &taskmock::conformance::Results) -> bool {
    /// results.tally().passed == results.ran()
    /// # }
    /// ```
    pub fn tally(&self) -> Tally {
        let mut tally = self.random_tally();
        self.cases.iter().filter(|result| !result.is_drawn).for_each(|result| tally.count(&result.outcome));
        tally
    }

    /// Adds the results of another shard of the same run. The cases stay in the order of the whole run.
    ///
    /// # Errors
    ///
    /// Results of another side, version or run, or of a shard that these results already hold.
    ///
    /// ```
    /// use taskmock::conformance::{ClientAnswer, ClientRun, Error, Selection};
    /// use taskmock::ehpc::list_tasks::{Input, Output};
    /// let client = |_: &str, _: &Input| ClientAnswer::<Output>::Unsupported("an example".into());
    /// let of = |shard: &str| ClientRun::new(Selection::new().shard(shard.parse().unwrap())).run(client);
    /// let mut results = of("1/2");
    /// results.merge(of("2/2"))?;
    /// assert_eq!(results.cases.len(), of("1/1").cases.len());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn merge(&mut self, other: Results) -> Result<(), Error> {
        let version = |results: &Results| format!("{} (generator {})", results.version, results.generator_version);
        if version(self) != version(&other) {
            let (theirs, ours) = (version(&other), version(self));
            return Err(Error(format!(
                "they were written by taskmock {theirs}, the others by {ours}; run all shards with one version"
            )));
        }
        let told = |results: &Results| {
            (results.side, results.subject.clone(), Run { shards: Vec::new(), ..results.run.clone() })
        };
        if told(self) != told(&other) {
            return Err(Error(format!(
                "they belong to another run: {} {}, {}, seed {}; the others belong to: {} {}, {}, seed {}",
                other.side,
                other.subject,
                other.run.selection,
                other.run.seed.0,
                self.side,
                self.subject,
                self.run.selection,
                self.run.seed.0,
            )));
        }
        let count = |results: &Results| results.run.shards.first().map(|shard| shard.count());
        if let Some(twice) = other.run.shards.iter().find(|shard| self.run.shards.contains(shard)) {
            return Err(Error(format!("the shard {twice} was given twice; give each shard once")));
        }
        if count(self) != count(&other) {
            return Err(Error("they are shards of another division; give the shards of one division".to_owned()));
        }
        for (fact, tally) in other.facts {
            self.facts.entry(fact).or_default().add(tally);
        }
        for (level, tally) in other.random {
            self.random.entry(level).or_default().add(tally);
        }
        self.run.shards.extend(other.run.shards);
        self.run.shards.sort();
        self.micros = self.micros.saturating_add(other.micros);
        if other.started < self.started {
            self.started = other.started;
        }
        self.given_up = self.given_up.take().or(other.given_up);
        self.cases.extend(other.cases);
        self.cases.sort_by_key(|result| result.place);
        let mut drawn: BTreeMap<Level, usize> = BTreeMap::new();
        self.cases.retain(|result| {
            let of_level = drawn.entry(result.level).or_default();
            *of_level += usize::from(result.is_drawn);
            !result.is_drawn || *of_level <= MOST_RANDOM_FAILURES
        });
        Ok(())
    }

    /// Returns the shards of the run that these results do not hold.
    ///
    /// ```
    /// use taskmock::conformance::{ClientAnswer, ClientRun, Selection};
    /// use taskmock::ehpc::list_tasks::{Input, Output};
    /// let client = |_: &str, _: &Input| ClientAnswer::<Output>::Unsupported("an example".into());
    /// let results = ClientRun::new(Selection::new().shard("1/3".parse().unwrap())).run(client);
    /// assert_eq!(results.missing_shards().iter().map(ToString::to_string).collect::<Vec<_>>(), ["2/3", "3/3"]);
    /// ```
    pub fn missing_shards(&self) -> Vec<Shard> {
        let all = self.run.shards.first().map(|shard| shard.all()).into_iter().flatten();
        all.filter(|shard| !self.run.shards.contains(shard)).collect()
    }

    /// Returns the facts that the run exercised, and the facts that it did not although a case of this side shows
    /// them.
    ///
    /// ```
    /// # fn all(results: &taskmock::conformance::Results) -> bool {
    /// let (exercised, missed) = results.facts_exercised();
    /// missed.is_empty()
    /// # }
    /// ```
    pub fn facts_exercised(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let is_exercised = |id: &&'static str| self.facts.get(*id).is_some_and(|tally| tally.ran() > 0);
        selection::facts_of(self.side).iter().copied().partition(is_exercised)
    }
}
