//! Results: what came of each case, which facts were exercised, and whether all of it conforms.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Error;
use super::asked::{About, CaseId};
use super::suite::Next;
use crate::backend::request_log::ReceivedRequest;
use crate::case::{GENERATOR_VERSION, Level, shown};
use crate::http::{Request, Response};
use crate::seed::Seed;
use crate::shard::Shard;

/// What came of a run. Those of shards merge into one; as JSON they are a report, and what the other
/// reports are made of.
///
/// ```
/// use taskmock::conformance;
/// use taskmock::ehpc::list_tasks::Input;
/// # fn my_client(endpoint: &str, input: &Input) -> conformance::Answer<taskmock::ehpc::list_tasks::Output> {
/// #     conformance::Answer::Unsupported("it is an example".into())
/// # }
/// let results = conformance::run::<Input, _>(my_client);
/// assert_eq!(results.asked(), 0);
/// assert!(!results.conclude(&Default::default(), taskmock::case::Level::Must).conforms());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Results {
    /// The version of taskmock.
    pub version: String,
    /// The version of everything that is made from a seed, and of the catalogue.
    pub generator_version: u32,
    /// What was asked: `client` or `server`.
    pub side: Side,
    /// Who was asked: a command, an address, or the id of an operation for a closure.
    pub subject: String,
    /// What was asked, and in which shards.
    pub run: Run,
    /// Why the run was given up before its end, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<String>,
    /// The cases of the catalogue in their order, then the first random ones that failed, of each level at
    /// most [`MOST_RANDOM_FAILURES`].
    pub cases: Vec<CaseResult>,
    /// What came of the random cases of each level, in numbers.
    pub random: BTreeMap<Level, Tally>,
    /// What came of the cases that show each fact, in numbers; facts of which no case was asked are
    /// absent.
    pub facts: BTreeMap<String, Tally>,
}

/// What a run asked. Only runs that asked the same merge.
///
/// ```
/// use taskmock::conformance::{Answer, Suite};
/// use taskmock::ehpc::list_tasks::{Input, Output};
/// let suite = Suite { names: vec!["empty".into()], ..Suite::default() };
/// let results = suite.run(|_: &str, _: &Input| Answer::<Output>::Unsupported("an example".into()));
/// assert_eq!(results.run.shards, [taskmock::Shard::default()]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Run {
    /// What was selected.
    pub selection: String,
    /// How many random cases were drawn, over all shards.
    pub random: u64,
    /// What they were drawn from.
    pub seed: Seed,
    /// The shards that the results are of, such as `1/2`.
    pub shards: Vec<Shard>,
}

/// As many random cases of each level that fail are told of, known or not; the others are counted.
///
/// ```
/// assert_eq!(taskmock::conformance::MOST_RANDOM_FAILURES, 100);
/// ```
pub const MOST_RANDOM_FAILURES: usize = 100;

/// Who is asked.
///
/// ```
/// assert_eq!(taskmock::conformance::Side::Client.to_string(), "client");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// A client, which is given an endpoint and an input.
    Client,
    /// A server, which is sent requests.
    Server,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Client => "client",
            Side::Server => "server",
        })
    }
}

/// How many cases passed, failed, and were not asked because they are not supported.
///
/// ```
/// assert_eq!(taskmock::conformance::Tally::default().asked(), 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// As they should be.
    pub passed: u64,
    /// Not as they should be.
    pub failed: u64,
    /// Not asked.
    pub unsupported: u64,
}

impl Tally {
    /// How many were asked.
    ///
    /// ```
    /// let tally = taskmock::conformance::Tally { passed: 2, failed: 1, unsupported: 4 };
    /// assert_eq!(tally.asked(), 3);
    /// ```
    pub fn asked(self) -> u64 {
        self.passed + self.failed
    }

    pub(crate) fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Failed(_) => self.failed += 1,
            Verdict::RefusedItself { .. } | Verdict::Unsupported { .. } => self.unsupported += 1,
        }
    }

    fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.unsupported += other.unsupported;
    }
}

/// What came of one case.
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
    /// Whether it was drawn, and not asked by its name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_drawn: bool,
    /// `operation/encoding/name`.
    pub id: String,
    /// How much it binds.
    pub level: Level,
    /// The ids of the facts that it shows; the first is the one that it is about.
    pub facts: Vec<String>,
    /// What came of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How long it took, in microseconds.
    pub micros: u64,
}

impl CaseResult {
    pub(crate) fn new(next: &Next<'_>, side: Side, verdict: Verdict, since: Instant) -> Self {
        let About { id, level, facts } = next.case().about(side);
        let facts = facts.into_iter().map(str::to_owned).collect();
        let micros = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        CaseResult { place: next.place, is_drawn: next.is_drawn(), id: id.to_string(), level, facts, verdict, micros }
    }

    /// What is wrong, if something is.
    ///
    /// ```
    /// # use taskmock::conformance::CaseResult;
    /// fn first_line(result: &CaseResult) -> Option<&str> {
    ///     result.failure()?.differences.first().map(String::as_str)
    /// }
    /// ```
    pub fn failure(&self) -> Option<&Failure> {
        match &self.verdict {
            Verdict::Failed(failure) => Some(failure),
            Verdict::Passed | Verdict::RefusedItself { .. } | Verdict::Unsupported { .. } => None,
        }
    }

    /// The operation, the encoding and the name of the case.
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

/// What came of a case.
///
/// ```
/// use taskmock::conformance::Verdict;
/// let json = serde_json::to_string(&Verdict::Unsupported { why: "no XML".into() })?;
/// assert_eq!(json, r#"{"verdict":"unsupported","why":"no XML"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed(Box<Failure>),
    /// The client refused it itself, without asking, where the server would have refused it too.
    #[serde(rename = "refused itself")]
    RefusedItself {
        /// What the client says.
        why: String,
    },
    /// Not asked.
    Unsupported {
        /// Why, in the words of the client.
        why: String,
    },
}

/// What is wrong, and everything that helps to see why.
///
/// ```
/// let failure = taskmock::conformance::Failure::default();
/// assert!(failure.exchanges.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// A line for each difference.
    pub differences: Vec<String>,
    /// What should have come: an `output` or an `error`.
    pub expected: Value,
    /// What came; null if nothing did.
    pub got: Value,
    /// The last requests with their responses, at most five.
    pub exchanges: Vec<Exchange>,
    /// What a client wrote to its standard error meanwhile; the end of it, if it is long.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
}

/// A request and its response, as text for a person: what is no text is escaped, and of what is long
/// the ends are shown.
///
/// ```
/// let exchange = taskmock::conformance::Exchange::default();
/// assert_eq!(exchange.status, 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub target: String,
    /// The headers of the request.
    pub headers: Vec<(String, String)>,
    /// The body of the request.
    pub body: String,
    /// The status of the response.
    pub status: u16,
    /// The headers of the response.
    pub response_headers: Vec<(String, String)>,
    /// The body of the response.
    pub response_body: String,
}

impl Exchange {
    pub(crate) fn of(request: &Request, response: &Response) -> Self {
        Exchange {
            method: request.method().to_string(),
            target: shown(request.uri().to_string().as_bytes()),
            headers: headers(request.headers()),
            body: shown(request.body()),
            status: response.status().as_u16(),
            response_headers: headers(response.headers()),
            response_body: shown(response.body()),
        }
    }

    pub(crate) fn recorded(recorded: &ReceivedRequest, response: &Response) -> Self {
        Exchange {
            method: recorded.method.clone(),
            target: shown(recorded.target.as_bytes()),
            headers: recorded.headers.clone(),
            body: shown(&recorded.body),
            status: response.status().as_u16(),
            response_headers: headers(response.headers()),
            response_body: shown(response.body()),
        }
    }

    /// The request as a line for a shell.
    ///
    /// ```
    /// let mut exchange = taskmock::conformance::Exchange::default();
    /// (exchange.method, exchange.target) = ("GET".into(), "/tasks/T-1".into());
    /// assert_eq!(exchange.curl("http://127.0.0.1:8080"), "curl -i 'http://127.0.0.1:8080/tasks/T-1'");
    /// ```
    pub fn curl(&self, base_url: &str) -> String {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        // What an HTTP client adds by itself.
        let headers = headers.filter(|(name, _)| !matches!(*name, "host" | "content-length" | "connection"));
        crate::case::curl(&self.method, &format!("{base_url}{}", self.target), headers, &self.body)
    }
}

fn headers(map: &http::HeaderMap) -> Vec<(String, String)> {
    map.iter().map(|(name, value)| (name.to_string(), shown(value.as_bytes()))).collect()
}

impl Results {
    pub(crate) fn new(side: Side, subject: &str, run: Run) -> Self {
        Results {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            generator_version: GENERATOR_VERSION,
            side,
            subject: subject.to_owned(),
            run,
            given_up: None,
            cases: Vec::new(),
            random: BTreeMap::new(),
            facts: BTreeMap::new(),
        }
    }

    /// Takes in what came of a case. Of those that were drawn only the first that fail are kept; the result is
    /// returned if it is.
    pub(crate) fn add(&mut self, result: CaseResult) -> Option<&CaseResult> {
        for fact in &result.facts {
            match self.facts.get_mut(fact) {
                Some(tally) => tally.count(&result.verdict),
                None => self.facts.entry(fact.clone()).or_default().count(&result.verdict),
            }
        }
        if result.is_drawn {
            self.random.entry(result.level).or_default().count(&result.verdict);
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

    /// What came of the random cases of all levels.
    pub(crate) fn random_tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.random.values().for_each(|of_level| tally.add(*of_level));
        tally
    }

    /// Reads what a run wrote as JSON.
    ///
    /// # Errors
    ///
    /// What is no results, or has a name that no case can have.
    ///
    /// ```
    /// use taskmock::conformance::Results;
    /// let error = Results::from_json(b"{}").unwrap_err();
    /// assert!(error.to_string().ends_with("; it should be what a run wrote as JSON"));
    /// ```
    pub fn from_json(json: &[u8]) -> Result<Results, Error> {
        let wrong = |why: &dyn fmt::Display| Error(format!("{why}; it should be what a run wrote as JSON"));
        let results: Results = serde_json::from_slice(json).map_err(|error| wrong(&error))?;
        match results.cases.iter().find(|result| CaseId::parse(&result.id).is_none()) {
            Some(result) => Err(wrong(&format_args!("`{}` is no name of a case", result.id.escape_debug()))),
            None => Ok(results),
        }
    }

    /// How many cases were asked.
    ///
    /// ```
    /// # fn done(results: &taskmock::conformance::Results) -> bool {
    /// results.asked() > 0
    /// # }
    /// ```
    pub fn asked(&self) -> u64 {
        self.tally().asked()
    }

    /// What came of all cases, in numbers.
    ///
    /// ```
    /// # fn all_passed(results: &taskmock::conformance::Results) -> bool {
    /// results.tally().failed == 0
    /// # }
    /// ```
    pub fn tally(&self) -> Tally {
        let mut tally = self.random_tally();
        self.cases.iter().filter(|result| !result.is_drawn).for_each(|result| tally.count(&result.verdict));
        tally
    }

    /// Takes in the results of another shard of the same run. The order of the results is that of the
    /// whole run, whichever comes first.
    ///
    /// # Errors
    ///
    /// Results of another side, version or run, or of a shard that these hold already.
    ///
    /// ```
    /// use taskmock::conformance::{Answer, Error, Suite};
    /// use taskmock::ehpc::list_tasks::{Input, Output};
    /// let client = |_: &str, _: &Input| Answer::<Output>::Unsupported("an example".into());
    /// let of = |shard: &str| Suite { shard: shard.parse().unwrap(), ..Suite::default() }.run(client);
    /// let mut results = of("1/2");
    /// results.merge(of("2/2"))?;
    /// assert_eq!(results.cases.len(), Suite::default().run(client).cases.len());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn merge(&mut self, other: Results) -> Result<(), Error> {
        let version = |results: &Results| format!("{} (generator {})", results.version, results.generator_version);
        if version(self) != version(&other) {
            let (theirs, ours) = (version(&other), version(self));
            return Err(Error(format!(
                "they are by taskmock {theirs}, the others by {ours}; run all with one version"
            )));
        }
        let asked = |results: &Results| {
            (results.side, results.subject.clone(), Run { shards: Vec::new(), ..results.run.clone() })
        };
        if asked(self) != asked(&other) {
            return Err(Error(format!(
                "they are of another run: of the {} {} by {}, seed {}, the others of the {} {} by {}, seed {}",
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
            return Err(Error(format!("the shard {twice} is in both; give each shard once")));
        }
        if count(self) != count(&other) {
            return Err(Error("they are shards of another division; give those of one".to_owned()));
        }
        for (fact, tally) in other.facts {
            self.facts.entry(fact).or_default().add(tally);
        }
        for (level, tally) in other.random {
            self.random.entry(level).or_default().add(tally);
        }
        self.run.shards.extend(other.run.shards);
        self.run.shards.sort();
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

    /// The shards of the run that the results are not of.
    ///
    /// ```
    /// use taskmock::conformance::{Answer, Suite};
    /// use taskmock::ehpc::list_tasks::{Input, Output};
    /// let client = |_: &str, _: &Input| Answer::<Output>::Unsupported("an example".into());
    /// let results = Suite { shard: "1/3".parse().unwrap(), ..Suite::default() }.run(client);
    /// assert_eq!(results.missing_shards().iter().map(ToString::to_string).collect::<Vec<_>>(), ["2/3", "3/3"]);
    /// ```
    pub fn missing_shards(&self) -> Vec<Shard> {
        let all = self.run.shards.first().map(|shard| shard.all()).into_iter().flatten();
        all.filter(|shard| !self.run.shards.contains(shard)).collect()
    }

    /// The facts that were exercised, and those that were not although some case for a client, or a server,
    /// shows them.
    ///
    /// ```
    /// # fn all(results: &taskmock::conformance::Results) -> bool {
    /// let (exercised, missed) = results.facts_exercised();
    /// missed.is_empty()
    /// # }
    /// ```
    pub fn facts_exercised(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let is_exercised = |id: &&'static str| self.facts.get(*id).is_some_and(|tally| tally.asked() > 0);
        super::suite::facts_of(self.side).iter().copied().partition(is_exercised)
    }
}
