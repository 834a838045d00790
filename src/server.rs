//! MockServer: a backend on a socket through httpmock, which a user's own stubs can share.

use std::collections::VecDeque;
use std::mem;
use std::net::SocketAddr;
use std::ops::Deref;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use httpmock::{HttpMockRequest, HttpMockResponse, Mock, Then, When};

use crate::backend::{Backend, plain};
use crate::handle::Handle;
use crate::http::{Incoming, Outgoing};
use crate::services::State;

/// A mock server for tests, over httpmock.
///
/// It dereferences to [`Handle`], which is what a test does with it. It can be started in plain
/// and in async tests.
///
/// httpmock holds at most 25 servers at once in a process, and keeps their ports open for ever.
/// taskmock keeps the ports of servers that were dropped and lets them rest: a request that comes
/// late, after its test, is answered with 410 and reaches no other test. A port is used again once
/// 20 are known (`HTTPMOCK_MAX_SERVERS` less five), the one that was left longest first, and one to
/// which requests still come only if all others are held. So a client that falls silent, and asks
/// again after 20 more servers were started, can still be heard by another test.
///
/// httpmock itself answers a request without a Host header, with a header that is not ASCII or with
/// a broken body (500), and CONNECT (200); such requests do not come here.
///
/// Where any of this matters, [`Listener`](crate::Listener) is the same over hyper: it has no limit,
/// closes its port when it is dropped, and answers all of these with a 4xx.
///
/// ```
/// use std::io::{Read, Write};
///
/// let server = taskmock::MockServer::start();
/// let mut client = std::net::TcpStream::connect(server.address())?;
/// client.write_all(b"GET /tasks/T-5faa48fb31b6b8078d00**** HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
/// let mut answer = String::new();
/// client.read_to_string(&mut answer)?;
/// assert!(answer.contains(r#""state":"running""#));
/// assert_eq!(server.count("ack.describe_task_info"), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct MockServer {
    /// None only while it is dropped.
    port: Option<Port>,
    handle: Handle,
}

/// A server of httpmock that is ours for as long as the process runs.
struct Port {
    server: httpmock::MockServer,
    tenant: Arc<Tenant>,
    /// The id of the mock that hands every request to the tenant.
    catch_all: Mutex<usize>,
    /// The thread that started the server which holds it.
    holder: ThreadId,
}

/// Who is behind a port: a server, or nobody once that was dropped.
#[derive(Default)]
struct Tenant(Mutex<Tenancy>);

#[derive(Default)]
struct Tenancy {
    handle: Option<Handle>,
    /// Whether a request came after the last server here was dropped.
    had_late_request: bool,
}

impl MockServer {
    /// Starts a server in [the documents' world](State::documents).
    ///
    /// # Panics
    ///
    /// If httpmock has no server left and none is given back within ten seconds, or within one inside
    /// an async runtime.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// assert!(server.base_url().starts_with("http://127.0.0.1:"));
    /// ```
    pub fn start() -> Self {
        MockServer::start_with(State::documents())
    }

    /// Starts a server with a state.
    ///
    /// # Panics
    ///
    /// If httpmock has no server left and none is given back within ten seconds, or within one inside
    /// an async runtime.
    ///
    /// ```
    /// use taskmock::{MockServer, State};
    /// let server = MockServer::start_with(State::default());
    /// assert!(server.state().ehpc.tasks.is_empty());
    /// ```
    pub fn start_with(state: State) -> Self {
        let handle = Handle::new(Backend::new(state), 0.0);
        let port = Ports::take();
        *port.tenant.lock() = Tenancy { handle: Some(handle.clone()), had_late_request: false };
        MockServer { port: Some(port), handle }
    }

    fn port(&self) -> &Port {
        self.port.as_ref().expect("it is there until the server is dropped")
    }

    /// Where it listens.
    ///
    /// ```
    /// assert!(taskmock::MockServer::start().address().ip().is_loopback());
    /// ```
    pub fn address(&self) -> SocketAddr {
        *self.port().server.address()
    }

    /// What a client is given as its endpoint: `http://127.0.0.1:PORT`.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// assert_eq!(server.base_url(), format!("http://{}", server.address()));
    /// ```
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Mounts a stub of httpmock on the same port. It goes before the backend: what it matches
    /// does not reach it.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// let stub = server.stub(|when, then| {
    ///     when.path("/token");
    ///     then.status(200).body("secret");
    /// });
    /// assert_eq!(stub.calls(), 0);
    /// ```
    pub fn stub(&self, specify: impl FnOnce(When, Then)) -> Mock<'_> {
        let port = self.port();
        // httpmock asks its mocks in the order in which they were mounted, so the one that takes
        // everything is mounted again behind the stub; no request falls in between.
        let stub = port.server.mock(specify);
        let mut catch_all = port.catch_all.lock().unwrap_or_else(PoisonError::into_inner);
        let before = mem::replace(&mut *catch_all, mount(&port.server, &port.tenant));
        Mock::new(before, &port.server).delete();
        stub
    }

    /// The server of httpmock underneath.
    ///
    /// Stubs go through [`stub`](MockServer::stub): httpmock asks the first mounted mock first,
    /// and that is the backend's. Its `reset` would remove the backend's too.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// assert_eq!(server.httpmock().port(), server.address().port());
    /// ```
    pub fn httpmock(&self) -> &httpmock::MockServer {
        &self.port().server
    }
}

impl Deref for MockServer {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl std::fmt::Debug for MockServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MockServer").field("address", &self.address()).finish_non_exhaustive()
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        if let Some(port) = self.port.take() {
            port.tenant.lock().handle = None;
            Ports::give_back(port);
        }
    }
}

impl Tenant {
    fn lock(&self) -> MutexGuard<'_, Tenancy> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Incoming<'_>) -> Outgoing {
        // The lock is released before the backend is asked.
        let handle = {
            let mut tenancy = self.lock();
            tenancy.had_late_request |= tenancy.handle.is_none();
            tenancy.handle.clone()
        };
        match handle {
            Some(handle) => handle.answer(request),
            None => plain(410, "the MockServer on this port was dropped; the request came after its test"),
        }
    }
}

/// Mounts the mock that takes everything.
///
/// All logic is in its responder: httpmock matches mock by mock under one lock, and a panic in a
/// matcher would take the server down.
fn mount(server: &httpmock::MockServer, tenant: &Arc<Tenant>) -> usize {
    let tenant = Arc::clone(tenant);
    let respond = move |request: &HttpMockRequest| {
        let body = request.body_bytes();
        let incoming = Incoming::from_parts(request.method_str(), request.uri_str(), request.headers_vec(), &body);
        let answer = tenant.answer(&incoming);
        HttpMockResponse {
            status: Some(answer.status),
            headers: Some(
                answer.headers.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
            ),
            body: Some(answer.body.into()),
        }
    };
    server
        .mock(|_, then| {
            then.respond_with(respond);
        })
        .id()
}

/// The ports of all servers of the process.
///
/// httpmock gives a server that was dropped to the next one at once, port and all, so that a late
/// request of one test would reach another. So ports are kept here instead: the one that was left
/// longest is used next, and one where a request came late only if there is no other.
struct Ports {
    idle: VecDeque<Port>,
    /// The threads that started the servers which are held.
    held_by: Vec<ThreadId>,
    /// Servers that a user's stub broke; httpmock must not hand them out again.
    broken: usize,
}

static PORTS: Mutex<Ports> = Mutex::new(Ports { idle: VecDeque::new(), held_by: Vec::new(), broken: 0 });
static GIVEN_BACK: Condvar = Condvar::new();

/// As many of httpmock's servers are left to a user's own as long as ours need not more.
const LEFT_TO_OTHERS: usize = 5;

/// How long a start waits for another test to give a server back.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long it waits for httpmock while there is a port of our own to fall back on.
const BRIEFLY: Duration = Duration::from_millis(200);

impl Ports {
    fn lock() -> MutexGuard<'static, Ports> {
        PORTS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take() -> Port {
        let most = most_servers();
        let holder = thread::current().id();
        // A test that blocks an async runtime may be blocking those who would give a server back.
        let in_runtime = tokio::runtime::Handle::try_current().is_ok();
        let deadline = Instant::now() + if in_runtime { PATIENCE / 10 } else { PATIENCE };
        let mut ports = Ports::lock();
        loop {
            let used = ports.idle.len() + ports.held_by.len() + ports.broken;
            let rested = match used < most {
                true if used + LEFT_TO_OTHERS < most => None,
                true => ports.rested(),
                false => ports.idle.pop_front(),
            };
            if let Some(port) = rested {
                ports.held_by.push(holder);
                return Port { holder, ..port };
            }
            if used < most {
                // Counted before it is there, so that no other thread takes the last one too.
                ports.held_by.push(holder);
                let patience = if ports.idle.is_empty() { deadline - Instant::now() } else { BRIEFLY };
                drop(ports);
                if let Some(port) = Port::open(holder, patience) {
                    return port;
                }
                // A user's own servers have the rest of httpmock's pool.
                ports = Ports::lock();
                ports.forget(holder);
                if let Some(port) = ports.idle.pop_front() {
                    ports.held_by.push(holder);
                    return Port { holder, ..port };
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || ports.held_by.iter().all(|held_by| *held_by == holder) {
                drop(ports);
                no_server_left(most);
            }
            ports = GIVEN_BACK.wait_timeout(ports, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The port that was left longest of those where no request came late.
    fn rested(&mut self) -> Option<Port> {
        let quiet = self.idle.iter().position(|port| !port.tenant.lock().had_late_request)?;
        self.idle.remove(quiet)
    }

    fn give_back(port: Port) {
        let holder = port.holder;
        // The stubs of the test go with it. A stub's matcher that panicked has broken the server
        // for good: its lock is poisoned, and httpmock would hand it to somebody else.
        let remounted = panic::catch_unwind(AssertUnwindSafe(|| {
            port.server.reset();
            mount(&port.server, &port.tenant)
        }));
        let mut ports = Ports::lock();
        ports.forget(holder);
        match remounted {
            Ok(catch_all) => {
                *port.catch_all.lock().unwrap_or_else(PoisonError::into_inner) = catch_all;
                ports.idle.push_back(port);
            }
            Err(_) => {
                ports.broken += 1;
                mem::forget(port);
            }
        }
        GIVEN_BACK.notify_one();
    }

    fn forget(&mut self, holder: ThreadId) {
        if let Some(at) = self.held_by.iter().position(|held_by| *held_by == holder) {
            self.held_by.swap_remove(at);
        }
    }
}

impl Port {
    /// A new server of httpmock; none if it has none to give in time.
    fn open(holder: ThreadId, patience: Duration) -> Option<Port> {
        let (sender, receiver) = mpsc::channel();
        // httpmock waits for ever, without a word, and blocks its thread: that must be neither a
        // test's nor an async runtime's. A server that comes too late goes back to its pool.
        thread::spawn(move || {
            let _ = sender.send(httpmock::MockServer::start());
        });
        let server = receiver.recv_timeout(patience).ok()?;
        let tenant = Arc::new(Tenant::default());
        let catch_all = Mutex::new(mount(&server, &tenant));
        Some(Port { server, tenant, catch_all, holder })
    }
}

/// As httpmock reads it.
fn most_servers() -> usize {
    std::env::var("HTTPMOCK_MAX_SERVERS").ok().and_then(|text| text.parse().ok()).unwrap_or(25)
}

fn no_server_left(most: usize) -> ! {
    panic!(
        "no MockServer can be started: httpmock's pool has {most} servers and all of them are held; drop some, set \
         the environment variable HTTPMOCK_MAX_SERVERS to more, or start taskmock::Listener, which has no such limit"
    )
}
