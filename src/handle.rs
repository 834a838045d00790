//! Handle: a backend that a server and its tests share.

#[cfg(feature = "server")]
use std::sync::TryLockError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::backend::Backend;
use crate::backend::control::{Access, CallOrigin};
use crate::backend::expected::{Expected, Unmet};
use crate::backend::request_log::{LogLimits, ReceivedRequest};
use crate::clock::{TimeError, Timestamp};
use crate::clock_source::{ClockSource, Pace};
use crate::fault::{Fault, FaultId};
use crate::http::{Incoming, Outgoing};
use crate::services::{State, Submit};

/// A backend behind a server: everything that a test does with it while the server runs.
///
/// A [`MockServer`](crate::MockServer) dereferences to it, and it can be cloned into other threads. Each call locks the
/// backend for its own duration only, so it can be used from async tests too. A closure that is
/// given to it must not call the server: that would wait for the closure.
///
/// ```
/// use taskmock::{Fault, MockServer, ehpc::{Task, TaskType}};
/// use std::time::Duration;
///
/// let server = MockServer::start();
/// let task_id = server.submit(Task::new("ehpc-hz-FYUr32****", TaskType::StopCluster));
/// server.advance(Duration::from_secs(600));
/// server.inject(Fault::http_errors([503, 503]).on("ehpc.list_tasks"));
/// assert_eq!(server.count("ehpc.list_tasks"), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Handle(Arc<Mutex<Shared>>);

#[derive(Debug)]
struct Shared {
    backend: Backend,
    pace: Pace,
    times: Times,
    /// What is verified when the server is dropped.
    expected: Vec<Expected>,
}

/// What the time of day is good for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// Tells the time of day; none where nobody may look at a clock.
    pub(crate) time_of_day: Option<fn() -> Timestamp>,
    /// Whether signatures are held to it.
    #[cfg_attr(not(feature = "signatures"), allow(dead_code))]
    pub(crate) holds_signatures: bool,
}

impl Shared {
    /// Lets the clock catch up; whoever looks at the backend looks at it in time.
    fn in_time(&mut self) -> &mut Backend {
        let due = self.pace.due();
        if !due.is_zero() {
            self.backend.advance(due);
        }
        if let Some(time_of_day) = self.times.time_of_day {
            let now = time_of_day();
            self.backend.time_of_day_is(now);
            #[cfg(feature = "signatures")]
            if self.times.holds_signatures {
                self.backend.hold_signatures_to(Some(now));
            }
        }
        &mut self.backend
    }

    fn answer(&mut self, request: &Incoming<'_>, access: &Access) -> Outgoing {
        let step = self.pace.step();
        self.in_time().serve(request, CallOrigin::Connection(access), step)
    }
}

impl Handle {
    /// Returns a handle on a backend, for [`Wire`](crate::Wire) and other adapters. Servers make
    /// their own.
    ///
    /// It reads no clock: where the source lets time pass, [`is_at`](Handle::is_at) and the calls of a
    /// [`Wire`](crate::Wire) say how much.
    ///
    /// ```
    /// use taskmock::{Backend, ClockSource, Handle};
    /// let handle = Handle::new(Backend::documents(), ClockSource::Stands);
    /// assert_eq!(handle.count("ehpc.list_tasks"), 0);
    /// ```
    pub fn new(backend: Backend, clock: ClockSource) -> Self {
        Handle::timed(backend, Pace::new(clock, None), Times::default())
    }

    /// Returns a handle on a backend whose clock may read one, and which may be told the time of day.
    pub(crate) fn timed(backend: Backend, pace: Pace, times: Times) -> Self {
        Handle(Arc::new(Mutex::new(Shared { backend, pace, times, expected: Vec::new() })))
    }

    /// Takes note of the instant that a host gives: a span since a moment of its choice. An earlier
    /// one than before counts as the one before.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskmock::{Backend, ClockSource, Handle};
    /// let handle = Handle::new(Backend::documents(), ClockSource::Given);
    /// handle.is_at(Duration::from_secs(5));
    /// handle.is_at(Duration::from_secs(95));
    /// assert_eq!(handle.now().to_string(), "2024-03-03T00:01:30Z");
    /// ```
    pub fn is_at(&self, now: Duration) {
        self.lock().pace.is_at(now);
    }

    /// Whether the mock has an answer of its own to a request: it is for the control interface, or for an
    /// operation.
    pub(crate) fn is_ours(&self, request: &Incoming<'_>) -> bool {
        self.with(|backend| backend.is_ours(request))
    }

    /// A panic inside a test's closure must not take the server down with it.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request: of the control interface, or of the cloud.
    pub(crate) fn answer(&self, request: &Incoming<'_>) -> Outgoing {
        self.lock().answer(request, &Access::default())
    }

    /// The same, for whom the control interface has rules of its own.
    #[cfg(feature = "server")]
    pub(crate) fn answer_with(&self, request: &Incoming<'_>, access: &Access) -> Outgoing {
        self.lock().answer(request, access)
    }

    /// The same as [`answer_with`](Self::answer_with), or nothing if a test is busy with the backend just now.
    #[cfg(feature = "server")]
    pub(crate) fn try_answer(&self, request: &Incoming<'_>, access: &Access) -> Option<Outgoing> {
        match self.0.try_lock() {
            Ok(mut shared) => Some(shared.answer(request, access)),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner().answer(request, access)),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Writes down a request that was refused before it could be answered.
    pub(crate) fn refused(&self, request: &Incoming<'_>, status: u16) {
        self.with(|backend| backend.record(request, status));
    }

    /// Adds to the note on a request in the log.
    #[cfg(feature = "server")]
    pub(crate) fn note(
        &self,
        entry: crate::http::EntryId,
        note: impl FnOnce(&mut crate::backend::request_log::ConnectionNote),
    ) {
        self.lock().backend.note(entry, note);
    }

    /// Does anything with the backend while no request is answered.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// let tasks = server.with(|backend| backend.state().ehpc.tasks.len());
    /// assert_eq!(tasks, 10);
    /// ```
    pub fn with<T>(&self, work: impl FnOnce(&mut Backend) -> T) -> T {
        work(self.lock().in_time())
    }

    /// Edits the state.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// server.edit(|state| state.ehpc.tasks.clear());
    /// assert!(server.state().ehpc.tasks.is_empty());
    /// ```
    pub fn edit<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        self.with(|backend| work(backend.state_mut()))
    }

    /// A copy of the state.
    ///
    /// ```
    /// assert_eq!(taskmock::MockServer::start().state(), taskmock::State::documents());
    /// ```
    pub fn state(&self) -> State {
        self.with(|backend| backend.state().clone())
    }

    /// Replaces the state; [`reset`](Handle::reset) goes back to this one.
    ///
    /// ```
    /// use taskmock::{MockServer, State};
    /// let server = MockServer::start();
    /// server.load(State::default());
    /// assert!(server.state().ehpc.tasks.is_empty());
    /// ```
    pub fn load(&self, state: State) {
        self.with(|backend| backend.load(state));
    }

    /// Puts another backend in the place of this one.
    #[cfg(feature = "conformance")]
    pub(crate) fn replace(&self, backend: Backend) {
        self.lock().backend = backend;
    }

    /// Goes back to the state that was loaded last, and forgets the requests that came in. What the clock
    /// was advanced is taken back; one that was set to the time of day is set to it anew.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// server.advance(std::time::Duration::from_secs(1));
    /// server.reset();
    /// assert_eq!(server.now().to_string(), "2024-03-03T00:00:00Z");
    /// ```
    pub fn reset(&self) {
        self.with(Backend::reset);
    }

    /// Goes back to the state that the backend was made with, and forgets the requests that came in.
    ///
    /// ```
    /// use taskmock::{MockServer, State};
    /// let server = MockServer::start();
    /// server.load(State::default());
    /// server.reset_to_start();
    /// assert_eq!(server.state().ehpc, State::documents().ehpc);
    /// ```
    pub fn reset_to_start(&self) {
        self.with(Backend::reset_to_start);
    }

    /// Puts a task or a command into the state as if a client had started it now; returns its id.
    ///
    /// ```
    /// use taskmock::{MockServer, ack::Task};
    /// let task_id = MockServer::start().submit(Task::new("c78592bf", "cluster_scaleout"));
    /// assert!(task_id.starts_with("T-"));
    /// ```
    pub fn submit<T: Submit>(&self, task: T) -> T::Id {
        self.with(|backend| backend.submit(task))
    }

    /// The virtual time.
    ///
    /// ```
    /// assert_eq!(taskmock::MockServer::start().now().to_string(), "2024-03-03T00:00:00Z");
    /// ```
    pub fn now(&self) -> Timestamp {
        self.with(|backend| backend.now())
    }

    /// Moves the clock on.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// server.advance(std::time::Duration::from_secs(90));
    /// assert_eq!(server.now().to_string(), "2024-03-03T00:01:30Z");
    /// ```
    pub fn advance(&self, span: Duration) {
        self.with(|backend| backend.advance(span));
    }

    /// Moves the clock on to an instant.
    ///
    /// # Errors
    ///
    /// An instant before the present. See [`Backend::set_clock`].
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// server.set_clock("2026-11-21T20:21:00Z".parse()?)?;
    /// assert_eq!(server.now().to_string(), "2026-11-21T20:21:00Z");
    /// # Ok::<(), taskmock::TimeError>(())
    /// ```
    pub fn set_clock(&self, to: Timestamp) -> Result<(), TimeError> {
        self.with(|backend| backend.set_clock(to))
    }

    /// Lets something go wrong on purpose; see [`Fault`].
    ///
    /// # Panics
    ///
    /// On a fault that cannot be injected, with the field and what would be right. See
    /// [`Backend::inject`] for a result instead.
    ///
    /// ```
    /// use taskmock::{Fault, MockServer};
    /// let server = MockServer::start();
    /// server.inject(Fault::reset().on("ehpc.list_tasks").when("PageNumber", "2").times(2));
    /// server.inject(Fault::http_errors([503, 503]));
    /// ```
    #[track_caller]
    pub fn inject(&self, fault: Fault) -> FaultId {
        match self.with(|backend| backend.inject(fault)) {
            Ok(id) => id,
            Err(error) => panic!("{error}"),
        }
    }

    /// The faults, in the order of their injection, with their ids and how often each hit.
    ///
    /// ```
    /// use taskmock::{Fault, MockServer};
    /// let server = MockServer::start();
    /// server.inject(Fault::reset());
    /// assert_eq!(server.faults()[0].hits(), 0);
    /// ```
    pub fn faults(&self) -> Vec<Fault> {
        self.with(|backend| backend.faults().to_vec())
    }

    /// Takes back a fault; false if there is none with that id.
    ///
    /// ```
    /// use taskmock::{Fault, MockServer};
    /// let server = MockServer::start();
    /// let id = server.inject(Fault::reset().always());
    /// assert!(server.withdraw(id));
    /// ```
    pub fn withdraw(&self, id: FaultId) -> bool {
        self.with(|backend| backend.withdraw(id))
    }

    /// Takes back all faults.
    ///
    /// ```
    /// use taskmock::{Fault, MockServer};
    /// let server = MockServer::start();
    /// server.inject(Fault::reset().always());
    /// server.withdraw_all();
    /// assert!(server.faults().is_empty());
    /// ```
    pub fn withdraw_all(&self) {
        self.with(Backend::withdraw_all);
    }

    /// Lets a user ask, and from then on nobody who is not admitted; see
    /// [`Backend::admit`](crate::Backend::admit).
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// server.admit(taskmock::Credentials::new("testid", "testsecret"));
    /// ```
    #[cfg(feature = "signatures")]
    pub fn admit(&self, credentials: crate::signature::Credentials) {
        self.with(|backend| backend.admit(credentials));
    }

    /// The requests that came in, the oldest first; at most [`MAX_RECEIVED`](crate::MAX_RECEIVED).
    ///
    /// ```
    /// assert!(taskmock::MockServer::start().requests().is_empty());
    /// ```
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.with(|backend| backend.requests())
    }

    /// How many requests came in for an operation.
    ///
    /// # Panics
    ///
    /// On an unknown operation, which would be counted as 0 for ever.
    ///
    /// ```
    /// assert_eq!(taskmock::MockServer::start().count("ehpc.list_tasks"), 0);
    /// ```
    #[track_caller]
    pub fn count(&self, operation: &str) -> u64 {
        assert!(crate::services::operation(operation).is_some(), "`{operation}` is no operation");
        self.with(|backend| backend.count(operation))
    }

    /// How many requests came in since the log was begun, those that were dropped included.
    ///
    /// ```
    /// assert_eq!(taskmock::MockServer::start().received(), 0);
    /// ```
    pub fn received(&self) -> u64 {
        self.with(|backend| backend.received())
    }

    /// How many of the oldest requests the log no longer has.
    ///
    /// ```
    /// assert_eq!(taskmock::MockServer::start().dropped(), 0);
    /// ```
    pub fn dropped(&self) -> u64 {
        self.with(|backend| backend.dropped())
    }

    /// Sets how much the request log keeps.
    ///
    /// ```
    /// use taskmock::{LogLimits, MockServer};
    /// MockServer::start().limit_log(LogLimits { requests: 100_000, bytes: 64 << 20 });
    /// ```
    pub fn limit_log(&self, limits: LogLimits) {
        self.with(|backend| backend.limit_log(limits));
    }

    /// Forgets the requests that came in, and counts anew.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// server.clear_log();
    /// assert_eq!(server.received(), 0);
    /// ```
    pub fn clear_log(&self) {
        self.with(Backend::clear_log);
    }

    /// Compares the request log with what is expected of it.
    ///
    /// # Errors
    ///
    /// The nearest request, and each criterion that it missed. See [`Backend::verify`].
    ///
    /// ```
    /// use taskmock::{Expected, MockServer};
    /// assert!(MockServer::start().verify(&Expected::call("ehpc.list_tasks").never()).is_ok());
    /// ```
    pub fn verify(&self, expected: &Expected) -> Result<(), Unmet> {
        self.with(|backend| backend.verify(expected))
    }

    /// Asserts that the request log shows what is expected of it, now.
    ///
    /// # Panics
    ///
    /// If it does not, with the nearest request and each criterion that it missed.
    ///
    /// ```should_panic
    /// use taskmock::{Expected, MockServer};
    /// let server = MockServer::start();
    /// server.assert(&Expected::call("ehpc.list_tasks").with("PageNumber", "2").times(2));
    /// ```
    #[track_caller]
    pub fn assert(&self, expected: &Expected) {
        if let Err(unmet) = self.verify(expected) {
            panic!("{unmet}");
        }
    }

    /// Asserts that each of `expected` has a request of its own, after that of the one before. Other
    /// requests may stand between. See [`Backend::verify_order`] for a result instead.
    ///
    /// # Panics
    ///
    /// If one has none, with the request that comes nearest.
    ///
    /// ```should_panic
    /// use taskmock::{Expected, MockServer};
    /// let page = |number| Expected::call("ehpc.list_tasks").with("PageNumber", number);
    /// MockServer::start().assert_order(&[page("1"), page("2")]);
    /// ```
    #[track_caller]
    pub fn assert_order(&self, expected: &[Expected]) {
        if let Err(unmet) = self.with(|backend| backend.verify_order(expected)) {
            panic!("{unmet}");
        }
    }

    /// Expects something of the request log by the end of the test: the server asserts it when it is
    /// dropped, unless the test panics anyway. A [`reset`](Self::reset) forgets requests, not what is
    /// expected. Without a server, [`assert_expected`](Self::assert_expected) does it.
    ///
    /// ```
    /// use taskmock::{Expected, MockServer};
    /// let server = MockServer::start();
    /// server.expect(Expected::call("ehpc.list_tasks").with("Archived", "true").never());
    /// ```
    pub fn expect(&self, expected: Expected) {
        self.lock().expected.push(expected);
    }

    /// Asserts all that was [expected](Self::expect), and forgets it.
    ///
    /// # Panics
    ///
    /// If something is missing, with everything that is.
    ///
    /// ```should_panic
    /// use taskmock::{Expected, MockServer};
    /// let server = MockServer::start();
    /// server.expect(Expected::call("ehpc.list_tasks"));
    /// server.assert_expected();
    /// ```
    #[track_caller]
    pub fn assert_expected(&self) {
        let expected = std::mem::take(&mut self.lock().expected);
        let unmet: Vec<String> =
            expected.iter().filter_map(|expected| self.verify(expected).err()).map(|unmet| unmet.to_string()).collect();
        assert!(unmet.is_empty(), "{}", unmet.concat());
    }
}
