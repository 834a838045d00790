//! Case: given a state, when an input, then an answer; and what a failed one says.

mod body;
mod by_id;
mod gateway;
#[cfg(feature = "proptest")]
mod hostile;
mod input;
mod level;
mod mismatch;
mod paging;
mod sketch;
mod strategy;

pub use body::{Body, Field, Reading};
pub use by_id::{ForOperation, for_operation};
pub use input::{Kind, OperationInput, OperationOutput, Wire};
pub use level::Level;
pub use mismatch::Mismatch;
pub use paging::Paging;
pub use sketch::Sketch;
pub use strategy::{
    GENERATOR_VERSION, body, body_catalogue, case, catalogue, random_body, random_case, wire_catalogue,
};

pub(crate) use body::{FieldKind, field};
pub(crate) use gateway::{alibaba as gateway_of_alibaba, huawei as gateway_of_huawei};
pub(crate) use input::wire;
#[cfg(feature = "fixtures")]
pub(crate) use input::{headers, parts};
#[cfg(feature = "fixtures")]
pub(crate) use mismatch::ShownFact;
pub(crate) use mismatch::{differences, shown, shown_facts, tell};
pub(crate) use sketch::fewer;
#[cfg(feature = "proptest")]
pub(crate) use strategy::{any_input, any_output};
#[cfg(feature = "proptest")]
pub use strategy::{bodies, cases, inputs, invalid_inputs, random_cases, requests, states};

use std::borrow::Cow;
use std::fmt::{self, Debug, Write as _};

use serde::Serialize;

use crate::backend::Backend;
use crate::clock::Timestamp;
use crate::format::{DecodeError, Format};
use crate::http::{Incoming, Request, Response, decode};
use crate::journal::Recorded;
use crate::operation::Operation;
use crate::protocol::Refused;
use crate::route::{Route, route};
use crate::seed::Seed;
use crate::services::{Armed, RawResponse, State, operation};

/// One exchange: *given* a state, *when* an input, *then* an answer, and the facts that it shows.
///
/// It comes from the catalogue, whose expectations are written by hand, or from a seed. Its `Debug`
/// is what a person needs when it fails: its name, the facts with their sources, the request as a
/// curl line, the bytes of the answer, and the line that makes it again.
///
/// ```
/// use taskmock::{Format, case, ehpc::list_tasks::Input};
/// let case = case::<Input>("page_size.max_plus_1", Format::Json).unwrap();
/// assert_eq!(case.when.page_size, Some(51));
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
    /// Its name, by which [`case`](crate::case) finds it.
    pub name: String,
    /// The ids of the facts that it shows, at least one; the first is the one that it is about.
    pub facts: Vec<&'static str>,
    /// What it is like.
    pub class: Class,
    /// The encoding that is asked for.
    pub format: Format,
    /// The state that it is asked of.
    pub given: State,
    /// What is asked.
    pub when: I,
    /// The answer, or the refusal. Request ids are those of the first request.
    pub then: Result<I::Output, Refused>,
}

/// What a case or a body is like.
///
/// ```
/// assert_eq!(taskmock::Class::Edge.to_string(), "edge");
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
    /// assert_eq!(taskmock::Class::ALL.len(), 4);
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

/// Parameters by name with what they are, if they are anything.
type Values = Vec<(&'static str, Option<String>)>;

/// The request id of what a client got, if it has a place for one.
fn request_id<O: OperationOutput>(got: &mut Result<O, Refused>) -> Option<&mut String> {
    match got {
        Ok(output) => output.request_id(),
        Err(refused) => Some(&mut refused.request_id),
    }
}

/// What a client gets, as a value with an `output` or an `error`, whose fields have the names that
/// they have in the protocol of `conformance`.
pub(crate) fn value_of<O: OperationOutput>(side: &Result<O, Refused>) -> serde_json::Value {
    match side {
        Ok(output) => serde_json::json!({ "output": output }),
        Err(refused) => serde_json::json!({ "error": {
            "http_status": refused.status,
            "code": refused.code,
            "message": refused.message,
            "request_id": refused.request_id,
        } }),
    }
}

/// As many requests of one exchange may draw a request id that [`Case::check`] takes: a client may
/// ask again.
const MOST_REQUESTS: u64 = 100;

impl<I: OperationInput> Case<I> {
    /// A case that is to be told what it shows and expects.
    pub(crate) fn named(name: impl Into<String>, format: Format, given: State, when: I) -> CaseWithoutAnswer<I> {
        CaseWithoutAnswer { name: name.into(), facts: Vec::new(), class: Class::Valid, format, given, when }
    }

    /// The operation.
    ///
    /// ```
    /// use taskmock::{Format, catalogue, ack::describe_task_info::Input};
    /// assert_eq!(catalogue::<Input>(Format::Xml)[0].operation().name, "DescribeTaskInfo");
    /// ```
    pub fn operation(&self) -> &'static Operation {
        operation(I::ID).expect("every Input is of a registered operation")
    }

    /// A backend in the given state.
    ///
    /// ```
    /// use taskmock::{Format, catalogue, ehpc::list_tasks::Input};
    /// let case = &catalogue::<Input>(Format::Json)[0];
    /// assert_eq!(case.backend().state().clock, case.given.clock);
    /// ```
    pub fn backend(&self) -> Backend {
        Backend::new(self.given.clone())
    }

    /// The request, unsigned.
    ///
    /// ```
    /// use taskmock::{Format, case, ehpc::list_tasks::Input};
    /// let case = case::<Input>("page_number.max", Format::Json).unwrap();
    /// assert!(case.request().uri().query().unwrap().contains("PageNumber=999"));
    /// ```
    pub fn request(&self) -> Request {
        self.when.request(self.format)
    }

    /// Reads a response as a client should, in the dialect of the given state.
    ///
    /// # Errors
    ///
    /// A body that is neither an answer nor a refusal.
    ///
    /// ```
    /// use taskmock::{Format, case, ehpc::list_tasks::Input};
    /// let case = case::<Input>("error.db_error", Format::Xml).unwrap();
    /// let read = case.read(&case.backend().respond(&case.request()))?;
    /// assert_eq!(read.unwrap_err().status, 406);
    /// # Ok::<(), taskmock::DecodeError>(())
    /// ```
    pub fn read(&self, response: &Response) -> Result<Result<I::Output, Refused>, DecodeError> {
        if response.status().is_success() {
            return I::Output::decode(response.body(), self.format, &self.given.dialect).map(Ok);
        }
        let protocol = self.operation().protocol;
        let id = response.headers().get(protocol.request_id_header()).and_then(|id| id.to_str().ok()).unwrap_or("");
        protocol.read_refusal(response.status().as_u16(), id, response.body(), self.format).map(Err)
    }

    /// Whether it is answered in a shape that only a client of its dialect reads.
    #[cfg(any(feature = "conformance", feature = "proptest"))]
    pub(crate) fn has_other_shape(&self) -> bool {
        self.given.dialect.changes_shape()
    }

    /// Whether a client got what it should have got.
    ///
    /// A request id may be that of any of the first 100 requests, so that a client may ask again. What
    /// your client does not tell (a message, an id) you take from `case.then`; for a client that cannot
    /// read an answer that it should, let the test fail with its own error.
    ///
    /// # Errors
    ///
    /// What is different, and everything that helps to see why.
    ///
    /// ```
    /// use taskmock::{Format, Refused, case, ehpc::list_tasks::Input};
    /// let case = case::<Input>("error.not_authorized", Format::Json).unwrap();
    /// let proxy = Refused::new(407, "ProxyAuthenticationRequired", "");
    /// let mismatch = case.check(Err(proxy)).unwrap_err().to_string();
    /// assert!(mismatch.contains(r#"error.code: expected "NotAuthorized", got "ProxyAuthenticationRequired""#));
    /// assert!(mismatch.contains("000, error codes"));
    /// ```
    pub fn check(&self, got: Result<I::Output, Refused>) -> Result<(), Mismatch> {
        let said = self.differences(got);
        if said.is_empty() {
            return Ok(());
        }
        Err(Mismatch(format!("the client's answer is not what the case says\n{said}{self:?}")))
    }

    /// A line for each leaf in which what a client got is not what it should have got.
    pub(crate) fn differences(&self, mut got: Result<I::Output, Refused>) -> String {
        if let Some(id) = request_id(&mut got)
            && self.is_drawn(id)
        {
            *id = self.first_id();
        }
        self.differences_but_for_the_id(&got)
    }

    /// The same for what a server of its own ids answered: any id will do, but not none.
    #[cfg(feature = "conformance")]
    pub(crate) fn differences_of_a_server(&self, mut got: Result<I::Output, Refused>) -> String {
        if let Some(id) = request_id(&mut got)
            && !id.is_empty()
        {
            *id = self.first_id();
        }
        self.differences_but_for_the_id(&got)
    }

    fn differences_but_for_the_id(&self, got: &Result<I::Output, Refused>) -> String {
        let mut said = String::new();
        if *got != self.then {
            differences(&mut said, "", &value_of(&self.then), &value_of(got));
        }
        said
    }

    /// Whether a client asked what it should have asked: the last request that it sent for the
    /// operation, with a value for each parameter. A parameter at its documented default may be left
    /// out or said.
    ///
    /// # Errors
    ///
    /// What is different, and everything that helps to see why.
    ///
    /// ```
    /// use taskmock::{Format, case, dws::list_logical_cluster_tasks::Input};
    /// let case = case::<Input>("offset.1", Format::Json).unwrap();
    /// let mut backend = case.backend();
    /// backend.respond(&Input { offset: Some(10), ..case.when.clone() }.request());
    /// let mismatch = case.check_requests(&backend.requests()).unwrap_err().to_string();
    /// assert!(mismatch.starts_with("the client asked for something else\n  offset: expected 1, sent 10\n"));
    /// ```
    pub fn check_requests(&self, sent: &[Recorded]) -> Result<(), Mismatch> {
        let said = self.differences_of_requests(sent);
        if said.is_empty() {
            return Ok(());
        }
        Err(Mismatch(format!("the client asked for something else\n{said}{self:?}")))
    }

    /// A line for each thing that a client should have asked otherwise.
    pub(crate) fn differences_of_requests(&self, sent: &[Recorded]) -> String {
        let mut said = String::new();
        let request = self.request();
        let expected = self.asked_for(&Incoming::from(&request));
        // An Input with an empty id in its path is for no operation.
        let is_meant = |recorded: &&Recorded| expected.is_none() || recorded.operation == Some(I::ID);
        let Some(recorded) = sent.iter().rfind(is_meant) else {
            said.push_str("  no request of this operation came in\n");
            for other in sent.iter().rev().take(3) {
                let _ = writeln!(said, "    but this did: {} {}", other.method, shown(other.target.as_bytes()));
            }
            return said;
        };
        let incoming = Incoming::from_parts(&recorded.method, &recorded.target, &recorded.headers, &recorded.body);
        let Some((format, expected)) = expected else {
            let pieces = |path: &str| {
                path.split('/').map(|piece| decode(piece).ok().map(|piece| piece.into_owned())).collect::<Vec<_>>()
            };
            if pieces(incoming.path) != pieces(request.uri().path()) {
                let _ = writeln!(said, "  path: expected {}, sent {}", request.uri().path(), incoming.path);
            }
            return said;
        };
        let Some((asked_format, sent)) = self.asked_for(&incoming) else {
            let _ = writeln!(said, "  it was refused before its parameters were read");
            return said;
        };
        if asked_format != format {
            let _ = writeln!(said, "  encoding: expected {format}, asked for {asked_format}");
        }
        for ((name, expected), (_, sent)) in expected.into_iter().zip(sent) {
            if expected != sent {
                let shown = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
                let _ = writeln!(said, "  {name}: expected {}, sent {}", shown(expected), shown(sent));
            }
        }
        said
    }

    /// What a request asks for, if it comes to the operation: the encoding, and the values as the
    /// operation takes them.
    fn asked_for(&self, request: &Incoming<'_>) -> Option<(Format, Values)> {
        let Route::Call(call) = route(request, &self.given.dialect) else { return None };
        let values: Vec<Option<String>> =
            call.values.into_iter().map(|value| value.map(|value| value.into_owned())).collect();
        let parameters = self.operation().parameters.iter();
        let has_task_id =
            parameters.clone().zip(&values).any(|(parameter, value)| parameter.name == "TaskId" && value.is_some());
        let values = parameters
            .zip(values)
            // With TaskId, Archived is void (`000`, `001`), so it may be said or left out.
            .filter(|(parameter, _)| !(has_task_id && parameter.name == "Archived"))
            .map(|(parameter, value)| {
                let value = value.map(|value| if parameter.name == "Archived" { value.to_lowercase() } else { value });
                (parameter.name, value.or_else(|| parameter.default.map(str::to_owned)))
            });
        Some((call.format, values.collect()))
    }

    /// Expects the request id of the first request.
    fn with_first_id(mut self) -> Self {
        let id = self.first_id();
        match &mut self.then {
            Ok(output) => {
                if let Some(place) = output.request_id() {
                    *place = id;
                }
            }
            Err(refused) => refused.request_id = id,
        }
        self
    }

    /// With other request ids.
    pub(crate) fn with_seed(mut self, seed: Seed) -> Self {
        self.given.seed = seed;
        self.with_first_id()
    }

    /// The request id of the first request.
    fn first_id(&self) -> String {
        match self.given.request_ids.get(I::ID).and_then(|ids| ids.front()) {
            Some(id) if self.then.is_ok() => id.clone(),
            _ => self.operation().protocol.request_id(self.given.seed, self.given.requests),
        }
    }

    /// Whether an id is one that the backend gives to one of the first requests.
    fn is_drawn(&self, id: &str) -> bool {
        let given = self.given.request_ids.get(I::ID).is_some_and(|ids| ids.iter().any(|given| given == id));
        let protocol = self.operation().protocol;
        let first = self.given.requests;
        let mut numbers = first..first.saturating_add(MOST_REQUESTS);
        given || numbers.any(|number| protocol.request_id(self.given.seed, number) == id)
    }

    /// The request as a line for a shell.
    ///
    /// ```
    /// use taskmock::{Format, case, ack::describe_task_info::Input};
    /// let case = case::<Input>("task_id.unknown", Format::Xml).unwrap();
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
    /// use taskmock::{Format, catalogue, dws::list_logical_cluster_tasks::Input};
    /// assert_eq!(
    ///     catalogue::<Input>(Format::Json)[0].replay(),
    ///     r#"taskmock::case::<taskmock::dws::list_logical_cluster_tasks::Input>("empty", taskmock::Format::Json)"#,
    /// );
    /// ```
    pub fn replay(&self) -> String {
        let (path, format) = (I::ID.replace('.', "::"), format!("{:?}", self.format));
        let input = format!("taskmock::{path}::Input");
        let input = if I::IS_WIRE { format!("taskmock::Wire<{input}>") } else { input };
        format!("taskmock::case::<{input}>({:?}, taskmock::Format::{format})", self.name)
    }
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
    when: I,
}

impl<I: OperationInput> CaseWithoutAnswer<I> {
    /// Names the facts that it shows: ids of the operation without its name in front, or whole ids
    /// of a protocol. One that does not exist is kept, for a test to find.
    pub(crate) fn shows(mut self, facts: &[&'static str]) -> Self {
        for id in facts {
            let own = operation(I::ID).and_then(|operation| {
                let is_meant = |fact: &&crate::fact::Fact| {
                    fact.id.strip_prefix(I::ID).and_then(|rest| rest.strip_prefix('.')) == Some(*id)
                };
                operation.facts.iter().find(is_meant)
            });
            let id = own.map_or(*id, |fact| fact.id);
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

    /// Expects an answer; one that lists nothing makes the case an edge.
    pub(crate) fn answers(mut self, then: I::Output) -> Case<I> {
        if self.class == Class::Valid && then.is_empty() {
            self.class = Class::Edge;
        }
        self.then(Ok(then))
    }

    /// Expects a refusal, which makes the case an edge.
    pub(crate) fn refuses(mut self, status: u16, code: &str, message: &str) -> Case<I> {
        if self.class == Class::Valid {
            self.class = Class::Edge;
        }
        self.then(Err(Refused::new(status, code, message)))
    }

    pub(crate) fn then(self, then: Result<I::Output, Refused>) -> Case<I> {
        let CaseWithoutAnswer { name, facts, class, format, given, when } = self;
        Case { name, facts, class, format, given, when, then }.with_first_id()
    }
}

impl State {
    /// A state with a clock, for a case.
    pub(crate) fn at(clock: Timestamp) -> State {
        State { clock, ..State::default() }
    }

    /// With an error of an operation armed for ever, so that a client that asks again sees it too.
    pub(crate) fn arming(mut self, operation: &str, code: &str) -> State {
        let (operation, code) = (operation.to_owned(), Some(code.to_owned()));
        self.armed.push(Armed { operation, code, times: u32::MAX, ..Armed::default() });
        self
    }

    /// With a response of an operation armed for ever.
    pub(crate) fn arming_response(mut self, operation: &str, response: RawResponse) -> State {
        let (operation, response) = (operation.to_owned(), Some(response));
        self.armed.push(Armed { operation, response, times: u32::MAX, ..Armed::default() });
        self
    }
}

impl<I: OperationInput> Serialize for Case<I> {
    /// As `kind` (`case`), `name`, `operation`, `class`, `format`, `facts` with their sources,
    /// `given`, `when`, the `request`, and `then` with an `output` or an `error`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        #[derive(Serialize)]
        #[serde(rename_all = "lowercase")]
        enum Then<'a, O> {
            Output(&'a O),
            Error(&'a Refused),
        }
        let then = match &self.then {
            Ok(output) => Then::Output(output),
            Err(refused) => Then::Error(refused),
        };
        let mut fields = serializer.serialize_struct("Case", 10)?;
        fields.serialize_field("kind", "case")?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("operation", I::ID)?;
        fields.serialize_field("class", &self.class)?;
        fields.serialize_field("format", &self.format)?;
        fields.serialize_field("facts", &shown_facts(&self.facts))?;
        fields.serialize_field("given", &self.given)?;
        fields.serialize_field("when", &self.when)?;
        fields.serialize_field("request", &input::parts(&self.request()))?;
        fields.serialize_field("then", &then)?;
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

/// The error row of an operation by its code, as a client sees it when it is armed.
pub(crate) fn armed_refusal(operation: &Operation, code: &str) -> Option<Refused> {
    let row = operation.error(code)?;
    let argument = if row.argument.is_empty() { operation.parameters.first()?.name } else { row.argument };
    let fill = |template: &str| template.replace("%s", argument);
    Some(Refused::new(row.status, &fill(row.code), &fill(row.message)))
}

/// Makes the Input and the Output of an operation `Arbitrary`.
macro_rules! arbitrary {
    ($input:ty, $output:ty) => {
        /// Any Input: within the bounds, or refused.
        #[cfg(feature = "proptest")]
        impl proptest::arbitrary::Arbitrary for $input {
            type Parameters = ();
            type Strategy = proptest::strategy::BoxedStrategy<Self>;
            fn arbitrary_with((): ()) -> Self::Strategy {
                proptest::strategy::Strategy::boxed($crate::case::any_input::<$input>())
            }
        }

        /// Any Output that a coherent state can show.
        #[cfg(feature = "proptest")]
        impl proptest::arbitrary::Arbitrary for $output {
            type Parameters = ();
            type Strategy = proptest::strategy::BoxedStrategy<Self>;
            fn arbitrary_with((): ()) -> Self::Strategy {
                proptest::strategy::Strategy::boxed($crate::case::any_output::<$input>())
            }
        }
    };
}

pub(crate) use arbitrary;
