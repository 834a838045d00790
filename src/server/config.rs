//! ServerConfig: how a MockServer listens.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::backend::control::Access;
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
    pub(super) control: Access,
    pub(super) control_address: Option<SocketAddr>,
    pub(super) signature_clock: Option<SignatureClock>,
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

/// The clock that the times of signatures are held to.
///
/// ```
/// use taskmock::{MockServer, ServerConfig, SignatureClock, State};
/// let config = ServerConfig::new().signature_clock(SignatureClock::Mock);
/// MockServer::bind(State::documents(), config)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureClock {
    /// The time of day: clients sign with it, wherever the mock's clock stands.
    Real,
    /// The mock's clock, for clients that share it.
    Mock,
}

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
            control: Access::default(),
            control_address: None,
            signature_clock: None,
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

    /// Wants a token of everybody who uses the control interface over a connection, in the header
    /// `x-taskmock-token`.
    ///
    /// ```
    /// use taskmock::ServerConfig;
    /// let config = ServerConfig::new().control_token("correct horse battery staple");
    /// ```
    #[must_use]
    pub fn control_token(mut self, token: impl Into<String>) -> Self {
        self.control.token = Some(token.into());
        self
    }

    /// Lets the control interface answer to one more name or address in `Host`, without a port: the
    /// name by which other machines or containers know this one. Beside these it answers to
    /// `localhost`, `127.0.0.1`, `[::1]` and the address that the server listens on. A name that
    /// others can direct here lets their web pages read the state.
    ///
    /// ```
    /// use taskmock::ServerConfig;
    /// let config = ServerConfig::new().control_host("mock.test.internal");
    /// ```
    #[must_use]
    pub fn control_host(mut self, host: impl Into<String>) -> Self {
        self.control.hosts.push(host.into());
        self
    }

    /// Puts the control interface on a port of its own, which has nothing else; the server's other
    /// port has it no more. See [`MockServer::control_address`](crate::MockServer::control_address).
    ///
    /// ```
    /// use taskmock::{MockServer, ServerConfig, State};
    /// let config = ServerConfig::new().control_address(([127, 0, 0, 1], 0).into());
    /// let server = MockServer::bind(State::documents(), config)?;
    /// assert_ne!(server.control_address(), Some(server.address()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn control_address(mut self, address: SocketAddr) -> Self {
        self.control_address = Some(address);
        self
    }

    /// Switches the control interface off: no port has it. From Rust the server is steered as ever.
    ///
    /// ```
    /// use taskmock::{MockServer, ServerConfig, State};
    /// let server = MockServer::bind(State::documents(), ServerConfig::new().no_control())?;
    /// assert_eq!(server.control_address(), None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn no_control(mut self) -> Self {
        self.control.is_off = true;
        self
    }

    /// Sets which clock the times of signatures are held to. Default: the time of day, because nobody
    /// shares the mock's clock; of a server whose clock follows tokio, that clock.
    ///
    /// ```
    /// use taskmock::{ServerConfig, SignatureClock};
    /// let config = ServerConfig::new().signature_clock(SignatureClock::Mock);
    /// ```
    #[must_use]
    pub fn signature_clock(mut self, clock: SignatureClock) -> Self {
        self.signature_clock = Some(clock);
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
