//! Listener: a backend on a socket through hyper, all of a process on one shared runtime.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
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

use crate::backend::{Backend, plain};
use crate::handle::Handle;
use crate::http::{Incoming, MAX_BODY, Response};
use crate::services::State;

/// A server that has no limit on how many are held, closes its port when it is dropped, and costs
/// no thread of its own. The command `taskmock serve` is one.
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
}

/// How a [`Listener`] listens.
///
/// ```
/// let settings = taskmock::Settings { speed: 60.0, ..taskmock::Settings::default() };
/// assert_eq!(settings.address.port(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens; port 0 is any free port. Default 127.0.0.1:0.
    pub address: SocketAddr,
    /// How many seconds of virtual time pass in a second. Default 0: the clock stands.
    pub speed: f64,
    /// What is done with a short line about each request. Default nothing.
    pub log: Option<fn(&str)>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), speed: 0.0, log: None }
    }
}

/// A client that has not sent its headers by then is let go.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);

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
        let handle = Handle::new(Backend::new(state));
        let served = Arc::new(Served { handle: handle.clone(), pace: Pace::new(settings.speed), log: settings.log });
        let accepting = shared_runtime().spawn(accept(socket, served)).abort_handle();
        Ok(Listener { address, handle, accepting })
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
    }
}

/// The runtime of every listener of the process: one thread, which ends with the process.
fn shared_runtime() -> &'static runtime::Handle {
    static RUNTIME: OnceLock<runtime::Handle> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let handle = runtime.handle().clone();
        let forever = move || runtime.block_on(std::future::pending::<()>());
        thread::Builder::new().name("taskmock".to_owned()).spawn(forever).expect("a thread");
        handle
    })
}

/// What every connection of a listener shares.
struct Served {
    handle: Handle,
    pace: Option<Pace>,
    log: Option<fn(&str)>,
}

/// Moves the virtual clock by the real one.
struct Pace {
    speed: f64,
    last: Mutex<Instant>,
}

impl Pace {
    fn new(speed: f64) -> Option<Self> {
        (speed > 0.0).then(|| Pace { speed, last: Mutex::new(Instant::now()) })
    }

    /// The virtual time that passed since the last call, in whole milliseconds.
    fn passed(&self) -> Duration {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let millis = (now.duration_since(*last).as_secs_f64() * self.speed * 1000.0) as u64;
        if millis > 0 {
            *last = now;
        }
        Duration::from_millis(millis)
    }
}

async fn accept(socket: std::net::TcpListener, served: Arc<Served>) {
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
                        .header_read_timeout(HEADERS_WITHIN)
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
    let too_large = body.size_hint().lower() > MAX_BODY as u64;
    let answer = match if too_large { Err(413) } else { read(body).await } {
        Ok(body) => {
            let request = http::Request::from_parts(parts, body);
            if let Some(pace) = &served.pace {
                served.handle.advance(pace.passed());
            }
            let incoming = Incoming::from(&request);
            let answer = served.handle.answer(&incoming);
            if let Some(log) = served.log {
                log(&line(answer.status, &incoming));
            }
            answer
        }
        Err(413) => plain(413, &format!("the body is too large; at most {MAX_BODY} bytes are read")),
        Err(status) => plain(status, "the body cannot be read"),
    };
    Ok(Response::from(answer).map(Full::new))
}

/// The whole body, or the status of the refusal.
async fn read(body: Body) -> Result<Bytes, u16> {
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(413),
        Err(_) => Err(400),
    }
}

/// A request in a short line.
fn line(status: u16, request: &Incoming<'_>) -> String {
    let target = request.target();
    match target.char_indices().nth(100) {
        Some((end, _)) => format!("{status} {} {}…", request.method, &target[..end]),
        None => format!("{status} {} {target}", request.method),
    }
}
