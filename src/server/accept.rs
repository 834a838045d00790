//! The accept loop of a server: its connections, how long they may be idle, and what it logs.

use std::fmt::Write as _;
use std::future::poll_fn;
#[cfg(feature = "httpmock")]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::config::Log;
use super::socket::{OverTcp, Socket, TokioClock};
use crate::backend::control::{self, Access};
use crate::backend::plain;
use crate::backend::request_log::ConnectionNote;
use crate::connection::{Service, serve};
use crate::handle::Handle;
use crate::http::{EntryId, Incoming, Outgoing, Request};

/// A request whose body has not come by then is refused.
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// A larger body goes to a thread of its own, so that the other servers of the process go on.
const LARGE_BODY: usize = 256 << 10;

/// The first byte of a TLS connection: a handshake record.
const TLS_HANDSHAKE: u8 = 0x16;

/// What all connections of a server share.
pub(super) struct Served {
    pub(super) handle: Handle,
    pub(super) log: Option<Log>,
    pub(super) clock: TokioClock,
    /// Whether the clock follows the runtime's, which may be paused: the time-out of a body would
    /// then pass at once.
    pub(super) is_local: bool,
    pub(super) started: std::time::Instant,
    /// How many connections there were.
    pub(super) connections: AtomicU64,
    #[cfg(feature = "httpmock")]
    pub(super) stubs: OnceLock<super::httpmock::Stubs>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<super::tls::Tls>,
}

impl Served {
    fn say(&self, line: &str) {
        if let Some(log) = &self.log {
            log(line);
        }
    }
}

/// What one of its ports has.
pub(super) struct Port {
    pub(super) served: Arc<Served>,
    /// Who may use the control interface here.
    pub(super) access: Access,
    /// Whether the clouds are here too.
    pub(super) has_cloud: bool,
}

/// A server that accepts connections, until it is ended.
pub(super) struct Accepting {
    shared: Arc<Shared>,
    tasks: Vec<AbortHandle>,
}

struct Shared {
    /// None once the server has ended.
    socket: Mutex<Option<TcpListener>>,
    connections: Mutex<Connections>,
}

impl Accepting {
    /// Starts to accept connections on a runtime.
    pub(super) fn start(
        socket: TcpListener,
        port: Arc<Port>,
        idle_timeout: Option<Duration>,
        runtime: &runtime::Handle,
    ) -> Self {
        let shared = Arc::new(Shared { socket: Mutex::new(Some(socket)), connections: Mutex::default() });
        let mut tasks = vec![runtime.spawn(accept(Arc::clone(&shared), port)).abort_handle()];
        if let Some(idle_timeout) = idle_timeout {
            tasks.push(runtime.spawn(close_idle(Arc::clone(&shared), idle_timeout)).abort_handle());
        }
        Accepting { shared, tasks }
    }

    /// Closes the port before it returns, and all connections.
    pub(super) fn end(&self) {
        *lock(&self.shared.socket) = None;
        self.tasks.iter().for_each(AbortHandle::abort);
        lock(&self.shared.connections).end();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The connections of a server.
#[derive(Default)]
struct Connections {
    all: Vec<(AbortHandle, Arc<Activity>)>,
    /// Those that have ended are forgotten when there are this many.
    most: usize,
    has_ended: bool,
}

impl Connections {
    fn add(&mut self, task: AbortHandle, activity: Arc<Activity>) {
        if self.has_ended {
            return task.abort();
        }
        if self.all.len() >= self.most {
            self.all.retain(|(task, _)| !task.is_finished());
            self.most = 2 * self.all.len() + 16;
        }
        self.all.push((task, activity));
    }

    fn end(&mut self) {
        self.has_ended = true;
        self.all.drain(..).for_each(|(task, _)| task.abort());
    }

    /// Closes the connections that are idle since an instant or longer.
    fn close_idle_since(&mut self, instant: u64) {
        self.all.retain(|(task, activity)| {
            let is_idle = activity.idle_since().is_some_and(|since| since <= instant);
            if is_idle {
                task.abort();
            }
            !is_idle && !task.is_finished()
        });
    }

    /// Closes a quarter of the idle connections, at least one, those that are idle longest.
    fn close_longest_idle(&mut self) -> usize {
        let mut idle: Vec<u64> = self
            .all
            .iter()
            .filter(|(task, _)| !task.is_finished())
            .filter_map(|(_, activity)| activity.idle_since())
            .collect();
        idle.sort_unstable();
        let closed = idle.len().div_ceil(4);
        if let Some(last) = closed.checked_sub(1) {
            self.close_idle_since(idle[last]);
        }
        closed
    }
}

/// Since when a connection is idle.
struct Activity {
    started: Instant,
    /// Milliseconds since then, or [`BUSY`].
    idle_since: AtomicU64,
}

const BUSY: u64 = u64::MAX;

impl Activity {
    fn idle_since(&self) -> Option<u64> {
        Some(self.idle_since.load(Ordering::Relaxed)).filter(|since| *since != BUSY)
    }

    fn is_busy(&self) {
        self.idle_since.store(BUSY, Ordering::Relaxed);
    }

    fn is_idle(&self) {
        let since = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(BUSY - 1);
        self.idle_since.store(since, Ordering::Relaxed);
    }
}

/// Closes connections that are idle for too long, until it is aborted.
async fn close_idle(shared: Arc<Shared>, timeout: Duration) {
    let started = Instant::now();
    loop {
        tokio::time::sleep((timeout / 10).max(Duration::from_millis(10))).await;
        if let Some(instant) = started.elapsed().checked_sub(timeout) {
            let instant = u64::try_from(instant.as_millis()).unwrap_or(BUSY - 1);
            lock(&shared.connections).close_idle_since(instant);
        }
    }
}

/// Accepts connections until it is aborted.
async fn accept(shared: Arc<Shared>, port: Arc<Port>) {
    let started = Instant::now();
    let has_complained = AtomicBool::new(false);
    loop {
        let accepted = poll_fn(|context| match &*lock(&shared.socket) {
            Some(socket) => socket.poll_accept(context).map(Some),
            None => Poll::Ready(None),
        });
        let stream = match accepted.await {
            None => return,
            Some(Ok((stream, _))) => stream,
            Some(Err(error)) => {
                let closed = lock(&shared.connections).close_longest_idle();
                if !has_complained.swap(true, Ordering::Relaxed) {
                    port.served.say(&format!(
                        "cannot accept a connection: {error}; closed {closed} idle ones and go on (said once). Out of \
                         file descriptors, `ulimit -n` allows more"
                    ));
                }
                // Let some connections end.
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let activity = Arc::new(Activity { started, idle_since: AtomicU64::new(0) });
        activity.is_idle();
        let connected = Connected {
            number: port.served.connections.fetch_add(1, Ordering::Relaxed) + 1,
            port: Arc::clone(&port),
            activity: Arc::clone(&activity),
            place: AtomicU64::new(0),
            latest: Mutex::new(None),
        };
        let task = tokio::spawn(connect(stream, connected)).abort_handle();
        lock(&shared.connections).add(task, activity);
    }
}

/// Serves a connection, in TLS if the client begins with it.
async fn connect(stream: TcpStream, connected: Connected) {
    let mut first = [0];
    match stream.peek(&mut first).await {
        Ok(1) if first[0] == TLS_HANDSHAKE => {}
        _ => return over(stream, connected).await,
    }
    #[cfg(feature = "tls")]
    if let Some(tls) = &connected.port.served.tls {
        match tls.accept(stream).await {
            Ok(stream) => over(stream, connected).await,
            Err(error) => connected.port.served.say(&format!(
                "a client ended the TLS handshake: {error}; does it trust the server's CA (`--ca-file`, \
                 `MockServer::ca_pem`), and does it ask for localhost or 127.0.0.1?"
            )),
        }
        return;
    }
    connected.port.served.say(
        "a client spoke TLS, and this server speaks plain HTTP: give the client http:// as its endpoint, or start \
         with `--tls` (`ServerConfig::tls`, feature `tls`)",
    );
}

async fn over<S: OverTcp>(stream: S, connected: Connected) {
    let clock = connected.port.served.clock;
    let body_timeout = (!connected.port.served.is_local).then_some(BODY_WITHIN);
    serve(Socket::new(stream), &clock, &connected, body_timeout).await;
}

/// A connection of a client.
struct Connected {
    port: Arc<Port>,
    activity: Arc<Activity>,
    /// Its number, from 1 since the server started.
    number: u64,
    /// How many requests came on it.
    place: AtomicU64,
    /// Where the latest stands in the request log.
    latest: Mutex<Option<EntryId>>,
}

impl Service for Connected {
    async fn answer(&self, request: &Request) -> Outgoing {
        self.activity.is_busy();
        let incoming = Incoming::from(request);
        let place = self.place.fetch_add(1, Ordering::Relaxed) + 1;
        let is_control = control::is_for(incoming.path);
        if !is_control && !self.port.has_cloud {
            return plain(404, "this port has the control interface only, under /__taskmock__/");
        }
        #[cfg(feature = "httpmock")]
        if !is_control
            && let Some(stubs) = self.port.served.stubs.get()
            && let Some(answer) = stubs.answer(request).await
        {
            self.log(&incoming, answer.status, None);
            return answer;
        }
        let answer = match control::wait_of(&incoming) {
            Some(wait) => self.wait(&incoming, wait).await,
            None if request.body().len() > LARGE_BODY => {
                let (port, request) = (Arc::clone(&self.port), request.clone());
                let answer = move || port.served.handle.answer_with(&Incoming::from(&request), &port.access);
                let large = tokio::task::spawn_blocking(answer);
                large.await.unwrap_or_else(|error| plain(500, &error.to_string()))
            }
            None => self.ask(&incoming).await,
        };
        *lock(&self.latest) = answer.entry;
        if let Some(entry) = answer.entry {
            let since_start = self.port.served.started.elapsed();
            self.note(entry, |note| {
                (note.connection, note.place, note.since_start) = (self.number, place, since_start)
            });
        }
        if !is_control {
            self.log(&incoming, answer.status, answer.signature_diagnosis.as_deref());
        }
        answer
    }

    fn refused(&self, request: &Request, status: u16) {
        let incoming = Incoming::from(request);
        self.port.served.handle.refused(&incoming, status);
        self.log(&incoming, status, None);
    }

    fn answered(&self) {
        self.activity.is_idle();
    }

    fn left(&self) {
        if let Some(entry) = *lock(&self.latest) {
            self.note(entry, |note| note.client_went_away = true);
        }
    }
}

/// How often a call that waits is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(10);

impl Connected {
    /// Asks the backend. While a test is busy with it, the other servers of the process go on.
    async fn ask(&self, request: &Incoming<'_>) -> Outgoing {
        let Port { served, access, .. } = &*self.port;
        for _ in 0..100 {
            if let Some(answer) = served.handle.try_answer(request, access) {
                return answer;
            }
            tokio::task::yield_now().await;
        }
        loop {
            if let Some(answer) = served.handle.try_answer(request, access) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Asks until what the request waits for has come, or until its time is over. The clock may move
    /// without anybody's doing, so it asks again rather than wait to be told.
    async fn wait(&self, request: &Incoming<'_>, wait: Duration) -> Outgoing {
        let until = Instant::now() + wait;
        loop {
            let answer = self.ask(request).await;
            if !control::is_not_yet(&answer) || Instant::now() >= until {
                return answer;
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }

    fn note(&self, entry: EntryId, note: impl FnOnce(&mut ConnectionNote)) {
        self.port.served.handle.note(entry, note);
    }

    fn log(&self, request: &Incoming<'_>, status: u16, signature_diagnosis: Option<&str>) {
        let Some(log) = &self.port.served.log else { return };
        log(&line(status, request));
        // What the cloud does not tell the developer of a client.
        if let Some(diagnosis) = signature_diagnosis {
            log(diagnosis);
        }
    }
}

/// A request in a line: its status, method and target, in which nothing steers a terminal.
fn line(status: u16, request: &Incoming<'_>) -> String {
    let mark = if request.query.is_empty() { "" } else { "?" };
    let mut line = format!("{status} {} ", request.method);
    for character in [request.path, mark, request.query].into_iter().flat_map(str::chars) {
        let is_bidirectional =
            matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if character.is_control() || is_bidirectional {
            let _ = write!(line, "{}", character.escape_unicode());
        } else {
            line.push(character);
        }
    }
    line
}
