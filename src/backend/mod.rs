//! Backend: a state with its clock, and what a test does with it.

#[cfg(feature = "connection")]
pub(crate) mod control;
#[cfg(feature = "signatures")]
pub(crate) mod credentials;
mod faults;
mod pages;
pub(crate) mod request_log;
mod respond;
pub(crate) mod route;

use std::mem;
use std::time::Duration;

use pages::Pages;
use request_log::{ReceivedRequest, RequestLog};

use crate::clock::{StartClock, TimeError, Timestamp};
use crate::fact::Fact;
use crate::format::to_json;
use crate::http::{Incoming, Outgoing, Request, Response};
use crate::protocol;
use crate::services::{Armed, Contents, Index, State, Submit, operations};
#[cfg(feature = "signatures")]
use crate::signature::{Credentials, Gate};

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
    /// What [`reset`](Backend::reset) goes back to, without what the services hold.
    initial: State,
    /// What the services held before the first edit; none if there was none. A large state is kept
    /// twice only if it has to be.
    initial_services: Option<Contents>,
    /// Derived from the state; none after it was edited.
    index: Option<Index>,
    /// Pages that were served since the state last changed.
    pages: Pages,
    request_log: RequestLog,
    /// Who may ask; whoever does, as long as nobody was admitted.
    #[cfg(feature = "signatures")]
    gate: Gate,
    /// The time of day that signatures are held to; none: the clock of the state.
    #[cfg(feature = "signatures")]
    signature_time: Option<Timestamp>,
}

/// Every fact that the mock's behaviour rests on.
///
/// ```
/// assert!(taskmock::facts().any(|fact| fact.id == "alibaba.rpc.format"));
/// ```
pub fn facts() -> impl Iterator<Item = &'static Fact> {
    protocol::facts().chain(operations().flat_map(|operation| operation.facts))
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
        state.clock = state.now().into();
        state.settle();
        Backend {
            initial: state.surroundings(),
            initial_services: None,
            state,
            index: None,
            pages: Pages::default(),
            request_log: RequestLog::default(),
            #[cfg(feature = "signatures")]
            gate: Gate::default(),
            #[cfg(feature = "signatures")]
            signature_time: None,
        }
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

    /// Writes down a request that was refused before it came here.
    #[cfg_attr(not(feature = "connection"), allow(dead_code))]
    pub(crate) fn record(&mut self, request: &Incoming<'_>, status: u16) {
        self.request_log.record(request, None, status, None);
    }

    /// Lets a user ask, and from then on nobody who is not admitted: signatures, tokens and times are
    /// verified as the gateways do. The time is the backend's, so a client that signs with the time of
    /// day needs a clock that was set to it. Another user with the same access key is replaced.
    ///
    /// What is armed is answered before anything is verified. [`reset`](Backend::reset) and
    /// [`load`](Backend::load) keep who was admitted, and forget the nonces that were used.
    ///
    /// ```
    /// use taskmock::{Backend, Credentials, Format, ehpc::list_tasks::Input};
    /// let mut backend = Backend::documents();
    /// backend.admit(Credentials::new("testid", "testsecret"));
    /// let response = backend.respond(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
    /// assert_eq!(response.status(), 400);
    /// assert!(String::from_utf8_lossy(response.body()).contains("MissingAccessKeyId"));
    /// ```
    #[cfg(feature = "signatures")]
    pub fn admit(&mut self, credentials: Credentials) {
        self.gate.admit(credentials);
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
        self.state_to_add_to()
    }

    /// The state, to be added to at its ends: the index can take that in.
    fn state_to_add_to(&mut self) -> &mut State {
        self.initial_services.get_or_insert_with(|| self.state.contents());
        self.pages.clear();
        &mut self.state
    }

    /// Replaces the state; [`reset`](Backend::reset) goes back to this one. A state that does not say
    /// where its clock stands leaves the clock alone.
    ///
    /// ```
    /// use taskmock::{Backend, State};
    /// let mut backend = Backend::documents();
    /// backend.load(State::default());
    /// assert!(backend.state().ehpc.tasks.is_empty());
    /// ```
    pub fn load(&mut self, mut state: State) {
        if !matches!(state.clock, StartClock::At(_)) {
            state.clock = self.now().into();
        }
        let request_log = mem::take(&mut self.request_log);
        let before = mem::replace(self, Backend { request_log, ..Backend::new(state) });
        self.keep_gate(before);
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
        let contents = self.initial_services.take().unwrap_or_else(|| self.state.take_contents());
        let before = mem::replace(self, Backend::new(initial.with_contents(contents)));
        self.keep_gate(before);
    }

    /// Keeps who was admitted.
    #[cfg_attr(not(feature = "signatures"), allow(unused_variables, clippy::unused_self))]
    fn keep_gate(&mut self, before: Backend) {
        #[cfg(feature = "signatures")]
        {
            self.gate = before.gate;
            self.signature_time = before.signature_time;
            self.gate.forget_nonces();
        }
    }

    /// Holds the times of signatures to this instant from now on, rather than to the backend's clock:
    /// clients that do not share that clock sign with the time of day.
    ///
    /// ```
    /// use taskmock::{Algorithm, Backend, Credentials, Format, ehpc::list_tasks::Input};
    /// let user = Credentials::new("testid", "testsecret");
    /// let mut backend = Backend::documents();
    /// backend.admit(user.clone());
    /// let today = "2026-11-21T20:21:00Z".parse()?;
    /// backend.hold_signatures_to(Some(today));
    /// let request = Input::new("ehpc-hz-FYUr32****").request(Format::Json);
    /// let signed = user.sign(request, Algorithm::Acs3, today, "nonce-1");
    /// assert_eq!(backend.respond(&signed).status(), 200);
    /// # Ok::<(), taskmock::TimeError>(())
    /// ```
    #[cfg(feature = "signatures")]
    pub fn hold_signatures_to(&mut self, time: Option<Timestamp>) {
        self.signature_time = time;
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
        self.add(|state| task.submit(state))
    }

    /// Adds to the state at its ends; the index takes in one entry, and is made anew for anything else.
    fn add<T>(&mut self, add: impl FnOnce(&mut State) -> T) -> T {
        let before = self.state.entries();
        let added = add(self.state_to_add_to());
        // One that replaced another did not add an entry, and the others have moved.
        let is_added = self.state.entries() == before + 1;
        let index = self.index.take().filter(|_| is_added);
        self.index = index.and_then(|mut index| index.append(&self.state).then_some(index));
        added
    }

    /// The virtual time.
    ///
    /// ```
    /// assert_eq!(taskmock::Backend::documents().now().to_string(), "2024-03-03T00:00:00Z");
    /// ```
    pub fn now(&self) -> Timestamp {
        self.state.now()
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
            self.state.clock = self.now().after(span).into();
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
        if to < self.now() {
            return Err(TimeError::backwards(self.now(), to));
        }
        self.advance(to.since(self.now()));
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

    /// The requests that came in, the oldest first; at most [`MAX_RECEIVED`](crate::MAX_RECEIVED).
    ///
    /// ```
    /// assert!(taskmock::Backend::documents().requests().is_empty());
    /// ```
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.request_log.recorded().collect()
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
        self.request_log.count(Some(operation))
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

/// An answer of the mock itself, which no cloud would give.
pub(crate) fn plain(status: u16, sentence: &str) -> Outgoing {
    Outgoing::new(status, "application/json", to_json(&serde_json::json!({ "taskmock": sentence })))
}
