//! Backend: a state with its clock, and what a test does with it.

pub(crate) mod control;
#[cfg(feature = "signatures")]
pub(crate) mod credentials;
pub(crate) mod expected;
mod faults;
pub(crate) mod gzip;
mod pages;
pub(crate) mod request_log;
mod respond;
pub(crate) mod route;

use std::mem;
use std::time::Duration;

use faults::FaultIndex;
use pages::Pages;
use request_log::RequestLog;

use crate::clock::{StartClock, TimeError, Timestamp};
use crate::fact::Fact;
use crate::fault;
use crate::format::to_json;
use crate::http::{Exchange, Incoming, Outgoing, Request, Response};
use crate::protocol;
use crate::services::{Contents, Index, State, Submit, operations};
#[cfg(feature = "signatures")]
use crate::signature::{Credentials, Gate};

/// The pure fake cloud: a state with its clock, and a function from request to response.
///
/// It opens no socket, starts no thread, and reads no file, environment or wall clock. The same
/// state and the same request give the same bytes; no request makes it panic.
///
/// ```
/// use taskmock::{Backend, Format, dialect::Dialect};
/// use taskmock::Ending;
/// use taskmock::ehpc::{Status, Task, TaskType, list_tasks::{Input, Output}};
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
    /// What the backend was made with; none as long as no other state was loaded.
    start: Option<Box<State>>,
    /// Derived from the state; none after it was edited.
    index: Option<Index>,
    /// Derived from the state's faults; none after it was edited.
    faults: Option<FaultIndex>,
    /// Pages that were served since the state last changed.
    pages: Pages,
    request_log: RequestLog,
    /// Who may ask; whoever does, as long as nobody was admitted.
    #[cfg(feature = "signatures")]
    gate: Gate,
    /// The time of day that signatures are held to; none: the clock of the state.
    #[cfg(feature = "signatures")]
    signature_time: Option<Timestamp>,
    /// The time of day, as whoever holds the backend told it last.
    time_of_day: Option<Timestamp>,
    /// Whether the clock was set to the time of day, so that a reset does it again.
    starts_now: bool,
}

/// Every fact that the mock's behaviour rests on.
///
/// ```
/// assert!(taskmock::facts().any(|fact| fact.id == "alibaba.rpc.format"));
/// ```
pub fn facts() -> impl Iterator<Item = &'static Fact> {
    protocol::facts().chain(fault::FACTS).chain(operations().flat_map(|operation| operation.facts))
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
            start: None,
            state,
            index: None,
            faults: None,
            pages: Pages::default(),
            request_log: RequestLog::default(),
            #[cfg(feature = "signatures")]
            gate: Gate::default(),
            #[cfg(feature = "signatures")]
            signature_time: None,
            time_of_day: None,
            starts_now: false,
        }
    }

    /// A backend whose state may say `now`, since the time of day is known.
    #[cfg_attr(not(feature = "server"), allow(dead_code))]
    pub(crate) fn starting_at(mut state: State, time_of_day: Timestamp) -> Self {
        let starts_now = state.clock == StartClock::Now;
        if starts_now {
            state.clock = time_of_day.into();
        }
        Backend { time_of_day: Some(time_of_day), starts_now, ..Backend::new(state) }
    }

    /// Takes note of the time of day.
    #[cfg_attr(not(feature = "connection"), allow(dead_code))]
    pub(crate) fn time_of_day_is(&mut self, time_of_day: Timestamp) {
        self.time_of_day = Some(time_of_day);
    }

    /// Which clock signatures are held to: `real` or `mock`; none if no signature is verified.
    pub(crate) fn signature_clock(&self) -> Option<&'static str> {
        #[cfg(feature = "signatures")]
        if !self.gate.is_open() {
            return Some(if self.signature_time.is_some() { "real" } else { "mock" });
        }
        None
    }

    /// A backend in [the documents' world](State::documents).
    ///
    /// ```
    /// assert_eq!(taskmock::Backend::documents().state().ehpc.tasks.len(), 10);
    /// ```
    pub fn documents() -> Self {
        Backend::new(State::documents())
    }

    /// Answers a request. Where a fault lets nothing through, the response says so with status 502; of a
    /// fault that only damages the way to the client, it shows nothing. See [`exchange`](Self::exchange).
    ///
    /// ```
    /// let request = http::Request::get("/tasks/T-5faa48fb31b6b8078d00****").body(bytes::Bytes::new())?;
    /// let response = taskmock::Backend::documents().respond(&request);
    /// assert_eq!(response.headers()["content-type"], "application/json");
    /// # Ok::<(), http::Error>(())
    /// ```
    pub fn respond(&mut self, request: &Request) -> Response {
        let answer = self.answer(&Incoming::from(request));
        match &answer.delivery {
            Some(delivery) if !delivery.end.sends_head() => {
                plain(502, "a fault lets no response through; Backend::exchange tells what a server would do").into()
            }
            _ => answer.into(),
        }
    }

    /// Answers a request, and returns what a server would do with the response too: the way in which a
    /// fault lets it arrive, or not.
    ///
    /// ```
    /// use taskmock::{Backend, End, Fault, Format, ehpc::list_tasks::Input};
    /// let mut backend = Backend::documents();
    /// backend.inject(Fault::cut(10))?;
    /// let exchange = backend.exchange(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
    /// assert_eq!(exchange.delivery.end, End::InBody { sent: 10, reset: false });
    /// # Ok::<(), taskmock::FaultError>(())
    /// ```
    pub fn exchange(&mut self, request: &Request) -> Exchange {
        self.answer(&Incoming::from(request)).into()
    }

    /// Writes down a request that was refused before it came here.
    #[cfg_attr(not(feature = "connection"), allow(dead_code))]
    pub(crate) fn record(&mut self, request: &Incoming<'_>, status: u16) {
        self.request_log.record(request, self.now(), None, &plain(status, ""));
    }

    /// Lets a user ask, and from then on nobody who is not admitted: signatures, tokens and times are
    /// verified as the gateways do. The time is the backend's, so a client that signs with the time of
    /// day needs a clock that was set to it. Another user with the same access key is replaced.
    ///
    /// A fault that answers in place of the cloud does so whatever the signature is. [`reset`](Backend::reset) and
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
        self.faults = None;
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
        let (clock, starts_now) = match state.clock {
            StartClock::At(at) => (at, false),
            StartClock::Now => (self.time_of_day.unwrap_or(self.now()), true),
            StartClock::Kept => (self.now(), self.starts_now),
        };
        state.clock = clock.into();
        let request_log = mem::take(&mut self.request_log);
        let start = self.start.take().unwrap_or_else(|| Box::new(self.initial_state()));
        let new = Backend { request_log, start: Some(start), starts_now, ..Backend::new(state) };
        let before = mem::replace(self, new);
        self.keep_gate(before);
    }

    /// Goes back to the state that was loaded last, and forgets the requests that came in. What the clock
    /// was advanced is taken back; one that was set to the time of day is set to it anew.
    ///
    /// ```
    /// use taskmock::{Backend, State};
    /// let mut backend = Backend::documents();
    /// backend.state_mut().ack.tasks.clear();
    /// backend.reset();
    /// assert_eq!(backend.state(), &State::documents());
    /// ```
    pub fn reset(&mut self) {
        let mut initial = self.initial.clone();
        if let (true, Some(now)) = (self.starts_now, self.time_of_day) {
            initial.clock = now.into();
        }
        let starts_now = self.starts_now;
        let contents = self.initial_services.take().unwrap_or_else(|| self.state.take_contents());
        let mut request_log = mem::take(&mut self.request_log);
        request_log.clear();
        let start = self.start.take();
        let new = Backend::new(initial.with_contents(contents));
        let before = mem::replace(self, Backend { request_log, start, starts_now, ..new });
        self.keep_gate(before);
    }

    /// What [`reset`](Backend::reset) goes back to, whole.
    fn initial_state(&self) -> State {
        let contents = self.initial_services.clone().unwrap_or_else(|| self.state.contents());
        let mut initial = self.initial.clone();
        if self.starts_now {
            initial.clock = StartClock::Now;
        }
        initial.with_contents(contents)
    }

    /// Goes back to the state that the backend was made with, and forgets the requests that came in.
    ///
    /// ```
    /// use taskmock::{Backend, State};
    /// let mut backend = Backend::documents();
    /// backend.load(State::default());
    /// backend.reset_to_start();
    /// assert_eq!(backend.state().ehpc, State::documents().ehpc);
    /// ```
    pub fn reset_to_start(&mut self) {
        if let Some(start) = self.start.take() {
            self.load(*start);
            self.start = None;
        }
        self.reset();
    }

    /// Keeps who was admitted, and the time of day.
    fn keep_gate(&mut self, before: Backend) {
        self.time_of_day = before.time_of_day;
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
}

/// An answer of the mock itself, which no cloud would give.
pub(crate) fn plain(status: u16, sentence: &str) -> Outgoing {
    Outgoing::new(status, "application/json", to_json(&serde_json::json!({ "taskmock": sentence })))
}
