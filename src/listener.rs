//! Listener: a backend on a socket through hyper, all of a process on one shared runtime.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::Duration;
use std::{io, thread};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming as Body};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::task::{AbortHandle, JoinSet};

use crate::backend::control;
use crate::backend::{Backend, plain};
use crate::handle::Handle;
use crate::http::{Incoming, MAX_BODY, Outgoing, Response};
use crate::services::State;

/// A mock server for tests, over hyper; the command `taskmock serve` is one.
///
/// Any number can be held, none costs a thread of its own, and a server that is dropped closes its
/// port and its connections.
///
/// It dereferences to [`Handle`], which is what a test does with it.
///
/// ```
/// use taskmock::Listener;
/// let servers: Vec<Listener> = (0..100).map(|_| Listener::start()).collect();
/// assert_ne!(servers[0].address(), servers[99].address());
/// ```
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    handle: Handle,
    /// Ends the task that accepts connections, and those connections with it.
    accepting: AbortHandle,
    /// Hangs up when that task is gone.
    closed: Mutex<mpsc::Receiver<Infallible>>,
}

/// How a [`Listener`] listens.
///
/// ```
/// let settings = taskmock::Settings { speed: 60.0, ..taskmock::Settings::default() };
/// assert_eq!(settings.address.port(), 0);
/// ```
#[derive(Clone)]
pub struct Settings {
    /// Where it listens; port 0 is any free port. Default 127.0.0.1:0.
    pub address: SocketAddr,
    /// How many seconds of virtual time pass in a second. Default 0: the clock stands.
    pub speed: f64,
    /// What is done with a short line about each request; it must not block. Default nothing.
    pub log: Option<Log>,
    /// Who may ask, from the first request on; nobody: whoever does. See
    /// [`Backend::admit`](crate::Backend::admit).
    #[cfg(feature = "signatures")]
    pub credentials: Vec<crate::signature::Credentials>,
}

/// What is done with a short line about each request.
///
/// ```
/// let log: taskmock::Log = std::sync::Arc::new(|line: &str| eprintln!("{line}"));
/// log("200 GET /");
/// ```
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("address", &self.address).field("speed", &self.speed).finish_non_exhaustive()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            speed: 0.0,
            log: None,
            #[cfg(feature = "signatures")]
            credentials: Vec::new(),
        }
    }
}

/// A connection on which no request has come by then is closed; a client may poll that seldom.
const REQUEST_WITHIN: Duration = Duration::from_secs(600);

/// A request whose body has not come by then is refused.
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// A state has a limit of its own, in bytes.
const MAX_STATE: usize = 1 << 30;

impl Listener {
    /// Starts a server in [the documents' world](State::documents) on a free port.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    ///
    /// ```
    /// let server = taskmock::Listener::start();
    /// assert!(server.base_url().starts_with("http://127.0.0.1:"));
    /// ```
    pub fn start() -> Self {
        Listener::start_with(State::documents())
    }

    /// Starts a server with a state on a free port.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    ///
    /// ```
    /// use taskmock::{Listener, State};
    /// assert_eq!(Listener::start_with(State::default()).state(), State::default());
    /// ```
    pub fn start_with(state: State) -> Self {
        Listener::bind(state, Settings::default()).expect("a free port on the loopback interface")
    }

    /// Starts a server with a state and settings.
    ///
    /// # Errors
    ///
    /// If it cannot listen at the address.
    ///
    /// ```
    /// use taskmock::{Listener, Settings, State};
    /// let first = Listener::start();
    /// let taken = Settings { address: first.address(), ..Settings::default() };
    /// assert!(Listener::bind(State::default(), taken).is_err());
    /// ```
    pub fn bind(state: State, settings: Settings) -> io::Result<Self> {
        let socket = std::net::TcpListener::bind(settings.address)?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        #[cfg_attr(not(feature = "signatures"), allow(unused_mut))]
        let mut backend = Backend::new(state);
        #[cfg(feature = "signatures")]
        settings.credentials.into_iter().for_each(|credentials| backend.admit(credentials));
        let handle = Handle::new(backend, settings.speed);
        let served = Arc::new(Served { handle: handle.clone(), log: settings.log });
        let (open, closed) = mpsc::channel();
        let accepting = shared_runtime().spawn(accept(socket, served, open)).abort_handle();
        Ok(Listener { address, handle, accepting, closed: Mutex::new(closed) })
    }

    /// Where it listens.
    ///
    /// ```
    /// assert_ne!(taskmock::Listener::start().address().port(), 0);
    /// ```
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a client is given as its endpoint: `http://127.0.0.1:PORT`.
    ///
    /// ```
    /// let server = taskmock::Listener::start();
    /// assert_eq!(server.base_url(), format!("http://{}", server.address()));
    /// ```
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Deref for Listener {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.accepting.abort();
        // The port is closed when this returns, unless it is the runtime itself that drops us.
        if thread::current().name() != Some(THREAD) {
            let closed = self.closed.get_mut().unwrap_or_else(PoisonError::into_inner);
            let _ = closed.recv_timeout(Duration::from_secs(1));
        }
    }
}

/// The name of the thread that the runtime has.
const THREAD: &str = "taskmock-listeners";

/// The runtime of every listener of the process: one thread, which ends with the process.
fn shared_runtime() -> &'static runtime::Handle {
    static RUNTIME: OnceLock<runtime::Handle> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let handle = runtime.handle().clone();
        let forever = move || runtime.block_on(std::future::pending::<()>());
        thread::Builder::new().name(THREAD.to_owned()).spawn(forever).expect("a thread");
        handle
    })
}

/// What every connection of a listener shares.
struct Served {
    handle: Handle,
    log: Option<Log>,
}

/// Accepts connections until it is aborted; `_open` is dropped last, with the socket gone.
async fn accept(socket: std::net::TcpListener, served: Arc<Served>, _open: mpsc::Sender<Infallible>) {
    let Ok(socket) = TcpListener::from_std(socket) else { return };
    // Dropped with this task, and all connections with it.
    let mut connections = JoinSet::new();
    loop {
        match socket.accept().await {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                let served = Arc::clone(&served);
                connections.spawn(async move {
                    let service = service_fn(move |request| serve(Arc::clone(&served), request));
                    // A connection that breaks is the client's affair.
                    let _ = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(REQUEST_WITHIN)
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
            // Out of file descriptors, for one: let some connections end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(served: Arc<Served>, request: hyper::Request<Body>) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let most = if parts.uri.path().starts_with(control::PREFIX) { MAX_STATE } else { MAX_BODY };
    let read = read(body, most).await;
    let request = http::Request::from_parts(parts, read.clone().unwrap_or_default());
    let incoming = Incoming::from(&request);
    let answer = match read {
        Ok(_) => answer(&served.handle, &incoming).await,
        Err(status) => {
            served.handle.refused(&incoming, status);
            plain(status, &format!("the body cannot be read, or has more than {most} bytes"))
        }
    };
    if let Some(log) = &served.log {
        log(&line(answer.status, &incoming));
        // What the cloud does not tell the developer of a client.
        if let Some(signature_diagnosis) = &answer.signature_diagnosis {
            log(signature_diagnosis);
        }
    }
    Ok(Response::from(answer).map(Full::new))
}

/// Asks the backend. While a test is busy with it, the other listeners of the process go on.
async fn answer(handle: &Handle, request: &Incoming<'_>) -> Outgoing {
    for _ in 0..100 {
        if let Some(answer) = handle.try_answer(request) {
            return answer;
        }
        tokio::task::yield_now().await;
    }
    loop {
        if let Some(answer) = handle.try_answer(request) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The whole body, or the status of the refusal.
async fn read(body: Body, most: usize) -> Result<Bytes, u16> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > most as u64 {
        return Err(413);
    }
    match tokio::time::timeout(BODY_WITHIN, Limited::new(body, most).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(413),
        Ok(Err(_)) => Err(400),
        Err(_) => Err(408),
    }
}

/// A request in a short line.
fn line(status: u16, request: &Incoming<'_>) -> String {
    let mark = if request.query.is_empty() { "" } else { "?" };
    let target = format!("{}{mark}{}", request.path, request.query);
    match target.char_indices().nth(100) {
        Some((end, _)) => format!("{status} {} {}…", request.method, &target[..end]),
        None => format!("{status} {} {target}", request.method),
    }
}
