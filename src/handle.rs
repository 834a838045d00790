//! Handle: a backend that a server and its tests share.

#[cfg(feature = "server")]
use std::sync::TryLockError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::backend::Backend;
use crate::backend::control::{Access, CallOrigin};
use crate::backend::request_log::ReceivedRequest;
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
    access: Access,
}

impl Shared {
    /// Lets the clock catch up; whoever looks at the backend looks at it in time.
    fn in_time(&mut self) -> &mut Backend {
        let due = self.pace.due();
        if !due.is_zero() {
            self.backend.advance(due);
        }
        &mut self.backend
    }

    fn answer(&mut self, request: &Incoming<'_>) -> Outgoing {
        let (access, step) = (std::mem::take(&mut self.access), self.pace.step());
        let answer = self.in_time().serve(request, CallOrigin::Connection(&access), step);
        self.access = access;
        answer
    }
}

impl Handle {
    /// Returns a handle on a backend, for [`Wire`](crate::Wire) and other adapters. Servers make
    /// their own.
    ///
    /// # Panics
    ///
    /// With [`ClockSource::FollowsTokio`] outside a tokio runtime.
    ///
    /// ```
    /// use taskmock::{Backend, ClockSource, Handle};
    /// let handle = Handle::new(Backend::documents(), ClockSource::Stands);
    /// assert_eq!(handle.count("ehpc.list_tasks"), 0);
    /// ```
    pub fn new(backend: Backend, clock: ClockSource) -> Self {
        Handle(Arc::new(Mutex::new(Shared { backend, pace: Pace::new(clock), access: Access::default() })))
    }

    /// Takes note of the instant that a host gives.
    pub(crate) fn is_at(&self, now: Duration) {
        self.lock().pace.is_at(now);
    }

    /// A panic inside a test's closure must not take the server down with it.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request: of the control interface, or of the cloud.
    pub(crate) fn answer(&self, request: &Incoming<'_>) -> Outgoing {
        self.lock().answer(request)
    }

    /// The same, or nothing if a test is busy with the backend just now.
    #[cfg(feature = "server")]
    pub(crate) fn try_answer(&self, request: &Incoming<'_>) -> Option<Outgoing> {
        match self.0.try_lock() {
            Ok(mut shared) => Some(shared.answer(request)),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner().answer(request)),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Writes down a request that was refused before it could be answered.
    pub(crate) fn refused(&self, request: &Incoming<'_>, status: u16) {
        self.with(|backend| backend.record(request, status));
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
    /// assert_eq!(server.state(), State::default());
    /// ```
    pub fn load(&self, state: State) {
        self.with(|backend| backend.load(state));
    }

    /// Puts another backend in the place of this one.
    #[cfg(feature = "conformance")]
    pub(crate) fn replace(&self, backend: Backend) {
        self.lock().backend = backend;
    }

    /// Goes back to the state that was loaded last, and forgets the requests that came in.
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
}
