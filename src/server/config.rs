//! ServerConfig: how a MockServer listens.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::clock_source::ClockSource;

/// How a [`MockServer`](crate::MockServer) listens.
///
/// ```
/// use taskmock::{ClockSource, MockServer, ServerConfig, State};
/// let config = ServerConfig::new().clock(ClockSource::Scaled(60.0));
/// let server = MockServer::bind(State::documents(), config)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct ServerConfig {
    pub(super) address: SocketAddr,
    pub(super) clock: ClockSource,
    pub(super) log: Option<Log>,
    pub(super) idle_timeout: Option<Duration>,
    #[cfg(feature = "signatures")]
    pub(super) credentials: Vec<crate::signature::Credentials>,
    #[cfg(feature = "tls")]
    pub(super) tls: bool,
}

/// What is done with a line about each request to the cloud. It must not block.
///
/// ```
/// let log: taskmock::Log = std::sync::Arc::new(|line: &str| eprintln!("{line}"));
/// log("200 GET /");
/// ```
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// A client may poll that seldom.
const IDLE_TIMEOUT: Duration = Duration::from_secs(600);

impl ServerConfig {
    /// Returns the defaults: a free port of 127.0.0.1, a clock that stands, no log, connections
    /// closed after ten idle minutes.
    ///
    /// ```
    /// let server = taskmock::MockServer::bind(taskmock::State::default(), taskmock::ServerConfig::new())?;
    /// assert!(server.address().ip().is_loopback());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new() -> Self {
        ServerConfig {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: ClockSource::Stands,
            log: None,
            idle_timeout: Some(IDLE_TIMEOUT),
            #[cfg(feature = "signatures")]
            credentials: Vec::new(),
            #[cfg(feature = "tls")]
            tls: false,
        }
    }

    /// Sets where the server listens. Port 0 is any free port.
    ///
    /// ```
    /// use taskmock::{MockServer, ServerConfig, State};
    /// let first = MockServer::start();
    /// let taken = ServerConfig::new().address(first.address());
    /// assert!(MockServer::bind(State::default(), taken).is_err());
    /// ```
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Sets what moves the virtual clock.
    ///
    /// ```
    /// use taskmock::{ClockSource, ServerConfig};
    /// let config = ServerConfig::new().clock(ClockSource::Stepped(std::time::Duration::from_secs(30)));
    /// ```
    #[must_use]
    pub fn clock(mut self, clock: ClockSource) -> Self {
        self.clock = clock;
        self
    }

    /// Sets what is done with a line about each request to the cloud: its status, method and target.
    /// Requests to the control interface are not logged. What the server itself has to say (it ran
    /// out of file descriptors, a client spoke TLS) goes the same way.
    ///
    /// ```
    /// use taskmock::ServerConfig;
    /// let config = ServerConfig::new().log(|line| eprintln!("{line}"));
    /// ```
    #[must_use]
    pub fn log(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.log = Some(Arc::new(log));
        self
    }

    /// Sets how long a connection may be idle before the server closes it; `None`: for ever.
    ///
    /// A connection is idle while no request on it is answered. The server checks ten times within
    /// that span, but at most once in 10 ms.
    ///
    /// ```
    /// use taskmock::ServerConfig;
    /// let config = ServerConfig::new().idle_timeout(Some(std::time::Duration::from_secs(5)));
    /// ```
    #[must_use]
    pub fn idle_timeout(mut self, idle_timeout: Option<Duration>) -> Self {
        self.idle_timeout = idle_timeout;
        self
    }

    /// Admits a user from the first request on, and from then on nobody else; may be called again.
    /// See [`Backend::admit`](crate::Backend::admit).
    ///
    /// ```
    /// use taskmock::{Credentials, ServerConfig};
    /// let config = ServerConfig::new().admit(Credentials::new("testid", "testsecret"));
    /// ```
    #[cfg(feature = "signatures")]
    #[must_use]
    pub fn admit(mut self, credentials: crate::signature::Credentials) -> Self {
        self.credentials.push(credentials);
        self
    }

    /// Lets the server speak HTTPS too, on the same port, for `localhost` and `127.0.0.1`, with a
    /// certificate of a CA that it makes at its start. See [`MockServer::ca_pem`].
    ///
    /// [`MockServer::ca_pem`]: crate::MockServer::ca_pem
    ///
    /// ```
    /// use taskmock::{MockServer, ServerConfig, State};
    /// let server = MockServer::bind(State::documents(), ServerConfig::new().tls())?;
    /// assert!(server.base_url().starts_with("https://127.0.0.1:"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        ServerConfig::new()
    }
}

impl fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerConfig")
            .field("address", &self.address)
            .field("clock", &self.clock)
            .field("idle_timeout", &self.idle_timeout)
            .finish_non_exhaustive()
    }
}
