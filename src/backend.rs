//! Backend: the whole pure core behind one function, from request to response.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;

use crate::clock::{TimeError, Timestamp};
use crate::dialect::{AbsentVersion, Dialect};
use crate::error_code::Refusal;
use crate::fact::Fact;
use crate::format::{Format, to_json};
use crate::http::{Answer, Incoming, MAX_BODY, Malformed, Request, Response, decode, read_pairs};
use crate::journal::{Journal, Recorded};
use crate::operation::{Asked, Operation, RequestIdAt};
use crate::protocol::{self, Protocol, alibaba_roa, alibaba_rpc, huawei_rest};
use crate::services::{Armed, Index, REGISTRY, Row, State, Submit, operations};

/// The pure fake cloud: a state with its clock, and a function from request to response.
///
/// It opens no socket, starts no thread, and reads no file, environment or wall clock. The same
/// state and the same request give the same bytes; no request makes it panic.
///
/// ```
/// use taskmock::{Backend, Format, dialect::Dialect};
/// use taskmock::ehpc::{Ending, Status, Task, TaskType, list_tasks::{Input, Output}};
/// use std::time::Duration;
///
/// let mut backend = Backend::documents();
/// let task = Task::new("ehpc-hz-FYUr32****", TaskType::AddComputes)
///     .takes(Duration::from_secs(60))
///     .ends(Ending::Fail);
/// let task_id = Some(backend.submit(task));
///
/// let input = Input { task_id, ..Input::new("ehpc-hz-FYUr32****") };
/// let mut status = || {
///     let response = backend.respond(&input.request(Format::Json));
///     let output = Output::decode(response.body(), Format::Json, &Dialect::default()).unwrap();
///     backend.advance(Duration::from_secs(30));
///     output.tasks[0].status.clone()
/// };
/// assert_eq!(status(), Status::Processing);
/// assert_eq!(status(), Status::Processing);
/// assert_eq!(status(), Status::Fail);
/// ```
#[derive(Debug)]
pub struct Backend {
    state: State,
    /// What [`reset`](Backend::reset) goes back to.
    initial: State,
    /// Derived from the state; none after it was edited.
    index: Option<Index>,
    /// Pages that were served since the state last changed.
    pages: HashMap<PageKey, Page>,
    journal: Journal,
}

/// What a page was asked with: the row of the operation, the encoding, the values.
type PageKey = (usize, Format, Vec<Option<String>>);

/// A body served before, around its request id.
#[derive(Debug)]
struct Page {
    before: Bytes,
    after: Bytes,
}

/// Pages are forgotten when there are more.
const MOST_PAGES: usize = 256;

/// A larger body, with what it was asked with, is not kept; in bytes. A full page of ListTasks has
/// some 25 kB.
const LARGEST_PAGE: usize = 128 << 10;

/// Every fact that the mock's behaviour rests on.
///
/// ```
/// assert!(taskmock::facts().any(|fact| fact.id == "alibaba.rpc.format"));
/// ```
pub fn facts() -> impl Iterator<Item = &'static Fact> {
    protocol::FACTS.iter().chain(operations().flat_map(|operation| operation.facts))
}

/// The fact with an id.
///
/// ```
/// assert!(taskmock::fact("dws.list_logical_cluster_tasks.offset.unit").is_some());
/// ```
pub fn fact(id: &str) -> Option<&'static Fact> {
    facts().find(|fact| fact.id == id)
}

impl Backend {
    /// A backend that answers from a state.
    ///
    /// ```
    /// use taskmock::{Backend, State};
    /// let mut backend = Backend::new(State::default());
    /// assert!(backend.state().ehpc.tasks.is_empty());
    /// ```
    pub fn new(mut state: State) -> Self {
        state.settle();
        Backend { initial: state.clone(), state, index: None, pages: HashMap::new(), journal: Journal::default() }
    }

    /// A backend in [the documents' world](State::documents).
    ///
    /// ```
    /// assert_eq!(taskmock::Backend::documents().state().ehpc.tasks.len(), 10);
    /// ```
    pub fn documents() -> Self {
        Backend::new(State::documents())
    }

    /// Answers a request.
    ///
    /// ```
    /// let request = http::Request::get("/tasks/T-5faa48fb31b6b8078d00****").body(bytes::Bytes::new())?;
    /// let response = taskmock::Backend::documents().respond(&request);
    /// assert_eq!(response.headers()["content-type"], "application/json");
    /// # Ok::<(), http::Error>(())
    /// ```
    pub fn respond(&mut self, request: &Request) -> Response {
        self.answer(&Incoming::from(request)).into()
    }

    /// Answers a request, whoever holds its parts, and writes it down.
    pub(crate) fn answer(&mut self, request: &Incoming<'_>) -> Answer {
        let number = self.state.requests;
        self.state.requests = number.wrapping_add(1);
        let (operation, answer) = self.dispatch(request, number);
        self.journal.record(request, operation.map(|operation| operation.id), answer.status);
        answer
    }

    /// Writes down a request that was refused before it came here.
    #[cfg_attr(not(feature = "server"), allow(dead_code))]
    pub(crate) fn record(&mut self, request: &Incoming<'_>, status: u16) {
        self.journal.record(request, None, status);
    }

    fn dispatch(&mut self, request: &Incoming<'_>, number: u64) -> (Option<&'static Operation>, Answer) {
        if request.body.len() > MAX_BODY {
            let sentence = format!("the body has {} bytes; at most {MAX_BODY} are read", request.body.len());
            return (None, plain(413, &sentence));
        }
        match route(request, &self.state.dialect) {
            Route::Call(call) => (Some(call.row().operation), self.call(&call, number)),
            Route::Refused(protocol, operation, format, refusal) => {
                let id = protocol.request_id(self.state.seed, number);
                let answer = protocol.refuse(&refusal, format, &self.state.dialect, id);
                (operation, answer.with_header("x-taskmock-routes", routes().join(", ")))
            }
            Route::Unknown => {
                let sentence = format!(
                    "{} {} is no route of this mock; there are {}",
                    request.method,
                    request.path,
                    routes().join(", ")
                );
                (None, plain(404, &sentence))
            }
        }
    }

    /// Answers a request that is for an operation.
    fn call(&mut self, call: &Call<'_>, number: u64) -> Answer {
        let operation = call.row().operation;
        let protocol = operation.protocol;
        let fresh_id = protocol.request_id(self.state.seed, number);
        if let Some(answer) = self.armed(call, &fresh_id) {
            return answer;
        }
        let missing = |values: &[Option<Cow<'_, str>>]| {
            let mut parameters = operation.parameters.iter().zip(values);
            parameters.find(|(parameter, value)| parameter.required && value.is_none()).map(|(parameter, _)| parameter)
        };
        if let Some(parameter) = missing(&call.values) {
            let refusal = protocol.missing(operation.errors, parameter.name);
            return protocol.refuse(&refusal, call.format, &self.state.dialect, fresh_id);
        }
        let given_id = self.state.request_ids.get(operation.id).and_then(|ids| ids.front().cloned());
        let id = given_id.as_ref().unwrap_or(&fresh_id);

        if self.index.is_none() {
            self.state.settle();
            self.index = Some(Index::of(&self.state));
        }
        let key: PageKey =
            (call.at, call.format, call.values.iter().map(|value| value.as_deref().map(str::to_owned)).collect());
        let key_size: usize = call.values.iter().flatten().map(|value| value.len()).sum();
        if let Some(page) = self.pages.get(&key).filter(|_| is_plain(id)) {
            let answer = protocol.accept(call.format, page.with_id(id), id);
            self.spend_given_id(operation);
            return answer;
        }
        let asked = Asked {
            operation,
            values: &call.values,
            format: call.format,
            dialect: &self.state.dialect,
            now: self.state.clock,
            request_id: id,
        };
        let index = self.index.get_or_insert_default();
        match (call.row().answer)(&self.state, index, &asked) {
            Ok(encoded) => {
                let body = Bytes::from(encoded.body);
                if body.len() + key_size <= LARGEST_PAGE
                    && let Some(page) = Page::of(&body, encoded.request_id_at, id)
                {
                    if self.pages.len() >= MOST_PAGES {
                        self.pages.clear();
                    }
                    self.pages.insert(key, page);
                }
                let answer = protocol.accept(call.format, body, id);
                self.spend_given_id(operation);
                answer
            }
            Err(refusal) => protocol.refuse(&refusal, call.format, &self.state.dialect, fresh_id),
        }
    }

    /// A request id that the state gives goes to one success answer.
    fn spend_given_id(&mut self, operation: &Operation) {
        if let Some(ids) = self.state.request_ids.get_mut(operation.id) {
            ids.pop_front();
        }
    }

    /// The answer that a test armed, if there is one.
    fn armed(&mut self, call: &Call<'_>, id: &str) -> Option<Answer> {
        let operation = call.row().operation;
        let at = self.state.armed.iter().position(|armed| armed.operation == operation.id)?;
        let armed = &mut self.state.armed[at];
        armed.times = armed.times.saturating_sub(1);
        let armed = match armed.times {
            0 => self.state.armed.remove(at),
            _ => armed.clone(),
        };
        if let Some(response) = armed.response {
            let answer = Answer { status: response.status, headers: Vec::new(), body: response.body.into() };
            return Some(response.headers.into_iter().fold(answer, |answer, (name, value)| {
                answer.with_any_header(Cow::Owned(name.to_ascii_lowercase()), Cow::Owned(value))
            }));
        }
        let (row, argument) = operation.error_with_argument(armed.code.as_deref()?)?;
        let argument = match armed.argument.or(argument) {
            Some(argument) => Cow::Owned(argument),
            None if row.argument.is_empty() => Cow::Borrowed(operation.parameters.first()?.name),
            None => Cow::Borrowed(row.argument),
        };
        Some(operation.protocol.refuse(&row.about(argument), call.format, &self.state.dialect, id.to_owned()))
    }

    /// The state as it is now.
    ///
    /// ```
    /// assert_eq!(taskmock::Backend::documents().state().requests, 0);
    /// ```
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The state, to be edited. The next request pays for a new index.
    ///
    /// ```
    /// let mut backend = taskmock::Backend::documents();
    /// backend.state_mut().ehpc.tasks.clear();
    /// assert!(backend.state().ehpc.tasks.is_empty());
    /// ```
    pub fn state_mut(&mut self) -> &mut State {
        self.index = None;
        self.pages.clear();
        &mut self.state
    }

    /// Replaces the state; [`reset`](Backend::reset) goes back to this one.
    ///
    /// ```
    /// use taskmock::{Backend, State};
    /// let mut backend = Backend::documents();
    /// backend.load(State::default());
    /// assert_eq!(backend.state(), &State::default());
    /// ```
    pub fn load(&mut self, mut state: State) {
        state.settle();
        self.initial.clone_from(&state);
        *self.state_mut() = state;
    }

    /// Goes back to the state that was loaded last, and forgets the requests that came in.
    ///
    /// ```
    /// use taskmock::{Backend, State};
    /// let mut backend = Backend::documents();
    /// backend.state_mut().ack.tasks.clear();
    /// backend.reset();
    /// assert_eq!(backend.state(), &State::documents());
    /// ```
    pub fn reset(&mut self) {
        let initial = self.initial.clone();
        *self.state_mut() = initial;
        self.journal.clear();
    }

    /// Puts a task or a command into the state as if a client had started it now; returns its id.
    ///
    /// ```
    /// use taskmock::{Backend, ehpc::{Command, Node}};
    /// let mut backend = Backend::documents();
    /// let command_id = backend.submit(Command::new("ehpc-hz-FYUr32****", [Node::new("i-1")]));
    /// assert!(command_id.starts_with("c-hz"));
    /// ```
    pub fn submit<T: Submit>(&mut self, task: T) -> T::Id {
        task.submit(self.state_mut())
    }

    /// The virtual time.
    ///
    /// ```
    /// assert_eq!(taskmock::Backend::documents().now().to_string(), "2024-03-03T00:00:00Z");
    /// ```
    pub fn now(&self) -> Timestamp {
        self.state.clock
    }

    /// Moves the clock on.
    ///
    /// ```
    /// let mut backend = taskmock::Backend::documents();
    /// backend.advance(std::time::Duration::from_secs(90));
    /// assert_eq!(backend.now().to_string(), "2024-03-03T00:01:30Z");
    /// ```
    pub fn advance(&mut self, span: Duration) {
        if !span.is_zero() {
            if self.index.is_none() {
                self.state.settle();
            }
            self.state.clock = self.state.clock.after(span);
            self.pages.clear();
        }
    }

    /// Moves the clock on to an instant.
    ///
    /// # Errors
    ///
    /// An instant before the present: progress would fall. Load a state with that clock instead.
    ///
    /// ```
    /// let mut backend = taskmock::Backend::documents();
    /// backend.set_clock("2026-11-21T20:21:00Z".parse()?)?;
    /// assert!(backend.set_clock("2025-01-01T00:00:00Z".parse()?).is_err());
    /// # Ok::<(), taskmock::TimeError>(())
    /// ```
    pub fn set_clock(&mut self, to: Timestamp) -> Result<(), TimeError> {
        if to < self.state.clock {
            return Err(TimeError::backwards(self.state.clock, to));
        }
        self.advance(to.since(self.state.clock));
        Ok(())
    }

    /// Lets the next `times` calls of an operation be answered with an error of its tables.
    ///
    /// What is armed first is answered first.
    ///
    /// # Errors
    ///
    /// An unknown operation or code, of which the error lists those that exist; no times.
    ///
    /// ```
    /// use taskmock::{Backend, Format, ehpc::list_tasks::Input};
    /// let mut backend = Backend::documents();
    /// backend.arm("ehpc.list_tasks", "DbError", 1)?;
    /// let request = Input::new("ehpc-hz-FYUr32****").request(Format::Json);
    /// assert_eq!(backend.respond(&request).status(), 406);
    /// assert_eq!(backend.respond(&request).status(), 200);
    /// # Ok::<(), taskmock::ArmError>(())
    /// ```
    pub fn arm(&mut self, operation: &str, code: &str, times: u32) -> Result<(), ArmError> {
        let (operation, code) = (operation.to_owned(), Some(code.to_owned()));
        self.arm_with(Armed { operation, code, times, ..Armed::default() })
    }

    /// Lets the next calls of an operation be answered with anything: an error with its argument,
    /// or a response to the letter.
    ///
    /// # Errors
    ///
    /// An unknown operation or code, or a response that HTTP cannot carry.
    ///
    /// ```
    /// use taskmock::{Armed, Backend, Format, RawResponse, ehpc::list_tasks::Input};
    /// let mut backend = Backend::documents();
    /// backend.arm_with(Armed {
    ///     operation: "ehpc.list_tasks".into(),
    ///     response: Some(RawResponse::new(200, "text/html", "<html>")),
    ///     times: 1,
    ///     ..Armed::default()
    /// })?;
    /// let response = backend.respond(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
    /// assert_eq!(response.body(), "<html>");
    /// # Ok::<(), taskmock::ArmError>(())
    /// ```
    pub fn arm_with(&mut self, armed: Armed) -> Result<(), ArmError> {
        armed.check().map_err(|(_, sentence)| ArmError(sentence))?;
        self.state.armed.push(armed);
        Ok(())
    }

    /// Takes back everything that is armed.
    ///
    /// ```
    /// let mut backend = taskmock::Backend::documents();
    /// backend.arm("ehpc.list_tasks", "DbError", 100)?;
    /// backend.disarm();
    /// assert!(backend.state().armed.is_empty());
    /// # Ok::<(), taskmock::ArmError>(())
    /// ```
    pub fn disarm(&mut self) {
        self.state.armed.clear();
    }

    /// The requests that came in, the oldest first; at most [`MOST_RECORDED`](crate::MOST_RECORDED).
    ///
    /// ```
    /// assert!(taskmock::Backend::documents().requests().is_empty());
    /// ```
    pub fn requests(&self) -> Vec<Recorded> {
        self.journal.recorded().cloned().collect()
    }

    /// How many requests came in for an operation, those that are no longer listed included.
    ///
    /// ```
    /// use taskmock::{Backend, Format, ehpc::list_tasks::Input};
    /// let mut backend = Backend::documents();
    /// backend.respond(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
    /// assert_eq!(backend.count("ehpc.list_tasks"), 1);
    /// assert_eq!(backend.count("ack.describe_task_info"), 0);
    /// ```
    pub fn count(&self, operation: &str) -> u64 {
        self.journal.count(Some(operation))
    }
}

/// An armed answer that cannot be given.
///
/// ```
/// let error = taskmock::Backend::documents().arm("ehpc.list_tasks", "Nope", 1).unwrap_err();
/// assert!(error.to_string().starts_with("`Nope` is no error of ehpc.list_tasks; there are InvalidParams"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArmError(String);

impl std::fmt::Display for ArmError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ArmError {}

impl Page {
    /// Splits a body at its request id; none if it has to be built anew each time.
    fn of(body: &Bytes, at: RequestIdAt, id: &str) -> Option<Page> {
        match at {
            RequestIdAt::Nowhere => Some(Page { before: body.clone(), after: Bytes::new() }),
            RequestIdAt::Byte(start) if body.get(start..start + id.len()) == Some(id.as_bytes()) => {
                Some(Page { before: body.slice(..start), after: body.slice(start + id.len()..) })
            }
            // A request id that is escaped in the body, which only a test can give.
            RequestIdAt::Byte(_) | RequestIdAt::Unknown => None,
        }
    }

    /// The body with another id; ids that need escaping are never asked for, see `call`.
    fn with_id(&self, id: &str) -> Bytes {
        if self.after.is_empty() {
            return self.before.clone();
        }
        [&self.before, id.as_bytes(), &self.after].concat().into()
    }
}

/// A request that is for an operation.
struct Call<'a> {
    at: usize,
    format: Format,
    /// A value for each parameter of the operation; none if absent or empty.
    values: Vec<Option<Cow<'a, str>>>,
}

impl Call<'_> {
    fn row(&self) -> &'static Row {
        &REGISTRY[self.at]
    }
}

/// Where a request goes.
enum Route<'a> {
    Call(Call<'a>),
    /// A gateway refuses it before, or without, knowing the operation.
    Refused(Protocol, Option<&'static Operation>, Format, Refusal),
    Unknown,
}

fn route<'a>(request: &Incoming<'a>, dialect: &Dialect) -> Route<'a> {
    if matches!(request.path, "/" | "") && alibaba_rpc::is_call(request) {
        return route_rpc(request, dialect);
    }
    for (at, row) in REGISTRY.iter().enumerate() {
        if row.operation.protocol == Protocol::AlibabaRpc {
            continue;
        }
        if let Some(pieces) = match_path(row.operation.path, request.path) {
            return route_path(request, dialect, at, pieces);
        }
    }
    // What is plainly meant for one of the gateways is refused by it.
    if alibaba_roa::is_call(request) {
        let format = alibaba_roa::format(request);
        return Route::Refused(Protocol::AlibabaRoa, None, format, alibaba_rpc::INVALID_ACTION.about(""));
    }
    if huawei_rest::is_call(request) {
        return Route::Refused(Protocol::HuaweiRest, None, Format::Json, huawei_rest::NOT_FOUND.about(""));
    }
    Route::Unknown
}

fn route_rpc<'a>(request: &Incoming<'a>, dialect: &Dialect) -> Route<'a> {
    let protocol = Protocol::AlibabaRpc;
    let (format, call) = alibaba_rpc::read(request, dialect);
    let call = match call {
        Ok(call) => call,
        Err(refusal) => return Route::Refused(protocol, None, format, refusal),
    };
    let Some(action) = call.action else {
        return Route::Refused(protocol, None, format, alibaba_rpc::MISSING.about("Action"));
    };
    let is_asked = |row: &Row| row.operation.protocol == Protocol::AlibabaRpc && row.operation.name == action;
    let Some(at) = REGISTRY.iter().position(is_asked) else {
        return Route::Refused(protocol, None, format, alibaba_rpc::INVALID_ACTION.about(""));
    };
    let operation = REGISTRY[at].operation;
    if let Some(refusal) = refuse_version(operation, call.version.as_deref(), dialect) {
        return Route::Refused(protocol, Some(operation), format, refusal);
    }
    let values = operation.parameters.iter().map(|parameter| protocol::first(&call.pairs, parameter.name).cloned());
    Route::Call(Call { at, format, values: values.collect() })
}

fn route_path<'a>(request: &Incoming<'a>, dialect: &Dialect, at: usize, pieces: Vec<(&str, &'a str)>) -> Route<'a> {
    let operation = REGISTRY[at].operation;
    let protocol = operation.protocol;
    let format = match protocol {
        Protocol::AlibabaRoa => alibaba_roa::format(request),
        Protocol::AlibabaRpc | Protocol::HuaweiRest => Format::Json,
    };
    let refused = |refusal| Route::Refused(protocol, Some(operation), format, refusal);
    if request.method != "GET" {
        return refused(match protocol {
            Protocol::HuaweiRest => huawei_rest::NOT_FOUND.about(""),
            Protocol::AlibabaRoa | Protocol::AlibabaRpc => alibaba_rpc::INVALID_ACTION.about(""),
        });
    }
    if protocol == Protocol::AlibabaRoa
        && let Some(refusal) = refuse_version(operation, request.header("x-acs-version"), dialect)
    {
        return refused(refusal);
    }
    match read_values(operation, request.query, pieces) {
        Ok(values) => Route::Call(Call { at, format, values }),
        Err(Malformed) => refused(match protocol {
            Protocol::HuaweiRest => protocol.missing(operation.errors, ""),
            Protocol::AlibabaRoa | Protocol::AlibabaRpc => alibaba_rpc::INVALID_FORMAT.about(""),
        }),
    }
}

fn read_values<'a>(
    operation: &Operation,
    query: &'a str,
    pieces: Vec<(&str, &'a str)>,
) -> Result<Vec<Option<Cow<'a, str>>>, Malformed> {
    let mut pairs = Vec::new();
    read_pairs(query, &mut pairs)?;
    operation
        .parameters
        .iter()
        .map(|parameter| match pieces.iter().find(|(name, _)| *name == parameter.name) {
            Some((_, piece)) => decode(piece).map(Some),
            None => Ok(protocol::first(&pairs, parameter.name).cloned()),
        })
        .collect()
}

/// A Version that is not the operation's, or none where the dialect asks for one.
fn refuse_version(operation: &Operation, version: Option<&str>, dialect: &Dialect) -> Option<Refusal> {
    match version {
        Some(version) if version == operation.version => None,
        Some(_) => Some(alibaba_rpc::INVALID_VERSION.about("")),
        None if dialect.absent_version == AbsentVersion::Refuse => Some(alibaba_rpc::MISSING.about("Version")),
        None => None,
    }
}

/// The pieces of a path that a pattern names; none if it does not fit. Pieces are compared before
/// they are decoded, so that an encoded slash stays inside its piece; an empty piece fits nothing.
fn match_path<'a>(pattern: &'static str, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let (mut expected, mut found) = (pattern.split('/'), path.split('/'));
    let mut pieces = Vec::new();
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return Some(pieces),
            (Some(expected), Some(found)) => match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !found.is_empty() => pieces.push((name, found)),
                None if expected == found => {}
                _ => return None,
            },
            _ => return None,
        }
    }
}

/// Every route, as a person would write it.
fn routes() -> Vec<String> {
    operations()
        .map(|operation| match operation.protocol {
            Protocol::AlibabaRpc => format!("GET /?Action={}&Version={}", operation.name, operation.version),
            Protocol::AlibabaRoa | Protocol::HuaweiRest => format!("GET {}", operation.path),
        })
        .collect()
}

/// Whether an id, which a state can give, reads the same in JSON and XML as in itself.
fn is_plain(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'*' | b'_'))
}

/// An answer of the mock itself, which no cloud would give.
pub(crate) fn plain(status: u16, sentence: &str) -> Answer {
    Answer::new(status, "application/json", to_json(&serde_json::json!({ "taskmock": sentence })))
}
