//! Wire: the engine for a host that moves the bytes itself; bytes in, actions out.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;

use super::pipe::{End, pipe};
use super::{Clock, Service, serve};
use crate::handle::Handle;
use crate::http::{Incoming, Outgoing, Request, Response};

/// What a host does for a [`Wire`].
///
/// ```
/// use taskmock::Action;
/// assert_ne!(Action::Close, Action::Reset);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Sends these bytes to the client.
    Write(Bytes),
    /// Calls [`Wire::wake`] at this instant, or later; it replaces the one before.
    WakeAt(Duration),
    /// Answers this request by [`Wire::answer`]: it is not for the mock. It is written as HTTP/1.1 has
    /// it, with its length. Only on a connection of [`Wire::open_with_handler`].
    Ask(Bytes),
    /// Ends the connection so that the client meets a reset. Nothing follows.
    Reset,
    /// Ends the connection in order. Nothing follows.
    Close,
}

/// A connection whose bytes a host moves, without tokio and without a socket.
///
/// Each call says what happened and when, and returns what the host does, in this order. Instants
/// are spans since a moment of the host's choice, and never go back. A wire wakes nobody and reads
/// no clock, so it runs in a WebAssembly module.
///
/// ```
/// use std::time::Duration;
/// use taskmock::{Action, Backend, ClockSource, Handle, Wire};
///
/// let handle = Handle::new(Backend::documents(), ClockSource::Given);
/// let mut wire = Wire::open(&handle);
/// let request = b"GET /tasks/T-5faa48fb31b6b8078d00**** HTTP/1.1\r\nhost: cs.aliyuncs.com\r\n\r\n";
/// let actions = wire.receive(Duration::from_secs(1), request);
/// let [Action::Write(answer)] = &actions[..] else { panic!("{actions:?}") };
/// assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
/// assert_eq!(wire.closed(Duration::from_secs(2)), [Action::Close]);
/// ```
pub struct Wire {
    handle: Handle,
    host: End,
    time: Arc<Time>,
    waker: Arc<Flag>,
    question: Arc<Question>,
    /// None once the connection has ended.
    connection: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// What the host was told last.
    wakes_at: Option<Duration>,
}

/// The connection is reset when a client has sent this many bytes that the engine does not read,
/// because it still answers.
const MAX_UNREAD: usize = 2 << 20;

impl Wire {
    /// Opens a connection to a backend.
    ///
    /// ```
    /// use taskmock::{Backend, ClockSource, Handle, Wire};
    /// let wire = Wire::open(&Handle::new(Backend::documents(), ClockSource::Given));
    /// assert!(wire.is_open());
    /// ```
    pub fn open(handle: &Handle) -> Self {
        Wire::serving(handle, Direct(handle.clone()))
    }

    /// Opens a connection to a backend; a request that is for none of its operations is the host's to
    /// answer. It is told so by [`Action::Ask`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskmock::{Action, Backend, ClockSource, Handle, Wire};
    /// let mut wire = Wire::open_with_handler(&Handle::new(Backend::documents(), ClockSource::Given));
    /// let actions = wire.receive(Duration::ZERO, b"GET /regions HTTP/1.1\r\nhost: x\r\n\r\n");
    /// let [Action::Ask(request)] = &actions[..] else { panic!("{actions:?}") };
    /// assert!(request.starts_with(b"GET /regions HTTP/1.1\r\n"));
    /// let actions = wire.answer(Duration::ZERO, http::Response::new("[]".into()));
    /// let [Action::Write(answer)] = &actions[..] else { panic!("{actions:?}") };
    /// assert!(answer.ends_with(b"\r\n\r\n[]"));
    /// ```
    pub fn open_with_handler(handle: &Handle) -> Self {
        let question = Arc::new(Question::default());
        let service = Shared { own: Direct(handle.clone()), question: Arc::clone(&question) };
        Wire { question, ..Wire::serving(handle, service) }
    }

    /// Opens a connection to any service.
    pub(crate) fn serving(handle: &Handle, service: impl Service + 'static) -> Self {
        let (host, end) = pipe();
        let time = Arc::new(Time::default());
        let clock = Arc::clone(&time);
        let connection = async move { serve(end, &*clock, &service, None).await };
        Wire {
            handle: handle.clone(),
            host,
            time,
            waker: Arc::default(),
            question: Arc::default(),
            connection: Some(Box::pin(connection)),
            wakes_at: None,
        }
    }

    /// Takes bytes of the client.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskmock::{Backend, ClockSource, Handle, Wire};
    /// let mut wire = Wire::open(&Handle::new(Backend::documents(), ClockSource::Given));
    /// assert!(wire.receive(Duration::ZERO, b"GET / HTT").is_empty());
    /// ```
    pub fn receive(&mut self, now: Duration, bytes: &[u8]) -> Vec<Action> {
        self.host.push(bytes);
        self.run(now)
    }

    /// Goes on, because the instant of [`Action::WakeAt`] has come. An early call does no harm.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskmock::{Backend, ClockSource, Handle, Wire};
    /// let mut wire = Wire::open(&Handle::new(Backend::documents(), ClockSource::Given));
    /// assert!(wire.wake(Duration::from_secs(5)).is_empty());
    /// ```
    pub fn wake(&mut self, now: Duration) -> Vec<Action> {
        self.run(now)
    }

    /// Answers the request of [`Action::Ask`]. Without one, the answer is dropped.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskmock::{Backend, ClockSource, Handle, Wire};
    /// let mut wire = Wire::open(&Handle::new(Backend::documents(), ClockSource::Given));
    /// assert!(wire.answer(Duration::ZERO, http::Response::default()).is_empty());
    /// ```
    pub fn answer(&mut self, now: Duration, answer: Response) -> Vec<Action> {
        self.question.lock().answer(answer);
        self.run(now)
    }

    /// Takes note that the client sends nothing more. It may still want its answer.
    ///
    /// ```
    /// use std::time::Duration;
    /// use taskmock::{Action, Backend, ClockSource, Handle, Wire};
    /// let mut wire = Wire::open(&Handle::new(Backend::documents(), ClockSource::Given));
    /// assert_eq!(wire.closed(Duration::ZERO), [Action::Close]);
    /// ```
    pub fn closed(&mut self, now: Duration) -> Vec<Action> {
        self.host.end();
        self.run(now)
    }

    /// Whether the connection goes on. After [`Action::Reset`] or [`Action::Close`] it does not, and
    /// every call returns nothing.
    ///
    /// ```
    /// use taskmock::{Backend, ClockSource, Handle, Wire};
    /// let mut wire = Wire::open(&Handle::new(Backend::documents(), ClockSource::Given));
    /// wire.closed(std::time::Duration::ZERO);
    /// assert!(!wire.is_open());
    /// ```
    pub fn is_open(&self) -> bool {
        self.connection.is_some()
    }

    fn run(&mut self, now: Duration) -> Vec<Action> {
        let mut actions = Vec::new();
        let Some(connection) = &mut self.connection else { return actions };
        self.handle.is_at(now);
        self.time.lock().now = now;
        let waker = Waker::from(Arc::clone(&self.waker));
        let mut written = Vec::new();
        let has_ended = loop {
            self.waker.0.store(false, Ordering::Relaxed);
            self.time.lock().wakes_at = None;
            let polled = connection.as_mut().poll(&mut Context::from_waker(&waker));
            // It waits for room, or wants to be polled again: there is nobody else to do either.
            let drained = self.host.drain();
            written.extend_from_slice(&drained);
            if polled.is_ready() {
                break true;
            }
            if drained.is_empty() && !self.waker.0.load(Ordering::Relaxed) {
                break false;
            }
        };
        if !written.is_empty() {
            actions.push(Action::Write(written.into()));
        }
        actions.extend(self.question.lock().take_unasked().map(Action::Ask));
        let is_flooded = self.host.unread() > MAX_UNREAD;
        if has_ended || is_flooded {
            self.connection = None;
            actions.push(if is_flooded || self.host.is_reset() { Action::Reset } else { Action::Close });
            return actions;
        }
        let wakes_at = self.time.lock().wakes_at;
        if wakes_at != self.wakes_at {
            actions.extend(wakes_at.map(Action::WakeAt));
        }
        self.wakes_at = wakes_at;
        actions
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire").field("is_open", &self.is_open()).finish_non_exhaustive()
    }
}

/// A backend that answers at once.
pub(crate) struct Direct(pub(crate) Handle);

impl Service for Direct {
    async fn answer(&self, request: &Request) -> Outgoing {
        self.0.answer(&Incoming::from(request))
    }

    fn refused(&self, request: &Request, status: u16) {
        self.0.refused(&Incoming::from(request), status);
    }
}

/// A backend that leaves what is not for it to the host.
struct Shared {
    own: Direct,
    question: Arc<Question>,
}

impl Service for Shared {
    async fn answer(&self, request: &Request) -> Outgoing {
        if self.own.0.is_ours(&Incoming::from(request)) {
            return self.own.answer(request).await;
        }
        *self.question.lock() = Asked::New(written(request));
        let answer = poll_fn(|_| self.question.lock().take_answer()).await;
        self.own.refused(request, answer.status().as_u16());
        answer.into()
    }

    fn refused(&self, request: &Request, status: u16) {
        self.own.refused(request, status);
    }
}

/// Writes a request as HTTP/1.1 has it, its body with a length.
fn written(request: &Request) -> Bytes {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let mut bytes = format!("{} {target} HTTP/1.1\r\n", request.method()).into_bytes();
    for (name, value) in request.headers() {
        if name != http::header::TRANSFER_ENCODING && name != http::header::CONTENT_LENGTH {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", request.body().len()).as_bytes());
    bytes.extend_from_slice(request.body());
    bytes.into()
}

/// What a connection asks of the host.
#[derive(Default)]
struct Question(Mutex<Asked>);

#[derive(Default)]
enum Asked {
    #[default]
    Nothing,
    New(Bytes),
    Told,
    Answered(Response),
}

impl Question {
    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asked {
    /// Returns the request that the host was not told yet.
    fn take_unasked(&mut self) -> Option<Bytes> {
        match std::mem::take(self) {
            Asked::New(request) => {
                *self = Asked::Told;
                Some(request)
            }
            other => {
                *self = other;
                None
            }
        }
    }

    fn answer(&mut self, answer: Response) {
        if matches!(self, Asked::Told) {
            *self = Asked::Answered(answer);
        }
    }

    fn take_answer(&mut self) -> Poll<Response> {
        match std::mem::take(self) {
            Asked::Answered(answer) => Poll::Ready(answer),
            other => {
                *self = other;
                Poll::Pending
            }
        }
    }
}

/// The host's time.
#[derive(Default)]
struct Time(Mutex<Instants>);

#[derive(Default)]
struct Instants {
    now: Duration,
    /// The earliest instant that something sleeps until.
    wakes_at: Option<Duration>,
}

impl Time {
    fn lock(&self) -> MutexGuard<'_, Instants> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for Time {
    async fn sleep(&self, span: Duration) {
        let until = self.lock().now.saturating_add(span);
        poll_fn(|_| {
            let mut instants = self.lock();
            if instants.now >= until {
                return Poll::Ready(());
            }
            instants.wakes_at = Some(instants.wakes_at.map_or(until, |earlier| earlier.min(until)));
            Poll::Pending
        })
        .await;
    }
}

/// Whether the engine wants to be polled again.
#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
