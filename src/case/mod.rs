//! Cases: given a state, when an input, then an answer. By hand out of the catalogue, or random from a
//! seed; and body samples, which are responses on the wire.

mod ask;
mod body;
mod by_id;
mod catalogue;
mod check;
mod difference;
mod level;
mod mismatch;
mod name;
mod sketch;

pub use ask::Ask;
pub use body::{BodySample, Reading, body_catalogue, named_body, random_body};
pub use by_id::{ForOperation, for_operation};
pub use catalogue::{Catalogue, GENERATOR_VERSION, catalogue, named, random, raw_requests};
pub use difference::Difference;
pub use level::{Level, LevelError};
pub use mismatch::Mismatch;

#[cfg(feature = "fixtures")]
pub(crate) use ask::headers;
pub(crate) use ask::raw_request;
#[cfg(feature = "conformance")]
pub(crate) use body::Absent;
#[cfg(feature = "proptest")]
pub(crate) use body::SketchedBody;
pub(crate) use body::ways::{Field, FieldKind, field};
#[cfg(feature = "proptest")]
pub(crate) use body::ways::{Way, ways};
#[cfg(feature = "proptest")]
pub(crate) use catalogue::sketched;
pub(crate) use catalogue::{Paging, Source};
#[cfg(feature = "conformance")]
pub(crate) use catalogue::{asks_for_a_body, random_named};
#[cfg(feature = "conformance")]
pub(crate) use check::value_of;
#[cfg(feature = "fixtures")]
pub(crate) use mismatch::ShownFact;
pub(crate) use mismatch::{shown, shown_facts, tell};
#[cfg(feature = "proptest")]
pub(crate) use sketch::Sketched;
pub(crate) use sketch::{Kind, Simpler, Sketch, fewer};

use std::borrow::Cow;
use std::fmt::{self, Debug, Write as _};

use serde::Serialize;

use crate::backend::Backend;
use crate::clock::Timestamp;
use crate::dialect::Dialect;
use crate::fact::Fact;
use crate::fault::{Fault, RawResponse};
use crate::format::{DecodeError, Format};
use crate::http::{Request, Response};
use crate::operation::{ErrorParts, Operation, OperationInput, OperationOutput};
use crate::seed::Seed;
use crate::service_error::ServiceError;
use crate::services::State;

/// One exchange: *given* a state, *when* an input, *then* an answer, and the facts that it shows.
///
/// It comes from the catalogue, whose expectations are written by hand, or from a seed. Its `Debug`
/// is what a person needs when it fails: its name, the facts with their sources, the request as a
/// curl line, the bytes of the answer, and the line that makes it again.
///
/// ```
/// use taskmock::{Format, case, ehpc::list_tasks::Input};
/// let case = case::named::<Input>("page_size.max_plus_1", Format::Json).unwrap();
/// assert_eq!(case.input().page_size, Some(51));
/// assert_eq!(case.then.as_ref().unwrap_err().code, "InvalidParams");
/// assert!(case.facts.contains(&"ehpc.list_tasks.page_size.max"));
///
/// let mut backend = case.backend();
/// let response = backend.respond(&case.request());
/// case.check(case.read(&response)?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Case<I: OperationInput> {
    /// Its name, by which [`named`] finds it.
    pub name: String,
    /// The ids of the facts that it shows, at least one; the first is the one that it is about.
    pub facts: Vec<&'static str>,
    /// What it is like.
    pub class: Class,
    /// The encoding that is asked for.
    pub format: Format,
    /// The state that it is asked of.
    pub given: State,
    /// What is asked. [`input`](Case::input) is the input itself.
    pub when: Ask<I>,
    /// The answer, or the refusal. Request ids are those of the first request.
    pub then: Result<I::Output, ServiceError>,
    /// What the state holds once the request was answered, if the operation changes it: a refusal
    /// leaves it as it was. `None` for an operation that reads.
    pub after: Option<Box<State>>,
    /// Whether body samples are made of its answer.
    pub(crate) makes_bodies: bool,
}

/// What a case or a body is like.
///
/// ```
/// assert_eq!(taskmock::case::Class::Edge.to_string(), "edge");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Nothing is special about it.
    Valid,
    /// At or over a bound, refused, empty, or with a text that hurts.
    Edge,
    /// In a reading of the documents that is not the default.
    Dialect,
    /// Not what any document describes.
    Malformed,
}

impl Class {
    /// Every class.
    ///
    /// ```
    /// assert_eq!(taskmock::case::Class::ALL.len(), 4);
    /// ```
    pub const ALL: &'static [Class] = &[Class::Valid, Class::Edge, Class::Dialect, Class::Malformed];
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Class::Valid => "valid",
            Class::Edge => "edge",
            Class::Dialect => "dialect",
            Class::Malformed => "malformed",
        })
    }
}

/// A request as a line for a shell.
pub(crate) fn curl<'a>(
    method: &str,
    url: &str,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
    body: &str,
) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let mut line = String::from("curl -i ");
    if method != "GET" {
        let _ = write!(line, "-X {method} ");
    }
    line.push_str(&quoted(url));
    for (name, value) in headers {
        let _ = write!(line, " -H {}", quoted(&format!("{name}: {value}")));
    }
    if !body.is_empty() {
        let _ = write!(line, " --data-binary {}", quoted(body));
    }
    line
}

impl<I: OperationInput> Case<I> {
    /// A case that is to be told what it shows and expects.
    pub(crate) fn named(name: impl Into<String>, format: Format, given: State, when: I) -> CaseWithoutAnswer<I> {
        CaseWithoutAnswer::new(name.into(), Class::Valid, format, given, Ask::Input(when))
    }

    /// The same for a raw request, which is an edge.
    pub(crate) fn raw(name: &str, format: Format, given: State, request: Request) -> CaseWithoutAnswer<I> {
        CaseWithoutAnswer::new(name::of_raw_request(name), Class::Edge, format, given, Ask::Raw(Box::new(request)))
    }

    /// The operation.
    ///
    /// ```
    /// use taskmock::{Format, case, ack::describe_task_info::Input};
    /// assert_eq!(case::catalogue::<Input>(Format::Xml)[0].operation().name, "DescribeTaskInfo");
    /// ```
    pub fn operation(&self) -> &'static Operation {
        I::OPERATION
    }

    /// A backend in the given state.
    ///
    /// ```
    /// use taskmock::{Format, case, ehpc::list_tasks::Input};
    /// let case = &case::catalogue::<Input>(Format::Json)[0];
    /// assert_eq!(case.backend().state().clock, case.given.clock);
    /// ```
    pub fn backend(&self) -> Backend {
        Backend::new(self.given.clone())
    }

    /// The request, unsigned.
    ///
    /// ```
    /// use taskmock::{Format, case, ehpc::list_tasks::Input};
    /// let case = case::named::<Input>("page_number.max", Format::Json).unwrap();
    /// assert!(case.request().uri().query().unwrap().contains("PageNumber=999"));
    /// ```
    pub fn request(&self) -> Request {
        match &self.when {
            Ask::Input(input) => input.request(self.format),
            Ask::Raw(request) => request.as_ref().clone(),
        }
    }

    /// Reads a response as a client should, in the dialect of the given state.
    ///
    /// # Errors
    ///
    /// A body that is neither an answer nor a refusal.
    ///
    /// ```
    /// use taskmock::{Format, case, ehpc::list_tasks::Input};
    /// let case = case::named::<Input>("error.db_error", Format::Xml).unwrap();
    /// let read = case.read(&case.backend().respond(&case.request()))?;
    /// assert_eq!(read.unwrap_err().status, 406);
    /// # Ok::<(), taskmock::DecodeError>(())
    /// ```
    pub fn read(&self, response: &Response) -> Result<Result<I::Output, ServiceError>, DecodeError> {
        let id = response.headers().get(self.operation().protocol().request_id_header);
        let parts = ErrorParts {
            status: response.status().as_u16(),
            header_id: id.and_then(|id| id.to_str().ok()).unwrap_or(""),
            body: response.body(),
            format: self.format,
        };
        read::<I>(&parts, &self.given.dialect)
    }

    /// Whether it is answered in a shape that only a client of its dialect reads.
    #[cfg(any(feature = "conformance", feature = "proptest"))]
    pub(crate) fn has_other_shape(&self) -> bool {
        self.given.dialect.changes_shape()
    }

    /// Has body samples made of the answer; of several such cases, the first that can show a way does.
    /// The input of the first gets the bodies.
    pub(crate) fn makes_bodies(mut self) -> Self {
        self.makes_bodies = true;
        self
    }

    /// The code of the refusal; `None` if the case is answered.
    pub(crate) fn refusal_code(&self) -> Option<&str> {
        self.then.as_ref().err().map(|refused| refused.code.as_str())
    }

    /// The request id of the first request.
    fn first_id(&self) -> String {
        match self.given.request_ids.get(I::ID).and_then(|ids| ids.front()) {
            Some(id) if self.then.is_ok() => id.clone(),
            _ => (self.operation().protocol().request_id)(self.given.seed, self.given.requests),
        }
    }

    /// The request as a line for a shell.
    ///
    /// ```
    /// use taskmock::{Format, case, ack::describe_task_info::Input};
    /// let case = case::named::<Input>("task_id.unknown", Format::Xml).unwrap();
    /// assert_eq!(
    ///     case.curl("http://127.0.0.1:8080"),
    ///     "curl -i 'http://127.0.0.1:8080/tasks/T-unknown' -H 'accept: application/xml' -H 'x-acs-version: 2015-12-15'",
    /// );
    /// ```
    pub fn curl(&self, base_url: &str) -> String {
        let request = self.request();
        let headers: Vec<(&str, Cow<'_, str>)> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
            .collect();
        let headers = headers.iter().map(|(name, value)| (*name, value.as_ref()));
        let url = format!("{base_url}{}", request.uri());
        curl(request.method().as_str(), &url, headers, &String::from_utf8_lossy(request.body()))
    }

    /// The line of Rust that makes this case again, on any machine.
    ///
    /// ```
    /// use taskmock::{Format, case, dws::list_logical_cluster_tasks::Input};
    /// assert_eq!(
    ///     case::catalogue::<Input>(Format::Json)[0].replay(),
    ///     r#"taskmock::case::named::<taskmock::dws::list_logical_cluster_tasks::Input>("empty", taskmock::Format::Json)"#,
    /// );
    /// ```
    pub fn replay(&self) -> String {
        replay::<I>("named", &self.name, self.format)
    }
}

impl<I: Catalogue> Case<I> {
    /// Expects the request id of the first request, and the ids of the first submission.
    fn with_first_ids(mut self) -> Self {
        let (id, fresh) = (self.first_id(), self.given.fresh());
        match &mut self.then {
            Ok(output) => {
                if let Some(place) = output.request_id_mut() {
                    *place = id;
                }
                I::submits(output, self.after.as_deref_mut(), fresh);
            }
            Err(refused) => refused.request_id = id,
        }
        self
    }

    /// With other ids.
    pub(crate) fn with_seed(mut self, seed: Seed) -> Self {
        self.given.seed = seed;
        self.with_first_ids()
    }
}

/// Reads a response as a client of a dialect should.
fn read<I: OperationInput>(
    response: &ErrorParts<'_>,
    dialect: &Dialect,
) -> Result<Result<I::Output, ServiceError>, DecodeError> {
    match response.status {
        200..=299 => I::Output::decode(response.body, response.format, dialect).map(Ok),
        _ => (I::OPERATION.protocol().read_error)(response).map(Err),
    }
}

/// The line of Rust that makes a case or a body sample again, by a function of this module.
fn replay<I: OperationInput>(function: &str, name: &str, format: Format) -> String {
    let path = I::ID.replace('.', "::");
    format!("taskmock::case::{function}::<taskmock::{path}::Input>({name:?}, taskmock::Format::{format:?})")
}

/// Status, code and message of a refusal, in a table of cases.
pub(crate) type Refusal<'a> = (u16, &'a str, &'a str);

/// The ids of facts, in a table of cases.
pub(crate) type Facts = &'static [&'static str];

/// A case that lacks only what it expects.
pub(crate) struct CaseWithoutAnswer<I> {
    name: String,
    facts: Vec<&'static str>,
    class: Class,
    format: Format,
    given: State,
    when: Ask<I>,
    after: Option<Box<State>>,
}

impl<I: OperationInput> CaseWithoutAnswer<I> {
    fn new(name: String, class: Class, format: Format, given: State, when: Ask<I>) -> Self {
        CaseWithoutAnswer { name, facts: Vec::new(), class, format, given, when, after: None }
    }

    /// Names the facts that it shows: ids of the operation without its name in front, or whole ids
    /// of a protocol. One that does not exist is kept, for a test to find.
    pub(crate) fn shows(mut self, facts: &[&'static str]) -> Self {
        for id in facts {
            let is_meant =
                |fact: &&Fact| fact.id.strip_prefix(I::ID).and_then(|rest| rest.strip_prefix('.')) == Some(*id);
            let id = I::OPERATION.facts.iter().find(is_meant).map_or(*id, |fact| fact.id);
            if !self.facts.contains(&id) {
                self.facts.push(id);
            }
        }
        self
    }

    /// Names the facts that it shows by their whole ids, which the caller knows to exist.
    pub(crate) fn with_facts(mut self, facts: Vec<&'static str>) -> Self {
        self.facts = facts;
        self
    }

    pub(crate) fn class(mut self, class: Class) -> Self {
        self.class = class;
        self
    }
}

impl<I: Catalogue> CaseWithoutAnswer<I> {
    /// Expects a refusal, which makes the case an edge, and changes nothing.
    pub(crate) fn refuses(mut self, status: u16, code: &str, message: &str) -> Case<I> {
        if self.class == Class::Valid {
            self.class = Class::Edge;
        }
        if !I::OPERATION.is_read() {
            self.after = Some(Box::new(self.given.clone()));
        }
        self.then(Err(ServiceError::new(status, code, message)))
    }

    /// Expects the state to hold this once the request was answered.
    pub(crate) fn leaves(mut self, after: State) -> Self {
        self.after = Some(Box::new(after));
        self
    }

    fn then(self, then: Result<I::Output, ServiceError>) -> Case<I> {
        let CaseWithoutAnswer { name, facts, class, format, given, when, after } = self;
        Case { name, facts, class, format, given, when, then, after, makes_bodies: false }.with_first_ids()
    }

    /// Expects an answer; one that lists nothing makes the case an edge.
    pub(crate) fn answers(mut self, then: I::Output) -> Case<I> {
        if self.class == Class::Valid && I::is_empty(&then) {
            self.class = Class::Edge;
        }
        self.then(Ok(then))
    }
}

impl State {
    /// A state with a clock, for a case.
    pub(crate) fn at(clock: Timestamp) -> State {
        State { clock: clock.into(), ..State::default() }
    }

    /// With a fault that every call of an operation meets, so that a client that asks again sees it too.
    pub(crate) fn failing(mut self, operation: &str, fault: Fault) -> State {
        self.faults.push(fault.on(operation).always());
        self
    }

    /// With an error that every call of an operation is answered with.
    pub(crate) fn refusing(self, operation: &str, code: &str) -> State {
        self.failing(operation, Fault::error(code))
    }

    /// With a response that every call of an operation is answered with.
    pub(crate) fn answering(self, operation: &str, response: RawResponse) -> State {
        self.failing(operation, Fault::response(response))
    }
}

impl<I: OperationInput> Serialize for Case<I> {
    /// As `kind` (`case`), `name`, `operation`, `class`, `format`, `facts` with their sources,
    /// `given`, `when`, the `request`, `then` with an `output` or an `error`, and `after` if the
    /// operation changes the state.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        #[derive(Serialize)]
        #[serde(rename_all = "lowercase")]
        enum Then<'a, O> {
            Output(&'a O),
            Error(&'a ServiceError),
        }
        let then = match &self.then {
            Ok(output) => Then::Output(output),
            Err(refused) => Then::Error(refused),
        };
        let mut fields = serializer.serialize_struct("Case", 11)?;
        fields.serialize_field("kind", "case")?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("operation", I::ID)?;
        fields.serialize_field("class", &self.class)?;
        fields.serialize_field("format", &self.format)?;
        fields.serialize_field("facts", &shown_facts(&self.facts))?;
        fields.serialize_field("given", &self.given)?;
        fields.serialize_field("when", &self.when)?;
        fields.serialize_field("request", &ask::parts(&self.request()))?;
        fields.serialize_field("then", &then)?;
        match &self.after {
            Some(after) => fields.serialize_field("after", after)?,
            None => fields.skip_field("after")?,
        }
        fields.end()
    }
}

impl<I: OperationInput> Debug for Case<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "case {} of {}, {}", self.name, I::ID, self.format)?;
        writeln!(f, "  request  {}", shown(self.curl("http://127.0.0.1:8080").as_bytes()))?;
        let response = self.backend().respond(&self.request());
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("");
        writeln!(f, "  response {} {kind}", response.status().as_u16())?;
        writeln!(f, "  body     {}", shown(response.body()))?;
        write!(f, "  replay   {}", self.replay())?;
        tell(f, &self.facts)
    }
}

/// The error row of an operation by its code, as a client sees it when a fault answers with it.
pub(crate) fn fault_refusal(operation: &Operation, code: &str) -> Option<ServiceError> {
    let row = operation.error(code)?;
    let argument = if row.argument.is_empty() { operation.parameters.first()?.name } else { row.argument };
    let fill = |template: &str| template.replace("%s", argument);
    Some(ServiceError::new(row.status, &fill(row.code), &fill(row.message)))
}
