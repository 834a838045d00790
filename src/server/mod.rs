//! MockServer: a backend on a socket.

mod accept;
mod config;
#[cfg(test)]
mod deliveries;
#[cfg(feature = "httpmock")]
mod httpmock;
mod socket;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tower")]
mod tower;
#[cfg(feature = "wiremock")]
mod wiremock;

use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime;

use crate::backend::Backend;
use crate::clock::Timestamp;
use crate::clock_source::{ClockSource, Pace};
use crate::handle::{Handle, Times};
use crate::services::State;
use accept::{Accepting, Port, Served};

pub use config::{Log, ServerConfig, SignatureClock};
#[cfg(feature = "httpmock")]
pub use httpmock::mount;
#[cfg(feature = "tower")]
pub use tower::{Connector, MemoryConnection, TowerService};

/// A mock server for tests; the command `taskmock serve` is one.
///
/// It starts in well under a millisecond, in blocking and in async tests alike. Any number can be
/// held: all servers of a process share one thread. A server that is dropped closes its port and
/// its connections, and panics if something that was [expected](Handle::expect) of it is missing.
///
/// It dereferences to [`Handle`], which is what a test does with it.
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
    address: SocketAddr,
    /// Where the control interface is; none: nowhere.
    control_address: Option<SocketAddr>,
    handle: Handle,
    #[cfg_attr(not(feature = "httpmock"), allow(dead_code))]
    served: Arc<Served>,
    accepting: Vec<Accepting>,
}

impl MockServer {
    /// Starts a server in [the documents' world](State::documents) on a free port.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// assert!(server.base_url().starts_with("http://127.0.0.1:"));
    /// ```
    #[track_caller]
    pub fn start() -> Self {
        MockServer::start_with(State::documents())
    }

    /// Starts a server with a state on a free port.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    ///
    /// ```
    /// use taskmock::{MockServer, State};
    /// let server = MockServer::start_with(State::default());
    /// assert!(server.state().ehpc.tasks.is_empty());
    /// ```
    #[track_caller]
    pub fn start_with(state: State) -> Self {
        started(MockServer::bind(state, ServerConfig::new()))
    }

    /// Starts a server with a state and a configuration.
    ///
    /// # Errors
    ///
    /// If it cannot listen at the address, or if the clock is to follow tokio, which is what
    /// [`start_local_with`](MockServer::start_local_with) is for.
    ///
    /// ```
    /// use taskmock::{ClockSource, MockServer, ServerConfig, State};
    /// let config = ServerConfig::new().clock(ClockSource::FollowsTokio);
    /// assert!(MockServer::bind(State::default(), config).is_err());
    /// ```
    pub fn bind(state: State, config: ServerConfig) -> io::Result<Self> {
        if config.clock == ClockSource::FollowsTokio {
            let sentence = "a server whose clock follows tokio runs on that runtime: start it with \
                            MockServer::start_local or start_local_with";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, sentence));
        }
        MockServer::listen(state, config, shared_runtime())
    }

    /// Starts a server in [the documents' world](State::documents) on the runtime of the caller; its
    /// clock follows `tokio::time`.
    ///
    /// Under `#[tokio::test(start_paused = true)]` a client that sleeps half an hour between its polls
    /// moves the mock's tasks by that half hour, and nothing waits.
    ///
    /// What breaks that, and cannot be told from here: a client on another runtime or in another
    /// process, and a client that blocks the thread (a blocking DNS query, for one; give it an
    /// address). Time moves only when every task of the runtime waits, so a real wait of the client
    /// outside of it is skipped over.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime; on a multi-thread runtime, whose clock cannot be paused; if no port
    /// can be had.
    ///
    /// ```
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let server = taskmock::MockServer::start_local();
    /// assert!(server.address().ip().is_loopback());
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn start_local() -> Self {
        // No idle connection is closed: half an hour passes in no time.
        started(MockServer::start_local_with(State::documents(), ServerConfig::new().idle_timeout(None)))
    }

    /// Starts a server like [`start_local`](MockServer::start_local), with a state and a
    /// configuration. A clock that stands, which is the default, follows tokio instead.
    ///
    /// # Errors
    ///
    /// If it cannot listen at the address.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, and on a multi-thread runtime.
    ///
    /// ```
    /// use taskmock::{MockServer, ServerConfig, State};
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let server = MockServer::start_local_with(State::default(), ServerConfig::new().idle_timeout(None))?;
    /// assert!(server.state().ehpc.tasks.is_empty());
    /// # Ok::<(), std::io::Error>(())
    /// # })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn start_local_with(state: State, mut config: ServerConfig) -> io::Result<Self> {
        let Ok(runtime) = runtime::Handle::try_current() else {
            panic!(
                "start_local runs on the caller's tokio runtime, and there is none here; use #[tokio::test], or MockServer::start"
            );
        };
        assert!(
            runtime.runtime_flavor() == runtime::RuntimeFlavor::CurrentThread,
            "start_local needs a current-thread runtime, because only its clock can be paused; this one has several \
             threads. Use #[tokio::test] without `flavor = \"multi_thread\"`, or MockServer::start"
        );
        if config.clock == ClockSource::Stands {
            config.clock = ClockSource::FollowsTokio;
        }
        MockServer::listen(state, config, &runtime)
    }

    fn listen(state: State, config: ServerConfig, runtime: &runtime::Handle) -> io::Result<Self> {
        let sockets = {
            let _in_runtime = runtime.enter();
            let control_address = config.control_address.filter(|_| !config.control.is_off);
            (listen(config.address)?, control_address.map(listen).transpose()?)
        };
        let (socket, control_socket) = sockets;
        let address = socket.local_addr()?;
        let own_address = control_socket.as_ref().map(TcpListener::local_addr).transpose()?;
        let control_address = (!config.control.is_off).then(|| own_address.unwrap_or(address));
        #[cfg_attr(not(feature = "signatures"), allow(unused_mut))]
        let mut backend = Backend::starting_at(state, time_of_day());
        #[cfg(feature = "signatures")]
        config.credentials.into_iter().for_each(|credentials| backend.admit(credentials));
        let is_local = config.clock == ClockSource::FollowsTokio;
        let default = if is_local { SignatureClock::Mock } else { SignatureClock::Real };
        let times = Times {
            time_of_day: Some(time_of_day),
            holds_signatures: config.signature_clock.unwrap_or(default) == SignatureClock::Real,
        };
        let handle = Handle::timed(backend, Pace::new(config.clock, socket::reader(config.clock)), times);
        let served = Arc::new(Served {
            handle: handle.clone(),
            log: config.log,
            clock: socket::TokioClock::of(config.clock),
            is_local,
            started: std::time::Instant::now(),
            connections: AtomicU64::new(0),
            #[cfg(feature = "httpmock")]
            stubs: OnceLock::new(),
            #[cfg(feature = "tls")]
            tls: config.tls.then(tls::Tls::new).transpose()?,
        });
        let port = |address: SocketAddr, control: Control| {
            let mut access = config.control.clone();
            access.is_off |= control == Control::Elsewhere;
            access.takes_addresses = address.ip().is_unspecified();
            access.hosts.push(address.ip().to_string());
            Arc::new(Port { served: Arc::clone(&served), access, has_cloud: control != Control::Only })
        };
        let accept = |socket, port| Accepting::start(socket, port, config.idle_timeout, runtime);
        let accepting = match (control_socket, own_address) {
            (Some(own), Some(own_address)) => {
                vec![accept(socket, port(address, Control::Elsewhere)), accept(own, port(own_address, Control::Only))]
            }
            _ => vec![accept(socket, port(address, Control::Too))],
        };
        Ok(MockServer { address, control_address, handle, served, accepting })
    }

    /// Returns where the control interface is, which is where the server listens unless it was given
    /// [a port of its own](ServerConfig::control_address); none if it is switched off.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// assert_eq!(server.control_address(), Some(server.address()));
    /// ```
    pub fn control_address(&self) -> Option<SocketAddr> {
        self.control_address
    }

    /// Returns where the server listens.
    ///
    /// ```
    /// assert!(taskmock::MockServer::start().address().ip().is_loopback());
    /// ```
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns what a client is given as its endpoint: `http://127.0.0.1:PORT`, or `https://…` if
    /// the server was started with TLS. Such a server speaks plain HTTP on the same port too.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// assert_eq!(server.base_url(), format!("http://{}", server.address()));
    /// ```
    pub fn base_url(&self) -> String {
        #[cfg(feature = "tls")]
        let scheme = if self.served.tls.is_some() { "https" } else { "http" };
        #[cfg(not(feature = "tls"))]
        let scheme = "http";
        format!("{scheme}://{}", self.address)
    }

    /// Returns the certificate of the server's CA, which a client must trust, as PEM; none without
    /// TLS. It is valid from 1975 to 2100, so that clients whose clock stands in odd years accept it.
    ///
    /// ```
    /// use taskmock::{MockServer, ServerConfig, State};
    /// let server = MockServer::bind(State::documents(), ServerConfig::new().tls())?;
    /// assert!(server.ca_pem().is_some_and(|pem| pem.starts_with("-----BEGIN CERTIFICATE-----")));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "tls")]
    pub fn ca_pem(&self) -> Option<&str> {
        self.served.tls.as_ref().map(tls::Tls::ca_pem)
    }

    /// Mounts a stub of httpmock on the same port. It goes before the backend: what it matches does
    /// not reach it. Requests to the control interface do not reach stubs.
    ///
    /// The first stub starts a server of httpmock behind this one, or takes one from httpmock's pool
    /// of 25 in the process; it goes back when this server is dropped. So the first call may block,
    /// until a test gives one back.
    ///
    /// # Panics
    ///
    /// If httpmock has no server left and none is given back within ten seconds.
    ///
    /// ```
    /// let server = taskmock::MockServer::start();
    /// let stub = server.stub(|when, then| {
    ///     when.path("/token");
    ///     then.status(200).body("secret");
    /// });
    /// assert_eq!(stub.calls(), 0);
    /// ```
    #[cfg(feature = "httpmock")]
    #[track_caller]
    pub fn stub(&self, specify: impl FnOnce(::httpmock::When, ::httpmock::Then)) -> ::httpmock::Mock<'_> {
        self.served.stubs.get_or_init(httpmock::Stubs::start).mount(specify)
    }
}

#[track_caller]
fn started(bound: io::Result<MockServer>) -> MockServer {
    bound.unwrap_or_else(|error| panic!("a MockServer needs a free port on the loopback interface: {error}"))
}

/// Listens; called inside the runtime.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As std does: a port that was just left can be had again.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    // The system cuts it to what it allows.
    socket.listen(65_535)
}

impl Deref for MockServer {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl std::fmt::Debug for MockServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MockServer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.accepting.iter().for_each(Accepting::end);
        // A test that panics has its reason already.
        if !thread::panicking() {
            self.handle.assert_expected();
        }
    }
}

/// Where the control interface is, as seen from a port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    /// There too.
    Too,
    /// There and nothing else.
    Only,
    Elsewhere,
}

/// The time of day.
fn time_of_day() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_millis(0).after(since)
}

/// Returns the runtime that servers share: one thread, which ends with the process.
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
