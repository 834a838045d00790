//! Results: what came of each case, which facts were exercised, and whether all of it conforms.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::asked::About;
use crate::case::{GENERATOR_VERSION, Level, shown};
use crate::http::{Request, Response};
use crate::journal::Recorded;

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
/// assert!(!results.conclude(&Default::default(), taskmock::Level::Must).conforms());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The version of taskmock.
    pub version: String,
    /// The version of everything that is made from a seed, and of the catalogue.
    pub generator_version: u32,
    /// What was asked: `client` or `server`.
    pub kind: Kind,
    /// Who was asked: a command or an address.
    pub subject: String,
    /// The cases of the catalogue in their order, then the random ones that did not pass, at most
    /// [`MOST_RANDOM_FAILURES`].
    pub cases: Vec<CaseResult>,
    /// What came of the random cases, in numbers.
    pub random: Tally,
    /// What came of the cases that show each fact, in numbers; facts of which no case was asked are
    /// absent.
    pub facts: BTreeMap<String, Tally>,
}

/// As many random cases that fail are told of; the others are counted.
///
/// ```
/// assert_eq!(taskmock::conformance::MOST_RANDOM_FAILURES, 100);
/// ```
pub const MOST_RANDOM_FAILURES: usize = 100;

/// Who is asked.
///
/// ```
/// assert_eq!(taskmock::conformance::Kind::Client.to_string(), "client");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A client, which is given an endpoint and an input.
    Client,
    /// A server, which is sent requests.
    Server,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Client => "client",
            Kind::Server => "server",
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
            Verdict::Unsupported { .. } => self.unsupported += 1,
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
///     result.level == taskmock::Level::Must && result.failure().is_some()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseResult {
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
    pub(crate) fn new(about: About, verdict: Verdict, micros: u64) -> Self {
        let facts = about.facts.into_iter().map(str::to_owned).collect();
        CaseResult { id: about.id.to_string(), level: about.level, facts, verdict, micros }
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
            Verdict::Passed | Verdict::Unsupported { .. } => None,
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

    pub(super) fn is_random(&self) -> bool {
        self.pieces().2.starts_with("random.")
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
    /// Not asked.
    Unsupported {
        /// Who is asked says why.
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

    pub(crate) fn recorded(recorded: &Recorded, response: &Response) -> Self {
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
    /// use taskmock::conformance::Exchange;
    /// let exchange = Exchange { method: "GET".into(), target: "/tasks/T-1".into(), ..Exchange::default() };
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
    pub(crate) fn new(kind: Kind, subject: String) -> Self {
        Results {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            generator_version: GENERATOR_VERSION,
            kind,
            subject,
            cases: Vec::new(),
            random: Tally::default(),
            facts: BTreeMap::new(),
        }
    }

    /// Takes in what came of a case. Of random cases only those that fail are kept.
    pub(crate) fn add(&mut self, result: CaseResult) {
        for fact in &result.facts {
            match self.facts.get_mut(fact) {
                Some(tally) => tally.count(&result.verdict),
                None => self.facts.entry(fact.clone()).or_default().count(&result.verdict),
            }
        }
        if result.is_random() {
            self.random.count(&result.verdict);
            if result.failure().is_none() || self.cases.len() >= self.random_failures_end() {
                return;
            }
        }
        self.cases.push(result);
    }

    /// How long the list may be with random failures in it.
    fn random_failures_end(&self) -> usize {
        self.cases.iter().filter(|result| !result.is_random()).count() + MOST_RANDOM_FAILURES
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
        let mut tally = self.random;
        self.cases.iter().filter(|result| !result.is_random()).for_each(|result| tally.count(&result.verdict));
        tally
    }

    /// Takes in the results of another shard of the same run.
    ///
    /// # Errors
    ///
    /// Results of another kind, of another version of taskmock, or of cases that these hold already.
    ///
    /// ```
    /// # fn merged(mut first: taskmock::conformance::Results, second: taskmock::conformance::Results) -> Result<(), String> {
    /// first.merge(second)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn merge(&mut self, other: Results) -> Result<(), String> {
        let of = |results: &Results| (results.kind, results.version.clone(), results.generator_version);
        if of(self) != of(&other) {
            return Err(format!(
                "they are of a {} by taskmock {}, the others of a {} by taskmock {}; run all shards with one version",
                other.kind, other.version, self.kind, self.version
            ));
        }
        let ours: BTreeSet<&str> = self.cases.iter().map(|result| result.id.as_str()).collect();
        if let Some(twice) = other.cases.iter().find(|result| ours.contains(result.id.as_str())) {
            return Err(format!("{} is in both; give each shard once", twice.id));
        }
        for (fact, tally) in other.facts {
            self.facts.entry(fact).or_default().add(tally);
        }
        self.random.add(other.random);
        self.cases.extend(other.cases);
        Ok(())
    }

    /// The facts that were exercised, and those that were not although some case for this kind
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
        super::suite::facts_of(self.kind).iter().copied().partition(is_exercised)
    }
}
