//! Fixtures: one file for each case, the same bytes for the same generator version and seed.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::backend::Backend;
use crate::case::{
    BodySample, Case, Catalogue, ForOperation, GENERATOR_VERSION, Reading, body_catalogue, catalogue, for_operation,
    random, raw_requests,
};
use crate::fault::{RawBody, RawResponse};
use crate::format::{Format, indent};
use crate::http::Request;
use crate::operation::Operation;
use crate::seed::Seed;
use crate::service_error::ServiceError;
use crate::services::{State, operation, operations};
use crate::shard::Shard;

/// Which cases to write as files: by default the whole catalogue of every operation in every
/// encoding, every response sample, and 20 random cases of each operation.
///
/// Each case and each [`BodySample`](crate::case::BodySample) is one file `OPERATION/NAME.json`:
///
/// | field | holds |
/// |---|---|
/// | `id`, `kind` | `OPERATION/NAME`, and `case` or `response` |
/// | `operation`, `class`, `facts` | which operation, how ordinary it is, and the facts with their sources |
/// | `given`, `input` | the state, and the parameters or the raw request; only of a case |
/// | `answers` | for each encoding, `json` and `xml`, an answer |
///
/// and each answer has
///
/// | field | holds |
/// |---|---|
/// | `request` | the request with its `method`, `target`, `headers` and `body`; only of a case |
/// | `response` | a [`RawResponse`]: the `status`, the `headers`, the `body` byte for byte, and how it is framed if that is not by its length |
/// | `after` | what the state shows afterwards, of a case that is about that |
/// | `expected_output` or `expected_error` | what a client has to make of the response to a case |
/// | `acceptable_outputs`, `error_is_acceptable` | what a sound client may make of a response sample; without outputs it has to be an error |
///
/// A body is a text, or `{"base64": "…"}` if it is not UTF-8. `case.schema.json` at the top is the JSON Schema of
/// these files, and `manifest.json` has the generator version, the seed, how many there are of each kind, and the
/// SHA-256 of every file.
///
/// The same [`GENERATOR_VERSION`](crate::case::GENERATOR_VERSION) and seed give the same bytes on every
/// machine.
///
/// ```
/// use taskmock::{Fixtures, Format};
/// let fixtures = Fixtures { formats: vec![Format::Xml], random: 0, ..Fixtures::default() };
/// let files = fixtures.of_operation("ehpc.list_tasks")?.files();
/// let case: serde_json::Value = serde_json::from_slice(&files["ehpc.list_tasks/empty.json"]).unwrap();
/// assert_eq!(case["answers"]["xml"]["expected_output"]["TotalCount"], 0);
/// # Ok::<(), taskmock::FixtureError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Fixtures {
    /// What the random cases are drawn from.
    pub seed: Seed,
    /// How many random cases there are of each operation.
    pub random: u64,
    /// The ids of the operations.
    pub operations: Vec<&'static str>,
    /// The encodings.
    pub formats: Vec<Format>,
    /// Which part of the work this is.
    pub shard: Shard,
    /// Who signs the requests; none: they are unsigned. Signatures are at the time of each case's
    /// clock, with its name as the nonce.
    #[cfg(feature = "signatures")]
    pub signed_by: Option<crate::signature::Credentials>,
}

impl Default for Fixtures {
    fn default() -> Self {
        Fixtures {
            seed: Seed(0),
            random: 20,
            operations: operations().map(|operation| operation.id).collect(),
            formats: Format::ALL.to_vec(),
            shard: Shard::default(),
            #[cfg(feature = "signatures")]
            signed_by: None,
        }
    }
}

/// An operation that does not exist.
///
/// ```
/// let error = taskmock::Fixtures::default().of_operation("ehpc.list_clusters").unwrap_err();
/// assert!(error.to_string().starts_with("`ehpc.list_clusters` is no operation; there are ehpc.list_tasks,"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixtureError(String);

impl fmt::Display for FixtureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FixtureError {}

impl Fixtures {
    /// Only the cases of one operation.
    ///
    /// # Errors
    ///
    /// An unknown operation; the error lists those that exist.
    ///
    /// ```
    /// let fixtures = taskmock::Fixtures::default().of_operation("ack.describe_task_info")?;
    /// assert_eq!(fixtures.operations, ["ack.describe_task_info"]);
    /// # Ok::<(), taskmock::FixtureError>(())
    /// ```
    pub fn of_operation(mut self, id: &str) -> Result<Self, FixtureError> {
        let Some(operation) = operation(id) else {
            let ids: Vec<&str> = operations().map(|operation| operation.id).collect();
            return Err(FixtureError(format!("`{id}` is no operation; there are {}", ids.join(", "))));
        };
        self.operations = vec![operation.id];
        Ok(self)
    }

    /// The request of a case, signed if somebody signs. A request to the letter stays as it is.
    fn request<I: Catalogue>(&self, case: &Case<I>) -> Request {
        #[cfg(feature = "signatures")]
        if let Some(user) = self.signed_by.as_ref().filter(|_| !case.is_raw()) {
            return user.sign(case.request(), case.operation().protocol().algorithm, case.given.now(), &case.name);
        }
        case.request()
    }

    /// Every file with its content, `manifest.json` included.
    ///
    /// ```
    /// let files = taskmock::Fixtures { random: 2, ..Default::default() }.files();
    /// assert!(files.contains_key("manifest.json"));
    /// assert!(files.contains_key("dws.list_logical_cluster_tasks/offset.max.json"));
    /// ```
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let done = self.each_file(|path, content| {
            files.insert(path.to_owned(), content.to_vec());
            Ok::<(), std::convert::Infallible>(())
        });
        match done {
            Ok(()) => files,
            Err(never) => match never {},
        }
    }

    /// Makes one file after the other and gives its path, with `/` between its parts, and its content to `take`:
    /// `case.schema.json` first, `manifest.json` last. Only the paths and the hashes are kept, so that any number
    /// of random cases can be written.
    ///
    /// # Errors
    ///
    /// The first error of `take`, after which no more files are made.
    ///
    /// ```
    /// let mut paths = Vec::new();
    /// taskmock::Fixtures { random: 3, ..Default::default() }.each_file(|path, _| {
    ///     paths.push(path.to_owned());
    ///     Ok::<(), ()>(())
    /// })?;
    /// assert_eq!(paths.last().map(String::as_str), Some("manifest.json"));
    /// # Ok::<(), ()>(())
    /// ```
    pub fn each_file<E>(&self, mut take: impl FnMut(&str, &[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut hashes = BTreeMap::new();
        let mut counts = BTreeMap::new();
        let mut keep = |path: &str, content: &[u8]| {
            hashes.insert(path.to_owned(), sha256(content));
            take(path, content)
        };
        keep(SCHEMA, include_bytes!("fixture/case.schema.json"))?;
        for id in &self.operations {
            let files = Files { fixtures: self, take: &mut keep, counts: Counts::default() };
            if let Some(written) = for_operation(id, files) {
                counts.insert(*id, written?);
            }
        }
        let manifest = Manifest {
            about: "Written by `taskmock regenerate`, never by hand.",
            generator_version: GENERATOR_VERSION,
            seed: self.seed,
            random: self.random,
            shard: (self.shard != Shard::default()).then(|| self.shard.to_string()),
            counts,
            files: hashes,
        };
        take(MANIFEST, &pretty(&manifest))
    }
}

/// The names of the files at the top.
const MANIFEST: &str = "manifest.json";
const SCHEMA: &str = "case.schema.json";

#[derive(Serialize)]
struct Manifest<'a> {
    about: &'static str,
    generator_version: u32,
    seed: Seed,
    random: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    /// How many files there are of each operation.
    counts: BTreeMap<&'a str, Counts>,
    files: BTreeMap<String, String>,
}

/// How many files there are of each kind.
#[derive(Default, Serialize)]
struct Counts {
    cases: usize,
    responses: usize,
    random: usize,
}

/// The SHA-256 of some bytes, in hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn pretty(value: &impl Serialize) -> Vec<u8> {
    // In two steps, because serde_json leaves a text that is JSON in itself as it is.
    let json = serde_json::to_string(value).expect("plain data");
    format!("{}\n", indent(&json)).into_bytes()
}

/// Makes the files of one operation.
struct Files<'a, F> {
    fixtures: &'a Fixtures,
    take: F,
    counts: Counts,
}

impl<E, F: FnMut(&str, &[u8]) -> Result<(), E>> ForOperation for Files<'_, F> {
    type Output = Result<Counts, E>;

    fn run<I: Catalogue>(mut self) -> Result<Counts, E> {
        let asked = &self.fixtures.formats;
        let formats: Vec<Format> =
            I::OPERATION.formats.iter().copied().filter(|format| asked.contains(format)).collect();
        let mut place = 0;
        let mut is_here = || {
            place += 1;
            self.fixtures.shard.has(place - 1)
        };
        for listed in [catalogue::<I>, raw_requests::<I>] {
            for cases in by_name(formats.iter().flat_map(|format| listed(*format)), |case| &case.name) {
                if is_here() {
                    self.counts.cases += 1;
                    let (path, content) = self.fixtures.case(&cases);
                    (self.take)(&path, &content)?;
                }
            }
        }
        for samples in by_name(formats.iter().flat_map(|format| body_catalogue::<I>(*format)), |body| &body.name) {
            if is_here() {
                self.counts.responses += 1;
                let (path, content) = sample(&samples);
                (self.take)(&path, &content)?;
            }
        }
        for number in 0..self.fixtures.random {
            if is_here() {
                self.counts.random += 1;
                let seed = Seed(self.fixtures.seed.number(number));
                let cases: Vec<Case<I>> = formats.iter().map(|format| random(seed, *format)).collect();
                let (path, content) = self.fixtures.case(&cases);
                (self.take)(&path, &content)?;
            }
        }
        Ok(self.counts)
    }
}

impl Fixtures {
    /// The file of a case, given once for each encoding; at least once.
    fn case<I: Catalogue>(&self, cases: &[Case<I>]) -> (String, Vec<u8>) {
        let first = &cases[0];
        let answer = |case: &Case<I>| {
            let request = self.request(case);
            let response = Backend::new(case.given.clone()).respond(&request);
            let answer = Answer {
                // A text that XML cannot carry makes another state.
                given: (case.given != first.given).then(|| case.given.clone()),
                request: Some(WrittenRequest::from(&request)),
                response: RawResponse::from(&response),
                expected_output: case.then.as_ref().ok().cloned(),
                expected_error: case.then.as_ref().err().cloned(),
                acceptable: None,
                after: case.after.as_deref().cloned(),
            };
            (case.format.to_string(), answer)
        };
        file(&Written::<I, _> {
            id: format!("{}/{}", I::ID, first.name),
            kind: "case",
            operation: Of::from(I::OPERATION),
            class: first.class.to_string(),
            facts: crate::case::shown_facts(&first.facts),
            given: Some(&first.given),
            input: Some(&first.when),
            answers: cases.iter().map(answer).collect(),
        })
    }
}

/// The file of a response sample, given once for each encoding; at least once.
fn sample<I: Catalogue>(samples: &[BodySample<I>]) -> (String, Vec<u8>) {
    let first = &samples[0];
    let answer = |sample: &BodySample<I>| {
        let answer = Answer {
            given: None,
            request: None,
            response: sample.response.clone(),
            expected_output: None,
            expected_error: None,
            acceptable: Some(sample.then.clone()),
            after: None,
        };
        (sample.format.to_string(), answer)
    };
    file(&Written::<I, ()> {
        id: format!("{}/{}", I::ID, first.name),
        kind: "response",
        operation: Of::from(I::OPERATION),
        class: first.class.to_string(),
        facts: crate::case::shown_facts(&first.facts),
        given: None,
        input: None,
        answers: samples.iter().map(answer).collect(),
    })
}

fn file<I: Catalogue, A: Serialize>(written: &Written<'_, I, A>) -> (String, Vec<u8>) {
    (format!("{}.json", written.id), pretty(written))
}

/// Groups what has one name, in the order in which the names come first.
fn by_name<T>(listed: impl Iterator<Item = T>, name: impl Fn(&T) -> &String) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for item in listed {
        let place = *places.entry(name(&item).clone()).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(item);
    }
    groups
}

/// What a file holds.
#[derive(Serialize)]
#[serde(bound = "A: Serialize")]
struct Written<'a, I: Catalogue, A> {
    id: String,
    kind: &'static str,
    operation: Of,
    class: String,
    facts: Vec<crate::case::ShownFact>,
    /// None of a response sample, which is answered whatever is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<&'a State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'a A>,
    answers: BTreeMap<String, Answer<I::Output>>,
}

/// A response in one encoding, and what to make of it.
#[derive(Serialize)]
struct Answer<O: Serialize> {
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<WrittenRequest>,
    response: RawResponse,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_output: Option<O>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_error: Option<ServiceError>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    acceptable: Option<Reading<O>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<State>,
}

/// A request as plain data.
#[derive(Serialize)]
struct WrittenRequest {
    method: String,
    target: String,
    headers: serde_json::Map<String, serde_json::Value>,
    body: RawBody,
}

impl From<&Request> for WrittenRequest {
    fn from(request: &Request) -> Self {
        WrittenRequest {
            method: request.method().to_string(),
            target: request.uri().to_string(),
            headers: crate::case::headers(request.headers()),
            body: RawBody::of(request.body()),
        }
    }
}

/// The operation that a case is of.
#[derive(Serialize)]
struct Of {
    id: &'static str,
    name: &'static str,
    version: &'static str,
}

impl From<&'static Operation> for Of {
    fn from(operation: &'static Operation) -> Self {
        Of { id: operation.id, name: operation.name, version: operation.service.version }
    }
}
