//! Fixtures: cases as files, the same bytes for the same generator version and seed.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::backend::Backend;
use crate::case::{
    BodySample, Case, Catalogue, ForOperation, GENERATOR_VERSION, body_catalogue, catalogue, for_operation, random,
    raw_requests,
};
use crate::format::Format;
use crate::http::{Request, Response};
use crate::operation::Operation;
use crate::seed::Seed;
use crate::services::{State, operation, operations};
use crate::shard::Shard;

/// Which cases to write as files: by default the whole catalogue of every operation in every
/// encoding, and 20 random cases of each operation.
///
/// Each case is a folder `OPERATION/NAME`:
///
/// | file | holds |
/// |---|---|
/// | `case.json` | `id`, `operation`, `class`, `facts` with their sources, `given` (a state), `input`, and for each encoding under `answers` the `request`, the expected `status`, `headers`, and the decoded `output` or `error` |
/// | `request.http` | the request, in JSON where the operation has it, as it stands on the wire |
/// | `response.json`, `response.xml` | the body of the response in each encoding, as it stands on the wire |
///
/// The folder of a [`BodySample`](crate::Body) has no request, `given` or `input`: each answer has the
/// `outputs` that a sound client may make of the body, and `may_be_error`, whether it may say that it
/// cannot read it (it has to, if there are no outputs).
///
/// `manifest.json` at the top has the generator version, the seed, and the SHA-256 of every file.
///
/// The same [`GENERATOR_VERSION`](crate::GENERATOR_VERSION) and seed give the same bytes on every
/// machine.
///
/// ```
/// use taskmock::{Fixtures, Format};
/// let fixtures = Fixtures { formats: vec![Format::Xml], random: 0, ..Fixtures::default() };
/// let files = fixtures.of_operation("ehpc.list_tasks")?.files();
/// let body = &files["ehpc.list_tasks/empty/response.xml"];
/// assert!(body.ends_with(b"<TotalCount>0</TotalCount></ListTasksResponse>"));
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

/// Files by their path, with `/` between its parts.
type Files = BTreeMap<String, Vec<u8>>;

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
    /// assert!(files.contains_key("dws.list_logical_cluster_tasks/offset.max/case.json"));
    /// ```
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = Files::new();
        let done = self.each_folder(|folder| {
            files.append(folder);
            Ok::<(), std::convert::Infallible>(())
        });
        match done {
            Ok(()) => files,
            Err(never) => match never {},
        }
    }

    /// Makes the files of one case after the other and gives each case's to `take`, the file
    /// `manifest.json` alone and last. Only the paths and the hashes are kept, so that any number of
    /// random cases can be written.
    ///
    /// # Errors
    ///
    /// The first error of `take`, after which no more files are made.
    ///
    /// ```
    /// let mut paths = Vec::new();
    /// taskmock::Fixtures { random: 3, ..Default::default() }.each_folder(|files| {
    ///     paths.extend(files.keys().cloned());
    ///     Ok::<(), ()>(())
    /// })?;
    /// assert_eq!(paths.last().map(String::as_str), Some("manifest.json"));
    /// # Ok::<(), ()>(())
    /// ```
    pub fn each_folder<E>(
        &self,
        mut take: impl FnMut(&mut BTreeMap<String, Vec<u8>>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut hashes = BTreeMap::new();
        for id in &self.operations {
            let take = |files: &mut Files| {
                hashes.extend(files.iter().map(|(path, content)| (path.clone(), sha256(content))));
                take(files)
            };
            let folders = Folders { fixtures: self, files: Files::new(), take, error: None };
            for_operation(id, folders).unwrap_or(Ok(()))?;
        }
        let manifest = Manifest {
            about: "Written by `taskmock regenerate`, never by hand.",
            generator_version: GENERATOR_VERSION,
            seed: self.seed,
            random: self.random,
            shard: (self.shard != Shard::default()).then(|| self.shard.to_string()),
            files: hashes,
        };
        take(&mut [(MANIFEST.to_owned(), pretty(&manifest))].into())
    }
}

/// The name of the file at the top.
const MANIFEST: &str = "manifest.json";

#[derive(Serialize)]
struct Manifest {
    about: &'static str,
    generator_version: u32,
    seed: Seed,
    random: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    files: BTreeMap<String, String>,
}

/// The SHA-256 of some bytes, in hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(value).expect("plain data");
    json.push(b'\n');
    json
}

/// Makes the folders of one operation.
struct Folders<'a, F, E> {
    fixtures: &'a Fixtures,
    /// Those of the folder that is being made.
    files: Files,
    take: F,
    /// Why no more folders are made.
    error: Option<E>,
}

impl<E, F: FnMut(&mut Files) -> Result<(), E>> ForOperation for Folders<'_, F, E> {
    type Output = Result<(), E>;

    fn run<I: Catalogue>(mut self) -> Result<(), E> {
        let formats: Vec<Format> = operation(I::ID)
            .map(|operation| operation.formats.iter().copied().filter(|format| self.fixtures.formats.contains(format)))
            .into_iter()
            .flatten()
            .collect();
        let mut place = 0;
        self.add(&formats, &mut place, catalogue::<I>);
        self.add(&formats, &mut place, raw_requests::<I>);
        self.add_bodies::<I>(&formats, &mut place);
        for number in 0..self.fixtures.random {
            if self.error.is_some() {
                break;
            }
            let seed = Seed(self.fixtures.seed.number(number));
            if self.fixtures.shard.has(place) {
                let cases: Vec<Case<I>> = formats.iter().map(|format| random(seed, *format)).collect();
                self.folder(&cases);
            }
            place += 1;
        }
        self.error.map_or(Ok(()), Err)
    }
}

impl<E, F: FnMut(&mut Files) -> Result<(), E>> Folders<'_, F, E> {
    /// Hands out a folder that is complete.
    fn give(&mut self) {
        if self.error.is_none() {
            self.error = (self.take)(&mut self.files).err();
        }
        self.files.clear();
    }

    /// A folder for each name of a catalogue, which may be in one encoding or in both.
    fn add<I: Catalogue>(&mut self, formats: &[Format], place: &mut usize, listed: fn(Format) -> Vec<Case<I>>) {
        for cases in by_name(formats.iter().flat_map(|format| listed(*format)), |case| &case.name) {
            if self.fixtures.shard.has(*place) {
                self.folder(&cases);
            }
            *place += 1;
        }
    }

    /// A folder for each way in which a body can be.
    fn add_bodies<I: Catalogue>(&mut self, formats: &[Format], place: &mut usize) {
        let bodies = formats.iter().flat_map(|format| body_catalogue::<I>(*format));
        for bodies in by_name(bodies, |body| &body.name) {
            if self.fixtures.shard.has(*place) {
                self.folder_of_body(&bodies);
            }
            *place += 1;
        }
    }

    fn folder_of_body<I: Catalogue>(&mut self, bodies: &[BodySample<I>]) {
        let Some(first) = bodies.first() else { return };
        let folder = format!("{}/{}", I::ID, first.name);
        let mut answers = serde_json::Map::new();
        for body in bodies {
            let answer = json!({
                "status": 200,
                "headers": { "content-type": body.content_type },
                "outputs": body.then.outputs,
                "may_be_error": body.then.error,
            });
            answers.insert(body.format.to_string(), answer);
            self.files.insert(format!("{folder}/response.{}", body.format), body.bytes.clone());
        }
        let written: Written<'_, ()> = Written {
            id: &folder,
            operation: operation(I::ID).map(Of::from),
            class: first.class.to_string(),
            facts: crate::case::shown_facts(&first.facts),
            given: None,
            input: None,
            answers,
        };
        self.files.insert(format!("{folder}/case.json"), pretty(&written));
        self.give();
    }

    /// The folder of a case, given once for each encoding.
    fn folder<I: Catalogue>(&mut self, cases: &[Case<I>]) {
        let Some(first) = cases.first() else { return };
        let folder = format!("{}/{}", I::ID, first.name);
        let mut answers = serde_json::Map::new();
        let mut given = serde_json::Map::new();
        for case in cases {
            let request = self.fixtures.request(case);
            let response = Backend::new(case.given.clone()).respond(&request);
            let format = case.format.to_string();
            let mut answer = parts_of_response(&response);
            answer.insert("request".to_owned(), crate::case::parts(&request));
            match &case.then {
                Ok(output) => answer.insert("output".to_owned(), json!(output)),
                Err(refused) => answer.insert("error".to_owned(), json!(refused)),
            };
            // A text that XML cannot carry makes another state.
            if case.given != first.given {
                given.insert("given".to_owned(), json!(case.given));
            }
            answer.append(&mut given);
            answers.insert(format.clone(), Value::Object(answer));
            self.files.insert(format!("{folder}/response.{format}"), response.into_body().into());
        }
        let written = Written {
            id: &folder,
            operation: operation(I::ID).map(Of::from),
            class: first.class.to_string(),
            facts: crate::case::shown_facts(&first.facts),
            given: Some(&first.given),
            input: Some(&first.when),
            answers,
        };
        self.files.insert(format!("{folder}/case.json"), pretty(&written));
        self.files.insert(format!("{folder}/request.http"), on_the_wire(&self.fixtures.request(first)));
        self.give();
    }
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

/// What `case.json` holds.
#[derive(Serialize)]
struct Written<'a, I> {
    id: &'a str,
    operation: Option<Of>,
    class: String,
    facts: Vec<crate::case::ShownFact>,
    /// None of a body, which is answered whatever is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<&'a State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<&'a I>,
    answers: serde_json::Map<String, Value>,
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

fn parts_of_response(response: &Response) -> serde_json::Map<String, Value> {
    let mut parts = serde_json::Map::new();
    parts.insert("status".to_owned(), response.status().as_u16().into());
    parts.insert("headers".to_owned(), crate::case::headers(response.headers()).into());
    parts
}

/// A request as HTTP/1.1 has it.
fn on_the_wire(request: &Request) -> Vec<u8> {
    let mut text = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", request.method(), request.uri()).into_bytes();
    for (name, value) in request.headers().iter().filter(|(name, _)| *name != http::header::HOST) {
        text.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    if !request.body().is_empty() {
        text.extend(format!("content-length: {}\r\n", request.body().len()).bytes());
    }
    text.extend(b"\r\n");
    text.extend_from_slice(request.body());
    text
}
